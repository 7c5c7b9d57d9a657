use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;

use proptest::prelude::*;
use regex::Regex;

use super::*;
use crate::options::Options;
use crate::roots::Roots;
use crate::workspace::{Scope, Workspace};

/// Far above what building the small repository takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// Words and joints that meet in odd ways: case, scripts, digits, over-long runs.
const PIECES: &[&str] = &[
    "foo", "Bar", "bazQux", "HTTP", "x", "_", "__init__", "42", "utf8", " ", "  ", ".", "::", "(",
    "-", "\t", "é", "Straße", "STRASSE", "ſ", "S", "K", "\u{212a}", "k", "Σ", "ς", "日本", "語",
    "ﬁ", "İ", "i", "\u{301}", "Ⓐ", "a",
];

struct Indexed {
    workspace: Workspace,
    texts: Vec<(String, String)>,
    _folders: (tempfile::TempDir, tempfile::TempDir),
}

/// A fixed mix of the pieces, the same in every run.
fn texts() -> Vec<(String, String)> {
    let mut state: u64 = 7;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let mut texts = Vec::new();
    for number in 0..80 {
        let mut text = String::new();
        for _ in 0..next(12) + 1 {
            for _ in 0..next(9) + 1 {
                text.push_str(PIECES[next(PIECES.len())]);
            }
            text.push('\n');
        }
        match number % 20 {
            0 => text.push_str(&"foo42é".repeat(60)),
            1 => text.push_str(&"k9Σ".repeat(2000)),
            2 => text.push_str(&format!("{}\u{301}{}", "a".repeat(63), "b".repeat(70))),
            _ => {}
        }
        texts.push((format!("f{number:02}.txt"), text));
    }
    texts
}

fn indexed() -> &'static Indexed {
    static INDEXED: OnceLock<Indexed> = OnceLock::new();
    INDEXED.get_or_init(|| {
        let folders = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let texts = texts();
        for (path, text) in &texts {
            std::fs::write(folders.0.path().join(path), text).unwrap();
        }
        let roots = Roots::from_folders(&[folders.0.path().to_path_buf()]).unwrap();
        let workspace = Workspace::open(roots, &Options::new(folders.1.path())).unwrap();
        assert!(workspace.wait_complete(DEADLINE, &Cancel::new(), |_| {}));
        Indexed { workspace, texts, _folders: folders }
    })
}

fn found(literals: &Literals) -> BTreeSet<String> {
    let cancel = Cancel::new();
    let roots = indexed().workspace.queries(&Scope::default(), &cancel).unwrap();
    let found = candidates(&roots[0], literals, &cancel).unwrap();
    found.into_iter().map(|(_, path)| path).collect()
}

/// The files in which some line matches, by reading all of them.
fn holders(pattern: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).unwrap();
    let texts = &indexed().texts;
    let holds = texts.iter().filter(|(_, text)| text.lines().any(|line| pattern.is_match(line)));
    holds.map(|(path, _)| path.clone()).collect()
}

/// A part of one of the texts, or a mix that stands nowhere.
fn query() -> impl Strategy<Value = String> {
    let part = (0..80usize, 0..400usize, 1..90usize).prop_map(|(file, start, length)| {
        let line: String = indexed().texts[file].1.replace('\n', " ");
        line.chars().cycle().skip(start).take(length).collect::<String>()
    });
    let mix = prop::collection::vec(prop::sample::select(PIECES), 1..5)
        .prop_map(|pieces| pieces.concat());
    prop_oneof![part, mix]
}

proptest! {
    #[test]
    fn no_file_that_holds_a_text_is_missed(query in query(), swap in any::<bool>()) {
        let asked = if swap { query.to_uppercase() } else { query };
        let want = holders(&format!("(?i){}", regex::escape(&asked)));
        let got = found(&Literals::of_text(&asked));
        prop_assert!(want.is_subset(&got), "{asked:?}: missed {:?}", want.difference(&got));
    }

    #[test]
    fn no_file_that_matches_a_pattern_is_missed(
        left in query(),
        right in query(),
        joint in prop::sample::select(&[".*", "|", r"\s*", r"\b", "(x|foo)?", "+", "{0,2}"][..]),
        ignore_case in any::<bool>(),
    ) {
        let flag = if ignore_case { "(?i)" } else { "" };
        let pattern = format!("{flag}{}{joint}{}", regex::escape(&left), regex::escape(&right));
        let want = holders(&pattern);
        let got = found(&Literals::of_pattern(&pattern));
        prop_assert!(want.is_subset(&got), "{pattern:?}: missed {:?}", want.difference(&got));
    }
}

#[test]
fn files_that_cannot_match_are_left_out() {
    let all = indexed().texts.len();
    assert_eq!(found(&Literals::Any).len(), all);
    // Only a word too long to be listed might hold it.
    let long: BTreeSet<String> =
        ["f01.txt", "f21.txt", "f41.txt", "f61.txt"].map(str::to_owned).into();
    assert_eq!(found(&Literals::of_text("nowhere_at_all")), long);
    let few = found(&Literals::of_text("bar.foo"));
    assert!(few.len() < all, "{few:?}");
}
