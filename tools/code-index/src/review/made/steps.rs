//! Texts that are made in several steps: what is appended to a builder, and what
//! is repeated and joined.

use tree_sitter::Node;

use super::{MAX_FOLLOWED, MAX_PARTS, Maker, of_bounded};
use crate::review::facts::{Call, Facts};
use crate::review::shape::{Family, Kind};

impl<'t> Maker<'_, 't> {
    /// `new StringBuilder("…")`, and what was appended to it before a byte.
    pub(super) fn builder(&mut self, name: &str, built: Node<'t>, from: usize, before: usize) {
        let calls = &self.facts.calls;
        let first = calls.partition_point(|call| call.node.start_byte() < from);
        let inside = calls[first..].iter().take(MAX_PARTS);
        let appends = inside.take_while(|call| call.node.start_byte() < before).filter(|call| {
            call.name() == "append"
                && call.function == self.function
                && call.path.split(['.', '(']).next() == Some(name)
        });
        let mut appends: Vec<&Call<'t>> = appends.collect();
        // Of a chain, the call that ends first is made first.
        appends.sort_by_key(|call| call.node.end_byte());
        let given = self.facts.arguments(built, Kind::New);
        let mut parts: Vec<Node<'t>> = given.iter().map(|argument| argument.value).collect();
        parts.extend(appends.iter().filter_map(|call| Some(call.arguments.first()?.value)));
        self.later(parts, before);
    }

    /// `", ".join("?" * count)`, `names.map(() => "?").join()`: what is repeated, not
    /// how often, makes the text.
    pub(super) fn joined(
        &mut self,
        node: Node<'t>,
        receiver: Option<Node<'t>>,
        list: Option<Node<'t>>,
    ) {
        let source = match self.facts.family {
            Family::Python => list,
            _ => receiver,
        };
        let Some(source) = source.map(|source| self.facts.unwrapped(source)) else {
            self.unknown(node);
            return;
        };
        let item = match self.facts.kind(source) {
            Kind::Binary => source.child_by_field_name("left"),
            Kind::Comprehension => source.child_by_field_name("body"),
            Kind::List => Some(source),
            Kind::Call => {
                let path = self.facts.path(source);
                let given = self.facts.arguments(source, Kind::Call);
                let first = given.first().map(|argument| argument.value);
                match path.trim_end_matches("()").rsplit('.').next() {
                    Some("fill") => first,
                    Some("map") => first
                        .and_then(|made| made.child_by_field_name("body"))
                        .filter(|body| self.facts.kind(*body) == Kind::Text),
                    _ => None,
                }
            }
            _ => None,
        };
        match item.map(|item| self.facts.unwrapped(item)) {
            Some(item) => {
                let inside =
                    of_bounded(self.facts, self.function, item, node.start_byte(), MAX_FOLLOWED);
                let is_counted = inside.unknown.iter().all(|part| is_count(self.facts, *part));
                self.made.say(&inside.text);
                if !is_counted {
                    self.made.unknown.push(node);
                }
            }
            None => self.unknown(node),
        }
    }
}

/// A text whose holes hold the numbers of places only: `$${index + 1}`.
fn is_count<'t>(facts: &Facts<'t>, part: Node<'t>) -> bool {
    let holes = facts.children(part, MAX_PARTS).into_iter();
    let mut holes = holes.filter(|child| facts.kind(*child) == Kind::Hole);
    facts.kind(part) == Kind::Text
        && holes.all(|hole| {
            let sum = hole.named_child(0).map(|inner| facts.unwrapped(inner));
            sum.filter(|sum| facts.kind(*sum) == Kind::Binary).is_some_and(|sum| {
                let right = sum.child_by_field_name("right");
                right.is_some_and(|right| facts.kind(right) == Kind::Number)
            })
        })
}
