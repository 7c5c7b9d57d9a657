//! The habits that a project's code shows: how things are named, where tests
//! lie, how lines are set; each with how strong it is and a place to look at.
//!
//! **Invariants**
//! - A habit is told only where enough names show it, with the share that does.
//! - What is counted is a bounded, even sample of the files; the same files give
//!   the same habits.

mod layout;
mod naming;

use std::path::Path;

use serde::Serialize;

use super::manifest::{read_text, toml, toml_at};
use super::{FileFacts, ProjectQuery, is_below};
use crate::cancel::{Cancel, Cancelled};
use crate::symbol::Symbol;
use crate::watch::is_inside;

/// Habits of one map.
const MAX_CONVENTIONS: usize = 24;

/// One habit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Convention {
    /// What it is about: `rust functions`, `test files`, `line width`.
    pub topic: String,
    /// What is usual.
    pub value: String,
    /// How many of a hundred do so, where it was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<u8>,
    /// How many were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// An example, or the file that says so.
    pub path: String,
    /// The line there, from 1.
    pub line: u32,
}

/// Looks at the files of the mapped folder. `symbols` gives those of a file.
pub fn conventions(
    query: &ProjectQuery<'_>,
    symbols: &mut dyn FnMut(&str) -> Vec<Symbol>,
    cancel: &Cancel,
) -> Result<Vec<Convention>, Cancelled> {
    let folder = query.folder.trim_matches('/');
    let mut inside: Vec<FileFacts<'_>> =
        query.files.iter().copied().filter(|file| is_below(file.path, folder)).collect();
    inside.sort_unstable_by_key(|file| file.path);
    let seen = naming::look(&inside, symbols, cancel)?;
    let mut all = naming::names(&seen);
    all.extend(layout::tests(&inside, &seen));
    all.extend(naming::file_names(&inside));
    all.extend(configured(query.root, folder));
    all.truncate(MAX_CONVENTIONS);
    if let Some(prefix) = query.prefix {
        all.iter_mut().for_each(|one| one.path = format!("{prefix}/{}", one.path));
    }
    Ok(all)
}

/// The share of `part` in `all`, of a hundred.
fn percent(part: u64, all: u64) -> u8 {
    u8::try_from(part * 100 / all.max(1)).unwrap_or(100)
}

/// What formatters and editors are told, nearest to the folder first.
fn configured(root: &Path, folder: &str) -> Vec<Convention> {
    let mut all: Vec<Convention> = Vec::new();
    let mut place = folder;
    loop {
        for (name, read) in FILES {
            let path =
                if place.is_empty() { (*name).to_owned() } else { format!("{place}/{name}") };
            if !is_inside(root, &path) {
                continue;
            }
            let Ok(text) = read_text(&root.join(&path)) else { continue };
            for (topic, value, key) in read(&text) {
                let known = all.iter().any(|one| one.topic == topic);
                if known {
                    continue;
                }
                let fits = |line: &str| line.trim_start().trim_start_matches('"').starts_with(&key);
                let row = text.lines().position(fits).unwrap_or(0);
                let line = u32::try_from(row + 1).unwrap_or(1);
                all.push(Convention {
                    topic,
                    value,
                    share: None,
                    count: None,
                    path: path.clone(),
                    line,
                });
            }
        }
        if place.is_empty() {
            return all;
        }
        place = place.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

/// (topic, value, the key that says so).
type Said = Vec<(String, String, String)>;
type Reader = fn(&str) -> Said;

const FILES: &[(&str, Reader)] = &[
    ("rustfmt.toml", rustfmt),
    (".rustfmt.toml", rustfmt),
    (".prettierrc", prettier),
    (".prettierrc.json", prettier),
    ("package.json", package),
    ("biome.json", biome),
    ("pyproject.toml", pyproject),
    ("ruff.toml", ruff),
    (".flake8", flake8),
    ("setup.cfg", flake8),
    (".clang-format", clang_format),
    (".editorconfig", editorconfig),
];

fn said(topic: &str, value: String, key: &str) -> (String, String, String) {
    (topic.to_owned(), value, key.to_owned())
}

fn columns(number: i64) -> String {
    format!("{number} columns")
}

fn spaces(number: i64) -> String {
    format!("{number} spaces")
}

fn rustfmt(text: &str) -> Said {
    let Ok(table) = toml(text) else { return Vec::new() };
    let number = |key: &str| table.get(key).and_then(toml::Value::as_integer);
    let mut all = Said::new();
    all.extend(
        number("max_width").map(|width| said("rust line width", columns(width), "max_width")),
    );
    let tabs = table.get("hard_tabs").and_then(toml::Value::as_bool) == Some(true);
    if tabs {
        all.push(said("rust indentation", "tabs".to_owned(), "hard_tabs"));
    } else {
        all.extend(number("tab_spaces").map(|n| said("rust indentation", spaces(n), "tab_spaces")));
    }
    all
}

fn prettier(text: &str) -> Said {
    super::manifest::json(text)
        .or_else(|_| super::yaml::yaml(text))
        .map(|value| of_prettier(&value))
        .unwrap_or_default()
}

fn of_prettier(value: &serde_json::Value) -> Said {
    let number = |key: &str| value.get(key).and_then(serde_json::Value::as_i64);
    let flag = |key: &str| value.get(key).and_then(serde_json::Value::as_bool);
    let mut all = Said::new();
    all.extend(
        number("printWidth")
            .map(|width| said("javascript line width", columns(width), "printWidth")),
    );
    match flag("useTabs") {
        Some(true) => all.push(said("javascript indentation", "tabs".to_owned(), "useTabs")),
        _ => all.extend(
            number("tabWidth").map(|n| said("javascript indentation", spaces(n), "tabWidth")),
        ),
    }
    let quotes =
        flag("singleQuote").map(|single| if single { "single quotes" } else { "double quotes" });
    all.extend(quotes.map(|quotes| said("javascript quotes", quotes.to_owned(), "singleQuote")));
    let semicolons = flag("semi").map(|semi| if semi { "always" } else { "none" });
    all.extend(semicolons.map(|semi| said("javascript semicolons", semi.to_owned(), "semi")));
    all
}

fn package(text: &str) -> Said {
    let Ok(package) = super::manifest::json(text) else { return Vec::new() };
    package.get("prettier").map(of_prettier).unwrap_or_default()
}

fn biome(text: &str) -> Said {
    let Ok(config) = super::manifest::json(text) else { return Vec::new() };
    let formatter = config.get("formatter");
    let get = |key: &str| formatter.and_then(|formatter| formatter.get(key));
    let width = get("lineWidth").and_then(serde_json::Value::as_i64);
    let style = get("indentStyle").and_then(serde_json::Value::as_str);
    let mut all = Said::new();
    all.extend(width.map(|width| said("javascript line width", columns(width), "lineWidth")));
    all.extend(style.map(|style| said("javascript indentation", style.to_owned(), "indentStyle")));
    all
}

fn pyproject(text: &str) -> Said {
    let Ok(table) = toml(text) else { return Vec::new() };
    let tools: [&[&str]; 3] = [
        &["tool", "ruff", "line-length"],
        &["tool", "black", "line-length"],
        &["tool", "isort", "line_length"],
    ];
    let found = tools.iter().find_map(|keys| Some((toml_at(&table, keys)?.as_integer()?, keys[2])));
    found.map(|(width, key)| said("python line width", columns(width), key)).into_iter().collect()
}

fn ruff(text: &str) -> Said {
    let width = toml(text).ok().and_then(|table| table.get("line-length")?.as_integer());
    width
        .map(|width| said("python line width", columns(width), "line-length"))
        .into_iter()
        .collect()
}

fn flake8(text: &str) -> Said {
    let width = text.lines().find_map(|line| {
        let value = line.trim().strip_prefix("max-line-length")?.trim_start().strip_prefix('=')?;
        value.trim().parse().ok()
    });
    width
        .map(|width| said("python line width", columns(width), "max-line-length"))
        .into_iter()
        .collect()
}

fn clang_format(text: &str) -> Said {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        Some(line.trim().to_owned()).filter(|value| !value.is_empty())
    };
    let mut all = Said::new();
    all.extend(value("BasedOnStyle").map(|style| said("c style", style, "BasedOnStyle")));
    all.extend(
        value("ColumnLimit")
            .map(|width| said("c line width", format!("{width} columns"), "ColumnLimit")),
    );
    all.extend(
        value("IndentWidth")
            .map(|width| said("c indentation", format!("{width} spaces"), "IndentWidth")),
    );
    all
}

/// The section for all files.
fn editorconfig(text: &str) -> Said {
    let mut all = Said::new();
    let mut inside = false;
    let (mut style, mut size) = (None, None);
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[*]";
        }
        let Some((key, value)) = line.split_once('=').filter(|_| inside) else { continue };
        let value = value.trim().to_ascii_lowercase();
        match key.trim() {
            "indent_style" => style = Some(value),
            "indent_size" => size = value.parse().ok(),
            "max_line_length" => {
                all.extend(
                    value
                        .parse()
                        .ok()
                        .map(|width| said("line width", columns(width), "max_line_length")),
                );
            }
            _ => {}
        }
    }
    let indent = match (style.as_deref(), size) {
        (Some("tab"), _) => Some("tabs".to_owned()),
        (_, Some(size)) => Some(spaces(size)),
        (Some(style), None) => Some(style.to_owned()),
        (None, None) => None,
    };
    all.extend(indent.map(|indent| said("indentation", indent, "indent_s")));
    all
}

#[cfg(test)]
mod tests;
