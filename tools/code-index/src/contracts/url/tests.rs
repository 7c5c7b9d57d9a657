//! Paths of servers and clients as tables.

use proptest::prelude::*;

use super::*;

#[test]
fn routes_are_read_in_each_style() {
    let cases = [
        ("/users/:id", Style::Colon, "/users/{id}"),
        ("/users/{id}/", Style::Colon, "/users/{id}"),
        ("/files/*path", Style::Colon, "/files/{*path}"),
        ("*", Style::Colon, "/{*rest}"),
        ("/items/{id:int}", Style::Brace, "/items/{id}"),
        ("/files/{path:path}", Style::Brace, "/files/{*path}"),
        ("/files/{*rest}", Style::Brace, "/files/{*rest}"),
        ("/x/{id:[a-z/]+}/y", Style::Brace, "/x/{id}/y"),
        ("users/<int:id>/", Style::Angle, "/users/{id}"),
        ("<path:rest>", Style::Angle, "/{*rest}"),
        ("(shop)/items/[id]", Style::Bracket, "/items/{id}"),
        ("docs/[...slug]", Style::Bracket, "/docs/{*slug}"),
        ("", Style::Colon, "/"),
    ];
    for (text, style, want) in cases {
        assert_eq!(route_path(text, style).to_string(), want, "{text}");
    }
    assert_eq!(regex_path(r"^users/(?P<id>\d+)/$").to_string(), "/users/{id}");
    let both: Vec<String> =
        with_optional("/a/:id?", Style::Colon).iter().map(ToString::to_string).collect();
    assert_eq!(both, ["/a", "/a/{id}"]);
}

#[test]
fn templates_split_into_base_and_path() {
    let hole = |text: &str| Piece::Hole(text.to_owned());
    let text = |text: &str| Piece::Text(text.to_owned());
    let cases = [
        ("whole", vec![text("/a/b?x=1")], Some((Base::Own, "/a/b"))),
        (
            "base",
            vec![hole("BASE"), text("/a/"), hole("user.id")],
            Some((Base::Unknown("BASE".into()), "/a/{id}")),
        ),
        ("local", vec![text("http://localhost:80/a")], Some((Base::Own, "/a"))),
        ("host", vec![text("https://x.org/a")], Some((Base::Host("x.org".into()), "/a"))),
        ("query", vec![text("/a"), hole("query")], Some((Base::Own, "/a"))),
        ("middle", vec![text("/a/x-"), hole("n"), text("/b")], Some((Base::Own, "/a/{n}/b"))),
        ("nothing", vec![hole("url")], None),
    ];
    for (name, pieces, want) in cases {
        let found = Template(pieces).split().map(|(base, path)| (base, path.to_string()));
        assert_eq!(found, want.map(|(base, path)| (base, path.to_owned())), "{name}");
    }
}

proptest! {
    /// What is shown of a path is read as the same path.
    #[test]
    fn a_path_shown_and_read_is_the_same(text in "[a-z/{}:*?<>\\[\\]()#. ]{0,40}") {
        for style in [Style::Colon, Style::Brace, Style::Angle, Style::Bracket] {
            let path = route_path(&text, style);
            prop_assert!(path.to_string().starts_with('/'));
            let written = path.0.iter().filter(|one| matches!(one, Segment::Literal(text) if text.is_empty())).count();
            prop_assert_eq!(written, 0);
        }
        let _path = regex_path(&text);
    }

    /// Whatever a client writes, no part of a path is empty or holds a slash.
    #[test]
    fn parts_of_calls_have_no_slash(text in "\\PC{0,40}", hole in "\\PC{0,20}") {
        let template = Template(vec![Piece::Text(text.clone()), Piece::Hole(hole), Piece::Text(text)]);
        if let Some((_, path)) = template.split() {
            for segment in path.0 {
                if let Segment::Literal(text) = segment {
                    prop_assert!(!text.is_empty() && !text.contains(['/', '?', '#']));
                }
            }
        }
    }
}
