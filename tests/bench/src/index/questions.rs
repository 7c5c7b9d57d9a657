//! What the server is asked: names and words that its own index holds, always
//! the same for the same repository.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::ensure;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::load::{Session, ToolCall};

/// Calls of one kind.
pub(super) const CALLS: usize = 50;
/// Definitions fetched for each first letter.
const PER_LETTER: usize = 200;
/// Shorter names are found everywhere; few people look for them.
const SHORTEST_NAME: usize = 4;
/// Words of a doc comment that a question takes.
const DOC_WORDS: usize = 6;

/// A definition, as `find_symbol` gives it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) path: String,
    doc: Option<String>,
}

/// Calls of one kind, under the name of their figures.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) calls: Vec<ToolCall>,
}

/// Fetches definitions from the index and picks an even share of them.
pub(super) async fn known(session: &mut Session) -> anyhow::Result<Vec<Known>> {
    let mut by_name = BTreeMap::new();
    for letter in 'a'..='z' {
        let call = call("find_symbol", &json!({ "name": letter, "limit": PER_LETTER }));
        let found: Vec<Known> =
            Deserialize::deserialize(session.ask(&call).await?["symbols"].take())?;
        let usable = found.into_iter().filter(|known| is_identifier(&known.name));
        by_name.extend(usable.map(|known| (known.name.clone(), known)));
    }
    ensure!(!by_name.is_empty(), "the index holds no names to ask for");
    Ok(spread(&by_name.into_values().collect::<Vec<_>>(), CALLS))
}

/// `count` of `all` at even distances, again from the start where there are fewer.
pub(super) fn spread<T: Clone>(all: &[T], count: usize) -> Vec<T> {
    let place = |n: usize| if all.len() < count { n % all.len() } else { n * all.len() / count };
    (0..count).map(|n| all[place(n)].clone()).collect()
}

fn is_identifier(name: &str) -> bool {
    name.len() >= SHORTEST_NAME && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// All that is asked, kind by kind.
pub(super) fn kinds(known: &[Known]) -> Vec<Kind> {
    let kind = |name, ask: fn(usize, &Known) -> ToolCall| Kind {
        name,
        calls: known.iter().enumerate().map(|(place, known)| ask(place, known)).collect(),
    };
    vec![
        kind("find_symbol", |_, known| call("find_symbol", &json!({ "name": known.name }))),
        kind("absent_symbol", |_, known| {
            // Reversed, its letters stay but the name is none.
            let name: String = known.name.chars().rev().chain("Qz".chars()).collect();
            call("find_symbol", &json!({ "name": name }))
        }),
        kind("search_text", |place, known| {
            call("search_code", &json!({ "query": text(place, known) }))
        }),
        kind("search_regex", |place, known| {
            call("search_code", &json!({ "query": regex(place, known), "mode": "regex" }))
        }),
        kind("explore_code", |_, known| call("explore_code", &json!({ "query": question(known) }))),
        kind("map_project", |place, known| {
            let folder = Path::new(&known.path).parent().unwrap_or(Path::new(""));
            let arguments = match folder.to_str().filter(|folder| !folder.is_empty()) {
                Some(folder) if place % 2 == 1 => json!({ "path": folder }),
                _ => json!({}),
            };
            call("map_project", &arguments)
        }),
        kind("callers", |_, known| {
            let arguments =
                json!({ "symbol": known.name, "path": known.path, "direction": "callers" });
            call("trace_references", &arguments)
        }),
        kind("outline", |_, known| call("map_project", &json!({ "path": known.path }))),
    ]
}

pub(super) fn call(tool: &'static str, arguments: &Value) -> ToolCall {
    ToolCall { tool, arguments: arguments.to_string() }
}

/// A name, a call of it, or words that may stand on no one line.
fn text(place: usize, known: &Known) -> String {
    match place % 3 {
        0 => known.name.clone(),
        1 => format!("{}(", known.name),
        _ => question(known),
    }
}

fn regex(place: usize, known: &Known) -> String {
    let name = &known.name;
    match place % 4 {
        0 => format!(r"\b{name}\b"),
        1 => format!(r"(fn|def|func|function|class|struct)\s+{name}"),
        2 => format!(r"{}\w*\(", &name[..SHORTEST_NAME]),
        _ => format!(r"^\s*\w+.*[.:]{name}\s*\("),
    }
}

/// The doc comment's beginning, or the words of the name.
fn question(known: &Known) -> String {
    let doc = known.doc.as_deref().unwrap_or_default();
    let said: Vec<&str> = doc
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(DOC_WORDS)
        .collect();
    if said.len() < 2 { words(&known.name) } else { said.join(" ") }
}

fn words(name: &str) -> String {
    let mut words = String::new();
    let mut before = '_';
    for c in name.chars() {
        if c == '_' || (c.is_ascii_uppercase() && before.is_ascii_lowercase()) {
            words.push(' ');
        }
        if c != '_' {
            words.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{CALLS, Known, kinds, question, spread, words};

    fn named(name: &str, doc: Option<&str>) -> Known {
        Known { name: name.into(), path: "src/a.rs".into(), doc: doc.map(str::to_owned) }
    }

    #[test]
    fn a_share_is_even_and_full() {
        let hundred: Vec<usize> = (0..100).collect();
        for (all, count, want) in [
            (&hundred[..], 4, vec![0, 25, 50, 75]),
            (&hundred[..2], 4, vec![0, 1, 0, 1]),
            (&hundred[..3], 3, vec![0, 1, 2]),
        ] {
            assert_eq!(spread(all, count), want, "{count} of {}", all.len());
        }
    }

    #[test]
    fn names_become_words_and_docs_questions() {
        for (name, want) in
            [("parseHttpLine", "parse http line"), ("_open_file", "open file"), ("HTTP", "http")]
        {
            assert_eq!(words(name), want);
        }
        let said = named("run", Some("Runs all tests, in turn: one after the other."));
        assert_eq!(question(&said), "Runs all tests in turn one");
        assert_eq!(question(&named("run_all", Some("Runs."))), "run all");
    }

    #[test]
    fn every_kind_asks_its_calls_with_valid_arguments() {
        let known: Vec<Known> = (0..CALLS).map(|n| named(&format!("name_{n}"), None)).collect();
        let kinds = kinds(&known);
        assert_eq!(kinds.iter().map(|kind| kind.name).collect::<BTreeSet<_>>().len(), 8);
        for kind in kinds {
            assert_eq!(kind.calls.len(), CALLS, "{}", kind.name);
            for call in kind.calls {
                let arguments: Value = serde_json::from_str(&call.arguments).expect("JSON");
                assert!(arguments.is_object(), "{}", call.arguments);
            }
        }
    }
}
