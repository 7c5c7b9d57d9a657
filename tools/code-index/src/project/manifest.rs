//! Which files are manifests, and the way from their text to the map.
//!
//! Each ecosystem has a module whose `parse` turns text into a [`Draft`]. What
//! stands in another manifest (a workspace's versions, a catalogue) is filled in
//! afterwards, when all are read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::entry_points::is_aside;
use super::{
    Dependency, DependencyKind, EntryKind, EntryPoint, FileFacts, Framework, MAX_DEPENDENCIES,
    MAX_SCRIPTS, MAX_TEXT, Manifest, Problem, Script, cargo, cmake, dart, docker, dotnet, elixir,
    frameworks, go, gradle, is_below, javascript, maven, php, python, python_setup, ruby, swift,
};
use crate::cancel::{Cancel, Cancelled};

/// No hand-written manifest is larger.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;
/// Manifests that are read, nearest to the top first. A tree with more holds other people's.
const MAX_READ: usize = 1500;

type Parser = fn(&Source<'_>) -> Result<Draft, String>;

/// Returns whether a file of this name declares a package, a build or an image.
pub fn is_manifest(name: &str) -> bool {
    parser_of(name).is_some()
}

fn parser_of(name: &str) -> Option<Parser> {
    let parser: Parser = match name {
        "Cargo.toml" => cargo::parse,
        "package.json" => javascript::parse_package,
        "pnpm-workspace.yaml" => javascript::parse_pnpm_workspace,
        "deno.json" | "deno.jsonc" => javascript::parse_deno,
        "pyproject.toml" => python::parse_pyproject,
        "Pipfile" => python::parse_pipfile,
        "setup.cfg" => python_setup::parse_setup_cfg,
        "setup.py" => python_setup::parse_setup_py,
        "go.mod" => go::parse,
        "pom.xml" => maven::parse,
        "build.gradle" | "build.gradle.kts" => gradle::parse_build,
        "libs.versions.toml" => gradle::parse_catalog,
        "Directory.Packages.props" => dotnet::parse,
        "Gemfile" => ruby::parse,
        "composer.json" => php::parse,
        "Package.swift" => swift::parse,
        "mix.exs" => elixir::parse,
        "CMakeLists.txt" => cmake::parse,
        "pubspec.yaml" => dart::parse,
        "Dockerfile" | "Containerfile" => docker::parse_dockerfile,
        _ => return parser_by_pattern(name),
    };
    Some(parser)
}

fn parser_by_pattern(name: &str) -> Option<Parser> {
    let (stem, extension) = name.rsplit_once('.')?;
    match extension {
        "txt" if stem.starts_with("requirements") || stem.ends_with("requirements") => {
            Some(python_setup::parse_requirements)
        }
        "csproj" | "fsproj" | "vbproj" => Some(dotnet::parse),
        "gemspec" => Some(ruby::parse),
        "Dockerfile" | "dockerfile" => Some(docker::parse_dockerfile),
        "yml" | "yaml"
            if ["compose", "docker-compose"].iter().any(|start| {
                stem.strip_prefix(start)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }) =>
        {
            Some(docker::parse_compose)
        }
        _ if stem == "Dockerfile" => Some(docker::parse_dockerfile),
        _ => None,
    }
}

/// One manifest's text and what surrounds it.
pub(super) struct Source<'a> {
    /// The path in the root.
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    /// All files of the root, sorted.
    pub(super) files: &'a [&'a str],
}

impl Source<'_> {
    /// Returns the folder that the manifest is in, empty for the root.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns the path in the root of what the manifest calls `relative`; `None` above the root.
    pub(super) fn resolve(&self, relative: &str) -> Option<String> {
        crate::roots::tidy(&format!("{}/{relative}", self.folder()))
    }

    /// Returns the first of these files, relative to the manifest, that exists.
    pub(super) fn first_file(&self, relative: &[&str]) -> Option<String> {
        relative
            .iter()
            .filter_map(|path| self.resolve(path))
            .find(|path| self.files.binary_search(&path.as_str()).is_ok())
    }

    /// Returns the files below a folder beside the manifest, as (path in the root, path there).
    pub(super) fn files_below(&self, folder: &str) -> Vec<(String, String)> {
        let start = match self.folder() {
            "" => format!("{folder}/"),
            own => format!("{own}/{folder}/"),
        };
        let first = self.files.partition_point(|path| *path < start.as_str());
        self.files[first..]
            .iter()
            .map_while(|path| Some(((*path).to_owned(), path.strip_prefix(&start)?.to_owned())))
            .collect()
    }
}

/// What a manifest says, before others fill it in.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) ecosystem: &'static str,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) members: Vec<String>,
    pub(super) scripts: Vec<Script>,
    pub(super) entry_points: Vec<EntryPoint>,
    /// Frameworks that something else than a dependency tells.
    pub(super) frameworks: Vec<Framework>,
    /// What manifests below may take from this one.
    pub(super) offers: Vec<Offer>,
    /// Whether the package's version is the workspace's.
    pub(super) inherits_version: bool,
}

/// Something that other manifests refer to by key.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) key: String,
    /// The package it stands for, when the key is not its name.
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
}

/// The key of the offer that is a workspace's own version.
pub(super) const WORKSPACE_VERSION: &str = "package.version";
/// The version of a dependency that is looked up among the offers above it.
pub(super) const INHERITED: &str = "workspace";

impl Draft {
    pub(super) fn new(ecosystem: &'static str) -> Draft {
        Draft { ecosystem, ..Draft::default() }
    }

    pub(super) fn depend(
        &mut self,
        name: impl Into<String>,
        version: Option<String>,
        kind: DependencyKind,
    ) {
        self.dependencies.push(Dependency { name: name.into(), version, kind });
    }

    pub(super) fn enter(&mut self, path: Option<String>, kind: EntryKind, reason: String) {
        if let Some(path) = path {
            self.entry_points.push(EntryPoint { path, kind, reason });
        }
    }

    pub(super) fn script(&mut self, name: &str, command: &str) {
        self.scripts.push(Script { name: name.to_owned(), command: command.to_owned() });
    }

    /// Replaces what refers to offers; offers are nearest first.
    fn inherit(&mut self, offers: &[&Offer]) {
        let find = |key: &str| offers.iter().find(|offer| offer.key == key);
        if self.inherits_version {
            self.version = find(WORKSPACE_VERSION).and_then(|offer| offer.version.clone());
        }
        for dependency in &mut self.dependencies {
            if dependency.version.as_deref() == Some(INHERITED)
                && let Some(offer) = find(&dependency.name)
            {
                dependency.version.clone_from(&offer.version);
                if let Some(name) = &offer.name {
                    dependency.name.clone_from(name);
                }
            }
            // A property that another file defines is offered under its own spelling.
            if let Some(offer) = dependency.version.as_deref().and_then(find) {
                dependency.version.clone_from(&offer.version);
            }
            // Cargo's word says where the version is; elsewhere it is ours.
            if self.ecosystem != "cargo" && dependency.version.as_deref() == Some(INHERITED) {
                dependency.version = None;
            }
        }
    }

    fn finish(mut self, path: &str) -> Manifest {
        let mut found = std::mem::take(&mut self.frameworks);
        found.extend(frameworks::detect(self.ecosystem, &self.dependencies));
        found.sort();
        found.dedup();
        self.dependencies.sort_by(|one, other| {
            (one.kind, &one.name, &one.version).cmp(&(other.kind, &other.name, &other.version))
        });
        self.dependencies.dedup();
        let more_dependencies = self.dependencies.len().saturating_sub(MAX_DEPENDENCIES);
        self.dependencies.truncate(MAX_DEPENDENCIES);
        self.members.truncate(MAX_SCRIPTS);
        self.scripts.truncate(MAX_SCRIPTS);
        for dependency in &mut self.dependencies {
            shorten(&mut dependency.name);
            dependency.version.iter_mut().for_each(shorten);
        }
        for script in &mut self.scripts {
            shorten(&mut script.name);
            shorten(&mut script.command);
        }
        self.members.iter_mut().for_each(shorten);
        self.name.iter_mut().chain(&mut self.version).for_each(shorten);
        Manifest {
            path: path.to_owned(),
            ecosystem: self.ecosystem.to_owned(),
            name: self.name,
            version: self.version,
            frameworks: found,
            dependencies: self.dependencies,
            more_dependencies,
            members: self.members,
            scripts: self.scripts,
        }
    }
}

/// Cuts a text of a manifest to one short line.
pub(super) fn shorten(text: &mut String) {
    if text.contains(['\n', '\t']) {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
        text.push('…');
    }
}

/// All manifests of a folder.
#[derive(Default)]
pub(super) struct ReadManifests {
    pub(super) manifests: Vec<Manifest>,
    pub(super) entry_points: Vec<EntryPoint>,
    pub(super) problems: Vec<Problem>,
    pub(super) truncated: bool,
}

/// Reads the manifests in `folder`. Those above it are read too, for what they
/// offer, but not listed.
pub(super) fn read_all(
    root: &Path,
    files: &[FileFacts<'_>],
    folder: &str,
    cancel: &Cancel,
) -> Result<ReadManifests, Cancelled> {
    let mut all: Vec<&str> = files.iter().map(|file| file.path).collect();
    all.sort_unstable();
    let mut wanted: Vec<(&str, Parser)> = files
        .iter()
        .filter(|file| is_below(file.path, folder) || may_offer(file.path, folder))
        .filter_map(|file| Some((file.path, parser_of(file_name(file.path))?)))
        .collect();
    wanted.sort_unstable_by_key(|(path, _)| (is_aside(path), path.matches('/').count(), *path));
    wanted.dedup_by_key(|(path, _)| *path);

    let mut read = ReadManifests { truncated: wanted.len() > MAX_READ, ..ReadManifests::default() };
    let mut drafts: Vec<(&str, Draft)> = Vec::new();
    for (path, parser) in wanted.into_iter().take(MAX_READ) {
        cancel.check()?;
        let parsed = read_text(&root.join(path))
            .and_then(|text| parser(&Source { path, text: &text, files: &all }));
        match parsed {
            Ok(draft) => drafts.push((path, draft)),
            Err(_) if !is_below(path, folder) => {}
            Err(mut message) => {
                shorten(&mut message);
                read.problems.push(Problem { path: path.to_owned(), message });
            }
        }
    }
    inherit_all(&mut drafts);
    for (path, mut draft) in drafts.into_iter().filter(|(path, _)| is_below(path, folder)) {
        read.entry_points.append(&mut draft.entry_points);
        read.manifests.push(draft.finish(path));
    }
    Ok(read)
}

/// What one manifest declares, in full.
#[derive(Debug)]
pub(crate) struct Declares {
    pub(crate) name: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) text: String,
}

/// Reads what the manifest at `path` declares by itself; none where it is no manifest.
pub(crate) fn declares(
    root: &Path,
    path: &str,
    files: &[&str],
) -> Option<Result<Declares, String>> {
    // A list of requirements may lie in a folder of such, under any name.
    let list: Option<Parser> = path.ends_with(".txt").then_some(python_setup::parse_requirements);
    let parser = parser_of(file_name(path)).or(list)?;
    Some(read_text(&root.join(path)).and_then(|text| {
        let Draft { name, dependencies, .. } = parser(&Source { path, text: &text, files })?;
        Ok(Declares { name, dependencies, text })
    }))
}

/// Whether a file outside `folder` may hold versions for manifests in it.
fn may_offer(path: &str, folder: &str) -> bool {
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    let above = above.strip_suffix("gradle").unwrap_or(above).trim_end_matches('/');
    matches!(name, "Cargo.toml" | "libs.versions.toml" | "Directory.Packages.props" | "pom.xml")
        && is_below(folder, above)
}

fn inherit_all(drafts: &mut [(&str, Draft)]) {
    let offers: Vec<(String, &'static str, Vec<Offer>)> = drafts
        .iter_mut()
        .filter(|(_, draft)| !draft.offers.is_empty())
        .map(|(path, draft)| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            // A catalogue lies in `gradle/` beside the builds that use it.
            let folder = match draft.ecosystem {
                "gradle" => folder.strip_suffix("gradle").unwrap_or(folder).trim_end_matches('/'),
                _ => folder,
            };
            (folder.to_owned(), draft.ecosystem, std::mem::take(&mut draft.offers))
        })
        .collect();
    for (path, draft) in drafts {
        let mut above: Vec<&(String, &str, Vec<Offer>)> = offers
            .iter()
            .filter(|(folder, ecosystem, _)| {
                *ecosystem == draft.ecosystem && is_below(path, folder)
            })
            .collect();
        above.sort_by_key(|(folder, _, _)| std::cmp::Reverse(folder.len()));
        let offers: Vec<&Offer> = above.iter().flat_map(|(_, _, offers)| offers).collect();
        draft.inherit(&offers);
    }
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads a small text file; broken bytes are replaced.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let metadata = path.symlink_metadata().map_err(|error| format!("cannot be read: {error}"))?;
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    if metadata.len() > MAX_MANIFEST_BYTES {
        return Err(format!("is over {MAX_MANIFEST_BYTES} bytes, too large for a manifest"));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_MANIFEST_BYTES).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

/// Parses TOML with a one-line message.
pub(super) fn toml(text: &str) -> Result<toml::Table, String> {
    text.parse::<toml::Table>().map_err(|error| {
        let line = error.span().map_or(0, |span| {
            text.as_bytes()[..span.start.min(text.len())].iter().filter(|b| **b == b'\n').count()
        });
        format!("is not TOML: {} on line {}", error.message(), line + 1)
    })
}

/// Parses JSON with a one-line message.
pub(super) fn json(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))
}

/// Returns a string of a JSON object.
pub(super) fn text_of(value: &serde_json::Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

/// Returns the entries of a JSON object in a stable order; none when it is no object.
pub(super) fn entries<'a>(
    value: &'a serde_json::Value,
    key: &str,
) -> impl Iterator<Item = (&'a String, &'a serde_json::Value)> {
    value.get(key).and_then(serde_json::Value::as_object).into_iter().flatten()
}

/// Returns the strings of a JSON list, without what is no string.
pub(super) fn strings(value: Option<&serde_json::Value>) -> Vec<String> {
    let list = value.and_then(serde_json::Value::as_array).into_iter().flatten();
    list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Returns the strings of a TOML list, without what is no string.
pub(super) fn toml_strings(value: Option<&toml::Value>) -> Vec<String> {
    let list = value.and_then(toml::Value::as_array).into_iter().flatten();
    list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Returns the value at a path of keys.
pub(super) fn toml_at<'a>(table: &'a toml::Table, keys: &[&str]) -> Option<&'a toml::Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(*key))
}

/// Returns the entries of the table at a path of keys.
pub(super) fn toml_entries<'a>(
    table: &'a toml::Table,
    keys: &[&str],
) -> impl Iterator<Item = (&'a String, &'a toml::Value)> {
    toml_at(table, keys).and_then(toml::Value::as_table).into_iter().flatten()
}
