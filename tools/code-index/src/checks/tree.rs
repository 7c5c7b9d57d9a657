//! The files of one root while they are checked: what is there, on disk too, and
//! what a build may still make.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::manifests::Manifests;
use crate::read::{FileRead, read_file};
use crate::roots::tidy;
use crate::watch::is_inside;

/// See the module.
pub(crate) struct SourceTree<'p> {
    pub(crate) root: &'p Path,
    /// Sorted.
    pub(crate) files: &'p [&'p str],
    pub(crate) manifests: Manifests<'p>,
    max_bytes: u64,
    texts: RefCell<HashMap<String, Option<Rc<str>>>>,
    ignored: RefCell<HashMap<String, Rc<Gitignore>>>,
}

/// Texts kept at once.
const MAX_TEXTS: usize = 400;
/// Files that make code, by how they end.
const GENERATORS: &[&str] =
    &[".proto", ".avsc", ".avdl", ".g4", ".thrift", ".wsdl", ".xsd", ".fbs", ".y", ".ftl", ".aidl"];
/// Files that say what a build makes.
const BUILD_FILES: &[&str] = &[
    "CMakeLists.txt",
    "Makefile",
    "Makefile.am",
    "configure.ac",
    "meson.build",
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "package.json",
    "build.rs",
];

impl<'p> SourceTree<'p> {
    pub(crate) fn new(root: &'p Path, files: &'p [&'p str], max_bytes: u64) -> SourceTree<'p> {
        let manifests = Manifests::of(root, files);
        SourceTree {
            root,
            files,
            manifests,
            max_bytes,
            texts: RefCell::default(),
            ignored: RefCell::default(),
        }
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.binary_search(&path).is_ok()
    }

    /// The files in a folder or below it.
    pub(crate) fn below(&self, folder: &str) -> &'p [&'p str] {
        if folder.is_empty() {
            return self.files;
        }
        let start = format!("{folder}/");
        let first = self.files.partition_point(|path| *path < start.as_str());
        let count = self.files[first..].partition_point(|path| path.starts_with(&start));
        &self.files[first..first + count]
    }

    /// A file of the folder itself has this name up to its first dot.
    pub(crate) fn has_stem(&self, folder: &str, stem: &str) -> bool {
        let start = if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") };
        let first = self.files.partition_point(|path| *path < start.as_str());
        let near = self.files[first..].iter().take_while(|path| path.starts_with(&start));
        near.map(|path| &path[start.len()..])
            .any(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
    }

    /// It lies on disk, whether it is indexed or not.
    pub(crate) fn is_on_disk(&self, path: &str) -> bool {
        let Some(path) = tidy(path) else { return true };
        self.root.join(&path).symlink_metadata().is_ok()
    }

    /// A build makes it, or is told to leave it out of the repository.
    pub(crate) fn may_be_made(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.is_ignored(path) || self.is_spoken_of(path, name)
    }

    fn is_ignored(&self, path: &str) -> bool {
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
            let known = self.ignored.borrow().get(folder).map(Rc::clone);
            let rules = known.unwrap_or_else(|| {
                let rules = Rc::new(self.read_ignored(folder));
                self.ignored.borrow_mut().insert(folder.to_owned(), Rc::clone(&rules));
                rules
            });
            let whole = self.root.join(path);
            if rules.matched_path_or_any_parents(&whole, false).is_ignore() {
                return true;
            }
        }
        false
    }

    fn read_ignored(&self, folder: &str) -> Gitignore {
        let at = self.root.join(folder);
        let mut builder = GitignoreBuilder::new(&at);
        let path = if folder.is_empty() {
            ".gitignore".to_owned()
        } else {
            format!("{folder}/.gitignore")
        };
        for line in self.text(&path).iter().flat_map(|text| text.lines()) {
            // A broken pattern ignores nothing.
            let _rules = builder.add_line(None, line);
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }

    /// A build file above it names it.
    fn is_spoken_of(&self, path: &str, name: &str) -> bool {
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
            for file in BUILD_FILES {
                let file =
                    if folder.is_empty() { (*file).to_owned() } else { format!("{folder}/{file}") };
                if self.has(&file) && self.text(&file).is_some_and(|text| text.contains(name)) {
                    return true;
                }
            }
        }
        false
    }

    /// Something in the tree makes code that is not kept in it.
    pub(crate) fn makes_code(&self) -> bool {
        self.files.iter().any(|path| GENERATORS.iter().any(|ending| path.ends_with(ending)))
    }

    /// The text of a file inside the root, kept for the next who asks.
    pub(crate) fn text(&self, path: &str) -> Option<Rc<str>> {
        if let Some(known) = self.texts.borrow().get(path) {
            return known.clone();
        }
        let found: Option<Rc<str>> = self.read(path).map(Rc::from);
        let mut texts = self.texts.borrow_mut();
        if texts.len() >= MAX_TEXTS {
            texts.clear();
        }
        texts.insert(path.to_owned(), found.clone());
        found
    }

    fn read(&self, path: &str) -> Option<String> {
        if !is_inside(self.root, path) {
            return None;
        }
        match read_file(self.root, path, self.max_bytes) {
            FileRead::Text(read) => Some(read.text),
            FileRead::Skip(..) | FileRead::Gone => None,
        }
    }
}

/// The same in all lines but one.
pub(crate) fn has_word_outside(text: &str, name: &str, line: Option<u32>) -> bool {
    let Some(line) = line else { return has_word(text, name) };
    let mut lines = text.split('\n').zip(1..);
    lines.any(|(text, at)| at != line && has_word(text, name))
}

/// Whether a text has a name as a whole word.
pub(crate) fn has_word(text: &str, name: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    memchr::memmem::find_iter(text.as_bytes(), name).any(|at| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}
