use super::*;
use crate::scratch::Repository;

const CHAIN: &[(&str, &str)] = &[
    ("src/base.py", "def low():\n    return 1\n\n\ndef other():\n    return 2\n"),
    ("src/middle.py", "from base import low\n\n\ndef middle():\n    return low()\n"),
    (
        "src/top.py",
        "from middle import middle\n\n\nclass Top:\n    def run(self):\n        return middle()\n",
    ),
    ("tests/test_top.py", "from top import Top\n\n\ndef test_run():\n    Top().run()\n"),
];

fn shown(impact: &Impact) -> (Vec<String>, Vec<String>) {
    let symbols = impact.symbols.iter().map(|one| {
        format!(
            "{} {}:{} {} {}",
            one.distance,
            one.path,
            one.line,
            one.name,
            one.confidence.as_str()
        )
    });
    let files = impact.files.iter().map(|one| {
        format!("{} {}{}", one.distance, one.path, if one.is_test { " test" } else { "" })
    });
    (symbols.collect(), files.collect())
}

fn check(query: &ImpactQuery) {
    let repository = Repository::new(CHAIN);
    let workspace = repository.open_complete();
    let impact = workspace.impact(query, &Cancel::new()).unwrap();
    let (symbols, files) = shown(&impact);
    let want = [
        "1 src/middle.py:4 middle exact",
        "2 src/top.py:5 Top::run exact",
        "3 tests/test_top.py:4 test_run likely",
    ];
    assert_eq!(symbols, want, "{query:?}");
    let want = ["0 src/base.py", "1 src/middle.py", "2 src/top.py", "3 tests/test_top.py test"];
    assert_eq!(files, want, "{query:?}");
}

fn deep() -> ImpactQuery {
    ImpactQuery { depth: 5, ..ImpactQuery::default() }
}

#[test]
fn users_of_users_are_reached_by_name_by_path_and_by_diff() {
    check(&ImpactQuery { symbols: vec!["low".to_owned()], ..deep() });
    check(&ImpactQuery { paths: vec!["src/base.py".to_owned()], ..deep() });
    let diff = "--- a/src/base.py\n+++ b/src/base.py\n@@ -2 +2 @@\n-    return 0\n+    return 1\n";
    check(&ImpactQuery { diff: Some(diff.to_owned()), ..deep() });
}

#[test]
fn what_is_not_there_is_said() {
    let repository = Repository::new(CHAIN);
    let workspace = repository.open_complete();
    let query = ImpactQuery { symbols: vec!["lou".to_owned()], ..deep() };
    let impact = workspace.impact(&query, &Cancel::new()).unwrap();
    assert_eq!(impact.unknown, ["lou"]);
    let wrong = ImpactQuery { diff: Some("no-such..range".to_owned()), ..deep() };
    let error = workspace.impact(&wrong, &Cancel::new()).unwrap_err();
    assert!(error.to_string().contains("no-such..range"), "{error}");
}

#[test]
fn what_is_too_large_to_be_followed_says_so() {
    let repository = Repository::new(CHAIN);
    let workspace = repository.open_complete();
    let query = ImpactQuery { symbols: vec!["low".to_owned()], ..deep() };
    // In this order: what a question finds is kept for the next one.
    for (steps, cut_short) in [(1, true), (10_000, false)] {
        let impact = workspace.impact_within(&query, steps, &Cancel::new()).unwrap();
        assert_eq!(impact.cut_short, cut_short, "{steps} steps");
    }
}
