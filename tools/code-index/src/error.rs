//! Why the engine could not answer. Messages are read by a model as often as
//! by a person: each names the thing and the next step.

use std::io;
use std::path::PathBuf;

use crate::cancel::Cancelled;

/// Everything that can go wrong between a question and its answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// A root is missing, not a folder, or may not be read.
    #[error("`{}` cannot be opened as a folder; pass a folder that exists and can be read", path.display())]
    Root {
        /// The folder as it was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// The cache folder cannot hold an index.
    #[error("the cache folder `{}` cannot be used; check that it can be written", path.display())]
    Cache {
        /// The folder of the index.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// No file of that name is indexed.
    #[error("no file `{path}` is indexed; look for the right path with a search or in the map")]
    UnknownFile {
        /// The path as it was asked for.
        path: String,
    },

    /// A file was asked about as if it were a symbol.
    #[error(
        "`{path}` is a file; ask for its `imports` or its `references`, or name a symbol in it as `path:line`"
    )]
    AskedOfFile {
        /// The path as it was asked for.
        path: String,
    },

    /// A file that is indexed could not be read now.
    #[error("`{path}` cannot be read now; it may have been deleted or be protected")]
    Unreadable {
        /// The path as it was asked for.
        path: String,
    },

    /// A language is not one that the index knows.
    #[error("`{name}` is no language that is known here; leave `languages` out or filter by path")]
    UnknownLanguage {
        /// The name as it was asked for.
        name: String,
    },

    /// Nothing is known of a generation.
    #[error(
        "generation {generation} is not known; pass the `index.generation` of an earlier answer about this project, at most {newest}"
    )]
    UnknownGeneration {
        /// The generation as it was asked for.
        generation: u64,
        /// The newest.
        newest: u64,
    },

    /// Git does not know a range of commits.
    #[error(
        "`{range}` is neither a unified diff nor a range that git knows here; pass a diff, `main..topic` or `HEAD~1`"
    )]
    Range {
        /// The range as it was asked for.
        range: String,
    },

    /// The limit to paths is broken.
    #[error(transparent)]
    Paths(#[from] crate::paths::PathFilterError),

    /// A search for lines is broken.
    #[error(transparent)]
    Lines(#[from] crate::lines::LineSearchError),

    /// The caller ended the call.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),

    /// The stored index failed; the next opening rebuilds it.
    #[error("the stored index failed; it is rebuilt when the folder is opened again")]
    Store(#[from] tantivy::TantivyError),

    /// The stored index could not be read.
    #[error("the stored index cannot be read; it is rebuilt when the folder is opened again")]
    Io(#[from] io::Error),
}
