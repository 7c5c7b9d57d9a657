//! Django: lists of `path(…)`, what they include, and the views behind them.

use super::super::graph::{Graph, Hung, NodeId, Target};
use super::super::model::{Body, Method, Spot, UrlPath};
use super::super::syntax::At;
use super::super::url::{Style, regex_path, route_path};
use super::{Py, keyword, methods, positional, strings};

/// Reads the routes of a file of paths.
pub(crate) fn read(py: Py<'_, '_, '_>, graph: &mut Graph, unread: &mut Vec<Spot>) {
    if !py.source.text.contains("urlpatterns") && !py.source.text.contains(".register(") {
        return;
    }
    let mut reader = Reader { py, graph, unread };
    let root = py.source.root();
    for set in root.all("assignment") {
        let (Some(left), Some(value)) = (set.field("left"), set.field("right")) else { continue };
        let maker = value.field("function").map_or("", At::text);
        if maker.ends_with("Router") && left.kind() == "identifier" && value.kind() == "call" {
            reader.graph.named(py.path(), 0, left.text());
        }
    }
    for at in root.descendants() {
        match at.kind() {
            "call" => reader.call(at),
            // `urlpatterns += router.urls`
            "attribute" if at.text().ends_with(".urls") => reader.router_urls(at),
            _ => {}
        }
    }
}

struct Reader<'s, 'r, 'q, 'g> {
    py: Py<'s, 'r, 'q>,
    graph: &'g mut Graph,
    unread: &'g mut Vec<Spot>,
}

fn is_path(call: At<'_>) -> bool {
    call.kind() == "call"
        && call
            .field("function")
            .is_some_and(|one| matches!(one.text(), "path" | "re_path" | "url" | "urls.path"))
}

impl<'s> Reader<'s, '_, '_, '_> {
    /// The list that something stands in.
    fn list(&mut self, at: At<'s>) -> NodeId {
        let mut name = "urlpatterns";
        for up in at.around() {
            if is_path(up) {
                // Paths inside `path("x/", include([…]))`.
                return self.graph.named(self.py.path(), up.start().saturating_add(1), "");
            }
            if up.is(&["assignment", "augmented_assignment"]) {
                name = up.field("left").map_or(name, At::text);
                break;
            }
        }
        self.graph.named(self.py.path(), 0, name)
    }

    fn router_urls(&mut self, at: At<'s>) {
        let Some(router) = at.field("object").filter(|one| one.text() != "admin.site") else {
            return;
        };
        let child = match self.graph.known(self.py.path(), 0, router.text()) {
            Some(node) => Target::Node(node),
            None => match self.names(router) {
                Some(names) => names,
                None => return,
            },
        };
        let parent = self.list(at);
        let holder = at.around().find(|up| is_path(*up));
        let prefix = holder.and_then(|path| self.path_of(path)).unwrap_or_default();
        let parent = holder.map_or(parent, |path| self.list(path));
        self.graph.mount(parent, prefix, child);
    }

    fn names(&self, at: At<'s>) -> Option<Target> {
        let names = at.chain()?.into_iter().map(str::to_owned).collect();
        Some(Target::Name { path: self.py.path().to_owned(), names })
    }

    fn path_of(&self, call: At<'s>) -> Option<UrlPath> {
        let first = positional(call).into_iter().next().or_else(|| keyword(call, "route"))?;
        let text = self.py.text(first)?;
        let is_regex = call.field("function").is_some_and(|one| one.text() != "path");
        Some(if is_regex { regex_path(&text) } else { route_path(&text, Style::Angle) })
    }

    fn call(&mut self, call: At<'s>) {
        if is_path(call) {
            return self.path_call(call);
        }
        let Some(function) = call.field("function") else { return };
        let Some(object) = function.field("object") else { return };
        let is_register = function.field("attribute").is_some_and(|name| name.text() == "register");
        let Some(node) = self.graph.known(self.py.path(), 0, object.text()).filter(|_| is_register)
        else {
            return;
        };
        let parts = positional(call);
        let prefix = parts.first().copied().or_else(|| keyword(call, "prefix"));
        let view = parts.get(1).copied().or_else(|| keyword(call, "viewset"));
        if let (Some(prefix), Some(view)) = (prefix, view)
            && let Some(text) = self.py.text(prefix)
        {
            let prefix = regex_path(&text);
            for route in self.py.viewset(view) {
                self.hang(node, route.method, prefix.join(&route.path), call, route.body, false);
            }
        }
    }

    fn path_call(&mut self, call: At<'s>) {
        let Some(view) = positional(call).get(1).copied().or_else(|| keyword(call, "view")) else {
            return;
        };
        let node = self.list(call);
        let Some(path) = self.path_of(call) else {
            return self.unread.push(Spot { path: self.py.path().to_owned(), line: call.line() });
        };
        let maker = view.field("function").map_or("", At::text);
        if view.kind() == "call" && maker.ends_with("include") {
            return self.include(call, node, path, view);
        }
        if view.text().ends_with(".urls") {
            return;
        }
        if view.kind() == "call" && maker.ends_with(".as_view") {
            let class = view.field("function").and_then(|one| one.field("object"));
            let Some(class) = class else { return };
            if let Some(actions) =
                positional(view).into_iter().next().filter(|one| one.kind() == "dictionary")
            {
                let all = actions.children();
                let asked = all.iter().filter_map(|pair| Method::of(pair.field("key")?.unquoted()));
                for method in asked {
                    self.hang(node, method, path.clone(), call, Body::default(), false);
                }
                return;
            }
            for (method, body, is_page) in self.py.view_class(class) {
                self.hang(node, method, path.clone(), call, body, is_page);
            }
            return;
        }
        // `csrf_exempt(view)`
        let view = if view.kind() == "call" {
            positional(view).into_iter().next().unwrap_or(view)
        } else {
            view
        };
        let (asked, body, is_page) = self.py.view_function(view);
        for method in asked {
            self.hang(node, method, path.clone(), call, body.clone(), is_page);
        }
    }

    fn include(&mut self, call: At<'s>, node: NodeId, path: UrlPath, view: At<'s>) {
        let Some(mut first) = positional(view).into_iter().next() else { return };
        if first.kind() == "tuple" {
            let Some(inner) = first.first() else { return };
            first = inner;
        }
        let child = match first.kind() {
            "string" => {
                let module = first.unquoted();
                let Some(file) = self.py.world.module_file(self.py.path(), module) else { return };
                Target::Name { path: file, names: vec!["urlpatterns".to_owned()] }
            }
            "list" => {
                Target::Node(self.graph.named(self.py.path(), call.start().saturating_add(1), ""))
            }
            // `include(router.urls)` is seen where `router.urls` is.
            "attribute" if first.text().ends_with(".urls") => return,
            "identifier"
                if self.graph.known(self.py.path(), 0, first.text()).is_some()
                    || self.py.assigned(call, first.text()).is_some() =>
            {
                Target::Node(self.graph.named(self.py.path(), 0, first.text()))
            }
            _ => match first.chain() {
                Some(names) => {
                    let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
                    if names.last().is_some_and(|last| last != "urlpatterns") {
                        names.push("urlpatterns".to_owned());
                    }
                    Target::Name { path: self.py.path().to_owned(), names }
                }
                None => return,
            },
        };
        self.graph.mount(node, path, child);
    }

    fn hang(
        &mut self,
        node: NodeId,
        method: Method,
        path: UrlPath,
        at: At<'_>,
        body: Body,
        is_page: bool,
    ) {
        let spot = Spot { path: self.py.path().to_owned(), line: at.line() };
        self.graph.routes.push(Hung {
            node,
            framework: "django",
            method,
            path,
            spot,
            body,
            is_page,
        });
    }
}

impl<'s, 'r, 'q> Py<'s, 'r, 'q> {
    /// The methods, body and kind of a function that is a view.
    fn view_function(self, view: At<'s>) -> (Vec<Method>, Body, bool) {
        let names = view.chain().unwrap_or_default();
        let found = self.world.with_definition(self.path(), &names, |source, name| {
            let py = Py { world: self.world, source };
            let function = name.parent().filter(|one| one.kind() == "function_definition")?;
            let asked = py.allowed(function);
            let is_one = asked.len() == 1 && asked != [Method::Any];
            let mut body = py.function_body(function, None, &asked);
            if !is_one {
                // One function answers several; which part is whose is not told.
                body = Body::default();
            }
            let text = function.text();
            let is_page = text.contains("render(")
                && !text.contains("JsonResponse")
                && !text.contains("Response(");
            Some((asked, body, is_page))
        });
        found.unwrap_or_else(|| (vec![Method::Any], Body::default(), false))
    }
}

/// The methods that a decorator of a view set names.
pub(crate) fn action_methods(decorator: At<'_>) -> Vec<Method> {
    let all = keyword(decorator, "methods").map(methods).unwrap_or_default();
    if all.is_empty() { vec![Method::Get] } else { all }
}

/// The first text of an argument.
pub(crate) fn text_of(decorator: At<'_>, name: &str) -> Option<String> {
    keyword(decorator, name).and_then(|one| strings(one).first().map(|text| (*text).to_owned()))
}
