use super::*;
use crate::project::map_project;

/// Maps files that are written for the test, the language told by the ending.
fn lines(files: &[(&str, &str)], folder: &str) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    let canonical = root.path().canonicalize().unwrap();
    for (path, text) in files {
        let full = canonical.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
    }
    let language = |path: &str| {
        crate::language::Language::detect(Path::new(path), b"").map(crate::language::Language::name)
    };
    // The index leaves hidden files out.
    let shown = files.iter().filter(|(path, _)| !path.split('/').any(|part| part.starts_with('.')));
    let facts: Vec<FileFacts<'_>> = shown
        .map(|(path, text)| FileFacts {
            path,
            language: language(path),
            bytes: text.len() as u64,
            lines: 1,
        })
        .collect();
    let query = ProjectQuery { root: &canonical, prefix: None, files: &facts, folder, depth: 0 };
    let map = map_project(&query, &Cancel::new()).unwrap();
    let one = |command: &Command| {
        let job = command.job.as_ref().map(|job| format!(" [{job}]")).unwrap_or_default();
        let folder =
            command.folder.as_ref().map(|folder| format!(" in {folder}")).unwrap_or_default();
        format!(
            "{}: {} ({}:{}){folder}{job}",
            command.task.as_str(),
            command.command,
            command.path,
            command.line
        )
    };
    map.commands.iter().map(one).collect()
}

/// The best of each task: those before the first task repeats.
fn best(files: &[(&str, &str)], folder: &str) -> Vec<String> {
    let mut tasks: Vec<String> = Vec::new();
    let all = lines(files, folder);
    let task = |line: &String| line.split(':').next().unwrap_or_default().to_owned();
    all.into_iter()
        .filter(|line| task(line) != "ci")
        .take_while(|line| {
            let new = !tasks.contains(&task(line));
            tasks.push(task(line));
            new
        })
        .collect()
}

const CODE: &str =
    "some code that is longer than any configuration around it, so that its language leads";

#[test]
fn javascript_uses_its_scripts_and_its_package_manager() {
    let package = "{\n  \"scripts\": {\n    \"build\": \"tsc\",\n    \"fix\": \"prettier --write .\",\n    \"lint\": \"eslint .\",\n    \"start\": \"vite\",\n    \"test\": \"yarn test:app\",\n    \"test:app\": \"vitest\",\n    \"test:types\": \"tsc\"\n  }\n}\n";
    let files = [("package.json", package), ("yarn.lock", ""), ("src/a.ts", CODE)];
    assert_eq!(
        best(&files, ""),
        [
            "test: yarn test (package.json:7)",
            "lint: yarn lint (package.json:5)",
            "format: yarn fix (package.json:4)",
            "typecheck: yarn test:types (package.json:9)",
            "build: yarn build (package.json:3)",
            "run: yarn start (package.json:6)",
        ]
    );
    let pnpm = [("package.json", package), ("pnpm-lock.yaml", ""), ("src/a.ts", CODE)];
    assert_eq!(
        best(&pnpm, "")[..2],
        ["test: pnpm test (package.json:7)", "lint: pnpm run lint (package.json:5)"]
    );
    let inside = [("web/package.json", package), ("package-lock.json", ""), ("web/a.ts", CODE)];
    assert_eq!(best(&inside, "web")[0], "test: npm test (web/package.json:7) in web");
    let none = [
        ("package.json", "{\"devDependencies\": {\"vitest\": \"1\"}}"),
        (".prettierrc", "{}"),
        ("a.ts", CODE),
    ];
    assert_eq!(
        best(&none, ""),
        ["test: npx vitest run (package.json:1)", "format: npx prettier --write . (.prettierrc:1)",]
    );
}

#[test]
fn rust_is_told_by_cargo_and_its_configuration() {
    let workspace = [
        ("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"),
        ("a/Cargo.toml", "[package]\nname = \"shop-a\"\n"),
        ("a/src/main.rs", CODE),
        ("rustfmt.toml", ""),
        (".config/nextest.toml", ""),
    ];
    assert_eq!(
        best(&workspace, "")[..3],
        [
            "test: cargo nextest run --workspace (.config/nextest.toml:1)",
            "lint: cargo clippy --workspace --all-targets (Cargo.toml:1)",
            "format: cargo fmt --all (rustfmt.toml:1)",
        ]
    );
    let part = best(&workspace, "a");
    assert!(
        part.contains(
            &"test: cargo nextest run -p shop-a (.config/nextest.toml:1) in a".to_owned()
        ),
        "{part:?}"
    );
    assert!(
        part.contains(&"run: cargo run -p shop-a (a/Cargo.toml:1) in a".to_owned()),
        "{part:?}"
    );
}

#[test]
fn python_is_told_by_its_configuration() {
    let pyproject = "[project]\nname = \"x\"\n[tool.ruff]\nline-length = 100\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\n[tool.mypy]\nstrict = true\n";
    let files = [
        ("pyproject.toml", pyproject),
        ("uv.lock", ""),
        ("x/a.py", CODE),
        ("tests/test_a.py", CODE),
    ];
    assert_eq!(
        best(&files, ""),
        [
            "test: uv run pytest (pyproject.toml:5)",
            "lint: uv run ruff check . (pyproject.toml:3)",
            "format: uv run ruff format . (pyproject.toml:3)",
            "typecheck: uv run mypy . (pyproject.toml:7)",
        ]
    );
    let older = [
        ("setup.py", ""),
        ("setup.cfg", "[flake8]\nmax-line-length = 99\n[tool:pytest]\n"),
        ("tox.ini", "[tox]\n[testenv:typing]\n"),
        (".pre-commit-config.yaml", "repos:\n- hooks:\n  - id: black\n"),
        ("x/a.py", CODE),
    ];
    assert_eq!(
        best(&older, ""),
        [
            "test: pytest (setup.cfg:3)",
            "lint: flake8 (setup.cfg:1)",
            "format: black . (.pre-commit-config.yaml:3)",
            "typecheck: tox -e typing (tox.ini:2)",
        ]
    );
}

#[test]
fn targets_come_before_what_the_language_would_do() {
    let makefile =
        "include Makefile.common\n\n.PHONY: test\ntest: build\n\tgo test ./...\n\nVERSION := 1\n";
    let common =
        "%: common-% ;\n\ncommon-lint:\n\tgolangci-lint run\ncommon-format:\n\tgofmt -w .\n";
    let files = [
        ("go.mod", "module x"),
        ("Makefile", makefile),
        ("Makefile.common", common),
        ("a.go", CODE),
        ("package.json", "{\"scripts\":{\"test\":\"jest\"}}"),
    ];
    assert_eq!(
        best(&files, "")[..3],
        [
            "test: make test (Makefile:4)",
            "lint: make lint (Makefile.common:3)",
            "format: make format (Makefile.common:5)",
        ]
    );
    let scripts = [
        ("Cargo.toml", "[package]\nname = \"x\"\n"),
        ("scripts/test", "#!/bin/sh"),
        ("src/a.rs", CODE),
        ("justfile", "lint:\n  cargo clippy\n"),
    ];
    assert_eq!(
        best(&scripts, "")[..2],
        ["test: scripts/test (scripts/test:1)", "lint: just lint (justfile:1)"]
    );
}

#[test]
fn ci_comes_last_and_fills_what_nothing_else_tells() {
    let ci = "jobs:\n  unit:\n    steps:\n      - run: ./run-all.sh\n      - run: make check\n";
    let files = [(".github/workflows/ci.yml", ci), ("a.c", CODE)];
    assert_eq!(
        lines(&files, ""),
        [
            "test: make check (.github/workflows/ci.yml:5)",
            "ci: make check (.github/workflows/ci.yml:5) [unit]",
            "ci: ./run-all.sh (.github/workflows/ci.yml:4) [unit]",
        ]
    );
}

#[cfg(unix)]
#[test]
fn no_configuration_is_read_through_a_link() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(outside.path().join("workflows")).unwrap();
    std::fs::write(
        outside.path().join("workflows/a.yml"),
        "jobs:\n  x:\n    steps:\n      - run: make test\n",
    )
    .unwrap();
    let root = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), root.path().join(".github")).unwrap();
    let canonical = root.path().canonicalize().unwrap();
    let query = ProjectQuery { root: &canonical, prefix: None, files: &[], folder: "", depth: 0 };
    assert_eq!(map_project(&query, &Cancel::new()).unwrap().commands, []);
}
