//! How a value is made: written out, or put together from parts that are not known.
//!
//! A local variable is followed to what it was last given; parameters, fields and
//! results of calls are not known.

mod steps;

use tree_sitter::Node;

use super::facts::{Call, Facts};
use super::shape::{Family, Kind};

/// Parts looked at of one value.
const MAX_PARTS: usize = 300;
/// Assignments followed for one value.
const MAX_FOLLOWED: usize = 6;
/// Bytes kept of the text that is written out.
const MAX_TEXT: usize = 2_000;

/// Calls that give what they are given, as far as text goes.
const SAME: &[&str] = &[
    "dedent",
    "strip",
    "trim",
    "to_string",
    "to_owned",
    "into",
    "from",
    "c_str",
    "as_str",
    "as_ref",
    "clone",
    "encode",
    "toString",
    "String",
    "str",
    "text",
    "trimIndent",
    "trimMargin",
    "lstrip",
    "rstrip",
    "squish",
    "freeze",
    "Text",
];

/// Calls that fill a pattern.
const FILL: &[&str] = &[
    "format",
    "Sprintf",
    "sprintf",
    "Format",
    "formatted",
    "concat",
    "Concat",
    "StrCat",
    "StrFormat",
    "printf",
];

/// Calls after which a text can do no harm.
const SAFE: &[&str] = &[
    "len",
    "int",
    "float",
    "bool",
    "Number",
    "parseInt",
    "parseFloat",
    "Itoa",
    "FormatInt",
    "intval",
    "to_i",
    "count",
    "size",
    "length",
    "Integer",
    "Int",
    "toInt",
    "h",
    "type",
    "id",
    "sizeof",
    "render",
    "renderToString",
];

/// How a value is made.
#[derive(Default)]
pub(super) struct Made<'t> {
    /// What is written out, `{}` where something is put in.
    pub(super) text: String,
    /// What is put in and not known.
    pub(super) unknown: Vec<Node<'t>>,
}

impl Made<'_> {
    /// Text with something unknown in it.
    pub(super) fn is_built(&self) -> bool {
        !self.unknown.is_empty() && self.text.replace("{}", "").chars().any(char::is_alphanumeric)
    }

    /// Nothing in it comes from elsewhere.
    pub(super) fn is_constant(&self) -> bool {
        self.unknown.is_empty()
    }

    fn say(&mut self, text: &str) {
        if self.text.len() < MAX_TEXT {
            self.text.push_str(text);
        }
    }
}

/// Finds out how the argument of a call is made.
pub(super) fn made<'t>(facts: &Facts<'t>, call: &Call<'t>, node: Node<'t>) -> Made<'t> {
    of(facts, call.function, node)
}

/// Finds out how a value inside a function is made.
pub(super) fn of<'t>(facts: &Facts<'t>, function: Option<usize>, node: Node<'t>) -> Made<'t> {
    let mut maker = Maker { facts, function, made: Made::default(), open: vec![], followed: 0 };
    maker.open.push((node, node.start_byte()));
    for _ in 0..MAX_PARTS {
        let Some((node, before)) = maker.open.pop() else { return maker.made };
        maker.part(node, before);
    }
    maker.made
}

struct Maker<'f, 't> {
    facts: &'f Facts<'t>,
    function: Option<usize>,
    made: Made<'t>,
    /// What is left to look at, next one last, and the byte before which it is seen.
    open: Vec<(Node<'t>, usize)>,
    followed: usize,
}

impl<'t> Maker<'_, 't> {
    fn part(&mut self, node: Node<'t>, before: usize) {
        match self.facts.kind(node) {
            Kind::Text | Kind::Shell => self.text(node, before),
            Kind::Number | Kind::Comment => {}
            Kind::Name => self.name(node, before),
            Kind::Binary => self.binary(node, before),
            Kind::Joined | Kind::Wrap | Kind::Await | Kind::List | Kind::Hole => {
                let children = self.facts.children(node, MAX_PARTS);
                self.later(children, before);
            }
            Kind::Ternary => {
                let children = self.facts.children(node, 3);
                let named =
                    ["consequence", "alternative"].map(|field| node.child_by_field_name(field));
                let both: Vec<_> = match named {
                    [Some(yes), Some(no)] => vec![yes, no],
                    _ => children.into_iter().step_by(2).collect(),
                };
                self.later(both, before);
            }
            Kind::Call => self.call(node, before),
            Kind::Macro => self.format_macro(node),
            Kind::Member if is_constant_name(self.facts.source(self.facts.unwrapped(node))) => {}
            Kind::Member if self.is_constant_member(node) => {}
            _ => self.unknown(node),
        }
    }

    fn unknown(&mut self, node: Node<'t>) {
        self.made.say("{}");
        self.made.unknown.push(node);
    }

    fn later(&mut self, nodes: Vec<Node<'t>>, before: usize) {
        self.open.extend(nodes.into_iter().rev().map(|node| (node, before)));
    }

    fn text(&mut self, node: Node<'t>, before: usize) {
        let written = self.facts.source(node);
        let mut at = node.start_byte();
        for child in self.facts.children(node, MAX_PARTS) {
            if is_plain(self.facts, child) {
                continue;
            }
            let text = self.facts.text.get(at..child.start_byte()).unwrap_or_default();
            self.made.say(text);
            at = child.end_byte();
            let inner = if self.facts.kind(child) == Kind::Hole {
                child.named_child(0)
            } else {
                Some(child)
            };
            // Only what is put in matters here; its own text is no part of the pattern.
            if let Some(inner) = inner {
                let inside = of_bounded(self.facts, self.function, inner, before, self.followed);
                if inside.is_constant() {
                    self.made.say(&inside.text);
                } else {
                    self.made.say("{}");
                    self.made.unknown.extend(inside.unknown);
                }
            }
        }
        let rest = self.facts.text.get(at..node.end_byte()).unwrap_or(written);
        self.made.say(rest.trim_end_matches(['"', '\'', '`']));
        if names_variable(self.facts, written) {
            self.unknown(node);
        }
    }

    fn name(&mut self, node: Node<'t>, before: usize) {
        let name = self.facts.source(node);
        if is_constant_name(name) {
            return;
        }
        let bare = name.trim_start_matches('$');
        let give =
            self.facts.given(bare, self.function, before).filter(|_| self.followed < MAX_FOLLOWED);
        let Some(give) = give else {
            self.unknown(node);
            return;
        };
        self.followed += 1;
        let start = give.node.start_byte();
        if matches!(self.facts.path(give.value).as_str(), "StringBuilder()" | "StringBuffer()") {
            let (built, from) = (give.value, give.node.end_byte());
            self.builder(bare, built, from, before);
            return;
        }
        self.open.push((give.value, start));
        if give.kind == Kind::Augment {
            self.open.push((give.left, start));
        }
    }

    fn binary(&mut self, node: Node<'t>, before: usize) {
        let operator = node.child_by_field_name("operator").map(|operator| operator.kind());
        let (left, right) = (node.child_by_field_name("left"), node.child_by_field_name("right"));
        match (operator, left, right) {
            (Some("+" | "." | "<<"), Some(left), Some(right)) => {
                self.later(vec![left, right], before)
            }
            (Some("%"), Some(left), Some(right)) if self.is_text(left) => {
                let only_numbers = puts_numbers(self.facts.source(left));
                self.later(if only_numbers { vec![left] } else { vec![left, right] }, before);
            }
            (Some("??" | "||" | "or"), Some(left), Some(right)) => {
                self.later(vec![left, right], before)
            }
            (Some("-" | "*" | "/" | "==" | "!=" | "<" | ">" | "<=" | ">="), ..) => {}
            _ => self.unknown(node),
        }
    }

    fn is_text(&self, node: Node<'t>) -> bool {
        matches!(self.facts.kind(self.facts.unwrapped(node)), Kind::Text | Kind::Joined)
            || self.facts.kind(node) == Kind::Name
    }

    fn call(&mut self, node: Node<'t>, before: usize) {
        let path = self.facts.path(node);
        let name = path.trim_end_matches("()").rsplit('.').next().unwrap_or_default().to_owned();
        let receiver = self.facts.receiver(node);
        let arguments: Vec<_> = self
            .facts
            .arguments(node, Kind::Call)
            .into_iter()
            .map(|argument| argument.value)
            .collect();
        let from_text = receiver.filter(|receiver| {
            matches!(
                self.facts.kind(self.facts.unwrapped(*receiver)),
                Kind::Text | Kind::Name | Kind::Call | Kind::Joined
            )
        });
        if makes_safe(&name) {
            return;
        }
        if name == "join" && !matches!(self.facts.family, Family::Go | Family::Rust) {
            // `join(x for x in xs)` has no list of arguments.
            let list = arguments.first().copied();
            let list = list.or_else(|| node.child_by_field_name("arguments"));
            self.joined(node, receiver, list);
        } else if FILL.contains(&name.as_str()) {
            let mut parts: Vec<_> = from_text
                .into_iter()
                .filter(|one| self.is_text(*one) && self.is_lower(*one))
                .collect();
            let pattern = arguments.first().map(|first| self.facts.source(*first));
            let only_numbers = pattern.is_some_and(puts_numbers);
            parts.extend(arguments.into_iter().take(if only_numbers { 1 } else { MAX_PARTS }));
            self.later(parts, before);
        } else if SAME.contains(&name.as_str()) {
            match (arguments.first(), from_text.filter(|one| self.is_lower(*one))) {
                (None, Some(receiver)) => self.later(vec![receiver], before),
                (Some(first), _) => self.later(vec![*first], before),
                _ => self.unknown(node),
            }
        } else {
            self.unknown(node);
        }
    }

    /// Not the name of a type or package, as `String` of `String.format`.
    fn is_lower(&self, node: Node<'t>) -> bool {
        let source = self.facts.source(node);
        self.facts.kind(node) != Kind::Name
            || !source.starts_with(char::is_uppercase)
                && !matches!(source, "fmt" | "std" | "string" | "absl")
    }

    /// `format!("… {} …", name)`: a macro has tokens for arguments.
    fn format_macro(&mut self, node: Node<'t>) {
        let name = node.child_by_field_name("macro").map(|name| self.facts.source(name));
        let name = name.unwrap_or_default();
        let tokens = self.facts.children(node, 2).pop();
        let tokens =
            tokens.map(|tokens| self.facts.children(tokens, MAX_PARTS)).unwrap_or_default();
        let texts = tokens.iter().filter(|token| self.facts.kind(**token) == Kind::Text);
        let text = texts.map(|token| self.facts.source(*token)).next();
        match (name, text) {
            ("format", Some(text)) => {
                self.made.say(text);
                let inline = text.match_indices('{').any(|(at, _)| {
                    text[at + 1..].starts_with(|next: char| next.is_lowercase() || next == '_')
                });
                let given = tokens.iter().any(|token| {
                    let named = matches!(self.facts.kind(*token), Kind::Name | Kind::This);
                    named && !is_constant_name(self.facts.source(*token))
                });
                if inline || given {
                    self.made.unknown.push(node);
                }
            }
            ("concat" | "include_str" | "stringify", _) => {
                self.made.say(text.unwrap_or_default());
            }
            _ => self.unknown(node),
        }
    }

    fn is_constant_member(&self, node: Node<'t>) -> bool {
        let children = self.facts.children(node, 3);
        children.last().is_some_and(|last| is_constant_name(self.facts.source(*last)))
    }
}

/// The same for what stands in a hole. Holes in holes are not followed: they
/// count as unknown, so this goes one step deep.
fn of_bounded<'t>(
    facts: &Facts<'t>,
    function: Option<usize>,
    node: Node<'t>,
    before: usize,
    followed: usize,
) -> Made<'t> {
    let mut maker =
        Maker { facts, function, made: Made::default(), open: vec![(node, before)], followed };
    for _ in 0..MAX_PARTS {
        let Some((node, before)) = maker.open.pop() else { break };
        let is_text = matches!(facts.kind(node), Kind::Text | Kind::Shell);
        let has_hole =
            is_text && !facts.children(node, MAX_PARTS).iter().all(|child| is_plain(facts, *child));
        if has_hole {
            maker.unknown(node);
        } else {
            maker.part(node, before);
        }
    }
    maker.made
}

/// Whether a child of a text is text itself, not something put in.
fn is_plain(facts: &Facts<'_>, child: Node<'_>) -> bool {
    matches!(facts.kind(child), Kind::Other | Kind::Text | Kind::Comment)
}

/// A pattern such as `"id = %d"` puts in numbers only.
fn puts_numbers(pattern: &str) -> bool {
    let mut verbs =
        pattern.match_indices('%').map(|(at, _)| pattern[at + 1..].chars().next()).peekable();
    verbs.peek().is_some() && verbs.all(|verb| matches!(verb, Some('d' | 'i' | 'u' | '%')))
}

/// Kotlin's `$name` in a text, for which the grammar has no node.
fn names_variable(facts: &Facts<'_>, text: &str) -> bool {
    facts.family == Family::Kotlin
        && text.match_indices('$').any(|(at, _)| {
            text[at + 1..].starts_with(|next: char| next.is_alphabetic() || next == '_')
        })
}

/// A constant by its name: `TABLE_NAME`.
fn is_constant_name(name: &str) -> bool {
    let letters = name.bytes().filter(u8::is_ascii_uppercase).count();
    letters >= 2
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn makes_safe(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let signs = [
        "escape",
        "quote",
        "sanitiz",
        "sanitis",
        "purif",
        "placeholder",
        "highlight",
        "encode_html",
    ];
    SAFE.contains(&name) || signs.iter().any(|sign| lower.contains(sign))
}

impl<'t> Facts<'t> {
    /// The text of a literal, without its quotes, where it holds nothing else.
    pub(super) fn literal(&self, node: Node<'t>) -> Option<&'t str> {
        let node = self.unwrapped(node);
        if self.kind(node) != Kind::Text {
            return None;
        }
        if !self.children(node, MAX_PARTS).iter().all(|child| is_plain(self, *child)) {
            return None;
        }
        let text = self.source(node);
        if names_variable(self, text) {
            return None;
        }
        let quotes = ['"', '\'', '`', '#'];
        let text = match self.family {
            Family::Ruby => text.trim_start_matches(':'),
            _ => text,
        };
        let start = text.find(quotes).filter(|at| *at <= 3).unwrap_or(0);
        Some(text.get(start..).unwrap_or(text).trim_matches(quotes))
    }

    /// Whether an expression is the word for true.
    pub(super) fn is_word(&self, node: Node<'t>, word: &str) -> bool {
        self.source(self.unwrapped(node)).eq_ignore_ascii_case(word)
    }
}
