//! Symbols, text search and a map of a source tree.
//!
//! ```text
//! walk ─▶ analyse (parse, words) ─▶ overlay ─▶ writer ─▶ stored index, shared by processes
//!   ▲                                  │                      │
//! watch                                └──────── view ────────┘
//!                                                 ▲
//!                 find_symbol, search_code, explore, outline, files, map_project
//!                 trace, impact ─▶ resolve ─▶ links of the files that hold a name
//!                 docs ─▶ sections, doc comments, rules
//!                 checks ─▶ trees of the files asked for, resolve, manifests
//! ```
//!
//! A [`Workspace`] opens one or several roots and answers at once. What is
//! stored is one document per file (`schema`, `document`); what changed
//! since lies in the `overlay` of each process, and a question sees both as
//! one. What commits said of files (`history`) lies beside it. Texts are not stored: lines and snippets come from the files as they are.
//!
//! **Deliberately absent:** the protocol over which questions come, the
//! environment, and any decision of a server. [`Options`] says what it wants.

mod adopt;
mod as_stored;
mod build;
pub mod cancel;
mod candidates;
pub mod changes;
pub mod checks;
pub mod contracts;
pub mod docs;
mod document;
pub mod error;
mod events;
pub mod explore;
pub mod extract;
pub mod file_class;
pub mod files;
pub mod find_symbol;
mod folder;
#[doc(hidden)]
pub mod fuzzing;
mod history;
pub mod impact;
pub mod language;
pub mod lines;
mod links;
mod literals;
pub mod mcp;
pub mod name_match;
mod names_cache;
pub mod options;
mod overlay;
pub mod paths;
mod pending;
pub mod project;
mod read;
mod remember;
mod resolve;
mod review;
mod root_index;
mod root_state;
pub mod roots;
mod schema;
#[cfg(test)]
mod scratch;
pub mod search_code;
mod segment_table;
mod sightings;
pub mod status;
mod stored;
pub mod symbol;
mod term_table;
mod terms;
pub mod trace;
pub mod walk;
mod watch;
mod words;
pub mod workspace;
mod worktrees;
mod writer;

pub use cancel::{Cancel, Cancelled};
pub use error::IndexError;
pub use explore::{ExploreAnswer, ExploreQuery, Packed, Place, pack};
pub use extract::{Extraction, Extractor};
pub use file_class::FileClass;
pub use files::{FileEntry, FileLines};
pub use find_symbol::{SymbolAnswer, SymbolHit, SymbolQuery};
pub use language::Language;
pub use name_match::NameMatch;
pub use options::{Options, WatchMode};
pub use resolve::Confidence;
pub use search_code::LinesAnswer;
pub use status::{HistoryState, IndexStatus, WatchState};
pub use symbol::{Symbol, SymbolKind};
pub use trace::{Direction, Edge, TraceAnswer, TraceQuery};
pub use walk::{SkipReason, Skipped, SkippedFiles};
pub use workspace::{Scope, Workspace};
