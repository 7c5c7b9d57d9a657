//! What a contract is made of, whatever language it was read from: methods,
//! paths, shapes, the routes of servers and the calls of clients.
//!
//! **Deliberately absent:** types of scalars. Names tell most breaks; a number
//! that one side calls a string is for a compiler to find.

use std::fmt;
use std::rc::Rc;

/// What a route answers to, or a call asks with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    /// Whatever it is asked with; of a call, it could not be told.
    Any,
}

impl Method {
    /// Reads a method in any case; the ones that carry no contract are none.
    pub(crate) fn of(text: &str) -> Option<Method> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "get" => Method::Get,
            "post" => Method::Post,
            "put" => Method::Put,
            "patch" => Method::Patch,
            "delete" | "del" => Method::Delete,
            "any" | "all" => Method::Any,
            _ => return None,
        })
    }

    /// As it is shown.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Any => "ANY",
        }
    }

    pub(crate) fn fits(self, other: Method) -> bool {
        self == other || self == Method::Any || other == Method::Any
    }
}

/// One part of a path between slashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Segment {
    Literal(String),
    /// Anything without a slash, and its name.
    Param(String),
    /// All that is left, and its name.
    Rest(String),
}

/// A path without query, host and the slash at its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct UrlPath(pub(crate) Vec<Segment>);

impl UrlPath {
    pub(crate) fn join(&self, inner: &UrlPath) -> UrlPath {
        UrlPath(self.0.iter().chain(&inner.0).cloned().collect())
    }

    /// It takes whatever comes: a page for a browser, no contract.
    pub(crate) fn takes_all(&self) -> bool {
        matches!(self.0.as_slice(), [Segment::Rest(_)])
    }
}

impl fmt::Display for UrlPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("/");
        }
        for segment in &self.0 {
            match segment {
                Segment::Literal(text) => write!(formatter, "/{text}")?,
                Segment::Param(name) => write!(formatter, "/{{{name}}}")?,
                Segment::Rest(name) => write!(formatter, "/{{*{name}}}")?,
            }
        }
        Ok(())
    }
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Spot {
    /// Inside the root.
    pub(crate) path: String,
    pub(crate) line: u32,
}

/// Whether a field has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Required,
    /// It is read, but nothing says what happens without it.
    Likely,
    Optional,
}

/// The names that a value holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Shape {
    /// Nothing is known, or it holds no names.
    #[default]
    Unknown,
    /// An object, or a list of such.
    Object(Rc<Object>),
}

/// The fields of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Object {
    pub(crate) fields: Vec<Field>,
    /// There may be more than are known.
    pub(crate) open: bool,
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) need: Need,
    pub(crate) shape: Shape,
}

/// More fields of one object are not looked at.
const MAX_FIELDS: usize = 400;

impl Shape {
    pub(crate) fn of(object: Object) -> Shape {
        Shape::Object(Rc::new(object))
    }

    pub(crate) fn object(&self) -> Option<&Object> {
        match self {
            Shape::Unknown => None,
            Shape::Object(object) => Some(object),
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        *self != Shape::Unknown
    }

    pub(crate) fn or(self, other: impl FnOnce() -> Shape) -> Shape {
        if self.is_known() { self } else { other() }
    }

    /// The shape of one field.
    pub(crate) fn field(&self, name: &str) -> Shape {
        let field = self.object().and_then(|object| object.get(name));
        field.map_or(Shape::Unknown, |field| field.shape.clone())
    }

    /// What is one of these: a field that not all have is optional.
    pub(crate) fn either(all: Vec<Shape>) -> Shape {
        let Some(objects) = all.iter().map(Shape::object).collect::<Option<Vec<&Object>>>() else {
            return Shape::Unknown;
        };
        let [first, more @ ..] = objects.as_slice() else { return Shape::Unknown };
        let mut merged = (*first).clone();
        for other in more {
            for field in &mut merged.fields {
                if other.get(&field.name).is_none() {
                    field.need = Need::Optional;
                }
            }
            for field in &other.fields {
                if merged.get(&field.name).is_none() {
                    merged.push(Field { need: Need::Optional, ..field.clone() });
                }
            }
            merged.open |= other.open;
        }
        Shape::of(merged)
    }
}

impl Object {
    pub(crate) fn get(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Adds a field, in place of one of its name.
    pub(crate) fn push(&mut self, field: Field) {
        if let Some(known) = self.fields.iter_mut().find(|known| known.name == field.name) {
            *known = field;
        } else if self.fields.len() < MAX_FIELDS {
            self.fields.push(field);
        } else {
            self.open = true;
        }
    }

    pub(crate) fn add(&mut self, name: &str, need: Need, shape: Shape) {
        self.push(Field { name: name.to_owned(), need, shape });
    }

    /// Takes over all of another; where nothing is known of it, there may be more.
    pub(crate) fn include(&mut self, other: &Shape) {
        match other.object() {
            Some(other) => {
                for field in &other.fields {
                    self.push(field.clone());
                }
                self.open |= other.open;
            }
            None => self.open = true,
        }
    }
}

/// What goes in and what comes out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Body {
    pub(crate) request: Shape,
    pub(crate) response: Shape,
}

/// What a server answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Route {
    pub(crate) framework: &'static str,
    pub(crate) method: Method,
    pub(crate) path: UrlPath,
    pub(crate) spot: Spot,
    pub(crate) body: Body,
    /// It answers with a page, which browsers ask for, not code.
    pub(crate) is_page: bool,
}

/// In front of what a call's path stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Base {
    /// Nothing: the path is the whole.
    Own,
    /// A host that is written down.
    Host(String),
    /// Something that cannot be told, as it is written.
    Unknown(String),
}

/// What a client asks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) base: Base,
    pub(crate) path: UrlPath,
    pub(crate) spot: Spot,
    pub(crate) body: Body,
}
