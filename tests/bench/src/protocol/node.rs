//! The TypeScript SDK's server: installed once from npm into the cache folder.

use std::path::PathBuf;

use crate::npm;

/// Exact, so that figures of two days can be compared.
const SDK: &str = "@modelcontextprotocol/sdk@1.32.2";
const SERVER: &str = include_str!("../../node/echo.mjs");

/// What to start.
pub(super) struct Script {
    pub(super) node: PathBuf,
    pub(super) script: PathBuf,
}

/// Finds Node and the SDK, which it installs when it is missing.
pub(super) async fn install() -> anyhow::Result<Script> {
    let node = npm::node().await?;
    let script = npm::installed(SDK).await?.join("echo.mjs");
    tokio::fs::write(&script, SERVER).await?;
    Ok(Script { node, script })
}
