use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::*;
use crate::find_symbol::SymbolQuery;

/// Far above what anything here takes; only a failure waits so long.
const DEADLINE: Duration = Duration::from_secs(30);

struct Repository {
    root: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl Repository {
    fn new(files: &[(&str, &str)]) -> Repository {
        let (root, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let repository = Repository { root, cache };
        for (path, text) in files {
            repository.write(path, text);
        }
        repository
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    fn write(&self, path: &str, text: &str) {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }

    fn options(&self) -> Options {
        let mut options = Options::new(self.cache.path());
        options.commit_after = Duration::from_millis(50);
        options
    }

    fn open(&self) -> Workspace {
        self.open_with(&self.options())
    }

    fn open_with(&self, options: &Options) -> Workspace {
        let roots = Roots::from_folders(&[self.path().to_path_buf()]).unwrap();
        Workspace::open(roots, options).unwrap()
    }

    fn open_complete(&self) -> Workspace {
        let workspace = self.open();
        wait_complete(&workspace);
        workspace
    }
}

fn wait_complete(workspace: &Workspace) {
    let complete = workspace.wait_complete(DEADLINE, &Cancel::new(), |_| {});
    assert!(complete, "{:?}", workspace.status());
}

/// Waits until `holds`; the test fails when it never does.
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let ends = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < ends, "never: {what}");
        std::thread::yield_now();
    }
}

fn find(workspace: &Workspace, name: &str) -> Vec<String> {
    let query = SymbolQuery { name: name.to_owned(), limit: 20, ..SymbolQuery::default() };
    let answer = workspace.find_symbol(&query, &Cancel::new()).unwrap();
    answer.symbols.iter().map(|hit| format!("{}:{}", hit.path, hit.symbol.line)).collect()
}

#[test]
fn a_repository_is_built_and_opened_again() {
    let repository = Repository::new(&[
        ("src/a.rs", "fn alpha() {}\nfn beta_gamma() {}\n"),
        ("src/b.py", "class Delta:\n    def beta(self):\n        pass\n"),
        ("tests/t.rs", "fn alpha() {}\n"),
        (".gitignore", "ignored/\n"),
        ("ignored/c.rs", "fn alpha() {}\n"),
        ("data.bin", "a\0b"),
    ]);
    let workspace = repository.open_complete();
    assert_eq!(find(&workspace, "alpha"), ["src/a.rs:1", "tests/t.rs:1"]);
    assert_eq!(find(&workspace, "Beta"), ["src/b.py:2", "src/a.rs:2"]);
    let first = workspace.status();
    assert_eq!((first.total, first.indexed, first.skipped), (3, 3, 1));
    drop(workspace);

    let workspace = repository.open_complete();
    assert_eq!(workspace.status().generation, first.generation);
    assert_eq!(find(&workspace, "alpha"), ["src/a.rs:1", "tests/t.rs:1"]);
}

#[test]
fn changes_are_seen_and_committed() {
    let repository = Repository::new(&[("src/a.rs", "fn alpha() {}\n")]);
    let workspace = repository.open_complete();
    let before = workspace.status();

    repository.write("src/a.rs", "\nfn omega() {}\n");
    wait_until("the change is seen", || find(&workspace, "omega") == ["src/a.rs:2"]);
    assert!(find(&workspace, "alpha").is_empty());
    assert!(workspace.status().generation > before.generation);

    repository.write("new/deep/b.rs", "fn zeta() {}\n");
    wait_until("a new folder is seen", || find(&workspace, "zeta") == ["new/deep/b.rs:1"]);

    fs::rename(repository.path().join("new"), repository.path().join("moved")).unwrap();
    wait_until("a rename is seen", || find(&workspace, "zeta") == ["moved/deep/b.rs:1"]);

    fs::remove_file(repository.path().join("src/a.rs")).unwrap();
    wait_until("a deletion is seen", || find(&workspace, "omega").is_empty());
    wait_complete(&workspace);
    assert_eq!(workspace.status().total, 1);
}

#[test]
fn two_processes_share_and_take_over() {
    let repository = Repository::new(&[("src/a.rs", "fn alpha() {}\n")]);
    let writer = repository.open_complete();
    let follower = repository.open_complete();
    assert_eq!(writer.status().generation, follower.status().generation);

    repository.write("src/b.rs", "fn second() {}\n");
    for workspace in [&writer, &follower] {
        wait_until("both see a change", || find(workspace, "second") == ["src/b.rs:1"]);
        wait_complete(workspace);
    }
    assert_eq!(writer.status().generation, follower.status().generation);

    drop(writer);
    repository.write("src/c.rs", "fn third() {}\n");
    wait_until("the follower sees a change", || find(&follower, "third") == ["src/c.rs:1"]);
    wait_complete(&follower);
}
