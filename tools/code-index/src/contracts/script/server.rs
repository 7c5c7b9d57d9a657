//! Express and what is built like it: Koa's router, Hono, Fastify. Routers are
//! variables or parameters; routes hang on them by calls.

use super::super::graph::{Function, Graph, Hung, Mount, NodeId, Target};
use super::super::model::{Body, Method, Spot, UrlPath};
use super::super::syntax::At;
use super::super::url::{Style, route_path, with_optional};
use super::handler::Answers;
use super::{
    Binding, FUNCTIONS, MAX_DEPTH, Script, annotation, arguments, bare, fastify, params, pattern,
    property, required,
};

/// Names that parameters have which take a router.
const ROUTERS: &[&str] =
    &["app", "router", "fastify", "server", "instance", "api", "route", "routes", "express"];
/// Types of such parameters.
const TYPES: &[&str] = &["Express", "Application", "Router", "FastifyInstance", "Hono", "IRouter"];

/// What a route could not be told from.
pub(crate) type Unread = Vec<Spot>;

/// Reads the routers, mounts and routes of a file into `graph`.
pub(crate) fn read(script: Script<'_, '_, '_>, graph: &mut Graph, unread: &mut Unread) {
    let text = &script.source.text;
    let framework = if text.contains("astify") {
        "fastify"
    } else if text.contains("hono") || text.contains("Hono") {
        "hono"
    } else if text.contains("koa") || text.contains("Koa") {
        "koa"
    } else {
        "express"
    };
    let mut reader = Reader { script, graph, unread, framework };
    reader.routers();
    reader.functions();
    reader.exports();
    for call in script.source.root().all("call_expression") {
        reader.call(call);
    }
}

struct Reader<'s, 'r, 'q, 'g> {
    script: Script<'s, 'r, 'q>,
    graph: &'g mut Graph,
    unread: &'g mut Unread,
    framework: &'static str,
}

/// The start of the function that a name is declared in, 0 for the file.
fn scope(at: At<'_>) -> usize {
    at.inside(FUNCTIONS).map_or(0, At::start)
}

impl<'s> Reader<'s, '_, '_, '_> {
    fn path(&self) -> &'s str {
        &self.script.source.path
    }

    fn routers(&mut self) {
        for node in self.script.source.root().all("variable_declarator") {
            let (Some(name), Some(value)) = (node.field("name"), node.field("value")) else {
                continue;
            };
            let Some(prefix) = self.made_router(bare(value)) else { continue };
            if name.kind() == "identifier" {
                let known = self.graph.named(self.path(), scope(node), name.text());
                self.graph.set_prefix(known, prefix);
            }
        }
    }

    /// The prefix of a router that an expression makes.
    fn made_router(&self, value: At<'s>) -> Option<UrlPath> {
        let (maker, parts) = match value.kind() {
            "call_expression" => (value.function()?, arguments(value)),
            "new_expression" => (value.field("constructor")?, arguments(value)),
            _ => return None,
        };
        if maker.kind() == "member_expression"
            && matches!(maker.field("property")?.text(), "basePath")
        {
            self.made_router(maker.field("object")?)?;
            return self.text(*parts.first()?);
        }
        let text = maker.text().replace([' ', '\n'], "");
        let is_router = matches!(
            text.as_str(),
            "express"
                | "fastify"
                | "Fastify"
                | "Hono"
                | "OpenAPIHono"
                | "express.Router"
                | "Router"
                | "KoaRouter"
                | "Koa"
        ) || text.ends_with(".Router")
            || text.starts_with("require('express')")
            || text.starts_with("require(\"express\")")
            || text.starts_with("require('fastify')")
            || text.starts_with("require(\"fastify\")");
        if !is_router {
            // `express.Router().get(…)` and the like: the router is where the chain begins.
            let object = maker
                .field("object")
                .filter(|object| object.is(&["call_expression", "new_expression"]))?;
            let verb = maker.field("property")?.text();
            return (Method::of(verb).is_some() || verb == "use" || verb == "withTypeProvider")
                .then(|| self.made_router(object))?;
        }
        // Routers of pages have that name too.
        let is_page = text == "Router"
            && (self.script.source.text.contains("next/router")
                || self.script.source.text.contains("vue-router"));
        let prefix = parts
            .first()
            .filter(|one| one.kind() == "object")
            .and_then(|one| property(*one, "prefix"));
        let prefix = prefix.and_then(|one| self.text(one)).unwrap_or_default();
        (!is_page).then_some(prefix)
    }

    fn functions(&mut self) {
        for function in self.script.source.root().descendants().filter(|one| one.is(FUNCTIONS)) {
            let Some(name) = function_name(function) else { continue };
            let nodes = params(function);
            let nodes = nodes.iter().take(4).map(|param| {
                self.graph.named(self.path(), function.start(), pattern(*param).text())
            });
            let params: Vec<NodeId> = nodes.collect();
            let returned = function.all("return_statement").filter_map(At::first);
            let result = returned
                .filter(|one| one.kind() == "identifier")
                .find_map(|one| self.graph.known(self.path(), function.start(), one.text()));
            self.graph.function(self.path(), &name, Function { params, result });
        }
    }

    fn exports(&mut self) {
        for node in self.script.source.root().children() {
            match node.kind() {
                "export_statement" if node.has_token("default") => {
                    if let Some(value) = node.field("value").map(bare) {
                        self.export("default", value);
                    }
                }
                "export_statement" => {
                    for one in node.all("export_specifier") {
                        if let (Some(own), Some(name)) = (one.field("name"), one.field("alias")) {
                            self.graph.alias(self.path(), name.text(), own.text());
                        }
                    }
                }
                "expression_statement" => {
                    let Some(set) =
                        node.first().filter(|set| set.kind() == "assignment_expression")
                    else {
                        continue;
                    };
                    let (Some(left), Some(right)) = (set.field("left"), set.field("right")) else {
                        continue;
                    };
                    match left.text() {
                        "module.exports" | "exports" => self.export("default", bare(right)),
                        text => {
                            if let Some((_, name)) = text.split_once("exports.") {
                                self.export(name, bare(right));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn export(&mut self, name: &str, value: At<'s>) {
        match value.kind() {
            "identifier" if value.text() != name => {
                self.graph.alias(self.path(), name, value.text())
            }
            "call_expression" => {
                // `fp(plugin)`, `router.routes()`
                let inner =
                    arguments(value).into_iter().next().filter(|one| one.kind() == "identifier");
                if let Some(inner) = inner {
                    self.graph.alias(self.path(), name, inner.text());
                }
            }
            _ => {}
        }
    }

    /// The router that an expression is.
    fn node(&mut self, at: At<'s>) -> Option<NodeId> {
        let mut at = bare(at);
        // Calls on a router may give it back.
        for _ in 0..MAX_DEPTH * 4 {
            if at.kind() != "call_expression" {
                break;
            }
            let function = at.function()?;
            let name = function.field("property")?.text();
            if Method::of(name).is_none()
                && !matches!(name, "use" | "register" | "withTypeProvider" | "basePath" | "on")
            {
                return None;
            }
            at = bare(function.field("object")?);
        }
        if at.kind() == "member_expression" && at.text().starts_with("this.") {
            let name = at.field("property")?.text();
            let is_router = ROUTERS.contains(&name) && !self.is_other(at);
            return is_router.then(|| self.graph.named(self.path(), 0, at.text()));
        }
        if at.kind() != "identifier" {
            return None;
        }
        let name = at.text();
        match self.script.binding(at, name) {
            Some(Binding::Variable(declared))
                if declared.field("value").and_then(required).is_none() =>
            {
                self.graph.known(self.path(), scope(declared), name)
            }
            Some(Binding::Param(function, param)) => {
                let typed = annotation(param)
                    .is_some_and(|typed| TYPES.iter().any(|one| typed.text().contains(one)));
                let is_router = typed || ROUTERS.contains(&name);
                is_router.then(|| self.graph.named(self.path(), function.start(), name))
            }
            Some(Binding::Declaration(_)) => None,
            _ if (ROUTERS.contains(&name) || name.ends_with("Router")) && !self.is_other(at) => {
                self.imported_router(name)
            }
            _ => None,
        }
    }

    fn imported_router(&mut self, name: &str) -> Option<NodeId> {
        // It is imported: what hangs on it here hangs on it there.
        let known = self.graph.known(self.path(), 0, name);
        let node = self.graph.named(self.path(), 0, name);
        if known.is_none() {
            let names = vec![name.to_owned()];
            let import = self.script.import(name)?;
            let parent = match import.name {
                None => Target::File {
                    path: self.script.world.module_file(self.path(), import.module)?,
                    at: None,
                },
                Some(_) => Target::Name { path: self.path().to_owned(), names },
            };
            let child = Target::Node(node);
            self.graph.mounts.push(Mount {
                parent,
                prefix: UrlPath::default(),
                child,
                replaces: false,
            });
        }
        Some(node)
    }

    /// What is imported is known, and no router: a client, or an object of the
    /// project's own.
    fn is_other(&self, at: At<'s>) -> bool {
        let known = self.script.with_value(at, 4, &|_, value| {
            let maker = match value.kind() {
                "object" => return Some(()),
                "new_expression" => value.field("constructor")?,
                "call_expression" => value.function()?,
                _ => return None,
            };
            let text = maker.text();
            let is_router = ["Router", "outer", "Hono", "Koa", "astify", "xpress"]
                .iter()
                .any(|one| text.contains(one));
            let is_client = value.kind() == "new_expression"
                || ["axios", "ky", "got", "createClient"].contains(&text.split('.').next()?);
            (is_client && !is_router).then_some(())
        });
        known.is_some()
    }

    fn text(&self, at: At<'s>) -> Option<UrlPath> {
        let template = self.script.template(at, &[], MAX_DEPTH);
        template.known().map(|text| route_path(text, Style::Colon))
    }

    fn call(&mut self, call: At<'s>) {
        let Some(function) = call.function() else { return };
        let parts = arguments(call);
        if function.kind() == "member_expression" {
            let (Some(object), Some(name)) = (function.field("object"), function.field("property"))
            else {
                return;
            };
            match (name.text(), parts.as_slice()) {
                ("use", [..]) => self.mounts(object, &parts),
                ("route", [path, child])
                    if child.is(&["identifier", "call_expression"]) && path.kind() == "string" =>
                {
                    self.mounts(object, &parts);
                }
                ("register", [..]) => self.plugin(object, &parts),
                ("route", [options]) if options.kind() == "object" => {
                    self.options(object, *options)
                }
                (verb, [_, ..]) => {
                    if let Some(method) = Method::of(verb) {
                        self.route(call, object, method, &parts);
                    }
                }
                _ => {}
            }
        }
        self.passed(function, &parts);
    }

    /// `register(app)`, `require("./routes")(app)`
    fn passed(&mut self, function: At<'s>, parts: &[At<'s>]) {
        for (at, part) in parts.iter().enumerate().take(4) {
            if part.kind() != "identifier"
                || function.kind() == "member_expression"
                    && Method::of(function.field("property").map_or("", At::text)).is_some()
            {
                continue;
            }
            let Some(parent) = self.node(*part) else { continue };
            let child = match required(function) {
                Some(module) => self
                    .script
                    .world
                    .module_file(self.path(), module)
                    .map(|path| Target::File { path, at: Some(at) }),
                None => self.names(function).map(|(path, names)| Target::Param { path, names, at }),
            };
            if let Some(child) = child {
                self.graph.mount(parent, UrlPath::default(), child);
            }
        }
    }

    /// The file and names of a chain; what is required whole is the file itself.
    fn names(&self, at: At<'s>) -> Option<(String, Vec<String>)> {
        let names: Vec<String> = at.chain()?.into_iter().map(str::to_owned).collect();
        Some((self.path().to_owned(), names))
    }

    fn target(&mut self, at: At<'s>) -> Option<Target> {
        let at = bare(at);
        if let Some(module) = required(at) {
            let path = self.script.world.module_file(self.path(), module)?;
            return match at.field("property") {
                Some(name) if at.kind() == "member_expression" => {
                    Some(Target::Name { path, names: vec![name.text().to_owned()] })
                }
                _ => Some(Target::File { path, at: None }),
            };
        }
        match at.kind() {
            "identifier" | "member_expression" => {
                let is_import = self.script.import(at.text()).is_some();
                if let Some(node) = self.node(at).filter(|_| !is_import) {
                    return Some(Target::Node(node));
                }
                let (path, names) = self.names(at)?;
                Some(Target::Name { path, names })
            }
            "call_expression" => {
                let function = at.function()?;
                if let Some(name) = function
                    .field("property")
                    .filter(|name| matches!(name.text(), "routes" | "middleware"))
                {
                    let _routes = name;
                    return self.target(function.field("object")?);
                }
                let (path, names) = self.names(function)?;
                Some(Target::Name { path, names })
            }
            _ => None,
        }
    }

    fn mounts(&mut self, object: At<'s>, parts: &[At<'s>]) {
        let Some(parent) = self.node(object) else { return };
        let mut prefixes = vec![UrlPath::default()];
        let mut parts = parts;
        if let Some(first) = parts.first()
            && first.is(&["string", "template_string", "binary_expression", "array"])
        {
            let all = if first.kind() == "array" { first.children() } else { vec![*first] };
            let read: Vec<UrlPath> = all.into_iter().filter_map(|one| self.text(one)).collect();
            if read.is_empty() {
                return;
            }
            prefixes = read;
            parts = &parts[1..];
        } else if let Some(first) = parts.first()
            && parts.len() > 1
            && let Some(prefix) = self.text(*first)
        {
            prefixes = vec![prefix];
            parts = &parts[1..];
        }
        for part in parts {
            let all = if part.kind() == "array" { part.children() } else { vec![*part] };
            for one in all {
                let Some(child) = self.target(one) else { continue };
                for prefix in &prefixes {
                    self.graph.mount(parent, prefix.clone(), child.clone());
                }
            }
        }
    }

    /// `fastify.register(plugin, { prefix })`
    fn plugin(&mut self, object: At<'s>, parts: &[At<'s>]) {
        let (Some(parent), Some(plugin)) = (self.node(object), parts.first()) else { return };
        let options = parts.get(1).filter(|one| one.kind() == "object");
        let prefix =
            options.and_then(|one| property(*one, "prefix")).and_then(|one| self.text(one));
        let prefix = prefix.unwrap_or_default();
        let plugin = bare(*plugin);
        let child = if plugin.is(FUNCTIONS) {
            let name = params(plugin).first().map(|param| pattern(*param).text());
            name.map(|name| Target::Node(self.graph.named(self.path(), plugin.start(), name)))
        } else if let Some(module) = required(plugin).or_else(|| imported(plugin)) {
            self.script
                .world
                .module_file(self.path(), module)
                .map(|path| Target::File { path, at: Some(0) })
        } else if let Some(import) =
            self.script.import(plugin.text()).filter(|import| import.name.is_none())
        {
            self.script
                .world
                .module_file(self.path(), import.module)
                .map(|path| Target::File { path, at: Some(0) })
        } else {
            self.names(plugin).map(|(path, names)| Target::Param { path, names, at: 0 })
        };
        if let Some(child) = child {
            self.graph.mount(parent, prefix, child);
        }
    }

    /// `fastify.route({ method, url, schema, handler })`
    fn options(&mut self, object: At<'s>, options: At<'s>) {
        let Some(node) = self.node(object) else { return };
        let (Some(url), Some(method)) = (
            property(options, "url").or_else(|| property(options, "path")),
            property(options, "method"),
        ) else {
            return;
        };
        let methods: Vec<Method> = match method.kind() {
            "array" => {
                method.children().into_iter().filter_map(|one| Method::of(one.unquoted())).collect()
            }
            _ => Method::of(method.unquoted()).into_iter().collect(),
        };
        let Some(path) = self.text(url) else { return self.skip(options) };
        let handler = property(options, "handler");
        let mut body =
            handler.map(|one| self.script.handler_body(one, Answers::Returns)).unwrap_or_default();
        fastify::add_schema(self.script, options, &mut body);
        for method in methods {
            self.hang(node, method, path.clone(), options, body.clone());
        }
    }

    fn skip(&mut self, at: At<'_>) {
        self.unread.push(Spot { path: self.path().to_owned(), line: at.line() });
    }

    fn hang(&mut self, node: NodeId, method: Method, path: UrlPath, at: At<'_>, body: Body) {
        let spot = Spot { path: self.path().to_owned(), line: at.line() };
        let is_page = false;
        self.graph.routes.push(Hung {
            node,
            framework: self.framework,
            method,
            path,
            spot,
            body,
            is_page,
        });
    }

    fn route(&mut self, call: At<'s>, object: At<'s>, method: Method, parts: &[At<'s>]) {
        // `router.route("/x").get(handler)`
        let mut base = bare(object);
        while base.kind() == "call_expression"
            && let Some(function) = base.function()
            && let Some(name) = function.field("property")
            && Method::of(name.text()).is_some()
            && let Some(inner) = function.field("object")
        {
            base = bare(inner);
        }
        let routed = base.function().filter(|function| {
            base.kind() == "call_expression"
                && function.field("property").is_some_and(|name| name.text() == "route")
        });
        let (router, path, handlers) = match (routed, parts) {
            (Some(function), handlers) => {
                let Some(path) = arguments(base).into_iter().next() else { return };
                let Some(router) = function.field("object") else { return };
                (router, path, handlers)
            }
            (None, [path, handlers @ ..]) if !handlers.is_empty() => (object, *path, handlers),
            _ => return,
        };
        let Some(node) = self.node(router) else { return };
        let line = if routed.is_some() {
            call.function().and_then(|one| one.field("property")).unwrap_or(path)
        } else {
            path
        };
        let all = if path.kind() == "array" { path.children() } else { vec![path] };
        let answers = if self.framework == "express" { Answers::Calls } else { Answers::Returns };
        let mut body = match handlers.last() {
            Some(handler) => self.script.handler_body(*handler, answers),
            None => return,
        };
        fastify::add_checks(self.script, call, handlers, &mut body);
        for one in all {
            let text = self.script.template(one, &[], MAX_DEPTH);
            let Some(text) = text.known() else {
                self.skip(one);
                continue;
            };
            for path in with_optional(text, Style::Colon) {
                self.hang(node, method, path, line, body.clone());
            }
        }
    }
}

/// `import("./plugin")`
fn imported(value: At<'_>) -> Option<&str> {
    let is_import = value.kind() == "call_expression" && value.function()?.text() == "import";
    is_import.then(|| value.field("arguments")?.first()).flatten().map(At::unquoted)
}

/// The name under which others call a function.
pub(crate) fn function_name(function: At<'_>) -> Option<String> {
    let exported = |at: At<'_>| at.kind() == "export_statement" && at.has_token("default");
    let up = function.parent()?;
    if let Some(name) = function.field("name").filter(|_| function.kind() != "method_definition") {
        return Some(name.text().to_owned());
    }
    match up.kind() {
        "variable_declarator" => Some(up.field("name")?.text().to_owned()),
        "export_statement" => exported(up).then(|| "default".to_owned()),
        "pair" => Some(up.field("key")?.unquoted().to_owned()),
        "assignment_expression" => {
            let left = up.field("left")?.text();
            match left.split_once("exports.") {
                Some((_, name)) => Some(name.to_owned()),
                None => (left == "module.exports").then(|| "default".to_owned()),
            }
        }
        "arguments" => {
            // `export default fp(async (fastify) => …)`
            let around = up.parent()?.parent()?;
            let is_default = exported(around)
                || (around.kind() == "assignment_expression"
                    && around.field("left")?.text() == "module.exports");
            is_default.then(|| "default".to_owned())
        }
        _ => None,
    }
}
