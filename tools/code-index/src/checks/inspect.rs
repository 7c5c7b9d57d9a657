//! Looks at files by themselves: where they do not parse, where imports may
//! fail, what the review rules find.

use std::cell::Cell;
use std::time::Instant;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::guards::Guards;
use super::select::Picked;
use super::syntax::{self, SyntaxError};
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::extract::Extractor;
use crate::file_class::FileClass;
use crate::history::GitProcess;
use crate::language::Language;
use crate::read::{FileRead, read_file};
use crate::resolve::Resolver;
use crate::resolve::value::Def;
use crate::review::{Before, Definition, Finding, Reviewed, review};
use crate::trace::users;
use crate::watch::is_inside;
use crate::workspace::RootQuery;

/// Definitions of one call whose tests are looked for.
const MAX_DEFINITIONS: usize = 60;
/// Steps from a test to what it covers, and definitions followed in each.
const MAX_STEPS: usize = 3;
const MAX_STEP: usize = 60;

/// What one file tells by itself.
#[derive(Debug, Default)]
pub(super) struct Inspected {
    pub(super) language: Option<Language>,
    pub(super) errors: Vec<SyntaxError>,
    pub(super) guards: Guards,
    pub(super) findings: Vec<Finding>,
}

/// Looks at the files of one root.
pub(super) struct Inspector<'a, 'w> {
    pub(super) root: &'a RootQuery<'w>,
    pub(super) resolver: &'a Resolver<'w>,
    /// The commit that a change starts from.
    pub(super) base: Option<&'a str>,
    pub(super) ends: Instant,
    pub(super) cancel: &'a Cancel,
}

impl Inspector<'_, '_> {
    /// Looks at each file; none where time was up, or it cannot be read now.
    pub(super) fn all(&self, files: &[&Picked]) -> Result<Vec<Option<Inspected>>, IndexError> {
        let (state, ends, cancel) = (self.root.state, self.ends, self.cancel);
        let place = (state.root.as_path(), state.options.max_file_bytes);
        let is_whole = |file: &&&Picked| file.lines.is_none();
        let found: Vec<Option<Inspected>> = files
            .par_iter()
            .map_init(Extractor::new, |extractor, file| {
                if cancel.is_cancelled() || Instant::now() > ends || !is_whole(&file) {
                    return None;
                }
                let file = Seen::read(place, file, extractor)?;
                Some(file.inspected(None))
            })
            .collect();
        cancel.check()?;
        // A change is looked at with what the whole project knows, which is no work for many.
        let asked = Cell::new(0);
        let mut extractor = Extractor::new();
        let mut all = Vec::with_capacity(found.len());
        for (file, found) in files.iter().zip(found) {
            cancel.check()?;
            all.push(match found {
                None if file.lines.is_some() && Instant::now() <= ends => {
                    Seen::read(place, file, &mut extractor)
                        .map(|seen| self.changed(&seen, &mut extractor, &asked))
                }
                found => found,
            });
        }
        Ok(all)
    }

    fn changed(
        &self,
        seen: &Seen<'_>,
        extractor: &mut Extractor,
        asked: &Cell<usize>,
    ) -> Inspected {
        let root = &self.root.state.root;
        let before = self.base.and_then(|base| {
            let text = GitProcess::default().file_at(root, base, &seen.picked.path).ok()?;
            let tree = extractor.parse(seen.language?, &text)?;
            Some((text, tree))
        });
        let before = before.as_ref().map(|(text, tree)| Before { text, tree });
        let is_tested = |definition: &Definition<'_>| {
            asked.set(asked.get() + 1);
            // What was not looked for is not told as missing, nor is what failed.
            asked.get() > MAX_DEFINITIONS
                || self.is_tested(&seen.picked.path, definition).unwrap_or(true)
        };
        seen.inspected(Some((before, &is_tested)))
    }

    /// Whether a test reaches a definition in a few steps.
    fn is_tested(&self, path: &str, definition: &Definition<'_>) -> Result<bool, IndexError> {
        let Some(file) = self.resolver.file(path) else { return Ok(true) };
        let links = self.resolver.links(file);
        let own = (0..).zip(&links.items).filter(|(item, of)| {
            of.line == definition.line && links.item_name(*item) == definition.name
        });
        let mut now: Vec<Def> = own.map(|(item, _)| Def { file, item }).collect();
        if now.is_empty() {
            return Ok(true);
        }
        let mut seen: FxHashSet<Def> = now.iter().copied().collect();
        for _ in 0..MAX_STEPS {
            let mut next = Vec::new();
            for user in users(self.resolver, &now)? {
                let path = self.resolver.path(user.file);
                let links = self.resolver.links(user.file);
                let is_inner = |owner: Def| {
                    let mut around = links.around(owner.item);
                    around.any(|item| matches!(links.item_name(item), "tests" | "test"))
                };
                if FileClass::of(&path) == FileClass::Test || user.owner.is_some_and(is_inner) {
                    return Ok(true);
                }
                next.extend(user.owner.filter(|owner| seen.insert(*owner)));
            }
            next.truncate(MAX_STEP);
            if next.is_empty() {
                break;
            }
            now = next;
        }
        Ok(false)
    }
}

/// What the workspace knows of a change.
type Known<'k> = (Option<Before<'k>>, &'k dyn Fn(&Definition<'_>) -> bool);

/// A file that was read.
struct Seen<'f> {
    picked: &'f Picked,
    text: String,
    language: Option<Language>,
    tree: Option<tree_sitter::Tree>,
}

impl<'f> Seen<'f> {
    fn read(
        (root, max_bytes): (&std::path::Path, u64),
        picked: &'f Picked,
        extractor: &mut Extractor,
    ) -> Option<Seen<'f>> {
        if !is_inside(root, &picked.path) {
            return None;
        }
        let FileRead::Text(read) = read_file(root, &picked.path, max_bytes) else { return None };
        let text = read.text;
        let language = Language::detect(picked.path.as_ref(), text.as_bytes());
        let is_data = |language: &Language| matches!(language.name(), "json" | "toml" | "yaml");
        let parsed = language.filter(|language| !is_data(language));
        let tree = parsed.and_then(|language| extractor.parse(language, &text));
        Some(Seen { picked, text, language, tree })
    }

    fn inspected(&self, known: Option<Known<'_>>) -> Inspected {
        let path = &self.picked.path;
        let mut inspected = Inspected { language: self.language, ..Inspected::default() };
        if let Some(language) = self.language {
            let data = syntax::of_data(language.name(), path, &self.text);
            let code =
                || self.tree.as_ref().map(|tree| syntax::of_code(language, tree, &self.text));
            inspected.errors = data.or_else(code).unwrap_or_default();
            if let Some(tree) = &self.tree {
                inspected.guards = Guards::of(language, tree, &self.text);
            }
        }
        let (before, is_tested) = known.map_or((None, None), |(before, is)| (before, Some(is)));
        inspected.findings = review(&Reviewed {
            path,
            language: self.language,
            text: &self.text,
            tree: self.tree.as_ref(),
            changed: self.picked.lines.as_deref(),
            before,
            is_tested,
        });
        inspected
    }
}
