//! Functions of the project that ask a server for their caller: `request(path,
//! options)`, `api.get(path)`. What they take of their parameters is marked, and
//! put in where they are called.

use super::super::model::{Method, Shape};
use super::super::syntax::At;
use super::super::url::{Piece, Template};
use super::client::Answer;
use super::{
    FUNCTIONS, Given, MAX_DEPTH, Script, arguments, bare, has_mark, params, pattern, property,
};

/// Stands before the number of a parameter in a hole.
pub(crate) const MARK: char = '\u{1}';
/// Wrappers inside wrappers: each takes two, one for its call and one for its body.
pub(crate) const MAX_WRAPPERS: u32 = 8;

/// What a call takes from somewhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum From<T> {
    Nothing,
    /// It is written down.
    Is(T),
    /// The parameter, or a field of it: `1`, `0.method`.
    Mark(String),
    /// The options that this parameter is.
    Options(usize),
}

/// What a call to a server is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) url: Template,
    pub(crate) method: From<Method>,
    pub(crate) body: From<Shape>,
    pub(crate) answer: Answer,
}

/// Options of a call: `{ method, body }`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Init {
    pub(crate) method: From<Method>,
    pub(crate) body: From<Shape>,
}

/// Names of parameters that hold a whole path.
const PATHS: &[&str] = &["path", "url", "endpoint", "route", "uri", "resource", "href", "input"];

impl Asked {
    /// The path comes from the caller.
    pub(crate) fn is_wrapper(&self) -> bool {
        let whole = self.url.is_hole() && has_mark(&self.url, MARK);
        let named = self.url.0.iter().any(|piece| match piece {
            Piece::Hole(hole) => {
                let name = hole.strip_prefix(MARK).and_then(|mark| mark.split('|').nth(1));
                name.is_some_and(|name| {
                    let name = name.to_ascii_lowercase();
                    PATHS.iter().any(|path| name.ends_with(path))
                })
            }
            Piece::Text(_) => false,
        });
        whole || named
    }
}

/// The number and field of a mark: `\u{1}0.url|path`.
fn marked(hole: &str) -> Option<(usize, Option<&str>)> {
    let mark = hole.strip_prefix(MARK)?.split('|').next()?;
    let (number, field) = match mark.split_once('.') {
        Some((number, field)) => (number, Some(field)),
        None => (mark, None),
    };
    Some((number.parse().ok()?, field))
}

/// What stands for a function's parameters while its body is read.
fn marks(function: At<'_>) -> Vec<(String, Template)> {
    let mut all = Vec::new();
    for (number, param) in params(function).into_iter().enumerate().take(8) {
        let found = pattern(param);
        let mark = |field: &str, name: &str| {
            let dot = if field.is_empty() { "" } else { "." };
            Template::hole(&format!("{MARK}{number}{dot}{field}|{name}"))
        };
        if found.kind() != "object_pattern" {
            all.push((found.text().to_owned(), mark("", found.text())));
            continue;
        }
        for part in found.children() {
            let (key, local) = match part.kind() {
                "pair_pattern" => (part.field("key"), part.field("value").map(pattern)),
                "object_assignment_pattern" => (part.field("left"), part.field("left")),
                _ => (Some(part), Some(part)),
            };
            if let (Some(key), Some(local)) = (key, local) {
                all.push((local.text().to_owned(), mark(key.unquoted(), local.text())));
            }
        }
    }
    all
}

impl<'s> Script<'s, '_, '_> {
    /// What a function asks for its caller, where it does.
    pub(crate) fn wrapper(self, function: At<'s>, depth: u32) -> Option<Asked> {
        let depth = depth.checked_sub(1)?;
        let key = (self.source.path.clone(), function.start());
        if let Some(known) = self.world.wrappers.borrow().get(&key) {
            return known.clone();
        }
        // One that calls itself is none.
        self.world.wrappers.borrow_mut().insert(key.clone(), None);
        let given = marks(function);
        let found = function.field("body").filter(|_| !given.is_empty()).and_then(|body| {
            let mut calls = body.all("call_expression");
            calls.find_map(|call| {
                // Only what is passed on can be a caller's path: the rest need not be followed.
                let passed = call.field("arguments").map_or("", At::text);
                if !given.iter().any(|(name, _)| passed.contains(name.as_str())) {
                    return None;
                }
                let mut asked = self.asked(call, &given, depth)?;
                if !has_mark(&asked.url, MARK) || !asked.is_wrapper() {
                    return None;
                }
                asked.answer = self.passed_on(body, asked.answer);
                Some(asked)
            })
        });
        self.world.wrappers.borrow_mut().insert(key, found.clone());
        found
    }

    /// What is left to be done with the answer by who calls the wrapper.
    fn passed_on(self, body: At<'s>, answer: Answer) -> Answer {
        let has = |name: &str| {
            body.all("member_expression")
                .any(|one| one.field("property").is_some_and(|field| field.text() == name))
                || body.all("shorthand_property_identifier_pattern").any(|one| one.text() == name)
        };
        match answer {
            Answer::Fetch if has("json") => Answer::Direct,
            Answer::Axios if has("data") => Answer::Direct,
            other => other,
        }
    }

    /// Puts what a call gives in for what a wrapper takes.
    pub(crate) fn filled(self, wrapper: &Asked, call: At<'s>, given: Given<'_>) -> Asked {
        let parts = arguments(call);
        let mut url = Template::default();
        for piece in &wrapper.url.0 {
            let put = match piece {
                Piece::Hole(hole) => marked(hole).map(|(number, field)| {
                    let value = parts.get(number).copied().and_then(|part| match field {
                        Some(field) => property(part, field),
                        None => Some(part),
                    });
                    value.map_or_else(Template::default, |value| {
                        self.template(value, given, MAX_DEPTH)
                    })
                }),
                Piece::Text(_) => None,
            };
            url = match put {
                Some(put) if url.0.is_empty() => put,
                Some(put) => url.in_front_if_slashed(put),
                None => url.then(Template(vec![piece.clone()])),
            };
        }
        let method = match &wrapper.method {
            From::Mark(mark) => self
                .marked_value(mark, &parts)
                .map_or(From::Nothing, |value| self.method(value, given)),
            From::Options(at) => {
                parts.get(*at).map_or(From::Nothing, |part| self.init(*part, given).method)
            }
            other => other.clone(),
        };
        let body = match &wrapper.body {
            From::Mark(mark) => self
                .marked_value(mark, &parts)
                .map_or(From::Nothing, |value| self.body(value, given)),
            From::Options(at) => {
                parts.get(*at).map_or(From::Nothing, |part| self.init(*part, given).body)
            }
            other => other.clone(),
        };
        Asked { url, method, body, answer: wrapper.answer }
    }

    fn marked_value(self, mark: &str, parts: &[At<'s>]) -> Option<At<'s>> {
        let (number, field) = marked(mark)?;
        let part = parts.get(number).copied()?;
        match field {
            Some(field) => property(part, field),
            None => Some(part),
        }
    }

    /// A method that is written, or who gives it.
    pub(crate) fn method(self, at: At<'s>, given: Given<'_>) -> From<Method> {
        let text = self.template(at, given, MAX_DEPTH);
        if let Some(method) = text.known().and_then(Method::of) {
            return From::Is(method);
        }
        match text.0.as_slice() {
            [Piece::Hole(hole)] if hole.starts_with(MARK) => From::Mark(hole.clone()),
            [Piece::Hole(hole)] => {
                let names = hole.split(|c: char| !c.is_alphanumeric() && c != '_');
                let options = names.into_iter().find_map(|name| self.option(name, given));
                options.map_or(From::Is(Method::Any), From::Options)
            }
            // A method without a contract, such as HEAD.
            _ => From::Is(Method::Any),
        }
    }

    /// The number of the parameter that a name is.
    fn option(self, name: &str, given: Given<'_>) -> Option<usize> {
        let (_, known) = given.iter().find(|(known, _)| known == name)?;
        match known.0.as_slice() {
            [Piece::Hole(hole)] => {
                marked(hole).filter(|(_, field)| field.is_none()).map(|(number, _)| number)
            }
            _ => None,
        }
    }

    /// What a body holds.
    pub(crate) fn body(self, at: At<'s>, given: Given<'_>) -> From<Shape> {
        let at = bare(at);
        if at.kind() == "call_expression"
            && at.function().is_some_and(|one| one.text() == "JSON.stringify")
        {
            return arguments(at).first().map_or(From::Nothing, |inner| self.body(*inner, given));
        }
        if at.kind() == "ternary_expression" {
            let both = [at.field("consequence"), at.field("alternative")];
            let one =
                both.into_iter().flatten().find(|one| !matches!(one.text(), "undefined" | "null"));
            return one.map_or(From::Nothing, |one| self.body(one, given));
        }
        if at.is(&["identifier", "shorthand_property_identifier"])
            && let Some((_, known)) = given.iter().find(|(name, _)| name == at.text())
            && let [Piece::Hole(hole)] = known.0.as_slice()
        {
            return From::Mark(hole.clone());
        }
        From::Is(self.value_shape(at))
    }

    /// Reads the options of a call.
    pub(crate) fn init(self, at: At<'s>, given: Given<'_>) -> Init {
        let none = Init { method: From::Nothing, body: From::Nothing };
        let at = bare(at);
        if at.is(FUNCTIONS) {
            return none;
        }
        if at.kind() == "identifier" {
            if let Some(number) = self.option(at.text(), given) {
                return Init { method: From::Options(number), body: From::Options(number) };
            }
            let found = self.with_value(at, 4, &|script, value| {
                (value.kind() == "object").then(|| script.init(value, given))
            });
            return found.unwrap_or(none);
        }
        if at.kind() != "object" {
            return none;
        }
        let mut init = none;
        for part in at.children().into_iter().filter(|part| part.kind() == "spread_element") {
            // `...(body ? { body } : {})`, `...(body && { body })`
            let inner = part.first().map(bare);
            let sides = ["consequence", "alternative", "right"];
            let sides = sides.iter().filter_map(|side| inner?.field(side));
            for one in sides.chain(inner) {
                let more = self.init(one, given);
                if more.method != From::Nothing {
                    init.method = more.method;
                }
                if more.body != From::Nothing {
                    init.body = more.body;
                }
            }
        }
        if let Some(method) = property(at, "method").or_else(|| property(at, "type")) {
            init.method = self.method(method, given);
        }
        let body =
            ["body", "data", "json", "requestBody"].iter().find_map(|name| property(at, name));
        if let Some(body) = body {
            init.body = self.body(body, given);
        }
        init
    }
}

impl Template {
    /// Goes on with what is put in; a slash that both have stands once.
    fn in_front_if_slashed(self, more: Template) -> Template {
        let ends = matches!(self.0.last(), Some(Piece::Text(text)) if text.ends_with('/'));
        let starts = matches!(more.0.first(), Some(Piece::Text(text)) if text.starts_with('/'));
        if ends && starts { self.in_front(more) } else { self.then(more) }
    }
}
