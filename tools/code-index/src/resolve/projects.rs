//! What the manifests of a repository say of modules: names of its packages,
//! `paths` of `tsconfig.json`, and where files of a name lie.
//!
//! It is read once for a state of the tree and shared by all questions on it.
//!
//! **Deliberately absent:** anything that would have to be run to know it.

mod packages;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value as Json;

use crate::roots::tidy;
pub(crate) use packages::Crate;
use packages::GoModule;

/// Manifests read of one repository.
const MAX_MANIFESTS: usize = 2_000;
/// A longer manifest is none.
const MAX_BYTES: u64 = 1 << 20;
/// Configurations that build on one another are followed so far.
const MAX_EXTENDS: usize = 5;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Projects {
    /// The folders that hold a file of a name.
    folders: HashMap<String, Vec<String>>,
    /// Folders with a file of Python in them or below them.
    python: HashSet<String>,
    /// Headers by their names, in order of path.
    headers: HashMap<String, Vec<String>>,
    /// Aliases by folder, deepest first.
    aliases: Vec<Aliases>,
    /// Packages of JavaScript by name: folder and entry.
    packages: Vec<Package>,
    /// Crates of Rust, deepest folder first.
    crates: Vec<Crate>,
    /// Modules of Go, longest path first.
    go: Vec<GoModule>,
}

#[derive(Debug)]
struct Aliases {
    folder: String,
    base: Option<String>,
    /// Pattern with at most one `*`, and what it stands for, from the root.
    paths: Vec<(String, Vec<String>)>,
}

#[derive(Debug)]
struct Package {
    name: String,
    folder: String,
    entries: Vec<String>,
}

/// Names of files of which the folders are remembered.
const REMEMBERED: &[&str] = &[
    "package.json",
    "tsconfig.json",
    "jsconfig.json",
    "tsconfig.base.json",
    "go.mod",
    "Cargo.toml",
    "__init__.py",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "lib.rs",
    "main.rs",
];

/// Endings of headers.
const HEADERS: &[&str] = &["h", "hh", "hpp", "hxx", "inc", "inl", "ipp", "tcc", "cuh"];

impl Projects {
    /// Reads what `paths`, all files of the repository at `root`, tell.
    pub(crate) fn read<'p>(root: &Path, paths: impl Iterator<Item = &'p str>) -> Projects {
        let mut projects = Projects::default();
        for path in paths {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if name.ends_with(".py") || name.ends_with(".pyi") {
                projects.add_python(folder);
            }
            if is_header(name) {
                projects.headers.entry(name.to_owned()).or_default().push(path.to_owned());
            }
            if REMEMBERED.contains(&name) {
                projects.folders.entry(name.to_owned()).or_default().push(folder.to_owned());
            }
        }
        for folders in projects.folders.values_mut() {
            folders.sort_unstable();
        }
        for headers in projects.headers.values_mut() {
            headers.sort_unstable();
        }
        for name in ["tsconfig.json", "jsconfig.json"] {
            for folder in projects.folders_of(name).iter().take(MAX_MANIFESTS) {
                projects.aliases.extend(aliases(root, folder, &join(folder, name)));
            }
        }
        projects.aliases.sort_by_key(|aliases| std::cmp::Reverse(aliases.folder.len()));
        for folder in projects.folders_of("package.json").iter().take(MAX_MANIFESTS) {
            projects.packages.extend(package(root, folder));
        }
        for folder in projects.folders_of("Cargo.toml").iter().take(MAX_MANIFESTS) {
            projects.crates.extend(packages::cargo(root, folder));
        }
        projects.crates.sort_by_key(|of| std::cmp::Reverse(of.folder.len()));
        for folder in projects.folders_of("go.mod").iter().take(MAX_MANIFESTS) {
            projects.go.extend(packages::go(root, folder));
        }
        projects.go.sort_by_key(|module| std::cmp::Reverse(module.path.len()));
        projects
    }

    fn add_python(&mut self, folder: &str) {
        let mut folder = folder;
        while !self.python.contains(folder) {
            self.python.insert(folder.to_owned());
            let Some((outer, _)) = folder.rsplit_once('/') else { break };
            folder = outer;
        }
    }

    /// There is a file of Python in a folder or below it.
    pub(crate) fn holds_python(&self, folder: &str) -> bool {
        self.python.contains(folder)
    }

    /// The headers with a name, in order of path.
    pub(crate) fn headers_named(&self, name: &str) -> &[String] {
        self.headers.get(name).map_or(&[], Vec::as_slice)
    }

    /// The folders that hold a file of this name, if it is one that is remembered.
    pub(crate) fn folders_of(&self, name: &str) -> Vec<String> {
        self.folders.get(name).cloned().unwrap_or_default()
    }

    /// The paths that a name which is not relative may mean for a file of
    /// `folder`, by the configuration nearest to it.
    pub(crate) fn aliased(&self, folder: &str, written: &str) -> Vec<String> {
        let mut found = Vec::new();
        for aliases in self.aliases.iter().filter(|aliases| is_within(folder, &aliases.folder)) {
            for (pattern, places) in &aliases.paths {
                if let Some(part) = matched(pattern, written) {
                    found.extend(places.iter().map(|place| place.replacen('*', part, 1)));
                }
            }
            found.extend(aliases.base.as_ref().map(|base| join(base, written)));
        }
        found
    }

    /// The paths that the name of a package of this repository may mean.
    pub(crate) fn packaged(&self, written: &str) -> Vec<String> {
        let mut found = Vec::new();
        for package in &self.packages {
            let Some(rest) = written.strip_prefix(package.name.as_str()) else { continue };
            if rest.is_empty() {
                found.extend(package.entries.iter().cloned());
            } else if let Some(rest) = rest.strip_prefix('/') {
                found.extend(["", "src"].map(|inner| join(&join(&package.folder, inner), rest)));
            }
        }
        found
    }
}

/// What other files of C and C++ include.
fn is_header(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| HEADERS.contains(&ending))
}

pub(crate) fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

fn is_within(folder: &str, outer: &str) -> bool {
    outer.is_empty()
        || folder.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What the `*` of a pattern stands for.
fn matched<'w>(pattern: &str, written: &'w str) -> Option<&'w str> {
    match pattern.split_once('*') {
        Some((before, after)) => written.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == written).then_some(""),
    }
}

fn read_text(root: &Path, path: &str) -> Option<String> {
    let file = root.join(path);
    if std::fs::metadata(&file).ok()?.len() > MAX_BYTES {
        return None;
    }
    std::fs::read_to_string(file).ok()
}

fn read_json(root: &Path, path: &str) -> Option<Json> {
    serde_json::from_str(&plain_json(&read_text(root, path)?)).ok()
}

/// JSON without the comments and trailing commas that such files may hold.
fn plain_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match (letter, rest.peek()) {
            ('"', _) => {
                out.push('"');
                while let Some(inner) = rest.next() {
                    out.push(inner);
                    match inner {
                        '\\' => out.extend(rest.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            ('/', Some('/')) => while rest.next_if(|&letter| letter != '\n').is_some() {},
            ('/', Some('*')) => {
                rest.next();
                let mut last = ' ';
                for inner in rest.by_ref() {
                    if last == '*' && inner == '/' {
                        break;
                    }
                    last = inner;
                }
            }
            (']' | '}', _) => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

fn aliases(root: &Path, folder: &str, file: &str) -> Option<Aliases> {
    let mut found = Aliases { folder: folder.to_owned(), base: None, paths: Vec::new() };
    let mut next = Some(file.to_owned());
    for _ in 0..MAX_EXTENDS {
        let Some(file) = next.take() else { break };
        let json = read_json(root, &file)?;
        let here = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let options = &json["compilerOptions"];
        let base = options["baseUrl"].as_str().and_then(|base| tidy(&join(here, base)));
        if found.paths.is_empty() {
            let from = base.clone().unwrap_or_else(|| here.to_owned());
            for (pattern, places) in options["paths"].as_object().into_iter().flatten() {
                let places = places.as_array().into_iter().flatten();
                let places = places.filter_map(|place| tidy(&join(&from, place.as_str()?)));
                found.paths.push((pattern.clone(), places.collect()));
            }
        }
        if found.base.is_none() {
            found.base = base;
        }
        let extends = json["extends"].as_str().filter(|extends| extends.starts_with('.'));
        next = extends.and_then(|extends| {
            let path = tidy(&join(here, extends))?;
            Some(if path.ends_with(".json") { path } else { path + ".json" })
        });
    }
    (found.base.is_some() || !found.paths.is_empty()).then_some(found)
}

fn package(root: &Path, folder: &str) -> Option<Package> {
    let json = read_json(root, &join(folder, "package.json"))?;
    let name = json["name"].as_str()?.to_owned();
    let mut entries = Vec::new();
    let exported = &json["exports"]["."];
    let written = [&json["source"], &json["types"], &json["module"], &json["main"]];
    let from_exports =
        ["source", "types", "import", "default", "development"].map(|key| &exported[key]);
    for entry in written.into_iter().chain(from_exports).filter_map(Json::as_str) {
        let Some(path) = tidy(&join(folder, entry)) else { continue };
        // What is built lies beside what it is built from.
        for built in ["/dist/", "/lib/", "/build/"] {
            let source = format!("/{path}").replacen(built, "/src/", 1);
            if source.len() != path.len() + 1 {
                let stem = source.trim_end_matches(".d.ts");
                let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
                entries.push(stem.trim_start_matches('/').to_owned());
            }
        }
        entries.push(path);
    }
    entries.extend(["src/index", "index", "src/main", "src"].map(|entry| join(folder, entry)));
    Some(Package { name, folder: folder.to_owned(), entries })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_are_no_trouble() {
        let text = "{ // one\n \"a\": \"http://x\", /* two */ \"b\": [1, 2,], }";
        let json: Json = serde_json::from_str(&plain_json(text)).unwrap();
        assert_eq!(json, serde_json::json!({ "a": "http://x", "b": [1, 2] }));
    }

    #[test]
    fn the_nearest_configuration_and_packages_are_asked() {
        let scratch = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = scratch.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "tsconfig.base.json",
            r#"{"compilerOptions": {"paths": {"@core/*": ["./core/src/*"]}}}"#,
        );
        write("app/tsconfig.json", r#"{"extends": "../tsconfig.base.json"}"#);
        write("core/package.json", r#"{"name": "@x/core", "main": "dist/index.js"}"#);
        let paths = ["app/tsconfig.json", "core/package.json", "tsconfig.base.json"];
        let projects = Projects::read(scratch.path(), paths.into_iter());
        assert_eq!(projects.aliased("app/src", "@core/a/b"), ["core/src/a/b"]);
        assert_eq!(projects.aliased("other", "@core/a/b"), [""; 0]);
        let packaged = projects.packaged("@x/core");
        assert!(packaged.contains(&"core/src/index".to_owned()), "{packaged:?}");
        assert_eq!(projects.packaged("@x/core/deep")[0], "core/deep");
    }
}
