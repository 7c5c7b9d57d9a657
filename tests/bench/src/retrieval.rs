//! How well `explore_code` finds the files of real changes, beside plain BM25.
//!
//! ```text
//! REPO ─ history: commits, their files and words ─▶ questions and their truth
//!    └── snapshot before the oldest of them ─┬▶ server: explore_code ─▶ ranked files ─┐
//!                                            └▶ plain: BM25 ─────────▶ ranked files ─┴▶ score
//! ```
//!
//! A commit is a task with a known answer: its message says what was to be done, the
//! files it modified say where. All questions of a repository are asked of one snapshot,
//! which none of the picked commits is part of.
//!
//! **Invariants**
//! - `REPO` is only read, and the network is never asked for what it lacks.
//! - The same `HEAD` gives the same questions, in the same order, of the same files. Figures
//!   differ only where the server's own answers do, times aside.
//! - A question never names the files that are looked for.
//!
//! **Deliberately absent:** added, renamed and removed files. Nobody could find what was
//! not there, and a removed file is seldom what has to be understood.

mod ask;
mod git;
mod history;
mod message;
mod plain;
mod score;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use self::history::Pick;
use self::score::Asked;
use crate::goals::{Bound, Limit, judge};
use crate::load::{Figures, beside_us};
use crate::report::{Column, Label, Report};

const OURS: &str = "ymera";
const PLAIN: &str = "BM25";

/// The figures of a repository, and of all together.
const LABELS: &[Label] = &[
    ("recall_at_10", "recall@10"),
    ("hit_at_5", "  hit@5"),
    ("answer_bytes", "  answer: mean, bytes"),
    ("largest_answer_bytes", "  answer: largest, bytes"),
    ("answer_p50_ms", "  answer: p50, ms"),
    ("commits", "  commits"),
];

const BOUNDS: [Bound; 2] = [
    Bound {
        goal: "mean recall@10 of .78",
        column: OURS,
        figure: "recall_at_10",
        limit: Limit::AtLeast(0.78),
    },
    Bound {
        goal: "answers of at most 4 KB (4096 bytes)",
        column: OURS,
        figure: "largest_answer_bytes",
        limit: Limit::AtMost(4096.0),
    },
];

/// What is asked of which histories.
#[derive(Args)]
pub(crate) struct Options {
    /// Git repositories, bare or not. They are only read.
    #[arg(required = true)]
    repos: Vec<PathBuf>,
    /// Commits of each repository that become questions, newest first.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..=1000))]
    commits: u16,
    /// Print a line for each question to stderr: what was asked and found.
    #[arg(long)]
    verbose: bool,
}

/// Measures one repository after the other.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let program = beside_us("ymera-context")?;
    let names = names(&options.repos)?;
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for (repo, name) in options.repos.iter().zip(&names) {
        let asked = measure(&program, repo, options).await;
        let (found, floor) = asked.with_context(|| format!("measuring `{name}` failed"))?;
        ours.push(score::figures(&found));
        plain.push(score::figures(&floor));
    }
    let columns = [(OURS, &ours), (PLAIN, &plain)]
        .map(|(column, repos)| Column::new(column, &[together(&names, repos)]));
    let of_all: Vec<_> = LABELS.iter().map(|(key, label)| line(key, "all", label)).collect();
    let report = Report::new("retrieval", 1, PLAIN, columns.into(), &[]).label(&of_all);
    let lines = names
        .iter()
        .flat_map(|name| LABELS.iter().map(move |(key, label)| line(&of(name, key), name, label)));
    let report = report.label(&lines.collect::<Vec<_>>());
    let goals = judge(&report, &BOUNDS);
    Ok(report.judge(goals))
}

/// Asks the questions of one repository: what our server found, what plain BM25 did.
async fn measure(
    program: &Path,
    repo: &Path,
    options: &Options,
) -> anyhow::Result<(Vec<Asked>, Vec<Asked>)> {
    let repo = repo.canonicalize().with_context(|| format!("cannot open `{}`", repo.display()))?;
    let scratch = tempfile::Builder::new().prefix("ymera-bench-retrieval-").tempdir()?;
    let root = scratch.path().join("repository");
    let mut picks = history::newest(&repo, usize::from(options.commits)).await?;
    let Some(oldest) = picks.last() else {
        bail!("`{}` has no commit that could be a question", repo.display());
    };
    eprintln!("{}: {} commits, asked before {}", repo.display(), picks.len(), oldest.hash);
    git::export(&repo, &format!("{}^", oldest.hash), &root).await?;
    history::keep_what_is_there(&mut picks, &root);
    if picks.is_empty() {
        bail!("no file that the commits of `{}` modify is in the snapshot", repo.display());
    }
    let index = scratch.path().join("plain");
    std::fs::create_dir(&index)?;
    let plain = plain::ask(&root, &index, &picks)?;
    let ours = ask::explore(program, &root, &scratch.path().join("state"), &picks).await?;
    if options.verbose {
        for ((pick, ours), plain) in picks.iter().zip(&ours).zip(&plain) {
            eprintln!("{}", shown(pick, ours, plain));
        }
    }
    Ok((ours, plain))
}

/// One question on one line: hash, recall and hit of both, query, truth with ranks.
fn shown(pick: &Pick, ours: &Asked, plain: &Asked) -> String {
    let rank = |found: Option<usize>| found.map_or("-".to_owned(), |rank| rank.to_string());
    let truth: Vec<String> = pick
        .truth
        .iter()
        .zip(ours.ranks.iter().zip(&plain.ranks))
        .map(|(path, (ours, plain))| format!("{path}={}/{}", rank(*ours), rank(*plain)))
        .collect();
    format!(
        "{}  recall {:.2}/{:.2}  hit {}/{}  \"{}\"  {}",
        pick.hash.get(..10).unwrap_or(&pick.hash),
        ours.recall(),
        plain.recall(),
        u8::from(ours.is_hit()),
        u8::from(plain.is_hit()),
        pick.query,
        truth.join(" "),
    )
}

/// The figures of every repository under its name, and all of them brought together.
fn together(names: &[String], repos: &[Figures]) -> Figures {
    let mut all = score::mean(repos);
    for (name, figures) in names.iter().zip(repos) {
        all.extend(figures.iter().map(|(key, value)| (of(name, key), *value)));
    }
    all
}

fn of(name: &str, key: &str) -> String {
    format!("{name} {key}")
}

/// A figure's line; the first of a repository carries its name.
fn line(key: &str, name: &str, label: &str) -> (String, String) {
    let is_first = !label.starts_with(' ');
    (key.to_owned(), if is_first { format!("{name} {label}") } else { label.to_owned() })
}

/// The shortest ends of the paths that tell the repositories apart.
fn names(repos: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut full = Vec::with_capacity(repos.len());
    for repo in repos {
        let path =
            repo.canonicalize().with_context(|| format!("cannot open `{}`", repo.display()))?;
        if full.contains(&path) {
            bail!("`{}` is given twice; name every repository once", repo.display());
        }
        full.push(path);
    }
    let longest = full.iter().map(|path| path.components().count()).max().unwrap_or(1);
    let mut names = Vec::new();
    for parts in 1..=longest {
        names = full.iter().map(|path| end_of(path, parts)).collect();
        let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
        if distinct.len() == names.len() {
            break;
        }
    }
    Ok(names)
}

fn end_of(path: &Path, parts: usize) -> String {
    let all: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    all[all.len().saturating_sub(parts)..].join("/")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::history::Pick;
    use super::score::{Asked, figures};
    use super::{names, shown, together};

    #[test]
    fn repositories_are_named_by_what_tells_them_apart() -> anyhow::Result<()> {
        let scratch = tempfile::tempdir()?;
        let [a, b, c] = ["one/repo", "two/repo", "three/other"].map(|end| scratch.path().join(end));
        for folder in [&a, &b, &c] {
            fs::create_dir_all(folder)?;
        }
        for (name, repos, want) in [
            ("alone", vec![a.clone()], vec!["repo"]),
            ("apart", vec![a.clone(), c], vec!["repo", "other"]),
            ("alike", vec![a.clone(), b], vec!["one/repo", "two/repo"]),
        ] {
            assert_eq!(names(&repos)?, want, "{name}");
        }
        let error = names(&[a.clone(), a]).expect_err("the same twice");
        assert!(error.to_string().contains("given twice"), "{error}");
        Ok(())
    }

    #[test]
    fn a_line_shows_what_was_asked_and_where_it_was_found() {
        let pick = Pick {
            hash: "0123456789abcdef".into(),
            query: "close the gate".into(),
            truth: vec!["src/gate.rs".into(), "src/hinge.rs".into()],
        };
        let ranked = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        let ours = Asked::new(ranked(&["x", "src/gate.rs"]), &pick.truth);
        let plain = Asked::new(ranked(&["src/hinge.rs", "src/gate.rs"]), &pick.truth);
        assert_eq!(
            shown(&pick, &ours, &plain),
            "0123456789  recall 0.50/1.00  hit 1/1  \"close the gate\"  src/gate.rs=2/2 src/hinge.rs=-/1"
        );
    }

    #[test]
    fn every_repository_keeps_its_figures_beside_the_mean() {
        let truth = ["a".to_owned()];
        let found = Asked::new(vec!["a".into()], &truth).answered(100, Duration::from_millis(4));
        let missed = Asked::new(vec!["b".into()], &truth).answered(300, Duration::from_millis(2));
        let all = together(
            &["x".into(), "y".into()],
            &[figures(std::slice::from_ref(&found)), figures(&[missed, found])],
        );
        for (key, want) in [
            ("x recall_at_10", 1.0),
            ("y recall_at_10", 0.5),
            ("recall_at_10", 0.75),
            ("y answer_bytes", 200.0),
            ("largest_answer_bytes", 300.0),
            ("commits", 3.0),
        ] {
            assert_eq!(all.get(key), Some(&want), "{key}");
        }
    }
}
