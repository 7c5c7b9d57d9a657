//! Measurements of the suite's processes, taken from outside.
//!
//! ```text
//! main ─▶ protocol, index, … (one file a bench) ─▶ load: start, connect, time ─▶ report: table or JSON
//! ```
//!
//! **Invariants**
//! - Whatever is compared runs in the same run, in turn, round by round, so that
//!   a slow moment of the machine falls on all of it.
//! - Only the report goes to stdout; what happens meanwhile goes to stderr.
//!
//! **Deliberately absent:** verdicts that fail a build. Times of a shared machine
//! are for people; the report says which goals were reached.

mod by_repository;
mod git;
mod goals;
mod index;
mod load;
mod npm;
mod protocol;
mod references;
mod report;
mod retrieval;

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
    /// The context server on a repository, beside a plain parse and text index of its files.
    Index(index::Options),
    /// How well `explore_code` finds the files of real changes, beside plain BM25.
    Retrieval(retrieval::Options),
    /// How well `trace_references` agrees with compilers, beside CodeGraph.
    References(references::Options),
    /// What `index` compares to, as a process of its own.
    #[command(hide = true)]
    Floor(index::FloorOptions),
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
        Bench::Index(options) => runtime.block_on(index::run(options))?,
        Bench::Retrieval(options) => runtime.block_on(retrieval::run(options))?,
        Bench::References(options) => runtime.block_on(references::run(options))?,
        Bench::Floor(options) => return print(&index::floor(options)?),
    };
    print(&if flags.json { report.to_json()? } else { report.to_table() })
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}
