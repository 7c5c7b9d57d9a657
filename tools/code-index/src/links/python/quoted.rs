//! Annotations in quotes: `"Order"`, `"list[shop.Order] | None"`.
//!
//! **Deliberately absent:** expressions that no annotation needs; they are skipped.

use tree_sitter::Node;

use super::super::Role;
use super::super::builder::{Draft, line_of};
use super::Walk;
use super::types::last_name;

/// Longer texts are no annotations.
const MAX_LENGTH: usize = 400;
/// Brackets in brackets that are read.
const MAX_DEPTH: usize = 12;

/// The rest of a text that is being read.
struct Rest<'t> {
    text: &'t str,
    line: u32,
}

impl<'t> Rest<'t> {
    /// The next character that is no space and no quote.
    fn peek(&mut self) -> Option<char> {
        self.text = self.text.trim_start_matches([' ', '\t', '"', '\'']);
        self.text.chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.text = &self.text[wanted.len_utf8()..];
        }
        found
    }

    fn name(&mut self) -> Option<&'t str> {
        self.peek().filter(|first| first.is_alphabetic() || *first == '_')?;
        let end = self.text.find(|c: char| !c.is_alphanumeric() && c != '_');
        let (name, rest) = self.text.split_at(end.unwrap_or(self.text.len()));
        self.text = rest;
        Some(name)
    }
}

impl<'t> Walk<'t> {
    /// An annotation in quotes.
    pub(super) fn quoted(&mut self, node: Node<'t>) -> Draft {
        let text = self.b.source(node);
        let is_simple = |c: char| c.is_alphanumeric() || "_.[], |'\"".contains(c);
        if text.len() > MAX_LENGTH || !text.starts_with(['"', '\'']) || !text.chars().all(is_simple)
        {
            self.all_children(node);
            return self.b.unknown();
        }
        let mut rest = Rest { text, line: line_of(node) };
        self.quoted_union(&mut rest, node, 0)
    }

    fn quoted_union(&mut self, rest: &mut Rest<'t>, node: Node<'t>, depth: usize) -> Draft {
        let mut all = self.quoted_one(rest, node, depth);
        while rest.take('|') {
            let one = self.quoted_one(rest, node, depth);
            all = self.b.either(all, one);
        }
        all
    }

    fn quoted_one(&mut self, rest: &mut Rest<'t>, node: Node<'t>, depth: usize) -> Draft {
        if depth >= MAX_DEPTH {
            rest.text = "";
            return self.b.unknown();
        }
        if rest.take('[') {
            self.quoted_list(rest, node, depth + 1);
            return self.b.unknown();
        }
        let Some(first) = rest.name() else {
            // The dots of `...`, or something that is no type.
            while rest.take('.') {}
            return self.b.unknown();
        };
        if first == "None" {
            return self.b.unknown();
        }
        let mut class = self.b.name(first);
        let mut name = first;
        self.b.use_at(class, rest.line, Role::Type);
        while rest.text.starts_with('.') && rest.take('.') {
            let Some(next) = rest.name() else { break };
            name = next;
            class = self.b.member(class, name);
            self.b.use_at(class, rest.line, Role::Type);
        }
        if rest.text.starts_with('[') && rest.take('[') {
            let arguments = self.quoted_list(rest, node, depth + 1);
            return self.applied(last_name(name), class, &arguments, node);
        }
        self.named_type(name, class)
    }

    /// What stands between brackets; the first is taken already.
    fn quoted_list(&mut self, rest: &mut Rest<'t>, node: Node<'t>, depth: usize) -> Vec<Draft> {
        let mut all = Vec::new();
        while rest.peek().is_some() && !rest.take(']') {
            let before = rest.text.len();
            all.push(self.quoted_union(rest, node, depth));
            rest.take(',');
            if rest.text.len() == before {
                // Nothing that can be read.
                rest.text = "";
            }
        }
        all
    }
}
