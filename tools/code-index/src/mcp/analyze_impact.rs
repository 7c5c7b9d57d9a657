//! `analyze_impact`: what a change reaches, and the tests that cover it.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::{ANSWER_BYTES, index_line, is_false, json_bytes};
use crate::impact::{Impact, ImpactQuery, ImpactedFile, ImpactedSymbol, MAX_DEPTH};
use crate::resolve::Confidence;
use crate::status::IndexStatus;

/// Steps followed when the caller does not say.
const DEPTH: u32 = 3;
/// Places of each sort given when the caller does not say.
const LIMIT: usize = 50;
/// More would bury the answer.
const MAX_LIMIT: usize = 500;

/// What changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeImpactArgs {
    /// Symbols that change: `Session::open`, `src/net.rs:42`.
    #[serde(default)]
    pub symbols: Vec<String>,
    /// Files that change as a whole: `src/net.rs`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// A unified diff that is applied, or a git range: `main..HEAD`, `HEAD~1`.
    pub diff: Option<String>,
    /// Steps to follow, 1 to 10; default 3.
    pub depth: Option<u32>,
    /// Most symbols and files; default 50.
    pub limit: Option<usize>,
}

/// What the change reaches.
#[derive(Debug, Serialize)]
pub struct AnalyzeImpactOutput {
    /// The definitions that change.
    pub changed: Vec<SymbolReached>,
    /// Symbols that use them, nearest first.
    pub symbols: Vec<SymbolReached>,
    /// Files that use them, nearest first; distance 0 is a file that changes.
    pub files: Vec<FileReached>,
    /// The test files among all that are reached.
    pub tests: Vec<FileReached>,
    /// Symbols that were asked for and do not exist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// More is reached than is shown; raise `limit`, or lower `depth`.
    pub truncated: bool,
    /// Stopped before all was followed: ask about fewer symbols, or lower `depth`.
    #[serde(skip_serializing_if = "is_false")]
    pub cut_short: bool,
    /// How complete the index is.
    pub index: IndexStatus,
}

/// One symbol.
#[derive(Debug, Serialize)]
pub struct SymbolReached {
    /// Its name, behind those around it.
    pub name: String,
    /// Its file.
    pub path: String,
    /// The line of its name, from 1.
    pub line: u32,
    /// Steps from the change; 1 is a direct user.
    pub distance: u32,
    /// Of the least certain step.
    pub confidence: Confidence,
}

/// One file.
#[derive(Debug, Clone, Serialize)]
pub struct FileReached {
    /// The file.
    pub path: String,
    /// Steps from the change.
    pub distance: u32,
    /// Of the least certain step.
    pub confidence: Confidence,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "Before or after a change: which symbols and files depend on it, by distance, \
                               and the tests that cover it.";
    Tool::new("analyze_impact", DESCRIPTION, analyze_impact).read_only()
}

async fn analyze_impact(
    context: CodeContext,
    call: Call,
    args: AnalyzeImpactArgs,
) -> Result<AnalyzeImpactOutput, ToolError> {
    let diff = args.diff.filter(|diff| !diff.trim().is_empty());
    if args.symbols.is_empty() && args.paths.is_empty() && diff.is_none() {
        let hint = "nothing is said to change; pass `symbols`, `paths` or `diff`";
        return Err(ToolError::Arguments(hint.to_owned()));
    }
    let query = ImpactQuery {
        symbols: args.symbols,
        paths: args.paths,
        diff,
        depth: args.depth.unwrap_or(DEPTH).clamp(1, MAX_DEPTH),
        min_confidence: None,
    };
    let limit = args.limit.unwrap_or(LIMIT).clamp(1, MAX_LIMIT);
    let bounded = args.limit.is_none();
    let impact =
        context.ask(&call, move |workspace, cancel| workspace.impact(&query, cancel)).await?;
    Ok(output(impact, limit, bounded))
}

/// Keeps a default answer small. Tests come first, files next: they are what a
/// change is checked with.
fn output(impact: Impact, limit: usize, bounded: bool) -> AnalyzeImpactOutput {
    let mut room =
        Room { left: if bounded { ANSWER_BYTES } else { usize::MAX }, limit, cut: false };
    let files: Vec<FileReached> = impact.files.iter().map(FileReached::from).collect();
    let tests = files.iter().zip(&impact.files).filter(|(_, file)| file.is_test);
    let tests: Vec<FileReached> = tests.map(|(file, _)| file.clone()).collect();
    let tests = room.take(tests, 4);
    let changed = room.take(impact.changed.into_iter().map(SymbolReached::from).collect(), 4);
    let files = room.take(files, 2);
    let symbols = room.take(impact.symbols.into_iter().map(SymbolReached::from).collect(), 1);
    AnalyzeImpactOutput {
        changed,
        symbols,
        files,
        tests,
        unknown: impact.unknown,
        truncated: impact.truncated || room.cut,
        cut_short: impact.cut_short,
        index: impact.status,
    }
}

/// What is left of an answer's size.
struct Room {
    left: usize,
    limit: usize,
    cut: bool,
}

impl Room {
    /// As many as fit in one of `shares` parts of what is left.
    fn take<T: Serialize>(&mut self, all: Vec<T>, shares: usize) -> Vec<T> {
        let mut share = self.left / shares;
        let before = share;
        let mut kept = Vec::new();
        for one in all {
            let cost = json_bytes(&one) + 1;
            if kept.len() == self.limit || cost > share {
                self.cut = true;
                break;
            }
            share -= cost;
            kept.push(one);
        }
        self.left -= before - share;
        kept
    }
}

impl From<ImpactedSymbol> for SymbolReached {
    fn from(one: ImpactedSymbol) -> Self {
        let ImpactedSymbol { name, path, line, distance, confidence } = one;
        Self { name, path, line, distance, confidence }
    }
}

impl From<&ImpactedFile> for FileReached {
    fn from(one: &ImpactedFile) -> Self {
        Self { path: one.path.clone(), distance: one.distance, confidence: one.confidence }
    }
}

impl Answer for AnalyzeImpactOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        for (title, symbols) in [("changed", &self.changed), ("affected", &self.symbols)] {
            let _ = writeln!(text, "{title}: {} symbols", symbols.len());
            for one in symbols {
                let _ = writeln!(
                    text,
                    "  {} {}:{} {} {}",
                    one.distance,
                    one.path,
                    one.line,
                    one.name,
                    one.confidence.as_str()
                );
            }
        }
        for (title, files) in [("files", &self.files), ("tests", &self.tests)] {
            let _ = writeln!(text, "{title}: {}", files.len());
            for one in files {
                let confidence = one.confidence.as_str();
                let _ = writeln!(text, "  {} {} {confidence}", one.distance, one.path);
            }
        }
        if !self.unknown.is_empty() {
            let _ = writeln!(text, "not found: {}", self.unknown.join(", "));
        }
        if self.truncated {
            text.push_str("more is reached; raise limit or lower depth\n");
        }
        if self.cut_short {
            text.push_str(
                "stopped before all was followed; ask about fewer symbols, or lower depth\n",
            );
        }
        text.push_str(&index_line(&self.index));
        text
    }
}
