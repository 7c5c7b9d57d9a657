//! The commits themselves, in the form that is kept on disk beside the index.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::git::{GitProcess, RawCommit};
use crate::terms::{Interner, Tally};
use crate::words::cut_at;

/// Older commits speak of code that has gone.
const MAX_COMMITS: usize = 5_000;
/// A commit that touched more says nothing of any one file.
const MAX_FILES: usize = 40;
/// The first paragraphs tell; what follows is often pasted.
const MAX_MESSAGE: usize = 2_000;
/// Raised when the kept form changes, or the way words are cut.
const FORMAT: u32 = 1;

/// The newest commits with the words of their messages and their files.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Log {
    format: u32,
    head: String,
    pub(super) files: Vec<String>,
    pub(super) commits: Vec<Commit>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Commit {
    id: String,
    /// A written list of stems with counts, as [`crate::terms`] writes it.
    pub(super) words: String,
    /// Places in [`Log::files`].
    pub(super) files: Vec<u32>,
}

impl Log {
    /// Reads what an earlier process kept; none where it cannot be used.
    pub(crate) fn load(file: &Path) -> Option<Log> {
        let bytes = std::fs::read(file).ok()?;
        let log: Log = postcard::from_bytes(&bytes).ok()?;
        let sound = |commit: &Commit| commit.files.iter().all(|&f| (f as usize) < log.files.len());
        (log.format == FORMAT && log.commits.iter().all(sound)).then_some(log)
    }

    /// The same commits, not yet said to be those of any HEAD.
    pub(crate) fn of_another_head(self) -> Log {
        Log { head: String::new(), ..self }
    }

    /// Keeps it for the next process: whole or not at all.
    pub(crate) fn save(&self, file: &Path) -> io::Result<()> {
        let bytes = postcard::to_stdvec(self).map_err(io::Error::other)?;
        let part = file.with_extension(format!("part-{}", std::process::id()));
        std::fs::write(&part, bytes)?;
        std::fs::rename(&part, file)
    }
}

/// Brings a log up to HEAD, reading only the commits that it lacks. None where
/// it is up to date, or there is no history.
pub(crate) fn refresh(
    git: &GitProcess,
    root: &Path,
    known: Option<&Log>,
) -> io::Result<Option<Log>> {
    let Some(head) = git.head(root) else { return Ok(None) };
    if known.is_some_and(|log| log.head == head) {
        return Ok(None);
    }
    let wanted = git.newest(root, MAX_COMMITS)?;
    let mut builder = LogBuilder::new(head);
    let by_id: HashMap<&str, &Commit> = known
        .iter()
        .flat_map(|log| &log.commits)
        .map(|commit| (commit.id.as_str(), commit))
        .collect();
    let missing: Vec<String> =
        wanted.iter().filter(|id| !by_id.contains_key(id.as_str())).cloned().collect();
    if !missing.is_empty() {
        git.read(root, &missing, |commit| builder.add(&commit))?;
    }
    let reachable: HashSet<&str> = wanted.iter().map(String::as_str).collect();
    if let Some(log) = known {
        for commit in log.commits.iter().filter(|commit| reachable.contains(commit.id.as_str())) {
            builder.keep(commit, &log.files);
        }
    }
    Ok(Some(builder.log))
}

struct LogBuilder {
    log: Log,
    numbers: HashMap<String, u32>,
    interner: Interner,
    tally: Tally,
}

impl LogBuilder {
    fn new(head: String) -> LogBuilder {
        LogBuilder {
            log: Log { format: FORMAT, head, ..Log::default() },
            numbers: HashMap::new(),
            interner: Interner::new(),
            tally: Tally::default(),
        }
    }

    fn number(&mut self, path: &str) -> u32 {
        if let Some(&number) = self.numbers.get(path) {
            return number;
        }
        let number = u32::try_from(self.log.files.len()).unwrap_or(u32::MAX);
        self.log.files.push(path.to_owned());
        self.numbers.insert(path.to_owned(), number);
        number
    }

    /// A mass change is remembered without its files, so that it is not read again.
    fn add(&mut self, raw: &RawCommit<'_>) {
        let telling = raw.files.len() <= MAX_FILES;
        let files = if telling { raw.files.as_slice() } else { &[] };
        let files: Vec<u32> = files.iter().map(|path| self.number(path)).collect();
        let words = if files.is_empty() { String::new() } else { self.words(raw.message) };
        self.log.commits.push(Commit { id: raw.id.to_owned(), words, files });
    }

    fn keep(&mut self, commit: &Commit, files: &[String]) {
        let files = commit.files.iter().map(|&file| self.number(&files[file as usize])).collect();
        self.log.commits.push(Commit { files, ..commit.clone() });
    }

    fn words(&mut self, message: &str) -> String {
        self.interner.make_room();
        for line in cut_at(message, MAX_MESSAGE).lines().filter(|line| !is_trailer(line)) {
            self.tally.add_text(&mut self.interner, line);
        }
        self.tally.write(&self.interner)
    }
}

/// `Signed-off-by: …` and the like name people, not code (git-interpret-trailers(1)).
fn is_trailer(line: &str) -> bool {
    let Some((key, _)) = line.split_once(": ") else { return false };
    key.ends_with("-by") || key.starts_with("Change-Id") || key.ends_with("-Id")
}
