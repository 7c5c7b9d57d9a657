//! What questions about names read again and again: files' links, and what the
//! manifests say.
//!
//! **Invariants**
//! - Bounded: when more than [`MAX_PARTS`] parts of links are held,
//!   all are forgotten.
//! - A stored file is known by its segment and place, which never change their
//!   content; so nothing here can be out of date.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use tantivy::{DocAddress, DocId};

use crate::links::names::Names;
use crate::overlay::Overlaid;
use crate::resolve::projects::Projects;
use crate::stored::Stored;
use crate::workspace::RootQuery;

/// Expressions, items and uses held, about 16 bytes each.
const MAX_PARTS: usize = 2 << 20;

/// See the module.
#[derive(Default)]
pub(crate) struct NamesCache {
    links: Mutex<Held>,
    projects: Mutex<Option<(u64, Arc<Projects>)>>,
}

#[derive(Default)]
struct Held {
    files: FxHashMap<(SegmentId, DocId), Arc<Names>>,
    parts: usize,
}

impl NamesCache {
    pub(crate) fn links(&self, stored: &Stored, at: DocAddress) -> tantivy::Result<Arc<Names>> {
        let key = (stored.segment_id(at), at.doc_id);
        let held = || self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held().files.get(&key) {
            return Ok(Arc::clone(known));
        }
        let links = Arc::new(Names::new(stored.links(at)?));
        let mut held = held();
        held.parts += links.exprs.len() + links.uses.len() + 4 * links.items.len();
        if held.parts > MAX_PARTS {
            *held = Held::default();
        }
        held.files.insert(key, Arc::clone(&links));
        Ok(links)
    }

    /// Read anew for each generation: a manifest may be what changed.
    pub(crate) fn projects(&self, root: &RootQuery<'_>) -> Arc<Projects> {
        let generation = root.view.generation;
        let mut kept = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, projects)) = &*kept
            && *at == generation
        {
            return Arc::clone(projects);
        }
        let view = &root.view;
        let stored = view.stored.iter().flat_map(|stored| stored.files());
        let stored = stored.map(|(_, path, _)| path).filter(|path| !view.overlay.hides(path));
        let held = view.overlay.iter().filter(|(_, what)| !matches!(what, Overlaid::Gone));
        let held = held.map(|(path, _)| &**path);
        let projects = Arc::new(Projects::read(&root.state.root, stored.chain(held)));
        *kept = Some((generation, Arc::clone(&projects)));
        projects
    }
}
