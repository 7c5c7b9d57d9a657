//! Paths, and the trees of `use`.
//!
//! A path is a chain of members over its first name. `self` and `super` that
//! lead to a module inside the file are that item; else `crate`, `self` and
//! `super` stay names, for whoever knows where the file is.

use tree_sitter::Node;

use super::super::builder::{Draft, Space, line_of};
use super::super::grammar::in_field;
use super::super::{Imported, Role};
use super::{Child, FieldName, Kind, Walk};

/// The path that the branches of a `use` tree have in common.
#[derive(Clone, Default)]
struct Outer<'t> {
    /// As the file's own module would write it; `::` where another crate is meant.
    text: String,
    at: Option<Draft>,
    /// Its last name, where that is no keyword.
    last: &'t str,
    /// How far above the module around it leads, where it names nothing else.
    ups: Option<usize>,
}

impl Outer<'_> {
    fn joined(&self, name: &str) -> String {
        match self.text.as_str() {
            "" => name.to_owned(),
            "::" => format!("::{name}"),
            before => format!("{before}::{name}"),
        }
    }
}

impl<'t> Walk<'t> {
    /// Walks a path and returns what it names, not as an instance.
    pub(super) fn path(&mut self, node: Node<'t>, role: Role, space: Space) -> Draft {
        self.deeper(|walk| walk.path_of(node, role, space))
    }

    fn path_of(&mut self, node: Node<'t>, role: Role, space: Space) -> Draft {
        if let Some(ups) = self.ups(node) {
            return self.module_above(ups);
        }
        match self.kind(node) {
            Kind::Identifier | Kind::TypeIdentifier | Kind::PrimitiveType => {
                self.first_name(node, role, space)
            }
            Kind::Crate => self.b.free("crate"),
            Kind::Metavariable if self.b.source(node) == "$crate" => self.b.free("crate"),
            Kind::ScopedIdentifier | Kind::ScopedTypeIdentifier => {
                let children = self.children(node);
                let outer = in_field(&children, FieldName::Path);
                let Some(name) = in_field(&children, FieldName::Name) else {
                    return self.b.unknown();
                };
                match outer {
                    Some(outer) => {
                        let of = self.path(outer.node, self.outer_role(outer.node), Space::Type);
                        self.member_use(of, name.node, role)
                    }
                    // `::name` is another crate.
                    None => {
                        let text = self.b.source(name.node);
                        self.b.free(text)
                    }
                }
            }
            Kind::GenericType
            | Kind::GenericTurbofish
            | Kind::GenericFunction
            | Kind::GenericPattern => {
                let children = self.children(node);
                let named = children.iter().find(|child| child.kind != Kind::TypeArguments);
                let base = match named {
                    Some(base) => self.path(base.node, role, space),
                    None => self.b.unknown(),
                };
                self.type_arguments(&children);
                base
            }
            Kind::BracketedType => self.bracketed(node),
            _ => self.b.unknown(),
        }
    }

    /// What stands before `::` is a type where it looks like one, else a module.
    fn outer_role(&self, node: Node<'t>) -> Role {
        let text = self.b.source(node);
        let last = text.rsplit("::").next().unwrap_or_default();
        if last.starts_with(char::is_uppercase) { Role::Type } else { Role::Plain }
    }

    pub(super) fn first_name(&mut self, node: Node<'t>, role: Role, space: Space) -> Draft {
        let name = self.b.source(node);
        if name == "Self" {
            return self.at.selves.last().copied().unwrap_or(self.b.unknown());
        }
        if name == "_" {
            return self.b.unknown();
        }
        let local = match space {
            Space::Value => self.local(name),
            Space::Type => self.type_parameter(name),
            _ => None,
        };
        if let Some(held) = local {
            return held;
        }
        if is_primitive(name) {
            return self.b.builtin(name);
        }
        let draft = self.b.name_in(name, space);
        self.b.use_at(draft, line_of(node), role);
        draft
    }

    /// `<T as Trait>::…` and `<T>::…`.
    fn bracketed(&mut self, node: Node<'t>) -> Draft {
        let mut found = self.b.unknown();
        for child in self.children(node) {
            if child.kind != Kind::QualifiedType {
                found = self.ty(child.node);
                continue;
            }
            let parts = self.children(child.node);
            let of = self.type_in(&parts, FieldName::Type);
            let by = self.type_in(&parts, FieldName::Alias);
            found = if self.b.is_unknown(of) { by } else { of };
        }
        found
    }

    /// How far above the module around a path like `super::super` leads.
    fn ups(&self, node: Node<'t>) -> Option<usize> {
        let mut node = node;
        let mut ups = 0;
        loop {
            match self.kind(node) {
                Kind::SelfWord => return Some(ups),
                Kind::Super => return Some(ups + 1),
                Kind::ScopedIdentifier => {
                    let name = node.child_by_field_name("name")?;
                    if self.kind(name) != Kind::Super {
                        return None;
                    }
                    ups += 1;
                    node = node.child_by_field_name("path")?;
                }
                _ => return None,
            }
        }
    }

    pub(super) fn module_above(&mut self, ups: usize) -> Draft {
        let depth = self.at.modules.len();
        if ups < depth {
            let (module, _) = self.at.modules[depth - ups - 1];
            return self.b.item_expr(module);
        }
        if ups == depth {
            return self.b.free("self");
        }
        let mut found = self.b.free("super");
        for _ in depth + 1..ups {
            found = self.b.member(found, "super");
        }
        found
    }

    /// The same as text, as seen from the file's own module.
    pub(super) fn text_above(&self, ups: usize) -> String {
        let depth = self.at.modules.len();
        if ups > depth {
            return vec!["super"; ups - depth].join("::");
        }
        let mut text = String::from("self");
        for (_, name) in &self.at.modules[..depth - ups] {
            text.push_str("::");
            text.push_str(name);
        }
        text
    }

    // `use`.

    pub(super) fn use_declaration(&mut self, node: Node<'t>) {
        let children = self.children(node);
        if let Some(argument) = in_field(&children, FieldName::ArgumentField) {
            self.use_tree(*argument, &Outer::default());
        }
    }

    fn use_tree(&mut self, tree: Child<'t>, outer: &Outer<'t>) {
        match tree.kind {
            Kind::UseList => {
                for child in self.children(tree.node) {
                    self.inner_use_tree(child, outer);
                }
            }
            Kind::ScopedUseList => {
                let children = self.children(tree.node);
                let inner = match in_field(&children, FieldName::Path) {
                    Some(path) => self.extend(outer, path.node),
                    // `::{a, b}`
                    None => outer.clone(),
                };
                if let Some(list) = in_field(&children, FieldName::List) {
                    self.inner_use_tree(*list, &inner);
                }
            }
            Kind::UseWildcard => {
                let path = self.children(tree.node).first().copied();
                let inner = match path {
                    Some(path) => self.extend(outer, path.node),
                    None => outer.clone(),
                };
                self.use_all(&inner, tree.node);
            }
            Kind::UseAs => {
                let children = self.children(tree.node);
                let (Some(path), Some(alias)) =
                    (in_field(&children, FieldName::Path), in_field(&children, FieldName::Alias))
                else {
                    return;
                };
                let local = self.b.source(alias.node);
                self.use_name(outer, path.node, if local == "_" { "" } else { local });
            }
            Kind::LineComment | Kind::BlockComment => {}
            _ => {
                let local = self.b.source(last_name(tree.node));
                self.use_name(outer, tree.node, local);
            }
        }
    }

    fn inner_use_tree(&mut self, tree: Child<'t>, outer: &Outer<'t>) {
        self.go_deeper(|walk| walk.use_tree(tree, outer));
    }

    /// The path of a tree with another one behind it; its names are used.
    fn extend(&mut self, outer: &Outer<'t>, node: Node<'t>) -> Outer<'t> {
        let above = if outer.at.is_none() { Some(0) } else { outer.ups };
        if let (Some(above), Some(ups)) = (above, self.ups(node)) {
            let ups = above + ups;
            let at = Some(self.module_above(ups));
            return Outer { text: self.text_above(ups), at, last: "", ups: Some(ups) };
        }
        match self.kind(node) {
            Kind::ScopedIdentifier => {
                let inner = match node.child_by_field_name("path") {
                    Some(path) => self.extend(outer, path),
                    None => Outer { text: "::".to_owned(), ..outer.clone() },
                };
                match node.child_by_field_name("name") {
                    Some(name) => self.extend_by(&inner, name),
                    None => inner,
                }
            }
            _ => self.extend_by(outer, node),
        }
    }

    fn extend_by(&mut self, outer: &Outer<'t>, name: Node<'t>) -> Outer<'t> {
        let text = self.b.source(name);
        let at = match (self.kind(name), outer.at) {
            (Kind::Crate, _) => self.b.free("crate"),
            (_, Some(of)) => self.member_use(of, name, Role::Import),
            (_, None) if outer.text.is_empty() => self.first_name(name, Role::Import, Space::Type),
            (_, None) => self.b.free(text),
        };
        let last = if self.kind(name) == Kind::Crate { "" } else { text };
        Outer { text: outer.joined(text), at: Some(at), last, ups: None }
    }

    /// One imported name; an empty `local` binds nothing.
    fn use_name(&mut self, outer: &Outer<'t>, path: Node<'t>, local: &'t str) {
        let name = last_name(path);
        let kind = self.kind(name);
        let line = line_of(name);
        if matches!(kind, Kind::SelfWord | Kind::Super | Kind::Crate) {
            self.use_module(outer, path, local, line);
            return;
        }
        let inner = match path.child_by_field_name("path") {
            Some(before) => self.extend(outer, before),
            None if self.kind(path) == Kind::ScopedIdentifier => {
                Outer { text: "::".to_owned(), ..Outer::default() }
            }
            None => outer.clone(),
        };
        let text = self.b.source(name);
        let import = if inner.text.is_empty() || inner.text == "::" {
            let module = self.b.intern_made(inner.joined(text));
            self.b.import_of(module, Imported::Module, local, line)
        } else {
            let what = Imported::Name(self.b.intern(text));
            let module = self.b.intern_made(inner.text);
            self.b.import_of(module, what, local, line)
        };
        let expr = self.b.import_expr(import);
        self.b.use_at(expr, line, Role::Import);
    }

    /// `use store::{self}`, `use super as outer`: the module itself.
    fn use_module(&mut self, outer: &Outer<'t>, path: Node<'t>, local: &'t str, line: u32) {
        let inner = match self.kind(path) {
            Kind::SelfWord if outer.at.is_some() => outer.clone(),
            _ => self.extend(outer, path),
        };
        let local = match local {
            // It is known by the module's own name.
            "self" => inner.last,
            "super" | "crate" => "",
            other => other,
        };
        let (module, what) = match inner.text.rsplit_once("::") {
            Some((before, _)) if !inner.last.is_empty() && !before.is_empty() => {
                let name = self.b.intern(inner.last);
                (self.b.intern_made(before.to_owned()), Imported::Name(name))
            }
            _ => (self.b.intern_made(inner.text), Imported::Module),
        };
        self.b.import_of(module, what, local, line);
    }

    fn use_all(&mut self, outer: &Outer<'t>, node: Node<'t>) {
        // Names of a module around are in reach already.
        if outer.ups.is_some_and(|ups| ups > 0 && ups <= self.at.modules.len()) {
            return;
        }
        let module = self.b.intern_made(outer.text.clone());
        self.b.import_of(module, Imported::All, "", line_of(node));
    }
}

fn last_name(node: Node<'_>) -> Node<'_> {
    node.child_by_field_name("name").unwrap_or(node)
}

fn is_primitive(name: &str) -> bool {
    matches!(
        name,
        "u8" | "i8"
            | "u16"
            | "i16"
            | "u32"
            | "i32"
            | "u64"
            | "i64"
            | "u128"
            | "i128"
            | "isize"
            | "usize"
            | "f32"
            | "f64"
            | "bool"
            | "str"
            | "char"
    )
}
