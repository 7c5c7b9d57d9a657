//! `mix.exs`, by its usual form: it is a program and is not run.

use std::sync::LazyLock;

use regex::Regex;

use super::manifest::{Draft, Source};
use super::{DependencyKind, EntryKind};

static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b(app|version):\s*(?::(\w+)|"([^"]+)")"#).expect("the pattern is constant")
});
static DEPENDENCY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\{\s*:(\w+)\s*,\s*(?:"([^"]*)")?([^}]*)\}"#).expect("the pattern is constant")
});
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b(path|git|github):\s*"([^"]+)""#).expect("the pattern is constant")
});
static APPLICATION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bmod:\s*\{\s*([\w.]+)").expect("the pattern is constant"));

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let lines = source.text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut draft = Draft::new("hex");
    for found in FIELD.captures_iter(&text) {
        let value = found.get(2).or(found.get(3)).map(|value| value.as_str().to_owned());
        let slot = if &found[1] == "app" { &mut draft.name } else { &mut draft.version };
        *slot = slot.take().or(value);
    }
    for found in DEPENDENCY.captures_iter(&text) {
        let options = &found[3];
        let in_umbrella = options.contains("in_umbrella:");
        if found.get(2).is_none() && !in_umbrella && !ELSEWHERE.is_match(options) {
            continue; // Another tuple, such as `{:ok, value}`.
        }
        let dev = options.contains("only:") && !options.contains(":prod");
        let kind = if dev { DependencyKind::Dev } else { DependencyKind::Normal };
        let version = found.get(2).map(|version| version.as_str().to_owned()).or_else(|| {
            ELSEWHERE.captures(options).map(|from| format!("{} {}", &from[1], &from[2]))
        });
        draft.depend(&found[1], version, kind);
    }
    if let Some(found) = APPLICATION.captures(&text) {
        let module: Vec<String> = found[1].split('.').map(snake).collect();
        let path = source.first_file(&[&format!("lib/{}.ex", module.join("/"))]);
        draft.enter(path, EntryKind::Binary, format!("mix application `{}`", &found[1]));
    }
    Ok(draft)
}

/// Returns `MyApp` as `my_app`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (at, character) in name.char_indices() {
        if character.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
