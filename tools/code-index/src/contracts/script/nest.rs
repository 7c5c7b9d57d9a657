//! NestJS: classes with `@Controller("users")` and methods with `@Get(":id")`.

use super::super::model::{Body, Method, Route, Shape, Spot, UrlPath};
use super::super::syntax::At;
use super::super::url::{Style, route_path};
use super::{Script, annotation, arguments, property};

/// Reads the routes of a file. `prefix` stands in front of all of them.
pub(crate) fn read(script: Script<'_, '_, '_>, prefix: &UrlPath, routes: &mut Vec<Route>) {
    if !script.source.text.contains("@Controller") {
        return;
    }
    for class in script.source.root().all("class_declaration") {
        let Some(controller) =
            decorators(class).into_iter().find(|(name, _)| *name == "Controller")
        else {
            continue;
        };
        let base = prefix.join(&path_of(script, controller.1).unwrap_or_default());
        let Some(body) = class.field("body") else { continue };
        let mut pending: Vec<(&str, At<'_>)> = Vec::new();
        for member in body.children() {
            match member.kind() {
                "decorator" => pending.extend(decorator(member)),
                "method_definition" => {
                    let all: Vec<_> = pending.drain(..).chain(decorators(member)).collect();
                    for (name, call) in all {
                        let Some(method) = verb(name) else { continue };
                        let path = base.join(&path_of(script, call).unwrap_or_default());
                        let spot = Spot { path: script.source.path.clone(), line: call.line() };
                        let body = body_of(script, member);
                        routes.push(Route {
                            framework: "nestjs",
                            method,
                            path,
                            spot,
                            body,
                            is_page: false,
                        });
                    }
                }
                _ => pending.clear(),
            }
        }
    }
}

/// `app.setGlobalPrefix("api")`
pub(crate) fn global_prefix(script: Script<'_, '_, '_>) -> Option<UrlPath> {
    if !script.source.text.contains("setGlobalPrefix") {
        return None;
    }
    let call =
        script.source.root().all("call_expression").find(|call| {
            call.function().is_some_and(|one| one.text().ends_with(".setGlobalPrefix"))
        })?;
    let text = script.template(*arguments(call).first()?, &[], 8);
    Some(route_path(text.known()?, Style::Colon))
}

fn verb(name: &str) -> Option<Method> {
    match name {
        "Get" | "Post" | "Put" | "Patch" | "Delete" => Method::of(name),
        "All" => Some(Method::Any),
        _ => None,
    }
}

fn decorators(at: At<'_>) -> Vec<(&str, At<'_>)> {
    let own = at.children().into_iter().filter(|one| one.kind() == "decorator");
    let mut all: Vec<_> = own.filter_map(decorator).collect();
    // Those of an exported class stand in the export.
    if let Some(up) = at.parent().filter(|up| up.kind() == "export_statement") {
        all.extend(
            up.children().into_iter().filter(|one| one.kind() == "decorator").filter_map(decorator),
        );
    }
    all
}

fn decorator(at: At<'_>) -> Option<(&str, At<'_>)> {
    let call = at.first()?;
    Some((call.function().unwrap_or(call).text(), call))
}

fn path_of<'s>(script: Script<'s, '_, '_>, call: At<'s>) -> Option<UrlPath> {
    let mut first = *arguments(call).first()?;
    if first.kind() == "object" {
        first = property(first, "path")?;
    }
    let text = script.template(first, &[], 8);
    Some(route_path(text.known()?, Style::Colon))
}

fn body_of<'s>(script: Script<'s, '_, '_>, method: At<'s>) -> Body {
    let taken = super::params(method).into_iter().find(|param| param.text().starts_with("@Body()"));
    let request =
        taken.and_then(annotation).map_or(Shape::Unknown, |typed| script.type_shape(typed));
    let response = method
        .field("return_type")
        .and_then(At::first)
        .map_or(Shape::Unknown, |typed| script.type_shape(typed));
    Body { request, response }
}
