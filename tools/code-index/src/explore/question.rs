//! A question made ready: the terms to look for and what else its words ask.

use crate::file_class::FileClass;
use crate::terms::stems_of;
use crate::words::{Stems, fold, for_each_word, is_stop_word};
use crate::workspace::Scope;

/// More terms make an answer no better; a pasted page is cut here.
pub(super) const MAX_TERMS: usize = 32;
/// A part of an identifier says less than a word of its own.
const PART_WEIGHT: f32 = 0.7;
/// Words that a question about code holds without being about them.
const WEAK_WEIGHT: f32 = 0.35;

/// Words that most questions and tasks hold: they say what is to be done rather
/// than to what.
const WEAK_WORDS: &[&str] = &[
    "add",
    "added",
    "adding",
    "adds",
    "allow",
    "allows",
    "avoid",
    "bug",
    "change",
    "changed",
    "changes",
    "chore",
    "cleanup",
    "code",
    "docs",
    "ensure",
    "feat",
    "feature",
    "file",
    "files",
    "find",
    "fix",
    "fixed",
    "fixes",
    "fixing",
    "function",
    "functions",
    "get",
    "gets",
    "give",
    "handle",
    "handled",
    "handles",
    "implement",
    "implementation",
    "implemented",
    "implements",
    "improve",
    "improved",
    "improvement",
    "improvements",
    "improves",
    "issue",
    "logic",
    "make",
    "makes",
    "method",
    "minor",
    "move",
    "new",
    "perf",
    "place",
    "places",
    "prevent",
    "prevents",
    "refactor",
    "remove",
    "removed",
    "removes",
    "rename",
    "show",
    "simplify",
    "support",
    "supports",
    "tweak",
    "update",
    "updated",
    "updates",
    "use",
    "used",
    "uses",
    "using",
    "work",
    "works",
];

/// One thing to look for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) stem: String,
    /// The word of the question it came from.
    pub(super) word: String,
    pub(super) weight: f32,
}

/// A word of the question that may be a name in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identifier {
    pub(super) folded: String,
    /// It is written as only code is: `parse_url`, `HttpServer`.
    pub(super) is_code: bool,
}

/// A question in parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Question {
    pub(super) terms: Vec<Term>,
    pub(super) identifiers: Vec<Identifier>,
    asks: Vec<FileClass>,
}

impl Question {
    pub(super) fn parse(text: &str, scope: &Scope) -> Question {
        let mut question = Question::default();
        question.add_words(text, false);
        if question.terms.is_empty() {
            question.add_words(text, true);
        }
        question.ask_by_scope(scope);
        question
    }

    /// How much files of a class count for this question.
    pub(super) fn class_weight(&self, class: FileClass) -> f32 {
        if self.asks.contains(&class) { 1.0 } else { class.weight() }
    }

    fn add_words(&mut self, text: &str, keep_stop_words: bool) {
        let stems = Stems::new();
        for_each_word(text, |_, word| {
            let folded = fold(word);
            let asked = FileClass::ALL.iter().filter(|class| class.asked_by(&folded));
            self.asks.extend(asked);
            if is_stop_word(&folded) && !keep_stop_words {
                return;
            }
            let parts = stems_of(&stems, word);
            let is_code = parts.len() > 1 || word.contains('_');
            let weak = WEAK_WORDS.binary_search(&folded.as_str()).is_ok();
            let weight = match (weak, parts.len()) {
                (true, _) => WEAK_WEIGHT,
                (false, 0 | 1) => 1.0,
                _ => PART_WEIGHT,
            };
            for stem in parts {
                self.add_term(stem, word, weight);
            }
            if folded.len() > 1 && !weak && self.identifiers.len() < MAX_TERMS {
                let identifier = Identifier { folded, is_code };
                if !self.identifiers.contains(&identifier) {
                    self.identifiers.push(identifier);
                }
            }
        });
    }

    fn add_term(&mut self, stem: String, word: &str, weight: f32) {
        if let Some(known) = self.terms.iter_mut().find(|known| known.stem == stem) {
            known.weight = known.weight.max(weight);
        } else if self.terms.len() < MAX_TERMS {
            self.terms.push(Term { stem, word: word.to_owned(), weight });
        }
    }

    /// A filter on `tests/` asks for tests.
    fn ask_by_scope(&mut self, scope: &Scope) {
        for path in scope.paths.iter().filter(|path| !path.starts_with('!')) {
            let inside = format!("{}/x", path.trim_end_matches(['/', '*']));
            self.asks.extend([FileClass::of(path), FileClass::of(&inside)]);
            for_each_word(path, |_, word| {
                let folded = fold(word);
                self.asks.extend(FileClass::ALL.iter().filter(|class| class.asked_by(&folded)));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> String {
        let question = Question::parse(text, &Scope::default());
        let stems: Vec<_> = question.terms.iter().map(|term| term.stem.as_str()).collect();
        stems.join(" ")
    }

    #[test]
    fn questions_lose_what_says_nothing() {
        let cases = [
            ("where is the request cancelled?", "request cancel"),
            ("how does parseURL work", "pars url work"),
            ("what is it", "what is it"),
            ("retry retries retrying", "retri"),
            ("", ""),
        ];
        for (text, want) in cases {
            assert_eq!(stems(text), want, "{text}");
        }
        assert!(WEAK_WORDS.is_sorted());
    }

    #[test]
    fn words_and_paths_ask_for_classes() {
        let asks = |text: &str, paths: &[&str]| {
            let paths = paths.iter().map(|path| (*path).to_owned()).collect();
            let scope = Scope { paths, languages: Vec::new() };
            Question::parse(text, &scope).class_weight(FileClass::Test)
        };
        assert!(asks("parser", &[]) < 1.0);
        assert_eq!(asks("tests of the parser", &[]), 1.0);
        assert_eq!(asks("parser", &["tests"]), 1.0);
        assert!(asks("parser", &["!tests"]) < 1.0);
    }
}
