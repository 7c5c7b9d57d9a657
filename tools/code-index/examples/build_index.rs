//! Builds the index of a folder and says what it cost: wall time, peak memory,
//! disk, and how long questions take. Give it names and questions to ask.
//!
//! ```text
//! cargo run --release --example build_index -- FOLDER [CACHE] [--find NAME]… [--ask "WORDS"]… [--text "LITERAL"]…
//! ```

#![expect(clippy::print_stdout, reason = "a tool for people")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use ymera_code_index::lines::{LineMode, LineQuery};
use ymera_code_index::roots::Roots;
use ymera_code_index::{Cancel, ExploreQuery, Options, Scope, SymbolQuery, Workspace, pack};

const TIMEOUT: Duration = Duration::from_secs(600);
const REPEATS: usize = 50;
const TOKENS: usize = 2000;

#[derive(Default)]
struct Args {
    folders: Vec<PathBuf>,
    names: Vec<String>,
    questions: Vec<String>,
    texts: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let args = parse_args()?;
    let Some(folder) = args.folders.first() else {
        bail!("usage: build_index FOLDER [CACHE] [--find NAME]… [--ask WORDS]… [--text TEXT]…");
    };
    let scratch = tempfile::tempdir()?;
    let cache = args.folders.get(1).cloned().unwrap_or_else(|| scratch.path().to_path_buf());
    let roots = Roots::from_folders(std::slice::from_ref(folder))?;
    let cancel = Cancel::new();

    for round in ["first opening", "second opening"] {
        let begun = Instant::now();
        let workspace = Workspace::open(roots.clone(), &Options::new(&cache))?;
        let opened = begun.elapsed();
        if !workspace.wait_complete(TIMEOUT, &cancel, |_| {}) {
            bail!("the index was not complete in time: {:?}", workspace.status());
        }
        let status = workspace.status();
        println!(
            "{round}: returned in {opened:.1?}, complete in {:.3?}, {} files, {} skipped, \
             peak {} MB, cpu {:.2} s",
            begun.elapsed(),
            status.indexed,
            status.skipped,
            peak_memory_mb()?,
            cpu_seconds()?,
        );
        if round == "second opening" {
            for folder in workspace.cache_folders() {
                println!("disk: {:.1} MB", bytes_below(&folder)? as f64 / 1e6);
            }
            ask(&workspace, &args, &cancel)?;
        }
    }
    Ok(())
}

fn parse_args() -> anyhow::Result<Args> {
    let mut args = Args::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--find" => args.names.push(words.next().context("--find needs a name")?),
            "--text" => args.texts.push(words.next().context("--text needs a text")?),
            "--ask" => args.questions.push(words.next().context("--ask needs words")?),
            _ => args.folders.push(PathBuf::from(word)),
        }
    }
    Ok(args)
}

fn ask(workspace: &Workspace, args: &Args, cancel: &Cancel) -> anyhow::Result<()> {
    for name in &args.names {
        let query =
            SymbolQuery { name: name.clone(), kind: None, scope: Scope::default(), limit: 20 };
        let (took, answer) = timed(|| workspace.find_symbol(&query, cancel))?;
        println!("find {name}: {took:.2?}, {} found", answer.symbols.len());
        for hit in answer.symbols.iter().take(5) {
            println!(
                "    {:?} {}:{} {}",
                hit.matched, hit.path, hit.symbol.line, hit.symbol.signature
            );
        }
        if !answer.near.is_empty() {
            println!("    near: {}", answer.near.join(", "));
        }
    }
    for question in &args.questions {
        let query = ExploreQuery { query: question.clone(), scope: Scope::default() };
        let (took, answer) = timed(|| workspace.explore(&query, cancel))?;
        println!("ask {question}: {took:.2?}, {} places", answer.places.len());
        for place in pack(answer.places, TOKENS).places.iter().take(10) {
            let symbol = place.symbol.as_deref().unwrap_or("");
            println!(
                "    {:6.2} {}:{} {symbol} ({})",
                place.score, place.path, place.line, place.reason
            );
        }
    }
    for text in &args.texts {
        let query = LineQuery {
            query: text,
            mode: LineMode::Text,
            limit: 20,
            cursor: None,
            max_file_bytes: Options::new("").max_file_bytes,
        };
        let (took, answer) = timed(|| workspace.search_code(&query, &Scope::default(), cancel))?;
        let found = answer.found;
        println!(
            "text {text}: {took:.2?}, {} lines, {} files read",
            found.matches.len(),
            found.searched
        );
    }
    Ok(())
}

/// The median time of a question, after a first one that warms up.
fn timed<T, E: Into<anyhow::Error>>(
    mut ask: impl FnMut() -> Result<T, E>,
) -> anyhow::Result<(Duration, T)> {
    let mut answer = ask().map_err(Into::into)?;
    let mut times = Vec::with_capacity(REPEATS);
    for _ in 0..REPEATS {
        let begun = Instant::now();
        answer = ask().map_err(Into::into)?;
        times.push(begun.elapsed());
    }
    times.sort();
    Ok((times[times.len() / 2], answer))
}

fn peak_memory_mb() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("only Linux tells")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024)
}

fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("only Linux tells")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / 100.0)
}

fn bytes_below(folder: &Path) -> anyhow::Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        sum += if metadata.is_dir() { bytes_below(&entry.path())? } else { metadata.len() };
    }
    Ok(sum)
}
