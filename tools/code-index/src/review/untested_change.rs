//! Functions that a change touches and no test reaches.
//!
//! Whether a test reaches one is asked of the caller, who knows the other files;
//! this rule says which functions the question is worth. Tests themselves, entry
//! points, closures, and small private helpers are not asked for.

use super::facts::{Facts, Function, last_line_of, line_of};
use super::{Context, Definition, Found, Severity};
use crate::file_class::FileClass;

pub(super) const ID: &str = "untested-change";

/// Questions asked for one file, at most: each is a search in the index.
const MAX_ASKED: usize = 40;

/// A function of fewer lines does next to nothing.
const MIN_LINES: u32 = 3;

/// Called by the runtime, not by tests.
const ENTRY_POINTS: &[&str] =
    &["main", "init", "setup", "__repr__", "__str__", "fmt", "toString", "__del__", "drop"];

pub(super) fn find(context: &Context<'_, '_>, found: &mut Vec<Found>) {
    let (Some(is_tested), Some(changed)) = (context.file.is_tested, context.file.changed) else {
        return;
    };
    if FileClass::of(context.file.path) != FileClass::Source {
        return;
    }
    let facts = context.facts;
    let touched = facts.functions.iter().filter(|function| {
        let (first, last) = (line_of(function.node), last_line_of(function.node));
        let touches = changed.iter().any(|&(from, to)| first <= to && from <= last);
        touches && is_asked(facts, function, last.saturating_sub(first) + 1)
    });
    for function in touched.take(MAX_ASKED) {
        let definition = Definition { name: function.name, line: function.line };
        if is_tested(&definition) {
            continue;
        }
        let name = function.name;
        let message = format!("`{name}` changed and no test reaches it; add one that does");
        found.push(Found {
            line: function.line,
            first: line_of(function.node),
            last: last_line_of(function.node),
            severity: Severity::Note,
            message,
            in_test: function.in_test,
        });
    }
}

fn is_asked(facts: &Facts<'_>, function: &Function<'_>, lines: u32) -> bool {
    let inside = facts.named_function(function.parent).is_some();
    let has_name = !function.name.is_empty() && !ENTRY_POINTS.contains(&function.name);
    let is_test = function.in_test || function.name.to_ascii_lowercase().starts_with("test");
    has_name && !is_test && !inside && lines >= MIN_LINES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::with;

    #[test]
    fn what_no_test_reaches_is_found() {
        let texts = [
            (
                "src/a.py",
                "def tested():\n    x = 1\n    return x\n\n\ndef lonely():\n    x = 1\n    return x\n",
            ),
            (
                "src/a.ts",
                "function tested() {\n  return 1;\n}\n\n\nconst lonely = () => {\n  return 1;\n};\n",
            ),
            ("src/a.go", "package a\nfunc tested() {\n}\n\n\nfunc lonely() {\n\tx()\n}\n"),
            (
                "src/A.java",
                "class A {\n  void tested() {\n  }\n\n  @Override\n  void lonely() {\n    x();\n  } }\n",
            ),
            ("src/a.rs", "fn tested() {\n    1;\n}\n\n\nfn lonely() {\n    1;\n}\n"),
            ("src/a.c", "void tested() {\n}\n\n\n\nvoid lonely() {\n  x();\n}\n"),
            ("src/a.cpp", "void A::tested() {\n}\n\n\n\nvoid A::lonely() {\n  x();\n}\n"),
        ];
        for (path, text) in texts {
            let asked = |definition: &Definition<'_>| definition.name == "tested";
            let changed = [(1, 90)];
            let findings = with(path, text, |file| {
                file.is_tested = Some(&asked);
                file.changed = Some(&changed);
            });
            let lines: Vec<_> =
                findings.iter().map(|finding| (finding.line, finding.rule)).collect();
            assert_eq!(lines, [(6, ID)], "{path}");
            // Without a diff nothing changed.
            assert_eq!(with(path, text, |file| file.is_tested = Some(&asked)), [], "{path}");
            let elsewhere = [(90, 91)];
            let findings = with(path, text, |file| {
                file.is_tested = Some(&asked);
                file.changed = Some(&elsewhere);
            });
            assert_eq!(findings, [], "{path}");
        }
    }
}
