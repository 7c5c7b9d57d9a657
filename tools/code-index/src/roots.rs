//! Which folders are served, and how their paths are shown.
//!
//! The order is: what the user passed, what the host tells, the working
//! directory. A guess is only as wide as a project: the working directory
//! counts inside a git work tree (then its top) or beside a manifest, and
//! neither `/` nor the home folder is ever guessed, because indexing them would
//! read a whole disk that nobody asked about.
//!
//! **Invariants**
//! - Every [`Root::path`] is canonical, and none lies inside another unless a
//!   hidden folder stands between them (a walk skips those).
//! - Names are unique, so `name/path` means one file.
//!
//! **Deliberately absent:** environment, arguments and URIs. The caller reads
//! those and passes paths.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

use crate::project::is_manifest;

/// What the caller knows about where it runs.
#[derive(Debug, Clone, Default)]
pub struct RootInputs {
    /// Folders the user passed by flag. When there are any, nothing else counts.
    pub flags: Vec<PathBuf>,
    /// The project folder as the host names it outside the protocol.
    pub host_folder: Option<PathBuf>,
    /// The roots that the host told over the protocol.
    pub host_roots: Vec<PathBuf>,
    /// The working directory.
    pub working_folder: Option<PathBuf>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
}

/// Why no root could be chosen.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootError {
    /// A folder passed by flag is none.
    #[error("`{path}` is not a folder that can be opened; pass --root with an existing one")]
    NotAFolder {
        /// The folder as passed.
        path: PathBuf,
    },
    /// Nothing told where the project is.
    #[error("no project folder is known ({tried}); pass --root PATH")]
    Unknown {
        /// What was looked at and why it did not do.
        tried: String,
    },
}

/// One served folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The canonical folder.
    pub path: PathBuf,
    /// The folder's name, made unique among the roots (`app`, `app-2`).
    pub name: String,
    /// The folder as it was passed, when it is spelled otherwise than [`Root::path`].
    pub given: PathBuf,
}

/// All served folders: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots(Vec<Root>);

impl Roots {
    /// Decides which folders are served.
    pub fn decide(inputs: &RootInputs) -> Result<Roots, RootError> {
        if !inputs.flags.is_empty() {
            return Roots::from_folders(&inputs.flags);
        }
        let home = inputs.home.as_deref().and_then(|home| home.canonicalize().ok());
        let mut tried = Vec::new();

        for told in [inputs.host_folder.as_slice(), &inputs.host_roots] {
            let (usable, refused): (Vec<_>, Vec<_>) =
                told.iter().cloned().partition(|folder| usable(folder, home.as_deref()));
            tried.extend(refused.iter().map(|folder| refusal(folder)));
            if !usable.is_empty() {
                return Roots::from_folders(&usable);
            }
        }
        match &inputs.working_folder {
            None => tried.push("there is no working directory".to_owned()),
            Some(folder) => match project_around(folder, home.as_deref()) {
                Some(project) => return Roots::from_folders(&[project]),
                None => tried.push(format!(
                    "the working directory `{}` is neither in a git work tree nor beside a \
                     manifest, or it is `/` or a home folder",
                    folder.display()
                )),
            },
        }
        Err(RootError::Unknown { tried: tried.join("; ") })
    }

    /// Serves exactly these folders, without those that are inside another.
    pub fn from_folders(folders: &[PathBuf]) -> Result<Roots, RootError> {
        let mut found: Vec<Root> = Vec::new();
        for given in folders {
            let not_a_folder = || RootError::NotAFolder { path: given.clone() };
            let path = given.canonicalize().map_err(|_| not_a_folder())?;
            if !path.is_dir() {
                return Err(not_a_folder());
            }
            if !found.iter().any(|root| covers(&root.path, &path)) {
                found.retain(|root| !covers(&path, &root.path));
                found.push(Root { name: folder_name(&path), path, given: given.clone() });
            }
        }
        if found.is_empty() {
            return Err(RootError::Unknown { tried: "the list of folders is empty".to_owned() });
        }
        make_names_unique(&mut found);
        Ok(Roots(found))
    }

    /// Returns the roots in the order in which they were passed.
    pub fn list(&self) -> &[Root] {
        &self.0
    }

    /// Returns what stands before every shown path of this root: nothing while
    /// there is only one root, else its name.
    pub fn prefix(&self, root: usize) -> Option<&str> {
        if self.0.len() < 2 { None } else { Some(&self.0[root].name) }
    }

    /// Returns how a file of this root is shown.
    pub fn show(&self, root: usize, path: &str) -> String {
        match self.prefix(root) {
            None => path.to_owned(),
            Some(name) if path.is_empty() => name.to_owned(),
            Some(name) => format!("{name}/{path}"),
        }
    }

    /// Returns the root and the path inside it that a shown or absolute path
    /// means, with `.` and `..` resolved by spelling; `None` outside all roots.
    /// The disk is not asked.
    pub fn locate(&self, path: &str) -> Option<(usize, String)> {
        if Path::new(path).is_absolute() {
            return self.0.iter().enumerate().find_map(|(index, root)| {
                let inside = [&root.path, &root.given]
                    .into_iter()
                    .find_map(|start| Path::new(path).strip_prefix(start).ok())?;
                Some((index, tidy(&inside.to_string_lossy())?))
            });
        }
        let path = tidy(path)?;
        if self.0.len() < 2 {
            return Some((0, path));
        }
        let (first, rest) = path.split_once('/').unwrap_or((&path, ""));
        let index = self.0.iter().position(|root| root.name == first)?;
        Some((index, rest.to_owned()))
    }
}

/// Returns the path with single slashes and without `.` and `..`; `None` when it
/// leads above its start.
pub(crate) fn tidy(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn usable(folder: &Path, home: Option<&Path>) -> bool {
    folder.canonicalize().is_ok_and(|path| path.is_dir() && !too_wide(&path, home))
}

fn too_wide(path: &Path, home: Option<&Path>) -> bool {
    path.parent().is_none() || Some(path) == home
}

fn refusal(folder: &Path) -> String {
    let reason = match folder.canonicalize() {
        Ok(path) if path.is_dir() => "`/` or a home folder is too wide",
        Ok(_) => "it is not a folder",
        Err(_) => "it cannot be opened",
    };
    format!("the host told `{}`: {reason}", folder.display())
}

/// Returns the top of the git work tree around `folder`, else `folder` itself
/// when it holds a manifest.
fn project_around(folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let top = folder
        .ancestors()
        .take_while(|ancestor| !too_wide(ancestor, home))
        .find(|ancestor| ancestor.join(".git").exists());
    if let Some(top) = top {
        return Some(top.to_owned());
    }
    (!too_wide(&folder, home) && holds_manifest(&folder)).then_some(folder)
}

fn holds_manifest(folder: &Path) -> bool {
    const MAX_ENTRIES: usize = 10_000; // A folder with more is no project's top.
    let Ok(entries) = folder.read_dir() else { return false };
    entries
        .take(MAX_ENTRIES)
        .filter_map(Result::ok)
        .any(|entry| entry.file_name().to_str().is_some_and(is_manifest))
}

/// Whether a walk of `outer` also meets `inner`: it does not look into hidden folders.
fn covers(outer: &Path, inner: &Path) -> bool {
    inner.strip_prefix(outer).is_ok_and(|between| {
        between.components().all(|part| match part {
            Component::Normal(name) => !name.to_string_lossy().starts_with('.'),
            _ => true,
        })
    })
}

fn folder_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "root".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn make_names_unique(roots: &mut [Root]) {
    let plain: HashSet<String> = roots.iter().map(|root| root.name.clone()).collect();
    let mut taken: HashSet<String> = HashSet::new();
    for root in roots {
        let base = root.name.clone();
        let mut number = 2;
        // A number must not give the plain name of another root either.
        while !taken.insert(root.name.clone()) {
            loop {
                root.name = format!("{base}-{number}");
                number += 1;
                if !plain.contains(&root.name) {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
