use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use rmcp::ServerHandler;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};
use tokio_util::sync::CancellationToken;

use super::{Status, Toolbox};
use crate::link::lines::{LineReader, write_lines};
use crate::link::outbox::Outbox;
use crate::serve::{Answer, Call, Served, Tool, run_session};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Args {
    /// Seconds.
    seconds: u64,
}

#[derive(Serialize)]
struct Slept {
    seconds: u64,
}

impl Answer for Slept {
    fn text(&self) -> String {
        format!("slept {} s", self.seconds)
    }
}

async fn sleep(_state: (), _call: Call, args: Args) -> Result<Slept, Infallible> {
    tokio::time::sleep(Duration::from_secs(args.seconds)).await;
    Ok(Slept { seconds: args.seconds })
}

/// Reports every 100 ms in its first second, then keeps silent.
async fn report(_state: (), call: Call, args: Args) -> Result<Slept, Infallible> {
    for done in 0..10 {
        call.progress(f64::from(done), Some(10.0), format!("step {done}")).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    sleep((), call, args).await
}

async fn block(_state: (), call: Call, args: Args) -> Result<Slept, crate::serve::Interrupted> {
    call.blocking(|| {}, move || Slept { seconds: args.seconds }).await
}

async fn die(_state: (), call: Call, _args: Args) -> Result<Slept, crate::serve::Interrupted> {
    call.blocking(|| {}, || panic!("planted")).await
}

fn toolbox() -> Toolbox<()> {
    Toolbox::new("test", "1.2.3", "Use it.", ())
        .tool(Tool::new("sleep", "Sleep.", sleep).read_only())
        .tool(Tool::new("report", "Report.", report))
        .tool(Tool::new("block", "Block.", block).toolset("threads"))
        .tool(Tool::new("die", "Die.", die).toolset("threads"))
}

/// A session over a pipe in memory.
struct Session {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    input: WriteHalf<DuplexStream>,
}

fn start(toolbox: Toolbox<()>) -> Session {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let (read, write) = tokio::io::split(theirs);
        let outbox = Arc::new(Outbox::default());
        let writer = write_lines(write, Arc::clone(&outbox));
        let shutdown = CancellationToken::new();
        run_session(&Served::new(toolbox), LineReader::new(read), outbox, writer, &shutdown).await;
    });
    let (read, input) = tokio::io::split(ours);
    Session { lines: BufReader::new(read).lines(), input }
}

impl Session {
    async fn send(&mut self, id: u64, method: &str, mut params: Value) {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "a", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
            "progressToken": id,
        });
        params["_meta"] = meta;
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.input.write_all(format!("{call}\n").as_bytes()).await.expect("open");
    }

    async fn next(&mut self) -> Value {
        let line = self.lines.next_line().await.expect("open").expect("a message");
        serde_json::from_str(&line).expect("JSON")
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(1, method, params).await;
        self.next().await
    }

    /// Calls a tool; returns the params of what came before the answer, and the answer.
    async fn call(&mut self, tool: &str, arguments: Value) -> (Vec<Value>, Value) {
        self.send(1, "tools/call", json!({ "name": tool, "arguments": arguments })).await;
        let mut progress = Vec::new();
        loop {
            let mut message = self.next().await;
            if message.get("id").is_some() {
                return (progress, message);
            }
            assert_eq!(message["method"], "notifications/progress");
            progress.push(message["params"].take());
        }
    }
}

fn names(toolbox: &Toolbox<()>) -> Vec<&str> {
    toolbox.offered().map(Tool::name).collect()
}

#[test]
fn the_asked_for_sets_are_offered() {
    let cases: [(&[&str], &[&str]); 5] = [
        (&[], &["sleep", "report"]),
        (&["default"], &["sleep", "report"]),
        (&["threads"], &["block", "die"]),
        (&["threads", "default"], &["sleep", "report", "block", "die"]),
        (&["all"], &["sleep", "report", "block", "die"]),
    ];
    for (sets, want) in cases {
        let sets: Vec<String> = sets.iter().copied().map(str::to_owned).collect();
        assert_eq!(names(&toolbox().select(&sets).expect("known")), want, "{sets:?}");
    }
    let error = toolbox().select(&["all".to_owned(), "thread".to_owned()]).err().expect("unknown");
    let message = "unknown tool set `thread`; there are: default, threads, all";
    assert_eq!(error.to_string(), message);
}

/// A tool whose state is a number.
async fn add(state: u64, _call: Call, args: Args) -> Result<Slept, Infallible> {
    Ok(Slept { seconds: state + args.seconds })
}

#[tokio::test]
async fn a_tool_brings_a_state_of_its_own() {
    let tools = |state: u64| vec![Tool::new("add", "Add.", add).toolset("sums").over(state)];
    let plain = toolbox().set("Or add.", tools(40));
    assert_eq!(plain.get_info().instructions.as_deref(), Some("Use it."));
    let all = plain.select(&["all".to_owned()]).expect("known");
    assert_eq!(all.get_info().instructions.as_deref(), Some("Use it. Or add."));
    let mut session = start(all);
    let (_, answer) = session.call("add", json!({ "seconds": 2 })).await;
    assert_eq!(answer["result"]["structuredContent"], json!({ "seconds": 42 }));
    let (_, answer) = session.call("sleep", json!({ "seconds": 0 })).await;
    assert_eq!(answer["result"]["structuredContent"], json!({ "seconds": 0 }));
}

#[tokio::test]
async fn an_answer_is_text_and_structure_at_once() {
    let mut session = start(toolbox());
    let (_, answer) = session.call("sleep", json!({ "seconds": 0 })).await;
    let result = &answer["result"];
    assert_eq!(result["content"], json!([{ "type": "text", "text": "slept 0 s" }]));
    assert_eq!(result["structuredContent"], json!({ "seconds": 0 }));
    let signed = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(signed, &json!({ "name": "test", "version": "1.2.3" }));
}

#[tokio::test]
async fn only_offered_tools_are_listed_and_called() {
    let mut session = start(toolbox());
    let answer = session.ask("tools/list", json!({})).await;
    let listed = answer["result"]["tools"].as_array().expect("a list");
    assert_eq!(listed.iter().map(|tool| &tool["name"]).collect::<Vec<_>>(), ["sleep", "report"]);
    for name in ["block", "no such"] {
        let (_, answer) = session.call(name, json!({})).await;
        assert_eq!(answer["error"]["code"], -32602);
        let message = format!("unknown tool `{name}`; there are: sleep, report");
        assert_eq!(answer["error"]["message"], message);
    }
}

#[tokio::test]
async fn wrong_arguments_are_a_tool_error_that_tells_the_right_ones() {
    let mut session = start(toolbox());
    let cases = [
        (json!({}), "missing field `seconds`"),
        (json!({ "seconds": "1" }), "invalid type: string"),
        (json!({ "seconds": 1, "minutes": 1 }), "unknown field `minutes`"),
    ];
    for (arguments, part) in cases {
        let (_, answer) = session.call("sleep", arguments).await;
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        let text = answer["result"]["content"][0]["text"].as_str().expect("a text");
        assert!(text.starts_with("wrong arguments for `sleep`: "), "{text}");
        assert!(text.contains(part), "{part}: {text}");
        assert!(text.ends_with("it takes `seconds` (integer)"), "{text}");
    }
}

#[tokio::test]
async fn blocking_work_answers_and_its_death_is_a_tool_error() {
    let mut session = start(toolbox().select(&["all".to_owned()]).expect("known"));
    let (_, answer) = session.call("block", json!({ "seconds": 7 })).await;
    assert_eq!(answer["result"]["structuredContent"], json!({ "seconds": 7 }));
    let (_, answer) = session.call("die", json!({ "seconds": 7 })).await;
    assert_eq!(answer["result"]["isError"], true);
    assert_eq!(answer["result"]["content"][0]["text"], "the call was interrupted");
}

#[tokio::test(start_paused = true)]
async fn a_silent_call_reports_every_second() {
    let mut session = start(toolbox());
    let (progress, answer) = session.call("sleep", json!({ "seconds": 3 })).await;
    let messages: Vec<_> = progress.iter().map(|told| told["message"].clone()).collect();
    assert_eq!(
        messages[..2],
        ["`sleep` has been running for 1 s", "`sleep` has been running for 2 s"]
    );
    assert!(answer["result"].is_object());
    let (progress, _) = session.call("sleep", json!({ "seconds": 0 })).await;
    assert_eq!(progress, [] as [Value; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_background_work_is_told_and_the_value_always_grows() {
    let status =
        |_: &()| Some(Status { done: 4.0, total: 9.0, message: "indexed files".to_owned() });
    let mut session = start(toolbox().status(status));
    let (progress, _) = session.call("sleep", json!({ "seconds": 4 })).await;
    assert!(progress.len() >= 3, "{progress:?}");
    for told in &progress {
        assert_eq!((&told["total"], &told["message"]), (&json!(9.0), &json!("indexed files")));
    }
    assert_grows(&progress);
    assert_eq!(progress[0]["progress"], 4.0);
    assert!(progress.last().expect("some")["progress"].as_f64().expect("a number") < 4.001);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_reports_is_not_talked_over() {
    let status = |_: &()| Some(Status { done: 99.0, total: 99.0, message: "wrong".to_owned() });
    let mut session = start(toolbox().status(status));
    let (progress, answer) = session.call("report", json!({ "seconds": 3 })).await;
    let messages: Vec<_> =
        progress.iter().map(|told| told["message"].as_str().expect("a message")).collect();
    let want: Vec<String> = (0..10).map(|step| format!("step {step}")).collect();
    assert_eq!(messages[..10], want);
    // Silent afterwards: its own last word is repeated.
    assert!(messages.len() > 11 && messages[10..].iter().all(|text| *text == "step 9"));
    assert_grows(&progress);
    assert_eq!(answer["result"]["structuredContent"], json!({ "seconds": 3 }));
}

fn assert_grows(progress: &[Value]) {
    let values: Vec<f64> =
        progress.iter().map(|told| told["progress"].as_f64().expect("a number")).collect();
    assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{values:?}");
}
