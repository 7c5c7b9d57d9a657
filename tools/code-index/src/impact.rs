//! What a change reaches: the symbols and files that use what changed, step by
//! step, and the tests among them.
//!
//! ```text
//! symbols, paths, diff ─▶ definitions ─▶ who uses them ─▶ who uses those … ─▶ symbols, files, tests
//! ```
//!
//! **Invariants**
//! - Distance is the least number of steps, confidence that of the least certain
//!   step on the way; what is less certain than was asked for leads nowhere.

pub(crate) mod diff;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::history::GitProcess;
use crate::resolve::value::Def;
use crate::resolve::{Confidence, MAX_STEPS, Resolver};
use crate::status::IndexStatus;
use crate::trace::{Direction, TraceQuery, start, users};
use crate::workspace::{RootQuery, Scope, Workspace};

use diff::Changed;

/// What changed, or may be about to.
#[derive(Debug, Clone, Default)]
pub struct ImpactQuery {
    /// Names, `Container::name` or `path:line`.
    pub symbols: Vec<String>,
    /// Files: all that they define counts as changed.
    pub paths: Vec<String>,
    /// A unified diff, or what git understands: `main..topic`, `HEAD~3`.
    pub diff: Option<String>,
    /// Steps that are followed.
    pub depth: u32,
    /// Steps that are less certain are not taken; none stands for likely.
    pub min_confidence: Option<Confidence>,
}

/// A definition that the change reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpactedSymbol {
    /// Its name, behind those around it.
    pub name: String,
    /// Its file.
    pub path: String,
    /// The line of its name.
    pub line: u32,
    /// 1 for a direct user.
    pub distance: u32,
    /// Of the least certain step on the way.
    pub confidence: Confidence,
}

/// A file that the change reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpactedFile {
    /// The file.
    pub path: String,
    /// 0 where it changed itself.
    pub distance: u32,
    /// Of the least certain step on the way.
    pub confidence: Confidence,
    /// It holds tests.
    pub is_test: bool,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Impact {
    /// The definitions that changed, as `path:line name`.
    pub changed: Vec<ImpactedSymbol>,
    /// Nearest first, then sources before tests, then by path and line.
    pub symbols: Vec<ImpactedSymbol>,
    /// The same, of files.
    pub files: Vec<ImpactedFile>,
    /// Symbols that were asked for and are not known.
    pub unknown: Vec<String>,
    /// More definitions are reached than were followed.
    pub truncated: bool,
    /// The question was too large to be followed to its end.
    pub cut_short: bool,
    /// How complete the answer is.
    pub status: IndexStatus,
}

/// Steps that are followed at most.
pub const MAX_DEPTH: u32 = 10;
/// Definitions followed in one step.
const MAX_STEP: usize = 400;
/// Definitions reached in all.
const MAX_REACHED: usize = 5_000;

impl Workspace {
    /// Finds out what a change reaches.
    pub fn impact(&self, query: &ImpactQuery, cancel: &Cancel) -> Result<Impact, IndexError> {
        self.impact_within(query, MAX_STEPS, cancel)
    }

    fn impact_within(
        &self,
        query: &ImpactQuery,
        steps: u32,
        cancel: &Cancel,
    ) -> Result<Impact, IndexError> {
        let roots = self.queries(&Scope::default(), cancel)?;
        let mut impact = Impact {
            changed: Vec::new(),
            symbols: Vec::new(),
            files: Vec::new(),
            unknown: Vec::new(),
            truncated: false,
            cut_short: false,
            status: self.status(),
        };
        let mut changed = Vec::new();
        for path in &query.paths {
            let unknown = || IndexError::UnknownFile { path: path.clone() };
            let (root, inside) = self.roots().locate(path).ok_or_else(unknown)?;
            changed
                .push((root, Changed { path: inside, lines: vec![(1, u32::MAX)], deleted: false }));
        }
        if let Some(text) = &query.diff {
            changed.extend(self.changed_by(&roots, text)?);
        }
        let mut starts = Vec::new();
        for symbol in &query.symbols {
            let asked = TraceQuery::of(symbol, Direction::Callers);
            let found = start::find(self, &roots, &asked, cancel)?;
            if found.is_empty() {
                impact.unknown.push(symbol.clone());
            }
            starts.extend(found);
        }
        for (number, root) in roots.iter().enumerate() {
            let resolver = Resolver::new(root, cancel, steps);
            let mut first: Vec<Def> = Vec::new();
            let mut reach = Reach {
                root,
                resolver: &resolver,
                query,
                impact: &mut impact,
                files: BTreeMap::new(),
            };
            for start in starts.iter().filter(|start| start.root == number) {
                first.extend(start.definitions(&resolver));
            }
            for (_, changed) in changed.iter().filter(|(root, _)| *root == number) {
                first.extend(reach.definitions_in(changed));
            }
            reach.run(first)?;
            resolver.check()?;
            impact.cut_short |= resolver.is_cut_short();
        }
        let order = |path: &str| (FileClass::of(path), path.to_owned());
        impact.symbols.sort_by_cached_key(|one| (one.distance, order(&one.path), one.line));
        impact.files.sort_by_cached_key(|one| (one.distance, order(&one.path)));
        Ok(impact)
    }

    /// The lines that a diff touches, by root.
    pub(crate) fn changed_by(
        &self,
        roots: &[RootQuery<'_>],
        text: &str,
    ) -> Result<Vec<(usize, Changed)>, IndexError> {
        let mut all = Vec::new();
        if diff::is_diff(text) {
            for changed in diff::read(text) {
                let unknown = || IndexError::UnknownFile { path: changed.path.clone() };
                let (root, path) = self.roots().locate(&changed.path).ok_or_else(unknown)?;
                all.push((root, Changed { path, ..changed }));
            }
            return Ok(all);
        }
        let range = text.trim();
        for (number, root) in roots.iter().enumerate() {
            let text = GitProcess::default().diff(&root.state.root, range);
            let text = text.map_err(|_| IndexError::Range { range: range.to_owned() })?;
            all.extend(diff::read(&text).into_iter().map(|changed| (number, changed)));
        }
        Ok(all)
    }
}

struct Reach<'q, 'r> {
    root: &'r RootQuery<'q>,
    resolver: &'r Resolver<'r>,
    query: &'r ImpactQuery,
    impact: &'r mut Impact,
    files: BTreeMap<String, (u32, Confidence)>,
}

impl Reach<'_, '_> {
    /// The innermost named definitions around the lines that changed.
    fn definitions_in(&mut self, changed: &Changed) -> Vec<Def> {
        self.files.insert(changed.path.clone(), (0, Confidence::Exact));
        let Some(file) = self.resolver.file(&changed.path).filter(|_| !changed.deleted) else {
            return Vec::new();
        };
        let links = self.resolver.links(file);
        let named = |item: &u32| !links.item_name(*item).is_empty();
        let mut found = FxHashSet::default();
        for &(first, last) in &changed.lines {
            let touched = (0..)
                .zip(&links.items)
                .filter(|(id, item)| item.line <= last && item.end_line >= first && named(id));
            let touched: Vec<u32> = touched.map(|(id, _)| id).collect();
            // One around others is only touched where they are not.
            let outer: FxHashSet<u32> =
                touched.iter().flat_map(|&id| links.around(id).skip(1)).collect();
            let whole = |id: u32| first <= links.item(id).line && links.item(id).line <= last;
            found.extend(touched.iter().filter(|&&id| !outer.contains(&id) || whole(id)));
        }
        let mut found: Vec<Def> = found.into_iter().map(|item| Def { file, item }).collect();
        found.sort_unstable();
        found
    }

    fn symbol(&self, def: Def, distance: u32, confidence: Confidence) -> ImpactedSymbol {
        let links = self.resolver.links(def.file);
        ImpactedSymbol {
            name: links.full_name(def.item),
            path: self.root.show(&self.resolver.path(def.file)),
            line: links.item(def.item).line,
            distance,
            confidence,
        }
    }

    fn run(&mut self, mut now: Vec<Def>) -> Result<(), IndexError> {
        now.sort_unstable();
        now.dedup();
        let mut seen: FxHashSet<Def> = now.iter().copied().collect();
        for &def in &now {
            self.files.insert(self.resolver.path(def.file).to_string(), (0, Confidence::Exact));
            let changed = self.symbol(def, 0, Confidence::Exact);
            self.impact.changed.push(changed);
        }
        let mut steps: Vec<(Def, Confidence)> =
            now.into_iter().map(|def| (def, Confidence::Exact)).collect();
        for distance in 1..=self.query.depth.clamp(1, MAX_DEPTH) {
            if steps.len() > MAX_STEP {
                steps.truncate(MAX_STEP);
                self.impact.truncated = true;
            }
            let next = self.step(&steps, distance)?;
            steps = next.into_iter().filter(|(def, _)| seen.insert(*def)).collect();
            for &(def, confidence) in &steps {
                let symbol = self.symbol(def, distance, confidence);
                self.impact.symbols.push(symbol);
            }
            if steps.is_empty() || seen.len() > MAX_REACHED {
                self.impact.truncated |= !steps.is_empty();
                break;
            }
        }
        for (path, (distance, confidence)) in std::mem::take(&mut self.files) {
            let is_test = FileClass::of(&path) == FileClass::Test;
            let path = self.root.show(&path);
            self.impact.files.push(ImpactedFile { path, distance, confidence, is_test });
        }
        Ok(())
    }

    /// What uses the definitions, each with the least certain step to it.
    fn step(
        &mut self,
        from: &[(Def, Confidence)],
        distance: u32,
    ) -> Result<BTreeMap<Def, Confidence>, IndexError> {
        let most = self.query.min_confidence.unwrap_or(Confidence::Likely);
        let mut reached: BTreeMap<Def, Confidence> = BTreeMap::new();
        for certain in [Confidence::Exact, Confidence::Likely, Confidence::Name] {
            let targets: Vec<Def> =
                from.iter().filter(|(_, known)| *known == certain).map(|(def, _)| *def).collect();
            if targets.is_empty() {
                continue;
            }
            for used in users(self.resolver, &targets)? {
                let confidence = used.confidence.max(certain);
                if confidence > most {
                    continue;
                }
                let path = self.resolver.path(used.file).to_string();
                let known = self.files.entry(path).or_insert((distance, confidence));
                *known = (*known).min((distance, confidence));
                if let Some(owner) = used.owner {
                    let known = reached.entry(owner).or_insert(confidence);
                    *known = (*known).min(confidence);
                }
            }
        }
        Ok(reached)
    }
}

#[cfg(test)]
mod tests;
