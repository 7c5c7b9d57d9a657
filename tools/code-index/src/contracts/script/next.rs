//! Next: a file's place is its route. `app/**/route.ts` exports a function for
//! each method, `pages/api/**` one for all.

use super::super::model::{Method, Route, Segment, Spot, UrlPath};
use super::super::syntax::At;
use super::super::url::{Style, with_optional};
use super::handler::Answers;
use super::{Binding, FUNCTIONS, Script, bare};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Reads the routes of a file, where its place makes it one.
pub(crate) fn read(script: Script<'_, '_, '_>, routes: &mut Vec<Route>) {
    let path = &script.source.path;
    let Some((folders, name)) = path.rsplit_once('/') else { return };
    let stem = name.split('.').next().unwrap_or(name);
    let is_script =
        !name.ends_with(".vue") && !name.ends_with(".py") && name.matches('.').count() == 1;
    if stem == "route" && is_script {
        if let Some(inside) = below(folders, "app") {
            in_app(script, inside, routes);
        }
    } else if is_script
        && let Some(inside) = below(folders, "pages")
        && (inside == "api" || inside.starts_with("api/"))
    {
        let text = if stem == "index" { inside.to_owned() } else { format!("{inside}/{stem}") };
        in_pages(script, &text, routes);
    }
}

/// The part of a folder below the first one of a name.
fn below<'p>(folders: &'p str, name: &str) -> Option<&'p str> {
    if folders == name {
        return Some("");
    }
    if let Some(rest) = folders.strip_prefix(name).and_then(|rest| rest.strip_prefix('/')) {
        return Some(rest);
    }
    let mark = format!("/{name}/");
    if let Some(at) = folders.find(&mark) {
        return folders.get(at + mark.len()..);
    }
    folders.ends_with(&format!("/{name}")).then_some("")
}

fn in_app(script: Script<'_, '_, '_>, inside: &str, routes: &mut Vec<Route>) {
    for statement in script.source.root().children() {
        if statement.kind() != "export_statement" {
            continue;
        }
        for method in METHODS {
            let specifier = statement.all("export_specifier").find(|one| {
                one.field("alias")
                    .or_else(|| one.field("name"))
                    .is_some_and(|name| name.text() == *method)
            });
            let declared =
                statement.field("declaration").and_then(|one| super::declares(one, method));
            let (at, function) = match (declared, specifier) {
                (Some(Binding::Declaration(one)), _) => (one, Some(one)),
                (Some(Binding::Variable(one)), _) => (one, one.field("value").map(bare)),
                (None, Some(one)) => (one, one.field("name")),
                _ => continue,
            };
            let body =
                function.map(|one| script.handler_body(one, Answers::Returns)).unwrap_or_default();
            push(script, inside, Method::of(method), at, body, routes);
        }
    }
}

fn in_pages(script: Script<'_, '_, '_>, inside: &str, routes: &mut Vec<Route>) {
    let Some(handler) = script.exported("default") else { return };
    let text = &script.source.text;
    let asked: Vec<Method> = METHODS
        .iter()
        .filter(|method| {
            text.contains(&format!("'{method}'")) || text.contains(&format!("\"{method}\""))
        })
        .filter_map(|method| Method::of(method))
        .collect();
    let is_refused = text.contains("method !==") || text.contains("method !=");
    let methods = match asked.as_slice() {
        [] => vec![Method::Any],
        [one] if !is_refused && !text.contains("else") => vec![*one],
        _ => asked,
    };
    let body = match methods.as_slice() {
        [_] => script.handler_body(handler, Answers::Calls),
        _ => super::super::model::Body::default(),
    };
    let at = if handler.is(FUNCTIONS) { handler.parent().unwrap_or(handler) } else { handler };
    for method in methods {
        push(script, inside, Some(method), at, body.clone(), routes);
    }
}

fn push(
    script: Script<'_, '_, '_>,
    inside: &str,
    method: Option<Method>,
    at: At<'_>,
    body: super::super::model::Body,
    routes: &mut Vec<Route>,
) {
    let Some(method) = method else { return };
    for path in with_optional(inside, Style::Bracket) {
        // Folders with `_` in front are private.
        let hidden =
            path.0.iter().any(|one| matches!(one, Segment::Literal(text) if text.starts_with('_')));
        if hidden {
            continue;
        }
        let spot = Spot { path: script.source.path.clone(), line: at.line() };
        let path = UrlPath(path.0);
        routes.push(Route {
            framework: "next",
            method,
            path,
            spot,
            body: body.clone(),
            is_page: false,
        });
    }
}
