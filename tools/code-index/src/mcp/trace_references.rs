//! `trace_references`: who uses a symbol, what it uses, what implements it.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::{ANSWER_BYTES, index_line, is_false, json_bytes};
use crate::resolve::Confidence;
use crate::status::IndexStatus;
use crate::trace::{Direction, Edge, MAX_DEPTH, TraceAnswer, TraceQuery, Traced};

/// Edges given when the caller does not say.
const LIMIT: usize = 50;
/// More would bury the answer.
const MAX_LIMIT: usize = 500;
/// Names that could not be told, at most.
const MAX_UNRESOLVED: usize = 40;

/// What to trace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceReferencesArgs {
    /// A name, `Container::name`, `path:line` (`src/net.rs:42`), or a file for `imports`, `references`.
    pub symbol: String,
    /// `references` (all places, imports too), `callers`, `callees`, `implementations`, `imports`.
    pub direction: String,
    /// The file that defines it, where several do.
    pub path: Option<String>,
    /// Steps to follow, 1 to 5; default 1.
    pub depth: Option<u32>,
    /// `exact`, `likely` (default) or `name` (same name only).
    pub min_confidence: Option<String>,
    /// Most edges; default 50.
    pub limit: Option<usize>,
    /// `next_cursor` of the answer before.
    pub cursor: Option<String>,
}

/// The edges found.
#[derive(Debug, Serialize)]
pub struct TraceReferencesOutput {
    /// What was asked for.
    pub symbol: String,
    /// Whether such a symbol exists.
    pub found: bool,
    /// What it means: several where a name is defined several times.
    pub definitions: Vec<DefinitionPlace>,
    /// Sources before tests, then by path and line.
    pub edges: Vec<EdgePlace>,
    /// All edges that there are.
    pub total: usize,
    /// Edges left out as less certain than `min_confidence`.
    pub less_certain: usize,
    /// For `callees`: names whose meaning could not be told; for `imports` of a file:
    /// modules that do not lie here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<String>,
    /// Where there is no such symbol: names spelled alike.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
    /// Stopped before all was found: ask about one definition as `path:line`, or
    /// lower `depth`.
    #[serde(skip_serializing_if = "is_false")]
    pub cut_short: bool,
    /// Pass as `cursor` for the edges after these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How complete the index is.
    pub index: IndexStatus,
}

/// One definition that was asked about.
#[derive(Debug, Serialize)]
pub struct DefinitionPlace {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: String,
    /// The line of its name, from 1.
    pub line: u32,
    /// What it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// One edge.
#[derive(Debug, Serialize)]
pub struct EdgePlace {
    /// The file of the use; for `callees` and `implementations` of what was found.
    pub path: String,
    /// The line there, from 1.
    pub line: u32,
    /// The name that stands there, where it is not the symbol's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the place stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// How it was found.
    pub confidence: Confidence,
    /// Steps from the symbol, where it is not one.
    #[serde(skip_serializing_if = "is_direct")]
    pub distance: u32,
    /// The line's text.
    pub snippet: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_direct(distance: &u32) -> bool {
    *distance == 1
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "Trace who uses a symbol, what it calls, what implements it. Each edge says \
                               how sure it is: exact (scope or import), likely (type inferred), name.";
    Tool::new("trace_references", DESCRIPTION, trace_references).read_only()
}

async fn trace_references(
    context: CodeContext,
    call: Call,
    args: TraceReferencesArgs,
) -> Result<TraceReferencesOutput, ToolError> {
    if args.symbol.trim().is_empty() {
        let hint = "`symbol` is empty; pass a name such as `Session::open`, or `path:line`";
        return Err(ToolError::Arguments(hint.to_owned()));
    }
    let query = TraceQuery {
        symbol: args.symbol.clone(),
        direction: direction(&args.direction)?,
        path: args.path,
        depth: args.depth.unwrap_or(1).clamp(1, MAX_DEPTH),
        min_confidence: confidence(args.min_confidence.as_deref())?,
    };
    let limit = args.limit.unwrap_or(LIMIT).clamp(1, MAX_LIMIT);
    let (cursor, symbol, bounded) = (args.cursor, args.symbol, args.limit.is_none());
    let page = move |workspace: &crate::Workspace, cancel: &crate::Cancel| {
        let mut answer = workspace.trace(&query, cancel)?;
        let total = answer.edges.len();
        let first = first_after(&answer.edges, cursor.as_deref());
        let rest = first.map(|first| answer.edges.split_off(first.min(total)));
        let (edges, is_cursor) = (rest.unwrap_or_default(), first.is_some());
        let shown: Vec<Edge> = edges.iter().take(limit).cloned().collect();
        let more = edges.len() > shown.len();
        let places: Vec<_> = shown.iter().map(|edge| (edge.path.as_str(), edge.line)).collect();
        let texts = workspace.lines_at(&places);
        let page = Page { shown, texts, more, total, is_cursor };
        Ok((answer, page))
    };
    let (answer, page) = context.ask(&call, page).await?;
    if !page.is_cursor {
        let hint = "`cursor` is not one of this answer; leave it out to begin again";
        return Err(ToolError::Arguments(hint.to_owned()));
    }
    Ok(output(symbol, answer, page, bounded))
}

/// The edges of one answer.
struct Page {
    shown: Vec<Edge>,
    texts: Vec<String>,
    more: bool,
    total: usize,
    is_cursor: bool,
}

fn direction(word: &str) -> Result<Direction, ToolError> {
    Ok(match word {
        "references" => Direction::References,
        "callers" => Direction::Callers,
        "callees" => Direction::Callees,
        "implementations" => Direction::Implementations,
        "imports" => Direction::Imports,
        other => {
            return Err(ToolError::Arguments(format!(
                "unknown direction `{other}`; there are: references, callers, callees, \
                 implementations, imports"
            )));
        }
    })
}

fn confidence(word: Option<&str>) -> Result<Confidence, ToolError> {
    Ok(match word {
        Some("exact") => Confidence::Exact,
        None | Some("likely") => Confidence::Likely,
        Some("name") => Confidence::Name,
        Some(other) => {
            return Err(ToolError::Arguments(format!(
                "unknown min_confidence `{other}`; there are: exact, likely, name"
            )));
        }
    })
}

fn cursor_of(edge: &Edge) -> String {
    format!("{}:{}", edge.path, edge.line)
}

/// The place of the first edge behind the one that a cursor names.
fn first_after(edges: &[Edge], cursor: Option<&str>) -> Option<usize> {
    let Some(cursor) = cursor else { return Some(0) };
    edges.iter().position(|edge| cursor_of(edge) == cursor).map(|at| at + 1)
}

/// Keeps a default answer small; an explicit limit is honoured as it is.
fn output(symbol: String, answer: TraceAnswer, page: Page, bounded: bool) -> TraceReferencesOutput {
    let mut left = ANSWER_BYTES;
    let mut more = page.more;
    let mut next_cursor = None;
    let mut edges = Vec::with_capacity(page.shown.len());
    for (edge, snippet) in page.shown.into_iter().zip(page.texts) {
        let cursor = cursor_of(&edge);
        let place = EdgePlace {
            path: edge.path,
            line: edge.line,
            name: edge.name,
            container: edge.container,
            confidence: edge.confidence,
            distance: edge.distance,
            snippet,
        };
        let cost = json_bytes(&place) + 1;
        if bounded && cost > left {
            more = true;
            break;
        }
        left = left.saturating_sub(cost);
        edges.push(place);
        next_cursor = Some(cursor);
    }
    let mut unresolved = answer.unresolved;
    unresolved.truncate(MAX_UNRESOLVED);
    TraceReferencesOutput {
        symbol,
        found: !answer.symbols.is_empty(),
        definitions: answer.symbols.into_iter().map(DefinitionPlace::from).collect(),
        edges,
        total: page.total,
        less_certain: answer.less_certain,
        unresolved,
        near: answer.near,
        cut_short: answer.cut_short,
        next_cursor: next_cursor.filter(|_| more),
        index: answer.status,
    }
}

impl From<Traced> for DefinitionPlace {
    fn from(traced: Traced) -> Self {
        let Traced { name, path, line, container } = traced;
        Self { name, path, line, container }
    }
}

impl Answer for TraceReferencesOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        if !self.found {
            let _ = write!(text, "{}: not found", self.symbol);
            if !self.near.is_empty() {
                let _ = write!(text, "; names spelled alike: {}", self.near.join(", "));
            }
            text.push('\n');
        }
        for place in &self.definitions {
            let _ = write!(text, "{}:{} ", place.path, place.line);
            if let Some(container) = &place.container {
                let _ = write!(text, "{container}::");
            }
            let _ = writeln!(text, "{}", place.name);
        }
        for edge in &self.edges {
            let _ = write!(text, "  {}:{} {}", edge.path, edge.line, edge.confidence.as_str());
            if edge.distance != 1 {
                let _ = write!(text, " distance {}", edge.distance);
            }
            if let Some(name) = &edge.name {
                let _ = write!(text, " {name}");
            }
            if let Some(container) = &edge.container {
                let _ = write!(text, " in {container}");
            }
            let _ = writeln!(text, ": {}", edge.snippet);
        }
        if self.found {
            let _ = writeln!(text, "{} of {} edges", self.edges.len(), self.total);
        }
        if self.less_certain > 0 {
            let _ = writeln!(text, "{} less certain left out", self.less_certain);
        }
        if !self.unresolved.is_empty() {
            let _ = writeln!(text, "unresolved: {}", self.unresolved.join(", "));
        }
        if self.cut_short {
            text.push_str(
                "stopped before all was found; ask about one definition as path:line, or lower depth\n",
            );
        }
        if let Some(cursor) = &self.next_cursor {
            let _ = writeln!(text, "more: cursor {cursor}");
        }
        text.push_str(&index_line(&self.index));
        text
    }
}
