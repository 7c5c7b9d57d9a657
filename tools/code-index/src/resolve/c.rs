//! Names of C and C++: a file sees what it includes, through as many files as
//! it takes; a function that is declared in one file is defined in another.
//!
//! A namespace is open: what stands in it in any file is its member.
//!
//! **Deliberately absent:** include paths of builds; the file whose path ends as
//! it is written is taken, the nearest one of several.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Resolver;
use super::projects::join;
use super::rules::{CLASS_NAME, Rules};
use super::value::{Def, FileId, Module, Value};
use crate::links::{Imported, ItemKind};
use crate::roots::tidy;

/// Files that one file is seen to include.
const MAX_INCLUDED: usize = 600;
/// Files of one name that an include may mean.
const MAX_HEADERS: usize = 200;

pub(super) struct C;

impl Rules for C {
    fn module(&self, resolver: &Resolver<'_>, file: FileId, written: &str) -> Value {
        let path = resolver.path(file);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = tidy(&format!("{folder}/{written}"));
        let near = [beside, Some(join("include", written)), Some(join("src", written))];
        let near: Vec<String> = near.into_iter().flatten().collect();
        match resolver.first_file(&near) {
            Value::Unknown => by_ending(resolver, &path, written),
            found => found,
        }
    }

    fn package_member(&self, resolver: &Resolver<'_>, package: &str, name: &str) -> Value {
        let all = resolver.definitions(name);
        let inner = all.iter().filter(|def| in_namespace(resolver, **def, package));
        let found = Value::many(inner.map(|def| as_value(resolver, *def, name)));
        if found == Value::Unknown { Value::outside(name) } else { found }
    }

    fn free(&self, resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
        let all = resolver.definitions(name);
        let mut found: Vec<Def> =
            all.iter().copied().filter(|def| is_open(resolver, file, *def)).collect();
        if found.is_empty() {
            return Value::outside(name);
        }
        let seen = |def: &Def| self.reaches(resolver, file, *def);
        if found.iter().any(seen) {
            found.retain(seen);
        } else {
            // Not seen to be included: it is meant where there is only one.
            let is_single = found.iter().all(|def| same(resolver, *def, found[0]));
            found.retain(|def| is_single && !resolver.links(def.file).item(def.item).is_local);
        }
        Value::many(found.into_iter().map(|def| as_value(resolver, def, name)))
    }

    fn twins(&self, resolver: &Resolver<'_>, def: Def) -> Vec<Def> {
        let links = resolver.links(def.file);
        let item = links.item(def.item);
        if item.is_local || !matches!(item.kind, ItemKind::Function | ItemKind::Value) {
            return Vec::new();
        }
        let parent = item.parent.map(|parent| links.item(parent).kind);
        let is_global = matches!(parent, None | Some(ItemKind::Module));
        if item.kind == ItemKind::Value && !is_global {
            return Vec::new();
        }
        let is_twin = |other: &Def| {
            // Two that have bodies are two.
            let is_declaration = resolver.links(other.file).item(other.item).declared;
            *other != def && (item.declared || is_declaration) && same(resolver, *other, def)
        };
        let all = resolver.definitions(links.text(item.name));
        all.iter().copied().filter(is_twin).collect()
    }

    fn reaches(&self, resolver: &Resolver<'_>, file: FileId, def: Def) -> bool {
        def.file == file || included(resolver, file).contains(&def.file) || {
            let twins = self.twins(resolver, def);
            twins.iter().any(|twin| included(resolver, file).contains(&twin.file))
        }
    }

    fn has_extensions(&self) -> bool {
        true
    }

    fn constructor(&self) -> &'static str {
        CLASS_NAME
    }

    fn common_members(&self) -> &'static [&'static str] {
        COMMON
    }
}

/// A namespace stands for all its parts.
fn as_value(resolver: &Resolver<'_>, def: Def, name: &str) -> Value {
    match resolver.kind(def) {
        ItemKind::Module => Value::Module(Module::Package(name.into())),
        _ => Value::Thing(def),
    }
}

/// A definition in a namespace, or a constant of an enumeration in it.
fn in_namespace(resolver: &Resolver<'_>, def: Def, name: &str) -> bool {
    let links = resolver.links(def.file);
    if links.item(def.item).kind == ItemKind::Extension {
        return false;
    }
    links.item(def.item).parent.is_some_and(|parent| {
        let outer = links.item(parent);
        let text = links.text(outer.name);
        let is_part = text == name || text.ends_with(&format!("::{name}"));
        matches!(outer.kind, ItemKind::Module | ItemKind::Extension) && is_part
    })
}

/// It may be meant by its name alone: it stands in no type, and in no namespace
/// that the file does not speak of.
fn is_open(resolver: &Resolver<'_>, file: FileId, def: Def) -> bool {
    let is_ours = resolver.language(def.file).is_some_and(|its| matches!(its.name(), "c" | "cpp"));
    let links = resolver.links(def.file);
    let item = links.item(def.item);
    if !is_ours || item.kind == ItemKind::Extension {
        return false;
    }
    if item.is_local && def.file != file && !is_included_only(&resolver.path(def.file)) {
        return false;
    }
    let here = resolver.links(file);
    let mut at = item.parent;
    // The constants of an enumeration are seen around it.
    if let Some(parent) = at
        && item.kind == ItemKind::Value
        && !item.declared
        && links.item(parent).kind == ItemKind::Class
    {
        at = links.item(parent).parent;
    }
    let mut around = at.into_iter().flat_map(|outer| links.around(outer));
    around.all(|outer| {
        let outer = links.item(outer);
        let last = links.text(outer.name).rsplit("::").next().unwrap_or_default();
        outer.kind == ItemKind::Module && here.find(last).is_some()
    })
}

fn is_included_only(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    !matches!(ending, "c" | "cc" | "cpp" | "cxx" | "m" | "mm")
}

/// Two items declare the same function or variable.
fn same(resolver: &Resolver<'_>, one: Def, other: Def) -> bool {
    let key = |def: Def| {
        let links = resolver.links(def.file);
        let item = links.item(def.item);
        let outer = item.parent.map(|parent| {
            let name = links.item_name(parent);
            name.rsplit("::").next().unwrap_or(name).to_owned()
        });
        (item.kind, item.is_local, outer)
    };
    let (its, others) = (key(one), key(other));
    let is_family =
        resolver.language(one.file).is_some_and(|language| matches!(language.name(), "c" | "cpp"));
    is_family && its == others && (!its.1 || one.file == other.file)
}

/// All files that a file includes, with those that they include.
fn included(resolver: &Resolver<'_>, file: FileId) -> Arc<[FileId]> {
    if let Some(known) = resolver.memory.reach.borrow().get(&file) {
        return Arc::clone(known);
    }
    let (mut all, mut at) = (vec![file], 0);
    let mut seen: FxHashSet<FileId> = FxHashSet::default();
    while at < all.len() && all.len() < MAX_INCLUDED {
        let now = all[at];
        at += 1;
        let links = resolver.links(now);
        for import in links.imports.iter().filter(|import| import.what == Imported::All) {
            let found = resolver.rules(now).module(resolver, now, links.text(import.module));
            if let Value::Module(Module::File(inner)) = found
                && seen.insert(inner)
            {
                all.push(inner);
            }
        }
    }
    all.sort_unstable();
    let all: Arc<[FileId]> = all.into();
    resolver.memory.reach.borrow_mut().insert(file, Arc::clone(&all));
    all
}

/// The header whose path ends as it is written; of several, the nearest.
fn by_ending(resolver: &Resolver<'_>, from: &str, written: &str) -> Value {
    let name = written.rsplit('/').next().unwrap_or(written);
    let written = written.trim_start_matches("./").trim_start_matches("../");
    let is_meant = |path: &&String| {
        path.strip_suffix(written).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let near = |path: &str| from.bytes().zip(path.bytes()).take_while(|(a, b)| a == b).count();
    let found = resolver.projects().headers_named(name).iter().take(MAX_HEADERS);
    // The first of the nearest, in order of path.
    let best = found.filter(is_meant).rev().max_by_key(|path| near(path));
    best.map_or(Value::Unknown, |path| resolver.first_file(std::slice::from_ref(path)))
}

const COMMON: &[&str] = &[
    "add",
    "append",
    "at",
    "back",
    "begin",
    "buf",
    "c_str",
    "clear",
    "close",
    "code",
    "contains",
    "copy",
    "count",
    "data",
    "empty",
    "end",
    "erase",
    "error",
    "find",
    "first",
    "flags",
    "flush",
    "free",
    "front",
    "get",
    "head",
    "id",
    "init",
    "insert",
    "key",
    "len",
    "length",
    "lock",
    "name",
    "next",
    "open",
    "pop",
    "prev",
    "ptr",
    "push",
    "push_back",
    "read",
    "refs",
    "release",
    "reset",
    "resize",
    "run",
    "second",
    "set",
    "size",
    "start",
    "state",
    "stop",
    "str",
    "swap",
    "tail",
    "top",
    "type",
    "unlock",
    "update",
    "val",
    "value",
    "write",
    "x",
    "y",
];
