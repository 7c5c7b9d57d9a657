//! The wire: our stdio and WebSocket beside the servers of two official SDKs.
//!
//! Every server has the tools `echo {text}` and `blob {bytes}` and nothing to do
//! in them, so that what is measured is the way there and back.

mod contenders;
mod goals;
mod node;

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use self::contenders::Contender;
use crate::goals::judge;
use crate::load::{Figures, Session, ToolCall, open_calls, starts, unread};
use crate::report::{Column, Label, Report};

/// Size of a large result.
const LARGE_BYTES: usize = 1 << 20;

/// Calls open at once when many are.
const MANY_OPEN: usize = 64;

/// Large calls sent to a server whose answers are not read, and how long.
const UNREAD_CALLS: usize = 400;
const UNREAD_FOR: Duration = Duration::from_secs(3);

const LABELS: &[Label] = &[
    ("first_response_ms", "start to first response, ms"),
    ("one_per_s", "1 open: calls/s"),
    ("one_p50_us", "  p50, µs"),
    ("one_p99_us", "  p99, µs"),
    ("one_cpu_us", "  server CPU a call, µs"),
    ("many_per_s", "64 open: calls/s"),
    ("many_p50_us", "  p50, µs"),
    ("many_p99_us", "  p99, µs"),
    ("many_cpu_us", "  server CPU a call, µs"),
    ("large_per_s", "1 MiB results: calls/s"),
    ("large_mib_per_s", "  MiB/s"),
    ("large_p50_us", "  p50, µs"),
    ("large_p99_us", "  p99, µs"),
    ("large_cpu_us", "  server CPU a call, µs"),
    ("idle_mib", "resident when idle, MiB"),
    ("unread_peak_mib", "peak with 400 MiB unread, MiB"),
    ("unread_answered", "  of 400 answered then"),
];

/// How long to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Rounds; every server runs once in each.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=50))]
    rounds: u8,
    /// Seconds of each timed phase.
    #[arg(long, default_value_t = 2.0, value_parser = seconds)]
    seconds: f64,
    /// Process starts in a round.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=100))]
    starts: u8,
    /// Measure only servers whose name holds this; may be repeated.
    #[arg(long)]
    only: Vec<String>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.05..=60.0).contains(seconds));
    seconds.ok_or_else(|| "use a number from 0.05 to 60".to_owned())
}

/// Measures all servers, round by round.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let only = &options.only;
    let wanted = |name: &str| only.is_empty() || only.iter().any(|part| name.contains(part));
    let (contenders, skipped) = contenders::all(wanted).await?;
    if contenders.is_empty() && skipped.is_empty() {
        bail!("no server's name holds {}; leave --only out to see all", only.join(" or "));
    }
    let mut rounds: Vec<Vec<Figures>> = vec![Vec::new(); contenders.len()];
    for round in 1..=options.rounds {
        for (contender, figures) in contenders.iter().zip(&mut rounds) {
            let name = contender.name;
            eprintln!("round {round} of {}: {name}", options.rounds);
            let measured = measure(contender, options).await;
            figures.push(measured.with_context(|| format!("measuring {name} failed"))?);
        }
    }
    let columns = contenders.iter().zip(&rounds);
    let columns = columns.map(|(contender, rounds)| Column::new(contender.name, rounds)).collect();
    let rounds = usize::from(options.rounds);
    let report = Report::new("protocol", rounds, contenders::BASELINE, columns, LABELS);
    let goals = judge(&report, &goals::BOUNDS);
    Ok(report.skip(skipped).judge(goals))
}

/// All phases, once.
async fn measure(contender: &Contender, options: &Options) -> anyhow::Result<Figures> {
    let echo = ToolCall { tool: "echo", arguments: r#"{"text":"hello"}"#.to_owned() };
    let blob = ToolCall { tool: "blob", arguments: format!(r#"{{"bytes":{LARGE_BYTES}}}"#) };
    let Contender { server, era, .. } = contender;
    let span = Duration::from_secs_f64(options.seconds);
    let mut figures = Figures::new();
    starts(server, *era, usize::from(options.starts), &mut figures).await?;

    let mut session = Session::open(server, *era).await?;
    open_calls(&mut session, "one", &echo, 1, span, &mut figures).await?;
    open_calls(&mut session, "many", &echo, MANY_OPEN, span, &mut figures).await?;
    open_calls(&mut session, "large", &blob, 1, span, &mut figures).await?;
    let mib = LARGE_BYTES as f64 / f64::from(1 << 20);
    if let Some(calls) = figures.get("large_per_s").copied() {
        figures.insert("large_mib_per_s".to_owned(), calls * mib);
    }
    session.close().await?;

    let mut session = Session::open(server, *era).await?;
    session.call(&echo).await?;
    unread(&mut session, &blob, UNREAD_CALLS, UNREAD_FOR, &mut figures).await?;
    session.close().await?;
    Ok(figures)
}
