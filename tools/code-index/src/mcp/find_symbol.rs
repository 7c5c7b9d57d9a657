//! `find_symbol`: where a name is defined.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::{ANSWER_BYTES, cut, index_line, json_bytes};
use crate::find_symbol::{SymbolAnswer, SymbolHit, SymbolQuery};
use crate::status::IndexStatus;
use crate::symbol::SymbolKind;
use crate::workspace::Scope;

/// Definitions given when the caller does not say.
const LIMIT: usize = 20;
/// More would bury the answer.
const MAX_LIMIT: usize = 200;
/// A doc comment says what matters first.
const DOC_BYTES: usize = 200;

/// What to find.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindSymbolArgs {
    /// A name, its start, or its parts: `Session`, `parse_`, `Session::open`.
    pub name: String,
    /// Only this kind: `function`, `method`, `class`, `struct`, `enum`, `trait`, `constant`, `field`, ….
    pub kind: Option<String>,
    /// Only these folders, files or globs: `src/net`, `*.rs`, `!tests`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Most definitions; default 20.
    pub limit: Option<usize>,
}

/// The definitions found.
#[derive(Debug, Serialize)]
pub struct FindSymbolOutput {
    /// Whether anything matched.
    pub found: bool,
    /// Exact names first, then starts, then parts.
    pub symbols: Vec<SymbolPlace>,
    /// Where nothing matched: names spelled alike.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
    /// More matched than are shown; narrow `name`, `kind` or `paths`.
    pub truncated: bool,
    /// How complete the index is.
    pub index: IndexStatus,
}

/// One definition.
#[derive(Debug, Serialize)]
pub struct SymbolPlace {
    /// The name without its container.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The file.
    pub path: String,
    /// The line of the name, from 1.
    pub line: u32,
    /// The last line of the definition.
    pub end_line: u32,
    /// The definition's head on one line.
    pub signature: String,
    /// The enclosing definitions, joined by `::`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The beginning of the doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "Find where a name is defined: file, lines, signature, doc. A name that \
                               does not exist gives names spelled alike.";
    Tool::new("find_symbol", DESCRIPTION, find_symbol).read_only()
}

async fn find_symbol(
    context: CodeContext,
    call: Call,
    args: FindSymbolArgs,
) -> Result<FindSymbolOutput, ToolError> {
    if args.name.trim().is_empty() {
        return Err(ToolError::Arguments(
            "`name` is empty; pass a name such as `Session`".to_owned(),
        ));
    }
    let kind = args.kind.as_deref().map(parse_kind).transpose()?;
    let limit = args.limit.unwrap_or(LIMIT).clamp(1, MAX_LIMIT);
    let scope = Scope { paths: args.paths, languages: Vec::new() };
    let query = SymbolQuery { name: args.name, kind, scope, limit };
    let answer =
        context.ask(&call, move |workspace, cancel| workspace.find_symbol(&query, cancel)).await?;
    Ok(output(answer, args.limit.is_none()))
}

fn parse_kind(name: &str) -> Result<SymbolKind, ToolError> {
    SymbolKind::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = SymbolKind::all().map(SymbolKind::as_str).collect();
        ToolError::Arguments(format!("unknown kind `{name}`; there are: {}", known.join(", ")))
    })
}

/// Keeps a default answer small; an explicit limit is honoured as it is.
fn output(answer: SymbolAnswer, bounded: bool) -> FindSymbolOutput {
    let (mut left, mut truncated) = (ANSWER_BYTES, answer.truncated);
    let mut symbols = Vec::with_capacity(answer.symbols.len());
    for hit in answer.symbols {
        let place = SymbolPlace::from(hit);
        let cost = json_bytes(&place) + 1;
        if bounded && cost > left {
            truncated = true;
            break;
        }
        left = left.saturating_sub(cost);
        symbols.push(place);
    }
    let found = !symbols.is_empty();
    FindSymbolOutput { found, symbols, near: answer.near, truncated, index: answer.status }
}

impl From<SymbolHit> for SymbolPlace {
    fn from(hit: SymbolHit) -> Self {
        let SymbolHit { path, symbol, .. } = hit;
        Self {
            path,
            name: symbol.name,
            kind: symbol.kind,
            line: symbol.line,
            end_line: symbol.end_line,
            signature: symbol.signature,
            container: symbol.container,
            doc: symbol.doc.map(|doc| cut(&doc, DOC_BYTES)),
        }
    }
}

impl Answer for FindSymbolOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        if !self.found {
            text.push_str("not found");
            if !self.near.is_empty() {
                text.push_str("; names spelled alike: ");
                text.push_str(&self.near.join(", "));
            }
            text.push('\n');
        }
        for place in &self.symbols {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "{}:{}-{} {} ",
                place.path,
                place.line,
                place.end_line,
                place.kind.as_str()
            );
            if let Some(container) = &place.container {
                let _ = write!(text, "{container}::");
            }
            let _ = writeln!(text, "{}: {}", place.name, place.signature);
            if let Some(doc) = &place.doc {
                let _ = writeln!(text, "  {}", doc.replace('\n', " "));
            }
        }
        if self.truncated {
            text.push_str("more match; narrow name, kind or paths\n");
        }
        text.push_str(&index_line(&self.index));
        text
    }
}
