//! `build.gradle`, `build.gradle.kts` and version catalogues.
//!
//! A build script is a program and is not run: declarations in their usual form
//! are read line by line, and `libs.…` is looked up in the catalogue.

use std::sync::LazyLock;

use regex::Regex;
use toml::Value;

use super::DependencyKind;
use super::manifest::{Draft, INHERITED, Offer, Source, toml, toml_at, toml_entries};

static DEPENDENCY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"^\s*(\w*(?:[iI]mplementation|[aA]pi|[cC]ompileOnly|[rR]untimeOnly|[cC]ompile|"#,
        r#"[aA]nnotationProcessor)|kapt|ksp|classpath)\s*\(?\s*(?:platform\s*\(\s*)?"#,
        r#"(?:["']([^"':\s]+:[^"':\s]+)(?::([^"'@\s]+))?[^"']*["']|libs\.([\w.]+))"#,
    ))
    .expect("the pattern is constant")
});
static PLUGIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"^\s*(?:id\s*\(?\s*["']([\w.-]+)["']\)?|kotlin\s*\(\s*["']([\w.-]+)["']\s*\)|"#,
        r#"alias\s*\(?\s*libs\.plugins\.([\w.]+)\s*\)?)(?:\s*version\s*["']([^"']+)["'])?"#,
    ))
    .expect("the pattern is constant")
});
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*version\s*=?\s*["']([^"'$]+)["']"#).expect("the pattern is constant")
});

pub(super) fn parse_build(source: &Source<'_>) -> Result<Draft, String> {
    let mut draft = Draft::new("gradle");
    for line in source.text.lines() {
        if let Some(found) = DEPENDENCY.captures(line) {
            let kind = kind(&found[1]);
            if let Some(name) = found.get(2) {
                let version = found.get(3).map(|version| version.as_str().to_owned());
                draft.depend(name.as_str(), version, kind);
            } else if let Some(alias) = found.get(4) {
                let alias = alias.as_str().trim_end_matches(".get");
                draft.depend(catalog_key(alias), Some(INHERITED.to_owned()), kind);
            }
        } else if let Some(found) = PLUGIN.captures(line) {
            let given = found.get(4).map(|version| version.as_str().to_owned());
            if let Some(id) = found.get(1) {
                draft.depend(id.as_str(), given, DependencyKind::Build);
            } else if let Some(id) = found.get(2) {
                let id = format!("org.jetbrains.kotlin.{}", id.as_str());
                draft.depend(id, given, DependencyKind::Build);
            } else if let Some(alias) = found.get(3) {
                let key = catalog_key(&format!("plugins.{}", alias.as_str()));
                draft.depend(key, Some(INHERITED.to_owned()), DependencyKind::Build);
            }
        } else if let Some(found) = VERSION.captures(line) {
            draft.version.get_or_insert_with(|| found[1].to_owned());
        }
    }
    Ok(draft)
}

fn kind(configuration: &str) -> DependencyKind {
    let lower = configuration.to_lowercase();
    if lower.contains("test") {
        DependencyKind::Dev
    } else if ["kapt", "ksp", "classpath"].contains(&lower.as_str())
        || lower.contains("processor")
        || lower.contains("compileonly")
    {
        DependencyKind::Build
    } else {
        DependencyKind::Normal
    }
}

/// Returns the key of a catalogue's entry: accessors write `-` and `_` as `.`.
fn catalog_key(alias: &str) -> String {
    format!("libs.{}", alias.replace(['-', '_'], "."))
}

pub(super) fn parse_catalog(source: &Source<'_>) -> Result<Draft, String> {
    let table = toml(source.text)?;
    let mut draft = Draft::new("gradle");
    let version_of = |value: &Value| match value.get("version") {
        Some(Value::String(version)) => Some(version.clone()),
        Some(version) => {
            let name = version.get("ref").and_then(Value::as_str)?;
            Some(toml_at(&table, &["versions", name])?.as_str()?.to_owned())
        }
        None => None,
    };
    for (section, part, kind) in
        [("libraries", "", DependencyKind::Normal), ("plugins", "plugins.", DependencyKind::Build)]
    {
        for (alias, value) in toml_entries(&table, &[section]) {
            let text = |key: &str| value.get(key).and_then(Value::as_str);
            let (name, version) = match (value.as_str(), text("group"), text("name")) {
                (Some(plain), _, _) => match plain.rsplit_once(':') {
                    Some((name, version)) => (name.to_owned(), Some(version.to_owned())),
                    None => (plain.to_owned(), None),
                },
                (None, Some(group), Some(name)) => (format!("{group}:{name}"), version_of(value)),
                _ => match text("module").or_else(|| text("id")) {
                    Some(name) => (name.to_owned(), version_of(value)),
                    None => continue,
                },
            };
            draft.offers.push(Offer {
                key: catalog_key(&format!("{part}{alias}")),
                name: Some(name.clone()),
                version: version.clone(),
            });
            draft.depend(name, version, kind);
        }
    }
    Ok(draft)
}
