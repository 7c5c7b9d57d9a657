use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

fn filter(paths: &[&str]) -> Result<PathFilter, PathFilterError> {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    PathFilter::new::<&str>(&paths, &[])
}

/// The files of a small project, in one list for all cases.
const FILES: [&str; 12] = [
    "Cargo.toml",
    "README.md",
    "app/[id]/page.tsx",
    "app/i/page.tsx",
    "docs/tests/guide.md",
    "packages/a/src/index.ts",
    "packages/a/test/index.test.ts",
    "packages/b/src/deep/x.ts",
    "src/main.rs",
    "src/net/http.rs",
    "srcs/other.rs",
    "tests/run.rs",
];

fn check(case: &str, paths: &[&str], want: &[&str]) {
    let filter = filter(paths).unwrap();
    let got: Vec<&str> = FILES.into_iter().filter(|path| filter.matches(path)).collect();
    assert_eq!(got, want, "{case}: {paths:?}");
}

#[test]
fn patterns_select_what_the_table_says() {
    let src = ["src/main.rs", "src/net/http.rs"];
    check("nothing", &[], &FILES);
    check("the root", &["."], &FILES);
    check("stars", &["**"], &FILES);
    for folder in ["src", "./src", "src/", "src/**", "./src/**/", "src/net/..", "src/./", " src "] {
        check("folder", &[folder], &src);
    }
    check("file", &["src/main.rs"], &["src/main.rs"]);
    check("file, no folder", &["main.rs"], &[]);
    check("name at any depth", &["*.rs"], &[src[0], src[1], "srcs/other.rs", "tests/run.rs"]);
    check(
        "folder name at any depth",
        &["test*"],
        &["docs/tests/guide.md", "packages/a/test/index.test.ts", "tests/run.rs"],
    );
    check("directly inside", &["src/*"], &["src/main.rs"]);
    check(
        "a glob of folders",
        &["packages/*/src"],
        &["packages/a/src/index.ts", "packages/b/src/deep/x.ts"],
    );
    check(
        "stars between",
        &["packages/**/*.ts", "!*.test.ts"],
        &["packages/a/src/index.ts", "packages/b/src/deep/x.ts"],
    );
    check("alternatives", &["{src,tests}/*.rs"], &["src/main.rs", "tests/run.rs"]);
    check("a name with brackets", &["app/[id]"], &["app/[id]/page.tsx", "app/i/page.tsx"]);
    check("two", &["README.md", "tests"], &["README.md", "tests/run.rs"]);
    check(
        "only exclusions",
        &["!packages", "!app", "!*.rs", "!docs/**"],
        &["Cargo.toml", "README.md"],
    );
    check("excluded name at any depth", &["docs", "src", "!tests"], &src);
    check("excluded path", &["src", "!src/net/"], &["src/main.rs"]);
}

#[test]
fn errors_name_the_pattern() {
    let long = "x".repeat(MAX_PATTERN_BYTES + 1);
    let cases = [
        ("unclosed class", "src/[z", "`src/[z` in `paths` is not a glob"),
        ("excluded", "!{a", "`!{a` in `paths` is not a glob"),
        ("above", "../x", "`../x` in `paths` is outside the served folders"),
        ("absolute", "/etc", "`/etc` in `paths` is outside"),
        ("lone mark", "!", "`!` in `paths` names nothing"),
        ("empty", "", "`` in `paths` names nothing"),
        ("long", &long, "`paths` is too long"),
    ];
    for (case, pattern, want) in cases {
        let error = filter(&[pattern]).unwrap_err().to_string();
        assert!(error.starts_with(want), "{case}: {error}");
    }
}

#[test]
fn several_roots_are_told_apart_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let folders: Vec<PathBuf> = ["x/web", "y/api"].map(|name| folder.path().join(name)).to_vec();
    for folder in &folders {
        std::fs::create_dir_all(folder).unwrap();
    }
    let roots = Roots::from_folders(&folders).unwrap();
    let absolute = folders[1].join("src").display().to_string();
    let cases = [
        ("in one", "web/src", [true, false]),
        ("the root itself", "api", [false, true]),
        ("with a glob", "api/**/*.rs", [false, true]),
        ("in any", "src", [true, true]),
        ("glob in any", "*.rs", [true, true]),
        ("glob for the name", "{web,x}/src/*.rs", [true, false]),
        ("glob for all names", "*/src", [true, true]),
        ("absolute", &absolute, [false, true]),
    ];
    for (case, pattern, want) in cases {
        let paths = [pattern.to_owned()];
        let got = [0, 1].map(|root| {
            PathFilter::for_root::<&str>(&paths, &[], &roots, root).unwrap().matches("src/main.rs")
        });
        assert_eq!(got, want, "{case}: {pattern}");
    }
    let outside = ["/nowhere/x".to_owned()];
    let error = PathFilter::for_root::<&str>(&outside, &[], &roots, 0).unwrap_err().to_string();
    assert!(error.contains("y/api"), "{error}");
}

#[test]
fn one_root_takes_its_own_absolute_paths_and_no_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let roots = Roots::from_folders(&[folder.path().to_owned()]).unwrap();
    let absolute = [folder.path().join("src/*.rs").display().to_string()];
    let filter = PathFilter::for_root::<&str>(&absolute, &[], &roots, 0).unwrap();
    assert!(filter.matches("src/main.rs") && !filter.matches("tests/run.rs"));
}

#[test]
fn languages_and_words() {
    let paths = ["src/Tests/*.spec.ts".to_owned(), "!docs".to_owned()];
    let filter = PathFilter::new(&paths, &["rust", "go"]).unwrap();
    assert_eq!(filter.words(), ["src", "tests", "spec", "ts"]);
    assert!(filter.matches_language(Some("go")));
    assert!(!filter.matches_language(Some("c")) && !filter.matches_language(None));
    assert!(!filter.is_all() && PathFilter::all().is_all());
    assert!(PathFilter::all().matches_language(None));
}

fn segment() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_.()-]{1,8}".prop_filter("no dot names", |name| name != "." && name != "..")
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 1..5).prop_map(|parts| parts.join("/"))
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error(pattern in "\\PC{0,24}", path in path()) {
        if let Ok(filter) = filter(&[&pattern]) {
            filter.matches(&path);
        }
    }

    #[test]
    fn a_folder_in_any_spelling_selects_what_is_below(folder in path(), file in path()) {
        let below = format!("{folder}/{file}");
        for spelling in [folder.clone(), format!("./{folder}/"), format!("{folder}/**"), format!("a/../{folder}")] {
            let filter = filter(&[&spelling]).unwrap();
            prop_assert!(filter.matches(&below), "{spelling}");
            prop_assert!(filter.matches(&folder));
            let beside = format!("{folder}x/y");
            prop_assert!(!filter.matches(&beside));
        }
    }

    #[test]
    fn an_exclusion_is_the_opposite_of_a_selection(pattern in path(), file in path()) {
        // With a slash both anchor to the root.
        let pattern = format!("{pattern}/x");
        let excluded = format!("!{pattern}");
        prop_assert_ne!(
            filter(&[&pattern]).unwrap().matches(&file),
            filter(&[&excluded]).unwrap().matches(&file)
        );
    }

    #[test]
    fn an_extension_matches_at_any_depth(folder in path(), name in segment()) {
        let filter = filter(&["*.rs"]).unwrap();
        let [rust, python] = ["rs", "py"].map(|end| format!("{folder}/{name}.{end}"));
        prop_assert!(filter.matches(&rust));
        // A folder may itself be called `x.rs`.
        prop_assert_eq!(filter.matches(&python), folder.split('/').any(|part| part.ends_with(".rs")));
    }
}
