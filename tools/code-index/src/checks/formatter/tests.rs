use std::fs;

use super::*;

/// A folder with files, and programs of which each does what its text says.
struct Place {
    root: tempfile::TempDir,
    bin: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)], programs: &[(&str, &str)]) -> Place {
        let place = Place { root: tempfile::tempdir().unwrap(), bin: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            let path = place.root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for (name, text) in programs {
            program(&place.bin.path().join(name), text);
        }
        place
    }

    fn ask(&self, path: &str, text: &str) -> Option<Formatter> {
        let root = self.root.path().canonicalize().unwrap();
        let files = [path];
        let tree = SourceTree::new(&root, &files, 1 << 20);
        let programs = Programs {
            search_path: Some(self.bin.path().as_os_str()),
            roots: vec![root.clone()],
            folder: self.bin.path().join("empty"),
        };
        let detected = detect(&tree, path)?;
        Some(programs.ask(&tree, path, Some(text), detected, &Cancel::new()))
    }
}

#[cfg(unix)]
fn program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    // Written under another name: one that is open for writing cannot be run.
    let draft = path.with_extension("draft");
    fs::write(&draft, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(draft, path).unwrap();
}

#[test]
fn signs_tell_the_formatter() {
    /// Files, the one that is asked about, its formatter.
    type Case<'c> = (&'c [(&'c str, &'c str)], &'c str, Option<&'c str>);
    let cases: &[Case<'_>] = &[
        (&[], "a.rs", Some("rustfmt")),
        (&[], "a.go", Some("gofmt")),
        (&[], "a.py", None),
        (&[], "a.ts", None),
        (&[("pyproject.toml", "[tool.black]\n")], "b/a.py", Some("black")),
        (&[("pyproject.toml", "[tool.ruff]\n")], "a.py", Some("ruff")),
        (&[("requirements-dev.txt", "black==24\n")], "a.py", None),
        (&[(".prettierrc", "{}\n")], "a.ts", Some("prettier")),
        (&[("biome.json", "{}\n"), (".prettierrc", "{}\n")], "a.ts", Some("biome")),
        (
            &[("package.json", "{\"devDependencies\": {\"prettier\": \"3\"}}\n")],
            "a.ts",
            Some("prettier"),
        ),
        (&[(".clang-format", "BasedOnStyle: LLVM\n")], "src/a.c", Some("clang-format")),
        (
            &[("build.gradle", "plugins { id 'com.diffplug.spotless' }\n")],
            "src/A.java",
            Some("spotless"),
        ),
    ];
    for (files, path, want) in cases {
        let place = Place::new(files, &[]);
        let found = place.ask(path, "");
        assert_eq!(found.as_ref().map(|one| one.name.as_str()), *want, "{files:?} {path}");
        assert!(found.is_none_or(|one| one.formatted.is_none() && one.reason.is_some()), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_program_of_the_user_is_asked() {
    let programs = [("rustfmt", "echo formatted"), ("gofmt", "cat >/dev/null")];
    let place = Place::new(&[], &programs);
    for (path, text, want) in
        [("a.rs", "formatted\n", true), ("a.rs", "other\n", false), ("a.go", "package a\n", true)]
    {
        let found = place.ask(path, text).unwrap();
        assert_eq!((found.installed, found.formatted), (true, Some(want)), "{path} {found:?}");
    }
    let place = Place::new(&[], &[("rustfmt", "echo 'no such thing' >&2; exit 1")]);
    let found = place.ask("a.rs", "fn\n").unwrap();
    assert_eq!(found.formatted, None);
    assert!(found.reason.is_some_and(|reason| reason.contains("no such thing")));
}

#[cfg(unix)]
#[test]
fn nothing_of_the_project_is_run() {
    let place =
        Place::new(&[(".prettierrc.js", "boom\n"), ("node_modules/.bin/prettier", "")], &[]);
    let marker = place.bin.path().join("marker");
    program(
        &place.root.path().join("node_modules/.bin/prettier"),
        &format!("touch {}", marker.display()),
    );
    let found = place.ask("src/a.ts", "x\n").unwrap();
    assert_eq!((found.installed, found.formatted), (true, None));
    assert_eq!(found.in_project.as_deref(), Some("node_modules/.bin/prettier"));

    // Nor is one on the search path that lies in the root, or is a link into it.
    let place = Place::new(&[("bin/rustfmt", "")], &[]);
    program(&place.root.path().join("bin/rustfmt"), &format!("touch {}", marker.display()));
    std::os::unix::fs::symlink(
        place.root.path().join("bin/rustfmt"),
        place.bin.path().join("rustfmt"),
    )
    .unwrap();
    let found = place.ask("a.rs", "x\n").unwrap();
    assert_eq!((found.installed, found.formatted), (false, None), "{found:?}");
    assert!(!marker.exists());
}
