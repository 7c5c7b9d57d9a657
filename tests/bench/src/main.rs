//! Measurements of the suite's processes, taken from outside.
//!
//! ```text
//! main ─▶ protocol (one file a bench) ─▶ load: start, connect, time ─▶ report: table or JSON
//! ```
//!
//! **Invariants**
//! - Whatever is compared runs in the same run, in turn, round by round, so that
//!   a slow moment of the machine falls on all of it.
//! - Only the report goes to stdout; what happens meanwhile goes to stderr.
//!
//! **Deliberately absent:** verdicts that fail a build. Times of a shared machine
//! are for people; the report says which goals were reached.

mod load;
mod protocol;
mod report;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures the suite's processes beside others.
#[derive(Parser)]
#[command(version)]
struct Flags {
    #[command(subcommand)]
    bench: Bench,
    /// Print one JSON document instead of a table.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Bench {
    /// Our stdio and WebSocket beside plain rmcp and the TypeScript SDK.
    Protocol(protocol::Options),
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    match run(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ymera-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One thread: the client must leave the other cores to the servers.
fn run(flags: &Flags) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = match &flags.bench {
        Bench::Protocol(options) => runtime.block_on(protocol::run(options))?,
    };
    let text = if flags.json { report.to_json()? } else { report.to_table() };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}
