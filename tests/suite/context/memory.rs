//! What is remembered, over real pipes: it outlives a kill, several servers share it, and
//! what is wrong with the store is told.

use serde_json::{Value, json};
use ymera_test_kit::{Launch, Scratch, StdioServer};

use super::{ask, refusal};

async fn remembering(scratch: &Scratch) -> anyhow::Result<StdioServer> {
    let root = scratch.root();
    let launch = Launch::of("ymera-context")?.arg("--root").arg(root);
    let mut server = launch.arg("--toolsets").arg("memory").within(scratch).stdio()?;
    server.handshake().await?;
    Ok(server)
}

/// Scratch folders whose servers keep their state in each kind of store there is.
fn scratches() -> anyhow::Result<Vec<Scratch>> {
    let mut scratches = vec![Scratch::new()?];
    if let Ok(url) = std::env::var("YMERA_TEST_POSTGRES") {
        let scratch = Scratch::new()?;
        let config = format!("[store]\nurl = \"{url}\"\n");
        std::fs::write(scratch.home().join("ymera.toml"), config)?;
        scratches.push(scratch);
    }
    Ok(scratches)
}

fn message(session: &str, content: &str) -> Value {
    json!({ "session": session, "role": "user", "content": content })
}

fn contents(answer: &Value) -> Vec<&str> {
    let messages = answer["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    messages.iter().filter_map(|message| message["content"].as_str()).collect()
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill() -> anyhow::Result<()> {
    for scratch in scratches()? {
        let mut server = remembering(&scratch).await?;
        for number in 0..20 {
            let kept =
                ask(&mut server, "remember", message("s", &format!("fact {number}"))).await?;
            assert_eq!((&kept["messages"], &kept["pruned"]), (&json!(number + 1), &json!(0)));
        }
        // One more is on its way when the process dies.
        server.start_call("remember", message("s", "maybe")).await?;
        server.wire.process().kill().await?;
        let mut server = remembering(&scratch).await?;
        let arguments = json!({ "session": "s", "budget_tokens": 1000 });
        let answer = ask(&mut server, "recall", arguments).await?;
        let mut found = contents(&answer);
        found.retain(|content| *content != "maybe");
        let want: Vec<String> = (0..20).map(|number| format!("fact {number}")).collect();
        assert_eq!(found, want);
        assert_eq!(server.close().await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn two_servers_share_what_is_remembered() -> anyhow::Result<()> {
    for scratch in scratches()? {
        let mut left = remembering(&scratch).await?;
        let mut right = remembering(&scratch).await?;
        let mut calls = Vec::new();
        for number in 0..30 {
            let one = left.start_call("remember", message("s", &format!("left {number}"))).await?;
            let two =
                right.start_call("remember", message("s", &format!("right {number}"))).await?;
            calls.push((one, two));
        }
        for (one, two) in calls {
            for answer in [left.answer(one).await?, right.answer(two).await?] {
                assert_ne!(answer["result"]["isError"], true, "{answer}");
            }
        }
        for server in [&mut left, &mut right] {
            let arguments = json!({ "session": "s", "budget_tokens": 5000 });
            let answer = ask(server, "recall", arguments).await?;
            assert_eq!((contents(&answer).len(), &answer["left_out"]), (60, &json!(0)));
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_window_of_the_configuration_prunes_and_pins_stay() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let config = "[context]\nmemory_window_tokens = 40\n";
    std::fs::write(scratch.home().join("ymera.toml"), config)?;
    let mut server = remembering(&scratch).await?;
    let pinned = json!({ "session": "s", "role": "note", "content": "keep me", "pin": true });
    ask(&mut server, "remember", pinned).await?;
    for number in 0..10 {
        let kept =
            ask(&mut server, "remember", message("s", &format!("filler number {number}...")))
                .await?;
        assert!(kept["total_tokens"].as_u64().is_some_and(|tokens| tokens <= 40), "{kept}");
    }
    let answer =
        ask(&mut server, "recall", json!({ "session": "s", "budget_tokens": 1000 })).await?;
    let found = contents(&answer);
    assert_eq!(found.len(), 8, "{found:?}");
    assert_eq!((found[0], found[7]), ("keep me", "filler number 9..."));
    Ok(())
}

/// The names of an object's fields, in alphabetical order.
fn fields(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().into_iter().flatten().map(|(n, _)| &**n).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn the_tools_are_listed_as_promised() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let mut server = remembering(&scratch).await?;
    let list = server.ask("tools/list", json!({})).await?;
    let tools = list["result"]["tools"].as_array().cloned().unwrap_or_default();
    let [remember, recall] = tools.as_slice() else { anyhow::bail!("not two tools: {list}") };
    assert_eq!((&remember["name"], &recall["name"]), (&json!("remember"), &json!("recall")));
    let of = |tool: &Value| tool["inputSchema"]["properties"].clone();
    assert_eq!(fields(&of(remember)), ["content", "pin", "role", "session"]);
    assert_eq!(remember["inputSchema"]["required"], json!(["session", "role", "content"]));
    assert_eq!(fields(&of(recall)), ["budget_tokens", "query", "session"]);
    assert_eq!(recall["inputSchema"]["required"], json!(["budget_tokens"]));
    let hints = &remember["annotations"];
    assert_eq!((&hints["readOnlyHint"], &hints["destructiveHint"]), (&json!(false), &json!(false)));
    assert_eq!(recall["annotations"]["readOnlyHint"], true);
    assert!(serde_json::to_string(&tools)?.len() < 2500);
    Ok(())
}

#[tokio::test]
async fn both_forms_of_an_answer_have_the_promised_fields() -> anyhow::Result<()> {
    const KEPT: &[&str] =
        &["id", "messages", "pruned", "session", "tokens", "total_tokens", "window_tokens"];
    const FOUND: &[&str] =
        &["budget_tokens", "left_out", "messages", "search", "semantic", "total_tokens"];
    const LISTED: &[&str] = &[
        "budget_tokens",
        "left_out",
        "messages",
        "search",
        "semantic",
        "sessions",
        "total_tokens",
    ];
    let scratch = Scratch::new()?;
    let mut server = remembering(&scratch).await?;
    let log = "and here is the whole log\n".repeat(40);
    let asked = json!({ "query": "token expiry", "session": "fix-login", "budget_tokens": 100 });
    let cases = [
        ("remember", message("fix-login", "the refresh token expires after an hour"), KEPT),
        ("remember", message("fix-login", &log), KEPT),
        ("recall", json!({ "budget_tokens": 100 }), LISTED),
        ("recall", asked, FOUND),
        ("recall", json!({ "session": "fix-logn", "budget_tokens": 100 }), LISTED),
    ];
    let mut answers = Vec::new();
    for (tool, arguments, want) in cases {
        let result = server.call(tool, arguments).await?;
        let answer = &result["structuredContent"];
        assert_eq!(fields(answer), want, "{tool}: {answer}");
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        let mut missing = Vec::new();
        super::answers::missing_facts(answer, "", text, &mut missing);
        assert!(missing.is_empty(), "{tool}: {missing:?} missing in:\n{text}");
        answers.push(answer.clone());
    }
    let [_, _, newest, found, _] = answers.as_slice() else { anyhow::bail!("not five answers") };
    let plain = ["at", "content", "id", "pinned", "role", "session", "tokens"];
    let part = &newest["messages"][0];
    assert_eq!(
        (&part["cut"], &part["tokens"], &newest["left_out"]),
        (&json!(true), &json!(100), &json!(1))
    );
    let best = &found["messages"][0];
    assert!(plain.iter().all(|name| best.get(name).is_some()), "{best}");
    assert_eq!((&best["matched_by"], &found["search"]), (&json!("words"), &json!("words")));
    assert_eq!((&found["semantic"], &best["id"]), (&json!(false), &answers[0]["id"]));
    let session = &newest["sessions"][0];
    let want = ["first_at", "last_at", "messages", "pinned", "session", "tokens"];
    assert_eq!(fields(session), want);
    Ok(())
}

#[tokio::test]
async fn wrong_arguments_name_the_next_step() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let mut server = remembering(&scratch).await?;
    let cases = [
        ("remember", json!({ "session": "s", "role": "user", "content": " " }), "`content`"),
        ("remember", json!({ "session": "", "role": "user", "content": "x" }), "fix-login"),
        ("remember", json!({ "session": "s", "role": "a b", "content": "x" }), "assistant"),
        ("remember", json!({ "session": "s", "content": "x" }), "role"),
        ("remember", message("s", &"x".repeat(70_000)), "at most 65536"),
        ("recall", json!({}), "budget_tokens"),
        ("recall", json!({ "budget_tokens": 0 }), "1 to 50000"),
    ];
    for (tool, arguments, hint) in cases {
        let text = refusal(&mut server, tool, arguments.clone()).await?;
        assert!(text.contains(hint), "{tool} {arguments}: {text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_told_and_costs_no_start() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let mut server = remembering(&scratch).await?;
    let store = scratch.home().join("store");
    assert!(!store.exists(), "opened though nobody asked");
    std::fs::create_dir(&store)?;
    std::fs::write(store.join("ymera.db"), "not a database, for sure\n".repeat(300))?;
    let text = refusal(&mut server, "recall", json!({ "budget_tokens": 9 })).await?;
    assert!(text.contains("ymera.db` is damaged") && text.contains("move it away"), "{text}");
    std::fs::remove_dir_all(&store)?;
    ask(&mut server, "recall", json!({ "budget_tokens": 9 })).await?;
    assert_eq!(server.close().await?, 0);
    let configure = |url: &str| {
        let config = format!("[store]\nurl = \"{url}\"\n");
        std::fs::write(scratch.home().join("ymera.toml"), config)
    };
    configure("postgres://u:canary@127.0.0.1:1/d")?;
    let mut server = remembering(&scratch).await?;
    let text = refusal(&mut server, "recall", json!({ "budget_tokens": 9 })).await?;
    let told = text + &server.wire.process().stderr();
    assert!(told.contains("cannot reach the store `postgres://u@127.0.0.1:1/d`"), "{told}");
    assert!(!told.contains("canary"), "{told}");
    configure("mysql://u:canary@h/d")?;
    let mut refused = Launch::of("ymera-context")?.within(&scratch).stdio()?.wire;
    assert_eq!(refused.process().exit_code().await?, 2);
    let told = refused.process().stderr();
    assert!(told.contains("`[store] url`") && !told.contains("canary"), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_person_sees_copies_and_deletes_what_is_remembered() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let mut server = remembering(&scratch).await?;
    for (session, content) in [("a", "first"), ("a", "second"), ("b", "third")] {
        ask(&mut server, "remember", message(session, content)).await?;
    }
    let ymera = ymera_test_kit::bin_path("ymera")?;
    let run = |args: &[&str]| {
        let output = std::process::Command::new(&ymera)
            .arg("memory")
            .args(args)
            .arg("--root")
            .arg(scratch.root())
            .env("YMERA_HOME", scratch.home())
            .env("YMERA_CACHE", scratch.cache())
            .output()?;
        let text = [output.stdout, output.stderr].concat();
        anyhow::Ok((output.status.code(), String::from_utf8_lossy(&text).into_owned()))
    };
    let (code, text) = run(&["list"])?;
    assert!(code == Some(0) && text.contains("a\t2 messages\t4 tokens"), "{text}");
    let (_, text) = run(&["export", "--session", "a"])?;
    let lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!((lines.len(), &lines[1]["content"]), (2, &json!("second")));
    let (code, text) = run(&["forget", "--session", "a"])?;
    assert_eq!((code, text.as_str()), (Some(0), "2 messages deleted\n"));
    let (code, text) = run(&["forget", "--session", "a"])?;
    assert!(code == Some(1) && text.contains("ymera memory list"), "{text}");
    assert_eq!(run(&["forget"])?.0, Some(2));
    let answer = ask(&mut server, "recall", json!({ "budget_tokens": 100 })).await?;
    assert_eq!(contents(&answer), ["third"]);
    Ok(())
}
