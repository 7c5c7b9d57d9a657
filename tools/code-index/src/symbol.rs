//! What the index knows of one definition. The words here are shared by
//! extraction, storage and answers; nothing else defines a symbol.

use serde::{Deserialize, Serialize};

/// What sort of thing a symbol is, in the words that most languages share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SymbolKind {
    /// A free function, procedure or subroutine.
    Function,
    /// A function that belongs to a type.
    Method,
    /// A class.
    Class,
    /// A struct or record.
    Struct,
    /// An enumeration.
    Enum,
    /// One member of an enumeration.
    Variant,
    /// An interface or protocol.
    Interface,
    /// A trait, mixin or type class.
    Trait,
    /// A type alias, typedef or associated type.
    Type,
    /// A union.
    Union,
    /// A constant.
    Constant,
    /// A variable at module level, or a static.
    Variable,
    /// A field or property of a type.
    Field,
    /// A module, namespace or package.
    Module,
    /// A macro.
    Macro,
    /// A constructor.
    Constructor,
    /// A block that adds members to a type defined elsewhere (`impl`, extension).
    Extension,
    /// A table, view or other schema object of a database.
    Table,
    /// A key of a configuration or data file.
    Key,
    /// A heading of a document.
    Heading,
    /// A selector, id or other named element of a page or style sheet.
    Element,
}

impl SymbolKind {
    /// Every kind, in the order in which answers list them.
    pub fn all() -> impl Iterator<Item = SymbolKind> {
        use SymbolKind as K;
        [
            K::Function,
            K::Method,
            K::Class,
            K::Struct,
            K::Enum,
            K::Variant,
            K::Interface,
            K::Trait,
            K::Type,
            K::Union,
            K::Constant,
            K::Variable,
            K::Field,
            K::Module,
            K::Macro,
            K::Constructor,
            K::Extension,
            K::Table,
            K::Key,
            K::Heading,
            K::Element,
        ]
        .into_iter()
    }

    /// Returns the kind's name, as answers spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            SymbolKind::Function => "function",
            SymbolKind::Method => "method",
            SymbolKind::Class => "class",
            SymbolKind::Struct => "struct",
            SymbolKind::Enum => "enum",
            SymbolKind::Variant => "variant",
            SymbolKind::Interface => "interface",
            SymbolKind::Trait => "trait",
            SymbolKind::Type => "type",
            SymbolKind::Union => "union",
            SymbolKind::Constant => "constant",
            SymbolKind::Variable => "variable",
            SymbolKind::Field => "field",
            SymbolKind::Module => "module",
            SymbolKind::Macro => "macro",
            SymbolKind::Constructor => "constructor",
            SymbolKind::Extension => "extension",
            SymbolKind::Table => "table",
            SymbolKind::Key => "key",
            SymbolKind::Heading => "heading",
            SymbolKind::Element => "element",
        }
    }

    /// Returns the kind of a name, in any case, or of a usual other word for it.
    pub fn from_name(name: &str) -> Option<SymbolKind> {
        let name = name.trim().to_ascii_lowercase();
        let usual = match name.as_str() {
            "fn" | "func" | "def" => "function",
            "const" => "constant",
            "var" | "static" | "let" => "variable",
            "property" | "attribute" | "member" => "field",
            "namespace" | "package" | "mod" => "module",
            "protocol" => "interface",
            "typedef" | "alias" => "type",
            "impl" => "extension",
            other => other,
        };
        SymbolKind::all().find(|kind| kind.as_str() == usual)
    }
}

/// One definition in one file. Lines are 1-based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// The name as written, without its container.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The line on which the name stands, not a decorator's or a doc comment's.
    pub line: u32,
    /// The first line of the definition, decorators and attributes included,
    /// doc comment excluded.
    pub start_line: u32,
    /// The last line of the definition.
    pub end_line: u32,
    /// The definition's head on one line, without its body, at most 200 bytes.
    pub signature: String,
    /// The names of the enclosing definitions, outermost first, joined by `::`.
    pub container: Option<String>,
    /// The doc comment's text without its markers, at most 500 bytes.
    pub doc: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::SymbolKind;

    #[test]
    fn names_of_kinds_are_those_of_the_wire() {
        for kind in SymbolKind::all() {
            assert_eq!(serde_json::to_value(kind).expect("a string"), kind.as_str());
            assert_eq!(SymbolKind::from_name(kind.as_str()), Some(kind));
        }
        assert_eq!(SymbolKind::from_name("Fn"), Some(SymbolKind::Function));
        assert_eq!(SymbolKind::from_name("thing"), None);
    }
}
