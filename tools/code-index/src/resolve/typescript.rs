//! Modules of TypeScript and JavaScript: relative paths, `paths` of a
//! `tsconfig.json`, packages of the same repository.

use super::Resolver;
use super::rules::Rules;
use super::value::{FileId, Module, Value};
use crate::roots::tidy;

/// Endings that an import leaves out, in the order in which they are tried.
const ENDINGS: &[&str] = &[
    "",
    ".ts",
    ".tsx",
    ".d.ts",
    ".js",
    ".jsx",
    ".mts",
    ".cts",
    ".mjs",
    ".cjs",
    "/index.ts",
    "/index.tsx",
    "/index.js",
    "/index.jsx",
    "/index.mjs",
    "/index.d.ts",
    ".vue",
    ".svelte",
];

pub(super) struct TypeScript;

impl Rules for TypeScript {
    fn module(&self, resolver: &Resolver<'_>, file: FileId, written: &str) -> Value {
        let written = written.split(['?', '#']).next().unwrap_or(written);
        let path = resolver.path(file);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if written.starts_with('.') {
            return match tidy(&format!("{folder}/{written}")) {
                Some(path) => resolver.first_file(&stems(&path)),
                None => Value::Unknown,
            };
        }
        let projects = resolver.projects();
        let mut places = projects.aliased(folder, written);
        places.extend(projects.packaged(written));
        places
            .iter()
            .map(|place| resolver.first_file(&stems(place)))
            .find(|found| *found != Value::Unknown)
            .unwrap_or(Value::Unknown)
    }

    fn common_members(&self) -> &'static [&'static str] {
        &[
            "add",
            "all",
            "append",
            "apply",
            "at",
            "bind",
            "call",
            "catch",
            "clear",
            "click",
            "close",
            "concat",
            "constructor",
            "contains",
            "current",
            "data",
            "delete",
            "entries",
            "every",
            "exec",
            "fill",
            "filter",
            "finally",
            "find",
            "findIndex",
            "flat",
            "focus",
            "forEach",
            "from",
            "get",
            "has",
            "height",
            "href",
            "id",
            "includes",
            "indexOf",
            "join",
            "key",
            "keys",
            "lastIndexOf",
            "left",
            "length",
            "log",
            "map",
            "match",
            "message",
            "name",
            "next",
            "now",
            "of",
            "on",
            "open",
            "parse",
            "path",
            "pop",
            "push",
            "reduce",
            "remove",
            "replace",
            "reset",
            "resolve",
            "reverse",
            "round",
            "set",
            "shift",
            "size",
            "slice",
            "some",
            "sort",
            "source",
            "splice",
            "split",
            "stack",
            "start",
            "stop",
            "style",
            "target",
            "test",
            "text",
            "then",
            "title",
            "toString",
            "top",
            "trim",
            "type",
            "url",
            "value",
            "values",
            "width",
            "x",
            "y",
        ]
    }
}

/// The paths that a written one may mean; `./x.js` is written where `x.ts` is meant.
fn stems(path: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (written, meant) in
        [(".js", [".ts", ".tsx"]), (".jsx", [".tsx", ".ts"]), (".mjs", [".mts", ".ts"])]
    {
        if let Some(stem) = path.strip_suffix(written) {
            all.extend(meant.iter().map(|ending| format!("{stem}{ending}")));
        }
    }
    all.extend(ENDINGS.iter().map(|ending| format!("{path}{ending}")));
    all
}

/// Marks a module that is a file.
pub(super) fn file_module(file: FileId) -> Value {
    Value::Module(Module::File(file))
}
