//! Which project is served.

use serde_json::json;
use ymera_test_kit::{Launch, Scratch};

use super::{ask, complete, refusal, shop};

#[tokio::test]
async fn without_a_project_every_tool_says_how_to_name_one() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let mut server =
        Launch::of("ymera-context")?.within(&scratch).env("HOME", scratch.root()).stdio()?;
    server.handshake().await?;
    for (tool, arguments) in [
        ("explore_code", json!({ "query": "x" })),
        ("search_code", json!({ "query": "x" })),
        ("find_symbol", json!({ "name": "x" })),
        ("map_project", json!({})),
    ] {
        let text = refusal(&mut server, tool, arguments).await?;
        assert!(text.contains("--root"), "{tool}: {text}");
    }
    assert_eq!(server.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_hosts_word_comes_before_the_working_directory() -> anyhow::Result<()> {
    let (project, elsewhere) = (shop()?, Scratch::new()?);
    let mut server = Launch::of("ymera-context")?
        .within(&elsewhere)
        .env("CLAUDE_PROJECT_DIR", project.root())
        .stdio()?;
    server.handshake().await?;
    let map = ask(&mut server, "map_project", json!({ "path": "catalog" })).await?;
    assert_eq!(map["projects"][0]["folders"][0]["path"], "catalog");
    Ok(())
}

#[tokio::test]
async fn a_host_that_tells_its_roots_is_asked() -> anyhow::Result<()> {
    let (project, elsewhere) = (shop()?, Scratch::new()?);
    let mut server =
        Launch::of("ymera-context")?.within(&elsewhere).env("HOME", elsewhere.root()).stdio()?;
    let hello = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": { "roots": {} },
        "clientInfo": { "name": "rooted", "version": "1" },
    });
    server.ask("initialize", hello).await?;
    server.notify("notifications/initialized", json!({})).await?;
    let id = server.start_call("map_project", json!({ "path": "catalog" })).await?;
    let request = server.next().await?;
    assert_eq!(request["method"], "roots/list");
    let uri = format!("file://{}", project.root().display());
    let roots = json!({ "roots": [{ "uri": uri }] });
    server.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": roots })).await?;
    let answer = server.answer(id).await?;
    let map = &answer["result"]["structuredContent"]["projects"][0];
    assert_eq!(map["folders"][0]["path"], "catalog", "{answer}");
    Ok(())
}

#[tokio::test]
async fn several_roots_are_told_apart_by_their_names() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    for name in ["left", "right"] {
        scratch.write(format!("{name}/src/lib.rs"), format!("pub fn in_{name}() {{}}\n"))?;
    }
    let mut server = Launch::of("ymera-context")?
        .arg("--root")
        .arg(scratch.root().join("left"))
        .arg("--root")
        .arg(scratch.root().join("right"))
        .within(&scratch)
        .stdio()?;
    server.handshake().await?;
    complete(&mut server).await?;
    for name in ["left", "right"] {
        let answer =
            ask(&mut server, "find_symbol", json!({ "name": format!("in_{name}") })).await?;
        assert_eq!(answer["symbols"][0]["path"], format!("{name}/src/lib.rs"));
        let outline = json!({ "path": format!("{name}/src/lib.rs") });
        let map = ask(&mut server, "map_project", outline).await?;
        assert_eq!(map["outline"]["symbols"][0]["name"], format!("in_{name}"));
    }
    let narrowed = json!({ "query": "pub fn", "paths": ["right/src"] });
    let found = ask(&mut server, "search_code", narrowed).await?;
    assert_eq!(found["matches"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn wrong_flags_end_with_two_and_name_the_flag() -> anyhow::Result<()> {
    for (flag, value, named) in [
        ("--root", "/no/such/folder", "/no/such/folder"),
        ("--toolsets", "magic", "magic"),
        ("--log", "loud", "loud"),
        ("--config", "/no/such.toml", "/no/such.toml"),
    ] {
        let scratch = Scratch::new()?;
        let server = Launch::of("ymera-context")?.arg(flag).arg(value).within(&scratch).stdio()?;
        let mut process = server.wire;
        let code = process.process().exit_code().await?;
        assert_eq!(code, 2, "{flag}");
        let stderr = process.process().stderr();
        assert!(stderr.contains(named), "{flag}: {stderr}");
    }
    Ok(())
}
