//! Changes, several processes, sudden ends, cancels.

use std::time::Instant;

use serde_json::json;
#[cfg(target_os = "linux")]
use ymera_test_kit::bin_path;
use ymera_test_kit::{Launch, Scratch};

use super::{DEADLINE, ask, complete, refusal, server, shop, until};

#[tokio::test]
async fn a_change_is_seen_by_every_process() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut first = server(&scratch).await?;
    let mut second = server(&scratch).await?;
    complete(&mut first).await?;
    complete(&mut second).await?;
    scratch.write("src/fresh.rs", "pub fn brand_new_thing() {}\n")?;
    let wanted = json!({ "name": "brand_new_thing" });
    for server in [&mut first, &mut second] {
        let answer = until(server, "find_symbol", wanted.clone(), |a| a["found"] == true).await?;
        assert_eq!(answer["symbols"][0]["path"], "src/fresh.rs");
    }
    std::fs::remove_file(scratch.root().join("src/fresh.rs"))?;
    for server in [&mut first, &mut second] {
        until(server, "find_symbol", wanted.clone(), |a| a["found"] == false).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_generation_grows_with_a_change() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    let before = ask(&mut server, "find_symbol", json!({ "name": "x" })).await?;
    let before = before["index"]["generation"].as_u64().expect("a number");
    scratch.write("src/more.rs", "pub struct Grown;\n")?;
    let after =
        until(&mut server, "find_symbol", json!({ "name": "Grown" }), |a| a["found"] == true);
    let after = after.await?["index"]["generation"].as_u64().expect("a number");
    assert!(after > before, "{before} → {after}");
    Ok(())
}

#[tokio::test]
async fn changes_since_an_answer_are_told_by_every_process() -> anyhow::Result<()> {
    let scratch = shop()?;
    let with_history = || {
        let launch = Launch::of("ymera-context")?.arg("--toolsets").arg("default,history");
        anyhow::Ok(launch.arg("--root").arg(scratch.root()).within(&scratch))
    };
    let mut writer = with_history()?.stdio()?;
    writer.handshake().await?;
    complete(&mut writer).await?;
    let before = ask(&mut writer, "find_symbol", json!({ "name": "x" })).await?;
    let asked = json!({ "generation": before["index"]["generation"] });
    let mut follower = with_history()?.stdio()?;
    follower.handshake().await?;
    complete(&mut follower).await?;
    scratch.write("web/src/cart.ts", "export class Cart {}\n")?;
    scratch.write("web/src/late.ts", "export {};\n")?;
    std::fs::remove_file(scratch.root().join("web/src/api.ts"))?;
    let want = json!([
        { "path": "web/src/api.ts", "change": "deleted" },
        { "path": "web/src/cart.ts", "change": "modified" },
        { "path": "web/src/late.ts", "change": "added" },
    ]);
    for server in [&mut writer, &mut follower] {
        until(server, "changes_since", asked.clone(), |answer| answer["files"] == want).await?;
        let text = refusal(server, "changes_since", json!({ "generation": 7 })).await?;
        assert!(text.contains("generation 7"), "{text}");
    }
    // A death loses nothing: what was not committed is found by the next.
    complete(&mut writer).await?;
    scratch.write("web/src/later.ts", "export {};\n")?;
    writer.wire.process().kill().await?;
    follower.wire.process().kill().await?;
    let mut next = with_history()?.stdio()?;
    next.handshake().await?;
    until(&mut next, "changes_since", asked, |answer| {
        answer["files"][3]["path"] == "web/src/later.ts" && answer["files"][2] == want[2]
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn the_survivor_of_a_killed_writer_goes_on() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut writer = server(&scratch).await?;
    complete(&mut writer).await?;
    let mut follower = server(&scratch).await?;
    complete(&mut follower).await?;
    writer.wire.process().kill().await?;
    scratch.write("src/late.rs", "pub fn after_the_end() {}\n")?;
    let wanted = json!({ "name": "after_the_end" });
    // Found, and committed by the survivor.
    until(&mut follower, "find_symbol", wanted.clone(), |answer| {
        answer["found"] == true && answer["index"]["complete"] == true
    })
    .await?;
    drop(follower);
    let mut third = server(&scratch).await?;
    until(&mut third, "find_symbol", wanted, |answer| answer["found"] == true).await?;
    Ok(())
}

/// A small form of `scripts/soak writers`.
#[tokio::test]
async fn writers_killed_one_after_the_other_lose_nothing() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut writer = server(&scratch).await?;
    complete(&mut writer).await?;
    for round in 0..5 {
        let mut follower = server(&scratch).await?;
        complete(&mut follower).await?;
        // Nothing, one file, many: the writer dies with different things undone.
        for n in 0..[0, 1, 150][round % 3] {
            scratch
                .write(format!("src/early_{n}.rs"), format!("pub fn early_{round}_{n}() {{}}\n"))?;
        }
        writer.wire.process().kill().await?;
        scratch.write("src/late.rs", format!("pub fn late_{round}() {{}}\n"))?;
        if round == 3 {
            std::fs::remove_file(scratch.root().join("src/early_7.rs"))?;
        }
        let late = json!({ "name": format!("late_{round}") });
        until(&mut follower, "find_symbol", late, |answer| {
            answer["found"] == true && answer["index"]["complete"] == true
        })
        .await?;
        writer = follower;
    }
    let home = Scratch::new()?;
    let mut fresh =
        Launch::of("ymera-context")?.arg("--root").arg(scratch.root()).within(&home).stdio()?;
    fresh.handshake().await?;
    complete(&mut fresh).await?;
    for name in ["late_4", "late_3", "early_4_0", "early_3_0", "early_2_149", "early_2_7", "Cart"] {
        let asked = json!({ "name": name });
        let want = ask(&mut fresh, "find_symbol", asked.clone()).await?;
        let answer = ask(&mut writer, "find_symbol", asked).await?;
        assert_eq!(answer["symbols"], want["symbols"], "{name}");
        assert_eq!(answer["found"], want["found"], "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_kill_while_building_leaves_a_usable_index() -> anyhow::Result<()> {
    let scratch = shop()?;
    for n in 0..300 {
        scratch.write(format!("src/part_{n}.rs"), format!("pub fn part_{n}() {{}}\n"))?;
    }
    for round in 0..5 {
        let mut server = server(&scratch).await?;
        // A few questions in, at a different moment each time.
        for _ in 0..round {
            ask(&mut server, "find_symbol", json!({ "name": "part_1" })).await?;
        }
        server.wire.process().kill().await?;
    }
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    for n in [0, 150, 299] {
        let answer =
            ask(&mut server, "find_symbol", json!({ "name": format!("part_{n}") })).await?;
        assert_eq!(answer["symbols"][0]["path"], format!("src/part_{n}.rs"));
    }
    Ok(())
}

#[tokio::test]
async fn text_is_found_before_the_index_is_complete() -> anyhow::Result<()> {
    let scratch = shop()?;
    scratch.write("src/early.rs", "// a very early bird\n")?;
    let mut server = server(&scratch).await?;
    let answer = ask(&mut server, "search_code", json!({ "query": "very early bird" })).await?;
    assert_eq!(answer["matches"][0]["path"], "src/early.rs");
    Ok(())
}

/// Linux counts watches for each user namespace, so a small one runs out of them
/// without taking any from other programs.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_watches_changes_are_polled_for() -> anyhow::Result<()> {
    const FEW: &str = "echo 3 > /proc/sys/user/max_inotify_watches && exec \"$@\"";
    let in_namespace = ["--user", "--map-root-user", "sh", "-c"];
    let allowed = tokio::process::Command::new("unshare").args(in_namespace).arg("true").status();
    if !allowed.await.is_ok_and(|status| status.success()) {
        eprintln!("skipped: this machine allows no user namespaces");
        return Ok(());
    }
    let scratch = shop()?;
    for n in 0..4 {
        scratch.write(format!("folder_{n}/a.rs"), "pub struct Early;\n")?;
    }
    let mut launch = Launch::at("unshare").within(&scratch);
    for argument in in_namespace {
        launch = launch.arg(argument);
    }
    let launch = launch.arg(FEW).arg("sh").arg(bin_path("ymera-context")?);
    let mut server = launch.arg("--root").arg(scratch.root()).stdio()?;
    server.handshake().await?;
    complete(&mut server).await?;
    scratch.write("folder_3/b.rs", "pub struct Later;\n")?;
    let wanted = json!({ "name": "Later" });
    let answer = until(&mut server, "find_symbol", wanted, |a| a["found"] == true).await?;
    assert_eq!(answer["index"]["watch"], "polling");
    assert_eq!(server.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_cancelled_search_stops_its_thread() -> anyhow::Result<()> {
    let scratch = shop()?;
    let line = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ab\n".repeat(8000);
    for n in 0..60 {
        scratch.write(format!("src/big_{n}.txt"), &line)?;
    }
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    let pid = server.wire.process().pid().expect("it runs");
    let slow = json!({ "query": "(a|aa|aaa|aaaa){20,}[bc]{5}x$", "mode": "regex" });
    let id = server.start_call("search_code", slow).await?;
    server.cancel(id).await?;
    // The server answers at once, and never the cancelled call.
    let answer = ask(&mut server, "find_symbol", json!({ "name": "x" })).await?;
    assert_eq!(answer["found"], false);
    assert!(server.take_unread().iter().all(|message| message["id"] != id));
    let metrics = server.read_text("ymera://metrics").await?;
    let metrics: serde_json::Value = serde_json::from_str(&metrics)?;
    assert_eq!(metrics["by_name"]["tools/call search_code"]["cancelled"], 1);
    assert_eq!(metrics["by_name"]["tools/call search_code"]["in_flight"], 0);
    let started = Instant::now();
    while cfg!(target_os = "linux") && running_threads(pid) > 0 {
        assert!(started.elapsed() < DEADLINE, "a thread goes on after the cancel");
        tokio::task::yield_now().await;
    }
    assert_eq!(server.close().await?, 0);
    Ok(())
}

/// How many threads of a process are on a processor or want one (proc(5)).
fn running_threads(pid: u32) -> usize {
    let running =
        |stat: &str| stat.rsplit(')').next().is_some_and(|rest| rest.trim().starts_with('R'));
    std::fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok())
        .filter(|stat| running(stat))
        .count()
}
