//! What a command is for, told by its name or by the tool that it runs.

use serde::Serialize;

/// What a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Runs the tests.
    Test,
    /// Finds faults in the code's style and sense.
    Lint,
    /// Formats the code.
    Format,
    /// Checks types.
    Typecheck,
    /// Builds the product.
    Build,
    /// Starts the program.
    Run,
    /// Is run by CI.
    Ci,
}

impl Task {
    /// The tasks that people do themselves, in the order of an answer.
    pub(super) const ALL: [Task; 6] =
        [Task::Test, Task::Lint, Task::Format, Task::Typecheck, Task::Build, Task::Run];

    /// Returns the task's name, as answers spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Task::Test => "test",
            Task::Lint => "lint",
            Task::Format => "format",
            Task::Typecheck => "typecheck",
            Task::Build => "build",
            Task::Run => "run",
            Task::Ci => "ci",
        }
    }
}

/// Names of scripts and targets, the plainest of each task first.
const NAMES: &[(Task, &[&str])] = &[
    (
        Task::Test,
        &[
            "test",
            "tests",
            "unit",
            "unittest",
            "unit-test",
            "spec",
            "test-unit",
            "test-all",
            "run-tests",
            "pytest",
            "check",
        ],
    ),
    (
        Task::Lint,
        &[
            "lint",
            "linter",
            "lints",
            "eslint",
            "clippy",
            "vet",
            "style",
            "check-style",
            "lint-all",
            "ruff",
            "flake8",
            "analyze",
            "analyse",
            "stylecheck",
        ],
    ),
    (
        Task::Format,
        &[
            "format",
            "fmt",
            "prettier",
            "reformat",
            "pretty",
            "black",
            "gofmt",
            "code-format",
            "format-all",
            "cs-fix",
            "tidy",
        ],
    ),
    (
        Task::Typecheck,
        &[
            "typecheck",
            "type-check",
            "check-types",
            "types",
            "tsc",
            "mypy",
            "pyright",
            "typing",
            "types-check",
            "check-typing",
            "ts-check",
        ],
    ),
    (Task::Build, &["build", "compile", "all", "package", "assemble", "binary", "dist", "bundle"]),
    (Task::Run, &["start", "dev", "serve", "run", "server", "develop", "watch", "preview", "up"]),
];

/// Programs that do one thing: (program, task, words that must follow).
const TOOLS: &[(&str, Task)] = &[
    ("vitest", Task::Test),
    ("jest", Task::Test),
    ("mocha", Task::Test),
    ("ava", Task::Test),
    ("karma", Task::Test),
    ("playwright", Task::Test),
    ("cypress", Task::Test),
    ("pytest", Task::Test),
    ("tox", Task::Test),
    ("nox", Task::Test),
    ("gotestsum", Task::Test),
    ("phpunit", Task::Test),
    ("pest", Task::Test),
    ("rspec", Task::Test),
    ("ctest", Task::Test),
    ("nextest", Task::Test),
    ("eslint", Task::Lint),
    ("tslint", Task::Lint),
    ("oxlint", Task::Lint),
    ("stylelint", Task::Lint),
    ("flake8", Task::Lint),
    ("pylint", Task::Lint),
    ("golangci-lint", Task::Lint),
    ("clippy", Task::Lint),
    ("rubocop", Task::Lint),
    ("phpstan", Task::Lint),
    ("shellcheck", Task::Lint),
    ("standard", Task::Lint),
    ("xo", Task::Lint),
    ("ktlint", Task::Lint),
    ("detekt", Task::Lint),
    ("credo", Task::Lint),
    ("prettier", Task::Format),
    ("black", Task::Format),
    ("isort", Task::Format),
    ("gofmt", Task::Format),
    ("rustfmt", Task::Format),
    ("dprint", Task::Format),
    ("gofumpt", Task::Format),
    ("clang-format", Task::Format),
    ("tsc", Task::Typecheck),
    ("vue-tsc", Task::Typecheck),
    ("mypy", Task::Typecheck),
    ("pyright", Task::Typecheck),
    ("webpack", Task::Build),
    ("rollup", Task::Build),
    ("tsup", Task::Build),
    ("esbuild", Task::Build),
    ("unbuild", Task::Build),
    ("tsdown", Task::Build),
];

/// Words that tell a task only behind a program of many: (program, word, task).
const SUB_COMMANDS: &[(&str, &str, Task)] = &[
    ("cargo", "test", Task::Test),
    ("cargo", "nextest", Task::Test),
    ("cargo", "clippy", Task::Lint),
    ("cargo", "fmt", Task::Format),
    ("cargo", "check", Task::Typecheck),
    ("cargo", "build", Task::Build),
    ("cargo", "hack", Task::Test),
    ("cargo", "run", Task::Run),
    ("go", "test", Task::Test),
    ("go", "vet", Task::Lint),
    ("go", "fmt", Task::Format),
    ("go", "build", Task::Build),
    ("ruff", "check", Task::Lint),
    ("ruff", "format", Task::Format),
    ("biome", "check", Task::Lint),
    ("biome", "lint", Task::Lint),
    ("biome", "format", Task::Format),
    ("next", "lint", Task::Lint),
    ("next", "build", Task::Build),
    ("next", "dev", Task::Run),
    ("vite", "build", Task::Build),
    ("vite", "preview", Task::Run),
    ("turbo", "test", Task::Test),
    ("turbo", "lint", Task::Lint),
    ("turbo", "build", Task::Build),
    ("pre-commit", "run", Task::Lint),
    ("mix", "test", Task::Test),
    ("mix", "format", Task::Format),
    ("dotnet", "test", Task::Test),
    ("dotnet", "build", Task::Build),
    ("dotnet", "format", Task::Format),
    ("swift", "test", Task::Test),
    ("swift", "build", Task::Build),
    ("deno", "test", Task::Test),
    ("deno", "lint", Task::Lint),
    ("deno", "fmt", Task::Format),
    ("bun", "test", Task::Test),
    ("dart", "test", Task::Test),
    ("dart", "analyze", Task::Lint),
    ("dart", "format", Task::Format),
    ("flutter", "test", Task::Test),
    ("flutter", "analyze", Task::Lint),
    ("flutter", "run", Task::Run),
    ("node", "--test", Task::Test),
    ("unittest", "discover", Task::Test),
    ("rake", "test", Task::Test),
    ("rake", "spec", Task::Test),
    ("rails", "test", Task::Test),
    ("zig", "test", Task::Test),
    ("zig", "build", Task::Build),
];

/// Programs that run named scripts.
const RUNNERS: &[&str] = &[
    "npm", "pnpm", "yarn", "bun", "make", "just", "task", "npx", "composer", "poe", "hatch",
    "invoke", "gradlew", "gradle", "mvn", "mvnw", "bazel", "rake", "nx", "turbo", "cmake", "ninja",
    "gmake",
];

/// Parts of names that tell a special case.
const SIDES: &[&str] = &[
    "watch",
    "update",
    "coverage",
    "debug",
    "ui",
    "e2e",
    "clean",
    "ci",
    "docker",
    "docs",
    "storybook",
    "benchmark",
    "bench",
    "www",
    "website",
];

/// The task of a script by its name and what it runs, and how plainly it tells
/// it; none where neither does.
pub(super) fn of_script(name: &str, command: &str) -> Option<(Task, u8)> {
    let folded = name.to_ascii_lowercase().replace(['_', ':', '.', '/'], "-");
    let by_tool = of_command(command);
    if let Some((task, at)) = by_name(&folded) {
        // `test:types` runs a compiler, `check` may run anything.
        return match by_tool {
            Some(tool) if at > 0 && tool != task => Some((tool, 20)),
            _ => Some((task, at + writes(task, command))),
        };
    }
    let parts: Vec<&str> = folded.split('-').collect();
    let (first, last) = (parts.first()?, parts.last()?);
    let side = if SIDES.iter().any(|side| parts.contains(side)) { 20 } else { 0 };
    if let Some(tool) = by_tool.filter(|tool| !matches!(tool, Task::Build | Task::Run)) {
        let named = by_name(first).or_else(|| by_name(last)).is_some_and(|(task, _)| task == tool);
        return Some((tool, side + if named { 15 } else { 20 } + writes(tool, command)));
    }
    let (task, at) = by_name(first).filter(|_| parts.len() > 1).or_else(|| by_name(last))?;
    (task != Task::Run || parts.len() == 1).then_some((task, 25 + at + side))
}

/// A formatter that only complains comes after one that writes.
fn writes(task: Task, command: &str) -> u8 {
    let only_checks =
        ["--check", "--list-different", "-l "].iter().any(|word| command.contains(word));
    let fixes = command.contains("--fix");
    let prints =
        command.contains("prettier") && !command.contains("--write") && !command.contains(" -w");
    match task {
        Task::Format if prints => 40,
        Task::Format if only_checks => 5,
        Task::Lint if fixes => 3,
        _ => 0,
    }
}

fn by_name(name: &str) -> Option<(Task, u8)> {
    NAMES.iter().find_map(|(task, names)| {
        let at = names.iter().position(|known| *known == name)?;
        Some((*task, u8::try_from(at).unwrap_or(u8::MAX)))
    })
}

/// The task of a command line by the programs in it.
pub(super) fn of_command(command: &str) -> Option<Task> {
    let mut words = command
        .split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '"' | '\''))
        .filter(|word| !word.is_empty())
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .peekable();
    let mut runner = false;
    let mut seen = 0;
    while let Some(word) = words.next() {
        seen += 1;
        if seen > 40 {
            return None;
        }
        if let Some((_, task)) = TOOLS.iter().find(|(tool, _)| *tool == word) {
            return Some(*task);
        }
        let own = SUB_COMMANDS.iter().filter(|(program, _, _)| *program == word);
        let mut next = words.clone().filter(|word| !word.starts_with('+') && *word != "-m").take(2);
        let next = [next.next(), next.next()];
        let sub = own.clone().find(|(_, sub, _)| next[0] == Some(*sub));
        if let Some((_, _, task)) = sub {
            return Some(*task);
        }
        if RUNNERS.contains(&word) {
            runner = true;
            continue;
        }
        if runner && !word.starts_with('-') && word != "run" && word != "exec" {
            let folded = word.to_ascii_lowercase().replace([':', '_', '.'], "-");
            let first = folded.split('-').next().unwrap_or_default();
            if let Some((task, _)) = by_name(&folded).or_else(|| by_name(first)) {
                return Some(task);
            }
            runner = false;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_tell_their_task() {
        use Task::{Build, Format, Lint, Run, Test, Typecheck};
        let cases = [
            ("test", "vitest", Some(Test)),
            ("test", "yarn test:app", Some(Test)),
            ("test:code", "eslint --max-warnings=0 .", Some(Lint)),
            ("test:typecheck", "tsc", Some(Typecheck)),
            ("test:other", "yarn prettier --list-different", Some(Format)),
            ("fix:other", "yarn prettier --write", Some(Format)),
            ("lint", "turbo lint", Some(Lint)),
            ("check", "biome check .", Some(Lint)),
            ("start", "vite", Some(Run)),
            ("build", "tsc && vite build", Some(Build)),
            ("build:app", "x", Some(Build)),
            ("prepare", "husky install", None),
            ("release", "node release.js", None),
        ];
        for (name, command, want) in cases {
            assert_eq!(of_script(name, command).map(|(task, _)| task), want, "{name}: {command}");
        }
        let plain = |name: &str, command: &str| of_script(name, command).map(|(_, at)| at);
        assert!(plain("test", "vitest") < plain("test:app", "vitest"));
        assert!(
            plain("fix:other", "prettier --write")
                < plain("test:other", "prettier --list-different")
        );
        assert!(plain("test", "x") < plain("test:coverage", "vitest --coverage"));
    }

    #[test]
    fn commands_tell_their_task() {
        use Task::{Build, Format, Lint, Test, Typecheck};
        let cases = [
            ("cargo +nightly fmt --all -- --check", Some(Format)),
            ("cargo nextest run --workspace", Some(Test)),
            ("RUSTFLAGS=x cargo clippy", Some(Lint)),
            ("python -m pytest -q", Some(Test)),
            ("npm run build", Some(Build)),
            ("pnpm typecheck", Some(Typecheck)),
            ("make common-lint", None),
            ("make lint", Some(Lint)),
            ("./gradlew test", Some(Test)),
            ("npm ci", None),
            ("sudo apt-get install x", None),
        ];
        for (command, want) in cases {
            assert_eq!(of_command(command), want, "{command}");
        }
    }
}
