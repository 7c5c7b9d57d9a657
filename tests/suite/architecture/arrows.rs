//! Which crate may depend on which: servers → tools → protocol, never back.

use std::collections::{BTreeMap, BTreeSet};

use super::workspace::{self, Member};
use super::{assert_clean, assert_one};

/// Tool crates that other tool crates may use.
const LEAVES: [&str; 3] = ["tools/files", "tools/store", "tools/http-client"];

/// What `agents` reaches as an MCP client, over a process boundary, and never links:
/// budgets, routing and billing could be bypassed otherwise.
const BEHIND_SERVERS: [&str; 2] = ["tools/models", "tools/code-index"];

/// Where a crate stands, told by its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Protocol,
    Leaf,
    Tool,
    Kit,
    Server,
    /// `servers/ymera`: links every server.
    Command,
    Tests,
}

fn layer(folder: &str) -> Option<Layer> {
    match folder {
        "protocol" => Some(Layer::Protocol),
        "servers/kit" => Some(Layer::Kit),
        "servers/ymera" => Some(Layer::Command),
        folder if LEAVES.contains(&folder) => Some(Layer::Leaf),
        folder if folder.starts_with("tools/") => Some(Layer::Tool),
        folder if folder.starts_with("servers/") => Some(Layer::Server),
        folder if folder.starts_with("tests/") => Some(Layer::Tests),
        _ => None,
    }
}

/// Whether an arrow may run between two layers.
fn allowed(from: Layer, to: Layer) -> bool {
    use Layer::{Command, Kit, Leaf, Protocol, Server, Tests, Tool};
    match from {
        Protocol => false,
        Leaf => to == Protocol,
        Tool | Kit => matches!(to, Protocol | Leaf),
        Server => matches!(to, Protocol | Leaf | Tool | Kit),
        Command => matches!(to, Protocol | Leaf | Tool | Kit | Server),
        Tests => true,
    }
}

/// Complains about every arrow between two members that the layers do not allow.
fn wrong_arrows(members: &[Member]) -> Vec<String> {
    let folders: BTreeMap<&str, &str> =
        members.iter().map(|member| (member.name.as_str(), member.folder.as_str())).collect();
    let mut complaints = Vec::new();
    for member in members {
        let Some(from) = layer(&member.folder) else {
            let Member { name, folder, .. } = member;
            complaints.push(format!(
                "`{name}` lies in `{folder}`; put it under protocol, tools, servers or tests"
            ));
            continue;
        };
        for used in &member.uses {
            // A crate outside every layer gets its own complaint above.
            let Some(to) = folders.get(used.as_str()).and_then(|folder| layer(folder)) else {
                continue;
            };
            if !allowed(from, to) {
                complaints.push(format!(
                    "`{}` ({from:?}) depends on `{used}` ({to:?}); arrows run servers → tools → protocol",
                    member.name
                ));
            }
        }
    }
    complaints
}

/// Complains when `agents` reaches an engine that it must ask over MCP, by any road.
fn linked_engines(members: &[Member]) -> Vec<String> {
    let by_name: BTreeMap<&str, &Member> =
        members.iter().map(|member| (member.name.as_str(), member)).collect();
    let mut open: Vec<&Member> =
        members.iter().filter(|member| member.folder == "tools/agents").collect();
    let mut seen = BTreeSet::new();
    let mut complaints = Vec::new();
    while let Some(member) = open.pop() {
        for used in &member.uses {
            let Some(next) = by_name.get(used.as_str()) else { continue };
            if !seen.insert(used.as_str()) {
                continue;
            }
            if BEHIND_SERVERS.contains(&next.folder.as_str()) {
                let name = &member.name;
                complaints.push(format!(
                    "agents links `{used}` through `{name}`; call its server over MCP instead"
                ));
            }
            open.push(next);
        }
    }
    complaints
}

#[test]
fn arrows_run_from_servers_through_tools_to_protocol() -> anyhow::Result<()> {
    let (members, _) = workspace::crates()?;
    assert_clean(&wrong_arrows(&members));
    assert_clean(&linked_engines(&members));
    Ok(())
}

/// A workspace with one crate of every layer and only right arrows.
fn sound() -> Vec<Member> {
    vec![
        Member::planted("ymera-protocol", "protocol", &["rmcp"]),
        Member::planted("ymera-store", "tools/store", &["sqlx"]),
        Member::planted("ymera-models", "tools/models", &["ymera-protocol", "ymera-store"]),
        Member::planted("ymera-code-index", "tools/code-index", &["ymera-protocol", "tantivy"]),
        Member::planted("ymera-agents-core", "tools/agents", &["ymera-protocol", "ymera-store"]),
        Member::planted("ymera-server-kit", "servers/kit", &["ymera-protocol", "clap"]),
        Member::planted(
            "ymera-model",
            "servers/model-server",
            &["ymera-models", "ymera-server-kit"],
        ),
        Member::planted("ymera", "servers/ymera", &["ymera-model", "ymera-server-kit"]),
        Member::planted("ymera-suite", "tests/suite", &["ymera", "ymera-protocol"]),
    ]
}

#[test]
fn a_sound_workspace_has_no_complaint() {
    assert_clean(&wrong_arrows(&sound()));
    assert_clean(&linked_engines(&sound()));
}

#[test]
fn a_planted_wrong_arrow_is_found() {
    let cases = [
        ("protocol to a tool", "ymera-protocol", "ymera-store"),
        ("protocol to tests", "ymera-protocol", "ymera-suite"),
        ("a tool to a tool", "ymera-models", "ymera-code-index"),
        ("a leaf to a leaf's user", "ymera-store", "ymera-models"),
        ("a tool to a server", "ymera-code-index", "ymera-server-kit"),
        ("the kit to a tool", "ymera-server-kit", "ymera-models"),
        ("the kit to a server", "ymera-server-kit", "ymera-model"),
        ("a server to the command", "ymera-model", "ymera"),
    ];
    for (name, from, to) in cases {
        let mut members = sound();
        for member in members.iter_mut().filter(|member| member.name == from) {
            member.uses.insert(to.to_owned());
        }
        assert_one(name, &wrong_arrows(&members), &format!("depends on `{to}`"));
    }
    let mut members = sound();
    members.push(Member::planted("ymera-stray", "helpers/stray", &[]));
    assert_one("a crate outside the layers", &wrong_arrows(&members), "helpers/stray");
}

#[test]
fn agents_linking_an_engine_is_found() {
    for (name, from) in [("directly", "ymera-agents-core"), ("through a leaf", "ymera-store")] {
        for engine in ["ymera-models", "ymera-code-index"] {
            let mut members = sound();
            for member in members.iter_mut().filter(|member| member.name == from) {
                member.uses.insert(engine.to_owned());
            }
            assert_one(name, &linked_engines(&members), &format!("agents links `{engine}`"));
        }
    }
}
