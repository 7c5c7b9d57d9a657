//! The formatter that a project uses for a file, by its configuration.
//!
//! | sign | formatter |
//! |---|---|
//! | a `.rs` or `.go` file | rustfmt, gofmt: the language has one |
//! | `biome.json`, `.prettierrc*`, `prettier` in `package.json`, `dprint.json` | biome, prettier, dprint |
//! | `[tool.ruff]`, `ruff.toml`, `[tool.black]`, `.style.yapf`, a pre-commit hook | ruff, black, yapf |
//! | `.clang-format` | clang-format |
//! | `spotless`, `google-java-format` in the build | the build |
//!
//! **Invariants**
//! - Without a sign no formatter is named.
//! - Nothing of the repository is run: a program counts only from the user's
//!   search path outside the served roots, and it is run only where its
//!   configuration is data (see [`run`]).

mod detect;
mod run;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::tree::SourceTree;
use crate::cancel::Cancel;

pub(crate) use detect::detect;

/// What is known of the formatter of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Formatter {
    /// Such as `rustfmt`.
    pub name: String,
    /// What formats the file.
    pub command: String,
    /// What says that the project uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// It is found on the search path, or in the project.
    pub installed: bool,
    /// Where the project brings it; that one is never run here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_project: Option<String>,
    /// Null where it was not run.
    pub formatted: Option<bool>,
    /// Why it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A formatter and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Detected {
    pub(crate) name: &'static str,
    pub(crate) command: String,
    pub(crate) config: Option<String>,
    pub(crate) way: Way,
}

/// How a formatter says whether a text is formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// It prints the text as it should be.
    Prints(Vec<OsString>),
    /// It prints nothing where the text is as it should be.
    Silent(Vec<OsString>),
    /// It ends with 0 where the text is as it should be, with 1 where not.
    Status(Vec<OsString>),
    /// It is not run, for this reason.
    NotRun(&'static str),
}

/// Where programs are looked for.
pub(crate) struct Programs<'a> {
    pub(crate) search_path: Option<&'a OsStr>,
    /// The served roots: what lies in them is not the user's.
    pub(crate) roots: Vec<PathBuf>,
    /// An empty folder to run in.
    pub(crate) folder: PathBuf,
}

impl Programs<'_> {
    /// The program of a name that the user has installed.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        let folders = std::env::split_paths(self.search_path?);
        folders.filter(|folder| folder.is_absolute()).find_map(|folder| {
            let path = folder.join(name);
            let real = path.canonicalize().ok()?;
            let is_theirs = |place: &Path| self.roots.iter().any(|root| place.starts_with(root));
            (is_program(&real) && !is_theirs(&real) && !is_theirs(&path)).then_some(path)
        })
    }

    /// Says all about a formatter; runs it where that is safe and `text` is given.
    pub(crate) fn ask(
        &self,
        tree: &SourceTree<'_>,
        path: &str,
        text: Option<&str>,
        detected: Detected,
        cancel: &Cancel,
    ) -> Formatter {
        let program = self.find(detected.name);
        let in_project = in_project(tree, path, detected.name);
        let mut formatter = Formatter {
            name: detected.name.to_owned(),
            command: detected.command,
            config: detected.config,
            installed: program.is_some() || in_project.is_some(),
            in_project,
            formatted: None,
            reason: None,
        };
        let reason = match (&detected.way, program, text) {
            (Way::NotRun(reason), ..) => (*reason).to_owned(),
            (_, None, _) if formatter.in_project.is_some() => {
                "only the project brings it, and nothing of the project is run here".to_owned()
            }
            (_, None, _) => "it is not installed".to_owned(),
            (_, _, None) => "not run: there are too many files; name fewer".to_owned(),
            (way, Some(program), Some(text)) => {
                match run::run(&program, way, text, &self.folder, cancel) {
                    Ok(formatted) => {
                        formatter.formatted = Some(formatted);
                        return formatter;
                    }
                    Err(reason) => reason,
                }
            }
        };
        formatter.reason = Some(reason);
        formatter
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Where the project brings a program of this name with it.
fn in_project(tree: &SourceTree<'_>, path: &str, name: &str) -> Option<String> {
    let mut folder = path;
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
        for bin in ["node_modules/.bin", ".venv/bin", "venv/bin", "vendor/bin"] {
            let place = crate::resolve::projects::join(folder, &format!("{bin}/{name}"));
            if tree.is_on_disk(&place) {
                return Some(place);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;
