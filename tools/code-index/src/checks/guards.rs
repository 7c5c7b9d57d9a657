//! Lines of a file in which an import may lead nowhere and the code is right all
//! the same: what is tried, what depends on the platform, what is for a checker.

use tree_sitter::{Node, Tree};

use crate::language::Language;

/// Lines, first and last, 1-based.
type Range = (u32, u32);

/// Where imports may fail.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Guards {
    /// Nothing is told of imports here.
    loose: Vec<Range>,
    /// What is imported here is not needed to run.
    for_types: Vec<Range>,
}

impl Guards {
    pub(crate) fn is_loose(&self, line: u32) -> bool {
        self.loose.iter().any(|&(first, last)| first <= line && line <= last)
    }

    pub(crate) fn is_for_types(&self, line: u32) -> bool {
        self.for_types.iter().any(|&(first, last)| first <= line && line <= last)
    }

    /// Reads them from a tree.
    pub(crate) fn of(language: Language, tree: &Tree, text: &str) -> Guards {
        let mut guards = Guards::default();
        let visit: fn(&mut Guards, Node<'_>, &str) = match language.name() {
            "python" => python,
            "rust" => rust,
            "javascript" | "typescript" | "tsx" => javascript,
            "c" | "cpp" => c,
            "go" => {
                if text.lines().take(20).any(|line| line.starts_with("//go:build")) {
                    guards.loose.push((1, u32::MAX));
                }
                return guards;
            }
            _ => return guards,
        };
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            visit(&mut guards, node, text);
            // What stands in one line has nothing inside that guards other lines.
            let is_tall = node.start_position().row != node.end_position().row;
            if is_tall && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return guards;
                }
            }
        }
    }
}

fn range(node: Node<'_>) -> Range {
    let line = |row: usize| u32::try_from(row + 1).unwrap_or(u32::MAX);
    (line(node.start_position().row), line(node.end_position().row))
}

fn source<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    text.get(node.byte_range()).unwrap_or_default()
}

fn python(guards: &mut Guards, node: Node<'_>, text: &str) {
    match node.kind() {
        "try_statement" => {
            let mut cursor = node.walk();
            let catches = node.children(&mut cursor).any(|child| {
                let head = source(child, text).lines().next().unwrap_or_default();
                child.kind() == "except_clause"
                    && (head.contains("ImportError")
                        || head.contains("ModuleNotFoundError")
                        || head.contains("Exception")
                        || head.trim().trim_end_matches(':').trim() == "except")
            });
            if catches {
                guards.loose.push(range(node));
            }
        }
        "with_statement" => {
            let head = source(node, text).lines().next().unwrap_or_default();
            if head.contains("suppress(") {
                guards.loose.push(range(node));
            }
        }
        "if_statement" => {
            let head = node.child_by_field_name("condition").map_or("", |at| source(at, text));
            if head.contains("TYPE_CHECKING") {
                guards.for_types.push(range(node));
            } else if ["version_info", "platform", "PY2", "PY3", "find_spec", "os.name"]
                .iter()
                .any(|word| head.contains(word))
            {
                guards.loose.push(range(node));
            }
        }
        _ => {}
    }
}

fn rust(guards: &mut Guards, node: Node<'_>, text: &str) {
    match node.kind() {
        "attribute_item" => {
            let written = source(node, text);
            let is_condition = written.starts_with("#[cfg") && written != "#[cfg(test)]";
            if is_condition || written.starts_with("#[path") {
                let mut next = node.next_named_sibling();
                while let Some(other) =
                    next.filter(|next| matches!(next.kind(), "attribute_item" | "line_comment"))
                {
                    next = other.next_named_sibling();
                }
                guards.loose.extend(next.map(range));
            }
        }
        "inner_attribute_item" if source(node, text).starts_with("#![cfg") => {
            guards.loose.push((1, u32::MAX));
        }
        "macro_invocation" | "macro_definition" => guards.loose.push(range(node)),
        _ => {}
    }
}

fn javascript(guards: &mut Guards, node: Node<'_>, text: &str) {
    match node.kind() {
        "try_statement" => guards.loose.push(range(node)),
        "comment" => {
            let written = source(node, text);
            if written.contains("@ts-ignore") || written.contains("@ts-expect-error") {
                let (_, last) = range(node);
                guards.loose.push((last, last.saturating_add(1)));
            }
            if written.contains("@ts-nocheck") {
                guards.loose.push((1, u32::MAX));
            }
        }
        "import_statement" | "export_statement" => {
            let written = source(node, text);
            if ["import type ", "export type "].iter().any(|start| written.starts_with(start)) {
                guards.for_types.push(range(node));
            }
        }
        "ambient_declaration" => guards.for_types.push(range(node)),
        _ => {}
    }
}

fn c(guards: &mut Guards, node: Node<'_>, text: &str) {
    match node.kind() {
        "preproc_ifdef" if is_include_guard(node, text) => {}
        "preproc_if" | "preproc_ifdef" => guards.loose.push(range(node)),
        _ => {}
    }
}

/// `#ifndef X`, `#define X` around all that a header has.
fn is_include_guard(node: Node<'_>, text: &str) -> bool {
    let Some(name) = node.child_by_field_name("name") else { return false };
    let mut cursor = node.walk();
    let mut inner = node.named_children(&mut cursor);
    inner.any(|child| {
        child.kind() == "preproc_def"
            && child.child_by_field_name("name").map(|other| source(other, text))
                == Some(source(name, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Extractor;

    fn guards(language: &str, text: &str) -> Guards {
        let language = Language::from_name(language).unwrap();
        let tree = Extractor::new().parse(language, text).unwrap();
        Guards::of(language, &tree, text)
    }

    #[test]
    fn imports_that_may_fail_stand_in_guarded_lines() {
        let python = "import a\ntry:\n    import b\nexcept ImportError:\n    b = None\n\
                      try:\n    import c\nexcept ValueError:\n    pass\n\
                      if TYPE_CHECKING:\n    import d\n";
        let found = guards("python", python);
        assert_eq!([1, 3, 7, 11].map(|line| found.is_loose(line)), [false, true, false, false]);
        assert!(found.is_for_types(11));
        let rust = "mod a;\n#[cfg(windows)]\nmod b;\n#[cfg(test)]\nmod tests;\n";
        let found = guards("rust", rust);
        assert_eq!([1, 3, 5].map(|line| found.is_loose(line)), [false, true, false]);
        let c = "#ifndef A_H\n#define A_H\n#include \"a.h\"\n#ifdef WIN32\n#include \"b.h\"\n#endif\n#endif\n";
        let found = guards("c", c);
        assert_eq!([3, 5].map(|line| found.is_loose(line)), [false, true]);
    }
}
