//! The state behind the tools.

use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use ymera_protocol::serve::Call;

use crate::error::MemoryError;
use crate::{Memory, project};

/// Tells the root folder of the project that a call is about.
type RootOf = Arc<dyn Fn(Call) -> BoxFuture<'static, Result<PathBuf, String>> + Send + Sync>;

/// A memory, and whose it is.
#[derive(Clone)]
pub struct MemoryContext {
    pub(super) memory: Memory,
    root_of: RootOf,
}

/// Why a tool could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// No project is known.
    #[error("{0}")]
    Project(String),
    /// The memory could not answer.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

impl MemoryContext {
    /// `memory`, of the project whose root folder `root_of` tells.
    pub fn new(
        memory: Memory,
        root_of: impl Fn(Call) -> BoxFuture<'static, Result<PathBuf, String>> + Send + Sync + 'static,
    ) -> Self {
        Self { memory, root_of: Arc::new(root_of) }
    }

    pub(super) async fn project(&self, call: Call) -> Result<String, ToolError> {
        let root = (self.root_of)(call).await.map_err(ToolError::Project)?;
        Ok(project::key(&root))
    }
}
