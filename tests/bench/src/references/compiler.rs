//! Runs a compiler's indexer on a snapshot, or finds what it said before.
//!
//! scip-typescript reads one project, by a configuration of ours above the root's
//! `tsconfig.json`. It holds the files that its authors check together: others may declare
//! the same modules again and hide what is written. Where the authors do not say, it holds
//! all sources. Imports across packages resolve by the `paths` that they give, or else by the
//! names that the packages give themselves. Nothing is installed, so that types of other
//! packages are unknown.
//!
//! **Invariants**
//! - No script of the repository runs, and nothing is left in the snapshot.
//! - What is in the cache is complete: it is renamed into place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::process::Command;
use twox_hash::XxHash3_64;

use super::program;
use crate::{index, npm};

const TYPESCRIPT: &str = "@sourcegraph/scip-typescript@0.4.0";
const PYTHON: &str = "@sourcegraph/scip-python@0.6.6";
/// The compilers hold a whole program in memory.
const HEAP: &str = "--max-old-space-size=8192";
/// In the root of the snapshot while scip-typescript runs.
const OUR_PROJECT: &str = "ymera-bench.tsconfig.json";
/// Where the files of a package may begin, in the order that they are tried.
const ENTRIES: [&str; 4] = ["src/index.ts", "src/index.tsx", "index.ts", "index.tsx"];

/// Who knows a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compiler {
    TypeScript,
    Python,
}

impl Compiler {
    /// The compiler of most files of a repository.
    fn of(files: &[(PathBuf, u64)]) -> anyhow::Result<Self> {
        let count = |ends: &[&str]| {
            let extensions = files.iter().filter_map(|(path, _)| path.extension()?.to_str());
            extensions.filter(|extension| ends.contains(extension)).count()
        };
        let typescript = count(&["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"]);
        let python = count(&["py"]);
        match (typescript, python) {
            (0, 0) => bail!("it holds neither TypeScript, JavaScript nor Python"),
            _ if typescript >= python => Ok(Self::TypeScript),
            _ => Ok(Self::Python),
        }
    }
}

/// The bytes of the index of the snapshot in `root`, which is kept in `cache`. With `under`,
/// a Python indexer reads that folder only.
pub(super) async fn index(
    root: &Path,
    cache: &Path,
    under: Option<&str>,
) -> anyhow::Result<Vec<u8>> {
    let compiler = Compiler::of(&index::walk(root))?;
    let setup = match compiler {
        Compiler::TypeScript => format!("{TYPESCRIPT} {}", own_project(root)?),
        Compiler::Python => format!("{PYTHON} {}", under.unwrap_or("")),
    };
    let kept = cache.join(format!("{:016x}.scip", XxHash3_64::oneshot(setup.as_bytes())));
    if !kept.exists() {
        let fresh = kept.with_extension("part");
        match compiler {
            Compiler::TypeScript => typescript(root, &fresh).await?,
            Compiler::Python => python(root, &fresh, under).await?,
        }
        std::fs::rename(&fresh, &kept).context("the indexer wrote no index")?;
    }
    std::fs::read(&kept).with_context(|| format!("cannot read `{}`", kept.display()))
}

async fn typescript(root: &Path, output: &Path) -> anyhow::Result<()> {
    let script = "node_modules/@sourcegraph/scip-typescript/dist/src/main.js";
    let script = npm::installed(TYPESCRIPT).await?.join(script);
    let project = root.join(OUR_PROJECT);
    std::fs::write(&project, own_project(root)?.to_string())?;
    let mut indexer = Command::new(npm::node().await?);
    indexer.arg(HEAP).arg(script).args(["index", "--no-progress-bar", "--output"]);
    indexer.arg(output).arg(OUR_PROJECT).current_dir(root);
    let ended = program::run(TYPESCRIPT, indexer).await;
    std::fs::remove_file(&project)?;
    ended
}

async fn python(root: &Path, output: &Path, under: Option<&str>) -> anyhow::Result<()> {
    let script = "node_modules/@sourcegraph/scip-python/index.js";
    let script = npm::installed(PYTHON).await?.join(script);
    // Without this it asks pip about packages of the machine, which differ from day to day.
    let environment = output.with_file_name("environment.json");
    std::fs::write(&environment, "[]")?;
    let mut indexer = Command::new(npm::node().await?);
    indexer.arg(HEAP).arg(script).args(["index", "--quiet", "--project-version", "0"]);
    indexer.args(["--project-name", "repository", "--environment"]).arg(environment);
    indexer.arg("--output").arg(output).current_dir(root);
    if let Some(under) = under {
        indexer.args(["--target-only", under]);
    }
    program::run(PYTHON, indexer).await
}

/// Our project above the repository's own.
fn own_project(root: &Path) -> anyhow::Result<Value> {
    // It may hold comments, so that it is searched instead of parsed.
    let above = std::fs::read_to_string(root.join("tsconfig.json")).unwrap_or_default();
    let mut options = json!({
        "composite": false,
        "isolatedDeclarations": false,
        "noEmit": true,
        "skipLibCheck": true,
        "types": [],
    });
    if !above.contains("\"paths\"") {
        options["paths"] = json!(packages(root)?);
    }
    let mut project = json!({});
    if !above.contains("\"include\"") {
        project["include"] = json!(["**/*"]);
        project["exclude"] = json!(["**/node_modules", "**/dist", "**/*.min.js"]);
    }
    if above.is_empty() {
        options["allowJs"] = json!(true);
        options["jsx"] = json!("react-jsx");
        options["module"] = json!("ESNext");
        options["moduleResolution"] = json!("bundler");
        options["target"] = json!("ESNext");
    } else {
        project["extends"] = json!("./tsconfig.json");
    }
    project["compilerOptions"] = options;
    Ok(project)
}

/// Where the packages of the repository begin, by the names that they are imported by.
fn packages(root: &Path) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut packages = BTreeMap::new();
    for (path, _) in index::walk(root) {
        if path.file_name().is_none_or(|name| name != "package.json") {
            continue;
        }
        let Some(folder) = path.parent().filter(|folder| *folder != root) else { continue };
        let manifest: Value = match serde_json::from_slice(&std::fs::read(&path)?) {
            Ok(manifest) => manifest,
            // Some repositories keep broken ones, to test with.
            Err(_) => continue,
        };
        let entry = ENTRIES.iter().find(|entry| folder.join(entry).is_file());
        let (Some(name), Some(entry)) = (manifest["name"].as_str(), entry) else { continue };
        let below = folder.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        let inner = entry.rsplit_once('/').map_or(String::new(), |(inner, _)| format!("{inner}/"));
        packages.insert(name.to_owned(), vec![format!("./{below}/{entry}")]);
        packages.insert(format!("{name}/*"), vec![format!("./{below}/{inner}*")]);
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use serde_json::json;

    use super::{Compiler, own_project};

    #[test]
    fn most_files_decide_the_compiler() {
        let files = |names: &[&str]| -> Vec<(PathBuf, u64)> {
            names.iter().map(|name| (PathBuf::from(name), 1)).collect()
        };
        for (names, want) in [
            (&["a.ts", "b.py", "c.tsx"][..], Some(Compiler::TypeScript)),
            (&["a.ts", "b.py", "c.py"], Some(Compiler::Python)),
            (&["a.rs"], None),
        ] {
            assert_eq!(Compiler::of(&files(names)).ok(), want, "{names:?}");
        }
    }

    #[test]
    fn what_the_repository_says_of_its_project_holds() -> anyhow::Result<()> {
        let scratch = tempfile::tempdir()?;
        let root = scratch.path();
        fs::create_dir_all(root.join("packages/core/src"))?;
        fs::write(root.join("packages/core/package.json"), r#"{"name":"@it/core"}"#)?;
        fs::write(root.join("packages/core/src/index.ts"), "")?;
        fs::write(root.join("package.json"), r#"{"name":"it"}"#)?;
        let project = own_project(root)?;
        let want = json!({
            "@it/core": ["./packages/core/src/index.ts"],
            "@it/core/*": ["./packages/core/src/*"],
        });
        assert_eq!(project["compilerOptions"]["paths"], want);
        assert_eq!(project.get("extends"), None);

        assert_eq!(project["include"], json!(["**/*"]));

        let own = r#"{"compilerOptions":{"paths":{"@it/*":["./packages/*/src"]}},"include":["packages"]}"#;
        fs::write(root.join("tsconfig.json"), own)?;
        let project = own_project(root)?;
        assert_eq!(project["compilerOptions"].get("paths"), None);
        assert_eq!(project.get("include"), None);
        assert_eq!(project["extends"], "./tsconfig.json");
        Ok(())
    }
}
