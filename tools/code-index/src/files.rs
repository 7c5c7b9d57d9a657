//! What the index knows of files as such: their list, their outline, their
//! lines, and the sums that a map of the project is made of.

use rayon::prelude::*;

use crate::cancel::Cancel;
use crate::document::{Analyst, Facts};
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::lines::cut_line;
use crate::overlay::Overlaid;
use crate::project::{FileFacts, ProjectMap, ProjectQuery, map_project};
use crate::read::{FileRead, read_file};
use crate::symbol::Symbol;
use crate::watch::is_inside;
use crate::workspace::{RootQuery, Scope, Workspace};

/// A file of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its path.
    pub path: String,
    /// The name of its language.
    pub language: Option<&'static str>,
    /// The part it plays.
    pub class: FileClass,
    /// Its size.
    pub bytes: u64,
    /// Its lines; zero while it is not indexed.
    pub lines: u32,
}

impl FileEntry {
    fn facts(&self) -> FileFacts<'_> {
        FileFacts {
            path: &self.path,
            language: self.language,
            bytes: self.bytes,
            lines: u64::from(self.lines),
        }
    }
}

/// Some lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLines {
    /// The first line given, from 1.
    pub first: u32,
    /// The lines, without their ends.
    pub lines: Vec<String>,
    /// How many lines the file has.
    pub total: u32,
}

/// A call gives no more lines than this.
const MAX_LINES: usize = 2_000;

impl Workspace {
    /// Lists the files of `scope` in order of path.
    pub fn files(&self, scope: &Scope, cancel: &Cancel) -> Result<Vec<FileEntry>, IndexError> {
        let mut files = Vec::new();
        for root in self.queries(scope, cancel)? {
            for_each_file(&root, |path, facts| files.push(entry(root.show(path), facts)));
        }
        cancel.check()?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Lists all files of one root in order of path, with paths inside that
    /// root, as the map of a project takes them.
    pub fn root_files(&self, root: usize, cancel: &Cancel) -> Result<Vec<FileEntry>, IndexError> {
        let mut files = Vec::new();
        if let Some(root) = self.queries(&Scope::default(), cancel)?.get(root) {
            for_each_file(root, |path, facts| files.push(entry(path.to_owned(), facts)));
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Maps the folder `path`, or each root where it is empty; one map for each
    /// root, in their order.
    pub fn map_project(
        &self,
        path: &str,
        depth: usize,
        cancel: &Cancel,
    ) -> Result<Vec<ProjectMap>, IndexError> {
        let (roots, folder) = if path.is_empty() {
            ((0..self.roots().list().len()).collect(), String::new())
        } else {
            let unknown = || IndexError::UnknownFile { path: path.to_owned() };
            let (root, folder) = self.roots().locate(path).ok_or_else(unknown)?;
            (vec![root], folder)
        };
        let map = |root: usize| {
            let files = self.root_files(root, cancel)?;
            let facts: Vec<FileFacts<'_>> = files.iter().map(FileEntry::facts).collect();
            let query = ProjectQuery {
                root: &self.roots().list()[root].path,
                prefix: self.roots().prefix(root),
                files: &facts,
                folder: &folder,
                depth,
            };
            Ok(map_project(&query, cancel)?)
        };
        roots.into_iter().map(map).collect::<Result<Vec<_>, IndexError>>()
    }

    /// Returns the symbols of a file in the order in which they stand, read
    /// from the file as it is now.
    pub fn outline(&self, path: &str, cancel: &Cancel) -> Result<Vec<Symbol>, IndexError> {
        let (root, inside) = self.locate(path, cancel)?;
        let text = live_text(&root, path, &inside)?;
        let mut symbols = Analyst::new(root.state.options.max_file_bytes).symbols(&inside, &text);
        symbols.sort_by_key(|symbol| (symbol.line, symbol.end_line));
        Ok(symbols)
    }

    /// Returns the symbols of a file as the index holds them.
    pub(crate) fn known_symbols(
        &self,
        path: &str,
        cancel: &Cancel,
    ) -> Result<Vec<Symbol>, IndexError> {
        let (root, inside) = self.locate(path, cancel)?;
        match (root.symbols(&inside)?, root.view.overlay.get(&inside)) {
            (Some(symbols), _) => Ok(symbols),
            (None, Some(Overlaid::Pending(_))) => self.outline(path, cancel),
            _ => Err(IndexError::UnknownFile { path: path.to_owned() }),
        }
    }

    /// The texts of some lines as they are now, without indentation and cut to
    /// 200 characters; empty where a line is not there any more. Places of one
    /// file stand together.
    pub fn lines_at(&self, places: &[(&str, u32)]) -> Vec<String> {
        let files: Vec<&[(&str, u32)]> = places.chunk_by(|a, b| a.0 == b.0).collect();
        let of_file = |places: &&[(&str, u32)]| {
            let text = places.first().and_then(|(path, _)| {
                let (root, inside) = self.locate(path, &Cancel::new()).ok()?;
                live_text(&root, path, &inside).ok()
            });
            let text = text.unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            let line = |at: u32| lines.get((at as usize).wrapping_sub(1)).copied();
            let shown = |(_, at): &(&str, u32)| cut_line(line(*at).unwrap_or("").trim().as_bytes());
            places.iter().map(shown).collect::<Vec<String>>()
        };
        files.par_iter().flat_map_iter(of_file).collect()
    }

    /// Returns the lines `first` to `last` of a file, 1-based, as they are now.
    pub fn read_lines(
        &self,
        path: &str,
        first: u32,
        last: u32,
        cancel: &Cancel,
    ) -> Result<FileLines, IndexError> {
        let (root, inside) = self.locate(path, cancel)?;
        let text = live_text(&root, path, &inside)?;
        let first = first.max(1);
        let count = (last.saturating_sub(first) as usize).saturating_add(1).min(MAX_LINES);
        let wanted = text.lines().skip(first as usize - 1).take(count);
        let lines = if last < first { Vec::new() } else { wanted.map(str::to_owned).collect() };
        let total = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        Ok(FileLines { first, lines, total })
    }
}

/// The text of a file that is part of the index; no other file is read.
fn live_text(root: &RootQuery<'_>, shown: &str, path: &str) -> Result<String, IndexError> {
    let is_held = match root.view.overlay.get(path) {
        Some(Overlaid::Gone) => false,
        Some(_) => true,
        None => match &root.view.stored {
            Some(stored) => stored.find(path)?.is_some(),
            None => false,
        },
    };
    if !is_held {
        return Err(IndexError::UnknownFile { path: shown.to_owned() });
    }
    let unreadable = || IndexError::Unreadable { path: shown.to_owned() };
    // A folder on the way may have become a link since the walk.
    if !is_inside(&root.state.root, path) {
        return Err(unreadable());
    }
    match read_file(&root.state.root, path, root.state.options.max_file_bytes) {
        FileRead::Text(read) => Ok(read.text),
        FileRead::Skip(..) | FileRead::Gone => Err(unreadable()),
    }
}

/// Calls `visit` with each file that the question wants; a file that is not
/// read yet has no facts but its size.
pub(crate) fn for_each_file(root: &RootQuery<'_>, mut visit: impl FnMut(&str, Facts)) {
    if let Some(stored) = &root.view.stored {
        for (_, path, facts) in stored.files() {
            if !root.view.overlay.hides(path) && root.wants(path, facts) {
                visit(path, *facts);
            }
        }
    }
    for (path, what) in root.view.overlay.iter() {
        let facts = match what {
            Overlaid::File(file) => file.facts,
            Overlaid::Pending(stamp) => Facts::unread(path, *stamp),
            Overlaid::Gone => continue,
        };
        if root.wants(path, &facts) {
            visit(path, facts);
        }
    }
}

fn entry(path: String, facts: Facts) -> FileEntry {
    FileEntry {
        path,
        language: facts.language.map(crate::language::Language::name),
        class: facts.class,
        bytes: facts.stamp.bytes,
        lines: facts.lines,
    }
}
