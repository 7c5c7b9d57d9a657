//! `pyproject.toml` (PEP 621, dependency groups, Poetry, PDM, uv) and `Pipfile`.

use toml::{Table, Value};

use super::manifest::{Draft, Source, toml, toml_at, toml_entries, toml_strings};
use super::{DependencyKind, EntryKind};

pub(super) fn parse_pyproject(source: &Source<'_>) -> Result<Draft, String> {
    let table = toml(source.text)?;
    let mut draft = Draft::new("python");
    let text = |keys: &[&str]| toml_at(&table, keys).and_then(Value::as_str).map(str::to_owned);
    draft.name = text(&["project", "name"]).or_else(|| text(&["tool", "poetry", "name"]));
    draft.version = text(&["project", "version"]).or_else(|| text(&["tool", "poetry", "version"]));
    draft.members = toml_strings(toml_at(&table, &["tool", "uv", "workspace", "members"]));

    let lists = [
        (["project", "dependencies"].as_slice(), DependencyKind::Normal),
        (&["build-system", "requires"], DependencyKind::Build),
        (&["tool", "uv", "dev-dependencies"], DependencyKind::Dev),
    ];
    for (keys, kind) in lists {
        add_requirements(&mut draft, toml_at(&table, keys), kind);
    }
    let groups = [
        (["project", "optional-dependencies"].as_slice(), DependencyKind::Optional),
        (&["dependency-groups"], DependencyKind::Dev),
        (&["tool", "pdm", "dev-dependencies"], DependencyKind::Dev),
    ];
    for (keys, kind) in groups {
        for (_, list) in toml_entries(&table, keys) {
            add_requirements(&mut draft, Some(list), kind);
        }
    }
    add_poetry(&mut draft, &table);
    let scripts = toml_entries(&table, &["project", "scripts"])
        .chain(toml_entries(&table, &["project", "gui-scripts"]))
        .chain(toml_entries(&table, &["tool", "poetry", "scripts"]));
    for (name, target) in scripts {
        if let Some(target) = target.as_str() {
            add_script(&mut draft, source, name, target);
        }
    }
    Ok(draft)
}

pub(super) fn parse_pipfile(source: &Source<'_>) -> Result<Draft, String> {
    let table = toml(source.text)?;
    let mut draft = Draft::new("python");
    for (key, kind) in [("packages", DependencyKind::Normal), ("dev-packages", DependencyKind::Dev)]
    {
        for (name, value) in toml_entries(&table, &[key]) {
            draft.depend(normal_name(name), table_version(value), kind);
        }
    }
    for (name, command) in toml_entries(&table, &["scripts"]) {
        draft.script(name, command.as_str().unwrap_or_default());
    }
    Ok(draft)
}

fn add_requirements(draft: &mut Draft, list: Option<&Value>, kind: DependencyKind) {
    for requirement in toml_strings(list) {
        add_requirement(draft, &requirement, kind);
    }
}

fn add_poetry(draft: &mut Draft, table: &Table) {
    let poetry = ["tool", "poetry"];
    let mut tables = vec![
        (toml_at(table, &[poetry[0], poetry[1], "dependencies"]), DependencyKind::Normal),
        (toml_at(table, &[poetry[0], poetry[1], "dev-dependencies"]), DependencyKind::Dev),
    ];
    for (_, group) in toml_entries(table, &["tool", "poetry", "group"]) {
        tables.push((group.get("dependencies"), DependencyKind::Dev));
    }
    for (dependencies, kind) in tables {
        for (name, value) in dependencies.and_then(Value::as_table).into_iter().flatten() {
            if name == "python" {
                continue; // The interpreter is no package.
            }
            let optional = value.get("optional").and_then(Value::as_bool) == Some(true);
            let kind = if optional { DependencyKind::Optional } else { kind };
            draft.depend(normal_name(name), table_version(value), kind);
        }
    }
}

/// Returns the version of a Poetry or Pipenv entry, or where it comes from.
fn table_version(value: &Value) -> Option<String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let version = value.as_str().or_else(|| text("version")).map(str::to_owned);
    let from = |key: &str| text(key).map(|place| format!("{key} {place}"));
    version.filter(|version| version != "*").or_else(|| from("path")).or_else(|| from("git"))
}

/// Adds `name[extra]>=1.0; marker`, or `name @ url`; what is neither is passed over.
pub(super) fn add_requirement(draft: &mut Draft, requirement: &str, kind: DependencyKind) {
    let requirement = requirement.split(';').next().unwrap_or_default().trim();
    if requirement.contains("://") && !requirement.contains(" @ ") {
        return add_address(draft, requirement, kind);
    }
    let name_end = requirement
        .find(|character: char| !(character.is_ascii_alphanumeric() || "-_.".contains(character)))
        .unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(name_end);
    if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return;
    }
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let version = rest.trim().trim_start_matches('(').trim_end_matches(')');
    let version = version.strip_prefix('@').unwrap_or(version).trim();
    let version = Some(version.to_owned()).filter(|version| !version.is_empty());
    draft.depend(normal_name(name), version, kind);
}

/// Adds a requirement that is only an address; its name is in the fragment or the last part.
fn add_address(draft: &mut Draft, address: &str, kind: DependencyKind) {
    let (place, fragment) = address.split_once('#').unwrap_or((address, ""));
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
    let last = place.trim_end_matches('/').rsplit('/').next().unwrap_or(place);
    let last = last.split('@').next().unwrap_or(last).trim_end_matches(".git");
    draft.depend(normal_name(egg.unwrap_or(last)), Some(place.to_owned()), kind);
}

/// Returns the name as the package index compares it.
fn normal_name(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// Adds a command that calls `package.module:function`.
pub(super) fn add_script(draft: &mut Draft, source: &Source<'_>, name: &str, target: &str) {
    draft.script(name, target);
    let module = target.split([':', '[']).next().unwrap_or_default().trim().replace('.', "/");
    let tries = [
        format!("{module}.py"),
        format!("{module}/__init__.py"),
        format!("src/{module}.py"),
        format!("src/{module}/__init__.py"),
    ];
    let path = source.first_file(&tries.each_ref().map(String::as_str));
    draft.enter(path, EntryKind::Binary, format!("console script `{name}`"));
}
