//! How functions, types, constants and files are named.

use std::collections::BTreeMap;

use super::{Convention, percent};
use crate::cancel::{Cancel, Cancelled};
use crate::file_class::FileClass;
use crate::language::Language;
use crate::project::FileFacts;
use crate::symbol::{Symbol, SymbolKind};

/// Files whose symbols are looked at, evenly spread.
const MAX_FILES: usize = 200;
/// Languages that are told about.
const MAX_LANGUAGES: usize = 3;
/// Fewer names show no habit.
const LEAST_NAMES: u64 = 10;
/// A weaker habit is none.
const LEAST_SHARE: u8 = 60;

/// How a name is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Style {
    Snake,
    Camel,
    Pascal,
    Screaming,
    Kebab,
    /// One word in small letters: what most styles have in common.
    Word,
}

impl Style {
    fn as_str(self) -> &'static str {
        match self {
            Style::Snake => "snake_case",
            Style::Camel => "camelCase",
            Style::Pascal => "PascalCase",
            Style::Screaming => "SCREAMING_SNAKE_CASE",
            Style::Kebab => "kebab-case",
            Style::Word => "lowercase",
        }
    }

    /// The style of a name; none where it has no letters or mixes styles.
    pub(super) fn of(name: &str) -> Option<Style> {
        let name = name.trim_matches('_');
        let first = name.chars().next()?;
        let upper = name.chars().any(char::is_uppercase);
        let lower = name.chars().any(char::is_lowercase);
        let (dash, underscore) = (name.contains('-'), name.contains('_'));
        match (upper, lower, underscore, dash) {
            (false, true, false, false) => Some(Style::Word),
            (false, true, true, false) => Some(Style::Snake),
            (false, true, false, true) => Some(Style::Kebab),
            (true, false, _, false) if name.chars().count() > 1 => Some(Style::Screaming),
            (true, true, false, false) if first.is_uppercase() => Some(Style::Pascal),
            (true, true, false, false) => Some(Style::Camel),
            _ => None,
        }
    }
}

/// Names of one sort with their styles, and an example of each.
#[derive(Default)]
struct Tally(BTreeMap<Style, (u64, Option<(String, u32)>)>);

impl Tally {
    fn add(&mut self, style: Style, path: &str, line: u32) {
        let entry = self.0.entry(style).or_default();
        entry.0 += 1;
        if entry.1.is_none() {
            entry.1 = Some((path.to_owned(), line));
        }
    }

    /// The strongest style; single words count for it where it allows them.
    fn habit(&self, topic: String) -> Option<Convention> {
        let total: u64 = self.0.values().map(|(count, _)| count).sum();
        let telling = self.0.iter().filter(|(style, _)| **style != Style::Word);
        let (style, (count, place)) = telling.max_by_key(|(_, (count, _))| *count)?;
        let words = self.0.get(&Style::Word).map_or(0, |(count, _)| *count);
        let allows = matches!(style, Style::Snake | Style::Camel | Style::Kebab);
        let fitting = count + if allows { words } else { 0 };
        let share = percent(fitting, total);
        if total < LEAST_NAMES || share < LEAST_SHARE || *count * 20 < total {
            return None;
        }
        let (path, line) = place.clone()?;
        let value = style.as_str().to_owned();
        Some(Convention { topic, value, share: Some(share), count: Some(total), path, line })
    }
}

/// What was seen in the sample.
pub(super) struct Seen {
    names: Vec<((String, &'static str), Tally)>,
    /// Files of Rust with tests inside, of how many, and the first.
    pub(super) inline_tests: (u64, u64, Option<(String, u32)>),
}

/// Reads the symbols of an even sample of the files of code.
pub(super) fn look(
    files: &[FileFacts<'_>],
    symbols: &mut dyn FnMut(&str) -> Vec<Symbol>,
    cancel: &Cancel,
) -> Result<Seen, Cancelled> {
    let mut code: Vec<&FileFacts<'_>> = files.iter().filter(|file| is_code(file)).collect();
    // The first of a style is shown as its example.
    code.sort_by_key(|file| FileClass::of(file.path));
    let step = code.len().div_ceil(MAX_FILES).max(1);
    let languages = main_languages(&code);
    let mut tallies: BTreeMap<(usize, u8), Tally> = BTreeMap::new();
    let mut inline_tests = (0, 0, None);
    for file in code.iter().step_by(step) {
        cancel.check()?;
        let Some(language) = file.language else { continue };
        let Some(place) = languages.iter().position(|known| *known == family(language)) else {
            continue;
        };
        let found = symbols(file.path);
        if language == "rust" && FileClass::of(file.path) == FileClass::Source {
            inline_tests.1 += 1;
            let tests = found.iter().find(|one| {
                one.kind == SymbolKind::Module && matches!(one.name.as_str(), "tests" | "test")
            });
            if let Some(tests) = tests {
                inline_tests.0 += 1;
                inline_tests.2.get_or_insert((file.path.to_owned(), tests.line));
            }
        }
        for symbol in found {
            let Some(group) = group(symbol.kind) else { continue };
            // `__init__`, `operator==` and the like are the language's own.
            if symbol.name.starts_with("__") || language == "go" && group == 2 {
                continue;
            }
            if let Some(style) = Style::of(&symbol.name) {
                // Go tells what is public by a capital.
                let style = match style {
                    Style::Pascal if language == "go" && group == 0 => Style::Camel,
                    style => style,
                };
                tallies.entry((place, group)).or_default().add(style, file.path, symbol.line);
            }
        }
    }
    let named = |((place, group), tally): ((usize, u8), Tally)| {
        ((languages[place].to_owned(), GROUPS[usize::from(group)]), tally)
    };
    Ok(Seen { names: tallies.into_iter().map(named).collect(), inline_tests })
}

const GROUPS: [&str; 3] = ["functions", "types", "constants"];

fn group(kind: SymbolKind) -> Option<u8> {
    Some(match kind {
        SymbolKind::Function | SymbolKind::Method => 0,
        SymbolKind::Class
        | SymbolKind::Struct
        | SymbolKind::Enum
        | SymbolKind::Interface
        | SymbolKind::Trait
        | SymbolKind::Type
        | SymbolKind::Union => 1,
        SymbolKind::Constant => 2,
        _ => return None,
    })
}

/// TypeScript with and without markup has one style.
fn family(language: &str) -> &str {
    match language {
        "tsx" => "typescript",
        other => other,
    }
}

fn is_code(file: &FileFacts<'_>) -> bool {
    let class = FileClass::of(file.path);
    let language = file.language.and_then(Language::from_name);
    language.is_some_and(Language::is_source)
        && matches!(class, FileClass::Source | FileClass::Test | FileClass::Example)
        && !matches!(file.language, Some("html" | "css" | "sql" | "make" | "cmake" | "bash"))
}

/// The languages of most bytes.
fn main_languages<'f>(code: &[&FileFacts<'f>]) -> Vec<&'f str> {
    let mut bytes: BTreeMap<&str, u64> = BTreeMap::new();
    for file in code {
        *bytes.entry(family(file.language.unwrap_or_default())).or_default() += file.bytes;
    }
    let total: u64 = bytes.values().sum();
    let mut languages: Vec<(&str, u64)> = bytes.into_iter().collect();
    languages.retain(|(_, own)| own * 20 >= total);
    languages.sort_by_key(|(language, own)| (std::cmp::Reverse(*own), *language));
    languages.truncate(MAX_LANGUAGES);
    languages.into_iter().map(|(language, _)| language).collect()
}

/// The habits of naming, the main language's first.
pub(super) fn names(seen: &Seen) -> Vec<Convention> {
    let habit = |((language, group), tally): &((String, &'static str), Tally)| {
        let mut habit = tally.habit(format!("{language} {group}"))?;
        if language == "go" && habit.value == "camelCase" {
            "camelCase, PascalCase where exported".clone_into(&mut habit.value);
        }
        Some(habit)
    };
    seen.names.iter().filter_map(habit).collect()
}

/// How files are named.
pub(super) fn file_names(files: &[FileFacts<'_>]) -> Vec<Convention> {
    let mut code: Vec<&FileFacts<'_>> = files.iter().filter(|file| is_code(file)).collect();
    code.sort_by_key(|file| FileClass::of(file.path));
    let mut habits = Vec::new();
    for language in main_languages(&code) {
        let mut tally = Tally::default();
        for file in code.iter().filter(|file| file.language.map(family) == Some(language)) {
            let name = file.path.rsplit('/').next().unwrap_or(file.path);
            let stem = name.split('.').next().unwrap_or(name);
            if let Some(style) = Style::of(stem) {
                tally.add(style, file.path, 1);
            }
        }
        habits.extend(tally.habit(format!("{language} file names")));
    }
    habits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_told_apart() {
        let cases = [
            ("parse_url", Some(Style::Snake)),
            ("_private_thing", Some(Style::Snake)),
            ("parseUrl", Some(Style::Camel)),
            ("HttpServer", Some(Style::Pascal)),
            ("MAX_SIZE", Some(Style::Screaming)),
            ("MAX", Some(Style::Screaming)),
            ("my-file", Some(Style::Kebab)),
            ("run", Some(Style::Word)),
            ("T", None),
            ("Mixed_Case", None),
            ("_", None),
            ("", None),
        ];
        for (name, want) in cases {
            assert_eq!(Style::of(name), want, "{name}");
        }
    }
}
