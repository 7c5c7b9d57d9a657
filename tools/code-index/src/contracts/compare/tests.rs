//! Which call meets which route.

use super::*;
use crate::contracts::model::{Field, Spot};
use crate::contracts::url::{Piece, Style, Template, route_path};

fn route(written: &str) -> Route {
    let (method, path) = written.split_once(' ').unwrap();
    Route {
        framework: "test",
        method: Method::of(method).unwrap(),
        path: route_path(path, Style::Brace),
        spot: Spot { path: "server".into(), line: 1 },
        body: Body::default(),
        is_page: false,
    }
}

fn call(written: &str) -> Call {
    let (method, text) = written.split_once(' ').unwrap();
    let template = match text.strip_prefix("BASE") {
        Some(rest) => Template(vec![Piece::Hole("BASE".into()), Piece::Text(rest.to_owned())]),
        None => Template::text(text),
    };
    let (base, path) = template.split().unwrap();
    let path = route_path(&path.to_string(), Style::Brace);
    Call {
        method: Method::of(method).unwrap(),
        base,
        path,
        spot: Spot { path: "web".into(), line: 1 },
        body: Body::default(),
    }
}

#[test]
fn calls_meet_routes() {
    // Routes, calls, missing calls, unused routes.
    type Case<'c> = (&'c str, &'c [&'c str], &'c [&'c str], &'c [usize], &'c [usize]);
    let cases: &[Case<'_>] = &[
        ("same", &["get /a"], &["get /a"], &[], &[]),
        ("method", &["get /a"], &["post /a"], &[0], &[0]),
        ("any", &["any /a"], &["post /a"], &[], &[]),
        ("parameter", &["get /a/{id}"], &["get /a/7", "get /a/{x}"], &[], &[]),
        ("word first", &["get /a/{id}", "get /a/me"], &["get /a/me"], &[], &[0]),
        ("computed word", &["get /a/x", "get /a/y"], &["get /a/{kind}"], &[], &[]),
        ("rest", &["get /f/{*path}"], &["get /f/a/b"], &[], &[]),
        ("too long", &["get /a"], &["get /a/b"], &[0], &[0]),
        (
            "proxy takes away",
            &["get /users", "get /teams"],
            &["get /api/users", "get /api/teams"],
            &[],
            &[],
        ),
        ("proxy adds", &["get /api/users"], &["get /users"], &[], &[]),
        (
            "unknown base",
            &["get /api/v1/users", "get /api/v1/x"],
            &["get BASE/users", "get BASE/gone"],
            &[1],
            &[1],
        ),
        (
            "no shift where some meet",
            &["get /users", "get /x/teams"],
            &["get /users", "get /teams"],
            &[1],
            &[1],
        ),
        (
            "another server",
            &["get /users"],
            &["get BASE/a/1", "get BASE/b/2", "get BASE/c/3", "get BASE/d/4"],
            &[],
            &[0],
        ),
        ("all", &["get /{*path}"], &["get /gone"], &[0], &[0]),
    ];
    for (name, routes, calls, missing, unused) in cases {
        let routes: Vec<Route> = routes.iter().map(|one| route(one)).collect();
        let calls: Vec<Call> = calls.iter().map(|one| call(one)).collect();
        let compared = compare(&routes, &calls);
        assert_eq!(
            (compared.missing.as_slice(), compared.unused.as_slice()),
            (*missing, *unused),
            "{name}"
        );
    }
}

#[test]
fn what_is_missing_under_an_unknown_base_is_told_whole() {
    let routes = ["get /api/v1/users", "get /api/v1/x"].map(route);
    let calls = ["get BASE/users", "get BASE/gone"].map(call);
    let compared = compare(&routes, &calls);
    let whole: Vec<String> = compared.whole.values().map(ToString::to_string).collect();
    assert_eq!(whole, ["/api/v1/gone"]);
}

fn shape(names: &[(&str, Need)]) -> Shape {
    let field = |(name, need): &(&str, Need)| Field {
        name: (*name).to_owned(),
        need: *need,
        shape: Shape::Unknown,
    };
    Shape::of(Object { fields: names.iter().map(field).collect(), open: false })
}

#[test]
fn only_what_breaks_differs() {
    use Need::{Likely, Optional, Required};
    let names =
        |found: Option<Names>| found.map(|(server, client)| (server.join(","), client.join(",")));
    let told = |server: &str, client: &str| Some((server.to_owned(), client.to_owned()));
    let cases = [
        ("same", shape(&[("a", Required)]), shape(&[("a", Required)]), None, None),
        (
            "sent and unknown",
            shape(&[("a", Required)]),
            shape(&[("a", Required), ("b", Required)]),
            told("", "b"),
            told("", "b"),
        ),
        (
            "not sent",
            shape(&[("a", Required), ("b", Required)]),
            shape(&[("a", Required)]),
            told("b", ""),
            None,
        ),
        (
            "may be left out",
            shape(&[("a", Required), ("b", Optional)]),
            shape(&[("a", Required)]),
            None,
            None,
        ),
        ("likely alone", shape(&[("a", Likely)]), shape(&[]), None, None),
        (
            "renamed",
            shape(&[("a", Likely)]),
            shape(&[("b", Required)]),
            told("a", "b"),
            told("a", "b"),
        ),
        ("may be missing", shape(&[]), shape(&[("b", Optional)]), told("", "b"), None),
        ("unknown", Shape::Unknown, shape(&[("b", Required)]), None, None),
    ];
    for (name, server, client, sent, given) in cases {
        assert_eq!(names(request(&server, &client, false)), sent, "request: {name}");
        assert_eq!(names(response(&server, &client)), given, "response: {name}");
    }
}
