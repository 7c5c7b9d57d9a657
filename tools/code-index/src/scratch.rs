//! Small repositories for tests, written file by file.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::cancel::Cancel;
use crate::options::Options;
use crate::roots::Roots;
use crate::workspace::Workspace;

/// Far above what anything here takes; only a failure waits so long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A repository that a test writes, with a cache of its own.
pub(crate) struct Repository {
    root: tempfile::TempDir,
    pub(crate) cache: tempfile::TempDir,
}

impl Repository {
    pub(crate) fn new(files: &[(&str, &str)]) -> Repository {
        let (root, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let repository = Repository { root, cache };
        for (path, text) in files {
            repository.write(path, text);
        }
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    /// Writes a file, and the folders that it needs.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }

    /// Makes another worktree of the repository, empty, tied as git ties them.
    pub(crate) fn worktree(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let common = self.path().canonicalize().unwrap().join(".git");
        let tie = common.join("worktrees").join(top.file_name().unwrap());
        fs::create_dir_all(&tie).unwrap();
        fs::write(common.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(tie.join("commondir"), "../..\n").unwrap();
        fs::write(tie.join("gitdir"), format!("{}\n", top.join(".git").display())).unwrap();
        fs::write(top.join(".git"), format!("gitdir: {}\n", tie.display())).unwrap();
        folder
    }

    /// Opens another folder with the same cache.
    pub(crate) fn open_folder(&self, folder: &Path) -> Workspace {
        let roots = Roots::from_folders(&[folder.to_path_buf()]).unwrap();
        Workspace::open(roots, &self.options()).unwrap()
    }

    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new(self.cache.path());
        options.commit_after = Duration::from_millis(50);
        options
    }

    pub(crate) fn open(&self) -> Workspace {
        self.open_with(&self.options())
    }

    pub(crate) fn open_with(&self, options: &Options) -> Workspace {
        let roots = Roots::from_folders(&[self.path().to_path_buf()]).unwrap();
        Workspace::open(roots, options).unwrap()
    }

    pub(crate) fn open_complete(&self) -> Workspace {
        let workspace = self.open();
        wait_complete(&workspace);
        workspace
    }
}

/// The places that a question finds, as `path:line confidence`.
pub(crate) fn traced(
    files: &[(&str, &str)],
    symbol: &str,
    direction: crate::trace::Direction,
) -> Vec<String> {
    let repository = Repository::new(files);
    let workspace = repository.open_complete();
    let query = crate::trace::TraceQuery::of(symbol, direction);
    let answer = workspace.trace(&query, &Cancel::new()).unwrap();
    let shown = answer.edges.iter();
    shown.map(|edge| format!("{}:{} {}", edge.path, edge.line, edge.confidence.as_str())).collect()
}

pub(crate) fn wait_complete(workspace: &Workspace) {
    let complete = workspace.wait_complete(DEADLINE, &Cancel::new(), |_| {});
    assert!(complete, "{:?}", workspace.status());
}

/// Waits until `holds`; the test fails when it never does.
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let ends = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < ends, "never: {what}");
        std::thread::yield_now();
    }
}
