//! The workspace as data: what `cargo metadata` and `deny.toml` say, reduced to what
//! the rules ask for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::{Metadata, MetadataCommand};
use serde::Deserialize;

/// One member of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Its folder, relative to the root, with `/`: `tools/store`.
    pub(crate) folder: String,
    /// Direct dependencies of any kind: normal, build and development.
    pub(crate) uses: BTreeSet<String>,
}

impl Member {
    /// A member made up for a negative test.
    pub(crate) fn planted(name: &str, folder: &str, uses: &[&str]) -> Self {
        let uses = uses.iter().map(|name| (*name).to_owned()).collect();
        Self { name: name.to_owned(), folder: folder.to_owned(), uses }
    }
}

/// A crate of somebody else, anywhere in the tree and for any platform.
#[derive(Clone, Debug)]
pub(crate) struct Foreign {
    pub(crate) name: String,
    pub(crate) licence: Option<String>,
}

/// The part of `deny.toml` that the tests enforce.
#[derive(Debug, Deserialize)]
pub(crate) struct DenyRules {
    pub(crate) licenses: Licences,
    pub(crate) bans: Bans,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Licences {
    pub(crate) allow: Vec<String>,
    pub(crate) exceptions: Vec<LicenceException>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LicenceException {
    #[serde(rename = "crate")]
    pub(crate) name: String,
    pub(crate) allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Bans {
    pub(crate) deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Ban {
    #[serde(rename = "crate")]
    pub(crate) name: String,
    pub(crate) reason: String,
}

/// The root folder of the repository.
pub(crate) fn root() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).unwrap_or(folder).to_path_buf()
}

/// Reads `deny.toml`.
pub(crate) fn deny_rules() -> anyhow::Result<DenyRules> {
    let path = root().join("deny.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    toml::from_str(&text).context("deny.toml")
}

/// Runs `cargo metadata`, without the network where that suffices.
///
/// A machine that has only built for itself lacks the manifests of crates for other
/// platforms; cargo then fetches those, once.
fn metadata() -> anyhow::Result<Metadata> {
    let read = |options: &[&str]| {
        MetadataCommand::new()
            .manifest_path(root().join("Cargo.toml"))
            .other_options(options.iter().map(|option| (*option).to_owned()).collect::<Vec<_>>())
            .exec()
    };
    read(&["--offline", "--locked"])
        .or_else(|_| read(&["--locked"]))
        .context("`cargo metadata --locked` failed; does Cargo.lock fit the manifests?")
}

/// The members of the workspace, and every crate that they bring along.
pub(crate) fn crates() -> anyhow::Result<(Vec<Member>, Vec<Foreign>)> {
    let metadata = metadata()?;
    let (own, foreign): (Vec<_>, Vec<_>) = metadata
        .packages
        .iter()
        .partition(|package| metadata.workspace_members.contains(&package.id));
    let members = own.into_iter().map(|package| {
        let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
        let folder = folder.strip_prefix(&metadata.workspace_root)?;
        Ok(Member {
            name: package.name.to_string(),
            folder: folder.as_str().replace('\\', "/"),
            uses: package.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
        })
    });
    let foreign = foreign.into_iter().map(|package| Foreign {
        name: package.name.to_string(),
        licence: package.license.clone(),
    });
    Ok((members.collect::<anyhow::Result<_>>()?, foreign.collect()))
}
