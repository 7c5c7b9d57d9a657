//! Finds what people wrote for those who work on the code: rules, skills and
//! wiki pages, wherever the many tools keep them.
//!
//! Most of them lie in hidden folders or are ignored by git, so the index does
//! not know them. They are looked for beside each indexed folder and read anew
//! for each question.
//!
//! **Invariants**
//! - Nothing outside the root is read: links are followed only to a file inside it.
//! - Files, bytes, folders and depth are bounded by the constants below.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::DocKind;
use super::front_matter::FrontMatter;
use super::scope::RuleScope;
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::overlay::Overlaid;
use crate::read::{FileRead, read_file};
use crate::watch::is_inside;
use crate::workspace::RootQuery;

/// Folders looked into for guides, the highest first.
const MAX_FOLDERS: usize = 3_000;
/// Entries of a folder looked at; larger ones hold data.
const MAX_ENTRIES: usize = 5_000;
/// Guides of one root.
const MAX_GUIDES: usize = 3_000;
/// Levels of folders below one that holds guides.
const MAX_DEPTH: usize = 8;
/// A guide is prose; a larger file is none.
const MAX_GUIDE_BYTES: u64 = 512 << 10;
/// All that one question reads of guides.
const MAX_BYTES: usize = 32 << 20;
/// Imports followed of one file.
const MAX_IMPORTS: usize = 30;

/// Where a tool keeps its guides: (folder, files and folders in it, kind, tool,
/// whether a rule without a word on its scope always holds).
type Place = (&'static str, &'static str, DocKind, &'static str, bool);

const IN_FOLDERS: &[Place] = &[
    (".claude", "CLAUDE.md", DocKind::Rules, "claude", true),
    (".claude", "rules", DocKind::Rules, "claude", true),
    (".claude", "skills", DocKind::Skills, "claude skill", false),
    (".claude", "commands", DocKind::Skills, "claude command", false),
    (".claude", "agents", DocKind::Skills, "claude agent", false),
    (".cursor", "rules", DocKind::Rules, "cursor", false),
    (".cursor", "commands", DocKind::Skills, "cursor command", false),
    (".cursor", "skills", DocKind::Skills, "cursor skill", false),
    (".qoder", "rules", DocKind::Rules, "qoder", true),
    (".qoder", "skills", DocKind::Skills, "qoder skill", false),
    (".qoder", "commands", DocKind::Skills, "qoder command", false),
    (".qoder", "agents", DocKind::Skills, "qoder agent", false),
    (".qoder", "repowiki", DocKind::Wiki, "qoder wiki", false),
    (".agents", "rules", DocKind::Rules, "agents", true),
    (".agents", "skills", DocKind::Skills, "skill", false),
    (".agents", "commands", DocKind::Skills, "command", false),
    (".agent", "rules", DocKind::Rules, "agents", true),
    (".agent", "skills", DocKind::Skills, "skill", false),
    (".codex", "skills", DocKind::Skills, "codex skill", false),
    (".codex", "prompts", DocKind::Skills, "codex prompt", false),
    (".gemini", "GEMINI.md", DocKind::Rules, "gemini", true),
    (".gemini", "skills", DocKind::Skills, "gemini skill", false),
    (".github", "copilot-instructions.md", DocKind::Rules, "copilot", true),
    (".github", "instructions", DocKind::Rules, "copilot", true),
    (".github", "prompts", DocKind::Skills, "copilot prompt", false),
    (".github", "skills", DocKind::Skills, "copilot skill", false),
    (".github", "agents", DocKind::Skills, "copilot agent", false),
    (".github", "CONTRIBUTING.md", DocKind::Rules, "contributing", false),
    (".windsurf", "rules", DocKind::Rules, "windsurf", true),
    (".windsurf", "workflows", DocKind::Skills, "windsurf workflow", false),
    (".junie", "guidelines.md", DocKind::Rules, "junie", true),
    (".opencode", "command", DocKind::Skills, "opencode command", false),
    (".opencode", "agent", DocKind::Skills, "opencode agent", false),
    (".roo", "rules", DocKind::Rules, "roo", true),
    (".kiro", "steering", DocKind::Rules, "kiro", true),
    (".trae", "rules", DocKind::Rules, "trae", true),
];

/// Rules by the name of their file, in any folder, which they govern.
const BY_NAME: &[(&str, &str, bool)] = &[
    ("AGENTS.md", "agents", true),
    ("AGENTS.local.md", "agents", true),
    ("AGENTS.override.md", "agents", true),
    ("CLAUDE.md", "claude", true),
    ("CLAUDE.local.md", "claude", true),
    ("GEMINI.md", "gemini", true),
    (".cursorrules", "cursor", true),
    (".windsurfrules", "windsurf", true),
    (".clinerules", "cline", true),
    ("CONTRIBUTING.md", "contributing", false),
    ("CONTRIBUTING.rst", "contributing", false),
    ("CONTRIBUTING.adoc", "contributing", false),
    ("CONTRIBUTING", "contributing", false),
];

/// One guide and what it says.
#[derive(Debug)]
pub(super) struct Guide {
    /// The path in its root.
    pub(super) path: String,
    pub(super) kind: DocKind,
    /// Whose it is: `claude`, `cursor`, `qoder skill`.
    pub(super) source: String,
    pub(super) text: String,
    /// Of a rule.
    pub(super) scope: Option<RuleScope>,
}

/// A guide before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    kind: DocKind,
    source: &'static str,
    folder: String,
    plain_is_always: bool,
}

/// Whether a path is a guide by its name and place, and of which kind.
pub(super) fn kind_of(path: &str) -> Option<DocKind> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name == "SKILL.md" {
        return Some(DocKind::Skills);
    }
    if BY_NAME.iter().any(|(known, ..)| *known == name) {
        return Some(DocKind::Rules);
    }
    folders.split('/').any(is_wiki).then_some(DocKind::Wiki)
}

fn is_wiki(folder: &str) -> bool {
    folder == "wiki" || folder.strip_suffix(".wiki").is_some_and(|name| !name.is_empty())
}

/// Whether a file is a page by its name.
pub(super) fn is_page(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(
        extension.to_ascii_lowercase().as_str(),
        "md" | "mdx" | "mdc" | "markdown" | "rst" | "adoc" | "asciidoc" | "txt"
    )
}

/// Finds and reads the guides of the kinds asked for, in order of path.
pub(super) fn collect(
    root: &RootQuery<'_>,
    kinds: &[DocKind],
    cancel: &Cancel,
) -> Result<Vec<Guide>, IndexError> {
    let folders = folders(root);
    let found: Vec<BTreeMap<String, Candidate>> = folders
        .par_iter()
        .filter(|_| !cancel.is_cancelled())
        .map(|folder| look_into(&root.state.root, folder, kinds))
        .collect();
    cancel.check()?;
    let mut candidates: BTreeMap<String, Candidate> = BTreeMap::new();
    for (path, candidate) in found.into_iter().flatten() {
        if candidates.len() < MAX_GUIDES {
            // The highest folder that tells of a file came first.
            candidates.entry(path).or_insert(candidate);
        }
    }
    let read: Vec<Option<Guide>> = candidates
        .into_par_iter()
        .map(
            |(path, candidate)| {
                if cancel.is_cancelled() { None } else { read(root, path, &candidate) }
            },
        )
        .collect();
    cancel.check()?;
    let mut guides = Vec::new();
    let mut left = MAX_BYTES;
    for guide in read.into_iter().flatten() {
        let Some(rest) = left.checked_sub(guide.text.len()) else { continue };
        left = rest;
        guides.push(guide);
    }
    add_imports(root, &mut guides);
    Ok(guides)
}

/// The indexed folders, the root among them, the highest first.
fn folders(root: &RootQuery<'_>) -> Vec<String> {
    let mut all: BTreeSet<&str> = BTreeSet::from([""]);
    let stored = root.view.stored.iter().flat_map(|stored| stored.files());
    let held = root.view.overlay.iter().filter(|(_, what)| !matches!(what, Overlaid::Gone));
    let paths = stored.map(|(_, path, _)| path).chain(held.map(|(path, _)| &**path));
    for path in paths {
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            if !all.insert(above) {
                break;
            }
            folder = above;
        }
    }
    let mut all: Vec<String> = all.into_iter().map(str::to_owned).collect();
    all.sort_by_cached_key(|folder| (folder.split('/').count(), folder.clone()));
    all.truncate(MAX_FOLDERS);
    all
}

fn look_into(root: &Path, folder: &str, kinds: &[DocKind]) -> BTreeMap<String, Candidate> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return found };
    let names =
        entries.take(MAX_ENTRIES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    let is_plugin = names.iter().any(|name| name == ".claude-plugin");
    for name in names {
        let path = join(folder, &name);
        let mut add = |path: String, kind, source, plain_is_always| {
            if kinds.contains(&kind) {
                let folder = folder.to_owned();
                found.insert(path, Candidate { kind, source, folder, plain_is_always });
            }
        };
        if let Some((_, source, always)) = BY_NAME.iter().find(|(known, ..)| *known == name) {
            if root.join(&path).is_dir() {
                let below = pages_below(root, &path);
                below.into_iter().for_each(|page| add(page, DocKind::Rules, source, *always));
            } else {
                add(path, DocKind::Rules, source, *always);
            }
            continue;
        }
        for (_, inner, kind, source, always) in IN_FOLDERS.iter().filter(|place| place.0 == name) {
            let inner = join(&path, inner);
            if inner.ends_with(".md") {
                add(inner, *kind, source, *always);
            } else if kinds.contains(kind) {
                let below = pages_below(root, &inner);
                below.into_iter().for_each(|page| add(page, *kind, source, *always));
            }
        }
        if is_wiki(&name) && kinds.contains(&DocKind::Wiki) {
            let below = pages_below(root, &path);
            below.into_iter().for_each(|page| add(page, DocKind::Wiki, "wiki", false));
        }
        if matches!(name.as_str(), "skills" | "commands" | "agents")
            && kinds.contains(&DocKind::Skills)
        {
            let below = pages_below(root, &path);
            let is_skill = |page: &String| page.ends_with("/SKILL.md");
            let wanted = below.into_iter().filter(|page| is_plugin || is_skill(page));
            let source = match name.as_str() {
                "skills" => "skill",
                "commands" => "command",
                _ => "agent",
            };
            wanted.for_each(|page| add(page, DocKind::Skills, source, false));
        }
    }
    found
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The pages in a folder and below, without those behind links.
fn pages_below(root: &Path, folder: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let full = root.join(&folder);
        let is_folder = full.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        let Some(entries) = is_folder.then(|| fs::read_dir(full).ok()).flatten() else { continue };
        let mut inner = Vec::new();
        for entry in entries.take(MAX_ENTRIES).flatten() {
            let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else {
                continue;
            };
            let path = format!("{folder}/{name}");
            if kind.is_dir() && depth < MAX_DEPTH && name != "node_modules" {
                inner.push((path, depth + 1));
            } else if !kind.is_dir() && is_page(&name) {
                pages.push(path);
            }
        }
        inner.sort_unstable_by(|one, other| other.cmp(one));
        open.extend(inner);
        if pages.len() >= MAX_GUIDES {
            break;
        }
    }
    pages.sort_unstable();
    pages.truncate(MAX_GUIDES);
    pages
}

fn read(root: &RootQuery<'_>, path: String, candidate: &Candidate) -> Option<Guide> {
    let text = read_inside(&root.state.root, &path)?;
    let Candidate { kind, source, folder, plain_is_always } = candidate;
    let scope = (*kind == DocKind::Rules).then(|| {
        let front = FrontMatter::read(&text.lines().take(250).collect::<Vec<_>>());
        RuleScope::read(&front, folder, *plain_is_always)
    });
    Some(Guide { path, kind: *kind, source: (*source).to_owned(), text, scope })
}

/// Reads a small text file, or what a link to one inside the root leads to.
fn read_inside(root: &Path, path: &str) -> Option<String> {
    if !is_inside(root, path) {
        return None;
    }
    let full = root.join(path);
    let mut real = path.to_owned();
    if full.symlink_metadata().ok()?.is_symlink() {
        let target = full.canonicalize().ok()?;
        real = target.strip_prefix(root).ok()?.to_str()?.to_owned();
        // What it leads to is a guide of its own right.
        if kind_of(&real).is_some() {
            return None;
        }
    }
    match read_file(root, &real, MAX_GUIDE_BYTES) {
        FileRead::Text(read) => Some(read.text),
        FileRead::Skip(..) | FileRead::Gone => None,
    }
}

/// A line `@path` in a CLAUDE.md stands for that file.
fn add_imports(root: &RootQuery<'_>, guides: &mut Vec<Guide>) {
    let mut imported = Vec::new();
    for guide in guides.iter().filter(|guide| guide.source == "claude") {
        let folder = guide.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in imports(&guide.text) {
            let Some(path) = crate::roots::tidy(&join(folder, target)) else { continue };
            let is_known = |guide: &Guide| guide.path == path;
            if guides.iter().any(is_known) || imported.iter().any(is_known) {
                continue;
            }
            if let Some(text) = read_inside(&root.state.root, &path) {
                let source = format!("claude, imported by {}", root.show(&guide.path));
                let scope = guide.scope.clone();
                imported.push(Guide { path, kind: DocKind::Rules, source, text, scope });
            }
        }
    }
    guides.extend(imported);
    guides.sort_by(|one, other| one.path.cmp(&other.path));
}

/// The paths that a text imports, outside of code.
fn imports(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for word in line.split_whitespace().filter_map(|word| word.strip_prefix('@')) {
            let word = word.trim_end_matches([',', '.', ';', ':', ')']);
            let is_path = word.contains(['/', '.']) && !word.starts_with(['~', '/']);
            if is_path && found.len() < MAX_IMPORTS {
                found.push(word.trim_start_matches("./"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guides_are_known_by_name_and_place() {
        let cases = [
            ("AGENTS.md", Some(DocKind::Rules)),
            ("web/CLAUDE.md", Some(DocKind::Rules)),
            ("plugins/x/skills/y/SKILL.md", Some(DocKind::Skills)),
            ("docs/wiki/Home.md", Some(DocKind::Wiki)),
            ("app.wiki/Home.md", Some(DocKind::Wiki)),
            ("docs/wikis.md", None),
            ("README.md", None),
        ];
        for (path, want) in cases {
            assert_eq!(kind_of(path), want, "{path}");
        }
    }

    #[test]
    fn imports_are_paths_outside_code() {
        let text = "See @docs/style.md and @./AGENTS.md.\n```\n@no/code.md\n```\nmail me@x.org, @types, @~/a.md, @/etc/passwd";
        assert_eq!(imports(text), ["docs/style.md", "AGENTS.md"]);
    }
}
