//! The TypeScript SDK's server: installed once from npm into the cache folder.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;
use tokio::time::timeout;
use ymera_kit::Folders;

/// Exact, so that figures of two days can be compared.
const SDK: &str = "@modelcontextprotocol/sdk@1.32.2";
const SERVER: &str = include_str!("../../node/echo.mjs");
const INSTALL_DEADLINE: Duration = Duration::from_secs(120);

/// What to start.
pub(super) struct Script {
    pub(super) node: PathBuf,
    pub(super) script: PathBuf,
}

/// Finds Node and the SDK, which it installs when it is missing.
pub(super) async fn install() -> anyhow::Result<Script> {
    let node = node_path().await.context("node was not found; install Node 18 or later")?;
    let folder =
        Folders::from_environment()?.cache.join("bench").join(SDK.replace(['/', '@'], "-"));
    let complete = folder.join("complete");
    if !complete.exists() {
        tokio::fs::create_dir_all(&folder).await?;
        tokio::fs::write(folder.join("package.json"), r#"{"private":true}"#).await?;
        eprintln!("installing {SDK} into {}", folder.display());
        npm_install(&folder).await?;
        tokio::fs::write(&complete, "").await?;
    }
    let script = folder.join("echo.mjs");
    tokio::fs::write(&script, SERVER).await?;
    Ok(Script { node, script })
}

/// Node's own executable: what is on the PATH may be a launcher, whose child
/// would be measured in its place.
async fn node_path() -> anyhow::Result<PathBuf> {
    let asked = Command::new("node").args(["-p", "process.execPath"]).kill_on_drop(true).output();
    let output = timeout(Duration::from_secs(20), asked).await??;
    if !output.status.success() {
        bail!("`node -p process.execPath` failed");
    }
    Ok(String::from_utf8(output.stdout)?.trim().into())
}

async fn npm_install(folder: &Path) -> anyhow::Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", SDK]);
    npm.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let mut npm = npm.spawn().context("npm was not found; install it with Node")?;
    let status = timeout(INSTALL_DEADLINE, npm.wait())
        .await
        .with_context(|| format!("npm did not install {SDK} in {INSTALL_DEADLINE:?}"))??;
    if !status.success() {
        bail!("npm could not install {SDK}; is there a network?");
    }
    Ok(())
}
