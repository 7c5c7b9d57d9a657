//! `composer.json`.

use super::manifest::{Draft, Source, entries, json, strings, text_of};
use super::{DependencyKind, EntryKind};

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let package = json(source.text)?;
    let mut draft = Draft::new("composer");
    draft.name = text_of(&package, "name");
    draft.version = text_of(&package, "version");
    for (key, kind) in [("require", DependencyKind::Normal), ("require-dev", DependencyKind::Dev)] {
        // The platform (`php`, `ext-json`) is no package; packages have a vendor.
        for (name, version) in entries(&package, key).filter(|(name, _)| name.contains('/')) {
            draft.depend(name, version.as_str().map(str::to_owned), kind);
        }
    }
    for (name, script) in entries(&package, "scripts") {
        let command = script.as_str().map(str::to_owned);
        draft.script(name, &command.unwrap_or_else(|| strings(Some(script)).join(" && ")));
    }
    for path in strings(package.get("bin")) {
        let file = source.first_file(&[&path]);
        draft.enter(file, EntryKind::Binary, format!("composer.json bin `{path}`"));
    }
    Ok(draft)
}
