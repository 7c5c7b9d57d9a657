//! Imports and exports, of both module systems.

use tree_sitter::Node;

use super::super::builder::{Draft, line_of};
use super::super::grammar::in_field;
use super::super::{Imported, ItemKind, Role};
use super::{Child, FieldName, Kind, Walk};

/// The name under which a module's default export is known.
pub(super) const DEFAULT: &str = "default";

impl<'t> Walk<'t> {
    /// A string without its quotes.
    fn unquoted(&self, node: Node<'t>) -> &'t str {
        self.b.source(node).trim_matches(['"', '\'', '`'])
    }

    pub(super) fn import(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let clause = children.iter().find(|child| child.kind == Kind::ImportClause);
        if let Some(require) = children.iter().find(|child| child.kind == Kind::ImportRequire) {
            self.import_require(require.node);
            return;
        }
        let Some(source) = in_field(&children, FieldName::Source) else { return };
        let module = self.unquoted(source.node);
        let Some(clause) = clause else {
            self.b.unbound_import(module, Imported::Module, "", line_of(source.node));
            return;
        };
        for child in self.children(clause.node) {
            match child.kind {
                Kind::Identifier => {
                    let default = Imported::Name(self.b.intern(DEFAULT));
                    self.import_name(module, default, child.node, child.node);
                }
                Kind::NamespaceImport => {
                    if let Some(name) = child.node.named_child(0) {
                        let local = self.b.source(name);
                        self.b.import(module, Imported::Module, local, line_of(name));
                    }
                }
                Kind::NamedImports => {
                    for specifier in self.children(child.node) {
                        self.import_specifier(module, specifier);
                    }
                }
                _ => {}
            }
        }
    }

    fn import_specifier(&mut self, module: &'t str, specifier: Child<'t>) {
        let parts = self.children(specifier.node);
        let Some(name) = in_field(&parts, FieldName::Name) else { return };
        let alias = in_field(&parts, FieldName::Alias).unwrap_or(name);
        let what = self.unquoted(name.node);
        let what = Imported::Name(self.b.intern(what));
        self.import_name(module, what, alias.node, name.node);
    }

    fn import_name(&mut self, module: &'t str, what: Imported, local: Node<'t>, at: Node<'t>) {
        let text = self.b.source(local);
        let import = self.b.import(module, what, text, line_of(at));
        let expr = self.b.import_expr(import);
        self.b.use_at(expr, line_of(at), Role::Import);
    }

    /// `import x = require("./x")`
    fn import_require(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let name = children.iter().find(|child| child.kind == Kind::Identifier);
        if let (Some(name), Some(source)) = (name, in_field(&children, FieldName::Source)) {
            let (local, module) = (self.b.source(name.node), self.unquoted(source.node));
            self.b.import(module, Imported::Module, local, line_of(node));
        }
    }

    pub(super) fn export(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let source = in_field(&children, FieldName::Source).map(|child| self.unquoted(child.node));
        if let Some(clause) = children.iter().find(|child| child.kind == Kind::ExportClause) {
            for specifier in self.children(clause.node) {
                self.export_specifier(source, specifier);
            }
            return;
        }
        if let Some(module) = source {
            let line = line_of(node);
            match children.iter().find(|child| child.kind == Kind::NamespaceExport) {
                Some(namespace) => {
                    let import = self.b.unbound_import(module, Imported::Module, "", line);
                    let expr = self.b.import_expr(import);
                    if let Some(name) = namespace.node.named_child(0) {
                        let name = self.b.source(name);
                        self.b.export(name, expr);
                    }
                }
                None => {
                    self.b.unbound_import(module, Imported::All, "", line);
                }
            }
            return;
        }
        let is_default = self.is_default(node);
        for child in &children {
            match child.field {
                Some(FieldName::Declaration) => self.export_declaration(child, is_default),
                Some(FieldName::Value) => self.export_value(child),
                _ => {
                    self.visit(child.node);
                }
            }
        }
    }

    fn is_default(&self, node: Node<'t>) -> bool {
        let head = self.b.source(node).strip_prefix("export").unwrap_or_default();
        head.trim_start().starts_with(DEFAULT)
    }

    fn export_declaration(&mut self, child: &Child<'t>, is_default: bool) {
        let name = child.node.child_by_field_name("name").map(|name| self.b.source(name));
        match (is_default, name, child.kind) {
            (true, None, Kind::FunctionDeclaration | Kind::GeneratorDeclaration) => {
                self.default_function(child.node);
            }
            _ => {
                self.visit(child.node);
            }
        }
        if let (true, Some(name)) = (is_default, name) {
            let expr = self.b.name(name);
            self.b.export(DEFAULT, expr);
        }
    }

    fn default_function(&mut self, node: Node<'t>) {
        let item = self.b.item(DEFAULT, node, ItemKind::Function, node);
        self.function(node, Some(item), &[]);
        let expr = self.b.item_expr(item);
        self.b.export(DEFAULT, expr);
    }

    fn export_value(&mut self, child: &Child<'t>) {
        let value = match child.kind {
            Kind::Arrow | Kind::FunctionExpression => {
                self.default_function(child.node);
                return;
            }
            Kind::Object => {
                let item = self.b.item(DEFAULT, child.node, ItemKind::Value, child.node);
                let unknown = self.b.unknown();
                self.b.enter(item);
                self.object(child.node, unknown, Some(item));
                self.b.leave();
                self.b.item_expr(item)
            }
            _ => self.visit(child.node),
        };
        self.b.export(DEFAULT, value);
    }

    fn export_specifier(&mut self, source: Option<&'t str>, specifier: Child<'t>) {
        let parts = self.children(specifier.node);
        let Some(name) = in_field(&parts, FieldName::Name) else { return };
        let text = self.unquoted(name.node);
        let seen_as =
            in_field(&parts, FieldName::Alias).map_or(text, |alias| self.unquoted(alias.node));
        let line = line_of(name.node);
        let expr = match source {
            Some(module) => {
                let what = Imported::Name(self.b.intern(text));
                let import = self.b.unbound_import(module, what, text, line);
                self.b.import_expr(import)
            }
            None => self.b.name(text),
        };
        self.b.use_at(expr, line, Role::Import);
        if source.is_some() || seen_as != text {
            self.b.export(seen_as, expr);
        }
    }

    /// `const x = require("…")` and `const { a, b: c } = require("…")`.
    pub(super) fn require(&mut self, pattern: Node<'t>, value: Node<'t>) -> bool {
        let Some(module) = self.required_module(value) else { return false };
        let line = line_of(pattern);
        if self.kind(pattern) == Kind::Identifier {
            let local = self.b.source(pattern);
            self.b.import(module, Imported::Module, local, line);
            return true;
        }
        for part in self.children(pattern) {
            match part.kind {
                Kind::ShorthandPattern => {
                    let text = self.b.source(part.node);
                    let what = Imported::Name(self.b.intern(text));
                    self.import_name(module, what, part.node, part.node);
                }
                Kind::PairPattern => {
                    let parts = self.children(part.node);
                    let key = in_field(&parts, FieldName::Key);
                    let local = in_field(&parts, FieldName::Value);
                    if let (Some(key), Some(local)) = (key, local) {
                        let text = self.b.source(key.node);
                        let what = Imported::Name(self.b.intern(text));
                        self.import_name(module, what, local.node, key.node);
                    }
                }
                _ => {}
            }
        }
        true
    }

    fn required_module(&mut self, value: Node<'t>) -> Option<&'t str> {
        if self.kind(value) != Kind::CallExpression {
            return None;
        }
        let function = value.child_by_field_name("function")?;
        if self.b.source(function) != "require" {
            return None;
        }
        let module = value.child_by_field_name("arguments")?.named_child(0)?;
        (self.kind(module) == Kind::Str).then(|| self.unquoted(module))
    }

    /// `require("…")` and `import("…")` inside an expression.
    pub(super) fn required(&mut self, function: Child<'t>, arguments: Node<'t>) -> Option<Draft> {
        if !matches!(self.b.source(function.node), "require" | "import") {
            return None;
        }
        let module = arguments.named_child(0).filter(|node| self.kind(*node) == Kind::Str)?;
        let module = self.unquoted(module);
        let line = line_of(arguments);
        let import = self.b.unbound_import(module, Imported::Module, "", line);
        Some(self.b.import_expr(import))
    }
}
