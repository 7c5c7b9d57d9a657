use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use rmcp::model::{ClientJsonRpcMessage, ProtocolVersion};
use rmcp::transport::Transport;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::outbox::Outbox;
use super::{Incoming, ServerLink, Source};
use crate::limits::{MAX_OPEN_CALLS, MAX_QUEUED_BYTES};

/// Says what it was given, then nothing more.
struct Script(VecDeque<Incoming>);

impl Source for Script {
    async fn next(&mut self) -> Incoming {
        match self.0.pop_front() {
            Some(incoming) => incoming,
            None => pending().await,
        }
    }
}

struct Open {
    link: ServerLink<Script>,
    outbox: Arc<Outbox>,
    hang_up: CancellationToken,
    shutdown: CancellationToken,
}

fn open(script: impl IntoIterator<Item = Incoming>) -> Open {
    let outbox = Arc::new(Outbox::default());
    let (hang_up, shutdown) = (CancellationToken::new(), CancellationToken::new());
    let versions = vec![ProtocolVersion::V_2025_11_25, ProtocolVersion::V_2026_07_28];
    let script = Script(script.into_iter().collect());
    let link =
        ServerLink::new(script, Arc::clone(&outbox), versions, hang_up.clone(), shutdown.clone());
    Open { link, outbox, hang_up, shutdown }
}

impl Open {
    /// Whatever is delivered without waiting, as JSON.
    fn delivered(&mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(Some(message)) = self.link.receive().now_or_never() {
            all.push(serde_json::to_value::<ClientJsonRpcMessage>(message).expect("prints"));
        }
        all
    }

    /// The answers that the link gave itself.
    fn answered(&self) -> Vec<Value> {
        let mut texts = Vec::new();
        self.outbox.take(usize::MAX, &mut texts).now_or_never();
        texts.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect()
    }
}

fn line(message: &Value) -> Incoming {
    Incoming::Message(Bytes::from(message.to_string()))
}

fn request(id: i64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn notice(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

fn initialize(id: i64) -> Value {
    let client = json!({ "name": "a", "version": "1" });
    let params =
        json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    request(id, "initialize", params)
}

fn modern(id: i64, version: &str) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": { "name": "a", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    request(id, "tools/list", json!({ "_meta": meta }))
}

#[test]
fn each_era_takes_what_belongs_to_it() {
    let list = |id| request(id, "tools/list", json!({}));
    let ping = |id| json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
    let discover = |id| request(id, "server/discover", json!({}));
    let cancelled = notice("notifications/cancelled", json!({ "requestId": 1 }));
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let stray = json!({ "jsonrpc": "2.0", "id": 50, "result": {} });
    let mut broken = modern(2, "2026-07-28");
    broken["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!("none");
    // What is said, what is delivered of it, and the codes and ids of the refusals.
    let cases = [
        (
            "early notifications and responses",
            vec![initialized.clone(), cancelled.clone(), stray.clone(), initialize(1)],
            vec![3],
            vec![],
        ),
        (
            "discover, cancelled, initialize",
            vec![discover(1), cancelled.clone(), initialize(2), initialized.clone(), list(3)],
            vec![0, 2, 3, 4],
            vec![],
        ),
        ("ping opens nothing", vec![ping(1), list(2)], vec![0], vec![(-32602, 2)]),
        (
            "modern",
            vec![modern(1, "2026-07-28"), initialized.clone(), stray],
            vec![0, 1, 2],
            vec![],
        ),
        (
            "initialize after modern",
            vec![modern(1, "2026-07-28"), initialize(2), modern(3, "2026-07-28")],
            vec![0, 2],
            vec![(-32022, 2)],
        ),
        (
            "no context in the modern era",
            vec![modern(1, "2026-07-28"), list(2), modern(3, "2026-07-28")],
            vec![0, 2],
            vec![(-32602, 2)],
        ),
        (
            "a broken context after a good one",
            vec![modern(1, "2026-07-28"), broken, modern(3, "2026-07-28")],
            vec![0, 2],
            vec![(-32602, 2)],
        ),
        (
            "an unknown revision opens nothing",
            vec![modern(1, "2099-01-01"), initialize(2)],
            vec![0, 1],
            vec![],
        ),
        (
            "modern after a handshake",
            vec![initialize(1), modern(2, "2026-07-28")],
            vec![0, 1],
            vec![],
        ),
        ("two handshakes", vec![initialize(1), initialize(2)], vec![0, 1], vec![]),
    ];
    for (name, said, delivered, refused) in cases {
        let mut open = open(said.iter().map(line));
        let want: Vec<_> = delivered.iter().map(|&at| said[at].clone()).collect();
        assert_eq!(open.delivered(), want, "{name}");
        let answered = open.answered();
        let codes: Vec<_> = answered
            .iter()
            .map(|answer| (answer["error"]["code"].as_i64(), answer["id"].as_i64()))
            .collect();
        let want: Vec<_> = refused.iter().map(|&(code, id)| (Some(code), Some(id))).collect();
        assert_eq!(codes, want, "{name}: {answered:?}");
    }
}

#[test]
fn the_refusal_of_a_late_initialize_names_the_revisions() {
    let mut open = open([line(&modern(1, "2026-07-28")), line(&initialize(2))]);
    open.delivered();
    let data = open.answered()[0]["error"]["data"].clone();
    assert_eq!(
        data,
        json!({ "requested": "2025-11-25", "supported": ["2025-11-25", "2026-07-28"] })
    );
}

#[test]
fn calls_above_the_limit_and_ids_in_use_are_refused() {
    let calls = (0..=MAX_OPEN_CALLS as i64).map(|id| line(&modern(id, "2026-07-28")));
    let cancel = line(&notice("notifications/cancelled", json!({ "requestId": 7 })));
    let again = [line(&modern(8, "2026-07-28")), line(&modern(7, "2026-07-28"))];
    let mut open = open(calls.chain([cancel]).chain(again));
    assert_eq!(open.delivered().len(), MAX_OPEN_CALLS + 2, "all but two, and the cancel");
    let codes: Vec<_> = open
        .answered()
        .iter()
        .map(|answer| (answer["error"]["code"].clone(), answer["id"].clone()))
        .collect();
    assert_eq!(codes, [(json!(-32000), json!(MAX_OPEN_CALLS)), (json!(-32600), json!(8))]);
}

#[test]
fn an_oversize_message_is_refused_and_the_next_one_read() {
    let oversize = |id: Option<&str>| Incoming::TooLarge(id.map(str::to_owned));
    let mut open = open([oversize(Some("\"a\"")), oversize(None), line(&initialize(1))]);
    assert_eq!(open.delivered(), [initialize(1)]);
    let ids: Vec<_> = open.answered().iter().map(|answer| answer.get("id").cloned()).collect();
    assert_eq!(ids, [Some(json!("a")), None]);
}

#[test]
fn refusals_that_nobody_reads_stop_the_reading() {
    let junk = MAX_QUEUED_BYTES / 100;
    let mut open = open((0..junk).map(|_| Incoming::Message(Bytes::from_static(b"[]"))));
    assert!(open.delivered().is_empty());
    let left = open.link.source.0.len();
    assert!(left > 0, "all {junk} messages were read");
    open.answered();
    open.outbox.written();
    open.delivered();
    assert!(open.link.source.0.len() < left, "reading goes on once there is room");
}

#[test]
fn the_end_of_input_is_not_the_end_of_the_connection() {
    let mut open = open([Incoming::Ended]);
    assert!(matches!(open.link.receive().now_or_never(), Some(None)));
    assert!(open.outbox.ending().now_or_never().is_some(), "subscriptions end");
    assert!(!open.outbox.is_closed() && !open.hang_up.is_cancelled(), "calls go on");
}

#[test]
fn a_lost_connection_ends_its_calls() {
    let mut open = open([Incoming::Lost]);
    assert!(matches!(open.link.receive().now_or_never(), Some(None)));
    assert!(open.outbox.is_closed() && open.hang_up.is_cancelled());
}

#[test]
fn shutdown_ends_reading_even_when_nothing_can_be_written() {
    let mut open = open([line(&initialize(1))]);
    open.outbox.push_other("b".repeat(MAX_QUEUED_BYTES)).expect("open");
    assert!(open.link.receive().now_or_never().is_none(), "there is no room");
    open.shutdown.cancel();
    assert!(matches!(open.link.receive().now_or_never(), Some(None)));
    assert!(!open.hang_up.is_cancelled(), "calls go on");
}
