//! What the questions on one view found out and share: files that were read,
//! and what expressions stand for.
//!
//! **Invariants**
//! - What is kept does not depend on what was asked before: a value that was
//!   found while one that it needs was still open is not kept.

use std::cell::{Cell, RefCell};
use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::value::{Def, FileId, Value};
use crate::language::Language;
use crate::links::ExprId;
use crate::links::names::Names;

/// More values or files are not kept for the next question.
const MAX_VALUES: usize = 400_000;
const MAX_FILES: usize = 20_000;
/// Deeper chains of names are not followed.
const MAX_DEPTH: u32 = 64;
/// Nothing open was needed.
const NONE: u32 = u32::MAX;

/// A file of the question.
pub(crate) struct Loaded {
    pub(super) path: Arc<str>,
    pub(super) language: Option<Language>,
    pub(super) names: Arc<Names>,
}

/// Values by what they are of.
pub(super) type Kept<K> = RefCell<FxHashMap<K, State>>;

#[derive(Clone)]
pub(super) enum State {
    /// It is being found, at this depth.
    Open(u32),
    /// It is known.
    Is(Value),
}

/// See the module.
#[derive(Default)]
pub(crate) struct Memory {
    pub(super) files: RefCell<Vec<Arc<Loaded>>>,
    pub(super) by_path: RefCell<FxHashMap<Arc<str>, Option<FileId>>>,
    pub(super) values: Kept<(FileId, ExprId)>,
    /// What items give.
    pub(super) results: Kept<Def>,
    pub(super) members: Kept<(Def, String)>,
    pub(super) exported: Kept<(FileId, String)>,
    /// The files that a file includes, and those that they do.
    pub(super) reach: RefCell<FxHashMap<FileId, Arc<[FileId]>>>,
    pub(super) definitions: RefCell<FxHashMap<String, Arc<[Def]>>>,
    depth: Cell<u32>,
    /// The least depth of an open value that was needed since.
    needed: Cell<u32>,
}

impl Memory {
    /// Small enough to be kept.
    pub(crate) fn is_small(&self) -> bool {
        let values = self.values.borrow().len() + self.members.borrow().len();
        values < MAX_VALUES && self.files.borrow().len() < MAX_FILES
    }

    /// Ready for the next question, also where the last one was cut short.
    pub(super) fn begin(&mut self) {
        self.depth.set(0);
        self.needed.set(NONE);
        self.values.get_mut().retain(|_, state| matches!(state, State::Is(_)));
        self.results.get_mut().retain(|_, state| matches!(state, State::Is(_)));
        self.members.get_mut().retain(|_, state| matches!(state, State::Is(_)));
        self.exported.get_mut().retain(|_, state| matches!(state, State::Is(_)));
    }

    /// Says that a value could not be found in full, so that none that is open is kept.
    pub(super) fn cut_short(&self) {
        self.needed.set(0);
    }

    /// What is kept of `key`, else what `find` says of it now.
    pub(super) fn kept<K: Hash + Eq + Clone>(
        &self,
        kept: &Kept<K>,
        key: K,
        find: impl FnOnce() -> Value,
    ) -> Value {
        match kept.borrow().get(&key) {
            Some(State::Is(value)) => return value.clone(),
            Some(State::Open(depth)) => {
                self.needed.set(self.needed.get().min(*depth));
                return Value::Unknown;
            }
            None => {}
        }
        let depth = self.depth.get() + 1;
        if depth > MAX_DEPTH {
            self.cut_short();
            return Value::Unknown;
        }
        let outer = self.needed.replace(NONE);
        self.depth.set(depth);
        kept.borrow_mut().insert(key.clone(), State::Open(depth));
        let value = find();
        self.depth.set(depth - 1);
        let needed = self.needed.get();
        if needed < depth {
            // It stands on one that is open further out, and may change with it.
            kept.borrow_mut().remove(&key);
            self.needed.set(needed.min(outer));
        } else {
            kept.borrow_mut().insert(key, State::Is(value.clone()));
            self.needed.set(outer);
        }
        value
    }
}
