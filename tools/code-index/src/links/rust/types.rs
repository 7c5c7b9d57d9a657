//! Types, as the instances that they describe.

use tree_sitter::Node;

use super::super::builder::{Draft, Space};
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
        self.deeper(|walk| walk.ty_of(node, Role::Type))
    }

    /// A type that a definition builds on.
    pub(super) fn base_type(&mut self, node: Node<'t>) -> Draft {
        self.ty_of(node, Role::Base)
    }

    fn ty_of(&mut self, node: Node<'t>, role: Role) -> Draft {
        match self.kind(node) {
            Kind::TypeIdentifier | Kind::Identifier => self.named_type(node, role),
            Kind::ScopedTypeIdentifier | Kind::ScopedIdentifier => {
                let class = self.path(node, role, Space::Type);
                self.b.instance(class)
            }
            Kind::GenericType => {
                let children = self.children(node);
                let base = match in_field(&children, FieldName::Type) {
                    Some(base) => self.ty_of(base.node, role),
                    None => self.b.unknown(),
                };
                let arguments = self.type_arguments(&children);
                match arguments.first() {
                    None => base,
                    // Every crate has its own, and all are looked through.
                    Some(&of) if self.is_result(&children) => of,
                    Some(_) => self.b.generic(base, &arguments),
                }
            }
            Kind::PrimitiveType => {
                let name = self.b.source(node);
                self.b.builtin(name)
            }
            Kind::ArrayType => {
                let children = self.children(node);
                let element = self.type_in(&children, FieldName::Element);
                self.visit_field(&children, FieldName::Length);
                self.b.list(element)
            }
            Kind::TupleType => {
                let parts: Vec<Draft> =
                    self.separated(node).into_iter().map(|(_, part)| self.ty(part.node)).collect();
                self.b.tuple(&parts)
            }
            Kind::FunctionType => self.function_type(node, role),
            Kind::BoundedType | Kind::TraitBounds => self.all_of(node, role),
            Kind::ReferenceType
            | Kind::PointerType
            | Kind::AbstractType
            | Kind::DynamicType
            | Kind::HigherRanked => {
                let children = self.children(node);
                let held = |child: &&Child<'t>| {
                    matches!(child.field, Some(FieldName::Type | FieldName::TraitField))
                };
                match children.iter().find(held) {
                    Some(child) => self.ty_of(child.node, role),
                    None => self.b.unknown(),
                }
            }
            Kind::RemovedBound => {
                self.all_of(node, role);
                self.b.unknown()
            }
            Kind::MacroInvocation => self.visit(node),
            _ => self.b.unknown(),
        }
    }

    fn is_result(&self, children: &[Child<'t>]) -> bool {
        let name = in_field(children, FieldName::Type).map(|name| self.b.source(name.node));
        name.is_some_and(|name| name.rsplit("::").next() == Some("Result"))
    }

    fn named_type(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        if name == "Self" {
            return self.this();
        }
        if let Some(bound) = self.type_parameter(name) {
            return bound;
        }
        let class = self.path(node, role, Space::Type);
        self.b.instance(class)
    }

    pub(super) fn type_parameter(&self, name: &str) -> Option<Draft> {
        let all = self.at.type_parameters.iter().rev();
        all.into_iter().find(|(known, _)| *known == name).map(|&(_, bound)| bound)
    }

    fn all_of(&mut self, node: Node<'t>, role: Role) -> Draft {
        let mut either = self.b.unknown();
        for child in self.children(node) {
            if child.kind == Kind::Lifetime {
                continue;
            }
            let found = self.ty_of(child.node, role);
            either = self.b.either(either, found);
        }
        either
    }

    /// `fn(A) -> B` and `Fn(A) -> B`: a function without a name.
    fn function_type(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        if let Some(of) = in_field(&children, FieldName::TraitField) {
            self.ty_of(of.node, role);
        }
        let item = self.b.item("", node, ItemKind::Function, node);
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            self.parameters(item, parameters.node);
        }
        let result = self.type_in(&children, FieldName::ReturnType);
        self.b.add_result(item, result);
        self.b.item_expr(item)
    }

    /// What a function's parameters hold; their names are bound.
    pub(super) fn parameters(&mut self, item: ItemId, node: Node<'t>) {
        for (_, child) in self.separated(node) {
            match child.kind {
                Kind::SelfParameter | Kind::Variadic => {}
                Kind::Parameter => {
                    let parts = self.children(child.node);
                    let held = self.type_in(&parts, FieldName::Type);
                    let pattern = in_field(&parts, FieldName::Pattern);
                    if pattern.is_none_or(|pattern| pattern.kind != Kind::SelfWord) {
                        self.b.add_param(item, held);
                        self.bind_in(&parts, FieldName::Pattern, held);
                    }
                }
                _ => {
                    let held = self.ty(child.node);
                    self.b.add_param(item, held);
                }
            }
        }
    }

    pub(super) fn type_arguments(&mut self, children: &[Child<'t>]) -> Vec<Draft> {
        let list = children.iter().find(|child| child.kind == Kind::TypeArguments);
        let Some(list) = list.map(|list| list.node) else { return Vec::new() };
        let mut arguments = Vec::new();
        for child in self.children(list) {
            match child.kind {
                Kind::Lifetime | Kind::LineComment | Kind::BlockComment => {}
                Kind::TypeBinding => {
                    let parts = self.children(child.node);
                    arguments.push(self.type_in(&parts, FieldName::Type));
                }
                Kind::TraitBounds => {
                    arguments.push(self.all_of(child.node, Role::Type));
                }
                Kind::Block => {
                    self.visit(child.node);
                }
                _ => arguments.push(self.ty(child.node)),
            }
        }
        arguments
    }

    /// Type parameters and what a `where` clause says of them. Both are in reach
    /// until the caller cuts `type_parameters` and `locals` back.
    pub(super) fn bind_type_parameters(&mut self, children: &[Child<'t>]) {
        if let Some(list) = in_field(children, FieldName::TypeParametersField) {
            let parameters = self.children(list.node);
            // A bound may name a parameter that comes later.
            let first = self.at.type_parameters.len();
            for parameter in &parameters {
                self.bind_type_parameter(parameter);
            }
            for (at, parameter) in self.type_parameters_of(&parameters).into_iter().enumerate() {
                let parts = self.children(parameter.node);
                let bound = match in_field(&parts, FieldName::Bounds) {
                    Some(bounds) => self.all_of(bounds.node, Role::Type),
                    None => self.b.unknown(),
                };
                self.type_in(&parts, FieldName::DefaultType);
                if let Some((_, held)) = self.at.type_parameters.get_mut(first + at) {
                    *held = bound;
                }
            }
        }
        if let Some(clause) = children.iter().find(|child| child.kind == Kind::WhereClause) {
            self.where_clause(clause.node);
        }
    }

    fn type_parameters_of(&self, all: &[Child<'t>]) -> Vec<Child<'t>> {
        let named =
            |child: &&Child<'t>| matches!(child.kind, Kind::TypeParameter | Kind::ConstParameter);
        all.iter().filter(named).copied().collect()
    }

    fn bind_type_parameter(&mut self, parameter: &Child<'t>) {
        if !matches!(parameter.kind, Kind::TypeParameter | Kind::ConstParameter) {
            return;
        }
        let parts = self.children(parameter.node);
        let Some(name) = in_field(&parts, FieldName::Name) else { return };
        let (text, unknown) = (self.b.source(name.node), self.b.unknown());
        self.at.type_parameters.push((text, unknown));
        if parameter.kind == Kind::ConstParameter {
            self.type_in(&parts, FieldName::Type);
            self.at.locals.push((text, unknown));
        }
    }

    fn where_clause(&mut self, node: Node<'t>) {
        for predicate in self.children(node) {
            let parts = self.children(predicate.node);
            let (Some(left), Some(bounds)) =
                (in_field(&parts, FieldName::Left), in_field(&parts, FieldName::Bounds))
            else {
                continue;
            };
            self.ty(left.node);
            let bound = self.all_of(bounds.node, Role::Type);
            let name = self.b.source(left.node);
            let mut known = self.at.type_parameters.iter_mut().rev();
            if let Some((_, held)) = known.find(|(known, _)| *known == name) {
                *held = self.b.either(*held, bound);
            }
        }
    }
}
