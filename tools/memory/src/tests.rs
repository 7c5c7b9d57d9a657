use std::collections::BTreeSet;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use ymera_store::{Store, StoreUrl};

use super::*;

/// A memory with a window of `window` tokens on every kind of store there is, each with a
/// project of its own.
struct Stores {
    _folder: tempfile::TempDir,
    project: String,
    memories: Vec<Memory>,
}

fn stores(window: u64) -> Stores {
    let folder = tempfile::tempdir().expect("a folder");
    let postgres = std::env::var("YMERA_TEST_POSTGRES").ok();
    let urls = [Some(StoreUrl::Sqlite), postgres.map(|url| url.parse().expect("an address"))];
    let memory = |url| {
        let options = ymera_store::Options::new(url, folder.path().join("store"));
        Memory::new(Store::new(options), Options { window_tokens: window })
    };
    let memories = urls.into_iter().flatten().map(memory).collect();
    Stores { project: folder.path().display().to_string(), memories, _folder: folder }
}

async fn say(memory: &Memory, project: &str, session: &str, content: &str) -> Remembered {
    let message = NewMessage::new(session, "user", content.to_owned(), false).expect("right");
    memory.remember(project, message).await.expect("remembered")
}

async fn pin(memory: &Memory, project: &str, session: &str, content: &str) -> Remembered {
    let message = NewMessage::new(session, "note", content.to_owned(), true).expect("right");
    memory.remember(project, message).await.expect("remembered")
}

async fn recall(
    memory: &Memory,
    project: &str,
    session: Option<&str>,
    query: Option<&str>,
    budget_tokens: usize,
) -> Recalled {
    let (session, query) = (session.map(str::to_owned), query.map(str::to_owned));
    let question = Question { session, query, budget_tokens };
    memory.recall(project, &question).await.expect("recalled")
}

fn said(recalled: &Recalled) -> Vec<&str> {
    recalled.messages.iter().map(|(message, _)| message.content.as_str()).collect()
}

#[tokio::test]
async fn messages_come_back_in_order_and_with_their_facts() {
    let stores = stores(1000);
    for memory in &stores.memories {
        let project = &stores.project;
        let first = say(memory, project, "fix-login", "the login fails").await;
        let second = say(memory, project, "fix-login", "the token had expired").await;
        say(memory, project, "other", "hello").await;
        assert_eq!((first.tokens, first.messages, first.pruned), (4, 1, 0));
        assert_eq!((second.total_tokens, second.window_tokens, second.messages), (10, 1000, 2));
        let recalled = recall(memory, project, Some("fix-login"), None, 100).await;
        assert_eq!(said(&recalled), ["the login fails", "the token had expired"]);
        let (message, rank) = &recalled.messages[0];
        assert_eq!((message.id, message.role.as_str(), *rank), (first.id, "user", None));
        assert!(message.at.ends_with('Z') && !message.pinned && !message.cut);
        assert_eq!((recalled.tokens, recalled.left_out), (10, 0));
        assert!(recalled.sessions.is_empty());
        let all = recall(memory, project, None, None, 100).await;
        assert_eq!(said(&all), ["the login fails", "the token had expired", "hello"]);
        let names: Vec<_> = all.sessions.iter().map(|session| session.session.as_str()).collect();
        assert_eq!((names, all.all_sessions), (vec!["other", "fix-login"], 2));
        let unknown = recall(memory, project, Some("fix-logn"), None, 100).await;
        assert_eq!((said(&unknown).len(), unknown.sessions.len()), (0, 2));
        let elsewhere = recall(memory, "/another/project", Some("fix-login"), None, 100).await;
        assert_eq!((said(&elsewhere).len(), elsewhere.all_sessions), (0, 0));
    }
}

#[tokio::test]
async fn a_session_is_pruned_to_its_window_and_pins_stay() {
    let stores = stores(20);
    for memory in &stores.memories {
        let project = &stores.project;
        pin(memory, project, "s", "never on Fridays").await;
        let mut pruned = 0;
        for number in 0..10 {
            let kept = say(memory, project, "s", &format!("message number {number}")).await;
            assert!(kept.total_tokens <= 20, "{kept:?}");
            pruned += kept.pruned;
        }
        let recalled = recall(memory, project, Some("s"), None, 1000).await;
        let want = [
            "never on Fridays",
            "message number 6",
            "message number 7",
            "message number 8",
            "message number 9",
        ];
        assert_eq!(said(&recalled), want);
        assert_eq!(pruned, 6);
        let found = recall(memory, project, None, Some("message number 3"), 1000).await;
        assert!(!said(&found).contains(&"message number 3"), "{found:?}");
        // What is pinned leaves less room, and the error says how much.
        let long = NewMessage::new("s", "user", "x".repeat(68), false).expect("right");
        let error = memory.remember(project, long).await.expect_err("no room").to_string();
        assert!(
            error.contains("has 17 tokens") && error.contains("keeps 20, 4 of them pinned"),
            "{error}"
        );
        assert_eq!(said(&recall(memory, project, Some("s"), None, 1000).await), want);
    }
}

#[tokio::test]
async fn the_budget_is_kept_to_the_token() {
    let stores = stores(10_000);
    for memory in &stores.memories {
        let project = &stores.project;
        pin(memory, project, "s", &"rule ".repeat(8)).await;
        for number in 0..6 {
            say(memory, project, "s", &format!("{number}{}", "y".repeat(39))).await;
        }
        for (budget, pinned, others) in [(10, 1, 0), (19, 1, 0), (20, 1, 1), (49, 1, 3), (70, 1, 6)]
        {
            let recalled = recall(memory, project, Some("s"), None, budget).await;
            assert!(recalled.tokens <= budget, "{budget}: {recalled:?}");
            let pins = recalled.messages.iter().filter(|(message, _)| message.pinned).count();
            assert_eq!((pins, recalled.messages.len() - pins), (pinned, others), "{budget}");
            assert_eq!(recalled.left_out, 7 - pinned - others);
        }
        say(
            memory,
            project,
            "long",
            &format!("{} needle {}", "a b ".repeat(500), "c d ".repeat(500)),
        )
        .await;
        let recalled = recall(memory, project, Some("long"), None, 50).await;
        let (message, _) = &recalled.messages[0];
        assert!(message.cut && message.tokens == 50 && message.content.len() <= 200, "{message:?}");
        let recalled = recall(memory, project, None, Some("needle"), 50).await;
        assert!(recalled.messages[0].0.content.contains("needle"), "{recalled:?}");
        for budget in [0, MAX_BUDGET_TOKENS + 1] {
            let question = Question { budget_tokens: budget, ..Question::default() };
            let error = memory.recall(project, &question).await.expect_err("out of range");
            assert!(error.to_string().contains("`budget_tokens` must be 1 to 50000"), "{error}");
        }
    }
}

#[tokio::test]
async fn the_best_match_comes_first_and_alike_on_every_store() {
    let stores = stores(100_000);
    let mut orders = BTreeSet::new();
    for memory in &stores.memories {
        let project = &stores.project;
        for (session, content) in [
            ("auth", "We decided that refreshToken() is called before every request."),
            ("auth", "The tests of the login page are slow."),
            ("auth", "Requests are retried three times."),
            ("deploy", "Deploy on Tuesdays; the token for the registry lies in the vault."),
            ("deploy", "部署前要修复登录"),
        ] {
            say(memory, project, session, content).await;
        }
        for (session, query, first) in [
            (None, "how is the refresh token used", Some("We decided")),
            (None, "retrying requests", Some("Requests are")),
            (None, "refresh_token", Some("We decided")),
            (Some("deploy"), "token", Some("Deploy on")),
            (None, "registr", Some("Deploy on")),
            (None, "登录", Some("部署前")),
            (None, "zebra", None),
            (None, "the of and", None),
        ] {
            let found = recall(memory, project, session, Some(query), 1000).await;
            let best = said(&found).first().map(|text| text.to_string());
            let right = match (&best, first) {
                (Some(best), Some(first)) => best.starts_with(first),
                (best, first) => best.is_none() && first.is_none(),
            };
            assert!(right, "{query}: {found:?}");
            assert_eq!(found.searched, Searched::Words);
            let scores: Vec<_> = found.messages.iter().filter_map(|(_, rank)| *rank).collect();
            assert_eq!(scores.len(), found.messages.len());
            assert!(scores.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{scores:?}");
        }
        let found = recall(memory, project, None, Some("token request tests"), 1000).await;
        let order: Vec<_> =
            found.messages.iter().map(|(m, rank)| format!("{} {rank:?}", m.content)).collect();
        orders.insert(order);
    }
    assert_eq!(orders.len(), 1, "{orders:?}");
}

/// A model whose vectors count the words of three topics.
struct Topics;

impl Embedder for Topics {
    fn model(&self) -> &str {
        "topics-1"
    }

    fn embed(&self, text: String) -> BoxFuture<'_, Result<Vec<f32>, EmbedError>> {
        let count =
            |topic: &[&str]| topic.iter().filter(|word| text.contains(**word)).count() as f32;
        let vector = vec![
            count(&["login", "password", "sign in"]),
            count(&["database", "query", "table"]),
            count(&["colour", "theme", "dark"]),
        ];
        let refused = text.contains("unembeddable");
        let result = if refused { Err(EmbedError("planted".to_owned())) } else { Ok(vector) };
        futures::future::ready(result).boxed()
    }
}

#[tokio::test]
async fn meaning_counts_where_there_are_vectors() {
    let stores = stores(100_000);
    for memory in &stores.memories {
        let project = &stores.project;
        say(memory, project, "s", "an old password without a vector").await;
        let memory = memory.clone().with_embedder(Arc::new(Topics));
        say(&memory, project, "s", "the password was reset").await;
        say(&memory, project, "s", "the dark theme is done").await;
        say(&memory, project, "s", "unembeddable, but kept").await;
        let found = recall(&memory, project, None, Some("how do people sign in"), 1000).await;
        assert_eq!(said(&found), ["the password was reset"]);
        assert_eq!(found.searched, Searched::WordsAndMeaning);
        assert_eq!(found.messages[0].1.map(|(_, by)| by), Some(MatchedBy::Meaning));
        let found = recall(&memory, project, None, Some("password"), 1000).await;
        assert_eq!(found.messages[0].1.map(|(_, by)| by), Some(MatchedBy::Both));
        assert_eq!(found.messages.len(), 2);
        let found = recall(&memory, project, None, Some("unembeddable"), 1000).await;
        assert_eq!((said(&found).len(), found.searched), (1, Searched::Words));
    }
}

#[tokio::test]
async fn what_is_forgotten_is_gone() {
    let stores = stores(1000);
    for memory in &stores.memories {
        let project = &stores.project;
        let first = say(memory, project, "a", "alpha one").await;
        pin(memory, project, "a", "alpha two").await;
        say(memory, project, "b", "beta").await;
        assert_eq!(memory.messages(project, Some("a")).await.expect("read").len(), 2);
        let forget =
            async |target: &Target| memory.forget(project, target).await.expect("forgotten");
        assert_eq!(memory.forget("/another", &Target::Message(first.id)).await.expect("none"), 0);
        assert_eq!(forget(&Target::Message(first.id)).await, 1);
        assert_eq!(forget(&Target::Message(first.id)).await, 0);
        assert_eq!(said(&recall(memory, project, None, Some("alpha"), 100).await), ["alpha two"]);
        let sessions = memory.sessions(project).await.expect("listed");
        let counts: Vec<_> =
            sessions.iter().map(|s| (s.session.as_str(), s.messages, s.tokens, s.pinned)).collect();
        assert_eq!(counts, [("b", 1, 1, 0), ("a", 1, 3, 1)]);
        assert_eq!(forget(&Target::Session("a".to_owned())).await, 1);
        assert_eq!(forget(&Target::All).await, 1);
        assert!(memory.sessions(project).await.expect("listed").is_empty());
        assert!(!memory.projects().await.expect("listed").contains(project));
        say(memory, project, "a", "begun again").await;
    }
}

#[tokio::test]
async fn many_writers_of_one_session_lose_nothing() {
    let stores = stores(100_000);
    for memory in &stores.memories {
        let writers = (0..4).map(|writer| {
            let (memory, project) = (memory.clone(), stores.project.clone());
            tokio::spawn(async move {
                for number in 0..10 {
                    say(&memory, &project, "shared", &format!("w{writer} n{number}")).await;
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("written");
        }
        let sessions = memory.sessions(&stores.project).await.expect("listed");
        assert_eq!((sessions[0].messages, sessions[0].tokens), (40, 80));
        let all = memory.messages(&stores.project, Some("shared")).await.expect("read");
        let different: BTreeSet<_> = all.iter().map(|message| &message.content).collect();
        assert_eq!(different.len(), 40);
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_half_message() {
    let stores = stores(100_000);
    for memory in &stores.memories {
        let project = &stores.project;
        say(memory, project, "s", "before").await;
        let message = NewMessage::new("s", "user", "left behind".to_owned(), false).expect("right");
        // Polled once and dropped.
        assert!(memory.remember(project, message).now_or_never().is_none());
        say(memory, project, "s", "after").await;
        let mut all = Vec::new();
        for _ in 0..1000 {
            all = memory.messages(project, None).await.expect("read");
            if all.len() == 3 {
                break;
            }
        }
        let mut said: Vec<_> = all.iter().map(|message| message.content.as_str()).collect();
        said.sort_unstable();
        assert_eq!(said, ["after", "before", "left behind"]);
        let sessions = memory.sessions(project).await.expect("listed");
        assert_eq!((sessions[0].messages, sessions[0].tokens), (3, 2 + 3 + 2));
    }
}
