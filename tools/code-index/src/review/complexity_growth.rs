//! Functions that a change makes harder to follow.
//!
//! The measure is cognitive complexity (G. Ann Campbell, "Cognitive Complexity",
//! SonarSource 2018): a break in the flow counts one, and one more for each that
//! it stands in. With the file as it was before, growth counts; without it only
//! functions that are far beyond any habit are named.

use rustc_hash::FxHashMap;

use super::facts::{Facts, Function, last_line_of, line_of};
use super::{Context, Found, Severity};

pub(super) const ID: &str = "complexity-growth";

/// Growth that a reader feels.
const GROWN: u32 = 5;
/// A function that ends below this is fine, however it grew.
const FINE: u32 = 10;
/// A new function above this should be two; the limit that the paper's tool ships with.
const NEW: u32 = 15;
/// Without the file before, functions above this are named.
const FAR: u32 = 40;

pub(super) fn find(context: &Context<'_, '_>, found: &mut Vec<Found>) {
    let facts = context.facts;
    let before = context.file.before.zip(context.file.language);
    let before = before.and_then(|(before, language)| {
        Some(weights(&Facts::read(language, before.tree, before.text)?))
    });
    let mut seen = FxHashMap::default();
    for function in facts.functions.iter().filter(|function| counts(function)) {
        let key = key(function, &mut seen);
        let now = function.complexity;
        let name = function.name;
        let told = match before.as_ref().map(|before| before.get(&key)) {
            Some(Some(&then)) if now > FINE && now >= then.saturating_add(GROWN) => {
                let message = format!(
                    "the cognitive complexity of `{name}` grew from {then} to {now}; take a part out into a function of its own"
                );
                Some((Severity::Warning, message))
            }
            Some(None) if now > NEW => {
                let message = format!(
                    "the new function `{name}` has a cognitive complexity of {now} (over {NEW}); take a part out into a function of its own"
                );
                Some((Severity::Warning, message))
            }
            None if now > FAR => {
                let message = format!(
                    "`{name}` has a cognitive complexity of {now}; changes to it are risky"
                );
                Some((Severity::Note, message))
            }
            _ => None,
        };
        if let Some((severity, message)) = told {
            found.push(Found {
                line: function.line,
                first: line_of(function.node),
                last: last_line_of(function.node),
                severity,
                message,
                in_test: function.in_test,
            });
        }
    }
}

/// Closures without a name count to the function around them.
fn counts(function: &Function<'_>) -> bool {
    !function.name.is_empty()
}

/// A function's class, name, and which of that name it is.
type Key = (String, String, u32);

fn key<'t>(function: &Function<'t>, seen: &mut FxHashMap<(&'t str, &'t str), u32>) -> Key {
    let count = seen.entry((function.class, function.name)).or_default();
    *count += 1;
    (function.class.to_owned(), function.name.to_owned(), *count)
}

fn weights(facts: &Facts<'_>) -> FxHashMap<Key, u32> {
    let mut seen = FxHashMap::default();
    let functions = facts.functions.iter().filter(|function| counts(function));
    functions.map(|function| (key(function, &mut seen), function.complexity)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Extractor;
    use crate::language::Language;
    use crate::review::tests::with;
    use crate::review::{Before, Finding};

    fn between(path: &str, before: &str, text: &str) -> Vec<Finding> {
        let language = Language::detect(std::path::Path::new(path), b"").unwrap();
        let tree = Extractor::new().parse(language, before).unwrap();
        let changed = [(1, u32::MAX)];
        with(path, text, |file| {
            file.before = Some(Before { text: before, tree: &tree });
            file.changed = Some(&changed);
        })
    }

    /// Complexity of the first function of a text.
    fn weight(path: &str, text: &str) -> u32 {
        let language = Language::detect(std::path::Path::new(path), b"").unwrap();
        let tree = Extractor::new().parse(language, text).unwrap();
        Facts::read(language, &tree, text).unwrap().functions[0].complexity
    }

    #[test]
    fn the_measure_is_the_same_in_every_language() {
        // for 1, if 2, else if 1, else 1, && 1, switch 1.
        let cases = [
            (
                "a.py",
                "def a(xs):\n    for x in xs:\n        if x and y:\n            b()\n        elif y:\n            c()\n        else:\n            d()\n    match x:\n        case 1: pass\n",
            ),
            (
                "a.ts",
                "function a(xs) { for (const x of xs) { if (x && y) { b(); } else if (y) { c(); } else { d(); } } switch (x) { case 1: } }",
            ),
            (
                "a.go",
                "package a\nfunc a() { for _, x := range xs { if x && y { b() } else if y { c() } else { d() } }; switch x { case 1: } }",
            ),
            (
                "A.java",
                "class A { void a() { for (X x : xs) { if (x && y) { b(); } else if (y) { c(); } else { d(); } } switch (x) { case 1: } } }",
            ),
            (
                "a.rs",
                "fn a() { for x in xs { if x && y { b(); } else if y { c(); } else { d(); } } match x { _ => {} } }",
            ),
            (
                "a.c",
                "void a(void) { for (i = 0; i < n; i++) { if (x && y) { b(); } else if (y) { c(); } else { d(); } } switch (x) { case 1: break; } }",
            ),
            (
                "a.cpp",
                "void a() { for (auto x : xs) { if (x && y) { b(); } else if (y) { c(); } else { d(); } } switch (x) { case 1: break; } }",
            ),
            (
                "a.cs",
                "class A { void a() { foreach (var x in xs) { if (x && y) { b(); } else if (y) { c(); } else { d(); } } switch (x) { case 1: break; } } }",
            ),
            (
                "a.php",
                "<?php\nfunction a() { foreach ($xs as $x) { if ($x && $y) { b(); } elseif ($y) { c(); } else { d(); } } switch ($x) { case 1: break; } }",
            ),
            (
                "a.rb",
                "def a\n  for x in xs\n    if x && y\n      b\n    elsif y\n      c\n    else\n      d\n    end\n  end\n  case x\n  when 1 then 2\n  end\nend\n",
            ),
        ];
        let weights: Vec<_> =
            cases.iter().map(|(path, text)| (*path, weight(path, text))).collect();
        let want: Vec<_> = cases.iter().map(|(path, _)| (*path, 7)).collect();
        assert_eq!(weights, want);
    }

    #[test]
    fn growth_is_found_and_what_stays_is_not() {
        let flat = "def a(x):\n    if x:\n        return 1\n\n\ndef b(x):\n    return 1\n";
        let deep = "def a(x):\n    if x:\n        for y in x:\n            if y:\n                while y:\n                    if y and x:\n                        return 1\n\n\ndef b(x):\n    return 1\n";
        let lines = |findings: Vec<Finding>| {
            let findings = findings.iter().filter(|finding| finding.rule == ID);
            findings.map(|finding| finding.line).collect::<Vec<_>>()
        };
        assert_eq!(lines(between("a.py", flat, deep)), [1]);
        assert_eq!(lines(between("a.py", deep, deep)), [0_u32; 0]);
        assert_eq!(lines(between("a.py", deep, flat)), [0_u32; 0]);
        // New, but below what a new function may have.
        assert_eq!(lines(between("a.py", "x = 1\n", flat)), [0_u32; 0]);
        let new = deep.replace(
            "if y and x:",
            "if y and x or z:\n                        if z:\n                            return 2",
        );
        assert_eq!(lines(between("a.py", "x = 1\n", &new)), [1]);
    }
}
