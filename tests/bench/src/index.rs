//! The context server on a repository, beside the least that could be done with
//! the same files: walk, parse, index the text.
//!
//! ```text
//! PATH ─ copy of the files that count ─▶ floor: a child process, empty folder
//!                                     └▶ server: cold, questions, warm, changed files
//! ```
//!
//! **Invariants**
//! - `PATH` is only read. Both work on one copy, which the page cache holds.
//! - The server is the released binary, asked over stdio as a host does; its
//!   state and cache are its own and empty when a round begins.

mod floor;
mod questions;
mod server;
mod tree;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

pub(crate) use self::floor::{FloorOptions, floor};
pub(crate) use self::server::{fresh, settled};
pub(crate) use self::tree::{copy, read, walk};
use crate::goals::{Bound, Limit, judge};
use crate::load::{Figures, beside_us};
use crate::report::{Column, Label, Report, Skipped};

const OURS: &str = "ymera";
const FLOOR: &str = "floor";

const LABELS: &[Label] = &[
    ("files", "files indexed"),
    ("cold_wall_s", "cold: start to complete, s"),
    ("cold_cpu_s", "  CPU, s"),
    ("cold_peak_mib", "  peak memory, MiB"),
    ("cold_disk_mib", "  on disk, MiB"),
    ("find_symbol_p50_ms", "find_symbol: p50, ms"),
    ("find_symbol_p99_ms", "  p99, ms"),
    ("absent_symbol_p50_ms", "find_symbol, absent name: p50, ms"),
    ("absent_symbol_p99_ms", "  p99, ms"),
    ("search_text_p50_ms", "search_code text: p50, ms"),
    ("search_text_p99_ms", "  p99, ms"),
    ("search_regex_p50_ms", "search_code regex: p50, ms"),
    ("search_regex_p99_ms", "  p99, ms"),
    ("explore_code_p50_ms", "explore_code: p50, ms"),
    ("explore_code_p99_ms", "  p99, ms"),
    ("map_project_p50_ms", "map_project: p50, ms"),
    ("map_project_p99_ms", "  p99, ms"),
    ("callers_p50_ms", "trace_references callers: p50, ms"),
    ("callers_p99_ms", "  p99, ms"),
    ("outline_p50_ms", "map_project of a file: p50, ms"),
    ("outline_p99_ms", "  p99, ms"),
    ("asked_peak_mib", "peak memory after the questions, MiB"),
    ("left_disk_mib", "on disk when it left, MiB"),
    ("reopen_ms", "warm: start to complete, ms"),
    ("reopen_first_ms", "  first answer from the index, ms"),
    ("reopen_cpu_ms", "  CPU, ms"),
    ("reopen_mib", "  resident memory, MiB"),
    ("changed_ms", "a changed file is found after, ms"),
    ("changed_worst_ms", "  worst of all, ms"),
];

const BOUNDS: [Bound; 9] = [
    Bound {
        goal: "cold: at most 2× the floor",
        column: OURS,
        figure: "cold_wall_s",
        limit: Limit::AtMostTimes(2.0),
    },
    Bound {
        goal: "cold: at most 2× the floor's CPU",
        column: OURS,
        figure: "cold_cpu_s",
        limit: Limit::AtMostTimes(2.0),
    },
    Bound {
        goal: "cold: peak memory at most 250 MiB",
        column: OURS,
        figure: "cold_peak_mib",
        limit: Limit::AtMost(250.0),
    },
    Bound {
        goal: "warm: complete in 100 ms",
        column: OURS,
        figure: "reopen_ms",
        limit: Limit::AtMost(100.0),
    },
    Bound {
        goal: "a changed file is found in 100 ms",
        column: OURS,
        figure: "changed_ms",
        limit: Limit::AtMost(100.0),
    },
    Bound {
        goal: "find_symbol: p50 of 1 ms",
        column: OURS,
        figure: "find_symbol_p50_ms",
        limit: Limit::AtMost(1.0),
    },
    Bound {
        goal: "trace_references: p50 of 1 ms",
        column: OURS,
        figure: "callers_p50_ms",
        limit: Limit::AtMost(1.0),
    },
    Bound {
        goal: "search_code: p50 of 5 ms",
        column: OURS,
        figure: "search_text_p50_ms",
        limit: Limit::AtMost(5.0),
    },
    Bound {
        goal: "explore_code: p50 of 30 ms",
        column: OURS,
        figure: "explore_code_p50_ms",
        limit: Limit::AtMost(30.0),
    },
];

/// How the index is measured.
#[derive(Args)]
pub(crate) struct Options {
    /// The repository to index. It is copied, not written.
    path: PathBuf,
    /// Times that everything is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=50))]
    rounds: u8,
}

/// Measures the floor and the server in turn, round by round.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let program = beside_us("ymera-context")?;
    let copy = tempfile::Builder::new().prefix("ymera-bench-index-").tempdir()?;
    let tree = tree::copy(&options.path, &copy.path().join("repository"))?;
    if tree.files.is_empty() {
        bail!("`{}` holds no file to index; pass a repository", options.path.display());
    }
    eprintln!("{} files, {:.1} MiB", tree.files.len(), mib(tree.bytes));

    let (mut floors, mut ours, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}: {FLOOR}", options.rounds);
        let index = copy.path().join("floor");
        floors.push(floor::measure(&tree.root, &index).await.context("the floor failed")?);
        eprintln!("round {round} of {}: {OURS}", options.rounds);
        let state = copy.path().join("state");
        let measured = server::measure(&program, &tree, &state).await;
        ours.push(measured.context("measuring the server failed")?);
        for folder in [index, state] {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove `{}`", folder.display()))?;
        }
    }
    if !ours.iter().any(|figures: &Figures| figures.contains_key("changed_ms")) {
        let reason = "no file is in a language that a definition can be added to".to_owned();
        skipped.push(Skipped { name: "changed files", reason });
    }
    let columns = vec![Column::new(OURS, &ours), Column::new(FLOOR, &floors)];
    let report = Report::new("index", usize::from(options.rounds), FLOOR, columns, LABELS);
    let goals = judge(&report, &BOUNDS);
    Ok(report.skip(skipped).judge(goals))
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The size of all files below `folder`. One that a writer removes meanwhile counts nothing.
fn disk_mib(folder: &Path) -> f64 {
    let entries = ignore::WalkBuilder::new(folder).standard_filters(false).build();
    let files = entries.flatten().filter_map(|entry| entry.metadata().ok());
    mib(files.filter(std::fs::Metadata::is_file).map(|metadata| metadata.len()).sum())
}
