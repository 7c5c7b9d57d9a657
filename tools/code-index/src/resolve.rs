//! What names mean across files: evaluates the expressions of [`crate::links`]
//! for one question on one view.
//!
//! ```text
//! Use ─▶ eval (values: module, class, instance, function) ─▶ definitions, with confidence
//!          │ imports ─▶ rules/<language>: which file is meant
//!          └ members ─▶ own, extensions, bases
//! ```
//!
//! Nothing that is resolved is stored, so an answer depends on the files as
//! they are and on nothing that was known before: an index that followed a
//! thousand edits answers like one that was built anew.
//!
//! **Invariants**
//! - Work for one question is bounded in steps and depth; what is cut is unknown.
//! - Files are read in the order in which the question needs them, and the
//!   answer does not depend on that order.
//!
//! **Deliberately absent:** types in full. Generics are followed through the
//! containers that [`builtin`] knows, overloads count as one.

pub(crate) mod builtin;
mod c;
mod eval;
mod go;
mod java;
mod members;
pub(crate) mod memory;
pub(crate) mod named;
pub(crate) mod projects;
mod python;
pub(crate) mod rules;
mod rust;
mod typescript;
pub(crate) mod value;
mod variables;

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::{Arc, PoisonError};

use crate::cancel::Cancel;
use crate::document::NAME_SEPARATOR;
use crate::error::IndexError;
use crate::language::Language;
use crate::links::names::Names;
use crate::links::{Expr, ExprId, ItemKind, Links, Role};
use crate::overlay::Overlaid;
use crate::words::fold;
use crate::workspace::RootQuery;

use memory::{Loaded, Memory};
use projects::Projects;
use rules::{Rules, family, of_language};
use value::{Def, FileId, Value};

/// Expressions evaluated for one question.
pub(crate) const MAX_STEPS: u32 = 2_000_000;
/// Definitions of one name that are looked at.
const MAX_DEFINITIONS: usize = 4_000;

/// How it is known that a use means a definition, best first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Scopes or imports lead there.
    Exact,
    /// The type of what stands before was inferred, or there is no other of that name.
    Likely,
    /// It only has the same name.
    Name,
}

impl Confidence {
    /// Returns the word for it in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Exact => "exact",
            Confidence::Likely => "likely",
            Confidence::Name => "name",
        }
    }
}

/// Where a use leads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    /// To these definitions.
    Found(Vec<Def>, Confidence),
    /// Out of the repository.
    Outside,
    /// It could not be told.
    Unknown,
}

/// Answers one question on one root.
pub(crate) struct Resolver<'q> {
    pub(crate) root: &'q RootQuery<'q>,
    cancel: &'q Cancel,
    memory: Box<Memory>,
    projects: OnceCell<Arc<Projects>>,
    /// The language of the file that is being resolved: packages have none.
    language: Cell<Option<Language>>,
    steps: Cell<u32>,
    /// The first failure of the store; values cannot carry it.
    failed: RefCell<Option<IndexError>>,
    /// What was found may be wrong for the next question.
    spoiled: Cell<bool>,
}

impl<'q> Resolver<'q> {
    /// `steps` is how many expressions it may evaluate.
    pub(crate) fn new(root: &'q RootQuery<'q>, cancel: &'q Cancel, steps: u32) -> Resolver<'q> {
        let kept = root.view.memory.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut memory = kept.unwrap_or_default();
        memory.begin();
        Resolver {
            root,
            cancel,
            memory,
            projects: OnceCell::new(),
            language: Cell::new(None),
            steps: Cell::new(steps),
            failed: RefCell::default(),
            spoiled: Cell::new(false),
        }
    }

    /// What ends the question early.
    pub(crate) fn cancel(&self) -> &Cancel {
        self.cancel
    }

    /// Fails where the store failed or the question was cancelled on the way.
    pub(crate) fn check(&self) -> Result<(), IndexError> {
        self.cancel.check()?;
        self.failed.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// Whether it ran out of steps, so that more may be there than was found.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.steps.get() == 0
    }

    fn fail(&self, error: IndexError) {
        self.spoiled.set(true);
        self.failed.borrow_mut().get_or_insert(error);
    }

    /// A file of the index, read when first asked for.
    pub(crate) fn file(&self, path: &str) -> Option<FileId> {
        if let Some(&known) = self.memory.by_path.borrow().get(path) {
            return known;
        }
        let loaded = self.load(path);
        let path: Arc<str> = Arc::from(path);
        let id = loaded.map(|(language, names)| {
            let mut files = self.memory.files.borrow_mut();
            files.push(Arc::new(Loaded { path: Arc::clone(&path), language, names }));
            u32::try_from(files.len() - 1).unwrap_or(u32::MAX)
        });
        self.memory.by_path.borrow_mut().insert(path, id);
        id
    }

    fn load(&self, path: &str) -> Option<(Option<Language>, Arc<Names>)> {
        match self.root.view.overlay.get(path) {
            Some(Overlaid::File(file)) if file.facts.skip.is_none() => {
                let links = Links::unpack(&file.links).unwrap_or_default();
                return Some((file.facts.language, Arc::new(Names::new(links))));
            }
            // One that is not read yet is read now.
            Some(Overlaid::Pending(_)) => return self.root.state.links_of_pending(path),
            Some(_) => return None,
            None => {}
        }
        let stored = self.root.view.stored.as_ref()?;
        let found = stored.find(path).map_err(IndexError::from).and_then(|at| match at {
            Some(at) if stored.facts(at).skip.is_none() => {
                let links = self.root.state.links(stored, at)?;
                Ok(Some((stored.facts(at).language, links)))
            }
            _ => Ok(None),
        });
        found.unwrap_or_else(|error| {
            self.fail(error);
            None
        })
    }

    fn loaded(&self, file: FileId) -> Arc<Loaded> {
        Arc::clone(&self.memory.files.borrow()[file as usize])
    }

    pub(crate) fn links(&self, file: FileId) -> Arc<Names> {
        Arc::clone(&self.memory.files.borrow()[file as usize].names)
    }

    pub(crate) fn path(&self, file: FileId) -> Arc<str> {
        Arc::clone(&self.memory.files.borrow()[file as usize].path)
    }

    pub(crate) fn language(&self, file: FileId) -> Option<Language> {
        self.loaded(file).language
    }

    pub(crate) fn rules(&self, file: FileId) -> &'static dyn Rules {
        let language = self.loaded(file).language;
        self.language.set(language.or(self.language.get()));
        language.and_then(|language| of_language(language.name())).unwrap_or(&NoRules)
    }

    fn package_rules(&self) -> Option<&'static dyn Rules> {
        of_language(self.language.get()?.name())
    }

    /// The first of the paths that is a file of the index.
    pub(crate) fn first_file(&self, paths: &[String]) -> Value {
        let file = paths.iter().find_map(|path| self.file(path.trim_start_matches('/')));
        file.map_or(Value::Unknown, typescript::file_module)
    }

    /// What the manifests of the repository say of modules.
    pub(crate) fn projects(&self) -> &Projects {
        self.projects.get_or_init(|| self.root.state.projects(self.root))
    }

    /// All items with a name, in order of path and line.
    pub(crate) fn definitions(&self, name: &str) -> Arc<[Def]> {
        if let Some(known) = self.memory.definitions.borrow().get(name) {
            return Arc::clone(known);
        }
        let found: Arc<[Def]> = self.find_definitions(name).into();
        self.memory.definitions.borrow_mut().insert(name.to_owned(), Arc::clone(&found));
        found
    }

    fn find_definitions(&self, name: &str) -> Vec<Def> {
        let mut paths = match self.definition_paths(name) {
            Ok(paths) => paths,
            Err(error) => {
                self.fail(error);
                Vec::new()
            }
        };
        paths.sort_unstable();
        paths.dedup();
        let mut found = Vec::new();
        for path in paths {
            let Some(file) = self.file(&path) else { continue };
            let links = self.links(file);
            let Some(text) = links.find(name) else { continue };
            let items = (0..).zip(&links.items).filter(|(_, item)| item.name == text);
            found.extend(items.map(|(item, _)| Def { file, item }));
            if found.len() > MAX_DEFINITIONS {
                break;
            }
        }
        found
    }

    /// The files that define a name.
    pub(crate) fn definition_paths(&self, name: &str) -> Result<Vec<String>, IndexError> {
        let view = &self.root.view;
        let held = view.overlay.files();
        let held = held.filter(|file| file.symbols.iter().any(|symbol| symbol.name == name));
        let mut paths: Vec<String> = held.map(|file| file.path.clone()).collect();
        let Some(stored) = &view.stored else { return Ok(paths) };
        let prefix = format!("{}{NAME_SEPARATOR}{name}{NAME_SEPARATOR}", fold(name));
        for segment in stored.segments() {
            let terms = segment.terms_starting(stored.fields.names, &prefix, MAX_DEFINITIONS)?;
            for term in terms {
                segment.for_each_holder(stored.fields.names, &term, |doc| {
                    let path = segment.table.path(doc);
                    if !view.overlay.hides(path) {
                        paths.push(path.to_owned());
                    }
                })?;
            }
        }
        Ok(paths)
    }

    /// Where a use leads.
    pub(crate) fn target(&self, file: FileId, expr: ExprId) -> Target {
        let links = self.links(file);
        let value = self.eval(file, expr);
        let mut found: Vec<Def> = value.things().collect();
        if found.is_empty() {
            // A function type written out stands for itself.
            found.extend(value.each().iter().filter_map(|value| match value {
                Value::Instance(def, _) if self.kind(*def) == ItemKind::Function => Some(*def),
                _ => None,
            }));
        }
        if found.is_empty() {
            return match value {
                Value::Unknown | Value::Many(_) => Target::Unknown,
                _ => Target::Outside,
            };
        }
        let is_exact = match links.expr(expr) {
            Expr::Member(of, _) => self.is_named(file, *of),
            Expr::Free(_) | Expr::Inside(..) => {
                let rules = self.rules(file);
                found.iter().any(|def| rules.reaches(self, file, *def))
            }
            _ => true,
        };
        let twins = found.iter().flat_map(|def| self.rules(file).twins(self, *def));
        let twins: Vec<Def> = twins.collect();
        found.extend(twins.into_iter().filter(|twin| !found.contains(twin)).collect::<Vec<_>>());
        let confidence = if is_exact { Confidence::Exact } else { Confidence::Likely };
        Target::Found(found, confidence)
    }

    /// Where a use leads that is made in this way.
    pub(crate) fn target_of_use(&self, file: FileId, expr: ExprId, role: Role) -> Target {
        let target = self.target(file, expr);
        match target {
            Target::Found(mut found, confidence) => {
                self.keep_meant(file, role, &mut found);
                Target::Found(found, confidence)
            }
            target => target,
        }
    }

    /// Keeps the functions where something is called and the others where not, as
    /// far as there are any; of a class that is called, adds what makes it.
    pub(crate) fn keep_meant(&self, file: FileId, role: Role, found: &mut Vec<Def>) {
        if !self.rules(file).parts_functions() {
            return;
        }
        let is_meant = |def: &Def| match role {
            Role::Call => self.kind(*def) != ItemKind::Value,
            Role::Import => true,
            _ => self.kind(*def) != ItemKind::Function,
        };
        if found.iter().any(is_meant) {
            found.retain(is_meant);
        }
        if role == Role::Call {
            let classes = found.iter().filter(|def| self.kind(**def) == ItemKind::Class);
            let made_by: Vec<Def> = classes.flat_map(|class| self.constructors(*class)).collect();
            found.extend(made_by);
        }
    }

    /// What stands before a member is there by name, not by an inferred type.
    fn is_named(&self, file: FileId, of: ExprId) -> bool {
        let links = self.links(file);
        match links.expr(of) {
            Expr::This(_) | Expr::Super(_) => true,
            Expr::Item(_)
            | Expr::Import(_)
            | Expr::Member(..)
            | Expr::Free(_)
            | Expr::Inside(..) => match self.eval(file, of) {
                Value::Module(_) => true,
                Value::Thing(def) => match self.kind(def) {
                    ItemKind::Class | ItemKind::Module | ItemKind::Extension => true,
                    ItemKind::Value => self.links(def.file).item(def.item).result.is_none(),
                    ItemKind::Function | ItemKind::Alias => false,
                },
                _ => false,
            },
            _ => false,
        }
    }

    /// A member whose receiver is unknown may mean each of these.
    pub(crate) fn members_named(&self, file: FileId, name: &str) -> Vec<Def> {
        let language = self.language(file).map_or("", Language::name);
        let all = self.definitions(name);
        let is_member = |def: &&Def| {
            let its = self.language(def.file).map_or("", Language::name);
            let links = self.links(def.file);
            family(its) == family(language) && links.item(def.item).parent.is_some()
        };
        all.iter().filter(is_member).copied().collect()
    }
}

impl Drop for Resolver<'_> {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        if memory.is_small() && !self.spoiled.get() {
            *self.root.view.memory.lock().unwrap_or_else(PoisonError::into_inner) = Some(memory);
        }
    }
}

/// For languages whose names are not resolved.
struct NoRules;

impl Rules for NoRules {
    fn module(&self, _: &Resolver<'_>, _: FileId, _: &str) -> Value {
        Value::Unknown
    }

    fn common_members(&self) -> &'static [&'static str] {
        &[]
    }
}
