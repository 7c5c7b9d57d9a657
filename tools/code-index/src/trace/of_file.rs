//! What a file imports, and the files that import it.
//!
//! An import leads to the file that its module is, and to what it brings: the
//! two differ where a file passes on what it imports itself. A package that is
//! no file, as in Go, leads to what is used of it.

use std::collections::BTreeSet;

use super::uses::{DEFAULT, Users};
use super::{Direction, Edge, MAX_DEPTH, MAX_EDGES, Trace, TraceAnswer, Traced};
use crate::error::IndexError;
use crate::links::{Expr, Imported};
use crate::resolve::value::{FileId, Module, Value};
use crate::resolve::{Confidence, Target};

/// One way that an import leads.
struct Lead {
    /// The line of the import.
    line: u32,
    /// Where it leads.
    to: (FileId, u32),
    name: String,
    /// Not by way of another file.
    is_direct: bool,
}

impl Trace<'_, '_> {
    pub(super) fn run_file(
        &mut self,
        path: &str,
        answer: &mut TraceAnswer,
    ) -> Result<(), IndexError> {
        let shown = self.root.show(path);
        if !matches!(self.query.direction, Direction::Imports | Direction::References) {
            return Err(IndexError::AskedOfFile { path: shown });
        }
        let Some(file) = self.resolver.file(path) else { return Ok(()) };
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        answer.symbols.push(Traced { name, path: shown, line: 1, container: None });
        let mut now = vec![file];
        let mut seen: BTreeSet<FileId> = now.iter().copied().collect();
        for distance in 1..=self.query.depth.clamp(1, MAX_DEPTH) {
            let mut next = BTreeSet::new();
            for file in now {
                match self.query.direction {
                    Direction::Imports => {
                        next.extend(self.imported_by(file, distance, answer)?);
                    }
                    _ => next.extend(self.importers_of(file, distance)?),
                }
            }
            now = next.into_iter().filter(|file| seen.insert(*file)).collect();
            if now.is_empty() || self.edges.len() > MAX_EDGES {
                break;
            }
        }
        Ok(())
    }

    /// Adds where the imports of a file lead; returns the files.
    fn imported_by(
        &mut self,
        file: FileId,
        distance: u32,
        answer: &mut TraceAnswer,
    ) -> Result<Vec<FileId>, IndexError> {
        let mut outside = Vec::new();
        let leads = self.leads(file, &mut outside);
        self.resolver.check()?;
        if distance == 1 {
            answer.unresolved.extend(outside);
        }
        let mut files = Vec::new();
        for lead in leads {
            let (to, line) = lead.to;
            self.add_place(to, line, Some(lead.name), distance);
            files.push(to);
        }
        Ok(files)
    }

    /// Adds the lines that import a file; returns the files that they stand in.
    fn importers_of(&mut self, file: FileId, distance: u32) -> Result<Vec<FileId>, IndexError> {
        let users = Users::of(self.resolver, &[]);
        let mut paths = BTreeSet::new();
        for word in self.words_for(file) {
            paths.extend(users.holders(&word)?);
        }
        let mut files = Vec::new();
        for path in paths {
            self.resolver.check()?;
            let Some(user) = self.resolver.file(&path).filter(|user| *user != file) else {
                continue;
            };
            for lead in self.leads(user, &mut Vec::new()) {
                if lead.is_direct && lead.to.0 == file {
                    self.add_place(user, lead.line, None, distance);
                    files.push(user);
                }
            }
        }
        Ok(files)
    }

    /// The words of which whoever imports a file holds one.
    fn words_for(&self, file: FileId) -> Vec<String> {
        let path = self.resolver.path(file);
        let (folder, base) = path.rsplit_once('/').unwrap_or(("", &path));
        let stem = base.split('.').next().unwrap_or(base);
        let mut words = vec![stem.to_owned()];
        let is_folder = matches!(stem, "index" | "mod" | "__init__" | "lib" | "main");
        if is_folder || base.ends_with(".go") {
            words.push(folder.rsplit('/').next().unwrap_or(folder).to_owned());
        }
        if base.ends_with(".rs") && matches!(stem, "lib" | "main" | "mod") {
            words.extend(["crate".to_owned(), "super".to_owned()]);
            words.extend(self.resolver.projects().crate_of(folder).map(|of| of.name.clone()));
        }
        words.retain(|word| !word.is_empty());
        words
    }

    /// Where the imports of a file lead; the modules that lead nowhere here go to
    /// `outside`.
    fn leads(&self, file: FileId, outside: &mut Vec<String>) -> Vec<Lead> {
        let resolver = self.resolver;
        let links = resolver.links(file);
        let rules = resolver.rules(file);
        let mut leads = Vec::new();
        for (at, import) in (0..).zip(&links.imports) {
            let written = links.text(import.module);
            let name = match import.what {
                Imported::Name(name) if links.text(name) == DEFAULT => links.text(import.local),
                Imported::Name(name) => links.text(name),
                Imported::Module | Imported::All => written,
            };
            let module = rules.module(resolver, file, written);
            let brought = resolver.import(file, at, 0);
            let before = leads.len();
            let own: Vec<FileId> = files(&module).chain(files(&brought)).collect();
            // A module inside a package is meant, not the package.
            let (called, said) = match files(&brought).next() {
                Some(_) => (name, &brought),
                None => (written, &module),
            };
            for def in brought.things() {
                let to = (def.file, resolver.links(def.file).item(def.item).line);
                let is_direct = own.is_empty() || own.contains(&def.file);
                leads.push(Lead { line: import.line, to, name: name.to_owned(), is_direct });
            }
            for of in files(said) {
                // What it brings of a file says that file too.
                let is_said = leads[before..].iter().any(|lead: &Lead| lead.to.0 == of);
                if of != file && !is_said {
                    let (to, name) = ((of, 1), called.to_owned());
                    leads.push(Lead { line: import.line, to, name, is_direct: true });
                }
            }
            if leads.len() == before {
                let used = self.used_of(file, at, import.line);
                leads.extend(used);
            }
            if leads.len() == before && !written.is_empty() {
                outside.push(written.to_owned());
            }
        }
        leads.retain(|lead| lead.to.0 != file);
        leads
    }

    /// Where the members that a file uses of an import lead.
    fn used_of(&self, file: FileId, import: u32, line: u32) -> Vec<Lead> {
        let links = self.resolver.links(file);
        let is_of = |expr: u32| match links.expr(expr) {
            Expr::Member(of, _) => *links.expr(*of) == Expr::Import(import),
            _ => false,
        };
        let mut leads = Vec::new();
        for used in links.uses.iter().filter(|used| is_of(used.expr)) {
            let target = self.resolver.target_of_use(file, used.expr, used.role);
            let Target::Found(defs, _) = target else { continue };
            for def in defs {
                let to = (def.file, self.resolver.links(def.file).item(def.item).line);
                let name = links.name_of(used.expr).unwrap_or_default().to_owned();
                leads.push(Lead { line, to, name, is_direct: true });
            }
        }
        leads
    }

    fn add_place(&mut self, file: FileId, line: u32, name: Option<String>, distance: u32) {
        let path = self.resolver.path(file);
        let edge = Edge {
            path: self.root.show(&path),
            line,
            name,
            container: None,
            confidence: Confidence::Exact,
            distance,
        };
        self.add(&path, edge);
    }
}

/// The files that a value is.
fn files(value: &Value) -> impl Iterator<Item = FileId> {
    value.each().iter().filter_map(|one| match one {
        Value::Module(Module::File(file)) => Some(*file),
        _ => None,
    })
}
