use std::path::Path;
use std::process::Command;

use super::*;

/// A repository with one file a commit, whose message is the second of each pair.
fn repository(commits: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    for (file, message) in commits {
        commit(folder.path(), file, message);
    }
    folder
}

fn commit(folder: &Path, file: &str, message: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, message).unwrap();
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", message]);
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .status();
    assert!(status.unwrap().success(), "{arguments:?}");
}

fn read(root: &Path, known: Option<&Log>) -> Option<Log> {
    refresh(&GitProcess::default(), root, known).unwrap()
}

/// Whether commits with this stem in their message touched the file.
fn said(log: &Log, path: &str, word: &str) -> bool {
    let history = History::of(log);
    let votes = history.votes([(word, 1.0, 1.0)].into_iter());
    history.vote_for(&votes, path).likeness > 0.0
}

#[test]
fn messages_speak_for_the_files_they_touched() {
    let folder = repository(&[
        ("src/a.rs", "Limit the retries of uploads"),
        ("src/b.rs", "Draw charts\n\nSigned-off-by: Uploads Person <a@example.org>"),
        ("src/a.rs", "Retry uploads twice"),
    ]);
    let log = read(folder.path(), None).unwrap();
    for (path, word, want) in [
        ("src/a.rs", "upload", true),
        ("src/a.rs", "limit", true),
        ("src/a.rs", "chart", false),
        ("src/b.rs", "chart", true),
        ("src/b.rs", "upload", false),
        ("src/c.rs", "upload", false),
    ] {
        assert_eq!(said(&log, path, word), want, "{path} {word}");
    }
}

#[test]
fn the_likest_commits_vote_most() {
    let folder = repository(&[
        ("near.rs", "Cancel timers when the socket closes"),
        ("half.rs", "Stop the timer"),
        ("far.rs", "Print a table"),
        ("twice.rs", "Stop the timer"),
        ("twice.rs", "Timers again"),
    ]);
    let history = History::of(&read(folder.path(), None).unwrap());
    let question = ["timer", "socket"].map(|word| (word, 1.0, 1.0));
    let votes = history.votes(question.into_iter());
    let of = |path| history.vote_for(&votes, path).likeness;
    assert!(of("near.rs") > of("twice.rs"), "{votes:?}");
    assert!(of("twice.rs") > of("half.rs"), "{votes:?}");
    assert!(of("half.rs") > 0.0 && of("near.rs") <= 1.0, "{votes:?}");
    assert_eq!((of("far.rs"), of("none.rs")), (0.0, 0.0));
}

#[test]
fn all_messages_of_a_file_are_one_text() {
    let folder = repository(&[
        ("often.rs", "Wake the timer"),
        ("often.rs", "Drop the timer"),
        ("once.rs", "Stop the timer"),
        ("once.rs", "Print rows"),
        ("talked.rs", "Round the timer up"),
        ("talked.rs", "Print tables of many columns with borders, colours, headings and totals"),
        ("never.rs", "Print a table"),
    ]);
    let history = History::of(&read(folder.path(), None).unwrap());
    let votes = history.votes([("timer", 1.0, 2.0)].into_iter());
    let of = |path| history.vote_for(&votes, path).messages;
    assert!(of("often.rs") > of("once.rs") && of("once.rs") > of("talked.rs"), "{votes:?}");
    assert!(of("talked.rs") > 0.0, "{votes:?}");
    assert_eq!(of("never.rs"), 0.0);

    let rarer = history.votes([("timer", 1.0, 4.0)].into_iter());
    let twice = history.vote_for(&rarer, "once.rs").messages;
    assert_eq!(twice, 2.0 * of("once.rs"), "a rarer word of the code counts more");
}

#[test]
fn a_log_is_kept_and_brought_up_to_date() {
    let folder = repository(&[("a.py", "First thing"), ("b.py", "Second thing")]);
    let kept = tempfile::tempdir().unwrap();
    let file = kept.path().join("history");
    let log = read(folder.path(), None).unwrap();
    log.save(&file).unwrap();
    let log = Log::load(&file).unwrap();
    assert_eq!(read(folder.path(), Some(&log)), None);

    commit(folder.path(), "a.py", "Third novelty");
    let newer = read(folder.path(), Some(&log)).unwrap();
    assert!(said(&newer, "a.py", "novelti"));
    assert!(said(&newer, "b.py", "second"));

    // On another branch the third commit never was.
    git(folder.path(), &["checkout", "--quiet", "-b", "other", "HEAD~1"]);
    let other = read(folder.path(), Some(&newer)).unwrap();
    assert!(!said(&other, "a.py", "novelti"));
    assert!(said(&other, "a.py", "first"));
}

#[test]
fn a_folder_inside_a_repository_knows_its_own_paths() {
    let folder = repository(&[("web/app.ts", "Render tables"), ("core/a.rs", "Count rows")]);
    let log = read(&folder.path().join("web"), None).unwrap();
    assert!(said(&log, "app.ts", "tabl"));
    assert!(!said(&log, "core/a.rs", "row"));
}

#[test]
fn without_commits_or_with_damage_there_is_no_history() {
    let empty = tempfile::tempdir().unwrap();
    // No repository around the temporary folder counts.
    git(empty.path(), &["init", "--quiet"]);
    assert_eq!(read(empty.path(), None), None);
    let file = empty.path().join("history");
    assert!(Log::load(&file).is_none());
    std::fs::write(&file, b"\xff\xff\xff\xff\xff").unwrap();
    assert!(Log::load(&file).is_none());
}

#[test]
fn nothing_that_the_repository_configures_is_run() {
    let folder = repository(&[("a.rs", "Plain change")]);
    let mark = folder.path().join("ran");
    let script = folder.path().join("script.sh");
    std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let script = script.to_str().unwrap();
    for key in ["core.pager", "core.fsmonitor", "gpg.program", "diff.external", "core.sshCommand"] {
        git(folder.path(), &["config", key, script]);
    }
    git(folder.path(), &["config", "log.showSignature", "true"]);
    assert!(read(folder.path(), None).is_some());
    assert!(!mark.exists());
}

#[test]
fn a_stopped_process_starts_no_other() {
    let folder = repository(&[("a.rs", "Plain change")]);
    let git = GitProcess::default();
    git.stop();
    assert_eq!(refresh(&git, folder.path(), None).unwrap(), None);
}
