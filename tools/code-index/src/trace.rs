//! Who uses a symbol, what it uses, what implements it: the question behind
//! `trace_references`.
//!
//! ```text
//! symbol ─▶ definitions ─▶ files that hold the name ─▶ their uses of it ─▶ resolve ─▶ edges
//! ```
//!
//! **Invariants**
//! - A name that no file defines has no edges: it is never answered with those
//!   of another.
//! - An edge says how it was found; the best way counts where several uses
//!   stand on one line.
//! - The order is total: sources before tests, then path and line.

mod by_name;
mod of_file;
pub(crate) mod start;
mod uses;

use std::collections::BTreeMap;

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::links::{ItemKind, Role};
use crate::resolve::value::{Def, FileId};
use crate::resolve::{Confidence, MAX_STEPS, Resolver, Target};
use crate::status::IndexStatus;
use crate::workspace::{RootQuery, Scope, Workspace};

use start::Start;
use uses::Users;

/// What is asked about a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// All places that name it, import lines included.
    References,
    /// The places that use it, and what they stand in.
    Callers,
    /// What it uses.
    Callees,
    /// What inherits from it, implements or overrides it.
    Implementations,
    /// The import lines that bring it.
    Imports,
}

/// One question.
#[derive(Debug, Clone)]
pub struct TraceQuery {
    /// A name, `Container::name`, or `path:line`; for references and imports also
    /// a file.
    pub symbol: String,
    /// What is asked.
    pub direction: Direction,
    /// The file of the definition, where the name is defined in several.
    pub path: Option<String>,
    /// Steps from the symbol; 1 is a direct use.
    pub depth: u32,
    /// Edges that are less certain are left out.
    pub min_confidence: Confidence,
}

impl TraceQuery {
    /// A question of one step.
    pub(crate) fn of(symbol: &str, direction: Direction) -> TraceQuery {
        TraceQuery {
            symbol: symbol.to_owned(),
            direction,
            path: None,
            depth: 1,
            min_confidence: Confidence::Likely,
        }
    }
}

/// One end of an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The file: of the use, or for callees of what is used.
    pub path: String,
    /// The line there, from 1.
    pub line: u32,
    /// For callees and for what is not the symbol itself: the name that stands there.
    pub name: Option<String>,
    /// What the place stands in.
    pub container: Option<String>,
    /// How it was found.
    pub confidence: Confidence,
    /// Steps from the symbol.
    pub distance: u32,
}

/// A definition that a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: String,
    /// The line of its name.
    pub line: u32,
    /// What it stands in.
    pub container: Option<String>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct TraceAnswer {
    /// The definitions that the question was about; none where there is no such name.
    pub symbols: Vec<Traced>,
    /// The places, sources before tests, then by path and line.
    pub edges: Vec<Edge>,
    /// Edges that were left out as less certain than was asked for.
    pub less_certain: usize,
    /// For callees: names whose meaning could not be told; for the imports of a file:
    /// modules that do not lie in the repository.
    pub unresolved: Vec<String>,
    /// Where the name is unknown: names that are spelled alike.
    pub near: Vec<String>,
    /// The question was too large to be followed to its end.
    pub cut_short: bool,
    /// How complete the answer is.
    pub status: IndexStatus,
}

/// Steps that are followed at most.
pub const MAX_DEPTH: u32 = 5;
/// Definitions that one question may be about.
const MAX_SYMBOLS: usize = 200;
/// Edges kept of one question.
const MAX_EDGES: usize = 20_000;

/// An edge with what it is ordered by.
type Edges = BTreeMap<(FileClass, String, u32), Edge>;

impl Workspace {
    /// Traces a symbol.
    pub fn trace(&self, query: &TraceQuery, cancel: &Cancel) -> Result<TraceAnswer, IndexError> {
        self.trace_within(query, MAX_STEPS, cancel)
    }

    fn trace_within(
        &self,
        query: &TraceQuery,
        steps: u32,
        cancel: &Cancel,
    ) -> Result<TraceAnswer, IndexError> {
        let roots = self.queries(&Scope::default(), cancel)?;
        let file = start::file(self, &query.symbol, cancel);
        let starts = match &file {
            Some(_) => Vec::new(),
            None => start::find(self, &roots, query, cancel)?,
        };
        let mut answer = TraceAnswer {
            symbols: Vec::new(),
            edges: Vec::new(),
            less_certain: 0,
            unresolved: Vec::new(),
            near: Vec::new(),
            cut_short: false,
            status: self.status(),
        };
        let mut edges = Edges::new();
        for (number, root) in roots.iter().enumerate() {
            let own: Vec<&Start> = starts.iter().filter(|start| start.root == number).collect();
            let file = file.as_ref().filter(|(root, _)| *root == number);
            if own.is_empty() && file.is_none() {
                continue;
            }
            let resolver = Resolver::new(root, cancel, steps);
            let mut trace = Trace { root, resolver: &resolver, query, edges: &mut edges };
            match file {
                Some((_, path)) => trace.run_file(path, &mut answer)?,
                None => trace.run(&own, &mut answer)?,
            }
            resolver.check()?;
            answer.cut_short |= resolver.is_cut_short();
        }
        answer.cut_short |= edges.len() > MAX_EDGES;
        let before = edges.len();
        edges.retain(|_, edge| edge.confidence <= query.min_confidence);
        answer.less_certain = before - edges.len();
        answer.edges = edges.into_values().collect();
        answer.unresolved.sort_unstable();
        answer.unresolved.dedup();
        if answer.symbols.is_empty() {
            answer.near = self.near_names(&roots, &query.symbol, cancel)?;
        }
        Ok(answer)
    }
}

/// A place that uses a definition, and what it stands in.
pub(crate) struct User {
    pub(crate) file: FileId,
    pub(crate) owner: Option<Def>,
    pub(crate) confidence: Confidence,
}

/// The places that use any of `targets`, outside import lines with what they
/// stand in.
pub(crate) fn users(resolver: &Resolver<'_>, targets: &[Def]) -> Result<Vec<User>, IndexError> {
    let found = Users::of(resolver, targets).find()?;
    Ok(found
        .into_iter()
        .map(|found| {
            let owner = found.owner.map(|item| Def { file: found.file, item });
            let owner = owner.map(|owner| named_around(resolver, owner));
            User { file: found.file, owner, confidence: found.confidence }
        })
        .collect())
}

/// The named definition that a use belongs to.
fn named_around(resolver: &Resolver<'_>, owner: Def) -> Def {
    let links = resolver.links(owner.file);
    let named = links.around(owner.item).find(|&item| !links.item_name(item).is_empty());
    Def { file: owner.file, item: named.unwrap_or(owner.item) }
}

struct Trace<'q, 'r> {
    root: &'r RootQuery<'q>,
    resolver: &'r Resolver<'r>,
    query: &'r TraceQuery,
    edges: &'r mut Edges,
}

impl Trace<'_, '_> {
    fn run(&mut self, starts: &[&Start], answer: &mut TraceAnswer) -> Result<(), IndexError> {
        let mut now: Vec<Def> = Vec::new();
        for start in starts.iter().take(MAX_SYMBOLS) {
            let found = match self.query.direction {
                Direction::Callees => start.definitions(self.resolver),
                _ => start.types(self.resolver),
            };
            if let Some(&def) = found.first() {
                let mut traced = self.traced(def);
                if *self.resolver.path(def.file) == *start.path {
                    traced.line = start.line.unwrap_or(traced.line);
                }
                answer.symbols.push(traced);
            } else {
                answer.symbols.push(start.traced(self.root));
                self.by_name_only(start)?;
            }
            now.extend(found);
        }
        now.sort_unstable();
        now.dedup();
        let mut seen = now.clone();
        for distance in 1..=self.query.depth.clamp(1, MAX_DEPTH) {
            let next = match self.query.direction {
                Direction::Callees => self.callees(&now, distance, answer)?,
                Direction::Implementations => self.implementations(&now, distance)?,
                _ => self.users(&now, distance)?,
            };
            now = next.into_iter().filter(|def| !seen.contains(def)).collect();
            seen.extend(&now);
            if now.is_empty() || self.edges.len() > MAX_EDGES {
                break;
            }
        }
        Ok(())
    }

    fn traced(&self, def: Def) -> Traced {
        let links = self.resolver.links(def.file);
        let item = links.item(def.item);
        Traced {
            name: links.text(item.name).to_owned(),
            path: self.root.show(&self.resolver.path(def.file)),
            line: item.line,
            container: links.container(def.item),
        }
    }

    fn add(&mut self, path: &str, edge: Edge) {
        let key = (FileClass::of(path), path.to_owned(), edge.line);
        match self.edges.get_mut(&key) {
            Some(known) if known.confidence <= edge.confidence => {}
            Some(known) => *known = edge,
            None => {
                if self.edges.len() <= MAX_EDGES {
                    self.edges.insert(key, edge);
                }
            }
        }
    }

    /// Where the language's names are not resolved: places that have the name.
    fn by_name_only(&mut self, start: &Start) -> Result<(), IndexError> {
        let Some(symbol) = &start.symbol else { return Ok(()) };
        let (uses, confidence) = by_name::uses(self.resolver, start, symbol)?;
        for (path, line) in uses {
            let edge = Edge {
                path: self.root.show(&path),
                line,
                name: None,
                container: None,
                confidence,
                distance: 1,
            };
            self.add(&path, edge);
        }
        Ok(())
    }

    /// The places that use any of `targets`; returns what they stand in.
    fn users(&mut self, targets: &[Def], distance: u32) -> Result<Vec<Def>, IndexError> {
        let direction = self.query.direction;
        let mut inside = Vec::new();
        let users = Users::of(self.resolver, targets);
        for found in users.find()? {
            let wanted = match direction {
                Direction::Callers => found.role != Role::Import,
                Direction::Imports => found.role == Role::Import,
                _ => true,
            };
            if !wanted {
                continue;
            }
            let links = self.resolver.links(found.file);
            let path = self.resolver.path(found.file);
            let owner = found.owner.map(|owner| Def { file: found.file, item: owner });
            let container = found.owner.map(|owner| links.full_name(owner));
            if let Some(owner) = owner
                && found.confidence <= self.query.min_confidence
            {
                inside.push(named_around(self.resolver, owner));
            }
            let edge = Edge {
                path: self.root.show(&path),
                line: found.line,
                name: (distance > 1).then(|| found.name.clone()),
                container: container.filter(|name| !name.is_empty()),
                confidence: found.confidence,
                distance,
            };
            self.add(&path, edge);
        }
        inside.sort_unstable();
        inside.dedup();
        Ok(inside)
    }

    /// What the `sources` use; returns what was found.
    fn callees(
        &mut self,
        sources: &[Def],
        distance: u32,
        answer: &mut TraceAnswer,
    ) -> Result<Vec<Def>, IndexError> {
        let mut next = Vec::new();
        for &source in sources {
            let links = self.resolver.links(source.file);
            for used in &links.uses {
                let inside = used
                    .owner
                    .is_some_and(|owner| links.around(owner).any(|around| around == source.item));
                if !inside || matches!(used.role, Role::Import | Role::Key) {
                    continue;
                }
                match self.resolver.target_of_use(source.file, used.expr, used.role) {
                    Target::Found(defs, confidence) => {
                        for def in defs {
                            if !self.is_within(def, source) {
                                self.add_callee(def, confidence, distance);
                                next.push(def);
                            }
                        }
                    }
                    Target::Outside => {}
                    Target::Unknown => {
                        if let Some(name) = links.name_of(used.expr) {
                            self.guess_callees(source, (name, used.role), distance, answer);
                        }
                    }
                }
            }
            self.resolver.check()?;
        }
        next.sort_unstable();
        next.dedup();
        Ok(next)
    }

    fn is_within(&self, def: Def, outer: Def) -> bool {
        let links = self.resolver.links(def.file);
        def.file == outer.file && links.around(def.item).any(|item| item == outer.item)
    }

    fn add_callee(&mut self, def: Def, confidence: Confidence, distance: u32) {
        let traced = self.traced(def);
        let path = self.resolver.path(def.file);
        let edge = Edge {
            path: traced.path,
            line: traced.line,
            name: Some(traced.name).filter(|name| !name.is_empty()),
            container: traced.container.filter(|name| !name.is_empty()),
            confidence,
            distance,
        };
        self.add(&path, edge);
    }

    fn guess_callees(
        &mut self,
        source: Def,
        (name, role): (&str, Role),
        distance: u32,
        answer: &mut TraceAnswer,
    ) {
        let common = self.resolver.rules(source.file).common_members().contains(&name);
        let mut members = self.resolver.members_named(source.file, name);
        self.resolver.keep_meant(source.file, role, &mut members);
        match members.as_slice() {
            [] => answer.unresolved.push(name.to_owned()),
            [one] if !common => self.add_callee(*one, Confidence::Likely, distance),
            several => {
                answer.unresolved.push(name.to_owned());
                for &def in several {
                    self.add_callee(def, Confidence::Name, distance);
                }
            }
        }
    }

    /// What inherits from a class, or overrides a member of one.
    fn implementations(&mut self, targets: &[Def], distance: u32) -> Result<Vec<Def>, IndexError> {
        let mut next = Vec::new();
        for &target in targets {
            let links = self.resolver.links(target.file);
            let item = links.item(target.item);
            let parent = item.parent.map(|parent| Def { file: target.file, item: parent });
            let is_type = matches!(item.kind, ItemKind::Class | ItemKind::Alias);
            match (is_type, parent) {
                (true, _) => {
                    for (def, confidence) in self.heirs(target)? {
                        self.add_callee(def, confidence, distance);
                        next.push(def);
                    }
                }
                (false, Some(class)) => {
                    let name = links.text(item.name).to_owned();
                    for (heir, confidence) in self.heirs(class)? {
                        let heirs = self.resolver.links(heir.file);
                        let Some(text) = heirs.find(&name) else { continue };
                        let own = self.resolver.named_items(heir.file, Some(heir.item), text);
                        for def in own.things() {
                            self.add_callee(def, confidence, distance);
                            next.push(def);
                        }
                    }
                }
                (false, None) => {}
            }
        }
        Ok(next)
    }

    /// The types that name `class` as what they inherit from or implement.
    fn heirs(&mut self, class: Def) -> Result<Vec<(Def, Confidence)>, IndexError> {
        let mut heirs = Vec::new();
        for found in Users::of(self.resolver, &[class]).find()? {
            let Some(owner) = found.owner.filter(|_| found.role == Role::Base) else { continue };
            heirs.push((Def { file: found.file, item: owner }, found.confidence));
        }
        heirs.sort_unstable();
        heirs.dedup();
        Ok(heirs)
    }
}

#[cfg(test)]
mod tests;
