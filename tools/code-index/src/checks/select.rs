//! Which files are checked: those that are named, those of a change, else what
//! is not committed yet, else the whole project.

use std::collections::BTreeMap;

use crate::cancel::Cancel;
use crate::document::Facts;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::files::for_each_file;
use crate::history::GitProcess;
use crate::impact::diff;
use crate::workspace::{RootQuery, Scope, Workspace};

use super::dependencies::is_fixture;
use super::{CheckQuery, CheckScope};

/// A file to check.
#[derive(Debug, Clone)]
pub(crate) struct Picked {
    pub(crate) root: usize,
    /// In the root.
    pub(crate) path: String,
    pub(crate) class: FileClass,
    /// Lines that changed; none where all count.
    pub(crate) lines: Option<Vec<(u32, u32)>>,
    /// It was asked for by itself, so it is told of even where nothing is wrong.
    pub(crate) is_named: bool,
}

/// The files, in order of root and path.
pub(crate) struct Selection {
    pub(crate) scope: CheckScope,
    pub(crate) files: Vec<Picked>,
    /// The commit that a change starts from.
    pub(crate) base: Option<String>,
}

/// Lines of one file; none for all of them.
type Lines = Option<Vec<(u32, u32)>>;

pub(crate) fn select(
    workspace: &Workspace,
    roots: &[RootQuery<'_>],
    query: &CheckQuery,
    cancel: &Cancel,
) -> Result<Selection, IndexError> {
    if let Some(diff) = &query.diff {
        let mut changed: BTreeMap<(usize, String), Lines> = BTreeMap::new();
        for (root, file) in workspace.changed_by(roots, diff)? {
            if !file.deleted {
                let lines = changed.entry((root, file.path)).or_insert_with(|| Some(Vec::new()));
                lines.get_or_insert_default().extend(file.lines);
            }
        }
        let base = base_of(diff);
        let files = picked(roots, changed, &query.paths, workspace)?;
        return Ok(Selection { scope: CheckScope::Diff, files, base });
    }
    if !query.paths.is_empty() {
        let files = by_paths(workspace, &query.paths, cancel)?;
        return Ok(Selection { scope: CheckScope::Paths, files, base: None });
    }
    let changed = uncommitted(roots);
    if !changed.is_empty() {
        let files = picked(roots, changed, &[], workspace)?;
        if !files.is_empty() {
            let base = Some("HEAD".to_owned());
            return Ok(Selection { scope: CheckScope::Uncommitted, files, base });
        }
    }
    let mut files = Vec::new();
    for (number, root) in roots.iter().enumerate() {
        for_each_file(root, |path, facts| files.push(plain(number, path, facts)));
    }
    files.retain(|file| {
        let is_ours =
            !matches!(file.class, FileClass::Vendored | FileClass::Generated | FileClass::Locale);
        is_ours && !is_fixture(&file.path)
    });
    files.sort_by(|a, b| (a.root, &a.path).cmp(&(b.root, &b.path)));
    Ok(Selection { scope: CheckScope::Project, files, base: None })
}

fn plain(root: usize, path: &str, facts: Facts) -> Picked {
    Picked { root, path: path.to_owned(), class: facts.class, lines: None, is_named: false }
}

/// The commit that a range starts from; none for a diff that is written out.
fn base_of(range: &str) -> Option<String> {
    let range = range.trim();
    if diff::is_diff(range) || range.contains("...") {
        return None;
    }
    let base = range.split("..").next().unwrap_or(range);
    (!base.is_empty() && !base.starts_with('-')).then(|| base.to_owned())
}

/// What differs from the last commit, and what git does not know yet.
fn uncommitted(roots: &[RootQuery<'_>]) -> BTreeMap<(usize, String), Lines> {
    let mut changed = BTreeMap::new();
    for (number, root) in roots.iter().enumerate() {
        let git = GitProcess::default();
        let Ok(text) = git.diff(&root.state.root, "HEAD") else { continue };
        for file in diff::read(&text).into_iter().filter(|file| !file.deleted) {
            changed.insert((number, file.path), Some(file.lines));
        }
        for path in git.untracked(&root.state.root).unwrap_or_default() {
            changed.insert((number, path), None);
        }
    }
    changed
}

/// Those of the changed files that are indexed.
fn picked(
    roots: &[RootQuery<'_>],
    changed: BTreeMap<(usize, String), Lines>,
    paths: &[String],
    workspace: &Workspace,
) -> Result<Vec<Picked>, IndexError> {
    let scope = Scope { paths: paths.to_vec(), languages: Vec::new() };
    let wanted = workspace.queries(&scope, &Cancel::new())?;
    let known = changed.into_iter().filter(|((root, path), _)| {
        roots.get(*root).is_some_and(|root| root.view.holds(path))
            && wanted.get(*root).is_some_and(|root| root.filter.matches(path))
    });
    Ok(known
        .map(|((root, path), lines)| Picked {
            class: FileClass::of(&path),
            root,
            path,
            lines,
            is_named: true,
        })
        .collect())
}

fn by_paths(
    workspace: &Workspace,
    paths: &[String],
    cancel: &Cancel,
) -> Result<Vec<Picked>, IndexError> {
    let mut found: BTreeMap<(usize, String), Picked> = BTreeMap::new();
    let (left_out, wanted): (Vec<&String>, Vec<&String>) =
        paths.iter().partition(|path| path.starts_with('!'));
    for path in wanted {
        let mut patterns = vec![path.clone()];
        patterns.extend(left_out.iter().map(|path| (*path).clone()));
        let scope = Scope { paths: patterns, languages: Vec::new() };
        let named = workspace.roots().locate(path);
        let before = found.len();
        let mut count = 0;
        for (number, root) in workspace.queries(&scope, cancel)?.iter().enumerate() {
            for_each_file(root, |path, facts| {
                count += 1;
                let is_named = named.as_ref().is_some_and(|(at, own)| *at == number && own == path);
                let file = Picked { is_named, ..plain(number, path, facts) };
                let known = found.entry((number, path.to_owned())).or_insert(file);
                known.is_named |= is_named;
            });
        }
        if count == 0 && found.len() == before {
            return Err(IndexError::UnknownFile { path: path.clone() });
        }
    }
    Ok(found.into_values().collect())
}
