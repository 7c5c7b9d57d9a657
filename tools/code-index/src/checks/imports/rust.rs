//! Imports of Rust: `use` of this crate and `mod` without a file.

use super::super::names::is_rust_standard;
use super::super::tree::has_word;
use super::{Asked, Judge, Meaning};
use crate::links::{Imported, ItemKind};
use crate::resolve::value::{FileId, Module, Value};

impl Judge<'_, '_, '_> {
    pub(super) fn rust(&self, asked: &Asked<'_>) -> Meaning {
        let first = asked.written.split("::").next().unwrap_or_default();
        if !matches!(first, "crate" | "self" | "super") {
            return self.foreign(asked);
        }
        let is_declared = asked.import.what == Imported::Module
            && asked.written.starts_with("self::")
            && asked.links.text(asked.import.local)
                == asked.written.rsplit("::").next().unwrap_or_default();
        let whole = match asked.name {
            Some(name) => format!("{}::{name}", asked.written),
            None => asked.written.to_owned(),
        };
        let names: Vec<&str> = whole.split("::").collect();
        // From the front: the first name that leads nowhere is the one that is missing.
        let mut written = names[0].to_owned();
        let mut at = self.module(asked, &written);
        for name in &names[1..] {
            let before = at;
            written.push_str("::");
            written.push_str(name);
            if matches!(*name, "self" | "super" | "crate") {
                at = self.module(asked, &written);
                continue;
            }
            at = self.module(asked, &written);
            if !matches!(at, Value::Unknown | Value::Outside(_)) {
                continue;
            }
            return match before {
                Value::Module(Module::File(file))
                    if is_declared && self.has_no_file(file, name)
                        || !is_declared && self.lacks_rust(asked, file, name) =>
                {
                    Meaning::Missing(whole)
                }
                Value::Thing(def) if !is_declared && self.lacks_inside(def.file, name) => {
                    // A type of which a constant or variant is taken, or a module written here.
                    match self.resolver.kind(def) {
                        ItemKind::Class | ItemKind::Module => Meaning::Missing(whole),
                        _ => Meaning::Fine,
                    }
                }
                _ => Meaning::Fine,
            };
        }
        Meaning::Fine
    }

    /// `mod name;` of a file has no file of its own.
    fn has_no_file(&self, file: FileId, name: &str) -> bool {
        let path = self.resolver.path(file);
        let (folder, own) = path.rsplit_once('/').unwrap_or(("", &path));
        let own = own.trim_end_matches(".rs");
        let name = name.trim_start_matches("r#");
        let tries = [
            format!("{folder}/{name}.rs"),
            format!("{folder}/{name}/mod.rs"),
            format!("{folder}/{own}/{name}.rs"),
            format!("{folder}/{own}/{name}/mod.rs"),
        ];
        !tries
            .iter()
            .filter_map(|path| crate::roots::tidy(path))
            .any(|path| self.tree.is_on_disk(&path) || self.tree.may_be_made(&path))
    }

    fn lacks_rust(&self, asked: &Asked<'_>, file: FileId, name: &str) -> bool {
        // A file that is not declared yet is no module, but its name is known.
        let path = self.resolver.path(file);
        let (folder, own) = path.rsplit_once('/').unwrap_or(("", &path));
        let beside = [folder.to_owned(), format!("{folder}/{}", own.trim_end_matches(".rs"))];
        let is_file = beside.iter().any(|folder| {
            crate::roots::tidy(folder).is_some_and(|folder| self.tree.has_stem(&folder, name))
        });
        !is_file && self.lacks(asked, file, name, is_dynamic)
    }

    fn lacks_inside(&self, file: FileId, name: &str) -> bool {
        let path = self.resolver.path(file);
        self.tree.text(&path).is_some_and(|text| !has_word(&text, name) && !is_dynamic(&text))
    }

    /// The crate that a path begins with, if it is none of this repository.
    fn foreign(&self, asked: &Asked<'_>) -> Meaning {
        let written = asked.written.trim_start_matches("::");
        let first = written.split("::").next().unwrap_or_default();
        let is_type = first.starts_with(|letter: char| letter.is_uppercase());
        if first.is_empty() || is_type || is_rust_standard(first) {
            return Meaning::Fine;
        }
        // Declared or imported here under this name, it is no crate.
        let is_own =
            asked.links.find(first).is_some_and(|text| {
                asked.links.items.iter().any(|item| item.name == text)
                    || asked.links.imports.iter().any(|import| {
                        import.local == text && asked.links.text(import.module) != first
                    })
            });
        let value = self.module(asked, first);
        let is_here = !matches!(value, Value::Unknown | Value::Outside(_));
        let has_all = asked.links.imports.iter().any(|import| import.what == Imported::All);
        // A macro may declare it, which the index does not see into.
        let is_declared = || {
            let text = self.tree.text(asked.path);
            text.is_none_or(|text| text.contains(&format!("mod {first}")))
        };
        if is_own || is_here || has_all && self.is_brought(asked, first) || is_declared() {
            return Meaning::Fine;
        }
        Meaning::Package(first.to_owned())
    }

    /// It comes with all names of a module.
    fn is_brought(&self, asked: &Asked<'_>, name: &str) -> bool {
        let rules = self.resolver.rules(asked.file);
        !matches!(rules.free(self.resolver, asked.file, name), Value::Unknown | Value::Outside(_))
    }
}

/// A macro may make names here that no text has.
fn is_dynamic(text: &str) -> bool {
    let is_made = ["include!(", "paste!", "concat_idents!", "include_proto!", "#[path"]
        .iter()
        .any(|mark| text.contains(mark));
    is_made
        || text.lines().any(|line| {
            let name = line.split('!').next().unwrap_or_default();
            let is_call = line.len() > name.len() + 1
                && !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'));
            is_call && !matches!(name, "macro_rules" | "thread_local" | "compile_error" | "println")
        })
}
