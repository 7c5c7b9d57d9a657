//! Types, as the instances that they describe.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, line_of};
use super::super::grammar::in_field;
use super::super::{ItemId, ItemKind, Role};
use super::{Child, FieldName, Kind, Walk};

/// Deeper types are not looked into.
const MAX_DEPTH: usize = 100;

impl<'t> Walk<'t> {
    /// Walks a type and returns an instance of it. With `into` the members that
    /// it writes out belong to that item, else to one without a name.
    pub(super) fn ty(&mut self, node: Node<'t>, into: Option<ItemId>) -> Draft {
        let found = self.within(MAX_DEPTH, |walk| walk.ty_of(node, into));
        found.unwrap_or(self.b.unknown())
    }

    fn ty_of(&mut self, node: Node<'t>, into: Option<ItemId>) -> Draft {
        match self.kind(node) {
            Kind::TypeIdentifier | Kind::Identifier => {
                let named = self.name_use(node, Role::Type);
                self.b.instance(named)
            }
            Kind::NestedType | Kind::NestedIdentifier => {
                let named = self.nested(node);
                self.b.instance(named)
            }
            Kind::Member => {
                let named = self.visit(node);
                self.b.instance(named)
            }
            Kind::GenericType => self.generic_type(node),
            Kind::ArrayType => {
                let of = self.only_type(node, None);
                self.b.list(of)
            }
            Kind::Tuple => self.alternatives(node, None, true),
            Kind::Union => self.alternatives(node, into, false),
            Kind::Intersection => self.intersection(node, into),
            Kind::ObjectType => self.object_type(node, into),
            Kind::FunctionType | Kind::ConstructorType => self.function_type(node, into),
            Kind::TypeQuery => self.first_child_of_query(node),
            Kind::LookupType => self.lookup(node),
            Kind::ThisType => self.this(),
            Kind::PredefinedType => {
                let name = match self.b.source(node) {
                    "string" => "String",
                    "number" => "Number",
                    "boolean" => "Boolean",
                    _ => return self.b.unknown(),
                };
                self.b.builtin(name)
            }
            Kind::LiteralType => self.b.builtin("String"),
            Kind::TypeAnnotation | Kind::ParenthesizedType | Kind::ReadonlyType => {
                self.only_type(node, into)
            }
            Kind::TypeParameter => self.b.unknown(),
            _ => {
                // Conditional and mapped types, predicates: their names count.
                for child in self.children(node) {
                    self.ty(child.node, None);
                }
                self.b.unknown()
            }
        }
    }

    fn only_type(&mut self, node: Node<'t>, into: Option<ItemId>) -> Draft {
        let mut found = self.b.unknown();
        for child in self.children(node) {
            if child.node.is_named() && child.kind != Kind::Comment {
                found = self.ty(child.node, into);
            }
        }
        found
    }

    fn nested(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let outer = in_field(&children, FieldName::ModuleField)
            .or_else(|| in_field(&children, FieldName::ObjectField));
        let outer = match outer {
            Some(outer) if outer.kind == Kind::NestedIdentifier => self.nested(outer.node),
            Some(outer) => self.name_use(outer.node, Role::Plain),
            None => self.b.unknown(),
        };
        let inner = in_field(&children, FieldName::Name)
            .or_else(|| in_field(&children, FieldName::PropertyField));
        match inner {
            Some(inner) => self.property_use(outer, inner.node, Role::Type),
            None => outer,
        }
    }

    fn generic_type(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let base = match in_field(&children, FieldName::Name) {
            Some(name) => self.ty(name.node, None),
            None => self.b.unknown(),
        };
        let arguments = self.type_arguments(&children);
        self.b.generic(base, &arguments)
    }

    /// A type that a class or an interface builds on.
    pub(super) fn base_type(&mut self, node: Node<'t>) -> Draft {
        let line = line_of(node);
        let base = self.ty(node, None);
        self.b.mark_on(line, Role::Type, Role::Base);
        base
    }

    pub(super) fn type_arguments(&mut self, children: &[Child<'t>]) -> Vec<Draft> {
        let list = children.iter().find(|child| child.kind == Kind::TypeArguments);
        let Some(list) = list.map(|list| list.node) else { return Vec::new() };
        let arguments = self.children(list);
        arguments
            .into_iter()
            .filter(|child| child.kind != Kind::Comment)
            .map(|child| self.ty(child.node, None))
            .collect()
    }

    /// Type parameters are local; one with a bound stands for it.
    pub(super) fn type_parameters(&mut self, children: &[Child<'t>]) {
        let list = children.iter().find(|child| child.kind == Kind::TypeParameters);
        let Some(list) = list.map(|list| list.node) else { return };
        for parameter in self.children(list) {
            let parts = self.children(parameter.node);
            let Some(name) = in_field(&parts, FieldName::Name) else { continue };
            let text = self.b.source(name.node);
            let bound = match in_field(&parts, FieldName::Constraint) {
                Some(bound) => self.only_type(bound.node, None),
                None => self.b.unknown(),
            };
            self.b.bind(text, Binding::Local(bound));
            if let Some(default) = in_field(&parts, FieldName::Value) {
                self.only_type(default.node, None);
            }
        }
    }

    fn alternatives(&mut self, node: Node<'t>, into: Option<ItemId>, is_list: bool) -> Draft {
        let mut either = self.b.unknown();
        for child in self.children(node) {
            let inner = if child.kind == Kind::Union { into } else { None };
            let found = self.ty(child.node, inner);
            either = self.b.either(either, found);
        }
        if is_list { self.b.list(either) } else { either }
    }

    /// Members of a part that is written out are the item's own; the named
    /// parts are its bases.
    fn intersection(&mut self, node: Node<'t>, into: Option<ItemId>) -> Draft {
        let item = match into {
            Some(item) => item,
            None => self.b.item("", node, ItemKind::Class, node),
        };
        self.intersect(node, item);
        if into.is_some_and(|item| self.b.item_kind(item) == ItemKind::Alias) {
            self.b.set_kind(item, ItemKind::Class);
        }
        let expr = self.b.item_expr(item);
        self.b.instance(expr)
    }

    fn intersect(&mut self, node: Node<'t>, item: ItemId) {
        for child in self.children(node) {
            match child.kind {
                Kind::Intersection => self.intersect(child.node, item),
                Kind::ObjectType => self.members(child.node, item),
                _ => {
                    let base = self.ty(child.node, None);
                    self.b.add_base(item, base);
                }
            }
        }
    }

    fn object_type(&mut self, node: Node<'t>, into: Option<ItemId>) -> Draft {
        let item = match into {
            Some(item) => item,
            None => self.b.item("", node, ItemKind::Class, node),
        };
        if self.b.item_kind(item) == ItemKind::Alias {
            self.b.set_kind(item, ItemKind::Class);
        }
        self.b.enter(item);
        self.members(node, item);
        self.b.leave();
        let expr = self.b.item_expr(item);
        // A field whose type is written out holds its members itself.
        if into.is_some() && self.b.item_kind(item) == ItemKind::Value {
            return self.b.unknown();
        }
        self.b.instance(expr)
    }

    fn members(&mut self, node: Node<'t>, item: ItemId) {
        for child in self.children(node) {
            self.class_member(item, child);
        }
    }

    fn function_type(&mut self, node: Node<'t>, into: Option<ItemId>) -> Draft {
        let own = into.filter(|item| self.b.item_kind(*item) == ItemKind::Value);
        let item = match own {
            Some(item) => {
                self.b.set_kind(item, ItemKind::Function);
                item
            }
            None => self.b.item("", node, ItemKind::Function, node),
        };
        self.function(node, Some(item), &[]);
        if own.is_some() { self.b.unknown() } else { self.b.item_expr(item) }
    }

    /// `typeof x` is what `x` holds.
    fn first_child_of_query(&mut self, node: Node<'t>) -> Draft {
        let mut found = self.b.unknown();
        for child in self.children(node) {
            found = self.visit(child.node);
        }
        found
    }

    /// `State["field"]`.
    fn lookup(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let [of, index, ..] = children.as_slice() else { return self.b.unknown() };
        let of = self.ty(of.node, None);
        let text = self.b.source(index.node);
        if index.kind == Kind::LiteralType && text.starts_with(['"', '\'']) {
            let member = self.b.member(of, text.trim_matches(['"', '\'']));
            self.b.use_at(member, line_of(index.node), Role::Type);
            return member;
        }
        self.ty(index.node, None);
        self.b.element(of)
    }
}
