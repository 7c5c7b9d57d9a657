//! What is written about the code, for a question, a task or a symbol: pages,
//! doc comments, rules for those who work on it, skills and wiki pages.
//!
//! ```text
//! words ──▶ files by the index ─▶ sections ─┐
//!      └──▶ doc comments ───────────────────┼─▶ order ─▶ pack to a budget, link names
//!      └──▶ rules, skills, wiki (read live) ┘
//! symbol ─▶ definitions ─▶ whole comment, module, sections that name it, examples, rules
//! ```
//!
//! **Invariants**
//! - Texts come from the files as they are now, and are data: nothing in them is
//!   followed, run or expanded but the imports of a rule, one level, in the root.
//! - The order is total.
//! - What does not fit the budget is counted.
//!
//! **Deliberately absent:** rendering of markup, and pages outside the roots.

mod by_query;
mod by_symbol;
mod comment;
mod front_matter;
mod guides;
mod mentions;
mod pack;
mod scope;
mod score;
mod section;

use serde::Serialize;

use section::Section;

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::read::{FileRead, read_file};
use crate::status::IndexStatus;
use crate::symbol::{Symbol, SymbolKind};
use crate::watch::is_inside;
use crate::workspace::{RootQuery, Workspace};

pub use scope::RuleScope;

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocsAsk {
    /// A question or task in words.
    Words(String),
    /// A name, `Container::name`, or `path:line`.
    Symbol(String),
}

/// A question for documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocsQuery {
    /// What is asked about.
    pub ask: DocsAsk,
    /// Only these kinds; none means all.
    pub kinds: Vec<DocKind>,
    /// Files that the caller will touch: rules for them come first.
    pub paths: Vec<String>,
    /// Most tokens of the answer.
    pub budget_tokens: usize,
}

/// What sort of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DocKind {
    /// Pages, README files, doc comments, examples.
    Docs,
    /// What those who work on the code are told: AGENTS.md, CLAUDE.md, rules.
    Rules,
    /// Skills, commands and agents.
    Skills,
    /// Wiki pages.
    Wiki,
}

impl DocKind {
    /// Every kind.
    pub const ALL: [DocKind; 4] = [DocKind::Docs, DocKind::Rules, DocKind::Skills, DocKind::Wiki];

    /// Returns the kind's name, as answers spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            DocKind::Docs => "docs",
            DocKind::Rules => "rules",
            DocKind::Skills => "skills",
            DocKind::Wiki => "wiki",
        }
    }

    /// Returns the kind of a name, in the singular too.
    pub fn from_name(name: &str) -> Option<DocKind> {
        let name = name.trim().to_ascii_lowercase();
        DocKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name || kind.as_str().strip_suffix('s') == Some(&name))
    }
}

/// A symbol that a text names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocSymbol {
    /// Its name, behind its container.
    pub name: String,
    /// Its file.
    pub path: String,
    /// The line of its name, from 1.
    pub line: u32,
}

/// One text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DocHit {
    /// What sort of text it is.
    pub kind: DocKind,
    /// Where it is from: `readme`, `docs`, `changelog`, `comment`, `module`,
    /// `example`, or the tool whose rule or skill it is.
    pub source: String,
    /// The file.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// The headings down to the section, or the symbol of a comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// What its head says that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// For which files a rule is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<RuleScope>,
    /// Why it is given.
    pub reason: String,
    /// The text, or the telling lines of a long one between `…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The line on which the text begins, where it is not `line`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_line: Option<u32>,
    /// Symbols of the code that the text names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub symbols: Vec<DocSymbol>,
}

impl DocHit {
    /// A section, whose text is added where there is room.
    fn of(kind: DocKind, source: &str, path: &str, section: &Section, reason: String) -> DocHit {
        let heading = section.headings.join(" > ");
        DocHit {
            kind,
            source: source.to_owned(),
            path: path.to_owned(),
            line: section.line,
            end_line: section.end_line,
            heading: Some(heading).filter(|heading| !heading.is_empty()),
            description: None,
            scope: None,
            reason,
            text: None,
            text_line: None,
            symbols: Vec::new(),
        }
    }
}

/// A definition with all of its documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocDefinition {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Its file.
    pub path: String,
    /// The line of its name, from 1.
    pub line: u32,
    /// The last line of the definition.
    pub end_line: u32,
    /// What it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Its head on one line.
    pub signature: String,
    /// The whole doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// The first line of the comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_line: Option<u32>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct DocsAnswer {
    /// Whether there is such a symbol, or any text about the words.
    pub found: bool,
    /// What the symbol means; several where it is defined several times.
    pub definitions: Vec<DocDefinition>,
    /// Texts, best first.
    pub results: Vec<DocHit>,
    /// Where there is no such symbol: names spelled alike.
    pub near: Vec<String>,
    /// Texts that did not fit.
    pub left_out: usize,
    /// Texts were left out or cut.
    pub truncated: bool,
    /// How complete the answer is.
    pub status: IndexStatus,
}

impl Workspace {
    /// Finds what is written about a question, a task or a symbol.
    pub fn read_docs(&self, query: &DocsQuery, cancel: &Cancel) -> Result<DocsAnswer, IndexError> {
        match &query.ask {
            DocsAsk::Words(words) => by_query::answer(self, query, words, cancel),
            DocsAsk::Symbol(symbol) => by_symbol::answer(self, query, symbol, cancel),
        }
    }
}

/// A text that was found, before it is fitted into the answer.
struct Draft {
    hit: DocHit,
    lines: Vec<String>,
    /// Lower ones come first.
    group: u8,
    score: f32,
    /// Most bytes of its text.
    most: usize,
}

impl Draft {
    fn compare(&self, other: &Draft) -> std::cmp::Ordering {
        self.group
            .cmp(&other.group)
            .then_with(|| other.score.total_cmp(&self.score))
            .then_with(|| self.hit.path.cmp(&other.hit.path))
            .then_with(|| self.hit.line.cmp(&other.hit.line))
    }
}

fn full_name(symbol: &Symbol) -> String {
    match &symbol.container {
        Some(container) => format!("{container}::{}", symbol.name),
        None => symbol.name.clone(),
    }
}

/// Reads an indexed file as it is now.
fn live(root: &RootQuery<'_>, path: &str) -> Option<String> {
    if !is_inside(&root.state.root, path) {
        return None;
    }
    match read_file(&root.state.root, path, root.state.options.max_file_bytes) {
        FileRead::Text(read) => Some(read.text),
        FileRead::Skip(..) | FileRead::Gone => None,
    }
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// What sort of page a file of documentation is.
fn source_of(path: &str, class: FileClass) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    match class {
        FileClass::Changelog => "changelog",
        _ if name.starts_with("readme") => "readme",
        FileClass::Example => "example",
        _ => "docs",
    }
}

/// How much a page counts where the words do not ask for its part.
fn page_weight(path: &str, class: FileClass, words: &[String]) -> f32 {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if words.iter().any(|word| class.asked_by(word)) {
        return 1.0;
    }
    if name.starts_with("license") || name.starts_with("licence") || name.starts_with("notice") {
        return 0.2;
    }
    match class {
        FileClass::Source | FileClass::Docs => 1.0,
        FileClass::Example => 0.8,
        FileClass::Changelog => 0.35,
        FileClass::Test => 0.35,
        FileClass::Locale => 0.3,
        FileClass::Generated | FileClass::Vendored => 0.2,
    }
}

#[cfg(test)]
mod tests;
