//! What an expression stands for.

use std::sync::Arc;

use crate::links::ItemId;

/// A file, by its place among those that a question has read.
pub(crate) type FileId = u32;

/// An item of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Def {
    pub(crate) file: FileId,
    pub(crate) item: ItemId,
}

/// What has names that belong to no item: a file, or a folder of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Module {
    /// One file.
    File(FileId),
    /// A folder, or a package by its name, as the language's rules see it.
    Package(Arc<str>),
}

/// What an expression stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// It could not be told.
    Unknown,
    /// Something that does not lie in this repository, with its name.
    Outside(Arc<str>),
    /// A module.
    Module(Module),
    /// A definition itself: a class, a function, a variable.
    Thing(Def),
    /// An instance of a class.
    Instance(Def, Arc<[Value]>),
    /// An instance of a type that does not lie here, with its arguments.
    Known(Arc<str>, Arc<[Value]>),
    /// A list, set or array.
    List(Arc<Value>),
    /// A method of a value whose type does not lie here.
    Method(Arc<Value>, Arc<str>),
    /// A function that is called with this.
    Callback(Arc<Value>),
    /// One of these.
    Many(Arc<[Value]>),
}

impl Value {
    pub(crate) fn outside(name: &str) -> Value {
        Value::Outside(Arc::from(name))
    }

    pub(crate) fn known(name: &str) -> Value {
        Value::Known(Arc::from(name), Arc::from([]))
    }

    pub(crate) fn list(of: Value) -> Value {
        Value::List(Arc::new(of))
    }

    /// One value of several; what is unknown adds nothing.
    pub(crate) fn many(values: impl IntoIterator<Item = Value>) -> Value {
        let mut all: Vec<Value> = Vec::new();
        for value in values {
            let parts: &[Value] = match &value {
                Value::Unknown => &[],
                Value::Many(parts) => parts,
                one => std::slice::from_ref(one),
            };
            for part in parts {
                if !all.contains(part) && all.len() < MAX_MANY {
                    all.push(part.clone());
                }
            }
        }
        match all.len() {
            0 => Value::Unknown,
            1 => all.swap_remove(0),
            _ => Value::Many(all.into()),
        }
    }

    /// The value, or each of several.
    pub(crate) fn each(&self) -> &[Value] {
        match self {
            Value::Many(all) => all,
            one => std::slice::from_ref(one),
        }
    }

    /// The definitions that it is itself.
    pub(crate) fn things(&self) -> impl Iterator<Item = Def> {
        self.each().iter().filter_map(|value| match value {
            Value::Thing(def) => Some(*def),
            _ => None,
        })
    }

    /// Applies `of` to the value, or to each of several.
    pub(crate) fn map(&self, of: impl FnMut(&Value) -> Value) -> Value {
        match self {
            Value::Many(all) => Value::many(all.iter().map(of)),
            one => Value::many(std::iter::once(one).map(of)),
        }
    }
}

/// Alternatives kept of one value.
const MAX_MANY: usize = 8;
