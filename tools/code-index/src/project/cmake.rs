//! `CMakeLists.txt`: the project, what it looks for, and its programs.

use std::sync::LazyLock;

use regex::Regex;

use super::manifest::{Draft, Source};
use super::{DependencyKind, EntryKind};

static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^\s*(project|find_package|add_executable)\s*\(\s*([^)]*)\)")
        .expect("the pattern is constant")
});

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let lines = source.text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut draft = Draft::new("cmake");
    for found in COMMAND.captures_iter(&text) {
        let mut words = found[2].split_whitespace().map(|word| word.trim_matches('"'));
        let Some(first) = words.next() else { continue };
        match found[1].to_lowercase().as_str() {
            "project" if draft.name.is_none() => {
                draft.name = Some(first.to_owned());
                let mut rest = words.skip_while(|word| *word != "VERSION");
                draft.version = rest.nth(1).map(str::to_owned);
            }
            "find_package" => {
                let starts_with_digit =
                    |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
                let version = words.next().filter(starts_with_digit).map(str::to_owned);
                draft.depend(first, version, DependencyKind::Normal);
            }
            "add_executable" => {
                let main = words
                    .filter(|word| word.contains('.'))
                    .find_map(|word| source.first_file(&[word]));
                draft.enter(main, EntryKind::Binary, format!("CMake executable `{first}`"));
            }
            _ => {}
        }
    }
    Ok(draft)
}
