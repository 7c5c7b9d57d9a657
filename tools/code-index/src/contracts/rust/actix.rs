//! actix-web: attributes on functions, resources, scopes, and functions that
//! configure a service. Rocket's attributes are read the same way.

use super::super::graph::{Function, Graph, NodeId, Target};
use super::super::model::{Body, Method, Spot, UrlPath};
use super::super::syntax::At;
use super::super::url::{Style, route_path};
use super::{MAX_CHAIN, Rs, arguments, callee, chain_start, is_in_tests, method_call};

/// What may stand around a chain.
const LOOKED_THROUGH: &[&str] =
    &["expression_statement", "return_expression", "parenthesized_expression"];

/// Reads the services and routes of a file.
pub(crate) fn read(rs: Rs<'_, '_, '_>, graph: &mut Graph, unread: &mut Vec<Spot>) {
    let text = &rs.source.text;
    let framework = if text.contains("rocket") { "rocket" } else { "actix" };
    if framework == "actix"
        && !text.contains("actix_web")
        && !text.contains("web::")
        && !text.contains("ServiceConfig")
        && !text.contains("#[")
    {
        return;
    }
    let mut reader = Reader { rs, graph, unread, framework };
    for function in rs.source.root().all("function_item") {
        reader.function(function);
    }
    for call in rs.source.root().all("call_expression") {
        reader.call(call);
    }
}

struct Reader<'s, 'r, 'q, 'g> {
    rs: Rs<'s, 'r, 'q>,
    graph: &'g mut Graph,
    unread: &'g mut Vec<Spot>,
    framework: &'static str,
}

impl<'s> Reader<'s, '_, '_, '_> {
    fn function(&mut self, function: At<'s>) {
        let Some(name) = function.field("name") else { return };
        let params = function.field("parameters").map(At::children).unwrap_or_default();
        let params: Vec<NodeId> = params
            .into_iter()
            .filter_map(|one| one.field("pattern"))
            .map(|one| self.graph.named(self.rs.path(), function.start(), one.text()))
            .collect();
        let gives = function.field("return_type").is_some_and(|typed| {
            typed.text().contains("Scope") || typed.text().contains("Resource")
        });
        let attributes = self.attributes(function);
        let result = (gives || !attributes.is_empty())
            .then(|| self.graph.named(self.rs.path(), function.start(), "\u{1}result"));
        if self.rs.source.text.contains("axum") && result.is_none() {
            return;
        }
        self.graph.function(self.rs.path(), name.text(), Function { params, result });
        let Some(node) = result else { return };
        if gives {
            let last =
                function.field("body").and_then(|body| body.children().into_iter().next_back());
            if let Some(given) = last.and_then(|last| self.value(last)) {
                self.graph.mount(node, UrlPath::default(), given);
            }
        }
        if !attributes.is_empty() && !is_in_tests(function) {
            let body = self.rs.function_body(function);
            for (method, path, line) in attributes {
                let spot = Spot { path: self.rs.path().to_owned(), line };
                let path = route_path(
                    &path,
                    if self.framework == "rocket" { Style::Angle } else { Style::Brace },
                );
                let framework = self.framework;
                self.graph.hang(node, framework, method, path, spot, body.clone());
            }
        }
    }

    /// `#[get("/users/{id}")]`, `#[route("/x", method = "GET", method = "POST")]`
    fn attributes(&self, function: At<'s>) -> Vec<(Method, String, u32)> {
        let mut all = Vec::new();
        let mut up = function.node.prev_named_sibling();
        while let Some(node) = up.filter(|node| {
            matches!(node.kind(), "attribute_item" | "line_comment" | "block_comment")
        }) {
            let text = self.rs.source.text.get(node.byte_range()).unwrap_or("");
            let line =
                u32::try_from(node.start_position().row).unwrap_or(u32::MAX).saturating_add(1);
            let inner = text.trim_start_matches(['#', '[']);
            if let Some((name, rest)) = inner.split_once('(')
                && let Some(path) =
                    rest.split('"').nth(1).filter(|path| path.starts_with('/') || path.is_empty())
            {
                let last = name.trim().rsplit("::").next().unwrap_or("");
                match last {
                    "route" => {
                        let methods = rest
                            .split("method")
                            .skip(1)
                            .filter_map(|part| Method::of(part.split('"').nth(1)?));
                        all.extend(methods.map(|method| (method, path.to_owned(), line)));
                    }
                    verb => {
                        all.extend(Method::of(verb).map(|method| (method, path.to_owned(), line)))
                    }
                }
            }
            up = node.prev_named_sibling();
        }
        all
    }

    /// The service that an expression is.
    fn value(&mut self, at: At<'s>) -> Option<Target> {
        let start = chain_start(at, LOOKED_THROUGH);
        match start.kind() {
            "call_expression" => {
                let name = callee(start);
                let last = name.rsplit("::").next().unwrap_or("");
                match last {
                    "scope" | "resource" => {
                        let known = self.graph.known(self.rs.path(), start.start(), "\u{1}new");
                        let node = self.graph.named(self.rs.path(), start.start(), "\u{1}new");
                        if known.is_none() {
                            let text = arguments(start).first().and_then(|one| self.rs.text(*one));
                            let prefix = route_path(&text.unwrap_or_default(), Style::Brace);
                            self.graph.set_prefix(node, prefix);
                        }
                        Some(Target::Node(node))
                    }
                    "new" if name.ends_with("App::new") => Some(Target::Node(self.graph.named(
                        self.rs.path(),
                        start.start(),
                        "\u{1}new",
                    ))),
                    _ => {
                        let names = start
                            .field("function")?
                            .chain()?
                            .into_iter()
                            .map(str::to_owned)
                            .collect();
                        Some(Target::Name { path: self.rs.path().to_owned(), names })
                    }
                }
            }
            "identifier" | "scoped_identifier" => {
                let scope = start.inside(&["function_item"]).map_or(0, At::start);
                if let Some(node) = self.graph.known(self.rs.path(), scope, start.text()) {
                    return Some(Target::Node(node));
                }
                let names = start.chain()?.into_iter().map(str::to_owned).collect();
                Some(Target::Name { path: self.rs.path().to_owned(), names })
            }
            _ => None,
        }
    }

    fn call(&mut self, call: At<'s>) {
        let Some((name, _)) = method_call(call) else { return };
        if !matches!(name, "service" | "route" | "configure") || is_in_tests(call) {
            return;
        }
        let Some(Target::Node(node)) = self.value(call) else { return };
        let parts = arguments(call);
        match (name, parts.as_slice()) {
            ("service", [child]) => {
                let all = if child.kind() == "tuple_expression" {
                    child.children()
                } else {
                    vec![*child]
                };
                for child in all {
                    if let Some(child) = self.value(child) {
                        self.graph.mount(node, UrlPath::default(), child);
                    }
                }
            }
            ("configure", [function]) => {
                if let Some(names) = function.chain() {
                    let names = names.into_iter().map(str::to_owned).collect();
                    let child = Target::Param { path: self.rs.path().to_owned(), names, at: 0 };
                    self.graph.mount(node, UrlPath::default(), child);
                }
            }
            ("route", [route]) => self.route(node, UrlPath::default(), *route),
            ("route", [path, route])
                if callee(chain_start(*route, LOOKED_THROUGH)).contains("web::")
                    || route.text().contains(".to(") =>
            {
                match self.rs.text(*path) {
                    Some(text) => self.route(node, route_path(&text, Style::Brace), *route),
                    None => self
                        .unread
                        .push(Spot { path: self.rs.path().to_owned(), line: path.line() }),
                }
            }
            _ => {}
        }
    }

    /// `web::get().to(handler)`
    fn route(&mut self, node: NodeId, path: UrlPath, route: At<'s>) {
        let name = callee(chain_start(route, LOOKED_THROUGH)).rsplit("::").next().unwrap_or("");
        let method =
            if matches!(name, "route" | "to") { Some(Method::Any) } else { Method::of(name) };
        let Some(method) = method else { return };
        let mut handler = None;
        let mut at = route;
        for _ in 0..MAX_CHAIN {
            let Some((name, inner)) = method_call(at) else { break };
            if name == "to" {
                handler = arguments(at).into_iter().next();
            }
            at = inner;
        }
        let body = handler.map_or_else(Body::default, |handler| self.rs.handler_body(handler));
        let spot = Spot { path: self.rs.path().to_owned(), line: route.line() };
        self.graph.hang(node, self.framework, method, path, spot, body);
    }
}
