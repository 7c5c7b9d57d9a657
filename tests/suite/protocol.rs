//! The protocol over real pipes and real sockets, spoken with the fixture server.
//!
//! A conversation is one function over any [`Wire`], run over stdio and over a
//! WebSocket by [`over_both`]; what belongs to one transport stands in a module of its own.
//!
//! **Invariants**
//! - Nothing sleeps and nothing is timed. What takes time is waited for by asking, and
//!   every wait is bounded by the kit's deadline.

mod cancelling;
mod ending;
mod http;
mod load;
mod logs;
mod messages;
mod opening;
mod security;
mod startup;
mod websocket;

use serde_json::{Value, json};
use tokio::time::timeout;
use ymera_test_kit::{DEADLINE, Launch, Listening, Session, StdioServer, Wire};

/// Runs conversations over stdio and over a WebSocket.
macro_rules! over_both {
    ($($name:ident),+ $(,)?) => {
        mod stdio {
            $(
                #[tokio::test]
                async fn $name() -> anyhow::Result<()> {
                    super::$name(&mut crate::protocol::piped()?).await
                }
            )+
        }
        mod websocket {
            $(
                #[tokio::test]
                async fn $name() -> anyhow::Result<()> {
                    let server = crate::protocol::listening().await?;
                    super::$name(&mut server.connect().await?).await
                }
            )+
        }
    };
}
use over_both;

fn fixture() -> anyhow::Result<Launch> {
    Launch::of("ymera-fixture")
}

/// The fixture over its own pipes.
fn piped() -> anyhow::Result<StdioServer> {
    fixture()?.stdio()
}

/// The fixture on a port, for whoever is on this machine.
async fn listening() -> anyhow::Result<Listening> {
    fixture()?.arg("--no-token").listen().await
}

/// Proves that a session still works.
async fn assert_alive<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    let result = session.call("echo", json!({ "text": "alive" })).await?;
    assert_eq!(result["content"][0]["text"], "alive");
    Ok(())
}

/// Asks until the counter behind `uri` says `running`.
async fn until_running<W: Wire>(
    session: &mut Session<W>,
    uri: &str,
    running: i64,
) -> anyhow::Result<()> {
    let asking = async {
        loop {
            let counters: Value = serde_json::from_str(&session.read_text(uri).await?)?;
            if counters["running"] == running {
                return anyhow::Ok(());
            }
        }
    };
    timeout(DEADLINE, asking).await?
}

/// Code and id of an error answer; an absent id is told from null.
fn code_and_id(answer: &Value) -> (Option<i64>, Option<Value>) {
    (answer["error"]["code"].as_i64(), answer.get("id").cloned())
}
