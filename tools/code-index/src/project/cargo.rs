//! `Cargo.toml`: packages, workspaces, and what a workspace hands down.

use toml::{Table, Value};

use super::manifest::{
    Draft, INHERITED, Offer, Source, WORKSPACE_VERSION, toml, toml_at, toml_entries, toml_strings,
};
use super::{DependencyKind, EntryKind};

const TABLES: [(&str, DependencyKind); 5] = [
    ("dependencies", DependencyKind::Normal),
    ("dev-dependencies", DependencyKind::Dev),
    ("dev_dependencies", DependencyKind::Dev),
    ("build-dependencies", DependencyKind::Build),
    ("build_dependencies", DependencyKind::Build),
];

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let table = toml(source.text)?;
    let mut draft = Draft::new("cargo");
    let text = |keys: &[&str]| toml_at(&table, keys).and_then(Value::as_str).map(str::to_owned);
    draft.name = text(&["package", "name"]);
    draft.version = text(&["package", "version"]);
    draft.inherits_version = toml_at(&table, &["package", "version", "workspace"]).is_some();
    draft.members = toml_strings(toml_at(&table, &["workspace", "members"]));

    add_tables(&mut draft, &table);
    for (_, target) in toml_entries(&table, &["target"]) {
        if let Some(target) = target.as_table() {
            add_tables(&mut draft, target);
        }
    }
    if table.contains_key("workspace") {
        draft.offers.push(Offer {
            key: WORKSPACE_VERSION.to_owned(),
            name: None,
            version: text(&["workspace", "package", "version"]),
        });
        for (name, value) in toml_entries(&table, &["workspace", "dependencies"]) {
            let (package, version) = describe(name, value);
            draft.offers.push(Offer { key: name.clone(), name: Some(package), version });
        }
        // The root of a virtual workspace still tells what its members use.
        if draft.name.is_none() {
            for (name, value) in toml_entries(&table, &["workspace", "dependencies"]) {
                let (package, version) = describe(name, value);
                draft.depend(package, version, DependencyKind::Normal);
            }
        }
    }
    if draft.name.is_some() {
        add_targets(&mut draft, &table, source);
    }
    Ok(draft)
}

fn add_tables(draft: &mut Draft, table: &Table) {
    for (key, kind) in TABLES {
        for (name, value) in toml_entries(table, &[key]) {
            let optional = value.get("optional").and_then(Value::as_bool) == Some(true);
            let kind = if optional { DependencyKind::Optional } else { kind };
            let (package, version) = describe(name, value);
            draft.depend(package, version, kind);
        }
    }
}

/// Returns the package's name, and its version or where it comes from.
fn describe(name: &str, value: &Value) -> (String, Option<String>) {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let from = |key: &str| text(key).map(|place| format!("{key} {place}"));
    if value.get("workspace").is_some() {
        return (name.to_owned(), Some(INHERITED.to_owned()));
    }
    let version = value.as_str().or_else(|| text("version")).map(str::to_owned);
    let package = text("package").unwrap_or(name).to_owned();
    (package, version.or_else(|| from("path")).or_else(|| from("git")))
}

fn add_targets(draft: &mut Draft, table: &Table, source: &Source<'_>) {
    let package = draft.name.clone().unwrap_or_default();
    let library = toml_at(table, &["lib", "path"]).and_then(Value::as_str).unwrap_or("src/lib.rs");
    draft.enter(
        source.first_file(&[library]),
        EntryKind::Library,
        format!("Cargo library `{package}`"),
    );
    let main = source.first_file(&["src/main.rs"]);
    draft.enter(main, EntryKind::Binary, format!("Cargo binary `{package}`"));
    for (kind, key, folder, word) in [
        (EntryKind::Binary, "bin", "src/bin", "binary"),
        (EntryKind::Example, "example", "examples", "example"),
    ] {
        for target in table.get(key).and_then(Value::as_array).into_iter().flatten() {
            let name = target.get("name").and_then(Value::as_str).unwrap_or(&package);
            let file = format!("{folder}/{name}.rs");
            let inner = format!("{folder}/{name}/main.rs");
            let path = match target.get("path").and_then(Value::as_str) {
                Some(path) => source.first_file(&[path]),
                None => source.first_file(&[&file, &inner]),
            };
            draft.enter(path, kind, format!("Cargo {word} `{name}`"));
        }
        for (path, below) in source.files_below(folder) {
            let name = match below.strip_suffix("/main.rs").or_else(|| below.strip_suffix(".rs")) {
                Some(name) if !name.contains('/') => name,
                _ => continue,
            };
            draft.enter(Some(path), kind, format!("Cargo {word} `{name}`"));
        }
    }
}
