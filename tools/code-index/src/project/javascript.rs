//! `package.json`, `pnpm-workspace.yaml` and `deno.json`.

use serde_json::Value;

use super::manifest::{Draft, Source, entries, json, strings, text_of};
use super::yaml::yaml;
use super::{DependencyKind, EntryKind};

const TABLES: [(&str, DependencyKind); 4] = [
    ("dependencies", DependencyKind::Normal),
    ("devDependencies", DependencyKind::Dev),
    ("peerDependencies", DependencyKind::Peer),
    ("optionalDependencies", DependencyKind::Optional),
];
/// Scripts whose command starts the program itself.
const START_SCRIPTS: [&str; 4] = ["start", "dev", "serve", "server"];
/// The conditions of an export, the most telling first.
const CONDITIONS: [&str; 6] = ["import", "node", "default", "module", "require", "browser"];
/// Conditions nest; nobody writes more levels.
const MAX_CONDITIONS: usize = 6;

/// Whether a file with this ending holds JavaScript or TypeScript, in components too.
pub(crate) fn is_script(ending: &str) -> bool {
    let plain = matches!(ending, "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts");
    plain || matches!(ending, "vue" | "svelte")
}

pub(super) fn parse_package(source: &Source<'_>) -> Result<Draft, String> {
    let package = json(source.text)?;
    if !package.is_object() {
        return Err("is not a JSON object".to_owned());
    }
    let mut draft = Draft::new("npm");
    draft.name = text_of(&package, "name");
    draft.version = text_of(&package, "version");
    for (key, kind) in TABLES {
        for (name, version) in entries(&package, key) {
            draft.depend(name, version.as_str().map(str::to_owned), kind);
        }
    }
    let workspaces = package.get("workspaces");
    draft.members = strings(workspaces);
    draft.members.extend(strings(workspaces.and_then(|object| object.get("packages"))));
    for (name, command) in entries(&package, "scripts") {
        draft.script(name, command.as_str().unwrap_or_default());
    }
    add_entry_points(&mut draft, &package, source);
    Ok(draft)
}

fn add_entry_points(draft: &mut Draft, package: &Value, source: &Source<'_>) {
    let name = draft.name.clone().unwrap_or_default();
    match package.get("bin") {
        Some(Value::String(path)) => {
            let reason = format!("package.json bin `{name}`");
            draft.enter(script_file(source, path), EntryKind::Binary, reason);
        }
        _ => {
            for (name, path) in entries(package, "bin") {
                let path = path.as_str().and_then(|path| script_file(source, path));
                draft.enter(path, EntryKind::Binary, format!("package.json bin `{name}`"));
            }
        }
    }
    for key in ["main", "module", "source"] {
        let path = text_of(package, key).and_then(|path| script_file(source, &path));
        draft.enter(path, EntryKind::Library, format!("package.json {key}"));
    }
    let exports = package.get("exports");
    let main_export = exports.and_then(|exports| exports.get(".").or(Some(exports)));
    let path = main_export.and_then(export_path).and_then(|path| script_file(source, path));
    draft.enter(path, EntryKind::Library, "package.json exports".to_owned());
    for script in START_SCRIPTS {
        let Some(command) = package.get("scripts").and_then(|scripts| scripts.get(script)) else {
            continue;
        };
        for word in command.as_str().unwrap_or_default().split_whitespace().take(32) {
            let path = has_script_extension(word).then(|| source.first_file(&[word])).flatten();
            draft.enter(path, EntryKind::Script, format!("package.json script `{script}`"));
        }
    }
}

/// Follows conditions down to a path.
fn export_path(export: &Value) -> Option<&str> {
    let mut export = export;
    for _ in 0..MAX_CONDITIONS {
        if let Some(path) = export.as_str() {
            return Some(path);
        }
        export = CONDITIONS.iter().find_map(|condition| export.get(condition))?;
    }
    None
}

/// Returns the file that a module path means: as written, with an extension, or a folder's index.
fn script_file(source: &Source<'_>, path: &str) -> Option<String> {
    let path = path.trim_end_matches('/');
    let mut tries = vec![path.to_owned()];
    for extension in ["js", "ts", "mjs", "cjs", "tsx"] {
        tries.push(format!("{path}.{extension}"));
        tries.push(format!("{path}/index.{extension}"));
    }
    let tries: Vec<&str> = tries.iter().map(String::as_str).collect();
    source.first_file(&tries)
}

fn has_script_extension(word: &str) -> bool {
    let extension = word.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| {
        ["js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"].contains(&extension)
    })
}

pub(super) fn parse_pnpm_workspace(source: &Source<'_>) -> Result<Draft, String> {
    let workspace = yaml(source.text)?;
    let mut draft = Draft::new("npm");
    draft.members = strings(workspace.get("packages"));
    Ok(draft)
}

pub(super) fn parse_deno(source: &Source<'_>) -> Result<Draft, String> {
    let config = json(&without_comments(source.text))?;
    let mut draft = Draft::new("deno");
    draft.name = text_of(&config, "name");
    draft.version = text_of(&config, "version");
    for (alias, target) in entries(&config, "imports") {
        let Some(target) = target.as_str().filter(|target| !target.starts_with('.')) else {
            continue;
        };
        let (name, version) =
            registry_package(target).unwrap_or((alias.clone(), target.to_owned()));
        let version = Some(version).filter(|version| !version.is_empty());
        draft.depend(name, version, DependencyKind::Normal);
    }
    for (name, task) in entries(&config, "tasks") {
        let command = task.as_str().map(str::to_owned).or_else(|| text_of(task, "command"));
        draft.script(name, &command.unwrap_or_default());
    }
    let workspace = config.get("workspace");
    draft.members = strings(workspace);
    draft.members.extend(strings(workspace.and_then(|object| object.get("members"))));
    let exports = config.get("exports");
    let export = exports.and_then(|exports| exports.get(".").unwrap_or(exports).as_str());
    let path = export.and_then(|path| source.first_file(&[path]));
    draft.enter(path, EntryKind::Library, "deno.json exports".to_owned());
    Ok(draft)
}

/// Splits `npm:@scope/name@1/path` into name and version.
fn registry_package(target: &str) -> Option<(String, String)> {
    let package = target.strip_prefix("npm:").or_else(|| target.strip_prefix("jsr:"))?;
    let package = package.trim_start_matches('/');
    let (name, version) = match package.char_indices().skip(1).find(|(_, c)| *c == '@') {
        Some((at, _)) => (&package[..at], &package[at + 1..]),
        None => (package, ""),
    };
    Some((name.to_owned(), version.split('/').next().unwrap_or(version).to_owned()))
}

/// Blanks comments and trailing commas, which JSON with comments allows.
pub(crate) fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest[2..].find("*/").map_or("", |end| &rest[2 + end + 2..]);
                continue;
            }
            _ => first.len_utf8(),
        };
        if matches!(first, '}' | ']') && plain.trim_end().ends_with(',') {
            let end = plain.trim_end().len() - 1;
            plain.truncate(end);
        }
        plain.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    plain
}

/// Returns the length of the JSON string that the text begins with.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
