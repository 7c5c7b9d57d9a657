//! Which names of code a text mentions, and where a text mentions a name.

use super::{DocSymbol, full_name};
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::find_symbol::SymbolHit;
use crate::symbol::SymbolKind;
use crate::workspace::{RootQuery, Workspace};
use std::collections::HashMap;

/// Names of one text that are looked up.
const MAX_LOOKED_UP: usize = 24;
/// Symbols given with one text.
const MAX_LINKED: usize = 5;
/// A name that is defined so often says nothing of one definition.
const MAX_DEFINITIONS: usize = 6;
/// Longer names are paths or data.
const MAX_NAME: usize = 120;

/// Looks names up, each once.
pub(super) struct Linker<'w, 'r> {
    workspace: &'w Workspace,
    roots: &'w [RootQuery<'r>],
    cancel: &'w Cancel,
    known: HashMap<String, Option<DocSymbol>>,
}

impl<'w, 'r> Linker<'w, 'r> {
    pub(super) fn new(
        workspace: &'w Workspace,
        roots: &'w [RootQuery<'r>],
        cancel: &'w Cancel,
    ) -> Linker<'w, 'r> {
        Linker { workspace, roots, cancel, known: HashMap::new() }
    }

    /// The symbols that a text names and the code has, in order of mention.
    pub(super) fn link(&mut self, text: &str) -> Result<Vec<DocSymbol>, IndexError> {
        let mut found: Vec<DocSymbol> = Vec::new();
        for name in names_in(text).into_iter().take(MAX_LOOKED_UP) {
            if found.len() == MAX_LINKED {
                break;
            }
            if let Some(symbol) = self.look_up(&name)?
                && !found.contains(&symbol)
            {
                found.push(symbol);
            }
        }
        Ok(found)
    }

    fn look_up(&mut self, name: &str) -> Result<Option<DocSymbol>, IndexError> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let found =
            self.workspace.symbols_named(self.roots, name, 4 * MAX_DEFINITIONS, self.cancel)?;
        let qualified = name.contains(['.', ':', '#']);
        let last = name.rsplit([':', '.', '#']).next().unwrap_or(name);
        let plain = !qualified && !is_spelled_as_code(name);
        let fits = |hit: &SymbolHit| {
            let inner = matches!(
                hit.symbol.kind,
                SymbolKind::Field | SymbolKind::Variable | SymbolKind::Variant | SymbolKind::Module
            );
            let aside = !matches!(FileClass::of(&hit.path), FileClass::Source | FileClass::Docs);
            is_code(hit.symbol.kind)
                && hit.symbol.name == last
                && (qualified || !inner)
                && !(aside && plain)
        };
        let mut fitting: Vec<SymbolHit> = found.into_iter().filter(fits).collect();
        let linked = (qualified || fitting.len() <= if plain { 1 } else { MAX_DEFINITIONS })
            .then(|| (!fitting.is_empty()).then(|| fitting.swap_remove(0)))
            .flatten()
            .map(|hit| DocSymbol {
                name: full_name(&hit.symbol),
                path: hit.path,
                line: hit.symbol.line,
            });
        self.known.insert(name.to_owned(), linked.clone());
        Ok(linked)
    }
}

/// Whether a kind is of code, not of prose or data.
pub(super) fn is_code(kind: SymbolKind) -> bool {
    !matches!(kind, SymbolKind::Heading | SymbolKind::Key | SymbolKind::Element)
}

/// The names of code in a text, each once: what stands in spans of code, and
/// what is spelled as only code is.
pub(super) fn names_in(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        let mut in_span = false;
        for piece in line.split('`') {
            // A command or a path in a span is no name.
            let alone = in_span && !fenced && !piece.trim().contains(['/', ' ', '=']);
            for_each_name(piece, |name, called| {
                let called = called && (fenced || in_span);
                let wanted = is_spelled_as_code(name) || called || alone;
                let name = name.to_owned();
                if wanted && !names.contains(&name) {
                    names.push(name);
                }
            });
            in_span = !in_span;
        }
    }
    names
}

/// Calls `visit` with each name, qualified ones whole, and whether it is called.
fn for_each_name<'t>(text: &'t str, mut visit: impl FnMut(&'t str, bool)) {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '_') {
        rest = &rest[start..];
        let mut end = 0;
        loop {
            end += rest[end..].find(|c| !is_part(c)).unwrap_or(rest.len() - end);
            let after = &rest[end..];
            let joint = ["::", "->", ".", "#"].iter().find(|joint| after.starts_with(**joint));
            let Some(joint) = joint else { break };
            let next = after[joint.len()..].chars().next();
            if !next.is_some_and(|c| c.is_alphabetic() || c == '_') {
                break;
            }
            end += joint.len();
        }
        let (name, after) = rest.split_at(end);
        if (2..=MAX_NAME).contains(&name.len()) {
            visit(name, after.starts_with('('));
        }
        rest = after;
    }
}

/// `parse_url`, `HttpServer`, `Session::open`, but no word of prose.
pub(super) fn is_spelled_as_code(name: &str) -> bool {
    let inner_capital = name.chars().skip(1).any(char::is_uppercase);
    let has_small = name.chars().any(char::is_lowercase);
    let underscore = name.trim_matches('_').contains('_');
    name.contains("::") || underscore || (inner_capital && has_small)
}

/// How a line speaks of a name, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mention {
    /// Behind its container: `Session::open`.
    Qualified,
    /// In a span of code.
    Span,
    /// In a block of code.
    Block,
    /// Somewhere in the prose.
    Word,
}

/// The best way in which each line of a page speaks of `name`.
pub(super) fn mentions(
    lines: &[&str],
    name: &str,
    container: Option<&str>,
) -> Vec<(usize, Mention)> {
    let own = container.and_then(|container| container.rsplit("::").next());
    let mut found = Vec::new();
    let mut fenced = false;
    for (row, line) in lines.iter().enumerate() {
        let inner = line.trim_start();
        if inner.starts_with("```") || inner.starts_with("~~~") {
            fenced = !fenced;
        }
        if !line.contains(name) {
            continue;
        }
        let indented = line.starts_with("    ") || line.starts_with('\t');
        let mut best: Option<Mention> = None;
        let mut in_span = false;
        for piece in line.split('`') {
            for_each_name(piece, |seen, called| {
                let mut parts = seen.rsplit([':', '.', '#', '>']).filter(|part| !part.is_empty());
                let last = parts.next().unwrap_or(seen);
                let before = parts.next().map(|part| part.trim_end_matches('-'));
                let is_parent = before == Some(name);
                if last != name && !is_parent {
                    return;
                }
                let mention = match () {
                    () if last == name && before.is_some() && before == own => Mention::Qualified,
                    () if in_span && !fenced => Mention::Span,
                    () if fenced || indented => Mention::Block,
                    () if is_spelled_as_code(name) || called => Mention::Span,
                    () => Mention::Word,
                };
                best = Some(best.map_or(mention, |best| best.min(mention)));
            });
            in_span = !in_span;
        }
        found.extend(best.map(|best| (row, best)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_code_are_told_from_words() {
        let cases: [(&str, &[&str]); 6] = [
            ("Call `open` on a Session.", &["open"]),
            (
                "The HttpServer uses parse_url and Session::open().",
                &["HttpServer", "parse_url", "Session::open"],
            ),
            ("plain words only, e.g. this one.", &["e.g"]),
            ("```\nlet x = build(Thing);\n```\nword", &["build"]),
            ("use `app.run()` now", &["app.run"]),
            ("A_B __x__ `y`", &["A_B"]),
        ];
        for (text, want) in cases {
            let mut names = names_in(text);
            names.retain(|name| name != "e.g");
            let want: Vec<&str> = want.iter().copied().filter(|name| *name != "e.g").collect();
            assert_eq!(names, want, "{text}");
        }
    }

    #[test]
    fn mentions_are_ranked_by_how_sure_they_are() {
        use Mention::{Block, Qualified, Span, Word};
        let text = "an open door\nuse `open`\n```\ns = open(x)\n```\nsee `Session.open` here\n`reopen`\nSession::open()";
        let lines: Vec<&str> = text.lines().collect();
        let found = mentions(&lines, "open", Some("net::Session"));
        assert_eq!(found, [(0, Word), (1, Span), (3, Block), (5, Qualified), (7, Qualified)]);
    }
}
