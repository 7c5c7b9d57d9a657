//! `Package.swift`, by its usual form: it is a program and is not run.

use std::sync::LazyLock;

use regex::Regex;

use super::manifest::{Draft, Source};
use super::{DependencyKind, EntryKind};

static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\bPackage\(\s*name:\s*"([^"]+)""#).expect("the pattern is constant")
});
static DEPENDENCY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\.package\(\s*(?:name:\s*"[^"]*"\s*,\s*)?(url|path|id):\s*"([^"]+)"([^)\n]*)"#)
        .expect("the pattern is constant")
});
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:from|exact|branch|revision):\s*"([^"]+)"|("[^"]+"\s*\.\.[.<]\s*"[^"]+")"#)
        .expect("the pattern is constant")
});
static TARGET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\.(executableTarget|target)\(\s*name:\s*"([^"]+)""#)
        .expect("the pattern is constant")
});

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let text: String = source
        .text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut draft = Draft::new("swift");
    draft.name = NAME.captures(&text).map(|found| found[1].to_owned());
    if draft.name.is_none() {
        return Err("has no `Package(name: …)` that can be read".to_owned());
    }
    for found in DEPENDENCY.captures_iter(&text) {
        let place = found[2].trim_end_matches('/').trim_end_matches(".git");
        let name = place.rsplit('/').next().unwrap_or(place);
        let version = match &found[1] {
            "path" => Some(format!("path {place}")),
            _ => VERSION.captures(&found[3]).map(|version| {
                version.get(1).or(version.get(2)).map_or("", |text| text.as_str()).replace('"', "")
            }),
        };
        draft.depend(name, version, DependencyKind::Normal);
    }
    for found in TARGET.captures_iter(&text) {
        let name = &found[2];
        if &found[1] == "executableTarget" {
            let tries = [
                format!("Sources/{name}/main.swift"),
                format!("Sources/{name}/{name}.swift"),
                format!("Sources/{name}/App.swift"),
            ];
            let path = source.first_file(&tries.each_ref().map(String::as_str));
            draft.enter(path, EntryKind::Binary, format!("Swift executable target `{name}`"));
        }
    }
    Ok(draft)
}
