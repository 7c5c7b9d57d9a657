//! The definitions that a question is about.

use super::{TraceQuery, Traced};
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::links::ItemKind;
use crate::resolve::Resolver;
use crate::resolve::value::Def;
use crate::symbol::Symbol;
use crate::workspace::{RootQuery, Workspace};

use super::MAX_SYMBOLS;

/// One definition, before its file is read for names.
pub(crate) struct Start {
    /// The root, by its place.
    pub(crate) root: usize,
    /// The file, inside the root.
    pub(crate) path: String,
    /// The line of the name where one was asked for.
    pub(crate) line: Option<u32>,
    /// What the index knows of it; none where only the line was given.
    pub(crate) symbol: Option<Symbol>,
}

/// Finds what `query.symbol` means.
pub(crate) fn find(
    workspace: &Workspace,
    roots: &[RootQuery<'_>],
    query: &TraceQuery,
    cancel: &Cancel,
) -> Result<Vec<Start>, IndexError> {
    let asked = query.symbol.trim().trim_end_matches("()");
    if let Some((path, line)) = as_place(asked) {
        return at_place(workspace, path, line, cancel);
    }
    let wanted = match &query.path {
        Some(path) => Some(locate(workspace, path)?),
        None => None,
    };
    let mut starts = Vec::new();
    for hit in workspace.symbols_named(roots, asked, MAX_SYMBOLS, cancel)? {
        let Some((root, path)) = workspace.roots().locate(&hit.path) else { continue };
        let is_wanted = wanted.as_ref().is_none_or(|wanted| *wanted == (root, path.clone()));
        if is_wanted {
            let line = Some(hit.symbol.line);
            starts.push(Start { root, path, line, symbol: Some(hit.symbol) });
        }
    }
    Ok(starts)
}

fn locate(workspace: &Workspace, path: &str) -> Result<(usize, String), IndexError> {
    let unknown = || IndexError::UnknownFile { path: path.to_owned() };
    workspace.roots().locate(path).ok_or_else(unknown)
}

/// Reads `path:line`.
fn as_place(asked: &str) -> Option<(&str, u32)> {
    let (path, line) = asked.rsplit_once(':')?;
    let line = line.parse().ok()?;
    (!path.is_empty() && !path.ends_with(':')).then_some((path, line))
}

/// The symbols whose names stand on a line, without what stands inside another of
/// them; else the innermost one around it.
fn at_place(
    workspace: &Workspace,
    path: &str,
    line: u32,
    cancel: &Cancel,
) -> Result<Vec<Start>, IndexError> {
    let symbols = workspace.known_symbols(path, cancel)?;
    let (root, inside) = locate(workspace, path)?;
    let named: Vec<&Symbol> = symbols.iter().filter(|symbol| symbol.line == line).collect();
    if named.len() > 1 {
        let outer = named.iter().filter(|symbol| !named.iter().any(|one| holds(one, symbol)));
        let start = |symbol: &Symbol| Start {
            root,
            path: inside.clone(),
            line: Some(line),
            symbol: Some(symbol.clone()),
        };
        return Ok(outer.map(|symbol| start(symbol)).collect());
    }
    let around =
        symbols.iter().filter(|symbol| (symbol.start_line..=symbol.end_line).contains(&line));
    let around = around.min_by_key(|symbol| symbol.end_line - symbol.start_line);
    let symbol = named.first().copied().or(around).cloned();
    let line = Some(line);
    Ok(vec![Start { root, path: inside, line, symbol }])
}

/// Whether one symbol is what the other stands in, at any depth.
fn holds(outer: &Symbol, inner: &Symbol) -> bool {
    let Some(container) = &inner.container else { return false };
    let rest = match &outer.container {
        Some(around) => {
            container.strip_prefix(around.as_str()).and_then(|at| at.strip_prefix("::"))
        }
        None => Some(container.as_str()),
    };
    let behind = rest.and_then(|rest| rest.strip_prefix(outer.name.as_str()));
    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with("::"))
}

/// The file that a question is about, as its root and path, where it names one.
pub(super) fn file(workspace: &Workspace, asked: &str, cancel: &Cancel) -> Option<(usize, String)> {
    let asked = asked.trim();
    if !asked.contains(['/', '.']) {
        return None;
    }
    workspace.known_symbols(asked, cancel).ok()?;
    workspace.roots().locate(asked)
}

impl Start {
    /// The items that it is, with those of the same name beside it (overloads).
    pub(crate) fn definitions(&self, resolver: &Resolver<'_>) -> Vec<Def> {
        let Some(file) = resolver.file(&self.path) else { return Vec::new() };
        let links = resolver.links(file);
        let at_line = |line: u32, name: Option<&str>| {
            links.items.iter().position(|item| {
                item.line == line
                    && !links.text(item.name).is_empty()
                    && name.is_none_or(|name| links.text(item.name) == name)
            })
        };
        let symbol = self.symbol.as_ref();
        let own = self.line.and_then(|line| {
            let named = symbol.filter(|symbol| symbol.line == line);
            named
                .and_then(|symbol| at_line(line, Some(&symbol.name)))
                .or_else(|| at_line(line, None))
        });
        let own =
            own.or_else(|| symbol.and_then(|symbol| at_line(symbol.line, Some(&symbol.name))));
        let Some(own) = own else { return Vec::new() };
        let item = &links.items[own];
        let mut all: Vec<Def> =
            resolver.named_items(file, item.parent, item.name).things().collect();
        let own = Def { file, item: u32::try_from(own).unwrap_or(u32::MAX) };
        let kind = item.kind;
        let rules = resolver.rules(file);
        let is_beside = |def: &Def| {
            let is_function = |kind| kind == ItemKind::Function;
            let its = resolver.kind(*def);
            (!rules.has_spaces() || its == kind)
                && (!rules.parts_functions() || is_function(its) == is_function(kind))
        };
        all.retain(|def| *def != own && is_beside(def));
        all.insert(0, own);
        let twins = all.iter().flat_map(|def| resolver.rules(file).twins(resolver, *def));
        let twins: Vec<Def> = twins.collect();
        all.extend(twins.into_iter().filter(|twin| !all.contains(twin)).collect::<Vec<_>>());
        all
    }

    /// The same, where an extension stands for the type that it extends.
    pub(super) fn types(&self, resolver: &Resolver<'_>) -> Vec<Def> {
        let mut all = Vec::new();
        for def in self.definitions(resolver) {
            let extended = match resolver.kind(def) {
                ItemKind::Extension => resolver.extended(def),
                _ => Vec::new(),
            };
            let found = if extended.is_empty() { vec![def] } else { extended };
            all.extend(found.into_iter().filter(|def| !all.contains(def)).collect::<Vec<_>>());
        }
        all
    }

    /// The definition as the index knows it.
    pub(crate) fn traced(&self, root: &RootQuery<'_>) -> Traced {
        let symbol = self.symbol.as_ref();
        Traced {
            name: symbol.map_or_else(String::new, |symbol| symbol.name.clone()),
            path: root.show(&self.path),
            line: symbol.map_or(self.line.unwrap_or(1), |symbol| symbol.line),
            container: symbol.and_then(|symbol| symbol.container.clone()),
        }
    }
}
