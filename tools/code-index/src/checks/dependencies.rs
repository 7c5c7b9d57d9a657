//! Packages that are used and not declared.
//!
//! **Invariants**
//! - Only what a manifest for the file's language could declare is told: without
//!   a manifest above the file nothing is.
//! - What a file does without, and what the project speaks of elsewhere (a test
//!   environment, a bundler's alias), counts as declared.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::imports::UsedPackage;
use super::manifests::{Ecosystem, Manifest};
use super::names::{normal, python_packages_of};
use super::tree::{SourceTree, has_word};
use crate::file_class::FileClass;

/// A package that a file uses though no manifest above it declares it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undeclared {
    /// As it is imported.
    pub name: String,
    /// The first file that uses it.
    pub path: String,
    /// The line there.
    pub line: u32,
    /// The package that brings it, where that has another name.
    pub package: Option<String>,
    /// Files that use it.
    pub files: usize,
}

/// Collects them over files.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    found: BTreeMap<String, Undeclared>,
    /// Files whose packages were not judged: no manifest is above them.
    pub(crate) unjudged: usize,
}

/// Files that say what an environment needs.
const ENVIRONMENTS: &[&str] = &[
    "setup.py",
    "setup.cfg",
    "tox.ini",
    "noxfile.py",
    "environment.yml",
    "environment.yaml",
    "Pipfile",
    "conda.yml",
    "meta.yaml",
    "Dockerfile",
    "requirements.in",
    "dev-requirements.in",
];
/// Files that may give names of their own to places.
const BUNDLERS: &[&str] = &[
    "vite.config.ts",
    "vite.config.js",
    "vite.config.mts",
    "vite.config.mjs",
    "vitest.config.ts",
    "webpack.config.js",
    "webpack.config.ts",
    "rollup.config.js",
    "rollup.config.mjs",
    "jest.config.js",
    "jest.config.ts",
    "next.config.js",
    "next.config.mjs",
    "babel.config.js",
    "craco.config.js",
    "vue.config.js",
    "svelte.config.js",
    "package.json",
    "tsconfig.json",
    "tsconfig.base.json",
];

impl Collected {
    /// Takes what one file uses; `shown` is its path as people see it.
    pub(crate) fn add(
        &mut self,
        tree: &SourceTree<'_>,
        ecosystem: Ecosystem,
        path: &str,
        shown: &str,
        used: &[UsedPackage],
    ) {
        if used.is_empty() {
            return;
        }
        let above = tree.manifests.above(ecosystem, path);
        if above.is_empty() {
            self.unjudged += 1;
            return;
        }
        for (name, line) in first_of_each(ecosystem, used) {
            let module = &used[line].name;
            if is_declared(tree, ecosystem, path, module, &above) {
                continue;
            }
            let package = match ecosystem {
                Ecosystem::Python => python_packages_of(module)
                    .first()
                    .filter(|first| **first != normal(&name))
                    .cloned(),
                _ => None,
            };
            let found = self.found.entry(name.clone()).or_insert_with(|| Undeclared {
                name,
                path: shown.to_owned(),
                line: used[line].line,
                package,
                files: 0,
            });
            found.files += 1;
        }
    }

    /// What was found, what most files use first.
    pub(crate) fn finish(self) -> Vec<Undeclared> {
        let mut all: Vec<Undeclared> = self.found.into_values().collect();
        all.sort_by(|a, b| (b.files, &a.name).cmp(&(a.files, &b.name)));
        all
    }
}

/// The packages by the names to tell, each with the place of its first use.
fn first_of_each(ecosystem: Ecosystem, used: &[UsedPackage]) -> BTreeMap<String, usize> {
    let mut first = BTreeMap::new();
    for (at, package) in used.iter().enumerate().filter(|(_, package)| !package.is_optional) {
        first.entry(told(ecosystem, &package.name)).or_insert(at);
    }
    first
}

/// The part of an import that names the package.
fn told(ecosystem: Ecosystem, module: &str) -> String {
    let parts = |separator: char, count: usize| {
        let parts: Vec<&str> = module.split(separator).take(count).collect();
        parts.join(&separator.to_string())
    };
    match ecosystem {
        Ecosystem::Cargo | Ecosystem::Npm => module.to_owned(),
        Ecosystem::Python if module.starts_with("google.") => parts('.', 3),
        Ecosystem::Python => parts('.', 1),
        Ecosystem::Go => match module.split('/').next().unwrap_or_default() {
            "github.com" | "gitlab.com" | "bitbucket.org" | "golang.org" => parts('/', 3),
            "gopkg.in" => parts(
                '/',
                if module.split('/').nth(1).is_some_and(|at| at.contains(".v")) { 2 } else { 3 },
            ),
            _ => module.to_owned(),
        },
    }
}

fn is_declared(
    tree: &SourceTree<'_>,
    ecosystem: Ecosystem,
    path: &str,
    module: &str,
    above: &[Rc<Manifest>],
) -> bool {
    let mut declared = above.iter().flat_map(|manifest| &manifest.declared);
    let own = above.iter().filter_map(|manifest| manifest.name.as_deref());
    match ecosystem {
        Ecosystem::Cargo => {
            let mut own = own.map(|name| name.replace('-', "_"));
            declared.any(|one| one.import == module || one.name.replace('-', "_") == module)
                || own.any(|name| name == module)
        }
        Ecosystem::Npm => {
            let types = format!("@types/{}", module.trim_start_matches('@').replace('/', "__"));
            let is_deno = above.iter().any(|manifest| manifest.path.contains("deno.json"));
            is_deno
                || declared.any(|one| one.name == module || one.name == types)
                || speaks_of(tree, path, BUNDLERS, |text| {
                    ['"', '\'', '`']
                        .iter()
                        .any(|quote| text.contains(&format!("{quote}{module}{quote}")))
                })
        }
        Ecosystem::Python => {
            let packages = python_packages_of(module);
            let mut own = own.map(normal);
            declared.any(|one| packages.contains(&one.import))
                || own.any(|name| packages.contains(&name))
                || speaks_of(tree, path, ENVIRONMENTS, |text| {
                    let text = text.to_lowercase();
                    packages.iter().any(|package| {
                        has_word(&text, package) || has_word(&text, &package.replace('-', "_"))
                    })
                })
        }
        Ecosystem::Go => declared.any(|one| {
            module
                .strip_prefix(one.import.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }),
    }
}

/// One of the files of these names above `path` says it.
fn speaks_of(
    tree: &SourceTree<'_>,
    path: &str,
    names: &[&str],
    says: impl Fn(&str) -> bool,
) -> bool {
    let mut folder = path;
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
        for name in names {
            let file =
                if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
            if tree.has(&file) && tree.text(&file).is_some_and(|text| says(&text)) {
                return true;
            }
        }
    }
    false
}

/// Code that nobody means to be complete: samples, fixtures, other people's.
pub(crate) fn is_aside(path: &str) -> bool {
    let class = FileClass::of(path);
    let is_other = matches!(
        class,
        FileClass::Vendored | FileClass::Generated | FileClass::Docs | FileClass::Example
    );
    is_other
        || is_fixture(path)
        || path
            .split('/')
            .any(|part| matches!(part, "templates" | "template" | "playground" | "playgrounds"))
}

/// What tests read: broken and incomplete on purpose.
pub(crate) fn is_fixture(path: &str) -> bool {
    path.split('/').any(|part| {
        let part = part.to_ascii_lowercase();
        let is_folder = matches!(
            part.as_str(),
            "fixtures"
                | "__fixtures__"
                | "fixture"
                | "testdata"
                | "test_data"
                | "__snapshots__"
                | "snapshots"
        );
        is_folder || part.contains("{{")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_of_an_import_is_told() {
        for (ecosystem, module, want) in [
            (Ecosystem::Go, "github.com/a/b/c/d", "github.com/a/b"),
            (Ecosystem::Go, "gopkg.in/yaml.v3", "gopkg.in/yaml.v3"),
            (Ecosystem::Python, "yaml.nodes", "yaml"),
            (Ecosystem::Python, "google.cloud.storage.blob", "google.cloud.storage"),
            (Ecosystem::Npm, "@a/b", "@a/b"),
        ] {
            assert_eq!(told(ecosystem, module), want, "{module}");
        }
    }
}
