//! Errors of data that has a parser of its own here.

use super::SyntaxError;
use super::place::Lines;
use crate::project::{without_comments, yaml_error};

/// Files that are read with comments and trailing commas.
const LENIENT: &[&str] = &[
    "tsconfig",
    "jsconfig",
    ".eslintrc",
    ".babelrc",
    ".swcrc",
    "deno",
    "biome",
    "devcontainer",
    "tslint",
];

/// Errors of data by a real parser; none where the format has none here.
pub(crate) fn of_data(language: &str, path: &str, text: &str) -> Option<Vec<SyntaxError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let error = match language {
        "json" => json(path, text),
        "toml" => toml(text),
        "yaml" => yaml_error(text).map(|(line, column, message)| {
            let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            SyntaxError { line: number(line), column: number(column), message }
        }),
        _ => return None,
    };
    // A template is no data yet.
    let is_template = text.contains("{{") && text.contains("}}") || text.contains("{%");
    Some(error.filter(|_| !is_template).into_iter().collect())
}

fn json(path: &str, text: &str) -> Option<SyntaxError> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let is_strict = matches!(name, "package.json" | "composer.json" | "package-lock.json");
    // JSON5, one value a line, and nothing at all are no JSON that one could repair.
    let is_other = name.ends_with(".json5") || name.ends_with("l") || text.trim().is_empty();
    let plain = without_comments(text);
    let has_comments = text
        .lines()
        .map(str::trim_start)
        .any(|line| line.starts_with("//") || line.starts_with("/*") || line.contains(" // "));
    let is_lenient = name.ends_with(".jsonc")
        || LENIENT.iter().any(|start| name.starts_with(start))
        || path.contains(".vscode/");
    let is_commented = !is_strict
        && (has_comments || is_lenient)
        && serde_json::from_str::<serde::de::IgnoredAny>(&plain).is_ok();
    if is_other || is_commented {
        return None;
    }
    let message = error.to_string();
    if message.contains("recursion limit") {
        return None;
    }
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let lines = Lines::of(text);
    let row = error.line().saturating_sub(1);
    let start = lines.text(row).as_ptr() as usize - text.as_ptr() as usize;
    let column = error.column().saturating_sub(1);
    let at = text.floor_char_boundary((start + column).min(text.len()));
    let is_trailing = message == "key must be a string"
        && text.get(..at).is_some_and(|before| before.trim_end().ends_with(','))
        && text.get(at..).is_some_and(|rest| rest.starts_with('}'));
    let message = if is_trailing { "trailing comma".to_owned() } else { message };
    Some(lines.error(at, message))
}

fn toml(text: &str) -> Option<SyntaxError> {
    let error = text.parse::<toml::Table>().err()?;
    let at = error.span().map_or(0, |span| span.start);
    let at = text.floor_char_boundary(at.min(text.len()));
    let message = error.message().lines().next().unwrap_or_default().to_owned();
    Some(Lines::of(text).error(at, message))
}
