//! Calls that hold up a whole event loop: they block, and stand in an async
//! function.
//!
//! A closure inside is not the async function: what it does may run on a thread,
//! as with `spawn_blocking` and `run_in_executor`.
//!
//! **Deliberately absent:** Go and Java, whose threads may block, and C and C++.

use super::facts::{Call, Facts};
use super::shape::{Family, Kind};
use super::{Context, Found, Severity};

pub(super) const ID: &str = "blocking-in-async";

/// Python's calls that block, and what to await instead.
const PYTHON: &[(&[&str], &str)] = &[
    (&["time.sleep"], "await `asyncio.sleep`"),
    (
        &[
            "requests.get",
            "requests.post",
            "requests.put",
            "requests.patch",
            "requests.delete",
            "requests.head",
            "requests.request",
            "httpx.get",
            "httpx.post",
            "httpx.put",
            "httpx.delete",
            "httpx.request",
            "urllib.request.urlopen",
            "urllib.request.urlretrieve",
        ],
        "use an async client, or `asyncio.to_thread`",
    ),
    (
        &[
            "subprocess.run",
            "subprocess.call",
            "subprocess.check_call",
            "subprocess.check_output",
            "os.system",
        ],
        "await `asyncio.create_subprocess_exec`",
    ),
    (
        &["sqlite3.connect", "psycopg2.connect", "pymysql.connect"],
        "use an async driver, or `asyncio.to_thread`",
    ),
    (
        &["socket.create_connection", "socket.getaddrinfo", "socket.gethostbyname"],
        "use the event loop's own, such as `asyncio.open_connection`",
    ),
    (&["input"], "read it on a thread with `asyncio.to_thread`"),
];

/// Calls of Rust's library that block, by the start of their paths.
const RUST: &[(&str, &str)] = &[
    ("std.thread.sleep", "await the runtime's own `sleep`"),
    ("std.fs.", "use the runtime's `fs`, or `spawn_blocking`"),
    ("std.net.TcpStream.connect", "use the runtime's `TcpStream`"),
    ("reqwest.blocking.", "use the async `reqwest::Client`"),
    ("ureq.", "use an async client, or `spawn_blocking`"),
];

/// Modules of Node whose `…Sync` calls wait for the system.
const NODE: &[&str] = &["fs", "fs-extra", "child_process", "zlib", "crypto"];

pub(super) fn find(context: &Context<'_, '_>, found: &mut Vec<Found>) {
    let facts = context.facts;
    if facts.family == Family::Script && is_script(context) {
        return;
    }
    for call in &facts.calls {
        let Some(function) = call.function.and_then(|id| facts.functions.get(id)) else { continue };
        let is_handler = facts.family == Family::Script && answers_requests(facts, call);
        if !function.is_async && !is_handler {
            continue;
        }
        if let Some(advice) = advice(facts, call) {
            let message = format!("`{}` blocks the event loop; {advice}", shown(&call.path));
            found.push(Found::call(facts, call, Severity::Warning, message));
        }
    }
}

/// A tool that runs once and for itself may wait as it likes.
fn is_script(context: &Context<'_, '_>) -> bool {
    let lower = context.file.path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let tools =
        ["scripts", "script", "bin", "build", "tools", "tooling", "cli", "codemods", "codegen"];
    let stem = name.split('.').next().unwrap_or(name);
    folders.split('/').any(|folder| tools.contains(&folder))
        || tools.contains(&stem)
        || name.contains(".config.")
        || context.file.text.starts_with("#!")
}

fn shown(path: &str) -> &str {
    path.rsplit("()").find(|part| !part.is_empty()).unwrap_or(path).trim_start_matches('.')
}

fn advice(facts: &Facts<'_>, call: &Call<'_>) -> Option<&'static str> {
    let path = call.path.as_str();
    match facts.family {
        // What is awaited is another library's function of the same name.
        _ if call.is_awaited => None,
        Family::Python => {
            let known = PYTHON.iter().find(|(paths, _)| paths.contains(&path));
            known
                .map(|(_, advice)| *advice)
                .filter(|_| call.kind == Kind::Call)
                .or_else(|| facts.asks_by_client(call).then_some("use an async client"))
        }
        Family::Rust => rust(path),
        Family::Script => {
            let (module, _) = path.split_once('.')?;
            let waits =
                path.ends_with("Sync") && NODE.contains(&module) && !path.ends_with("existsSync");
            waits.then_some("await the promise version")
        }
        Family::CSharp => {
            let waits = matches!(call.name(), "GetResult") && path.contains("GetAwaiter()")
                || call.name() == "Wait" && path.contains("Async()");
            match path {
                "Thread.Sleep" | "System.Threading.Thread.Sleep" => Some("await `Task.Delay`"),
                _ => waits.then_some("await the task"),
            }
        }
        Family::Kotlin => match path {
            "Thread.sleep" => Some("call `delay`"),
            "runBlocking" => Some("call it without `runBlocking`, or in a `coroutineScope`"),
            _ => None,
        },
        _ => None,
    }
}

fn rust(path: &str) -> Option<&'static str> {
    let runs = path
        .strip_prefix("std.process.Command.new()")
        .is_some_and(|rest| rest.ends_with(".output") || rest.ends_with(".status"));
    if runs {
        return Some("use the runtime's `process::Command`");
    }
    // What is done with a result does not block again, and types such as
    // `std::fs::OpenOptions` only describe what is to be done.
    let name = path.rsplit('.').next().unwrap_or(path);
    let is_call = name.starts_with(char::is_lowercase) && name != "new" && !path.contains("()");
    let known = RUST.iter().find(|(start, _)| path.starts_with(start));
    known
        .map(|(_, advice)| *advice)
        .filter(|_| is_call && !path.contains("OpenOptions") && !path.contains("Permissions"))
}

/// A function that takes a request and its answer, as those of Express do.
fn answers_requests(facts: &Facts<'_>, call: &Call<'_>) -> bool {
    let Some(function) = call.function.and_then(|id| facts.functions.get(id)) else { return false };
    let Some(parameters) = function.node.child_by_field_name("parameters") else { return false };
    let names: Vec<&str> = facts
        .children(parameters, 3)
        .into_iter()
        .map(|parameter| {
            facts.source(parameter).split([':', '=']).next().unwrap_or_default().trim()
        })
        .collect();
    matches!(names.as_slice(), ["req" | "request" | "_req", "res" | "response" | "reply", ..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::check;

    #[test]
    fn true_and_false_examples() {
        check(
            ID,
            &[
                (
                    "a.py",
                    "import time, requests\nasync def a():\n    time.sleep(1)  # !!\n    requests.get(u)  # !!\n    await asyncio.sleep(1)\n    # time.sleep(1)\n",
                ),
                (
                    "a.py",
                    "import requests, httpx\nasync def a():\n    s = requests.Session()\n    s.get(u)  # !!\n    c = httpx.AsyncClient()\n    await c.get(u)\n    cache.get(u)\n",
                ),
                ("tests/test_a.py", "import time\nasync def test_a():\n    time.sleep(1)\n"),
                (
                    "a.py",
                    "from time import sleep\nfrom subprocess import run\nasync def a():\n    sleep(1)  # !!\n    run(['ls'])  # !!\n",
                ),
                (
                    "a.py",
                    "import time\nfrom asyncio import sleep\ndef a():\n    time.sleep(1)\nasync def b():\n    def c():\n        time.sleep(1)\n    await loop.run_in_executor(None, lambda: time.sleep(1))\n    await sleep(1)\n",
                ),
                (
                    "a.rs",
                    "use std::{fs, thread};\nasync fn a() {\n    thread::sleep(d); // !!\n    fs::read(\"x\").unwrap(); // !!\n    std::process::Command::new(\"ls\").output(); // !!\n    spawn_blocking(move || fs::read(\"x\")).await;\n}\nfn b() { fs::read(\"x\"); let f = async { std::fs::write(p, t) }; // !!\n}\n",
                ),
                (
                    "a.rs",
                    "use tokio::fs;\nasync fn a() {\n    fs::read(\"x\").await;\n    tokio::time::sleep(d).await;\n    let c = std::fs::OpenOptions::new();\n}\n",
                ),
                (
                    "a.ts",
                    "import fs from 'node:fs';\nimport { execSync } from 'child_process';\nasync function a() {\n  fs.readFileSync(p); // !!\n  execSync('ls'); // !!\n}\napp.get('/', (req, res) => { res.send(fs.readFileSync(p)); // !!\n});\n",
                ),
                (
                    "a.ts",
                    "import fs from 'fs';\nimport { readFile } from 'fs/promises';\nfs.readFileSync(p);\nfunction a() { fs.readFileSync(p); }\nasync function b() { await readFile(p); flushSync(x); }\n",
                ),
                (
                    "a.cs",
                    "class A {\n  async Task B() {\n    Thread.Sleep(1); // !!\n    await Task.Delay(1);\n    LoadAsync().Wait(); // !!\n    LoadAsync().GetAwaiter().GetResult(); // !!\n  }\n  void C() { Thread.Sleep(1); }\n}\n",
                ),
                (
                    "a.kt",
                    "suspend fun a() {\n  Thread.sleep(1) // !!\n  delay(1)\n}\nfun b() { Thread.sleep(1) }\n",
                ),
            ],
        );
    }
}
