//! Go: gin and what is built like it (echo, fiber, chi, gorilla, `net/http`).
//! Names belong to packages, so routers and functions are kept by folder.

pub(crate) mod client;
pub(crate) mod shapes;

use super::graph::{Function, Graph, NodeId, Target};
use super::model::{Body, Method, Spot, UrlPath};
pub(crate) use super::syntax::arguments;
use super::syntax::{At, Source};
use super::url::{Style, route_path};
use super::world::World;

const FUNCTIONS: &[&str] = &["function_declaration", "method_declaration", "func_literal"];
/// Names of parameters that take a router, where their type does not say it.
const TYPES: &[&str] = &[
    "gin.",
    "echo.",
    "fiber.",
    "chi.",
    "http.ServeMux",
    "mux.Router",
    "RouterGroup",
    "gin",
    "Router",
    "ServeMux",
];
/// Makers of routers.
const MAKERS: &[&str] = &[
    "gin.Default",
    "gin.New",
    "echo.New",
    "fiber.New",
    "chi.NewRouter",
    "http.NewServeMux",
    "mux.NewRouter",
    "chi.NewMux",
];

/// One file, and the world around it.
#[derive(Clone, Copy)]
pub(crate) struct Go<'s, 'r, 'q> {
    pub(crate) world: &'s World<'r, 'q>,
    pub(crate) source: &'s Source,
}

/// The folder of a file, which is its package.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// The receiver's type of a method.
pub(crate) fn receiver(function: At<'_>) -> Option<&str> {
    let typed = function.field("receiver")?.all("type_identifier").next()?;
    Some(typed.text())
}

impl<'s, 'r, 'q> Go<'s, 'r, 'q> {
    pub(crate) fn path(self) -> &'s str {
        &self.source.path
    }

    /// A text that is written down, a constant that holds one, or both joined.
    pub(crate) fn text(self, at: At<'s>, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        match at.kind() {
            "interpreted_string_literal" | "raw_string_literal" => Some(at.unquoted().to_owned()),
            "binary_expression" => {
                Some(self.text(at.field("left")?, depth)? + &self.text(at.field("right")?, depth)?)
            }
            "identifier" | "selector_expression" => {
                if let Some(value) = self.local(at, at.text()) {
                    return self.text(value, depth);
                }
                self.world.with_definition(self.path(), &at.chain()?, |source, name| {
                    let go = Go { world: self.world, source };
                    let value = name.parent()?.field("value")?;
                    let value =
                        if value.kind() == "expression_list" { value.first()? } else { value };
                    go.text(value, depth)
                })
            }
            _ => None,
        }
    }

    /// What a variable of the function around was given first.
    pub(crate) fn local(self, from: At<'s>, name: &str) -> Option<At<'s>> {
        for function in from.around().filter(|one| one.is(FUNCTIONS)) {
            let Some(body) = function.field("body") else { continue };
            for set in body.descendants().filter(|one| {
                one.is(&["short_var_declaration", "assignment_statement", "var_spec"])
            }) {
                let (left, right) = match set.kind() {
                    "var_spec" => (set.field("name"), set.field("value")),
                    _ => (set.field("left"), set.field("right")),
                };
                let Some(left) = left else { continue };
                let names =
                    if left.kind() == "expression_list" { left.children() } else { vec![left] };
                if names.first().is_some_and(|one| one.text() == name) {
                    let value = right.map(|right| {
                        if right.kind() == "expression_list" {
                            right.first().unwrap_or(right)
                        } else {
                            right
                        }
                    });
                    if value.is_some_and(|value| value.start() != from.start()) {
                        return value;
                    }
                }
            }
        }
        None
    }

    /// The package and type of what stands before a dot.
    pub(crate) fn type_of(self, at: At<'s>) -> Option<(String, String)> {
        for function in at.around().filter(|one| one.is(FUNCTIONS)) {
            for one in function.field("receiver").into_iter().chain(function.field("parameters")) {
                let declared = one
                    .children()
                    .into_iter()
                    .find(|param| param.field("name").is_some_and(|name| name.text() == at.text()));
                if let Some(typed) = declared.and_then(|param| param.field("type")) {
                    return self.type_named(typed);
                }
            }
        }
        if at.kind() == "selector_expression" {
            // A field of what is known: `s.users`.
            let (of, name) = (at.field("operand")?, at.field("field")?.text());
            let (package, class) = self.type_of(of)?;
            return self.field_type(&package, &class, name);
        }
        let value = self.local(at, at.text())?;
        match value.kind() {
            "unary_expression" => self.type_named(value.field("operand")?.field("type")?),
            "composite_literal" => self.type_named(value.field("type")?),
            "call_expression" => {
                let names = value.field("function")?.chain()?;
                self.world.with_definition(self.path(), &names, |source, name| {
                    let go = Go { world: self.world, source };
                    let result = name.parent()?.field("result")?;
                    go.type_named(result)
                })
            }
            _ => None,
        }
    }

    fn field_type(self, package: &str, class: &str, field: &str) -> Option<(String, String)> {
        let all = self.world.defined(class).into_iter().filter(|(path, _)| folder(path) == package);
        all.into_iter().find_map(|(path, line)| {
            let source = self.world.source(&path)?;
            let go = Go { world: self.world, source: &source };
            let spec = source.name_at(line, class)?.parent()?;
            let declared = spec.all("field_declaration").find(|one| {
                one.children()
                    .iter()
                    .any(|part| part.kind() == "field_identifier" && part.text() == field)
            })?;
            go.type_named(declared.field("type")?)
        })
    }

    fn type_named(self, at: At<'s>) -> Option<(String, String)> {
        let typed = at.descendants().find(|one| one.is(&["type_identifier", "qualified_type"]))?;
        if typed.kind() == "type_identifier" {
            return Some((folder(self.path()).to_owned(), typed.text().to_owned()));
        }
        let names = typed.chain()?;
        let name = (*names.last()?).to_owned();
        let found =
            self.world.named(self.path(), &names).into_iter().find_map(|found| match found {
                crate::resolve::named::Named::Item(path, ..) => Some(folder(&path).to_owned()),
                _ => None,
            })?;
        Some((found, name))
    }

    /// Calls `read` with the function that a name or `value.Method` is.
    pub(crate) fn with_function<T>(
        self,
        at: At<'s>,
        read: &dyn Fn(Go<'_, 'r, 'q>, At<'_>) -> Option<T>,
    ) -> Option<T> {
        if at.kind() == "func_literal" {
            return read(self, at);
        }
        if at.kind() == "call_expression" {
            // `handler.List()` that gives a handler, or a wrapper around one.
            let inner = arguments(at)
                .into_iter()
                .next_back()
                .filter(|one| one.is(&["identifier", "selector_expression", "func_literal"]));
            let own = self.with_function(at.field("function")?, &|go, function| {
                let body = function.field("body")?;
                let literal =
                    body.all("return_statement").find_map(|one| one.all("func_literal").next())?;
                read(go, literal)
            });
            return own.or_else(|| self.with_function(inner?, read));
        }
        let find = |path: &str, line: u32, name: &str| {
            let source = self.world.source(path)?;
            let go = Go { world: self.world, source: &source };
            let function = source.name_at(line, name)?.parent().filter(|one| one.is(FUNCTIONS))?;
            read(go, function)
        };
        if at.kind() == "selector_expression"
            && let Some((package, class)) = at.field("operand").and_then(|of| self.type_of(of))
        {
            let name = at.field("field")?.text();
            let all =
                self.world.defined(name).into_iter().filter(|(path, _)| folder(path) == package);
            return all.into_iter().find_map(|(path, line)| {
                let source = self.world.source(&path)?;
                let function = source.name_at(line, name)?.parent()?;
                (receiver(function)? == class).then(|| find(&path, line, name))?
            });
        }
        let names = at.chain()?;
        let found =
            self.world.named(self.path(), &names).into_iter().find_map(|found| match found {
                crate::resolve::named::Named::Item(path, line, name) => find(&path, line, &name),
                _ => None,
            });
        found.or_else(|| {
            let [(path, line)] = self.world.defined(names.last()?).try_into().ok()?;
            find(&path, line, names.last()?)
        })
    }
}

/// Reads the routers, mounts and routes of a file.
pub(crate) fn read(go: Go<'_, '_, '_>, graph: &mut Graph, unread: &mut Vec<Spot>) {
    let text = &go.source.text;
    let framework = ["gin-gonic", "labstack/echo", "gofiber", "go-chi", "gorilla/mux"]
        .iter()
        .zip(["gin", "echo", "fiber", "chi", "gorilla"])
        .find(|(mark, _)| text.contains(**mark))
        .map_or("net/http", |(_, name)| name);
    if framework == "net/http" && !text.contains("\"net/http\"") {
        return;
    }
    let mut reader = Reader { go, graph, unread, framework };
    let root = go.source.root();
    for at in root.descendants() {
        match at.kind() {
            "function_declaration" | "method_declaration" => reader.function(at),
            "short_var_declaration" | "assignment_statement" | "var_spec" => reader.declared(at),
            "call_expression" => reader.call(at),
            _ => {}
        }
    }
}

struct Reader<'s, 'r, 'q, 'g> {
    go: Go<'s, 'r, 'q>,
    graph: &'g mut Graph,
    unread: &'g mut Vec<Spot>,
    framework: &'static str,
}

impl<'s> Reader<'s, '_, '_, '_> {
    fn package(&self) -> &'s str {
        folder(self.go.path())
    }

    /// Scopes of all files of a package lie side by side.
    fn scope(&self, function: At<'_>) -> usize {
        let salt = self
            .go
            .path()
            .bytes()
            .fold(7usize, |all, byte| all.wrapping_mul(31).wrapping_add(usize::from(byte)));
        salt.wrapping_mul(1 << 24).wrapping_add(function.start()).max(1)
    }

    fn function(&mut self, function: At<'s>) {
        let Some(name) = function.field("name") else { return };
        let scope = self.scope(function);
        let mut params = Vec::new();
        for param in function.field("parameters").map(At::children).unwrap_or_default() {
            for name in param.children().into_iter().filter(|one| one.kind() == "identifier") {
                params.push(self.graph.named(self.package(), scope, name.text()));
            }
        }
        let returned = function.all("return_statement").filter_map(At::first).filter_map(|list| {
            if list.kind() == "expression_list" { list.first() } else { Some(list) }
        });
        let named = returned.filter(|one| one.kind() == "identifier").map(At::text).next();
        let result = named.map(|name| self.graph.named(self.package(), scope, name));
        let name = match receiver(function) {
            Some(class) => format!("{class}.{}", name.text()),
            None => name.text().to_owned(),
        };
        self.graph.function(self.package(), &name, Function { params, result });
    }

    fn declared(&mut self, set: At<'s>) {
        let (left, right) = match set.kind() {
            "var_spec" => (set.field("name"), set.field("value")),
            _ => (set.field("left"), set.field("right")),
        };
        let first = |at: At<'s>| if at.kind() == "expression_list" { at.first() } else { Some(at) };
        let (Some(name), Some(value)) = (left.and_then(first), right.and_then(first)) else {
            return;
        };
        if value.kind() != "call_expression" {
            return;
        }
        let maker = value.field("function").map_or("", At::text);
        let node = if MAKERS.contains(&maker) {
            self.place(name)
        } else if let Some((parent, prefix)) = self.group(value) {
            let node = self.place(name);
            self.graph.mount(parent, prefix, Target::Node(node));
            node
        } else {
            return;
        };
        let _made = node;
    }

    /// The node that a name or field gets.
    fn place(&mut self, name: At<'s>) -> NodeId {
        if name.kind() == "selector_expression" {
            let field = name.field("field").map_or("", At::text);
            return self.graph.named(self.package(), 0, &format!(".{field}"));
        }
        let scope = name.inside(FUNCTIONS).map_or(0, |function| self.scope(function));
        self.graph.named(self.package(), scope, name.text())
    }

    /// `r.Group("/api")`, `r.PathPrefix("/api").Subrouter()`
    fn group(&mut self, call: At<'s>) -> Option<(NodeId, UrlPath)> {
        let function = call.field("function").filter(|one| one.kind() == "selector_expression")?;
        let (of, name) = (function.field("operand")?, function.field("field")?.text());
        match name {
            "Group" => {
                let first = *arguments(call).first()?;
                let text = self.go.text(first, 6)?;
                Some((self.node(of)?, route_path(&text, Style::Colon)))
            }
            "Subrouter" => {
                let inner = of.field("function").filter(|one| {
                    one.field("field").is_some_and(|name| name.text() == "PathPrefix")
                })?;
                let text = self.go.text(*arguments(of).first()?, 6)?;
                Some((self.node(inner.field("operand")?)?, route_path(&text, Style::Brace)))
            }
            "With" | "Use" => Some((self.node(of)?, UrlPath::default())),
            _ => None,
        }
    }

    /// The router that an expression is.
    fn node(&mut self, at: At<'s>) -> Option<NodeId> {
        match at.kind() {
            "identifier" => {
                for function in at.around().filter(|one| one.is(FUNCTIONS)) {
                    let scope = self.scope(function);
                    let param = function.field("parameters").map(At::children).unwrap_or_default();
                    let param = param
                        .into_iter()
                        .find(|one| one.field("name").is_some_and(|name| name.text() == at.text()));
                    if let Some(param) = param {
                        let typed = param.field("type").map_or("", At::text);
                        let is_router = TYPES.iter().any(|one| typed.contains(one))
                            && !typed.contains("Context");
                        return is_router
                            .then(|| self.graph.named(self.package(), scope, at.text()));
                    }
                    let known = self.graph.known(self.package(), scope, at.text());
                    if known.is_some() {
                        return known;
                    }
                }
                if at.text() == "http" && self.framework == "net/http" {
                    return Some(self.graph.named(self.package(), 0, "http"));
                }
                self.graph.known(self.package(), 0, at.text())
            }
            "selector_expression" => {
                let field = at.field("field")?.text();
                let key = format!(".{field}");
                let known = self.graph.known(self.package(), 0, &key);
                let is_named = matches!(
                    field.to_ascii_lowercase().as_str(),
                    "router"
                        | "engine"
                        | "r"
                        | "mux"
                        | "app"
                        | "echo"
                        | "e"
                        | "g"
                        | "rg"
                        | "routergroup"
                );
                known.or_else(|| is_named.then(|| self.graph.named(self.package(), 0, &key)))
            }
            "call_expression" => {
                let (parent, prefix) = self.group(at)?;
                let scope = self.scope(at);
                let known = self.graph.known(self.package(), scope, "");
                let node = self.graph.named(self.package(), scope, "");
                if known.is_none() {
                    self.graph.mount(parent, prefix, Target::Node(node));
                }
                Some(node)
            }
            "parenthesized_expression" => self.node(at.first()?),
            _ => None,
        }
    }

    fn call(&mut self, call: At<'s>) {
        let Some(function) = call.field("function") else { return };
        let parts = arguments(call);
        if function.kind() == "selector_expression" {
            let (Some(of), Some(name)) = (function.field("operand"), function.field("field"))
            else {
                return;
            };
            if self.routed(call, of, name.text(), &parts) {
                return;
            }
        }
        self.passed(function, &parts);
    }

    fn routed(&mut self, call: At<'s>, of: At<'s>, name: &str, parts: &[At<'s>]) -> bool {
        match (name, parts) {
            ("Handle" | "Add" | "Method" | "MethodFunc", [method, path, handler, ..])
                if Method::of(&self.method_text(*method)).is_some() =>
            {
                let Some(node) = self.node(of) else { return false };
                let method = Method::of(&self.method_text(*method));
                self.hang(node, method.unwrap_or(Method::Any), *path, *handler);
                true
            }
            ("HandleFunc" | "Handle", [path, handler]) => {
                let Some(node) = self.node(of) else { return false };
                self.handle(node, call, *path, *handler);
                true
            }
            ("Route", [path, inner]) if inner.kind() == "func_literal" => {
                let (Some(node), Some(text)) = (self.node(of), self.go.text(*path, 6)) else {
                    return false;
                };
                self.literal(node, route_path(&text, Style::Brace), *inner);
                true
            }
            ("Group", [inner]) if inner.kind() == "func_literal" => {
                let Some(node) = self.node(of) else { return false };
                self.literal(node, UrlPath::default(), *inner);
                true
            }
            ("Mount", [path, child]) => {
                let (Some(node), Some(text)) = (self.node(of), self.go.text(*path, 6)) else {
                    return false;
                };
                let child = match self.node(*child) {
                    Some(child) => Some(Target::Node(child)),
                    None => {
                        child.field("function").and_then(|function| self.target(function, None))
                    }
                };
                if let Some(child) = child {
                    self.graph.mount(node, route_path(&text, Style::Brace), child);
                }
                true
            }
            (verb, [path, .., handler]) => {
                let is_verb = verb.chars().next().is_some_and(char::is_uppercase);
                let Some(method) = Method::of(verb).filter(|_| is_verb) else { return false };
                let Some(node) = self.node(of) else { return false };
                self.hang(node, method, *path, *handler);
                true
            }
            _ => false,
        }
    }

    fn method_text(&self, at: At<'s>) -> String {
        // `http.MethodPost`
        let last = at.text().rsplit("Method").next().unwrap_or("");
        if at.kind() == "selector_expression" {
            last.to_owned()
        } else {
            self.go.text(at, 4).unwrap_or_default()
        }
    }

    fn literal(&mut self, parent: NodeId, prefix: UrlPath, inner: At<'s>) {
        let param = inner.field("parameters").and_then(At::first).and_then(|one| one.field("name"));
        let scope = self.scope(inner);
        let name = param.map_or("", At::text);
        let node = self.graph.named(self.package(), scope, name);
        self.graph.mount(parent, prefix, Target::Node(node));
    }

    /// `mux.HandleFunc("GET /users/{id}", h)`, `r.HandleFunc("/x", h).Methods("GET")`
    fn handle(&mut self, node: NodeId, call: At<'s>, path: At<'s>, handler: At<'s>) {
        let Some(text) = self.go.text(path, 6) else { return self.skip(path) };
        let (method, text) = match text.split_once(' ') {
            Some((method, rest)) => (Method::of(method), rest.trim().to_owned()),
            None => (Some(Method::Any), text),
        };
        let outer = call
            .parent()
            .filter(|up| up.field("field").is_some_and(|name| name.text() == "Methods"))
            .and_then(At::parent);
        let told: Vec<Method> = outer
            .map(|outer| {
                arguments(outer)
                    .into_iter()
                    .filter_map(|one| Method::of(&self.method_text(one)))
                    .collect()
            })
            .unwrap_or_default();
        let methods = if told.is_empty() { method.into_iter().collect() } else { told };
        // A host may stand in front of the path.
        let text = text.find('/').and_then(|at| text.get(at..)).unwrap_or("/").replace("{$}", "");
        let is_tree = text.len() > 1 && text.ends_with('/') && self.framework == "net/http";
        let path_of = route_path(&text, Style::Brace);
        let body = if methods.len() == 1 { self.body(handler) } else { Body::default() };
        for method in methods {
            let mut path_of = path_of.clone();
            if is_tree && method == Method::Any {
                path_of.0.push(super::model::Segment::Rest("rest".to_owned()));
            }
            self.push(node, method, path_of, path, body.clone());
        }
    }

    fn body(&self, handler: At<'s>) -> Body {
        let found = self.go.with_function(handler, &|go, function| Some(go.handler_body(function)));
        found.unwrap_or_default()
    }

    fn skip(&mut self, at: At<'_>) {
        self.unread.push(Spot { path: self.go.path().to_owned(), line: at.line() });
    }

    fn hang(&mut self, node: NodeId, method: Method, path: At<'s>, handler: At<'s>) {
        let Some(text) = self.go.text(path, 6) else { return self.skip(path) };
        let style = if self.framework == "chi" { Style::Brace } else { Style::Colon };
        let body = self.body(handler);
        self.push(node, method, route_path(&text, style), path, body);
    }

    fn push(&mut self, node: NodeId, method: Method, path: UrlPath, at: At<'_>, body: Body) {
        let spot = Spot { path: self.go.path().to_owned(), line: at.line() };
        self.graph.hang(node, self.framework, method, path, spot, body);
    }

    /// A function or method by the package that it lies in.
    fn target(&self, function: At<'s>, at: Option<usize>) -> Option<Target> {
        let (path, name) = self.go.with_function(function, &|go, found| {
            let name = found.field("name")?.text();
            let name =
                receiver(found).map_or_else(|| name.to_owned(), |class| format!("{class}.{name}"));
            Some((folder(go.path()).to_owned(), name))
        })?;
        Some(match at {
            Some(at) => Target::Param { path, names: vec![name], at },
            None => Target::Name { path, names: vec![name] },
        })
    }

    /// `users.Register(api)`, `h.Routes(r.Group("/users"))`
    fn passed(&mut self, function: At<'s>, parts: &[At<'s>]) {
        if !function.is(&["identifier", "selector_expression"]) {
            return;
        }
        for (at, part) in parts.iter().enumerate().take(6) {
            let is_router = part.is(&["identifier", "call_expression", "selector_expression"]);
            let Some(parent) = is_router.then(|| self.node(*part)).flatten() else { continue };
            if let Some(child) = self.target(function, Some(at)) {
                self.graph.mount(parent, UrlPath::default(), child);
            }
        }
    }
}
