//! Types, as the instances that they describe, and types that are defined.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, ScopeKind, line_of};
use super::super::grammar::in_field;
use super::super::{ItemId, ItemKind, Role, Wanted};
use super::{Child, FieldName, Kind, Walk};

impl<'t> Walk<'t> {
    /// Walks a type and returns an instance of it. `role` is that of its name.
    pub(super) fn ty(&mut self, node: Node<'t>, role: Role) -> Draft {
        self.deeper(|walk| walk.ty_of(node, role))
    }

    fn ty_of(&mut self, node: Node<'t>, role: Role) -> Draft {
        match self.kind(node) {
            Kind::TypeIdentifier | Kind::Identifier => {
                let named = self.name_use(node, role);
                self.b.instance(named)
            }
            Kind::Qualified => self.qualified_type(node, role),
            Kind::TemplateType => {
                let children = self.children(node);
                let named = in_field(&children, FieldName::Name)
                    .map_or(self.b.unknown(), |name| self.name_use(name.node, role));
                self.with_arguments(named, &children)
            }
            Kind::TypeDescriptor | Kind::DependentType => {
                let mut held = self.b.unknown();
                for child in self.children(node) {
                    match (self.kind(node), child.field) {
                        (Kind::DependentType, _) | (_, Some(FieldName::Type)) => {
                            held = self.ty(child.node, role);
                        }
                        _ => {
                            self.visit(child.node);
                        }
                    }
                }
                held
            }
            Kind::Struct | Kind::Union | Kind::Class | Kind::Enum => self.specifier(node, role),
            Kind::Placeholder => self.b.unknown(),
            _ => {
                // Of expressions, as in `decltype(x)`, the names count.
                self.all_children(node);
                self.b.unknown()
            }
        }
    }

    fn with_arguments(&mut self, named: Draft, children: &[Child<'t>]) -> Draft {
        let base = self.b.instance(named);
        let arguments = match in_field(children, FieldName::Arguments) {
            Some(arguments) => self.type_arguments(arguments.node),
            None => Vec::new(),
        };
        if arguments.is_empty() { base } else { self.b.generic(base, &arguments) }
    }

    pub(super) fn type_arguments(&mut self, node: Node<'t>) -> Vec<Draft> {
        let children = self.children(node);
        children.into_iter().map(|child| self.ty(child.node, Role::Type)).collect()
    }

    /// `ns::Foo`, `std::vector<Foo>`.
    fn qualified_type(&mut self, node: Node<'t>, role: Role) -> Draft {
        let named = self.qualified(node, None, role);
        let mut last = node;
        while let Some(name) = last.child_by_field_name("name") {
            let kind = self.kind(name);
            if kind == Kind::TemplateType {
                // Its arguments were walked with the name; here they are only told.
                return self.told_arguments(named, name);
            }
            if kind != Kind::Qualified {
                break;
            }
            last = name;
        }
        self.b.instance(named)
    }

    /// The arguments of a type whose uses are noted already.
    fn told_arguments(&mut self, named: Draft, template: Node<'t>) -> Draft {
        let base = self.b.instance(named);
        let children = self.children(template);
        let Some(list) = in_field(&children, FieldName::Arguments) else { return base };
        let noted = self.b.noted_uses();
        let arguments = self.type_arguments(list.node);
        self.b.forget_uses(noted);
        self.b.generic(base, &arguments)
    }

    /// `struct foo`, with or without what it is made of.
    fn specifier(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        let name = in_field(&children, FieldName::Name).copied();
        let Some(body) = in_field(&children, FieldName::Body).copied() else {
            return match name {
                Some(name) if name.kind == Kind::TypeIdentifier => {
                    let named = self.tag_use(name.node, role);
                    self.b.instance(named)
                }
                Some(name) => self.ty(name.node, role),
                None => self.b.unknown(),
            };
        };
        let item = self.type_item(node, name);
        self.body(item, node, body.node);
        let class = self.b.item_expr(item);
        self.b.instance(class)
    }

    /// `struct item` is never the variable `item`.
    fn tag_use(&mut self, node: Node<'t>, role: Role) -> Draft {
        let text = self.b.source(node);
        let of_type = match self.b.binding(text) {
            Some(Binding::Item(item)) if self.b.item_kind(item) == ItemKind::Class => Some(item),
            _ => None,
        };
        let draft = match (of_type, self.place()) {
            (Some(item), _) => self.b.item_expr(item),
            (None, Some(place)) => self.b.only_inside(text, place, Wanted::NoFunction),
            (None, None) => self.b.free(text),
        };
        self.b.use_at(draft, line_of(node), role);
        draft
    }

    fn type_item(&mut self, node: Node<'t>, name: Option<Child<'t>>) -> ItemId {
        let named = name.map(|name| match name.kind {
            Kind::TemplateType => name.node.child_by_field_name("name").unwrap_or(name.node),
            _ => name.node,
        });
        let Some(named) = named else { return self.b.item("", node, ItemKind::Class, node) };
        let text = self.b.source(named);
        let text = text.rsplit("::").next().unwrap_or(text);
        let item = self.b.item(text, named, ItemKind::Class, node);
        let owner = self.b.owners().nth(0).map(|owner| self.b.item_kind(owner));
        if owner != Some(ItemKind::Class) {
            self.b.bind(text, Binding::Item(item));
        }
        item
    }

    /// Bases and members of a type.
    pub(super) fn body(&mut self, item: ItemId, node: Node<'t>, body: Node<'t>) {
        self.b.enter(item);
        for child in self.children(node) {
            if child.kind != Kind::BaseClause {
                continue;
            }
            for base in self.children(child.node) {
                if base.kind != Kind::AccessSpecifier {
                    let base = self.ty(base.node, Role::Base);
                    self.b.add_base(item, base);
                }
            }
        }
        let outer = std::mem::replace(&mut self.at.in_function, false);
        // The constants of an enumeration are seen around it.
        if self.kind(node) == Kind::Enum {
            self.all_children(body);
        } else {
            self.b.open_scope(ScopeKind::Block);
            self.all_children(body);
            self.b.close_scope();
        }
        self.at.in_function = outer;
        self.b.leave();
    }

    pub(super) fn enumerator(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let item = self.b.item(text, name.node, ItemKind::Value, node);
        if let Some(class) = self.b.class() {
            let class = self.b.item_expr(class);
            let held = self.b.instance(class);
            self.b.add_result(item, held);
        }
        self.b.bind(text, Binding::Item(item));
        self.visit_field(&children, FieldName::Value);
    }

    /// The type that is written; none for `auto`.
    pub(super) fn declared_type(&mut self, children: &[Child<'t>]) -> Option<Draft> {
        let written = in_field(children, FieldName::Type)?;
        (written.kind != Kind::Placeholder).then(|| self.ty(written.node, Role::Type))
    }

    /// `typedef struct { … } foo;` defines `foo` itself.
    pub(super) fn type_definition(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(of) = in_field(&children, FieldName::Type).copied() else { return };
        let parts = self.children(of.node);
        let tag = in_field(&parts, FieldName::Name).map(|name| self.b.source(name.node));
        let body = in_field(&parts, FieldName::Body).map(|body| body.node);
        let names: Vec<Node<'t>> = children
            .iter()
            .filter(|child| child.field == Some(FieldName::Declarator))
            .filter_map(|child| self.declared_name(child.node))
            .collect();
        let mut names = names.into_iter();
        let is_type = matches!(of.kind, Kind::Struct | Kind::Union | Kind::Class | Kind::Enum);
        let held = match (tag, body) {
            (None, Some(body)) if is_type => {
                let Some(name) = names.next() else { return };
                let text = self.b.source(name);
                let item = self.b.item(text, name, ItemKind::Class, node);
                self.b.bind(text, Binding::Item(item));
                self.body(item, of.node, body);
                let class = self.b.item_expr(item);
                self.b.instance(class)
            }
            _ => self.ty(of.node, Role::Type),
        };
        for name in names {
            let text = self.b.source(name);
            let item = self.b.item(text, name, ItemKind::Alias, node);
            self.b.add_result(item, held);
            // `typedef struct foo foo;` leaves the name to the type.
            if is_type && tag == Some(text) {
                continue;
            }
            self.b.bind(text, Binding::Item(item));
        }
    }

    /// `using Foo = Bar;`
    pub(super) fn alias(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let item = self.b.item(text, name.node, ItemKind::Alias, node);
        if let Some(held) = self.declared_type(&children) {
            self.b.add_result(item, held);
        }
        if self.b.class().is_none() {
            self.b.bind(text, Binding::Item(item));
        }
    }

    pub(super) fn concept(&mut self, node: Node<'t>) {
        for child in self.children(node) {
            if child.field == Some(FieldName::Name) {
                let text = self.b.source(child.node);
                let item = self.b.item(text, child.node, ItemKind::Alias, node);
                self.b.bind(text, Binding::Item(item));
            } else {
                self.visit(child.node);
            }
        }
    }

    pub(super) fn type_parameter(&mut self, node: Node<'t>) {
        for child in self.children(node) {
            if child.field == Some(FieldName::DefaultType) {
                self.ty(child.node, Role::Type);
            } else if child.kind == Kind::TypeIdentifier {
                let (text, unknown) = (self.b.source(child.node), self.b.unknown());
                self.local(text, unknown);
            }
        }
    }
}
