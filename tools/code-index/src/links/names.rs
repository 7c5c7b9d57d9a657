//! A file's links with what makes looking into them quick.

use std::ops::Deref;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{ItemId, Links, Text};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Names {
    links: Links,
    /// All texts in the order of what they say.
    sorted: OnceLock<Vec<Text>>,
    members: OnceLock<Members>,
}

/// Items by what they stand in and their name.
type Members = FxHashMap<(Option<ItemId>, Text), Vec<ItemId>>;

impl Names {
    pub(crate) fn new(links: Links) -> Names {
        Names { links, ..Names::default() }
    }

    /// The place of a text, where the file has it.
    pub(crate) fn find(&self, wanted: &str) -> Option<Text> {
        let sorted = self.sorted.get_or_init(|| {
            let mut all: Vec<Text> = (0..self.texts.len()).collect();
            all.sort_unstable_by_key(|&text| self.text(text));
            all
        });
        let at = sorted.binary_search_by(|&text| self.text(text).cmp(wanted)).ok()?;
        Some(sorted[at])
    }

    /// The items with a name in one place of the file, in their order.
    pub(crate) fn named(&self, parent: Option<ItemId>, name: Text) -> &[ItemId] {
        let members = self.members.get_or_init(|| {
            let mut members = Members::default();
            for (id, item) in (0..).zip(&self.items) {
                members.entry((item.parent, item.name)).or_default().push(id);
            }
            members
        });
        members.get(&(parent, name)).map_or(&[], Vec::as_slice)
    }
}

impl Deref for Names {
    type Target = Links;

    fn deref(&self) -> &Links {
        &self.links
    }
}
