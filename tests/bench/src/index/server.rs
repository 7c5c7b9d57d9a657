//! The real server, once: cold, questions, warm, changed files.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::disk_mib;
use super::questions::{self, Kind, Known, call, spread};
use super::tree::Tree;
use crate::load::{Era, Figures, Server, Session, ToolCall, Wire, place_of};
use crate::report::median;

/// Longer than any repository that is measured here takes.
const COLD_DEADLINE: Duration = Duration::from_secs(1800);
const DEADLINE: Duration = Duration::from_secs(60);
/// Between two looks: rarely while it works hard, closely where little time is measured.
const COLD_PAUSE: Duration = Duration::from_millis(25);
const CLOSE_PAUSE: Duration = Duration::from_millis(1);
/// The folder of the index, in the folder of the state.
const CACHE: &str = "cache";
/// Files changed one after the other.
const CHANGES: usize = 10;

/// What is appended to a file of an extension to define a name.
const DEFINITIONS: [(&str, &str); 6] = [
    ("rs", "fn NAME() {}"),
    ("py", "def NAME(): pass"),
    ("js", "function NAME() {}"),
    ("ts", "function NAME() {}"),
    ("go", "func NAME() {}"),
    ("rb", "def NAME; end"),
];

/// Measures one round in `state`, a folder that is made here.
pub(super) async fn measure(program: &Path, tree: &Tree, state: &Path) -> anyhow::Result<Figures> {
    let server = fresh(program, &tree.root, state)?;
    let mut figures = Figures::new();
    let known = cold(&server, &state.join(CACHE), &mut figures).await?;
    let mut session = warm(&server, &known, &mut figures).await?;
    changes(&mut session, tree, &mut figures).await?;
    session.close().await?;
    Ok(figures)
}

/// The server on `root` with nothing known yet: its state and cache are in `state`, a
/// folder that is made here.
pub(crate) fn fresh(program: &Path, root: &Path, state: &Path) -> anyhow::Result<Server> {
    let cache = state.join(CACHE);
    std::fs::create_dir(state)?;
    std::fs::create_dir(&cache)?;
    Ok(Server {
        program: program.to_path_buf(),
        arguments: vec!["--root".to_owned(), root.to_string_lossy().into_owned()],
        environment: vec![("YMERA_HOME", state.join("home")), ("YMERA_CACHE", cache)],
        wire: Wire::Stdio,
    })
}

/// Waits until every file is indexed, and returns the answer that says so.
async fn complete(session: &mut Session) -> anyhow::Result<Value> {
    in_state(session, |index| index["complete"] == true).await
}

/// Waits until all that a ranking draws on is known, past commits too.
pub(crate) async fn settled(session: &mut Session) -> anyhow::Result<Value> {
    in_state(session, |index| index["complete"] == true && index["history"] != "reading").await
}

async fn in_state(session: &mut Session, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
    // Asked of a folder that is not there, a search does nothing but tell the state.
    let look = call("search_code", &json!({ "query": "x", "paths": ["no/such/folder"] }));
    let wanted = |answer: &Value| wanted(&answer["index"]);
    let answer = timeout(COLD_DEADLINE, until(session, &look, COLD_PAUSE, wanted)).await;
    answer.context("the index was not complete in time")?
}

async fn cold(server: &Server, cache: &Path, figures: &mut Figures) -> anyhow::Result<Vec<Known>> {
    let begin = Instant::now();
    let mut session = timeout(DEADLINE, Session::open(server, Era::Stateless)).await??;
    let answer = complete(&mut session).await?;
    let mut add = |name: &str, value| figures.insert(name.to_owned(), value);
    add("cold_wall_s", begin.elapsed().as_secs_f64());
    if let Some(seconds) = session.cpu_seconds() {
        add("cold_cpu_s", seconds);
    }
    if let Some(memory) = session.memory() {
        add("cold_peak_mib", memory.peak_mib);
    }
    add("cold_disk_mib", disk_mib(cache));
    if let Some(files) = answer["index"]["indexed"].as_f64() {
        add("files", files);
    }
    let known = questions::known(&mut session).await?;
    for kind in questions::kinds(&known) {
        timeout(DEADLINE, ask_all(&mut session, &kind, figures))
            .await
            .with_context(|| format!("the questions `{}` took too long", kind.name))??;
    }
    if let Some(memory) = session.memory() {
        figures.insert("asked_peak_mib".to_owned(), memory.peak_mib);
    }
    session.close().await?;
    figures.insert("left_disk_mib".to_owned(), disk_mib(cache));
    Ok(known)
}

/// Asks again and again until the answer is as wanted.
async fn until(
    session: &mut Session,
    call: &ToolCall,
    pause: Duration,
    wanted: impl Fn(&Value) -> bool,
) -> anyhow::Result<Value> {
    loop {
        let answer = session.ask(call).await?;
        if wanted(&answer) {
            return Ok(answer);
        }
        sleep(pause).await;
    }
}

/// One call at a time, as a host asks: milliseconds from call to answer.
async fn ask_all(session: &mut Session, kind: &Kind, figures: &mut Figures) -> anyhow::Result<()> {
    let mut took = Vec::with_capacity(kind.calls.len());
    for call in &kind.calls {
        let begin = Instant::now();
        session.call(call).await.with_context(|| format!("asking {}", call.arguments))?;
        took.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    for (what, share) in [("p50_ms", 0.5), ("p99_ms", 0.99)] {
        figures.insert(format!("{}_{what}", kind.name), took[place_of(share, took.len())]);
    }
    Ok(())
}

/// Starts again on the cache that the first left.
async fn warm(server: &Server, known: &[Known], figures: &mut Figures) -> anyhow::Result<Session> {
    let begin = Instant::now();
    let mut session = timeout(DEADLINE, Session::open(server, Era::Stateless)).await??;
    let name = &known.first().context("no name is known")?.name;
    let look = call("find_symbol", &json!({ "name": name, "limit": 1 }));
    let mut first = None;
    loop {
        let answer = timeout(DEADLINE, session.ask(&look)).await??;
        let now = begin.elapsed().as_secs_f64() * 1e3;
        if answer["found"] == true {
            first.get_or_insert(now);
        }
        if answer["index"]["complete"] == true {
            figures.insert("reopen_ms".to_owned(), now);
            break;
        }
        if begin.elapsed() > DEADLINE {
            bail!("the warm index was not complete in time");
        }
        sleep(CLOSE_PAUSE).await;
    }
    let mut add = |name: &str, value| figures.insert(name.to_owned(), value);
    if let Some(first) = first {
        add("reopen_first_ms", first);
    }
    if let Some(seconds) = session.cpu_seconds() {
        add("reopen_cpu_ms", seconds * 1e3);
    }
    if let Some(memory) = session.memory() {
        add("reopen_mib", memory.resident_mib);
    }
    Ok(session)
}

/// Adds a definition to one file after the other, and puts them back.
async fn changes(session: &mut Session, tree: &Tree, figures: &mut Figures) -> anyhow::Result<()> {
    let fitting: Vec<(PathBuf, &str)> = tree
        .files
        .iter()
        .filter_map(|file| Some((tree.root.join(file), definition(file)?)))
        .collect();
    if fitting.is_empty() {
        return Ok(());
    }
    // Until the watches are set up, changes are found by a second look at the tree.
    let look = call("search_code", &json!({ "query": "x", "paths": ["no/such/folder"] }));
    let watching = |answer: &Value| answer["index"]["watch"] != "starting";
    timeout(DEADLINE, until(session, &look, CLOSE_PAUSE, watching)).await??;
    let mut took = Vec::with_capacity(CHANGES);
    for (place, (path, definition)) in spread(&fitting, CHANGES).into_iter().enumerate() {
        let before = std::fs::read(&path)?;
        let changed = change(session, &path, &before, definition, place).await;
        std::fs::write(&path, &before)?;
        took.push(changed.with_context(|| format!("changing `{}`", path.display()))?);
    }
    figures.insert("changed_ms".to_owned(), median(&took));
    let worst = took.iter().copied().fold(0.0, f64::max);
    figures.insert("changed_worst_ms".to_owned(), worst);
    Ok(())
}

/// Milliseconds from the written file to the answer that knows of it.
async fn change(
    session: &mut Session,
    path: &Path,
    before: &[u8],
    definition: &str,
    place: usize,
) -> anyhow::Result<f64> {
    let name = format!("ymera_bench_change_{place}");
    let added = format!("\n{}\n", definition.replace("NAME", &name));
    let look = call("find_symbol", &json!({ "name": name }));
    // The name that the change before brought is spelled alike, so only this one counts.
    let found = |answer: &Value| answer["symbols"][0]["name"] == name;
    std::fs::write(path, [before, added.as_bytes()].concat())?;
    let begin = Instant::now();
    let found = timeout(DEADLINE, until(session, &look, CLOSE_PAUSE, found)).await;
    found.context("it was not found in time")??;
    Ok(begin.elapsed().as_secs_f64() * 1e3)
}

fn definition(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?;
    DEFINITIONS.iter().find(|(known, _)| *known == extension).map(|(_, definition)| *definition)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{DEFINITIONS, definition};

    #[test]
    fn a_definition_fits_its_language() {
        for (path, want) in [
            ("src/main.rs", Some("fn NAME() {}")),
            ("a/b.py", Some("def NAME(): pass")),
            ("README.md", None),
            ("Makefile", None),
        ] {
            assert_eq!(definition(Path::new(path)), want, "{path}");
        }
        assert!(DEFINITIONS.iter().all(|(_, definition)| definition.contains("NAME")));
    }
}
