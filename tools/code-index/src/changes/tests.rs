use super::*;
use crate::scratch::{Repository, wait_complete, wait_until};

fn shown(workspace: &Workspace, generation: u64) -> Vec<String> {
    let answer = workspace.changes_since(generation, &Cancel::new()).unwrap();
    answer.files.iter().map(|file| format!("{} {}", file.path, file.change.as_str())).collect()
}

#[test]
fn changes_add_up_and_outlive_the_process() {
    let repository = Repository::new(&[
        ("a.rs", "fn a() {}\n"),
        ("b.rs", "fn b() {}\n"),
        ("c.rs", "fn c() {}\n"),
    ]);
    let workspace = repository.open_complete();
    let first = workspace.status().generation;
    assert_eq!(shown(&workspace, first), [""; 0]);

    repository.write("a.rs", "fn changed() {}\n");
    repository.write("new/d.rs", "fn d() {}\n");
    std::fs::remove_file(repository.path().join("b.rs")).unwrap();
    let all = ["a.rs modified", "b.rs deleted", "new/d.rs added"];
    wait_until("all three are seen", || shown(&workspace, first) == all);
    wait_complete(&workspace);
    let second = workspace.status().generation;
    assert!(second > first);
    assert_eq!(shown(&workspace, second), [""; 0]);
    drop(workspace);

    repository.write("c.rs", "fn also_changed() {}\n");
    std::fs::remove_file(repository.path().join("new/d.rs")).unwrap();
    let workspace = repository.open_complete();
    let all = ["a.rs modified", "b.rs deleted", "c.rs modified"];
    assert_eq!(shown(&workspace, first), all, "what was added and deleted is no change");
    assert_eq!(shown(&workspace, second), ["c.rs modified", "new/d.rs deleted"]);
}

#[test]
fn generations_of_the_future_and_of_another_index_are_unknown() {
    let repository = Repository::new(&[("a.rs", "fn a() {}\n")]);
    let workspace = repository.open_complete();
    let before = workspace.status().generation;
    let check = |workspace: &Workspace, generation: u64| {
        let error = workspace.changes_since(generation, &Cancel::new()).unwrap_err();
        assert!(error.to_string().contains(&generation.to_string()), "{error}");
    };
    check(&workspace, before + 1_000_000);
    check(&workspace, 7);
    let folders = workspace.cache_folders();
    drop(workspace);
    for folder in folders {
        std::fs::remove_dir_all(folder).unwrap();
    }
    let workspace = repository.open_complete();
    assert!(workspace.status().generation > before);
    check(&workspace, before);
}
