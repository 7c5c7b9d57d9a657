//! Imports. A module is kept as it is written, dots in front included.

use tree_sitter::Node;

use super::super::Imported;
use super::super::Role;
use super::super::builder::{Binding, line_of};
use super::super::grammar::in_field;
use super::{Child, FieldName, Kind, Walk};

impl<'t> Walk<'t> {
    /// `import a`, `import a.b`, `import a.b as c`
    pub(super) fn import(&mut self, node: Node<'t>) {
        for child in self.children(node) {
            let line = line_of(child.node);
            match self.renamed(&child) {
                Some((name, local)) => {
                    let module = self.b.source(name);
                    let local = self.b.source(local);
                    self.b.import(module, Imported::Module, local, line);
                }
                None if child.kind == Kind::DottedName => self.import_module(&child, line),
                None => {}
            }
        }
    }

    /// `import a.b` gives the name `a`.
    fn import_module(&mut self, child: &Child<'t>, line: u32) {
        let module = self.b.source(child.node);
        let Some((first, _)) = module.split_once('.') else {
            self.b.import(module, Imported::Module, module, line);
            return;
        };
        self.b.unbound_import(module, Imported::Module, "", line);
        if !matches!(self.b.binding(first), Some(Binding::Import(_))) {
            self.b.import(first, Imported::Module, first, line);
        }
    }

    /// `from a import b, c as d` and `from . import *`
    pub(super) fn import_from(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(module) = in_field(&children, FieldName::ModuleName) else { return };
        let module = self.b.source(module.node);
        for child in &children {
            if child.kind == Kind::Wildcard {
                self.b.unbound_import(module, Imported::All, "", line_of(child.node));
            }
            if child.field != Some(FieldName::Name) {
                continue;
            }
            let (name, local) = self.renamed(child).unwrap_or((child.node, child.node));
            let (name, local, line) = (self.b.source(name), self.b.source(local), line_of(name));
            let what = Imported::Name(self.b.intern(name));
            let import = self.b.import(module, what, local, line);
            let expr = self.b.import_expr(import);
            self.b.use_at(expr, line, Role::Import);
        }
    }

    /// The name and the alias of `a as b`.
    fn renamed(&mut self, child: &Child<'t>) -> Option<(Node<'t>, Node<'t>)> {
        if child.kind != Kind::AliasedImport {
            return None;
        }
        let parts = self.children(child.node);
        let name = in_field(&parts, FieldName::Name)?;
        let alias = in_field(&parts, FieldName::Alias)?;
        Some((name.node, alias.node))
    }
}
