//! Symbols, text search and a map of a source tree.

pub mod extract;
pub mod language;
pub mod symbol;

pub use extract::{Extraction, Extractor};
pub use language::Language;
pub use symbol::{Symbol, SymbolKind};
