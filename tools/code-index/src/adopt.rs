//! Begins the index of a worktree with that of another worktree of the same
//! repository, so that only what differs is parsed.
//!
//! ```text
//! sibling's index ─ link ─▶ new/index ─▶ drop what this tree has otherwise ─▶ commit ─▶ rename to index
//! ```
//!
//! Segment files never change, so they are shared on disk until they are merged.
//!
//! **Invariants**
//! - Nothing of another tree is ever shown: a file is kept only where this tree
//!   has the same content under the same path, and that is committed before the
//!   index is put in its place.
//! - Only segments are taken over. Changes and generations are each root's own.
//! - Whatever goes wrong, the index is built from nothing as it would be alone.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use tantivy::index::SegmentId;

use crate::folder::{IndexFolder, MetaStamp, Payload, WriterLock};
use crate::root_state::{RootState, clock};
use crate::schema::FORMAT;
use crate::sightings::Unchanged;
use crate::stored::{Stored, StoredReader, open_index};
use crate::walk::Stamp;
use crate::worktrees::siblings;
use crate::writer::Writer;

/// A sibling that commits while its files are linked is tried again.
const ATTEMPTS: usize = 5;
/// So many siblings are tried, the newest index first.
const MAX_SOURCES: usize = 4;
/// The least that the writer takes; only deletions are written.
const WRITER_HEAP: usize = 16 << 20;

/// The indexes of other worktrees, the newest first.
pub(crate) fn sources(state: &RootState) -> Vec<IndexFolder> {
    let folders = siblings(&state.root).into_iter();
    let mut found: Vec<(MetaStamp, IndexFolder)> = folders
        .filter_map(|root| {
            let folder = IndexFolder::of(&state.options.cache_dir, &root);
            Some((folder.stamp()?, folder))
        })
        .collect();
    found.sort_by_key(|(stamp, _)| std::cmp::Reverse(stamp.modified()));
    found.into_iter().take(MAX_SOURCES).map(|(_, folder)| folder).collect()
}

/// Takes over the first of `sources` that can be used.
pub(crate) fn adopt(state: &RootState, lock: &WriterLock, sources: &[IndexFolder]) {
    for source in sources {
        match adopt_one(state, lock, source) {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                let from = source.path().display();
                tracing::info!(%error, %from, "another worktree's index is not taken over");
            }
        }
        if state.stop.is_cancelled() {
            return;
        }
    }
}

/// False where the other index has nothing that this tree has.
fn adopt_one(state: &RootState, lock: &WriterLock, source: &IndexFolder) -> tantivy::Result<bool> {
    let new = state.folder.start_new(lock)?;
    let fields = state.reader.fields();
    if !copy_newest(source, &new, fields)? {
        return Ok(false);
    }
    let Some(new_lock) = new.try_lock()? else { return Ok(false) };
    let reader = StoredReader::new(new.clone());
    let Some(stored) = reader.load()? else { return Ok(false) };
    let view = state.current();
    let same = unchanged(state, &stored, &view.overlay.pending());
    if same.is_empty() || state.stop.is_cancelled() {
        return Ok(false);
    }
    let mut writer = Writer::open(&new, new_lock, Arc::clone(fields), WRITER_HEAP)?;
    // Damaged files were found and removed.
    if writer.payload().is_none() {
        return Ok(false);
    }
    writer.hold_merges();
    for (_, path, _) in stored.files().filter(|(_, path, _)| !same.contains_key(path)) {
        writer.remove(path);
    }
    let generation = clock().max(view.generation);
    writer.commit(Payload { format: FORMAT, generation, complete: false })?;
    drop(writer);
    let sightings = &reader.load()?.ok_or_else(|| io::Error::other("nothing was kept"))?.sightings;
    for (_, path, facts) in stored.files() {
        if let Some(again) = same.get(path) {
            sightings.note(path, facts, *again);
        }
    }
    sightings.save(&state.folder.stamps_file(), &stored)?;
    tracing::info!(
        files = same.len(),
        of = view.total(),
        root = %state.root.display(),
        from = %source.path().display(),
        "took over what another worktree's index has in common"
    );
    let taken: Vec<(Arc<str>, Stamp)> =
        same.iter().map(|(path, again)| (Arc::from(*path), again.stamp)).collect();
    state.folder.put_in_place(&new, lock)?;
    state.refresh();
    state.settle_pending(&taken);
    Ok(true)
}

/// The stored files that this tree has with the same content.
fn unchanged<'s>(
    state: &RootState,
    stored: &'s Stored,
    pending: &[(Arc<str>, Stamp)],
) -> HashMap<&'s str, Unchanged> {
    let wanted: HashMap<&str, Stamp> =
        pending.iter().map(|(path, stamp)| (&**path, *stamp)).collect();
    let candidates: Vec<_> = stored
        .files()
        .filter(|(_, path, facts)| {
            wanted.get(path).is_some_and(|stamp| stamp.bytes == facts.stamp.bytes)
        })
        .collect();
    let max = state.options.max_file_bytes;
    candidates
        .par_iter()
        .filter(|_| !state.stop.is_cancelled())
        .filter_map(|(_, path, facts)| {
            Some((*path, Unchanged::find(&state.root, path, facts, max)?))
        })
        .collect()
}

/// Copies one committed state. False where there is none that can be used.
fn copy_newest(
    source: &IndexFolder,
    new: &IndexFolder,
    fields: &crate::schema::Fields,
) -> tantivy::Result<bool> {
    for _ in 0..ATTEMPTS {
        let stamp = source.stamp();
        let Some(index) = open_index(source, fields)? else { return Ok(false) };
        let metas = index.load_metas()?;
        if metas.payload.as_deref().and_then(Payload::parse).is_none() {
            return Ok(false);
        }
        let segments: HashMap<String, Option<u64>> = metas
            .segments
            .iter()
            .map(|segment| (SegmentId::uuid_string(&segment.id()), segment.delete_opstamp()))
            .collect();
        let linked = link_segments(&source.index_dir(), &new.index_dir(), &segments);
        // A commit removes files only after it replaced `meta.json`.
        if source.stamp() != stamp || stamp.is_none() {
            continue;
        }
        let dir = new.index_dir();
        let mut managed: HashSet<PathBuf> = linked?.into_iter().collect();
        managed.insert(PathBuf::from("meta.json"));
        fs::write(dir.join(".managed.json"), json(&managed)?)?;
        fs::write(dir.join("meta.json"), json(&metas)?)?;
        return Ok(true);
    }
    Ok(false)
}

fn json(value: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(io::Error::other)
}

/// Links the files of the segments, each given with its newest deletions.
fn link_segments(
    from: &Path,
    to: &Path,
    segments: &HashMap<String, Option<u64>>,
) -> io::Result<Vec<PathBuf>> {
    let mut linked = Vec::new();
    for entry in from.read_dir()? {
        let name = entry?.file_name();
        let Some((segment, kind)) = name.to_str().and_then(|name| name.split_once('.')) else {
            continue;
        };
        let Some(deletions) = segments.get(segment) else { continue };
        let deletions = deletions.map(|opstamp| format!("{opstamp}.del"));
        if kind.ends_with("temp") || (kind.ends_with("del") && deletions.as_deref() != Some(kind)) {
            continue;
        }
        share(&from.join(&name), &to.join(&name))?;
        linked.push(PathBuf::from(name));
    }
    Ok(linked)
}

/// Links a file, or copies it where links cannot be had.
fn share(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        // Left by an attempt that another commit made useless.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(_) => fs::copy(from, to).map(|_| ()),
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
