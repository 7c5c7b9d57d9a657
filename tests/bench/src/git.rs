//! The commands of git that read a repository.
//!
//! **Invariants**
//! - No command writes to the repository it is given, or asks the network.
//! - What a person set up for their own eyes (colours, notes, signatures, renames) does
//!   not change what is read.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;
use tokio::time::timeout;

/// Longer than a checkout of any repository that is measured here takes.
const DEADLINE: Duration = Duration::from_secs(600);

/// A parent process that is git itself sets these, and they would lead elsewhere.
const LEADING: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
];

/// Begins a commit, and ends each of its texts, in what [`log`] returns.
pub(crate) const BEGIN: char = '\x1e';
pub(crate) const END: char = '\x1f';

/// The newest commits that are no merges, and the files that they change.
///
/// No commit comes after one that it is part of, whatever their dates say.
pub(crate) async fn log(repo: &Path, most: usize) -> anyhow::Result<String> {
    let most = format!("--max-count={most}");
    let format = format!("--format={BEGIN}%H{END}%an{END}%s{END}%b{END}");
    let arguments = [
        "log",
        "--no-merges",
        "--date-order",
        "-z",
        "--name-status",
        "--no-renames",
        "--no-color",
        "--no-ext-diff",
        "--no-mailmap",
        "--no-notes",
        "--no-show-signature",
        "--encoding=UTF-8",
        &most,
        &format,
        "HEAD",
        "--",
    ];
    run(repo, arguments).await
}

/// The hash of the commit that `HEAD` leads to.
pub(crate) async fn head(repo: &Path) -> anyhow::Result<String> {
    let hash = run(repo, ["rev-parse", "--verify", "HEAD^{commit}"]).await?;
    Ok(hash.trim().to_owned())
}

/// Puts the files of `commit` into `root`, a folder that is made here. Its `HEAD` leads to
/// nothing that came later.
pub(crate) async fn export(repo: &Path, commit: &str, root: &Path) -> anyhow::Result<()> {
    let commit = run(repo, ["rev-parse", "--verify", &format!("{commit}^{{commit}}")]).await?;
    let above = root.parent().context("the folder of a snapshot has one above it")?;
    let clone = ["clone", "--quiet", "--shared", "--no-checkout"].map(OsStr::new);
    run(above, clone.into_iter().chain([repo.as_os_str(), root.as_os_str()])).await?;
    run(root, ["checkout", "--quiet", "--detach", commit.trim()]).await?;
    Ok(())
}

/// Runs git in `folder` and returns what it prints.
async fn run<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> anyhow::Result<String> {
    let mut arguments = arguments.into_iter();
    let verb = arguments.next().context("git is told what to do")?;
    let shown = format!("`git {}` in `{}`", verb.as_ref().display(), folder.display());
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).arg(verb).args(arguments);
    for variable in LEADING {
        command.env_remove(variable);
    }
    command.env("GIT_LFS_SKIP_SMUDGE", "1").env("GIT_NO_LAZY_FETCH", "1");
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(DEADLINE, command.output()).await;
    let output = output.with_context(|| format!("{shown} did not end in time"))?;
    let output = output.context("cannot start git; put it on the PATH")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{shown} ended with {}: {}", output.status, said.trim());
    }
    // A partial copy of a repository checks out without the files that it lacks.
    if !said.trim().is_empty() {
        eprintln!("{shown}: {}", said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
