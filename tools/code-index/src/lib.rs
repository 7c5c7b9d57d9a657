//! Symbols, text search and a map of a source tree.

pub mod cancel;
pub mod lines;
pub mod paths;
pub mod project;
pub mod roots;
pub mod symbol;

pub use cancel::{Cancel, Cancelled};
pub use symbol::{Symbol, SymbolKind};
