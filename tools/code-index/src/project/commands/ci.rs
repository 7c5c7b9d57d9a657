//! What CI runs: the commands of its steps, each on its line.
//!
//! Files are read line by line, because a command's line is part of the answer;
//! all of these formats write commands under a few keys.

use super::task::{Task, of_command};
use super::{Command, MAX_COMMAND, Tree, join};

/// Files of one CI that are read.
const MAX_FILES: usize = 20;
/// Commands taken of one file.
const MAX_STEPS: usize = 80;

/// One command of CI.
pub(super) struct Step {
    /// What it is for, where that is known.
    pub(super) task: Option<Task>,
    command: String,
    path: String,
    line: u32,
    job: Option<String>,
}

impl Step {
    pub(super) fn command(&self) -> Command {
        Command {
            task: Task::Ci,
            command: self.command.clone(),
            path: self.path.clone(),
            line: self.line,
            folder: None,
            job: self.job.clone(),
        }
    }
}

/// Finds the commands of CI of the folder, else of the whole root.
pub(super) fn find(tree: &Tree<'_>, folder: &str) -> Vec<Step> {
    let own = find_in(tree, folder);
    if own.is_empty() && !folder.is_empty() { find_in(tree, "") } else { own }
}

fn find_in(tree: &Tree<'_>, folder: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let workflows = join(folder, ".github/workflows");
    let is_yaml = |name: &String| name.ends_with(".yml") || name.ends_with(".yaml");
    let mut files: Vec<String> = tree.list(&workflows).into_iter().filter(is_yaml).collect();
    // What checks every change comes before what publishes.
    let telling = |name: &String| {
        let order = ["ci", "test", "build", "main", "check", "lint"];
        order.iter().position(|word| name.contains(word)).unwrap_or(order.len())
    };
    files.sort_by_cached_key(|name| (telling(name), name.clone()));
    let mut paths: Vec<String> =
        files.into_iter().take(MAX_FILES).map(|name| format!("{workflows}/{name}")).collect();
    let single = [
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        "azure-pipelines.yml",
        ".azure-pipelines.yml",
        ".travis.yml",
        ".buildkite/pipeline.yml",
        "bitbucket-pipelines.yml",
        ".drone.yml",
        ".woodpecker.yml",
        ".cirrus.yml",
        "appveyor.yml",
    ];
    paths.extend(single.iter().map(|name| join(folder, name)));
    for path in paths {
        let Some(text) = tree.read(&path) else { continue };
        steps.extend(yaml_steps(&path, &text));
    }
    let jenkins = join(folder, "Jenkinsfile");
    if let Some(text) = tree.read(&jenkins) {
        steps.extend(jenkins_steps(&jenkins, &text));
    }
    for place in [".ci", "ci"] {
        let place = join(folder, place);
        for name in tree
            .list(&place)
            .into_iter()
            .filter(|name| name.ends_with(".sh") || !name.contains('.'))
            .take(MAX_FILES)
        {
            let path = format!("{place}/{name}");
            let task = if matches!(name.as_str(), "run" | "test" | "test.sh" | "run.sh") {
                Some(Task::Test)
            } else {
                None
            };
            let shown = path.clone();
            steps.push(Step { task, command: shown, path, line: 1, job: None });
        }
    }
    steps
}

/// Keys whose values are commands.
const KEYS: [&str; 6] = ["run", "script", "bash", "command", "test_script", "commands"];

/// What is being read.
enum Reading {
    /// Nothing but keys.
    Keys,
    /// The lines of a block, which are set in deeper than its key.
    Block { indent: usize },
    /// The items of a list under a key.
    List { indent: usize },
}

fn yaml_steps(path: &str, text: &str) -> Vec<Step> {
    // Elsewhere than in `run`, a workflow holds what actions are passed.
    let keys = if path.contains(".github/") { &KEYS[..1] } else { &KEYS[..] };
    let mut steps = Steps::new(path);
    let mut reading = Reading::Keys;
    let mut jobs: Option<usize> = None;
    let has_jobs = text.lines().any(|line| line.trim_end() == "jobs:");
    for (line, number) in text.lines().zip(1u32..) {
        let inner = line.trim_start();
        let indent = line.len() - inner.len();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        match reading {
            Reading::Block { indent: own } if indent > own => {
                steps.shell(inner, number);
                continue;
            }
            Reading::List { indent: own } if indent >= own && inner.starts_with("- ") => {
                let item = inner.trim_start_matches("- ").trim();
                if matches!(item, "|" | ">" | "|-" | ">-") {
                    reading = Reading::Block { indent };
                } else if !item.contains(": ") || item.starts_with(['"', '\'']) {
                    steps.shell(unquoted(item), number);
                }
                continue;
            }
            _ => {
                steps.end();
                reading = Reading::Keys;
            }
        }
        let (own_indent, rest) = match inner.strip_prefix("- ") {
            Some(rest) => (indent + 2, rest.trim_start()),
            None => (indent, inner),
        };
        let Some((key, value)) = rest.split_once(':') else { continue };
        let (key, value) = (key.trim(), value.trim());
        // Jobs are the keys under `jobs:`, or those at the top.
        if has_jobs {
            if indent == 0 {
                jobs = (key == "jobs").then_some(0);
            } else if let Some(level) = jobs {
                if level == 0 {
                    jobs = Some(indent);
                }
                if jobs == Some(indent) {
                    steps.job = Some(key.to_owned());
                }
            }
        } else if indent == 0 && value.is_empty() && !keys.contains(&key) {
            steps.job = Some(key.to_owned()).filter(|key| {
                !matches!(key.as_str(), "stages" | "steps" | "pool" | "trigger" | "variables")
            });
        }
        if !keys.contains(&key) {
            continue;
        }
        match value {
            "" => reading = Reading::List { indent },
            "|" | ">" | "|-" | ">-" | "|+" | ">+" => {
                reading = Reading::Block { indent: own_indent }
            }
            command => {
                steps.shell(unquoted(command), number);
                steps.end();
            }
        }
    }
    steps.end();
    steps.found
}

fn unquoted(text: &str) -> &str {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''));
    quote.and_then(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}

/// Collects the lines of shell code.
struct Steps<'p> {
    path: &'p str,
    job: Option<String>,
    found: Vec<Step>,
    /// A command that goes on, and its first line.
    open: Option<(String, u32)>,
}

impl<'p> Steps<'p> {
    fn new(path: &'p str) -> Steps<'p> {
        Steps { path, job: None, found: Vec::new(), open: None }
    }

    fn shell(&mut self, line: &str, number: u32) {
        let (mut command, first) = self.open.take().unwrap_or((String::new(), number));
        if !command.is_empty() {
            command.push(' ');
        }
        let goes_on = line.ends_with('\\') && command.len() < 4 * MAX_COMMAND;
        command.push_str(line.trim_end_matches('\\').trim());
        if goes_on {
            self.open = Some((command, first));
        } else {
            self.push(&command, first);
        }
    }

    fn end(&mut self) {
        if let Some((command, line)) = self.open.take() {
            self.push(&command, line);
        }
    }

    fn push(&mut self, command: &str, line: u32) {
        let task = if installs(command) { None } else { of_command(command) };
        if self.found.len() >= MAX_STEPS || (task.is_none() && is_noise(command)) {
            return;
        }
        let mut command = command.split_whitespace().collect::<Vec<_>>().join(" ");
        if command.len() > MAX_COMMAND {
            command = format!("{}…", crate::words::cut_at(&command, MAX_COMMAND));
        }
        let (path, job) = (self.path.to_owned(), self.job.clone());
        self.found.push(Step { task, command, path, line, job });
    }
}

/// What makes a machine ready, or is the shell's own.
fn is_noise(command: &str) -> bool {
    const WORDS: &[&str] = &[
        "apt", "apt-get", "brew", "cat", "cd", "chmod", "choco", "corepack", "cp", "curl", "do",
        "docker", "done", "echo", "elif", "else", "env", "esac", "exit", "export", "fi", "for",
        "gh", "git", "if", "ls", "mkdir", "mv", "pip", "pip3", "printf", "pushd", "popd", "rm",
        "rustup", "set", "shift", "sleep", "source", "sudo", "tar", "then", "unzip", "wget",
        "while", "case", "sed", "jq", "touch", "}", "{", "[", "[[", ".", "trap", "local", "return",
        "unset", "true", "tee", "aws", "ssh", "test",
    ];
    let first = command.split_whitespace().next().unwrap_or_default();
    first.is_empty()
        || WORDS.contains(&first)
        || first.contains('=')
        || first.ends_with(')')
        || first.starts_with(['$', '"', '\'', '<', '(', '-'])
        || matches!(command, "yarn" | "pnpm i" | "npm i")
        || installs(command)
}

/// Whether a command brings tools, whatever their names.
fn installs(command: &str) -> bool {
    let words = [
        " install",
        "npm ci",
        "rustup ",
        "--version",
        "uv sync",
        "npm i ",
        "yarn add",
        "pnpm add",
        "go get ",
    ];
    words.iter().any(|word| command.contains(word))
}

/// `sh 'make test'`, and blocks of `sh '''…'''`.
fn jenkins_steps(path: &str, text: &str) -> Vec<Step> {
    let mut steps = Steps::new(path);
    let mut end: Option<&str> = None;
    for (line, number) in text.lines().zip(1u32..) {
        let inner = line.trim();
        if let Some(quote) = end {
            let last = inner.strip_suffix(quote);
            let command = last.unwrap_or(inner);
            if !command.is_empty() {
                steps.shell(command, number);
            }
            if last.is_some() {
                steps.end();
                end = None;
            }
            continue;
        }
        if let Some(name) = inner.strip_prefix("stage(") {
            let name = name.trim_start_matches(['\'', '"']);
            steps.job = name.split(['\'', '"']).next().map(str::to_owned);
        }
        let call = ["sh ", "sh(", "bat ", "bat("].iter().find_map(|word| inner.strip_prefix(word));
        let Some(rest) = call.map(|rest| rest.trim_start_matches("script:").trim()) else {
            continue;
        };
        let Some(quote) =
            ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| rest.starts_with(quote))
        else {
            continue;
        };
        let rest = &rest[quote.len()..];
        match rest.find(quote) {
            Some(at) => steps.shell(&rest[..at], number),
            None if quote.len() == 3 => {
                if !rest.is_empty() {
                    steps.shell(rest, number);
                }
                end = Some(quote);
            }
            None => {}
        }
    }
    steps.end();
    steps.found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(steps: &[Step]) -> Vec<String> {
        let one = |step: &Step| {
            format!("{}:{} {}", step.line, step.job.as_deref().unwrap_or("-"), step.command)
        };
        steps.iter().map(one).collect()
    }

    #[test]
    fn steps_of_every_ci_have_job_and_line() {
        let github = "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - uses: a@v1\n      - run: npm ci\n      - name: Tests\n        run: |\n          cargo test \\\n            --workspace\n          # no\n          cargo clippy\n  fmt:\n    steps:\n      - run: cargo fmt --check\n";
        assert_eq!(
            shown(&yaml_steps("x", github)),
            ["10:test cargo test --workspace", "13:test cargo clippy", "16:fmt cargo fmt --check"]
        );
        let gitlab = "stages: [a]\nunit:\n  before_script:\n    - apt-get update\n  script:\n    - pip install tox\n    - tox -e py\n    - |\n      make lint\n";
        assert_eq!(shown(&yaml_steps("x", gitlab)), ["7:unit tox -e py", "9:unit make lint"]);
        let circle = "jobs:\n  build:\n    steps:\n      - checkout\n      - run: go test ./...\n      - run:\n          name: lint\n          command: golangci-lint run\n";
        assert_eq!(
            shown(&yaml_steps("x", circle)),
            ["5:build go test ./...", "8:build golangci-lint run"]
        );
        let jenkins = "stage('Unit') {\n  sh 'mvn test'\n  sh '''\n    make lint\n  '''\n}";
        assert_eq!(shown(&jenkins_steps("x", jenkins)), ["2:Unit mvn test", "4:Unit make lint"]);
    }
}
