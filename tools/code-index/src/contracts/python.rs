//! Python: what texts, values and names of a file mean.

pub(crate) mod client;
pub(crate) mod django;
pub(crate) mod drf;
pub(crate) mod models;
pub(crate) mod routers;
pub(crate) mod views;

use super::model::{Method, Need, Object, Shape};
use super::syntax::{At, Source};
use super::url::Template;
use super::world::World;

/// Names and operators followed for one text.
const MAX_DEPTH: u32 = 12;

/// One file, and the world around it.
#[derive(Clone, Copy)]
pub(crate) struct Py<'s, 'r, 'q> {
    pub(crate) world: &'s World<'r, 'q>,
    pub(crate) source: &'s Source,
}

/// The arguments of a call by place.
pub(crate) fn positional(call: At<'_>) -> Vec<At<'_>> {
    let all = call.field("arguments").map(At::children).unwrap_or_default();
    all.into_iter()
        .filter(|one| !one.is(&["keyword_argument", "dictionary_splat", "list_splat"]))
        .collect()
}

/// The argument of a call by name.
pub(crate) fn keyword<'t>(call: At<'t>, name: &str) -> Option<At<'t>> {
    let all = call.field("arguments").map(At::children).unwrap_or_default();
    let found = all.into_iter().find(|one| {
        one.kind() == "keyword_argument"
            && one.field("name").is_some_and(|known| known.text() == name)
    });
    found?.field("value")
}

/// The texts of a list or tuple, or the one text.
pub(crate) fn strings(at: At<'_>) -> Vec<&str> {
    at.all("string").map(At::unquoted).collect()
}

/// The methods that a list names.
pub(crate) fn methods(at: At<'_>) -> Vec<Method> {
    let named = strings(at).into_iter().filter_map(Method::of);
    // `HTTPMethod.POST`, `hdrs.METH_GET`
    let told = at.all("attribute").filter_map(|one| Method::of(one.field("attribute")?.text()));
    named.chain(told).collect()
}

/// The decorators of a function or class.
pub(crate) fn decorators(definition: At<'_>) -> Vec<At<'_>> {
    let around = definition.parent().filter(|up| up.kind() == "decorated_definition");
    let all = around.map(At::children).unwrap_or_default().into_iter();
    all.filter(|one| one.kind() == "decorator").filter_map(At::first).collect()
}

/// The start of the function that something stands in, 0 for the file.
pub(crate) fn scope(at: At<'_>) -> usize {
    at.inside(&["function_definition"]).map_or(0, At::start)
}

impl<'s, 'r, 'q> Py<'s, 'r, 'q> {
    pub(crate) fn path(self) -> &'s str {
        &self.source.path
    }

    /// The text of an expression, as far as it can be told.
    pub(crate) fn template(self, at: At<'s>, depth: u32) -> Template {
        let hole =
            || Template::hole(at.text().get(..at.text().floor_char_boundary(120)).unwrap_or(""));
        let Some(depth) = depth.checked_sub(1) else { return hole() };
        match at.kind() {
            "string" => {
                let mut all = Template::text("");
                for part in at.children() {
                    all = match part.kind() {
                        "string_content" => all.then(Template::text(part.text())),
                        "interpolation" => {
                            let inner = part.field("expression").or_else(|| part.first());
                            all.then(inner.map_or_else(Template::default, |inner| {
                                self.template(inner, depth)
                            }))
                        }
                        _ => all,
                    };
                }
                all
            }
            "concatenated_string" => at
                .children()
                .into_iter()
                .fold(Template::default(), |all, part| all.then(self.template(part, depth))),
            "binary_operator" if at.field("operator").is_some_and(|one| one.text() == "+") => {
                let side = |name| at.field(name).map_or_else(hole, |one| self.template(one, depth));
                side("left").then(side("right"))
            }
            "parenthesized_expression" => {
                at.first().map_or_else(hole, |one| self.template(one, depth))
            }
            "identifier" | "attribute" => self.constant(at, depth).unwrap_or_else(hole),
            "call" => {
                // `os.getenv("BASE", "http://localhost:8000")`
                let name = at.field("function").map_or("", At::text);
                let default = positional(at)
                    .get(1)
                    .copied()
                    .filter(|_| name.ends_with("getenv") || name.ends_with("environ.get"));
                default.map_or_else(hole, |default| self.template(default, depth))
            }
            _ => hole(),
        }
    }

    fn constant(self, at: At<'s>, depth: u32) -> Option<Template> {
        let names = at.chain()?;
        if let [name] = names.as_slice()
            && let Some(value) = self.assigned(at, name)
        {
            let text = self.template(value, depth.min(6));
            return (!text.is_hole()).then_some(text);
        }
        self.world.with_definition(self.path(), &names, |source, name| {
            let py = Py { world: self.world, source };
            let set = name.inside(&["assignment"])?;
            let value = set.field("right").filter(|value| value.kind() == "string")?;
            let text = py.template(value, depth.min(6));
            (!text.is_hole()).then_some(text)
        })
    }

    /// The text where all of it is known.
    pub(crate) fn text(self, at: At<'s>) -> Option<String> {
        self.template(at, MAX_DEPTH).known().map(str::to_owned)
    }

    /// What a name was last assigned in the function around, else in the file.
    pub(crate) fn assigned(self, from: At<'s>, name: &str) -> Option<At<'s>> {
        let around = from.inside(&["function_definition"]);
        let scopes = around.and_then(|one| one.field("body")).into_iter();
        let inner = scopes.flat_map(|body| body.all("assignment").collect::<Vec<_>>());
        let top = self.source.root().children().into_iter().filter_map(|one| {
            one.first().filter(|inner| {
                one.kind() == "expression_statement" && inner.kind() == "assignment"
            })
        });
        let mut all = inner.chain(top);
        all.find(|set| {
            set.field("left").is_some_and(|left| left.text() == name) && set.start() != from.start()
        })?
        .field("right")
    }

    /// The shape of a value.
    pub(crate) fn value_shape(self, at: At<'s>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        match at.kind() {
            "dictionary" => {
                let mut object = Object::default();
                for part in at.children() {
                    match (part.field("key"), part.field("value")) {
                        (Some(key), Some(value)) if key.kind() == "string" => {
                            object.add(
                                key.unquoted(),
                                Need::Required,
                                self.value_shape(value, depth),
                            );
                        }
                        _ => object.open = true,
                    }
                }
                Shape::of(object)
            }
            "list" => at.first().map_or(Shape::Unknown, |one| self.value_shape(one, depth)),
            "list_comprehension" => {
                at.field("body").map_or(Shape::Unknown, |one| self.value_shape(one, depth))
            }
            "parenthesized_expression" | "await" => {
                at.first().map_or(Shape::Unknown, |one| self.value_shape(one, depth))
            }
            "identifier" => {
                let value = self.assigned(at, at.text());
                let is_made = value.is_some_and(|value| {
                    value.is(&["dictionary", "list_comprehension", "call", "list"])
                });
                let shape = value
                    .filter(|_| is_made)
                    .map_or(Shape::Unknown, |value| self.value_shape(value, depth));
                self.grown(at, shape)
            }
            "call" => self.called_shape(at, depth),
            _ => Shape::Unknown,
        }
    }

    /// A dictionary to which keys are added one by one.
    fn grown(self, name: At<'s>, shape: Shape) -> Shape {
        let Some(object) = shape.object() else { return shape };
        let Some(body) = name.inside(&["function_definition"]).and_then(|one| one.field("body"))
        else {
            return shape;
        };
        let mut object = object.clone();
        for set in body.all("assignment") {
            let Some(left) = set.field("left").filter(|left| left.kind() == "subscript") else {
                continue;
            };
            if left.field("value").is_some_and(|value| value.text() == name.text()) {
                match left.field("subscript").filter(|key| key.kind() == "string") {
                    Some(key) => object.add(key.unquoted(), Need::Optional, Shape::Unknown),
                    None => object.open = true,
                }
            }
        }
        let is_updated = body.text().contains(&format!("{}.update(", name.text()));
        let is_filled = body.text().contains(&format!("{}.append(", name.text()));
        object.open |= is_updated || is_filled;
        Shape::of(object)
    }

    fn called_shape(self, at: At<'s>, depth: u32) -> Shape {
        let Some(function) = at.field("function") else { return Shape::Unknown };
        let name = function.field("attribute").map_or(function.text(), At::text);
        if matches!(name, "dict" | "jsonify") {
            let mut object = Object::default();
            for part in at.field("arguments").map(At::children).unwrap_or_default() {
                match (part.kind(), part.field("name"), part.field("value")) {
                    ("keyword_argument", Some(name), Some(value)) => {
                        object.add(name.text(), Need::Required, self.value_shape(value, depth));
                    }
                    _ => return self.value_shape(part, depth),
                }
            }
            return Shape::of(object);
        }
        if let Some(names) = function.chain() {
            let found = self.world.with_definition(self.path(), &names, |source, name| {
                let py = Py { world: self.world, source };
                let declared = name.parent()?;
                match declared.kind() {
                    "class_definition" => Some(py.class_shape(declared, 6)),
                    "function_definition" => Some(py.returned(declared, depth)),
                    _ => None,
                }
            });
            if let Some(found) = found.filter(Shape::is_known) {
                return found;
            }
        }
        // `user.to_dict()`: where only one has such a method, it is that one.
        if matches!(name, "to_dict" | "to_json" | "serialize" | "as_dict" | "json" | "dict") {
            return self.only_method(name, depth);
        }
        Shape::Unknown
    }

    fn only_method(self, name: &str, depth: u32) -> Shape {
        let all = self.world.defined(name);
        let [(path, line)] = all.as_slice() else { return Shape::Unknown };
        let Some(source) = self.world.source(path).filter(|_| path.ends_with(".py")) else {
            return Shape::Unknown;
        };
        let py = Py { world: self.world, source: &source };
        let function = source.name_at(*line, name).and_then(At::parent);
        let function = function.filter(|one| one.kind() == "function_definition");
        function.map_or(Shape::Unknown, |function| py.returned(function, depth))
    }

    /// What a function returns when all goes well.
    pub(crate) fn returned(self, function: At<'s>, depth: u32) -> Shape {
        let Some(body) = function.field("body") else { return Shape::Unknown };
        let mut given = Vec::new();
        for one in body.all("return_statement") {
            if one
                .inside(&["function_definition"])
                .is_none_or(|around| around.start() != function.start())
            {
                continue;
            }
            let Some(value) = one.first() else { continue };
            let (value, status) = match value.kind() {
                "expression_list" | "tuple" => (
                    value.first().unwrap_or(value),
                    value.children().get(1).map_or("", |one| one.text()),
                ),
                "call" => (
                    value,
                    keyword(value, "status")
                        .or_else(|| keyword(value, "status_code"))
                        .map_or("", At::text),
                ),
                _ => (value, ""),
            };
            let digits: String = status.chars().filter(char::is_ascii_digit).take(3).collect();
            if digits.starts_with(['4', '5']) || value.text() == "None" {
                continue;
            }
            let value = self.response_value(value);
            let shape = self.value_shape(value, depth);
            let is_error = shape.object().is_some_and(|object| {
                object.fields.len() <= 2
                    && (object.get("error").is_some() || object.get("errors").is_some())
            });
            if !is_error {
                given.push(shape);
            }
        }
        Shape::either(given)
    }

    /// What a response is made of: `JsonResponse({…})`, `Response(data)`.
    fn response_value(self, value: At<'s>) -> At<'s> {
        let name = value.field("function").map_or("", At::text);
        let is_response = ["JsonResponse", "Response", "JSONResponse", "make_response"]
            .iter()
            .any(|one| name.ends_with(one));
        let inner = positional(value).into_iter().next().or_else(|| keyword(value, "content"));
        inner.filter(|_| is_response).unwrap_or(value)
    }
}
