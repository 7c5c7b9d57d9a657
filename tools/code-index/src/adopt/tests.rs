use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use super::*;
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::find_symbol::SymbolQuery;
use crate::scratch::{Repository, wait_complete, wait_until};
use crate::workspace::Workspace;

const FILES: usize = 200;

fn text(number: usize) -> String {
    format!("pub fn part_{number}() {{}}\npub struct Thing{number};\n")
}

/// A repository of many small files, without a clock's doubts about them.
fn repository() -> Repository {
    let repository = Repository::new(&[]);
    for number in 0..FILES {
        write_old(repository.path(), number, &text(number));
    }
    repository
}

/// Writes a file of the past, so that its stamp speaks for itself.
fn write_old(root: &Path, number: usize, text: &str) {
    let file = root.join(format!("src/f{number}.rs"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    set_age(&file, Duration::from_secs(100));
}

fn set_age(file: &Path, age: Duration) {
    let file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

fn parsed(workspace: &Workspace) -> u64 {
    workspace.indexes[0].state.parsed.load(Ordering::Relaxed)
}

fn find(workspace: &Workspace, name: &str) -> Vec<String> {
    let query = SymbolQuery { name: name.to_owned(), limit: 20, ..SymbolQuery::default() };
    let answer = workspace.find_symbol(&query, &Cancel::new()).unwrap();
    let exact = answer.symbols.iter().filter(|hit| hit.symbol.name == name);
    exact.map(|hit| hit.path.clone()).collect()
}

/// The main worktree's files in another one, of which three differ and one lacks.
fn second_worktree(repository: &Repository) -> tempfile::TempDir {
    let folder = repository.worktree();
    for number in 1..FILES {
        write_old(folder.path(), number, &text(number));
    }
    write_old(folder.path(), 5, "pub fn first_new() {}\n");
    // As long as what it replaces.
    write_old(folder.path(), 6, &text(6).replace("part_6", "tarp_6"));
    write_old(folder.path(), FILES, "pub fn third_new() {}\n");
    folder
}

#[test]
fn a_second_worktree_costs_the_difference() {
    let repository = repository();
    let main = repository.open_complete();
    assert_eq!(parsed(&main), FILES as u64);
    let known_there = main.status().generation;
    let folder = second_worktree(&repository);
    let other = repository.open_folder(folder.path());
    wait_complete(&other);
    assert_eq!(parsed(&other), 3);
    assert_eq!(other.status().total, FILES as u64);
    for (name, here, there) in [
        ("part_0", vec![], vec!["src/f0.rs"]),
        ("part_5", vec![], vec!["src/f5.rs"]),
        ("part_6", vec![], vec!["src/f6.rs"]),
        ("part_7", vec!["src/f7.rs"], vec!["src/f7.rs"]),
        ("tarp_6", vec!["src/f6.rs"], vec![]),
        ("first_new", vec!["src/f5.rs"], vec![]),
        ("third_new", vec!["src/f200.rs"], vec![]),
    ] {
        assert_eq!(find(&other, name), here, "{name} in the second worktree");
        assert_eq!(find(&main, name), there, "{name} in the main one");
    }
    // Changes are each worktree's own.
    let since = other.changes_since(known_there, &Cancel::new());
    assert!(matches!(since, Err(IndexError::UnknownGeneration { .. })), "{since:?}");
    drop(other);

    let again = repository.open_folder(folder.path());
    wait_complete(&again);
    assert_eq!(parsed(&again), 0);
    assert_eq!(find(&again, "part_7"), ["src/f7.rs"]);
}

#[cfg(unix)]
#[test]
fn what_worktrees_have_in_common_lies_on_the_disk_once() {
    use std::os::unix::fs::MetadataExt;

    let repository = repository();
    drop(repository.open_complete());
    let folder = second_worktree(&repository);
    let other = repository.open_folder(folder.path());
    wait_complete(&other);
    let index = other.cache_folders().remove(0).join("index");
    let files: Vec<fs::Metadata> = index
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().extension().is_some_and(|kind| kind == "store"))
        .map(|entry| entry.metadata().unwrap())
        .collect();
    assert!(files.iter().any(|file| file.nlink() == 2), "{files:?}");
}

#[test]
fn a_touch_parses_nothing_and_a_branch_its_difference() {
    let repository = repository();
    let workspace = repository.open_complete();
    let before = parsed(&workspace);
    let generation = workspace.status().generation;
    for number in 0..FILES {
        set_age(&repository.path().join(format!("src/f{number}.rs")), Duration::from_secs(50));
    }
    // A change that comes after the touches is seen after them.
    write_old(repository.path(), FILES, "pub fn marker() {}\n");
    wait_until("the marker is seen", || !find(&workspace, "marker").is_empty());
    wait_complete(&workspace);
    assert_eq!(parsed(&workspace), before + 1);
    let changes = workspace.changes_since(generation, &Cancel::new()).unwrap();
    assert_eq!(changes.files.len(), 1, "{:?}", changes.files);
    drop(workspace);

    // While nobody looks: a touch of everything and another branch.
    for number in 0..FILES {
        set_age(&repository.path().join(format!("src/f{number}.rs")), Duration::from_secs(20));
    }
    let branch = |mark: &str| {
        for number in 10..15 {
            write_old(repository.path(), number, &format!("pub fn {mark}_{number}() {{}}\n"));
        }
    };
    branch("branch");
    let workspace = repository.open_complete();
    assert_eq!(parsed(&workspace), 5);
    assert_eq!(find(&workspace, "branch_14"), ["src/f14.rs"]);
    // And back, while the index follows.
    for number in 10..15 {
        write_old(repository.path(), number, &text(number));
    }
    wait_until("the first branch is back", || {
        (10..15).all(|number| !find(&workspace, &format!("part_{number}")).is_empty())
    });
    wait_complete(&workspace);
    assert!(parsed(&workspace) <= 10, "{}", parsed(&workspace));
}

#[test]
fn what_cannot_be_taken_over_is_built() {
    type Spoil = fn(&Path);
    let spoils: [(&str, Spoil); 4] = [
        ("another format", |index| {
            let meta = fs::read_to_string(index.join("meta.json")).unwrap();
            let other = meta.replace(r#"\"format\":"#, r#"\"format\":9"#);
            fs::write(index.join("meta.json"), other).unwrap();
        }),
        ("no meta", |index| fs::write(index.join("meta.json"), "{").unwrap()),
        ("a damaged file", |index| {
            for entry in fs::read_dir(index).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|kind| kind == "term") {
                    let mut bytes = fs::read(&path).unwrap();
                    bytes[3] ^= 0x55;
                    fs::write(&path, bytes).unwrap();
                }
            }
        }),
        ("a lost file", |index| {
            for entry in fs::read_dir(index).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|kind| kind == "store") {
                    fs::remove_file(path).unwrap();
                }
            }
        }),
    ];
    for (name, spoil) in spoils {
        let repository = repository();
        let index = repository.open_complete().cache_folders().remove(0).join("index");
        spoil(&index);
        let folder = second_worktree(&repository);
        let other = repository.open_folder(folder.path());
        wait_complete(&other);
        assert_eq!(parsed(&other), FILES as u64, "{name}");
        assert_eq!(find(&other, "part_7"), ["src/f7.rs"], "{name}");
        assert_eq!(find(&other, "part_0"), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_take_over_that_was_cut_short_is_begun_again() {
    let repository = repository();
    let main = repository.open_complete();
    let folder = second_worktree(&repository);
    let root = folder.path().canonicalize().unwrap();
    let cache = IndexFolder::create(repository.cache.path(), &root).unwrap();
    fs::create_dir_all(cache.path().join("new/index")).unwrap();
    fs::write(cache.path().join("new/index/half.store"), "half").unwrap();
    let other = repository.open_folder(folder.path());
    wait_complete(&other);
    assert_eq!(parsed(&other), 3);
    assert!(!cache.path().join("new").exists());
    assert_eq!(find(&main, "part_0"), ["src/f0.rs"]);
}

#[test]
fn a_sibling_that_commits_meanwhile_does_no_harm() {
    let repository = repository();
    let main = repository.open_complete();
    let folder = second_worktree(&repository);
    let mut options = repository.options();
    options.commit_after = Duration::ZERO;
    for round in 0..5 {
        repository.write("src/busy.rs", &format!("pub fn busy_{round}() {{}}\n"));
        let other = repository.open_folder(folder.path());
        wait_complete(&other);
        assert!(parsed(&other) <= 3, "round {round}: {}", parsed(&other));
        assert_eq!(find(&other, "first_new"), ["src/f5.rs"]);
        assert_eq!(find(&other, "part_0"), Vec::<String>::new());
        let cache = other.cache_folders().remove(0);
        drop(other);
        fs::remove_dir_all(cache).unwrap();
    }
    drop(main);
}
