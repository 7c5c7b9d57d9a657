//! The files that a comparison reads: which of them may hold a route or a call,
//! their trees, and where names of one lead in another.
//!
//! **Invariants**
//! - Files are read as they are now, never outside the root, never over the size
//!   limit; how many and how much is bounded, and what is left out is counted.
//! - A file that is only needed for a type or a handler is parsed when asked for.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use regex::Regex;
use tree_sitter::{ParseOptions, Parser};

use super::script::wrapper::Asked;
use super::syntax::{At, Source};
use super::url::Template;
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::files::for_each_file;
use crate::language::Language;
use crate::project::is_script;
use crate::read::{FileRead, read_file};
use crate::resolve::Resolver;
use crate::resolve::named::Named;
use crate::watch::is_inside;
use crate::workspace::RootQuery;

/// Files that are looked into.
const MAX_FILES: usize = 30_000;
/// Files that are parsed, and their bytes: trees take ten times as much memory.
const MAX_PARSED: usize = 6_000;
const MAX_BYTES: usize = 40 << 20;
/// A larger file is a bundle or data.
const MAX_FILE: u64 = 1 << 20;
/// A description of an interface may be larger.
const MAX_DESCRIPTION: u64 = 8 << 20;
/// One file is parsed so long at most.
const PARSE_TIME: Duration = Duration::from_secs(2);
/// Uses of names looked at for one file.
const FUEL: u32 = 3_000_000;
/// Files read at once, between two looks whether the question was cancelled.
const BATCH: usize = 256;

/// A description of routes in a file of its own.
pub(crate) struct Description {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What may hold a route or a call.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) sources: Vec<Rc<Source>>,
    pub(crate) descriptions: Vec<Description>,
    /// Files that were left out because there are too many.
    pub(crate) left_out: usize,
}

/// See the module.
pub(crate) struct World<'r, 'q> {
    pub(crate) root: &'r RootQuery<'q>,
    resolver: &'r Resolver<'q>,
    sources: RefCell<HashMap<String, Option<Rc<Source>>>>,
    loaded: Cell<usize>,
    fuel: Cell<u32>,
    /// What functions ask for their callers, by file and start.
    pub(crate) wrappers: RefCell<HashMap<(String, usize), Option<Asked>>>,
    /// What axios puts in front of all paths.
    pub(crate) axios_base: RefCell<Template>,
}

enum Read {
    Source(Source),
    Description(Description),
}

impl<'r, 'q> World<'r, 'q> {
    pub(crate) fn new(root: &'r RootQuery<'q>, resolver: &'r Resolver<'q>) -> World<'r, 'q> {
        World {
            root,
            resolver,
            sources: RefCell::default(),
            loaded: Cell::new(0),
            fuel: Cell::new(FUEL),
            wrappers: RefCell::default(),
            axios_base: RefCell::default(),
        }
    }

    /// Reads all files that may hold something.
    pub(crate) fn gather(&self, cancel: &Cancel) -> Result<Gathered, IndexError> {
        let mut wanted: Vec<(String, u64)> = Vec::new();
        for_each_file(self.root, |path, facts| {
            let bytes = facts.stamp.bytes;
            if kind_of(path).is_some_and(|kind| bytes <= kind.most()) {
                wanted.push((path.to_owned(), bytes));
            }
        });
        wanted.sort_unstable();
        let left_out = wanted.len().saturating_sub(MAX_FILES);
        let mut gathered = Gathered { left_out, ..Gathered::default() };
        wanted.truncate(MAX_FILES);
        let mut bytes = 0;
        for batch in wanted.chunks(BATCH) {
            cancel.check()?;
            let reader = self.root_reader();
            let read: Vec<Read> =
                batch.par_iter().filter_map(|(path, _)| reader.read(path)).collect();
            for one in read {
                match one {
                    Read::Description(one) => gathered.descriptions.push(one),
                    Read::Source(source) => {
                        bytes += source.text.len();
                        if gathered.sources.len() >= MAX_PARSED || bytes > MAX_BYTES {
                            gathered.left_out += 1;
                            continue;
                        }
                        let source = Rc::new(source);
                        self.sources
                            .borrow_mut()
                            .insert(source.path.clone(), Some(Rc::clone(&source)));
                        gathered.sources.push(source);
                    }
                }
            }
        }
        Ok(gathered)
    }

    fn root_reader(&self) -> Reader<'_> {
        let options = &self.root.state.options;
        Reader { root: &self.root.state.root, max: options.max_file_bytes }
    }

    /// A file's tree, parsed when first asked for.
    pub(crate) fn source(&self, path: &str) -> Option<Rc<Source>> {
        if let Some(known) = self.sources.borrow().get(path) {
            return known.clone();
        }
        // Only what the index holds is read.
        let known = self.resolver.file(path).is_some() && self.loaded.get() < MAX_PARSED;
        let source = known.then(|| {
            let text = self.root_reader().text(path, MAX_FILE)?;
            parse(path, text).map(Rc::new)
        });
        self.loaded.set(self.loaded.get() + 1);
        let source = source.flatten();
        self.sources.borrow_mut().insert(path.to_owned(), source.clone());
        source
    }

    /// Where a name that stands in a file leads.
    pub(crate) fn named(&self, path: &str, names: &[&str]) -> Vec<Named> {
        let Some(file) = self.resolver.file(path) else { return Vec::new() };
        if !is_component(path) {
            return self.resolver.named(file, names);
        }
        // Components are not resolved by the index: their imports are read here.
        let Some(source) = self.source(path) else { return Vec::new() };
        let Some((first, rest)) = names.split_first() else { return Vec::new() };
        let imported = super::script::imports(source.root());
        let Some(import) = imported.iter().find(|import| import.local == *first) else {
            return Vec::new();
        };
        let Some(module) = self.resolver.script_module(file, import.module) else {
            return Vec::new();
        };
        let names: Vec<&str> = import.name.into_iter().chain(rest.iter().copied()).collect();
        if names.is_empty() {
            return vec![Named::File(module)];
        }
        let Some(target) = self.resolver.file(&module) else { return Vec::new() };
        let found = self.resolver.named(target, &names);
        match (found.is_empty(), names.as_slice()) {
            (true, [name]) => vec![Named::Missing(module, (*name).to_owned())],
            _ => found,
        }
    }

    /// The file that a module written in another is.
    pub(crate) fn module_file(&self, path: &str, written: &str) -> Option<String> {
        let file = self.resolver.file(path)?;
        if is_component(path) {
            return self.resolver.script_module(file, written);
        }
        self.resolver.module_file(file, written)
    }

    /// Calls `read` with the name's node where a name of a file is defined.
    pub(crate) fn with_definition<T>(
        &self,
        path: &str,
        names: &[&str],
        read: impl Fn(&Source, At<'_>) -> Option<T>,
    ) -> Option<T> {
        self.named(path, names).into_iter().find_map(|found| {
            let Named::Item(path, line, name) = found else { return None };
            let source = self.source(&path)?;
            let at = source.name_at(line, &name)?;
            read(&source, at)
        })
    }

    /// The files and lines that define a name.
    pub(crate) fn defined(&self, name: &str) -> Vec<(String, u32)> {
        let all = self.resolver.definitions(name);
        let place = |def: &crate::resolve::value::Def| {
            let line = self.resolver.links(def.file).item(def.item).line;
            (self.resolver.path(def.file).to_string(), line)
        };
        all.iter().map(place).collect()
    }

    /// Starts the next file.
    pub(crate) fn refuel(&self) {
        self.fuel.set(FUEL);
    }

    /// Takes one step of looking for uses; false when a file had its share.
    pub(crate) fn step(&self) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(1));
        left > 0
    }

    pub(crate) fn check(&self) -> Result<(), IndexError> {
        self.resolver.check()
    }
}

/// Vue and Svelte: script inside a page.
fn is_component(path: &str) -> bool {
    path.ends_with(".vue") || path.ends_with(".svelte")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Description,
}

impl Kind {
    fn most(self) -> u64 {
        match self {
            Kind::Code => MAX_FILE,
            Kind::Description => MAX_DESCRIPTION,
        }
    }
}

/// What a file may hold, told by its path.
fn kind_of(path: &str) -> Option<Kind> {
    let class = FileClass::of(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let (_, ending) = name.rsplit_once('.')?;
    if matches!(ending, "json" | "yaml" | "yml") {
        let is_noise = matches!(class, FileClass::Vendored | FileClass::Locale)
            || ["package", "tsconfig", "pnpm-lock", "package-lock", "composer"]
                .iter()
                .any(|start| name.starts_with(start));
        return (!is_noise).then_some(Kind::Description);
    }
    let is_code = is_script(ending) || matches!(ending, "py" | "rs" | "go" | "java");
    let is_left = matches!(class, FileClass::Test | FileClass::Vendored | FileClass::Docs)
        || name.contains(".min.")
        || name.contains(".stories.")
        || name.contains(".mock.")
        || path
            .split('/')
            .any(|part| matches!(part, "dist" | "mocks" | "__mocks__" | "mock" | "msw"));
    (is_code && !is_left).then_some(Kind::Code)
}

static SCRIPT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\bfetch\b|axios|useSWR|superagent|fastify|express|Router\(|\b[A-Za-z]*[aA]pi\b|\.(?i:get|post|put|patch|delete|del|request)\s*(?:<[^;()]*>)?\(|['"`]/[\w{$:\[-]|export[^\n]*\b(?:GET|POST|PUT|PATCH|DELETE)\b|\}/[\w$]|\breq\.method\b|\bres\.(?:status|json|send)\b"#,
    )
    .ok()
});
static PYTHON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"FastAPI|APIRouter|include_router|[fF]lask|Blueprint|\.route\(|@\w+\.(?:get|post|put|patch|delete|api_route)\(|urlpatterns|add_url_rule|\b(?:requests|httpx|session|client)\.\w+\(").ok()
});
static RUST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"axum|actix|reqwest|Router|ServiceConfig|#\[(?:\w+::)?(?:get|post|put|patch|delete|route)\(").ok()
});
static GO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\.(?:GET|POST|PUT|PATCH|DELETE|Any|Handle|HandleFunc|Group|Get|Post|Put|Patch|Delete|Route|Mount)\(|http\.(?:Get|Post|NewRequest)|gin\.").ok()
});
static JAVA: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"@(?:Request|Get|Post|Put|Patch|Delete)Mapping|[rR]estTemplate|[wW]ebClient|RestClient|@(?:GET|POST|PUT|PATCH|DELETE)\b",
    )
    .ok()
});
static DESCRIPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)(?:^|[{,\s])["']?(?:openapi|swagger)["']?\s*:\s*["']?[23]\."#).ok()
});
/// Servers that only tests see.
static MOCKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"['"](?:msw|nock|miragejs|axios-mock-adapter|supertest)(?:/[\w/]*)?['"]"#).ok()
});

fn holds(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
}

struct Reader<'r> {
    root: &'r std::path::Path,
    max: u64,
}

impl Reader<'_> {
    fn text(&self, path: &str, most: u64) -> Option<String> {
        // A folder on the way may have become a link since the walk.
        if !is_inside(self.root, path) {
            return None;
        }
        match read_file(self.root, path, most.min(self.max)) {
            FileRead::Text(read) => Some(read.text),
            FileRead::Skip(..) | FileRead::Gone => None,
        }
    }

    fn read(&self, path: &str) -> Option<Read> {
        let kind = kind_of(path)?;
        let text = self.text(path, kind.most())?;
        if kind == Kind::Description {
            let head = text.get(..text.floor_char_boundary(64 << 10)).unwrap_or("");
            let path = path.to_owned();
            return holds(&DESCRIPTION, head)
                .then_some(Read::Description(Description { path, text }));
        }
        let ending = path.rsplit('.').next().unwrap_or("");
        let may_hold = match ending {
            "py" => holds(&PYTHON, &text),
            "rs" => holds(&RUST, &text),
            "go" => holds(&GO, &text),
            "java" => holds(&JAVA, &text),
            _ => holds(&SCRIPT, &text) && !(MOCKED.is_some() && holds(&MOCKED, &text)),
        };
        if !may_hold {
            return None;
        }
        parse(path, text).map(Read::Source)
    }
}

/// Parses a file; a component as its script, each line where it was.
pub(crate) fn parse(path: &str, text: String) -> Option<Source> {
    let text = if is_component(path) { script_of(&text) } else { text };
    let language = if is_component(path) {
        Language::from_name("typescript")
    } else {
        Language::detect(std::path::Path::new(path), text.as_bytes())
    }?;
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).ok()?;
    let started = Instant::now();
    let mut watch = |_: &tree_sitter::ParseState| {
        if started.elapsed() > PARSE_TIME {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let bytes = text.as_bytes();
    let mut read = |at: usize, _| bytes.get(at..).unwrap_or_default();
    let options = ParseOptions::new().progress_callback(&mut watch);
    let tree = parser.parse_with_options(&mut read, None, Some(options))?;
    Some(Source { path: path.to_owned(), text, language, tree })
}

/// The script of a component; all else is blank.
fn script_of(text: &str) -> String {
    let mut script = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if inside && trimmed.starts_with("</script") {
            inside = false;
        }
        script.push_str(if inside || line.is_empty() { line } else { "\n" });
        if trimmed.starts_with("<script") && !trimmed.contains("</script") {
            inside = true;
        }
    }
    script
}
