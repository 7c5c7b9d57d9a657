//! Values that are written out: literals, comprehensions, operators.

use tree_sitter::Node;

use super::super::builder::{Draft, ScopeKind};
use super::super::grammar::in_field;
use super::{FieldName, Kind, Walk};

impl<'t> Walk<'t> {
    pub(super) fn subscript(&mut self, node: Node<'t>) -> Draft {
        if let Some(class) = self.typing_subscript(node) {
            return class;
        }
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::Value);
        let mut found = of;
        for index in children.iter().filter(|child| child.field == Some(FieldName::SubscriptField))
        {
            self.visit(index.node);
            found = match (index.kind, self.b.source(index.node).parse::<usize>()) {
                (Kind::Slice, _) => of,
                (Kind::Integer, Ok(at)) => self.b.part(of, at),
                _ => self.element(of),
            };
        }
        found
    }

    /// What iterating or indexing gives.
    pub(super) fn element(&mut self, of: Draft) -> Draft {
        match self.b.any_part(of) {
            Some(part) => part,
            None => self.b.element_of(of),
        }
    }

    /// The values of a list or a tuple, what `*` spreads included.
    pub(super) fn values(&mut self, node: Node<'t>) -> Vec<Draft> {
        let mut values = Vec::new();
        for child in self.children(node) {
            match child.kind {
                Kind::Comment => {}
                Kind::ListSplat => {
                    let spread = self.first_child(child.node);
                    let element = self.element(spread);
                    values.push(element);
                }
                _ => values.push(self.visit(child.node)),
            }
        }
        values
    }

    pub(super) fn list(&mut self, node: Node<'t>) -> Draft {
        let values = self.values(node);
        let unknown = self.b.unknown();
        let first = values
            .into_iter()
            .take(4)
            .fold(unknown, |all, one| if self.b.is_unknown(all) { one } else { all });
        self.b.list(first)
    }

    pub(super) fn tuple(&mut self, node: Node<'t>) -> Draft {
        let mut values = self.values(node);
        // Long ones are tables.
        values.truncate(8);
        self.b.tuple(&values)
    }

    pub(super) fn dictionary(&mut self, node: Node<'t>) -> Draft {
        let unknown = self.b.unknown();
        let (mut key, mut value) = (unknown, unknown);
        for child in self.children(node) {
            if child.kind != Kind::Pair {
                self.visit(child.node);
                continue;
            }
            let (one, other) = self.pair(child.node);
            key = if self.b.is_unknown(key) { one } else { key };
            value = if self.b.is_unknown(value) { other } else { value };
        }
        self.dict_of(key, value)
    }

    pub(super) fn dict_of(&mut self, key: Draft, value: Draft) -> Draft {
        let dict = self.b.builtin("dict");
        self.b.generic(dict, &[key, value])
    }

    pub(super) fn pair(&mut self, node: Node<'t>) -> (Draft, Draft) {
        let parts = self.children(node);
        let key = self.visit_field(&parts, FieldName::Key);
        let value = self.visit_field(&parts, FieldName::Value);
        (key, value)
    }

    pub(super) fn comprehension(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let mark = self.at.env.mark();
        // What is iterated first is looked up outside.
        let first = children.iter().find(|child| child.kind == Kind::ForIn).map(|c| c.node);
        let mut over = first.map_or(self.b.unknown(), |clause| self.iterated(clause));
        self.b.open_scope(ScopeKind::Block);
        for child in &children {
            match child.kind {
                Kind::ForIn => {
                    if Some(child.node.id()) != first.map(|clause| clause.id()) {
                        over = self.iterated(child.node);
                    }
                    let parts = self.children(child.node);
                    if let Some(left) = in_field(&parts, FieldName::Left) {
                        let element = self.element(over);
                        self.bind_inner(left.node, element);
                    }
                }
                Kind::IfClause => {
                    self.all_children(child.node);
                    if let Some(condition) = child.node.named_child(0) {
                        self.narrow(condition, true);
                    }
                }
                _ => {}
            }
        }
        let body = in_field(&children, FieldName::Body).map(|body| (body.node, body.kind));
        let found = match body {
            Some((pair, Kind::Pair)) => {
                let (key, value) = self.pair(pair);
                self.dict_of(key, value)
            }
            Some((body, _)) => {
                let value = self.visit(body);
                self.b.list(value)
            }
            None => self.b.unknown(),
        };
        self.b.close_scope();
        self.at.env.undo(mark);
        found
    }

    pub(super) fn iterated(&mut self, clause: Node<'t>) -> Draft {
        let mut over = None;
        for part in self.children(clause) {
            if part.field == Some(FieldName::Right) && part.node.is_named() {
                let found = self.visit(part.node);
                over.get_or_insert(found);
            }
        }
        over.unwrap_or(self.b.unknown())
    }

    pub(super) fn conditional(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let mut parts = children.iter().filter(|child| child.kind != Kind::Comment);
        let (Some(yes), Some(condition), Some(no)) = (parts.next(), parts.next(), parts.next())
        else {
            return self.b.unknown();
        };
        self.visit(condition.node);
        let mark = self.at.env.mark();
        self.narrow(condition.node, true);
        let yes = self.visit(yes.node);
        self.at.env.undo(mark);
        self.narrow(condition.node, false);
        let no = self.visit(no.node);
        self.at.env.undo(mark);
        self.b.either(yes, no)
    }

    pub(super) fn boolean(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let (Some(left), Some(right)) =
            (in_field(&children, FieldName::Left), in_field(&children, FieldName::Right))
        else {
            return self.b.unknown();
        };
        let between = self.between(left.node, right.node);
        let is_and = between.contains("and");
        let first = self.visit(left.node);
        let mark = self.at.env.mark();
        self.narrow(left.node, is_and);
        let second = self.visit(right.node);
        self.at.env.undo(mark);
        if is_and { second } else { self.b.either(first, second) }
    }

    /// The text between two nodes: an operator.
    pub(super) fn between(&self, left: Node<'t>, right: Node<'t>) -> &'t str {
        let operator = left.next_sibling().filter(|node| node.id() != right.id());
        operator.map_or("", |operator| self.b.source(operator))
    }

    pub(super) fn binary(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let (Some(left), Some(right)) =
            (in_field(&children, FieldName::Left), in_field(&children, FieldName::Right))
        else {
            return self.b.unknown();
        };
        let held = self.visit(left.node);
        self.visit(right.node);
        let method = match self.between(left.node, right.node) {
            "+" => "__add__",
            "-" => "__sub__",
            "*" => "__mul__",
            "/" => "__truediv__",
            "|" => "__or__",
            "&" => "__and__",
            "%" => "__mod__",
            "@" => "__matmul__",
            _ => return self.b.unknown(),
        };
        if self.b.is_unknown(held) {
            return held;
        }
        if self.b.is_plain(held) {
            return held;
        }
        let method = self.b.member(held, method);
        self.b.call(method)
    }
}
