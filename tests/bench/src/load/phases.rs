//! What is done to a server, and the figures that come of it.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::time::timeout;

use super::connection::Server;
use super::session::{Era, Session, ToolCall};
use crate::report::median;

/// Time above its own that a phase may take before it counts as hung.
const GRACE: Duration = Duration::from_secs(60);
/// The share of a timed phase that goes before it, to warm up.
const WARM_UP: u32 = 5;

/// Figures by name.
pub(crate) type Figures = BTreeMap<String, f64>;

/// Starts the server `starts` times: milliseconds from there to its first answer.
pub(crate) async fn starts(
    server: &Server,
    era: Era,
    starts: usize,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut first = Vec::with_capacity(starts);
    for _ in 0..starts {
        let begin = Instant::now();
        let session = within(Duration::ZERO, Session::open(server, era)).await?;
        first.push(begin.elapsed().as_secs_f64() * 1e3);
        session.close().await?;
    }
    figures.insert("first_response_ms".to_owned(), median(&first));
    Ok(())
}

/// Keeps `open` calls in flight for `span`: calls per second, times, CPU per call.
pub(crate) async fn open_calls(
    session: &mut Session,
    name: &str,
    call: &ToolCall,
    open: usize,
    span: Duration,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    within(span, keep_open(session, call, open, span / WARM_UP)).await?;
    let cpu = session.cpu_seconds();
    let (mut micros, took) = within(span, keep_open(session, call, open, span)).await?;
    let calls = micros.len() as f64;
    let mut add = |what: &str, value| figures.insert(format!("{name}_{what}"), value);
    add("per_s", calls / took.as_secs_f64());
    if let (Some(before), Some(after)) = (cpu, session.cpu_seconds()) {
        add("cpu_us", (after - before) * 1e6 / calls);
    }
    micros.sort_by(f64::total_cmp);
    for (what, share) in [("p50_us", 0.5), ("p99_us", 0.99)] {
        add(what, micros[place_of(share, micros.len())]);
    }
    Ok(())
}

/// Where a percentile stands among so many sorted values.
pub(crate) fn place_of(share: f64, values: usize) -> usize {
    (values.saturating_sub(1) as f64 * share).round() as usize
}

/// Returns what each call took in microseconds, and all of them together.
async fn keep_open(
    session: &mut Session,
    call: &ToolCall,
    open: usize,
    span: Duration,
) -> anyhow::Result<(Vec<f64>, Duration)> {
    let mut sent: HashMap<u64, Instant> = HashMap::with_capacity(open * 2);
    let mut micros = Vec::new();
    let begin = Instant::now();
    for _ in 0..open {
        sent.insert(session.request(call)?, Instant::now());
    }
    while !sent.is_empty() {
        let Some(at) = sent.remove(&session.answer().await?) else { continue };
        micros.push(at.elapsed().as_secs_f64() * 1e6);
        if begin.elapsed() < span {
            sent.insert(session.request(call)?, Instant::now());
        }
    }
    Ok((micros, begin.elapsed()))
}

/// Sends `calls` large calls, reads nothing for `wait`, then reads all:
/// resident memory before, its peak while unread, answers that came.
pub(crate) async fn unread(
    session: &mut Session,
    call: &ToolCall,
    calls: usize,
    wait: Duration,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    if let Some(memory) = session.memory() {
        figures.insert("idle_mib".to_owned(), memory.resident_mib);
    }
    for _ in 0..calls {
        session.request(call)?;
    }
    tokio::time::sleep(wait).await;
    if let Some(memory) = session.memory() {
        figures.insert("unread_peak_mib".to_owned(), memory.peak_mib);
    }
    let mut answered = 0;
    while answered < calls {
        within(Duration::ZERO, session.answer()).await?;
        answered += 1;
    }
    figures.insert("unread_answered".to_owned(), answered as f64);
    Ok(())
}

async fn within<T>(
    span: Duration,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let limit = span + GRACE;
    timeout(limit, work).await.with_context(|| format!("the server hung for {limit:?}"))?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};

    use super::{Figures, open_calls, unread};
    use crate::load::connection::Connection;
    use crate::load::session::{Era, Session, ToolCall};

    /// Answers every request with an empty result, until `calls` are answered.
    async fn serve(stream: DuplexStream, calls: usize) -> anyhow::Result<()> {
        let (input, mut output) = tokio::io::split(stream);
        let mut lines = BufReader::new(input).lines();
        for _ in 0..=calls {
            let Some(line) = lines.next_line().await? else { return Ok(()) };
            let request: serde_json::Value = serde_json::from_str(&line)?;
            let answer =
                format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{{}}}}\n", request["id"]);
            output.write_all(answer.as_bytes()).await?;
        }
        Ok(())
    }

    async fn session(calls: usize) -> Session {
        let (ours, theirs) = tokio::io::duplex(1024);
        tokio::spawn(serve(theirs, calls));
        let (input, output) = tokio::io::split(ours);
        Session::on(Connection::over(input, output), Era::Stateless).await.expect("a handshake")
    }

    fn echo() -> ToolCall {
        ToolCall { tool: "echo", arguments: "{}".to_owned() }
    }

    #[tokio::test]
    async fn a_timed_phase_gives_rates_and_times() {
        let mut session = session(usize::MAX - 1).await;
        let mut figures = Figures::new();
        let span = Duration::from_millis(5);
        open_calls(&mut session, "one", &echo(), 1, span, &mut figures).await.expect("figures");
        let names: Vec<&str> = figures.keys().map(String::as_str).collect();
        assert_eq!(names, ["one_p50_us", "one_p99_us", "one_per_s"]);
        assert!(figures["one_per_s"] > 0.0 && figures["one_p50_us"] <= figures["one_p99_us"]);
    }

    #[tokio::test]
    async fn unread_answers_are_counted() {
        let mut session = session(9).await;
        let mut figures = Figures::new();
        unread(&mut session, &echo(), 9, Duration::ZERO, &mut figures).await.expect("answers");
        assert_eq!(figures["unread_answered"], 9.0);
    }

    #[tokio::test]
    async fn a_server_that_leaves_is_an_error_and_no_figure() {
        let mut session = session(3).await;
        let mut figures = Figures::new();
        let failed = unread(&mut session, &echo(), 9, Duration::ZERO, &mut figures).await;
        assert!(failed.is_err() && !figures.contains_key("unread_answered"));
    }
}
