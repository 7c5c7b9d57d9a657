//! Uses by name, for languages of which only definitions are known.

use memchr::memmem;

use super::start::Start;
use crate::candidates::candidates;
use crate::error::IndexError;
use crate::language::Language;
use crate::literals::Literals;
use crate::read::{FileRead, read_file};
use crate::resolve::Resolver;
use crate::resolve::rules::family;
use crate::symbol::Symbol;

/// Files that are read for one name.
const MAX_FILES: usize = 500;

/// The lines of the same language that hold the symbol's name as a word, but
/// for that of its definition.
pub(super) fn lines(
    resolver: &Resolver<'_>,
    start: &Start,
    symbol: &Symbol,
) -> Result<Vec<(String, u32)>, IndexError> {
    let root = resolver.root;
    let Some(own) = resolver.file(&start.path).and_then(|file| resolver.language(file)) else {
        return Ok(Vec::new());
    };
    let name = symbol.name.as_str();
    let mut found = Vec::new();
    let files = candidates(root, &Literals::of_text(name), resolver.cancel())?;
    for (_, path) in files.into_iter().take(MAX_FILES) {
        resolver.check()?;
        let language = resolver.file(&path).and_then(|file| resolver.language(file));
        if family(language.map_or("", Language::name)) != family(own.name()) {
            continue;
        }
        let max = root.state.options.max_file_bytes;
        let FileRead::Text(read) = read_file(&root.state.root, &path, max) else { continue };
        for (at, line) in (1..).zip(read.text.lines()) {
            if holds_word(line, name) && (path != start.path || at != symbol.line) {
                found.push((path.clone(), at));
            }
        }
    }
    Ok(found)
}

fn holds_word(line: &str, name: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    memmem::find_iter(line.as_bytes(), name.as_bytes()).any(|at| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}
