//! Packages of Java: a class is found by the package that its file names, in
//! whatever source root it lies.
//!
//! **Deliberately absent:** class paths, modules, what comes with the language.

use super::Resolver;
use super::rules::{CLASS_NAME, Rules};
use super::value::{Def, FileId, Module, Value};
use crate::links::{Imported, ItemKind};

/// Names of classes inside classes are followed so far.
const MAX_NESTING: u32 = 8;

pub(super) struct Java;

impl Rules for Java {
    /// A package, or a class of which members are imported.
    fn module(&self, _: &Resolver<'_>, _: FileId, written: &str) -> Value {
        Value::Module(Module::Package(written.into()))
    }

    fn package_member(&self, resolver: &Resolver<'_>, package: &str, name: &str) -> Value {
        let found = member_of(resolver, package, name, 0);
        if found == Value::Unknown { Value::outside(name) } else { found }
    }

    /// A class of the same package, or one that comes with a `*`.
    fn free(&self, resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
        let links = resolver.links(file);
        let package = links.package.map_or("", |package| links.text(package));
        let own = class_in(resolver, package, name);
        if own != Value::Unknown {
            return own;
        }
        with_star(resolver, file, name)
    }

    fn free_function(&self, resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
        let links = resolver.links(file);
        let Some(text) = links.find(name) else { return Value::outside(name) };
        let named = (0..).zip(&links.imports).find(|(_, import)| {
            import.what == Imported::Name(text) && import.local == text && import.top
        });
        match named {
            Some((import, _)) => resolver.import(file, import, 0),
            None => with_star(resolver, file, name),
        }
    }

    fn parts_functions(&self) -> bool {
        true
    }

    fn constructor(&self) -> &'static str {
        CLASS_NAME
    }

    fn common_members(&self) -> &'static [&'static str] {
        COMMON
    }
}

/// What comes with an import of all that a package or a class has.
fn with_star(resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
    let links = resolver.links(file);
    for import in links.imports.iter().filter(|import| import.what == Imported::All) {
        let found = member_of(resolver, links.text(import.module), name, 0);
        if found != Value::Unknown {
            return found;
        }
    }
    Value::outside(name)
}

/// A class of a package, or a member of a class.
fn member_of(resolver: &Resolver<'_>, owner: &str, name: &str, depth: u32) -> Value {
    let last = owner.rsplit('.').next().unwrap_or(owner);
    let is_class = last.starts_with(|first: char| first.is_uppercase());
    let found = if is_class { Value::Unknown } else { class_in(resolver, owner, name) };
    if found != Value::Unknown || depth > MAX_NESTING {
        return found;
    }
    let Some((package, class)) = owner.rsplit_once('.') else { return Value::Unknown };
    if !is_class {
        return Value::Unknown;
    }
    let class = member_of(resolver, package, class, depth + 1);
    match resolver.member(&class, name) {
        Value::Outside(_) => Value::Unknown,
        member => member,
    }
}

/// The classes of a package with a name, by the packages that their files name.
fn class_in(resolver: &Resolver<'_>, package: &str, name: &str) -> Value {
    let all = resolver.definitions(name);
    let is_meant = |def: &&Def| {
        let links = resolver.links(def.file);
        let item = links.item(def.item);
        item.parent.is_none()
            && item.kind == ItemKind::Class
            && links.package.map_or("", |package| links.text(package)) == package
            && resolver.language(def.file).is_some_and(|language| language.name() == "java")
    };
    Value::many(all.iter().filter(is_meant).map(|def| Value::Thing(*def)))
}

const COMMON: &[&str] = &[
    "accept",
    "add",
    "addAll",
    "append",
    "apply",
    "build",
    "clear",
    "close",
    "compareTo",
    "contains",
    "containsKey",
    "copy",
    "count",
    "create",
    "delete",
    "entrySet",
    "equals",
    "execute",
    "filter",
    "find",
    "findFirst",
    "first",
    "flush",
    "forEach",
    "format",
    "from",
    "get",
    "getClass",
    "getId",
    "getKey",
    "getMessage",
    "getName",
    "getOrDefault",
    "getType",
    "getValue",
    "handle",
    "hasNext",
    "hashCode",
    "id",
    "indexOf",
    "init",
    "isEmpty",
    "isPresent",
    "iterator",
    "join",
    "key",
    "keySet",
    "last",
    "length",
    "map",
    "matches",
    "name",
    "next",
    "of",
    "ordinal",
    "parse",
    "peek",
    "poll",
    "process",
    "put",
    "read",
    "remove",
    "replace",
    "reset",
    "run",
    "set",
    "setName",
    "setValue",
    "size",
    "sort",
    "split",
    "start",
    "stop",
    "stream",
    "submit",
    "substring",
    "test",
    "toArray",
    "toList",
    "toString",
    "trim",
    "type",
    "update",
    "value",
    "valueOf",
    "values",
    "write",
];
