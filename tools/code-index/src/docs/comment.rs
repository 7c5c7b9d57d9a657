//! Doc comments whole, with their line breaks: the index keeps only their start.
//!
//! The index tells that a definition has documentation and how it begins; here
//! the comment is found again in the file and taken whole. What does not begin
//! alike is another comment, and the kept start is given instead.
//!
//! **Deliberately absent:** parsing. Comments are read line by line.

use crate::symbol::Symbol;

/// Lines of one comment, at most.
const MAX_LINES: usize = 400;
/// Lines between a definition's name and its docstring, at most.
const MAX_HEAD: usize = 60;
/// Letters in which the kept start and the comment must agree.
const ALIKE: usize = 48;
/// Lines at a file's top among which its own documentation begins.
const TOP: usize = 60;

/// A comment without its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) text: String,
    /// Its first line in the file, from 1.
    pub(super) line: u32,
    pub(super) end_line: u32,
}

/// The documentation of a definition; none where it has none.
pub(super) fn of_symbol(lines: &[&str], symbol: &Symbol) -> Option<Comment> {
    let kept = symbol.doc.as_deref()?;
    let start = (symbol.start_line as usize).saturating_sub(1).min(lines.len());
    let name = (symbol.line as usize).saturating_sub(1).min(lines.len());
    let tries = [
        above(lines, start),
        above(lines, name),
        heredoc_above(lines, start),
        docstring(lines, name),
    ];
    let whole = tries.into_iter().flatten().find(|comment| is_alike(&comment.text, kept));
    Some(whole.unwrap_or_else(|| Comment {
        text: kept.to_owned(),
        line: symbol.start_line,
        end_line: symbol.start_line,
    }))
}

/// Whether a text begins with the same letters as the start that is kept of it.
fn is_alike(whole: &str, kept: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).take(ALIKE).collect::<String>();
    let kept = letters(kept);
    !kept.is_empty() && letters(whole).starts_with(&kept)
}

/// The comment that ends right above a row, attributes aside.
fn above(lines: &[&str], row: usize) -> Option<Comment> {
    let mut last = row;
    while last > 0 && is_attribute(lines[last - 1]) {
        last -= 1;
    }
    if last == 0 {
        return None;
    }
    let bottom = lines[last - 1].trim();
    let first = if let Some(open) = block_opening(bottom) {
        let range = lines[..last].iter().rev().take(MAX_LINES);
        let up = range.clone().position(|line| line.trim_start().starts_with(open))?;
        last - 1 - up
    } else {
        let mark = line_mark(bottom)?;
        let same = |line: &&&str| line_mark(line.trim()) == Some(mark);
        let count = lines[..last].iter().rev().take(MAX_LINES).take_while(same).count();
        last - count
    };
    comment(lines, first, last)
}

fn is_attribute(line: &str) -> bool {
    let inner = line.trim_start();
    inner.starts_with("#[")
        || inner.starts_with('@')
        || (inner.starts_with('[') && inner.trim_end().ends_with(']'))
}

/// The opening that belongs to the end of a block comment.
fn block_opening(bottom: &str) -> Option<&'static str> {
    let pairs = [("*/", "/*"), ("-}", "{-"), ("]]", "--[["), ("=end", "=begin")];
    pairs.iter().find(|(end, _)| bottom.ends_with(end)).map(|(_, open)| *open)
}

/// The mark of a line comment.
fn line_mark(inner: &str) -> Option<&'static str> {
    let marks = ["///", "//!", "//", "--", ";;", ";", "%%", "%", "#'", "##", "#"];
    let mark = marks.iter().find(|mark| inner.starts_with(**mark))?;
    let is_none = *mark == "#" && (inner.starts_with("#[") || inner.starts_with("#!"));
    (!is_none).then_some(mark)
}

/// Takes the marks off the lines `first` to `last`, the last not included.
fn comment(lines: &[&str], first: usize, last: usize) -> Option<Comment> {
    let range = lines.get(first..last)?;
    let top = range.first()?.trim_start();
    let is_block = ["/*", "{-", "--[[", "=begin"].iter().any(|open| top.starts_with(open));
    let bare = |line: &&str| if is_block { block_line(line) } else { plain_line(line) };
    finish(range.iter().map(bare).collect(), first, last)
}

fn block_line(line: &str) -> String {
    let mut inner = line.trim();
    for open in ["/**", "/*!", "/*", "{-|", "{-", "--[[", "=begin"] {
        if let Some(rest) = inner.strip_prefix(open) {
            inner = rest;
            break;
        }
    }
    for end in ["*/", "-}", "]]", "=end"] {
        inner = inner.strip_suffix(end).unwrap_or(inner);
    }
    let inner = match inner.strip_prefix('*') {
        Some(rest) => rest,
        // Lines without a star keep what sets them in.
        None if inner.len() == line.trim().len() => line.trim_end(),
        None => inner,
    };
    inner.trim_end().to_owned()
}

fn plain_line(line: &str) -> String {
    let inner = line.trim();
    let rest = line_mark(inner).and_then(|mark| inner.strip_prefix(mark)).unwrap_or(inner);
    rest.trim_end().to_owned()
}

/// Takes what all lines are set in by away, and blank lines at both ends.
fn finish(mut texts: Vec<String>, first: usize, last: usize) -> Option<Comment> {
    let set_in = |text: &String| text.len() - text.trim_start_matches([' ', '\t']).len();
    let rest = texts.iter().skip(1).filter(|text| !text.trim().is_empty()).map(set_in).min();
    if let Some(one) = texts.first_mut() {
        *one = one.trim_start().to_owned();
    }
    for text in texts.iter_mut().skip(1) {
        let cut = rest.unwrap_or(0).min(set_in(text));
        text.drain(..cut);
    }
    while texts.last().is_some_and(|text| text.trim().is_empty()) {
        texts.pop();
    }
    let blank = texts.iter().take_while(|text| text.trim().is_empty()).count();
    let text = texts.get(blank..)?.join("\n");
    let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
    (!text.trim().is_empty()).then_some(Comment {
        text,
        line: number(first + 1),
        end_line: number(last.max(first + 1)),
    })
}

/// `@doc """ … """` above a definition.
fn heredoc_above(lines: &[&str], row: usize) -> Option<Comment> {
    let from = row.saturating_sub(MAX_LINES);
    let up = lines[from..row].iter().rposition(|line| {
        let inner = line.trim_start();
        inner.starts_with("@doc") || inner.starts_with("@moduledoc")
    })?;
    string(lines, from + up)
}

/// The string that is the first statement below the head of a definition.
fn docstring(lines: &[&str], name: usize) -> Option<Comment> {
    let below = lines.iter().enumerate().skip(name + 1).take(MAX_HEAD);
    let is_string = |line: &str| {
        let inner = line.trim_start().trim_start_matches(['r', 'R', 'u', 'U', 'b']);
        inner.starts_with(['"', '\''])
    };
    let (row, _) = below.into_iter().find(|(_, line)| is_string(line))?;
    string(lines, row)
}

/// The string that opens on a row.
fn string(lines: &[&str], row: usize) -> Option<Comment> {
    let line = lines.get(row)?;
    let open = line.find(['"', '\''])?;
    let quoted = &line[open..];
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| quoted.starts_with(quote))?;
    let first = &quoted[quote.len()..];
    if let Some(end) = first.find(quote) {
        return finish(vec![first[..end].to_owned()], row, row + 1);
    }
    if quote.len() == 1 {
        return None;
    }
    let mut texts = vec![first.to_owned()];
    for (at, line) in lines.iter().enumerate().skip(row + 1).take(MAX_LINES) {
        if let Some(end) = line.find(quote) {
            texts.push(line[..end].trim_end().to_owned());
            return finish(texts, row, at + 1);
        }
        texts.push(line.trim_end().to_owned());
    }
    None
}

/// The documentation of a file as a whole, at its top.
pub(super) fn of_file(lines: &[&str], language: &str) -> Option<Comment> {
    let mut row = 0;
    while row < lines.len().min(TOP) {
        let inner = lines[row].trim();
        let is_preamble = inner.is_empty()
            || inner.starts_with("#!")
            || inner.starts_with("#[")
            || inner.starts_with("<?php")
            || inner.starts_with("package ") && language == "kotlin"
            || matches!(
                inner,
                "'use strict';" | "\"use strict\";" | "\"use client\"" | "'use client'"
            );
        if is_preamble {
            row += 1;
            continue;
        }
        if language == "python" && inner.trim_start_matches(['r', 'u']).starts_with(['"', '\'']) {
            return string(lines, row);
        }
        let next = end_of_comment(lines, row)?;
        let found = comment(lines, row, next)?;
        if !is_notice(&found.text) && speaks_of_file(lines, row, next, language) {
            return Some(found);
        }
        row = next;
    }
    None
}

/// The row behind the comment that begins on `row`; none where none does.
fn end_of_comment(lines: &[&str], row: usize) -> Option<usize> {
    let inner = lines[row].trim();
    let block = [("/*", "*/"), ("{-", "-}"), ("--[[", "]]"), ("=begin", "=end")];
    if let Some((_, end)) = block.iter().find(|(open, _)| inner.starts_with(open)) {
        let down = lines[row..].iter().take(MAX_LINES).position(|line| line.contains(end))?;
        return Some(row + down + 1);
    }
    let mark = line_mark(inner)?;
    let same = |line: &&&str| line_mark(line.trim()) == Some(mark);
    Some(row + lines[row..].iter().take(MAX_LINES).take_while(same).count())
}

/// Licences, editor settings and marks for tools say nothing of the code.
fn is_notice(text: &str) -> bool {
    let start: String = text.chars().take(600).collect::<String>().to_ascii_lowercase();
    let notices = [
        "copyright",
        "license",
        "licence",
        "spdx-",
        "all rights reserved",
        "-*- coding",
        "eslint-",
        "@ts-",
        "go:build",
        "+build",
        "generated by",
    ];
    notices.iter().any(|notice| start.contains(notice))
}

/// Whether a comment is of the file, not of the first definition in it.
fn speaks_of_file(lines: &[&str], first: usize, next: usize, language: &str) -> bool {
    let top = lines[first].trim_start();
    if language == "rust" {
        return top.starts_with("//!") || top.starts_with("/*!");
    }
    let after = lines.get(next).map_or("", |line| line.trim());
    let starts = [
        "import ",
        "from ",
        "use ",
        "package ",
        "module ",
        "namespace ",
        "#include",
        "require",
        "const ",
        "using ",
        "#ifndef",
        "#pragma",
    ];
    let is_marked = ["@file", "@module", "@packageDocumentation"]
        .iter()
        .any(|mark| lines[first..next].iter().any(|line| line.contains(mark)));
    is_marked
        || after.is_empty()
        || starts.iter().any(|start| {
            after.starts_with(start) && (*start != "const " || after.contains("require("))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Analyst;

    fn docs(path: &str, text: &str) -> Vec<(String, Option<String>)> {
        let lines: Vec<&str> = text.lines().collect();
        let symbols = Analyst::new(1 << 20).symbols(path, text);
        let of = |symbol: &Symbol| of_symbol(&lines, symbol).map(|comment| comment.text);
        symbols.iter().map(|symbol| (symbol.name.clone(), of(symbol))).collect()
    }

    #[test]
    fn documentation_is_given_whole_in_every_language() {
        let long = "word ".repeat(150);
        let cases = [
            (
                "a.rs",
                format!(
                    "/// One.\n///\n/// ```\n/// let x = 1;\n///   indented\n/// ```\n/// {long}\n#[inline]\npub fn f() {{}}\n"
                ),
                format!("One.\n\n```\nlet x = 1;\n  indented\n```\n{}", long.trim()),
            ),
            (
                "b.py",
                format!(
                    "@wraps\ndef f(\n    a,\n):\n    \"\"\"One.\n\n    Args:\n        a: {long}\n    \"\"\"\n    return 1\n"
                ),
                format!("One.\n\nArgs:\n    a: {}", long.trim()),
            ),
            (
                "c.ts",
                format!(
                    "/**\n * One.\n *\n * @example\n *   f()\n * {long}\n */\nexport function f() {{}}\n"
                ),
                format!("One.\n\n@example\n  f()\n{}", long.trim()),
            ),
            (
                "d.go",
                format!("package d\n\n// F is one.\n//\n//\tcode\n// {long}\nfunc f() {{}}\n"),
                String::new(),
            ),
            (
                "e.java",
                "class A {\n  /** One. */\n  @Override\n  public void f() {}\n}\n".to_owned(),
                "One.".to_owned(),
            ),
            ("f.rb", "# One.\n# Two.\ndef f\nend\n".to_owned(), "One.\nTwo.".to_owned()),
            ("g.rs", "// no doc\nfn f() {}\n".to_owned(), "-".to_owned()),
        ];
        for (path, text, want) in cases {
            let found = docs(path, &text);
            let (_, doc) = found.iter().find(|(name, _)| name == "f").expect(path);
            match want.as_str() {
                "" => assert!(
                    doc.as_ref()
                        .is_some_and(|doc| doc.ends_with(long.trim()) && doc.contains("\ncode\n")
                            || doc.contains("\n\tcode\n")),
                    "{path}: {doc:?}"
                ),
                "-" => assert_eq!(*doc, None, "{path}"),
                want => assert_eq!(doc.as_deref(), Some(want), "{path}"),
            }
        }
    }

    #[test]
    fn a_file_speaks_for_itself_at_its_top() {
        let cases = [
            (
                "rust",
                "// Copyright X\n\n//! The module.\n//! More.\nuse a;\n",
                Some("The module.\nMore."),
            ),
            ("rust", "/// Of the item.\nstruct A;\n", None),
            (
                "python",
                "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\"\"\"The module.\n\nMore.\n\"\"\"\nimport a\n",
                Some("The module.\n\nMore."),
            ),
            ("go", "// Package d does.\npackage d\n", Some("Package d does.")),
            ("typescript", "/**\n * The file.\n */\nimport a from 'a';\n", Some("The file.")),
            ("typescript", "/** Of f. */\nexport function f() {}\n", None),
            ("c", "/* Copyright */\n\n/* The file. */\n\n#include <a.h>\n", Some("The file.")),
            ("rust", "fn f() {}\n//! no\n", None),
        ];
        for (language, text, want) in cases {
            let lines: Vec<&str> = text.lines().collect();
            let found = of_file(&lines, language).map(|comment| comment.text);
            assert_eq!(found.as_deref(), want, "{language}: {text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Any text has documentation or none, within its lines.
        #[test]
        fn any_text_is_read(
            pieces in prop::collection::vec("(///|/\\*\\*|\\*/|#|\"\"\"|'|--|\\{-|é日|@doc|  x|\n){1,3}", 0..30),
            line in 0u32..40,
            language in prop::sample::select(vec!["rust", "python", "c", "elixir"]),
        ) {
            let text = pieces.concat();
            let lines: Vec<&str> = text.lines().collect();
            let symbol = Symbol {
                name: "x".to_owned(),
                kind: crate::symbol::SymbolKind::Function,
                line,
                start_line: line,
                end_line: line,
                signature: String::new(),
                container: None,
                doc: Some("x".to_owned()),
            };
            let total = u32::try_from(lines.len()).unwrap();
            prop_assert!(of_symbol(&lines, &symbol).is_some());
            if let Some(found) = of_file(&lines, language) {
                prop_assert!(1 <= found.line && found.line <= found.end_line && found.end_line <= total);
            }
        }
    }
}
