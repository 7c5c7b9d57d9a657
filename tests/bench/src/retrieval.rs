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
use crate::load::beside_us;
use crate::report::{Column, Label, Report};
use crate::{by_repository, git};

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
    let names = by_repository::names(&options.repos)?;
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for (repo, name) in options.repos.iter().zip(&names) {
        let asked = measure(&program, repo, options).await;
        let (found, floor) = asked.with_context(|| format!("measuring `{name}` failed"))?;
        ours.push(score::figures(&found));
        plain.push(score::figures(&floor));
    }
    let columns = [(OURS, &ours), (PLAIN, &plain)].map(|(column, repos)| {
        let all = by_repository::together(score::mean(repos), &names, repos);
        Column::new(column, &[all])
    });
    let report = Report::new("retrieval", 1, PLAIN, columns.into(), &[])
        .label(&by_repository::labels(LABELS, &names));
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::history::Pick;
    use super::score::{Asked, figures, mean};
    use super::shown;
    use crate::by_repository::together;

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
        let repos = [figures(std::slice::from_ref(&found)), figures(&[missed, found])];
        let all = together(mean(&repos), &["x".into(), "y".into()], &repos);
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
