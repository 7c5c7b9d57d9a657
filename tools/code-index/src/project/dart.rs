//! `pubspec.yaml`.

use super::manifest::{Draft, Source, entries, text_of};
use super::yaml::yaml;
use super::{DependencyKind, EntryKind};

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let package = yaml(source.text)?;
    let mut draft = Draft::new("pub");
    draft.name = text_of(&package, "name");
    draft.version = text_of(&package, "version");
    for (key, kind) in
        [("dependencies", DependencyKind::Normal), ("dev_dependencies", DependencyKind::Dev)]
    {
        for (name, value) in entries(&package, key) {
            let version = value.as_str().map(str::to_owned).or_else(|| {
                ["sdk", "path", "git", "version"]
                    .iter()
                    .find_map(|key| text_of(value, key).map(|place| format!("{key} {place}")))
            });
            draft.depend(name, version, kind);
        }
    }
    let reason = format!("Dart program of `{}`", draft.name.as_deref().unwrap_or_default());
    draft.enter(source.first_file(&["lib/main.dart"]), EntryKind::Binary, reason);
    Ok(draft)
}
