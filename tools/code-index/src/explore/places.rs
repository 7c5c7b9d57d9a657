//! The best places within one file: symbols that hold the question's words, or
//! windows of lines where no symbol does.

use rustc_hash::FxHashMap;

use super::Place;
use super::neighbours::Use;
use super::question::Question;
use super::rank::{Holder, Ranked, RankedFile};
use super::snippet;
use crate::cancel::Cancel;
use crate::read::{FileRead, read_file};
use crate::symbol::{Symbol, SymbolKind};
use crate::terms::stems_of;
use crate::words::{Stems, fold, for_each_word};
use crate::workspace::RootQuery;

/// What a word counts for by where in a symbol it stands.
const IN_NAME: f32 = 2.6;
const IN_CONTAINER: f32 = 0.9;
const IN_SIGNATURE: f32 = 1.4;
const IN_DOC: f32 = 1.5;
const IN_BODY: f32 = 1.0;
/// How much of a place's own score joins its file's.
const PLACE_SHARE: f32 = 1.35;
/// A symbol of this many lines is read at a glance; longer ones count less.
const SHORT: f32 = 30.0;
/// Lines of a window.
const WINDOW: usize = 10;
/// A window counts less than a symbol that says the same.
const WINDOW_WEIGHT: f32 = 0.7;
/// The name that was asked for, in the spelling of code.
const EXACT_NAME: f32 = 3.0;
/// Places looked at in one file before the best are taken.
const MAX_SYMBOLS: usize = 5_000;

/// The best places of one file, best first.
pub(super) struct FilePlaces {
    /// The file's place in [`Ranked::files`].
    pub(super) file: usize,
    pub(super) places: Vec<Place>,
}

impl FilePlaces {
    pub(super) fn is_some(&self) -> bool {
        !self.places.is_empty()
    }

    /// By the best place of each.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        super::compare(&self.places[0], &other.places[0])
    }

    /// Lifts all places, and says why at the best.
    pub(super) fn lift(&mut self, by: &Use) {
        for place in &mut self.places {
            place.score += by.gain;
        }
        if let Some(best) = self.places.first_mut() {
            let gap = if best.reason.is_empty() { "" } else { "; " };
            best.reason.push_str(&format!("{gap}uses {}", by.name));
        }
    }
}

/// Which terms of the question a text holds, one bit each.
type Mask = u32;

/// Finds terms in texts; remembers the words it met.
struct Finder<'q> {
    question: &'q Question,
    stems: Stems,
    known: FxHashMap<Box<str>, Mask>,
}

impl Finder<'_> {
    fn word(&mut self, word: &str) -> Mask {
        if let Some(&mask) = self.known.get(word) {
            return mask;
        }
        let stems = stems_of(&self.stems, word);
        let hit = |stem: &String| self.question.terms.iter().position(|term| term.stem == *stem);
        let mask = stems.iter().filter_map(hit).fold(0, |mask, at| mask | 1 << at);
        self.known.insert(word.into(), mask);
        mask
    }

    fn text(&mut self, text: &str) -> Mask {
        let mut mask = 0;
        for_each_word(text, |_, word| mask |= self.word(word));
        mask
    }
}

/// Where each term stands in a place.
#[derive(Clone, Copy, Default)]
struct Where {
    name: Mask,
    container: Mask,
    signature: Mask,
    doc: Mask,
    body: Mask,
}

struct Scored<'s> {
    symbol: Option<&'s Symbol>,
    first: u32,
    last: u32,
    score: f32,
    found: Where,
}

/// Finds the places of one file; none where it is gone or the call ended.
pub(super) fn find(
    roots: &[RootQuery<'_>],
    number: usize,
    question: &Question,
    ranked: &Ranked,
    cancel: &Cancel,
) -> Option<FilePlaces> {
    if cancel.is_cancelled() {
        return None;
    }
    let file: &RankedFile = &ranked.files[number];
    let root = &roots[file.root];
    let max = root.state.options.max_file_bytes;
    let FileRead::Text(read) = read_file(&root.state.root, &file.path, max) else { return None };
    let stored;
    let symbols: &[Symbol] = match &file.holder {
        Holder::Held(held) => &held.symbols,
        Holder::Stored(at) => {
            // A store that fails costs the symbols; the lines can still be shown.
            stored = root.view.stored.as_ref()?.symbols(*at).unwrap_or_default();
            &stored
        }
    };
    let lines: Vec<&str> = read.text.lines().collect();
    let mut finder = Finder { question, stems: Stems::new(), known: FxHashMap::default() };
    let masks: Vec<Mask> = lines.iter().map(|line| finder.text(line)).collect();
    let path = finder.text(&file.path);

    let mut scored: Vec<Scored<'_>> = symbols
        .iter()
        .take(MAX_SYMBOLS)
        .filter_map(|symbol| score_symbol(symbol, &masks, &mut finder, &ranked.rarity))
        .collect();
    scored.extend(best_window(&masks, symbols, &ranked.rarity));
    scored.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.first.cmp(&b.first)));
    let mut taken: Vec<Scored<'_>> = Vec::new();
    for place in scored {
        let overlaps = |other: &Scored<'_>| place.first <= other.last && other.first <= place.last;
        if taken.len() < super::PLACES_PER_FILE && !taken.iter().any(overlaps) {
            taken.push(place);
        }
    }
    if taken.is_empty() {
        taken.extend(whole_file(path != 0 || file.in_history, lines.len()));
    }
    let weight = question.class_weight(file.class);
    let shown = root.show(&file.path);
    let places = taken.into_iter().map(|place| Place {
        path: shown.clone(),
        line: place.symbol.map_or(place.first, |symbol| symbol.line),
        end_line: place.last,
        symbol: place.symbol.map(full_name),
        kind: place.symbol.map(|symbol| symbol.kind),
        score: file.score + PLACE_SHARE * weight * place.score,
        reason: reason(question, place.found, path, file.in_history),
        snippet: snippet::of(&lines, &masks, place.first, place.last),
    });
    Some(FilePlaces { file: number, places: places.collect() })
}

fn full_name(symbol: &Symbol) -> String {
    match &symbol.container {
        Some(container) => format!("{container}::{}", symbol.name),
        None => symbol.name.clone(),
    }
}

fn score_symbol<'s>(
    symbol: &'s Symbol,
    masks: &[Mask],
    finder: &mut Finder<'_>,
    rarity: &[f32],
) -> Option<Scored<'s>> {
    let first = symbol.start_line.max(1) as usize;
    let last = (symbol.end_line as usize).min(masks.len());
    let span = masks.get(first - 1..last)?;
    let found = Where {
        name: finder.text(&symbol.name),
        container: symbol.container.as_deref().map_or(0, |container| finder.text(container)),
        signature: finder.text(&symbol.signature),
        doc: symbol.doc.as_deref().map_or(0, |doc| finder.text(doc)),
        body: span.iter().fold(0, |all, mask| all | mask),
    };
    if found.name | found.signature | found.doc | found.body == 0 {
        return None;
    }
    let mut sum = 0.0;
    let mut covered = 0.0;
    for (at, rare) in rarity.iter().enumerate() {
        let bit = 1 << at;
        let mut best: f32 = 0.0;
        for (mask, weight) in [
            (found.name, IN_NAME),
            (found.doc, IN_DOC),
            (found.signature, IN_SIGNATURE),
            (found.container, IN_CONTAINER),
        ] {
            if mask & bit != 0 {
                best = best.max(weight);
            }
        }
        if found.body & bit != 0 {
            let lines = span.iter().filter(|mask| **mask & bit != 0).count() as f32;
            best = best.max(IN_BODY) + 0.25 * (lines / (lines + 2.0));
        }
        sum += rare * best;
        covered += if best > 0.0 { *rare } else { 0.0 };
    }
    let total: f32 = rarity.iter().sum();
    let coverage = if total > 0.0 { covered / total } else { 0.0 };
    let folded = fold(&symbol.name);
    let asked = finder.question.identifiers.iter();
    let exact = asked.filter(|name| name.is_code && name.folded == folded).count() as f32;
    let length = (last - first + 1) as f32;
    let brevity = 1.0 / (1.0 + 0.22 * (length / SHORT).max(1.0).log2());
    let score =
        (sum * (0.4 + 0.6 * coverage) * brevity + exact * EXACT_NAME) * kind_weight(symbol.kind);
    let (first, last) = (line_number(first), line_number(last));
    Some(Scored { symbol: Some(symbol), first, last, score, found })
}

fn line_number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn kind_weight(kind: SymbolKind) -> f32 {
    match kind {
        SymbolKind::Function
        | SymbolKind::Method
        | SymbolKind::Class
        | SymbolKind::Struct
        | SymbolKind::Enum
        | SymbolKind::Interface
        | SymbolKind::Trait
        | SymbolKind::Constructor => 1.0,
        SymbolKind::Macro | SymbolKind::Type | SymbolKind::Union | SymbolKind::Table => 0.95,
        SymbolKind::Extension => 0.8,
        SymbolKind::Constant | SymbolKind::Variable | SymbolKind::Heading => 0.75,
        SymbolKind::Module => 0.6,
        SymbolKind::Field | SymbolKind::Variant | SymbolKind::Element => 0.55,
        SymbolKind::Key => 0.5,
    }
}

/// The lines that hold most of the rare words close together, outside of all
/// functions: those have their own score.
fn best_window(masks: &[Mask], symbols: &[Symbol], rarity: &[f32]) -> Option<Scored<'static>> {
    let mut free = vec![true; masks.len()];
    for symbol in symbols.iter().filter(|symbol| kind_weight(symbol.kind) > 0.7) {
        let first = (symbol.start_line as usize).saturating_sub(1).min(masks.len());
        let last = (symbol.end_line as usize).min(masks.len());
        free[first..last.max(first)].fill(false);
    }
    let mut best: Option<Scored<'static>> = None;
    for (start, _) in masks.iter().enumerate().filter(|&(at, mask)| free[at] && *mask != 0) {
        let end = (start + WINDOW).min(masks.len());
        let mut last = start;
        let mut body = 0;
        for at in (start..end).filter(|&at| free[at]) {
            if masks[at] & !body != 0 {
                body |= masks[at];
                last = at;
            }
        }
        let score = WINDOW_WEIGHT * window_score(body, rarity);
        if best.as_ref().is_none_or(|best| score > best.score) {
            let found = Where { body, ..Where::default() };
            let (first, last) = (line_number(start + 1), line_number(last + 1));
            best = Some(Scored { symbol: None, first, last, score, found });
        }
    }
    best
}

fn window_score(mask: Mask, rarity: &[f32]) -> f32 {
    let total: f32 = rarity.iter().sum();
    let held = rarity.iter().enumerate().filter(|(at, _)| mask & 1 << at != 0);
    let sum: f32 = held.map(|(_, rare)| rare * IN_BODY).sum();
    sum * (0.4 + 0.6 * sum / total.max(f32::MIN_POSITIVE))
}

/// A file that only its path or its commits speak for.
fn whole_file(said: bool, lines: usize) -> Option<Scored<'static>> {
    said.then(|| Scored {
        symbol: None,
        first: 1,
        last: line_number(lines.clamp(1, WINDOW)),
        score: 0.0,
        found: Where::default(),
    })
}

/// Which words stand where, each word once, at its best place.
fn reason(question: &Question, found: Where, path: Mask, in_history: bool) -> String {
    let mut left: Mask = Mask::MAX;
    let mut parts = Vec::new();
    for (title, mask) in [
        ("name", found.name),
        ("doc", found.doc),
        ("signature", found.signature),
        ("in", found.container),
        ("body", found.body),
        ("path", path),
    ] {
        let here = mask & left;
        left &= !here;
        let terms = question.terms.iter().enumerate();
        let mut words: Vec<&str> = Vec::new();
        for (_, term) in terms.filter(|(at, _)| here & 1 << at != 0) {
            if !words.contains(&term.word.as_str()) {
                words.push(&term.word);
            }
        }
        if !words.is_empty() {
            parts.push(format!("{title}: {}", words.join(", ")));
        }
    }
    if in_history {
        parts.push("touched by like commits".to_owned());
    }
    parts.join("; ")
}
