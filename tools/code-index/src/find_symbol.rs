//! Finds definitions by name: exact, then prefix, then by parts; and names that
//! are spelled alike where there is none.
//!
//! **Invariants**
//! - The order is total, so two processes with the same state answer alike.
//! - Only files whose names can appear in the answer are read from the store.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use tantivy::{DocAddress, DocId};

use crate::cancel::Cancel;
use crate::document::{IndexedFile, NAME_SEPARATOR, NameTerm};
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::name_match::{NameMatch, WantedName, edit_distance, kind_rank, letter_mask};
use crate::pending::symbols_of_pending;
use crate::status::IndexStatus;
use crate::stored::{Segment, Stored};
use crate::symbol::{Symbol, SymbolKind};
use crate::term_table::{Anchor, TermTable};
use crate::words::fold;
use crate::workspace::{RootQuery, Scope, Workspace};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct SymbolQuery {
    /// A name, the start or the parts of one, or `Container::name`.
    pub name: String,
    /// Only symbols of this kind.
    pub kind: Option<SymbolKind>,
    /// Only in these files.
    pub scope: Scope,
    /// At most so many.
    pub limit: usize,
}

/// One definition.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolHit {
    /// The file it lies in.
    pub path: String,
    /// How the name matched.
    pub matched: NameMatch,
    /// What is known of it.
    pub symbol: Symbol,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct SymbolAnswer {
    /// Best first.
    pub symbols: Vec<SymbolHit>,
    /// More matched than are given.
    pub truncated: bool,
    /// Where nothing matched: names that are spelled alike.
    pub near: Vec<String>,
    /// How complete the answer is.
    pub status: IndexStatus,
}

/// Names that are offered where none matched.
const MAX_NEAR: usize = 8;
/// Files of which a name may be read; a name in more files is not told apart by more.
const MAX_HOLDERS: usize = 20_000;
/// Work between two looks at the cancel flag.
const CANCEL_EVERY: usize = 4096;

/// Where a matching name stands, in the order of the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    matched: NameMatch,
    kind: u8,
    class: FileClass,
    length: usize,
    name: String,
    path: String,
}

/// The file that holds a match.
enum Holder {
    Stored(DocAddress),
    Held(Arc<IndexedFile>),
}

struct Found {
    rank: Rank,
    root: usize,
    holder: Holder,
    kind: SymbolKind,
}

impl Workspace {
    /// Finds definitions by name.
    pub fn find_symbol(
        &self,
        query: &SymbolQuery,
        cancel: &Cancel,
    ) -> Result<SymbolAnswer, IndexError> {
        let roots = self.queries(&query.scope, cancel)?;
        let name = query.name.trim().trim_end_matches("()");
        let plain = WantedName::plain(name);
        let mut answer = find(&roots, &plain, query, cancel)?;
        if answer.0.is_empty()
            && let Some(contained) = WantedName::contained(name)
        {
            answer = find(&roots, &contained, query, cancel)?;
        }
        let (symbols, truncated) = answer;
        let near = match symbols.is_empty() {
            true => near_names(&roots, name, cancel)?,
            false => Vec::new(),
        };
        Ok(SymbolAnswer { symbols, truncated, near, status: self.status() })
    }
}

impl Workspace {
    /// The definitions that have this very name, or `Container::name`; in
    /// another case where none has it as it is written.
    pub(crate) fn symbols_named(
        &self,
        roots: &[RootQuery<'_>],
        name: &str,
        limit: usize,
        cancel: &Cancel,
    ) -> Result<Vec<SymbolHit>, IndexError> {
        let query = SymbolQuery { limit, ..SymbolQuery::default() };
        let contained = WantedName::contained(name);
        for wanted in std::iter::once(WantedName::plain(name)).chain(contained) {
            let mut search =
                Search { roots, wanted: &wanted, query: &query, cancel, hits: Vec::new() };
            let mut found = search.held_matches()?;
            found.retain(|found| Reach::of(found.rank.matched) == Reach::Whole);
            found.extend(search.stored_matches(Reach::Whole)?);
            search.read(found)?;
            let mut hits = search.hits;
            if let Some(best) = hits.iter().map(|hit| hit.matched).min() {
                hits.retain(|hit| hit.matched == best);
                return Ok(hits);
            }
        }
        Ok(Vec::new())
    }

    /// Names that are spelled like `name`, nearest first.
    pub(crate) fn near_names(
        &self,
        roots: &[RootQuery<'_>],
        name: &str,
        cancel: &Cancel,
    ) -> Result<Vec<String>, IndexError> {
        near_names(roots, name, cancel)
    }
}

fn find(
    roots: &[RootQuery<'_>],
    wanted: &WantedName,
    query: &SymbolQuery,
    cancel: &Cancel,
) -> Result<(Vec<SymbolHit>, bool), IndexError> {
    if wanted.folded.is_empty() || query.limit == 0 {
        return Ok((Vec::new(), false));
    }
    let mut search = Search { roots, wanted, query, cancel, hits: Vec::new() };
    let mut held = search.held_matches()?;
    for reach in [Reach::Whole, Reach::Start, Reach::Parts] {
        if search.hits.len() > query.limit {
            break;
        }
        let mut found = search.stored_matches(reach)?;
        found.extend(held.extract_if(.., |found| Reach::of(found.rank.matched) == reach));
        search.read(found)?;
    }
    let truncated = search.hits.len() > query.limit;
    search.hits.truncate(query.limit);
    Ok((search.hits, truncated))
}

/// One step of a search. Most end with the first, which costs least.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    /// The very name, in any case.
    Whole,
    /// Longer names that start with what is asked; a range of the dictionary.
    Start,
    /// All other names.
    Parts,
}

impl Reach {
    fn of(matched: NameMatch) -> Reach {
        match matched {
            NameMatch::Exact | NameMatch::Case => Reach::Whole,
            NameMatch::Prefix => Reach::Start,
            NameMatch::Parts => Reach::Parts,
        }
    }
}

struct Search<'q, 'w> {
    roots: &'q [RootQuery<'w>],
    wanted: &'q WantedName,
    query: &'q SymbolQuery,
    cancel: &'q Cancel,
    hits: Vec<SymbolHit>,
}

impl Search<'_, '_> {
    fn wants_kind(&self, kind: SymbolKind) -> bool {
        self.query.kind.is_none_or(|wanted| wanted == kind)
    }

    /// Matches in files that are newer than the stored index.
    fn held_matches(&self) -> Result<Vec<Found>, IndexError> {
        let mut found = Vec::new();
        for (number, root) in self.roots.iter().enumerate() {
            let mut files: Vec<Arc<IndexedFile>> = root
                .view
                .overlay
                .files()
                .filter(|file| root.wants(&file.path, &file.facts))
                .cloned()
                .collect();
            files.extend(symbols_of_pending(root, &self.wanted.name, self.cancel)?);
            for file in files {
                for symbol in file.symbols.iter().filter(|symbol| self.wants_kind(symbol.kind)) {
                    let folded = fold(&symbol.name);
                    let Some(matched) = self.wanted.match_name(&symbol.name, &folded) else {
                        continue;
                    };
                    let rank =
                        rank(matched, &symbol.name, symbol.kind, file.facts.class, &file.path);
                    let holder = Holder::Held(Arc::clone(&file));
                    found.push(Found { rank, root: number, holder, kind: symbol.kind });
                }
            }
        }
        Ok(found)
    }

    fn stored_matches(&self, reach: Reach) -> Result<Vec<Found>, IndexError> {
        let mut found = Vec::new();
        for (number, root) in self.roots.iter().enumerate() {
            let Some(stored) = &root.view.stored else { continue };
            for segment in stored.segments() {
                let field = stored.fields.names;
                let folded = &self.wanted.folded;
                let whole = format!("{folded}{NAME_SEPARATOR}");
                match reach {
                    Reach::Whole => {
                        let terms = segment.terms_starting(field, &whole, MAX_HOLDERS)?;
                        let terms = terms.iter().map(String::as_str);
                        self.match_terms(number, stored, &segment, terms, &mut found)?;
                    }
                    Reach::Start => {
                        let terms = segment.terms_starting(field, folded, MAX_HOLDERS)?;
                        let terms = terms.iter().map(String::as_str);
                        let longer = terms.filter(|term| !term.starts_with(&whole));
                        self.match_terms(number, stored, &segment, longer, &mut found)?;
                    }
                    Reach::Parts => {
                        let names = segment.table.names(segment.reader, &stored.fields)?;
                        let terms = self.ords_of_parts(&segment, names).map(|ord| names.term(ord));
                        self.match_terms(number, stored, &segment, terms, &mut found)?;
                    }
                }
            }
        }
        Ok(found)
    }

    fn match_terms<'t>(
        &self,
        number: usize,
        stored: &Stored,
        segment: &Segment<'_>,
        terms: impl Iterator<Item = &'t str>,
        found: &mut Vec<Found>,
    ) -> Result<(), IndexError> {
        for (step, term) in terms.enumerate() {
            if step % CANCEL_EVERY == 0 {
                self.cancel.check()?;
            }
            self.stored_match(number, stored, segment, term, found)?;
            if found.len() > MAX_HOLDERS {
                break;
            }
        }
        Ok(())
    }

    /// The ordinals of the names that may match by their parts, without those
    /// that start with what is asked.
    fn ords_of_parts<'n>(
        &'n self,
        segment: &Segment<'n>,
        names: &'n TermTable,
    ) -> Box<dyn Iterator<Item = usize> + 'n> {
        let Some(part) = self.wanted.longest_part() else { return Box::new(std::iter::empty()) };
        let start = names.starting_with(&self.wanted.folded);
        match names.holding(part, Anchor::Within, MAX_HOLDERS) {
            Some(ords) => {
                let ords = ords.into_iter().filter_map(|ord| usize::try_from(ord).ok());
                Box::new(ords.filter(move |ord| !start.contains(ord)))
            }
            None => {
                let masks = segment.table.name_masks(names);
                let others = (0..start.start).chain(start.end..names.len());
                Box::new(others.filter(|&ord| self.wanted.may_match(masks[ord])))
            }
        }
    }

    fn stored_match(
        &self,
        number: usize,
        stored: &Stored,
        segment: &Segment<'_>,
        term: &str,
        found: &mut Vec<Found>,
    ) -> Result<(), IndexError> {
        let Some(name) = NameTerm::parse(term).filter(|name| self.wants_kind(name.kind)) else {
            return Ok(());
        };
        let Some(matched) = self.wanted.match_name(name.name, name.folded) else { return Ok(()) };
        let root = &self.roots[number];
        segment.for_each_holder(stored.fields.names, term, |doc: DocId| {
            let (path, facts) = (segment.table.path(doc), segment.table.facts(doc));
            if root.view.overlay.hides(path) || !root.wants(path, facts) {
                return;
            }
            let rank = rank(matched, name.name, name.kind, facts.class, path);
            let holder = Holder::Stored(segment.address(doc));
            found.push(Found { rank, root: number, holder, kind: name.kind });
        })?;
        Ok(())
    }

    /// Reads the symbols behind the best matches until there are enough.
    fn read(&mut self, mut found: Vec<Found>) -> Result<(), IndexError> {
        found.sort_by(|a, b| (&a.rank, a.root, a.kind).cmp(&(&b.rank, b.root, b.kind)));
        found.dedup_by(|a, b| (&a.rank, a.root, a.kind) == (&b.rank, b.root, b.kind));
        for found in found {
            if self.hits.len() > self.query.limit {
                return Ok(());
            }
            self.cancel.check()?;
            let root = &self.roots[found.root];
            let loaded;
            let symbols = match &found.holder {
                Holder::Held(file) => &file.symbols,
                Holder::Stored(at) => {
                    let Some(stored) = &root.view.stored else { continue };
                    loaded = stored.symbols(*at)?;
                    &loaded
                }
            };
            let matching = symbols.iter().filter(|symbol| {
                symbol.kind == found.kind
                    && symbol.name.starts_with(&found.rank.name)
                    && self.wanted.fits_container(symbol.container.as_deref())
                    && same_name(&symbol.name, &found.rank.name)
            });
            self.hits.extend(matching.map(|symbol| SymbolHit {
                path: root.show(&found.rank.path),
                matched: found.rank.matched,
                symbol: symbol.clone(),
            }));
        }
        Ok(())
    }
}

/// Stored names are cut and without control characters; the symbol's own is not.
fn same_name(symbol: &str, stored: &str) -> bool {
    symbol == stored
        || (symbol.len() > stored.len() && stored.len() + 4 > crate::document::MAX_NAME)
}

fn rank(matched: NameMatch, name: &str, kind: SymbolKind, class: FileClass, path: &str) -> Rank {
    Rank {
        matched,
        kind: kind_rank(kind),
        class,
        length: name.len(),
        name: name.to_owned(),
        path: path.to_owned(),
    }
}

/// Names that are spelled like `name`, nearest first.
fn near_names(
    roots: &[RootQuery<'_>],
    name: &str,
    cancel: &Cancel,
) -> Result<Vec<String>, IndexError> {
    let last = WantedName::contained(name).map_or_else(|| name.to_owned(), |wanted| wanted.name);
    let wanted = fold(&last);
    let mask = letter_mask(&wanted);
    let mut near: BTreeMap<String, (Reverse<usize>, String)> = BTreeMap::new();
    let mut offer = |folded: &str, name: &str, its_mask: u32| {
        if let Some(closeness) = closeness(&wanted, mask, folded, its_mask) {
            near.entry(folded.to_owned()).or_insert_with(|| (Reverse(closeness), name.to_owned()));
        }
    };
    for root in roots {
        for symbol in root.view.overlay.files().flat_map(|file| &file.symbols) {
            let folded = fold(&symbol.name);
            offer(&folded, &symbol.name, letter_mask(&folded));
        }
        let Some(stored) = &root.view.stored else { continue };
        for segment in stored.segments() {
            let names: &TermTable = segment.table.names(segment.reader, &stored.fields)?;
            let masks = segment.table.name_masks(names);
            for (ord, &its_mask) in masks.iter().enumerate() {
                if ord % CANCEL_EVERY == 0 {
                    cancel.check()?;
                }
                // A term is a name twice and three bytes.
                let its_len = names.term_len(ord) / 2;
                if !may_be_near(&wanted, mask, its_len, its_mask) {
                    continue;
                }
                if let Some(term) = NameTerm::parse(names.term(ord)) {
                    offer(term.folded, term.name, its_mask);
                }
            }
        }
    }
    let mut near: Vec<(Reverse<usize>, String)> = near.into_values().collect();
    near.sort();
    near.truncate(MAX_NEAR);
    Ok(near.into_iter().map(|(_, name)| name).collect())
}

/// Edits that leave two names of this length alike.
fn edits_allowed(wanted: &str) -> usize {
    (wanted.len() / 3).clamp(1, 4)
}

/// A quick test that every name which is near passes: each edit changes at most
/// two letters, and a part has no letter that the whole has not.
fn may_be_near(wanted: &str, mask: u32, its_len: usize, its_mask: u32) -> bool {
    let most = edits_allowed(wanted);
    let apart = wanted.len().abs_diff(its_len);
    let by_edits = apart <= most + 2 && (mask ^ its_mask).count_ones() as usize <= 2 * most;
    let as_part = (mask & !its_mask == 0 || its_mask & !mask == 0)
        && 3 * wanted.len().min(its_len) + 3 >= wanted.len().max(its_len);
    by_edits || as_part
}

/// How close two folded names are, higher is closer; none where they are not.
fn closeness(wanted: &str, mask: u32, folded: &str, its_mask: u32) -> Option<usize> {
    let (shorter, longer) = (wanted.len().min(folded.len()), wanted.len().max(folded.len()));
    let holds = || folded.contains(wanted) || wanted.contains(folded);
    if shorter >= 4 && 3 * shorter >= longer && holds() {
        return Some(100 * shorter / longer);
    }
    let most = edits_allowed(wanted);
    if longer - shorter > most || (mask ^ its_mask).count_ones() as usize > 2 * most {
        return None;
    }
    let distance = edit_distance(wanted, folded, most)?;
    Some(100 - 100 * distance / longer.max(1))
}
