//! Types, as the instances that they describe.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, line_of};
use super::super::grammar::in_field;
use super::super::{ItemId, ItemKind, Role};
use super::{Child, FieldName, Kind, Walk};

impl<'t> Walk<'t> {
    pub(super) fn type_in(&mut self, children: &[Child<'t>], field: FieldName) -> Draft {
        match in_field(children, field) {
            Some(child) => self.ty(child.node),
            None => self.b.unknown(),
        }
    }

    /// Walks a type and returns an instance of it.
    pub(super) fn ty(&mut self, node: Node<'t>) -> Draft {
        self.typed(node, Role::Type)
    }

    pub(super) fn typed(&mut self, node: Node<'t>, role: Role) -> Draft {
        self.deeper(|walk| walk.ty_of(node, role))
    }

    fn ty_of(&mut self, node: Node<'t>, role: Role) -> Draft {
        match self.kind(node) {
            Kind::TypeIdentifier | Kind::Identifier => self.named_type(node, role),
            Kind::QualifiedType | Kind::Selector => {
                let class = self.qualified(node, role);
                self.b.instance(class)
            }
            Kind::GenericType => {
                let children = self.children(node);
                let base = match in_field(&children, FieldName::Type) {
                    Some(base) => self.typed(base.node, role),
                    None => self.b.unknown(),
                };
                let types = in_field(&children, FieldName::TypeArgumentsField);
                let arguments = types.map(|types| self.type_arguments(types.node));
                self.b.generic(base, &arguments.unwrap_or_default())
            }
            Kind::PointerType | Kind::ParenthesizedType | Kind::NegatedType => {
                let children = self.children(node);
                match children.first() {
                    Some(inner) => self.typed(inner.node, role),
                    None => self.b.unknown(),
                }
            }
            Kind::SliceType | Kind::ArrayType | Kind::ImplicitArrayType => {
                let children = self.children(node);
                self.visit_field(&children, FieldName::Length);
                let element = self.type_in(&children, FieldName::Element);
                self.b.list(element)
            }
            Kind::ChannelType => {
                let children = self.children(node);
                let element = self.type_in(&children, FieldName::Value);
                self.b.list(element)
            }
            Kind::MapType => {
                let children = self.children(node);
                let key = self.type_in(&children, FieldName::Key);
                let value = self.type_in(&children, FieldName::Value);
                let map = self.b.builtin("map");
                self.b.generic(map, &[key, value])
            }
            Kind::FunctionType => self.function_type(node),
            Kind::StructType | Kind::InterfaceType => {
                let item = self.b.item("", node, ItemKind::Class, node);
                self.members(item, node);
                let class = self.b.item_expr(item);
                self.b.instance(class)
            }
            Kind::TypeElem | Kind::TypeConstraint => self.any_of(node, role),
            // An expression where a type might stand: `f[x]`.
            _ => self.visit(node),
        }
    }

    fn any_of(&mut self, node: Node<'t>, role: Role) -> Draft {
        let mut either = self.b.unknown();
        for child in self.children(node) {
            let found = self.typed(child.node, role);
            either = self.b.either(either, found);
        }
        either
    }

    fn named_type(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        match self.type_without_use(name) {
            Some(instance) => instance,
            None => {
                let class = self.type_name(node, role);
                self.b.instance(class)
            }
        }
    }

    /// An instance of a type parameter's bound or of a type that Go brings.
    pub(super) fn type_without_use(&mut self, name: &'t str) -> Option<Draft> {
        let mut known = self.at.type_parameters.iter().rev();
        if let Some(&(_, bound)) = known.find(|(known, _)| *known == name) {
            return Some(bound);
        }
        is_predeclared(name).then(|| self.b.builtin(name))
    }

    /// What the name of a type stands for, not as an instance.
    fn type_name(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        if let Some(instance) = self.type_without_use(name) {
            return instance;
        }
        let draft = self.b.name(name);
        self.b.use_at(draft, line_of(node), role);
        draft
    }

    /// The type itself that stands where a value may: `T{}`, `pkg.T`.
    pub(super) fn class(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::QualifiedType => self.qualified(node, Role::Type),
            Kind::GenericType => {
                let children = self.children(node);
                if let Some(types) = in_field(&children, FieldName::TypeArgumentsField) {
                    self.type_arguments(types.node);
                }
                self.visit_field(&children, FieldName::Type)
            }
            _ => self.type_name(node, Role::Type),
        }
    }

    fn qualified(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        let package = in_field(&children, FieldName::Package)
            .or_else(|| in_field(&children, FieldName::Operand));
        let name = in_field(&children, FieldName::Name)
            .or_else(|| in_field(&children, FieldName::FieldOf));
        let of = match package {
            Some(package) if package.kind == Kind::PackageIdentifier => {
                let text = self.b.source(package.node);
                let draft = self.b.name(text);
                self.b.use_at(draft, line_of(package.node), Role::Plain);
                draft
            }
            Some(package) => self.visit(package.node),
            None => self.b.unknown(),
        };
        match name {
            Some(name) => self.member_use(of, name.node, role),
            None => of,
        }
    }

    pub(super) fn type_arguments(&mut self, node: Node<'t>) -> Vec<Draft> {
        let mut children = self.children(node);
        children.retain(|child| child.kind != Kind::Comment);
        children.iter().map(|child| self.ty(child.node)).collect()
    }

    /// Type parameters are in reach until the caller cuts the list back.
    pub(super) fn bind_type_parameters(&mut self, children: &[Child<'t>]) {
        let Some(list) = in_field(children, FieldName::TypeParametersField) else { return };
        for parameter in self.children(list.node) {
            let parts = self.children(parameter.node);
            let names = parts.iter().filter(|part| part.field == Some(FieldName::Name));
            let first = self.at.type_parameters.len();
            for name in names {
                let (text, unknown) = (self.b.source(name.node), self.b.unknown());
                self.at.type_parameters.push((text, unknown));
            }
            let bound = self.type_in(&parts, FieldName::Type);
            for (_, held) in self.at.type_parameters.iter_mut().skip(first) {
                *held = bound;
            }
        }
    }

    fn function_type(&mut self, node: Node<'t>) -> Draft {
        let item = self.b.item("", node, ItemKind::Function, node);
        let known = self.at.locals.len();
        self.signature(item, node);
        self.at.locals.truncate(known);
        self.b.item_expr(item)
    }

    /// Parameters and results of a function; the names are bound.
    pub(super) fn signature(&mut self, item: ItemId, node: Node<'t>) {
        let children = self.children(node);
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            self.parameters(parameters.node, Some(item));
        }
        if let Some(result) = in_field(&children, FieldName::ResultOf) {
            let result = self.results(result.node);
            self.b.add_result(item, result);
        }
    }

    pub(super) fn parameters(&mut self, node: Node<'t>, item: Option<ItemId>) -> Vec<Draft> {
        let mut all = Vec::new();
        for child in self.children(node) {
            if !matches!(child.kind, Kind::ParameterDeclaration | Kind::VariadicParameter) {
                continue;
            }
            let parts = self.children(child.node);
            let held = self.type_in(&parts, FieldName::Type);
            let is_many = child.kind == Kind::VariadicParameter;
            let held = if is_many { self.b.list(held) } else { held };
            let names = parts.iter().filter(|part| part.field == Some(FieldName::Name));
            let mut count = 0;
            for name in names {
                self.bind_local(name.node, held);
                count += 1;
            }
            all.extend(std::iter::repeat_n(held, count.max(1)));
        }
        if let Some(item) = item {
            for &held in &all {
                self.b.add_param(item, held);
            }
        }
        all
    }

    /// What calling gives: several results are a tuple.
    pub(super) fn results(&mut self, node: Node<'t>) -> Draft {
        if self.kind(node) != Kind::ParameterList {
            return self.ty(node);
        }
        match self.parameters(node, None).as_slice() {
            [] => self.b.unknown(),
            [only] => *only,
            several => self.b.tuple(several),
        }
    }

    /// The fields of a struct, the methods of an interface; what is embedded is a base.
    pub(super) fn members(&mut self, class: ItemId, node: Node<'t>) {
        self.b.enter(class);
        for child in self.children(node) {
            match child.kind {
                Kind::FieldDeclarations => {
                    for field in self.children(child.node) {
                        if field.kind == Kind::FieldDeclaration {
                            self.field(class, field.node);
                        }
                    }
                }
                Kind::MethodElem => self.method_elem(class, child.node),
                Kind::TypeElem => {
                    let is_union = child.node.named_child_count() > 1;
                    let role = if is_union { Role::Type } else { Role::Base };
                    let base = self.typed(child.node, role);
                    if !is_union && !self.b.is_unknown(base) {
                        self.b.add_base(class, base);
                    }
                }
                _ => {}
            }
        }
        self.b.leave();
    }

    fn field(&mut self, class: ItemId, node: Node<'t>) {
        let parts = self.children(node);
        let Some(of) = in_field(&parts, FieldName::Type).copied() else { return };
        let names: Vec<&Child<'t>> =
            parts.iter().filter(|part| part.field == Some(FieldName::Name)).collect();
        if names.is_empty() {
            let name = embedded_name(of.node);
            let text = self.b.source(name);
            let item = self.b.item_in(Some(class), text, name, ItemKind::Value, node);
            let held = self.typed(of.node, Role::Base);
            self.b.add_result(item, held);
            self.b.add_base(class, held);
            return;
        }
        let mut held = None;
        for name in names {
            let text = self.b.source(name.node);
            let item = self.b.item_in(Some(class), text, name.node, ItemKind::Value, node);
            let held = *held.get_or_insert_with(|| {
                self.b.enter(item);
                let held = self.member_type(item, of);
                self.b.leave();
                held
            });
            self.b.add_result(item, held);
        }
    }

    /// A field's type; one that is written out gives the field its members.
    fn member_type(&mut self, item: ItemId, of: Child<'t>) -> Draft {
        if of.kind == Kind::StructType {
            self.members(item, of.node);
            return self.b.unknown();
        }
        self.ty(of.node)
    }

    fn method_elem(&mut self, class: ItemId, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let item = self.b.item_in(Some(class), text, name.node, ItemKind::Function, node);
        let known = self.at.locals.len();
        self.b.enter(item);
        self.signature(item, node);
        self.b.leave();
        self.at.locals.truncate(known);
    }

    /// `type X …`: a class, whose base is what it is made of.
    pub(super) fn type_spec(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(name), Some(of)) =
            (in_field(&children, FieldName::Name), in_field(&children, FieldName::Type))
        else {
            return;
        };
        let text = self.b.source(name.node);
        let is_alias = self.kind(node) == Kind::TypeAlias;
        let kind = if is_alias { ItemKind::Alias } else { ItemKind::Class };
        let item = self.b.item(text, name.node, kind, node);
        self.b.bind(text, Binding::Item(item));
        let known = self.at.type_parameters.len();
        self.b.enter(item);
        self.bind_type_parameters(&children);
        self.b.leave();
        match of.kind {
            Kind::StructType | Kind::InterfaceType if !is_alias => self.members(item, of.node),
            _ => {
                self.b.enter(item);
                let held = self.ty(of.node);
                self.b.leave();
                if is_alias {
                    self.b.add_result(item, held);
                } else {
                    self.b.add_base(item, held);
                }
            }
        }
        self.at.type_parameters.truncate(known);
    }
}

/// The name by which an embedded type is reached.
fn embedded_name(node: Node<'_>) -> Node<'_> {
    let inner = node.child_by_field_name("type").unwrap_or(node);
    inner.child_by_field_name("name").unwrap_or(inner)
}

fn is_predeclared(name: &str) -> bool {
    matches!(
        name,
        "any"
            | "bool"
            | "byte"
            | "comparable"
            | "complex64"
            | "complex128"
            | "error"
            | "float32"
            | "float64"
            | "int"
            | "int8"
            | "int16"
            | "int32"
            | "int64"
            | "rune"
            | "string"
            | "uint"
            | "uint8"
            | "uint16"
            | "uint32"
            | "uint64"
            | "uintptr"
    )
}
