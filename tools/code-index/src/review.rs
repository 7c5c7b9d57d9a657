//! Review rules: what a careful reader would stop at in one file, told by its
//! syntax tree.
//!
//! ```text
//! text, tree ─▶ facts (one walk) ─▶ rules, one file each ─▶ findings on changed lines
//! ```
//!
//! **Invariants**
//! - A rule sees what the code does, not how a line looks: words in strings and
//!   comments are no calls. Only `secret` reads them, for that is where secrets lie.
//! - A rule that cannot tell stays silent; a wrong finding costs more than a missed one.
//! - No finding repeats a secret.
//! - No input makes it panic, recurse or take more than linear time.
//!
//! **Deliberately absent:** other files. What the workspace knows of tests comes
//! with [`Reviewed`]; which files are reviewed is the caller's choice.

mod blocking_in_async;
mod complexity_growth;
mod facts;
mod injection;
mod made;
mod query_in_loop;
mod secret;
mod shape;
mod unsafe_deserialization;
mod untested_change;
mod weak_crypto;

use schemars::JsonSchema;
use serde::Serialize;
use tree_sitter::{Node, Tree};

use crate::file_class::FileClass;
use crate::language::Language;

use facts::{Call, Facts, last_line_of, line_of};

/// Findings of one file, at most; a file with more is generated or a data set.
const MAX_FINDINGS: usize = 200;

/// One file as the rules see it.
#[derive(Clone, Copy)]
pub(crate) struct Reviewed<'a> {
    /// Below the root, with `/` between its parts.
    pub(crate) path: &'a str,
    /// None where there is no grammar: such a file is searched for secrets only.
    pub(crate) language: Option<Language>,
    pub(crate) text: &'a str,
    /// The tree of this text, as [`crate::Extractor::parse`] gives it.
    pub(crate) tree: Option<&'a Tree>,
    /// First and last lines that changed, 1-based; without them the whole file counts.
    pub(crate) changed: Option<&'a [(u32, u32)]>,
    /// The file before the change, where there is one.
    pub(crate) before: Option<Before<'a>>,
    /// Whether a test reaches the definition; without it untested changes are not looked for.
    pub(crate) is_tested: Option<&'a dyn Fn(&Definition<'_>) -> bool>,
}

/// A file before the change.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    pub(crate) text: &'a str,
    pub(crate) tree: &'a Tree,
}

/// A function, method or class that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Definition<'a> {
    pub(crate) name: &'a str,
    /// The line of the name.
    pub(crate) line: u32,
}

/// How bad a finding is, in the words of SARIF's `level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    /// Wrong in nearly every project: repair it before it ships.
    Error,
    /// Likely wrong, or wrong under load or attack: look at it.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word in answers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }

    /// One step less bad, for code that does not ship.
    fn lowered(self) -> Severity {
        match self {
            Severity::Error => Severity::Warning,
            Severity::Warning | Severity::Note => Severity::Note,
        }
    }
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Finding {
    /// The rule's id, such as `injection`.
    pub(crate) rule: &'static str,
    /// 1-based.
    pub(crate) line: u32,
    pub(crate) severity: Severity,
    /// What is wrong and what to do instead.
    pub(crate) message: String,
}

/// A finding with all the lines that it speaks of.
#[derive(Debug)]
struct Found {
    line: u32,
    first: u32,
    last: u32,
    severity: Severity,
    message: String,
    in_test: bool,
}

impl Found {
    /// One of a whole node, named at its first line.
    fn at(node: Node<'_>, severity: Severity, message: String) -> Found {
        let (first, last) = (line_of(node), last_line_of(node));
        Found { line: first, first, last, severity, message, in_test: false }
    }

    /// One of a call, named where the called name stands: calls of a chain begin
    /// on the same line.
    fn call(facts: &Facts<'_>, call: &Call<'_>, severity: Severity, message: String) -> Found {
        let line = last_line_of(facts.called(call.node, call.kind).unwrap_or(call.node));
        let in_test = call.in_test;
        Found { line, first: line, last: last_line_of(call.node), severity, message, in_test }
    }
}

/// What the rules that read the tree are handed.
struct Context<'c, 't> {
    file: &'c Reviewed<'t>,
    facts: &'c Facts<'t>,
}

/// What becomes of a finding in code that tests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InTests {
    /// It counts one step less.
    Lowered,
    /// It is no finding there.
    Skipped,
}

/// One rule that reads the tree.
struct Rule {
    id: &'static str,
    find: fn(&Context<'_, '_>, &mut Vec<Found>),
    in_tests: InTests,
}

const RULES: &[Rule] = &[
    Rule { id: injection::ID, find: injection::find, in_tests: InTests::Lowered },
    Rule {
        id: unsafe_deserialization::ID,
        find: unsafe_deserialization::find,
        in_tests: InTests::Lowered,
    },
    Rule { id: weak_crypto::ID, find: weak_crypto::find, in_tests: InTests::Lowered },
    Rule { id: query_in_loop::ID, find: query_in_loop::find, in_tests: InTests::Skipped },
    Rule { id: blocking_in_async::ID, find: blocking_in_async::find, in_tests: InTests::Skipped },
    Rule { id: complexity_growth::ID, find: complexity_growth::find, in_tests: InTests::Skipped },
    Rule { id: untested_change::ID, find: untested_change::find, in_tests: InTests::Skipped },
];

/// What the rules say of a file, by line.
pub(crate) fn review(file: &Reviewed<'_>) -> Vec<Finding> {
    let class = FileClass::of(file.path);
    let facts = file.language.zip(file.tree);
    let facts = facts.and_then(|(language, tree)| Facts::read(language, tree, file.text));
    let mut findings = Vec::new();
    let mut found = Vec::new();
    secret::find(file, facts.as_ref(), class, &mut found);
    take(file, secret::ID, &mut found, &mut findings);
    // What others wrote is theirs to repair, but a secret in it is still out.
    let own = !matches!(class, FileClass::Vendored | FileClass::Generated);
    if let Some(facts) = facts.filter(|_| own) {
        let context = Context { file, facts: &facts };
        for rule in RULES {
            (rule.find)(&context, &mut found);
            let is_test = class == FileClass::Test;
            let is_shown = matches!(class, FileClass::Example | FileClass::Docs);
            found.retain_mut(|one| {
                let in_test = one.in_test || is_test;
                if in_test || is_shown {
                    one.severity = one.severity.lowered();
                }
                !in_test || rule.in_tests == InTests::Lowered
            });
            take(file, rule.id, &mut found, &mut findings);
        }
    }
    findings.sort_by(|a, b| (a.line, a.rule, a.severity).cmp(&(b.line, b.rule, b.severity)));
    findings.dedup_by(|next, kept| (next.line, next.rule) == (kept.line, kept.rule));
    findings.truncate(MAX_FINDINGS);
    findings
}

/// Keeps what touches changed lines.
fn take(
    file: &Reviewed<'_>,
    rule: &'static str,
    found: &mut Vec<Found>,
    findings: &mut Vec<Finding>,
) {
    let touched = |found: &Found| {
        file.changed.is_none_or(|lines| {
            lines.iter().any(|&(first, last)| found.first <= last && first <= found.last)
        })
    };
    let kept = found.drain(..).filter(touched);
    findings.extend(kept.map(|found| Finding {
        rule,
        line: found.line,
        severity: found.severity,
        message: found.message,
    }));
}

#[cfg(test)]
mod tests;
