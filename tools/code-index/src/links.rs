//! What one file says of names, before anything outside it is known: what it
//! defines, what it imports, and every use of a name that is not local.
//!
//! ```text
//! tree ─▶ links/<language> (one walk) ─▶ Builder (scopes, locals put in) ─▶ Links ─▶ stored
//!                                                      resolve ◀── candidates ◀──┘
//! ```
//!
//! A use is an expression over names: `Member(Member(This, "store"), "save")`.
//! A local variable is replaced by what it was declared with, so that an
//! expression means the same to whoever reads it without the file.
//!
//! **Invariants**
//! - It depends on the file's text alone, never on other files: two files of the
//!   same content have the same links.
//! - Expressions refer to earlier ones only, so reading them ends.
//!
//! **Deliberately absent:** what a name of another file means; `resolve` says it.

pub(crate) mod builder;
mod c;
mod compact;
mod go;
pub(crate) mod grammar;
mod java;
pub(crate) mod names;
mod python;
pub(crate) mod rust;
mod typescript;
mod walk;

pub(crate) use compact::is_sound;
use serde::{Deserialize, Serialize};
use tree_sitter::Tree;

use crate::language::Language;

/// A text, by its place in [`Links::texts`].
pub(crate) type Text = u32;
/// An expression, by its place in [`Links::exprs`].
pub(crate) type ExprId = u32;
/// An item, by its place in [`Links::items`].
pub(crate) type ItemId = u32;

/// What one file says of names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Links {
    pub(crate) texts: Texts,
    pub(crate) exprs: Vec<Expr>,
    pub(crate) items: Vec<Item>,
    pub(crate) imports: Vec<Import>,
    pub(crate) exports: Vec<Export>,
    pub(crate) uses: Vec<Use>,
    /// The package or namespace that the file says it belongs to.
    pub(crate) package: Option<Text>,
}

/// Texts one after the other, so that reading them costs two allocations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Texts {
    all: String,
    ends: Vec<u32>,
}

impl Texts {
    fn push(&mut self, text: &str) -> Text {
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        u32::try_from(self.ends.len() - 1).unwrap_or(u32::MAX)
    }

    pub(crate) fn get(&self, text: Text) -> &str {
        let at = text as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.all[start..self.ends[at] as usize]
    }

    fn len(&self) -> Text {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }
}

/// An expression, as far as it says where a name leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Expr {
    /// Nothing is known.
    Unknown,
    /// A name that the file does not bind: a global, a builtin, one of the package.
    Free(Text),
    /// An item of this file.
    Item(ItemId),
    /// What an import brings.
    Import(u32),
    /// A member of what stands before.
    Member(ExprId, Text),
    /// What calling it gives.
    Call(ExprId),
    /// What calling it with these gives; said where they may tell the type.
    Given(ExprId, Vec<ExprId>),
    /// An instance of the type that is named.
    Instance(ExprId),
    /// The enclosing instance of an item.
    This(ItemId),
    /// The same, looked up in the item's bases only.
    Super(ItemId),
    /// What iterating or indexing gives.
    Element(ExprId),
    /// What waiting for it gives.
    Await(ExprId),
    /// A list, set or array of it.
    List(ExprId),
    /// What stands at this place of a tuple.
    Part(ExprId, u32),
    /// An instance of a type with arguments, themselves instances.
    Generic(ExprId, Vec<ExprId>),
    /// The parameter of a callable at this place, as its caller sees it.
    Param(ExprId, u32),
    /// One of these.
    Either(Vec<ExprId>),
    /// A value of a type that the language brings: `str`, `number`.
    Builtin(Text),
    /// A name that no scope binds, written inside an item: a member of it or of
    /// what is around it, else one that the file does not bind.
    Inside(ItemId, Text, Wanted),
}

/// What a name may mean where functions have names of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Wanted {
    /// Anything.
    Any,
    /// Something to call.
    Function,
    /// Anything but a function.
    NoFunction,
}

impl Wanted {
    /// An item of this kind may be meant.
    pub(crate) fn accepts(self, kind: ItemKind) -> bool {
        match self {
            Wanted::Any => true,
            Wanted::Function => kind == ItemKind::Function,
            Wanted::NoFunction => kind != ItemKind::Function,
        }
    }
}

/// What sort of thing an item is to the resolver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum ItemKind {
    /// A type with members: class, struct, enum, interface, trait.
    Class,
    /// Members of a type that is defined elsewhere: `impl`, a receiver, `Foo::`.
    Extension,
    /// Something to call.
    Function,
    /// A variable, constant, field, property or member of an enumeration.
    Value,
    /// Another name of a type.
    Alias,
    /// A module or namespace inside the file.
    Module,
}

/// One definition. Lines are 1-based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) name: Text,
    pub(crate) kind: ItemKind,
    /// The line of the name.
    pub(crate) line: u32,
    pub(crate) end_line: u32,
    pub(crate) parent: Option<ItemId>,
    /// What a value holds, what calling a function gives, what an alias stands
    /// for; of an extension, the type that it extends (as an instance).
    pub(crate) result: Option<ExprId>,
    /// What a class inherits from or implements.
    pub(crate) bases: Vec<ExprId>,
    /// What a function's parameters hold, without the receiver; of a class, what
    /// it is made of in order, where its head says so.
    pub(crate) params: Vec<ExprId>,
    /// Its type is written down, so that it counts more than a member of the same
    /// name that is assigned to only.
    pub(crate) declared: bool,
    /// Only the file that defines it sees it.
    pub(crate) is_local: bool,
}

/// One imported name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Import {
    /// The module as it is written: `./store`, `..core`, `crate::net`.
    pub(crate) module: Text,
    /// What is taken of it.
    pub(crate) what: Imported,
    /// The name that it has here.
    pub(crate) local: Text,
    pub(crate) line: u32,
    /// It stands at the top of the file, so others can import it from here.
    pub(crate) top: bool,
    /// The module inside the file that it gives its name to, where there is one.
    pub(crate) parent: Option<ItemId>,
}

/// What an import takes of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Imported {
    /// The module itself.
    Module,
    /// One name of it.
    Name(Text),
    /// All its names.
    All,
}

/// A name under which others see something, where it is not that thing's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Export {
    pub(crate) name: Text,
    pub(crate) what: ExprId,
}

/// What is done with a name where it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Role {
    /// It is read, written or passed on.
    Plain,
    /// It is called.
    Call,
    /// It stands in an import or a re-export.
    Import,
    /// It stands for a type.
    Type,
    /// A definition inherits from it or implements it.
    Base,
    /// It is a key of an object that is written out.
    Key,
}

/// One use of a name that is not local.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Use {
    pub(crate) expr: ExprId,
    pub(crate) line: u32,
    /// The innermost item around it.
    pub(crate) owner: Option<ItemId>,
    pub(crate) role: Role,
}

impl Links {
    pub(crate) fn text(&self, text: Text) -> &str {
        self.texts.get(text)
    }

    pub(crate) fn expr(&self, id: ExprId) -> &Expr {
        self.exprs.get(id as usize).unwrap_or(&Expr::Unknown)
    }

    pub(crate) fn item(&self, id: ItemId) -> &Item {
        &self.items[id as usize]
    }

    pub(crate) fn item_name(&self, id: ItemId) -> &str {
        self.text(self.item(id).name)
    }

    /// The name that a use is written with.
    pub(crate) fn name_of(&self, expr: ExprId) -> Option<&str> {
        Some(match *self.expr(expr) {
            Expr::Free(text) | Expr::Member(_, text) | Expr::Inside(_, text, _) => self.text(text),
            Expr::Item(item) => self.item_name(item),
            Expr::Import(import) => self.text(self.imports[import as usize].local),
            _ => return None,
        })
    }

    /// The items around one, innermost first, itself included.
    pub(crate) fn around(&self, item: ItemId) -> impl Iterator<Item = ItemId> {
        std::iter::successors(Some(item), |&inner| self.item(inner).parent)
    }

    /// The names around an item, outermost first, joined by `::`.
    pub(crate) fn container(&self, item: ItemId) -> Option<String> {
        let mut names: Vec<&str> =
            self.around(item).skip(1).map(|outer| self.item_name(outer)).collect();
        names.retain(|name| !name.is_empty());
        names.reverse();
        (!names.is_empty()).then(|| names.join("::"))
    }

    /// An item's name behind those around it.
    pub(crate) fn full_name(&self, item: ItemId) -> String {
        let names = self.around(item).map(|item| self.item_name(item));
        let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        names.reverse();
        names.join("::")
    }

    /// In the form in which they are stored; nothing for a file without names.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let is_empty = self.items.is_empty() && self.uses.is_empty();
        if is_empty && self.imports.is_empty() && self.package.is_none() {
            return Vec::new();
        }
        postcard::to_stdvec(&compact::Packed::of(self)).unwrap_or_default()
    }

    pub(crate) fn unpack(bytes: &[u8]) -> Result<Links, postcard::Error> {
        if bytes.is_empty() {
            return Ok(Links::default());
        }
        Ok(postcard::from_bytes::<compact::Packed>(bytes)?.unpack())
    }
}

/// Reads the links of a parsed file; none where the language's names are not
/// resolved.
pub(crate) fn read(language: Language, tree: &Tree, text: &str) -> Option<Links> {
    let mut links = match language.name() {
        "rust" => walk::read::<rust::Rust>(language, tree, text),
        "typescript" | "tsx" | "javascript" => {
            walk::read::<typescript::TypeScript>(language, tree, text)
        }
        "go" => walk::read::<go::Go>(language, tree, text),
        "python" => walk::read::<python::Python>(language, tree, text),
        "java" => walk::read::<java::Java>(language, tree, text),
        "c" | "cpp" => walk::read::<c::C>(language, tree, text),
        _ => return None,
    };
    if matches!(language.name(), "typescript" | "tsx" | "javascript" | "python") {
        links.drop_outside();
    }
    links.compact();
    Some(links)
}

#[cfg(test)]
mod tests;
