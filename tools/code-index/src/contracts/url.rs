//! Paths as frameworks and clients write them, turned into [`UrlPath`].
//!
//! **Invariants**
//! - Whatever the text, the result has no empty part, no query and no host.

use super::model::{Base, Segment, UrlPath};

/// A text of which some parts are not known until it runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Template(pub(crate) Vec<Piece>);

/// One part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// What is computed, as it is written.
    Hole(String),
}

/// More parts of one path are cut.
const MAX_SEGMENTS: usize = 40;

impl Template {
    pub(crate) fn text(text: &str) -> Template {
        Template(vec![Piece::Text(text.to_owned())])
    }

    pub(crate) fn hole(text: &str) -> Template {
        Template(vec![Piece::Hole(text.to_owned())])
    }

    pub(crate) fn then(mut self, more: Template) -> Template {
        for piece in more.0 {
            match (self.0.last_mut(), piece) {
                (Some(Piece::Text(last)), Piece::Text(text)) => last.push_str(&text),
                (_, piece) => self.0.push(piece),
            }
        }
        self
    }

    /// The text where all of it is known.
    pub(crate) fn known(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Nothing of it is known.
    pub(crate) fn is_hole(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Hole(_))) && !self.0.is_empty()
    }

    /// Puts this in front of a path, with one slash between.
    pub(crate) fn in_front(&self, path: Template) -> Template {
        let starts = |text: &str| ["http://", "https://", "//"].iter().any(|s| text.starts_with(s));
        if matches!(path.0.first(), Some(Piece::Text(text)) if starts(text)) || self.0.is_empty() {
            return path;
        }
        let mut base = self.clone();
        if let Some(Piece::Text(last)) = base.0.last_mut() {
            last.truncate(last.trim_end_matches('/').len());
        }
        let slash = !matches!(path.0.first(), Some(Piece::Text(text)) if text.starts_with('/'));
        let slash = if slash && !path.0.is_empty() { "/" } else { "" };
        base.then(Template::text(slash)).then(path)
    }

    /// Splits into what stands in front and the path behind it; none where no
    /// part of the path is written down.
    pub(crate) fn split(&self) -> Option<(Base, UrlPath)> {
        let mut pieces = self.0.iter().filter(|p| !matches!(p, Piece::Text(t) if t.is_empty()));
        let (base, mut segments) = match pieces.next()? {
            Piece::Hole(hole) => {
                (Base::Unknown(hole.clone()), Segments { glued: true, ..Segments::default() })
            }
            Piece::Text(text) => {
                let (base, path) = split_host(text);
                let mut segments = Segments::default();
                segments.text(path);
                (base, segments)
            }
        };
        for piece in pieces {
            match piece {
                Piece::Text(text) => segments.text(text),
                Piece::Hole(hole) => segments.hole(hole),
            }
        }
        let path = segments.finish();
        // A base alone says nothing of what is asked.
        let is_said = !path.0.is_empty() || matches!(base, Base::Own);
        is_said.then_some((base, path))
    }
}

fn split_host(text: &str) -> (Base, &str) {
    let Some(rest) = ["https://", "http://", "//"].iter().find_map(|s| text.strip_prefix(s)) else {
        return (Base::Own, text);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let name = host.split(':').next().unwrap_or(host);
    let is_own = matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "10.0.2.2");
    if is_own { (Base::Own, path) } else { (Base::Host(host.to_owned()), path) }
}

/// Collects the parts of a client's path.
#[derive(Default)]
struct Segments {
    done: Vec<Segment>,
    open: String,
    hole: Option<String>,
    ended: bool,
    /// What follows belongs to a base that is not known.
    glued: bool,
}

impl Segments {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                _ if self.ended => return,
                '?' | '#' => {
                    self.ended = true;
                }
                '/' => self.close(),
                c => self.open.push(c),
            }
            self.glued = false;
        }
    }

    fn hole(&mut self, hole: &str) {
        if self.ended {
            return;
        }
        if self.glued {
            return;
        }
        self.hole = Some(hole.to_owned());
        if !self.open.is_empty() {
            self.open.push('\u{1}');
        }
    }

    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        let segment = match self.hole.take() {
            Some(hole) => Some(Segment::Param(hole_name(&hole))),
            None if open.is_empty() => None,
            None => Some(Segment::Literal(open)),
        };
        if self.done.len() < MAX_SEGMENTS {
            self.done.extend(segment);
        }
    }

    fn finish(mut self) -> UrlPath {
        // `/users${query}`: what is put behind a word is a query.
        if let Some(text) = self.open.strip_suffix('\u{1}')
            && !text.contains('\u{1}')
            && self.hole.is_some()
        {
            self.open = text.to_owned();
            self.hole = None;
        }
        self.close();
        UrlPath(self.done)
    }
}

/// The last name in an expression: `encodeURIComponent(user.id)` is `id`.
fn hole_name(hole: &str) -> String {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let names = hole.split(|c: char| !is_name(c)).filter(|name| !name.is_empty());
    let mut names = names.filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()));
    let is_noise = |name: &&str| !matches!(*name, "String" | "toString" | "str" | "string");
    names.rfind(is_noise).unwrap_or("param").chars().take(60).collect()
}

/// How a framework writes parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `:id`, `*rest`, and `{id}` as newer ones write.
    Colon,
    /// `{id}`, `{id:int}`, `{*rest}`, `{rest:path}`.
    Brace,
    /// `<int:id>`, `<path:rest>`.
    Angle,
    /// `[id]`, `[...rest]`, `(group)`.
    Bracket,
}

/// Reads a server's path.
pub(crate) fn route_path(text: &str, style: Style) -> UrlPath {
    let text = text.split(['#']).next().unwrap_or(text).trim();
    let text = if style == Style::Brace || style == Style::Colon {
        text
    } else {
        text.trim_start_matches('^')
    };
    let parts = split_parts(text);
    let segments = parts.into_iter().filter(|part| !part.is_empty()).filter_map(|part| {
        let part: &str = &part;
        match style {
            Style::Bracket if part.starts_with('(') || part.starts_with('@') => None,
            _ => Some(segment(part, style)),
        }
    });
    UrlPath(segments.take(MAX_SEGMENTS).collect())
}

/// Splits at slashes that stand outside brackets.
fn split_parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '{' | '(' | '<' | '[' => depth += 1,
            '}' | ')' | '>' | ']' => depth = depth.saturating_sub(1),
            '?' if depth == 0 && !parts.last().is_some_and(|part| part.starts_with(':')) => break,
            '/' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

fn segment(part: &str, style: Style) -> Segment {
    let inner = |open: char, close: char| {
        let start = part.find(open)?;
        let end = part.rfind(close)?;
        part.get(start + 1..end)
    };
    let name =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric() || "_-".contains(*c)).collect();
    match style {
        Style::Angle => match inner('<', '>') {
            Some(text) => match text.split_once(':') {
                Some(("path", text)) => Segment::Rest(name(text)),
                Some((_, text)) => Segment::Param(name(text)),
                None => Segment::Param(name(text)),
            },
            None => Segment::Literal(part.to_owned()),
        },
        Style::Bracket => match inner('[', ']') {
            Some(text) if text.contains("...") => Segment::Rest(name(text)),
            Some(text) => Segment::Param(name(text)),
            None => Segment::Literal(part.to_owned()),
        },
        Style::Brace | Style::Colon => {
            if let Some(text) = inner('{', '}') {
                let (text, kind) = text.split_once(':').unwrap_or((text, ""));
                let rest = text.starts_with('*')
                    || text.ends_with("...")
                    || matches!(kind, "path" | ".*" | ".+" | "*");
                return if rest { Segment::Rest(name(text)) } else { Segment::Param(name(text)) };
            }
            if style == Style::Colon
                && let Some((_, text)) = part.split_once(':')
            {
                let text = text.split(['(', '.', '-']).next().unwrap_or(text);
                return if part.ends_with('*') {
                    Segment::Rest(name(text))
                } else {
                    Segment::Param(name(text))
                };
            }
            match part.strip_prefix('*') {
                Some(text) => Segment::Rest(if text.is_empty() || text == "*" {
                    "rest".to_owned()
                } else {
                    name(text)
                }),
                None => Segment::Literal(part.to_owned()),
            }
        }
    }
}

/// A path whose last parameter may be left out, in both forms.
pub(crate) fn with_optional(text: &str, style: Style) -> Vec<UrlPath> {
    let whole = route_path(text, style);
    let last = text.rsplit('/').next().unwrap_or(text);
    let optional = last.ends_with('?') && last.starts_with(':') || last.starts_with("[[");
    if !optional {
        return vec![whole];
    }
    let mut short = whole.clone();
    short.0.pop();
    vec![short, whole]
}

/// Reads a regular expression of Django as a path: groups are parameters.
pub(crate) fn regex_path(pattern: &str) -> UrlPath {
    let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
    let mut text = String::new();
    let (mut depth, mut group) = (0usize, String::new());
    for c in pattern.chars() {
        match c {
            '(' => {
                depth += 1;
                group.push(c);
            }
            ')' if depth == 1 => {
                depth = 0;
                let name = group.split_once("P<").and_then(|(_, rest)| rest.split('>').next());
                let rest = group.contains(".*") || group.contains(".+");
                let kind = if rest { "path:" } else { "" };
                text.push_str(&format!("<{kind}{}>", name.unwrap_or("param")));
                group.clear();
            }
            ')' => depth = depth.saturating_sub(1),
            c if depth > 0 => group.push(c),
            '\\' | '?' | '+' | '*' => {}
            c => text.push(c),
        }
    }
    route_path(&text, Style::Angle)
}

#[cfg(test)]
mod tests;
