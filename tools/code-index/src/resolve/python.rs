//! Modules of Python: relative ones by their dots, others from the folders that
//! an interpreter would be started in, and folders without a file of their own.
//!
//! **Deliberately absent:** `sys.path` at run time, packages that are installed.

use super::Resolver;
use super::projects::join;
use super::rules::Rules;
use super::value::{Def, FileId, Module, Value};
use crate::links::{Expr, ExprId, Imported, ItemKind};

/// Endings of the file that a module is, in the order in which they are tried.
const ENDINGS: &[&str] = &["/__init__.py", ".py", "/__init__.pyi", ".pyi"];
/// Folders in a project that hold its packages.
const SOURCES: &[&str] = &["", "src", "lib", "python"];
/// Files that stand at the top of a project.
const MANIFESTS: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg"];
/// Projects of one repository that are looked into.
const MAX_PROJECTS: usize = 200;

pub(super) struct Python;

impl Rules for Python {
    fn module(&self, resolver: &Resolver<'_>, file: FileId, written: &str) -> Value {
        let path = resolver.path(file);
        let folder = folder_of(&path);
        let name = written.trim_start_matches('.');
        let place = name.replace('.', "/");
        let dots = written.len() - name.len();
        if dots > 0 {
            let base = (1..dots).try_fold(folder, |inner, _| up(inner));
            return base.map_or(Value::Unknown, |base| at(resolver, &join(base, &place)));
        }
        let first = name.split('.').next().unwrap_or(name);
        let found = roots(resolver, folder, first).into_iter();
        found
            .map(|root| at(resolver, &join(&root, &place)))
            .find(|found| *found != Value::Unknown)
            .unwrap_or(Value::Unknown)
    }

    fn submodule(&self, resolver: &Resolver<'_>, module: &Module, name: &str) -> Value {
        match module {
            Module::File(file) => {
                let path = resolver.path(*file);
                let is_package = path
                    .rsplit('/')
                    .next()
                    .is_some_and(|file| matches!(file, "__init__.py" | "__init__.pyi"));
                if is_package {
                    at(resolver, &join(folder_of(&path), name))
                } else {
                    Value::Unknown
                }
            }
            Module::Package(folder) => at(resolver, &join(folder, name)),
        }
    }

    fn package_member(&self, resolver: &Resolver<'_>, package: &str, name: &str) -> Value {
        at(resolver, &join(package, name))
    }

    /// It may come with a `*`.
    fn free(&self, resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
        let links = resolver.links(file);
        for (import, _) in (0..).zip(&links.imports).filter(|(_, i)| i.what == Imported::All) {
            let found = resolver.import(file, import, 0).map(|module| match module {
                Value::Module(module) => resolver.module_member(module, name, 1),
                _ => Value::Unknown,
            });
            if !matches!(found, Value::Unknown | Value::Outside(_)) {
                return found;
            }
        }
        Value::outside(name)
    }

    fn constructor(&self) -> &'static str {
        "__init__"
    }

    fn has_one_line(&self) -> bool {
        true
    }

    fn passes_imports_on(&self) -> bool {
        true
    }

    fn keeps_outside(&self) -> bool {
        true
    }

    /// Iterating: `__iter__` says what, members of an enumeration are its instances.
    fn element(&self, resolver: &Resolver<'_>, of: &Value) -> Option<Value> {
        match of {
            Value::Thing(class) if resolver.kind(*class) == ItemKind::Class => {
                let is_enum = is_enumeration(resolver, *class);
                Some(if is_enum { Value::Instance(*class, [].into()) } else { of.clone() })
            }
            Value::Instance(class, _) if resolver.kind(*class) == ItemKind::Class => {
                let by_method = iterated(resolver, of);
                Some(by_method.unwrap_or_else(|| {
                    // A container that does not lie here: `class Orders(list[Order])`.
                    let mut line = resolver.line(*class);
                    line.retain(|one| !matches!(one, Value::Instance(..)));
                    resolver.elements(&Value::many(line))
                }))
            }
            _ => None,
        }
    }

    /// A keyword is a field where the class lists its fields and does not say how
    /// it is made.
    fn key_leads(&self, resolver: &Resolver<'_>, file: FileId, expr: ExprId) -> bool {
        let links = resolver.links(file);
        let Expr::Member(of, name) = links.expr(expr) else { return true };
        let made = resolver.eval(file, *of);
        let is_field = |def: Def| {
            let links = resolver.links(def.file);
            let item = links.item(def.item);
            item.kind == ItemKind::Value && item.declared
        };
        made.each().iter().all(|one| {
            let has = |maker| resolver.member(one, maker).things().next().is_some();
            matches!(one, Value::Instance(..))
                && !has("__init__")
                && !has("__new__")
                && resolver.member(one, links.text(*name)).things().all(is_field)
        })
    }

    fn common_members(&self) -> &'static [&'static str] {
        COMMON
    }
}

/// What the methods of an instance say of iterating it.
fn iterated(resolver: &Resolver<'_>, of: &Value) -> Option<Value> {
    let given = |of: &Value, name: &str| {
        let method = resolver.member(of, name);
        method.things().next()?;
        Some(method.map(|method| resolver.call(method)))
    };
    let next = |of: &Value| given(of, "__next__").or_else(|| given(of, "__anext__"));
    let iterator = given(of, "__iter__").or_else(|| given(of, "__aiter__"));
    let Some(iterator) = iterator else { return given(of, "__getitem__") };
    // An iterator often gives itself.
    Some(iterator.map(|one| match one {
        Value::Instance(..) => next(one).unwrap_or(Value::Unknown),
        other => resolver.elements(other),
    }))
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn up(folder: &str) -> Option<&str> {
    if folder.is_empty() { None } else { Some(folder_of(folder)) }
}

/// The module at a place, without its ending.
fn at(resolver: &Resolver<'_>, place: &str) -> Value {
    let place = place.trim_end_matches('/');
    if !place.is_empty() {
        let paths: Vec<String> = ENDINGS.iter().map(|ending| format!("{place}{ending}")).collect();
        let file = resolver.first_file(&paths);
        if file != Value::Unknown {
            return file;
        }
    }
    if resolver.projects().holds_python(place) {
        return Value::Module(Module::Package(place.into()));
    }
    Value::Unknown
}

/// The folders that names of modules start from, for a file of `folder`.
fn roots(resolver: &Resolver<'_>, folder: &str, first: &str) -> Vec<String> {
    let mut roots: Vec<String> = Vec::new();
    let mut add = |root: String| {
        if !roots.contains(&root) {
            roots.push(root);
        }
    };
    let around: Vec<&str> = std::iter::successors(Some(folder), |inner| up(inner)).collect();
    let mut projects: Vec<String> = vec![String::new()];
    for manifest in MANIFESTS {
        projects.extend(resolver.projects().folders_of(manifest).into_iter().take(MAX_PROJECTS));
    }
    let (own, others): (Vec<&String>, Vec<&String>) =
        projects.iter().partition(|project| around.contains(&project.as_str()));
    for project in own {
        SOURCES.iter().for_each(|source| add(join(project, source)));
    }
    if !STANDARD.contains(&first) {
        around.iter().for_each(|folder| add((*folder).to_owned()));
    }
    for project in others {
        SOURCES.iter().for_each(|source| add(join(project, source)));
    }
    roots
}

fn is_enumeration(resolver: &Resolver<'_>, class: Def) -> bool {
    let mut next = vec![class];
    for _ in 0..8 {
        let Some(class) = next.pop() else { return false };
        for base in resolver.bases(class).each() {
            match base {
                Value::Known(name, _) | Value::Outside(name)
                    if name.ends_with("Enum") || name.ends_with("Flag") =>
                {
                    return true;
                }
                Value::Instance(base, _) => next.push(*base),
                _ => {}
            }
        }
    }
    false
}

/// Modules that come with Python; a file beside the importing one does not hide them.
const STANDARD: &[&str] = &[
    "abc",
    "aifc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "bdb",
    "binascii",
    "bisect",
    "builtins",
    "bz2",
    "calendar",
    "cgi",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "collections",
    "colorsys",
    "compileall",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "cProfile",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "doctest",
    "email",
    "encodings",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "imaplib",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "multiprocessing",
    "netrc",
    "numbers",
    "operator",
    "optparse",
    "os",
    "parser",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "socketserver",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tarfile",
    "telnetlib",
    "tempfile",
    "termios",
    "test",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "turtle",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "wsgiref",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
];

const COMMON: &[&str] = &[
    "add",
    "all",
    "any",
    "append",
    "args",
    "build",
    "call",
    "clear",
    "close",
    "commit",
    "copy",
    "count",
    "create",
    "data",
    "decode",
    "delete",
    "encode",
    "end",
    "endswith",
    "error",
    "execute",
    "exists",
    "extend",
    "filter",
    "find",
    "first",
    "flush",
    "format",
    "get",
    "group",
    "groups",
    "headers",
    "id",
    "index",
    "info",
    "insert",
    "items",
    "join",
    "keys",
    "kind",
    "last",
    "len",
    "length",
    "level",
    "line",
    "load",
    "lower",
    "match",
    "max",
    "message",
    "min",
    "mode",
    "name",
    "next",
    "open",
    "parent",
    "parse",
    "path",
    "pop",
    "put",
    "read",
    "remove",
    "replace",
    "reset",
    "result",
    "run",
    "save",
    "search",
    "send",
    "set",
    "shape",
    "size",
    "sort",
    "split",
    "start",
    "startswith",
    "status",
    "stop",
    "strip",
    "sub",
    "sum",
    "test",
    "text",
    "title",
    "type",
    "update",
    "upper",
    "url",
    "value",
    "values",
    "version",
    "wait",
    "write",
];

#[cfg(test)]
mod tests;
