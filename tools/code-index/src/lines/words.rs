//! Lines that hold most words of a query, when no line holds the query itself.
//!
//! Two passes over the files, so that memory does not grow with their lines. The
//! first counts how many lines hold each combination of words; from that follow
//! the weight of a word (rare ones tell more), the rank of a combination, and the
//! last rank that the page can reach. The second keeps the best lines in order
//! of rank, file and line, and reads only files that have one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use super::cursor::{Cursor, CursorKind};
use super::pattern::{FoundLine, Pattern};
use super::scan::{self, Tally, find_file};
use super::{LineMatch, LineSearchError, LinesFound, MatchedBy, Plan, Scope, excerpt, show};

/// More words than this make a question, not a line.
const MAX_WORDS: usize = 12;
/// Words that tell nothing about a line.
const STOP_WORDS: [&str; 40] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has",
    "have", "how", "if", "in", "into", "is", "it", "its", "not", "of", "on", "or", "that", "the",
    "their", "then", "there", "this", "to", "was", "what", "when", "where", "which", "with", "why",
];

/// Which words a line holds, one bit each.
type Combination = u16;

/// Returns the distinct words of a query in lower case, without those that stand
/// in every sentence unless nothing else is left.
pub(super) fn words_of(query: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in query.split(|character: char| !character.is_alphanumeric() && character != '_') {
        let word = word.to_lowercase();
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    let telling = |word: &String| word.chars().count() > 1 && !STOP_WORDS.contains(&word.as_str());
    if words.iter().any(telling) {
        words.retain(telling);
    }
    words.truncate(MAX_WORDS);
    words
}

/// A line's place among all: better rank first, then file order.
type Place = (usize, usize, u32);

/// Finds the page of best lines.
pub(super) fn find_best(
    words: &[String],
    plan: &Plan,
    scope: &Scope<'_>,
) -> Result<LinesFound, LineSearchError> {
    if words.is_empty() || scope.candidates.is_empty() {
        return Ok(page(BTreeMap::new(), &Ranks::default(), plan, scope, None));
    }
    let finder = WordFinder::new(words)?;
    let (ranks, most_words, tally) = rank(&finder, scope)?;
    let start =
        plan.cursor.as_ref().map(|cursor| start_after(cursor, &ranks, scope)).transpose()?;

    let wanted = plan.limit + 1;
    let last_rank = ranks.last_needed(start, wanted);
    let fewest_words = ranks.order.get(last_rank).map_or(0, |last| last.count_ones());
    let best: Mutex<BTreeMap<Place, String>> = Mutex::default();
    let range = scan::Range {
        first: 0,
        last: &AtomicUsize::new(usize::MAX),
        pass_over: &|file| {
            let most = most_words.get(file).map_or(0, |most| most.load(Ordering::Relaxed));
            most == 0 || u32::from(most) < fewest_words
        },
    };
    scan::scan(scope, &range, |file, text, worker| {
        finder.any.each_line(text, worker, scope.cancel, &mut |found| {
            let rank = ranks.rank_of(finder.combination(found.bytes));
            let Some(rank) = rank.filter(|rank| *rank <= last_rank) else { return true };
            let place = (rank, file, found.line);
            if start.is_some_and(|start| place <= start) {
                return true;
            }
            let mut best = scan::lock(&best);
            let full = best.len() >= wanted;
            if !full || best.last_key_value().is_some_and(|(last, _)| place < *last) {
                best.insert(place, excerpt::cut(found.bytes, || found.at()));
                if full {
                    best.pop_last();
                }
            }
            true
        })
    })?;
    Ok(page(scan::into_inner(best), &ranks, plan, scope, Some(tally)))
}

fn page(
    mut best: BTreeMap<Place, String>,
    ranks: &Ranks,
    plan: &Plan,
    scope: &Scope<'_>,
    tally: Option<Tally>,
) -> LinesFound {
    let more = best.len() > plan.limit;
    if more {
        best.pop_last();
    }
    let next_cursor = best.last_key_value().filter(|_| more).map(|(place, _)| {
        let (rank, file, line) = *place;
        let path = format!("{}.{}", ranks.order[rank], show(scope, file));
        Cursor { kind: CursorKind::Words, hash: plan.hash, file, line, path }.to_string()
    });
    let matches = best
        .into_iter()
        .map(|((_, file, line), text)| LineMatch { path: show(scope, file), line, text })
        .collect();
    let (searched, skipped) = tally.map_or_else(Default::default, |t| (t.searched, t.skipped));
    LinesFound { matches, next_cursor, matched_by: MatchedBy::Words, searched, skipped }
}

fn start_after(
    cursor: &Cursor,
    ranks: &Ranks,
    scope: &Scope<'_>,
) -> Result<Place, LineSearchError> {
    let parsed = cursor
        .path
        .split_once('.')
        .and_then(|(combination, path)| Some((combination.parse::<Combination>().ok()?, path)));
    let Some((combination, path)) = parsed else {
        return Err(LineSearchError::BadCursor { cursor: cursor.to_string() });
    };
    let Some(rank) = ranks.rank_of(combination) else {
        // No line has this combination any more: go on with the next one.
        let next = ranks.order.partition_point(|other| ranks.key(*other) < ranks.key(combination));
        return Ok((next, 0, 0));
    };
    Ok(match find_file(scope, path, cursor.file) {
        Some(file) => (rank, file, cursor.line),
        None => (rank, cursor.file, 0),
    })
}

struct WordFinder {
    any: Pattern,
    each: Vec<Regex>,
}

impl WordFinder {
    fn new(words: &[String]) -> Result<WordFinder, LineSearchError> {
        let any = Pattern::any_of(words)?;
        let each = words
            .iter()
            .map(|word| {
                Regex::builder()
                    .syntax(syntax::Config::new().utf8(false).case_insensitive(true))
                    .build(&regex::escape(word))
                    .map_err(|error| LineSearchError::BadPattern {
                        pattern: word.clone(),
                        reason: error.to_string(),
                    })
            })
            .collect::<Result<_, _>>()?;
        Ok(WordFinder { any, each })
    }

    fn combination(&self, line: &[u8]) -> Combination {
        self.each.iter().enumerate().fold(0, |combination, (word, regex)| {
            combination | (Combination::from(regex.is_match(line)) << word)
        })
    }
}

/// The combinations worth showing, best first.
#[derive(Default)]
struct Ranks {
    order: Vec<Combination>,
    places: HashMap<Combination, usize>,
    weights: Vec<u64>,
    /// How many lines hold exactly these words.
    counts: HashMap<Combination, u64>,
}

impl Ranks {
    fn rank_of(&self, combination: Combination) -> Option<usize> {
        self.places.get(&combination).copied()
    }

    /// Returns the last rank of which a page of `wanted` lines can hold one. How
    /// many lines of the starting rank lie behind the start is not known, so none
    /// is counted.
    fn last_needed(&self, start: Option<Place>, wanted: usize) -> usize {
        let first = start.map_or(0, |(rank, _, _)| rank + 1);
        let mut lines = 0;
        for (rank, combination) in self.order.iter().enumerate().skip(first) {
            lines += self.counts.get(combination).copied().unwrap_or(0);
            if lines >= wanted as u64 {
                return rank;
            }
        }
        usize::MAX
    }

    /// What combinations are sorted by: most words first, then rare words. The
    /// combination itself keeps equals apart.
    fn key(&self, combination: Combination) -> (Reverse<u32>, Reverse<u64>, Combination) {
        let held =
            self.weights.iter().enumerate().filter(|(word, _)| combination & (1 << word) != 0);
        let score: u64 = held.map(|(_, weight)| weight).sum();
        (Reverse(combination.count_ones()), Reverse(score), combination)
    }
}

/// Counts the combinations of all lines and ranks them by how many words they
/// hold. Those with less than half of the most are noise. Also returns the most
/// words on a line of each file.
fn rank(
    finder: &WordFinder,
    scope: &Scope<'_>,
) -> Result<(Ranks, Vec<AtomicU8>, Tally), LineSearchError> {
    let counts: Mutex<HashMap<Combination, u64>> = Mutex::default();
    let most_words: Vec<AtomicU8> = scope.candidates.iter().map(|_| AtomicU8::new(0)).collect();
    let last = AtomicUsize::new(usize::MAX);
    let range = scan::Range { first: 0, last: &last, pass_over: &|_| false };
    let tally = scan::scan(scope, &range, |file, text, worker| {
        let mut own: HashMap<Combination, u64> = HashMap::new();
        finder.any.each_line(text, worker, scope.cancel, &mut |found: FoundLine<'_>| {
            *own.entry(finder.combination(found.bytes)).or_default() += 1;
            true
        })?;
        let mut counts = scan::lock(&counts);
        for (combination, count) in own {
            // At most one bit a word, so it fits.
            let words = u8::try_from(combination.count_ones()).unwrap_or(u8::MAX);
            most_words[file].fetch_max(words, Ordering::Relaxed);
            *counts.entry(combination).or_default() += count;
        }
        Ok(())
    })?;
    Ok((order(&scan::into_inner(counts), finder.each.len()), most_words, tally))
}

fn order(counts: &HashMap<Combination, u64>, words: usize) -> Ranks {
    let all: u64 = counts.values().sum();
    let weights: Vec<u64> = (0..words)
        .map(|word| {
            let holding: u64 = counts
                .iter()
                .filter(|(combination, _)| *combination & (1 << word) != 0)
                .map(|(_, count)| count)
                .sum();
            // A whole number, so that sums do not depend on their order.
            let rarity = (1.0 + all as f64 / holding.max(1) as f64).ln();
            (rarity * 1000.0) as u64
        })
        .collect();
    let mut ranks = Ranks { weights, counts: counts.clone(), ..Ranks::default() };
    let mut order: Vec<Combination> =
        counts.keys().copied().filter(|combination| *combination != 0).collect();
    order.sort_by_key(|combination| ranks.key(*combination));
    if let Some(most) = order.first().map(|combination| combination.count_ones()) {
        order.retain(|combination| 2 * combination.count_ones() >= most);
    }
    ranks.places =
        order.iter().enumerate().map(|(rank, combination)| (*combination, rank)).collect();
    ranks.order = order;
    ranks
}
