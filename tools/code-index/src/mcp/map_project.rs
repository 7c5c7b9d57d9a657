//! `map_project`: what a project is made of; for a file, its outline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::project_map_text;
use super::service::{CodeContext, ToolError};
use super::show::{ANSWER_BYTES, json_bytes};
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::project::ProjectMap;
use crate::status::IndexStatus;
use crate::symbol::{Symbol, SymbolKind};
use crate::walk::SkippedFiles;
use crate::workspace::Workspace;

/// Levels of folders shown when the caller does not say.
const DEPTH: usize = 2;
/// Deeper trees are mapped folder by folder.
const MAX_DEPTH: usize = 8;
/// Skipped files named in one map.
const SKIPPED: usize = 20;

/// What to map.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MapProjectArgs {
    /// A folder or a file; default the whole project. A file gives its outline.
    pub path: Option<String>,
    /// Levels of folders; default 2.
    pub depth: Option<usize>,
}

/// The map of a folder, or the outline of a file.
#[derive(Debug, Serialize)]
pub struct MapProjectOutput {
    /// The map; one per root.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<RootMap>,
    /// The outline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outline: Option<Outline>,
    /// Files that are not indexed, and why.
    pub skipped: Vec<SkippedFile>,
    /// Lists were cut; map a folder inside for the rest.
    pub truncated: bool,
    /// How complete the index is.
    pub index: IndexStatus,
}

/// One root's map.
#[derive(Debug, Serialize)]
pub struct RootMap {
    /// The root folder's name.
    pub name: String,
    /// Languages, manifests, entry points, commands, conventions, folders.
    #[serde(flatten)]
    pub map: ProjectMap,
}

/// What a file defines.
#[derive(Debug, Serialize)]
pub struct Outline {
    /// The file.
    pub path: String,
    /// Its definitions in order.
    pub symbols: Vec<OutlineItem>,
}

/// One definition of a file.
#[derive(Debug, Serialize)]
pub struct OutlineItem {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The line of the name, from 1.
    pub line: u32,
    /// The last line of the definition.
    pub end_line: u32,
    /// The enclosing definitions, joined by `::`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The definition's head on one line.
    pub signature: String,
}

/// A file that is left out.
#[derive(Debug, Serialize)]
pub struct SkippedFile {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: &'static str,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "See what the project is made of: languages, manifests, frameworks, \
                               entry points, folders, test and lint commands, conventions; for a file, its outline.";
    Tool::new("map_project", DESCRIPTION, map_project).read_only()
}

async fn map_project(
    context: CodeContext,
    call: Call,
    args: MapProjectArgs,
) -> Result<MapProjectOutput, ToolError> {
    let depth = args.depth.unwrap_or(DEPTH).min(MAX_DEPTH);
    context.ask(&call, move |workspace, cancel| map(workspace, args.path, depth, cancel)).await
}

fn map(
    workspace: &Workspace,
    path: Option<String>,
    depth: usize,
    cancel: &Cancel,
) -> Result<MapProjectOutput, IndexError> {
    let shown = path.unwrap_or_default();
    let shown = shown.trim().trim_start_matches("./").trim_end_matches('/');
    let shown = if shown == "." { "" } else { shown };
    let unknown = || IndexError::UnknownFile { path: shown.to_owned() };
    let names: Vec<&str> = if shown.is_empty() {
        workspace.roots().list().iter().map(|root| root.name.as_str()).collect()
    } else {
        match workspace.outline(shown, cancel) {
            Ok(symbols) => return Ok(outline(shown, symbols, workspace)),
            // Then it may be a folder.
            Err(IndexError::UnknownFile { .. }) => {}
            Err(error) => return Err(error),
        }
        let (root, _) = workspace.roots().locate(shown).ok_or_else(unknown)?;
        vec![&workspace.roots().list()[root].name]
    };
    let maps = workspace.map_project(shown, depth, cancel)?;
    let is_empty = |map: &ProjectMap| map.folders.first().is_none_or(|folder| folder.files == 0);
    if !shown.is_empty() && maps.iter().all(is_empty) {
        return Err(unknown());
    }
    let projects: Vec<RootMap> = names
        .into_iter()
        .zip(maps)
        .map(|(name, map)| RootMap { name: name.to_owned(), map })
        .collect();
    let skipped = skipped(&workspace.skipped());
    let mut output = MapProjectOutput {
        truncated: projects.iter().any(|project| project.map.truncated),
        projects,
        outline: None,
        skipped,
        index: workspace.status(),
    };
    shrink(&mut output);
    Ok(output)
}

fn outline(path: &str, symbols: Vec<Symbol>, workspace: &Workspace) -> MapProjectOutput {
    let mut symbols: Vec<OutlineItem> = symbols
        .into_iter()
        .map(|symbol| OutlineItem {
            name: symbol.name,
            kind: symbol.kind,
            line: symbol.line,
            end_line: symbol.end_line,
            container: symbol.container,
            signature: symbol.signature,
        })
        .collect();
    let mut left = ANSWER_BYTES;
    let fits = symbols.iter().take_while(|item| {
        let cost = json_bytes(item) + 1;
        let fits = cost <= left;
        left = left.saturating_sub(cost);
        fits
    });
    let fits = fits.count();
    let truncated = fits < symbols.len();
    symbols.truncate(fits);
    MapProjectOutput {
        projects: Vec::new(),
        outline: Some(Outline { path: path.to_owned(), symbols }),
        skipped: Vec::new(),
        truncated,
        index: workspace.status(),
    }
}

fn skipped(all: &SkippedFiles) -> Vec<SkippedFile> {
    let named = all.files.iter().take(SKIPPED);
    named
        .map(|file| SkippedFile { path: file.path.clone(), reason: file.reason.as_str() })
        .collect()
}

/// Takes from the longest lists until the answer is small enough: a map is read
/// from the top, so the ends go first.
fn shrink(output: &mut MapProjectOutput) {
    /// Rounds are bounded; each takes a quarter of the longest list.
    const ROUNDS: usize = 60;
    for _ in 0..ROUNDS {
        if json_bytes(output) <= ANSWER_BYTES {
            return;
        }
        output.truncated = true;
        let skipped = output.skipped.len();
        let Some(project) = output.projects.iter_mut().max_by_key(|project| json_bytes(&**project))
        else {
            return;
        };
        let map = &mut project.map;
        let dependencies = map.manifests.iter_mut().max_by_key(|m| m.dependencies.len());
        let longest = dependencies.map_or(0, |manifest| manifest.dependencies.len());
        let sizes = [
            (json_bytes(&map.folders), 0),
            (json_bytes(&map.entry_points), 1),
            (json_bytes(&map.manifests), 2),
            (json_bytes(&output.skipped), 3),
            (json_bytes(&map.commands), 4),
            (json_bytes(&map.conventions), 5),
        ];
        match sizes.iter().max().map(|(_, place)| place) {
            Some(0) => cut_list(&mut map.folders),
            Some(1) => cut_list(&mut map.entry_points),
            Some(2) if longest > 3 => {
                for manifest in map.manifests.iter_mut().filter(|m| m.dependencies.len() > 3) {
                    let before = manifest.dependencies.len();
                    manifest.dependencies.truncate((before * 3 / 4).max(3));
                    manifest.more_dependencies += before - manifest.dependencies.len();
                }
            }
            Some(2) if map.manifests.iter().any(|manifest| !manifest.scripts.is_empty()) => {
                map.manifests.iter_mut().for_each(|manifest| cut_list(&mut manifest.scripts));
            }
            Some(2) => cut_list(&mut map.manifests),
            Some(4) => cut_list(&mut map.commands),
            Some(5) => cut_list(&mut map.conventions),
            _ if skipped > 0 => cut_list(&mut output.skipped),
            _ => return,
        }
    }
}

fn cut_list<T>(list: &mut Vec<T>) {
    list.truncate(list.len() * 3 / 4);
}

impl Answer for MapProjectOutput {
    fn text(&self) -> String {
        project_map_text::write(self)
    }
}
