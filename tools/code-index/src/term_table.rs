//! All terms of one field of one segment, side by side in memory, so that a
//! look for a part of a term is one fast scan instead of a walk through the
//! dictionary on disk.

use std::io;

use memchr::memmem;
use tantivy::termdict::{TermDictionary, TermOrdinal};

/// Stands between two terms; no term holds it.
const BREAK: u8 = b'\n';

/// The terms in order; a term's place is its ordinal in the dictionary.
pub(crate) struct TermTable {
    text: Vec<u8>,
    starts: Vec<u32>,
}

/// Where in a term a string must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Anywhere.
    Within,
    /// At the start.
    Start,
    /// At the end.
    End,
    /// It is the whole term.
    Whole,
}

impl TermTable {
    pub(crate) fn load(terms: &TermDictionary) -> io::Result<TermTable> {
        let mut text = vec![BREAK];
        let mut starts = Vec::with_capacity(terms.num_terms());
        let mut stream = terms.stream()?;
        while stream.advance() {
            starts.push(u32::try_from(text.len()).map_err(io::Error::other)?);
            text.extend_from_slice(stream.key());
            text.push(BREAK);
        }
        Ok(TermTable { text, starts })
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    fn end(&self, ord: usize) -> usize {
        self.starts.get(ord + 1).map_or(self.text.len(), |&next| next as usize) - 1
    }

    /// The length of a term in bytes.
    pub(crate) fn term_len(&self, ord: usize) -> usize {
        self.end(ord) - self.starts[ord] as usize
    }

    pub(crate) fn term(&self, ord: usize) -> &str {
        let end = self.end(ord);
        // Terms come from `str`s, so this never fails; an empty one is no hit.
        std::str::from_utf8(&self.text[self.starts[ord] as usize..end]).unwrap_or("")
    }

    /// The ordinals of the terms that start with `prefix`.
    pub(crate) fn starting_with(&self, prefix: &str) -> std::ops::Range<usize> {
        let first = self.partition(|term| term < prefix);
        let count = self.starts[first..].len();
        let mut low = 0;
        let mut high = count;
        while low < high {
            let middle = (low + high) / 2;
            if self.term(first + middle).starts_with(prefix) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        first..first + low
    }

    fn partition(&self, before: impl Fn(&str) -> bool) -> usize {
        let mut low = 0;
        let mut high = self.starts.len();
        while low < high {
            let middle = (low + high) / 2;
            if before(self.term(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The ordinals of the terms that hold `part` where `anchor` says, at most
    /// `limit`; none where there are more.
    pub(crate) fn holding(
        &self,
        part: &str,
        anchor: Anchor,
        limit: usize,
    ) -> Option<Vec<TermOrdinal>> {
        let mut needle = Vec::with_capacity(part.len() + 2);
        if matches!(anchor, Anchor::Start | Anchor::Whole) {
            needle.push(BREAK);
        }
        needle.extend_from_slice(part.as_bytes());
        if matches!(anchor, Anchor::End | Anchor::Whole) {
            needle.push(BREAK);
        }
        let mut found = Vec::new();
        let mut next_ord = 0;
        for hit in memmem::find_iter(&self.text, &needle) {
            let inside = hit + usize::from(needle[0] == BREAK);
            let inside = u32::try_from(inside).unwrap_or(u32::MAX);
            let ord = self.starts.partition_point(|&start| start <= inside) - 1;
            if ord < next_ord {
                continue;
            }
            if found.len() == limit {
                return None;
            }
            found.push(ord as TermOrdinal);
            next_ord = ord + 1;
        }
        Some(found)
    }
}
