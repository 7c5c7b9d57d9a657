//! Cognitive complexity: what makes a function hard to follow. A break in the
//! flow counts one, and one more for each that it stands in (G. Ann Campbell,
//! "Cognitive Complexity", SonarSource 2018); recursion is not counted.

use tree_sitter::{Node, TreeCursor};

use super::{Kind, MAX_AROUND, Open, Walk};

impl<'t> Walk<'t> {
    /// Adds what a node weighs to the function around it.
    pub(super) fn weigh(&mut self, cursor: &TreeCursor<'t>, node: Node<'t>, kind: Kind) {
        let nested = 1 + self.around.nesting;
        match kind {
            Kind::If => {
                // Where there is no node for `else`, its block stands in this field.
                let has_else = node.child_by_field_name("alternative").is_some_and(|other| {
                    !matches!(self.facts.kind(other), Kind::If | Kind::Else | Kind::ElseIf)
                });
                let goes_on = self.is_else_if(cursor);
                self.add(u32::from(has_else) + if goes_on { 1 } else { nested });
                if !goes_on {
                    self.nest();
                }
            }
            Kind::Loop | Kind::While | Kind::Switch | Kind::Catch | Kind::Ternary => {
                self.add(nested);
                self.nest();
            }
            Kind::ElseIf => self.add(1),
            Kind::Else => {
                let first = node.named_child(0).map(|child| self.facts.kind(child));
                self.add(u32::from(first != Some(Kind::If)));
            }
            Kind::Jump => self.add(1),
            Kind::Binary => {
                let operator = logical(node);
                let above = self.kinds.last().filter(|(kind, _)| *kind == Kind::Binary);
                let above = above.and_then(|(_, above)| logical(*above));
                self.add(u32::from(operator.is_some() && operator != above));
            }
            _ => {}
        }
    }

    fn nest(&mut self) {
        self.open(Open::Nest);
        self.around.nesting += 1;
    }

    /// `else if`, with or without a node for `else`.
    fn is_else_if(&self, cursor: &TreeCursor<'t>) -> bool {
        match self.parent() {
            Kind::Else => true,
            Kind::If => cursor.field_name().is_none_or(|field| field == "alternative"),
            _ => false,
        }
    }

    /// Closures count to the function that they stand in.
    fn add(&mut self, weight: u32) {
        let mut id = self.function;
        for _ in 0..MAX_AROUND {
            let Some(function) = id.and_then(|id| self.facts.functions.get_mut(id)) else { return };
            if !function.is_lambda || !function.name.is_empty() || function.parent.is_none() {
                function.complexity = function.complexity.saturating_add(weight);
                return;
            }
            id = function.parent;
        }
    }
}

/// The operator of `a && b`, where a node is one.
fn logical(node: Node<'_>) -> Option<&'static str> {
    match node.child_by_field_name("operator")?.kind() {
        "&&" | "and" => Some("and"),
        "||" | "or" => Some("or"),
        "??" => Some("??"),
        _ => None,
    }
}
