//! What all rules share: the table check, changed lines, and hostile input.

use proptest::prelude::*;

use super::*;
use crate::extract::Extractor;

/// `line rule` of each finding in a text.
pub(super) fn found(path: &str, text: &str) -> Vec<(u32, &'static str)> {
    with(path, text, |_| {}).iter().map(|finding| (finding.line, finding.rule)).collect()
}

/// Reviews a text; `set` changes what is given besides path and text.
pub(super) fn with<'a>(
    path: &'a str,
    text: &'a str,
    set: impl FnOnce(&mut Reviewed<'a>),
) -> Vec<Finding> {
    let language = Language::detect(std::path::Path::new(path), text.as_bytes());
    let tree = language.and_then(|language| Extractor::new().parse(language, text));
    let mut file =
        Reviewed { path, language, text, tree: None, changed: None, before: None, is_tested: None };
    set(&mut file);
    let file = Reviewed { tree: tree.as_ref(), ..file };
    review(&file)
}

/// Checks that a rule finds each line that ends with `!!` in a comment of the
/// text's language, and no other.
pub(super) fn check(rule: &str, cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (path, text) in cases {
        let want: Vec<u32> =
            (1..).zip(text.lines()).filter(|(_, line)| line.ends_with("!!")).map(|l| l.0).collect();
        let got: Vec<u32> =
            found(path, text).iter().filter(|found| found.1 == rule).map(|found| found.0).collect();
        if got != want {
            wrong += &format!("{path}: found {got:?}, want {want:?}\n{text}\n");
        }
    }
    assert!(wrong.is_empty(), "{rule}\n{wrong}");
}

#[test]
fn only_changed_lines_count() {
    let text = "PASSWORD=hunter2222x\n\nTOKEN=9f8a7b6c5d4e3f2a1b0c\n";
    let lines = |changed: &'static [(u32, u32)]| {
        let findings = with("app.env", text, |file| file.changed = Some(changed));
        findings.iter().map(|finding| finding.line).collect::<Vec<_>>()
    };
    assert_eq!(lines(&[(1, 9)]), [1, 3]);
    assert_eq!(lines(&[(2, 3)]), [3]);
    assert_eq!(lines(&[]), [0_u32; 0]);
}

fn sample(language: Language) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/languages");
    let found = std::fs::read_dir(folder).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        (path.file_stem().unwrap() == language.name()).then_some(path)
    });
    std::fs::read_to_string(found.unwrap()).unwrap()
}

fn review_text(language: Language, text: &str) -> Vec<Finding> {
    let tree = Extractor::new().parse(language, text);
    let before = tree.as_ref().map(|tree| Before { text, tree });
    let tested = |_: &Definition<'_>| false;
    review(&Reviewed {
        path: "src/a",
        language: Some(language),
        text,
        tree: tree.as_ref(),
        changed: Some(&[(1, u32::MAX)]),
        before,
        is_tested: Some(&tested),
    })
}

#[test]
fn samples_of_all_languages_are_clean() {
    for language in Language::all() {
        let findings = review_text(language, &sample(language));
        let loud: Vec<_> =
            findings.iter().filter(|finding| finding.rule != untested_change::ID).collect();
        assert!(loud.is_empty(), "{}: {loud:?}", language.name());
    }
}

#[test]
fn deep_and_long_texts_end() {
    let deep = 20_000;
    let texts = [
        ("python", format!("x = {}1{}", "(".repeat(deep), ")".repeat(deep))),
        ("python", format!("x = f\"{}\"", "{f'".repeat(300))),
        ("python", format!("execute('select 1 from t'{})", " + a".repeat(deep))),
        ("javascript", format!("a{}", ".b()".repeat(deep))),
        ("javascript", "for(;;){".repeat(deep)),
        ("javascript", "f(()=>{".repeat(deep)),
        ("ruby", "`#{".repeat(2_000)),
        ("rust", format!("fn a() {{ {} }}", "if a && b {".repeat(deep))),
        ("php", format!("<?php {}", "\"{$a[".repeat(2_000))),
        ("rust", format!("use {};", "a::{".repeat(2_000))),
        ("c", "a(b,".repeat(deep)),
    ];
    for (language, text) in texts {
        let language = Language::from_name(language).unwrap();
        std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || assert!(review_text(language, &text).len() <= MAX_FINDINGS))
            .unwrap()
            .join()
            .unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_too_much(
        which in 0..Language::all().count(),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        cut in 0..4_000_usize,
        insert in prop_oneof![Just("\""), Just("{"), Just("f'{"), Just("🦀ß"), Just("\0"), Just("`${"), Just("execute(")],
    ) {
        let language = Language::all().nth(which).unwrap();
        review_text(language, &String::from_utf8_lossy(&bytes));
        let sample = sample(language);
        let mut at = cut % (sample.len() + 1);
        while !sample.is_char_boundary(at) {
            at -= 1;
        }
        review_text(language, &format!("{}{insert}{}", &sample[..at], &sample[at..]));
        review_text(language, &format!("{}{insert}", &sample[..at]));
    }
}
