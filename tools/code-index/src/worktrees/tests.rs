use std::fs;

use super::*;
use crate::scratch::Repository;

#[test]
fn worktrees_of_one_repository_find_each_other() {
    let main = Repository::new(&[("src/a.rs", "")]);
    let (one, two) = (main.worktree(), main.worktree());
    fs::create_dir(one.path().join("src")).unwrap();
    let real = |path: &Path| path.canonicalize().unwrap();
    let mut want = vec![real(main.path()), real(two.path())];
    want.sort();
    assert_eq!(siblings(&real(one.path())), want);
    let mut want = vec![real(one.path()), real(two.path())];
    want.sort();
    assert_eq!(siblings(&real(main.path())), want);
    // A folder inside corresponds to the same folder where there is one.
    assert_eq!(siblings(&real(&main.path().join("src"))), [real(&one.path().join("src"))]);
    assert_eq!(siblings(Path::new("/")), Vec::<PathBuf>::new());
}

#[test]
fn a_tie_that_only_one_end_knows_is_none() {
    let secret = Repository::new(&[("a.rs", "")]);
    let _tied = secret.worktree();
    let common = secret.path().canonicalize().unwrap().join(".git");
    let tie = fs::read_dir(common.join("worktrees")).unwrap().next().unwrap().unwrap().path();

    let liars: [(&str, Vec<(&str, String)>); 5] = [
        ("a file that names another's tie", vec![(".git", format!("gitdir: {}\n", tie.display()))]),
        (
            "a repository that lists another as its worktree",
            vec![
                (".git/HEAD", "ref: refs/heads/main\n".to_owned()),
                (".git/worktrees/x/gitdir", format!("{}\n", common.display())),
            ],
        ),
        (
            "a tie of its own to another's common folder",
            vec![
                (".git", "gitdir: tie\n".to_owned()),
                ("tie/commondir", format!("{}\n", common.display())),
                ("tie/gitdir", "../.git\n".to_owned()),
            ],
        ),
        ("no path", vec![(".git", "gitdir:".to_owned())]),
        ("a path of many bytes", vec![(".git", format!("gitdir: {}", "x".repeat(20_000)))]),
    ];
    for (name, files) in liars {
        let liar = Repository::new(&[]);
        for (path, text) in files {
            liar.write(path, &text);
        }
        assert_eq!(siblings(&liar.path().canonicalize().unwrap()), Vec::<PathBuf>::new(), "{name}");
    }
}
