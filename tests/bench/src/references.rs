//! How well `trace_references` agrees with compilers, beside CodeGraph.
//!
//! ```text
//! REPO ─ snapshot ─┬▶ compiler: index ─▶ truth: symbols and their uses ─ sample ─┐
//!                  ├▶ codegraph: database ─▶ edges of each symbol ───────────────┤
//!                  └▶ ask: trace_references of each symbol ──────────────────────┴▶ score
//! ```
//!
//! A compiler knows where every name is used. Of a sample of the symbols that it knows, used
//! ones and unused ones, each is asked for; what is answered is compared place by place.
//!
//! **Invariants**
//! - `REPO` is only read, and no script of it runs.
//! - The same content gives the same questions, in the same order.
//! - Both are asked the same symbols of the same files, and judged by the same places.
//!
//! **Deliberately absent:** what each would say with the packages of others installed. The
//! answers of neither depend on them, and the truth of what a repository defines does little.

mod ask;
mod codegraph;
mod compiler;
mod program;
mod scip;
mod score;
mod snapshot;
mod truth;
mod wire;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use self::ask::Asking;
use self::score::{Answer, Confidence};
use self::snapshot::Snapshot;
use self::truth::{Place, Symbol, Truth};
use crate::goals::{Bound, Limit, judge};
use crate::load::{Figures, beside_us};
use crate::report::{Column, Label, Report};
use crate::{by_repository, npm};

const OURS: &str = "ymera";
const PEER: &str = "codegraph";

/// The figures of a repository, and of all together.
const LABELS: &[Label] = &[
    ("all_f1", "F1 over all symbols"),
    ("all_precision", "  precision"),
    ("all_recall", "  recall"),
    ("all_error", "  error (1 - F1)"),
    ("all_each_f1", "  mean F1 of a symbol"),
    ("callables_f1", "  F1 over callables"),
    ("callables_precision", "  precision"),
    ("callables_recall", "  recall"),
    ("callables_error", "  error (1 - F1)"),
    ("callables_each_f1", "  mean F1 of a symbol"),
    ("type_f1", "  F1 of types"),
    ("function_f1", "  F1 of functions"),
    ("method_f1", "  F1 of methods"),
    ("property_f1", "  F1 of properties"),
    ("variable_f1", "  F1 of variables"),
    ("exact_precision", "  said exact: precision"),
    ("exact_edges", "  said exact: edges"),
    ("likely_precision", "  said likely: precision"),
    ("likely_edges", "  said likely: edges"),
    ("name_precision", "  said by name: precision"),
    ("name_edges", "  said by name: edges"),
    ("answer_p50_ms", "  answer: p50, ms"),
    ("answer_p99_ms", "  answer: p99, ms"),
    ("index_s", "  index, s"),
    ("symbols", "  symbols asked"),
    ("known", "  symbols known"),
    ("uses", "  uses of them"),
];

const BOUNDS: [Bound; 3] = [
    Bound {
        goal: "over all symbols: half of CodeGraph's error",
        column: OURS,
        figure: "all_error",
        limit: Limit::AtMostTimes(0.5),
    },
    Bound {
        goal: "over callables: half of CodeGraph's error",
        column: OURS,
        figure: "callables_error",
        limit: Limit::AtMostTimes(0.5),
    },
    Bound {
        goal: "said to be exact: precision of .97",
        column: OURS,
        figure: "exact_precision",
        limit: Limit::AtLeast(0.97),
    },
];

/// What is asked of which repositories.
#[derive(Args)]
pub(crate) struct Options {
    /// Repositories of TypeScript, JavaScript or Python: git ones, bare or not, of which
    /// `HEAD` is taken, or plain folders. They are only read.
    #[arg(required = true)]
    repos: Vec<PathBuf>,
    /// Symbols of each repository that are asked for.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    symbols: u32,
    /// Ask only for symbols that are defined in this folder; a Python compiler reads no other.
    #[arg(long)]
    under: Option<String>,
    /// Measure only this one.
    #[arg(long)]
    only: Option<Only>,
    /// Ask ours a second time, for edges by name too, and tell how often those are right.
    #[arg(long)]
    names: bool,
    /// Print every wrong and missing use to stderr, a line each.
    #[arg(long)]
    verbose: bool,
    /// Where what the compilers and CodeGraph said is kept between runs.
    #[arg(long)]
    cache: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Ymera,
    Codegraph,
}

/// Measures one repository after the other.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let names = by_repository::names(&options.repos)?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for (repo, name) in options.repos.iter().zip(&names) {
        let measured = measure(repo, options).await;
        let found = measured.with_context(|| format!("measuring `{name}` failed"))?;
        ours.extend(found.ours);
        peers.extend(found.peer);
    }
    let columns =
        [(OURS, &ours), (PEER, &peers)].into_iter().filter(|(_, repos)| !repos.is_empty());
    let columns = columns.map(|(column, repos)| {
        let all = by_repository::together(score::mean(repos), &names, repos);
        Column::new(column, &[all])
    });
    let report = Report::new("references", 1, PEER, columns.collect(), &[])
        .label(&by_repository::labels(LABELS, &names));
    let goals = judge(&report, &BOUNDS);
    Ok(report.judge(goals))
}

/// The figures of one repository.
struct Found {
    ours: Option<Figures>,
    peer: Option<Figures>,
}

async fn measure(repo: &Path, options: &Options) -> anyhow::Result<Found> {
    let snapshot = Snapshot::of(repo).await?;
    let root = &snapshot.root;
    let kept = kept(options, &snapshot.key)?;
    let under = options.under.as_deref().map(|under| under.trim_matches('/'));
    let index = compiler::index(root, &kept, under).await?;
    let truth = truth::of(&scip::read(&index)?, root).context("the compiler's index is broken")?;
    let symbols = questions(truth.symbols, under, options.symbols as usize)?;
    eprintln!(
        "{}: {} files judged, {} symbols asked, {} left out as ambiguous, kept in {}",
        repo.display(),
        truth.judged.len(),
        symbols.len(),
        truth.ambiguous,
        kept.display()
    );
    let truth = Truth { symbols, ..truth };
    let mut found = Found { ours: None, peer: None };
    if options.only != Some(Only::Ymera) {
        let graph = codegraph::index(root, &kept).await?;
        let answers: Vec<Answer> = truth.symbols.iter().map(|symbol| graph.ask(symbol)).collect();
        let answers = judged(&truth, answers);
        let mut figures = score::figures(&truth.symbols, &answers);
        figures.insert("index_s".to_owned(), graph.seconds);
        if options.only.is_some() && options.verbose {
            show(&truth.symbols, &answers, root);
        }
        found.peer = Some(figures);
    }
    if options.only != Some(Only::Codegraph) {
        found.ours = Some(ours(&snapshot, &truth, options).await?);
    }
    Ok(found)
}

/// Asks our server.
async fn ours(snapshot: &Snapshot, truth: &Truth, options: &Options) -> anyhow::Result<Figures> {
    let program = beside_us("ymera-context")?;
    let symbols = &truth.symbols;
    let mut asking = Asking::begin(&program, &snapshot.root, &snapshot.beside("state")).await?;
    let answers = judged(truth, asking.ask(symbols, None).await?);
    let mut figures = score::figures(symbols, &answers);
    for confidence in [Confidence::Exact, Confidence::Likely] {
        figures.extend(score::by_confidence(symbols, &answers, confidence));
    }
    if options.verbose {
        show(symbols, &answers, &snapshot.root);
    }
    if options.names {
        let all = judged(truth, asking.ask(symbols, Some(Confidence::Name)).await?);
        figures.extend(score::by_confidence(symbols, &all, Confidence::Name));
    }
    figures.insert("index_s".to_owned(), asking.seconds);
    asking.close().await?;
    Ok(figures)
}

/// The folder that keeps what was said of this content.
fn kept(options: &Options, key: &str) -> anyhow::Result<PathBuf> {
    let cache = match &options.cache {
        Some(cache) => cache.clone(),
        None => npm::cache()?.join("references"),
    };
    let under = options.under.as_deref().unwrap_or("").replace(['/', '\\'], "-");
    let kept = cache.join(if under.is_empty() { key.to_owned() } else { format!("{key}-{under}") });
    std::fs::create_dir_all(&kept)
        .with_context(|| format!("cannot make the cache folder `{}`", kept.display()))?;
    Ok(kept.canonicalize()?)
}

fn questions(
    mut symbols: Vec<Symbol>,
    under: Option<&str>,
    count: usize,
) -> anyhow::Result<Vec<Symbol>> {
    if let Some(under) = under {
        symbols.retain(|symbol| Path::new(&symbol.place.path).starts_with(under));
    }
    if symbols.is_empty() {
        bail!("the compiler found no symbol to ask for");
    }
    Ok(truth::sample(symbols, count))
}

fn judged(truth: &Truth, answers: Vec<Answer>) -> Vec<Answer> {
    let with = truth.symbols.iter().zip(answers);
    with.map(|(symbol, answer)| answer.judged(symbol, &truth.judged)).collect()
}

/// Prints all differences, so that each can be looked up.
fn show(symbols: &[Symbol], answers: &[Answer], root: &Path) {
    for (symbol, answer) in symbols.iter().zip(answers) {
        for line in differences(symbol, answer, root) {
            eprintln!("{line}");
        }
    }
}

/// What is wrong with an answer, a line each: what, kind and name of the symbol, where it is
/// defined, where it is used or not, and what stands there.
fn differences(symbol: &Symbol, answer: &Answer, root: &Path) -> Vec<String> {
    let about = format!("{} {} {}", symbol.kind.name(), symbol.name, shown(&symbol.place));
    let mut lines = Vec::new();
    if !answer.is_known {
        lines.push(format!("UNKNOWN {about} | {}", line_at(root, &symbol.place)));
    }
    for place in answer.missing(symbol) {
        lines.push(format!("MISSING {about} -> {} | {}", shown(place), line_at(root, place)));
    }
    for (place, confidence) in answer.wrong(symbol) {
        let confidence = confidence.map_or("edge", Confidence::name);
        let (place, text) = (shown(place), line_at(root, place));
        lines.push(format!("WRONG {confidence} {about} -> {place} | {text}"));
    }
    lines
}

fn shown(place: &Place) -> String {
    format!("{}:{}", place.path, place.line)
}

/// The text of a line, cut where it is very long; empty where there is none.
fn line_at(root: &Path, place: &Place) -> String {
    const SHOWN: usize = 160;
    let text = std::fs::read(root.join(&place.path)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().nth(place.line as usize - 1).unwrap_or_default();
    line.trim().chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::score::{Answer, Confidence};
    use super::truth::{Kind, Place, Symbol};
    use super::{differences, questions};

    fn symbol(path: &str, line: u32) -> Symbol {
        let used = |line| Place { path: "src/a.py".into(), line };
        Symbol {
            name: "grow".into(),
            kind: Kind::Method,
            place: Place { path: path.into(), line },
            shares_line: false,
            uses: [used(1), used(3)].into(),
        }
    }

    #[test]
    fn every_difference_is_a_line_that_can_be_searched_for() -> anyhow::Result<()> {
        let scratch = tempfile::tempdir()?;
        std::fs::create_dir(scratch.path().join("src"))?;
        std::fs::write(scratch.path().join("src/a.py"), "one\n  two\nthree\n")?;
        let at = |line| Place { path: "src/a.py".into(), line };
        let edges = [(at(1), Some(Confidence::Exact)), (at(2), Some(Confidence::Likely))];
        let answer = Answer { is_known: true, edges: edges.into(), took: None };
        let lines = differences(&symbol("src/b.py", 7), &answer, scratch.path());
        assert_eq!(
            lines,
            [
                "MISSING method grow src/b.py:7 -> src/a.py:3 | three",
                "WRONG likely method grow src/b.py:7 -> src/a.py:2 | two",
            ]
        );
        let lines = differences(&symbol("src/a.py", 2), &Answer::default(), scratch.path());
        assert_eq!(lines[0], "UNKNOWN method grow src/a.py:2 | two");
        assert_eq!(lines.len(), 3);
        Ok(())
    }

    #[test]
    fn a_folder_limits_what_is_asked() {
        let all = || vec![symbol("src/a.py", 1), symbol("src2/a.py", 1), symbol("src/b/c.py", 1)];
        let count = |under| questions(all(), under, 2).map(|symbols| symbols.len()).ok();
        for (under, want) in
            [(None, Some(2)), (Some("src2"), Some(1)), (Some("src"), Some(2)), (Some("x"), None)]
        {
            assert_eq!(count(under), want, "{under:?}");
        }
    }
}
