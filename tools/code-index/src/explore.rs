//! The best places for a question or a task in words.
//!
//! ```text
//! question ─▶ terms ─▶ rank: files by weighted fields, past commits, folders ─▶ best files, read live
//!     └─▶ places: symbols or windows of lines ─▶ uses of the best names ─▶ order ─▶ pack to a budget
//! ```
//!
//! **Invariants**
//! - A snippet is read from the file as it is now; a file that vanished is no place.
//! - The best place of each of the ten best files comes before any second place.
//! - The order is total: equal scores are told apart by path and line.

pub(crate) mod cache;
mod neighbours;
mod pack;
mod past;
mod places;
mod question;
mod rank;
mod snippet;

use rayon::prelude::*;
use serde::Serialize;

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::status::IndexStatus;
use crate::symbol::SymbolKind;
use crate::workspace::{RootQuery, Scope, Workspace};

pub use pack::{Packed, pack};
use places::FilePlaces;
use question::Question;

/// Files that are read to look for places.
const FILES_READ: usize = 40;
/// Files whose best place comes before all second places.
const FIRST_FILES: usize = 10;
/// Places kept of one file.
const PLACES_PER_FILE: usize = 4;
/// Places of an answer before it is packed.
const MAX_PLACES: usize = 60;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct ExploreQuery {
    /// A question or task in words; names of code may stand in it.
    pub query: String,
    /// Only in these files.
    pub scope: Scope,
}

/// One place in the code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// The file.
    pub path: String,
    /// First line, from 1: the line of a symbol's name.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// The symbol, with its container, where the place is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// What the symbol is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SymbolKind>,
    /// Higher is better; comparable within one answer.
    #[serde(serialize_with = "serialize_score")]
    pub score: f32,
    /// Which words of the question stand where.
    pub reason: String,
    /// The lines themselves, or the telling ones of a long place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
}

/// A score as it is shown: two digits order places as well as seven.
pub fn two_digits(score: f32) -> f64 {
    (f64::from(score) * 100.0).round() / 100.0
}

fn serialize_score<S: serde::Serializer>(score: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(two_digits(*score))
}

/// The places for a question.
#[derive(Debug, Clone)]
pub struct ExploreAnswer {
    /// Best first, each with its snippet; [`pack`] fits them into a budget.
    pub places: Vec<Place>,
    /// How complete the answer is.
    pub status: IndexStatus,
    /// The same question was asked before, and nothing has changed since.
    pub repeated: bool,
}

impl Workspace {
    /// Finds the best places for a question or task in words.
    pub fn explore(
        &self,
        query: &ExploreQuery,
        cancel: &Cancel,
    ) -> Result<ExploreAnswer, IndexError> {
        let roots = self.queries(&query.scope, cancel)?;
        let question = Question::parse(&query.query, &query.scope);
        if question.terms.is_empty() {
            return Ok(ExploreAnswer {
                places: Vec::new(),
                status: self.status(),
                repeated: false,
            });
        }
        if let Some(places) = self.explored.get(query, &roots) {
            return Ok(ExploreAnswer {
                places: places.to_vec(),
                status: self.status(),
                repeated: true,
            });
        }
        let ranked = rank::rank(&roots, &question, cancel)?;
        let find = |number| places::find(&roots, number, &question, &ranked, cancel);
        let first = ranked.files.len().min(FILES_READ);
        let mut files: Vec<FilePlaces> =
            (0..first).into_par_iter().filter_map(find).filter(FilePlaces::is_some).collect();
        cancel.check()?;
        files.sort_by(FilePlaces::order);
        let uses = neighbours::uses(&roots, &files, &ranked, &question, cancel)?;
        let worst = ranked.files[..first].last().map_or(0.0, |file| file.score);
        let lifted = uses.par_iter().filter(|lifted| {
            lifted.file >= first && ranked.files[lifted.file].score + lifted.gain > worst
        });
        let newcomers: Vec<FilePlaces> =
            lifted.filter_map(|lifted| find(lifted.file)).filter(FilePlaces::is_some).collect();
        files.extend(newcomers);
        cancel.check()?;
        for file in &mut files {
            if let Ok(at) = uses.binary_search_by_key(&file.file, |lifted| lifted.file) {
                file.lift(&uses[at]);
            }
        }
        files.sort_by(FilePlaces::order);
        let read: Vec<(usize, String)> = files
            .iter()
            .map(|found| (ranked.files[found.file].root, ranked.files[found.file].path.clone()))
            .collect();
        let places = in_order(files);
        self.explored.put(query, &roots, read.into_iter(), &places.as_slice().into());
        Ok(ExploreAnswer { places, status: self.status(), repeated: false })
    }
}

/// A question's words with their rarity, and the files that are most about it.
pub(crate) struct About {
    /// What to look for.
    pub(crate) terms: Vec<AboutTerm>,
    /// Best first: the root by its place, the path in it, its part.
    pub(crate) files: Vec<(usize, String, FileClass)>,
}

/// One thing to look for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AboutTerm {
    pub(crate) stem: String,
    /// The word of the question it came from.
    pub(crate) word: String,
    /// How much it tells.
    pub(crate) rarity: f32,
}

/// Ranks the files that `roots` ask for, for those who then look for other
/// things in them than places of code.
pub(crate) fn about(
    roots: &[RootQuery<'_>],
    text: &str,
    cancel: &Cancel,
) -> Result<About, IndexError> {
    let question = Question::parse(text, &Scope::default());
    if question.terms.is_empty() {
        return Ok(About { terms: Vec::new(), files: Vec::new() });
    }
    let ranked = rank::rank(roots, &question, cancel)?;
    let terms = question.terms.into_iter().zip(&ranked.rarity);
    let terms = terms.map(|(term, &rarity)| AboutTerm { stem: term.stem, word: term.word, rarity });
    let files = ranked.files.into_iter().map(|file| (file.root, file.path, file.class));
    Ok(About { terms: terms.collect(), files: files.collect() })
}

/// Best places of the best files, then all others by score.
fn in_order(files: Vec<FilePlaces>) -> Vec<Place> {
    let mut first = Vec::new();
    let mut rest = Vec::new();
    for (number, file) in files.into_iter().enumerate() {
        let mut places = file.places.into_iter().take(PLACES_PER_FILE);
        if number < FIRST_FILES {
            first.extend(places.next());
        }
        rest.extend(places);
    }
    rest.sort_by(compare);
    first.extend(rest);
    first.truncate(MAX_PLACES);
    first
}

fn compare(left: &Place, right: &Place) -> std::cmp::Ordering {
    right
        .score
        .total_cmp(&left.score)
        .then_with(|| left.path.cmp(&right.path))
        .then_with(|| left.line.cmp(&right.line))
}

#[cfg(test)]
mod tests;
