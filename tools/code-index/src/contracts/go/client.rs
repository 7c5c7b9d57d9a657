//! Calls to servers in Go: `http.Get`, `http.NewRequest`.

use super::super::model::{Body, Call, Method, Spot};
use super::super::syntax::At;
use super::super::url::Template;
use super::{Go, arguments};

/// Reads the calls of a file.
pub(crate) fn read(go: Go<'_, '_, '_>, calls: &mut Vec<Call>, unread: &mut Vec<Spot>) {
    if !go.source.text.contains("\"net/http\"") {
        return;
    }
    for call in go.source.root().all("call_expression") {
        let parts = arguments(call);
        let (method, url) = match (call.field("function").map_or("", At::text), parts.as_slice()) {
            ("http.Get", [url]) => (Some(Method::Get), *url),
            ("http.Post" | "http.PostForm", [url, ..]) => (Some(Method::Post), *url),
            ("http.NewRequest", [method, url, _]) => (asked(go, *method), *url),
            ("http.NewRequestWithContext", [_, method, url, _]) => (asked(go, *method), *url),
            _ => continue,
        };
        let Some(method) = method else { continue };
        let spot = Spot { path: go.path().to_owned(), line: call.line() };
        match template(go, url, 8).split() {
            Some((base, path)) => {
                calls.push(Call { method, base, path, spot, body: Body::default() })
            }
            None => unread.push(spot),
        }
    }
}

fn asked<'s>(go: Go<'s, '_, '_>, at: At<'s>) -> Option<Method> {
    match at.text().strip_prefix("http.Method") {
        Some(name) => Method::of(name),
        None => Method::of(&go.text(at, 4)?),
    }
}

fn template<'s>(go: Go<'s, '_, '_>, at: At<'s>, depth: u32) -> Template {
    let hole = || Template::hole(at.text().get(..at.text().floor_char_boundary(120)).unwrap_or(""));
    let Some(depth) = depth.checked_sub(1) else { return hole() };
    if let Some(text) = go.text(at, 6) {
        return Template::text(&text);
    }
    match at.kind() {
        "binary_expression" => {
            let side = |name| at.field(name).map_or_else(hole, |one| template(go, one, depth));
            side("left").then(side("right"))
        }
        "identifier" => {
            go.local(at, at.text()).map_or_else(hole, |value| template(go, value, depth))
        }
        "call_expression"
            if at.field("function").is_some_and(|one| one.text() == "fmt.Sprintf") =>
        {
            let parts = arguments(at);
            let Some(format) = parts.first().and_then(|one| go.text(*one, 6)) else {
                return hole();
            };
            let mut values = parts.iter().skip(1);
            let mut all = Template::default();
            let mut rest = format.as_str();
            while let Some((before, after)) = rest.split_once('%') {
                all = all.then(Template::text(before));
                all =
                    all.then(values.next().map_or_else(
                        || Template::hole("param"),
                        |value| template(go, *value, depth),
                    ));
                let mut chars = after.chars();
                chars.next();
                rest = chars.as_str();
            }
            all.then(Template::text(rest))
        }
        _ => hole(),
    }
}
