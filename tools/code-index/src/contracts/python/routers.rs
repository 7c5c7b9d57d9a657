//! FastAPI and Flask: routers and blueprints, and functions that hang on them by
//! decorators.

use super::super::graph::{Function, Graph, Hung, Mount, NodeId, Target};
use super::super::model::{Body, Method, Spot, UrlPath};
use super::super::syntax::At;
use super::super::url::{Style, route_path};
use super::{Py, decorators, keyword, methods, positional, scope};

/// Names of parameters that take a router.
const ROUTERS: &[&str] =
    &["app", "router", "bp", "blueprint", "api", "application", "api_router", "fastapi_app"];

/// What a view calls that answers with a page or a file.
const PAGES: &[&str] = &[
    "render_template",
    "TemplateResponse",
    "send_static_file(",
    "send_from_directory(",
    "return FileResponse(",
    "return redirect(",
    "return RedirectResponse(",
];

/// Reads the routers, mounts and routes of a file.
pub(crate) fn read(py: Py<'_, '_, '_>, graph: &mut Graph, unread: &mut Vec<Spot>) {
    let mut reader = Reader { py, graph, unread };
    reader.routers();
    reader.functions();
    let root = py.source.root();
    for at in root.descendants() {
        match at.kind() {
            "decorated_definition" => reader.decorated(at),
            "call" => reader.call(at),
            _ => {}
        }
    }
}

struct Reader<'s, 'r, 'q, 'g> {
    py: Py<'s, 'r, 'q>,
    graph: &'g mut Graph,
    unread: &'g mut Vec<Spot>,
}

impl<'s> Reader<'s, '_, '_, '_> {
    fn style(&self) -> Style {
        if self.is_flask() { Style::Angle } else { Style::Brace }
    }

    fn is_flask(&self) -> bool {
        let text = &self.py.source.text;
        (text.contains("flask") || text.contains("Flask") || text.contains("quart"))
            && !text.contains("APIRouter")
            && !text.contains("FastAPI(")
    }

    fn framework(&self) -> &'static str {
        if self.is_flask() { "flask" } else { "fastapi" }
    }

    fn prefix(&self, at: Option<At<'s>>) -> UrlPath {
        let text = at.and_then(|at| self.py.text(at));
        text.map_or_else(UrlPath::default, |text| route_path(&text, self.style()))
    }

    fn routers(&mut self) {
        for set in self.py.source.root().all("assignment") {
            let (Some(left), Some(value)) = (set.field("left"), set.field("right")) else {
                continue;
            };
            let Some(maker) = value.field("function").filter(|_| value.kind() == "call") else {
                continue;
            };
            let last = maker.text().rsplit('.').next().unwrap_or("");
            let is_router = matches!(
                last,
                "FastAPI"
                    | "APIRouter"
                    | "Flask"
                    | "Blueprint"
                    | "Quart"
                    | "APIFlask"
                    | "APIBlueprint"
                    | "OpenAPI"
                    | "Namespace"
            );
            // `api = Api(app)` hangs on it.
            let is_api = last == "Api";
            if !(is_router || is_api) || !left.is(&["identifier", "attribute"]) {
                continue;
            }
            let node = self.graph.named(self.py.path(), scope(set), left.text());
            let prefix = ["prefix", "url_prefix"].iter().find_map(|name| keyword(value, name));
            let prefix = self.prefix(prefix);
            self.graph.set_prefix(node, prefix);
            let outer = positional(value).into_iter().next().filter(|_| is_api);
            if let Some(parent) = outer.and_then(|outer| self.node(outer)) {
                self.graph.mount(parent, UrlPath::default(), Target::Node(node));
            }
        }
    }

    fn functions(&mut self) {
        for function in self.py.source.root().all("function_definition") {
            let Some(name) = function.field("name") else { continue };
            let params = function.field("parameters").map(At::children).unwrap_or_default();
            let names = params
                .into_iter()
                .take(4)
                .filter_map(|one| one.descendants().find(|at| at.kind() == "identifier"));
            let params: Vec<NodeId> = names
                .map(|one| self.graph.named(self.py.path(), function.start(), one.text()))
                .collect();
            let returned = function.all("return_statement").filter_map(At::first);
            let result = returned
                .filter(|one| one.kind() == "identifier")
                .find_map(|one| self.graph.known(self.py.path(), function.start(), one.text()));
            self.graph.function(self.py.path(), name.text(), Function { params, result });
        }
    }

    /// The router that a name is.
    fn node(&mut self, at: At<'s>) -> Option<NodeId> {
        if !at.is(&["identifier", "attribute"]) {
            return None;
        }
        let name = at.text();
        for function in at.around().filter(|one| one.kind() == "function_definition") {
            let is_router = ROUTERS.contains(&name);
            let start = function.start();
            // A parameter counts by its name only, what is assigned always.
            let made = self.py.assigned(at, name).is_some_and(|value| value.kind() == "call");
            if let Some(known) =
                self.graph.known(self.py.path(), start, name).filter(|_| is_router || made)
            {
                return Some(known);
            }
        }
        if let Some(known) = self.graph.known(self.py.path(), 0, name) {
            return Some(known);
        }
        // It is imported: what hangs on it here hangs on it there.
        let names = at.chain()?;
        let last = names.last().copied().unwrap_or("");
        let is_router = ROUTERS.contains(&last)
            || last.ends_with("_router")
            || last.ends_with("_bp")
            || last.ends_with("_blueprint")
            || last.starts_with("bp_");
        if !is_router || self.py.world.named(self.py.path(), &names).is_empty() {
            return None;
        }
        let node = self.graph.named(self.py.path(), 0, name);
        let names = names.into_iter().map(str::to_owned).collect();
        let parent = Target::Name { path: self.py.path().to_owned(), names };
        self.graph.mounts.push(Mount {
            parent,
            prefix: UrlPath::default(),
            child: Target::Node(node),
            replaces: false,
        });
        Some(node)
    }

    fn target(&mut self, at: At<'s>) -> Option<Target> {
        if at.kind() == "identifier"
            && self.graph.known(self.py.path(), scope(at), at.text()).is_some()
        {
            return self.node(at).map(Target::Node);
        }
        if at.kind() == "identifier" && self.graph.known(self.py.path(), 0, at.text()).is_some() {
            return self.node(at).map(Target::Node);
        }
        let at = if at.kind() == "call" { at.field("function")? } else { at };
        let names = at.chain()?.into_iter().map(str::to_owned).collect();
        Some(Target::Name { path: self.py.path().to_owned(), names })
    }

    fn call(&mut self, call: At<'s>) {
        let Some(function) = call.field("function") else { return };
        let parts = positional(call);
        let name = function.field("attribute").map_or("", At::text);
        let object = function.field("object");
        match (name, object, parts.first()) {
            (
                "include_router" | "register_blueprint" | "mount" | "add_namespace",
                Some(object),
                Some(first),
            ) => {
                let Some(parent) = self.node(object) else { return };
                let (written, child) = match (name, parts.get(1)) {
                    ("mount", Some(app)) => (Some(*first), *app),
                    _ => (
                        ["prefix", "url_prefix", "path"].iter().find_map(|one| keyword(call, one)),
                        *first,
                    ),
                };
                let written = written.or_else(|| {
                    parts
                        .get(1)
                        .copied()
                        .filter(|one| name == "add_namespace" && one.kind() == "string")
                });
                let prefix = self.prefix(written);
                let Some(child) = self.target(child) else { return };
                let replaces = name == "register_blueprint" && written.is_some();
                self.graph.mounts.push(Mount {
                    parent: Target::Node(parent),
                    prefix,
                    child,
                    replaces,
                });
            }
            ("add_url_rule" | "add_api_route", Some(object), Some(first)) => {
                self.rule(call, object, *first, name)
            }
            ("add_resource", Some(object), Some(class)) => {
                let Some(node) = self.node(object) else { return };
                for path in parts.iter().skip(1) {
                    self.class_routes(node, *class, *path, call);
                }
            }
            _ => self.passed(function, &parts),
        }
    }

    /// `register_routes(app)`
    fn passed(&mut self, function: At<'s>, parts: &[At<'s>]) {
        let Some(names) = function.chain() else { return };
        for (at, part) in parts.iter().enumerate().take(4) {
            let is_router = part.kind() == "identifier" && ROUTERS.contains(&part.text());
            let Some(parent) = is_router.then(|| self.node(*part)).flatten() else { continue };
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let child = Target::Param { path: self.py.path().to_owned(), names, at };
            self.graph.mount(parent, UrlPath::default(), child);
        }
    }

    /// `app.add_url_rule("/x", view_func=view, methods=[…])`
    fn rule(&mut self, call: At<'s>, object: At<'s>, path: At<'s>, name: &str) {
        let Some(node) = self.node(object) else { return };
        let parts = positional(call);
        let view = ["view_func", "endpoint"]
            .iter()
            .find_map(|one| keyword(call, one).filter(|at| at.kind() != "string"));
        let view = view.or_else(|| parts.get(if name == "add_api_route" { 1 } else { 2 }).copied());
        if let Some(class) =
            view.and_then(|view| view.field("function")).and_then(|one| one.field("object"))
        {
            // `UserView.as_view("users")`
            return self.class_routes(node, class, path, call);
        }
        let asked = keyword(call, "methods").map(methods).unwrap_or_else(|| vec![Method::Get]);
        let body = view.map(|view| self.py.view_body(view, None, &asked)).unwrap_or_default();
        for method in asked {
            self.hang(node, method, path, call, body.clone(), false);
        }
    }

    /// A class with a method for each of those of HTTP.
    fn class_routes(&mut self, node: NodeId, class: At<'s>, path: At<'s>, call: At<'s>) {
        for (method, body) in self.py.class_methods(class) {
            self.hang(node, method, path, call, body, false);
        }
    }

    fn decorated(&mut self, at: At<'s>) {
        let Some(definition) = at.field("definition") else { return };
        for decorator in decorators(definition) {
            let Some(function) = decorator.field("function").filter(|_| decorator.kind() == "call")
            else {
                continue;
            };
            let (Some(object), Some(name)) =
                (function.field("object"), function.field("attribute"))
            else {
                continue;
            };
            let path = positional(decorator).into_iter().next();
            let path =
                path.or_else(|| keyword(decorator, "path")).or_else(|| keyword(decorator, "rule"));
            let asked = match name.text() {
                "route" | "api_route" => {
                    keyword(decorator, "methods").map(methods).unwrap_or_else(|| vec![Method::Get])
                }
                verb => Method::of(verb).into_iter().collect(),
            };
            let Some(path) = path.filter(|_| !asked.is_empty()) else { continue };
            let Some(node) = self.node(object) else { continue };
            if definition.kind() == "class_definition" {
                for (method, body) in self.py.methods_of_class(definition) {
                    self.hang(node, method, path, decorator, body, false);
                }
                continue;
            }
            let body = self.py.function_body(definition, Some(decorator), &asked);
            let is_page = PAGES.iter().any(|one| definition.text().contains(one));
            for method in &asked {
                let mut body = body.clone();
                if *method == Method::Get {
                    body.request = super::super::model::Shape::Unknown;
                }
                self.hang(node, *method, path, decorator, body, is_page);
            }
        }
    }

    fn hang(
        &mut self,
        node: NodeId,
        method: Method,
        path: At<'s>,
        at: At<'_>,
        body: Body,
        is_page: bool,
    ) {
        let spot = Spot { path: self.py.path().to_owned(), line: at.line() };
        let Some(text) = self.py.text(path) else { return self.unread.push(spot) };
        let path = route_path(&text, self.style());
        let framework = self.framework();
        self.graph.routes.push(Hung { node, framework, method, path, spot, body, is_page });
    }
}
