//! `read_docs`: what is written about a question, a task or a symbol.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::index_line;
use crate::docs::{DocDefinition, DocHit, DocKind, DocsAnswer, DocsAsk, DocsQuery};
use crate::status::IndexStatus;

/// What an answer may cost when the caller does not say: 8,000 bytes.
const BUDGET_TOKENS: usize = 2000;
/// Below this no text fits.
const LEAST_BUDGET: usize = 300;
/// Above this a caller should narrow the question.
const MOST_BUDGET: usize = 50_000;

/// What to read about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadDocsArgs {
    /// A question or task in words: `how do I run the migrations`.
    pub query: Option<String>,
    /// Instead of `query`: a name, `Container::name`, or `path:line`.
    pub symbol: Option<String>,
    /// Only these: `docs`, `rules`, `skills`, `wiki`; default all.
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "Vec<String>")]
    pub kinds: Vec<String>,
    /// Files that you will touch: rules for them come first.
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "Vec<String>")]
    pub paths: Vec<String>,
    /// Most tokens of the answer; default 2000.
    pub budget_tokens: Option<usize>,
}

/// Models pass a single string where a list is wanted.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a string or a list of strings")]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Option::<OneOrMany>::deserialize(deserializer)? {
        None => Vec::new(),
        Some(OneOrMany::One(one)) => vec![one],
        Some(OneOrMany::Many(many)) => many,
    })
}

/// What is written.
#[derive(Debug, Serialize)]
pub struct ReadDocsOutput {
    /// Whether there is such a symbol, or any text about the words.
    pub found: bool,
    /// For a symbol: what it means, with the whole doc comment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<DocDefinition>,
    /// Rules that hold first where a task is asked for, then the best texts.
    pub results: Vec<DocHit>,
    /// Where there is no such symbol: names spelled alike.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
    /// Texts that did not fit.
    pub left_out: usize,
    /// Texts were left out or cut to keep to the budget.
    pub truncated: bool,
    /// How complete the index is.
    pub index: IndexStatus,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "Read what is written about a question, task or symbol: docs, README, doc \
                               comments, rules (AGENTS.md, CLAUDE.md, .cursor, .qoder), skills, wiki.";
    Tool::new("read_docs", DESCRIPTION, read_docs).read_only().toolset("docs")
}

async fn read_docs(
    context: CodeContext,
    call: Call,
    args: ReadDocsArgs,
) -> Result<ReadDocsOutput, ToolError> {
    let query = query(args)?;
    let answer =
        context.ask(&call, move |workspace, cancel| workspace.read_docs(&query, cancel)).await?;
    let DocsAnswer { found, definitions, results, near, left_out, truncated, status } = answer;
    Ok(ReadDocsOutput { found, definitions, results, near, left_out, truncated, index: status })
}

fn query(args: ReadDocsArgs) -> Result<DocsQuery, ToolError> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let ask = match (given(args.query), given(args.symbol)) {
        (Some(words), None) => DocsAsk::Words(words),
        (None, Some(symbol)) => DocsAsk::Symbol(symbol),
        (None, None) => {
            let hint = "nothing is asked; pass `query` with words, or `symbol` with a name";
            return Err(ToolError::Arguments(hint.to_owned()));
        }
        (Some(_), Some(_)) => {
            let hint = "both `query` and `symbol` are given; pass one of them";
            return Err(ToolError::Arguments(hint.to_owned()));
        }
    };
    let kinds = args.kinds.iter().flat_map(|kinds| kinds.split([',', '|']));
    let kind = |name: &str| {
        DocKind::from_name(name).ok_or_else(|| {
            ToolError::Arguments(format!(
                "unknown kind `{}`; there are: docs, rules, skills, wiki",
                name.trim()
            ))
        })
    };
    Ok(DocsQuery {
        ask,
        kinds: kinds.map(kind).collect::<Result<_, _>>()?,
        paths: args.paths,
        budget_tokens: args.budget_tokens.unwrap_or(BUDGET_TOKENS).clamp(LEAST_BUDGET, MOST_BUDGET),
    })
}

impl Answer for ReadDocsOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        if !self.found {
            text.push_str("not found; try other words, or explore_code for the code itself\n");
        }
        for definition in &self.definitions {
            write_definition(&mut text, definition);
        }
        for hit in &self.results {
            write_hit(&mut text, hit);
        }
        // Writing to a string cannot fail.
        if !self.near.is_empty() {
            let _ = writeln!(text, "near: {}", self.near.join(", "));
        }
        if self.truncated {
            let _ = writeln!(
                text,
                "cut to the budget, {} texts left out; raise budget_tokens or name kinds",
                self.left_out
            );
        } else {
            let _ = writeln!(text, "{} left out", self.left_out);
        }
        text.push_str(&index_line(&self.index));
        text
    }
}

fn write_definition(text: &mut String, one: &DocDefinition) {
    let _ = write!(text, "{}:{}-{} {} ", one.path, one.line, one.end_line, one.kind.as_str());
    if let Some(container) = &one.container {
        let _ = write!(text, "{container}::");
    }
    let _ = writeln!(text, "{}: {}", one.name, one.signature);
    if let Some(doc) = &one.doc {
        let from = one.doc_line.map(|line| format!("doc from line {line}:\n"));
        let _ = writeln!(text, "{}{}", from.unwrap_or_default(), doc.trim_end());
    }
}

fn write_hit(text: &mut String, hit: &DocHit) {
    let _ = write!(text, "{} {}:{}-{}", hit.kind.as_str(), hit.path, hit.line, hit.end_line);
    if hit.source != hit.kind.as_str() {
        let _ = write!(text, " {}", hit.source);
    }
    if let Some(heading) = &hit.heading {
        let _ = write!(text, " # {heading}");
    }
    let _ = writeln!(text, " ({})", hit.reason);
    if let Some(description) = &hit.description {
        let _ = writeln!(text, "for: {description}");
    }
    if let Some(scope) = &hit.scope {
        let always = if scope.always_apply { ", always" } else { "" };
        let globs = scope.globs.iter().map(|glob| format!(" {glob}")).collect::<String>();
        let _ = writeln!(text, "scope: {}{always}{globs}", scope.folder);
    }
    if let Some(line) = hit.text_line {
        let _ = writeln!(text, "from line {line}:");
    }
    if let Some(body) = &hit.text {
        let _ = writeln!(text, "{}", body.trim_end());
    }
    if !hit.symbols.is_empty() {
        let named = hit.symbols.iter().map(|s| format!("{} {}:{}", s.name, s.path, s.line));
        let _ = writeln!(text, "names {}", named.collect::<Vec<_>>().join(", "));
    }
}
