//! Packages of npm that we measure beside: installed once, into the cache folder.
//!
//! **Invariants**
//! - Versions are exact, so that figures of two days can be compared.
//! - No script of a package runs while it is installed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;
use tokio::time::timeout;
use ymera_kit::Folders;

/// The largest package brings a runtime of its own and takes most of it.
const INSTALL_DEADLINE: Duration = Duration::from_secs(300);

/// Where the benches keep what takes long to get.
pub(crate) fn cache() -> anyhow::Result<PathBuf> {
    Ok(Folders::from_environment()?.cache.join("bench"))
}

/// The folder that `package`, a `name@version`, is installed in: it holds `node_modules`.
pub(crate) async fn installed(package: &str) -> anyhow::Result<PathBuf> {
    let folder = cache()?.join(package.replace(['/', '@'], "-"));
    let complete = folder.join("complete");
    if !complete.exists() {
        tokio::fs::create_dir_all(&folder).await?;
        tokio::fs::write(folder.join("package.json"), r#"{"private":true}"#).await?;
        eprintln!("installing {package} into {}", folder.display());
        install(package, &folder).await?;
        tokio::fs::write(&complete, "").await?;
    }
    Ok(folder)
}

/// Node's own executable: what is on the PATH may be a launcher, whose child
/// would be measured in its place.
pub(crate) async fn node() -> anyhow::Result<PathBuf> {
    const HINT: &str = "node was not found; install Node 18 or later";
    let asked = Command::new("node").args(["-p", "process.execPath"]).kill_on_drop(true).output();
    let output = timeout(Duration::from_secs(20), asked).await.context(HINT)?.context(HINT)?;
    if !output.status.success() {
        bail!("`node -p process.execPath` failed; {HINT}");
    }
    Ok(String::from_utf8(output.stdout)?.trim().into())
}

async fn install(package: &str, folder: &Path) -> anyhow::Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    npm.arg(package).current_dir(folder);
    npm.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let mut npm = npm.spawn().context("npm was not found; install it with Node")?;
    let status = timeout(INSTALL_DEADLINE, npm.wait())
        .await
        .with_context(|| format!("npm did not install {package} in {INSTALL_DEADLINE:?}"))??;
    if !status.success() {
        bail!("npm could not install {package}; is there a network?");
    }
    Ok(())
}
