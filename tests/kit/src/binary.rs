//! Finding the binaries under test, and building them so that none is stale.
//!
//! Cargo hands a test the binaries of its own package only. The others lie beside
//! the test's executable, from whatever build came last, so cargo is asked to
//! bring them up to date: once a process and binary, a third of a second when
//! nothing changed.

use std::collections::HashSet;
use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, bail};

/// Returns the path of a workspace binary, such as `ymera-context`.
///
/// It is what cargo names to this test, else what lies beside it. nextest starts a process per test, so there a binary that exists is taken as
/// it is: whoever starts nextest builds first.
pub fn bin_path(name: &str) -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os(format!("CARGO_BIN_EXE_{name}")) {
        return Ok(path.into());
    }
    static FRESH: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    // Held while cargo runs: a second test that needs the binary waits for it.
    let mut fresh = FRESH.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh = fresh.get_or_insert_default();

    let folder = profile_folder()?;
    let path = folder.join(format!("{name}{EXE_SUFFIX}"));
    let trusted = std::env::var_os("NEXTEST").is_some() && path.exists();
    if !trusted && !fresh.contains(name) {
        build(name, &folder)?;
    }
    if !path.exists() {
        bail!("cargo built `{name}` but not at `{}`", path.display());
    }
    fresh.insert(name.to_owned());
    Ok(path)
}

/// `target/debug` for a test at `target/debug/deps/suite-0123`.
fn profile_folder() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe().context("cannot tell where this test's executable is")?;
    let deps = test.parent().filter(|folder| folder.ends_with("deps"));
    let folder = deps.and_then(Path::parent);
    let folder = folder.with_context(|| {
        format!("`{}` is not in a `deps` folder; run it with cargo", test.display())
    })?;
    Ok(folder.to_owned())
}

fn build(name: &str, folder: &Path) -> anyhow::Result<()> {
    let (Some(target), Some(profile)) = (folder.parent(), folder.file_name()) else {
        bail!("`{}` is no target folder", folder.display());
    };
    // The folder of the profile `dev` is called `debug`; all others are called as they are.
    let profile = profile.to_str().map_or("dev", |name| if name == "debug" { "dev" } else { name });
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--workspace", "--quiet", "--profile", profile, "--bin", name]);
    command.arg("--target-dir").arg(target).current_dir(workspace());
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// The workspace this crate was built in.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
