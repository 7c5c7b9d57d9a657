//! What a line must hold so that a query can match it: strings that are known,
//! joined by "and" and "or".
//!
//! **Invariants**
//! - A line that matches the query also fits its [`Literals`], whatever case is
//!   ignored. The other way round is for the line search to decide.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::words::fold;

/// Alternatives of a pattern beyond this are not told apart.
const MAX_ALTERNATIVES: usize = 64;
/// Nested patterns deeper than this are not looked into.
const MAX_DEPTH: usize = 32;

/// Strings that a line must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literals {
    /// Nothing is known.
    Any,
    /// This string, folded.
    Text(String),
    /// All of these.
    And(Vec<Literals>),
    /// One of these.
    Or(Vec<Literals>),
}

impl Literals {
    /// What a line must hold to hold `text`.
    pub(crate) fn of_text(text: &str) -> Literals {
        Literals::Text(fold(text))
    }

    /// What a line must hold to hold one of the words.
    pub(crate) fn of_words(words: &[String]) -> Literals {
        Literals::Or(words.iter().map(|word| Literals::of_text(word)).collect())
    }

    /// What a line must hold to match a regular expression.
    pub(crate) fn of_pattern(pattern: &str) -> Literals {
        regex_syntax::parse(pattern).map_or(Literals::Any, |hir| of_hir(&hir, 0))
    }
}

fn of_hir(hir: &Hir, depth: usize) -> Literals {
    if depth > MAX_DEPTH {
        return Literals::Any;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Literals::Any,
        HirKind::Literal(_) | HirKind::Class(_) | HirKind::Concat(_) => of_sequence(hir, depth),
        HirKind::Capture(capture) => of_hir(&capture.sub, depth + 1),
        HirKind::Repetition(repetition) if repetition.min > 0 => of_hir(&repetition.sub, depth + 1),
        HirKind::Repetition(_) => Literals::Any,
        HirKind::Alternation(branches) if branches.len() > MAX_ALTERNATIVES => Literals::Any,
        HirKind::Alternation(branches) => {
            let all: Vec<_> = branches.iter().map(|branch| of_hir(branch, depth + 1)).collect();
            if all.contains(&Literals::Any) { Literals::Any } else { Literals::Or(all) }
        }
    }
}

fn of_sequence(hir: &Hir, depth: usize) -> Literals {
    let items = match hir.kind() {
        HirKind::Concat(items) => items.as_slice(),
        _ => std::slice::from_ref(hir),
    };
    let mut all = Vec::new();
    let mut run = String::new();
    for item in items {
        match item.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => run.push_str(&fold(text)),
                Err(_) => end_run(&mut run, &mut all),
            },
            HirKind::Class(class) => match single_letter(class) {
                Some(letter) => run.push_str(&letter),
                None => end_run(&mut run, &mut all),
            },
            // They take no room, so what stands around them is one run.
            HirKind::Look(_) | HirKind::Empty => {}
            _ => {
                end_run(&mut run, &mut all);
                let inner = of_hir(item, depth + 1);
                if inner != Literals::Any {
                    all.push(inner);
                }
            }
        }
    }
    end_run(&mut run, &mut all);
    match all.len() {
        0 => Literals::Any,
        1 => all.remove(0),
        _ => Literals::And(all),
    }
}

fn end_run(run: &mut String, all: &mut Vec<Literals>) {
    if !run.is_empty() {
        all.push(Literals::Text(std::mem::take(run)));
    }
}

/// The folded letter that a class stands for, where case is all it varies.
fn single_letter(class: &Class) -> Option<String> {
    const CASES: usize = 4;
    let mut letters: Vec<char> = Vec::new();
    match class {
        Class::Unicode(class) => {
            for range in class.ranges() {
                letters.extend((range.start()..=range.end()).take(CASES + 1));
                if letters.len() > CASES {
                    return None;
                }
            }
        }
        Class::Bytes(class) => {
            for range in class.ranges() {
                letters.extend((range.start()..=range.end()).take(CASES + 1).map(char::from));
                if letters.len() > CASES || !letters.iter().all(char::is_ascii) {
                    return None;
                }
            }
        }
    }
    let mut folded = letters.into_iter().map(|letter| fold(letter.encode_utf8(&mut [0; 4])));
    let first = folded.next()?;
    folded.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(literals: &Literals) -> String {
        let join = |all: &[Literals], by: &str| {
            format!("({})", all.iter().map(shown).collect::<Vec<_>>().join(by))
        };
        match literals {
            Literals::Any => "*".to_owned(),
            Literals::Text(text) => text.clone(),
            Literals::And(all) => join(all, " & "),
            Literals::Or(all) => join(all, " | "),
        }
    }

    #[test]
    fn patterns_give_what_lines_must_hold() {
        let cases = [
            ("foo_bar", "foo_bar"),
            ("(?i)FooBar", "foobar"),
            (r"fn\s+(\w+)_test", "(fn & _test)"),
            (r"^\s*impl\b", "impl"),
            ("foo|bar", "(foo | bar)"),
            ("(foo|bar)baz", "((foo | bar) & baz)"),
            ("foo|.*", "*"),
            ("(abc)+d", "(abc & d)"),
            ("(abc)*d", "d"),
            ("a.c", "(a & c)"),
            ("[ab]", "*"),
            ("(", "*"),
        ];
        for (pattern, want) in cases {
            assert_eq!(shown(&Literals::of_pattern(pattern)), want, "{pattern}");
        }
    }
}
