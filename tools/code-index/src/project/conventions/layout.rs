//! Where tests lie and how their files are called.

use std::collections::BTreeMap;

use super::naming::Seen;
use super::{Convention, percent};
use crate::file_class::FileClass;
use crate::language::Language;
use crate::project::FileFacts;

/// Layouts that are told about.
const MAX_LAYOUTS: usize = 3;
/// A rarer layout is an exception.
const LEAST_SHARE: u8 = 15;

/// The layouts of test files, the usual first, and tests inside sources.
pub(super) fn tests(files: &[FileFacts<'_>], seen: &Seen) -> Vec<Convention> {
    let mut layouts: BTreeMap<(String, String), (u64, &str)> = BTreeMap::new();
    let mut total = 0;
    for file in files.iter().filter(|file| is_test(file)) {
        let Some(name) = pattern(file.path) else { continue };
        total += 1;
        let entry = layouts.entry((name, place(file.path))).or_insert((0, file.path));
        entry.0 += 1;
    }
    let mut found: Vec<_> = layouts.into_iter().collect();
    found.sort_by(|(one, a), (other, b)| b.0.cmp(&a.0).then_with(|| one.cmp(other)));
    found.retain(|(_, (count, _))| percent(*count, total) >= LEAST_SHARE);
    let mut all: Vec<Convention> = found
        .into_iter()
        .take(MAX_LAYOUTS)
        .map(|((name, place), (count, path))| Convention {
            topic: "test files".to_owned(),
            value: format!("{name} {place}"),
            share: Some(percent(count, total)),
            count: Some(total),
            path: path.to_owned(),
            line: 1,
        })
        .collect();
    let (inline, sources, example) = &seen.inline_tests;
    if let Some((path, line)) = example
        && percent(*inline, *sources) >= LEAST_SHARE
    {
        all.push(Convention {
            topic: "rust sources with tests".to_owned(),
            value: "`mod tests` inside, under #[cfg(test)]".to_owned(),
            share: Some(percent(*inline, *sources)),
            count: Some(*sources),
            path: path.clone(),
            line: *line,
        });
    }
    all
}

fn is_test(file: &FileFacts<'_>) -> bool {
    let is_source = file.language.and_then(Language::from_name).is_some_and(Language::is_source);
    is_source && FileClass::of(file.path) == FileClass::Test
}

/// The pattern of a test's name; none for what helps tests or measures.
fn pattern(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let folders = &path[..path.len() - name.len()];
    let is_aside =
        ["fixtures", "testdata", "__mocks__", "bench", "benches", "benchmarks", "__snapshots__"];
    if folders.split('/').any(|folder| is_aside.contains(&folder)) {
        return None;
    }
    if stem.starts_with("test_") {
        return Some(format!("`test_*.{extension}`"));
    }
    for mark in ["_test", ".test", "_spec", ".spec", "-test", "Test", "Tests"] {
        if stem.ends_with(mark) {
            return Some(format!("`*{mark}.{extension}`"));
        }
    }
    // Rust's tests have plain names in their own folder.
    (extension == "rs" && folders.split('/').any(|folder| folder == "tests"))
        .then(|| "`*.rs`".to_owned())
}

/// Where a test lies, as people say it.
fn place(path: &str) -> String {
    let folders: Vec<&str> = path.split('/').collect();
    let folders = &folders[..folders.len() - 1];
    let tests = ["tests", "test", "__tests__", "spec", "specs", "testing", "e2e"];
    match folders.iter().position(|folder| tests.contains(folder)) {
        Some(0) => format!("in {}/", folders[0]),
        Some(at) if folders[at - 1] == "src" && folders[at] == "test" => "in src/test/".to_owned(),
        Some(at) if folders[..at].contains(&"src") => {
            format!("in {}/ beside the sources", folders[at])
        }
        Some(at) => format!("in {}/ of each part", folders[at]),
        None => "beside the sources".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_said_as_people_say_them() {
        let cases = [
            ("tests/test_a.py", Some("`test_*.py`"), "in tests/"),
            ("pkg/a_test.go", Some("`*_test.go`"), "beside the sources"),
            ("web/src/a.test.ts", Some("`*.test.ts`"), "beside the sources"),
            (
                "web/src/__tests__/a.spec.tsx",
                Some("`*.spec.tsx`"),
                "in __tests__/ beside the sources",
            ),
            ("crates/a/tests/all.rs", Some("`*.rs`"), "in tests/ of each part"),
            ("src/test/java/ATest.java", Some("`*Test.java`"), "in src/test/"),
            ("tests/fixtures/test_a.py", None, "in tests/"),
            ("tests/helper.py", None, "in tests/"),
        ];
        for (path, name, want) in cases {
            assert_eq!((pattern(path).as_deref(), place(path).as_str()), (name, want), "{path}");
        }
    }
}
