//! Packages that are declared and that nothing speaks of.
//!
//! **Invariants**
//! - A package counts as used when its name, or what its import or command is
//!   called, stands anywhere in sources, configuration or scripts of the folder.
//! - What works by being installed (plugins, types, drivers, tools that are run by
//!   hand) is never told.

use std::fs;
use std::path::Path;

use regex::Regex;

use super::manifests::{Declared, Ecosystem, Manifest};
use super::names::{normal, python_modules_of};
use super::tree::SourceTree;
use crate::cancel::Cancel;
use crate::candidates::candidates;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::literals::Literals;
use crate::project::{DependencyKind, is_script};
use crate::workspace::RootQuery;

/// A declared package that nothing uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unused {
    /// As the manifest calls it.
    pub name: String,
    /// The manifest.
    pub manifest: String,
}

/// Files that are read for one name; one that more files hold is used.
const MAX_READ: usize = 300;
/// Hidden files that are read of one folder, and their size.
const MAX_HIDDEN: usize = 100;
const MAX_HIDDEN_BYTES: u64 = 256 << 10;
/// Hidden folders that hold configuration.
const HIDDEN: &[&str] = &[
    ".github",
    ".gitlab",
    ".circleci",
    ".husky",
    ".storybook",
    ".config",
    ".devcontainer",
    ".buildkite",
    ".cargo",
    ".vscode",
];

/// Packages of Python that are run by hand, or found by others without being named.
const PYTHON_ASIDE: &str = " aiosqlite argon2-cffi asyncpg bandit bcrypt black build bump2version \
bumpversion commitizen coverage daphne email-validator fastparquet flake8 flit flit-core gunicorn \
hatch hatchling html5lib httptools hypercorn ipdb ipykernel ipython isort jupyter jupyterlab lxml \
mysqlclient mypy nodeenv notebook nox openpyxl pdbpp pip pip-tools poetry poetry-core pre-commit \
psycopg psycopg2 psycopg2-binary pyarrow pymysql pylint pyright pytest python-multipart pyupgrade \
ruff safety setuptools setuptools-scm sphinx supervisor tables tox twine tzdata uvicorn uvloop vulture \
watchfiles wheel xlrd xlsxwriter yapf ";
/// The same of npm.
const NPM_ASIDE: &str = " @algolia/client-search @babel/core @babel/runtime @mdx-js/react @swc/core @testing-library/dom better-sqlite3 core-js esbuild fsevents graphql happy-dom husky \
jsdom less mysql mysql2 node-gyp pg postcss prettier react-dom reflect-metadata regenerator-runtime sass sqlite3 \
stylus ts-node tslib tsx typescript vue-tsc webpack-cli ";
/// Packages of npm whose command has another name.
const COMMANDS: &[(&str, &str)] = &[
    ("@angular/cli", "ng"),
    ("npm-run-all", "run-s"),
    ("npm-run-all", "run-p"),
    ("npm-run-all2", "run-s"),
    ("npm-run-all2", "run-p"),
    ("@playwright/test", "playwright"),
    ("@changesets/cli", "changeset"),
    ("@nestjs/cli", "nest"),
    ("@capacitor/cli", "cap"),
    ("@electron-forge/cli", "electron-forge"),
];

/// Finds what nothing of the manifest's folder speaks of.
pub(crate) fn unused(
    root: &RootQuery<'_>,
    tree: &SourceTree<'_>,
    manifest: &Manifest,
    cancel: &Cancel,
) -> Result<Vec<Unused>, IndexError> {
    let mut found = Vec::new();
    if manifest.is_pinned {
        return Ok(found);
    }
    let hidden = hidden_texts(tree, &manifest.folder);
    let rest = rest_of(manifest);
    for declared in &manifest.declared {
        cancel.check()?;
        if found.iter().any(|known: &Unused| known.name == declared.name)
            || is_aside(manifest, declared, tree)
        {
            continue;
        }
        let names = names_of(manifest.ecosystem, declared);
        let Some(loose) = pattern(&names, manifest.ecosystem) else { continue };
        if loose.is_match(&rest) || hidden.iter().any(|text| loose.is_match(text)) {
            continue;
        }
        if !is_spoken_of(root, tree, manifest, &names, &loose, cancel)? {
            found.push(Unused { name: declared.name.clone(), manifest: root.show(&manifest.path) });
        }
    }
    Ok(found)
}

/// What may stand where the package is used.
fn names_of(ecosystem: Ecosystem, declared: &Declared) -> Vec<String> {
    let name = declared.name.as_str();
    let mut names = match ecosystem {
        Ecosystem::Cargo => vec![declared.import.clone(), name.replace('-', "_")],
        Ecosystem::Go => vec![declared.import.clone()],
        Ecosystem::Python => {
            let mut names = python_modules_of(name);
            names.push(name.to_owned());
            names
        }
        Ecosystem::Npm => {
            let mut names = vec![name.to_owned()];
            let of_table = COMMANDS.iter().filter(|(package, _)| *package == name);
            names.extend(of_table.map(|(_, command)| (*command).to_owned()));
            names
        }
    };
    names.sort();
    names.dedup();
    names
}

/// Any of the names as a whole, whatever the case.
fn pattern(names: &[String], ecosystem: Ecosystem) -> Option<Regex> {
    let all: Vec<String> = names.iter().map(|name| regex::escape(name)).collect();
    let all = all.join("|");
    // A name of npm goes on with `-`; others end there.
    let end = if ecosystem == Ecosystem::Npm { r"[^\w-]" } else { r"\W" };
    let start = r"(?:^|[^\w@/-]|node_modules/)";
    Regex::new(&format!("(?i){start}(?:{all})(?:$|{end})")).ok()
}

fn is_aside(manifest: &Manifest, declared: &Declared, tree: &SourceTree<'_>) -> bool {
    let name = declared.name.as_str();
    match manifest.ecosystem {
        Ecosystem::Cargo => {
            let is_generated =
                ["prost", "tonic", "protobuf", "bytes"].iter().any(|start| name.starts_with(start));
            name.ends_with("-sys")
                || name == "getrandom" && declared.has_features
                || is_generated && tree.makes_code()
                // What a feature is switched on in is used by that.
                || [format!("\"{name}/"), format!("\"{name}?/")].iter().any(|mark| manifest.text.contains(mark))
        }
        Ecosystem::Go => declared.kind == DependencyKind::Optional,
        Ecosystem::Python => {
            let name = normal(name);
            let starts = [
                "pytest-",
                "flake8-",
                "types-",
                "mkdocs",
                "pylint-",
                "sphinx",
                "hatch-",
                "poetry-",
                "furo",
                "tox-",
                "pre-commit",
            ];
            declared.kind == DependencyKind::Build
                || PYTHON_ASIDE.contains(&format!(" {name} "))
                || starts.iter().any(|start| name.starts_with(start))
                || name.ends_with("-stubs")
        }
        Ecosystem::Npm => {
            let starts = [
                "@types/",
                "eslint",
                "@eslint/",
                "@typescript-eslint/",
                "prettier-plugin-",
                "@vitest/",
                "stylelint-",
                "babel-plugin-",
                "@babel/preset-",
                "@babel/plugin-",
            ];
            let has_views = || {
                tree.below(&manifest.folder)
                    .iter()
                    .any(|path| path.ends_with(".tsx") || path.ends_with(".jsx"))
            };
            declared.kind == DependencyKind::Peer
                || NPM_ASIDE.contains(&format!(" {name} "))
                || starts.iter().any(|start| name.starts_with(start))
                || name.contains("/eslint-")
                || name.contains("eslint-config")
                || name.contains("/tsconfig")
                || matches!(name, "react" | "preact") && has_views()
        }
    }
}

/// What a manifest says besides what it declares.
fn rest_of(manifest: &Manifest) -> String {
    let name = manifest.path.rsplit('/').next().unwrap_or(&manifest.path);
    match name {
        "package.json" => {
            let Ok(mut json) = serde_json::from_str::<serde_json::Value>(&manifest.text) else {
                return String::new();
            };
            if let Some(fields) = json.as_object_mut() {
                fields.retain(|key, _| {
                    !key.to_lowercase().contains("dependencies")
                        && key != "name"
                        && key != "description"
                        && key != "keywords"
                });
            }
            let mut text = String::new();
            let scripts = json["scripts"].as_object();
            for (_, command) in scripts.into_iter().flatten() {
                for word in command.as_str().unwrap_or_default().split_whitespace() {
                    text.push_str(word);
                    text.push('\n');
                    // The command of `@scope/tool-cli` is often `tool`.
                    for form in [
                        format!("{word}-cli"),
                        format!("@{word}/cli"),
                        format!("@{word}/core"),
                        format!("@{word}js/{word}"),
                    ] {
                        text.push_str(&form);
                        text.push('\n');
                    }
                }
            }
            text + &json.to_string()
        }
        "pyproject.toml" => {
            let Ok(mut table) = manifest.text.parse::<toml::Table>() else { return String::new() };
            table.remove("build-system");
            table.remove("dependency-groups");
            if let Some(project) = table.get_mut("project").and_then(toml::Value::as_table_mut) {
                for key in [
                    "dependencies",
                    "optional-dependencies",
                    "name",
                    "description",
                    "keywords",
                    "urls",
                ] {
                    project.remove(key);
                }
            }
            if let Some(tools) = table.get_mut("tool").and_then(toml::Value::as_table_mut) {
                tools.remove("uv");
                for tool in ["poetry", "pdm"] {
                    if let Some(tool) = tools.get_mut(tool).and_then(toml::Value::as_table_mut) {
                        tool.retain(|key, _| key == "scripts" || key == "plugins");
                    }
                }
            }
            toml::to_string(&table).unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn is_spoken_of(
    root: &RootQuery<'_>,
    tree: &SourceTree<'_>,
    manifest: &Manifest,
    names: &[String],
    loose: &Regex,
    cancel: &Cancel,
) -> Result<bool, IndexError> {
    let literals = Literals::of_words(names);
    let below = |path: &str| {
        manifest.folder.is_empty()
            || path.strip_prefix(manifest.folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut read = 0;
    for (class, path) in candidates(root, &literals, cancel)? {
        if !below(&path) || !may_use(class, &path) {
            continue;
        }
        cancel.check()?;
        read += 1;
        let text = tree.text(&path);
        if read > MAX_READ
            || text.is_none_or(|text| uses(manifest.ecosystem, &path, &text, names, loose))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a use in the file counts: not in prose, locks and other manifests.
fn may_use(class: FileClass, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_list = name.contains("requirements")
        && (name.ends_with(".txt") || name.ends_with(".in"))
        || matches!(
            name,
            "package.json"
                | "Cargo.toml"
                | "pyproject.toml"
                | "go.mod"
                | "go.sum"
                | "go.work.sum"
                | "setup.py"
                | "Pipfile"
                | "environment.yml"
                | "setup.cfg"
                | "deno.lock"
                | "bun.lock"
        );
    let is_prose = [".md", ".rst", ".txt", ".lock"].iter().any(|ending| name.ends_with(ending));
    let is_other = matches!(class, FileClass::Changelog | FileClass::Locale | FileClass::Vendored)
        || class == FileClass::Generated && name.contains("lock");
    !(is_list || is_prose || is_other)
}

/// Whether a file uses a package: sources by importing or quoting it, other
/// files by naming it.
fn uses(ecosystem: Ecosystem, path: &str, text: &str, names: &[String], loose: &Regex) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let is_source = match ecosystem {
        Ecosystem::Cargo => ending == "rs",
        Ecosystem::Go => ending == "go",
        Ecosystem::Npm => is_script(ending) || matches!(ending, "astro" | "mdx"),
        Ecosystem::Python => matches!(ending, "py" | "pyi"),
    };
    if !is_source {
        // A crate or a module is named by sources alone.
        return !matches!(ecosystem, Ecosystem::Cargo | Ecosystem::Go) && loose.is_match(text);
    }
    // The lines around each match: what a pattern begins with may end the line before.
    loose.find_iter(text).any(|found| {
        let first = text[..found.start()].rfind('\n').map_or(0, |at| at + 1);
        let rest = text[found.end()..].find('\n').map_or(text.len(), |at| found.end() + at);
        text[first..rest]
            .lines()
            .any(|line| names.iter().any(|name| uses_in(ecosystem, line, name, text)))
    })
}

fn uses_in(ecosystem: Ecosystem, line: &str, name: &str, text: &str) -> bool {
    let start = line.trim_start();
    memchr::memmem::find_iter(line.as_bytes(), name).any(|at| {
        let before = line.get(..at).unwrap_or_default();
        let after = line.get(at + name.len()..).unwrap_or_default();
        let is_quoted = before.ends_with(['"', '\'', '`', '/', '!', '@']);
        match ecosystem {
            Ecosystem::Cargo => {
                let is_path =
                    after.trim_start().starts_with("::") || before.trim_end().ends_with("::");
                let is_import = [
                    "use ",
                    "pub use ",
                    "pub(crate) use ",
                    "extern crate ",
                    "#[macro_use] extern crate ",
                ]
                .iter()
                .any(|word| start.starts_with(word));
                is_path || is_import || text.contains("use {") && before.trim().is_empty()
            }
            Ecosystem::Go | Ecosystem::Npm => is_quoted,
            Ecosystem::Python => {
                is_quoted
                    || start.contains("import")
                    || before.ends_with('.')
                    || after.starts_with('.') && !start.starts_with('#')
            }
        }
    })
}

/// The hidden files of a folder that hold configuration: an index leaves them out.
fn hidden_texts(tree: &SourceTree<'_>, folder: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut folders = vec![(folder.to_owned(), true)];
    while let Some((folder, is_first)) = folders.pop() {
        let Ok(entries) = fs::read_dir(tree.root.join(&folder)) else { continue };
        for entry in entries.flatten().take(2_000) {
            let Ok(kind) = entry.file_type() else { continue };
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if kind.is_dir()
                && (!is_first || HIDDEN.contains(&name.as_str()))
                && path.matches('/').count() < 12
            {
                folders.push((path, false));
            } else if kind.is_file()
                && (!is_first || name.starts_with('.'))
                && is_small(&entry.path())
            {
                texts.extend(tree.text(&path).map(|text| text.to_string()));
            }
            if texts.len() >= MAX_HIDDEN || folders.len() > MAX_HIDDEN {
                return texts;
            }
        }
    }
    texts
}

fn is_small(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.len() <= MAX_HIDDEN_BYTES)
}
