//! axum: chains of `.route`, `.nest` and `.merge` on a `Router`.

use super::super::graph::{Function, Graph, NodeId, Target};
use super::super::model::{Body, Method, Spot, UrlPath};
use super::super::syntax::At;
use super::super::url::{Style, route_path};
use super::{MAX_CHAIN, Rs, arguments, callee, chain_start, is_in_tests, method_call};

/// What may stand around a chain.
const LOOKED_THROUGH: &[&str] = &[
    "try_expression",
    "await_expression",
    "parenthesized_expression",
    "return_expression",
    "expression_statement",
];

/// Reads the routers, mounts and routes of a file.
pub(crate) fn read(rs: Rs<'_, '_, '_>, graph: &mut Graph, unread: &mut Vec<Spot>) {
    let text = &rs.source.text;
    if !text.contains("Router") && !text.contains("axum") {
        return;
    }
    let mut reader = Reader { rs, graph, unread };
    let root = rs.source.root();
    for function in root.all("function_item") {
        let Some(name) = function.field("name") else { continue };
        let params = function.field("parameters").map(At::children).unwrap_or_default();
        let params: Vec<NodeId> = params
            .into_iter()
            .filter_map(|one| one.field("pattern"))
            .map(|one| {
                reader.graph.named(
                    rs.path(),
                    function.start(),
                    one.text().trim_start_matches("mut "),
                )
            })
            .collect();
        let gives =
            function.field("return_type").is_some_and(|typed| typed.text().contains("Router"));
        let result = gives.then(|| reader.graph.named(rs.path(), function.start(), "\u{1}result"));
        reader.graph.function(rs.path(), name.text(), Function { params, result });
        let last = function.field("body").and_then(|body| body.children().into_iter().next_back());
        if let (Some(result), Some(last)) = (result, last)
            && let Some(given) = reader.value(last)
        {
            reader.graph.mount(result, UrlPath::default(), given);
        }
    }
    for declared in root.all("let_declaration") {
        // What a router may be given to, before anything hangs on it.
        let value = declared.field("value").map_or("", At::text);
        if let Some(name) =
            declared.field("pattern").filter(|_| value.contains("outer") || value.contains("outes"))
        {
            let scope = Reader::scope(declared);
            reader.graph.named(rs.path(), scope, name.text().trim_start_matches("mut "));
        }
    }
    for call in root.all("call_expression") {
        reader.call(call);
    }
    for declared in root.all("let_declaration").chain(root.all("assignment_expression")) {
        reader.declared(declared);
    }
}

struct Reader<'s, 'r, 'q, 'g> {
    rs: Rs<'s, 'r, 'q>,
    graph: &'g mut Graph,
    unread: &'g mut Vec<Spot>,
}

impl<'s> Reader<'s, '_, '_, '_> {
    fn scope(at: At<'_>) -> usize {
        at.inside(&["function_item"]).map_or(0, At::start)
    }

    /// What a router is written as: a chain, a variable, or a function's call.
    fn value(&mut self, at: At<'s>) -> Option<Target> {
        let start = chain_start(at, LOOKED_THROUGH);
        match start.kind() {
            "call_expression" => {
                let name = callee(start);
                if name.ends_with("Router::new")
                    || name.ends_with("Router::default")
                    || name.ends_with("OpenApiRouter::new")
                    || name.ends_with("ApiRouter::new")
                {
                    return Some(Target::Node(self.graph.named(
                        self.rs.path(),
                        start.start(),
                        "\u{1}new",
                    )));
                }
                let function = start.field("function")?;
                let names = function.chain()?.into_iter().map(str::to_owned).collect();
                Some(Target::Name { path: self.rs.path().to_owned(), names })
            }
            "identifier" => {
                let scope = Self::scope(start);
                self.graph.known(self.rs.path(), scope, start.text()).map(Target::Node)
            }
            _ => None,
        }
    }

    /// `let app = Router::new()…;`: both are one.
    fn declared(&mut self, at: At<'s>) {
        let (name, value) = match at.kind() {
            "let_declaration" => (at.field("pattern"), at.field("value")),
            _ => (at.field("left"), at.field("right")),
        };
        let (Some(name), Some(value)) = (name, value) else { return };
        let name = name.text().trim_start_matches("mut ");
        let known = self.graph.known(self.rs.path(), Self::scope(at), name);
        let Some(target) = self.value(value) else { return };
        if matches!(&target, Target::Node(node) if Some(*node) == known) {
            return;
        }
        if let Some(known) = known {
            self.graph.mount(known, UrlPath::default(), target);
        }
    }

    fn call(&mut self, call: At<'s>) {
        let Some((name, _)) = method_call(call) else { return };
        if !matches!(name, "route" | "nest" | "merge" | "nest_service" | "routes")
            || is_in_tests(call)
        {
            return;
        }
        let node = match self.value(call) {
            Some(Target::Node(node)) => node,
            // `users::router().route(…)`: what is hung on it, hangs on one of its own.
            Some(target) => {
                let start = chain_start(call, LOOKED_THROUGH);
                let known = self.graph.known(self.rs.path(), start.start(), "\u{1}new");
                let node = self.graph.named(self.rs.path(), start.start(), "\u{1}new");
                if known.is_none() {
                    self.graph.mount(node, UrlPath::default(), target);
                }
                node
            }
            None => return,
        };
        let parts = arguments(call);
        match (name, parts.as_slice()) {
            ("route", [path, methods]) => self.route(node, *path, *methods),
            ("nest" | "nest_service", [path, child]) => {
                let prefix = self.rs.text(*path).map(|text| route_path(&text, Style::Colon));
                if let (Some(prefix), Some(child)) = (prefix, self.value(*child)) {
                    self.graph.mount(node, prefix, child);
                }
            }
            ("merge", [child]) => {
                if let Some(child) = self.value(*child) {
                    self.graph.mount(node, UrlPath::default(), child);
                }
            }
            _ => {}
        }
    }

    /// `get(list).post(create)`
    fn route(&mut self, node: NodeId, path: At<'s>, methods: At<'s>) {
        let spot = Spot { path: self.rs.path().to_owned(), line: path.line() };
        let Some(text) = self.rs.text(path) else { return self.unread.push(spot) };
        let path = route_path(&text, Style::Colon);
        let mut at = methods;
        for _ in 0..MAX_CHAIN {
            if at.kind() != "call_expression" {
                return;
            }
            let (name, inner) = match method_call(at) {
                Some((name, inner)) => (name, Some(inner)),
                None => (callee(at).rsplit("::").next().unwrap_or(""), None),
            };
            let mut parts = arguments(at).into_iter();
            let (method, handler) = match name {
                "on" => (
                    parts.next().and_then(|one| Method::of(one.text().rsplit("::").next()?)),
                    parts.next(),
                ),
                "get_service" | "any_service" => (None, None),
                name => (Method::of(name), parts.next()),
            };
            if let Some(method) = method {
                let body =
                    handler.map_or_else(Body::default, |handler| self.rs.handler_body(handler));
                let (path, spot) = (path.clone(), Spot { line: at_line(at), ..spot.clone() });
                self.graph.hang(node, "axum", method, path, spot, body);
            }
            match inner {
                Some(inner) => at = inner,
                None => return,
            }
        }
    }
}

/// The line of a method in a chain over several lines.
fn at_line(call: At<'_>) -> u32 {
    let name = call
        .field("function")
        .and_then(|one| one.field("field"))
        .or_else(|| call.field("function"));
    name.map_or(call.line(), At::line)
}
