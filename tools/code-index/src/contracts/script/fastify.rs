//! What stands beside a handler and says what it takes and gives: schemas of
//! Fastify, checks as middleware.

use super::super::model::{Body, Shape};
use super::super::syntax::At;
use super::{Script, arguments, property};

/// `{ schema: { body, response: { 200: … } } }`
pub(crate) fn add_schema<'s>(script: Script<'s, '_, '_>, options: At<'s>, body: &mut Body) {
    let Some(schema) = property(options, "schema") else { return };
    let read = |script: Script<'_, '_, '_>, schema: At<'_>| -> Option<(Shape, Shape)> {
        let request = property(schema, "body").map_or(Shape::Unknown, |one| {
            Script { world: script.world, source: script.source }.schema_here(one)
        });
        let responses = property(schema, "response");
        let good = responses.and_then(|all| {
            ["200", "201", "2xx", "default"].iter().find_map(|code| property(all, code))
        });
        Some((request, good.map_or(Shape::Unknown, |one| script.schema_here(one))))
    };
    let found = script.with_value(schema, 4, &|script, value| {
        (value.kind() == "object").then(|| read(script, value))?
    });
    if let Some((request, response)) = found {
        body.request = request.or(|| std::mem::take(&mut body.request));
        body.response = response.or(|| std::mem::take(&mut body.response));
    }
}

/// Schemas among the arguments of a route, and types that it is called with.
pub(crate) fn add_checks<'s>(
    script: Script<'s, '_, '_>,
    call: At<'s>,
    handlers: &[At<'s>],
    body: &mut Body,
) {
    for part in handlers {
        match part.kind() {
            "object" => add_schema(script, *part, body),
            "call_expression" if handlers.len() > 1 => {
                let name = part.function().map_or("", At::text).to_ascii_lowercase();
                let parts = arguments(*part);
                let is_query = parts.first().is_some_and(|one| {
                    matches!(one.unquoted(), "query" | "param" | "params" | "header")
                });
                if !name.contains("valid")
                    || name.contains("query")
                    || name.contains("param")
                    || is_query
                {
                    continue;
                }
                for one in parts {
                    let one = property(one, "body").unwrap_or(one);
                    let shape = script.schema_here(one);
                    // A schema for all parts of a request holds the body as one of them.
                    let inner = shape.field("body");
                    let shape = if inner.is_known() { inner } else { shape };
                    if shape.is_known() {
                        body.request = shape;
                    }
                }
            }
            _ => {}
        }
    }
    let typed = call.field("type_arguments").and_then(At::first);
    if let Some(typed) = typed {
        let shape = script.type_shape(typed);
        let (request, response) = (shape.field("Body"), shape.field("Reply"));
        body.request = request.or(|| std::mem::take(&mut body.request));
        body.response = response.or(|| std::mem::take(&mut body.response));
    }
}

impl<'s> Script<'s, '_, '_> {
    fn schema_here(self, at: At<'s>) -> Shape {
        self.schema(at, 6)
    }
}
