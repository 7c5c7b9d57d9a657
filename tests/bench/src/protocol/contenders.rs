//! Who is measured, and where their programs are.

use std::path::PathBuf;

use super::node;
use crate::load::{Era, Server, Wire, beside_us};
use crate::report::Skipped;

pub(super) const OUR_STDIO: &str = "ymera stdio";
pub(super) const OUR_WEBSOCKET: &str = "ymera WebSocket";
/// What all others are compared to.
pub(super) const BASELINE: &str = "rmcp stdio";
const TYPESCRIPT: &str = "TypeScript SDK stdio";

/// A server under a name.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) server: Server,
    pub(super) era: Era,
}

/// The servers that are wanted and here, and those that are not here.
pub(super) async fn all(
    wanted: impl Fn(&str) -> bool,
) -> anyhow::Result<(Vec<Contender>, Vec<Skipped>)> {
    let fixture = beside_us("ymera-fixture")?;
    let listening = ["--listen", "127.0.0.1:0", "--no-token"];
    let ours = |name, wire, arguments: &[&str]| Contender {
        name,
        server: server(fixture.clone(), wire, arguments),
        era: Era::Stateless,
    };
    let mut contenders = vec![
        ours(OUR_STDIO, Wire::Stdio, &[]),
        ours(OUR_WEBSOCKET, Wire::WebSocket, &listening),
        Contender {
            name: BASELINE,
            server: server(beside_us("ymera-bench-rmcp")?, Wire::Stdio, &[]),
            era: Era::Stateless,
        },
    ];
    contenders.retain(|contender| wanted(contender.name));
    let mut skipped = Vec::new();
    if !wanted(TYPESCRIPT) {
        return Ok((contenders, skipped));
    }
    match node::install().await {
        Ok(node::Script { node, script }) => contenders.push(Contender {
            name: TYPESCRIPT,
            server: server(node, Wire::Stdio, &["--no-warnings", &script.to_string_lossy()]),
            // It knows no later revision.
            era: Era::Handshake,
        }),
        Err(error) => {
            let reason = format!("{error:#}");
            eprintln!("skipped {TYPESCRIPT}: {reason}");
            skipped.push(Skipped { name: TYPESCRIPT, reason });
        }
    }
    Ok((contenders, skipped))
}

fn server(program: PathBuf, wire: Wire, arguments: &[&str]) -> Server {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    Server { program, arguments, environment: Vec::new(), wire }
}
