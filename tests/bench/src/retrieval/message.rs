//! From a commit's message to a question.
//!
//! ```text
//! title, body ─▶ title and first paragraph, no trailers ─▶ words ─▶ none that gives it away
//! ```
//!
//! **Invariants**
//! - A question holds no path, no number, and no name of a file that is looked for.
//! - Words stay as they were written: names of code in a message are part of the task.

use std::path::Path;

use ymera_code_index::Language;

/// What stands around words, and never inside the names of code.
const BETWEEN: &str = "()[]{}<>,;\"`|";
/// What is cut off the ends of a word; `_` begins names of code.
const ENDS: &str = ".:!?'*-=~#+&@$/\\“”‘’…–—";
/// Files of formats that are no language of the index.
const OTHER_EXTENSIONS: [&str; 17] = [
    "md", "rst", "txt", "toml", "yml", "yaml", "json", "lock", "cfg", "ini", "xml", "svg", "png",
    "csv", "log", "conf", "proto",
];
/// Trailers that do not end in `-by`.
const TRAILERS: [&str; 10] =
    ["cc", "change-id", "fixes", "closes", "refs", "ref", "see-also", "bug", "issue", "link"];
/// Words before the number of an issue that only say what becomes of it.
const CLOSING: [&str; 13] = [
    "close", "closed", "closes", "fix", "fixed", "fixes", "issue", "ref", "refs", "resolve",
    "resolved", "resolves", "see",
];
/// How the titles of changes begin that nobody thought of, in lower case.
const HOUSEKEEPING: [&str; 5] = ["bump ", "revert", "merge ", "chore(deps", "build(deps"];
/// Words beside a version that tell a release.
const RELEASE: [&str; 9] = [
    "release",
    "releases",
    "released",
    "releasing",
    "prepare",
    "cut",
    "bump",
    "version",
    "publish",
];

/// The question that a message asks about `truth`, as paths below the root.
pub(super) fn question(title: &str, body: &str, truth: &[String]) -> String {
    let names = names(truth);
    let text = format!("{title}\n{}", first_paragraph(body));
    let raw: Vec<&str> = text.split_whitespace().collect();
    let mut words = Vec::new();
    for (place, word) in raw.iter().enumerate() {
        let next = raw.get(place + 1).copied().unwrap_or_default();
        if is_closing(word) && is_issue(next) {
            continue;
        }
        let pieces = word.split(|c| BETWEEN.contains(c));
        words.extend(pieces.filter_map(|piece| cleaned(piece, &names)));
    }
    words.join(" ")
}

/// Whether a title tells a change of the kind that is made without a question.
pub(super) fn is_housekeeping(title: &str) -> bool {
    let lower = title.to_lowercase();
    HOUSEKEEPING.iter().any(|start| lower.starts_with(start)) || is_release(&lower)
}

fn is_release(lower: &str) -> bool {
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || BETWEEN.contains(c))
        .map(trimmed)
        .filter(|word| !word.is_empty())
        .collect();
    let said = words.iter().any(|word| RELEASE.contains(word));
    words.iter().any(|word| is_version(word)) && (said || words.len() == 1)
}

/// `1.2`, `v1.2.3-rc.0`, `name@1.2.3`.
fn is_version(word: &str) -> bool {
    let version = word.rsplit('@').next().unwrap_or(word);
    let mut numbers = version.strip_prefix('v').unwrap_or(version).split('.');
    let mut is_number = || {
        let number = numbers.next().unwrap_or_default();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_number() && is_number()
}

/// The first lines of the body that are no trailers, up to an empty one.
fn first_paragraph(body: &str) -> String {
    let said = body.lines().map(str::trim).filter(|line| !is_trailer(line));
    let lines: Vec<&str> =
        said.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// `Signed-off-by: …`, `Fixes: #12`, `(cherry picked from commit …)`.
fn is_trailer(line: &str) -> bool {
    let lower = line.to_lowercase();
    let is_key = |key: &str| key.ends_with("-by") || TRAILERS.contains(&key);
    lower.starts_with("(cherry picked from")
        || lower.split_once(':').is_some_and(|(key, rest)| {
            is_key(key) && !key.contains(' ') && (rest.is_empty() || rest.starts_with(' '))
        })
}

fn is_closing(word: &str) -> bool {
    CLOSING.contains(&trimmed(word).to_lowercase().as_str())
}

/// `#12`, `GH-12`, `owner/name#12`, or the address of one.
fn is_issue(word: &str) -> bool {
    let word = word.trim_matches(|c| BETWEEN.contains(c) || ".:!?*".contains(c)).to_lowercase();
    let digits = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_numbered = digits.len() < word.len();
    is_numbered && (digits.ends_with('#') || digits == "gh-" || digits.starts_with("http"))
}

/// What is left of a piece of the message, if it is a word.
fn cleaned(piece: &str, names: &[String]) -> Option<String> {
    // An address or a path, or alternatives, which are rare and lost with them.
    if trimmed(piece).contains('/') || is_issue(piece) {
        return None;
    }
    if piece.split(':').any(is_file) {
        return None;
    }
    let mut word = piece.to_owned();
    for name in names {
        word = without(&word, name);
    }
    let word = trimmed(&word);
    word.contains(|c: char| c.is_alphabetic()).then(|| word.to_owned())
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c| ENDS.contains(c))
}

/// Whether a dot divides it as it divides the name of a file from its extension.
fn is_file(word: &str) -> bool {
    let word = trimmed(word);
    let Some((stem, extension)) = word.rsplit_once('.') else { return false };
    let extension = extension.to_ascii_lowercase();
    stem.ends_with(is_of_name)
        && (OTHER_EXTENSIONS.contains(&extension.as_str())
            || Language::detect(Path::new(word), b"").is_some())
}

/// The names of files with and without extensions, longest first, in lower case.
fn names(truth: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for path in truth {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
        let first = name.split('.').next().unwrap_or_default().to_owned();
        names.extend([name, stem, first].into_iter().filter(|name| !name.is_empty()));
    }
    names.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    names.dedup();
    names
}

/// Cuts a name out of a word, in any case, but not out of a longer name.
fn without(word: &str, name: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let (mut left, mut from) = (String::new(), 0);
    for (start, _) in lower.match_indices(name) {
        let end = start + name.len();
        let stands_alone =
            !lower[..start].ends_with(is_of_name) && !lower[end..].starts_with(is_of_name);
        if stands_alone {
            left.push_str(&word[from..start]);
            from = end;
        }
    }
    left + &word[from..]
}

fn is_of_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::{is_housekeeping, question};

    #[test]
    fn a_question_gives_nothing_away() {
        let truth = ["src/sync/chan.rs", "web/App.test-id.tsx", "pkg/text-field.go"];
        let truth = truth.map(str::to_owned);
        let cases = [
            (
                "the number of a request",
                "sync: wake the receiver (#1234)",
                "sync wake the receiver",
            ),
            ("a scope", "fix(editor): keep `open_file` open!", "fix editor keep open_file open"),
            ("paths", "move src/sync/old.rs and Cargo.toml away", "move and away"),
            ("a file and its line", "panic in mutex.rs:12 while locked", "panic in while locked"),
            ("a truth's name", "close chan.rs, Chan and chan::recv()", "close and recv"),
            (
                "a longer name stays",
                "rename channel, old_chan, chan2",
                "rename channel old_chan chan2",
            ),
            ("names with marks", "let App.test-id and text-field be", "let and be"),
            ("a name in a word", "make chan-based app's queues", "make based s queues"),
            ("numbers", "grow from 1 to 1,024 or 2.5 -> 10%", "grow from to or"),
            (
                "methods are no files",
                "call Session.open_all on v1.2",
                "call Session.open_all on v1.2",
            ),
            ("an issue", "stop it, fixes #12 and GH-13", "stop it and"),
            ("a fix is a word", "fix the gate", "fix the gate"),
            ("an address", "see https://x.org/issues/7 for more", "for more"),
            ("paths of modules", "drop std::sync::Arc<Gate>", "drop std::sync::Arc Gate"),
        ];
        for (name, title, want) in cases {
            assert_eq!(question(title, "", &truth), want, "{name}");
        }
    }

    #[test]
    fn the_first_paragraph_belongs_to_it() {
        let cases = [
            ("nothing", "", "a gate"),
            ("a paragraph", "\nIt was\r\nopen.\n\nMore.", "a gate It was open"),
            ("trailers", "Signed-off-by: A B <a@b.c>\nCo-authored-by: C <c@d.e>", "a gate"),
            ("trailers first", "Fixes: #12\nCloses #13\n\nIt was open.", "a gate"),
            ("one trailer first", "Fixes: #12\n\nIt was open.", "a gate It was open"),
            ("a trailer inside", "It was open.\nReviewed-by: A", "a gate It was open"),
            ("a colon is no trailer", "note: it was open", "a gate note it was open"),
            ("a copy", "It was open\n(cherry picked from commit 0a1b)", "a gate It was open"),
        ];
        for (name, body, want) in cases {
            assert_eq!(question("a gate", body, &[]), want, "{name}");
        }
    }

    #[test]
    fn changes_that_nobody_asks_for_are_told_by_their_titles() {
        for (title, want) in [
            ("Bump serde from 1.0 to 1.1", true),
            ("chore(deps): update serde", true),
            ("Revert \"open the gate\"", true),
            ("Merge branch 'main'", true),
            ("v1.2.3", true),
            ("chore: prepare tokio-stream v0.1.19 (#8310)", true),
            ("Cut v2.45.0-rc.0", true),
            ("chore: release @gate/gate@0.18.0", true),
            ("prepare the gate", false),
            ("support TLS 1.3", false),
            ("merged: open the gate", false),
            ("bumpless gates", false),
        ] {
            assert_eq!(is_housekeeping(title), want, "{title}");
        }
    }
}
