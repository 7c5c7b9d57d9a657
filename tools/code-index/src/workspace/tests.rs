use std::fs;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::find_symbol::SymbolQuery;
use crate::scratch::{Repository, wait_complete, wait_until};

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
fn a_folder_in_the_place_of_another_is_followed() {
    let repository = Repository::new(&[
        ("one/deep/a.rs", "fn alpha() {}\n"),
        ("two/deep/b.rs", "fn beta() {}\n"),
    ]);
    let workspace = repository.open_complete();
    let (one, two) = (repository.path().join("one"), repository.path().join("two"));
    fs::remove_dir_all(&two).unwrap();
    fs::rename(&one, &two).unwrap();
    wait_until("the new place is seen", || find(&workspace, "alpha") == ["two/deep/a.rs:1"]);
    assert!(find(&workspace, "beta").is_empty());
    repository.write("two/deep/a.rs", "fn gamma() {}\n");
    wait_until("an edit there is seen", || find(&workspace, "gamma") == ["two/deep/a.rs:1"]);
    assert!(find(&workspace, "alpha").is_empty());
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

/// All that is stored, by path and by term, without what differs between two
/// builds of the same files.
fn dump(workspace: &Workspace) -> Vec<String> {
    use tantivy::postings::Postings as _;
    use tantivy::schema::IndexRecordOption;
    use tantivy::{DocSet as _, TERMINATED};

    let mut lines = Vec::new();
    let view = workspace.indexes[0].state.refresh();
    let stored = view.stored.as_ref().unwrap();
    assert!(view.overlay.is_empty());
    for (at, path, facts) in stored.files() {
        let symbols = stored.symbols(at).unwrap();
        lines.push(format!(
            "{path} {:?} {:?} {} {:x} {:?} {symbols:?}",
            facts.language, facts.class, facts.lines, facts.hash, facts.skip
        ));
    }
    let fields = &stored.fields;
    for field in [
        fields.path,
        fields.body,
        fields.words,
        fields.symbols,
        fields.names,
        fields.docs,
        fields.path_parts,
    ] {
        for segment in stored.segments() {
            let inverted = segment.reader.inverted_index(field).unwrap();
            let mut terms = inverted.terms().stream().unwrap();
            while terms.advance() {
                let term = String::from_utf8_lossy(terms.key()).into_owned();
                let mut postings = inverted
                    .read_postings_from_terminfo(terms.value(), IndexRecordOption::WithFreqs)
                    .unwrap();
                while postings.doc() != TERMINATED {
                    let doc = postings.doc();
                    if segment.is_alive(doc) {
                        let path = segment.table.path(doc);
                        lines.push(format!("{field:?} {term} {path} {}", postings.term_freq()));
                    }
                    postings.advance();
                }
            }
        }
    }
    lines.sort();
    lines
}

/// The same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }
}

#[test]
fn an_index_after_edits_equals_one_built_anew() {
    let repository = Repository::new(&[]);
    let mut numbers = Numbers(3);
    let mut names: Vec<String> =
        (0..30).map(|at| format!("pkg{}/mod{}/file{at}.py", at % 3, at % 5)).collect();
    let text = |number: usize| {
        format!(
            "\"\"\"Part {number}.\"\"\"\n\nclass Thing{number}:\n    def act(self):\n        return word{number}\n"
        )
    };
    for (at, name) in names.iter().enumerate() {
        repository.write(name, &text(at));
    }
    let workspace = repository.open_complete();
    for round in 0..4 {
        for step in 0..12 {
            let at = numbers.below(names.len());
            let path = repository.path().join(&names[at]);
            match numbers.below(4) {
                0 | 1 => repository.write(&names[at], &text(numbers.below(1000))),
                2 if path.exists() => {
                    let new = format!("moved{round}/file{step}_{at}.py");
                    fs::create_dir_all(repository.path().join(format!("moved{round}"))).unwrap();
                    fs::rename(&path, repository.path().join(&new)).unwrap();
                    names[at] = new;
                }
                _ if path.exists() => fs::remove_file(&path).unwrap(),
                _ => repository.write(&names[at], &text(numbers.below(1000))),
            }
        }
        let marker = format!("fn marker_{round}() {{}}\n");
        repository.write("marker.rs", &marker);
        let name = format!("marker_{round}");
        wait_until("the last edit is seen", || !find(&workspace, &name).is_empty());
        wait_complete(&workspace);
    }
    let fresh_cache = tempfile::tempdir().unwrap();
    let fresh = repository.open_with(&Options::new(fresh_cache.path()));
    wait_complete(&fresh);
    let want = dump(&fresh);
    wait_until("both hold the same", || {
        workspace.status().complete && dump_when_complete(&workspace).as_ref() == Some(&want)
    });
}

fn dump_when_complete(workspace: &Workspace) -> Option<Vec<String>> {
    let view = workspace.indexes[0].state.refresh();
    view.overlay.is_empty().then(|| dump(workspace))
}

#[test]
fn polling_sees_changes_and_says_so() {
    let repository = Repository::new(&[("a.rs", "fn alpha() {}\n")]);
    let mut options = repository.options();
    options.watch = crate::options::WatchMode::Polling;
    options.poll_every = Duration::from_millis(20);
    let workspace = repository.open_with(&options);
    wait_complete(&workspace);
    assert_eq!(workspace.status().watch, crate::status::WatchState::Polling);
    repository.write("sub/b.rs", "fn beta() {}\n");
    wait_until("polling sees it", || find(&workspace, "beta") == ["sub/b.rs:1"]);
}

#[test]
fn ignore_rules_that_change_take_effect() {
    let repository =
        Repository::new(&[("a.rs", "fn alpha() {}\n"), ("out/b.rs", "fn beta() {}\n")]);
    let workspace = repository.open_complete();
    assert_eq!(find(&workspace, "beta"), ["out/b.rs:1"]);
    repository.write(".gitignore", "out/\n");
    wait_until("an ignored file goes", || find(&workspace, "beta").is_empty());
    fs::remove_file(repository.path().join(".gitignore")).unwrap();
    wait_until("it comes back", || find(&workspace, "beta") == ["out/b.rs:1"]);
}

#[test]
fn thousands_of_changes_at_once_are_taken_in() {
    let repository = Repository::new(&[]);
    for at in 0..1500 {
        repository.write(&format!("src/f{at}.rs"), &format!("fn before_{at}() {{}}\n"));
    }
    let workspace = repository.open_complete();
    for at in 0..1500 {
        repository.write(&format!("src/f{at}.rs"), &format!("fn after_{at}() {{}}\n"));
    }
    wait_until("the last is seen", || find(&workspace, "after_1499") == ["src/f1499.rs:1"]);
    wait_complete(&workspace);
    assert_eq!(find(&workspace, "after_7").first().map(String::as_str), Some("src/f7.rs:1"));
    assert_eq!(find(&workspace, "before_7"), Vec::<String>::new());
    assert_eq!(workspace.status().total, 1500);
}

#[test]
fn damaged_and_older_folders_are_built_anew() {
    let repository = Repository::new(&[("a.rs", "fn alpha() {}\n")]);
    type Damage = fn(&Path);
    let damage: [(&str, Damage); 4] = [
        ("a truncated segment", |index| {
            for entry in fs::read_dir(index).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|kind| kind == "idx" || kind == "store") {
                    let bytes = fs::read(&path).unwrap();
                    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
                }
            }
        }),
        ("a changed byte", |index| {
            for entry in fs::read_dir(index).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|kind| kind == "term") {
                    let mut bytes = fs::read(&path).unwrap();
                    bytes[3] ^= 0x55;
                    fs::write(&path, &bytes).unwrap();
                }
            }
        }),
        ("no meta", |index| fs::write(index.join("meta.json"), "{").unwrap()),
        ("another format", |index| {
            let meta = fs::read_to_string(index.join("meta.json")).unwrap();
            assert!(meta.contains("format"));
            fs::write(index.join("meta.json"), meta.replace(r#"\"format\":"#, r#"\"format\":9"#))
                .unwrap();
        }),
    ];
    for (name, damage) in damage {
        let folder = repository.open_complete().cache_folders().remove(0);
        damage(&folder.join("index"));
        let workspace = repository.open();
        let found = || {
            let query = SymbolQuery { name: "alpha".into(), limit: 5, ..SymbolQuery::default() };
            workspace.find_symbol(&query, &Cancel::new()).is_ok_and(|a| a.symbols.len() == 1)
        };
        wait_until(name, || found() && workspace.status().complete);
    }
}

#[cfg(unix)]
#[test]
fn hostile_files_are_left_out_with_their_reasons() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use crate::walk::SkipReason;

    let repository = Repository::new(&[
        ("good.rs", "fn alpha() {}\n"),
        ("binary.py", "def x():\0\n"),
        ("loop/inner.rs", "fn inner() {}\n"),
    ]);
    let root = repository.path();
    fs::write(root.join("latin.rs"), b"// caf\xe9\nfn latin() {}\n").unwrap();
    fs::write(root.join("bundle.min.js"), "var a=1;".repeat(700_000)).unwrap();
    fs::write(root.join("one_line.js"), format!("function one(){{{}}}", "a();".repeat(200_000)))
        .unwrap();
    let unnameable = |name: &[u8]| root.join(std::ffi::OsStr::from_bytes(name));
    fs::write(unnameable(b"na\xffme.rs"), "fn named() {}\n").unwrap();
    symlink("nowhere", root.join("dangling.rs")).unwrap();
    symlink("..", root.join("loop/up")).unwrap();
    symlink("/etc", root.join("outside")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(root.join("pipe.rs")).status().unwrap();
    assert!(pipe.success());
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket.rs")).unwrap();

    let workspace = repository.open_complete();
    let skipped = workspace.skipped();
    let reasons: Vec<(&str, SkipReason)> =
        skipped.files.iter().map(|file| (file.path.as_str(), file.reason)).collect();
    let want = [
        ("binary.py", SkipReason::Binary),
        ("bundle.min.js", SkipReason::TooLarge),
        ("dangling.rs", SkipReason::Link),
        ("loop/up", SkipReason::Link),
        ("na\u{fffd}me.rs", SkipReason::NameNotUnicode),
        ("outside", SkipReason::Link),
        ("pipe.rs", SkipReason::NotRegular),
        ("socket.rs", SkipReason::NotRegular),
    ];
    assert_eq!(reasons, want);
    let status = workspace.status();
    assert_eq!((status.total, status.skipped), (4, 8));
    fs::write(unnameable(b"late\xff.rs"), "").unwrap();
    wait_until("a name that came later is counted", || workspace.status().skipped == 9);
    fs::remove_file(unnameable(b"late\xff.rs")).unwrap();
    fs::remove_file(unnameable(b"na\xffme.rs")).unwrap();
    wait_until("names that went are not", || workspace.status().skipped == 7);
    assert_eq!(find(&workspace, "latin"), ["latin.rs:2"]);
    let lines = workspace.read_lines("outside/passwd", 1, 2, &Cancel::new());
    assert!(matches!(lines, Err(IndexError::UnknownFile { .. })), "{lines:?}");
}

#[test]
fn questions_are_answered_before_anything_is_stored() {
    let repository = Repository::new(&[("src/a.rs", "/// Waits for the moon.\nfn alpha() {}\n")]);
    // Another process seems to write for ever: nothing is ever committed.
    let canonical = repository.path().canonicalize().unwrap();
    let folder = crate::folder::IndexFolder::create(repository.cache.path(), &canonical).unwrap();
    let _lock = folder.try_lock().unwrap().unwrap();

    let workspace = repository.open();
    assert_eq!(find(&workspace, "alpha"), ["src/a.rs:2"]);
    let cancel = Cancel::new();
    let query = crate::explore::ExploreQuery { query: "moon".into(), scope: Scope::default() };
    let answer = workspace.explore(&query, &cancel).unwrap();
    assert_eq!(answer.places[0].path, "src/a.rs");
    assert!(!answer.status.complete);
    let query = crate::lines::LineQuery {
        query: "MOON",
        mode: crate::lines::LineMode::Regex,
        limit: 5,
        cursor: None,
        max_file_bytes: 1 << 20,
    };
    let query = crate::lines::LineQuery { query: "(?i)MOON", ..query };
    let answer = workspace.search_code(&query, &Scope::default(), &cancel).unwrap();
    assert_eq!(answer.found.matches.len(), 1);
}

#[test]
fn files_are_listed_outlined_and_read() {
    let repository = Repository::new(&[
        ("src/a.rs", "struct Alpha;\n\nimpl Alpha {\n    fn act(&self) {}\n}\n"),
        ("web/b.ts", "export const one = 1;\n"),
        ("Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\n"),
    ]);
    let workspace = repository.open_complete();
    let cancel = Cancel::new();
    let list = |paths: &[&str], languages: &[&str]| {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let scope = Scope { paths: owned(paths), languages: owned(languages) };
        let files = workspace.files(&scope, &cancel);
        files.map(|files| files.into_iter().map(|file| file.path).collect::<Vec<_>>())
    };
    assert_eq!(list(&[], &[]).unwrap(), ["Cargo.toml", "src/a.rs", "web/b.ts"]);
    assert_eq!(list(&["src"], &[]).unwrap(), ["src/a.rs"]);
    assert_eq!(list(&[], &["ts"]).unwrap(), ["web/b.ts"]);
    assert!(matches!(list(&[], &["klingon"]), Err(IndexError::UnknownLanguage { .. })));

    let outline = workspace.outline("src/a.rs", &cancel).unwrap();
    assert!(outline.iter().any(|symbol| symbol.name == "act" && symbol.line == 4));
    let lines = workspace.read_lines("src/a.rs", 3, 4, &cancel).unwrap();
    assert_eq!(lines.lines, ["impl Alpha {", "    fn act(&self) {}"]);
    assert_eq!((lines.first, lines.total), (3, 5));
    for path in ["src/none.rs", "../a.rs", "/etc/passwd"] {
        let lines = workspace.read_lines(path, 1, 1, &cancel);
        assert!(matches!(lines, Err(IndexError::UnknownFile { .. })), "{path}: {lines:?}");
    }

    let maps = workspace.map_project("", 2, &cancel).unwrap();
    assert_eq!(maps.len(), 1);
    assert_eq!(maps[0].languages[0].files, 1);
    assert_eq!(maps[0].manifests.len(), 1);
}

#[test]
fn several_roots_answer_as_one() {
    let (one, two) = (
        Repository::new(&[("a.rs", "fn alpha() {}\n")]),
        Repository::new(&[("b.rs", "fn alpha() {}\nfn beta() {}\n")]),
    );
    let folders = [one.path().to_path_buf(), two.path().to_path_buf()];
    let roots = Roots::from_folders(&folders).unwrap();
    let names: Vec<String> = roots.list().iter().map(|root| root.name.clone()).collect();
    let workspace = Workspace::open(roots, &one.options()).unwrap();
    wait_complete(&workspace);
    let mut want = vec![format!("{}/a.rs:1", names[0]), format!("{}/b.rs:1", names[1])];
    let mut got = find(&workspace, "alpha");
    got.sort();
    want.sort();
    assert_eq!(got, want);
    assert_eq!(find(&workspace, "beta"), [format!("{}/b.rs:2", names[1])]);
    let status = workspace.status();
    assert_eq!((status.total, status.indexed), (2, 2));
    let path = format!("{}/b.rs", names[1]);
    assert_eq!(workspace.read_lines(&path, 2, 2, &Cancel::new()).unwrap().lines, ["fn beta() {}"]);
}
