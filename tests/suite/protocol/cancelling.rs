//! Cancelled work ends, and nobody hears of it again.

use serde_json::{Value, json};
use ymera_test_kit::{Session, Wire};

use super::{assert_alive, over_both, until_running};

over_both!(
    a_cancelled_call_is_dropped_and_never_answered,
    cancelled_blocking_work_ends_its_thread,
    unknown_cancels_are_ignored,
    a_subscription_can_be_cancelled,
);

async fn cancelled<W: Wire>(session: &mut Session<W>, tool: &str, uri: &str) -> anyhow::Result<()> {
    session.handshake().await?;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(session.start_call(tool, json!({ "ms": 600_000 })).await?);
    }
    until_running(session, uri, 3).await?;
    session.cancel(ids[1]).await?;
    until_running(session, uri, 2).await?;
    session.cancel(ids[0]).await?;
    session.cancel(ids[2]).await?;
    until_running(session, uri, 0).await?;
    assert_alive(session).await?;
    assert_eq!(session.take_unread(), [] as [Value; 0], "a cancelled call was answered");

    let metrics: Value = serde_json::from_str(&session.read_text("ymera://metrics").await?)?;
    let counts = &metrics["by_name"][format!("tools/call {tool}")];
    assert_eq!((&counts["cancelled"], &counts["in_flight"]), (&json!(3), &json!(0)), "{metrics}");
    Ok(())
}

async fn a_cancelled_call_is_dropped_and_never_answered<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    cancelled(session, "sleep", "fixture://sleeping").await
}

async fn cancelled_blocking_work_ends_its_thread<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    cancelled(session, "spin", "fixture://spinning").await
}

async fn unknown_cancels_are_ignored<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    session.handshake().await?;
    let slow = session.start_call("sleep", json!({ "ms": 100 })).await?;
    for id in [json!(9999), json!("no such"), json!(slow.to_string()), json!(null), json!([1])] {
        session.notify("notifications/cancelled", json!({ "requestId": id })).await?;
    }
    session.notify("notifications/cancelled", json!({})).await?;
    let answered = session.ask("ping", json!({})).await?;
    session.notify("notifications/cancelled", json!({ "requestId": answered["id"] })).await?;
    let answer = session.answer(slow).await?;
    assert_eq!(answer["result"]["content"][0]["text"], "slept 100 ms");
    assert_alive(session).await
}

async fn a_subscription_can_be_cancelled<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    session.with_metadata();
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    let id = session.request("subscriptions/listen", filter).await?;
    let first = session.next().await?;
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged", "{first}");
    session.cancel(id).await?;
    assert_alive(session).await?;
    let told = session.call("test_trigger_tool_change", json!({})).await?;
    assert_eq!(told["content"][0]["text"], "told 0");
    Ok(())
}
