//! Measures `recall` over many messages: fills a memory in a folder, then asks.
//!
//! ```sh
//! cargo run --release -p ymera-memory --example recall_bench -- FOLDER [MESSAGES]
//! ```

use std::time::{Duration, Instant};

use anyhow::Context;
use ymera_memory::{Memory, NewMessage, Options, Question};
use ymera_store::{Store, StoreUrl};

const PROJECT: &str = "/bench";
const SESSIONS: usize = 1000;
const ROUNDS: usize = 200;

/// Words of a language made up here: a few stand everywhere, most are rare.
fn word(number: usize) -> String {
    const PARTS: [&str; 16] = [
        "ba", "co", "di", "fu", "ga", "ho", "ji", "ku", "la", "mo", "ni", "pu", "ra", "so", "ti",
        "vu",
    ];
    [12, 8, 4, 0].iter().map(|shift| PARTS[(number >> shift) & 15]).collect()
}

fn content(seed: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9).wrapping_add(7);
    let words = (0..20 + seed % 40).map(|_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let uniform = (state >> 33) % 65_536;
        word(uniform * uniform / 65_536)
    });
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().context("pass a folder")?;
    let messages: usize = args.next().as_deref().unwrap_or("100000").parse()?;
    let options = ymera_store::Options::new(StoreUrl::Sqlite, folder.into());
    let memory = Memory::new(Store::new(options), Options { window_tokens: 1 << 40 });
    let held: i64 = memory.sessions(PROJECT).await?.iter().map(|session| session.messages).sum();
    let held = usize::try_from(held)?;
    let started = Instant::now();
    for seed in held..messages {
        let session = format!("session-{}", seed % SESSIONS);
        let message = NewMessage::new(&session, "note", content(seed), false)?;
        memory.remember(PROJECT, message).await?;
    }
    let written = messages.saturating_sub(held);
    eprintln!("{written} remembered in {:.1} s", started.elapsed().as_secs_f64());
    let one = |seed: usize| Some(format!("session-{}", seed % SESSIONS));
    let asked = |seed: usize| {
        let text = content(seed * 31);
        Some(text.split(' ').take(4).collect::<Vec<_>>().join(" "))
    };
    measure(&memory, "newest of all", |_| (None, None)).await?;
    measure(&memory, "newest of a session", |seed| (one(seed), None)).await?;
    measure(&memory, "four words, all", |seed| (None, asked(seed))).await?;
    measure(&memory, "four words, a session", |seed| (one(seed), asked(seed))).await?;
    memory.store().close().await;
    Ok(())
}

async fn measure(
    memory: &Memory,
    name: &str,
    question: impl Fn(usize) -> (Option<String>, Option<String>),
) -> anyhow::Result<()> {
    let mut times = Vec::with_capacity(ROUNDS);
    for seed in 0..ROUNDS {
        let (session, query) = question(seed);
        let asked = Instant::now();
        memory.recall(PROJECT, &Question { session, query, budget_tokens: 2000 }).await?;
        times.push(asked.elapsed());
    }
    times.sort_unstable();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let (p50, p95) = (times[ROUNDS / 2], times[ROUNDS * 95 / 100]);
    eprintln!("{name}: p50 {:.2} ms, p95 {:.2} ms", milliseconds(p50), milliseconds(p95));
    Ok(())
}
