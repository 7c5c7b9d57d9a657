//! What the walks of all languages share: the way through a tree, bounded in
//! depth. A language brings its names of nodes, what it keeps of the way, and
//! what one node stands for ([`Spoken`]).
//!
//! **Invariants**
//! - All that calls itself goes through [`Walk::within`], so that no code is too
//!   deep for the stack.
//! - The language is a type, not a value: a walk costs what it would cost if it
//!   were written for its language alone.

use std::sync::OnceLock;

use tree_sitter::{Node, Tree, TreeCursor};

use super::builder::{Builder, Draft, ScopeKind, line_of};
use super::grammar::{Child, Grammar, Named, in_field};
use super::{Links, Role};
use crate::language::Language;
use crate::language::table::LANGUAGES;

/// Deeper code is not looked into.
const MAX_DEPTH: usize = 200;

/// The grammars of one walk, each looked up when it is first read.
pub(super) struct Grammars<K, F>([OnceLock<Grammar<K, F>>; LANGUAGES.len()]);

impl<K: Named, F: Named> Grammars<K, F> {
    pub(super) const fn new() -> Self {
        Grammars([const { OnceLock::new() }; LANGUAGES.len()])
    }

    fn of(&self, language: Language) -> &Grammar<K, F> {
        self.0[language.index()].get_or_init(|| Grammar::new(&language.grammar()))
    }
}

/// One language, as its walk keeps it: what is known where the walk stands.
pub(super) trait Spoken<'t>: Sized {
    /// The nodes that mean something.
    type Kind: Named;
    /// The fields that mean something.
    type Field: Named;

    fn grammars() -> &'static Grammars<Self::Kind, Self::Field>;

    /// What is known at the top of a file.
    fn at_top(language: Language) -> Self;

    /// Walks a statement or an expression and returns what it stands for.
    fn expr(walk: &mut Walk<'t, Self>, node: Node<'t>) -> Draft;

    /// Nodes of this kind are walked.
    fn counts(_kind: Self::Kind) -> bool {
        true
    }

    /// A node of this kind may be what the one around it stands for.
    fn has_value(_kind: Self::Kind) -> bool {
        true
    }

    /// What is left to say when the whole file is walked.
    fn at_end(_walk: &mut Walk<'t, Self>) {}
}

/// Reads the links of a parsed file.
pub(super) fn read<'t, L: Spoken<'t>>(language: Language, tree: &'t Tree, text: &'t str) -> Links {
    let mut walk = Walk {
        b: Builder::new(text),
        at: L::at_top(language),
        grammar: L::grammars().of(language),
        cursor: tree.walk(),
        depth: 0,
    };
    walk.all_children(tree.root_node());
    L::at_end(&mut walk);
    walk.b.finish()
}

/// The way through one file.
pub(super) struct Walk<'t, L: Spoken<'t>> {
    pub(super) b: Builder<'t>,
    /// What the language knows where the walk stands.
    pub(super) at: L,
    grammar: &'static Grammar<L::Kind, L::Field>,
    /// Only lent: whoever moves it sets it first.
    pub(super) cursor: TreeCursor<'t>,
    depth: usize,
}

/// A child of a node, in the words of a language.
type ChildOf<'t, L> = Child<'t, <L as Spoken<'t>>::Kind, <L as Spoken<'t>>::Field>;

impl<'t, L: Spoken<'t>> Walk<'t, L> {
    pub(super) fn kind(&self, node: Node<'_>) -> L::Kind {
        self.grammar.kind(node)
    }

    pub(super) fn children(&mut self, node: Node<'t>) -> Vec<ChildOf<'t, L>> {
        if node.child_count() == 0 {
            return Vec::new();
        }
        self.grammar.children(node, &mut self.cursor, L::counts)
    }

    pub(super) fn all_children(&mut self, node: Node<'t>) {
        if node.named_child_count() == 0 {
            return;
        }
        for child in self.children(node) {
            if child.node.is_named() {
                self.visit(child.node);
            }
        }
    }

    /// Walks a statement or an expression and returns what it stands for.
    pub(super) fn visit(&mut self, node: Node<'t>) -> Draft {
        self.deeper(|walk| L::expr(walk, node))
    }

    pub(super) fn visit_field(&mut self, children: &[ChildOf<'t, L>], field: L::Field) -> Draft {
        match in_field(children, field) {
            Some(child) => self.visit(child.node),
            None => self.b.unknown(),
        }
    }

    /// The value of the first child that has one; the others are walked too.
    pub(super) fn first_child(&mut self, node: Node<'t>) -> Draft {
        self.first_child_by(node, Self::visit)
    }

    pub(super) fn first_child_by(
        &mut self,
        node: Node<'t>,
        mut visit: impl FnMut(&mut Self, Node<'t>) -> Draft,
    ) -> Draft {
        let mut first = None;
        for child in self.children(node) {
            if child.node.is_named() && L::has_value(child.kind) {
                let found = visit(self, child.node);
                first.get_or_insert(found);
            }
        }
        first.unwrap_or(self.b.unknown())
    }

    pub(super) fn block(&mut self, node: Node<'t>) {
        self.b.open_scope(ScopeKind::Block);
        self.all_children(node);
        self.b.close_scope();
    }

    /// The instance of the class around, where there is one.
    pub(super) fn this(&mut self) -> Draft {
        match self.b.class() {
            Some(class) => self.b.this(class),
            None => self.b.unknown(),
        }
    }

    /// A member's use; returns what it stands for.
    pub(super) fn member_use(&mut self, of: Draft, name: Node<'t>, role: Role) -> Draft {
        let text = self.b.source(name);
        let draft = self.b.member(of, text);
        self.b.use_at(draft, line_of(name), role);
        draft
    }

    /// What `read` finds one step deeper; nothing is known where that is too deep.
    #[inline]
    pub(super) fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Draft) -> Draft {
        self.within(MAX_DEPTH, read).unwrap_or(self.b.unknown())
    }

    /// Does something one step deeper, where that is not too deep.
    #[inline]
    pub(super) fn go_deeper(&mut self, act: impl FnOnce(&mut Self)) {
        self.within(MAX_DEPTH, act);
    }

    /// The same, where fewer than `most` steps are taken.
    #[inline]
    pub(super) fn within<T>(
        &mut self,
        most: usize,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.depth >= most {
            return None;
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        Some(found)
    }
}
