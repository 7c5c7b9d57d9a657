use std::process::Command;

use super::*;
use crate::scratch::Repository;

fn git(repository: &Repository, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(repository.path())
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(["-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

fn ask(repository: &Repository, query: &CheckQuery) -> Checked {
    let workspace = repository.open_complete();
    workspace.check_code(query, &Cancel::new()).unwrap()
}

fn paths(checked: &Checked) -> Vec<&str> {
    checked.files.iter().map(|file| file.path.as_str()).collect()
}

fn query() -> CheckQuery {
    CheckQuery { limit: 50, ..CheckQuery::default() }
}

const FILES: &[(&str, &str)] = &[
    ("a.py", "def a():\n    return 1\n"),
    ("b.py", "x = (1\n"),
    ("sub/c.py", "from .gone import y\n"),
    ("tests/test_a.py", "from a import a\n\n\ndef test_a():\n    assert a() == 1\n"),
];

#[test]
fn files_are_chosen_by_path_by_change_or_all() {
    let repository = Repository::new(FILES);
    let checked = ask(&repository, &query());
    assert_eq!((checked.scope, checked.checked), (CheckScope::Project, 4));
    assert_eq!(paths(&checked), ["b.py", "sub/c.py"], "the worst first, nothing clean");

    let named = CheckQuery { paths: vec!["a.py".to_owned(), "sub".to_owned()], ..query() };
    let checked = ask(&repository, &named);
    assert_eq!(paths(&checked), ["sub/c.py", "a.py"], "what is named is told though it is clean");
    assert_eq!(checked.files[1].tests, ["tests/test_a.py"]);

    git(&repository, &["init", "-q"]);
    git(&repository, &["add", "."]);
    git(&repository, &["commit", "-q", "-m", "all"]);
    repository.write("a.py", "def a():\n    return 2\n");
    repository.write("new.py", "y = 1\n");
    let checked = ask(&repository, &query());
    assert_eq!(checked.scope, CheckScope::Uncommitted);
    assert_eq!(paths(&checked), ["a.py", "new.py"]);
    let checked = ask(&repository, &CheckQuery { diff: Some("HEAD".to_owned()), ..query() });
    assert_eq!((checked.scope, paths(&checked)), (CheckScope::Diff, vec!["a.py"]));
    let wrong = CheckQuery { paths: vec!["nowhere.py".to_owned()], ..query() };
    let error = repository.open_complete().check_code(&wrong, &Cancel::new()).unwrap_err();
    assert!(error.to_string().contains("nowhere.py"), "{error}");
}

#[test]
fn pages_follow_each_other() {
    let repository = Repository::new(FILES);
    let workspace = repository.open_complete();
    let mut seen = Vec::new();
    for skip in 0..3 {
        let page = CheckQuery { skip, limit: 1, ..query() };
        let checked = workspace.check_code(&page, &Cancel::new()).unwrap();
        assert_eq!(checked.listed, 2);
        seen.extend(checked.files.into_iter().map(|file| file.path));
    }
    assert_eq!(seen, ["b.py", "sub/c.py"]);
}

#[test]
fn a_cancelled_call_ends() {
    let repository = Repository::new(FILES);
    let workspace = repository.open_complete();
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(workspace.check_code(&query(), &cancel).is_err());
}

/// A repository that tries to have its own code run, by all that is read of it.
#[cfg(unix)]
#[test]
fn no_code_of_the_repository_is_run() {
    use std::os::unix::fs::PermissionsExt;
    let repository = Repository::new(&[
        ("a.rs", "fn a() {}\n"),
        ("a.ts", "export const a = 1;\n"),
        ("a.py", "a = 1\n"),
        ("build.rs", "fn main() {}\n"),
        ("Cargo.toml", "[package]\nname = \"a\"\n"),
        ("package.json", "{\"prettier\": \"./evil.js\"}\n"),
        ("setup.py", "raise SystemExit\n"),
        (".gitattributes", "* filter=evil diff=evil\n"),
    ]);
    let marker = repository.cache.path().join("marker");
    let evil = repository.path().join("evil.sh");
    repository.write("evil.sh", &format!("#!/bin/sh\ntouch {}\ncat\n", marker.display()));
    std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["prettier", "rustfmt", "black"] {
        for folder in ["node_modules/.bin", ".venv/bin"] {
            let place = repository.path().join(folder).join(name);
            repository.write(&format!("{folder}/{name}"), "");
            std::fs::copy(&evil, place).unwrap();
        }
    }
    git(&repository, &["init", "-q"]);
    git(&repository, &["add", "."]);
    git(&repository, &["commit", "-q", "-m", "all"]);
    let command = evil.display().to_string();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.evil.textconv",
        "diff.evil.command",
    ] {
        git(&repository, &["config", key, &command]);
    }
    git(&repository, &["config", "filter.evil.required", "true"]);
    std::fs::create_dir_all(repository.path().join(".git/info")).unwrap();
    repository.write(".git/info/attributes", "* filter=evil diff=evil\n");
    repository.write("a.rs", "fn b() {}\n");
    repository.write("a.ts", "export const b = 1;\n");
    let mut options = repository.options();
    // As if the user had the project's folders on the search path.
    let bins = ["node_modules/.bin", ".venv/bin"].map(|bin| repository.path().join(bin));
    options.search_path = Some(std::env::join_paths(bins).unwrap());
    let workspace = repository.open_with(&options);
    crate::scratch::wait_complete(&workspace);
    for asked in [
        query(),
        CheckQuery { diff: Some("HEAD".to_owned()), ..query() },
        CheckQuery { paths: vec![".".to_owned()], ..query() },
    ] {
        let checked = workspace.check_code(&asked, &Cancel::new()).unwrap();
        assert!(checked.checked > 0);
        assert!(!marker.exists(), "{asked:?}");
    }
}
