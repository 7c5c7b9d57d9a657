//! The symbols that are asked for, and where a compiler says they are used.
//!
//! **What counts**
//! - A symbol that other files can name, with one definition, in a file that people wrote.
//!   Tests count. One with several definitions (overloads, merged declarations, a function
//!   defined again) is left out: nobody agrees which of its places is *the* definition.
//! - A use is a file and a line outside the line of the definition, import lines included.
//!   A line counts once, however often it names the symbol.
//! - Only files that the compiler read are judged. It says nothing about others.
//!
//! **What is left out, by the ways of the two indexers**
//! - Files and modules (`/`, `__init__:`), parameters and type parameters.
//! - Keys of object literals, which scip-typescript writes `key0:`. Where their type is known
//!   they are uses of its property, and that is recorded too; elsewhere they are values. They
//!   are more than all other symbols together, and hardly any is ever used.
//! - Members of a type literal within a signature: as local as the parameter they describe.
//! - `C#<constructor>`, to which scip-typescript leads `new C`. A person says that this uses
//!   `C`, so its uses are added to those of the class.
//! - Accessors are properties, under the name without `<get>` and `<set>`. A getter and a
//!   setter of one name are two definitions, and all uses are recorded of one of them only.
//!
//! **Known limits:** where the compiler does not know a type (an untyped parameter of Python,
//! a package that is not installed), it does not say what a member of it is. An answer that
//! is right there counts as wrong, for everyone who gives it. The same holds for the value of
//! `{ name }`, of which scip-typescript records the key alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use tree_sitter::{Node, Parser, Point};
use twox_hash::XxHash3_64;
use ymera_code_index::{FileClass, Language};

use super::scip::{Document, Suffix, last_part};

const CONSTRUCTOR: &str = "<constructor>";
/// Ends of files that declare what is written elsewhere.
const DECLARATIONS: [&str; 3] = [".d.ts", ".d.mts", ".d.cts"];

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Classes, interfaces, enums, aliases.
    Type,
    Function,
    Method,
    Property,
    Variable,
}

impl Kind {
    pub(super) const ALL: [Kind; 5] =
        [Self::Type, Self::Function, Self::Method, Self::Property, Self::Variable];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Function => "function",
            Self::Method => "method",
            Self::Property => "property",
            Self::Variable => "variable",
        }
    }

    /// Whether it is code that runs when it is called. A class is not: what runs is a
    /// method of it, and most of its uses are types.
    pub(super) fn is_callable(self) -> bool {
        matches!(self, Self::Function | Self::Method)
    }
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) path: String,
    /// From 1.
    pub(super) line: u32,
}

/// A symbol that can be asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) place: Place,
    /// Another symbol is defined on the same line, so that the place does not tell it.
    pub(super) shares_line: bool,
    pub(super) uses: BTreeSet<Place>,
}

/// What a compiler says of a repository.
#[derive(Debug)]
pub(super) struct Truth {
    /// In order of place.
    pub(super) symbols: Vec<Symbol>,
    /// The files about which it says anything that counts.
    pub(super) judged: BTreeSet<String>,
    /// Symbols on a shared line whose name does not tell them either.
    pub(super) ambiguous: usize,
}

/// Reads an index of the repository in `root`.
pub(super) fn of(documents: &[Document], root: &Path) -> anyhow::Result<Truth> {
    let judged: BTreeSet<String> = documents
        .iter()
        .filter(|document| is_written(&document.path))
        .map(|document| document.path.clone())
        .collect();
    let mut found: BTreeMap<&str, Found> = BTreeMap::new();
    for document in documents.iter().filter(|document| judged.contains(&document.path)) {
        for occurrence in &document.occurrences {
            let found = found.entry(&occurrence.symbol).or_default();
            let place = Place { path: document.path.clone(), line: occurrence.line };
            if occurrence.is_definition {
                found.definitions.push((place, occurrence.column));
            } else {
                found.uses.insert(place);
            }
        }
    }
    let mut symbols: Vec<(Symbol, u32)> =
        found.iter().filter_map(|(symbol, at)| asked(symbol, at, &found)).collect();
    symbols.sort_by(|(a, _), (b, _)| (&a.place, &a.name).cmp(&(&b.place, &b.name)));
    let ambiguous = mark_shared_lines(&mut symbols);
    name_functions(&mut symbols, root)?;
    let symbols = symbols.into_iter().map(|(symbol, _)| symbol).collect();
    Ok(Truth { symbols, judged, ambiguous })
}

/// The `count` symbols whose places and names have the lowest hashes, so that every kind
/// is there in its natural proportion, and the same ones in every run.
pub(super) fn sample(mut symbols: Vec<Symbol>, count: usize) -> Vec<Symbol> {
    symbols.sort_by_cached_key(|symbol| {
        let Place { path, line } = &symbol.place;
        XxHash3_64::oneshot(format!("{path}:{line}:{}", symbol.name).as_bytes())
    });
    symbols.truncate(count);
    symbols
}

/// Where a symbol stands. The number is the column of a definition.
#[derive(Default)]
struct Found {
    definitions: Vec<(Place, u32)>,
    uses: BTreeSet<Place>,
}

/// The symbol, if it counts, and the column of its name.
fn asked(symbol: &str, at: &Found, all: &BTreeMap<&str, Found>) -> Option<(Symbol, u32)> {
    let [(place, column)] = &at.definitions[..] else { return None };
    let part = last_part(symbol)?;
    let is_member = part.before.ends_with(['#', ':']);
    let kind = match part.suffix {
        Suffix::Type => Kind::Type,
        Suffix::Method if part.name == CONSTRUCTOR => return None,
        Suffix::Method if accessed(&part.name).is_some() => {
            let other = match symbol.replace("`<get>", "`<set>") {
                other if other == symbol => symbol.replace("`<set>", "`<get>"),
                other => other,
            };
            if all.get(other.as_str()).is_some_and(|other| !other.definitions.is_empty()) {
                return None;
            }
            Kind::Property
        }
        Suffix::Method if is_member => Kind::Method,
        Suffix::Method => Kind::Function,
        Suffix::Term if is_member => Kind::Property,
        Suffix::Term => Kind::Variable,
        _ => return None,
    };
    let in_signature = [")typeLiteral", ").typeLiteral", "]typeLiteral"];
    if in_signature.iter().any(|way| part.before.contains(way)) {
        return None;
    }
    let mut uses = at.uses.clone();
    if kind == Kind::Type
        && let Some(constructor) = all.get(format!("{symbol}`{CONSTRUCTOR}`().").as_str())
    {
        uses.extend(constructor.uses.iter().cloned());
    }
    uses.remove(place);
    let name = accessed(&part.name).map(str::to_owned).unwrap_or(part.name);
    Some((Symbol { name, kind, place: place.clone(), shares_line: false, uses }, *column))
}

/// The name of the property that an accessor is of.
fn accessed(name: &str) -> Option<&str> {
    name.strip_prefix("<get>").or_else(|| name.strip_prefix("<set>"))
}

/// Marks symbols that share their line, and drops those of them that share their name with
/// another of the file too. Returns how many were dropped.
fn mark_shared_lines(symbols: &mut Vec<(Symbol, u32)>) -> usize {
    let mut on_line: BTreeMap<Place, usize> = BTreeMap::new();
    let mut in_file: BTreeMap<(String, String), usize> = BTreeMap::new();
    let of_file = |symbol: &Symbol| (symbol.place.path.clone(), symbol.name.clone());
    for (symbol, _) in &*symbols {
        *on_line.entry(symbol.place.clone()).or_default() += 1;
        *in_file.entry(of_file(symbol)).or_default() += 1;
    }
    for (symbol, _) in &mut *symbols {
        symbol.shares_line = on_line[&symbol.place] > 1;
    }
    let before = symbols.len();
    symbols.retain(|(symbol, _)| !symbol.shares_line || in_file[&of_file(symbol)] == 1);
    before - symbols.len()
}

/// Turns variables and properties that hold a function from the start into functions and
/// methods, which they are to whoever calls them. `symbols` stand in order of place.
fn name_functions(symbols: &mut [(Symbol, u32)], root: &Path) -> anyhow::Result<()> {
    let mut parser = Parser::new();
    for of_file in symbols.chunk_by_mut(|(a, _), (b, _)| a.place.path == b.place.path) {
        let path = root.join(&of_file[0].0.place.path);
        let text = std::fs::read(&path)
            .with_context(|| format!("cannot read `{}`, which was indexed", path.display()))?;
        let Some(language) = Language::detect(&path, &text) else { continue };
        parser.set_language(&language.grammar())?;
        let Some(tree) = parser.parse(&text, None) else { continue };
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        for (symbol, column) in of_file {
            let of_function = match symbol.kind {
                Kind::Property => Kind::Method,
                Kind::Variable => Kind::Function,
                _ => continue,
            };
            let row = symbol.place.line as usize - 1;
            let Some(line) = lines.get(row) else { continue };
            let point = Point::new(row, bytes_before(line, *column));
            if holds_function(tree.root_node(), point) {
                symbol.kind = of_function;
            }
        }
    }
    Ok(())
}

/// Bytes of a line before so many units of UTF-16.
fn bytes_before(line: &[u8], units: u32) -> usize {
    let text = String::from_utf8_lossy(line);
    let mut left = units as usize;
    let mut bytes = 0;
    for sign in text.chars() {
        if left == 0 {
            break;
        }
        left = left.saturating_sub(sign.len_utf16());
        bytes += sign.len_utf8();
    }
    bytes
}

/// Whether the name at `point` is declared with a function as its value.
fn holds_function(root: Node<'_>, point: Point) -> bool {
    let name = root.named_descendant_for_point_range(point, point);
    let declared = name.and_then(|name| Some((name, name.parent()?)));
    let Some((name, declaration)) = declared else { return false };
    let value = declaration.child_by_field_name("value");
    value.is_some_and(|value| {
        let kinds = ["arrow_function", "function_expression", "generator_function", "lambda"];
        value.id() != name.id() && kinds.contains(&value.kind())
    })
}

/// Whether people wrote the file, and here.
fn is_written(path: &str) -> bool {
    let class = FileClass::of(path);
    !matches!(class, FileClass::Generated | FileClass::Vendored)
        && !DECLARATIONS.iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests;
