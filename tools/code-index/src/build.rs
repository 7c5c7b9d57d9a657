//! The thread that writes: takes the lock when it is free, reads and analyses
//! pending files in parallel, commits, and commits the overlay at rest.
//!
//! ```text
//! pending paths ─▶ N threads: read, parse, list terms ─▶ writer (bounded) ─▶ commit ─▶ refresh
//! ```
//!
//! **Invariants**
//! - Without the lock it only follows: it reloads what others commit.
//! - Work is done in rounds, each ended by a commit, so a killed build goes on
//!   where its last round ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::adopt;
use crate::document::{Analysis, Analyst};
use crate::folder::{IndexFolder, Payload};
use crate::overlay::{Known, Overlaid};
use crate::root_state::{RootState, View, clock};
use crate::schema::FORMAT;
use crate::walk::Stamp;
use crate::writer::Writer;

/// A process that wants to write looks this often whether the lock is free.
const LOCK_POLL: Duration = Duration::from_millis(400);
/// The writer looks this often for what nothing woke it for.
const TICK: Duration = Duration::from_secs(1);
/// The first round is short, so that answers come from the index early; each
/// further one is twice as long, since a commit costs.
const FIRST_ROUND: Duration = Duration::from_secs(2);
/// An overlay of this size is committed without waiting for rest.
const LARGE_OVERLAY: usize = 64 << 20;
/// The same, in files.
const MANY_CHANGES: usize = 2_000;
/// After a failure of the store the writer pauses for this long.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// New stamps of unchanged files are kept at most so often.
const SAVE_STAMPS: Duration = Duration::from_secs(10);

/// Runs until the root is closed.
pub(crate) fn run(state: &RootState) {
    let mut builder =
        Builder { state, writer: None, round: FIRST_ROUND, sources: None, saved: Instant::now() };
    while !state.stop.is_cancelled() {
        let seen = state.version();
        let pause = match builder.step() {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!(%error, root = %state.root.display(), "the index was not written");
                // The next attempt opens the store anew and repairs it.
                builder.writer = None;
                let since = Instant::now();
                while since.elapsed() < AFTER_FAILURE && !state.stop.is_cancelled() {
                    state.wait(state.version(), AFTER_FAILURE);
                }
                Duration::ZERO
            }
        };
        if !pause.is_zero() {
            state.wait(seen, pause);
        }
    }
    if builder.writer.is_some() {
        builder.save_stamps(&state.current());
    }
}

struct Builder<'s> {
    state: &'s RootState,
    writer: Option<Writer>,
    round: Duration,
    /// Indexes of other worktrees, once they were looked for.
    sources: Option<Vec<IndexFolder>>,
    /// When stamps were kept last.
    saved: Instant,
}

impl Builder<'_> {
    /// Does what is due and returns how long to wait for the next.
    fn step(&mut self) -> tantivy::Result<Duration> {
        let view = self.state.current();
        // Where something is stored the first comparison with the tree decides
        // whether there is anything to write, and needs the processors more.
        if view.stored.is_some() && !self.state.listed.load(Ordering::Acquire) {
            return Ok(TICK);
        }
        if self.writer.is_none() {
            if view.stored.is_none() && self.waits_for_list() {
                return Ok(TICK);
            }
            self.writer = self.try_become_writer()?;
        }
        if view.walked && view.overlay.counts().pending == 0 {
            view.warm()?;
        }
        let Some(writer) = &mut self.writer else { return Ok(LOCK_POLL) };
        let view = self.state.current();
        let counts = view.overlay.counts();
        if counts.pending > 0 {
            writer.hold_merges();
            build_round(self.state, writer, &view, self.round)?;
            self.round *= 2;
            return Ok(Duration::ZERO);
        }
        self.round = FIRST_ROUND;
        let due = self.state.options.commit_after;
        if !view.overlay.is_empty() {
            let quiet = self.state.quiet_for();
            let large = counts.bytes > LARGE_OVERLAY || view.overlay.len() > MANY_CHANGES;
            if quiet < due && !large {
                return Ok(due - quiet);
            }
            writer.merge_at_rest();
            commit_overlay(self.state, writer, &view)?;
            return Ok(Duration::ZERO);
        }
        let complete = writer.payload().is_some_and(|payload| payload.complete);
        if view.walked && !complete {
            writer.merge_at_rest();
            commit(self.state, writer, &view, true)?;
            return Ok(Duration::ZERO);
        }
        if self.saved.elapsed() >= SAVE_STAMPS {
            self.save_stamps(&view);
        }
        Ok(TICK)
    }

    /// Another worktree's index can be compared once the files are known.
    fn waits_for_list(&mut self) -> bool {
        let sources = self.sources.get_or_insert_with(|| adopt::sources(self.state));
        !sources.is_empty() && !self.state.listed.load(Ordering::Acquire)
    }

    fn save_stamps(&mut self, view: &View) {
        self.saved = Instant::now();
        let Some(stored) = &view.stored else { return };
        let file = self.state.folder.stamps_file();
        if let Err(error) = stored.sightings.save(&file, stored) {
            tracing::warn!(%error, file = %file.display(), "stamps were not kept");
        }
    }

    fn try_become_writer(&mut self) -> tantivy::Result<Option<Writer>> {
        let Some(lock) = self.state.folder.try_lock()? else { return Ok(None) };
        if self.state.refresh().stored.is_none() {
            adopt::adopt(self.state, &lock, &self.sources.take().unwrap_or_default());
        }
        let fields = Arc::clone(self.state.reader.fields());
        let heap = self.state.options.writer_heap_bytes;
        Writer::open(&self.state.folder, lock, fields, heap).map(Some)
    }
}

/// Commits what was added since the last commit and shows it.
fn commit(
    state: &RootState,
    writer: &mut Writer,
    view: &View,
    complete: bool,
) -> tantivy::Result<()> {
    let before = writer.payload();
    let generation =
        clock().max(view.generation).max(before.map_or(0, |payload| payload.generation) + 1);
    // Before the commit: a change may be told twice, but never be lost. What
    // can be asked about begins with the first complete commit.
    let base = complete.then_some(generation);
    state.journal.write(&state.folder.changes_file(), base)?;
    writer.commit(Payload { format: FORMAT, generation, complete })?;
    state.refresh();
    Ok(())
}

fn commit_overlay(state: &RootState, writer: &mut Writer, view: &View) -> tantivy::Result<()> {
    for (path, what) in view.overlay.iter() {
        match what {
            Overlaid::File(file) => {
                writer.remove(path);
                writer.add(file.as_ref().clone())?;
            }
            Overlaid::Gone => writer.remove(path),
            Overlaid::Pending(_) => {}
        }
    }
    let complete = view.walked && view.overlay.counts().pending == 0;
    commit(state, writer, view, complete)
}

/// Reads pending files until all are done or `length` is over, and commits.
fn build_round(
    state: &RootState,
    writer: &mut Writer,
    view: &View,
    length: Duration,
) -> tantivy::Result<()> {
    let pending = view.overlay.pending();
    let round = Round {
        state,
        writer,
        view,
        pending: &pending,
        ends: Instant::now() + length,
        next: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
        done: Mutex::default(),
    };
    let threads = state.options.threads.clamp(1, pending.len().max(1));
    let results: Vec<tantivy::Result<()>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(|| round.work())).collect();
        handles.into_iter().map(join).collect()
    });
    let done = round.done.into_inner().unwrap_or_else(PoisonError::into_inner);
    for result in results {
        result?;
    }
    let rest = view.overlay.len() > done.len();
    commit(state, writer, view, view.walked && !rest)?;
    state.settle_pending(&done);
    state.in_round.store(0, Ordering::Relaxed);
    Ok(())
}

fn join(handle: std::thread::ScopedJoinHandle<'_, tantivy::Result<()>>) -> tantivy::Result<()> {
    let panicked = || tantivy::TantivyError::ErrorInThread("a thread that reads files".into());
    handle.join().unwrap_or_else(|_| Err(panicked()))
}

struct Round<'r> {
    state: &'r RootState,
    writer: &'r Writer,
    view: &'r View,
    pending: &'r [(Arc<str>, Stamp)],
    ends: Instant,
    next: AtomicUsize,
    failed: AtomicBool,
    done: Mutex<Vec<(Arc<str>, Stamp)>>,
}

impl Round<'_> {
    fn work(&self) -> tantivy::Result<()> {
        let mut analyst = Analyst::new(self.state.options.max_file_bytes);
        let mut done = Vec::new();
        let result = self.work_with(&mut analyst, &mut done);
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        self.done.lock().unwrap_or_else(PoisonError::into_inner).extend(done);
        result
    }

    fn work_with(
        &self,
        analyst: &mut Analyst,
        done: &mut Vec<(Arc<str>, Stamp)>,
    ) -> tantivy::Result<()> {
        let stop = &self.state.stop;
        // At least one file a thread, so that every round gets on.
        while !stop.is_cancelled() && !self.failed.load(Ordering::Relaxed) {
            let Some((path, stamp)) = self.pending.get(self.next.fetch_add(1, Ordering::Relaxed))
            else {
                break;
            };
            self.build(analyst, path)?;
            done.push((Arc::clone(path), *stamp));
            self.state.in_round.fetch_add(1, Ordering::Relaxed);
            if Instant::now() >= self.ends {
                break;
            }
        }
        Ok(())
    }

    fn build(&self, analyst: &mut Analyst, path: &str) -> tantivy::Result<()> {
        let stored = self.view.stored.as_deref();
        // What the view says of the file is what the next commit builds upon.
        let newest = stored.is_some_and(|stored| self.writer.payload() == Some(stored.payload));
        let known = Known::new(stored.filter(|_| newest), 1).facts(path).copied();
        let analysis = analyst.analyse(&self.state.root, path, known.as_slice());
        if let (Analysis::Known(_, again), Some(stored), Some(known)) = (&analysis, stored, known) {
            stored.sightings.note(path, &known, *again);
            return Ok(());
        }
        if stored.is_some() {
            self.writer.remove(path);
        }
        match analysis {
            Analysis::File(file) => {
                self.state.count_parsed(&file);
                self.writer.add(*file)
            }
            Analysis::LeftOut(reason) => {
                self.state.note_left_out(path, Some(reason));
                Ok(())
            }
            Analysis::Known(..) | Analysis::Gone => Ok(()),
        }
    }
}
