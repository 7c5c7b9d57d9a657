//! Patterns: what they bind, and the names that they use.

use tree_sitter::Node;

use super::super::Role;
use super::super::builder::{Draft, Space};
use super::super::grammar::in_field;
use super::{Child, FieldName, Kind, Walk};

impl<'t> Walk<'t> {
    pub(super) fn bind_in(&mut self, children: &[Child<'t>], field: FieldName, held: Draft) {
        if let Some(pattern) = in_field(children, field) {
            self.bind_pattern(pattern.node, held);
        }
    }

    /// Binds the names of a pattern to parts of what is matched.
    pub(super) fn bind_pattern(&mut self, node: Node<'t>, held: Draft) {
        self.go_deeper(|walk| walk.bind(node, held));
    }

    fn bind(&mut self, node: Node<'t>, held: Draft) {
        match self.kind(node) {
            Kind::Identifier => self.bind_name(node, held),
            Kind::ScopedIdentifier | Kind::GenericPattern => {
                self.path(node, Role::Plain, Space::Value);
            }
            Kind::TuplePattern => self.bind_tuple(node, held),
            Kind::TupleStructPattern => self.bind_tuple_struct(node, held),
            Kind::StructPattern => self.bind_struct(node),
            Kind::SlicePattern => {
                let element = self.b.element(held);
                for child in self.children(node) {
                    self.bind_pattern(child.node, element);
                }
            }
            Kind::Captured
            | Kind::MutPattern
            | Kind::RefPattern
            | Kind::ReferencePattern
            | Kind::OrPattern => {
                for child in self.children(node) {
                    self.bind_pattern(child.node, held);
                }
            }
            Kind::MatchPattern => {
                for child in self.children(node) {
                    if child.field == Some(FieldName::Condition) {
                        self.visit(child.node);
                    } else {
                        self.bind_pattern(child.node, held);
                    }
                }
            }
            Kind::Mutable | Kind::RemainingFields | Kind::LineComment | Kind::BlockComment => {}
            _ => {
                self.visit(node);
            }
        }
    }

    /// A lower-case name is a new variable, others are constants and variants.
    fn bind_name(&mut self, node: Node<'t>, held: Draft) {
        let name = self.b.source(node);
        if name.starts_with(char::is_uppercase) {
            self.path(node, Role::Plain, Space::Value);
        } else if name != "_" {
            self.at.locals.push((name, held));
        }
    }

    fn bind_tuple(&mut self, node: Node<'t>, held: Draft) {
        let mut is_counted = true;
        for (at, child) in self.separated(node) {
            is_counted &= child.kind != Kind::RemainingFields;
            let part = if is_counted { self.b.part(held, at) } else { self.b.unknown() };
            self.bind_pattern(child.node, part);
        }
    }

    /// `Some(x)`, `Shape::Circle(centre, _)`: a part is what that function is given.
    fn bind_tuple_struct(&mut self, node: Node<'t>, held: Draft) {
        let mut is_counted = true;
        let mut of = None;
        let mut is_wrapper = false;
        for (at, child) in self.separated(node) {
            let Some(of) = of else {
                is_wrapper = matches!(self.b.source(child.node), "Some" | "Ok" | "Ready");
                of = Some(self.path(child.node, Role::Plain, Space::Value));
                continue;
            };
            is_counted &= child.kind != Kind::RemainingFields;
            let part = match (is_wrapper, is_counted) {
                (true, _) => held,
                (false, true) => self.b.param_of(of, at),
                (false, false) => self.b.unknown(),
            };
            self.bind_pattern(child.node, part);
        }
    }

    fn bind_struct(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let class = match in_field(&children, FieldName::Type) {
            Some(name) => self.path(name.node, Role::Type, Space::Type),
            None => self.b.unknown(),
        };
        let instance = self.b.instance(class);
        for child in children.iter().filter(|child| child.kind == Kind::FieldPattern) {
            let parts = self.children(child.node);
            let Some(name) = in_field(&parts, FieldName::Name) else { continue };
            let part = self.member_use(instance, name.node, Role::Plain);
            match in_field(&parts, FieldName::Pattern) {
                Some(pattern) => self.bind_pattern(pattern.node, part),
                None => self.at.locals.push((self.b.source(name.node), part)),
            }
        }
    }
}
