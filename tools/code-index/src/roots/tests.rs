use std::fs;

use super::*;

/// A folder tree for one test, with canonical paths.
struct Tree {
    _folder: tempfile::TempDir,
    top: PathBuf,
}

impl Tree {
    fn new(folders: &[&str], files: &[&str]) -> Tree {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for folder in folders {
            fs::create_dir_all(top.join(folder)).unwrap();
        }
        for file in files {
            fs::create_dir_all(top.join(file).parent().unwrap()).unwrap();
            fs::write(top.join(file), "").unwrap();
        }
        Tree { _folder: folder, top }
    }

    fn paths(&self, names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(|name| self.top.join(name)).collect()
    }
}

fn decide_in(tree: &Tree, working: &str, home: &str) -> Result<PathBuf, RootError> {
    Roots::decide(&RootInputs {
        working_folder: Some(tree.top.join(working)),
        home: Some(tree.top.join(home)),
        ..RootInputs::default()
    })
    .map(|roots| roots.list()[0].path.clone())
}

#[test]
fn the_working_folder_counts_only_in_a_project() {
    let tree = Tree::new(
        &["home/repo/.git", "home/repo/src/deep", "home/plain", "tree/sub"],
        &["home/dotfiles.txt", "home/app/package.json", "tree/.git", "home/app/lib/x.js"],
    );
    let cases = [
        ("top of a work tree", "home/repo", Some("home/repo")),
        ("inside a work tree", "home/repo/src/deep", Some("home/repo")),
        ("a linked work tree has a file", "tree/sub", Some("tree")),
        ("beside a manifest", "home/app", Some("home/app")),
        ("below a manifest only", "home/app/lib", None),
        ("no project", "home/plain", None),
        ("the home folder", "home", None),
        ("missing", "home/absent", None),
    ];
    for (case, working, want) in cases {
        let got = decide_in(&tree, working, "home").ok();
        assert_eq!(got, want.map(|want| tree.top.join(want)), "{case}");
    }
}

#[test]
fn a_work_tree_at_home_is_not_a_project() {
    let tree = Tree::new(&["home/.git", "home/notes"], &["home/app/go.mod", "home/Cargo.toml"]);
    assert_eq!(decide_in(&tree, "home/app", "home"), Ok(tree.top.join("home/app")));
    for working in ["home", "home/notes"] {
        let error = decide_in(&tree, working, "home").unwrap_err();
        assert!(error.to_string().ends_with("pass --root PATH"), "{error}");
    }
    assert!(decide_in(&tree, "/", "home").is_err(), "the file system's top");
}

#[test]
fn the_user_goes_before_the_host_and_the_host_before_the_folder() {
    let tree = Tree::new(&["a", "b", "c", "cwd/.git", "home"], &[]);
    let full = RootInputs {
        flags: tree.paths(&["a"]),
        host_folder: Some(tree.top.join("b")),
        host_roots: tree.paths(&["c"]),
        working_folder: Some(tree.top.join("cwd")),
        home: Some(tree.top.join("home")),
    };
    let name = |inputs: &RootInputs| Roots::decide(inputs).unwrap().list()[0].name.clone();
    let no_flags = RootInputs { flags: vec![], ..full.clone() };
    let no_host = RootInputs { host_folder: Some(tree.top.join("home")), ..no_flags.clone() };
    let no_roots =
        RootInputs { host_roots: vec![tree.top.join("absent"), "/".into()], ..no_host.clone() };
    assert_eq!(name(&full), "a");
    assert_eq!(name(&no_flags), "b");
    assert_eq!(name(&no_host), "c", "a home folder told by the host is passed over");
    assert_eq!(name(&no_roots), "cwd", "an absent folder and / are passed over");

    let nothing = RootInputs { working_folder: None, ..no_roots };
    let error = Roots::decide(&nothing).unwrap_err().to_string();
    assert!(error.contains("absent` cannot") || error.contains("it cannot be opened"), "{error}");
}

#[test]
fn a_flag_that_is_no_folder_is_named() {
    let tree = Tree::new(&[], &["file"]);
    for name in ["file", "absent"] {
        let flags = tree.paths(&[name]);
        let error = Roots::decide(&RootInputs { flags, ..RootInputs::default() }).unwrap_err();
        assert_eq!(error, RootError::NotAFolder { path: tree.top.join(name) });
    }
}

#[test]
fn several_roots_get_unique_names_and_nested_ones_collapse() {
    let tree = Tree::new(&["x/app", "y/app", "z/app-2", "x/app/sub", "x/app/.trees/b"], &[]);
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("unique", &["x/app", "y/app"], &["app", "app-2"]),
        ("a taken number", &["x/app", "y/app", "z/app-2"], &["app", "app-3", "app-2"]),
        ("the same twice", &["x/app", "x/../x/app/"], &["app"]),
        ("inner after outer", &["x/app", "x/app/sub"], &["app"]),
        ("inner before outer", &["x/app/sub", "y/app", "x/app"], &["app", "app-2"]),
        ("behind a hidden folder", &["x/app", "x/app/.trees/b"], &["app", "b"]),
    ];
    for (case, folders, want) in cases {
        let roots = Roots::from_folders(&tree.paths(folders)).unwrap();
        let names: Vec<&str> = roots.list().iter().map(|root| root.name.as_str()).collect();
        assert_eq!(names, want, "{case}");
    }
}

#[test]
fn shown_paths_lead_back_to_their_file() {
    let tree = Tree::new(&["x/app", "y/app"], &[]);
    let one = Roots::from_folders(&tree.paths(&["x/app"])).unwrap();
    let two = Roots::from_folders(&tree.paths(&["x/app", "y/app"])).unwrap();
    assert_eq!(one.show(0, "src/a.rs"), "src/a.rs");
    assert_eq!(two.show(1, "src/a.rs"), "app-2/src/a.rs");

    let absolute = tree.top.join("y/app/src/a.rs");
    let absolute = absolute.to_str().unwrap();
    let cases = [
        (&one, "src/./a.rs", Some((0, "src/a.rs"))),
        (&one, "app/a.rs", Some((0, "app/a.rs"))),
        (&one, "../a.rs", None),
        (&one, "", Some((0, ""))),
        (&one, absolute, None),
        (&two, "app-2/src/a.rs", Some((1, "src/a.rs"))),
        (&two, "app", Some((0, ""))),
        (&two, "src/a.rs", None),
        (&two, absolute, Some((1, "src/a.rs"))),
    ];
    for (roots, path, want) in cases {
        let want = want.map(|(root, path): (usize, &str)| (root, path.to_owned()));
        assert_eq!(roots.locate(path), want, "{path}");
    }
}
