//! More calls than a connection may have, and peers that do not read.

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::{Value, json};
use tokio::time::timeout;
use ymera_protocol::limits::{MAX_OPEN_CALLS, MAX_WAITING_ANSWERS};
use ymera_test_kit::{DEADLINE, Listening, Session, Wire};

use super::{assert_alive, listening, over_both, piped, until_running};

over_both!(
    calls_above_the_limit_are_told_busy_and_none_is_lost,
    exactly_the_limit_is_open,
    ids_in_use_are_refused,
);

/// Calls that are sent at once.
const CALLS: usize = 1_500;

/// What the answers to 400 unread mebibytes may cost.
const PEAK: u64 = 80 << 20;

async fn calls_above_the_limit_are_told_busy_and_none_is_lost<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    session.handshake().await?;
    let mut open = BTreeSet::new();
    for _ in 0..CALLS {
        open.insert(session.start_call("sleep", json!({ "ms": 1000 })).await?);
    }
    let (mut slept, mut busy) = (0, 0);
    while !open.is_empty() {
        let answer = session.next().await?;
        let id = answer["id"].as_i64().with_context(|| format!("no id: {answer}"))?;
        assert!(open.remove(&id), "{id} was answered twice");
        if answer["result"]["content"][0]["text"] == "slept 1000 ms" {
            slept += 1;
        } else {
            assert_eq!(answer["error"]["code"], -32000, "{answer}");
            assert!(
                answer["error"]["message"].as_str().is_some_and(|text| text.starts_with("busy"))
            );
            busy += 1;
        }
    }
    assert_eq!(slept + busy, CALLS);
    // A slow machine may end some calls before it has read them all.
    assert!(slept >= MAX_OPEN_CALLS, "{slept} slept, {busy} were told busy");
    assert_alive(session).await
}

async fn exactly_the_limit_is_open<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    session.handshake().await?;
    let mut ids = Vec::new();
    for _ in 0..CALLS {
        ids.push(session.start_call("sleep", json!({ "ms": 600_000 })).await?);
    }
    let (open, turned_away) = ids.split_at(MAX_OPEN_CALLS);
    for id in turned_away {
        let answer = session.next().await?;
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(id), &json!(-32000)));
    }
    session.cancel(open[0]).await?;
    until_running(session, "fixture://sleeping", MAX_OPEN_CALLS as i64 - 1).await?;
    for id in &open[1..] {
        session.cancel(*id).await?;
    }
    until_running(session, "fixture://sleeping", 0).await?;
    assert_eq!(session.take_unread(), [] as [Value; 0]);
    Ok(())
}

async fn ids_in_use_are_refused<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    session.handshake().await?;
    let id = session.start_call("sleep", json!({ "ms": 600_000 })).await?;
    session.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "ping" })).await?;
    assert_eq!(session.answer(id).await?["error"]["code"], -32600);
    until_running(session, "fixture://sleeping", 1).await?;
    session.cancel(id).await?;
    until_running(session, "fixture://sleeping", 0).await
}

/// Calls for a mebibyte each, whose answers are not read.
const LARGE_CALLS: u64 = 400;

/// Starts the large calls and reads nothing.
async fn ask_for_much<W: Wire>(session: &mut Session<W>) -> anyhow::Result<Vec<i64>> {
    let mut ids = Vec::new();
    for _ in 0..LARGE_CALLS {
        ids.push(session.start_call("blob", json!({ "bytes": 1 << 20 })).await?);
    }
    Ok(ids)
}

async fn read_all<W: Wire>(session: &mut Session<W>, ids: Vec<i64>) -> anyhow::Result<()> {
    let mut open: BTreeSet<i64> = ids.into_iter().collect();
    while !open.is_empty() {
        let answer = session.next().await?;
        let id = answer["id"].as_i64().with_context(|| format!("no id: {answer}"))?;
        assert!(open.remove(&id), "{id} was answered twice");
        let text = answer["result"]["content"][0]["text"].as_str();
        assert_eq!(text.map(str::len), Some(1 << 20));
    }
    assert_alive(session).await
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_peer_that_does_not_read_costs_little_memory_over_stdio() -> anyhow::Result<()> {
    let mut session = piped()?;
    session.handshake().await?;
    let pid = session.wire.process().pid().context("it runs")?;
    let before = linux::bytes_read(pid)?;
    let ids = ask_for_much(&mut session).await?;
    // Every call is over 90 bytes.
    timeout(DEADLINE, linux::until_idle(pid, before + LARGE_CALLS * 90)).await??;
    let peak = session.wire.process().peak_memory()?;
    assert!(peak < PEAK, "{} MiB", peak >> 20);
    read_all(&mut session, ids).await?;
    let peak = session.wire.process().peak_memory()?;
    assert!(peak < PEAK, "{} MiB after reading", peak >> 20);
    Ok(())
}

#[tokio::test]
async fn a_peer_that_does_not_read_costs_little_memory_over_a_websocket() -> anyhow::Result<()> {
    let server = listening().await?;
    let mut session = server.connect().await?;
    session.handshake().await?;
    let ids = ask_for_much(&mut session).await?;
    until_blobs(&server, |answered, running| answered + running == LARGE_CALLS).await?;
    #[cfg(target_os = "linux")]
    {
        let pid = server.process.pid().context("it runs")?;
        timeout(DEADLINE, linux::until_idle(pid, 0)).await??;
        assert!(
            server.process.peak_memory()? < PEAK,
            "{} MiB",
            server.process.peak_memory()? >> 20
        );
    }
    let answered = until_blobs(&server, |_, _| true).await?;
    // Eight wait; what else was answered lies in the buffers of the socket.
    assert!(answered < 100 + MAX_WAITING_ANSWERS as u64, "{answered} answers were made unread");

    // Another connection goes on as if nothing was.
    let mut other = server.connect().await?;
    other.handshake().await?;
    for _ in 0..200 {
        assert_alive(&mut other).await?;
    }
    read_all(&mut session, ids).await?;
    #[cfg(target_os = "linux")]
    assert!(server.process.peak_memory()? < PEAK, "{} MiB", server.process.peak_memory()? >> 20);
    Ok(())
}

/// Nothing is read before all is cancelled, so most calls wait at the gate.
#[tokio::test]
async fn cancels_are_seen_though_nothing_is_read() -> anyhow::Result<()> {
    let server = listening().await?;
    let mut session = server.connect().await?;
    session.handshake().await?;
    let ids = ask_for_much(&mut session).await?;
    until_blobs(&server, |answered, running| answered + running == LARGE_CALLS).await?;
    for id in ids {
        session.cancel(id).await?;
    }
    until_blobs(&server, |_, running| running == 0).await?;

    assert_alive(&mut session).await?;
    let answered = session.take_unread();
    assert!(answered.iter().all(|answer| answer["result"].is_object()));
    let metrics: Value = serde_json::from_str(&session.read_text("ymera://metrics").await?)?;
    let cancelled = metrics["by_name"]["tools/call blob"]["cancelled"].as_u64();
    let cancelled = cancelled.context("a count")?;
    assert!(cancelled > LARGE_CALLS / 2, "{cancelled} were cancelled");
    // One that had ended when its cancel came may lie in between.
    assert!(answered.len() as u64 <= LARGE_CALLS - cancelled, "{} answers", answered.len());
    Ok(())
}

/// Asks the metrics until what they tell of `blob` is as wanted: calls that ended, and
/// calls that run or wait at the gate.
async fn until_blobs(server: &Listening, wanted: impl Fn(u64, u64) -> bool) -> anyhow::Result<u64> {
    let mut observer = server.connect().await?;
    observer.handshake().await?;
    let asking = async {
        loop {
            let metrics: Value =
                serde_json::from_str(&observer.read_text("ymera://metrics").await?)?;
            let counts = &metrics["by_name"]["tools/call blob"];
            let ended = counts["requests"].as_u64().unwrap_or_default();
            if wanted(ended, counts["in_flight"].as_u64().unwrap_or_default()) {
                return anyhow::Ok(ended);
            }
        }
    };
    timeout(DEADLINE, asking).await?
}

/// What the system says of the server's process.
#[cfg(target_os = "linux")]
mod linux {
    use anyhow::Context as _;

    /// Bytes that the process has read in its life (proc(5), `io`).
    pub(super) fn bytes_read(pid: u32) -> anyhow::Result<u64> {
        let io = std::fs::read_to_string(format!("/proc/{pid}/io"))?;
        let line = io.lines().find_map(|line| line.strip_prefix("rchar: "));
        Ok(line.context("`/proc` tells no bytes read")?.trim().parse()?)
    }

    /// Waits until the process has read so much, and then until all its threads have been
    /// asleep for many looks in a row: what it does unasked, it has done by then.
    pub(super) async fn until_idle(pid: u32, read: u64) -> anyhow::Result<()> {
        let mut asleep = 0;
        while asleep < 500 {
            let idle = bytes_read(pid)? >= read && all_asleep(pid)?;
            asleep = if idle { asleep + 1 } else { 0 };
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn all_asleep(pid: u32) -> anyhow::Result<bool> {
        for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
            // A thread may end while we look; one that is gone does nothing.
            let Ok(stat) = std::fs::read_to_string(task?.path().join("stat")) else { continue };
            let state = stat.rsplit_once(") ").context("`/proc` tells no state")?.1;
            if !state.starts_with('S') {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
