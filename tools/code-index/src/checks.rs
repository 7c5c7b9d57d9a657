//! What is wrong with files as they are, without running anything of them.
//!
//! ```text
//! paths, diff, else what is uncommitted, else all ─▶ files
//!   each: tree ─▶ syntax, guards, review            (in parallel)
//!   each: links ─▶ resolve ─▶ imports ─▶ packages   (one resolver)
//!   manifests ─▶ undeclared, unused
//!   those shown: test files, formatter
//! ```
//!
//! **Invariants**
//! - What is not sure is not told; what was not looked at is said.
//! - No code of the repository is run, nor a program that lies in it.
//! - Time, files and texts are bounded, and a cancelled call ends.
//!
//! **Deliberately absent:** repair.

mod dependencies;
mod formatter;
mod guards;
mod imports;
mod inspect;
mod manifests;
mod names;
mod select;
mod syntax;
mod test_files;
mod tree;
mod unused;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::files::for_each_file;
use crate::resolve::Resolver;
use crate::review::Severity;
use crate::status::IndexStatus;
use crate::workspace::{RootQuery, Scope, Workspace};

use dependencies::Collected;
use formatter::Programs;
use imports::Judge;
use inspect::{Inspected, Inspector};
use manifests::{Ecosystem, Manifest};
use select::{Picked, Selection, select};
use tree::SourceTree;

pub use dependencies::Undeclared;
pub use formatter::Formatter;
pub use imports::UnresolvedImport;
pub use syntax::SyntaxError;
pub use unused::Unused;

/// Files that are looked at start within this time; the others are counted.
const TIME: Duration = Duration::from_secs(20);
/// Files of one answer whose formatter is run, and for which tests are looked up by use.
const MAX_DEEP: usize = 20;
/// All this ends after this time, so that an answer comes.
const DEEP_TIME: Duration = Duration::from_secs(6);
/// Manifests whose packages are looked for in one call.
const MAX_MANIFESTS: usize = 60;

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct CheckQuery {
    /// Files, folders or globs.
    pub paths: Vec<String>,
    /// A unified diff whose new side is on disk, or what git understands.
    pub diff: Option<String>,
    /// Files of the list that are passed over.
    pub skip: usize,
    /// Files of the list that are told in full.
    pub limit: usize,
}

/// How the files were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckScope {
    /// By the paths that were asked for.
    Paths,
    /// By the diff or range that was given.
    Diff,
    /// Nothing was asked for: what differs from the last commit.
    Uncommitted,
    /// Nothing was asked for and nothing differs: all.
    Project,
}

impl CheckScope {
    /// The word for it in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CheckScope::Paths => "paths",
            CheckScope::Diff => "diff",
            CheckScope::Uncommitted => "uncommitted",
            CheckScope::Project => "project",
        }
    }
}

/// What was found in one file.
#[derive(Debug, Clone)]
pub struct FileCheck {
    /// The file.
    pub path: String,
    /// Where it does not parse.
    pub errors: Vec<SyntaxError>,
    /// Imports that lead nowhere.
    pub unresolved_imports: Vec<UnresolvedImport>,
    /// What the review rules found.
    pub(crate) findings: Vec<crate::review::Finding>,
    /// Its test files, best first.
    pub tests: Vec<String>,
    /// Its formatter, where one is known.
    pub formatter: Option<Formatter>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// How the files were chosen.
    pub scope: CheckScope,
    /// Those with something wrong first, then those that were asked for by name;
    /// from [`CheckQuery::skip`] on, at most [`CheckQuery::limit`].
    pub files: Vec<FileCheck>,
    /// Files in the whole list.
    pub listed: usize,
    /// Files that were looked at.
    pub checked: usize,
    /// Used packages that no manifest declares.
    pub undeclared: Vec<Undeclared>,
    /// Declared packages that nothing uses.
    pub unused: Vec<Unused>,
    /// What was not looked at, and why.
    pub notes: Vec<String>,
    /// How complete the index is.
    pub status: IndexStatus,
}

/// A file with what was found so far.
struct Row {
    picked: Picked,
    inspected: Inspected,
    unresolved: Vec<UnresolvedImport>,
}

impl Row {
    /// The worst first, then by path; what is clean last.
    fn order(&self) -> (u8, usize, String) {
        let worst = self.inspected.findings.iter().map(|finding| finding.severity).min();
        let rank = match (self.inspected.errors.is_empty(), self.unresolved.is_empty(), worst) {
            (false, ..) => 0,
            (_, false, _) => 1,
            (.., Some(Severity::Error)) => 2,
            (.., Some(Severity::Warning)) => 3,
            (.., Some(Severity::Note)) => 4,
            (.., None) => 5,
        };
        (rank, self.picked.root, self.picked.path.clone())
    }

    fn is_listed(&self) -> bool {
        self.picked.is_named || self.order().0 < 5
    }
}

impl Workspace {
    /// Checks files.
    pub fn check_code(&self, query: &CheckQuery, cancel: &Cancel) -> Result<Checked, IndexError> {
        let roots = self.queries(&Scope::default(), cancel)?;
        let selection = select(self, &roots, query, cancel)?;
        let ends = Instant::now() + TIME;
        let mut checked = Checked {
            scope: selection.scope,
            files: Vec::new(),
            listed: 0,
            checked: 0,
            undeclared: Vec::new(),
            unused: Vec::new(),
            notes: Vec::new(),
            status: self.status(),
        };
        let mut rows = Vec::new();
        let lists: Vec<Vec<String>> = roots.iter().map(all_files).collect();
        let lists: Vec<Vec<&str>> =
            lists.iter().map(|list| list.iter().map(String::as_str).collect()).collect();
        for (number, root) in roots.iter().enumerate() {
            let own: Vec<&Picked> =
                selection.files.iter().filter(|file| file.root == number).collect();
            if own.is_empty() {
                continue;
            }
            let max_bytes = root.state.options.max_file_bytes;
            let tree = SourceTree::new(&root.state.root, &lists[number], max_bytes);
            let mut pass =
                Pass { root, tree: &tree, selection: &selection, checked: &mut checked, cancel };
            rows.extend(pass.run(&own, ends)?);
        }
        rows.retain(Row::is_listed);
        rows.sort_by_cached_key(Row::order);
        checked.listed = rows.len();
        let shown = rows.into_iter().skip(query.skip).take(query.limit.max(1)).collect();
        checked.files = self.tell(&roots, &lists, shown, cancel)?;
        Ok(checked)
    }

    /// What costs more is found out for the files that are shown only.
    fn tell(
        &self,
        roots: &[RootQuery<'_>],
        lists: &[Vec<&str>],
        rows: Vec<Row>,
        cancel: &Cancel,
    ) -> Result<Vec<FileCheck>, IndexError> {
        let options = roots.first().map(|root| &root.state.options);
        let programs = Programs {
            search_path: options.and_then(|options| options.search_path.as_deref()),
            roots: self.roots().list().iter().map(|root| root.path.clone()).collect(),
            folder: options.map(|options| options.cache_dir.join("formatting")).unwrap_or_default(),
        };
        let ends = Instant::now() + DEEP_TIME;
        let mut trees: BTreeMap<usize, SourceTree<'_>> = BTreeMap::new();
        let mut files = Vec::new();
        for (count, row) in rows.into_iter().enumerate() {
            cancel.check()?;
            let number = row.picked.root;
            let root = &roots[number];
            let tree = trees.entry(number).or_insert_with(|| {
                let max_bytes = root.state.options.max_file_bytes;
                SourceTree::new(&root.state.root, &lists[number], max_bytes)
            });
            let path = &row.picked.path;
            let text = tree.text(path);
            let is_deep = count < MAX_DEEP && Instant::now() < ends;
            let mut tests = test_files::by_name(tree, path, text.as_deref().unwrap_or_default());
            if is_deep && tests.len() < test_files::MAX_TESTS {
                let resolver = Resolver::new(root, cancel, crate::resolve::MAX_STEPS);
                let more = test_files::by_use(&resolver, path)?;
                tests.extend(
                    more.into_iter().filter(|more| !tests.contains(more)).collect::<Vec<_>>(),
                );
                tests.truncate(test_files::MAX_TESTS);
            }
            let formatter = formatter::detect(tree, path).map(|detected| {
                let text = text.as_deref().filter(|_| is_deep);
                programs.ask(tree, path, text, detected, cancel)
            });
            files.push(FileCheck {
                path: root.show(path),
                errors: row.inspected.errors,
                unresolved_imports: row.unresolved,
                findings: row.inspected.findings,
                tests: tests.iter().map(|path| root.show(path)).collect(),
                formatter,
            });
        }
        Ok(files)
    }
}

fn all_files(root: &RootQuery<'_>) -> Vec<String> {
    let mut files = Vec::new();
    for_each_file(root, |path, _| files.push(path.to_owned()));
    files.sort_unstable();
    files
}

/// The checks of one root.
struct Pass<'a, 'w> {
    root: &'a RootQuery<'w>,
    tree: &'a SourceTree<'a>,
    selection: &'a Selection,
    checked: &'a mut Checked,
    cancel: &'a Cancel,
}

impl Pass<'_, '_> {
    fn run(&mut self, files: &[&Picked], ends: Instant) -> Result<Vec<Row>, IndexError> {
        let resolver = Resolver::new(self.root, self.cancel, crate::resolve::MAX_STEPS);
        let inspector = Inspector {
            root: self.root,
            resolver: &resolver,
            base: self.selection.base.as_deref(),
            ends,
            cancel: self.cancel,
        };
        let inspected = inspector.all(files)?;
        let left = inspected.iter().filter(|one| one.is_none()).count();
        if left > 0 {
            self.note(format!("{left} files were not looked at: time was up; name fewer paths"));
        }
        let mut rows = Vec::new();
        let mut collected = Collected::default();
        let judge = Judge { resolver: &resolver, tree: self.tree };
        for (picked, inspected) in files.iter().zip(inspected) {
            self.cancel.check()?;
            let Some(inspected) = inspected else { continue };
            self.checked.checked += 1;
            let unresolved = self.judge(&judge, picked, &inspected, &mut collected);
            rows.push(Row { picked: (*picked).clone(), inspected, unresolved });
        }
        resolver.check()?;
        self.say_what_is_left(&rows, &collected);
        let undeclared = collected.finish();
        self.checked.undeclared.extend(undeclared);
        self.unused(files)?;
        Ok(rows)
    }

    fn judge(
        &self,
        judge: &Judge<'_, '_, '_>,
        picked: &Picked,
        inspected: &Inspected,
        collected: &mut Collected,
    ) -> Vec<UnresolvedImport> {
        let is_aside = dependencies::is_aside(&picked.path);
        let Some(language) = inspected.language.filter(|_| picked.is_named || !is_aside) else {
            return Vec::new();
        };
        let needs_text = matches!(language.name(), "c" | "cpp");
        let text = needs_text.then(|| self.tree.text(&picked.path)).flatten();
        let text = text.as_deref().unwrap_or_default();
        let found = judge.imports(&picked.path, text, &inspected.guards);
        if let Some(ecosystem) = Ecosystem::of_language(language.name()).filter(|_| !is_aside) {
            let shown = self.root.show(&picked.path);
            collected.add(self.tree, ecosystem, &picked.path, &shown, &found.packages);
        }
        let mut unresolved = found.unresolved;
        unresolved.truncate(imports::MAX_UNRESOLVED);
        unresolved
    }

    fn note(&mut self, note: String) {
        if !self.checked.notes.contains(&note) {
            self.checked.notes.push(note);
        }
    }

    fn say_what_is_left(&mut self, rows: &[Row], collected: &Collected) {
        if collected.unjudged > 0 {
            let count = collected.unjudged;
            self.note(format!(
                "packages of {count} files are not judged: no manifest is above them"
            ));
        }
        let mut languages: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.inspected.language)
            .filter(|language| language.is_source() && !syntax::is_checked(*language))
            .map(|language| language.name())
            .collect();
        languages.sort_unstable();
        languages.dedup();
        if !languages.is_empty() {
            self.note(format!("syntax is not checked of {}", languages.join(", ")));
        }
        let is_java = |row: &Row| {
            row.inspected.language.is_some_and(|one| matches!(one.name(), "java" | "kotlin"))
        };
        if rows.iter().any(is_java) {
            let note =
                "dependencies of Java are not judged: a coordinate does not tell its packages";
            self.note(note.to_owned());
        }
    }

    /// Packages that nothing uses, of the manifests that the files belong to.
    fn unused(&mut self, files: &[&Picked]) -> Result<(), IndexError> {
        let manifests: Vec<Rc<Manifest>> = if self.selection.scope == CheckScope::Project {
            self.tree.manifests.all()
        } else {
            let mut found: BTreeMap<String, Rc<Manifest>> = BTreeMap::new();
            for file in files {
                let ecosystem = crate::language::Language::detect(file.path.as_ref(), b"")
                    .and_then(|language| Ecosystem::of_language(language.name()));
                let ecosystems = match ecosystem {
                    Some(one) => vec![one],
                    None => {
                        vec![Ecosystem::Cargo, Ecosystem::Npm, Ecosystem::Python, Ecosystem::Go]
                    }
                };
                for ecosystem in ecosystems {
                    let own = self.tree.manifests.above(ecosystem, &file.path);
                    // A folder that was named holds manifests of its own; above it only the nearest counts.
                    let nearest = own.first().map(|manifest| manifest.folder.clone());
                    let own = own.into_iter().filter(|one| Some(&one.folder) == nearest.as_ref());
                    let own = own.filter(|one| ecosystem_of(&file.path, one));
                    found.extend(own.map(|manifest| (manifest.path.clone(), manifest)));
                }
            }
            found.into_values().collect()
        };
        let count = manifests.len();
        let own = manifests.iter().filter(|manifest| !dependencies::is_aside(&manifest.path));
        for manifest in own.take(MAX_MANIFESTS) {
            let found = unused::unused(self.root, self.tree, manifest, self.cancel)?;
            self.checked.unused.extend(found);
        }
        if count > MAX_MANIFESTS {
            self.note(format!(
                "unused packages were looked for in {MAX_MANIFESTS} of {count} manifests"
            ));
        }
        Ok(())
    }
}

/// A file without a language of packages only stands for the manifest that it is.
fn ecosystem_of(path: &str, manifest: &Manifest) -> bool {
    let language = crate::language::Language::detect(path.as_ref(), b"");
    language.is_some_and(|language| Ecosystem::of_language(language.name()).is_some())
        || manifest.path == path
}

#[cfg(test)]
mod tests;
