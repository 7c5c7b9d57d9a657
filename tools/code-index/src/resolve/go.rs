//! Packages of Go: folders, by the paths that `go.mod` gives them. All files of a
//! package share their names, and methods stand in any of them.
//!
//! **Deliberately absent:** which types satisfy an interface; build tags; what is
//! vendored.

use super::Resolver;
use super::rules::Rules;
use super::value::{Def, FileId, Module, Value};
use crate::links::{Imported, ItemKind};

#[cfg(test)]
mod tests;

pub(super) struct Go;

impl Rules for Go {
    fn module(&self, resolver: &Resolver<'_>, _: FileId, written: &str) -> Value {
        match resolver.projects().go_package(written) {
            Some(folder) => Value::Module(Module::Package(folder.into())),
            None => Value::Unknown,
        }
    }

    fn package_member(&self, resolver: &Resolver<'_>, package: &str, name: &str) -> Value {
        // What tests define is seen by tests only, and they have it by `free`.
        named(resolver, package, name, |path| !path.ends_with("_test.go"))
    }

    fn free(&self, resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
        let path = resolver.path(file);
        let own = named(resolver, folder_of(&path), name, |_| true);
        let own = same_package(resolver, file, &own);
        if own != Value::Unknown {
            return own;
        }
        let links = resolver.links(file);
        for (at, _) in (0..).zip(&links.imports).filter(|(_, i)| i.what == Imported::All) {
            let found = resolver.import(file, at, 0).map(|module| resolver.member(module, name));
            if !matches!(found, Value::Unknown | Value::Outside(_)) {
                return found;
            }
        }
        Value::outside(name)
    }

    fn has_extensions(&self) -> bool {
        true
    }

    /// A type made of a list or a map gives what that gives.
    fn element(&self, resolver: &Resolver<'_>, of: &Value) -> Option<Value> {
        match of {
            Value::Instance(class, _) => Some(resolver.elements(&resolver.bases(*class))),
            _ => None,
        }
    }

    fn common_members(&self) -> &'static [&'static str] {
        COMMON
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What the files of a folder define by a name.
fn named(
    resolver: &Resolver<'_>,
    folder: &str,
    name: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Value {
    let all = resolver.definitions(name);
    let inside = all.iter().filter(|def| {
        let path = resolver.path(def.file);
        let links = resolver.links(def.file);
        let item = links.item(def.item);
        folder_of(&path) == folder
            && path.ends_with(".go")
            && item.parent.is_none()
            && item.kind != ItemKind::Extension
            && is_wanted(&path)
    });
    Value::many(inside.map(|def| Value::Thing(*def)))
}

/// Of what a folder defines, that of the file's own package: tests may be another.
fn same_package(resolver: &Resolver<'_>, file: FileId, found: &Value) -> Value {
    let package = |file: FileId| {
        let links = resolver.links(file);
        links.package.map(|package| links.text(package).to_owned())
    };
    let own = package(file);
    let is_same = |def: &Def| package(def.file) == own;
    Value::many(found.things().filter(is_same).map(Value::Thing))
}

const COMMON: &[&str] = &[
    "Add",
    "Append",
    "Bytes",
    "Clear",
    "Clone",
    "Close",
    "Context",
    "Copy",
    "Count",
    "Data",
    "Delete",
    "Do",
    "Done",
    "Encode",
    "Err",
    "Error",
    "Errorf",
    "Fatal",
    "Fatalf",
    "Find",
    "Flush",
    "Format",
    "Get",
    "Has",
    "Hash",
    "ID",
    "Index",
    "Info",
    "Init",
    "Int",
    "Interface",
    "Join",
    "Key",
    "Kind",
    "Labels",
    "Len",
    "Less",
    "Load",
    "Lock",
    "Log",
    "Match",
    "Message",
    "Method",
    "Name",
    "New",
    "Next",
    "Now",
    "Open",
    "Parse",
    "Path",
    "Pop",
    "Print",
    "Printf",
    "Println",
    "Push",
    "Read",
    "Record",
    "Remove",
    "Replace",
    "Reset",
    "Run",
    "Scan",
    "Seek",
    "Send",
    "Set",
    "Size",
    "Sort",
    "Start",
    "State",
    "Status",
    "Stop",
    "Store",
    "String",
    "Sub",
    "Sum",
    "Swap",
    "Sync",
    "Time",
    "Type",
    "URL",
    "Unlock",
    "Unmarshal",
    "Unwrap",
    "Update",
    "Valid",
    "Value",
    "Values",
    "Version",
    "Wait",
    "Warn",
    "With",
    "Write",
    "WriteString",
];
