//! What differs between languages: which file a module is, and where a name is
//! looked for that its file does not bind.

use super::Resolver;
use super::c::C;
use super::go::Go;
use super::java::Java;
use super::python::Python;
use super::rust::Rust;
use super::typescript::TypeScript;
use super::value::{Def, FileId, Module, Value};
use crate::links::ExprId;

/// A constructor has the name of its class.
pub(crate) const CLASS_NAME: &str = "";

/// The rules of one language.
pub(crate) trait Rules {
    /// The module that an import of `file` names.
    fn module(&self, resolver: &Resolver<'_>, file: FileId, written: &str) -> Value;

    /// A module inside a module.
    fn submodule(&self, _resolver: &Resolver<'_>, _module: &Module, _name: &str) -> Value {
        Value::Unknown
    }

    /// A name of a package that is no file.
    fn package_member(&self, _resolver: &Resolver<'_>, _package: &str, _name: &str) -> Value {
        Value::Unknown
    }

    /// A name that `file` does not bind.
    fn free(&self, _resolver: &Resolver<'_>, _file: FileId, name: &str) -> Value {
        Value::outside(name)
    }

    /// The same, of a name that only functions can have.
    fn free_function(&self, resolver: &Resolver<'_>, file: FileId, name: &str) -> Value {
        self.free(resolver, file, name)
    }

    /// What else declares or defines the same thing: a prototype and its function.
    fn twins(&self, _resolver: &Resolver<'_>, _def: Def) -> Vec<Def> {
        Vec::new()
    }

    /// A name that `file` does not bind reaches a definition by what it imports.
    fn reaches(&self, _resolver: &Resolver<'_>, _file: FileId, _def: Def) -> bool {
        true
    }

    /// Functions have names of their own: what is called is one, and nothing else is.
    fn parts_functions(&self) -> bool {
        false
    }

    /// The name of the function that makes an instance of a class.
    fn constructor(&self) -> &'static str {
        "constructor"
    }

    /// Members may stand outside their type, in files of their own.
    fn has_extensions(&self) -> bool {
        false
    }

    /// Types, values and macros of one name live side by side.
    fn has_spaces(&self) -> bool {
        false
    }

    /// A member of an instance that no definition tells of.
    fn missing(&self, _of: &Value, _name: &str) -> Value {
        Value::Unknown
    }

    /// What a method of a value that does not lie here gives, where the language
    /// has a way of its own.
    fn called(&self, _of: &Value, _method: &str) -> Option<Value> {
        None
    }

    /// What such a method calls its argument with.
    fn callback(&self, _of: &Value, _method: &str) -> Option<Value> {
        None
    }

    /// All that a class builds on stands in one line, in which members are looked
    /// for: first those whose type is written down, then those assigned to only.
    fn has_one_line(&self) -> bool {
        false
    }

    /// What a file imports others can import from it.
    fn passes_imports_on(&self) -> bool {
        false
    }

    /// What comes from outside the repository leads to nothing inside.
    fn keeps_outside(&self) -> bool {
        false
    }

    /// What iterating gives, where the language has a way of its own.
    fn element(&self, _resolver: &Resolver<'_>, _of: &Value) -> Option<Value> {
        None
    }

    /// A key that is written out may mean a member.
    fn key_leads(&self, _resolver: &Resolver<'_>, _file: FileId, _expr: ExprId) -> bool {
        true
    }

    /// Names that so many types have that a name alone tells nothing.
    fn common_members(&self) -> &'static [&'static str];
}

/// The rules of a language; none where its names are not resolved.
pub(crate) fn of_language(name: &str) -> Option<&'static dyn Rules> {
    Some(match name {
        "typescript" | "tsx" | "javascript" => &TypeScript,
        "python" => &Python,
        "rust" => &Rust,
        "go" => &Go,
        "java" => &Java,
        "c" | "cpp" => &C,
        _ => return None,
    })
}

/// Languages that see each other's names have the same family.
pub(crate) fn family(name: &str) -> &str {
    match name {
        "typescript" | "tsx" | "javascript" => "typescript",
        "c" | "cpp" => "c",
        other => other,
    }
}
