//! What counts as a word: the one place where text, names and queries are cut
//! into words, folded and split, so that all of them agree.
//!
//! **Invariants**
//! - A word is a run of letters, digits and `_`, of any script.
//! - [`fold`] maps every two characters that a search ignoring case takes for
//!   equal to the same text. It may map more together, never less: candidate
//!   files are found by folded words and must not miss one.

use std::borrow::Cow;

use rust_stemmers::{Algorithm, Stemmer};

/// Longer parts are hashes or data, not words that anyone asks for.
const MAX_PART: usize = 40;
/// Long runs of digits say nothing about a place.
const MAX_DIGITS: usize = 8;

/// Returns whether `c` may stand in a word.
pub(crate) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Calls `visit` with each word of `text` and its byte offset.
pub(crate) fn for_each_word<'t>(text: &'t str, mut visit: impl FnMut(usize, &'t str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let len = word_len(text, at);
        if len > 0 {
            visit(at, &text[at..at + len]);
            at += len;
        } else {
            at += char_len(bytes[at]);
        }
    }
}

/// The length of the word that starts at `start`, zero where none does.
fn word_len(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii() {
            if !(byte.is_ascii_alphanumeric() || byte == b'_') {
                break;
            }
            at += 1;
        } else {
            match text[at..].chars().next() {
                Some(c) if is_word_char(c) => at += c.len_utf8(),
                _ => break,
            }
        }
    }
    at - start
}

fn char_len(first: u8) -> usize {
    match first {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}

/// Returns the start of `text` up to `most` bytes, without a half character.
pub(crate) fn cut_at(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Appends `word` to `out` so that spellings which differ in case are equal.
pub(crate) fn fold_into(word: &str, out: &mut String) {
    for c in word.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            push_folded(c, out);
        }
    }
}

/// By way of the capital, so that `ſ` and `s`, `ς` and `σ` meet.
fn push_folded(c: char, out: &mut String) {
    let mut upper = c.to_uppercase();
    let capital = if upper.len() == 1 { upper.next().unwrap_or(c) } else { c };
    let mut lower = capital.to_lowercase();
    match (lower.len(), lower.next()) {
        (1, Some(small)) => out.push(small),
        _ => out.push(capital),
    }
}

/// Returns `word` folded.
pub(crate) fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    fold_into(word, &mut out);
    out
}

/// Calls `visit` with the parts of an identifier: `HTTPServer_v2` has `HTTP`,
/// `Server`, `v` and `v2`. A number that follows letters stays with them too,
/// because `utf8` and `sha256` are what people type.
pub(crate) fn for_each_part<'w>(word: &'w str, mut visit: impl FnMut(&'w str)) {
    let mut last_letters: Option<usize> = None;
    let mut start = 0;
    let mut chars = word.char_indices().peekable();
    let mut previous = Shape::Gap;
    while let Some((at, c)) = chars.next() {
        let shape = Shape::of(c);
        let next = chars.peek().map_or(Shape::Gap, |&(_, c)| Shape::of(c));
        if boundary(previous, shape, next) {
            emit(word, start, at, previous, &mut last_letters, &mut visit);
            start = at;
        }
        previous = shape;
    }
    emit(word, start, word.len(), previous, &mut last_letters, &mut visit);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Gap,
    Upper,
    Lower,
    Digit,
}

impl Shape {
    fn of(c: char) -> Shape {
        if c == '_' {
            Shape::Gap
        } else if c.is_uppercase() {
            Shape::Upper
        } else if c.is_numeric() {
            Shape::Digit
        } else {
            Shape::Lower
        }
    }
}

fn boundary(previous: Shape, shape: Shape, next: Shape) -> bool {
    match (previous, shape) {
        (Shape::Upper, Shape::Upper) => next == Shape::Lower,
        (Shape::Upper, Shape::Lower) => false,
        (before, now) => before != now,
    }
}

fn emit<'w>(
    word: &'w str,
    start: usize,
    end: usize,
    shape: Shape,
    last_letters: &mut Option<usize>,
    visit: &mut impl FnMut(&'w str),
) {
    if start == end || shape == Shape::Gap {
        *last_letters = None;
        return;
    }
    let part = &word[start..end];
    if shape != Shape::Digit {
        *last_letters = Some(start);
        if part.len() <= MAX_PART {
            visit(part);
        }
        return;
    }
    if (2..=MAX_DIGITS).contains(&part.len()) {
        visit(part);
    }
    if let Some(letters) = last_letters.take()
        && end - letters <= MAX_PART
    {
        visit(&word[letters..end]);
    }
}

/// Folds and stems parts of words.
pub(crate) struct Stems(Stemmer);

impl Stems {
    /// Returns the English stemmer.
    pub(crate) fn new() -> Stems {
        Stems(Stemmer::create(Algorithm::English))
    }

    /// Returns the stem of a folded part. Short words keep their ending: `is`,
    /// `css` and `aws` are no plurals.
    pub(crate) fn stem<'a>(&self, folded: &'a str) -> Cow<'a, str> {
        if folded.len() < 4 || !folded.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Cow::Borrowed(folded);
        }
        self.0.stem(folded)
    }
}

/// Words of English that say how a question is put, not what it is about.
const STOP_WORDS: &[&str] = &[
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by",
    "can", "could", "did", "do", "does", "doing", "done", "each", "every", "for", "from", "had",
    "has", "have", "he", "here", "how", "i", "if", "in", "inside", "into", "is", "it", "its",
    "itself", "just", "many", "may", "me", "might", "must", "my", "no", "not", "of", "off", "on",
    "only", "or", "other", "our", "please", "she", "should", "so", "some", "such", "tell", "than",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "through",
    "to", "too", "under", "up", "us", "very", "was", "we", "were", "what", "when", "where",
    "whether", "which", "while", "who", "whose", "why", "will", "with", "within", "would", "you",
    "your",
];

/// Returns whether a folded word carries no meaning of its own in a question.
pub(crate) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.binary_search(&folded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(word: &str) -> String {
        let mut out = Vec::new();
        for_each_part(word, |part| out.push(part));
        out.join(" ")
    }

    #[test]
    fn identifiers_split_where_a_reader_would() {
        let cases = [
            ("camelCase", "camel Case"),
            ("PascalCase", "Pascal Case"),
            ("snake_case_name", "snake case name"),
            ("SCREAMING_CASE", "SCREAMING CASE"),
            ("HTTPServer", "HTTP Server"),
            ("parseHTTP", "parse HTTP"),
            ("utf8", "utf utf8"),
            ("sha256_sum", "sha 256 sha256 sum"),
            ("HTTP2Stream", "HTTP HTTP2 Stream"),
            ("__init__", "init"),
            ("x", "x"),
            ("_", ""),
            ("v10n", "v 10 v10 n"),
            ("2024", "2024"),
            ("1234567890", ""),
            ("größeÄndern", "größe Ändern"),
            ("日本語", "日本語"),
        ];
        for (word, want) in cases {
            assert_eq!(parts(word), want, "{word}");
        }
    }

    #[test]
    fn folding_joins_what_differs_in_case() {
        let pairs = [("Straße", "STRAßE"), ("ſ", "S"), ("ς", "Σ"), ("\u{212a}", "k"), ("É", "é")];
        for (left, right) in pairs {
            assert_eq!(fold(left), fold(right), "{left} and {right}");
        }
    }

    #[test]
    fn words_are_runs_of_letters_digits_and_underscores() {
        let mut words = Vec::new();
        for_each_word("fn a_b(x: &str) -> Öl8 { \"日本 語\" }", |at, word| {
            words.push((at, word))
        });
        let want = [(3, "a_b"), (7, "x"), (11, "str"), (19, "Öl8"), (27, "日本"), (34, "語")];
        assert_eq!(words[0], (0, "fn"));
        assert_eq!(words[1..], want);
    }

    #[test]
    fn stop_words_are_sorted() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("where") && !is_stop_word("parser"));
    }
}
