//! Calls to servers in Python: requests and httpx.

use super::super::model::{Body, Call, Method, Shape, Spot};
use super::{MAX_DEPTH, Py, keyword, positional};

/// Names that such calls are made on.
const CLIENTS: &[&str] = &[
    "requests",
    "httpx",
    "session",
    "self.session",
    "http_client",
    "async_client",
    "self.client",
    "self._client",
];

/// Reads the calls of a file.
pub(crate) fn read(py: Py<'_, '_, '_>, calls: &mut Vec<Call>, unread: &mut Vec<Spot>) {
    let text = &py.source.text;
    if !text.contains("import requests") && !text.contains("httpx") && !text.contains("aiohttp") {
        return;
    }
    for call in py.source.root().all("call") {
        let Some(function) = call.field("function") else { continue };
        let (Some(object), Some(name)) = (function.field("object"), function.field("attribute"))
        else {
            continue;
        };
        let is_bare = object.text() == "client" && text.contains("httpx");
        if !CLIENTS.contains(&object.text()) && !is_bare {
            continue;
        }
        let parts = positional(call);
        let (method, url) = match (name.text(), parts.as_slice()) {
            ("request", [method, url, ..]) => (Method::of(method.unquoted()), Some(*url)),
            (verb, parts) => {
                (Method::of(verb), parts.first().copied().or_else(|| keyword(call, "url")))
            }
        };
        let (Some(method), Some(url)) = (method, url) else { continue };
        let spot = Spot { path: py.path().to_owned(), line: call.line() };
        let Some((base, path)) = py.template(url, MAX_DEPTH).split() else {
            unread.push(spot);
            continue;
        };
        let request = keyword(call, "json").map_or(Shape::Unknown, |json| py.value_shape(json, 6));
        calls.push(Call {
            method,
            base,
            path,
            spot,
            body: Body { request, response: Shape::Unknown },
        });
    }
}
