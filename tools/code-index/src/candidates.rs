//! Which files may hold a text: decided by the stored words of each file, so
//! that a search reads only those.
//!
//! A string is cut into words as files are. A word inside it stands in a file
//! as it is; the first may be the end of a longer word, the last the start of
//! one, a single one any part.
//!
//! **Invariants**
//! - No file that holds the text, whatever case is ignored, is ever left out.
//! - Files newer than the stored index are always candidates.

use std::collections::BTreeSet;

use tantivy::DocId;
use tantivy::schema::Field;

use crate::cancel::Cancel;
use crate::document::Facts;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::literals::Literals;
use crate::overlay::Overlaid;
use crate::stored::{Segment, Stored};
use crate::term_table::{Anchor, TermTable};
use crate::terms::{LONG_WORD, WORD_OVERLAP};
use crate::words::{cut_at, for_each_word};
use crate::workspace::RootQuery;

/// A part that stands in more words than this tells nothing.
const MAX_TERMS: usize = 5_000;

/// The files of one root that may fit, sources first, then by path.
pub(crate) fn candidates(
    root: &RootQuery<'_>,
    literals: &Literals,
    cancel: &Cancel,
) -> Result<Vec<(FileClass, String)>, IndexError> {
    let mut found = Vec::new();
    for (path, what) in root.view.overlay.iter() {
        let class = match what {
            Overlaid::File(file) if root.wants(path, &file.facts) => file.facts.class,
            // Its language is not known yet; its path says most of it.
            Overlaid::Pending(stamp)
                if root.filter.matches(path) && root.wants(path, &Facts::unread(path, *stamp)) =>
            {
                FileClass::of(path)
            }
            _ => continue,
        };
        found.push((class, path.to_string()));
    }
    if let Some(stored) = &root.view.stored {
        for segment in stored.segments() {
            cancel.check()?;
            if !root.wants_any_of(&segment) {
                continue;
            }
            let docs = evaluate(stored, &segment, literals, cancel)?;
            let mut take = |doc: DocId| {
                let (path, facts) = (segment.table.path(doc), segment.table.facts(doc));
                if !root.view.overlay.hides(path) && root.wants(path, facts) {
                    found.push((facts.class, path.to_owned()));
                }
            };
            match docs {
                Some(docs) => docs.into_iter().for_each(&mut take),
                None => segment.reader.doc_ids_alive().for_each(&mut take),
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// A set of files; none stands for all.
type Docs = Option<BTreeSet<DocId>>;

fn evaluate(
    stored: &Stored,
    segment: &Segment<'_>,
    literals: &Literals,
    cancel: &Cancel,
) -> Result<Docs, IndexError> {
    cancel.check()?;
    match literals {
        Literals::Any => Ok(None),
        Literals::Text(text) => holders_of_text(stored, segment, text, cancel),
        Literals::And(all) => {
            let mut docs: Docs = None;
            for each in all {
                docs = and(docs, evaluate(stored, segment, each, cancel)?);
            }
            Ok(docs)
        }
        Literals::Or(all) => {
            let mut docs = BTreeSet::new();
            for each in all {
                let Some(more) = evaluate(stored, segment, each, cancel)? else {
                    return Ok(None);
                };
                docs.extend(more);
            }
            Ok(Some(docs))
        }
    }
}

fn and(left: Docs, right: Docs) -> Docs {
    match (left, right) {
        (None, docs) | (docs, None) => docs,
        (Some(left), Some(right)) => Some(left.intersection(&right).copied().collect()),
    }
}

/// The files that hold all words of a folded text.
fn holders_of_text(
    stored: &Stored,
    segment: &Segment<'_>,
    text: &str,
    cancel: &Cancel,
) -> Result<Docs, IndexError> {
    let words = segment.table.words(segment.reader, &stored.fields)?;
    let mut docs: Docs = None;
    for (word, anchor) in anchored_words(text) {
        cancel.check()?;
        docs = and(docs, holders_of_word(stored.fields.words, segment, words, word, anchor)?);
        if docs.as_ref().is_some_and(BTreeSet::is_empty) {
            break;
        }
    }
    Ok(docs)
}

fn anchored_words(text: &str) -> Vec<(&str, Anchor)> {
    let mut words = Vec::new();
    for_each_word(text, |at, word| {
        let open_before = at == 0;
        let open_after = at + word.len() == text.len();
        let anchor = match (open_before, open_after) {
            (true, true) => Anchor::Within,
            (true, false) => Anchor::End,
            (false, true) => Anchor::Start,
            (false, false) => Anchor::Whole,
        };
        if word.len() > WORD_OVERLAP {
            // Longer words are stored in pieces; a part this short lies within one.
            words.push((cut_at(word, WORD_OVERLAP), Anchor::Within));
        } else {
            words.push((word, anchor));
        }
    });
    words
}

fn holders_of_word(
    field: Field,
    segment: &Segment<'_>,
    words: &TermTable,
    word: &str,
    anchor: Anchor,
) -> Result<Docs, IndexError> {
    let Some(ords) = words.holding(word, anchor, MAX_TERMS) else { return Ok(None) };
    let mut docs = BTreeSet::new();
    for ord in ords {
        let term = words.term(usize::try_from(ord).unwrap_or(usize::MAX));
        segment.for_each_holder(field, term, |doc| {
            docs.insert(doc);
        })?;
    }
    if anchor != Anchor::Whole {
        segment.for_each_holder(field, LONG_WORD, |doc| {
            docs.insert(doc);
        })?;
    }
    Ok(Some(docs))
}

#[cfg(test)]
mod tests;
