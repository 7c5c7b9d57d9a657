//! The snapshots are the specification of what each language gives.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/languages")
}

/// The sample of a language is the file named after it.
fn sample(language: Language) -> (PathBuf, String) {
    let found = std::fs::read_dir(samples()).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        (path.file_stem().unwrap() == language.name()).then_some(path)
    });
    let path = found.unwrap_or_else(|| panic!("no sample for `{}`", language.name()));
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

/// `kind container::name line-end signature | doc`, one line a symbol.
fn outline(extraction: &Extraction) -> String {
    let mut lines = String::new();
    for symbol in &extraction.symbols {
        let kind = format!("{:?}", symbol.kind).to_lowercase();
        let container =
            symbol.container.as_ref().map(|path| format!("{path}::")).unwrap_or_default();
        let Symbol { name, line, end_line, start_line, signature, doc, .. } = symbol;
        let start = if start_line == line { String::new() } else { format!("{start_line}>") };
        write!(lines, "{kind} {container}{name} {start}{line}-{end_line} {signature}").unwrap();
        match doc {
            Some(doc) => writeln!(lines, " | {}", doc.replace('\n', "¶")).unwrap(),
            None => writeln!(lines).unwrap(),
        }
    }
    if extraction.syntax_errors {
        lines.push_str("(syntax errors)\n");
    }
    lines
}

#[test]
fn every_language_gives_its_outline() {
    let mut extractor = Extractor::new();
    for language in Language::all() {
        let (path, text) = sample(language);
        let head = &text.as_bytes()[..text.len().min(4096)];
        assert_eq!(Language::detect(&path, head), Some(language), "{}", path.display());
        let extraction = extractor.extract(language, &text);
        assert!(!extraction.gave_up, "{}", language.name());
        insta::assert_snapshot!(language.name(), outline(&extraction));
    }
}

#[test]
fn every_query_compiles() {
    let problems: Vec<String> =
        Language::all().filter_map(|language| query::compile(language).err()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

fn assert_lines(symbols: &[Symbol], text: &str, context: &str) {
    let lines = u32::try_from(text.lines().count().max(1)).unwrap();
    for symbol in symbols {
        let Symbol { start_line, line, end_line, signature, doc, .. } = symbol;
        let ordered = 1 <= *start_line && start_line <= line && line <= end_line;
        assert!(ordered && *end_line <= lines, "{context}: {symbol:?} of {lines} lines");
        assert!(!symbol.name.is_empty() && signature.len() <= 200, "{context}: {symbol:?}");
        assert!(doc.as_ref().is_none_or(|doc| doc.len() <= 500), "{context}: {symbol:?}");
    }
}

/// Breaks a sample: cuts it, drops a part, puts something hostile in.
fn broken(text: &str, cut: usize, drop: usize, at: usize, insert: &str) -> String {
    let mut text = prefix(text, cut % (text.len() + 1)).to_owned();
    let from = boundary(&text, at % (text.len() + 1));
    let to = boundary(&text, from + drop % 40).max(from);
    text.replace_range(from..to, insert);
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn broken_code_never_panics_and_lines_stay_in_order(
        which in 0..Language::all().count(),
        cut in 0..6000_usize,
        drop in 0..40_usize,
        at in 0..6000_usize,
        insert in prop_oneof![
            Just("\0".to_owned()),
            Just("\r\n\r\n".to_owned()),
            Just("{".repeat(300)),
            Just("\"\"\"".to_owned()),
            Just("/*".to_owned()),
            Just("🦀ß".to_owned()),
            ".{0,12}",
        ],
    ) {
        let language = Language::all().nth(which).unwrap();
        let text = broken(&sample(language).1, cut, drop, at, &insert);
        let extraction = Extractor::new().extract(language, &text);
        assert_lines(&extraction.symbols, &text, language.name());
    }
}

#[test]
fn hostile_text_is_bounded() {
    let cases = [
        ("empty", "rust", String::new()),
        ("nuls", "c", "\0".repeat(10_000)),
        ("deep brackets", "javascript", "[".repeat(200_000)),
        ("deep blocks", "rust", format!("fn a() {}", "{".repeat(50_000))),
        ("deep json", "json", "{\"a\":".repeat(50_000)),
        ("one line", "javascript", "var a=function(){return 1},b=2;".repeat(20_000)),
        ("many names", "python", "def f(): pass\n".repeat(30_000)),
    ];
    let mut extractor = Extractor::new();
    for (name, language, text) in cases {
        let language = Language::from_name(language).unwrap();
        let extraction = extractor.extract(language, &text);
        assert!(extraction.symbols.len() <= MAX_SYMBOLS, "{name}");
        assert_lines(&extraction.symbols, &text, name);
    }
}

#[test]
fn too_many_symbols_are_cut_and_told() {
    let python = Language::from_name("python").unwrap();
    let text = "def f(): pass\n".repeat(MAX_SYMBOLS + 5);
    let extraction = Extractor::new().extract(python, &text);
    assert_eq!((extraction.symbols.len(), extraction.gave_up), (MAX_SYMBOLS, true));
}
