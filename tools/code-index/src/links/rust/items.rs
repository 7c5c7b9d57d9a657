//! Definitions: functions, types, traits, `impl` blocks, modules, macros.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, ScopeKind, Space, line_of};
use super::super::grammar::in_field;
use super::super::{Imported, ItemId, ItemKind, Role};
use super::{Child, FieldName, Kind, PLACES, Walk};

/// What was in reach before an item.
struct Reach {
    locals: usize,
    first_local: usize,
    type_parameters: usize,
}

impl<'t> Walk<'t> {
    pub(super) fn item(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Function | Kind::FunctionSignature => self.function(node),
            Kind::Struct | Kind::Union => self.class(node, Self::fields),
            Kind::Enum => self.class(node, Self::enum_body),
            Kind::Trait => self.class(node, Self::trait_body),
            Kind::Impl => self.implementation(node),
            Kind::TypeItem | Kind::AssociatedType => self.alias(node),
            Kind::ConstItem | Kind::Static => self.constant(node),
            Kind::Mod => self.module(node),
            Kind::UseDeclaration => self.use_declaration(node),
            Kind::ExternCrate => self.extern_crate(node),
            Kind::MacroDefinition => self.macro_definition(node),
            Kind::Attribute
            | Kind::InnerAttribute
            | Kind::Visibility
            | Kind::Label
            | Kind::Lifetime
            | Kind::LineComment
            | Kind::BlockComment => {}
            Kind::TypeArguments | Kind::GenericType | Kind::TypeIdentifier => {
                return self.ty(node);
            }
            _ => self.all_children(node),
        }
        self.b.unknown()
    }

    /// Opens an item: what it binds is forgotten by `close`.
    fn open(&mut self, item: ItemId, kind: ScopeKind) -> Reach {
        let reach = Reach {
            locals: self.at.locals.len(),
            first_local: self.at.first_local,
            type_parameters: self.at.type_parameters.len(),
        };
        self.at.first_local = reach.locals;
        self.b.open_scope(kind);
        self.b.enter(item);
        reach
    }

    fn close(&mut self, reach: &Reach) {
        self.b.leave();
        self.b.close_scope();
        self.at.locals.truncate(reach.locals);
        self.at.type_parameters.truncate(reach.type_parameters);
        self.at.first_local = reach.first_local;
    }

    /// Adds an item; one that is no member is bound to its name.
    fn define(
        &mut self,
        name: &Child<'t>,
        kind: ItemKind,
        space: Space,
        whole: Node<'t>,
    ) -> ItemId {
        let text = self.b.source(name.node);
        let item = self.b.item(text, name.node, kind, whole);
        if !self.is_member() {
            self.b.bind_as(text, space, Binding::Item(item));
        }
        item
    }

    /// What is defined here is reached through a type only.
    fn is_member(&self) -> bool {
        let is_type =
            |item| matches!(self.b.item_kind(item), ItemKind::Class | ItemKind::Extension);
        self.b.owner().is_some_and(is_type)
    }

    fn function(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let item = self.define(name, ItemKind::Function, Space::Value, node);
        let reach = self.open(item, ScopeKind::Function);
        self.bind_type_parameters(&children);
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            self.parameters(item, parameters.node);
        }
        if let Some(result) = in_field(&children, FieldName::ReturnType) {
            let result = self.ty(result.node);
            self.b.add_result(item, result);
        }
        self.visit_field(&children, FieldName::Body);
        self.close(&reach);
    }

    /// Adds a type and walks what it holds `inside` it.
    fn class(&mut self, node: Node<'t>, inside: fn(&mut Self, ItemId, &[Child<'t>])) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let item = self.define(name, ItemKind::Class, Space::Type, node);
        let reach = self.open(item, ScopeKind::Block);
        let class = self.b.item_expr(item);
        self.at.selves.push(class);
        self.bind_type_parameters(&children);
        inside(self, item, &children);
        self.at.selves.pop();
        self.close(&reach);
    }

    /// Named fields are members; those without a name too, by their number, and
    /// what the type is called with.
    fn fields(&mut self, item: ItemId, children: &[Child<'t>]) {
        let Some(body) = in_field(children, FieldName::Body) else { return };
        if body.kind == Kind::OrderedFields {
            for (at, child) in self.separated(body.node) {
                let held = self.ty(child.node);
                self.b.add_param(item, held);
                if let Some(place) = PLACES.get(at) {
                    let kind = ItemKind::Value;
                    let field = self.b.item_in(Some(item), place, child.node, kind, child.node);
                    self.b.add_result(field, held);
                }
            }
            return;
        }
        for child in self.children(body.node) {
            if child.kind == Kind::FieldDeclaration {
                self.field_declaration(item, &child);
            }
        }
    }

    fn field_declaration(&mut self, item: ItemId, child: &Child<'t>) {
        let parts = self.children(child.node);
        let Some(name) = in_field(&parts, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let kind = ItemKind::Value;
        let field = self.b.item_in(Some(item), text, name.node, kind, child.node);
        self.b.enter(field);
        let held = self.type_in(&parts, FieldName::Type);
        self.b.leave();
        self.b.add_result(field, held);
    }

    fn enum_body(&mut self, item: ItemId, children: &[Child<'t>]) {
        let class = self.b.item_expr(item);
        let instance = self.b.instance(class);
        if let Some(body) = in_field(children, FieldName::Body) {
            for child in self.children(body.node) {
                if child.kind == Kind::EnumVariant {
                    self.variant(item, instance, child.node);
                }
            }
        }
    }

    /// A variant is a value of its enum, or a function that gives one, or, with
    /// named fields, a type that is one.
    fn variant(&mut self, parent: ItemId, instance: Draft, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let kind = match in_field(&children, FieldName::Body).map(|body| body.kind) {
            Some(Kind::OrderedFields) => ItemKind::Function,
            Some(_) => ItemKind::Class,
            None => ItemKind::Value,
        };
        let text = self.b.source(name.node);
        let item = self.b.item_in(Some(parent), text, name.node, kind, node);
        self.b.enter(item);
        self.variant_fields(item, kind, &children);
        self.visit_field(&children, FieldName::Value);
        self.b.leave();
        if kind == ItemKind::Class {
            self.b.add_base(item, instance);
        } else {
            self.b.add_result(item, instance);
        }
    }

    fn variant_fields(&mut self, item: ItemId, kind: ItemKind, children: &[Child<'t>]) {
        if kind == ItemKind::Class {
            self.fields(item, children);
            return;
        }
        let Some(body) = in_field(children, FieldName::Body) else { return };
        for (_, child) in self.separated(body.node) {
            let held = self.ty(child.node);
            self.b.add_param(item, held);
        }
    }

    fn trait_body(&mut self, item: ItemId, children: &[Child<'t>]) {
        if let Some(bounds) = in_field(children, FieldName::Bounds) {
            for bound in self.children(bounds.node) {
                let base = self.base_type(bound.node);
                if !self.b.is_unknown(base) {
                    self.b.add_base(item, base);
                }
            }
        }
        self.members(children);
    }

    fn members(&mut self, children: &[Child<'t>]) {
        if let Some(body) = in_field(children, FieldName::Body) {
            self.all_children(body.node);
        }
    }

    /// `impl T` and `impl Trait for T`: more members of `T`.
    fn implementation(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(of) = in_field(&children, FieldName::Type).copied() else { return };
        let name = self.type_name(of.node);
        let text = self.b.source(name);
        let item = self.b.item(text, name, ItemKind::Extension, node);
        let reach = self.open(item, ScopeKind::Block);
        self.bind_type_parameters(&children);
        if let Some(base) = in_field(&children, FieldName::TraitField) {
            let base = self.base_type(base.node);
            self.b.add_base(item, base);
        }
        let instance = self.ty(of.node);
        self.b.add_result(item, instance);
        let class = self.class_of(of);
        self.at.selves.push(class);
        self.members(&children);
        self.at.selves.pop();
        self.close(&reach);
    }

    /// What a type names, without noting its uses again.
    fn class_of(&mut self, of: Child<'t>) -> Draft {
        let name = self.type_name(of.node);
        match self.kind(name) {
            Kind::TypeIdentifier => {
                let text = self.b.source(name);
                let is_scoped = name
                    .parent()
                    .is_some_and(|parent| self.kind(parent) == Kind::ScopedTypeIdentifier);
                match self.type_parameter(text) {
                    Some(bound) => bound,
                    None if is_scoped => self.this(),
                    None => self.b.name_in(text, Space::Type),
                }
            }
            _ => self.this(),
        }
    }

    /// The name by which an `impl` block is known.
    fn type_name(&self, node: Node<'t>) -> Node<'t> {
        let mut node = node;
        loop {
            let inner = match self.kind(node) {
                Kind::GenericType | Kind::ReferenceType => node.child_by_field_name("type"),
                Kind::ScopedTypeIdentifier => node.child_by_field_name("name"),
                Kind::DynamicType => node.child_by_field_name("trait"),
                _ => None,
            };
            match inner {
                Some(inner) => node = inner,
                None => return node,
            }
        }
    }

    fn alias(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let item = self.define(name, ItemKind::Alias, Space::Type, node);
        let reach = self.open(item, ScopeKind::Block);
        self.bind_type_parameters(&children);
        let target = match in_field(&children, FieldName::Bounds) {
            Some(bounds) => self.ty(bounds.node),
            None => self.type_in(&children, FieldName::Type),
        };
        self.close(&reach);
        self.b.add_result(item, target);
    }

    fn constant(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let item = self.define(name, ItemKind::Value, Space::Value, node);
        self.b.enter(item);
        let held = self.type_in(&children, FieldName::Type);
        self.visit_field(&children, FieldName::Value);
        self.b.leave();
        self.b.add_result(item, held);
    }

    /// `mod x { … }` is an item, `mod x;` an import of another file.
    fn module(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let Some(body) = in_field(&children, FieldName::Body) else {
            let mut path = self.text_above(0);
            path.push_str("::");
            path.push_str(text);
            let module = self.b.intern_made(path);
            let import = self.b.add_import(module, Imported::Module, text, line_of(name.node));
            self.b.bind_as(text, Space::Type, Binding::Import(import));
            return;
        };
        let item = self.define(name, ItemKind::Module, Space::Type, node);
        self.b.open_scope(ScopeKind::Module);
        self.b.enter(item);
        self.at.modules.push((item, text));
        self.all_children(body.node);
        self.at.modules.pop();
        self.b.leave();
        self.b.close_scope();
    }

    fn extern_crate(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let local = in_field(&children, FieldName::Alias).unwrap_or(name);
        let module = self.b.source(name.node);
        let local = self.b.source(local.node);
        let line = line_of(name.node);
        let import = self.b.import(module, Imported::Module, local, line);
        let expr = self.b.import_expr(import);
        self.b.use_at(expr, line, Role::Import);
    }

    fn macro_definition(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let item = self.define(name, ItemKind::Function, Space::Macro, node);
        let what = self.b.builtin(super::MACRO);
        self.b.add_result(item, what);
        let reach = self.open(item, ScopeKind::Block);
        for rule in children.iter().filter(|child| child.kind == Kind::MacroRule) {
            let parts = self.children(rule.node);
            if let Some(right) = in_field(&parts, FieldName::Right) {
                let unknown = self.b.unknown();
                self.tokens(right.node, unknown);
            }
        }
        self.close(&reach);
    }
}
