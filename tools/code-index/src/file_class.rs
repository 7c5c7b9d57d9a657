//! What part a file plays in a repository: source, test, documentation and so
//! on. The one place that decides it; ranking and the map both ask here.

/// The part a file plays. Lower ones come first where nothing else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum FileClass {
    /// Code and configuration that make the product.
    Source = 0,
    /// Tests, their fixtures, benchmarks.
    Test = 1,
    /// Examples and samples.
    Example = 2,
    /// Prose: README, manuals.
    Docs = 3,
    /// Histories of releases.
    Changelog = 4,
    /// Translations.
    Locale = 5,
    /// Made by a tool: lock files, bundles, generated code.
    Generated = 6,
    /// Other people's code kept in the repository.
    Vendored = 7,
}

impl FileClass {
    /// All classes, in order.
    pub const ALL: [FileClass; 8] = [
        FileClass::Source,
        FileClass::Test,
        FileClass::Example,
        FileClass::Docs,
        FileClass::Changelog,
        FileClass::Locale,
        FileClass::Generated,
        FileClass::Vendored,
    ];

    /// Decides by the path below the root, with `/` between its parts.
    pub fn of(path: &str) -> FileClass {
        let lower = path.to_ascii_lowercase();
        let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let folder = of_folders(folders, path);
        let written = path.rsplit('/').next().unwrap_or(path);
        let class = of_name(name, stem, extension).max(folder);
        if class == FileClass::Source && is_test_class(written) { FileClass::Test } else { class }
    }

    /// How much a hit here counts where the question does not ask for the class.
    pub(crate) fn weight(self) -> f32 {
        match self {
            FileClass::Source => 1.0,
            FileClass::Test => 0.45,
            FileClass::Example => 0.6,
            FileClass::Docs => 0.5,
            FileClass::Changelog => 0.2,
            FileClass::Locale => 0.15,
            FileClass::Generated => 0.3,
            FileClass::Vendored => 0.3,
        }
    }

    /// The words of a question that ask for the class.
    pub(crate) fn asked_by(self, folded: &str) -> bool {
        let words: &[&str] = match self {
            FileClass::Source => &[],
            FileClass::Test => &[
                "test",
                "tests",
                "tested",
                "testing",
                "spec",
                "specs",
                "fixture",
                "fixtures",
                "benchmark",
                "benchmarks",
                "bench",
                "unittest",
            ],
            FileClass::Example => &["example", "examples", "sample", "samples", "demo", "demos"],
            FileClass::Docs => &[
                "doc",
                "docs",
                "documentation",
                "readme",
                "guide",
                "manual",
                "tutorial",
                "documented",
            ],
            FileClass::Changelog => &["changelog", "release", "releases", "changes", "history"],
            FileClass::Locale => {
                &["locale", "locales", "translation", "translations", "i18n", "l10n"]
            }
            FileClass::Generated => &["generated", "lockfile", "minified", "bundle"],
            FileClass::Vendored => &["vendor", "vendored", "third_party", "contrib"],
        };
        words.contains(&folded)
    }
}

/// By the folders, in lower case, around the file at `path`.
fn of_folders(folders: &str, path: &str) -> FileClass {
    let is_code = || {
        let language = crate::language::Language::detect(path.as_ref(), b"");
        language.is_some_and(|language| language.is_source())
    };
    let mut class = FileClass::Source;
    let mut is_below_sources = false;
    let mut parts = folders.split('/').peekable();
    while let Some(part) = parts.next() {
        let own = match (part, parts.peek()) {
            // Perl's habit, which some projects of Python share.
            ("t", Some(&("unit" | "integration" | "smoke" | "functional"))) => FileClass::Test,
            _ => of_folder(part),
        };
        // An engine for documents, not documents.
        if own != FileClass::Docs || !is_below_sources || !is_code() {
            class = class.max(own);
        }
        is_below_sources |= matches!(part, "src" | "lib" | "app" | "pkg");
    }
    class
}

fn of_folder(part: &str) -> FileClass {
    match part {
        "test" | "tests" | "testing" | "__tests__" | "spec" | "specs" | "testdata" | "fixtures"
        | "__mocks__" | "__snapshots__" | "snapshots" | "bench" | "benches" | "benchmark"
        | "benchmarks" | "e2e" | "cypress" | "testsuite" => FileClass::Test,
        "example" | "examples" | "sample" | "samples" | "demo" | "demos" => FileClass::Example,
        "doc" | "docs" | "documentation" | "manual" => FileClass::Docs,
        "changelog" | "changelogs" | "changes" | ".changeset" | "newsfragments" => {
            FileClass::Changelog
        }
        "locale" | "locales" | "i18n" | "l10n" | "translations" | "lang.lproj" => FileClass::Locale,
        "generated" | "__generated__" | "gen" | "dist" => FileClass::Generated,
        "vendor" | "vendored" | "_vendor" | "_vendored" | "third_party" | "third-party"
        | "thirdparty" | "node_modules" | "bower_components" | "extern" | "external" => {
            FileClass::Vendored
        }
        _ if part.ends_with("_tests") || part.ends_with("-tests") || part.ends_with(".tests") => {
            FileClass::Test
        }
        _ => FileClass::Source,
    }
}

fn of_name(name: &str, stem: &str, extension: &str) -> FileClass {
    let first = stem.split('.').next().unwrap_or(stem);
    let lock = matches!(
        name,
        "cargo.lock"
            | "package-lock.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "poetry.lock"
            | "uv.lock"
            | "pipfile.lock"
            | "gemfile.lock"
            | "composer.lock"
            | "go.sum"
    );
    let generated = lock
        || stem.ends_with(".min")
        || stem.ends_with(".bundle")
        || stem.ends_with("_pb2")
        || stem.ends_with(".pb")
        || stem.ends_with(".generated")
        || stem.ends_with("_generated")
        || stem.ends_with(".g")
        || extension == "map"
        || extension == "snap";
    if generated {
        return FileClass::Generated;
    }
    if matches!(extension, "po" | "pot" | "xlf" | "xliff" | "arb") {
        return FileClass::Locale;
    }
    let history = ["changelog", "changes", "history", "news", "releases", "release-notes"];
    if history.contains(&first) && matches!(extension, "" | "md" | "rst" | "txt") {
        return FileClass::Changelog;
    }
    if is_test_name(stem, extension) {
        return FileClass::Test;
    }
    if matches!(extension, "md" | "mdx" | "rst" | "adoc" | "txt")
        || matches!(first, "readme" | "license" | "licence" | "copying" | "authors")
    {
        let code = matches!(name, "cmakelists.txt" | "requirements.txt");
        return if code { FileClass::Source } else { FileClass::Docs };
    }
    FileClass::Source
}

fn is_test_name(stem: &str, extension: &str) -> bool {
    if matches!(extension, "md" | "rst" | "txt") {
        return false;
    }
    let marks = ["_test", "_tests", ".test", ".tests", "_spec", ".spec", "-test", ".e2e", "_bench"];
    matches!(stem, "test" | "tests" | "conftest")
        || stem.starts_with("test_")
        || marks.iter().any(|mark| stem.ends_with(mark))
}

/// By the habit of Java and its kin: `UserTest.java`, but not `Latest.java`.
fn is_test_class(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        matches!(extension, "java" | "kt" | "cs" | "swift" | "scala" | "php")
            && (stem.ends_with("Test") || stem.ends_with("Tests"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_their_part() {
        use FileClass::*;
        let cases = [
            ("src/main.rs", Source),
            ("src/testimony.py", Source),
            ("src/latest.py", Source),
            ("tests/all.rs", Test),
            ("src/index/tests.rs", Test),
            ("pkg/server_test.go", Test),
            ("web/button.spec.tsx", Test),
            ("app/UserTest.java", Test),
            ("app/Latest.java", Source),
            ("examples/hello.rs", Example),
            ("docs/intro.md", Docs),
            ("README.md", Docs),
            ("requirements.txt", Source),
            ("CHANGELOG.md", Changelog),
            ("django/conf/locale/de/LC_MESSAGES/django.po", Locale),
            ("Cargo.lock", Generated),
            ("static/app.min.js", Generated),
            ("api/user_pb2.py", Generated),
            ("vendor/github.com/x/y.go", Vendored),
            ("vendor/x/y_test.go", Vendored),
            ("pip/_vendor/rich/text.py", Vendored),
            ("t/unit/app/case.py", Test),
            ("src/t/parse.c", Source),
            ("tools/engine/src/docs/render.rs", Source),
            ("packages/ui/src/docs/panel.tsx", Source),
            ("src/docs/guide.md", Docs),
            ("docs/src/theme.ts", Docs),
            ("docs/conf.py", Docs),
            ("src/docs/examples/a.py", Example),
        ];
        for (path, want) in cases {
            assert_eq!(FileClass::of(path), want, "{path}");
        }
    }
}
