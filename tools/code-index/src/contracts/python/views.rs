//! What a function or class of a view takes and gives, in FastAPI, Flask and
//! Django.

use super::super::model::{Body, Method, Need, Object, Shape};
use super::super::syntax::At;
use super::{Py, decorators, keyword, positional};

/// Parameters whose values do not come from the body.
const INJECTED: &[&str] = &[
    "Depends(",
    "Query(",
    "Path(",
    "Header(",
    "Cookie(",
    "Security(",
    "Form(",
    "File(",
    "Request",
];

impl<'s, 'r, 'q> Py<'s, 'r, 'q> {
    /// The same of a view that is named.
    pub(crate) fn view_body(
        self,
        view: At<'s>,
        decorator: Option<At<'s>>,
        asked: &[Method],
    ) -> Body {
        let Some(names) = view.chain() else { return Body::default() };
        let _only_here = decorator;
        let found = self.world.with_definition(self.path(), &names, |source, name| {
            let function = name.parent().filter(|one| one.kind() == "function_definition")?;
            Some(Py { world: self.world, source }.function_body(function, None, asked))
        });
        found.unwrap_or_default()
    }

    /// What a function takes and gives. `decorator` is the one that made it a route.
    pub(crate) fn function_body(
        self,
        function: At<'s>,
        decorator: Option<At<'s>>,
        asked: &[Method],
    ) -> Body {
        let is_read = asked.iter().all(|method| *method == Method::Get);
        let request = if is_read { Shape::Unknown } else { self.request(function) };
        let model = decorator.and_then(|decorator| keyword(decorator, "response_model"));
        let written =
            model.or_else(|| function.field("return_type")).filter(|one| one.text() != "None");
        let response = match written {
            Some(written) => self.type_shape(written),
            None => self.returned(function, 6),
        };
        Body { request, response }
    }

    fn request(self, function: At<'s>) -> Shape {
        let mut models: Vec<(&str, Shape)> = Vec::new();
        let mut fields = Object::default();
        for param in function.field("parameters").map(At::children).unwrap_or_default() {
            let Some(typed) = param.field("type") else { continue };
            let name = param.field("name").or_else(|| param.first()).map_or("", At::text);
            let default = param.field("value").map_or("", At::text);
            let is_injected =
                INJECTED.iter().any(|one| default.contains(one) || typed.text().contains(one));
            if is_injected {
                if default.contains("Form(")
                    || default.contains("File(")
                    || typed.text().contains("RequestForm")
                {
                    return Shape::Unknown;
                }
                continue;
            }
            let shape = self.type_shape(typed);
            if shape.is_known() {
                models.push((name, shape));
            } else if default.contains("Body(") || typed.text().contains("Body(") {
                let need = if default.contains("...")
                    || !default.contains('=') && default.ends_with("Body()")
                {
                    Need::Required
                } else {
                    Need::Likely
                };
                fields.add(name, need, Shape::Unknown);
            } else if matches!(typed.text(), "dict" | "Any" | "UploadFile")
                || typed.text().starts_with("dict[")
                || typed.text().starts_with("Dict[")
            {
                return Shape::Unknown;
            }
        }
        match (models.len(), fields.fields.is_empty()) {
            (0, true) => self.read_of_request(function),
            (1, true) => models.swap_remove(0).1,
            _ => {
                for (name, shape) in models {
                    fields.add(name, Need::Required, shape);
                }
                Shape::of(fields)
            }
        }
    }

    /// What is read of `request.get_json()`, `request.json`, `request.data`,
    /// `json.loads(request.body)`.
    fn read_of_request(self, function: At<'s>) -> Shape {
        let Some(body) = function.field("body") else { return Shape::Unknown };
        if let Some(shape) = self.checked_by(body) {
            return shape;
        }
        let mut object = Object::default();
        let mut escapes = false;
        for at in body.descendants().filter(|at| is_request(*at)) {
            self.read_of(at, &mut object, &mut escapes);
            let Some(set) = at.around().take(3).find(|up| up.kind() == "assignment") else {
                continue;
            };
            let Some(name) = set.field("left").filter(|left| left.kind() == "identifier") else {
                continue;
            };
            let is_whole = set.field("right").is_some_and(|right| {
                right.text() == at.text() || right.kind() == "boolean_operator"
            });
            if !is_whole {
                continue;
            }
            for used in body.all("identifier") {
                if !self.world.step() {
                    return Shape::Unknown;
                }
                if used.text() == name.text() && used.start() > set.node.end_byte() {
                    self.read_of(used, &mut object, &mut escapes);
                }
            }
        }
        if object.fields.is_empty() {
            return Shape::Unknown;
        }
        object.open |= escapes;
        Shape::of(object)
    }

    /// `Contact(data=request.data)`: what a serializer of the project takes. One
    /// that changes what is there may leave fields out.
    fn checked_by(self, body: At<'s>) -> Option<Shape> {
        body.all("call").find_map(|call| {
            let data = keyword(call, "data")?;
            let is_ours = is_request(data) && call.field("function")?.text().ends_with("erializer");
            let names = is_ours.then(|| call.field("function")?.chain())??;
            let is_partial = keyword(call, "partial").is_some_and(|one| one.text() == "True");
            self.world.with_definition(self.path(), &names, |source, name| {
                let class = name.parent().filter(|one| one.kind() == "class_definition")?;
                let py = Py { world: self.world, source };
                let mut object = py.serializer(class, 4)?.request.object()?.clone();
                for field in object.fields.iter_mut().filter(|_| is_partial) {
                    field.need = Need::Optional;
                }
                Some(Shape::of(object))
            })
        })
    }

    fn read_of(self, at: At<'s>, object: &mut Object, escapes: &mut bool) {
        let Some(up) = at.parent() else { return };
        let is = |field: &str| up.field(field).is_some_and(|one| one.node == at.node);
        match up.kind() {
            "subscript" if is("value") => {
                match up.field("subscript").filter(|key| key.kind() == "string") {
                    Some(key) => add(object, key.unquoted(), Need::Required),
                    None => *escapes = true,
                }
            }
            "attribute" if is("object") => {
                let name = up.field("attribute").map_or("", At::text);
                let call = up.parent().filter(|call| call.kind() == "call");
                let key = call
                    .and_then(|call| positional(call).into_iter().next())
                    .filter(|key| key.kind() == "string");
                match (name, key) {
                    ("get" | "pop", Some(key)) => add(object, key.unquoted(), Need::Likely),
                    ("get", None) => {}
                    _ => *escapes = true,
                }
            }
            "comparison_operator" | "not_operator" | "if_statement" | "boolean_operator" => {
                if let Some(key) = up.first().filter(|key| key.kind() == "string") {
                    add(object, key.unquoted(), Need::Likely);
                }
            }
            "assignment" => {}
            _ => *escapes = true,
        }
    }

    /// The methods of a class that is named, and what each takes and gives.
    pub(crate) fn class_methods(self, class: At<'s>) -> Vec<(Method, Body)> {
        let Some(names) = class.chain() else { return Vec::new() };
        let found = self.world.with_definition(self.path(), &names, |source, name| {
            let class = name.parent().filter(|one| one.kind() == "class_definition")?;
            Some(Py { world: self.world, source }.methods_of_class(class))
        });
        found.unwrap_or_default()
    }

    pub(crate) fn methods_of_class(self, class: At<'s>) -> Vec<(Method, Body)> {
        let Some(body) = class.field("body") else { return Vec::new() };
        let mut all = Vec::new();
        for one in body.children() {
            let function = if one.kind() == "decorated_definition" {
                one.field("definition")
            } else {
                Some(one)
            };
            let Some(function) = function.filter(|one| one.kind() == "function_definition") else {
                continue;
            };
            let name = function.field("name").map_or("", At::text);
            if let Some(method) = Method::of(name).filter(|_| name != "any" && name != "all") {
                all.push((method, self.function_body(function, None, &[method])));
            }
        }
        all
    }

    /// The methods that a function's decorators let through.
    pub(crate) fn allowed(self, function: At<'s>) -> Vec<Method> {
        for decorator in decorators(function) {
            let text = decorator.text();
            if text.starts_with("api_view")
                || text.starts_with("require_http_methods")
                || text.contains(".api_view")
            {
                let all = super::methods(decorator);
                return if all.is_empty() { vec![Method::Get] } else { all };
            }
            match text {
                "require_GET" | "require_safe" => return vec![Method::Get],
                "require_POST" => return vec![Method::Post],
                _ => {}
            }
        }
        vec![Method::Any]
    }
}

fn is_request(at: At<'_>) -> bool {
    matches!(
        (at.kind(), at.text()),
        (
            "attribute",
            "request.json" | "request.data" | "self.request.data" | "request.POST" | "request.form"
        ) | (
            "call",
            "request.get_json()"
                | "request.get_json(force=True)"
                | "request.get_json(silent=True)"
                | "json.loads(request.body)"
                | "await request.json()"
                | "request.get_json(force=True, silent=True)"
                | "json.loads(request.body.decode('utf-8'))"
                | "json.loads(request.body.decode())"
                | "json.loads(request.data)"
        ) | ("await", "await request.json()")
    )
}

/// A field once needed stays so.
fn add(object: &mut Object, name: &str, need: Need) {
    let is_needed = object.get(name).is_some_and(|known| known.need == Need::Required);
    object.add(name, if is_needed { Need::Required } else { need }, Shape::Unknown);
}
