//! The test files of a source file: by the usual names, then by what they use.

use rustc_hash::FxHashSet;

use super::tree::SourceTree;
use crate::error::IndexError;
use crate::file_class::FileClass;
use crate::resolve::Resolver;
use crate::resolve::value::Def;
use crate::trace::users;

/// Test files told of one source file.
pub(crate) const MAX_TESTS: usize = 10;
/// Definitions of one file whose users are looked for.
const MAX_DEFINITIONS: usize = 60;

/// Endings of languages that test each other.
const FAMILIES: &[&[&str]] = &[
    &["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte"],
    &["c", "cc", "cpp", "cxx", "h", "hh", "hpp"],
    &["java", "kt", "groovy", "scala"],
    &["py", "pyi"],
];

/// The test files that are named after a source file, best first.
pub(crate) fn by_name(tree: &SourceTree<'_>, path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if FileClass::of(path) == FileClass::Test {
        return found;
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if ending == "rs" && text.contains("#[cfg(test)]") && text.contains("#[test]") {
        found.push(path.to_owned());
    }
    let is_entry = matches!(stem, "index" | "mod" | "__init__" | "lib" | "main");
    let last = folder.rsplit('/').next().unwrap_or(folder);
    let wanted = if is_entry && !last.is_empty() { [stem, last] } else { [stem, stem] };
    let mut scored: Vec<(usize, &str)> = Vec::new();
    for &other in tree.files {
        if other == path || FileClass::of(other) != FileClass::Test || !is_family(ending, other) {
            continue;
        }
        if let Some(score) = score(folder, stem, wanted, other) {
            scored.push((score, other));
        }
    }
    scored.sort_unstable();
    // Of tests with one name, those that are nearest are meant.
    let best = scored.first().map_or(0, |(score, _)| *score);
    let near = scored.iter().take_while(|(score, _)| *score <= best.max(1));
    found.extend(near.map(|(_, path)| (*path).to_owned()));
    found.truncate(MAX_TESTS);
    found
}

fn is_family(ending: &str, other: &str) -> bool {
    let its = other.rsplit('.').next().unwrap_or_default();
    its == ending || FAMILIES.iter().any(|family| family.contains(&ending) && family.contains(&its))
}

/// How far a test file is from a source file; none where it is of another.
fn score(folder: &str, stem: &str, wanted: [&str; 2], test: &str) -> Option<usize> {
    let (at, name) = test.rsplit_once('/').unwrap_or(("", test));
    let own = name.rsplit_once('.').map_or(name, |(own, _)| own);
    let tested = without_marks(own);
    // `x/tests.rs`, `x/tests/….rs` belong to `x.rs`.
    let inner = if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") };
    let is_inner = name.ends_with(".rs")
        && (at == inner && matches!(own, "tests" | "test") || at == format!("{inner}/tests"));
    if is_inner {
        return Some(0);
    }
    let is_named = wanted.iter().any(|wanted| tested.eq_ignore_ascii_case(wanted));
    if !is_named || tested.is_empty() {
        return None;
    }
    if at == folder
        || at.strip_prefix(folder).is_some_and(|rest| {
            matches!(rest.trim_start_matches('/'), "__tests__" | "tests" | "test" | "spec")
        })
    {
        return Some(1);
    }
    // In a tree beside the sources: the folders that both have count.
    let parts = |path: &str| -> Vec<String> { path.split('/').map(str::to_lowercase).collect() };
    let (ours, its) = (parts(folder), parts(at));
    let shared = ours.iter().filter(|part| its.contains(part)).count();
    Some(2 + ours.len().saturating_sub(shared))
}

/// A test's name without what says that it is one.
fn without_marks(stem: &str) -> &str {
    for start in ["test_", "test-", "tests_", "Test_"] {
        if let Some(rest) = stem.strip_prefix(start) {
            return rest;
        }
    }
    let ends = [
        "_test",
        "_tests",
        ".test",
        ".tests",
        "-test",
        "_spec",
        ".spec",
        "Tests",
        "Test",
        "Spec",
        "IT",
        ".e2e",
        "_unittest",
        ".unit",
    ];
    ends.iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem)
}

/// The test files that use what a file defines.
pub(crate) fn by_use(resolver: &Resolver<'_>, path: &str) -> Result<Vec<String>, IndexError> {
    let Some(file) = resolver.file(path).filter(|_| FileClass::of(path) != FileClass::Test) else {
        return Ok(Vec::new());
    };
    let links = resolver.links(file);
    let top = (0..).zip(&links.items).filter(|(item, of)| {
        of.parent.is_none() && !of.is_local && !links.item_name(*item).is_empty()
    });
    let targets: Vec<Def> = top.map(|(item, _)| Def { file, item }).take(MAX_DEFINITIONS).collect();
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    for user in users(resolver, &targets)? {
        if user.file != file && seen.insert(user.file) {
            let path = resolver.path(user.file).to_string();
            if FileClass::of(&path) == FileClass::Test {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_by_their_names() {
        let files = [
            "app/UserTest.java",
            "pkg/server.go",
            "pkg/server_test.go",
            "src/a/index.ts",
            "src/a/index.test.ts",
            "src/b/__tests__/cart.ts",
            "src/b/cart.ts",
            "src/c/cart.ts",
            "src/engine.rs",
            "src/engine/tests.rs",
            "tests/engine.rs",
            "tests/shop/test_models.py",
            "tests/user/test_models.py",
        ];
        let tree = SourceTree::new(std::path::Path::new("/nowhere"), &files, 1);
        let cases: [(&str, &[&str]); 6] = [
            ("pkg/server.go", &["pkg/server_test.go"]),
            ("src/a/index.ts", &["src/a/index.test.ts"]),
            ("src/b/cart.ts", &["src/b/__tests__/cart.ts"]),
            ("src/engine.rs", &["src/engine/tests.rs"]),
            ("shop/models.py", &["tests/shop/test_models.py"]),
            ("app/User.java", &["app/UserTest.java"]),
        ];
        for (path, want) in cases {
            assert_eq!(by_name(&tree, path, ""), want, "{path}");
        }
    }
}
