//! Classes that describe data: pydantic and SQLModel, dataclasses, typed
//! dictionaries; and types that hold them.

use super::super::model::{Need, Object, Shape};
use super::super::syntax::At;
use super::{Py, decorators, keyword, positional};

/// Classes and types inside one another that are followed.
const MAX_NESTING: u32 = 10;
/// Bases, by their last name, of classes that describe data.
const MODELS: &[&str] = &[
    "BaseModel",
    "SQLModel",
    "TypedDict",
    "RootModel",
    "Struct",
    "Schema",
    "GenericModel",
    "CamelModel",
    "BaseSchema",
    "NamedTuple",
];
/// Types that hold what stands in their brackets.
const HOLDERS: &[&str] = &[
    "List",
    "list",
    "Optional",
    "Sequence",
    "Set",
    "set",
    "Iterable",
    "Annotated",
    "tuple",
    "Tuple",
    "Awaitable",
    "Page",
    "Collection",
    "frozenset",
    "AsyncIterator",
    "Iterator",
    "Generator",
];

impl<'s, 'r, 'q> Py<'s, 'r, 'q> {
    /// The shape of a type that is written down.
    pub(crate) fn type_shape(self, at: At<'s>) -> Shape {
        self.shape_of_type(at, MAX_NESTING)
    }

    fn shape_of_type(self, at: At<'s>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        match at.kind() {
            "type" | "parenthesized_expression" => {
                at.first().map_or(Shape::Unknown, |one| self.shape_of_type(one, depth))
            }
            "generic_type" => {
                let Some(name) = at.first() else { return Shape::Unknown };
                let inner = at.child("type_parameter").and_then(At::first);
                self.generic(name.text(), inner, depth).or(|| self.class_named(name, depth))
            }
            "subscript" => {
                let name = at.field("value").map_or("", At::text);
                self.generic(name, at.field("subscript"), depth)
            }
            "union_type" | "binary_operator" => {
                let parts = at.children().into_iter().filter(|one| one.text() != "None");
                Shape::either(parts.map(|one| self.shape_of_type(one, depth)).collect())
            }
            "identifier" | "attribute" | "member_type" => self.class_named(at, depth),
            // A name in quotes stands for what comes later in the file.
            "string" => self.class_of(&[at.unquoted()], depth),
            _ => Shape::Unknown,
        }
    }

    fn generic(self, name: &str, inner: Option<At<'s>>, depth: u32) -> Shape {
        let last = name.rsplit('.').next().unwrap_or(name);
        let holds = HOLDERS.contains(&last);
        inner.filter(|_| holds).map_or(Shape::Unknown, |one| self.shape_of_type(one, depth))
    }

    fn class_named(self, at: At<'s>, depth: u32) -> Shape {
        at.chain().map_or(Shape::Unknown, |names| self.class_of(&names, depth))
    }

    fn class_of(self, names: &[&str], depth: u32) -> Shape {
        let found = self.world.with_definition(self.path(), names, |source, name| {
            let class = name.parent()?;
            (class.kind() == "class_definition")
                .then(|| Py { world: self.world, source }.class_shape(class, depth))
        });
        found.unwrap_or_default()
    }

    /// The shape of a class that describes data; of another, nothing is known.
    pub(crate) fn class_shape(self, class: At<'s>, depth: u32) -> Shape {
        if !self.is_model(class, depth) {
            return Shape::Unknown;
        }
        let is_camel = self.is_camel(class, depth);
        Shape::of(self.fields(class, is_camel, depth))
    }

    fn bases(class: At<'s>) -> Vec<At<'s>> {
        let all = class.field("superclasses").map(At::children).unwrap_or_default().into_iter();
        let all = all.filter(|one| one.kind() != "keyword_argument");
        all.map(
            |one| if one.kind() == "subscript" { one.field("value").unwrap_or(one) } else { one },
        )
        .collect()
    }

    fn is_model(self, class: At<'s>, depth: u32) -> bool {
        let decorated = decorators(class)
            .iter()
            .any(|one| one.text().contains("dataclass") || one.text().starts_with("define"));
        decorated
            || Self::bases(class).into_iter().any(|base| {
                let last = base.text().rsplit('.').next().unwrap_or("");
                MODELS.contains(&last)
                    || self
                        .of_base(base, depth, |py, class, depth| py.is_model(class, depth))
                        .unwrap_or(false)
            })
    }

    fn is_camel(self, class: At<'s>, depth: u32) -> bool {
        let text = class.text();
        let own = text.contains("alias_generator") && text.to_ascii_lowercase().contains("camel");
        own || Self::bases(class).into_iter().any(|base| {
            self.of_base(base, depth, |py, class, depth| py.is_camel(class, depth)).unwrap_or(false)
        })
    }

    fn of_base<T>(
        self,
        base: At<'s>,
        depth: u32,
        read: impl Fn(Py<'_, 'r, 'q>, At<'_>, u32) -> T,
    ) -> Option<T> {
        let depth = depth.checked_sub(1)?;
        self.world.with_definition(self.path(), &base.chain()?, |source, name| {
            let class = name.parent().filter(|one| one.kind() == "class_definition")?;
            Some(read(Py { world: self.world, source }, class, depth))
        })
    }

    fn fields(self, class: At<'s>, is_camel: bool, depth: u32) -> Object {
        let mut object = Object::default();
        for base in Self::bases(class) {
            if let Some(inner) =
                self.of_base(base, depth, |py, class, depth| py.fields(class, is_camel, depth))
            {
                object.include(&Shape::of(inner));
            }
        }
        let Some(body) = class.field("body") else { return object };
        object.open |=
            body.text().contains("extra=\"allow\"") || body.text().contains("extra = \"allow\"");
        for statement in body.children() {
            match statement.kind() {
                "expression_statement" => {
                    if let Some(set) = statement.first().filter(|one| one.kind() == "assignment") {
                        self.field(set, is_camel, &mut object, depth);
                    }
                }
                "decorated_definition" if statement.text().contains("computed_field") => {
                    let name = statement.field("definition").and_then(|one| one.field("name"));
                    if let Some(name) = name {
                        object.add(&cased(name.text(), is_camel), Need::Optional, Shape::Unknown);
                    }
                }
                _ => {}
            }
        }
        object
    }

    fn field(self, set: At<'s>, is_camel: bool, object: &mut Object, depth: u32) {
        let (Some(name), Some(typed)) = (set.field("left"), set.field("type")) else { return };
        let value = set.field("right");
        let made = value.filter(|value| value.kind() == "call");
        let made_by = made.and_then(|call| call.field("function")).map_or("", At::text);
        let is_hidden = name.text().starts_with('_')
            || name.text() == "model_config"
            || typed.text().contains("ClassVar")
            || made_by.ends_with("Relationship")
            || made_by.ends_with("PrivateAttr")
            || made
                .and_then(|call| keyword(call, "exclude"))
                .is_some_and(|one| one.text() == "True");
        if is_hidden {
            return;
        }
        // `Annotated[str, Field(alias="…")]`
        let told = typed
            .all("call")
            .find(|call| call.field("function").is_some_and(|one| one.text().ends_with("Field")));
        let alias = [made, told].into_iter().flatten().find_map(|call| {
            ["alias", "serialization_alias", "validation_alias"]
                .iter()
                .find_map(|one| keyword(call, one))
        });
        let alias = alias.and_then(|one| self.text(one));
        let is_needed = match (value, made) {
            (None, _) => true,
            (_, Some(call)) if made_by.ends_with("Field") || made_by.ends_with("field") => {
                let first = positional(call).into_iter().next();
                first.is_none_or(|first| first.text() == "...")
                    && ["default", "default_factory", "factory"]
                        .iter()
                        .all(|one| keyword(call, one).is_none())
            }
            (Some(value), _) => value.text() == "...",
        };
        let may_be_none = typed.text().contains("Optional[")
            || typed.text().contains("None")
            || typed.text().contains("NotRequired");
        let need = match (is_needed, may_be_none) {
            (true, false) => Need::Required,
            (true, true) => Need::Likely,
            (false, _) => Need::Optional,
        };
        let name = alias.unwrap_or_else(|| cased(name.text(), is_camel));
        let shape = self.shape_of_type(typed, depth);
        object.add(&name, need, shape);
    }
}

fn cased(name: &str, is_camel: bool) -> String {
    if is_camel { camel(name) } else { name.to_owned() }
}

/// `user_name` as `userName`.
pub(crate) fn camel(name: &str) -> String {
    let mut parts = name.split('_').filter(|part| !part.is_empty());
    let mut all = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let mut chars = part.chars();
        all.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        all.extend(chars);
    }
    all
}
