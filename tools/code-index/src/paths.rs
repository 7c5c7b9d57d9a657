//! Which files a call asks for: folders, files and globs, relative to the root.
//!
//! | pattern | selects |
//! |---|---|
//! | `src`, `./src/`, `src/**`, the absolute path | all files below that folder |
//! | `src/main.rs` | that file |
//! | `*.rs` (a glob without `/`) | that name at any depth |
//! | `packages/*/src` (a glob with `/`) | that file, or all files below that folder |
//! | `src/*` (ends in `*`) | files directly in `src` |
//! | `!vendor`, `!*.min.js`, `!docs/old` | takes away; a name without `/` at any depth |
//! | `name/src` with several roots | `src` in the root called `name` |
//!
//! A pattern is first taken as it is spelled, so a folder called `[id]` is found
//! by its name. With nothing but exclusions all other files are selected.
//!
//! **Deliberately absent:** the disk. A filter is a pure function of the path,
//! and a pattern that selects nothing is no error.

use std::path::Path;

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};
use thiserror::Error;

use crate::roots::{Roots, tidy};

/// More patterns than this in one call are a mistake of the caller.
const MAX_PATTERNS: usize = 500;
/// A longer pattern is a mistake of the caller too, and dear to compile.
const MAX_PATTERN_BYTES: usize = 4096;
/// Characters that make a pattern a glob.
const GLOB_CHARACTERS: [char; 4] = ['*', '?', '[', '{'];

/// Why a list of paths cannot be a filter.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathFilterError {
    /// A glob does not parse.
    #[error("`{pattern}` in `paths` is not a glob ({reason}); write a folder, a file or `*.rs`")]
    BadGlob {
        /// The pattern as passed.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A path leads out of the served roots.
    #[error(
        "`{pattern}` in `paths` is outside the served folders ({roots}); use a path under them"
    )]
    Outside {
        /// The pattern as passed.
        pattern: String,
        /// The served folders.
        roots: String,
    },
    /// A pattern is empty, for example a lone `!`.
    #[error("`{pattern}` in `paths` names nothing; leave it out to mean all files")]
    Empty {
        /// The pattern as passed.
        pattern: String,
    },
    /// The list or one of its patterns is too long.
    #[error(
        "`paths` is too long; pass at most {MAX_PATTERNS} patterns of {MAX_PATTERN_BYTES} bytes"
    )]
    TooLong,
}

/// Selects files by path and by language.
#[derive(Debug, Clone)]
pub struct PathFilter {
    include: PatternSet,
    exclude: PatternSet,
    /// Whether only files that `include` selects pass.
    narrowed: bool,
    languages: Vec<String>,
    words: Vec<String>,
}

impl PathFilter {
    /// Returns the filter that selects everything.
    pub fn all() -> PathFilter {
        PathFilter {
            include: PatternSet::default(),
            exclude: PatternSet::default(),
            narrowed: false,
            languages: Vec::new(),
            words: Vec::new(),
        }
    }

    /// Builds a filter for paths relative to the only root. `languages` are
    /// canonical language names; an empty list means all.
    pub fn new<L: AsRef<str>>(
        paths: &[String],
        languages: &[L],
    ) -> Result<PathFilter, PathFilterError> {
        PathFilter::build(paths, languages, None)
    }

    /// Builds the filter that one of the served roots applies to its own
    /// relative paths. Patterns that name another root select nothing here.
    pub fn for_root<L: AsRef<str>>(
        paths: &[String],
        languages: &[L],
        roots: &Roots,
        root: usize,
    ) -> Result<PathFilter, PathFilterError> {
        PathFilter::build(paths, languages, Some((roots, root)))
    }

    fn build<L: AsRef<str>>(
        paths: &[String],
        languages: &[L],
        place: Option<(&Roots, usize)>,
    ) -> Result<PathFilter, PathFilterError> {
        if paths.len() > MAX_PATTERNS || paths.iter().any(|path| path.len() > MAX_PATTERN_BYTES) {
            return Err(PathFilterError::TooLong);
        }
        let mut include = PatternSetBuilder::default();
        let mut exclude = PatternSetBuilder::default();
        let mut filter = PathFilter::all();
        for pattern in paths.iter().map(|path| path.trim()) {
            if let Some(excluded) = pattern.strip_prefix('!') {
                for local in localize(pattern, excluded, place)? {
                    exclude.add(pattern, &local, Depth::AnyForNames)?;
                }
            } else {
                filter.narrowed = true;
                filter.words.extend(words_of(pattern));
                for local in localize(pattern, pattern, place)? {
                    include.add(pattern, &local, Depth::AnyForGlobs)?;
                }
            }
        }
        filter.include = include.build()?;
        filter.exclude = exclude.build()?;
        filter.languages = languages.iter().map(|name| name.as_ref().to_owned()).collect();
        Ok(filter)
    }

    /// Returns whether the root-relative path (with `/`) is selected.
    pub fn matches(&self, path: &str) -> bool {
        (!self.narrowed || self.include.matches(path)) && !self.exclude.matches(path)
    }

    /// Returns whether files of this language are selected; `None` is a file of no known language.
    pub fn matches_language(&self, language: Option<&str>) -> bool {
        self.languages.is_empty()
            || language.is_some_and(|language| self.languages.iter().any(|name| name == language))
    }

    /// Returns whether every file is selected.
    pub fn is_all(&self) -> bool {
        !self.narrowed && self.exclude.is_empty() && self.languages.is_empty()
    }

    /// Returns the lower-cased names that the selecting patterns spell out, for
    /// who wants to know whether a call asks for `tests` or `docs` by path.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// Which patterns without `/` match at any depth.
#[derive(Clone, Copy, PartialEq)]
enum Depth {
    AnyForGlobs,
    AnyForNames,
}

/// Translates a pattern into patterns relative to one root.
fn localize(
    shown: &str,
    pattern: &str,
    place: Option<(&Roots, usize)>,
) -> Result<Vec<String>, PathFilterError> {
    if pattern.is_empty() {
        return Err(PathFilterError::Empty { pattern: shown.to_owned() });
    }
    let pattern = if cfg!(windows) { pattern.replace('\\', "/") } else { pattern.to_owned() };
    let outside = || PathFilterError::Outside {
        pattern: shown.to_owned(),
        roots: place.map_or_else(|| "the root".to_owned(), |(roots, _)| root_list(roots)),
    };
    if Path::new(&pattern).is_absolute() {
        let Some((roots, own)) = place else { return Err(outside()) };
        let (root, inside) = roots.locate(&pattern).ok_or_else(outside)?;
        return Ok(if root == own { vec![inside] } else { Vec::new() });
    }
    let pattern = tidy(&pattern).ok_or_else(outside)?;
    let Some((roots, own)) = place else { return Ok(vec![pattern]) };
    let Some(own_name) = roots.prefix(own) else { return Ok(vec![pattern]) };

    let (first, rest) = pattern.split_once('/').unwrap_or((&pattern, ""));
    if let Some(root) = roots.list().iter().position(|root| root.name == first) {
        return Ok(if root == own { vec![rest.to_owned()] } else { Vec::new() });
    }
    // A glob may mean the root's name with its first part, or a path in the root.
    let names_root = pattern.contains('/')
        && is_glob(first)
        && glob(shown, first)?.compile_matcher().is_match(own_name);
    let mut local = vec![pattern.clone()];
    if names_root {
        local.push(rest.to_owned());
    }
    Ok(local)
}

fn root_list(roots: &Roots) -> String {
    let paths: Vec<String> =
        roots.list().iter().map(|root| root.path.display().to_string()).collect();
    paths.join(", ")
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(GLOB_CHARACTERS)
}

fn words_of(pattern: &str) -> Vec<String> {
    pattern
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Folders and files by name, and globs.
#[derive(Debug, Clone, Default)]
struct PatternSet {
    /// Selects everything.
    all: bool,
    /// Whole paths of files or folders.
    exact: Vec<String>,
    /// Names of files or folders at any depth.
    names: Vec<String>,
    globs: GlobSet,
}

impl PatternSet {
    fn matches(&self, path: &str) -> bool {
        self.all
            || self.exact.iter().any(|exact| is_at_or_below(path, exact))
            || (!self.names.is_empty()
                && path.split('/').any(|part| self.names.iter().any(|name| name == part)))
            || (!self.globs.is_empty()
                && self.globs.is_match_candidate(&Candidate::new(Path::new(path))))
    }

    fn is_empty(&self) -> bool {
        !self.all && self.exact.is_empty() && self.names.is_empty() && self.globs.is_empty()
    }
}

fn is_at_or_below(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[derive(Default)]
struct PatternSetBuilder {
    set: PatternSet,
    globs: Vec<globset::Glob>,
    /// The last pattern that held a glob, to name it when all of them are too large together.
    last: String,
}

impl PatternSetBuilder {
    /// Adds one root-relative pattern; an empty one is the root itself.
    fn add(&mut self, shown: &str, pattern: &str, depth: Depth) -> Result<(), PathFilterError> {
        let mut pattern = pattern;
        while let Some(folder) = pattern.strip_suffix("/**") {
            pattern = folder;
        }
        if pattern.is_empty() || pattern == "**" {
            self.set.all = true;
            return Ok(());
        }
        let is_name = !pattern.contains('/');
        if is_name && depth == Depth::AnyForNames {
            self.set.names.push(pattern.to_owned());
        } else {
            self.set.exact.push(pattern.to_owned());
        }
        if is_glob(pattern) {
            let anchored = if is_name { format!("**/{pattern}") } else { pattern.to_owned() };
            self.globs.push(glob(shown, &anchored)?);
            // `src/*` lists a folder; any other glob may name folders, and then
            // means what is below them.
            let last = pattern.rsplit('/').next().unwrap_or(pattern);
            if is_name || !last.trim_matches('*').is_empty() {
                self.globs.push(glob(shown, &format!("{anchored}/**"))?);
            }
            self.last = shown.to_owned();
        }
        Ok(())
    }

    fn build(mut self) -> Result<PatternSet, PathFilterError> {
        let mut globs = GlobSetBuilder::new();
        for glob in self.globs {
            globs.add(glob);
        }
        self.set.globs = globs.build().map_err(|error| PathFilterError::BadGlob {
            pattern: self.last,
            reason: error.kind().to_string(),
        })?;
        Ok(self.set)
    }
}

fn glob(shown: &str, pattern: &str) -> Result<globset::Glob, PathFilterError> {
    GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| {
        PathFilterError::BadGlob { pattern: shown.to_owned(), reason: error.kind().to_string() }
    })
}

#[cfg(test)]
mod tests;
