//! Turns marks into symbols: one pass over all spans in order, with a stack of
//! those still open, tells each definition what encloses it.
//!
//! **Invariants**
//! - Cost is linear in the marks but for the sort; no parent look-ups in the tree.
//! - A local variable is never a symbol; a function inside a function is.

use std::collections::HashSet;

use super::doc::Docs;
use super::marks::{Definition, Frame, Marks, Span};
use super::query::Wrap;
use super::{boundary, head};
use crate::language::table::DocStyle;
use crate::symbol::{Symbol, SymbolKind};

/// Longer names are broken code or data; they are cut.
const MAX_NAME_BYTES: usize = 200;

/// The head of a list of declarations is repeated for members this near to it.
const MAX_LIST_HEAD: usize = 120;

/// A path of containers is cut to its innermost part beyond this.
const MAX_CONTAINER_BYTES: usize = 300;

/// A definition with all that the pass learns of it.
struct Nested {
    definition: Definition,
    name: String,
    /// Innermost definition around it, as an index.
    parent: Option<usize>,
    container: Option<String>,
    head: Head,
    doc: Option<Span>,
    dropped: bool,
}

/// Where a definition's first words are, wrappers included.
#[derive(Clone, Copy)]
struct Head {
    start: usize,
    end: usize,
    start_row: usize,
}

/// An open span on the stack.
struct Open {
    end: usize,
    end_row: usize,
    start: usize,
    start_row: usize,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Definition(usize),
    Wrap { wrap: Wrap, used: bool },
    Scope,
    Block,
}

/// One span to visit.
enum Item {
    Frame(Frame, Span),
    Definition(Definition),
}

impl Item {
    fn span(&self) -> Span {
        match self {
            Item::Frame(_, span) => *span,
            Item::Definition(definition) => definition.span,
        }
    }

    /// Outer first: by start, then by length, then wrappers before what they wrap
    /// and bodies before what they hold.
    fn order(&self) -> (usize, std::cmp::Reverse<usize>, u8) {
        let span = self.span();
        let tie = match self {
            Item::Frame(Frame::Wrap(_), _) => 0,
            Item::Frame(Frame::Body, _) => 1,
            Item::Definition(_) => 2,
            Item::Frame(..) => 3,
        };
        (span.start, std::cmp::Reverse(span.end), tie)
    }
}

pub(super) fn symbols(marks: Marks, text: &str, style: DocStyle) -> Vec<Symbol> {
    let Marks { definitions, frames, attributes, comments, .. } = marks;
    let mut items: Vec<Item> =
        frames.into_iter().map(|(frame, span)| Item::Frame(frame, span)).collect();
    items.extend(definitions.into_iter().map(Item::Definition));
    items.sort_by_key(Item::order);

    let mut pass = Pass { text, nested: Vec::new(), stack: Vec::new(), seen: HashSet::new() };
    for item in items {
        pass.visit(item);
    }
    let docs = Docs::new(text, comments, &attributes, style);
    let last_row = text.lines().count().saturating_sub(1);
    pass.nested
        .into_iter()
        .filter(|nested| !nested.dropped)
        .map(|nested| nested.into_symbol(&docs, text, last_row))
        .collect()
}

struct Pass<'text> {
    text: &'text str,
    nested: Vec<Nested>,
    stack: Vec<Open>,
    /// Names of `once` definitions by parent.
    seen: HashSet<(Option<usize>, String)>,
}

impl Pass<'_> {
    fn visit(&mut self, item: Item) {
        let span = item.span();
        while self.stack.last().is_some_and(|open| open.end <= span.start) {
            self.stack.pop();
        }
        match item {
            Item::Frame(Frame::Wrap(wrap), span) => {
                self.open(span, What::Wrap { wrap, used: false });
            }
            Item::Frame(Frame::Scope, span) => self.open(span, What::Scope),
            Item::Frame(Frame::Block, span) => self.open(span, What::Block),
            Item::Frame(Frame::Body, span) => self.body(span),
            Item::Frame(Frame::Doc, span) => {
                if let Some(index) = self.innermost() {
                    self.nested[index].doc.get_or_insert(span);
                }
            }
            Item::Definition(definition) => self.define(definition),
        }
    }

    fn open(&mut self, span: Span, what: What) {
        let Span { start, end, start_row, end_row } = span;
        self.stack.push(Open { end, end_row, start, start_row, what });
    }

    fn innermost(&self) -> Option<usize> {
        self.stack.iter().rev().find_map(|open| match open.what {
            What::Definition(index) => Some(index),
            _ => None,
        })
    }

    fn body(&mut self, span: Span) {
        let Some(index) = self.innermost() else { return };
        let head = self.nested[index].head;
        let definition = &mut self.nested[index].definition;
        let inside = (definition.name.end..head.end).contains(&span.start);
        if definition.body.is_none() && inside {
            definition.body = Some(span.start);
        }
    }

    fn define(&mut self, mut definition: Definition) {
        let Some((name, qualifier)) = head::name(&definition, self.text, MAX_NAME_BYTES) else {
            return;
        };
        let parent = self.parent(&definition);
        let hidden = self.is_hidden(&definition);
        let head = self.adopt_wraps(&mut definition);
        if hidden || self.repeats(&definition, parent, &name) {
            return;
        }
        self.shadow_typedef(&definition, &name);
        definition.kind = self.kind(&definition, parent, &name, qualifier.as_deref());
        let container = self.container(parent, &definition, qualifier);
        let index = self.nested.len();
        let span = definition.span;
        self.nested.push(Nested {
            definition,
            name,
            parent,
            container,
            head,
            doc: None,
            dropped: false,
        });
        self.open(span, What::Definition(index));
    }

    /// The definition that contains this one. Definitions of one span are
    /// siblings: `int a, b;`; so are the names of one assignment: `a = b = 0`.
    fn parent(&self, definition: &Definition) -> Option<usize> {
        let mut found = self.innermost()?;
        if definition.kind == SymbolKind::Field {
            found = self.owner_of_field(found);
        }
        loop {
            let outer = &self.nested[found];
            let same_span = outer.definition.span == definition.span;
            let chained = definition.flags.once && is_variable(outer.definition.kind);
            if !same_span && !chained && !outer.definition.flags.leaf {
                return Some(found);
            }
            found = outer.parent?;
        }
    }

    /// A field that a constructor declares belongs to the type.
    fn owner_of_field(&self, innermost: usize) -> usize {
        let mut found = innermost;
        while is_function(self.nested[found].definition.kind) {
            let Some(outer) = self.nested[found].parent else { return innermost };
            found = outer;
        }
        found
    }

    /// Whether it is a local of a function.
    fn is_hidden(&self, definition: &Definition) -> bool {
        let can_be_local = definition.flags.module_only
            || matches!(definition.kind, SymbolKind::Variable | SymbolKind::Constant);
        can_be_local && self.is_local()
    }

    fn is_local(&self) -> bool {
        for open in self.stack.iter().rev() {
            match open.what {
                What::Scope => return true,
                What::Wrap { .. } | What::Block => {}
                What::Definition(index) => match self.nested[index].definition.kind {
                    kind if is_type(kind) || kind == SymbolKind::Module => return false,
                    kind if is_function(kind) => return true,
                    _ => {}
                },
            }
        }
        false
    }

    fn repeats(&mut self, definition: &Definition, parent: Option<usize>, name: &str) -> bool {
        if definition.flags.merge
            && let Some(last) = self.last_sibling(parent)
            && self.nested[last].name == name
            && self.nested[last].definition.flags.merge
        {
            let kept = &mut self.nested[last].definition.span;
            (kept.end, kept.end_row) = (definition.span.end, definition.span.end_row);
            // What is inside this clause belongs to the one symbol.
            self.open(definition.span, What::Definition(last));
            return true;
        }
        definition.flags.once && !self.seen.insert((parent, name.to_owned()))
    }

    /// The newest definition with this parent, when nothing else followed it there.
    fn last_sibling(&self, parent: Option<usize>) -> Option<usize> {
        let mut last = self.nested.len().checked_sub(1)?;
        while self.nested[last].parent != parent {
            last = self.nested[last].parent?;
        }
        Some(last)
    }

    /// Takes start and end from the wrappers right around.
    fn adopt_wraps(&mut self, definition: &mut Definition) -> Head {
        let Span { start, end, start_row, .. } = definition.span;
        let mut head = Head { start, end, start_row };
        for open in self.stack.iter_mut().rev() {
            let What::Wrap { wrap, used } = &mut open.what else {
                if (open.start, open.end) == (start, end) {
                    continue;
                }
                break;
            };
            let is_list = *used;
            if is_list {
                // The words before the first of a list belong to the others too.
                let near = start - open.start < MAX_LIST_HEAD && is_variable(definition.kind);
                if *wrap == Wrap::Start && near {
                    (head.start, head.end) = (open.start, open.end);
                }
                break;
            }
            *used = !definition.flags.own_end;
            head.start_row = open.start_row;
            if *wrap != Wrap::Line {
                head.start = open.start;
            }
            if *wrap != Wrap::Line && !definition.flags.own_end {
                head.end = open.end;
            }
            if *wrap == Wrap::Whole && !definition.flags.own_end {
                (definition.span.end, definition.span.end_row) = (open.end, open.end_row);
            }
        }
        head
    }

    /// `typedef struct Foo { … } Foo;` defines one thing to its readers.
    fn shadow_typedef(&mut self, definition: &Definition, name: &str) {
        if !is_type(definition.kind) {
            return;
        }
        for open in self.stack.iter().rev() {
            let What::Definition(index) = open.what else { continue };
            let outer = &mut self.nested[index];
            if outer.definition.kind == SymbolKind::Type && outer.name == name {
                outer.dropped = true;
            }
        }
    }

    fn kind(
        &self,
        definition: &Definition,
        parent: Option<usize>,
        name: &str,
        qualifier: Option<&str>,
    ) -> SymbolKind {
        let parent = parent.map(|index| &self.nested[index]);
        let in_type = parent.is_some_and(|parent| is_type(parent.definition.kind));
        let owner = match qualifier {
            Some(path) => path.rsplit("::").next(),
            None => parent.filter(|_| in_type).map(|parent| parent.name.as_str()),
        };
        let capitals = definition.flags.capitals && is_capitals(name);
        match definition.kind {
            _ if definition.flags.named_constructor && owner == Some(name) => {
                SymbolKind::Constructor
            }
            SymbolKind::Function if in_type => SymbolKind::Method,
            SymbolKind::Variable if capitals => SymbolKind::Constant,
            SymbolKind::Variable if in_type => SymbolKind::Field,
            kind => kind,
        }
    }

    fn container(
        &self,
        parent: Option<usize>,
        definition: &Definition,
        qualifier: Option<String>,
    ) -> Option<String> {
        let outer = parent.map(|index| &self.nested[index]).map(|parent| match &parent.container {
            Some(container) => format!("{container}::{}", parent.name),
            None => parent.name.clone(),
        });
        let receiver = definition
            .container
            .clone()
            .and_then(|range| self.text.get(range))
            .and_then(head::path);
        let parts =
            [outer, receiver, qualifier].into_iter().flatten().filter(|part| !part.is_empty());
        let mut path = parts.collect::<Vec<_>>().join("::");
        if path.len() > MAX_CONTAINER_BYTES {
            let cut = boundary(&path, path.len() - MAX_CONTAINER_BYTES);
            path.drain(..cut);
        }
        (!path.is_empty()).then_some(path)
    }
}

impl Nested {
    fn into_symbol(self, docs: &Docs<'_>, text: &str, last_row: usize) -> Symbol {
        let Nested { definition, name, container, .. } = self;
        let (start_row, above) = docs.above_attributes(self.head.start, self.head.start_row);
        let signature = head::signature(&definition, self.head.start..self.head.end, docs, text);
        let doc = match self.doc {
            Some(span) => super::doc::docstring(text.get(span.bytes()).unwrap_or_default()),
            None => docs.above(above),
        };
        let name_row = head::name_row(&definition, text).min(last_row);
        let start_row = start_row.min(name_row);
        let end_row = head::last_row(definition.span, text).clamp(name_row, last_row.max(name_row));
        Symbol {
            name,
            kind: definition.kind,
            line: line(name_row),
            start_line: line(start_row),
            end_line: line(end_row),
            signature,
            container,
            doc,
        }
    }
}

fn line(row: usize) -> u32 {
    u32::try_from(row + 1).unwrap_or(u32::MAX)
}

fn is_type(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Class
            | SymbolKind::Struct
            | SymbolKind::Enum
            | SymbolKind::Interface
            | SymbolKind::Trait
            | SymbolKind::Union
            | SymbolKind::Extension
            // Constants of a Java or Kotlin enum may have members.
            | SymbolKind::Variant
    )
}

fn is_variable(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Field)
}

fn is_function(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor | SymbolKind::Macro
    )
}

fn is_capitals(name: &str) -> bool {
    name.len() > 1
        && name.contains(|letter: char| letter.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
