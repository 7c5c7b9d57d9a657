//! Uses by name, for languages of which only definitions are known.
//!
//! A file that holds the name is parsed, so that comments and strings are no
//! uses. Where the repository defines the name once, a use of it likely means
//! that definition.

use memchr::memmem;
use tree_sitter::{Node, Parser, Tree};

use super::start::Start;
use crate::candidates::candidates;
use crate::error::IndexError;
use crate::language::Language;
use crate::literals::Literals;
use crate::read::{FileRead, read_file};
use crate::resolve::rules::family;
use crate::resolve::{Confidence, Resolver};
use crate::symbol::Symbol;

/// Files that are read for one name.
const MAX_FILES: usize = 500;
/// Longer files are taken as they are.
const MAX_PARSED: usize = 512 * 1024;

/// The places of the same language that name a symbol, and how sure they are.
pub(super) fn uses(
    resolver: &Resolver<'_>,
    start: &Start,
    symbol: &Symbol,
) -> Result<(Vec<(String, u32)>, Confidence), IndexError> {
    let root = resolver.root;
    let own = resolver.file(&start.path).and_then(|file| resolver.language(file));
    let Some(own) = own else { return Ok((Vec::new(), Confidence::Name)) };
    let name = symbol.name.as_str();
    let mut found = Vec::new();
    let mut parser = Parser::new();
    let files = candidates(root, &Literals::of_text(name), resolver.cancel())?;
    for (_, path) in files.into_iter().take(MAX_FILES) {
        resolver.check()?;
        let language = resolver.file(&path).and_then(|file| resolver.language(file));
        let Some(language) = language.filter(|its| family(its.name()) == family(own.name())) else {
            continue;
        };
        let max = root.state.options.max_file_bytes;
        let FileRead::Text(read) = read_file(&root.state.root, &path, max) else { continue };
        let before = found.len();
        let tree = parse(&mut parser, language, &read.text);
        for at in memmem::find_iter(read.text.as_bytes(), name.as_bytes()) {
            let is_use = is_word(&read.text, at, name.len())
                && tree.as_ref().is_none_or(|tree| is_code(tree, at, name.len()));
            if is_use {
                found.push((path.clone(), line_of(&read.text, at)));
            }
        }
        if found.len() > before {
            let symbols = root.symbols(&path)?.unwrap_or_default();
            let defines =
                |line: u32| symbols.iter().any(|its| its.line == line && its.name == name);
            found.retain(|(its, line)| *its != path || !defines(*line));
        }
    }
    found.dedup();
    let alone = resolver.definition_paths(name)?.len() == 1;
    Ok((found, if alone { Confidence::Likely } else { Confidence::Name }))
}

fn parse(parser: &mut Parser, language: Language, text: &str) -> Option<Tree> {
    if text.len() > MAX_PARSED {
        return None;
    }
    parser.set_language(&language.grammar()).ok()?;
    parser.parse(text, None)
}

/// Neither in a comment nor in a string.
fn is_code(tree: &Tree, at: usize, length: usize) -> bool {
    let mut node: Option<Node<'_>> = tree.root_node().descendant_for_byte_range(at, at + length);
    while let Some(inner) = node {
        let kind = inner.kind();
        // A name put into a string is code again.
        if kind.contains("interpolation") || kind.contains("substitution") {
            return true;
        }
        if kind.contains("comment") || kind.contains("string") {
            return false;
        }
        node = inner.parent();
    }
    true
}

fn line_of(text: &str, at: usize) -> u32 {
    let before = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

fn is_word(text: &str, at: usize, length: usize) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let before = text[..at].chars().next_back();
    let after = text[at + length..].chars().next();
    !before.is_some_and(is_part) && !after.is_some_and(is_part)
}
