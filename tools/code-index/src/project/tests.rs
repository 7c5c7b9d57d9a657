use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

/// All files below a folder, with `/`.
fn files_of(root: &Path) -> Vec<(String, u64)> {
    let mut open: Vec<PathBuf> = vec![root.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let relative = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.push((relative, path.metadata().unwrap().len()));
            }
        }
    }
    files
}

fn language_of(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "rs" => "rust",
        "py" => "python",
        "ts" => "typescript",
        "sh" => "bash",
        _ => return None,
    })
}

fn map(root: &Path, folder: &str, depth: usize) -> ProjectMap {
    let files = files_of(root);
    let facts: Vec<FileFacts<'_>> = files
        .iter()
        .map(|(path, bytes)| FileFacts {
            path,
            language: language_of(path),
            bytes: *bytes,
            lines: 1,
        })
        .collect();
    let query = ProjectQuery { root, prefix: None, files: &facts, folder, depth };
    map_project(&query, &Cancel::new()).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/manifests").join(name)
}

/// One line a fact, so that a snapshot reads like the manifest.
fn render(map: &ProjectMap) -> String {
    let mut text = String::new();
    for manifest in &map.manifests {
        let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let (name, version) = (or_none(&manifest.name), or_none(&manifest.version));
        writeln!(text, "{} [{}] {name} {version}", manifest.path, manifest.ecosystem).unwrap();
        for framework in &manifest.frameworks {
            writeln!(text, "  framework {} ({})", framework.name, framework.category).unwrap();
        }
        for dependency in &manifest.dependencies {
            let version = or_none(&dependency.version);
            writeln!(text, "  {:?} {} {version}", dependency.kind, dependency.name).unwrap();
        }
        for member in &manifest.members {
            writeln!(text, "  member {member}").unwrap();
        }
        for script in &manifest.scripts {
            writeln!(text, "  script {}: {}", script.name, script.command).unwrap();
        }
    }
    for entry in &map.entry_points {
        writeln!(text, "entry {} {:?}: {}", entry.path, entry.kind, entry.reason).unwrap();
    }
    for problem in &map.problems {
        writeln!(text, "problem {}: {}", problem.path, problem.message).unwrap();
    }
    text
}

#[test]
fn every_ecosystem_is_read() {
    for name in [
        "cargo",
        "cmake",
        "docker",
        "dotnet",
        "elixir",
        "go",
        "javascript",
        "jvm",
        "mobile",
        "php",
        "python",
        "ruby",
    ] {
        let map = map(&fixture(name), "", 0);
        assert!(!map.truncated, "{name}");
        insta::assert_snapshot!(name, render(&map));
    }
}

#[test]
fn a_folder_is_mapped_with_what_it_inherits() {
    let map = map(&fixture("cargo"), "client", 1);
    assert_eq!(
        render(&map),
        "client/Cargo.toml [cargo] shop-client 0.2.0\n  \
           framework tokio (async)\n  \
           Normal missing workspace\n  \
           Normal tokio 1.40\n\
         entry client/src/lib.rs Library: Cargo library `shop-client`\n"
    );
    let folders: Vec<&str> = map.folders.iter().map(|folder| folder.path.as_str()).collect();
    assert_eq!(folders, ["client", "client/src"]);
}

fn facts<'a>(files: &'a [(String, &'a str, u64)]) -> Vec<FileFacts<'a>> {
    files
        .iter()
        .map(|(path, language, bytes)| FileFacts {
            path,
            language: Some(language).copied().filter(|language| !language.is_empty()),
            bytes: *bytes,
            lines: bytes / 10,
        })
        .collect()
}

#[test]
fn languages_and_folders_are_counted() {
    let files = [
        ("README".to_owned(), "", 10),
        ("src/a.rs".to_owned(), "rust", 100),
        ("src/net/b.rs".to_owned(), "rust", 50),
        ("src/net/deep/c.py".to_owned(), "python", 60),
        ("web/d.ts".to_owned(), "typescript", 400),
    ];
    let facts = facts(&files);
    let root = Path::new("/nowhere");
    let query = ProjectQuery { root, prefix: Some("app"), files: &facts, folder: "", depth: 2 };
    let map = map_project(&query, &Cancel::new()).unwrap();
    let languages: Vec<_> = map
        .languages
        .iter()
        .map(|share| (share.language.as_str(), share.files, share.lines))
        .collect();
    assert_eq!(languages, [("typescript", 1, 40), ("rust", 2, 15), ("python", 1, 6)]);
    let folders: Vec<_> = map
        .folders
        .iter()
        .map(|share| (share.path.as_str(), share.files, share.bytes, share.language.as_deref()))
        .collect();
    assert_eq!(
        folders,
        [
            ("app", 5, 620, Some("typescript")),
            ("app/web", 1, 400, Some("typescript")),
            ("app/src", 3, 210, Some("rust")),
            ("app/src/net", 2, 110, Some("python")),
        ]
    );
}

#[test]
fn wide_trees_are_summed_up() {
    let files: Vec<(String, &str, u64)> =
        (0..3000).map(|n| (format!("f{:03}/g{}/x.rs", n / 10, n % 10), "rust", 10)).collect();
    let facts = facts(&files);
    let root = Path::new("/nowhere");
    for depth in [1, 2, 9] {
        let query = ProjectQuery { root, prefix: None, files: &facts, folder: "", depth };
        let map = map_project(&query, &Cancel::new()).unwrap();
        assert!(map.truncated && map.folders.len() < 250, "{}", map.folders.len());
        let top: u64 = map
            .folders
            .iter()
            .filter(|folder| folder.path != "." && !folder.path.contains('/'))
            .map(|folder| folder.files)
            .sum();
        assert_eq!(top, 3000, "what is not listed is in the sum");
        assert_eq!(map.folders.last().unwrap().path, "…");
    }
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let many: String = (0..200).map(|n| format!("lib{n} = \"1\"\n")).collect();
    let text = format!("[package]\nname = \"{}\"\n[dependencies]\n{many}", "n".repeat(500));
    fs::write(folder.path().join("Cargo.toml"), text).unwrap();
    let map = map(folder.path(), "", 0);
    let manifest = &map.manifests[0];
    assert_eq!((manifest.dependencies.len(), manifest.more_dependencies), (150, 50));
    assert_eq!(manifest.name.as_ref().unwrap().chars().count(), MAX_TEXT + 1);
    assert!(map.truncated);
}

#[test]
fn manifests_that_cannot_be_read_are_problems() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("go.mod"), "x".repeat(2 << 20)).unwrap();
    fs::write(folder.path().join("compose.yml"), "[".repeat(100_000)).unwrap();
    fs::write(folder.path().join("package.json"), "[".repeat(100_000)).unwrap();
    fs::write(folder.path().join("pubspec.yaml"), "- ".repeat(100_000)).unwrap();
    fs::write(folder.path().join("Cargo.toml"), format!("x = {}", "[".repeat(100_000))).unwrap();
    fs::write(folder.path().join("pom.xml"), "<a>".repeat(100_000)).unwrap();
    let map = map(folder.path(), "", 0);
    let paths: Vec<&str> = map.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        paths,
        ["Cargo.toml", "compose.yml", "go.mod", "package.json", "pom.xml", "pubspec.yaml",]
    );
    assert!(map.problems.iter().all(|problem| problem.message.chars().count() <= MAX_TEXT + 1));
}

#[test]
fn cancelling_ends_the_map() {
    let cancel = Cancel::new();
    cancel.cancel();
    let files = [("Cargo.toml".to_owned(), "toml", 1)];
    let facts = facts(&files);
    let root = fixture("cargo");
    let query = ProjectQuery { root: &root, prefix: None, files: &facts, folder: "", depth: 1 };
    assert_eq!(map_project(&query, &cancel), Err(Cancelled));
}

#[test]
fn names_of_manifests() {
    let cases = [
        ("Cargo.toml", true),
        ("requirements-dev.txt", true),
        ("dev-requirements.txt", true),
        ("notes.txt", false),
        ("Shop.csproj", true),
        ("Dockerfile.prod", true),
        ("docker-compose.override.yml", true),
        ("composer.yml", false),
        ("Makefile", false),
        ("Cargo.lock", false),
    ];
    for (name, want) in cases {
        assert_eq!(is_manifest(name), want, "{name}");
    }
}

const NAMES: [&str; 18] = [
    "Cargo.toml",
    "package.json",
    "deno.jsonc",
    "pnpm-workspace.yaml",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "requirements.txt",
    "go.mod",
    "pom.xml",
    "build.gradle.kts",
    "a.csproj",
    "Gemfile",
    "Package.swift",
    "mix.exs",
    "CMakeLists.txt",
    "Dockerfile",
    "compose.yaml",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Cut and spliced manifests are data, whatever they hold.
    #[test]
    fn any_text_is_a_manifest_or_a_problem(
        pieces in prop::collection::vec((0usize..73, 0usize..600, 1usize..400), 1..4),
    ) {
        let mut texts: Vec<String> = files_of(&fixture(""))
            .into_iter()
            .filter_map(|(path, _)| fs::read_to_string(fixture(&path)).ok())
            .collect();
        texts.sort();
        let mut text = String::new();
        for (file, start, length) in pieces {
            text.extend(texts[file % texts.len()].chars().skip(start).take(length));
        }
        let folder = tempfile::tempdir().unwrap();
        for name in NAMES {
            fs::write(folder.path().join(name), &text).unwrap();
        }
        let map = map(folder.path(), "", 1);
        prop_assert_eq!(map.manifests.len() + map.problems.len(), NAMES.len());
    }
}
