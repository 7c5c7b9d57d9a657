//! A parsed file and short ways through its tree.
//!
//! **Invariants**
//! - Walks are by cursor and end: deep nesting costs no stack.
//! - Text is only sliced where the tree says a node stands.

use tree_sitter::{Node, Point, Tree};

use crate::language::Language;

/// One parsed file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Inside the root.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) language: Language,
    pub(crate) tree: Tree,
}

impl Source {
    pub(crate) fn root(&self) -> At<'_> {
        At { node: self.tree.root_node(), text: &self.text }
    }

    /// The node of a name in a line, from 1.
    pub(crate) fn name_at(&self, line: u32, name: &str) -> Option<At<'_>> {
        let row = (line as usize).checked_sub(1)?;
        let column = self.text.lines().nth(row)?.match_indices(name).map(|(at, _)| at);
        let root = self.root();
        column.into_iter().find_map(|at| {
            let from = Point { row, column: at };
            let to = Point { row, column: at + name.len() };
            let node = root.node.descendant_for_point_range(from, to)?;
            let found = At { node, text: &self.text };
            (found.text() == name || found.unquoted() == name).then_some(found)
        })
    }
}

/// A node and the text that it stands in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'t> {
    pub(crate) node: Node<'t>,
    text: &'t str,
}

/// The arguments of a call.
pub(crate) fn arguments(call: At<'_>) -> Vec<At<'_>> {
    call.field("arguments").map(At::children).unwrap_or_default()
}

/// Parents that are looked through.
const MAX_UP: usize = 200;

impl<'t> At<'t> {
    fn with(self, node: Node<'t>) -> At<'t> {
        At { node, text: self.text }
    }

    pub(crate) fn kind(self) -> &'t str {
        self.node.kind()
    }

    pub(crate) fn is(self, kinds: &[&str]) -> bool {
        kinds.contains(&self.node.kind())
    }

    pub(crate) fn text(self) -> &'t str {
        self.text.get(self.node.byte_range()).unwrap_or("")
    }

    /// The text without the quotes around it.
    pub(crate) fn unquoted(self) -> &'t str {
        let text = self.text();
        let text = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '#');
        let quoted = |quote: &str| text.strip_prefix(quote)?.strip_suffix(quote);
        let found = ["\"\"\"", "'''", "\"", "'", "`"].iter().find_map(|quote| quoted(quote));
        // Raw strings of Rust end with what they begin with.
        let text = text.trim_end_matches('#');
        found.or_else(|| text.strip_prefix('"')?.strip_suffix('"')).unwrap_or(self.text())
    }

    pub(crate) fn line(self) -> u32 {
        u32::try_from(self.node.start_position().row).unwrap_or(u32::MAX).saturating_add(1)
    }

    pub(crate) fn start(self) -> usize {
        self.node.start_byte()
    }

    pub(crate) fn field(self, name: &str) -> Option<At<'t>> {
        self.node.child_by_field_name(name).map(|node| self.with(node))
    }

    /// What a call calls. The grammar of TypeScript puts the waiting of `await
    /// get<T>(path)` around the name alone: it is looked through.
    pub(crate) fn function(self) -> Option<At<'t>> {
        let function = self.field("function")?;
        if function.kind() == "await_expression" { function.first() } else { Some(function) }
    }

    /// The call that this is the function of.
    pub(crate) fn called(self) -> Option<At<'t>> {
        let up = self.parent()?;
        let up = if up.kind() == "await_expression" { up.parent()? } else { up };
        let is_call = up.kind() == "call_expression";
        up.function().filter(|one| is_call && one.node == self.node).map(|_| up)
    }

    pub(crate) fn parent(self) -> Option<At<'t>> {
        self.node.parent().map(|node| self.with(node))
    }

    /// What is around, nearest first.
    pub(crate) fn around(self) -> impl Iterator<Item = At<'t>> {
        std::iter::successors(self.parent(), |at| at.parent()).take(MAX_UP)
    }

    /// The nearest of some kinds around.
    pub(crate) fn inside(self, kinds: &[&str]) -> Option<At<'t>> {
        self.around().find(|at| at.is(kinds))
    }

    /// Named children, without comments.
    pub(crate) fn children(self) -> Vec<At<'t>> {
        let mut cursor = self.node.walk();
        let all = self.node.named_children(&mut cursor).filter(|node| !node.is_extra());
        all.map(|node| self.with(node)).collect()
    }

    pub(crate) fn first(self) -> Option<At<'t>> {
        self.children().into_iter().next()
    }

    pub(crate) fn child(self, kind: &str) -> Option<At<'t>> {
        self.children().into_iter().find(|child| child.kind() == kind)
    }

    /// It has an unnamed child of this text, such as `static` or `?`.
    pub(crate) fn has_token(self, token: &str) -> bool {
        let mut cursor = self.node.walk();
        self.node.children(&mut cursor).any(|child| self.with(child).text() == token)
    }

    /// All nodes below, itself first, in order.
    pub(crate) fn descendants(self) -> Descendants<'t> {
        Descendants { cursor: self.node.walk(), text: self.text, next: true }
    }

    /// Those of one kind.
    pub(crate) fn all(self, kind: &'static str) -> impl Iterator<Item = At<'t>> {
        self.descendants().filter(move |at| at.kind() == kind)
    }

    /// The names of a chain `a.b.c` or `a::b::c`; none where it is more than that.
    pub(crate) fn chain(self) -> Option<Vec<&'t str>> {
        let text = self.text();
        let is_chain = |c: char| c.is_alphanumeric() || "_$.:".contains(c);
        if text.is_empty() || text.len() > 200 || !text.chars().all(is_chain) {
            return None;
        }
        let names: Vec<&str> = text.split(['.', ':']).filter(|name| !name.is_empty()).collect();
        (!names.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit())).then_some(names)
    }
}

/// See [`At::descendants`].
pub(crate) struct Descendants<'t> {
    cursor: tree_sitter::TreeCursor<'t>,
    text: &'t str,
    next: bool,
}

impl<'t> Iterator for Descendants<'t> {
    type Item = At<'t>;

    fn next(&mut self) -> Option<At<'t>> {
        if !self.next {
            return None;
        }
        let found = At { node: self.cursor.node(), text: self.text };
        self.next = self.advance();
        Some(found)
    }
}

impl Descendants<'_> {
    fn advance(&mut self) -> bool {
        if self.cursor.goto_first_child() {
            return true;
        }
        while !self.cursor.goto_next_sibling() {
            if !self.cursor.goto_parent() {
                return false;
            }
        }
        true
    }
}
