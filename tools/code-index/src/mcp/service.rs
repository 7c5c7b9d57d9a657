//! The state behind the tools: which project is served, and how work is run.
//!
//! **Invariants**
//! - The project is decided once: by flags, by what the host names, by the
//!   host's roots, or by the working directory, in this order.
//! - Without a project every tool says how to name one; the server goes on.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio::sync::OnceCell;
use ymera_protocol::serve::{Call, Interrupted};

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::options::Options;
use crate::roots::{RootError, RootInputs, Roots};
use crate::status::IndexStatus;
use crate::workspace::Workspace;

/// The code that a server knows. Cheap to clone.
#[derive(Clone)]
pub struct CodeContext(Arc<Inner>);

struct Inner {
    inputs: RootInputs,
    options: Options,
    /// Opened before the first call where that needs no word of the host.
    early: OnceLock<Arc<Workspace>>,
    decided: OnceCell<Result<Arc<Workspace>, ToolError>>,
}

/// Why a tool could not answer.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// No project is known.
    #[error(transparent)]
    Root(Arc<RootError>),
    /// The engine could not answer.
    #[error(transparent)]
    Index(Arc<IndexError>),
    /// The arguments contradict each other or are out of range.
    #[error("{0}")]
    Arguments(String),
    /// The call ended early.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl From<IndexError> for ToolError {
    fn from(error: IndexError) -> Self {
        Self::Index(Arc::new(error))
    }
}

impl CodeContext {
    /// A context that decides on its project from `inputs`, and from the roots
    /// of the host that calls first. Indexing starts at once where it can.
    #[must_use]
    pub fn new(inputs: RootInputs, options: Options) -> Self {
        let context = Self(Arc::new(Inner {
            inputs,
            options,
            early: OnceLock::new(),
            decided: OnceCell::new(),
        }));
        context.open_early();
        context
    }

    /// A context over a workspace that is open already.
    #[must_use]
    pub fn of(workspace: Workspace, options: Options) -> Self {
        let decided = OnceCell::new_with(Some(Ok(Arc::new(workspace))));
        let early = OnceLock::new();
        Self(Arc::new(Inner { inputs: RootInputs::default(), options, early, decided }))
    }

    fn open_early(&self) {
        let opened = Roots::decide(&self.0.inputs)
            .map_err(|error| ToolError::Root(Arc::new(error)))
            .and_then(|roots| Ok(Workspace::open(roots, &self.0.options)?));
        match opened {
            Ok(workspace) => {
                // Nobody else has a handle yet, so the cell is empty.
                let _new = self.0.early.set(Arc::new(workspace));
            }
            Err(error) => tracing::info!(%error, "no project is open yet"),
        }
    }

    /// How far the index is; `None` while no project is open.
    #[must_use]
    pub fn status(&self) -> Option<IndexStatus> {
        let decided = self.0.decided.get().and_then(|result| result.as_ref().ok());
        decided.or(self.0.early.get()).map(|workspace| workspace.status())
    }

    /// The first root folder: the project, for whatever else is kept about it.
    ///
    /// # Errors
    /// When no project is known.
    pub async fn first_root(&self, call: &Call) -> Result<PathBuf, ToolError> {
        let workspace = self.workspace(call).await?;
        let first = workspace.roots().list().first().map(|root| root.path.clone());
        first.ok_or_else(|| ToolError::Arguments("no root is served; pass --root PATH".to_owned()))
    }

    /// The served workspace, decided at the first call.
    pub(crate) async fn workspace(&self, call: &Call) -> Result<Arc<Workspace>, ToolError> {
        self.0.decided.get_or_init(|| self.decide(call)).await.clone()
    }

    async fn decide(&self, call: &Call) -> Result<Arc<Workspace>, ToolError> {
        let inner = &self.0;
        let early = inner.early.get();
        let certain = !inner.inputs.flags.is_empty() || inner.inputs.host_folder.is_some();
        let host_roots = if certain { Vec::new() } else { call.host_roots().await };
        if let Some(early) = early
            && host_roots.is_empty()
        {
            return Ok(Arc::clone(early));
        }
        let inputs = RootInputs { host_roots, ..inner.inputs.clone() };
        let roots = Roots::decide(&inputs).map_err(|error| ToolError::Root(Arc::new(error)))?;
        if let Some(early) = early.filter(|early| *early.roots() == roots) {
            return Ok(Arc::clone(early));
        }
        let options = inner.options.clone();
        let opened = call.blocking(|| (), move || Workspace::open(roots, &options)).await??;
        Ok(Arc::new(opened))
    }

    /// Runs a question on a thread of its own; dropping the future stops it.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        call: &Call,
        question: impl FnOnce(&Workspace, &Cancel) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, ToolError> {
        let workspace = self.workspace(call).await?;
        let cancel = Cancel::new();
        let stop = cancel.clone();
        let answer =
            call.blocking(move || stop.cancel(), move || question(&workspace, &cancel)).await?;
        Ok(answer?)
    }

    /// The largest file that is read.
    pub(crate) fn max_file_bytes(&self) -> u64 {
        self.0.options.max_file_bytes
    }
}
