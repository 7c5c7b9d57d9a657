//! Modules of Rust: files by where they lie, crates by their manifests, and what
//! the standard library gives back.
//!
//! A path is followed name by name: a file below the module, else what the
//! module defines, imports or passes on.
//!
//! **Deliberately absent:** `#[path]`, conditional compilation, what macros make,
//! crates that a manifest renames.

mod library;
#[cfg(test)]
mod tests;

use super::Resolver;
use super::projects::join;
use super::rules::Rules;
use super::value::{Def, FileId, Module, Value};
use crate::links::rust::MACRO;
use crate::links::{Expr, Imported, ItemKind};

/// Folders beside `src` of which every file begins a crate.
const TARGETS: &[&str] = &["tests", "examples", "benches"];

pub(super) struct Rust;

impl Rules for Rust {
    fn module(&self, resolver: &Resolver<'_>, file: FileId, written: &str) -> Value {
        let mut names = written.split("::");
        let first = names.next().unwrap_or_default();
        let start = match first {
            "" => names.next().map_or(Value::Unknown, |name| crate_named(resolver, name)),
            "crate" => crate_root(resolver, file),
            "self" => Value::Module(Module::File(file)),
            "super" => parent(resolver, file),
            name => first_name(resolver, file, name),
        };
        names.fold(start, |of, name| of.map(|of| step(resolver, of, name)))
    }

    fn submodule(&self, resolver: &Resolver<'_>, module: &Module, name: &str) -> Value {
        let Module::File(file) = module else { return Value::Unknown };
        match child(resolver, *file, &[], name) {
            Value::Unknown if is_root(resolver, &resolver.path(*file)) => {
                macro_named(resolver, *file, name, true)
            }
            found => found,
        }
    }

    fn free(&self, resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
        match name {
            "crate" => return crate_root(resolver, file),
            "self" => return Value::Module(Module::File(file)),
            "super" => return parent(resolver, file),
            _ => {}
        }
        let found = from_globs(resolver, file, name);
        if found != Value::Unknown {
            return found;
        }
        match crate_named(resolver, name) {
            Value::Unknown => match macro_named(resolver, file, name, false) {
                Value::Unknown => Value::outside(name),
                found => found,
            },
            found => found,
        }
    }

    fn has_extensions(&self) -> bool {
        true
    }

    fn has_spaces(&self) -> bool {
        true
    }

    fn passes_imports_on(&self) -> bool {
        true
    }

    fn missing(&self, of: &Value, name: &str) -> Value {
        if library::passes(name) || library::opens(name) {
            return Value::Method(of.clone().into(), name.into());
        }
        Value::Unknown
    }

    fn called(&self, of: &Value, method: &str) -> Option<Value> {
        library::called(of, method)
    }

    fn callback(&self, of: &Value, method: &str) -> Option<Value> {
        library::callback(of, method)
    }

    fn element(&self, resolver: &Resolver<'_>, of: &Value) -> Option<Value> {
        let Value::Instance(class, _) = of else { return None };
        if resolver.kind(*class) != ItemKind::Class {
            return None;
        }
        ["Item", "Output"].iter().find_map(|name| {
            let item = resolver.member(of, name);
            let named = item.things().any(|def| resolver.kind(def) == ItemKind::Alias);
            named.then(|| item.map(|item| resolver.instance(item)))
        })
    }

    fn common_members(&self) -> &'static [&'static str] {
        library::COMMON
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A file with which a crate begins.
fn is_root(resolver: &Resolver<'_>, path: &str) -> bool {
    if matches!(name_of(path), "lib.rs" | "main.rs") {
        return true;
    }
    let Some(of) = resolver.projects().crate_of(folder_of(path)) else { return false };
    let inside = path.get(of.folder.len()..).unwrap_or_default().trim_start_matches('/');
    let folder = folder_of(inside);
    inside == "build.rs"
        || folder == "src/bin"
        || TARGETS.contains(&folder)
        || of.roots().first().is_some_and(|root| root == path)
}

/// The module below a module of a file, where it is a file.
fn child(resolver: &Resolver<'_>, file: FileId, inner: &[&str], name: &str) -> Value {
    let path = resolver.path(file);
    let mut place = folder_of(&path).to_owned();
    if name_of(&path) != "mod.rs" && !is_root(resolver, &path) {
        place = join(&place, name_of(&path).trim_end_matches(".rs"));
    }
    for inner in inner {
        place = join(&place, inner);
    }
    let place = join(&place, name.trim_start_matches("r#"));
    resolver.first_file(&[format!("{place}.rs"), format!("{place}/mod.rs")])
}

/// The module around the one that a file is.
fn parent(resolver: &Resolver<'_>, file: FileId) -> Value {
    let path = resolver.path(file);
    if is_root(resolver, &path) {
        return Value::Unknown;
    }
    let own = folder_of(&path);
    let (folder, module) = match name_of(&path) {
        "mod.rs" => (folder_of(own), name_of(own)),
        name => (own, name.trim_end_matches(".rs")),
    };
    let beside = format!("{folder}.rs");
    let found = resolver.first_file(&[join(folder, "mod.rs"), beside]);
    if found != Value::Unknown {
        return found;
    }
    let roots = ["lib.rs", "main.rs"].map(|root| join(folder, root));
    declaring(resolver, &roots, module)
}

/// The first of some files that declares a module, else the first that is there.
fn declaring(resolver: &Resolver<'_>, paths: &[String], module: &str) -> Value {
    let mut first = None;
    for path in paths {
        let Some(file) = resolver.file(path) else { continue };
        first = first.or(Some(file));
        let links = resolver.links(file);
        let declares = links
            .imports
            .iter()
            .any(|import| import.what == Imported::Module && links.text(import.local) == module);
        if declares {
            return Value::Module(Module::File(file));
        }
    }
    first.map_or(Value::Unknown, |file| Value::Module(Module::File(file)))
}

/// The file with which the crate of a file begins.
fn crate_root(resolver: &Resolver<'_>, file: FileId) -> Value {
    let path = resolver.path(file);
    if is_root(resolver, &path) {
        return Value::Module(Module::File(file));
    }
    let Some(of) = resolver.projects().crate_of(folder_of(&path)) else {
        return Value::Unknown;
    };
    let inside = path.get(of.folder.len()..).unwrap_or_default().trim_start_matches('/');
    let mut names = inside.split('/');
    let first = names.next().unwrap_or_default();
    let second = names.next().unwrap_or_default();
    // `tests/all/one.rs` belongs to `tests/all/main.rs`.
    let target = match (first, second) {
        ("src", "bin") => names.next().map(|third| format!("src/bin/{third}")),
        _ if TARGETS.contains(&first) => Some(format!("{first}/{second}")),
        _ => None,
    };
    if let Some(target) = target {
        return resolver.first_file(&[join(&of.folder, &format!("{target}/main.rs"))]);
    }
    declaring(resolver, &of.roots(), second.trim_end_matches(".rs"))
}

fn crate_named(resolver: &Resolver<'_>, name: &str) -> Value {
    let found = resolver.projects().crates_named(name);
    Value::many(found.map(|of| resolver.first_file(&of.roots())))
}

/// The first name of a path that begins with none of the keywords.
fn first_name(resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
    let links = resolver.links(file);
    let mut found = Value::Unknown;
    if let Some(text) = links.find(name) {
        for (at, import) in (0..).zip(&links.imports) {
            if import.local != text || import.what == Imported::All {
                continue;
            }
            // One that begins with itself, or with such a one, would lead nowhere.
            let module = links.text(import.module);
            let first = module.split("::").next().unwrap_or_default();
            let is_known = matches!(first, "crate" | "self" | "super")
                || first != name && crate_named(resolver, first) != Value::Unknown;
            if !is_known {
                continue;
            }
            let brought = match module.strip_prefix("self::") {
                Some(own) if import.what == Imported::Module && own == name => {
                    child(resolver, file, &[], name)
                }
                _ => resolver.import(file, at, 1),
            };
            found = Value::many([found, brought]);
        }
        let own = resolver.named_items(file, None, text);
        let own = own.things().filter(|def| resolver.kind(*def) != ItemKind::Extension);
        found = Value::many(std::iter::once(found).chain(own.map(Value::Thing)));
    }
    if !matches!(found, Value::Unknown | Value::Outside(_)) {
        return found;
    }
    match crate_named(resolver, name) {
        Value::Unknown => match resolver.projects().crate_of(folder_of(&resolver.path(file))) {
            Some(of) if of.is_old => {
                crate_root(resolver, file).map(|root| step(resolver, root, name))
            }
            _ => Value::Unknown,
        },
        found => found,
    }
}

/// One name further on a path.
fn step(resolver: &Resolver<'_>, of: &Value, name: &str) -> Value {
    match of {
        Value::Module(Module::File(file)) if name == "super" => parent(resolver, *file),
        Value::Module(module) => {
            let Module::File(file) = module else { return Value::Unknown };
            match child(resolver, *file, &[], name) {
                Value::Unknown => resolver.module_member(module, name, 1),
                found => found,
            }
        }
        Value::Thing(def) if resolver.kind(*def) == ItemKind::Module => {
            match below_inline(resolver, *def, name) {
                Value::Unknown => resolver.member(of, name),
                found => found,
            }
        }
        other => resolver.member(other, name),
    }
}

/// A file below a module that is written inside a file.
fn below_inline(resolver: &Resolver<'_>, module: Def, name: &str) -> Value {
    let links = resolver.links(module.file);
    let mut inner: Vec<&str> =
        links.around(module.item).map(|item| links.item_name(item)).collect();
    inner.reverse();
    child(resolver, module.file, &inner, name)
}

/// A name that comes with all of a module's.
fn from_globs(resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
    let links = resolver.links(file);
    for (at, _) in (0..).zip(&links.imports).filter(|(_, i)| i.what == Imported::All) {
        let found = resolver.import(file, at, 0).map(|module| match module {
            Value::Module(module) => resolver.module_member(module, name, 1),
            Value::Thing(_) => resolver.member(module, name),
            _ => Value::Unknown,
        });
        let things: Vec<Value> = found.each().iter().filter(|one| is_here(one)).cloned().collect();
        if !things.is_empty() {
            return Value::many(things);
        }
    }
    Value::Unknown
}

fn is_here(value: &Value) -> bool {
    matches!(value, Value::Thing(_) | Value::Module(_) | Value::Instance(..))
}

/// A macro of the file's crate by its name, and where there is none, of any crate.
fn macro_named(resolver: &Resolver<'_>, file: FileId, name: &str, own_only: bool) -> Value {
    let all = resolver.definitions(name);
    let crate_of = |file: FileId| {
        let path = resolver.path(file);
        resolver.projects().crate_of(folder_of(&path)).map(|of| of.folder.clone())
    };
    let is_macro = |def: &&Def| {
        let links = resolver.links(def.file);
        links.item(def.item).result.is_some_and(|result| {
            matches!(links.expr(result), Expr::Builtin(name) if links.text(*name) == MACRO)
        })
    };
    let (mut own, mut others) = (Vec::new(), Vec::new());
    let here = crate_of(file);
    for def in all.iter().filter(is_macro) {
        let list = if crate_of(def.file) == here { &mut own } else { &mut others };
        list.push(Value::Thing(*def));
    }
    Value::many(if own.is_empty() && !own_only { others } else { own })
}
