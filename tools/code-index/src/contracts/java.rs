//! Spring: classes with mappings, and what their methods take and give; clients
//! that are declared the same way.

pub(crate) mod shapes;

use super::model::{Base, Body, Call, Method, Route, Shape, Spot, UrlPath};
use super::syntax::{At, Source};
use super::url::{Style, Template, route_path};
use super::world::World;

/// Texts joined to one.
const MAX_DEPTH: u32 = 8;
/// Classes with routes.
const CONTROLLERS: &[&str] = &["RestController", "Controller", "RepositoryRestController"];

/// One file, and the world around it.
#[derive(Clone, Copy)]
pub(crate) struct Java<'s, 'r, 'q> {
    pub(crate) world: &'s World<'r, 'q>,
    pub(crate) source: &'s Source,
}

/// The annotations of a class, method, field or parameter: name and node.
pub(crate) fn annotations(at: At<'_>) -> Vec<(&str, At<'_>)> {
    let modifiers = at.child("modifiers").map(At::children).unwrap_or_default();
    let all = modifiers.into_iter().filter(|one| one.is(&["annotation", "marker_annotation"]));
    all.filter_map(|one| {
        let name = one.field("name")?.text();
        Some((name.rsplit('.').next().unwrap_or(name), one))
    })
    .collect()
}

/// A value of an annotation; `value` may stand without a name.
pub(crate) fn element<'t>(annotation: At<'t>, name: &str) -> Option<At<'t>> {
    let all = annotation.field("arguments")?.children();
    let named = all.iter().find_map(|one| {
        (one.kind() == "element_value_pair" && one.field("key")?.text() == name)
            .then(|| one.field("value"))?
    });
    named.or_else(|| {
        all.into_iter().find(|one| name == "value" && one.kind() != "element_value_pair")
    })
}

/// Reads the routes and calls of a file.
pub(crate) fn read(
    java: Java<'_, '_, '_>,
    routes: &mut Vec<Route>,
    calls: &mut Vec<Call>,
    unread: &mut Vec<Spot>,
) {
    for class in java.source.root().descendants() {
        if class.is(&["class_declaration", "interface_declaration"]) {
            java.class(class, routes, calls, unread);
        }
    }
    java.calls(calls, unread);
}

impl<'s> Java<'s, '_, '_> {
    pub(crate) fn path(self) -> &'s str {
        &self.source.path
    }

    /// A text, a constant, or both joined.
    fn text(self, at: At<'s>, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        match at.kind() {
            "string_literal" => Some(at.unquoted().to_owned()),
            "binary_expression" => {
                Some(self.text(at.field("left")?, depth)? + &self.text(at.field("right")?, depth)?)
            }
            "parenthesized_expression" => self.text(at.first()?, depth),
            "identifier" | "field_access" => {
                let read = |java: Java<'_, '_, '_>, declarator: At<'_>| {
                    let value = declarator.field("value")?;
                    Java { world: java.world, source: java.source }.text_here(value, depth)
                };
                let own = self
                    .source
                    .root()
                    .all("variable_declarator")
                    .find(|one| one.field("name").is_some_and(|name| name.text() == at.text()));
                if let Some(own) = own {
                    return read(self, own);
                }
                self.world.with_definition(self.path(), &at.chain()?, |source, name| {
                    read(Java { world: self.world, source }, name.parent()?)
                })
            }
            _ => None,
        }
    }

    fn text_here(self, at: At<'s>, depth: u32) -> Option<String> {
        self.text(at, depth)
    }

    /// The paths of a mapping; one that says none maps what is around it.
    fn paths(self, annotation: At<'s>, unread: &mut Vec<Spot>) -> Vec<UrlPath> {
        let Some(value) = element(annotation, "value").or_else(|| element(annotation, "path"))
        else {
            return vec![UrlPath::default()];
        };
        let all = if value.kind() == "element_value_array_initializer" {
            value.children()
        } else {
            vec![value]
        };
        let mut paths = Vec::new();
        for one in all {
            match self.text(one, MAX_DEPTH) {
                Some(text) => paths.push(route_path(&text, Style::Brace)),
                None => unread.push(Spot { path: self.path().to_owned(), line: one.line() }),
            }
        }
        paths
    }

    fn class(
        self,
        class: At<'s>,
        routes: &mut Vec<Route>,
        calls: &mut Vec<Call>,
        unread: &mut Vec<Spot>,
    ) {
        let about = annotations(class);
        let has = |name: &str| about.iter().find(|(known, _)| *known == name).map(|(_, at)| *at);
        let client = has("FeignClient").or_else(|| has("HttpExchange"));
        let is_server = about.iter().any(|(name, _)| CONTROLLERS.contains(name));
        let prefix = has("RequestMapping")
            .map_or_else(|| vec![UrlPath::default()], |at| self.paths(at, unread));
        let Some(body) = class.field("body") else { return };
        for method in body.children().into_iter().filter(|one| one.kind() == "method_declaration") {
            for (name, annotation) in annotations(method) {
                if class.kind() == "interface_declaration"
                    && matches!(name, "GET" | "POST" | "PUT" | "PATCH" | "DELETE")
                {
                    // Retrofit
                    let path = self.paths(annotation, unread).into_iter().next();
                    calls.extend(path.and_then(|path| {
                        self.declared_call(method, annotation, Method::of(name)?, path)
                    }));
                    continue;
                }
                for asked in self.asked(name, annotation) {
                    for inner in self.paths(annotation, unread) {
                        if let Some(client) = client {
                            let base =
                                element(client, "path").and_then(|one| self.text(one, MAX_DEPTH));
                            let base = route_path(&base.unwrap_or_default(), Style::Brace);
                            calls.extend(self.declared_call(
                                method,
                                annotation,
                                asked,
                                base.join(&inner),
                            ));
                            continue;
                        }
                        if !is_server {
                            continue;
                        }
                        for outer in &prefix {
                            routes.push(self.route(
                                &about,
                                method,
                                annotation,
                                asked,
                                outer.join(&inner),
                            ));
                        }
                    }
                }
            }
        }
    }

    fn asked(self, name: &str, annotation: At<'s>) -> Vec<Method> {
        match name {
            "GetMapping" | "GetExchange" => vec![Method::Get],
            "PostMapping" | "PostExchange" => vec![Method::Post],
            "PutMapping" | "PutExchange" => vec![Method::Put],
            "PatchMapping" | "PatchExchange" => vec![Method::Patch],
            "DeleteMapping" | "DeleteExchange" => vec![Method::Delete],
            "RequestMapping" => match element(annotation, "method") {
                Some(methods) => {
                    let words = methods.text().split(|c: char| !c.is_ascii_alphanumeric());
                    words.filter(|word| *word != "RequestMethod").filter_map(Method::of).collect()
                }
                None => vec![Method::Any],
            },
            _ => Vec::new(),
        }
    }

    fn route(
        self,
        about: &[(&str, At<'s>)],
        method: At<'s>,
        annotation: At<'s>,
        asked: Method,
        path: UrlPath,
    ) -> Route {
        let is_plain = about.iter().any(|(name, _)| *name == "Controller")
            && !about.iter().any(|(name, _)| matches!(*name, "ResponseBody" | "RestController"))
            && !annotations(method).iter().any(|(name, _)| *name == "ResponseBody");
        let typed = method.field("type").map_or("", At::text);
        let is_page = is_plain && matches!(typed, "String" | "ModelAndView" | "void" | "View");
        let spot = Spot { path: self.path().to_owned(), line: annotation.line() };
        Route { framework: "spring", method: asked, path, spot, body: self.body(method), is_page }
    }

    fn body(self, method: At<'s>) -> Body {
        let params = method.field("parameters").map(At::children).unwrap_or_default();
        let taken = params.into_iter().find(|param| {
            annotations(*param).iter().any(|(name, _)| matches!(*name, "RequestBody" | "Body"))
        });
        let of = |at: Option<At<'s>>| at.map_or(Shape::Unknown, |typed| self.type_shape(typed));
        Body {
            request: of(taken.and_then(|param| param.field("type"))),
            response: of(method.field("type")),
        }
    }

    fn declared_call(
        self,
        method: At<'s>,
        annotation: At<'s>,
        asked: Method,
        path: UrlPath,
    ) -> Option<Call> {
        let spot = Spot { path: self.path().to_owned(), line: annotation.line() };
        let base = Base::Unknown("client".to_owned());
        (!path.0.is_empty()).then(|| Call {
            method: asked,
            base,
            path,
            spot,
            body: self.body(method),
        })
    }

    /// RestTemplate, RestClient and WebClient.
    fn calls(self, calls: &mut Vec<Call>, unread: &mut Vec<Spot>) {
        for call in self.source.root().all("method_invocation") {
            let Some(name) = call.field("name").map(At::text) else { continue };
            let object = call.field("object").map_or("", At::text);
            let parts = call.field("arguments").map(At::children).unwrap_or_default();
            let template = object.to_ascii_lowercase().ends_with("resttemplate");
            let method = match name {
                "getForObject" | "getForEntity" if template => Some(Method::Get),
                "postForObject" | "postForEntity" if template => Some(Method::Post),
                "put" if template => Some(Method::Put),
                "delete" if template => Some(Method::Delete),
                "exchange" if template => {
                    parts.get(1).and_then(|one| Method::of(one.text().rsplit('.').next()?))
                }
                // `client.get().uri("/users/{id}", id)`
                "uri" => {
                    let verb = call.field("object").filter(|of| of.kind() == "method_invocation");
                    verb.and_then(|of| Method::of(of.field("name")?.text()))
                }
                _ => None,
            };
            let (Some(method), Some(url)) = (method, parts.first()) else { continue };
            let spot = Spot { path: self.path().to_owned(), line: call.line() };
            match self.template(*url, MAX_DEPTH).split() {
                Some((base, path)) => {
                    // `{id}` is put in later.
                    let path = route_path(&path.to_string(), Style::Brace);
                    calls.push(Call { method, base, path, spot, body: Body::default() });
                }
                None => unread.push(spot),
            }
        }
    }

    fn template(self, at: At<'s>, depth: u32) -> Template {
        let hole =
            || Template::hole(at.text().get(..at.text().floor_char_boundary(120)).unwrap_or(""));
        let Some(depth) = depth.checked_sub(1) else { return hole() };
        if let Some(text) = self.text(at, MAX_DEPTH) {
            return Template::text(&text);
        }
        match at.kind() {
            "binary_expression" => {
                let side = |name| at.field(name).map_or_else(hole, |one| self.template(one, depth));
                side("left").then(side("right"))
            }
            _ => hole(),
        }
    }
}
