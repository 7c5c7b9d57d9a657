//! The questions as a host asks them: of the released server, over stdio.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::score::{Answer, Confidence};
use super::truth::{Place, Symbol};
use crate::index::{fresh, settled};
use crate::load::{Era, Session, ToolCall};

/// Longer than a start or an answer may take.
const DEADLINE: Duration = Duration::from_secs(60);
const TOOL: &str = "trace_references";
/// Edges of a page, the most that the tool gives.
const LIMIT: usize = 500;
/// Pages of an answer; more would mean a cursor that leads nowhere.
const PAGES: usize = 200;

/// Our server on a snapshot.
pub(super) struct Asking {
    session: Session,
    /// From the start to all files indexed.
    pub(super) seconds: f64,
}

impl Asking {
    /// Starts the server on `root` and waits until all is indexed. Its state and cache are
    /// in `state`, a folder that is made here.
    pub(super) async fn begin(program: &Path, root: &Path, state: &Path) -> anyhow::Result<Self> {
        let server = fresh(program, root, state)?;
        let begin = Instant::now();
        let mut session = timeout(DEADLINE, Session::open(&server, Era::Stateless)).await??;
        settled(&mut session).await?;
        Ok(Self { session, seconds: begin.elapsed().as_secs_f64() })
    }

    /// Asks for one symbol after the other. `least` is the confidence asked for; absent, the
    /// tool decides.
    pub(super) async fn ask(
        &mut self,
        symbols: &[Symbol],
        least: Option<Confidence>,
    ) -> anyhow::Result<Vec<Answer>> {
        let mut answers = Vec::with_capacity(symbols.len());
        for symbol in symbols {
            let answer = timeout(DEADLINE, self.ask_one(symbol, least)).await;
            let Place { path, line } = &symbol.place;
            let answer = answer.with_context(|| format!("no answer in time to {path}:{line}"))?;
            answers.push(answer.with_context(|| format!("asking for {path}:{line}"))?);
        }
        Ok(answers)
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        self.session.close().await
    }

    async fn ask_one(
        &mut self,
        symbol: &Symbol,
        least: Option<Confidence>,
    ) -> anyhow::Result<Answer> {
        let mut answer = Answer::default();
        let mut arguments = question(symbol, least);
        for _ in 0..PAGES {
            let call = ToolCall { tool: TOOL, arguments: arguments.to_string() };
            let begin = Instant::now();
            let page = self.session.ask(&call).await?;
            *answer.took.get_or_insert_default() += begin.elapsed();
            if !is_about(&page, symbol) {
                return Ok(Answer { took: answer.took, ..Answer::default() });
            }
            answer.is_known = true;
            for edge in page["edges"].as_array().context("an answer without `edges`")? {
                let (place, confidence) = read_edge(edge)?;
                // Of two uses on a line the one that is surer counts.
                let known = answer.edges.entry(place).or_insert(Some(confidence));
                *known = (*known).min(Some(confidence));
            }
            match &page["next_cursor"] {
                Value::Null => return Ok(answer),
                cursor => arguments["cursor"] = cursor.clone(),
            }
        }
        bail!("it has more than {PAGES} pages");
    }
}

fn question(symbol: &Symbol, least: Option<Confidence>) -> Value {
    let Place { path, line } = &symbol.place;
    let mut question = if symbol.shares_line {
        json!({ "symbol": symbol.name, "path": path })
    } else {
        json!({ "symbol": format!("{path}:{line}") })
    };
    question["direction"] = json!("references");
    question["limit"] = json!(LIMIT);
    if let Some(least) = least {
        question["min_confidence"] = json!(least.name());
    }
    question
}

/// Whether the answer is about the symbol. Where a place holds no symbol that the server
/// knows, it answers for the one around it and says so: that is no answer to the question.
fn is_about(answer: &Value, symbol: &Symbol) -> bool {
    let is_it = |definition: &Value| {
        definition["name"] == *symbol.name && definition["path"] == *symbol.place.path
    };
    answer["found"] == true
        && answer["definitions"].as_array().is_some_and(|all| all.iter().any(is_it))
}

fn read_edge(edge: &Value) -> anyhow::Result<(Place, Confidence)> {
    let read = || {
        let path = edge["path"].as_str()?.to_owned();
        let line = u32::try_from(edge["line"].as_u64()?).ok()?;
        Some((Place { path, line }, Confidence::named(edge["confidence"].as_str()?)?))
    };
    read().with_context(|| format!("an edge without path, line or confidence: {edge}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::super::score::Confidence;
    use super::super::truth::{Kind, Place, Symbol};
    use super::{is_about, question, read_edge};

    fn symbol(shares_line: bool) -> Symbol {
        Symbol {
            name: "grow".into(),
            kind: Kind::Method,
            place: Place { path: "src/a.ts".into(), line: 7 },
            shares_line,
            uses: BTreeSet::new(),
        }
    }

    #[test]
    fn a_place_asks_unless_it_is_shared() {
        let rest = json!({ "direction": "references", "limit": 500 });
        let mut by_place = rest.clone();
        by_place["symbol"] = json!("src/a.ts:7");
        assert_eq!(question(&symbol(false), None), by_place);
        let mut by_name = rest;
        by_name["symbol"] = json!("grow");
        by_name["path"] = json!("src/a.ts");
        by_name["min_confidence"] = json!("name");
        assert_eq!(question(&symbol(true), Some(Confidence::Name)), by_name);
    }

    #[test]
    fn an_answer_for_another_symbol_is_none() {
        let answer = |found, name, path| {
            let definition = json!({ "name": name, "path": path, "line": 7 });
            json!({ "found": found, "definitions": [definition] })
        };
        for (name, answer, want) in [
            ("the symbol", answer(true, "grow", "src/a.ts"), true),
            ("the one around it", answer(true, "Circle", "src/a.ts"), false),
            ("one of another file", answer(true, "grow", "src/b.ts"), false),
            ("not found", answer(false, "grow", "src/a.ts"), false),
            ("no definition", json!({ "found": true, "definitions": [] }), false),
        ] {
            assert_eq!(is_about(&answer, &symbol(false)), want, "{name}");
        }
    }

    #[test]
    fn an_edge_is_a_place_and_how_sure_it_is() {
        let edge = json!({ "path": "b.ts", "line": 3, "confidence": "likely", "snippet": "x" });
        let place = Place { path: "b.ts".into(), line: 3 };
        assert_eq!(read_edge(&edge).expect("an edge"), (place, Confidence::Likely));
        read_edge(&json!({ "path": "b.ts", "line": 3 })).expect_err("no confidence");
    }
}
