//! The answer of `ymera explore` for people.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

use serde_json::Value;

/// How long the parts of a question took.
pub(crate) struct Times {
    /// Starting the server.
    pub(crate) connected: Duration,
    /// Waiting for the index.
    pub(crate) indexed: Duration,
    /// The question itself.
    pub(crate) answered: Duration,
}

/// Lays an answer out as text; colours only on a terminal.
pub(crate) fn readable(question: &str, answer: &Value, index: &Value, times: &Times) -> String {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    lay_out(question, answer, index, times, colour)
}

fn lay_out(question: &str, answer: &Value, index: &Value, times: &Times, colour: bool) -> String {
    let (bold, dim, plain) = if colour { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{bold}{question}{plain}\n");
    let results = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    if results.is_empty() {
        text.push_str("Nothing found. Try other words.\n\n");
    }
    for (place, number) in results.iter().zip(1..) {
        let word = |key: &str| place[key].as_str().unwrap_or_default();
        let line = |key: &str| place[key].as_u64().unwrap_or(0);
        let _ = write!(text, "{number:>2}. {bold}{}:{}{plain}", word("path"), line("line"));
        if !word("symbol").is_empty() {
            let _ = write!(text, "  {} {}", word("kind"), word("symbol"));
        }
        let _ = writeln!(text, "\n    {dim}{}{plain}", word("reason"));
        for (source, at) in word("snippet").lines().zip(1..) {
            // The first lines tell what a place is; the rest is a click away.
            if at > 6 {
                let _ = writeln!(text, "      {dim}…{plain}");
                break;
            }
            let _ = writeln!(text, "      {source}");
        }
        text.push('\n');
    }
    let _ = write!(
        text,
        "{dim}{} files indexed, {} skipped. Server started in {}, index ready after {}, answered in {}.{plain}",
        index["indexed"],
        index["skipped"],
        time(times.connected),
        time(times.indexed),
        time(times.answered),
    );
    text
}

fn time(duration: Duration) -> String {
    match duration.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds => format!("{:.1} ms", seconds * 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{Times, lay_out};

    const TIMES: Times = Times {
        connected: Duration::from_micros(2500),
        indexed: Duration::from_millis(1234),
        answered: Duration::from_micros(800),
    };

    #[test]
    fn places_are_numbered_with_their_reasons() {
        let answer = json!({ "results": [{
            "path": "src/a.rs", "line": 7, "symbol": "Link::cancel", "kind": "method",
            "reason": "name: cancel", "snippet": "fn cancel() {\n}",
        }]});
        let index = json!({ "indexed": 3, "skipped": 1 });
        let text = lay_out("how", &answer, &index, &TIMES, false);
        let want = "how\n\n 1. src/a.rs:7  method Link::cancel\n    name: cancel\n      fn cancel() {\n      }\n\n\
                    3 files indexed, 1 skipped. Server started in 2.5 ms, index ready after 1.2 s, answered in 0.8 ms.";
        assert_eq!(text, want);
    }

    #[test]
    fn an_empty_answer_says_so() {
        let text = lay_out("x", &json!({ "results": [] }), &json!({}), &TIMES, false);
        assert!(text.contains("Nothing found"), "{text}");
    }
}
