//! Rules over the text of all sources: size, and who may touch environment, stdout and
//! protocol types.
//!
//! **Deliberately absent:** a parser. Lines are matched as text, comments and test code
//! left out; whoever hides `env::var` behind a macro has to be caught in review.

use std::sync::LazyLock;

use anyhow::Context as _;
use ignore::WalkBuilder;
use regex::Regex;

use super::workspace;
use super::{assert_clean, assert_one};

const MAX_LINES: usize = 800;
const SIZED: [&str; 5] = ["rs", "sh", "mjs", "py", "scm"];

/// Files without an extension that count as sources all the same.
const SCRIPT_FOLDERS: [&str; 2] = ["scripts/", ".ci/"];

/// Who else may read the environment, and why.
const ENVIRONMENT: &[(&str, &str)] =
    &[("tools/code-index/src/workspace/incremental.rs", "a test is told how long to run")];

/// Where stdout may be written, and why.
const STDOUT: [(&str, &str); 3] = [
    ("protocol/src/serve/stdio", "the transport"),
    ("servers/kit/src", "prints the line that says where a listener is ready"),
    ("servers/ymera/src", "the command: its output is for people"),
];

/// Names of files and folders whose Rust is not part of any program.
const NOT_SHIPPED: [&str; 5] = ["tests", "tests.rs", "benches", "examples", "build.rs"];

/// A file of the repository: its path from the root with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn planted(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Lines of Rust that ship, with their numbers: no comments, no test code.
    ///
    /// Test code is a file named `tests.rs` or in a folder `tests`, `benches` or
    /// `examples`, and a file's end from `#[cfg(test)]` above an inline module on.
    /// A build script does not ship either; cargo speaks to it by environment and stdout.
    fn shipped(&self) -> impl Iterator<Item = (usize, &str)> {
        let parts: Vec<&str> = self.path.split('/').collect();
        let rust =
            self.path.ends_with(".rs") && !parts.iter().any(|part| NOT_SHIPPED.contains(part));
        let lines: Vec<&str> = if rust { self.text.lines().collect() } else { Vec::new() };
        let inline = |pair: &[&str]| pair[0].trim() == "#[cfg(test)]" && pair[1].ends_with('{');
        let end = lines.windows(2).position(inline).unwrap_or(lines.len());
        (1..)
            .zip(lines.into_iter().take(end))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn under(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }
}

/// Every file that git would track, `fixtures/` aside: that is data.
fn sources() -> anyhow::Result<Vec<Source>> {
    let root = workspace::root();
    let mut sources = Vec::new();
    let walk = WalkBuilder::new(&root)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in walk {
        let entry = entry?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path().strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let script = SCRIPT_FOLDERS.iter().any(|folder| path.starts_with(folder));
        if path.starts_with("fixtures/") || !(script || SIZED.contains(&extension)) {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).with_context(|| path.clone())?;
        sources.push(Source { path, text });
    }
    Ok(sources)
}

/// Complains about files that nobody can hold in their head.
fn too_long(sources: &[Source]) -> Vec<String> {
    let complaint = |source: &Source| {
        let lines = source.text.lines().count();
        let path = &source.path;
        (lines > MAX_LINES).then(|| format!("{path} has {lines} lines; split it below {MAX_LINES}"))
    };
    sources.iter().filter_map(complaint).collect()
}

/// Complains about each shipped line that matches, in files that `concerns` picks.
fn matches(
    sources: &[Source],
    concerns: impl Fn(&Source) -> bool,
    pattern: &Regex,
    advice: &str,
) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| concerns(source)) {
        for (number, line) in source.shipped().filter(|(_, line)| pattern.is_match(line)) {
            let path = &source.path;
            complaints.push(format!("{path}:{number} has `{}`; {advice}", line.trim()));
        }
    }
    complaints
}

#[expect(clippy::unwrap_used, reason = "the pattern is a constant")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// Complains about environment and arguments read outside `servers/` and `tests/`.
fn environment_reads(sources: &[Source]) -> Vec<String> {
    static READS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\benv::(vars?\b|vars?_os|args|home_dir|current_dir|temp_dir|set_|remove_|\{)")
    });
    let concerns = |source: &Source| {
        source.under(&["protocol/", "tools/"])
            && !ENVIRONMENT.iter().any(|(path, _)| source.path == *path)
    };
    let advice = "only servers/ reads the environment: take the value in `Options`";
    matches(sources, concerns, &READS, advice)
}

/// Complains about stdout written outside the places in [`STDOUT`].
fn stdout_writes(sources: &[Source]) -> Vec<String> {
    static WRITES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\bprint(ln)?!|\bstdout\(\)|\bStdout\b"));
    let concerns = |source: &Source| {
        source.under(&["protocol/", "tools/", "servers/"])
            && !STDOUT.iter().any(|(start, _)| source.path.starts_with(start))
    };
    matches(sources, concerns, &WRITES, "stdout belongs to the transport: use `tracing`")
}

/// Complains about engines that name MCP.
fn engines_naming_mcp(sources: &[Source]) -> Vec<String> {
    static NAMES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(ymera_protocol|rmcp)\s*(::|;|\bas\b)"));
    let concerns = |source: &Source| {
        let mut parts = source.path.split('/');
        let (folder, name) = (parts.next(), parts.next());
        let inside = parts.collect::<Vec<_>>().join("/");
        folder == Some("tools")
            && inside != "src/mcp.rs"
            && !inside.starts_with("src/mcp/")
            && !(name == Some("agents") && inside.starts_with("src/client"))
    };
    matches(sources, concerns, &NAMES, "engines never name MCP: move it to src/mcp/")
}

/// Complains about protocol revisions known outside `protocol`.
fn revisions_known(sources: &[Source]) -> Vec<String> {
    static REVISIONS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"2024-11-05|2025-03-26|2025-06-18|2025-11-25|2026-07-28|\bProtocolVersion\b")
    });
    let concerns = |source: &Source| source.under(&["tools/", "servers/"]);
    matches(sources, concerns, &REVISIONS, "revisions end inside protocol")
}

#[test]
fn sources_keep_the_rules() -> anyhow::Result<()> {
    let sources = sources()?;
    for known in ["tests/suite/suite.rs", "protocol/src/lib.rs", "scripts/test"] {
        assert!(sources.iter().any(|source| source.path == known), "{known} was not read");
    }
    assert_clean(&too_long(&sources));
    assert_clean(&environment_reads(&sources));
    assert_clean(&stdout_writes(&sources));
    assert_clean(&engines_naming_mcp(&sources));
    assert_clean(&revisions_known(&sources));
    Ok(())
}

#[test]
fn a_file_over_the_limit_is_found() {
    let long = [Source::planted("scripts/long", &"line\n".repeat(MAX_LINES + 1))];
    assert_one("801 lines", &too_long(&long), "has 801 lines");
    let fitting = [Source::planted("tools/x/src/lib.rs", &"line\n".repeat(MAX_LINES))];
    assert_clean(&too_long(&fitting));
}

/// One planted line, the check that looks for it, and whether it must complain.
type Case = (fn(&[Source]) -> Vec<String>, &'static str, &'static str, bool);

#[test]
fn a_planted_line_is_found_where_it_is_wrong_and_only_there() {
    let cases: [Case; 26] = [
        (environment_reads, "tools/models/src/lib.rs", "let key = std::env::var(\"KEY\");", true),
        (environment_reads, "protocol/src/link.rs", "let all = env::args().skip(1);", true),
        (environment_reads, "tools/store/src/lib.rs", "use std::env::{self, VarError};", true),
        (environment_reads, "tools/store/src/lib.rs", "let home = env::home_dir();", true),
        (environment_reads, "tools/store/src/lib.rs", "// env::var is for servers", false),
        (environment_reads, "tools/store/src/lib.rs", "env!(\"CARGO_PKG_VERSION\")", false),
        (environment_reads, "tools/store/src/tests.rs", "env::var(\"X\")", false),
        (environment_reads, "tools/store/build.rs", "std::env::var(\"OUT_DIR\")", false),
        (environment_reads, "servers/kit/src/config.rs", "env::var(\"YMERA_HOME\")", false),
        (stdout_writes, "tools/files/src/lib.rs", "println!(\"{path}\");", true),
        (stdout_writes, "servers/model-server/src/main.rs", "print!(\"x\");", true),
        (stdout_writes, "protocol/src/guard.rs", "tokio::io::stdout()", true),
        (stdout_writes, "tools/files/src/lib.rs", "eprintln!(\"{path}\");", false),
        (stdout_writes, "protocol/src/serve/stdio.rs", "tokio::io::stdout()", false),
        (stdout_writes, "servers/ymera/src/explore.rs", "println!(\"{answer}\");", false),
        (engines_naming_mcp, "tools/models/src/router.rs", "use ymera_protocol::Tool;", true),
        (engines_naming_mcp, "tools/models/src/client.rs", "use rmcp::model::Tool;", true),
        (engines_naming_mcp, "tools/models/src/mcp/complete.rs", "use ymera_protocol::T;", false),
        (engines_naming_mcp, "tools/agents/src/client.rs", "use ymera_protocol::T;", false),
        (engines_naming_mcp, "servers/kit/src/lib.rs", "use ymera_protocol::T;", false),
        (revisions_known, "tools/models/src/mcp.rs", "if v == \"2025-11-25\" {", true),
        (revisions_known, "servers/kit/src/lib.rs", "ProtocolVersion::LATEST", true),
        (revisions_known, "protocol/src/guard.rs", "const V: &str = \"2026-07-28\";", false),
        (stdout_writes, "tools/files/src/a.rs", "#[cfg(test)]\nmod tests {\n print!();", false),
        (stdout_writes, "tools/files/src/a.rs", "#[cfg(test)]\nmod tests;\nprint!();", true),
        (stdout_writes, "tools/files/build.py", "print!()", false),
    ];
    for (check, path, text, wrong) in cases {
        let complaints = check(&[Source::planted(path, text)]);
        assert_eq!(complaints.len(), usize::from(wrong), "{path}: {text}: {complaints:?}");
    }
}
