//! Statements that give something back, or bind names for the block below.

use tree_sitter::Node;

use super::super::builder::Draft;
use super::super::grammar::in_field;
use super::{Child, FieldName, Kind, Place, Walk};

impl<'t> Walk<'t> {
    pub(super) fn give_back(&mut self, node: Node<'t>) {
        if node.named_child_count() == 0 {
            return;
        }
        let value = self.first_child(node);
        let frame = self.frame();
        let item = frame.item.filter(|_| !frame.is_annotated && frame.place == Place::Function);
        if let Some(item) = item
            && !self.b.is_unknown(value)
        {
            self.b.add_result(item, value);
        }
    }

    /// `yield x` and `yield from xs`
    pub(super) fn give(&mut self, node: Node<'t>) -> Draft {
        let mut value = self.first_child(node);
        let after = self.b.source(node).strip_prefix("yield").unwrap_or_default();
        if after.trim_start().starts_with("from ") {
            value = self.element(value);
        }
        let old = self.frame().yields;
        let joined = old.map_or(value, |old| self.b.either(old, value));
        self.frame().yields = Some(joined);
        self.b.unknown()
    }

    pub(super) fn for_statement(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let over = self.visit_field(&children, FieldName::Right);
        let element = self.element(over);
        if let Some(left) = in_field(&children, FieldName::Left) {
            self.bind_target(left.node, element);
        }
        if let Some(body) = in_field(&children, FieldName::Body) {
            self.loop_body(body.node);
        }
        self.visit_field(&children, FieldName::Alternative);
    }

    pub(super) fn with_statement(&mut self, node: Node<'t>) {
        let is_async = self.b.source(node).starts_with("async");
        for child in self.children(node) {
            if child.kind != Kind::WithClause {
                self.visit(child.node);
                continue;
            }
            for item in self.children(child.node) {
                for value in self.children(item.node) {
                    self.with_item(&value, is_async);
                }
            }
        }
    }

    pub(super) fn with_item(&mut self, item: &Child<'t>, is_async: bool) {
        if item.kind != Kind::AsPattern {
            self.visit(item.node);
            return;
        }
        let children = self.children(item.node);
        let Some(value) = children.first() else { return };
        let value = self.visit(value.node);
        let held = if self.b.is_unknown(value) {
            value
        } else {
            let entered = self.b.member(value, if is_async { "__aenter__" } else { "__enter__" });
            let entered = self.b.call(entered);
            if is_async { self.b.awaited(entered) } else { entered }
        };
        if let Some(target) = in_field(&children, FieldName::Alias) {
            self.bind_target(target.node, held);
        }
    }

    /// An `except` clause: the name holds an instance of what is named.
    pub(super) fn except(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let mut caught = self.b.unknown();
        for child in &children {
            match (child.kind, child.field) {
                (Kind::AsPattern, _) => {
                    let parts = self.children(child.node);
                    if let Some(value) = parts.first() {
                        caught = self.caught(value.node);
                    }
                    if let Some(target) = in_field(&parts, FieldName::Alias) {
                        self.bind_target(target.node, caught);
                    }
                }
                (_, Some(FieldName::Value)) => caught = self.caught(child.node),
                (_, Some(FieldName::Alias)) => self.bind_target(child.node, caught),
                _ => {
                    self.visit(child.node);
                }
            }
        }
    }

    pub(super) fn caught(&mut self, node: Node<'t>) -> Draft {
        if self.kind(node) != Kind::Tuple {
            let class = self.visit(node);
            return self.b.instance(class);
        }
        let mut all = self.b.unknown();
        for class in self.values(node) {
            let one = self.b.instance(class);
            all = self.b.either(all, one);
        }
        all
    }
}
