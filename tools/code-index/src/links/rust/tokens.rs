//! What stands inside macro calls and macro definitions: tokens, of which only
//! the macro knows the meaning. Paths, members and calls are told by what stands
//! beside them; the rest is passed over.

use tree_sitter::Node;

use super::super::Role;
use super::super::builder::{Draft, Space, line_of};
use super::super::grammar::in_field;
use super::{FieldName, Kind, Walk};

/// Tokens kept of one tree; longer ones are tables of data.
const MAX_TOKENS: usize = 20_000;

/// The tokens between a pair of brackets.
struct Tokens<'t> {
    all: Vec<Node<'t>>,
}

impl<'t> Tokens<'t> {
    fn at(&self, at: usize) -> Option<Node<'t>> {
        self.all.get(at).copied()
    }

    /// The mark or word without a kind of its own that stands somewhere.
    fn mark(&self, at: usize) -> &'t str {
        self.at(at).filter(|token| !token.is_named()).map_or("", |token| token.kind())
    }
}

impl<'t> Walk<'t> {
    pub(super) fn macro_call(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Macro) else { return self.b.unknown() };
        self.path(name.node, Role::Call, Space::Macro);
        let mut first = self.b.unknown();
        if let Some(tree) = children.iter().find(|child| child.kind == Kind::TokenTree) {
            first = self.tokens(tree.node, first);
        }
        match self.b.source(name.node) {
            "vec" => self.b.list(first),
            "dbg" => first,
            "format" => {
                let name = self.b.free("String");
                self.b.instance(name)
            }
            _ => self.b.unknown(),
        }
    }

    /// Walks the tokens in brackets and returns what the first expression among
    /// them stands for. `fields` is what `name: value` is written for.
    pub(super) fn tokens(&mut self, tree: Node<'t>, fields: Draft) -> Draft {
        self.deeper(|walk| walk.tokens_inside(tree, fields))
    }

    fn tokens_inside(&mut self, tree: Node<'t>, fields: Draft) -> Draft {
        let mut first = self.b.unknown();
        let known = self.at.locals.len();
        let tokens = self.tokens_of(tree);
        let mut at = 1;
        while let Some(token) = tokens.at(at) {
            let kind = self.kind(token);
            match kind {
                Kind::TokenTree | Kind::TokenRepetition => {
                    let unknown = self.b.unknown();
                    self.tokens(token, unknown);
                }
                Kind::Identifier
                | Kind::SelfWord
                | Kind::Super
                | Kind::Crate
                | Kind::Metavariable => {
                    let (found, next) = self.token_path(&tokens, at, fields);
                    if at == 1 {
                        first = found;
                    }
                    at = next;
                    continue;
                }
                _ if !token.is_named() => {
                    at = self.token_mark(&tokens, at);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        self.at.locals.truncate(known);
        first
    }

    fn tokens_of(&mut self, tree: Node<'t>) -> Tokens<'t> {
        let mut all = Vec::new();
        self.cursor.reset(tree);
        let mut more = self.cursor.goto_first_child();
        while more && all.len() < MAX_TOKENS {
            let token = self.cursor.node();
            if !matches!(self.kind(token), Kind::LineComment | Kind::BlockComment) {
                all.push(token);
            }
            more = self.cursor.goto_next_sibling();
        }
        Tokens { all }
    }

    /// A word or mark that says what the next name is; returns what to go on with.
    fn token_mark(&mut self, tokens: &Tokens<'t>, at: usize) -> usize {
        match tokens.mark(at) {
            // Names that are defined.
            "const" | "static" | "fn" | "struct" | "enum" | "trait" | "mod" | "type" | "union"
                if self.is_name(tokens, at + 1) =>
            {
                at + 2
            }
            "let" => self.token_bindings(tokens, at + 1, &["=", ":", ";"]),
            "for" if self.is_loop(tokens, at + 1) => self.token_bindings(tokens, at + 1, &["in"]),
            "|" => {
                let end = self.end_of_parameters(tokens, at);
                end.map_or(at + 1, |end| self.token_bindings(tokens, at + 1, &["|"]).max(end))
            }
            _ => at + 1,
        }
    }

    /// `for x in …`, not `impl … for X { … }`.
    fn is_loop(&self, tokens: &Tokens<'t>, start: usize) -> bool {
        let mut rest = start..tokens.all.len();
        let end = rest.find(|&at| tokens.mark(at) == "in" || self.opens(tokens, at, "{"));
        end.is_some_and(|end| tokens.mark(end) == "in")
    }

    fn is_name(&self, tokens: &Tokens<'t>, at: usize) -> bool {
        tokens.at(at).is_some_and(|token| self.kind(token) == Kind::Identifier)
    }

    /// Where `|a, b|` ends, if that is what it is.
    fn end_of_parameters(&self, tokens: &Tokens<'t>, start: usize) -> Option<usize> {
        let before = start.checked_sub(1)?;
        let follows_value = tokens.at(before).is_some_and(|token| {
            before > 0 && token.is_named() && self.kind(token) != Kind::Mutable
        });
        if follows_value {
            return None;
        }
        let mut at = start + 1;
        loop {
            match (tokens.mark(at), tokens.at(at)?) {
                ("|", _) => return Some(at + 1),
                ("," | ":" | "&" | "_" | "::", _) => {}
                (_, token) if token.is_named() => {}
                _ => return None,
            }
            at += 1;
        }
    }

    /// Binds the names of a pattern, until one of the marks.
    fn token_bindings(&mut self, tokens: &Tokens<'t>, start: usize, until: &[&str]) -> usize {
        let mut at = start;
        while let Some(token) = tokens.at(at) {
            let mark = tokens.mark(at);
            if until.contains(&mark) || mark == "=>" {
                break;
            }
            match self.kind(token) {
                Kind::Identifier if !self.is_variable(token) => {
                    let unknown = self.b.unknown();
                    at = self.token_path(tokens, at, unknown).1;
                    continue;
                }
                Kind::Identifier => self.token_local(token),
                Kind::TokenTree => {
                    let inner = self.tokens_of(token);
                    self.go_deeper(|walk| {
                        walk.token_bindings(&inner, 1, &[]);
                    });
                }
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn is_variable(&self, token: Node<'t>) -> bool {
        self.b.source(token).starts_with(|first: char| first.is_lowercase() || first == '_')
    }

    fn token_local(&mut self, token: Node<'t>) {
        let (name, unknown) = (self.b.source(token), self.b.unknown());
        self.at.locals.push((name, unknown));
    }

    /// A path with the members and calls behind it; returns what it stands for
    /// and where it ends.
    fn token_path(&mut self, tokens: &Tokens<'t>, start: usize, fields: Draft) -> (Draft, usize) {
        let Some(token) = tokens.at(start) else { return (self.b.unknown(), start + 1) };
        let is_name = self.kind(token) == Kind::Identifier;
        if is_name && tokens.mark(start + 1) == ":" {
            if !self.b.is_unknown(fields) {
                self.member_use(fields, token, Role::Key);
            }
            return (self.b.unknown(), start + 2);
        }
        if is_name && matches!(tokens.mark(start + 1), "=" | "=>") && self.is_variable(token) {
            if self.local(self.b.source(token)).is_none() {
                self.token_local(token);
            }
            return (self.b.unknown(), start + 2);
        }
        let mut found = self.token_start(tokens, start);
        let mut at = start + 1;
        let mut name = token;
        loop {
            let (mark, next) = (tokens.mark(at), tokens.at(at + 1));
            let next_kind = next.map_or(Kind::Other, |next| self.kind(next));
            match (mark, next, next_kind) {
                ("." | "::", Some(next), Kind::Identifier) => {
                    let role = self.token_role(tokens, at + 1);
                    found = self.member_use(found, next, role);
                    name = next;
                    at += 2;
                }
                (".", Some(next), Kind::Integer) => {
                    let place = self.b.source(next);
                    found = self.b.member(found, place);
                    at += 2;
                }
                ("::", Some(_), Kind::Super) => {
                    found = self.b.member(found, "super");
                    at += 2;
                }
                (".", ..) if tokens.mark(at + 1) == "await" => {
                    found = self.b.awaited(found);
                    at += 2;
                }
                ("?", ..) => at += 1,
                ("!", ..) if self.opens(tokens, at + 1, "([{") => at += 1,
                _ => match self.token_tree_behind(tokens, at, found, name) {
                    Some(value) => {
                        found = value;
                        at += 1;
                    }
                    None => return (found, at),
                },
            }
        }
    }

    /// What a path with brackets behind it stands for, if there are any.
    fn token_tree_behind(
        &mut self,
        tokens: &Tokens<'t>,
        at: usize,
        of: Draft,
        name: Node<'t>,
    ) -> Option<Draft> {
        let tree = tokens.at(at)?;
        let unknown = self.b.unknown();
        let (value, fields) = if tokens.mark(at - 1) == "!" {
            (unknown, unknown)
        } else if self.opens(tokens, at, "(") {
            (self.b.call(of), unknown)
        } else if self.opens(tokens, at, "[") {
            (self.b.element(of), unknown)
        } else if self.opens(tokens, at, "{") && self.is_type_name(name) {
            let instance = self.b.instance(of);
            (instance, instance)
        } else {
            return None;
        };
        self.tokens(tree, fields);
        Some(value)
    }

    fn opens(&self, tokens: &Tokens<'t>, at: usize, brackets: &str) -> bool {
        tokens.at(at).is_some_and(|token| {
            self.kind(token) == Kind::TokenTree
                && self.b.source(token).starts_with(|first| brackets.contains(first))
        })
    }

    /// `Store`, but not `STORE`.
    fn is_type_name(&self, name: Node<'t>) -> bool {
        let text = self.b.source(name);
        text.starts_with(char::is_uppercase)
            && (text.len() == 1 || text.contains(char::is_lowercase))
    }

    fn token_role(&self, tokens: &Tokens<'t>, at: usize) -> Role {
        let is_macro = tokens.mark(at + 1) == "!" && self.opens(tokens, at + 2, "([{");
        if is_macro || self.opens(tokens, at + 1, "(") {
            return Role::Call;
        }
        match tokens.at(at) {
            Some(token) if self.is_type_name(token) => Role::Type,
            _ => Role::Plain,
        }
    }

    /// The first name of a path.
    fn token_start(&mut self, tokens: &Tokens<'t>, at: usize) -> Draft {
        let Some(token) = tokens.at(at) else { return self.b.unknown() };
        let is_outer = tokens.mark(at + 1) == "::";
        let text = self.b.source(token);
        match self.kind(token) {
            Kind::SelfWord if is_outer => return self.module_above(0),
            Kind::SelfWord => return self.this(),
            Kind::Super => return self.module_above(1),
            Kind::Crate => return self.b.free("crate"),
            Kind::Metavariable if text == "$crate" => return self.b.free("crate"),
            Kind::Metavariable => return self.b.unknown(),
            _ => {}
        }
        // A member of something that is not understood.
        if at > 0 && matches!(tokens.mark(at - 1), "." | "::") && at > 1 {
            let of = self.b.unknown();
            let role = self.token_role(tokens, at);
            let member = self.b.member(of, text);
            self.b.use_at(member, line_of(token), role);
            return member;
        }
        let is_macro = tokens.mark(at + 1) == "!" && self.opens(tokens, at + 2, "([{");
        let role = self.token_role(tokens, at);
        let space = match (is_macro, is_outer) {
            (true, _) => Space::Macro,
            (_, true) => Space::Type,
            _ if role == Role::Type => Space::Type,
            _ => Space::Value,
        };
        if space == Space::Type
            && let Some(held) = self.local(text)
        {
            return held;
        }
        self.first_name(token, role, space)
    }
}
