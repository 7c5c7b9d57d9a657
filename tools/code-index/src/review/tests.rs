//! What all rules share: the table check, changed lines, and hostile input.

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
    for (path, text) in cases {
        let want: Vec<u32> =
            (1..).zip(text.lines()).filter(|(_, line)| line.ends_with("!!")).map(|l| l.0).collect();
        let got: Vec<u32> =
            found(path, text).iter().filter(|found| found.1 == rule).map(|found| found.0).collect();
        assert_eq!(got, want, "{rule} in {path}:\n{text}");
    }
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
