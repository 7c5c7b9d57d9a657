//! Which files changed since a generation.
//!
//! ```text
//! change of the view ─▶ Journal (memory) ─▶ before each commit: CACHE/…/changes ─▶ changes_since
//! ```
//!
//! Generations follow one clock for all repositories and all times, so that one
//! that was given before an index was built anew is known to be too old.
//!
//! **Invariants**
//! - An event is written before the commit that makes it old news: a process
//!   that dies may report a change twice, never not at all.
//! - Memory and file are bounded; what was dropped raises the oldest generation
//!   that can be asked about.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::overlay::Overlaid;
use crate::root_state::View;
use crate::status::IndexStatus;
use crate::workspace::{Scope, Workspace};

/// Events kept in memory.
const MAX_EVENTS: usize = 50_000;
/// The file is cut to half of its events when it is larger.
const MAX_FILE: u64 = 4 << 20;

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// It has another content.
    Modified,
    /// It is not there any more.
    Deleted,
}

impl Change {
    /// Returns the word for it in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Modified => "modified",
            Change::Deleted => "deleted",
        }
    }
}

/// A file that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// The file.
    pub path: String,
    /// What happened to it in all.
    pub change: Change,
}

/// What changed since a generation.
#[derive(Debug, Clone)]
pub struct ChangesAnswer {
    /// In order of path.
    pub files: Vec<ChangedFile>,
    /// How complete the answer is.
    pub status: IndexStatus,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Event {
    generation: u64,
    path: Arc<str>,
    change: Change,
}

/// The file's first line.
#[derive(Serialize, Deserialize)]
struct Head {
    /// The oldest generation that can be asked about.
    base: u64,
}

/// The events of one root that this process saw.
#[derive(Default)]
pub(crate) struct Journal(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    events: Vec<Event>,
    /// So many of them are in the file.
    written: usize,
    /// Events up to this generation were dropped.
    dropped: u64,
}

impl Journal {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what differs between a view and the next.
    pub(crate) fn note<'p>(
        &self,
        before: &View,
        generation: u64,
        changes: impl Iterator<Item = (&'p Arc<str>, &'p Option<Overlaid>)>,
    ) {
        // What the first walk finds in a new repository is no change.
        if !before.walked && !before.stored.as_ref().is_some_and(|stored| stored.payload.complete) {
            return;
        }
        let mut seen = self.seen();
        for (path, what) in changes {
            let was = before.holds(path);
            let is = match what {
                Some(Overlaid::File(file)) => file.facts.skip.is_none(),
                Some(Overlaid::Pending(_)) => true,
                Some(Overlaid::Gone) => false,
                None => before.stores(path),
            };
            let change = match (was, is) {
                (false, true) => Change::Added,
                (true, true) => Change::Modified,
                (true, false) => Change::Deleted,
                (false, false) => continue,
            };
            seen.events.push(Event { generation, path: Arc::clone(path), change });
        }
        if seen.events.len() > MAX_EVENTS {
            let gone = seen.events.len() - MAX_EVENTS / 2;
            seen.dropped = seen.events[gone - 1].generation;
            seen.events.drain(..gone);
            seen.written = seen.written.saturating_sub(gone);
        }
    }

    /// Writes what is new to the file; only the writer of the index does. Where
    /// there is no file yet one is begun with `base`.
    pub(crate) fn write(&self, file: &Path, base: Option<u64>) -> io::Result<()> {
        let mut seen = self.seen();
        let fresh = &seen.events[seen.written..];
        if !file.exists() {
            let Some(base) = base else { return Ok(()) };
            write_whole(file, base, &[])?;
        } else if fresh.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for event in fresh {
            serde_json::to_writer(&mut lines, event)?;
            lines.push(b'\n');
        }
        let mut out = OpenOptions::new().append(true).open(file)?;
        out.write_all(&lines)?;
        seen.written = seen.events.len();
        if out.metadata()?.len() > MAX_FILE {
            let (_, events) = read(file)?;
            let newer = &events[events.len() / 2..];
            if let Some(oldest) = newer.first() {
                write_whole(file, oldest.generation, newer)?;
            }
        }
        Ok(())
    }

    /// The events after a generation, of all processes, oldest first.
    fn since(&self, file: &Path, generation: u64) -> io::Result<Vec<Event>> {
        let (base, mut events) = read(file)?;
        let seen = self.seen();
        let base = if events.is_empty() { base.max(seen.dropped) } else { base };
        if generation < base {
            return Err(io::ErrorKind::NotFound.into());
        }
        events.extend(seen.events.iter().cloned());
        events.retain(|event| event.generation > generation);
        events.sort_by_key(|event| event.generation);
        Ok(events)
    }
}

fn write_whole(file: &Path, base: u64, events: &[Event]) -> io::Result<()> {
    let mut text = serde_json::to_vec(&Head { base })?;
    text.push(b'\n');
    for event in events {
        serde_json::to_writer(&mut text, event)?;
        text.push(b'\n');
    }
    let fresh = file.with_extension("new");
    fs::write(&fresh, text)?;
    fs::rename(fresh, file)
}

/// Reads the base and the events; a last line that was cut short is passed over.
fn read(file: &Path) -> io::Result<(u64, Vec<Event>)> {
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((u64::MAX, Vec::new())),
        text => text?,
    };
    let mut lines = text.lines();
    let head: Option<Head> = lines.next().and_then(|line| serde_json::from_str(line).ok());
    let events = lines.filter_map(|line| serde_json::from_str(line).ok()).collect();
    Ok((head.map_or(u64::MAX, |head| head.base), events))
}

/// What happened in all to each path.
fn summed(events: Vec<Event>) -> BTreeMap<Arc<str>, Change> {
    let mut first_and_last: BTreeMap<Arc<str>, (Change, Change)> = BTreeMap::new();
    for event in events {
        let known = first_and_last.entry(event.path).or_insert((event.change, event.change));
        known.1 = event.change;
    }
    let sum = |(first, last)| match (first, last) {
        (Change::Added, Change::Deleted) => None,
        (Change::Added, _) => Some(Change::Added),
        (_, Change::Deleted) => Some(Change::Deleted),
        _ => Some(Change::Modified),
    };
    first_and_last.into_iter().filter_map(|(path, both)| Some((path, sum(both)?))).collect()
}

impl Workspace {
    /// The files that changed since an answer said `generation`.
    pub fn changes_since(
        &self,
        generation: u64,
        cancel: &Cancel,
    ) -> Result<ChangesAnswer, IndexError> {
        let mut files = Vec::new();
        let roots = self.queries(&Scope::default(), cancel)?;
        let status = self.status();
        let unknown = || IndexError::UnknownGeneration { generation, newest: status.generation };
        if generation > status.generation {
            return Err(unknown());
        }
        for root in &roots {
            let file = root.state.folder.changes_file();
            let events = root.state.journal.since(&file, generation);
            let events = events.map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => unknown(),
                _ => IndexError::Cache { path: file.clone(), source: error },
            })?;
            files.extend(
                summed(events)
                    .into_iter()
                    .map(|(path, change)| ChangedFile { path: root.show(&path), change }),
            );
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(ChangesAnswer { files, status })
    }
}

#[cfg(test)]
mod tests;
