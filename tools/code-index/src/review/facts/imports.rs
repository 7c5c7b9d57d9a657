//! What local names were imported as, so that `exec` is known to be
//! `child_process.exec` and `fs::read` to be `tokio.fs.read`.

use tree_sitter::Node;

use super::{Facts, Family, Kind, Walk};

/// Names taken of one import.
const MAX_NAMES: usize = 500;

impl<'t> Walk<'t> {
    pub(super) fn import(&mut self, node: Node<'t>) {
        match self.facts.family {
            Family::Python => self.import_python(node),
            Family::Script => self.import_script(node),
            Family::Rust => self.import_rust(node),
            Family::Go => self.import_go(node),
            _ => {}
        }
    }

    fn bind(&mut self, local: &'t str, path: String) {
        self.facts.imports.insert(local, path);
    }

    fn import_python(&mut self, node: Node<'t>) {
        let module = node.child_by_field_name("module_name");
        let prefix = module.map(|module| format!("{}.", self.facts.source(module)));
        let prefix = prefix.unwrap_or_default();
        for child in self.facts.children(node, MAX_NAMES) {
            if Some(child) == module {
                continue;
            }
            match child.kind() {
                "aliased_import" => {
                    let (name, alias) =
                        (child.child_by_field_name("name"), child.child_by_field_name("alias"));
                    if let (Some(name), Some(alias)) = (name, alias) {
                        let path = format!("{prefix}{}", self.facts.source(name));
                        self.bind(self.facts.source(alias), path);
                    }
                }
                "dotted_name" if !prefix.is_empty() => {
                    let name = self.facts.source(child);
                    self.bind(name, format!("{prefix}{name}"));
                }
                _ => {}
            }
        }
    }

    fn import_script(&mut self, node: Node<'t>) {
        let Some(source) = node.child_by_field_name("source") else { return };
        let module = module_name(self.facts.source(source));
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            match node.kind() {
                "identifier" => self.bind(self.facts.source(node), module.to_owned()),
                "import_specifier" => {
                    let name = node.child_by_field_name("name");
                    let local = node.child_by_field_name("alias").or(name);
                    if let (Some(name), Some(local)) = (name, local) {
                        let path = format!("{module}.{}", self.facts.source(name));
                        self.bind(self.facts.source(local), path);
                    }
                }
                "string" => {}
                _ => open.extend(self.facts.children(node, MAX_NAMES)),
            }
        }
    }

    fn import_rust(&mut self, node: Node<'t>) {
        let Some(argument) = node.child_by_field_name("argument") else { return };
        let mut open = vec![(String::new(), argument)];
        let mut count = 0;
        while let Some((prefix, node)) = open.pop() {
            count += 1;
            if count > MAX_NAMES || prefix.len() > MAX_NAMES {
                return;
            }
            let written = self.facts.source(node);
            let path = if node.kind() == "self" {
                prefix.trim_end_matches('.').to_owned()
            } else {
                format!("{prefix}{}", written.replace("::", "."))
            };
            match node.kind() {
                "use_list" => {
                    let names = self.facts.children(node, MAX_NAMES);
                    open.extend(names.into_iter().map(|name| (prefix.clone(), name)));
                }
                "scoped_use_list" => {
                    let before = node.child_by_field_name("path");
                    let before = before.map(|path| self.facts.source(path).replace("::", "."));
                    if let Some(list) = node.child_by_field_name("list") {
                        open.push((format!("{prefix}{}.", before.unwrap_or_default()), list));
                    }
                }
                "use_as_clause" => {
                    let (from, alias) =
                        (node.child_by_field_name("path"), node.child_by_field_name("alias"));
                    if let (Some(from), Some(alias)) = (from, alias) {
                        let from = self.facts.source(from).replace("::", ".");
                        self.bind(self.facts.source(alias), format!("{prefix}{from}"));
                    }
                }
                "self" => {
                    let before = prefix.trim_end_matches('.');
                    let local = before.rsplit('.').next().unwrap_or(before);
                    // The word stands in the text, as the last of the path before the list.
                    if let Some(at) = self.facts.text.find(local) {
                        let local = self.facts.text.get(at..at + local.len()).unwrap_or_default();
                        self.bind(local, path);
                    }
                }
                "identifier" => self.bind(written, path),
                "scoped_identifier" => {
                    self.bind(written.rsplit("::").next().unwrap_or(written), path);
                }
                _ => {}
            }
        }
    }

    fn import_go(&mut self, node: Node<'t>) {
        let Some(path) = node.child_by_field_name("path") else { return };
        let path = self.facts.source(path).trim_matches(['"', '`']);
        let is_version = |part: &str| {
            part.strip_prefix('v')
                .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let last = path.rsplit('/').find(|part| !is_version(part)).unwrap_or(path);
        let alias = node.child_by_field_name("name").map(|name| self.facts.source(name));
        self.bind(alias.unwrap_or(last), path.to_owned());
    }

    /// `const { exec } = require("child_process")`, `const run = promisify(exec)`.
    pub(super) fn import_given(&mut self, left: Node<'t>, value: Node<'t>) {
        if self.facts.family != Family::Script {
            return;
        }
        let (call, rest) = match self.facts.kind(value) {
            Kind::Member => match (value.named_child(0), value.child_by_field_name("property")) {
                (Some(object), Some(property)) => {
                    (self.facts.unwrapped(object), format!(".{}", self.facts.source(property)))
                }
                _ => return,
            },
            _ => (value, String::new()),
        };
        if self.facts.kind(call) != Kind::Call {
            return;
        }
        let callee = self.facts.callee(call, Kind::Call);
        let first = self.facts.arguments(call, Kind::Call).first().map(|argument| argument.value);
        let Some(first) = first else { return };
        if callee == "require" && self.facts.kind(first) == Kind::Text {
            let module = format!("{}{rest}", module_name(self.facts.source(first)));
            self.bind_pattern(left, &module);
        } else if callee.ends_with("promisify") && self.facts.kind(left) == Kind::Name {
            let path = self.facts.path(first);
            self.bind(self.facts.source(left), path);
        }
    }

    fn bind_pattern(&mut self, left: Node<'t>, module: &str) {
        if self.facts.kind(left) == Kind::Name {
            self.bind(self.facts.source(left), module.to_owned());
            return;
        }
        for child in self.facts.children(left, MAX_NAMES) {
            let (key, local) = match child.kind() {
                "shorthand_property_identifier_pattern" => (Some(child), Some(child)),
                "pair_pattern" => {
                    (child.child_by_field_name("key"), child.child_by_field_name("value"))
                }
                _ => (None, None),
            };
            if let (Some(key), Some(local)) = (key, local) {
                let path = format!("{module}.{}", self.facts.source(key));
                self.bind(self.facts.source(local), path);
            }
        }
    }
}

impl Facts<'_> {
    /// Whether a name is one that the language brings: no import gave it.
    pub(in crate::review) fn is_own(&self, name: &str) -> bool {
        !self.imports.contains_key(name)
    }
}

fn module_name(written: &str) -> &str {
    let name = written.trim_matches(['"', '\'', '`']);
    name.strip_prefix("node:").unwrap_or(name)
}
