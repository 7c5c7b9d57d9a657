//! CodeGraph on the same snapshot: what it links to each symbol.
//!
//! Its own tools answer by name, in prose and with a limit. Its database tells all that they
//! draw on, so that it is asked there and gets the most that it could answer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::program;
use super::score::Answer;
use super::truth::{Place, Symbol};
use crate::npm;

const PACKAGE: &str = "@colbymchenry/codegraph@1.6.1";
const READER: &str = include_str!("../../node/codegraph.mjs");

/// What CodeGraph knows of a repository.
#[derive(Debug)]
pub(super) struct CodeGraph {
    /// By file and name.
    nodes: BTreeMap<(String, String), Vec<Node>>,
    /// By the node that is used.
    uses: BTreeMap<String, BTreeSet<Place>>,
    /// What indexing took, when it was done.
    pub(super) seconds: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Node {
    id: String,
    name: String,
    path: String,
    first: u32,
    last: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Edge {
    target: String,
    path: String,
    line: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Extract {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

/// Indexes the snapshot in `root`, or reads from `cache` what was found before.
pub(super) async fn index(root: &Path, cache: &Path) -> anyhow::Result<CodeGraph> {
    let version = PACKAGE.rsplit('@').next().unwrap_or_default();
    let [kept, took, fresh] =
        ["json", "seconds", "part"].map(|end| cache.join(format!("codegraph-{version}.{end}")));
    if !kept.exists() {
        let seconds = extract(root, &fresh).await?;
        std::fs::write(&took, seconds.to_string())?;
        std::fs::rename(&fresh, &kept)?;
    }
    let seconds = std::fs::read_to_string(&took)?.parse()?;
    let bytes =
        std::fs::read(&kept).with_context(|| format!("cannot read `{}`", kept.display()))?;
    Ok(CodeGraph::new(serde_json::from_slice(&bytes)?, seconds))
}

/// Writes to `output` what it found, and returns the seconds that indexing took.
async fn extract(root: &Path, output: &Path) -> anyhow::Result<f64> {
    let bundle = npm::installed(PACKAGE).await?.join("node_modules/@colbymchenry").join(bundle()?);
    let node = bundle.join(if cfg!(windows) { "node.exe" } else { "node" });
    let mut init = Command::new(&node);
    // As its own launcher starts it. It sends figures of its use unless it is told not to.
    init.args(["--liftoff-only", "--disable-warning=ExperimentalWarning"]);
    init.arg(bundle.join("lib/dist/bin/codegraph.js")).args(["init", "--yes"]).arg(root);
    init.envs([("CODEGRAPH_TELEMETRY", "0"), ("DO_NOT_TRACK", "1"), ("CI", "1")]);
    let begin = Instant::now();
    program::run(PACKAGE, init).await?;
    let seconds = begin.elapsed().as_secs_f64();

    let made = root.join(".codegraph");
    let script = output.with_file_name("codegraph.mjs");
    std::fs::write(&script, READER)?;
    let mut reader = Command::new(&node);
    reader.arg("--disable-warning=ExperimentalWarning").arg(script);
    reader.arg(made.join("codegraph.db")).arg(output);
    let read = program::run("the reader of CodeGraph's database", reader).await;
    std::fs::remove_dir_all(&made)
        .with_context(|| format!("{PACKAGE} left no `{}`", made.display()))?;
    read?;
    Ok(seconds)
}

/// The package with its runtime for this machine.
fn bundle() -> anyhow::Result<String> {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => bail!("{PACKAGE} has no runtime for `{other}`"),
    };
    Ok(format!("codegraph-{system}-{processor}"))
}

impl CodeGraph {
    fn new(extract: Extract, seconds: f64) -> Self {
        let mut nodes: BTreeMap<_, Vec<Node>> = BTreeMap::new();
        for node in extract.nodes {
            nodes.entry((node.path.clone(), node.name.clone())).or_default().push(node);
        }
        let mut uses: BTreeMap<_, BTreeSet<Place>> = BTreeMap::new();
        for Edge { target, path, line } in extract.edges {
            uses.entry(target).or_default().insert(Place { path, line });
        }
        Self { nodes, uses, seconds }
    }

    /// The uses of the nodes that have the symbol's name and begin at its place, or at the
    /// decorators above it.
    pub(super) fn ask(&self, symbol: &Symbol) -> Answer {
        let Place { path, line } = &symbol.place;
        let named = self.nodes.get(&(path.clone(), symbol.name.clone()));
        let around = || {
            let named = named.into_iter().flatten();
            named.filter(|node| (node.first..=node.last).contains(line))
        };
        let Some(closest) = around().map(|node| node.first).max() else {
            return Answer::default();
        };
        let there = around().filter(|node| node.first == closest);
        let uses = there.filter_map(|node| self.uses.get(&node.id)).flatten();
        let edges = uses.map(|place| (place.clone(), None)).collect();
        Answer { is_known: true, edges, took: None }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::score::Answer;
    use super::super::truth::{Kind, Place, Symbol};
    use super::{CodeGraph, Edge, Extract, Node};

    #[test]
    fn a_symbol_is_the_node_of_its_name_that_begins_closest() {
        let node = |id: &str, name: &str, first, last| Node {
            id: id.into(),
            name: name.into(),
            path: "a.py".into(),
            first,
            last,
        };
        let edge = |target: &str, line| Edge { target: target.into(), path: "b.py".into(), line };
        let extract = Extract {
            nodes: vec![node("outer", "f", 1, 9), node("inner", "f", 3, 5), node("g", "g", 4, 4)],
            edges: vec![edge("inner", 7), edge("inner", 8), edge("outer", 9)],
        };
        let graph = CodeGraph::new(extract, 1.0);
        let at = |path: &str, line| Place { path: path.into(), line };
        let symbol = |name: &str, line| Symbol {
            name: name.into(),
            kind: Kind::Function,
            place: at("a.py", line),
            shares_line: false,
            uses: BTreeSet::new(),
        };
        let lines = |lines: &[u32]| Answer {
            is_known: true,
            edges: lines.iter().map(|line| (at("b.py", *line), None)).collect(),
            took: None,
        };
        for (name, line, want) in [
            ("f", 4, lines(&[7, 8])),
            ("f", 1, lines(&[9])),
            ("f", 10, Answer::default()),
            ("h", 1, Answer::default()),
            ("g", 4, lines(&[])),
        ] {
            assert_eq!(graph.ask(&symbol(name, line)), want, "{name} in line {line}");
        }
    }
}
