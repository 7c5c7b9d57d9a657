//! Symbols, text search and a map of a source tree.

mod build;
pub mod cancel;
mod document;
pub mod error;
mod events;
pub mod extract;
pub mod file_class;
mod folder;
pub mod language;
pub mod options;
mod overlay;
mod read;
mod root_index;
mod root_state;
mod schema;
mod segment_table;
pub mod status;
mod stored;
pub mod paths;
pub mod project;
pub mod roots;
pub mod symbol;
mod term_table;
mod terms;
pub mod walk;
mod watch;
mod words;
mod writer;

pub use cancel::{Cancel, Cancelled};
pub use error::IndexError;
pub use file_class::FileClass;
pub use options::{Options, WatchMode};
pub use symbol::{Symbol, SymbolKind};
pub use walk::{SkipReason, Skipped, SkippedFiles};
