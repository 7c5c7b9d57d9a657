//! Runs the query and sorts its captures into plain spans, so that nothing after
//! this touches the tree.

use std::ops::{ControlFlow, Range};
use std::time::Instant;

use tree_sitter::{Node, QueryCursor, QueryCursorOptions, QueryMatch, StreamingIterator, Tree};

use super::query::{Compiled, Flags, Role, Wrap};
use super::{MAX_SYMBOLS, QUERY_TIME, past};
use crate::symbol::SymbolKind;

/// Captures kept of one file, symbols or not: bounds memory on generated files.
const MAX_MARKS: usize = 400_000;

/// Keys kept of one data file. What is longer is a data set or a lock file.
const MAX_KEYS: usize = 2_000;

/// Bytes and rows of one node. Rows count from 0; `end_row` is that of the first
/// byte behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) start_row: usize,
    pub(super) end_row: usize,
}

impl Span {
    fn of(node: Node<'_>) -> Self {
        let (start, end) = (node.start_position(), node.end_position());
        Self {
            start: node.start_byte(),
            end: node.end_byte(),
            start_row: start.row,
            end_row: end.row,
        }
    }

    pub(super) fn bytes(self) -> Range<usize> {
        self.start..self.end
    }

    fn cover(&mut self, other: Span) {
        if other.start < self.start {
            (self.start, self.start_row) = (other.start, other.start_row);
        }
        if other.end > self.end {
            (self.end, self.end_row) = (other.end, other.end_row);
        }
    }
}

/// A definition as captured, before it is known what encloses it.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) kind: SymbolKind,
    pub(super) span: Span,
    pub(super) name: Span,
    /// The name carries its container: `Foo::bar`.
    pub(super) qualified: bool,
    pub(super) container: Option<Range<usize>>,
    /// Where the body begins, when the grammar or the query says so.
    pub(super) body: Option<usize>,
    /// A body that comes before the name: `typedef struct { … } name`.
    pub(super) early_body: Option<Span>,
    pub(super) flags: Flags,
}

/// What a comment is and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment {
    pub(super) span: Span,
    pub(super) always_doc: bool,
}

/// A span that says something of the definitions around or inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Wrap(Wrap),
    Scope,
    Body,
    Block,
    Doc,
}

/// Everything that the query found in one file.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) definitions: Vec<Definition>,
    pub(super) frames: Vec<(Frame, Span)>,
    pub(super) attributes: Vec<Span>,
    pub(super) comments: Vec<Comment>,
    /// A bound was hit.
    pub(super) incomplete: bool,
}

impl Marks {
    fn len(&self) -> usize {
        self.definitions.len() + self.frames.len() + self.attributes.len() + self.comments.len()
    }
}

pub(super) fn collect(
    cursor: &mut QueryCursor,
    compiled: &Compiled,
    tree: &Tree,
    text: &str,
) -> Marks {
    let body_field = tree.language().field_id_for_name("body").map(std::num::NonZero::get);
    let started = Instant::now();
    let mut late = false;
    let mut watch = |_: &tree_sitter::QueryCursorState| {
        let flow = past(started, QUERY_TIME);
        late |= flow == ControlFlow::Break(());
        flow
    };
    let options = QueryCursorOptions::new().progress_callback(&mut watch);
    let mut marks = Marks::default();
    let root = tree.root_node();
    let mut found = cursor.matches_with_options(&compiled.query, root, text.as_bytes(), options);
    while let Some(one) = found.next() {
        take(&mut marks, compiled, one, body_field);
        let keys = marks.definitions.last().is_some_and(|last| last.kind == SymbolKind::Key);
        if keys && marks.definitions.len() > MAX_KEYS {
            marks.incomplete = true;
            break;
        }
        if marks.len() > MAX_MARKS || marks.definitions.len() > 4 * MAX_SYMBOLS {
            marks.incomplete = true;
            break;
        }
    }
    drop(found);
    marks.incomplete |= late || cursor.did_exceed_match_limit();
    merge(&mut marks.definitions);
    marks.attributes.sort_unstable_by_key(|span| (span.start, span.end));
    marks.comments.sort_unstable_by_key(|comment| comment.span.start);
    marks
}

fn take(marks: &mut Marks, compiled: &Compiled, one: &QueryMatch<'_, '_>, body: Option<u16>) {
    let mut definition = None;
    let mut name = None;
    let mut container = None;
    let mut own_body = None;
    let mut head_end = None;
    for capture in one.captures() {
        let span = Span::of(capture.node);
        match compiled.roles[capture.index as usize] {
            Role::Definition(kind) => definition = Some((kind, capture.node)),
            Role::Name => name = Some((span, false)),
            Role::QualifiedName => name = Some((span, true)),
            Role::Container => container = Some(span.bytes()),
            Role::Wrap(wrap) => marks.frames.push((Frame::Wrap(wrap), span)),
            Role::Scope => marks.frames.push((Frame::Scope, span)),
            Role::Block => marks.frames.push((Frame::Block, span)),
            Role::Body => own_body = Some(span),
            Role::Head => head_end = Some(span.end),
            Role::Doc => marks.frames.push((Frame::Doc, span)),
            Role::Attribute => marks.attributes.push(span),
            Role::Comment { always_doc } => marks.comments.push(Comment { span, always_doc }),
            Role::Helper => {}
        }
    }
    let (Some((kind, node)), Some((name, qualified))) = (definition, name) else {
        marks.frames.extend(own_body.map(|span| (Frame::Body, span)));
        return;
    };
    let early_body = own_body.filter(|span| span.end <= name.start);
    let body = own_body
        .map(|span| span.start)
        .or(head_end)
        .or_else(|| Some(node.child_by_field_id(body?)?.start_byte()))
        .filter(|start| *start >= name.end);
    let flags = compiled.flags[one.pattern_index];
    let span = Span::of(node);
    marks.definitions.push(Definition {
        kind,
        span,
        name,
        qualified,
        container,
        body,
        early_body,
        flags,
    });
}

/// Makes one definition of all that share a name node: the union of their spans,
/// the most telling kind, and that kind's flags.
fn merge(definitions: &mut Vec<Definition>) {
    definitions.sort_by_key(|definition| (definition.name.start, definition.name.end));
    definitions.dedup_by(|next, kept| {
        if next.name != kept.name {
            return false;
        }
        kept.span.cover(next.span);
        kept.body = kept.body.or(next.body);
        kept.early_body = kept.early_body.or(next.early_body);
        kept.container = kept.container.take().or_else(|| next.container.take());
        kept.qualified |= next.qualified;
        if rank(next.kind) > rank(kept.kind) {
            (kept.kind, kept.flags) = (next.kind, next.flags);
        }
        true
    });
}

/// How much a kind says: a class is also a variable in JavaScript, for example.
fn rank(kind: SymbolKind) -> u8 {
    match kind {
        SymbolKind::Key | SymbolKind::Element | SymbolKind::Heading => 0,
        SymbolKind::Variable => 1,
        SymbolKind::Type => 2,
        SymbolKind::Field => 3,
        SymbolKind::Constant => 4,
        SymbolKind::Function => 5,
        SymbolKind::Method => 6,
        SymbolKind::Module => 7,
        SymbolKind::Class => 8,
        SymbolKind::Struct | SymbolKind::Extension | SymbolKind::Table => 9,
        SymbolKind::Enum | SymbolKind::Union | SymbolKind::Interface | SymbolKind::Trait => 10,
        SymbolKind::Constructor | SymbolKind::Variant | SymbolKind::Macro => 11,
    }
}
