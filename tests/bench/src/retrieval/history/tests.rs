//! Picks of small histories, made by git itself.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{Pick, keep_what_is_there, newest};
use crate::retrieval::git;

/// A repository whose commits are made one after the other, an hour apart.
struct Repository {
    folder: tempfile::TempDir,
    hours: u32,
}

impl Repository {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Self { folder, hours: 0 };
        repository.git(&["init", "--quiet", "--initial-branch=main"], "nobody");
        repository
    }

    fn root(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    fn git(&self, arguments: &[&str], author: &str) {
        let date = format!("{} +0000", 1_700_000_000 + self.hours * 3600);
        let status = Command::new("git")
            .arg("-C")
            .arg(self.folder.path())
            .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=no-hooks"])
            .args(arguments)
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, author)))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.org")))
            .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, &date)))
            .status()
            .expect("git runs");
        assert!(status.success(), "git {arguments:?}");
    }

    /// Gives every file one more line, and commits what is there.
    fn commit(&mut self, message: &str, author: &str, files: &[&str]) {
        self.hours += 1;
        for file in files {
            let path = self.folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
            let before = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, format!("{before}// {}\n", self.hours)).expect("it is written");
        }
        self.git(&["add", "--all"], author);
        self.git(&["commit", "--quiet", "--message", message], author);
    }

    async fn picks(&self, count: usize) -> Vec<Pick> {
        newest(&self.root(), count).await.expect("a log")
    }
}

fn found<'a>(picks: &'a [Pick]) -> Vec<(&'a str, Vec<&'a str>)> {
    let truth = |pick: &'a Pick| pick.truth.iter().map(String::as_str).collect();
    picks.iter().map(|pick| (pick.query.as_str(), truth(pick))).collect()
}

#[tokio::test]
async fn commits_that_ask_are_picked_newest_first() {
    let many = ["a.rs", "b.rs", "c.rs", "d.rs", "e.rs", "f.rs"];
    let all = [&many[..], &["tests/a.rs", "README.md", "old.rs"]].concat();
    let mut repository = Repository::new();
    repository.commit("begin with all of it", "Ann", &all);
    repository.commit("first: open the gate", "Ann", &["b.rs", "a.rs", "tests/a.rs"]);
    repository.commit("only tests are changed here", "Ann", &["tests/a.rs"]);
    repository.commit("only prose is changed here", "Ann", &["README.md"]);
    repository.commit("a new file is no truth", "Ann", &["new.rs"]);
    repository.commit("all six files are too many", "Ann", &many);
    repository.commit("two words (#12)", "Ann", &["a.rs"]);
    repository.commit("update the locked gates", "renovate[bot]", &["a.rs"]);
    repository.commit("prepare release 1.2.0", "Ann", &["a.rs"]);
    repository.commit("second: shut gate", "Ann", &["c.rs", "newer.rs"]);
    repository.git(&["mv", "old.rs", "moved.rs"], "Ann");
    repository.commit("a moved file is no truth", "Ann", &[]);

    let second = ("second shut gate", vec!["c.rs"]);
    let first = ("first open the gate", vec!["a.rs", "b.rs"]);
    let picks = repository.picks(9).await;
    assert_eq!(found(&picks), [second.clone(), first]);
    assert_eq!(found(&repository.picks(1).await), [second]);
    assert_eq!(repository.picks(9).await, picks, "the same again");
}

#[tokio::test]
async fn a_snapshot_is_before_all_picks_and_decides_what_counts() {
    let mut repository = Repository::new();
    repository.commit("begin", "Ann", &["a.rs", "b.rs"]);
    repository.commit("first: open the gate", "Ann", &["a.rs"]);
    repository.commit("add", "Ann", &["later.rs"]);
    repository.commit("second: shut the gate", "Ann", &["b.rs", "later.rs"]);
    repository.commit("third: paint the gate", "Ann", &["later.rs"]);
    let mut picks = repository.picks(9).await;
    assert_eq!(picks.len(), 3);

    let scratch = tempfile::tempdir().expect("a folder");
    let root = scratch.path().join("snapshot");
    let oldest = format!("{}^", picks[2].hash);
    git::export(&repository.root(), &oldest, &root).await.expect("a snapshot");
    assert_eq!(fs::read_to_string(root.join("a.rs")).expect("a file"), "// 1\n");
    assert!(!root.join("later.rs").exists());
    keep_what_is_there(&mut picks, &root);
    assert_eq!(
        found(&picks),
        [("second shut the gate", vec!["b.rs"]), ("first open the gate", vec!["a.rs"])]
    );
}

#[tokio::test]
async fn a_folder_without_a_history_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    // A repository above the folder would be found otherwise.
    fs::write(folder.path().join(".git"), "gitdir: nowhere").expect("it is written");
    let error = newest(folder.path(), 1).await.expect_err("no repository");
    assert!(error.to_string().contains("ended with"), "{error}");
}
