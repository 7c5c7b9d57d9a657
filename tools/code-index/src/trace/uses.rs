//! Finds the places that use some definitions.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::candidates::candidates;
use crate::error::IndexError;
use crate::links::{Expr, Imported, ItemId, ItemKind, Links, Role, Text};
use crate::literals::Literals;
use crate::overlay::Overlaid;
use crate::pending::pending_holders;
use crate::resolve::rules::family;
use crate::resolve::value::{Def, FileId};
use crate::resolve::{Confidence, Resolver, Target};
use crate::terms::WORD_PIECE;
use crate::words::{fold, for_each_word};

/// Under how many further names the definitions are followed.
const MAX_NAMES: usize = 16;
/// The name of what a module exports without one.
pub(super) const DEFAULT: &str = "default";

/// A use that leads to one of the definitions.
pub(super) struct Found {
    pub(super) file: FileId,
    pub(super) line: u32,
    pub(super) name: String,
    pub(super) owner: Option<ItemId>,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
}

/// A name that may lead to the definitions, and the word that files hold it by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    name: String,
    word: String,
}

/// The uses of `targets`.
pub(super) struct Users<'r, 'q> {
    resolver: &'r Resolver<'q>,
    targets: FxHashSet<Def>,
    names: Vec<Name>,
}

impl<'r, 'q> Users<'r, 'q> {
    pub(super) fn of(resolver: &'r Resolver<'q>, targets: &[Def]) -> Users<'r, 'q> {
        let mut names = Vec::new();
        for def in targets {
            let name = resolver.links(def.file).item_name(def.item).to_owned();
            let name = Name { word: name.clone(), name };
            if !name.name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        Users { resolver, targets: targets.iter().copied().collect(), names }
    }

    /// Finds all of them, in no order.
    pub(super) fn find(mut self) -> Result<Vec<Found>, IndexError> {
        let mut found = Vec::new();
        let mut at = 0;
        let mut done: FxHashSet<(FileId, String)> = FxHashSet::default();
        self.follow_default_exports();
        let most = self.names.len() + MAX_NAMES;
        while at < self.names.len().min(most) {
            let name = self.names[at].clone();
            at += 1;
            for path in self.holders(&name.word)? {
                self.resolver.check()?;
                let Some(file) = self.resolver.file(&path) else { continue };
                if self.is_related(file) && done.insert((file, name.name.clone())) {
                    self.uses_in(file, &name.name, &mut found);
                }
            }
        }
        Ok(found)
    }

    fn is_related(&self, file: FileId) -> bool {
        let of = |file| self.resolver.language(file).map_or("", crate::language::Language::name);
        let own = of(file);
        self.targets.iter().any(|target| family(of(target.file)) == family(own))
    }

    /// What is exported without a name is imported under any; importers name
    /// the file.
    fn follow_default_exports(&mut self) {
        for target in self.targets.clone() {
            let links = self.resolver.links(target.file);
            let exported = links.exports.iter().any(|export| {
                links.text(export.name) == DEFAULT
                    && self
                        .resolver
                        .eval(target.file, export.what)
                        .things()
                        .any(|def| def == target)
            });
            if exported {
                self.follow_file(target.file, DEFAULT);
            }
        }
    }

    fn follow_file(&mut self, file: FileId, name: &str) {
        let path = self.resolver.path(file);
        let (folder, base) = path.rsplit_once('/').unwrap_or(("", &path));
        let stem = base.split('.').next().unwrap_or(base);
        let is_index = matches!(stem, "index" | "mod" | "__init__");
        let word = if is_index { folder.rsplit('/').next().unwrap_or(folder) } else { stem };
        self.follow(name, word);
    }

    fn follow(&mut self, name: &str, word: &str) {
        let name = Name { name: name.to_owned(), word: word.to_owned() };
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    /// The files that hold a word, in order of path.
    pub(super) fn holders(&self, word: &str) -> Result<BTreeSet<String>, IndexError> {
        let root = self.resolver.root;
        let view = &root.view;
        let mut whole = None;
        for_each_word(word, |_, part| whole = whole.or(Some(part)));
        let bare = word.trim_start_matches(['#', '@', '$', '~']);
        let is_word = whole == Some(bare) && bare.len() <= WORD_PIECE;
        if !is_word {
            let files = candidates(root, &Literals::of_text(word), self.resolver.cancel())?;
            return Ok(files.into_iter().map(|(_, path)| path).collect());
        }
        let folded = fold(bare);
        let mut paths = BTreeSet::new();
        for (path, what) in view.overlay.iter() {
            if matches!(what, Overlaid::File(file) if file.facts.skip.is_none()) {
                paths.insert(path.to_string());
            }
        }
        paths.extend(pending_holders(root, bare, self.resolver.cancel())?);
        let Some(stored) = &view.stored else { return Ok(paths) };
        for segment in stored.segments() {
            segment.for_each_holder(stored.fields.words, &folded, |doc| {
                let path = segment.table.path(doc);
                if !view.overlay.hides(path) && root.wants(path, segment.table.facts(doc)) {
                    paths.insert(path.to_owned());
                }
            })?;
        }
        Ok(paths)
    }

    /// The uses in one file under one name, and under what that name is called there.
    fn uses_in(&mut self, file: FileId, name: &str, found: &mut Vec<Found>) {
        let links = self.resolver.links(file);
        let Some(text) = links.find(name) else { return };
        let locals = local_names(&links, text);
        self.follow_imports(file, text);
        for export in &links.exports {
            let passed_on = written(&links, export.what).is_some_and(|name| locals.contains(&name));
            if passed_on && export.name != text {
                let seen_as = links.text(export.name).to_owned();
                if seen_as == DEFAULT {
                    self.follow_file(file, DEFAULT);
                } else {
                    self.follow(&seen_as, &seen_as);
                }
            }
        }
        // Each expression is looked at once, however often it is used.
        let mut known: FxHashMap<(u32, Role), Option<Confidence>> = FxHashMap::default();
        for used in &links.uses {
            let Some(its) = written(&links, used.expr).filter(|its| locals.contains(its)) else {
                continue;
            };
            let confidence = *known
                .entry((used.expr, used.role))
                .or_insert_with(|| self.confidence(file, used.expr, used.role));
            let is_definition =
                |target: &Def| target.file == file && links.item(target.item).line == used.line;
            let is_own = confidence.is_some() && self.targets.iter().any(is_definition);
            if let Some(confidence) = confidence.filter(|_| !is_own) {
                found.push(Found {
                    file,
                    line: used.line,
                    name: links.text(its).to_owned(),
                    owner: used.owner,
                    role: used.role,
                    confidence,
                });
            }
        }
    }

    /// Where importing passes a name on, others import it by the name that it got.
    fn follow_imports(&mut self, file: FileId, text: Text) {
        if !self.resolver.rules(file).passes_imports_on() {
            return;
        }
        let links = self.resolver.links(file);
        for (at, import) in (0..).zip(&links.imports) {
            let is_renamed = import.what == Imported::Name(text) && import.local != text;
            if !is_renamed || !import.top {
                continue;
            }
            let brought = self.resolver.import(file, at, 0);
            if brought.things().any(|def| self.targets.contains(&def)) {
                let seen_as = links.text(import.local).to_owned();
                self.follow(&seen_as, &seen_as);
            }
        }
    }

    /// How sure it is that an expression means a target, none where it does not.
    fn confidence(&self, file: FileId, expr: u32, role: Role) -> Option<Confidence> {
        let links = self.resolver.links(file);
        match self.resolver.target_of_use(file, expr, role) {
            Target::Found(defs, confidence) => {
                if role == Role::Key
                    && !self.resolver.rules(file).key_leads(self.resolver, file, expr)
                {
                    return None;
                }
                defs.iter().any(|def| self.targets.contains(def)).then_some(confidence)
            }
            Target::Outside => None,
            Target::Unknown => {
                let Expr::Member(_, name) = links.expr(expr) else {
                    return Some(Confidence::Name);
                };
                let name = links.text(*name);
                let mut all = self.resolver.members_named(file, name);
                self.resolver.keep_meant(file, role, &mut all);
                if !all.iter().any(|def| self.targets.contains(def)) {
                    return None;
                }
                let alone = all.iter().all(|def| self.targets.contains(def) || self.is_same(def));
                let common = self.resolver.rules(file).common_members().contains(&name);
                let sure = alone && !common && role != Role::Key;
                Some(if sure { Confidence::Likely } else { Confidence::Name })
            }
        }
    }

    /// An item that stands for a target too: another declaration of it.
    fn is_same(&self, def: &Def) -> bool {
        let links = self.resolver.links(def.file);
        let item = links.item(def.item);
        item.kind != ItemKind::Class
            && self.targets.iter().any(|target| {
                target.file == def.file && links.item(target.item).parent == item.parent
            })
    }
}

/// The names by which a file calls what others call `text`.
fn local_names(links: &Links, text: Text) -> Vec<Text> {
    let mut locals = vec![text];
    for import in &links.imports {
        if import.what == Imported::Name(text) && import.local != text {
            locals.push(import.local);
        }
    }
    locals
}

/// The name that an expression is written with.
fn written(links: &Links, expr: u32) -> Option<Text> {
    Some(match *links.expr(expr) {
        Expr::Free(text) | Expr::Member(_, text) | Expr::Inside(_, text, _) => text,
        Expr::Item(item) => links.item(item).name,
        Expr::Import(import) => links.imports[import as usize].local,
        _ => return None,
    })
}
