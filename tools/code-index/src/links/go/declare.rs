//! Definitions and imports.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, ScopeKind, line_of};
use super::super::grammar::in_field;
use super::super::{Imported, ItemId, ItemKind, Role};
use super::{Child, FieldName, Kind, Walk};

impl<'t> Walk<'t> {
    pub(super) fn declaration(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::FunctionDeclaration => self.function(node),
            Kind::MethodDeclaration => self.method(node),
            Kind::TypeDeclaration => {
                for child in self.children(node) {
                    if matches!(child.kind, Kind::TypeSpec | Kind::TypeAlias) {
                        self.type_spec(child.node);
                    }
                }
            }
            Kind::ConstDeclaration => self.constants(node),
            Kind::VarDeclaration | Kind::VarSpecs => {
                for child in self.children(node) {
                    match child.kind {
                        Kind::VarSpec => {
                            self.variables(child.node, None);
                        }
                        _ => {
                            self.declaration(child.node);
                        }
                    }
                }
            }
            Kind::PackageClause => {
                if let Some(name) = self.children(node).first() {
                    let name = self.b.source(name.node);
                    self.b.set_package(name);
                }
            }
            Kind::ImportDeclaration | Kind::ImportSpecs => {
                for child in self.children(node) {
                    match child.kind {
                        Kind::ImportSpec => self.import(child.node),
                        Kind::ImportSpecs => {
                            self.declaration(child.node);
                        }
                        _ => {}
                    }
                }
            }
            _ => self.all_children(node),
        }
        self.b.unknown()
    }

    fn function(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let item = self.b.item(text, name.node, ItemKind::Function, node);
        if !matches!(text, "init" | "_") {
            self.b.bind(text, Binding::Item(item));
        }
        self.function_body(item, node, &children, None);
    }

    /// `receiver`: its name and what it holds.
    fn function_body(
        &mut self,
        item: ItemId,
        node: Node<'t>,
        children: &[Child<'t>],
        receiver: Option<(&'t str, Draft)>,
    ) {
        let (known, types) = (self.at.locals.len(), self.at.type_parameters.len());
        self.b.enter(item);
        self.b.open_scope(ScopeKind::Function);
        self.at.locals.extend(receiver);
        self.bind_type_parameters(children);
        self.signature(item, node);
        self.visit_field(children, FieldName::Body);
        self.b.close_scope();
        self.b.leave();
        self.at.locals.truncate(known);
        self.at.type_parameters.truncate(types);
    }

    /// A method is a member of an extension of its receiver's type.
    fn method(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(receiver), Some(name)) =
            (in_field(&children, FieldName::Receiver), in_field(&children, FieldName::Name))
        else {
            return;
        };
        let Some(parameter) = self.children(receiver.node).first().copied() else { return };
        let parts = self.children(parameter.node);
        let Some(of) = in_field(&parts, FieldName::Type).copied() else { return };
        let (type_name, arguments) = self.receiver_type(of.node);
        let extension = self.extension(type_name);
        let text = self.b.source(name.node);
        let kind = ItemKind::Function;
        let item = self.b.item_in(Some(extension), text, name.node, kind, node);
        let types = self.at.type_parameters.len();
        for argument in arguments {
            let (text, unknown) = (self.b.source(argument), self.b.unknown());
            self.at.type_parameters.push((text, unknown));
        }
        self.b.enter(item);
        let class = self.b.source(type_name);
        let class = self.b.name(class);
        self.b.use_at(class, line_of(type_name), Role::Type);
        self.b.leave();
        let this = self.b.this(extension);
        let own = in_field(&parts, FieldName::Name).map(|own| self.b.source(own.node));
        self.function_body(item, node, &children, own.map(|own| (own, this)));
        self.at.type_parameters.truncate(types);
    }

    /// The name of a receiver's type, and its type parameters.
    fn receiver_type(&mut self, node: Node<'t>) -> (Node<'t>, Vec<Node<'t>>) {
        let mut node = node;
        let mut arguments = Vec::new();
        loop {
            let inner = match self.kind(node) {
                Kind::PointerType | Kind::ParenthesizedType => node.named_child(0),
                Kind::GenericType => {
                    if let Some(list) = node.child_by_field_name("type_arguments") {
                        arguments.extend(self.children(list).iter().map(|child| child.node));
                    }
                    node.child_by_field_name("type")
                }
                _ => None,
            };
            match inner {
                Some(inner) => node = inner,
                None => return (node, arguments),
            }
        }
    }

    fn extension(&mut self, of: Node<'t>) -> ItemId {
        let name = self.b.source(of);
        if let Some(&known) = self.at.extensions.get(name) {
            return known;
        }
        let item = self.b.item_in(None, name, of, ItemKind::Extension, of);
        let class = self.b.name(name);
        let instance = self.b.instance(class);
        self.b.add_result(item, instance);
        self.at.extensions.insert(name, item);
        item
    }

    /// In a group, what leaves out its type and value has those of the one before.
    fn constants(&mut self, node: Node<'t>) {
        let mut last = None;
        for child in self.children(node) {
            if child.kind == Kind::ConstSpec {
                last = self.variables(child.node, last);
            }
        }
    }

    /// Variables or constants of one line; returns what the first one holds.
    fn variables(&mut self, node: Node<'t>, before: Option<Draft>) -> Option<Draft> {
        let children = self.children(node);
        let names: Vec<&Child<'t>> = children
            .iter()
            .filter(|child| child.field == Some(FieldName::Name) && child.kind == Kind::Identifier)
            .collect();
        let is_item = self.b.at_module_level();
        let items: Vec<ItemId> = if is_item {
            names.iter().map(|name| self.variable_item(name.node, node)).collect()
        } else {
            Vec::new()
        };
        if let Some(&item) = items.first() {
            self.b.enter(item);
        }
        let declared = in_field(&children, FieldName::Type).map(|of| self.ty(of.node));
        let right = in_field(&children, FieldName::Value).map(|value| value.node);
        let values = self.values(right, names.len());
        if !items.is_empty() {
            self.b.leave();
        }
        let mut first = None;
        for (at, name) in names.iter().enumerate() {
            let value = values.get(at).copied().or(before.filter(|_| right.is_none()));
            let held = declared.or(value).unwrap_or(self.b.unknown());
            first.get_or_insert(held);
            match items.get(at) {
                Some(&item) => self.b.add_result(item, held),
                None => self.bind_local(name.node, held),
            }
        }
        first
    }

    fn variable_item(&mut self, name: Node<'t>, whole: Node<'t>) -> ItemId {
        let text = self.b.source(name);
        let item = self.b.item(text, name, ItemKind::Value, whole);
        if text != "_" {
            self.b.bind(text, Binding::Item(item));
        }
        item
    }

    fn import(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(path) = in_field(&children, FieldName::Path) else { return };
        let module = self.b.source(path.node).trim_matches(['"', '`']);
        let line = line_of(path.node);
        let name = in_field(&children, FieldName::Name);
        match name.map(|name| name.kind) {
            Some(Kind::Dot) => {
                self.b.unbound_import(module, Imported::All, "", line);
            }
            Some(Kind::BlankIdentifier) => {
                self.b.unbound_import(module, Imported::Module, "", line);
            }
            _ => {
                let local =
                    name.map_or_else(|| package_name(module), |name| self.b.source(name.node));
                let import = self.b.import(module, Imported::Module, local, line);
                let expr = self.b.import_expr(import);
                self.b.use_at(expr, line, Role::Import);
            }
        }
    }
}

/// The name that a package most likely has, by its path: its last part, without
/// a version, and without what only says that it is Go.
fn package_name(path: &str) -> &str {
    let is_version = |part: &str| {
        part.strip_prefix('v').is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|digit| digit.is_ascii_digit())
        })
    };
    let mut parts = path.rsplit('/').filter(|part| !part.is_empty());
    let last = parts.next().unwrap_or(path);
    let last = if is_version(last) { parts.next().unwrap_or(last) } else { last };
    let last = match last.rsplit_once('.') {
        Some((name, version)) if is_version(version) || version == "go" => name,
        _ => last,
    };
    let last = last.strip_prefix("go-").unwrap_or(last);
    let last = last.strip_suffix("-go").unwrap_or(last);
    last.rsplit(['-', '.']).next().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::package_name;

    #[test]
    fn a_package_is_named_by_its_path() {
        let cases = [
            ("fmt", "fmt"),
            ("net/http", "http"),
            ("example.com/a/store/v2", "store"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("github.com/x/go-errors", "errors"),
            ("github.com/x/nats.go", "nats"),
            ("github.com/x/mgo-bson", "bson"),
            ("v2", "v2"),
        ];
        for (path, wanted) in cases {
            assert_eq!(package_name(path), wanted, "{path}");
        }
    }
}
