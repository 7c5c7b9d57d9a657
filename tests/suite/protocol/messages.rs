//! Messages that are wrong, large or strange: each is answered once, and the session lives.

use serde_json::{Value, json};
use ymera_protocol::limits::MAX_MESSAGE_BYTES;
use ymera_test_kit::{Session, Wire};

use super::{assert_alive, code_and_id, over_both, piped};

over_both!(
    wrong_messages_are_refused_with_their_code_and_id,
    ids_come_back_as_they_were_sent,
    wrong_messages_before_the_first_request_are_refused_too,
    a_panic_is_an_internal_error,
    progress_comes_in_order_before_the_answer,
    metrics_are_a_resource,
);

/// What is sent, the code of its refusal, and the id, where it could be read.
fn wrong_messages() -> Vec<(&'static str, i64, Option<Value>)> {
    vec![
        ("not JSON", -32700, None),
        (r#"{"jsonrpc":"2.0","id":1,"method":"#, -32700, None),
        ("7", -32600, None),
        ("{}", -32600, None),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, None),
        ("[]", -32600, None),
        (r#"{"jsonrpc":"1.0","id":"old","method":"ping"}"#, -32600, Some(json!("old"))),
        (r#"{"jsonrpc":"2.0","id":"no method"}"#, -32600, Some(json!("no method"))),
        (r#"{"jsonrpc":"2.0","id":41,"method":7}"#, -32600, Some(json!(41))),
        (r#"{"jsonrpc":"2.0","id":42,"method":"no/such"}"#, -32601, Some(json!(42))),
        (
            r#"{"jsonrpc":"2.0","id":43,"method":"tools/call","params":[1]}"#,
            -32602,
            Some(json!(43)),
        ),
        (r#"{"jsonrpc":"2.0","id":44,"method":"tools/call","params":{}}"#, -32602, Some(json!(44))),
        (r#"{"jsonrpc":"2.0","id":45,"method":"tools/call"}"#, -32602, Some(json!(45))),
        (
            r#"{"jsonrpc":"2.0","id":46,"method":"tools/call","params":"a"}"#,
            -32600,
            Some(json!(46)),
        ),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, None),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, Some(json!(1.5))),
        (r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, -32600, Some(json!(true))),
        (r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, -32600, None),
        (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, None),
    ]
}

async fn refused<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    for (message, code, id) in wrong_messages() {
        session.send_raw(message).await?;
        let answer = session.next().await?;
        assert_eq!(code_and_id(&answer), (Some(code), id), "{message}: {answer}");
        assert_eq!(answer["jsonrpc"], "2.0", "{message}");
    }
    Ok(())
}

async fn wrong_messages_are_refused_with_their_code_and_id<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    session.handshake().await?;
    refused(session).await?;
    assert_alive(session).await
}

async fn wrong_messages_before_the_first_request_are_refused_too<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    refused(session).await?;
    session.handshake().await?;
    assert_alive(session).await
}

async fn ids_come_back_as_they_were_sent<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    session.handshake().await?;
    let long = "x".repeat(100_000);
    let ids =
        [json!(0), json!(-1), json!(i64::MAX), json!(""), json!("7"), json!("é\"\n"), json!(long)];
    for id in ids {
        session.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "ping" })).await?;
        let answer = session.next().await?;
        assert_eq!(answer, json!({ "jsonrpc": "2.0", "id": id, "result": {} }));
    }
    Ok(())
}

async fn a_panic_is_an_internal_error<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    session.handshake().await?;
    let arguments = json!({ "name": "panic", "arguments": { "message": "planted" } });
    for _ in 0..3 {
        let answer = session.ask("tools/call", arguments.clone()).await?;
        assert_eq!(answer["error"]["code"], -32603, "{answer}");
        let message = answer["error"]["message"].as_str().expect("a message");
        assert!(message.contains("`panic`") && !message.contains("planted"), "{message}");
    }
    assert_alive(session).await
}

async fn progress_comes_in_order_before_the_answer<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    session.handshake().await?;
    let (progress, result) = session.call_with_progress("sleep", json!({ "ms": 110 })).await?;
    let told: Vec<_> = progress
        .iter()
        .map(|told| (told["progress"].as_f64(), told["total"].as_f64(), told["message"].as_str()))
        .collect();
    let want: Vec<_> = [20, 40, 60, 80, 100]
        .map(|done| (f64::from(done), format!("slept {done} of 110 ms")))
        .to_vec();
    let want: Vec<_> = want
        .iter()
        .map(|(done, message)| (Some(*done), Some(110.0), Some(message.as_str())))
        .collect();
    assert_eq!(told, want);
    assert_eq!(result["content"][0]["text"], "slept 110 ms");
    assert_alive(session).await?;
    assert_eq!(session.take_unread(), [] as [Value; 0], "progress after the answer");
    Ok(())
}

async fn metrics_are_a_resource<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    session.handshake().await?;
    for _ in 0..5 {
        session.call("echo", json!({ "text": "a" })).await?;
    }
    session.call("echo", json!({ "txt": "a" })).await?;
    let listed = session.ask("resources/list", json!({})).await?;
    let uris = listed["result"]["resources"].as_array().expect("a list");
    assert!(uris.iter().any(|resource| resource["uri"] == "ymera://metrics"), "{listed}");

    let metrics: Value = serde_json::from_str(&session.read_text("ymera://metrics").await?)?;
    let echo = &metrics["by_name"]["tools/call echo"];
    assert_eq!((&echo["requests"], &echo["errors"]), (&json!(6), &json!(1)), "{metrics}");
    assert_eq!(metrics["connections"], 1);
    assert_eq!(metrics["total"]["in_flight"], 1, "this very request");
    assert_eq!(metrics["cache_hit_rate"], Value::Null);
    for key in ["p50_ms", "p95_ms", "p99_ms"] {
        assert!(echo[key].as_f64().is_some_and(|time| time > 0.0), "{key}: {metrics}");
    }
    assert!(metrics["resident_bytes"].as_u64().is_some_and(|bytes| bytes > 1 << 20), "{metrics}");
    assert!(metrics["cpu_s"].is_number(), "{metrics}");
    Ok(())
}

#[tokio::test]
async fn an_oversize_line_is_refused_and_the_stream_goes_on() -> anyhow::Result<()> {
    let mut session = piped()?;
    session.handshake().await?;
    let bulk = "x".repeat(MAX_MESSAGE_BYTES);
    let call = |id: &str, more: &str| {
        format!(
            r#"{{{id}"jsonrpc":"2.0","method":"tools/call","params":{{"id":5,"text":"{bulk}"}}{more}}}"#
        )
    };
    let cases = [
        (call(r#""id":"first","#, ""), Some(json!("first"))),
        (call("", r#","id":71"#), Some(json!(71))),
        (call("", r#","id":null"#), None),
        (bulk.clone() + "x", None),
    ];
    for (message, id) in cases {
        session.send_raw(&message).await?;
        let answer = session.next().await?;
        let start = &message[..40];
        assert_eq!(code_and_id(&answer), (Some(-32600), id), "{start}: {answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|text| text.contains("16 MiB")));
    }
    assert_alive(&mut session).await?;
    assert_eq!(session.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_largest_message_is_taken() -> anyhow::Result<()> {
    let mut session = piped()?;
    session.handshake().await?;
    let empty = json!({ "jsonrpc": "2.0", "id": "large", "method": "tools/call",
                        "params": { "name": "echo", "arguments": { "text": "" } } });
    let text = "x".repeat(MAX_MESSAGE_BYTES - empty.to_string().len());
    let mut message = empty;
    message["params"]["arguments"]["text"] = json!(text);
    session.send(&message).await?;
    let answer = session.answer("large").await?;
    assert!(answer["result"]["content"][0]["text"] == json!(text));
    Ok(())
}
