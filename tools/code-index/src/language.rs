//! The languages that are read for symbols, and how a file's language is told.
//!
//! A language is one row of [`table::LANGUAGES`] plus one query in `queries/`.
//!
//! **Invariants**
//! - Names are lower case and unique; an extension, file name or interpreter
//!   belongs to one language.
//! - Detection reads the path and the head it is given, never the disk.
//!
//! **Deliberately absent:** languages inside languages (script in HTML), and
//! formats without a grammar here; those files are still searched as text.

pub(crate) mod table;

use std::path::Path;

use table::{LANGUAGES, Row};

/// How much of a header file is looked at to tell C++ from C.
const HEAD_BYTES: usize = 16 * 1024;

/// How far into a file its first line may reach.
const FIRST_LINE_BYTES: usize = 256;

/// A language with a grammar, cheap to copy and compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Language(u8);

impl Language {
    /// Returns every language, in the order of the table.
    pub fn all() -> impl Iterator<Item = Language> {
        (0..=u8::MAX).take(LANGUAGES.len()).map(Language)
    }

    /// Returns the name used in answers and filters, such as `rust` or `c-sharp`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Finds a language by its name or a usual spelling, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Language> {
        let name = name.trim().to_ascii_lowercase();
        Self::find(|row| row.name == name || row.aliases.contains(&name.as_str()))
    }

    /// Tells a file's language by its name, its extension, then its `#!` line.
    ///
    /// `head` is the file's beginning, or empty; a few hundred bytes are enough
    /// for all but C++ headers, which are told from C by what they contain.
    #[must_use]
    pub fn detect(path: &Path, head: &[u8]) -> Option<Language> {
        let file = path.file_name()?.to_str()?;
        if let Some(language) = Self::find(|row| row.files.contains(&file)) {
            return Some(language);
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some(extension) => Self::by_extension(&extension.to_ascii_lowercase(), head),
            None => None,
        }
        .or_else(|| Self::by_interpreter(head))
    }

    /// Returns whether the language holds code or pages, not data or prose.
    #[must_use]
    pub fn is_source(self) -> bool {
        self.row().source
    }

    /// Returns the grammar that files of the language are parsed with.
    #[must_use]
    pub fn grammar(self) -> tree_sitter::Language {
        self.row().grammar.into()
    }

    /// Returns the query for tags that the grammar's authors ship, where they
    /// do. The index has its own; this is what others work with.
    #[must_use]
    pub fn tags_query(self) -> Option<&'static str> {
        Some(match self.name() {
            "rust" => tree_sitter_rust::TAGS_QUERY,
            "python" => tree_sitter_python::TAGS_QUERY,
            "javascript" => tree_sitter_javascript::TAGS_QUERY,
            "typescript" | "tsx" => tree_sitter_typescript::TAGS_QUERY,
            "go" => tree_sitter_go::TAGS_QUERY,
            "java" => tree_sitter_java::TAGS_QUERY,
            "c" => tree_sitter_c::TAGS_QUERY,
            "cpp" => tree_sitter_cpp::TAGS_QUERY,
            "c-sharp" => tree_sitter_c_sharp::TAGS_QUERY,
            "ruby" => tree_sitter_ruby::TAGS_QUERY,
            "php" => tree_sitter_php::TAGS_QUERY,
            _ => return None,
        })
    }

    pub(crate) fn row(self) -> &'static Row {
        &LANGUAGES[usize::from(self.0)]
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    fn find(wanted: impl Fn(&Row) -> bool) -> Option<Language> {
        Self::all().find(|language| wanted(language.row()))
    }

    fn by_extension(extension: &str, head: &[u8]) -> Option<Language> {
        match extension {
            "h" if looks_like_cpp(head) => Self::from_name("cpp"),
            // Translation files of Qt share the extension of TypeScript.
            "ts" if head.starts_with(b"<") => None,
            _ => Self::find(|row| row.extensions.contains(&extension)),
        }
    }

    fn by_interpreter(head: &[u8]) -> Option<Language> {
        let interpreter = interpreter(head)?;
        Self::find(|row| row.interpreters.contains(&interpreter))
    }
}

/// Returns the program that a `#!` line names, without folder and version.
fn interpreter(head: &[u8]) -> Option<&str> {
    let line = head.strip_prefix(b"#!")?;
    let line = line.get(..FIRST_LINE_BYTES).unwrap_or(line);
    let line = line.split(|byte| *byte == b'\n').next()?;
    let line = str::from_utf8(line).ok()?;
    let program = line
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .find(|word| *word != "env" && !word.starts_with('-') && !word.contains('='))?;
    let name = program.trim_end_matches(|end: char| end.is_ascii_digit() || end == '.');
    Some(name.trim_end_matches('-'))
}

fn looks_like_cpp(head: &[u8]) -> bool {
    const STARTS: [&str; 9] = [
        "class ",
        "namespace ",
        "template",
        "using ",
        "public:",
        "private:",
        "protected:",
        "virtual ",
        "constexpr ",
    ];
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    head.split(|byte| *byte == b'\n').any(|line| {
        let line = line.trim_ascii_start();
        STARTS.iter().any(|start| line.starts_with(start.as_bytes()))
            || line.windows(5).any(|word| word == b"std::")
    })
}

#[cfg(test)]
mod tests;
