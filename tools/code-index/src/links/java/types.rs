//! Types, as the instances that they describe; annotations, packages, imports.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, line_of};
use super::super::grammar::in_field;
use super::super::{Imported, Role};
use super::{Child, FieldName, Kind, Walk, is_comment};

/// What every file sees of the language itself and no repository defines.
const OF_THE_LANGUAGE: &[&str] = &[
    "Boolean",
    "Byte",
    "CharSequence",
    "Character",
    "Double",
    "Float",
    "FunctionalInterface",
    "IllegalArgumentException",
    "IllegalStateException",
    "Integer",
    "Long",
    "NullPointerException",
    "Object",
    "Override",
    "RuntimeException",
    "SafeVarargs",
    "Short",
    "String",
    "StringBuilder",
    "SuppressWarnings",
    "System",
    "Void",
];
/// It holds one value or none: a list to those who look into it.
const OPTIONAL: &str = "Optional";

fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_uppercase())
}

impl<'t> Walk<'t> {
    /// Walks a type and returns an instance of it. `role` is that of its name.
    pub(super) fn ty(&mut self, node: Node<'t>, role: Role) -> Draft {
        self.deeper(|walk| walk.ty_of(node, role))
    }

    fn ty_of(&mut self, node: Node<'t>, role: Role) -> Draft {
        match self.kind(node) {
            Kind::TypeIdentifier | Kind::Identifier => {
                let named = self.type_name(node, role);
                self.b.instance(named)
            }
            Kind::ScopedType => {
                let named = self.scoped_type(node, role);
                self.b.instance(named)
            }
            Kind::GenericType => self.generic_type(node, role),
            Kind::ArrayType => {
                let children = self.children(node);
                let of = in_field(&children, FieldName::Element)
                    .map_or(self.b.unknown(), |of| self.ty(of.node, role));
                self.b.list(of)
            }
            Kind::AnnotatedType | Kind::Wildcard => {
                let mut held = self.b.unknown();
                for child in self.children(node) {
                    match child.kind {
                        Kind::Annotation | Kind::MarkerAnnotation => self.annotation(child.node),
                        Kind::Super => {}
                        kind if is_comment(kind) => {}
                        _ => held = self.ty(child.node, role),
                    }
                }
                held
            }
            _ => self.b.unknown(),
        }
    }

    fn type_name(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        if OF_THE_LANGUAGE.contains(&name) {
            return self.b.builtin(name);
        }
        self.name_use(node, role)
    }

    /// `Outer.Inner`, or a class behind its package.
    fn scoped_type(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        let parts = children.iter().filter(|child| {
            matches!(child.kind, Kind::ScopedType | Kind::TypeIdentifier | Kind::GenericType)
        });
        let parts: Vec<&Child<'t>> = parts.collect();
        let [outer, inner, ..] = parts.as_slice() else { return self.b.unknown() };
        if let Some(class) = self.qualified(outer.node, inner.node, role) {
            return class;
        }
        let of = match outer.kind {
            Kind::ScopedType => self.scoped_type(outer.node, Role::Type),
            Kind::TypeIdentifier => self.type_name(outer.node, Role::Type),
            _ => {
                let of = self.ty(outer.node, Role::Type);
                self.b.type_of(of).unwrap_or(self.b.unknown())
            }
        };
        self.member_use(of, inner.node, role)
    }

    /// A class that is named with its package: `org.shop.Order`.
    pub(super) fn qualified(
        &mut self,
        package: Node<'t>,
        class: Node<'t>,
        role: Role,
    ) -> Option<Draft> {
        let (package, name) = (self.b.source(package), self.b.source(class));
        let is_part = |part: &str| part.starts_with(|first: char| first.is_ascii_lowercase());
        let first = package.split('.').next()?;
        let is_package = package.contains('.') && package.split('.').all(is_part);
        if !is_package || !is_type_name(name) || package.contains(['(', ' ', '\n']) {
            return None;
        }
        if matches!(first, "this" | "super") || self.b.binding(first).is_some() {
            return None;
        }
        let (line, what) = (line_of(class), Imported::Name(self.b.intern(name)));
        let import = self.b.unbound_import(package, what, name, line);
        let draft = self.b.import_expr(import);
        self.b.use_at(draft, line, role);
        Some(draft)
    }

    fn generic_type(&mut self, node: Node<'t>, role: Role) -> Draft {
        let (mut base, mut name) = (self.b.unknown(), "");
        let mut arguments = Vec::new();
        for child in self.children(node) {
            match child.kind {
                Kind::TypeArguments => arguments = self.types_in(child.node, Role::Type),
                kind if is_comment(kind) => {}
                _ => {
                    name = self.b.source(child.node);
                    base = self.ty(child.node, role);
                }
            }
        }
        match arguments.as_slice() {
            [] => base,
            [of] if name == OPTIONAL => self.b.list(*of),
            _ => self.b.generic(base, &arguments),
        }
    }

    /// The types that a node lists.
    pub(super) fn types_in(&mut self, node: Node<'t>, role: Role) -> Vec<Draft> {
        let mut found = Vec::new();
        for child in self.children(node) {
            match child.kind {
                Kind::TypeList => found.extend(self.types_in(child.node, role)),
                kind if is_comment(kind) || !child.node.is_named() => {}
                _ => found.push(self.ty(child.node, role)),
            }
        }
        found
    }

    pub(super) fn type_field(&mut self, children: &[Child<'t>]) -> Draft {
        match in_field(children, FieldName::Type) {
            Some(written) => self.ty(written.node, Role::Type),
            None => self.b.unknown(),
        }
    }

    /// Type parameters are local; one with a bound stands for it.
    pub(super) fn type_parameters(&mut self, children: &[Child<'t>]) {
        let list = children.iter().find(|child| child.kind == Kind::TypeParameters);
        let Some(list) = list.map(|list| list.node) else { return };
        for parameter in self.children(list) {
            let (mut name, mut held) = ("", self.b.unknown());
            for part in self.children(parameter.node) {
                match part.kind {
                    Kind::TypeIdentifier | Kind::Identifier => name = self.b.source(part.node),
                    Kind::TypeBound => {
                        let bounds = self.types_in(part.node, Role::Type);
                        held = bounds.first().copied().unwrap_or(held);
                    }
                    _ => {}
                }
            }
            self.b.bind(name, Binding::Local(held));
        }
    }

    pub(super) fn annotation(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let class = match name.kind {
            Kind::Identifier => self.type_name(name.node, Role::Type),
            _ => self.scoped_name(name.node),
        };
        let Some(arguments) = in_field(&children, FieldName::Arguments) else { return };
        for argument in self.children(arguments.node) {
            if argument.kind != Kind::ElementPair {
                self.visit(argument.node);
                continue;
            }
            let pair = self.children(argument.node);
            if let Some(key) = in_field(&pair, FieldName::Key) {
                self.member_use(class, key.node, Role::Key);
            }
            self.visit_field(&pair, FieldName::Value);
        }
    }

    fn scoped_name(&mut self, node: Node<'t>) -> Draft {
        let (Some(scope), Some(name)) =
            (node.child_by_field_name("scope"), node.child_by_field_name("name"))
        else {
            return self.b.unknown();
        };
        if let Some(class) = self.qualified(scope, name, Role::Type) {
            return class;
        }
        if self.kind(scope) != Kind::Identifier {
            return self.b.unknown();
        }
        let of = self.name_use(scope, Role::Type);
        self.member_use(of, name, Role::Type)
    }

    pub(super) fn package(&mut self, node: Node<'t>) {
        for child in self.children(node) {
            match child.kind {
                Kind::Identifier | Kind::ScopedIdentifier => {
                    let name = self.b.source(child.node);
                    self.b.set_package(name);
                }
                _ => {
                    self.visit(child.node);
                }
            }
        }
    }

    pub(super) fn import(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let named = children
            .iter()
            .find(|child| matches!(child.kind, Kind::ScopedIdentifier | Kind::Identifier));
        let Some(named) = named else { return };
        let (whole, line) = (self.b.source(named.node), line_of(named.node));
        if children.iter().any(|child| child.kind == Kind::Asterisk) {
            self.b.import(whole, Imported::All, "", line);
            self.owner_use(whole, line);
            return;
        }
        let Some((module, name)) = whole.rsplit_once('.') else { return };
        let what = Imported::Name(self.b.intern(name));
        let import = self.b.import(module, what, name, line);
        let draft = self.b.import_expr(import);
        self.b.use_at(draft, line, Role::Import);
        self.owner_use(module, line);
    }

    /// A class of which something is imported is imported too, by another name
    /// than its own: none.
    fn owner_use(&mut self, module: &'t str, line: u32) {
        let Some((package, class)) = module.rsplit_once('.') else { return };
        if !is_type_name(class) {
            return;
        }
        let what = Imported::Name(self.b.intern(class));
        let import = self.b.unbound_import(package, what, class, line);
        let draft = self.b.import_expr(import);
        self.b.use_at(draft, line, Role::Import);
    }
}
