//! How much a text is about a question: its headings, its words and its path are
//! weighed together before they saturate, as the files of an exploration are.

use rustc_hash::FxHashMap;

use crate::explore::AboutTerm;
use crate::terms::stems_of;
use crate::words::{Stems, cut_at, for_each_word};

/// How fast repetition stops to count.
const SATURATION: f32 = 1.3;
/// What a text keeps of its score when it holds next to none of the words.
const COVERAGE_FLOOR: f32 = 0.35;
/// Words of a section of usual length.
const USUAL_WORDS: f32 = 120.0;
/// A shorter text counts as one of so many words.
const LEAST_WORDS: f32 = 50.0;
/// Words beyond these say no more; they bound the time too.
const MAX_WORDS: usize = 4_000;
/// Words remembered by one finder.
const MAX_KNOWN: usize = 60_000;

const IN_HEADING: f32 = 3.0;
const IN_HEADINGS_ABOVE: f32 = 1.2;
const IN_PATH: f32 = 1.0;

/// Which terms a text holds, one bit each.
pub(super) type Mask = u32;

/// Finds terms in texts; remembers the words it met. One per thread.
pub(super) struct Finder<'q> {
    terms: &'q [AboutTerm],
    total: f32,
    stems: Stems,
    known: FxHashMap<Box<str>, Mask>,
}

/// The texts of one thing that may be found.
pub(super) struct Texts<'t> {
    pub(super) heading: &'t str,
    pub(super) above: &'t str,
    pub(super) path: &'t str,
    pub(super) lines: &'t [&'t str],
}

/// How much a text is about the question.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Score {
    pub(super) score: f32,
    /// The share of the words that it holds, the rare ones counting more.
    pub(super) coverage: f32,
    pub(super) heading: Mask,
    pub(super) body: Mask,
}

impl<'q> Finder<'q> {
    pub(super) fn new(terms: &'q [AboutTerm]) -> Finder<'q> {
        let terms = &terms[..terms.len().min(Mask::BITS as usize)];
        let total = terms.iter().map(|term| term.rarity).sum();
        Finder { terms, total, stems: Stems::new(), known: FxHashMap::default() }
    }

    fn word(&mut self, word: &str) -> Mask {
        if let Some(&mask) = self.known.get(word) {
            return mask;
        }
        let stems = stems_of(&self.stems, word);
        let hit = |stem: &String| self.terms.iter().position(|term| term.stem == *stem);
        let mask = stems.iter().filter_map(hit).fold(0, |mask, at| mask | 1 << at);
        if self.known.len() >= MAX_KNOWN {
            self.known.clear();
        }
        self.known.insert(word.into(), mask);
        mask
    }

    /// The terms that a text holds.
    pub(super) fn mask(&mut self, text: &str) -> Mask {
        let mut mask = 0;
        for_each_word(text, |_, word| mask |= self.word(word));
        mask
    }

    /// Weighs one thing; none where it holds no word of the question.
    pub(super) fn score(&mut self, texts: &Texts<'_>) -> Option<Score> {
        let mut counts = [0u32; Mask::BITS as usize];
        let (mut words, mut body) = (0, 0);
        for line in texts.lines {
            for_each_word(line, |_, word| {
                words += 1;
                let mut rest = self.word(word);
                body |= rest;
                while rest != 0 {
                    counts[rest.trailing_zeros() as usize] += 1;
                    rest &= rest - 1;
                }
            });
            if words > MAX_WORDS {
                break;
            }
        }
        let heading = self.mask(texts.heading);
        let above = self.mask(texts.above);
        let path = self.mask(texts.path);
        if heading | body == 0 {
            return None;
        }
        // One short line is no denser text than a paragraph.
        let length = 0.5 + 0.5 * (words as f32).max(LEAST_WORDS) / USUAL_WORDS;
        let (mut score, mut covered) = (0.0, 0.0);
        for (at, term) in self.terms.iter().enumerate() {
            let stands = |mask: Mask, weight: f32| if mask & 1 << at == 0 { 0.0 } else { weight };
            let weighed = counts[at] as f32 / length
                + stands(heading, IN_HEADING)
                + stands(above, IN_HEADINGS_ABOVE)
                + stands(path, IN_PATH);
            if weighed > 0.0 {
                score += term.rarity * weighed / (weighed + SATURATION);
                covered += term.rarity;
            }
        }
        let coverage = if self.total > 0.0 { covered / self.total } else { 0.0 };
        let score = score * (COVERAGE_FLOOR + (1.0 - COVERAGE_FLOOR) * coverage);
        Some(Score { score, coverage, heading, body })
    }

    /// The words of the question that a mask stands for, in their order.
    pub(super) fn words(&self, mask: Mask) -> Vec<&'q str> {
        let mut words: Vec<&str> = Vec::new();
        for (at, term) in self.terms.iter().enumerate() {
            if mask & 1 << at != 0 && !words.contains(&term.word.as_str()) {
                words.push(&term.word);
            }
        }
        words
    }

    /// What stands where, in words.
    pub(super) fn reason(&self, score: &Score) -> String {
        let mut parts = Vec::new();
        for (title, mask) in [("heading", score.heading), ("text", score.body & !score.heading)] {
            let words = self.words(mask);
            if !words.is_empty() {
                parts.push(format!("{title}: {}", words.join(", ")));
            }
        }
        parts.join("; ")
    }
}

/// Whether a text may hold a term, quickly: by the start of its stem.
pub(super) fn may_hold(folded: &str, term: &AboutTerm) -> bool {
    // The stemmer writes `retri` for `retry`.
    let stem = term.stem.strip_suffix('i').unwrap_or(&term.stem);
    folded.contains(stem)
}

/// The lines that are shown of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    /// How many lines were left out before it.
    pub(super) before: usize,
    /// Lines were left out or cut.
    pub(super) cut: bool,
}

/// Longer lines are data.
const MAX_LINE_BYTES: usize = 600;

/// All lines where they fit in `most` bytes, else the run of lines that holds
/// most of the rare words, from the start of a paragraph where that is near.
pub(super) fn show(lines: &[&str], terms: &[AboutTerm], most: usize) -> Shown {
    let cost = |line: &&str| escaped_len(cut_at(line, MAX_LINE_BYTES)) + 2;
    let all: usize = lines.iter().map(cost).sum();
    let long = lines.iter().any(|line| line.len() > MAX_LINE_BYTES);
    if all <= most {
        return Shown { text: joined(lines), before: 0, cut: long };
    }
    let mut finder = Finder::new(terms);
    let masks: Vec<Mask> = lines.iter().map(|line| finder.mask(line)).collect();
    let (first, last) = densest(lines, &masks, terms, most, cost);
    let mut text = String::new();
    if first > 0 {
        text.push_str("…\n");
    }
    text.push_str(&joined(&lines[first..last]));
    if last < lines.len() {
        text.push_str("\n…");
    }
    Shown { text, before: first, cut: true }
}

/// The run of lines within `most` bytes that says most; the earliest of equals.
fn densest(
    lines: &[&str],
    masks: &[Mask],
    terms: &[AboutTerm],
    most: usize,
    cost: impl Fn(&&str) -> usize,
) -> (usize, usize) {
    let mut best = (f32::MIN, 0, 0);
    for start in 0..lines.len() {
        let is_start = start == 0 || lines[start - 1].trim().is_empty() || masks[start] != 0;
        if !is_start || lines[start].trim().is_empty() {
            continue;
        }
        let (mut end, mut bytes, mut held) = (start, 8, 0);
        let mut hits = 0.0;
        while let Some(line) = lines.get(end) {
            bytes += cost(line);
            if bytes > most {
                break;
            }
            held |= masks[end];
            hits += masks[end].count_ones() as f32;
            end += 1;
        }
        let value = |at: usize| terms.get(at).map_or(0.0, |term| term.rarity);
        let sum: f32 = (0..terms.len().min(32)).filter(|at| held & 1 << at != 0).map(value).sum();
        let opens = if start == 0 || lines[start - 1].trim().is_empty() { 0.2 } else { 0.0 };
        let score = sum + 0.02 * hits + opens;
        if score > best.0 && end > start {
            best = (score, start, end);
        }
    }
    if best.2 == 0 { (0, 1.min(lines.len())) } else { (best.1, best.2) }
}

fn joined(lines: &[&str]) -> String {
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        let line = line.trim_end();
        let kept = cut_at(line, MAX_LINE_BYTES);
        text.push_str(kept);
        if kept.len() < line.len() {
            text.push('…');
        }
    }
    text
}

/// How long a text is inside JSON.
pub(super) fn escaped_len(text: &str) -> usize {
    text.bytes()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\t' | b'\r' => 2,
            0..=0x1f => 6,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(words: &[&str]) -> Vec<AboutTerm> {
        let stems = Stems::new();
        let term = |word: &&str| AboutTerm {
            stem: stems_of(&stems, word).concat(),
            word: (*word).to_owned(),
            rarity: 1.0,
        };
        words.iter().map(term).collect()
    }

    fn score(terms: &[AboutTerm], heading: &str, text: &str) -> f32 {
        let lines: Vec<&str> = text.lines().collect();
        let texts = Texts { heading, above: "", path: "docs/a.md", lines: &lines };
        Finder::new(terms).score(&texts).map_or(0.0, |score| score.score)
    }

    #[test]
    fn headings_and_coverage_count_more_than_repetition() {
        let terms = terms(&["run", "migrations"]);
        let heading = score(&terms, "Running migrations", "Call `just migrate`.");
        let text = score(&terms, "Setup", "Then run the migrations.");
        let repeated = score(&terms, "Setup", &"run and run and running\n".repeat(20));
        assert!(heading > text && text > repeated && repeated > 0.0, "{heading} {text} {repeated}");
        assert_eq!(score(&terms, "Other", "nothing here"), 0.0);
    }

    #[test]
    fn a_long_text_is_shown_around_its_words() {
        let terms = terms(&["migrations"]);
        let filler = "nothing to see here\n".repeat(40);
        let text = format!("{filler}\nHow to run\nthe migrations: x\n\n{filler}");
        let lines: Vec<&str> = text.lines().collect();
        let shown = show(&lines, &terms, 120);
        assert!(shown.text.contains("the migrations: x"), "{}", shown.text);
        assert!(shown.text.starts_with("…\n") && shown.text.ends_with("\n…") && shown.cut);
        assert!(shown.text.len() <= 140, "{}", shown.text.len());
        assert!(lines[shown.before].starts_with("How to run"), "{}", lines[shown.before]);
        let short = show(&lines[..2], &terms, 120);
        assert_eq!((short.before, short.cut), (0, false));
    }
}
