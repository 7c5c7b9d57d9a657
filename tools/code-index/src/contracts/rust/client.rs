//! Calls to servers in Rust: reqwest and gloo.

use super::super::model::{Body, Call, Method, Spot};
use super::super::syntax::At;
use super::super::url::{Piece, Template};
use super::{Rs, arguments, callee, is_in_tests, method_call};

/// Reads the calls of a file.
pub(crate) fn read(rs: Rs<'_, '_, '_>, calls: &mut Vec<Call>, unread: &mut Vec<Spot>) {
    let text = &rs.source.text;
    if !text.contains("reqwest") && !text.contains("gloo") {
        return;
    }
    for call in rs.source.root().all("call_expression") {
        let (name, receiver) = match method_call(call) {
            Some((name, receiver)) => (name, receiver.text()),
            None => match callee(call).rsplit_once("::") {
                Some((of, name)) => (name, of),
                None => continue,
            },
        };
        let is_client = receiver.ends_with("client")
            || receiver.ends_with("Client::new()")
            || matches!(
                receiver,
                "reqwest" | "reqwest::blocking" | "Request" | "self.http" | "http"
            );
        let Some(url) =
            arguments(call).into_iter().next().filter(|_| is_client && !is_in_tests(call))
        else {
            continue;
        };
        let Some(method) = Method::of(name).filter(|method| *method != Method::Any) else {
            continue;
        };
        let spot = Spot { path: rs.path().to_owned(), line: call.line() };
        match template(rs, url).split() {
            Some((base, path)) => {
                calls.push(Call { method, base, path, spot, body: Body::default() })
            }
            None => unread.push(spot),
        }
    }
}

fn template<'s>(rs: Rs<'s, '_, '_>, at: At<'s>) -> Template {
    let at = if at.kind() == "reference_expression" { at.first().unwrap_or(at) } else { at };
    if let Some(text) = rs.text(at) {
        return Template::text(&text);
    }
    let is_format = at.kind() == "macro_invocation"
        && at.field("macro").is_some_and(|name| name.text() == "format");
    let Some(format) = at.all("string_literal").next().filter(|_| is_format) else {
        return Template::hole(at.text());
    };
    // What stands behind the text is put in where nothing is named.
    let mut all = Template::default();
    let mut rest = format.unquoted();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let name = name.split(':').next().unwrap_or("");
        all = all.then(Template(vec![Piece::Text(before.to_owned())]));
        all = all.then(Template::hole(if name.is_empty() { "param" } else { name }));
        rest = behind;
    }
    all.then(Template::text(rest))
}
