//! Definitions: types with their members, methods, fields, local variables.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, ScopeKind};
use super::super::grammar::in_field;
use super::super::{ItemId, ItemKind, Role};
use super::{Child, FieldName, Kind, Walk, is_comment};

impl<'t> Walk<'t> {
    /// A class, interface, enumeration, record or annotation.
    pub(super) fn class(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let item = self.b.item(text, name.node, ItemKind::Class, node);
        // A member is looked up from inside its class.
        let parent = self.b.owner().map(|owner| self.b.item_kind(owner));
        if parent != Some(ItemKind::Class) {
            self.b.bind(text, Binding::Item(item));
        }
        self.b.enter(item);
        self.b.open_scope(ScopeKind::Block);
        let outer = std::mem::replace(&mut self.at.in_head, true);
        self.annotations(&children);
        self.type_parameters(&children);
        self.bases(item, &children);
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            self.components(item, parameters.node);
        }
        self.at.in_head = outer;
        if let Some(body) = in_field(&children, FieldName::Body) {
            // Members see what they are in, whatever the class stands in.
            let outer = std::mem::replace(&mut self.at.in_head, false);
            self.all_children(body.node);
            self.at.in_head = outer;
        }
        self.b.close_scope();
        self.b.leave();
    }

    pub(super) fn annotations(&mut self, children: &[Child<'t>]) {
        for child in children.iter().filter(|child| child.kind == Kind::Modifiers) {
            self.all_children(child.node);
        }
    }

    fn bases(&mut self, item: ItemId, children: &[Child<'t>]) {
        for child in children {
            let role = match child.kind {
                Kind::Superclass | Kind::SuperInterfaces | Kind::ExtendsInterfaces => Role::Base,
                Kind::Permits => Role::Type,
                _ => continue,
            };
            for base in self.types_in(child.node, role) {
                if role == Role::Base {
                    self.b.add_base(item, base);
                }
            }
        }
    }

    /// What a record is made of.
    fn components(&mut self, record: ItemId, node: Node<'t>) {
        for child in self.children(node) {
            let parts = self.children(child.node);
            let Some(name) = in_field(&parts, FieldName::Name) else { continue };
            let item = self.value(name.node, child.node);
            self.b.enter(item);
            self.annotations(&parts);
            let held = self.type_field(&parts);
            self.b.leave();
            self.b.add_result(item, held);
            self.b.add_param(record, held);
        }
    }

    fn value(&mut self, name: Node<'t>, whole: Node<'t>) -> ItemId {
        let text = self.b.source(name);
        let item = self.b.item(text, name, ItemKind::Value, whole);
        self.b.set_declared(item);
        item
    }

    pub(super) fn enum_constant(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let class = self.b.class();
        let item = self.value(name.node, node);
        if let Some(class) = class {
            let class = self.b.item_expr(class);
            let held = self.b.instance(class);
            self.b.add_result(item, held);
        }
        self.b.enter(item);
        self.annotations(&children);
        let unknown = self.b.unknown();
        self.arguments(&children, unknown);
        if let Some(body) = in_field(&children, FieldName::Body) {
            self.block(body.node);
        }
        self.b.leave();
    }

    pub(super) fn fields(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let mut held = None;
        for child in children.iter().filter(|child| child.kind == Kind::VariableDeclarator) {
            let parts = self.children(child.node);
            let Some(name) = in_field(&parts, FieldName::Name) else { continue };
            let item = self.value(name.node, node);
            self.b.enter(item);
            let held = *held.get_or_insert_with(|| {
                self.annotations(&children);
                self.type_field(&children)
            });
            self.b.add_result(item, held);
            self.visit_field(&parts, FieldName::Value);
            self.b.leave();
        }
    }

    /// A method, a constructor or an element of an annotation.
    pub(super) fn method(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let item = self.b.item(text, name.node, ItemKind::Function, node);
        self.b.set_declared(item);
        self.b.enter(item);
        self.b.open_scope(ScopeKind::Function);
        self.annotations(&children);
        self.type_parameters(&children);
        let gives = self.type_field(&children);
        if !self.b.is_unknown(gives) {
            self.b.add_result(item, gives);
        }
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            for child in self.children(parameters.node) {
                if matches!(child.kind, Kind::FormalParameter | Kind::SpreadParameter) {
                    let held = self.parameter(child);
                    self.b.add_param(item, held);
                }
            }
        }
        for thrown in children.iter().filter(|child| child.kind == Kind::Throws) {
            self.types_in(thrown.node, Role::Type);
        }
        self.visit_field(&children, FieldName::Value);
        self.visit_field(&children, FieldName::Body);
        self.b.close_scope();
        self.b.leave();
    }

    /// Binds a parameter and returns what it holds.
    pub(super) fn parameter(&mut self, parameter: Child<'t>) -> Draft {
        let children = self.children(parameter.node);
        self.annotations(&children);
        if parameter.kind != Kind::SpreadParameter {
            let held = self.type_field(&children);
            if let Some(name) = in_field(&children, FieldName::Name) {
                self.local(name.node, held);
            }
            return held;
        }
        let mut held = self.b.unknown();
        for child in children {
            match child.kind {
                Kind::Modifiers => {}
                Kind::VariableDeclarator => {
                    let parts = self.children(child.node);
                    held = self.b.list(held);
                    if let Some(name) = in_field(&parts, FieldName::Name) {
                        self.local(name.node, held);
                    }
                }
                kind if is_comment(kind) => {}
                _ => held = self.ty(child.node, Role::Type),
            }
        }
        held
    }

    pub(super) fn local_variables(&mut self, node: Node<'t>) {
        let children = self.children(node);
        self.annotations(&children);
        let declared = self.declared_type(&children);
        for child in children.iter().filter(|child| child.kind == Kind::VariableDeclarator) {
            let parts = self.children(child.node);
            let value = self.visit_field(&parts, FieldName::Value);
            if let Some(name) = in_field(&parts, FieldName::Name) {
                self.local(name.node, declared.unwrap_or(value));
            }
        }
    }

    /// The type that is written; none for `var`.
    fn declared_type(&mut self, children: &[Child<'t>]) -> Option<Draft> {
        let written = in_field(children, FieldName::Type)?;
        (self.b.source(written.node) != "var").then(|| self.ty(written.node, Role::Type))
    }

    pub(super) fn enhanced_for(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let declared = self.declared_type(&children);
        let over = self.visit_field(&children, FieldName::Value);
        let held = declared.unwrap_or_else(|| self.b.element_of(over));
        self.b.open_scope(ScopeKind::Block);
        if let Some(name) = in_field(&children, FieldName::Name) {
            self.local(name.node, held);
        }
        self.visit_field(&children, FieldName::Body);
        self.b.close_scope();
    }

    pub(super) fn catch_parameter(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let mut held = self.b.unknown();
        for types in children.iter().filter(|child| child.kind == Kind::CatchType) {
            for one in self.types_in(types.node, Role::Type) {
                held = self.b.either(held, one);
            }
        }
        if let Some(name) = in_field(&children, FieldName::Name) {
            self.local(name.node, held);
        }
    }

    pub(super) fn resource(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else {
            self.all_children(node);
            return;
        };
        let declared = self.declared_type(&children);
        let value = self.visit_field(&children, FieldName::Value);
        self.local(name.node, declared.unwrap_or(value));
    }

    /// `Foo foo` of a `case`.
    pub(super) fn type_pattern(&mut self, node: Node<'t>) {
        let mut held = self.b.unknown();
        for child in self.children(node) {
            match child.kind {
                Kind::Identifier => self.local(child.node, held),
                kind if is_comment(kind) => {}
                _ => held = self.ty(child.node, Role::Type),
            }
        }
    }

    /// `Point(int x, var y)`.
    pub(super) fn record_pattern(&mut self, node: Node<'t>) {
        let mut class = self.b.unknown();
        for child in self.children(node) {
            match child.kind {
                Kind::Identifier => class = self.name_use(child.node, Role::Type),
                Kind::GenericType => {
                    self.ty(child.node, Role::Type);
                }
                Kind::RecordPatternBody => {
                    let parts = self.children(child.node);
                    let parts = parts.into_iter().filter(|part| !is_comment(part.kind));
                    for (at, part) in parts.enumerate() {
                        self.pattern_part(part, class, at);
                    }
                }
                _ => {}
            }
        }
    }

    fn pattern_part(&mut self, part: Child<'t>, class: Draft, at: usize) {
        if part.kind != Kind::RecordComponent {
            self.visit(part.node);
            return;
        }
        let mut held = self.b.param_of(class, at);
        for child in self.children(part.node) {
            match child.kind {
                Kind::Identifier => self.local(child.node, held),
                kind if is_comment(kind) => {}
                _ if self.b.source(child.node) == "var" => {}
                _ => held = self.ty(child.node, Role::Type),
            }
        }
    }
}
