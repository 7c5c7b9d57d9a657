//! Definitions: functions, variables, fields, macros, namespaces.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, ScopeKind};
use super::super::grammar::in_field;
use super::super::{ItemId, ItemKind, Role};
use super::{Child, FieldName, Kind, Walk};

/// Declarators inside declarators are followed so far.
const MAX_DECLARATORS: usize = 16;

/// What a declarator declares.
struct Declared<'t> {
    name: Node<'t>,
    /// The whole of `Foo::bar`.
    qualified: Option<Node<'t>>,
    /// Where it is a function: what has its parameters.
    function: Option<Node<'t>>,
    value: Option<Node<'t>>,
}

impl<'t> Walk<'t> {
    /// Looks through pointers, arrays and parentheses for the name.
    fn declarator(&mut self, node: Node<'t>) -> Option<Declared<'t>> {
        let (mut at, mut function, mut value) = (node, None, None);
        for _ in 0..MAX_DECLARATORS {
            let children = self.children(at);
            let inner = in_field(&children, FieldName::Declarator);
            match self.kind(at) {
                Kind::Identifier
                | Kind::FieldIdentifier
                | Kind::TypeIdentifier
                | Kind::DestructorName
                | Kind::OperatorName => {
                    return Some(Declared { name: at, qualified: None, function, value });
                }
                Kind::Qualified => {
                    let mut name = at;
                    while self.kind(name) == Kind::Qualified {
                        name = name.child_by_field_name("name")?;
                    }
                    return Some(Declared { name, qualified: Some(at), function, value });
                }
                Kind::TemplateFunction | Kind::TemplateMethod => {
                    at = in_field(&children, FieldName::Name)?.node;
                }
                Kind::InitDeclarator => {
                    value = in_field(&children, FieldName::Value).map(|value| value.node);
                    at = inner?.node;
                }
                Kind::FunctionDeclarator => {
                    let inner = inner?;
                    // A pointer to a function is a variable.
                    let is_pointer = inner.kind == Kind::ParenthesizedDeclarator;
                    function = if is_pointer { None } else { Some(at) };
                    if is_pointer && let Some(list) = in_field(&children, FieldName::Parameters) {
                        self.block(list.node);
                    }
                    at = inner.node;
                }
                Kind::ArrayDeclarator => {
                    for child in &children {
                        if child.field != Some(FieldName::Declarator) && child.node.is_named() {
                            self.visit(child.node);
                        }
                    }
                    at = inner?.node;
                }
                Kind::PointerDeclarator => at = inner?.node,
                Kind::ReferenceDeclarator
                | Kind::ParenthesizedDeclarator
                | Kind::AttributedDeclarator => at = children.first()?.node,
                _ => return None,
            }
        }
        None
    }

    pub(super) fn declared_name(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        self.declarator(node).map(|declared| declared.name)
    }

    /// Binds what a declarator names as a local variable.
    pub(super) fn bind_local(&mut self, node: Node<'t>, held: Draft) {
        let mut node = node;
        if self.kind(node) == Kind::ReferenceDeclarator {
            node = node.named_child(0).unwrap_or(node);
        }
        if self.kind(node) == Kind::StructuredBinding {
            for (at, name) in self.children(node).into_iter().enumerate() {
                let held = self.b.part(held, at);
                let text = self.b.source(name.node);
                self.local(text, held);
            }
        } else if let Some(declared) = self.declarator(node) {
            let text = self.b.source(declared.name);
            self.local(text, held);
        }
    }

    /// Variables, fields, prototypes.
    pub(super) fn declaration(&mut self, node: Node<'t>) {
        let children = self.children(node);
        if self.inner_members(&children) {
            return;
        }
        let is_static = self.is_static(&children);
        let written = self.declared_type(&children);
        for child in &children {
            if child.field != Some(FieldName::Declarator) {
                continue;
            }
            if self.at.in_function {
                self.local_variable(child.node, written, &children);
            } else if let Some(declared) = self.declarator(child.node) {
                self.declare(node, declared, written, is_static);
            }
        }
        if !self.at.in_function {
            self.visit_field(&children, FieldName::DefaultValue);
        }
    }

    /// `union { int a; float b; };` in a type: its members are the type's own.
    fn inner_members(&mut self, children: &[Child<'t>]) -> bool {
        let Some(of) = in_field(children, FieldName::Type).copied() else { return false };
        let is_named = in_field(children, FieldName::Declarator).is_some();
        if is_named || self.at.in_function || !matches!(of.kind, Kind::Struct | Kind::Union) {
            return false;
        }
        let parts = self.children(of.node);
        let body = in_field(&parts, FieldName::Body);
        match (in_field(&parts, FieldName::Name), body) {
            (None, Some(body)) => {
                self.all_children(body.node);
                true
            }
            _ => false,
        }
    }

    fn is_static(&self, children: &[Child<'t>]) -> bool {
        let of_class = self.b.owner().is_some_and(|owner| {
            matches!(self.b.item_kind(owner), ItemKind::Class | ItemKind::Extension)
        });
        let mut storage = children.iter().filter(|child| child.kind == Kind::StorageClass);
        !of_class && storage.any(|child| self.b.source(child.node) == "static")
    }

    fn local_variable(&mut self, node: Node<'t>, written: Option<Draft>, all: &[Child<'t>]) {
        let value = match self.kind(node) {
            Kind::InitDeclarator => node.child_by_field_name("value"),
            _ => in_field(all, FieldName::Value).map(|value| value.node),
        };
        let expected = written.unwrap_or(self.b.unknown());
        let given = value.map_or(self.b.unknown(), |value| self.expr(value, expected));
        let declarator = match self.kind(node) {
            Kind::InitDeclarator => node.child_by_field_name("declarator").unwrap_or(node),
            _ => node,
        };
        self.bind_local(declarator, written.unwrap_or(given));
    }

    fn declare(
        &mut self,
        node: Node<'t>,
        declared: Declared<'t>,
        written: Option<Draft>,
        is_static: bool,
    ) {
        let kind = match declared.function {
            Some(_) => ItemKind::Function,
            None => ItemKind::Value,
        };
        let item = self.item_of(&declared, kind, node, is_static);
        if let Some(held) = written {
            self.b.add_result(item, held);
        }
        self.b.enter(item);
        if let Some(function) = declared.function {
            self.b.open_scope(ScopeKind::Function);
            self.parameters(function, Some(item));
            self.b.close_scope();
        }
        if let Some(value) = declared.value {
            let expected = written.unwrap_or(self.b.unknown());
            let outer = std::mem::replace(&mut self.at.in_function, true);
            let given = self.expr(value, expected);
            self.at.in_function = outer;
            if written.is_none() {
                self.b.add_result(item, given);
            }
        }
        self.b.leave();
    }

    /// The item of a definition, inside an extension where it is `Foo::bar`.
    fn item_of(
        &mut self,
        declared: &Declared<'t>,
        kind: ItemKind,
        whole: Node<'t>,
        is_static: bool,
    ) -> ItemId {
        let text = self.b.source(declared.name);
        let parent = match declared.qualified {
            Some(qualified) => self.extension(qualified, whole),
            None => self.b.owner(),
        };
        let item = self.b.item_in(parent, text, declared.name, kind, whole);
        // A function with a body is the one that its prototypes declare.
        if self.kind(whole) != Kind::FunctionDefinition {
            self.b.set_declared(item);
        }
        if is_static {
            self.b.set_local(item);
        }
        let in_type = parent.is_some_and(|parent| {
            matches!(self.b.item_kind(parent), ItemKind::Class | ItemKind::Extension)
        });
        if !in_type {
            self.b.bind(text, Binding::Item(item));
        }
        item
    }

    fn extension(&mut self, qualified: Node<'t>, whole: Node<'t>) -> Option<ItemId> {
        let mut of: Option<Draft> = None;
        let (mut at, mut last) = (qualified, None);
        while self.kind(at) == Kind::Qualified {
            let children = self.children(at);
            let scope = in_field(&children, FieldName::ScopeField)?.node;
            let named = match self.kind(scope) {
                Kind::TemplateType => scope.child_by_field_name("name").unwrap_or(scope),
                _ => scope,
            };
            of = Some(match of {
                Some(of) => self.member_use(of, named, Role::Type),
                None => self.name_use(named, Role::Type),
            });
            last = Some(named);
            at = in_field(&children, FieldName::Name)?.node;
        }
        let (named, of) = (last?, of?);
        let text = self.b.source(named);
        let item = self.b.item(text, named, ItemKind::Extension, whole);
        let extended = self.b.instance(of);
        self.b.add_result(item, extended);
        Some(item)
    }

    pub(super) fn function(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let is_static = self.is_static(&children);
        let written = self.declared_type(&children);
        let declarator = in_field(&children, FieldName::Declarator).copied();
        let Some(declared) = declarator.and_then(|at| self.declarator(at.node)) else {
            self.visit_field(&children, FieldName::Body);
            return;
        };
        let item = self.item_of(&declared, ItemKind::Function, node, is_static);
        if let Some(gives) = written.filter(|gives| !self.b.is_unknown(*gives)) {
            self.b.add_result(item, gives);
        }
        let owners = self.enter_with_parent(item);
        self.b.open_scope(ScopeKind::Function);
        let outer = std::mem::replace(&mut self.at.in_function, true);
        if let Some(function) = declared.function {
            self.parameters(function, Some(item));
        }
        for child in &children {
            if child.kind == Kind::FieldInitializers || child.field == Some(FieldName::Body) {
                self.visit(child.node);
            }
        }
        self.at.in_function = outer;
        self.b.close_scope();
        (0..owners).for_each(|_| self.b.leave());
    }

    /// A member that is defined outside its class stands in its extension too.
    fn enter_with_parent(&mut self, item: ItemId) -> usize {
        let parent = self.b.parent_of(item);
        let extension = parent.filter(|parent| self.b.item_kind(*parent) == ItemKind::Extension);
        let extension = extension.filter(|parent| self.b.owner() != Some(*parent));
        if let Some(extension) = extension {
            self.b.enter(extension);
        }
        self.b.enter(item);
        1 + usize::from(extension.is_some())
    }

    fn parameters(&mut self, function: Node<'t>, item: Option<ItemId>) {
        for child in self.children(function) {
            if child.field == Some(FieldName::Declarator) {
                continue;
            }
            if child.field != Some(FieldName::Parameters) {
                // `-> Foo`
                let gives = self.last_child(child.node);
                if let Some(item) = item.filter(|_| !self.b.is_unknown(gives)) {
                    self.b.add_result(item, gives);
                }
                continue;
            }
            for parameter in self.children(child.node) {
                let held = self.parameter(parameter.node);
                if let Some(item) = item {
                    self.b.add_param(item, held);
                }
            }
        }
    }

    pub(super) fn parameter(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let held = self.declared_type(&children).unwrap_or(self.b.unknown());
        self.visit_field(&children, FieldName::DefaultValue);
        if let Some(declarator) = in_field(&children, FieldName::Declarator) {
            self.bind_local(declarator.node, held);
        }
        held
    }

    /// `Foo() : field(value)`.
    pub(super) fn field_initializer(&mut self, node: Node<'t>) {
        for child in self.children(node) {
            match child.kind {
                Kind::FieldIdentifier => match self.b.class() {
                    Some(class) => {
                        let this = self.b.this(class);
                        self.member_use(this, child.node, Role::Plain);
                    }
                    None => continue,
                },
                _ => {
                    self.visit(child.node);
                }
            }
        }
    }

    pub(super) fn macro_item(&mut self, node: Node<'t>, kind: ItemKind) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let item = self.b.item_in(None, text, name.node, kind, node);
        self.b.bind(text, Binding::Item(item));
    }

    pub(super) fn namespace(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(body) = in_field(&children, FieldName::Body) else { return };
        let item = in_field(&children, FieldName::Name).map(|name| {
            let text = self.b.source(name.node);
            self.b.item(text, name.node, ItemKind::Module, node)
        });
        self.b.open_scope(ScopeKind::Block);
        if let Some(item) = item {
            self.b.enter(item);
        }
        self.all_children(body.node);
        if item.is_some() {
            self.b.leave();
        }
        self.b.close_scope();
    }

    pub(super) fn namespace_alias(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let mut of = self.b.unknown();
        for child in children.iter().filter(|child| child.field.is_none()) {
            of = match child.kind {
                Kind::NamespaceIdentifier => self.name_use(child.node, Role::Plain),
                _ => self.b.unknown(),
            };
        }
        let text = self.b.source(name.node);
        self.local(text, of);
    }

    /// What it brings is found through the namespace that it names.
    pub(super) fn using(&mut self, node: Node<'t>) {
        for child in self.children(node) {
            match child.kind {
                Kind::Qualified => {
                    self.qualified(child.node, None, Role::Import);
                }
                _ => {
                    self.name_use(child.node, Role::Import);
                }
            }
        }
    }
}
