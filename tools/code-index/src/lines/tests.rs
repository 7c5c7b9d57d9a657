use std::fs;
use std::sync::mpsc;

use proptest::prelude::*;

use super::*;

/// A root with the given files, all of them candidates in this order.
struct Tree {
    _folder: tempfile::TempDir,
    roots: Roots,
    candidates: Vec<Candidate>,
}

impl Tree {
    fn new<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Tree {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let roots = Roots::from_folders(&[folder.path().to_owned()]).unwrap();
        let candidates =
            files.iter().map(|(path, _)| Candidate { root: 0, path: (*path).to_owned() }).collect();
        Tree { _folder: folder, roots, candidates }
    }

    fn search(&self, query: &LineQuery<'_>) -> Result<LinesFound, LineSearchError> {
        search_lines(query, &self.roots, &Cancel::new(), |_| Ok(self.candidates.clone()))
    }

    /// Reads page after page until the end.
    fn pages(&self, query: &LineQuery<'_>) -> Vec<LineMatch> {
        let mut all = Vec::new();
        let mut cursor = None;
        for _ in 0..10_000 {
            let found = self.search(&LineQuery { cursor: cursor.as_deref(), ..*query }).unwrap();
            assert!(found.matches.len() <= query.limit);
            all.extend(found.matches);
            cursor = found.next_cursor;
            if cursor.is_none() {
                return all;
            }
        }
        panic!("the pages do not end");
    }
}

fn text(query: &str) -> LineQuery<'_> {
    LineQuery { query, mode: LineMode::Text, limit: 20, cursor: None, max_file_bytes: 1 << 20 }
}

fn regex(query: &str) -> LineQuery<'_> {
    LineQuery { mode: LineMode::Regex, ..text(query) }
}

fn places(matches: &[LineMatch]) -> Vec<String> {
    matches.iter().map(|found| format!("{}:{}:{}", found.path, found.line, found.text)).collect()
}

fn check(case: &str, tree: &Tree, query: &LineQuery<'_>, by: MatchedBy, want: &[&str]) {
    let found = tree.search(query).unwrap();
    assert_eq!(places(&found.matches), want, "{case}");
    assert_eq!(found.matched_by, by, "{case}");
}

fn sample() -> Tree {
    Tree::new(&[
        ("b.rs", &b"fn Cancel() {}\n  // cancel the request\r\n\tcancelled\r\n"[..]),
        ("a.rs", b"a.b\naxb\n\nStra\xc3\x9fe \xc3\x84RGER\nlast a.b"),
        ("bad.txt", b"caf\xe9 \xff\xfe broken\n\xef\xbb\xbfok\n"),
        ("bom.txt", b"\xef\xbb\xbffirst line\n"),
        ("bin", b"cancel\0"),
    ])
}

#[test]
fn text_is_literal_with_smart_case() {
    let tree = sample();
    let by = MatchedBy::Text;
    check(
        "any case",
        &tree,
        &text("cancel"),
        by,
        &["b.rs:1:fn Cancel() {}", "b.rs:2:  // cancel the request", "b.rs:3:\tcancelled"],
    );
    check("a capital", &tree, &text("Cancel"), by, &["b.rs:1:fn Cancel() {}"]);
    check("special characters", &tree, &text("a.b"), by, &["a.rs:1:a.b", "a.rs:5:last a.b"]);
    check("case beyond ASCII", &tree, &text("ärger"), by, &["a.rs:4:Straße ÄRGER"]);
    check(
        "beside broken bytes",
        &tree,
        &text("broken"),
        by,
        &["bad.txt:1:caf\u{fffd} \u{fffd}\u{fffd} broken"],
    );
    check(
        "end of a line with CR",
        &tree,
        &text("request"),
        by,
        &["b.rs:2:  // cancel the request"],
    );
}

#[test]
fn a_regex_is_anchored_to_lines() {
    let tree = sample();
    let by = MatchedBy::Regex;
    check("dot", &tree, &regex("a.b"), by, &["a.rs:1:a.b", "a.rs:2:axb", "a.rs:5:last a.b"]);
    check("start", &tree, &regex("^a"), by, &["a.rs:1:a.b", "a.rs:2:axb"]);
    check("end before CR", &tree, &regex("request$"), by, &["b.rs:2:  // cancel the request"]);
    check("empty line", &tree, &regex("^$"), by, &["a.rs:3:"]);
    check("text anchors", &tree, &regex(r"\Aa.b\z"), by, &["a.rs:1:a.b", "a.rs:2:axb"]);
    check("after a byte order mark", &tree, &regex("^first"), by, &["bom.txt:1:first line"]);
    check("white space is no line break", &tree, &regex(r"\}\s+//"), by, &[]);
    check("case counts", &tree, &regex("fn cancel"), by, &[]);
    check("flags", &tree, &regex("(?i)fn cancel"), by, &["b.rs:1:fn Cancel() {}"]);
    check("a class never crosses lines", &tree, &regex("b[^q]*axb"), by, &[]);
}

#[test]
fn without_the_text_most_words_win() {
    let tree = Tree::new(&[
        ("one.rs", "send the message\nretry\nlimit of retries\n"),
        ("two.rs", "retry when the limit is reached\nsend later\nlimit retry\n"),
        ("three.rs", "retry retry retry\nsend\n"),
    ]);
    let by = MatchedBy::Words;
    check(
        "all words first",
        &tree,
        &text("Retry limit?"),
        by,
        &[
            "two.rs:1:retry when the limit is reached",
            "two.rs:3:limit retry",
            "one.rs:3:limit of retries",
            "one.rs:2:retry",
            "three.rs:1:retry retry retry",
        ],
    );
    check(
        "rare words before common",
        &tree,
        &text("retry message"),
        by,
        &[
            "one.rs:1:send the message",
            "one.rs:2:retry",
            "two.rs:1:retry when the limit is reached",
            "two.rs:3:limit retry",
            "three.rs:1:retry retry retry",
        ],
    );
    check(
        "several lines",
        &tree,
        &text("limit retry\nsend later"),
        by,
        &[
            "two.rs:2:send later",
            "two.rs:1:retry when the limit is reached",
            "two.rs:3:limit retry",
            "one.rs:3:limit of retries",
            "one.rs:1:send the message",
            "three.rs:2:send",
            "one.rs:2:retry",
            "three.rs:1:retry retry retry",
        ],
    );
    check("nothing", &tree, &text("absent"), by, &[]);
    check("only marks", &tree, &text("%%"), by, &[]);
}

#[test]
fn the_caller_narrows_the_files_of_each_pass() {
    let tree = sample();
    let mut asked = Vec::new();
    let found: Result<_, LineSearchError> =
        search_lines(&text("the Absent request"), &tree.roots, &Cancel::new(), |pass| {
            asked.push(format!("{pass:?}"));
            Ok(tree.candidates[..1].to_vec())
        });
    assert_eq!(found.unwrap().searched, 1);
    assert_eq!(
        asked,
        [
            r#"Literal { text: "the Absent request", ignore_case: false }"#,
            r#"Words(["absent", "request"])"#,
        ]
    );
}

#[test]
fn bad_queries_say_what_to_do() {
    let tree = sample();
    let long = "x".repeat(MAX_QUERY_BYTES + 1);
    let cases = [
        ("empty", text(" "), "the query is empty"),
        ("long", text(&long), "the query is over 4096 bytes"),
        (
            "group",
            regex("foo("),
            "`foo(` is not a regular expression (unclosed group); escape it, or use mode `text`",
        ),
        (
            "repetition",
            regex("*"),
            "`*` is not a regular expression (repetition operator missing expression)",
        ),
        ("look-around", regex("(?=a)b"), "`(?=a)b` is not a regular expression (look-around"),
        (
            "huge",
            regex(r"(\w{900}){90}"),
            r"`(\w{900}){90}` is not a regular expression (compiled regex exceeds size",
        ),
        ("line break", regex(r"a\nb"), r"`a\nb` matches across lines"),
        ("a real line break", regex("a\nb"), "`a\nb` matches across lines"),
        ("no cursor", LineQuery { cursor: Some("x"), ..text("a") }, "`x` is not a cursor"),
        (
            "bad words cursor",
            LineQuery { cursor: Some("w.0.0.1.a"), ..text("a") },
            "`w.0.0.1.a` is not a cursor",
        ),
    ];
    for (case, query, want) in cases {
        let error = tree.search(&query).unwrap_err().to_string();
        assert!(error.starts_with(want), "{case}: {error}");
    }
}

#[test]
fn a_cursor_belongs_to_its_query() {
    let tree = sample();
    let cursor = tree.search(&LineQuery { limit: 1, ..text("cancel") }).unwrap().next_cursor;
    let cursor = cursor.as_deref();
    assert!(tree.search(&LineQuery { cursor, ..text("cancel") }).is_ok());
    for query in [LineQuery { cursor, ..text("request") }, LineQuery { cursor, ..regex("cancel") }]
    {
        let error = tree.search(&query).unwrap_err();
        assert!(matches!(error, LineSearchError::BadCursor { .. }), "{error}");
    }
}

#[test]
fn a_cursor_survives_changes_of_the_files() {
    let tree = Tree::new(&[("a", "x\nx\n"), ("b", "x\nx\n"), ("c", "x\n")]);
    let cursor = tree.search(&LineQuery { limit: 3, ..text("x") }).unwrap().next_cursor.unwrap();
    let rest = |files: &[&str]| {
        let candidates: Vec<Candidate> =
            files.iter().map(|path| Candidate { root: 0, path: (*path).to_owned() }).collect();
        let query = LineQuery { cursor: Some(&cursor), ..text("x") };
        let found: Result<_, LineSearchError> =
            search_lines(&query, &tree.roots, &Cancel::new(), |_| Ok(candidates.clone()));
        places(&found.unwrap().matches)
    };
    assert_eq!(rest(&["a", "b", "c"]), ["b:2:x", "c:1:x"]);
    assert_eq!(rest(&["b", "c"]), ["b:2:x", "c:1:x"], "a file before is gone");
    assert_eq!(rest(&["a", "c"]), ["c:1:x"], "the file itself is gone");
    assert_eq!(rest(&["a"]), [""; 0], "all files after are gone");
}

#[test]
fn what_cannot_be_searched_is_counted() {
    let large = "x".repeat(2000);
    let mut tree = Tree::new(&[("bin", "x\0"), ("large", large.as_str()), ("ok", "x")]);
    tree.candidates.push(Candidate { root: 0, path: "gone".to_owned() });
    tree.candidates.push(Candidate { root: 7, path: "ok".to_owned() });
    fs::create_dir(tree.roots.list()[0].path.join("folder")).unwrap();
    tree.candidates.push(Candidate { root: 0, path: "folder".to_owned() });
    let found = tree.search(&LineQuery { max_file_bytes: 1999, ..text("x") }).unwrap();
    assert_eq!(places(&found.matches), ["ok:1:x"]);
    assert_eq!(found.searched, 1);
    assert_eq!(found.skipped, Skipped { binary: 1, too_large: 1, unreadable: 3 });
}

#[test]
fn long_lines_are_searched_and_cut() {
    // Longer than any window, with the match across a window's edge.
    let before = "ab ".repeat(87_380);
    let line = format!("{before}needle{}", " cd".repeat(100_000));
    let tree = Tree::new(&[("min.js", format!("first\n{line}\r\nneedle\n"))]);
    // The last one is so large when compiled that short windows are used.
    for query in
        [text("needle"), regex(r"n\w+le"), regex("(?:b |b) ?needle c"), regex(r"\w{3}dle\s?")]
    {
        let query = LineQuery { max_file_bytes: 1 << 22, ..query };
        let found = tree.search(&query).unwrap().matches;
        assert_eq!(found[0].line, 2, "{query:?}");
        assert_eq!(found[0].text.chars().count(), 200);
        assert!(found[0].text.contains("needle"), "{}", found[0].text);
        assert!(!found[0].text.contains("first"));
    }
    let query = LineQuery { max_file_bytes: 1 << 22, ..regex("d$") };
    assert_eq!(places(&tree.search(&query).unwrap().matches).len(), 1, "only the line's own end");
    let query = LineQuery { max_file_bytes: 1 << 22, ..regex("^ab.*") };
    assert_eq!(tree.search(&query).unwrap().matches[0].line, 2);
}

/// Cancels while files are being searched, and waits for the search's threads.
#[test]
fn cancelling_ends_the_search() {
    let many: Vec<(String, String)> =
        (0..300).map(|number| (format!("f{number}"), "aab\n".repeat(5_000))).collect();
    let files: Vec<(&str, &str)> = many.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let tree = Tree::new(&files);
    // It matches nowhere and cannot be looked up, so that only a cancel ends it early.
    for query in [regex(r"(?:[ab]\w{5}){3}z"), text("z y x")] {
        let cancel = Cancel::new();
        let (begun, wait_for_begun) = mpsc::channel();
        let result = std::thread::scope(|scope| {
            let (query, tree, cancel) = (&query, &tree, &cancel);
            // The sender moves in, so that a search that fails early ends the wait.
            let search = scope.spawn(move || -> Result<LinesFound, LineSearchError> {
                search_lines(query, &tree.roots, cancel, |_| {
                    // The list never ends in practice: the same files again and again.
                    let candidates = tree.candidates.iter().cycle().take(1_000_000);
                    let candidates = candidates.cloned().collect();
                    begun.send(()).unwrap();
                    Ok(candidates)
                })
            });
            wait_for_begun.recv().ok();
            cancel.cancel();
            search.join().unwrap()
        });
        assert_eq!(result, Err(LineSearchError::Cancelled(Cancelled)), "{query:?}");
    }
}

#[test]
fn cancelling_is_seen_inside_one_file() {
    let pattern = Pattern::regex("b").unwrap();
    let line = "x".repeat(1 << 20);
    for text in ["ab\n".repeat(500_000), format!("{line}\nb\n{line}")] {
        let cancel = Cancel::new();
        let mut count = 0;
        let mut worker = pattern::Worker::new();
        let ended = pattern.each_line(text.as_bytes(), &mut worker, &cancel, &mut |_| {
            count += 1;
            cancel.cancel();
            true
        });
        assert_eq!(ended, Err(Cancelled));
        assert!(count < 500_000, "the piece at hand is finished, the file is not");
    }
}

/// What a search should find, line by line with the regex crate.
fn expected(files: &[(String, String)], query: &str) -> Vec<String> {
    let regex = regex::Regex::new(&format!("(?i){}", regex::escape(query))).unwrap();
    let mut found = Vec::new();
    for (path, text) in files {
        for (number, line) in text.lines().enumerate() {
            if regex.is_match(line) {
                found.push(format!("{path}:{}:{line}", number + 1));
            }
        }
    }
    found
}

fn files() -> impl Strategy<Value = Vec<(String, String)>> {
    let text =
        prop::collection::vec("[abé ]{0,6}(\r\n|\n)", 0..30).prop_map(|lines| lines.concat());
    let text = (text, "[ab]{0,3}").prop_map(|(text, last)| text + &last);
    prop::collection::vec(text, 0..24).prop_map(|texts| {
        texts.into_iter().enumerate().map(|(number, text)| (format!("d/f{number}"), text)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pages_joined_are_the_whole_list(
        files in files(),
        query in "[abé]{1,2}( b)?",
        limit in 1usize..9,
    ) {
        let borrowed: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let tree = Tree::new(&borrowed);
        let whole = tree.search(&LineQuery { limit: MAX_LIMIT, ..text(&query) }).unwrap();
        prop_assert!(whole.next_cursor.is_none());
        let paged = tree.pages(&LineQuery { limit, ..text(&query) });
        prop_assert_eq!(&paged, &whole.matches);

        let expected = expected(&files, &query);
        if expected.is_empty() {
            prop_assert_eq!(whole.matched_by, MatchedBy::Words);
        } else {
            prop_assert_eq!(places(&whole.matches), expected);
        }
    }

    #[test]
    fn any_query_on_any_bytes_is_an_answer(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        query in "\\PC{1,12}",
    ) {
        let tree = Tree::new(&[("f", bytes)]);
        for query in [text(&query), regex(&query)] {
            match tree.search(&query) {
                Ok(found) => prop_assert!(found.matches.iter().all(|line| line.line >= 1)),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
