//! The parts of single nodes: what is called, with what, what is left and right.

use tree_sitter::Node;

use super::{Facts, Family, Kind};

/// Arguments kept of one call.
const MAX_ARGUMENTS: usize = 32;
/// Steps along a chain such as `a.b().c`.
const MAX_STEPS: usize = 24;
/// Bytes of a loop's head that are read.
const MAX_HEAD: usize = 300;
/// Children looked at for a modifier.
const MAX_MODIFIERS: u32 = 8;

/// One argument of a call.
#[derive(Clone, Copy)]
pub(in crate::review) struct Argument<'t> {
    /// Empty where it goes by place.
    pub(in crate::review) name: &'t str,
    pub(in crate::review) value: Node<'t>,
}

impl<'t> Facts<'t> {
    /// The children that are no comments, at most `most`.
    pub(in crate::review) fn children(&self, node: Node<'t>, most: usize) -> Vec<Node<'t>> {
        let mut cursor = node.walk();
        let named = node.named_children(&mut cursor);
        named.filter(|child| self.kind(*child) != Kind::Comment).take(most).collect()
    }

    /// What is called, without its arguments.
    pub(in crate::review) fn called(&self, node: Node<'t>, kind: Kind) -> Option<Node<'t>> {
        match kind {
            Kind::New => node
                .child_by_field_name("type")
                .or_else(|| node.child_by_field_name("constructor"))
                .or_else(|| node.named_child(0)),
            Kind::Macro => node.child_by_field_name("macro"),
            _ => node
                .child_by_field_name("function")
                .or_else(|| node.child_by_field_name("name"))
                .or_else(|| node.child_by_field_name("method"))
                .or_else(|| node.named_child(0)),
        }
    }

    /// What stands before the name that is called.
    pub(in crate::review) fn receiver(&self, node: Node<'t>) -> Option<Node<'t>> {
        let fields = ["object", "receiver", "scope"];
        let own = fields.iter().find_map(|field| node.child_by_field_name(field));
        own.or_else(|| {
            let called = self.unwrapped(self.called(node, Kind::Call)?);
            (self.kind(called) == Kind::Member).then(|| called.named_child(0)).flatten()
        })
    }

    /// The path of what is called: `subprocess.run`, `conn.cursor().execute`.
    pub(super) fn callee(&self, node: Node<'t>, kind: Kind) -> String {
        let Some(called) = self.called(node, kind) else { return String::new() };
        let mut parts = Vec::new();
        let fields = ["object", "receiver", "scope"];
        match fields.iter().find_map(|field| node.child_by_field_name(field)) {
            Some(object) if kind == Kind::Call => {
                parts.push(self.source(called).to_owned());
                self.steps(object, &mut parts);
            }
            _ => self.steps(called, &mut parts),
        }
        self.joined(parts)
    }

    /// The path that an expression spells, `?` where it is none.
    pub(in crate::review) fn path(&self, node: Node<'t>) -> String {
        let mut parts = Vec::new();
        self.steps(node, &mut parts);
        self.joined(parts)
    }

    /// The parts of a path, last first.
    fn steps(&self, mut node: Node<'t>, parts: &mut Vec<String>) {
        let mut suffix = "";
        for _ in 0..MAX_STEPS {
            let kind = self.kind(node);
            let next = match kind {
                Kind::Member => {
                    let children = self.children(node, 3);
                    let (Some(first), Some(last)) = (children.first(), children.last()) else {
                        break;
                    };
                    parts.push(format!("{}{suffix}", self.plain(*last)));
                    suffix = "";
                    (children.len() > 1).then_some(*first)
                }
                Kind::Call | Kind::New => {
                    suffix = "()";
                    match (self.called(node, kind), self.receiver(node)) {
                        (Some(called), Some(receiver)) if self.kind(called) == Kind::Name => {
                            parts.push(format!("{}()", self.plain(called)));
                            suffix = "";
                            Some(receiver)
                        }
                        (called, _) => called,
                    }
                }
                Kind::Index => {
                    suffix = "[]";
                    node.named_child(0)
                }
                Kind::Wrap | Kind::Await => node.named_child(0),
                Kind::Name | Kind::This => {
                    parts.push(format!("{}{suffix}", self.plain(node)));
                    None
                }
                Kind::Text => {
                    parts.push(format!("\"\"{suffix}"));
                    None
                }
                _ => {
                    parts.push("?".to_owned());
                    None
                }
            };
            match next {
                Some(next) => node = next,
                None => return,
            }
        }
        parts.push("?".to_owned());
    }

    /// A name without type arguments, marks, or what else hangs on it.
    fn plain(&self, node: Node<'t>) -> &'t str {
        let text = self.source(node);
        let text = text.split(['<', '\n', '(']).next().unwrap_or(text);
        text.trim_start_matches(['$', '@', '\\', '#']).trim()
    }

    /// Puts in what the first part was imported as.
    fn joined(&self, mut parts: Vec<String>) -> String {
        if let Some(first) = parts.last_mut() {
            // `a::b` of a type is written in one node.
            let written = first.replace("::", ".").replace('\\', ".");
            let end = written.find(['.', '(', '[']).unwrap_or(written.len());
            let (head, rest) = written.split_at(end);
            *first = match self.imports.get(head) {
                Some(path) => format!("{path}{rest}"),
                None => written,
            };
        }
        parts.reverse();
        parts.join(".")
    }

    pub(in crate::review) fn arguments(&self, node: Node<'t>, kind: Kind) -> Vec<Argument<'t>> {
        if kind == Kind::Macro {
            return Vec::new();
        }
        let list = node.child_by_field_name("arguments").or_else(|| {
            let children = self.children(node, 4);
            children.into_iter().find(|child| self.kind(*child) == Kind::Arguments)
        });
        let Some(list) = list else { return Vec::new() };
        if self.kind(list) != Kind::Arguments {
            // `f(x for x in xs)`, or a template with a tag before it.
            return Vec::new();
        }
        let children = self.children(list, MAX_ARGUMENTS).into_iter();
        children.filter_map(|child| self.argument(child)).collect()
    }

    fn argument(&self, node: Node<'t>) -> Option<Argument<'t>> {
        let (name, value) = match self.kind(node) {
            Kind::Keyword | Kind::Pair => {
                let (left, value) = self.sides(node)?;
                (self.bare_name(self.source(left)), value)
            }
            Kind::Argument => match (node.named_child(0)?, node.named_child(1)) {
                (name, Some(value)) => (self.source(name), value),
                (value, None) => ("", value),
            },
            _ => ("", node),
        };
        Some(Argument { name, value })
    }

    /// What is given a value, and the value.
    pub(in crate::review) fn sides(&self, node: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
        let fields = ["left", "name", "pattern", "key", "declarator", "field", "property"];
        let left = fields.iter().find_map(|field| node.child_by_field_name(field));
        let left = left.or_else(|| node.named_child(0))?;
        let fields = ["right", "value", "default_value"];
        let value = fields.iter().find_map(|field| node.child_by_field_name(field));
        let value = value.or_else(|| {
            let last = u32::try_from(node.named_child_count().checked_sub(1)?).ok()?;
            node.named_child(last).filter(|last| last.id() != left.id())
        })?;
        Some((self.declared(left), self.unwrapped(value)))
    }

    /// The name inside `*name[3]` or `mut name`.
    fn declared(&self, mut node: Node<'t>) -> Node<'t> {
        for _ in 0..MAX_STEPS {
            let inner = node.child_by_field_name("declarator");
            let wraps =
                ["mut_pattern", "variable_declaration", "literal_element", "expression_list"];
            let inner = inner.or_else(|| {
                let last = u32::try_from(node.named_child_count().checked_sub(1)?).ok()?;
                wraps.contains(&node.kind()).then(|| node.named_child(last)).flatten()
            });
            match inner {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node
    }

    /// What parentheses, references, `await` and lists of one enclose.
    pub(in crate::review) fn unwrapped(&self, mut node: Node<'t>) -> Node<'t> {
        for _ in 0..MAX_STEPS {
            let inner = match self.kind(node) {
                Kind::Wrap | Kind::Await if node.named_child_count() <= 2 => node.named_child(0),
                _ => None,
            };
            match inner {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node
    }

    /// The node of the last part of a name.
    pub(super) fn last_name(&self, node: Node<'t>) -> Node<'t> {
        let node = self.unwrapped(node);
        match self.kind(node) {
            Kind::Member => self.children(node, 3).last().copied().unwrap_or(node),
            // Ruby's `object.name = value`.
            Kind::Call => self.called(node, Kind::Call).unwrap_or(node),
            Kind::Index => {
                // `config["password"]` is named by its key.
                let children = self.children(node, 3);
                children.last().copied().filter(|key| self.kind(*key) == Kind::Text).unwrap_or(node)
            }
            _ => node,
        }
    }

    /// A name as a word: `$name`, `"name"`, `:name` and `@name` are `name`.
    pub(super) fn bare_name(&self, node: impl Named<'t>) -> &'t str {
        let text = node.text(self);
        text.trim_matches(['$', '@', '"', '\'', '`', ':', '#', '&', '*', ' '])
            .trim_end_matches(" mut")
    }

    /// Where the name of a function stands.
    pub(super) fn name_node(&self, node: Node<'t>) -> Option<Node<'t>> {
        if let Some(name) = node.child_by_field_name("name") {
            return Some(name);
        }
        let mut at = node.child_by_field_name("declarator")?;
        for _ in 0..MAX_STEPS {
            match at.child_by_field_name("declarator") {
                Some(inner) => at = inner,
                None => break,
            }
        }
        (self.kind(at) == Kind::Member).then(|| self.last_name(at)).or(Some(at))
    }

    /// Whether a function says `async` or `suspend` before its name.
    pub(super) fn is_async(&self, node: Node<'t>) -> bool {
        if self.kind(node) == Kind::AsyncBlock {
            return true;
        }
        let is_mark = |child: Node<'t>| match child.kind() {
            "async" => true,
            "modifier" | "modifiers" | "function_modifiers" => self
                .source(child)
                .split_whitespace()
                .any(|word| matches!(word, "async" | "suspend")),
            _ => false,
        };
        (0..MAX_MODIFIERS).map_while(|at| node.child(at)).any(is_mark)
    }

    /// Whether a loop goes over many things, in contrast to one that waits, tries
    /// again, or reads until an end.
    pub(super) fn goes_over_many(&self, node: Node<'t>, kind: Kind, body: Node<'t>) -> bool {
        const TRIES: &[&str] = &[
            "retr", "attempt", "tries", "poll", "timeout", "deadline", "backoff", "next", "recv",
            "read", "accept", "chunk", "stdin", "fetch", "cursor", "page", "offset",
        ];
        let head = self.text.get(node.start_byte()..body.start_byte()).unwrap_or_default();
        if kind == Kind::Comprehension {
            return true;
        }
        let head = cut(head, MAX_HEAD).to_ascii_lowercase();
        if TRIES.iter().any(|word| head.contains(word)) {
            return false;
        }
        let compares = head.contains(['<', '>']);
        let is_clauses = matches!(self.family, Family::C) || head.contains(';');
        match kind {
            Kind::While => compares,
            _ if node.kind() == "for_range_loop" => true,
            Kind::Loop if is_clauses => compares,
            // Go's `for` without `range`.
            Kind::Loop if self.family == Family::Go => head.contains("range"),
            _ => !self.is_short(node),
        }
    }

    /// A loop over a list that is written out.
    fn is_short(&self, node: Node<'t>) -> bool {
        let over = node.child_by_field_name("right").or_else(|| node.child_by_field_name("value"));
        over.is_some_and(|over| self.kind(self.unwrapped(over)) == Kind::List)
    }
}

/// At most `most` bytes of a text, cut between characters.
pub(in crate::review) fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A node or its text.
pub(super) trait Named<'t> {
    fn text(self, facts: &Facts<'t>) -> &'t str;
}

impl<'t> Named<'t> for Node<'t> {
    fn text(self, facts: &Facts<'t>) -> &'t str {
        facts.source(self)
    }
}

impl<'t> Named<'t> for &'t str {
    fn text(self, _: &Facts<'t>) -> &'t str {
        self
    }
}
