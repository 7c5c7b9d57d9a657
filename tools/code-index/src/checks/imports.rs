//! What the imports of a file mean: something that is there, something that
//! should be in the project and is not, or a package from elsewhere.
//!
//! **Invariants**
//! - When it is not sure that something is missing, nothing is told: what a build
//!   makes, what a macro or a program may define, what is tried or depends on
//!   the platform.
//! - An import is either missing or one of a package, never both.
//!
//! **Deliberately absent:** what is installed. A package's own names are not known.

mod compiled;
mod javascript;
mod python;
mod rust;

use std::collections::BTreeSet;

use super::guards::Guards;
use super::tree::{SourceTree, has_word_outside};
use crate::links::names::Names;
use crate::links::{Import, Imported};
use crate::resolve::Resolver;
use crate::resolve::value::{FileId, Module, Value};

/// Files that pass names on to each other, followed so far.
const MAX_PASSED_ON: usize = 40;
/// Imports told of one file.
pub(crate) const MAX_UNRESOLVED: usize = 50;

/// An import that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnresolvedImport {
    /// Where it stands, from 1.
    pub line: u32,
    /// What is not there, as it is written.
    pub name: String,
}

/// A package that a file uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UsedPackage {
    /// As it is imported.
    pub(crate) name: String,
    pub(crate) line: u32,
    /// The file does without it, or only a type checker needs it.
    pub(crate) is_optional: bool,
}

/// What the imports of a file mean.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    pub(crate) unresolved: Vec<UnresolvedImport>,
    pub(crate) packages: Vec<UsedPackage>,
}

/// What one import means.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    /// It is there, or nothing can be said.
    Fine,
    /// This should be there.
    Missing(String),
    /// This comes from elsewhere.
    Package(String),
}

/// Judges imports.
pub(crate) struct Judge<'r, 'q, 'p> {
    pub(crate) resolver: &'r Resolver<'q>,
    pub(crate) tree: &'r SourceTree<'p>,
}

/// One import and where it stands.
struct Asked<'f> {
    file: FileId,
    path: &'f str,
    folder: &'f str,
    links: &'f Names,
    import: &'f Import,
    /// The module as it is written.
    written: &'f str,
    /// The one name that is taken of it.
    name: Option<&'f str>,
}

impl Judge<'_, '_, '_> {
    /// What the imports of the file at `path` mean; nothing where its language
    /// is not resolved.
    pub(crate) fn imports(&self, path: &str, text: &str, guards: &Guards) -> Imports {
        let mut found = Imports::default();
        let Some(file) = self.resolver.file(path) else { return found };
        let Some(language) = self.resolver.language(file) else { return found };
        let language = language.name();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let links = self.resolver.links(file);
        // Packages have no language of their own: the resolver takes the last file's.
        let _rules = self.resolver.rules(file);
        let mut seen = BTreeSet::new();
        for import in &links.imports {
            let name = match import.what {
                Imported::Name(name) => Some(links.text(name)),
                Imported::Module | Imported::All => None,
            };
            let written = links.text(import.module);
            let asked = Asked { file, path, folder, links: &links, import, written, name };
            let meaning = match language {
                "python" => self.python(&asked),
                "javascript" | "typescript" | "tsx" => self.javascript(&asked),
                "rust" => self.rust(&asked),
                "go" => self.go(&asked),
                "java" => self.java(&asked),
                "c" | "cpp" => self.include(&asked, text),
                _ => Meaning::Fine,
            };
            let is_loose = guards.is_loose(import.line);
            match meaning {
                Meaning::Missing(name) if !is_loose && seen.insert((import.line, name.clone())) => {
                    found.unresolved.push(UnresolvedImport { line: import.line, name });
                }
                Meaning::Package(name) => found.packages.push(UsedPackage {
                    name,
                    line: import.line,
                    is_optional: is_loose || guards.is_for_types(import.line),
                }),
                _ => {}
            }
        }
        found.unresolved.sort();
        found.packages.sort_by(|a, b| (&a.name, a.line).cmp(&(&b.name, b.line)));
        found
    }

    fn module(&self, asked: &Asked<'_>, written: &str) -> Value {
        self.resolver.rules(asked.file).module(self.resolver, asked.file, written)
    }

    /// Whether it is sure that a file has no such name: neither is it found, nor
    /// does it stand anywhere in its text or in that of a file of which it passes
    /// everything on.
    fn lacks(
        &self,
        asked: &Asked<'_>,
        file: FileId,
        name: &str,
        is_dynamic: fn(&str) -> bool,
    ) -> bool {
        let module = Module::File(file);
        let found = self.resolver.module_member(&module, name, 0);
        if !matches!(found, Value::Unknown | Value::Outside(_)) {
            return false;
        }
        let mut next = vec![file];
        let mut seen = BTreeSet::new();
        while let Some(file) = next.pop() {
            if !seen.insert(file) {
                continue;
            }
            if seen.len() > MAX_PASSED_ON {
                return false;
            }
            let path = self.resolver.path(file);
            let Some(text) = self.tree.text(&path) else { return false };
            // A file that takes it of itself, as a module inside does, has it in that line.
            let without = (path.as_ref() == asked.path).then_some(asked.import.line);
            if has_word_outside(&text, name, without) || is_dynamic(&text) {
                return false;
            }
            let links = self.resolver.links(file);
            for import in links.imports.iter().filter(|import| import.what == Imported::All) {
                let rules = self.resolver.rules(file);
                match rules.module(self.resolver, file, links.text(import.module)) {
                    Value::Module(Module::File(other)) => next.push(other),
                    // It may come from anywhere.
                    _ => return false,
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
