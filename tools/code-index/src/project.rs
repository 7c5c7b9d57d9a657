//! What a source tree is made of: languages, manifests with what they depend
//! on, entry points, and folders with their sizes.
//!
//! ```text
//! facts of all files ─┬─▶ languages, folders                 (counting only)
//!                     ├─▶ manifests ─▶ packages, frameworks,  (their text is read)
//!                     │                entry points
//!                     ├─▶ commands: scripts, targets, tools, CI
//!                     └─▶ conventions: names, tests, formatters (with their symbols)
//! ```
//!
//! **Invariants**
//! - A manifest that cannot be read or parsed is a [`Problem`], never the end of the map.
//! - Every list is bounded, nearest to the top first, and [`ProjectMap::truncated`] tells of a cut.
//! - The same files give the same map.
//!
//! **Deliberately absent:** running a package manager or a build script, and
//! what lock files resolved: what is declared counts.

mod cargo;
mod cmake;
mod commands;
mod conventions;
mod dart;
mod docker;
mod dotnet;
mod elixir;
mod entry_points;
mod folders;
mod frameworks;
mod go;
mod gradle;
mod javascript;
mod manifest;
mod maven;
mod php;
mod python;
mod python_setup;
mod ruby;
mod swift;
pub(crate) mod yaml;

use std::path::Path;

use serde::Serialize;

use crate::cancel::{Cancel, Cancelled};

pub use commands::{Command, Task};
pub use conventions::{Convention, conventions};
pub(crate) use javascript::{is_script, without_comments};
pub(crate) use manifest::declares;
pub use manifest::is_manifest;
pub(crate) use yaml::yaml_error;

/// Manifests in one map; a model reads no more.
const MAX_MANIFESTS: usize = 60;
/// Dependencies listed of one manifest; [`Manifest::more_dependencies`] counts the rest.
const MAX_DEPENDENCIES: usize = 150;
/// Scripts and members listed of one manifest.
const MAX_SCRIPTS: usize = 40;
/// Entry points in one map.
const MAX_ENTRY_POINTS: usize = 80;
/// Problems in one map.
const MAX_PROBLEMS: usize = 40;
/// Texts taken from a manifest are cut to this many characters.
const MAX_TEXT: usize = 160;

/// What the caller knows of one file.
#[derive(Debug, Clone, Copy)]
pub struct FileFacts<'a> {
    /// The path in the root, with `/`.
    pub path: &'a str,
    /// The language's name, where it is known.
    pub language: Option<&'a str>,
    /// The size.
    pub bytes: u64,
    /// How many lines it has.
    pub lines: u64,
}

/// What to map.
#[derive(Debug, Clone, Copy)]
pub struct ProjectQuery<'a> {
    /// The root folder on disk.
    pub root: &'a Path,
    /// What stands before every shown path, where there are several roots.
    pub prefix: Option<&'a str>,
    /// All files of the root, in any order.
    pub files: &'a [FileFacts<'a>],
    /// The folder to map, in the root; empty for all of it.
    pub folder: &'a str,
    /// How deep the list of folders goes; 0 lists only the folder itself.
    pub depth: usize,
}

/// The map of one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectMap {
    /// Languages, the one with most bytes first. Files of no known language are left out.
    pub languages: Vec<LanguageShare>,
    /// Manifests, nearest to the top first.
    pub manifests: Vec<Manifest>,
    /// Where execution or use begins.
    pub entry_points: Vec<EntryPoint>,
    /// What to type to test, lint, format, build and run: the best of each task
    /// first, then others, then what CI runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Command>,
    /// Habits seen, as [`conventions`] tells them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conventions: Vec<Convention>,
    /// The mapped folder itself, then what is in it, each folder before its own.
    pub folders: Vec<FolderShare>,
    /// Manifests that could not be understood.
    pub problems: Vec<Problem>,
    /// True when a list was cut. Map a folder inside to see the rest.
    pub truncated: bool,
}

/// How much of a tree is in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LanguageShare {
    /// The language's name.
    pub language: String,
    /// How many files.
    pub files: u64,
    /// How many lines.
    pub lines: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// One folder and all that is below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FolderShare {
    /// The folder, `.` for the root; `…` as its last part sums up smaller folders.
    pub path: String,
    /// How many files.
    pub files: u64,
    /// How many lines.
    pub lines: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The language with most bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A file that declares a package, a build or an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Where it is.
    pub path: String,
    /// Which package manager or tool reads it.
    pub ecosystem: String,
    /// The package's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The package's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Frameworks that the dependencies tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub frameworks: Vec<Framework>,
    /// Direct dependencies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// How many dependencies are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_dependencies: usize,
    /// Packages of the workspace, as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Named commands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A library or tool that shapes the code around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Framework {
    /// Its usual name.
    pub name: String,
    /// What it is for: `web`, `ui`, `test`, `async`, `database`, ….
    pub category: String,
}

/// One declared dependency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// The package as its ecosystem calls it.
    pub name: String,
    /// The version requirement as written, or where it comes from (`path …`, `git …`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it is needed for.
    pub kind: DependencyKind,
}

/// What a dependency is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DependencyKind {
    /// To run.
    Normal,
    /// To run, when a feature or extra is chosen.
    Optional,
    /// To run, brought by whoever uses the package.
    Peer,
    /// To build.
    Build,
    /// To develop and test.
    Dev,
}

/// A command with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Script {
    /// The name.
    pub name: String,
    /// What it runs.
    pub command: String,
}

/// A place where execution or use begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EntryPoint {
    /// The file.
    pub path: String,
    /// What begins there.
    pub kind: EntryKind,
    /// What tells so.
    pub reason: String,
}

/// What begins at an entry point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EntryKind {
    /// A program.
    Binary,
    /// What other packages use.
    Library,
    /// A script or command of the project's own work.
    Script,
    /// A page that a browser opens.
    Page,
    /// What a container runs.
    Container,
    /// A service of a composition.
    Service,
    /// An example.
    Example,
}

/// A manifest that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where it is.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

/// Maps one folder of a root.
pub fn map_project(query: &ProjectQuery<'_>, cancel: &Cancel) -> Result<ProjectMap, Cancelled> {
    let folder = query.folder.trim_matches('/');
    let mut inside: Vec<FileFacts<'_>> =
        query.files.iter().copied().filter(|file| is_below(file.path, folder)).collect();
    inside.sort_unstable_by_key(|file| file.path);

    let languages = folders::languages(&inside);
    let (folders, folders_cut) = folders::folders(&inside, folder, query.depth);
    let mut read = manifest::read_all(query.root, query.files, folder, cancel)?;
    let mut entry_points = std::mem::take(&mut read.entry_points);
    entry_points.extend(entry_points::from_files(query.root, &inside, cancel)?);
    let mut map = ProjectMap {
        languages,
        manifests: read.manifests,
        entry_points: entry_points::tidy(entry_points, folder),
        commands: commands::commands(query, folder, cancel)?,
        conventions: Vec::new(),
        folders,
        problems: read.problems,
        truncated: folders_cut || read.truncated,
    };
    cut(&mut map);
    if let Some(prefix) = query.prefix {
        add_prefix(&mut map, prefix);
    }
    Ok(map)
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn cut(map: &mut ProjectMap) {
    map.truncated |= map.manifests.len() > MAX_MANIFESTS
        || map.entry_points.len() > MAX_ENTRY_POINTS
        || map.problems.len() > MAX_PROBLEMS
        || map.manifests.iter().any(|manifest| manifest.more_dependencies > 0);
    map.manifests.truncate(MAX_MANIFESTS);
    map.entry_points.truncate(MAX_ENTRY_POINTS);
    map.problems.truncate(MAX_PROBLEMS);
}

fn add_prefix(map: &mut ProjectMap, prefix: &str) {
    let manifests = map.manifests.iter_mut().map(|manifest| &mut manifest.path);
    let entry_points = map.entry_points.iter_mut().map(|entry| &mut entry.path);
    let problems = map.problems.iter_mut().map(|problem| &mut problem.path);
    let folders = map.folders.iter_mut().map(|folder| &mut folder.path);
    let commands = map.commands.iter_mut();
    let commands =
        commands.flat_map(|command| command.folder.iter_mut().chain([&mut command.path]));
    for path in manifests.chain(entry_points).chain(commands).chain(problems).chain(folders) {
        *path = if path == "." { prefix.to_owned() } else { format!("{prefix}/{path}") };
    }
}

#[cfg(test)]
mod tests;
