//! The thread that looks at the tree: compares it with the index when a root is
//! opened, then follows changes, by events or by polling.
//!
//! **Invariants**
//! - A folder is watched before its entries are listed, so nothing that changes
//!   in between is missed.
//! - A file counts as changed only when its content does: a touched file makes
//!   no new generation.
//! - The few files of a normal change are read here at once; many become
//!   pending, which text search covers and the build thread reads.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::document::{Analysis, Analyst, Facts};
use crate::events::{Batch, Inbox, Watches};
use crate::options::WatchMode;
use crate::overlay::{Known, Overlaid, is_current, same_content};
use crate::read::is_racy;
use crate::root_state::{Changes, RootState, View};
use crate::sightings::Unchanged;
use crate::status::WatchState;
use crate::walk::{Found, Stamp, Walked, list, relative, walk};

/// So many changed files are read at once; the rest become pending.
const READ_AT_ONCE: usize = 128;
/// So much of the overlay may be analysed files; more become pending.
const MAX_OVERLAY_BYTES: usize = 96 << 20;
/// How often a process that only follows looks at files that stay pending.
const TICK: Duration = Duration::from_secs(2);
/// So many new folders are listed again rather than the whole tree walked again.
const FEW_FOLDERS: usize = 32;
/// New folders appear while one walks; after so many walks events take over.
const MAX_WALKS: usize = 3;

/// Runs until the root is closed.
pub(crate) fn run(state: &RootState, inbox: &Inbox) {
    let mut watch = Watch {
        state,
        inbox,
        watches: None,
        folders: HashSet::new(),
        analyst: Analyst::new(state.options.max_file_bytes),
        pending_since: None,
    };
    watch.start();
    while !state.stop.is_cancelled() {
        watch.turn();
    }
}

struct Watch<'s> {
    state: &'s RootState,
    inbox: &'s Inbox,
    /// None while polling.
    watches: Option<Watches>,
    /// All folders of the tree that are not ignored.
    folders: HashSet<String>,
    analyst: Analyst,
    pending_since: Option<Instant>,
}

impl Watch<'_> {
    fn start(&mut self) {
        let view = self.state.current();
        if self.state.options.watch == WatchMode::Events {
            match Watches::new(self.inbox) {
                Ok(watches) => self.watches = Some(watches),
                Err(error) => tracing::warn!(%error, "no file events; polling"),
            }
        }
        match &view.stored {
            // With the folders of last time watched first, one walk is enough.
            Some(stored) => {
                let folders = folders_of(stored.files().map(|(_, path, _)| path));
                self.watch_folders(&folders);
            }
            // A first look tells the build thread what to begin with.
            None => {
                let walked = self.walk("");
                self.compare_all(walked);
                self.set_listed();
            }
        }
        self.rescan();
        self.set_listed();
        let by_events = self.watches.is_some();
        self.state.set_watch(if by_events { WatchState::Events } else { WatchState::Polling });
        if !self.state.stop.is_cancelled() {
            self.state.set_walked();
        }
    }

    fn set_listed(&self) {
        self.state.listed.store(true, Ordering::Release);
        self.state.wake();
    }

    fn turn(&mut self) {
        let polling = self.watches.is_none();
        let pause = if polling { self.state.options.poll_every } else { TICK };
        let stop = || self.state.stop.is_cancelled();
        let batch = self.inbox.take(pause, &stop);
        if stop() {
            return;
        }
        if polling || batch.rescan {
            self.rescan();
        } else {
            self.look_at_events(batch);
        }
        self.help_pending();
    }

    fn walk(&self, folder: &str) -> Walked {
        walk(&self.state.root, folder, self.state.walk_limits(), &self.state.stop)
    }

    /// Walks everything, watches what is new, and compares.
    fn rescan(&mut self) {
        for walk in 1..=MAX_WALKS {
            let walked = self.walk("");
            if self.state.stop.is_cancelled() {
                return;
            }
            let now: HashSet<String> = walked.folders.iter().cloned().collect();
            let gone: Vec<String> = self.folders.difference(&now).cloned().collect();
            for folder in gone {
                self.forget_folder(&folder);
            }
            let new = self.watch_folders(&walked.folders);
            let last = self.watches.is_none() || walk == MAX_WALKS;
            if new.len() <= FEW_FOLDERS || last {
                self.compare_all(walked);
                if last || self.look_again(&new) {
                    return;
                }
            }
        }
    }

    /// Lists folders once more that were walked before they were watched. False
    /// where that found further folders.
    fn look_again(&mut self, folders: &[String]) -> bool {
        for folder in folders {
            let limits = self.state.walk_limits();
            let listed = list(&self.state.root, folder, limits, &self.state.stop);
            if listed.folders.iter().any(|inner| !self.folders.contains(inner)) {
                return false;
            }
            let view = self.state.current();
            self.compare_files(&view, &listed.files);
        }
        true
    }

    fn forget_folder(&mut self, folder: &str) {
        self.folders.remove(folder);
        if let Some(watches) = &mut self.watches {
            watches.remove(&self.state.root, folder);
        }
    }

    /// Another folder may have taken the place of one that is watched: a watch
    /// stays with what it was asked for.
    fn forget_tree(&mut self, folder: &str) {
        let is_below = |path: &String| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let below: Vec<String> =
            self.folders.iter().filter(|path| is_below(path)).cloned().collect();
        below.iter().for_each(|folder| self.forget_folder(folder));
    }

    /// Watches the folders that are new, and returns them.
    fn watch_folders(&mut self, folders: &[String]) -> Vec<String> {
        let mut new = Vec::new();
        for folder in folders {
            if !self.folders.insert(folder.clone()) {
                continue;
            }
            new.push(folder.clone());
            if let Some(watches) = &mut self.watches
                && let Err(error) = watches.add(&self.state.root, folder)
            {
                tracing::warn!(%error, cause = ?std::error::Error::source(&error), "polling");
                self.watches = None;
                self.state.set_watch(WatchState::Polling);
            }
        }
        new
    }

    /// Compares a walk of the whole tree with what is known.
    fn compare_all(&mut self, walked: Walked) {
        if self.state.stop.is_cancelled() {
            return;
        }
        let view = self.state.current();
        let present: HashSet<&str> = walked.files.iter().map(|found| &*found.path).collect();
        let mut changes: Changes = Vec::new();
        if let Some(stored) = &view.stored {
            let gone = stored.files().map(|(_, path, _)| path).filter(|path| {
                !present.contains(path) && !matches!(view.overlay.get(path), Some(Overlaid::Gone))
            });
            changes.extend(gone.map(|path| (Arc::from(path), Some(Overlaid::Gone))));
        }
        for (path, what) in view.overlay.iter() {
            let stored = view.stored.as_ref().and_then(|stored| stored.find(path).ok().flatten());
            if !present.contains(&**path) && !matches!(what, Overlaid::Gone) && stored.is_none() {
                changes.push((Arc::clone(path), None));
            }
        }
        self.state.change(&view, changes);
        self.state.set_left_out(walked.skipped);
        self.compare_files(&view, &walked.files);
    }

    /// Takes in the files whose stamps differ from what is known.
    fn compare_files(&mut self, view: &View, files: &[Found]) {
        let known = Known::new(view.stored.as_deref(), files.len());
        let mut changed: Vec<&Found> = files
            .iter()
            .filter(|found| match view.overlay.get(&found.path) {
                Some(Overlaid::File(file)) => !is_current(&file.facts, found.stamp),
                Some(Overlaid::Pending(stamp)) => *stamp != found.stamp,
                Some(Overlaid::Gone) => true,
                None => !known.is_current(&found.path, found.stamp),
            })
            .collect();
        if changed.len() > READ_AT_ONCE {
            changed = self.without_touched(view, &known, &changed);
        }
        // Where nothing is stored yet the list of files comes first: with it,
        // text is found before the first file is parsed.
        let few = changed.len() <= READ_AT_ONCE && view.stored.is_some();
        if few && self.has_room(view) {
            self.read(changed.iter().map(|found| found.path.as_str()));
        } else {
            let pending = |found: &&Found| {
                (Arc::from(found.path.as_str()), Some(Overlaid::Pending(found.stamp)))
            };
            self.state.change(view, changed.iter().map(pending).collect());
        }
    }

    /// The files of which the stored content is not found again, as it is in a
    /// tree that was touched or checked out anew.
    fn without_touched<'f>(
        &self,
        view: &View,
        known: &Known<'_>,
        changed: &[&'f Found],
    ) -> Vec<&'f Found> {
        let Some(stored) = &view.stored else { return changed.to_vec() };
        let (root, stop) = (&self.state.root, &self.state.stop);
        let differs = |found: &&&Found| {
            let facts = known.facts(&found.path).filter(|_| !view.overlay.hides(&found.path));
            let Some(facts) = facts.filter(|facts| facts.stamp.bytes == found.stamp.bytes) else {
                return true;
            };
            let max = self.state.options.max_file_bytes;
            let again = (!stop.is_cancelled())
                .then(|| Unchanged::find(root, &found.path, facts, max))
                .flatten();
            again.map(|again| stored.sightings.note(&found.path, facts, again)).is_none()
        };
        changed.par_iter().filter(differs).copied().collect()
    }

    fn has_room(&self, view: &View) -> bool {
        view.overlay.counts().bytes < MAX_OVERLAY_BYTES
    }

    /// Reads files now and shows what differs.
    fn read<'p>(&mut self, paths: impl Iterator<Item = &'p str>) {
        let mut changes: Changes = Vec::new();
        let view = self.state.current();
        for path in paths {
            if self.state.stop.is_cancelled() {
                return;
            }
            changes.extend(self.look_at(&view, path));
        }
        self.state.change(&view, changes);
    }

    /// Reads a file. Returns what that changes, none where it says what is known
    /// already.
    fn look_at(&mut self, view: &View, path: &str) -> Option<(Arc<str>, Option<Overlaid>)> {
        let stored = Known::new(view.stored.as_deref(), 1).facts(path);
        let shown = view.overlay.get(path);
        let shown_file = match shown {
            Some(Overlaid::File(file)) => Some(&file.facts),
            _ => None,
        };
        let known: Vec<Facts> = stored.into_iter().chain(shown_file).copied().collect();
        let next = match self.analyst.analyse(&self.state.root, path, &known) {
            Analysis::Known(at, again) => {
                self.state.note_left_out(path, None);
                let (Some(all), Some(facts)) = (&view.stored, stored.filter(|_| at == 0)) else {
                    return None;
                };
                all.sightings.note(path, facts, again);
                None
            }
            Analysis::File(file) => {
                self.state.note_left_out(path, None);
                self.state.count_parsed(&file);
                // One to leave out has no content by which it could be known before.
                if stored.is_some_and(|stored| same_content(&file.facts, stored)) {
                    let again =
                        Unchanged { stamp: file.facts.stamp, racy: is_racy(file.facts.stamp) };
                    if let (Some(all), Some(facts)) = (&view.stored, stored) {
                        all.sightings.note(path, facts, again);
                    }
                    None
                } else if shown_file.is_some_and(|old| same_content(&file.facts, old)) {
                    return None;
                } else {
                    Some(Overlaid::File(Arc::from(file)))
                }
            }
            Analysis::LeftOut(reason) => {
                self.state.note_left_out(path, Some(reason));
                stored.map(|_| Overlaid::Gone)
            }
            Analysis::Gone => {
                self.state.note_left_out(path, None);
                stored.map(|_| Overlaid::Gone)
            }
        };
        let same = matches!((&next, shown), (Some(Overlaid::Gone), Some(Overlaid::Gone)));
        (!same).then(|| (Arc::from(path), next))
    }

    fn look_at_events(&mut self, batch: Batch) {
        let mut by_folder: HashMap<String, Vec<String>> = HashMap::new();
        let mut replaced = Vec::new();
        for path in batch.paths {
            let path = match relative(&self.state.root, &path) {
                Ok(path) => path,
                Err(shown) => {
                    self.note_unnameable(&path, &shown);
                    continue;
                }
            };
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            if matches!(name, ".gitignore" | ".ignore") {
                self.rescan();
                return;
            }
            // Events of folders that are ignored, or of the root itself.
            if path.is_empty() || !self.folders.contains(folder) {
                continue;
            }
            if self.folders.contains(&path) {
                replaced.push(path);
                continue;
            }
            by_folder.entry(folder.to_owned()).or_default().push(path);
        }
        if !replaced.is_empty() {
            replaced.iter().for_each(|folder| self.forget_tree(folder));
            self.rescan();
            return;
        }
        let mut files = Vec::new();
        for (folder, paths) in by_folder {
            if !self.sort_events(&folder, paths, &mut files) {
                self.rescan();
                return;
            }
        }
        self.read(files.iter().map(String::as_str));
    }

    /// A name that is no Unicode is counted while it is there.
    fn note_unnameable(&self, path: &Path, shown: &str) {
        let folder = path.parent().and_then(|folder| relative(&self.state.root, folder).ok());
        let Some(folder) = folder.filter(|folder| self.folders.contains(folder)) else { return };
        let listed = list(&self.state.root, &folder, self.state.walk_limits(), &self.state.stop);
        let skipped = listed.skipped.iter().find(|skipped| skipped.path == shown);
        self.state.note_left_out(shown, skipped.map(|skipped| skipped.reason));
    }

    /// Finds out what the paths of one folder are now. False where a folder
    /// vanished, so that everything must be looked at.
    fn sort_events(&mut self, folder: &str, paths: Vec<String>, files: &mut Vec<String>) -> bool {
        let view = self.state.current();
        let mut listed = None;
        for path in paths {
            let known = Known::new(view.stored.as_deref(), 1).facts(&path).is_some()
                || view.overlay.hides(&path);
            let metadata = std::fs::symlink_metadata(self.state.root.join(&path));
            let is_folder = metadata.as_ref().is_ok_and(std::fs::Metadata::is_dir);
            if self.folders.contains(&path) && !is_folder {
                return false;
            }
            if known && !is_folder {
                files.push(path);
                continue;
            }
            if metadata.is_err() {
                self.state.note_left_out(&path, None);
                continue;
            }
            let limits = self.state.walk_limits();
            let listed = listed
                .get_or_insert_with(|| list(&self.state.root, folder, limits, &self.state.stop));
            if is_folder {
                if listed.folders.contains(&path) && !self.adopt(&path) {
                    return false;
                }
            } else if listed.files.iter().any(|found| found.path == path) {
                files.push(path);
            } else if let Some(skipped) = listed.skipped.iter().find(|skip| skip.path == path) {
                self.state.note_left_out(&path, Some(skipped.reason));
            }
        }
        true
    }

    /// Takes in a new folder. False where it changes faster than it is walked.
    fn adopt(&mut self, folder: &str) -> bool {
        for _ in 0..MAX_WALKS {
            let walked = self.walk(folder);
            if self.watch_folders(&walked.folders).is_empty() {
                for skipped in &walked.skipped {
                    self.state.note_left_out(&skipped.path, Some(skipped.reason));
                }
                let view = self.state.current();
                self.compare_files(&view, &walked.files);
                return true;
            }
        }
        false
    }

    /// Reads files that stay pending, where no writer takes them. One that
    /// writes does so at once; this is for its death, and for files that it
    /// committed in a state that this process cannot tell from the present one.
    fn help_pending(&mut self) {
        let view = self.state.current();
        if view.overlay.counts().pending == 0 {
            self.pending_since = None;
            return;
        }
        let since = *self.pending_since.get_or_insert_with(Instant::now);
        let complete = view.stored.as_ref().is_some_and(|stored| stored.payload.complete);
        if !complete || since.elapsed() < TICK || !self.has_room(&view) {
            return;
        }
        let pending: Vec<(Arc<str>, Stamp)> = view.overlay.pending();
        let some = pending.iter().take(READ_AT_ONCE).map(|(path, _)| &**path);
        self.read(some);
    }
}

/// The folders that hold files, and all above them up to the root.
fn folders_of<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut folders: HashSet<&str> = HashSet::from([""]);
    for path in paths {
        let mut rest = path;
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert(folder) {
                break;
            }
            rest = folder;
        }
    }
    folders.into_iter().map(str::to_owned).collect()
}

/// Returns whether `path` is inside `root` once all links are followed.
pub(crate) fn is_inside(root: &Path, path: &str) -> bool {
    let full = root.join(path);
    full.canonicalize().is_ok_and(|real| real.starts_with(root))
}
