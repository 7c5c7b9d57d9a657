//! Symbols, text search and a map of a source tree.

pub mod symbol;

pub use symbol::{Symbol, SymbolKind};
