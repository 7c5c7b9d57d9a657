//! Which files are about a question: the words of a file's text, symbol names,
//! doc comments and path are weighed together before they saturate, so that a
//! word in a name counts more than many in the text, yet a file full of one
//! word does not beat one that has them all.

use rustc_hash::FxHashMap;
use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, DocSet, TERMINATED};

use std::sync::Arc;

use super::neighbours;
use super::past::Past;
use super::question::{MAX_TERMS, Question};
use crate::cancel::Cancel;
use crate::document::{Analyst, IndexedFile, Lists, NAME_SEPARATOR};
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::pending::for_each_pending;
use crate::schema::Fields;
use crate::stored::{Segment, Stored};
use crate::terms::read_terms;
use crate::workspace::RootQuery;

/// How fast repetition stops to count.
const SATURATION: f32 = 1.8;
/// What a file keeps of its score when it holds next to none of the words.
const COVERAGE_FLOOR: f32 = 0.45;
/// A name written as in code and defined in the file, in units of its rarity.
const DEFINED_CODE: f32 = 2.5;
/// The same for a word that may just be a word.
const DEFINED_WORD: f32 = 0.5;
/// A name written as in code that stands somewhere in the file.
const MENTIONED_CODE: f32 = 0.8;
/// Spellings and kinds of one name that are looked at.
const MAX_SPELLINGS: usize = 1000;
/// Files kept for a closer look; more than are read, since some may be gone.
const MAX_FILES: usize = 120;

/// A searchable field with its weight and how much its length counts.
struct FieldWeight {
    field: fn(&Fields) -> Field,
    list: fn(&Lists) -> &str,
    weight: f32,
    length: f32,
}

const FIELDS: &[FieldWeight] = &[
    FieldWeight { field: |f| f.body, list: |l| &l.body, weight: 0.6, length: 0.9 },
    FieldWeight { field: |f| f.symbols, list: |l| &l.symbols, weight: 2.4, length: 0.6 },
    FieldWeight { field: |f| f.docs, list: |l| &l.docs, weight: 1.2, length: 0.6 },
    FieldWeight { field: |f| f.path_parts, list: |l| &l.path, weight: 3.0, length: 0.4 },
];

/// Where a ranked file's symbols are.
pub(super) enum Holder {
    Stored(DocAddress),
    Held(Arc<IndexedFile>),
}

/// A file with its score.
pub(super) struct RankedFile {
    pub(super) root: usize,
    pub(super) path: String,
    pub(super) class: FileClass,
    pub(super) holder: Holder,
    pub(super) score: f32,
    /// Commits that were about the question touched it.
    pub(super) in_history: bool,
}

impl RankedFile {
    /// Best first; equal ones by path.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let paths = || (self.root, &self.path).cmp(&(other.root, &other.path));
        other.score.total_cmp(&self.score).then_with(paths)
    }
}

/// The best files, and how rare each term is.
pub(super) struct Ranked {
    pub(super) files: Vec<RankedFile>,
    /// In the order of the question's terms, weights included.
    pub(super) rarity: Vec<f32>,
}

/// Ranks the files of all roots.
pub(super) fn rank(
    roots: &[RootQuery<'_>],
    question: &Question,
    cancel: &Cancel,
) -> Result<Ranked, IndexError> {
    let held = held_files(roots, question, cancel)?;
    let stats = Stats::gather(roots, question, &held)?;
    let pasts: Vec<Option<Past>> =
        roots.iter().map(|root| Past::of(root, question, &stats.rarity)).collect();
    let mut files = Vec::new();
    for (number, root) in roots.iter().enumerate() {
        let past = pasts[number].as_ref();
        if let Some(stored) = &root.view.stored {
            for segment in stored.segments() {
                cancel.check()?;
                let scores = score_segment(stored, &segment, question, &stats, past, cancel)?;
                files.extend(scores.into_iter().filter_map(|(doc, score)| {
                    let (path, facts) = (segment.table.path(doc), segment.table.facts(doc));
                    let wanted = !root.view.overlay.hides(path) && root.wants(path, facts);
                    wanted.then(|| RankedFile {
                        root: number,
                        path: path.to_owned(),
                        class: facts.class,
                        holder: Holder::Stored(segment.address(doc)),
                        score: score * question.class_weight(facts.class),
                        in_history: past.is_some_and(|past| past.tells_of(path)),
                    })
                }));
            }
        }
    }
    for (number, file) in held {
        let past = pasts[number].as_ref();
        let score = score_held(&file, question, &stats, past);
        let score = score * question.class_weight(file.facts.class);
        if score > 0.0 {
            let (path, class) = (file.path.clone(), file.facts.class);
            let in_history = past.is_some_and(|past| past.tells_of(&path));
            let holder = Holder::Held(file);
            files.push(RankedFile { root: number, path, class, holder, score, in_history });
        }
    }
    files.sort_by(RankedFile::order);
    neighbours::lift_by_folder(&mut files, question);
    files.truncate(MAX_FILES);
    Ok(Ranked { files, rarity: stats.rarity })
}

/// Files newer than the stored index: those of the overlay, and those pending
/// ones that hold a word of the question.
fn held_files(
    roots: &[RootQuery<'_>],
    question: &Question,
    cancel: &Cancel,
) -> Result<Vec<(usize, Arc<IndexedFile>)>, IndexError> {
    let mut held = Vec::new();
    for (number, root) in roots.iter().enumerate() {
        let overlay = root.view.overlay.files();
        let wanted = overlay.filter(|file| root.wants(&file.path, &file.facts));
        held.extend(wanted.map(|file| (number, Arc::clone(file))));
        let pending = for_each_pending(root, cancel, |path, read| {
            let folded = read.text.to_lowercase();
            let hits = |stem: &str| folded.contains(stem);
            let share = question.terms.iter().filter(|term| hits(&term.stem)).count();
            if share * 2 < question.terms.len().min(4) {
                return None;
            }
            let mut analyst = Analyst::new(root.state.options.max_file_bytes);
            let file = analyst.analyse_text(path, &read);
            root.wants(path, &file.facts).then(|| Arc::new(file))
        })?;
        held.extend(pending.into_iter().map(|file| (number, file)));
    }
    Ok(held)
}

/// What is known of the whole: how rare terms are, how long fields.
struct Stats {
    /// Per term, its weight included.
    rarity: Vec<f32>,
    /// The same without weights.
    total: f32,
    average: Vec<f32>,
    /// Per identifier, of the files that define it and that mention it.
    identifiers: Vec<(f32, f32)>,
}

impl Stats {
    fn gather(
        roots: &[RootQuery<'_>],
        question: &Question,
        held: &[(usize, Arc<IndexedFile>)],
    ) -> Result<Stats, IndexError> {
        let mut files = held.len() as f32;
        let mut tokens = vec![0u64; FIELDS.len()];
        let mut holders = vec![0u64; question.terms.len()];
        let mut named = vec![(0u64, 0u64); question.identifiers.len()];
        for stored in roots.iter().filter_map(|root| root.view.stored.as_ref()) {
            files += stored.files as f32;
            for segment in stored.segments() {
                for (identifier, (defined, mentioned)) in
                    question.identifiers.iter().zip(&mut named)
                {
                    for term in names_of(&segment, stored, &identifier.folded)? {
                        *defined += segment.doc_freq(stored.fields.names, &term)?;
                    }
                    *mentioned += segment.doc_freq(stored.fields.words, &identifier.folded)?;
                }
                for (number, weight) in FIELDS.iter().enumerate() {
                    let field = (weight.field)(&stored.fields);
                    let inverted = segment.reader.inverted_index(field)?;
                    tokens[number] += inverted.total_num_tokens();
                    for (term, count) in question.terms.iter().zip(&mut holders) {
                        // The text holds nearly all that the other fields hold.
                        if number == 0 {
                            let term = tantivy::Term::from_field_text(field, &term.stem);
                            *count += u64::from(inverted.doc_freq(&term)?);
                        }
                    }
                }
            }
        }
        for (_, file) in held {
            for (number, weight) in FIELDS.iter().enumerate() {
                for (term, count) in read_terms((weight.list)(&file.lists)) {
                    tokens[number] += u64::from(count);
                    if number == 0
                        && let Some(at) = question.terms.iter().position(|t| t.stem == term)
                    {
                        holders[at] += 1;
                    }
                }
            }
        }
        let identifiers = named
            .into_iter()
            .map(|(defined, mentioned)| {
                (rarity(files, defined as f32), rarity(files, mentioned as f32))
            })
            .collect();
        let rarity: Vec<f32> = question
            .terms
            .iter()
            .zip(holders)
            .map(|(term, count)| term.weight * rarity(files, count as f32))
            .collect();
        let average =
            tokens.into_iter().map(|sum| (sum as f32 / files.max(1.0)).max(1.0)).collect();
        Ok(Stats { total: rarity.iter().sum(), rarity, average, identifiers })
    }
}

/// The stored names that are spelled so, whatever their case and kind.
fn names_of(
    segment: &Segment<'_>,
    stored: &Stored,
    folded: &str,
) -> Result<Vec<String>, IndexError> {
    let whole = format!("{folded}{NAME_SEPARATOR}");
    Ok(segment.terms_starting(stored.fields.names, &whole, MAX_SPELLINGS)?)
}

fn rarity(files: f32, holders: f32) -> f32 {
    (1.0 + (files - holders + 0.5).max(0.5) / (holders + 0.5)).ln()
}

/// Sums of one file while its segment is scored.
#[derive(Clone, Copy, Default)]
struct Sum {
    score: f32,
    covered: f32,
}

fn finish(sum: Sum, stats: &Stats) -> f32 {
    let coverage = if stats.total > 0.0 { sum.covered / stats.total } else { 0.0 };
    sum.score * (COVERAGE_FLOOR + (1.0 - COVERAGE_FLOOR) * coverage)
}

fn saturate(weighted: f32) -> f32 {
    weighted * (SATURATION + 1.0) / (weighted + SATURATION)
}

fn normal(count: f32, length: f32, average: f32, field: &FieldWeight) -> f32 {
    field.weight * count / (1.0 - field.length + field.length * length / average)
}

fn score_segment(
    stored: &Stored,
    segment: &Segment<'_>,
    question: &Question,
    stats: &Stats,
    past: Option<&Past>,
    cancel: &Cancel,
) -> Result<Vec<(DocId, f32)>, IndexError> {
    let mut sums: FxHashMap<DocId, Sum> = FxHashMap::default();
    let mut weighted: FxHashMap<DocId, f32> = FxHashMap::default();
    debug_assert!(question.terms.len() <= MAX_TERMS, "a question is cut when it is parsed");
    for (number, term) in question.terms.iter().enumerate() {
        cancel.check()?;
        weighted.clear();
        for (field, average) in FIELDS.iter().zip(&stats.average) {
            add_field(stored, segment, field, *average, &term.stem, &mut weighted)?;
        }
        let rarity = stats.rarity[number];
        for (&doc, &weight) in &weighted {
            let sum = sums.entry(doc).or_default();
            sum.score += rarity * saturate(weight);
            sum.covered += rarity;
        }
    }
    let mut scores: FxHashMap<DocId, f32> = FxHashMap::default();
    scores.extend(sums.into_iter().map(|(doc, sum)| (doc, finish(sum, stats))));
    if let Some(past) = past {
        for (doc, gain) in past.gains(segment) {
            *scores.entry(doc).or_default() += gain;
        }
    }
    add_identifiers(stored, segment, question, stats, &mut scores)?;
    Ok(scores.into_iter().filter(|&(doc, _)| segment.is_alive(doc)).collect())
}

fn add_field(
    stored: &Stored,
    segment: &Segment<'_>,
    field: &FieldWeight,
    average: f32,
    stem: &str,
    weighted: &mut FxHashMap<DocId, f32>,
) -> Result<(), IndexError> {
    let handle = (field.field)(&stored.fields);
    let inverted = segment.reader.inverted_index(handle)?;
    let term = tantivy::Term::from_field_text(handle, stem);
    let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::WithFreqs)? else {
        return Ok(());
    };
    let lengths = segment.reader.get_fieldnorms_reader(handle)?;
    let mut doc = postings.doc();
    while doc != TERMINATED {
        let (count, length) = (postings.term_freq() as f32, lengths.fieldnorm(doc) as f32);
        *weighted.entry(doc).or_default() += normal(count, length, average, field);
        doc = postings.advance();
    }
    Ok(())
}

/// Files that define or mention a name of the question.
fn add_identifiers(
    stored: &Stored,
    segment: &Segment<'_>,
    question: &Question,
    stats: &Stats,
    scores: &mut FxHashMap<DocId, f32>,
) -> Result<(), IndexError> {
    for (identifier, &(defined, mentioned)) in question.identifiers.iter().zip(&stats.identifiers) {
        let mut holders = std::collections::BTreeSet::new();
        for term in names_of(segment, stored, &identifier.folded)? {
            segment.for_each_holder(stored.fields.names, &term, |doc| {
                holders.insert(doc);
            })?;
        }
        let boost = defined * if identifier.is_code { DEFINED_CODE } else { DEFINED_WORD };
        for doc in holders {
            *scores.entry(doc).or_default() += boost;
        }
        if identifier.is_code {
            segment.for_each_holder(stored.fields.words, &identifier.folded, |doc| {
                *scores.entry(doc).or_default() += mentioned * MENTIONED_CODE;
            })?;
        }
    }
    Ok(())
}

/// Scores a file that is held in memory, by the same measure.
fn score_held(file: &IndexedFile, question: &Question, stats: &Stats, past: Option<&Past>) -> f32 {
    let mut weighted = vec![0f32; question.terms.len()];
    for (field, average) in FIELDS.iter().zip(&stats.average) {
        let list = (field.list)(&file.lists);
        let length: u32 = read_terms(list).map(|(_, count)| count).sum();
        for (term, count) in read_terms(list) {
            if let Some(at) = question.terms.iter().position(|wanted| wanted.stem == term) {
                weighted[at] += normal(count as f32, length as f32, *average, field);
            }
        }
    }
    let mut sum = Sum::default();
    for (weight, rarity) in weighted.into_iter().zip(&stats.rarity) {
        if weight > 0.0 {
            sum.score += rarity * saturate(weight);
            sum.covered += rarity;
        }
    }
    let mut score = finish(sum, stats);
    score += past.map_or(0.0, |past| past.gain(&file.path));
    for (identifier, &(defined, _)) in question.identifiers.iter().zip(&stats.identifiers) {
        let defines =
            |symbol: &crate::symbol::Symbol| crate::words::fold(&symbol.name) == identifier.folded;
        if file.symbols.iter().any(defines) {
            let boost = if identifier.is_code { DEFINED_CODE } else { DEFINED_WORD };
            score += boost * defined;
        }
    }
    score
}
