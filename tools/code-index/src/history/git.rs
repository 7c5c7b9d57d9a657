//! Reading commits by the `git` command.
//!
//! **Invariants**
//! - Nothing that a repository brings is run: no hook, pager, helper, textconv
//!   or signature check, and nothing is fetched.
//! - The process ends with its root: [`GitProcess::stop`] kills it.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Stands before each commit in what git prints; messages do not hold it.
const COMMIT: u8 = 0x1e;
/// Stands between the parts of a commit.
const PART: u8 = 0x1f;
/// Read between two looks for the next commit.
const PIECE: usize = 64 << 10;
/// A commit that prints more is a mass change; its rest is passed over.
const MAX_COMMIT: usize = 1 << 20;
/// A longer diff is read up to here.
const MAX_DIFF: usize = 32 << 20;
/// The tree without files, which every repository knows.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
/// Variables that would point git at another repository.
const FOREIGN: [&str; 5] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE"];

/// The git process that runs now, if any.
#[derive(Default)]
pub(crate) struct GitProcess(Mutex<Running>);

#[derive(Default)]
struct Running {
    child: Option<Child>,
    stopped: bool,
}

/// One commit as git prints it.
pub(super) struct RawCommit<'t> {
    pub(super) id: &'t str,
    pub(super) message: &'t str,
    pub(super) files: Vec<&'t str>,
}

impl GitProcess {
    /// Ends the running process and starts no other.
    pub(crate) fn stop(&self) {
        let mut running = self.lock();
        running.stopped = true;
        if let Some(child) = &mut running.child
            && let Err(error) = child.kill()
        {
            tracing::debug!(%error, "git had ended");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The commit of HEAD; none without a repository, a commit or git itself.
    pub(super) fn head(&self, root: &Path) -> Option<String> {
        let arguments = ["rev-parse", "--verify", "--quiet", "HEAD"];
        let head = self.lines(root, &arguments).ok()?.pop()?;
        is_commit_id(&head).then_some(head)
    }

    /// The newest commits without merges.
    pub(super) fn newest(&self, root: &Path, count: usize) -> io::Result<Vec<String>> {
        let count = format!("--max-count={count}");
        let mut ids = self.lines(root, &["rev-list", "--no-merges", &count, "HEAD"])?;
        ids.retain(|id| is_commit_id(id));
        Ok(ids)
    }

    /// Calls `visit` with each of the commits; paths are relative to `root`.
    pub(super) fn read(
        &self,
        root: &Path,
        ids: &[String],
        mut visit: impl FnMut(RawCommit<'_>),
    ) -> io::Result<()> {
        let arguments = [
            "log",
            "--no-walk=unsorted",
            "--stdin",
            "-z",
            "--name-only",
            "--no-renames",
            "--relative",
            "--no-ext-diff",
            "--no-textconv",
            "--no-show-signature",
            "--encoding=UTF-8",
            "--format=%x1e%H%x1f%B%x1f",
        ];
        let mut pending = Vec::new();
        self.run(root, &arguments, ids.join("\n").as_bytes(), |piece| {
            pending.extend_from_slice(piece);
            while let Some(end) = memchr::memchr(COMMIT, pending.get(1..).unwrap_or_default()) {
                parse(&pending[..=end]).into_iter().for_each(&mut visit);
                pending.drain(..=end);
            }
            // What follows belongs to a commit that is too large to matter.
            pending.truncate(MAX_COMMIT);
        })?;
        parse(&pending).into_iter().for_each(&mut visit);
        Ok(())
    }

    /// What changed in a range of commits (`main..topic`), or since one commit in
    /// the files as they are, as a diff without context.
    pub(crate) fn diff(&self, root: &Path, range: &str) -> io::Result<String> {
        let filters = self.no_filters(root);
        // Without attributes no filter that a repository asks for is run.
        let no_attributes = format!("--attr-source={EMPTY_TREE}");
        let arguments = [
            no_attributes.as_str(),
            "diff",
            "--ignore-submodules=all",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            "--relative",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--end-of-options",
            range,
            "--",
        ];
        let filters = filters.iter().map(String::as_str);
        let arguments: Vec<&str> = filters.chain(arguments).collect();
        let mut output = Vec::new();
        self.run(root, &arguments, b"", |piece| {
            if output.len() < MAX_DIFF {
                output.extend_from_slice(piece);
            }
        })?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    /// Files that git neither knows nor ignores, relative to `root`.
    pub(crate) fn untracked(&self, root: &Path) -> io::Result<Vec<String>> {
        self.lines(root, &["ls-files", "--others", "--exclude-standard"])
    }

    /// The text of a file as a commit has it.
    pub(crate) fn file_at(&self, root: &Path, commit: &str, path: &str) -> io::Result<String> {
        let place = format!("{commit}:./{path}");
        let mut output = Vec::new();
        self.run(root, &["cat-file", "blob", &place], b"", |piece| {
            if output.len() < MAX_DIFF {
                output.extend_from_slice(piece);
            }
        })?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    /// Settings that take the programs away from all filters that are configured:
    /// attributes that lie beside the repository still ask for them.
    fn no_filters(&self, root: &Path) -> Vec<String> {
        let mut output = Vec::new();
        let arguments = ["config", "--name-only", "--null", "--get-regexp", r"^filter\."];
        // It fails where there are none.
        let _found = self.run(root, &arguments, b"", |piece| output.extend_from_slice(piece));
        let text = String::from_utf8_lossy(&output);
        let mut names: Vec<&str> = text
            .split('\0')
            .filter_map(|key| Some(key.strip_prefix("filter.")?.rsplit_once('.')?.0))
            .collect();
        names.sort_unstable();
        names.dedup();
        let settings = names.into_iter().flat_map(|name| {
            ["clean=", "smudge=", "process=", "required=false"]
                .map(|setting| ["-c".to_owned(), format!("filter.{name}.{setting}")])
        });
        settings.flatten().collect()
    }

    fn lines(&self, root: &Path, arguments: &[&str]) -> io::Result<Vec<String>> {
        let mut output = Vec::new();
        self.run(root, arguments, b"", |piece| output.extend_from_slice(piece))?;
        Ok(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
    }

    fn run(
        &self,
        root: &Path,
        arguments: &[&str],
        input: &[u8],
        output: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let (stdin, stdout) = self.start(command(root).args(arguments))?;
        let piped = pipe(stdin, stdout, input, output);
        let child = self.lock().child.take();
        let status = child.map(|mut child| child.wait()).transpose()?;
        piped?;
        match status {
            Some(status) if status.success() => Ok(()),
            _ => Err(io::Error::other("git could not read the history")),
        }
    }

    fn start(
        &self,
        command: &mut Command,
    ) -> io::Result<(Option<ChildStdin>, Option<ChildStdout>)> {
        let mut running = self.lock();
        if running.stopped {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut child = command.spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take());
        running.child = Some(child);
        Ok(pipes)
    }
}

/// Git reads all ids before it prints the first commit, so one after the other is enough.
fn pipe(
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    input: &[u8],
    mut output: impl FnMut(&[u8]),
) -> io::Result<()> {
    if let Some(mut stdin) = stdin {
        stdin.write_all(input)?;
    }
    let Some(mut stdout) = stdout else { return Ok(()) };
    let mut piece = vec![0; PIECE];
    loop {
        match stdout.read(&mut piece)? {
            0 => return Ok(()),
            read => output(&piece[..read]),
        }
    }
}

fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("--no-pager")
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(["-c", "log.showSignature=false", "-c", "core.quotePath=false"])
        .arg("-C")
        .arg(root)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
}

fn parse(text: &[u8]) -> Option<RawCommit<'_>> {
    let text = text.strip_prefix(&[COMMIT])?;
    let mut parts = text.splitn(3, |&byte| byte == PART);
    let id = std::str::from_utf8(parts.next()?).ok().filter(|id| is_commit_id(id))?;
    let message = std::str::from_utf8(parts.next()?).ok()?;
    let files = parts.next()?.split(|&byte| byte == 0);
    // A name that is no Unicode is not indexed either.
    let files = files.filter_map(|name| std::str::from_utf8(name).ok());
    let files = files.map(|name| name.trim_start_matches('\n')).filter(|name| !name.is_empty());
    Some(RawCommit { id, message, files: files.collect() })
}

/// A commit id in hexadecimal, of either hash that git uses.
fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::parse;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_commit_has_its_message_and_files() {
        for (files, want) in
            [("\0\nsrc/a.rs\0b c.py\0\0", vec!["src/a.rs", "b c.py"]), ("\0", vec![]), ("", vec![])]
        {
            let text = format!("\u{1e}{ID}\u{1f}title\n\nbody\n\u{1f}{files}");
            let commit = parse(text.as_bytes()).expect("a commit");
            assert_eq!((commit.id, commit.message), (ID, "title\n\nbody\n"));
            assert_eq!(commit.files, want, "{files:?}");
        }
        for broken in ["", "\u{1e}", "\u{1e}xyz\u{1f}title\u{1f}", "no mark"] {
            assert!(parse(broken.as_bytes()).is_none(), "{broken:?}");
        }
    }
}
