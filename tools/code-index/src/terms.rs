//! Turns text into the terms that are stored: an [`Interner`] remembers for
//! every word it has met its folded form and the stems of its parts, so that a
//! word costs one look-up however often it occurs; a [`Tally`] counts them for
//! one file and writes them in the form that the store's tokenizer reads.
//!
//! ```text
//! text ─▶ words ─▶ Interner: word → [term ids] ─▶ Tally: id → count ─▶ "⟨count⟩term\n…"
//! ```
//!
//! **Invariants**
//! - The order of terms in a written list does not depend on what was read
//!   before, so the same file always gives the same document.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::words::{Stems, cut_at, fold, fold_into, for_each_part, for_each_word};

/// More than this says no more about what a file is about.
const MAX_COUNT: u32 = 32;
/// Words remembered by one thread, about 20 MB. All are forgotten when it is full.
const MAX_REMEMBERED: usize = 120_000;
/// Ends each entry of a written list.
const END: char = '\n';
/// Counts are written as one character from here on.
const COUNT_BASE: u32 = 0x20;

/// A longer run of word characters is cut into pieces of this many bytes …
pub(crate) const WORD_PIECE: usize = 128;
/// … each of which shares this many with the one before it: a string of at most
/// this length lies within one piece.
pub(crate) const WORD_OVERLAP: usize = 64;
/// A still longer run is data; the file that holds it gets [`LONG_WORD`].
pub(crate) const MAX_WORD: usize = 2048;
/// Stands for a word too long to be listed. It is no word itself.
pub(crate) const LONG_WORD: &str = "\u{1}long";

struct Word {
    folded: u32,
    parts: Box<[u32]>,
}

/// What one thread remembers of the words it met.
pub(crate) struct Interner {
    stems: Stems,
    words: HashMap<Box<str>, Word, FxBuildHasher>,
    ids: HashMap<Box<str>, u32, FxBuildHasher>,
    terms: Vec<Box<str>>,
    buffer: String,
}

impl Interner {
    pub(crate) fn new() -> Interner {
        Interner {
            stems: Stems::new(),
            words: HashMap::default(),
            ids: HashMap::default(),
            terms: Vec::new(),
            buffer: String::new(),
        }
    }

    /// Forgets everything when it has grown too large. Ids given out before are
    /// void then, so it is called between files only.
    pub(crate) fn make_room(&mut self) {
        if self.words.len() > MAX_REMEMBERED || self.terms.len() > MAX_REMEMBERED {
            self.words = HashMap::default();
            self.ids = HashMap::default();
            self.terms = Vec::new();
        }
    }

    fn id(&mut self, term: &str) -> u32 {
        if let Some(&id) = self.ids.get(term) {
            return id;
        }
        let id = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
        self.terms.push(term.into());
        self.ids.insert(term.into(), id);
        id
    }

    fn learn(&mut self, word: &str) -> Word {
        let mut folded = std::mem::take(&mut self.buffer);
        folded.clear();
        fold_into(word, &mut folded);
        let id = self.id(&folded);
        let mut parts = Vec::new();
        for_each_part(word, |part| {
            folded.clear();
            fold_into(part, &mut folded);
            let stem = self.stems.stem(&folded).into_owned();
            parts.push(self.id(&stem));
        });
        self.buffer = folded;
        Word { folded: id, parts: parts.into() }
    }

    fn word(&mut self, word: &str) -> &Word {
        if !self.words.contains_key(word) {
            let learned = self.learn(word);
            self.words.insert(word.into(), learned);
        }
        &self.words[word]
    }
}

/// Returns the stems of a query's word, in order.
pub(crate) fn stems_of(stems: &Stems, word: &str) -> Vec<String> {
    let mut out = Vec::new();
    for_each_part(word, |part| out.push(stems.stem(&fold(part)).into_owned()));
    out
}

/// Counts terms of one file.
#[derive(Default)]
pub(crate) struct Tally {
    counts: Vec<u32>,
    touched: Vec<u32>,
}

impl Tally {
    fn add(&mut self, id: u32, count: u32) {
        let at = id as usize;
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        if self.counts[at] == 0 {
            self.touched.push(id);
        }
        self.counts[at] = self.counts[at].saturating_add(count);
    }

    /// Counts the stems of all words of `text`.
    pub(crate) fn add_text(&mut self, interner: &mut Interner, text: &str) {
        for_each_word(text, |_, word| {
            if word.len() <= WORD_PIECE {
                for &part in &interner.word(word).parts {
                    self.add(part, 1);
                }
            }
        });
    }

    /// Writes the list and makes ready for the next.
    pub(crate) fn write(&mut self, interner: &Interner) -> String {
        let mut out = String::with_capacity(self.touched.len() * 8);
        for id in self.touched.drain(..) {
            let at = id as usize;
            let count = std::mem::take(&mut self.counts[at]);
            push_entry(&mut out, &interner.terms[at], count);
        }
        out
    }
}

fn push_entry(out: &mut String, term: &str, count: u32) {
    let mark = char::from_u32(COUNT_BASE + count.min(MAX_COUNT)).unwrap_or(' ');
    out.push(mark);
    out.push_str(term);
    out.push(END);
}

/// The two lists that a file's text gives, from one pass over it.
pub(crate) struct TextTerms {
    /// Stems of parts, counted.
    pub(crate) body: String,
    /// Folded whole words, each once.
    pub(crate) words: String,
}

/// The counters of one thread, kept from file to file.
#[derive(Default)]
pub(crate) struct Tallies {
    pub(crate) parts: Tally,
    whole: Tally,
}

/// Reads `text` once and writes both lists.
pub(crate) fn text_terms(interner: &mut Interner, tallies: &mut Tallies, text: &str) -> TextTerms {
    let mut seen: HashMap<&str, u32, FxBuildHasher> = HashMap::default();
    let mut order: Vec<&str> = Vec::new();
    let mut long = Vec::new();
    for_each_word(text, |_, word| {
        if word.len() > WORD_PIECE {
            long.push(word);
            return;
        }
        *seen.entry(word).or_insert_with(|| {
            order.push(word);
            0
        }) += 1;
    });
    for word in order {
        let count = seen[word];
        let known = interner.word(word);
        tallies.whole.add(known.folded, 1);
        for &part in &known.parts {
            tallies.parts.add(part, count);
        }
    }
    let mut extra = Vec::new();
    for word in long {
        long_word_pieces(word, &mut extra);
    }
    extra.sort_unstable();
    extra.dedup();
    let body = tallies.parts.write(interner);
    let mut words = tallies.whole.write_once(interner);
    for piece in extra {
        push_entry(&mut words, &piece, 1);
    }
    TextTerms { body, words }
}

impl Tally {
    fn write_once(&mut self, interner: &Interner) -> String {
        for id in &self.touched {
            self.counts[*id as usize] = 1;
        }
        self.write(interner)
    }
}

/// Cuts an over-long word so that each string of at most [`WORD_OVERLAP`] bytes
/// lies within a piece, the first piece starts and the last one ends the word.
fn long_word_pieces(word: &str, out: &mut Vec<String>) {
    if word.len() > MAX_WORD {
        out.push(LONG_WORD.to_owned());
        return;
    }
    let folded = fold(word);
    let mut start = 0;
    loop {
        let end = cut_at(&folded, start + WORD_PIECE).len();
        out.push(folded[start..end].to_owned());
        if end == folded.len() {
            return;
        }
        // One character less far than the overlap asks, so that a cut character costs nothing.
        start = cut_at(&folded, end - WORD_OVERLAP - 4).len();
    }
}

/// Writes a list of distinct terms.
pub(crate) fn write_terms<'t>(terms: impl Iterator<Item = &'t str>) -> String {
    let mut out = String::new();
    for term in terms {
        push_entry(&mut out, term, 1);
    }
    out
}

/// Reads a written list: each term with its count.
pub(crate) fn read_terms(list: &str) -> impl Iterator<Item = (&str, u32)> {
    list.split_terminator(END).filter_map(|entry| {
        let mark = entry.chars().next()?;
        Some((&entry[mark.len_utf8()..], u32::from(mark) - COUNT_BASE))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> (Vec<(String, u32)>, Vec<String>) {
        let mut interner = Interner::new();
        let lists = text_terms(&mut interner, &mut Tallies::default(), text);
        let body = read_terms(&lists.body).map(|(term, count)| (term.to_owned(), count)).collect();
        let words = read_terms(&lists.words).map(|(term, _)| term.to_owned()).collect();
        (body, words)
    }

    #[test]
    fn one_pass_gives_stems_with_counts_and_whole_words() {
        let (body, words) = terms("parsingRequests(); Parse_Request parsing");
        assert_eq!(body, [("pars".to_owned(), 3), ("request".to_owned(), 2)]);
        assert_eq!(words, ["parsingrequests", "parse_request", "parsing"]);
    }

    #[test]
    fn counts_are_capped() {
        let (body, _) = terms(&"again ".repeat(1000));
        assert_eq!(body, [("again".to_owned(), MAX_COUNT)]);
    }

    #[test]
    fn pieces_of_a_long_word_hold_all_its_short_strings() {
        let word: String = (0..500).map(|at| char::from(b'a' + (at * at % 23) as u8)).collect();
        let (_, pieces) = terms(&word);
        for start in 0..word.len() - WORD_OVERLAP {
            let part = &word[start..start + WORD_OVERLAP];
            assert!(pieces.iter().any(|piece| piece.contains(part)), "at {start}");
        }
        assert!(pieces.iter().any(|piece| word.starts_with(piece.as_str())));
        assert!(pieces.iter().any(|piece| word.ends_with(piece.as_str())));
        let (_, pieces) = terms(&"x".repeat(MAX_WORD + 1));
        assert_eq!(pieces, [LONG_WORD]);
    }
}
