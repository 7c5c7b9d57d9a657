//! Structs of Go by their tags, and what handlers bind and answer with.

use super::super::model::{Body, Need, Object, Shape};
use super::super::syntax::At;
use super::{FUNCTIONS, Go, arguments};

/// Types inside one another that are followed.
const MAX_NESTING: u32 = 8;
/// Methods that fill a value from the body: the place of the value.
const BINDS: &[&str] = &[
    "ShouldBindJSON",
    "BindJSON",
    "ShouldBind",
    "Bind",
    "BodyParser",
    "Decode",
    "MustBindWith",
    "ShouldBindBodyWith",
    "DecodeJSON",
];
/// Methods that answer.
const ANSWERS: &[&str] =
    &["JSON", "IndentedJSON", "PureJSON", "AbortWithStatusJSON", "Encode", "SecureJSON"];

impl<'s> Go<'s, '_, '_> {
    /// What a handler takes and gives.
    pub(crate) fn handler_body(self, function: At<'s>) -> Body {
        let Some(body) = function.field("body") else { return Body::default() };
        let mut request = Shape::Unknown;
        let mut given = Vec::new();
        for call in body.all("call_expression") {
            let Some(name) = call.field("function").and_then(|one| one.field("field")) else {
                continue;
            };
            let parts = arguments(call);
            if BINDS.contains(&name.text()) && !request.is_known() && !is_of_answer(call) {
                let bound = parts.first().map(|one| {
                    if one.kind() == "unary_expression" {
                        one.field("operand").unwrap_or(*one)
                    } else {
                        *one
                    }
                });
                request = bound.map_or(Shape::Unknown, |one| self.value_shape(one, MAX_NESTING));
            }
            if ANSWERS.contains(&name.text()) {
                let (status, value) = match parts.as_slice() {
                    [value] => (fiber_status(call), Some(*value)),
                    [status, value, ..] => (status.text(), Some(*value)),
                    [] => ("", None),
                };
                let is_failure = status.contains("Status")
                    && !["OK", "Created", "Accepted"].iter().any(|one| status.ends_with(one))
                    || status.starts_with(['4', '5']);
                if let Some(value) = value.filter(|_| !is_failure) {
                    given.push(self.value_shape(value, MAX_NESTING));
                }
            }
        }
        given.retain(|shape| {
            !shape
                .object()
                .is_some_and(|object| object.get("error").is_some() && object.fields.len() <= 2)
        });
        Body { request, response: Shape::either(given) }
    }

    /// The shape of a value.
    fn value_shape(self, at: At<'s>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        match at.kind() {
            "composite_literal" => {
                let Some(typed) = at.field("type") else { return Shape::Unknown };
                if matches!(
                    typed.text(),
                    "gin.H"
                        | "echo.Map"
                        | "fiber.Map"
                        | "map[string]any"
                        | "map[string]interface{}"
                        | "H"
                        | "M"
                        | "map[string]string"
                ) {
                    return self.literal(at, depth);
                }
                self.type_shape(typed, depth)
            }
            "unary_expression" => {
                at.field("operand").map_or(Shape::Unknown, |one| self.value_shape(one, depth))
            }
            "identifier" => self.variable(at, depth),
            "selector_expression" => Shape::Unknown,
            "call_expression" => {
                let Some(function) = at.field("function") else { return Shape::Unknown };
                if matches!(function.text(), "make" | "new" | "append") {
                    return arguments(at)
                        .first()
                        .map_or(Shape::Unknown, |one| self.type_shape(*one, depth));
                }
                self.result_of(function, depth)
            }
            _ => Shape::Unknown,
        }
    }

    fn result_of(self, function: At<'s>, depth: u32) -> Shape {
        let found = self.with_function(function, &|go, found| {
            let result = found.field("result")?;
            let typed = match result.kind() {
                "parameter_list" => result.first()?.field("type")?,
                _ => result,
            };
            Some(go.type_shape(typed, depth))
        });
        found.unwrap_or_default()
    }

    fn literal(self, at: At<'s>, depth: u32) -> Shape {
        let mut object = Object::default();
        let Some(body) = at.field("body") else { return Shape::Unknown };
        for pair in body.children().into_iter().filter(|one| one.kind() == "keyed_element") {
            let parts = pair.children();
            let inner =
                |at: &At<'s>| if at.kind() == "literal_element" { at.first() } else { Some(*at) };
            match (parts.first().and_then(inner), parts.get(1).and_then(inner)) {
                (Some(key), Some(value)) if key.kind().ends_with("string_literal") => {
                    object.add(key.unquoted(), Need::Required, self.value_shape(value, depth));
                }
                _ => object.open = true,
            }
        }
        Shape::of(object)
    }

    fn variable(self, at: At<'s>, depth: u32) -> Shape {
        for function in at.around().filter(|one| one.is(FUNCTIONS)) {
            let body = function.field("body");
            let declared = body.and_then(|body| {
                body.all("var_spec")
                    .find(|one| one.field("name").is_some_and(|name| name.text() == at.text()))
            });
            if let Some(typed) = declared.and_then(|one| one.field("type")) {
                return self.type_shape(typed, depth);
            }
        }
        match self.local(at, at.text()) {
            Some(value) => self.value_shape(value, depth),
            None => Shape::Unknown,
        }
    }

    /// The shape of a type that is written down.
    fn type_shape(self, at: At<'s>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        match at.kind() {
            "struct_type" => Shape::of(self.fields(at, depth)),
            "pointer_type" | "parenthesized_type" => {
                at.first().map_or(Shape::Unknown, |one| self.type_shape(one, depth))
            }
            "slice_type" | "array_type" => {
                at.field("element").map_or(Shape::Unknown, |one| self.type_shape(one, depth))
            }
            "type_identifier" | "qualified_type" | "identifier" => {
                let Some(names) = at.chain() else { return Shape::Unknown };
                // A type may be declared in the function itself.
                let around = at.inside(FUNCTIONS);
                let own = around.and_then(|one| {
                    one.all("type_spec").find(|spec| {
                        spec.field("name").is_some_and(|name| name.text() == at.text())
                    })
                });
                if let Some(typed) = own.and_then(|spec| spec.field("type")) {
                    return self.type_shape(typed, depth);
                }
                let found = self.world.with_definition(self.path(), &names, |source, name| {
                    let typed = name
                        .parent()
                        .filter(|one| one.is(&["type_spec", "type_alias"]))?
                        .field("type")?;
                    Some(Go { world: self.world, source }.type_shape(typed, depth))
                });
                found.unwrap_or_default()
            }
            _ => Shape::Unknown,
        }
    }

    fn fields(self, at: At<'s>, depth: u32) -> Object {
        let mut object = Object::default();
        for field in at.child("field_declaration_list").map(At::children).unwrap_or_default() {
            let Some(typed) = field.field("type") else { continue };
            let tag = field.field("tag").map_or("", At::unquoted);
            let json = tag
                .split_once("json:\"")
                .map_or("", |(_, rest)| rest.split('"').next().unwrap_or(""));
            let mut parts = json.split(',');
            let written = parts.next().unwrap_or("");
            if json == "-" {
                continue;
            }
            let names: Vec<At<'s>> = field
                .children()
                .into_iter()
                .filter(|one| one.kind() == "field_identifier")
                .collect();
            let shape = self.type_shape(typed, depth);
            if names.is_empty() && written.is_empty() {
                object.include(&shape);
                continue;
            }
            let is_needed = ["binding:\"", "validate:\""].iter().any(|mark| {
                tag.split_once(mark).is_some_and(|(_, rest)| {
                    rest.split('"').next().is_some_and(|rules| rules.contains("required"))
                })
            });
            let is_loose = json.contains("omitempty") || typed.kind() == "pointer_type";
            let need = match (is_needed, is_loose) {
                (true, _) => Need::Required,
                (false, true) => Need::Optional,
                (false, false) => Need::Likely,
            };
            for name in names {
                if !name.text().starts_with(char::is_uppercase) {
                    continue;
                }
                let written = if written.is_empty() { name.text() } else { written };
                object.add(written, need, shape.clone());
            }
        }
        object
    }
}

/// `json.NewDecoder(response.Body).Decode(&x)`: what another server answered.
fn is_of_answer(call: At<'_>) -> bool {
    let text = call.field("function").map_or("", At::text);
    text.contains("resp.Body") || text.contains("response.Body") || text.contains("res.Body")
}

/// `c.Status(400).JSON(…)`
fn fiber_status(call: At<'_>) -> &str {
    let text = call.field("function").map_or("", At::text);
    text.split_once("Status(").map_or("", |(_, rest)| rest.split(')').next().unwrap_or(""))
}
