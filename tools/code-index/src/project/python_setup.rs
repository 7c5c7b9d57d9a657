//! The older Python manifests: `requirements*.txt`, `setup.cfg` and `setup.py`.
//!
//! `setup.py` is a program and is not run: what it passes as literals is read.

use std::sync::LazyLock;

use regex::Regex;

use super::DependencyKind;
use super::manifest::{Draft, Source, file_name};
use super::python::{add_requirement, add_script};

pub(super) fn parse_requirements(source: &Source<'_>) -> Result<Draft, String> {
    let mut draft = Draft::new("python");
    let name = file_name(source.path);
    let dev = ["dev", "test", "lint", "doc", "typing", "ci"].iter().any(|word| name.contains(word));
    let kind = if dev { DependencyKind::Dev } else { DependencyKind::Normal };
    for line in source.text.lines() {
        // A fragment of an address begins without a space before it.
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.starts_with(['#', '-']) {
            continue;
        }
        add_requirement(&mut draft, line.split(" --").next().unwrap_or(line), kind);
    }
    Ok(draft)
}

pub(super) fn parse_setup_cfg(source: &Source<'_>) -> Result<Draft, String> {
    let mut draft = Draft::new("python");
    for (section, key, value) in ini(source.text) {
        let lines = value.lines().map(str::trim).filter(|line| !line.is_empty());
        match (section.as_str(), key.as_str()) {
            ("metadata", "name") => draft.name = Some(value),
            ("metadata", "version") => draft.version = Some(value),
            ("options", "install_requires") => {
                lines.for_each(|line| add_requirement(&mut draft, line, DependencyKind::Normal));
            }
            ("options", "setup_requires") => {
                lines.for_each(|line| add_requirement(&mut draft, line, DependencyKind::Build));
            }
            ("options.extras_require", _) => {
                lines.for_each(|line| add_requirement(&mut draft, line, DependencyKind::Optional));
            }
            ("options.entry_points", "console_scripts") => {
                for (name, target) in lines.filter_map(|line| line.split_once('=')) {
                    add_script(&mut draft, source, name.trim(), target.trim());
                }
            }
            _ => {}
        }
    }
    Ok(draft)
}

/// Returns (section, key, value) with continued lines joined by line breaks.
fn ini(text: &str) -> Vec<(String, String, String)> {
    let mut entries: Vec<(String, String, String)> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            section = name.trim().to_owned();
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, _, value)) = entries.last_mut() {
                value.push('\n');
                value.push_str(trimmed);
            }
        } else if let Some((key, value)) = line.split_once(['=', ':']) {
            let key = key.trim().replace('-', "_");
            entries.push((section.clone(), key, value.trim().to_owned()));
        }
    }
    entries
}

static LISTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(install_requires|setup_requires|tests_require)\s*=\s*[\[(]([^\])]*)[\])]")
        .expect("the pattern is constant")
});
static TEXTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b(name|version)\s*=\s*["']([^"'\n]+)["']"#).expect("the pattern is constant")
});
static COMMANDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"["']([\w.-]+)\s*=\s*([\w.]+:[\w.]+)["']"#).expect("the pattern is constant")
});
static LITERALS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""([^"\n]*)"|'([^'\n]*)'"#).expect("the pattern is constant"));

pub(super) fn parse_setup_py(source: &Source<'_>) -> Result<Draft, String> {
    let mut draft = Draft::new("python");
    for found in TEXTS.captures_iter(source.text) {
        let slot = if &found[1] == "name" { &mut draft.name } else { &mut draft.version };
        slot.get_or_insert_with(|| found[2].to_owned());
    }
    // Extras and markers hold brackets of their own; they would end the list early.
    let text = source.text.lines().map(without_extras).collect::<Vec<_>>().join("\n");
    for list in LISTS.captures_iter(&text) {
        let kind = match &list[1] {
            "install_requires" => DependencyKind::Normal,
            "setup_requires" => DependencyKind::Build,
            _ => DependencyKind::Dev,
        };
        for line in list[2].lines().filter(|line| !line.trim_start().starts_with('#')) {
            for literal in LITERALS.captures_iter(line) {
                let text = literal.get(1).or(literal.get(2)).map_or("", |text| text.as_str());
                add_requirement(&mut draft, text, kind);
            }
        }
    }
    if source.text.contains("console_scripts") {
        for found in COMMANDS.captures_iter(source.text) {
            add_script(&mut draft, source, &found[1], &found[2]);
        }
    }
    Ok(draft)
}

static EXTRAS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"([\w.-])\[[\w.,\s-]+\]").expect("the pattern is constant"));

fn without_extras(line: &str) -> String {
    EXTRAS.replace_all(line, "$1").into_owned()
}
