use std::path::Path;
use std::time::Duration;

use super::*;
use crate::options::Options;
use crate::roots::Roots;

/// Far above what building the small repository takes.
const DEADLINE: Duration = Duration::from_secs(60);

fn open_courier() -> (Workspace, tempfile::TempDir) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/repos/courier");
    let cache = tempfile::tempdir().unwrap();
    let roots = Roots::from_folders(&[folder]).unwrap();
    let workspace = Workspace::open(roots, &Options::new(cache.path())).unwrap();
    assert!(workspace.wait_complete(DEADLINE, &Cancel::new(), |_| {}));
    (workspace, cache)
}

fn ask(workspace: &Workspace, query: &str, paths: &[&str]) -> Vec<String> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let scope = Scope { paths, languages: Vec::new() };
    let query = ExploreQuery { query: query.to_owned(), scope };
    let answer = workspace.explore(&query, &Cancel::new()).unwrap();
    let shown = answer.places.iter().map(|place| match &place.symbol {
        Some(symbol) => format!("{} {symbol}", place.path),
        None => format!("{}:{}", place.path, place.line),
    });
    shown.collect()
}

#[test]
fn questions_lead_to_the_place_that_answers_them() {
    let (workspace, _cache) = open_courier();
    let cases: &[(&str, &[&str], &str)] = &[
        ("how long do we wait before a retry", &[], "src/http/retry.rs RetryPolicy"),
        ("exponential backoff with jitter", &[], "src/http/retry.rs RetryPolicy::backoff_delay"),
        ("cancel a running request", &[], "src/cancel.rs CancelToken"),
        ("where are unknown settings keys refused", &[], "src/config.rs "),
        ("graceful shutdown", &[], "src/queue/worker.rs Worker::shutdown_gracefully"),
        ("verify the signature of a payload", &[], "src/http/signature.rs verify_signature"),
        ("replay failed jobs", &[], "src/queue/dead_letter.rs DeadLetterStore::replay"),
        ("prometheus metrics", &[], "src/metrics.rs Metrics::render_prometheus"),
        ("parseUrl", &[], "src/http/client.rs HttpClient::parse_url"),
        ("JobQueue", &[], "src/queue.rs JobQueue"),
        ("table of deliveries", &[], "web/dashboard.ts renderDeliveryTable"),
        ("group failures by endpoint", &[], "scripts/report.py FailureReport"),
        ("tests of the retry backoff", &[], "tests/retry_test.rs backoff_delay_doubles"),
        ("retry backoff", &["docs"], "docs/retries.md Retries"),
        ("what changed in the changelog about shutdown", &[], "CHANGELOG.md "),
    ];
    let mut wrong = Vec::new();
    for (question, paths, want) in cases {
        let got = ask(&workspace, question, paths);
        if !got.first().is_some_and(|first| first.starts_with(want)) {
            wrong.push(format!("{question}: want {want}, got {:#?}", &got[..got.len().min(4)]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sources_come_before_tests_documents_and_foreign_code() {
    let (workspace, _cache) = open_courier();
    let got = ask(&workspace, "retry backoff delay", &[]);
    let at = |start: &str| got.iter().position(|place| place.starts_with(start));
    assert_eq!(at("src/http/retry.rs"), Some(0), "{got:#?}");
    for other in ["tests/", "docs/", "vendor/", "CHANGELOG"] {
        assert!(at(other) > Some(0), "{other}: {got:#?}");
    }
}

#[test]
fn the_first_places_are_of_different_files() {
    let (workspace, _cache) = open_courier();
    let got = ask(&workspace, "deliver a job to an endpoint", &[]);
    let files: Vec<&str> = got.iter().filter_map(|place| place.split([' ', ':']).next()).collect();
    let different: std::collections::BTreeSet<&&str> = files.iter().collect();
    let first = different.len().min(FIRST_FILES);
    let leading: std::collections::BTreeSet<&&str> = files.iter().take(first).collect();
    assert_eq!(leading.len(), first, "{got:#?}");
}

#[test]
fn nothing_is_found_for_nothing() {
    let (workspace, _cache) = open_courier();
    assert_eq!(ask(&workspace, "", &[]), Vec::<String>::new());
    assert_eq!(ask(&workspace, "zyzzyva quux", &[]), Vec::<String>::new());
    assert_eq!(ask(&workspace, "retry", &["no/such/folder"]), Vec::<String>::new());
}

#[test]
fn a_cancelled_question_ends() {
    let (workspace, _cache) = open_courier();
    let cancel = Cancel::new();
    cancel.cancel();
    let query = ExploreQuery { query: "retry".to_owned(), scope: Scope::default() };
    assert!(matches!(workspace.explore(&query, &cancel), Err(IndexError::Cancelled(_))));
}

/// A folder of few files, some beside each other, that no commit speaks of.
fn open(files: &[(&str, &str)]) -> (Workspace, tempfile::TempDir, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let cache = tempfile::tempdir().unwrap();
    let roots = Roots::from_folders(&[folder.path().to_path_buf()]).unwrap();
    let workspace = Workspace::open(roots, &Options::new(cache.path())).unwrap();
    assert!(workspace.wait_complete(DEADLINE, &Cancel::new(), |_| {}));
    (workspace, folder, cache)
}

fn explore(workspace: &Workspace, query: &str) -> ExploreAnswer {
    let query = ExploreQuery { query: query.to_owned(), scope: Scope::default() };
    workspace.explore(&query, &Cancel::new()).unwrap()
}

#[test]
fn files_beside_good_ones_come_first() {
    let says = "fn reads() { let _ = \"ledger\"; }\n";
    let (workspace, _folder, _cache) = open(&[
        ("a/one.rs", says),
        ("money/ledger.rs", "/// The ledger of payments.\npub struct Ledger;\n"),
        ("money/two.rs", says),
        ("z/three.rs", says),
    ]);
    let places = ask(&workspace, "ledger of payments", &[]);
    let files: Vec<_> = places.iter().filter_map(|place| place.split(' ').next()).collect();
    assert_eq!(files[..4], ["money/ledger.rs", "money/two.rs", "a/one.rs", "z/three.rs"]);
}

#[test]
fn users_of_the_best_name_gain_by_it() {
    let says = |body: &str| format!("fn reads() {{ let _ = \"ledger\"; {body} }}\n");
    let (workspace, _folder, _cache) = open(&[
        ("a/one.rs", &says("rows()")),
        ("b/book.rs", "/// Adds a payment to the ledger.\npub fn post_payment() {}\n"),
        ("c/two.rs", &says("rows()")),
        ("d/three.rs", &says("post_payment()")),
    ]);
    let answer = explore(&workspace, "add a payment to the ledger");
    let files: Vec<_> = answer.places.iter().map(|place| place.path.as_str()).collect();
    assert_eq!(files[..2], ["b/book.rs", "d/three.rs"], "{files:?}");
    assert_eq!(answer.places[1].reason, "body: payment, ledger; uses post_payment");
}

#[test]
fn a_repeated_question_is_answered_from_memory_until_something_changes() {
    let (workspace, folder, _cache) =
        open(&[("a.rs", "fn ledger() {}\n"), ("b.rs", "fn x() {}\n")]);
    let first = explore(&workspace, "ledger");
    let second = explore(&workspace, "ledger");
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!(first.places, second.places);
    assert!(!explore(&workspace, "ledger x").repeated, "another question");

    // Written past the watcher's back: the answer must not wait for its word.
    std::fs::write(folder.path().join("a.rs"), "fn ledger() { newer() }\n").unwrap();
    let third = explore(&workspace, "ledger");
    assert!(!third.repeated);
    let shown = third.places[0].snippet.as_deref().unwrap_or_default();
    assert!(shown.contains("newer"), "{shown}");
}
