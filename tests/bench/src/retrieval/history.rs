//! The commits that become questions.
//!
//! **Invariants**
//! - Picks stand newest first and none is part of a later one, so none is in the history
//!   of the parent of the last.
//! - What is picked depends on the history alone, never on the clock or a setting.

use std::path::Path;

use ymera_code_index::{FileClass, Language};

use super::message;
use crate::git;

/// Commits looked at; of a repository where so few qualify, older ones would ask about
/// a tree that is not today's.
const LOOKED_AT: usize = 4000;
/// A change of more files is seldom one task.
const MOST_FILES: usize = 5;
/// Fewer words ask nothing.
const LEAST_WORDS: usize = 3;
/// In the names of authors that are no people.
const BOTS: [&str; 4] = ["dependabot", "renovate", "[bot]", "github-actions"];
/// What `git log` says of a file that was there before and after.
const MODIFIED: &str = "M";

/// A commit that asks a question, and the files that answer it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pick {
    pub(super) hash: String,
    pub(super) query: String,
    /// The source files that it modifies, in order of path.
    pub(super) truth: Vec<String>,
}

/// The newest commits of `HEAD` that qualify.
pub(super) async fn newest(repo: &Path, count: usize) -> anyhow::Result<Vec<Pick>> {
    let log = git::log(repo, LOOKED_AT).await?;
    Ok(log.split(git::BEGIN).filter_map(pick).take(count).collect())
}

/// Leaves out files that the snapshot in `root` lacks, and picks without any file left.
pub(super) fn keep_what_is_there(picks: &mut Vec<Pick>, root: &Path) {
    for pick in picks.iter_mut() {
        pick.truth.retain(|path| {
            let found = std::fs::symlink_metadata(root.join(path));
            found.is_ok_and(|metadata| metadata.is_file())
        });
    }
    picks.retain(|pick| !pick.truth.is_empty());
}

/// Reads one commit of the log, if it qualifies.
fn pick(record: &str) -> Option<Pick> {
    let mut texts = record.splitn(5, git::END);
    let (hash, author, title, body) = (texts.next()?, texts.next()?, texts.next()?, texts.next()?);
    let truth = truth(texts.next()?);
    let author = author.to_lowercase();
    let is_bot = BOTS.iter().any(|bot| author.contains(bot));
    if is_bot || message::is_housekeeping(title) || !(1..=MOST_FILES).contains(&truth.len()) {
        return None;
    }
    let query = message::question(title, body, &truth);
    let asks = query.split(' ').count() >= LEAST_WORDS;
    asks.then(|| Pick { hash: hash.to_owned(), query, truth })
}

/// The source files among the changes of a commit that were modified.
fn truth(changes: &str) -> Vec<String> {
    let mut truth = Vec::new();
    // The log puts a line feed before the first status.
    let mut parts = changes.split('\0').map(|part| part.trim_start_matches('\n'));
    while let Some(status) = parts.next() {
        if status.is_empty() {
            continue;
        }
        let Some(path) = parts.next() else { break };
        if status == MODIFIED && is_source(path) {
            truth.push(path.to_owned());
        }
    }
    truth.sort();
    truth
}

/// Whether a file is code of the product, by its path alone: it may be gone.
fn is_source(path: &str) -> bool {
    let language = Language::detect(Path::new(path), b"");
    language.is_some_and(Language::is_source) && FileClass::of(path) != FileClass::Test
}

#[cfg(test)]
mod tests;
