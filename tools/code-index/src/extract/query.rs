//! A language's query, compiled once per process, with its captures as roles.

use std::sync::OnceLock;

use tree_sitter::Query;

use crate::language::Language;
use crate::language::table::LANGUAGES;
use crate::symbol::SymbolKind;

/// What a capture says of its node. `queries/README.md` explains each word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Definition(SymbolKind),
    Name,
    QualifiedName,
    Container,
    Wrap(Wrap),
    Attribute,
    Comment {
        always_doc: bool,
    },
    Doc,
    Scope,
    Body,
    Head,
    Block,
    /// Serves only the pattern's own predicates.
    Helper,
}

/// What a wrapper lends to the first definition right inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrap {
    /// Its start, and with it the words before the definition.
    Start,
    /// Its start line only: decorators are no part of the head.
    Line,
    /// Its start and its end.
    Whole,
}

/// Settings of one pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// Not a symbol when it stands inside a function.
    pub(super) module_only: bool,
    /// Never a container.
    pub(super) leaf: bool,
    /// Neighbours of the same name are one definition (equations, clauses).
    pub(super) merge: bool,
    /// Only the first of a name in a container is a definition (assignments).
    pub(super) once: bool,
    /// A variable written in capitals is a constant.
    pub(super) capitals: bool,
    /// Takes a wrapper's start but leaves its end to the next definition in it.
    pub(super) own_end: bool,
    /// A method that is called like its type is a constructor.
    pub(super) named_constructor: bool,
    /// The name is written with a mark that is no part of it: `:name`, `$name`.
    pub(super) sigil: bool,
}

#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) query: Query,
    pub(super) roles: Vec<Role>,
    pub(super) flags: Vec<Flags>,
}

static COMPILED: [OnceLock<Compiled>; LANGUAGES.len()] =
    [const { OnceLock::new() }; LANGUAGES.len()];

pub(super) fn compiled(language: Language) -> &'static Compiled {
    COMPILED[language.index()]
        .get_or_init(|| compile(language).expect("a test compiles every query that is built in"))
}

/// Compiles a query, or says what is wrong with it.
pub(super) fn compile(language: Language) -> Result<Compiled, String> {
    let row = language.row();
    let query = Query::new(&row.grammar.into(), row.query)
        .map_err(|error| format!("query of `{}`: {error}", row.name))?;
    let roles = query
        .capture_names()
        .iter()
        .map(|name| role(name).ok_or_else(|| format!("`{}`: capture `@{name}`", row.name)))
        .collect::<Result<_, _>>()?;
    let flags = (0..query.pattern_count())
        .map(|pattern| flags(&query, pattern).map_err(|key| format!("`{}`: `{key}`", row.name)))
        .collect::<Result<_, _>>()?;
    Ok(Compiled { query, roles, flags })
}

fn role(capture: &str) -> Option<Role> {
    if let Some(kind) = capture.strip_prefix("definition.") {
        return definition_kind(kind).map(Role::Definition);
    }
    Some(match capture {
        "name" => Role::Name,
        "name.qualified" => Role::QualifiedName,
        "container" => Role::Container,
        "wrap" => Role::Wrap(Wrap::Start),
        "wrap.line" => Role::Wrap(Wrap::Line),
        "wrap.whole" => Role::Wrap(Wrap::Whole),
        "attribute" => Role::Attribute,
        "comment" => Role::Comment { always_doc: false },
        "comment.doc" => Role::Comment { always_doc: true },
        "doc" => Role::Doc,
        "scope" => Role::Scope,
        "body" => Role::Body,
        "head" => Role::Head,
        "block" => Role::Block,
        helper if helper.starts_with('_') => Role::Helper,
        _ => return None,
    })
}

fn definition_kind(word: &str) -> Option<SymbolKind> {
    Some(match word {
        "function" => SymbolKind::Function,
        "method" => SymbolKind::Method,
        "class" => SymbolKind::Class,
        "struct" => SymbolKind::Struct,
        "enum" => SymbolKind::Enum,
        "variant" => SymbolKind::Variant,
        "interface" => SymbolKind::Interface,
        "trait" => SymbolKind::Trait,
        "type" => SymbolKind::Type,
        "union" => SymbolKind::Union,
        "constant" => SymbolKind::Constant,
        "variable" => SymbolKind::Variable,
        "field" => SymbolKind::Field,
        "module" => SymbolKind::Module,
        "macro" => SymbolKind::Macro,
        "constructor" => SymbolKind::Constructor,
        "extension" => SymbolKind::Extension,
        "table" => SymbolKind::Table,
        "key" => SymbolKind::Key,
        "heading" => SymbolKind::Heading,
        "element" => SymbolKind::Element,
        _ => return None,
    })
}

fn flags(query: &Query, pattern: usize) -> Result<Flags, String> {
    let mut flags = Flags::default();
    for property in query.property_settings(pattern) {
        match &*property.key {
            "module-only" => flags.module_only = true,
            "leaf" => flags.leaf = true,
            "merge" => flags.merge = true,
            "once" => flags.once = true,
            "capitals" => flags.capitals = true,
            "own-end" => flags.own_end = true,
            "named-constructor" => flags.named_constructor = true,
            "sigil" => flags.sigil = true,
            unknown => return Err(unknown.to_owned()),
        }
    }
    Ok(flags)
}
