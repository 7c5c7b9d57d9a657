//! What compilers say of a repository: an index in the format SCIP.
//!
//! **Deliberately absent:** what the bench does not judge by. Documentation, diagnostics,
//! relationships between symbols and symbols of other packages are passed over.

use anyhow::{Context, bail};

use super::wire::Fields;

/// In the roles of an occurrence.
const DEFINITION: u64 = 1;

/// A file that the compiler read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    pub(super) occurrences: Vec<Occurrence>,
}

/// A name in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub(super) symbol: String,
    /// From 1.
    pub(super) line: u32,
    /// From 0, in the units of the compiler: UTF-16 of TypeScript's.
    pub(super) column: u32,
    pub(super) is_definition: bool,
}

/// The files of an index.
pub(super) fn read(index: &[u8]) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    for field in Fields(index) {
        if let (2, value) = field? {
            documents.push(document(value.bytes()?)?);
        }
    }
    Ok(documents)
}

fn document(bytes: &[u8]) -> anyhow::Result<Document> {
    let mut document = Document { path: String::new(), occurrences: Vec::new() };
    for field in Fields(bytes) {
        match field? {
            (1, value) => value.text()?.replace('\\', "/").clone_into(&mut document.path),
            (2, value) => document.occurrences.extend(occurrence(value.bytes()?)?),
            _ => {}
        }
    }
    Ok(document)
}

/// One occurrence, unless it is of a symbol that no other file can name.
fn occurrence(bytes: &[u8]) -> anyhow::Result<Option<Occurrence>> {
    let (mut range, mut symbol, mut roles) = (Vec::new(), "", 0);
    for field in Fields(bytes) {
        match field? {
            (1, value) => range = value.numbers()?,
            (2, value) => symbol = value.text()?,
            (3, value) => roles = value.number()?,
            _ => {}
        }
    }
    if symbol.is_empty() || symbol.starts_with("local ") {
        return Ok(None);
    }
    let [line, column, ..] = range[..] else { bail!("an occurrence of `{symbol}` has no range") };
    Ok(Some(Occurrence {
        symbol: symbol.to_owned(),
        line: u32::try_from(line)?.checked_add(1).context("a line is out of range")?,
        column: u32::try_from(column)?,
        is_definition: roles & DEFINITION != 0,
    }))
}

/// What a symbol is, by the sign that its last part ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suffix {
    Namespace,
    Type,
    Term,
    Method,
    Parameter,
    TypeParameter,
    Meta,
    Macro,
}

/// The last part of a symbol, and what stands before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Descriptor<'a> {
    pub(super) before: &'a str,
    pub(super) name: String,
    pub(super) suffix: Suffix,
}

/// Reads the last part of a symbol; absent where it is not spelled by the rules.
pub(super) fn last_part(symbol: &str) -> Option<Descriptor<'_>> {
    let (body, suffix) = match symbol.char_indices().next_back()? {
        (end, '/') => (&symbol[..end], Suffix::Namespace),
        (end, '#') => (&symbol[..end], Suffix::Type),
        (end, ':') => (&symbol[..end], Suffix::Meta),
        (end, '!') => (&symbol[..end], Suffix::Macro),
        (end, '.') => match symbol[..end].strip_suffix(')') {
            // Between the brackets overloads are told apart.
            Some(body) => (&body[..body.rfind('(')?], Suffix::Method),
            None => (&symbol[..end], Suffix::Term),
        },
        (end, ')') => return enclosed(&symbol[..end], '(', Suffix::Parameter),
        (end, ']') => return enclosed(&symbol[..end], '[', Suffix::TypeParameter),
        _ => return None,
    };
    let (before, name) = name(body)?;
    Some(Descriptor { before, name, suffix })
}

fn enclosed(body: &str, open: char, suffix: Suffix) -> Option<Descriptor<'_>> {
    let (before, name) = name(body)?;
    Some(Descriptor { before: before.strip_suffix(open)?, name, suffix })
}

/// Splits the name off the end: a simple one, or any text between backticks, where a
/// backtick is written twice.
fn name(body: &str) -> Option<(&str, String)> {
    if let Some(quoted) = body.strip_suffix('`') {
        let mut end = quoted.len();
        loop {
            let open = quoted[..end].rfind('`')?;
            if quoted[..open].ends_with('`') {
                end = open - 1;
            } else {
                return Some((&quoted[..open], quoted[open + 1..].replace("``", "`")));
            }
        }
    }
    let simple = |sign: char| sign.is_alphanumeric() || "_+-$".contains(sign);
    let start = body.trim_end_matches(simple).len();
    (start < body.len()).then(|| (&body[..start], body[start..].to_owned()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::wire::write;
    use super::{Document, Occurrence, Suffix, last_part, read};

    /// Symbol, line, column, whether it is a definition.
    type Name<'a> = (&'a str, u32, u32, bool);

    /// An index in bytes: of each file its path and its names.
    pub(in super::super) fn index(files: &[(&str, &[Name<'_>])]) -> Vec<u8> {
        let mut index = Vec::new();
        // Metadata, which is passed over.
        write::bytes(&mut index, 1, &[8, 0]);
        for (path, names) in files {
            let mut document = Vec::new();
            write::bytes(&mut document, 1, path.as_bytes());
            for (symbol, line, column, is_definition) in *names {
                let [line, column] = [*line - 1, *column].map(u64::from);
                let mut occurrence = Vec::new();
                write::packed(&mut occurrence, 1, &[line, column, column + 1]);
                write::bytes(&mut occurrence, 2, symbol.as_bytes());
                write::number(&mut occurrence, 3, u64::from(*is_definition));
                write::bytes(&mut document, 2, &occurrence);
            }
            write::bytes(&mut index, 2, &document);
        }
        index
    }

    #[test]
    fn an_index_is_its_files_and_their_names() {
        let bytes = index(&[("a.py", &[("x y z 1 f().", 3, 4, true), ("local 7", 4, 0, false)])]);
        let occurrence =
            Occurrence { symbol: "x y z 1 f().".into(), line: 3, column: 4, is_definition: true };
        let want = [Document { path: "a.py".into(), occurrences: vec![occurrence] }];
        assert_eq!(read(&bytes).expect("an index"), want);
        read(&bytes[..bytes.len() - 1]).expect_err("half an index");
    }

    #[test]
    fn the_last_part_tells_what_a_symbol_is() {
        let cases = [
            ("s n p 1 src/`a.ts`/", "s n p 1 src/", "a.ts", Suffix::Namespace),
            ("s n p 1 src/`a.ts`/C#", "s n p 1 src/`a.ts`/", "C", Suffix::Type),
            ("s n p 1 C#m().", "s n p 1 C#", "m", Suffix::Method),
            ("s n p 1 C#m(+1).", "s n p 1 C#", "m", Suffix::Method),
            ("s n p 1 C#`<constructor>`().", "s n p 1 C#", "<constructor>", Suffix::Method),
            ("s n p 1 C#$x_1.", "s n p 1 C#", "$x_1", Suffix::Term),
            ("s n p 1 C#m().(x)", "s n p 1 C#m().", "x", Suffix::Parameter),
            ("s n p 1 C#[T]", "s n p 1 C#", "T", Suffix::TypeParameter),
            ("s n p 1 key0:", "s n p 1 ", "key0", Suffix::Meta),
            ("s n p 1 C#`a``b```.", "s n p 1 C#", "a`b`", Suffix::Term),
        ];
        for (symbol, before, name, suffix) in cases {
            let part = last_part(symbol).expect(symbol);
            assert_eq!((part.before, part.name.as_str(), part.suffix), (before, name, suffix));
        }
        for symbol in ["", "s n p 1 ", "s n p 1 shut`.", "s n p 1 ()."] {
            assert_eq!(last_part(symbol), None, "{symbol}");
        }
    }
}
