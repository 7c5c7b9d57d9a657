//! The words of a text: what is stored for a message and looked for with a question.
//!
//! Both go the same way: identifiers are also taken apart (`parseUrl`, `parse_url`), words
//! are stemmed as English ones, and text without blanks between words (Chinese, Japanese,
//! Korean) is taken in pairs of characters.

use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};

/// Bytes of a word; the rest of a longer one says nothing.
const MAX_WORD: usize = 64;

/// Different words that are stored for one message.
const MAX_WORDS: usize = 2_000;

/// Words that stand everywhere.
const STOP: [&str; 40] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "do", "does", "for", "from", "had",
    "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "of", "on", "or", "so",
    "that", "the", "their", "then", "there", "this", "to", "was", "we", "were", "with", "you",
];

/// The words of `text` with how often each stands there, in the order of first standing.
pub(crate) fn counted(text: &str) -> Vec<(String, u32)> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut words: Vec<(String, u32)> = Vec::new();
    each(text, &mut |word| {
        let word = if word.is_ascii() { stemmer.stem(word).into_owned() } else { word.to_owned() };
        match places.get(&word) {
            Some(&place) => words[place].1 += 1,
            None if words.len() < MAX_WORDS => {
                places.insert(word.clone(), words.len());
                words.push((word, 1));
            }
            None => {}
        }
    });
    words
}

/// What each word of a message adds to its rank, in thousandths: the part of BM25 that
/// looks at one message alone, with a usual length in place of the mean one, so that it
/// never changes.
pub(crate) fn impacts(text: &str) -> Vec<(String, i64)> {
    const SATURATION: f64 = 1.2;
    const LENGTH_WEIGHT: f64 = 0.5;
    const USUAL_WORDS: f64 = 100.0;
    let words = counted(text);
    let length: u32 = words.iter().map(|(_, count)| count).sum();
    let long = 1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * f64::from(length) / USUAL_WORDS;
    let impact = |count: u32| {
        let count = f64::from(count);
        (1000.0 * count * (SATURATION + 1.0) / (count + SATURATION * long)).round() as i64
    };
    words.into_iter().map(|(word, count)| (word, impact(count))).collect()
}

fn each(text: &str, take: &mut impl FnMut(&str)) {
    for run in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        if run.contains(without_blanks) {
            pairs(run, take);
        } else {
            identifier(run.trim_matches('_'), take);
        }
    }
}

/// An identifier's parts and, when there are several, the whole.
fn identifier(run: &str, take: &mut impl FnMut(&str)) {
    let mut parts = 0;
    for part in run.split('_').flat_map(humps).filter(|part| !part.is_empty()) {
        parts += 1;
        word(part, take);
    }
    if parts > 1 {
        word(run, take);
    }
}

fn word(text: &str, take: &mut impl FnMut(&str)) {
    let lower = text.to_lowercase();
    if !STOP.contains(&lower.as_str()) {
        take(&lower[..lower.floor_char_boundary(MAX_WORD)]);
    }
}

/// `parseHTTPUrl2` as `parse`, `HTTP`, `Url2`.
fn humps(text: &str) -> Vec<&str> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let mut starts = vec![0];
    for (at, &(place, character)) in characters.iter().enumerate().skip(1) {
        let before = characters[at - 1].1;
        let after = characters.get(at + 1).is_some_and(|(_, next)| next.is_lowercase());
        if character.is_uppercase() && (!before.is_uppercase() || after) {
            starts.push(place);
        }
    }
    starts.push(text.len());
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// Whether a character belongs to a script that writes words without blanks between them.
fn without_blanks(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Pairs of characters that stand together; other scripts in between are words.
fn pairs(run: &str, take: &mut impl FnMut(&str)) {
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let dense = without_blanks(first);
        let end = rest.find(|c| without_blanks(c) != dense).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        if !dense {
            identifier(part.trim_matches('_'), take);
            continue;
        }
        let ends: Vec<usize> = part.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
        let mut start = 0;
        for pair in ends.windows(2) {
            take(&part[start..pair[1]]);
            start = pair[0];
        }
        if ends.len() == 1 {
            take(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MAX_WORD, counted, impacts};

    #[test]
    fn a_text_has_these_words() {
        let cases: [(&str, &[&str]); 8] = [
            ("The login is broken", &["login", "broken"]),
            ("parsing parses Parsed", &["pars"]),
            ("parseHTTPUrl2", &["pars", "http", "url2", "parsehttpurl2"]),
            ("fix_login_bug!", &["fix", "login", "bug", "fix_login_bug"]),
            ("don't", &["don", "t"]),
            ("修复登录", &["修复", "复登", "登录"]),
            ("用API修", &["用", "api", "修"]),
            ("__ -- \u{1f600}", &[]),
        ];
        for (text, want) in cases {
            let words: Vec<String> = counted(text).into_iter().map(|(word, _)| word).collect();
            assert_eq!(words, want, "{text}");
        }
    }

    #[test]
    fn a_word_counts_more_where_it_stands_often_and_the_text_is_short() {
        let impact = |text: &str| impacts(text).first().expect("a word").1;
        let long = format!("token {}", "other ".repeat(500));
        assert!(impact("token token refresh") > impact("token refresh"));
        assert!(impact("token refresh") > impact(&long));
    }

    proptest! {
        #[test]
        fn any_text_has_bounded_words(text in "\\PC{0,200}") {
            for (word, count) in counted(&text) {
                prop_assert!(!word.is_empty() && word.len() <= MAX_WORD && count > 0);
            }
        }
    }
}
