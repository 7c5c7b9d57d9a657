//! What the index keeps of one file, and how a file becomes that.
//!
//! An [`IndexedFile`] is the same thing in the overlay, in the writer's queue
//! and on disk, so a file answers alike wherever it is held.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::extract::{Extraction, Extractor};
use crate::file_class::FileClass;
use crate::language::Language;
use crate::read::{FileRead, FileText, read_file};
use crate::sightings::Unchanged;
use crate::symbol::{Symbol, SymbolKind};
use crate::terms::{Interner, Tallies, Tally, text_terms, write_terms};
use crate::walk::{SkipReason, Stamp};
use crate::words::{cut_at, fold};

/// Longer names are headings or generated; their start is enough to find them.
pub(crate) const MAX_NAME: usize = 200;
/// Splits a name term into folded name, written name and kind.
pub(crate) const NAME_SEPARATOR: char = '\0';

/// One file as the index holds it. The lists are in the written form of
/// [`crate::terms`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IndexedFile {
    pub(crate) path: String,
    pub(crate) facts: Facts,
    pub(crate) symbols: Vec<Symbol>,
    /// [`Links`](crate::links::Links), packed.
    pub(crate) links: Vec<u8>,
    pub(crate) lists: Lists,
}

/// What is known of a file without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) language: Option<Language>,
    pub(crate) class: FileClass,
    pub(crate) stamp: Stamp,
    pub(crate) racy: bool,
    pub(crate) hash: u64,
    pub(crate) lines: u32,
    /// Set where the file is only remembered as one to leave out.
    pub(crate) skip: Option<SkipReason>,
    pub(crate) syntax_errors: bool,
}

impl Facts {
    /// Whether a text is the one that was analysed.
    pub(crate) fn holds(&self, hash: u64, stamp: Stamp) -> bool {
        self.skip.is_none() && self.hash == hash && self.stamp.bytes == stamp.bytes
    }

    /// What a path and a stamp tell alone.
    pub(crate) fn unread(path: &str, stamp: Stamp) -> Facts {
        Facts {
            language: Language::detect(Path::new(path), b""),
            class: FileClass::of(path),
            stamp,
            racy: false,
            hash: 0,
            lines: 0,
            skip: None,
            syntax_errors: false,
        }
    }
}

/// The searchable lists of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lists {
    /// Stems of the text.
    pub(crate) body: String,
    /// Folded whole words of the text.
    pub(crate) words: String,
    /// Stems of symbol names.
    pub(crate) symbols: String,
    /// Whole symbol names with their kinds.
    pub(crate) names: String,
    /// Stems of doc comments.
    pub(crate) docs: String,
    /// Stems of the path.
    pub(crate) path: String,
}

impl IndexedFile {
    /// About how much memory it holds.
    pub(crate) fn weight(&self) -> usize {
        let symbols: usize = self.symbols.iter().map(symbol_weight).sum();
        let lists = &self.lists;
        self.path.len()
            + symbols
            + self.links.len()
            + lists.body.len()
            + lists.words.len()
            + lists.symbols.len()
            + lists.names.len()
            + lists.docs.len()
    }
}

fn symbol_weight(symbol: &Symbol) -> usize {
    let texts = symbol.name.len() + symbol.signature.len();
    let container = symbol.container.as_ref().map_or(0, String::len);
    size_of::<Symbol>() + texts + container + symbol.doc.as_ref().map_or(0, String::len)
}

/// What came of looking at a file.
pub(crate) enum Analysis {
    /// What to keep of it; also of a file to leave out, so that it is not read again.
    File(Box<IndexedFile>),
    /// Its content is one that was known already: the one at this place of the
    /// list. It was not parsed.
    Known(usize, Unchanged),
    /// Nothing to keep: a walk leaves it out by itself.
    LeftOut(SkipReason),
    /// It is not there any more.
    Gone,
}

/// Reads and analyses files; one per thread.
pub(crate) struct Analyst {
    extractor: Extractor,
    interner: Interner,
    tallies: Tallies,
    max_file_bytes: u64,
}

impl Analyst {
    pub(crate) fn new(max_file_bytes: u64) -> Analyst {
        Analyst {
            extractor: Extractor::new(),
            interner: Interner::new(),
            tallies: Tallies::default(),
            max_file_bytes,
        }
    }

    /// Reads and analyses the file at `path` below `root`, unless its content is
    /// one of those known.
    pub(crate) fn analyse(&mut self, root: &Path, path: &str, known: &[Facts]) -> Analysis {
        match read_file(root, path, self.max_file_bytes) {
            FileRead::Text(read) => {
                match known.iter().position(|known| known.holds(read.hash, read.stamp)) {
                    Some(at) => {
                        Analysis::Known(at, Unchanged { stamp: read.stamp, racy: read.racy })
                    }
                    None => Analysis::File(Box::new(self.analyse_text(path, &read))),
                }
            }
            FileRead::Skip(
                reason @ (SkipReason::Binary | SkipReason::NoPermission | SkipReason::Unreadable),
                stamp,
            ) => Analysis::File(Box::new(left_out(path, reason, stamp))),
            FileRead::Skip(reason, _) => Analysis::LeftOut(reason),
            FileRead::Gone => Analysis::Gone,
        }
    }

    /// Analyses a text as the content of `path`.
    pub(crate) fn analyse_text(&mut self, path: &str, read: &FileText) -> IndexedFile {
        self.interner.make_room();
        let text = read.text.as_str();
        let language = detect(path, text);
        let extraction = language.map(|language| self.extract(path, language, text));
        let Extraction { symbols, links, syntax_errors, .. } = extraction.unwrap_or_default();
        let links = links.pack();
        let lists = self.lists(path, text, &symbols);
        let facts = Facts {
            language,
            class: FileClass::of(path),
            stamp: read.stamp,
            racy: read.racy,
            hash: read.hash,
            lines: count_lines(text),
            skip: None,
            syntax_errors,
        };
        IndexedFile { path: path.to_owned(), facts, symbols, links, lists }
    }

    /// Returns only the symbols of a text.
    pub(crate) fn symbols(&mut self, path: &str, text: &str) -> Vec<Symbol> {
        detect(path, text)
            .map(|language| self.extract(path, language, text).symbols)
            .unwrap_or_default()
    }

    /// One file that breaks a parser is searched as text; it must not keep all
    /// others from being indexed.
    fn extract(&mut self, path: &str, language: Language, text: &str) -> Extraction {
        let extractor = &mut self.extractor;
        catch_unwind(AssertUnwindSafe(|| extractor.extract(language, text))).unwrap_or_else(|_| {
            tracing::error!(path, language = language.name(), "the parser failed");
            self.extractor = Extractor::new();
            Extraction { syntax_errors: true, gave_up: true, ..Extraction::default() }
        })
    }

    fn lists(&mut self, path: &str, text: &str, symbols: &[Symbol]) -> Lists {
        let text = text_terms(&mut self.interner, &mut self.tallies, text);
        let names = self.stems(|interner, tally| {
            for symbol in symbols {
                tally.add_text(interner, &symbol.name);
            }
        });
        let docs = self.stems(|interner, tally| {
            for doc in symbols.iter().filter_map(|symbol| symbol.doc.as_deref()) {
                tally.add_text(interner, doc);
            }
        });
        let path = self.stems(|interner, tally| tally.add_text(interner, path));
        Lists {
            body: text.body,
            words: text.words,
            symbols: names,
            names: name_terms(symbols),
            docs,
            path,
        }
    }

    fn stems(&mut self, fill: impl FnOnce(&mut Interner, &mut Tally)) -> String {
        fill(&mut self.interner, &mut self.tallies.parts);
        self.tallies.parts.write(&self.interner)
    }
}

fn detect(path: &str, text: &str) -> Option<Language> {
    let head = &text.as_bytes()[..text.len().min(256)];
    Language::detect(Path::new(path), head)
}

fn left_out(path: &str, reason: SkipReason, stamp: Stamp) -> IndexedFile {
    let facts = Facts { language: None, skip: Some(reason), ..Facts::unread(path, stamp) };
    let (symbols, links, lists) = (Vec::new(), Vec::new(), Lists::default());
    IndexedFile { path: path.to_owned(), facts, symbols, links, lists }
}

fn count_lines(text: &str) -> u32 {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    let open = usize::from(!text.is_empty() && !text.ends_with('\n'));
    u32::try_from(breaks + open).unwrap_or(u32::MAX)
}

fn name_terms(symbols: &[Symbol]) -> String {
    let mut terms: Vec<String> = symbols.iter().filter_map(name_term).collect();
    terms.sort_unstable();
    terms.dedup();
    write_terms(terms.iter().map(String::as_str))
}

/// The term under which a symbol's name is stored.
fn name_term(symbol: &Symbol) -> Option<String> {
    let mut name: String = symbol.name.chars().filter(|c| !c.is_control()).collect();
    if name.len() > MAX_NAME {
        name.truncate(cut_at(&name, MAX_NAME).len());
    }
    if name.is_empty() {
        return None;
    }
    let folded = fold(&name);
    Some(format!("{folded}{NAME_SEPARATOR}{name}{NAME_SEPARATOR}{}", kind_code(symbol.kind)))
}

/// A stored name, taken apart again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NameTerm<'t> {
    pub(crate) folded: &'t str,
    pub(crate) name: &'t str,
    pub(crate) kind: SymbolKind,
}

impl<'t> NameTerm<'t> {
    pub(crate) fn parse(term: &'t str) -> Option<NameTerm<'t>> {
        let mut fields = term.split(NAME_SEPARATOR);
        let (folded, name, code) = (fields.next()?, fields.next()?, fields.next()?);
        Some(NameTerm { folded, name, kind: kind_of(code.chars().next()?)? })
    }
}

/// Each kind with the letter that stands for it in the store.
const KINDS: &[(SymbolKind, char)] = &[
    (SymbolKind::Function, 'f'),
    (SymbolKind::Method, 'm'),
    (SymbolKind::Class, 'c'),
    (SymbolKind::Struct, 's'),
    (SymbolKind::Enum, 'e'),
    (SymbolKind::Variant, 'v'),
    (SymbolKind::Interface, 'i'),
    (SymbolKind::Trait, 't'),
    (SymbolKind::Type, 'y'),
    (SymbolKind::Union, 'u'),
    (SymbolKind::Constant, 'k'),
    (SymbolKind::Variable, 'a'),
    (SymbolKind::Field, 'd'),
    (SymbolKind::Module, 'o'),
    (SymbolKind::Macro, 'r'),
    (SymbolKind::Constructor, 'n'),
    (SymbolKind::Extension, 'x'),
    (SymbolKind::Table, 'b'),
    (SymbolKind::Key, 'j'),
    (SymbolKind::Heading, 'h'),
    (SymbolKind::Element, 'l'),
];

fn kind_code(kind: SymbolKind) -> char {
    KINDS.iter().find(|(known, _)| *known == kind).map_or('?', |&(_, code)| code)
}

fn kind_of(code: char) -> Option<SymbolKind> {
    KINDS.iter().find(|&&(_, known)| known == code).map(|&(kind, _)| kind)
}
