//! Which commands a project tells its contributors to type.

use super::Tree;

/// Guides that are read.
const NAMES: [&str; 12] = [
    "CONTRIBUTING.md",
    "CONTRIBUTING.rst",
    ".github/CONTRIBUTING.md",
    "docs/CONTRIBUTING.md",
    "docs/contributing.md",
    "docs/contributing.rst",
    "HACKING.md",
    "DEVELOPMENT.md",
    "AGENTS.md",
    "CLAUDE.md",
    "README.md",
    "README.rst",
];
/// Commands kept of them.
const MAX_COMMANDS: usize = 400;

/// Commands that guides write as code.
pub(super) struct Said(Vec<String>);

impl Said {
    /// Reads the guides of a folder; where there are none, those of the root.
    pub(super) fn read(tree: &Tree<'_>, folder: &str) -> Said {
        let mut commands = Vec::new();
        for name in NAMES {
            let path = super::join(folder, name);
            let text = tree.read(&path);
            text.iter().for_each(|text| add(text, &mut commands));
        }
        Said(commands)
    }

    /// Whether a command is written so, alone or with more words behind it.
    pub(super) fn names(&self, command: &str) -> bool {
        let runner = ["uv run ", "poetry run ", "pdm run ", "pipenv run "];
        let bare = runner.iter().find_map(|runner| command.strip_prefix(runner)).unwrap_or(command);
        self.0.iter().any(|said| said == command || said == bare)
    }
}

/// Adds the code of a text: lines set in or fenced, and spans.
fn add(text: &str, commands: &mut Vec<String>) {
    let mut fenced = false;
    for line in text.lines() {
        let inner = line.trim();
        if inner.starts_with("```") || inner.starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        let is_code =
            fenced || line.starts_with("    ") || line.starts_with('\t') || inner.starts_with("$ ");
        let spans = line.split('`').skip(1).step_by(2).filter(|_| !is_code);
        for code in spans.chain(is_code.then_some(inner)) {
            let code = code.trim_start_matches("$ ").trim();
            let code = code.split(" #").next().unwrap_or(code).trim();
            if !code.is_empty() && code.len() < 100 && commands.len() < MAX_COMMANDS {
                commands.push(code.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_from_code_only() {
        let mut commands = Vec::new();
        let text =
            "Run tox or `make lint`.\n\n    tox\n\n```sh\n$ cargo test  # all\n```\npytest\n";
        add(text, &mut commands);
        assert_eq!(commands, ["make lint", "tox", "cargo test"]);
        let said = Said(vec!["pytest".to_owned()]);
        assert!(said.names("uv run pytest") && said.names("pytest") && !said.names("tox"));
    }
}
