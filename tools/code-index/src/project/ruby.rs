//! `Gemfile` and `*.gemspec`, read line by line: they are programs and are not run.

use std::sync::LazyLock;

use regex::Regex;

use super::DependencyKind;
use super::manifest::{Draft, Source};

static GEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"^\s*(?:gem|\w+\.add_(?:(runtime|development)_)?dependency)[\s(]+["']([\w.-]+)["']"#,
        r#"(?:\s*,\s*["']([^"']+)["'])?(.*)"#,
    ))
    .expect("the pattern is constant")
});
static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*\w+\.(name|version)\s*=\s*["']([^"']+)["']"#)
        .expect("the pattern is constant")
});
static BLOCK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bdo\b(\s*\|[^|]*\|)?\s*$").expect("the pattern is constant"));

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let mut draft = Draft::new("rubygems");
    // One entry a block that is open; true where it is a group for development.
    let mut blocks: Vec<bool> = Vec::new();
    for line in source.text.lines() {
        let line = line.split(" #").next().unwrap_or_default();
        if let Some(found) = FIELD.captures(line) {
            let slot = if &found[1] == "name" { &mut draft.name } else { &mut draft.version };
            slot.get_or_insert_with(|| found[2].to_owned());
        } else if let Some(found) = GEM.captures(line) {
            let options = found.get(4).map_or("", |options| options.as_str());
            let development = found.get(1).is_some_and(|kind| kind.as_str() == "development")
                || blocks.contains(&true)
                || (options.contains("group") && is_for_development(options));
            let kind = if development { DependencyKind::Dev } else { DependencyKind::Normal };
            draft.depend(&found[2], found.get(3).map(|version| version.as_str().to_owned()), kind);
        } else if BLOCK.is_match(line) {
            blocks.push(line.trim_start().starts_with("group") && is_for_development(line));
        } else if line.trim() == "end" {
            blocks.pop();
        }
    }
    Ok(draft)
}

fn is_for_development(text: &str) -> bool {
    [":development", ":test", "'test'", "\"test\""].iter().any(|group| text.contains(group))
}
