//! What a handler takes and gives: `req.body`, `await request.json()`,
//! `res.json({…})`, `NextResponse.json({…})`, `c.json({…})`, what it returns.

use super::super::model::{Body, Need, Object, Shape};
use super::super::syntax::At;
use super::reads::Reads;
use super::{FUNCTIONS, Script, annotation, arguments, params, property};

/// Which way a handler answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// `res.json(…)`
    Calls,
    /// `return {…}`, or a call.
    Returns,
}

impl<'s, 'r, 'q> Script<'s, 'r, 'q> {
    /// What a handler takes and gives, wherever it is defined.
    pub(crate) fn handler_body(self, handler: At<'s>, answers: Answers) -> Body {
        let found =
            self.with_value(handler, 5, &|script, value| script.handler_of(value, answers, 3));
        found.unwrap_or_default()
    }

    fn handler_of(self, value: At<'s>, answers: Answers, depth: u32) -> Option<Body> {
        if value.is(FUNCTIONS) {
            return Some(self.function_body(value, answers));
        }
        if value.kind() != "call_expression" || depth == 0 {
            return None;
        }
        // `wrap(async (req, res) => …)`, `controller.create.bind(controller)`
        if let Some(of) = value.function().filter(|of| of.text().ends_with(".bind")) {
            return self.with_value(of.field("object")?, 4, &|script, value| {
                script.handler_of(value, answers, depth - 1)
            });
        }
        arguments(value).into_iter().rev().find_map(|one| {
            self.with_value(one, 4, &|script, value| script.handler_of(value, answers, depth - 1))
        })
    }

    /// The same of a function that is there.
    pub(crate) fn function_body(self, function: At<'s>, answers: Answers) -> Body {
        Body { request: self.request(function), response: self.response(function, answers) }
    }

    fn request(self, function: At<'s>) -> Shape {
        let Some(name) = self.param_name(function, 0) else {
            return self.destructured_request(function);
        };
        if let Some(typed) = params(function).first().and_then(|param| annotation(*param)) {
            let shape = self.typed_request(typed);
            if shape.is_known() {
                return shape;
            }
        }
        let Some(body) = function.field("body") else { return Shape::Unknown };
        let mut all = Reads::default();
        for at in body.descendants() {
            if is_body(at, name) {
                let parsed = self.parsed(at);
                if parsed.is_known() {
                    return parsed;
                }
                let mut reads = self.reads(at);
                if let Some(declared) = reads.declared {
                    return declared;
                }
                all.escapes |= reads.escapes;
                for field in std::mem::take(&mut reads.object.fields) {
                    let known = all.object.get(&field.name);
                    if known.is_none_or(|known| known.need != Need::Required) {
                        all.object.push(field);
                    }
                }
            }
        }
        all.known()
    }

    /// `async ({ body }) => …`
    fn destructured_request(self, function: At<'s>) -> Shape {
        let Some(param) = params(function).first().copied() else { return Shape::Unknown };
        let mut reads = Reads::default();
        self.taken(super::pattern(param), function, &mut reads, 4);
        Shape::of(reads.object).field("body")
    }

    /// `Request<{}, {}, Body>`, `FastifyRequest<{ Body: … }>`
    fn typed_request(self, typed: At<'s>) -> Shape {
        let Some(types) = typed.field("type_arguments").map(At::children) else {
            return Shape::Unknown;
        };
        match (types.first(), types.get(2)) {
            (_, Some(body)) => self.type_shape(*body),
            (Some(one), None) => self.type_shape(*one).field("Body"),
            _ => Shape::Unknown,
        }
    }

    /// `schema.parse(req.body)`, `validate(schema, req.body)`
    fn parsed(self, body: At<'s>) -> Shape {
        let mut at = body;
        while let Some(up) =
            at.parent().filter(|up| up.is(&["await_expression", "parenthesized_expression"]))
        {
            at = up;
        }
        let call = at.parent().filter(|up| up.kind() == "arguments").and_then(At::parent);
        let Some(function) = call.and_then(|call| call.function()) else {
            return Shape::Unknown;
        };
        let names = [
            "parse",
            "safeParse",
            "parseAsync",
            "safeParseAsync",
            "validate",
            "validateAsync",
            "validateSync",
        ];
        let is_parse = function.field("property").is_some_and(|name| names.contains(&name.text()));
        match function.field("object").filter(|_| is_parse) {
            Some(schema) => self.schema(schema, 6),
            None => Shape::Unknown,
        }
    }

    fn response(self, function: At<'s>, answers: Answers) -> Shape {
        let Some(body) = function.field("body") else { return Shape::Unknown };
        let names: Vec<&str> = (0..2).filter_map(|at| self.param_name(function, at)).collect();
        let mut given = Vec::new();
        for call in body.all("call_expression") {
            let Some(callee) = call.function() else { continue };
            let is_sent = callee
                .field("property")
                .is_some_and(|name| matches!(name.text(), "json" | "send" | "jsonp"));
            let root = callee.text().split(['.', '(']).next().unwrap_or("");
            let is_ours = names.contains(&root)
                || matches!(root, "NextResponse" | "Response" | "res" | "reply");
            let parts = arguments(call);
            if !is_sent || !is_ours || parts.is_empty() || is_failure(callee, &parts) {
                continue;
            }
            given.push(self.value_shape(parts[0]));
        }
        if given.is_empty() && answers == Answers::Returns {
            return self.returned(function, 8);
        }
        given.retain(|shape| !is_error(shape));
        Shape::either(given)
    }
}

/// `req.body`, `ctx.request.body`, `await request.json()`, `c.req.json()`
fn is_body(at: At<'_>, name: &str) -> bool {
    let text = at.text();
    if text.len() > name.len() + 20 {
        return false;
    }
    let Some(rest) = text.strip_prefix(name) else { return false };
    match at.kind() {
        "member_expression" => matches!(rest, ".body" | ".request.body"),
        "call_expression" => matches!(rest, ".json()" | ".req.json()"),
        _ => false,
    }
}

/// The answer says that something went wrong.
fn is_failure(callee: At<'_>, parts: &[At<'_>]) -> bool {
    let failed = |text: &str| {
        let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take(3).collect();
        digits.starts_with(['4', '5']) && digits.len() == 3
    };
    let text = callee.text();
    let chained = ["status(", "code("].iter().any(|mark| {
        text.rfind(mark)
            .is_some_and(|at| failed(text.get(at..).unwrap_or("").split(')').next().unwrap_or("")))
    });
    let said = parts.get(1).is_some_and(|second| match second.kind() {
        "object" => property(*second, "status").is_some_and(|status| failed(status.text())),
        "number" => failed(second.text()),
        _ => false,
    });
    chained || said
}

fn is_error(shape: &Shape) -> bool {
    let words = ["error", "message", "errors", "msg", "code"];
    let is_error = |object: &Object| {
        object.get("error").or(object.get("errors")).is_some()
            && object.fields.iter().all(|field| words.contains(&field.name.as_str()))
    };
    shape.object().is_some_and(is_error)
}
