use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use rmcp::model::{NumberOrString, ProgressToken, RequestId};

use super::{Gone, Outbox, Refused};
use crate::limits::{
    COALESCE_PROGRESS_ABOVE, MAX_OPEN_CALLS, MAX_QUEUED_BYTES, MAX_WAITING_ANSWERS,
    MAX_WAITING_BYTES,
};

fn id(number: usize) -> RequestId {
    RequestId::Number(number as i64)
}

fn token(number: i64) -> ProgressToken {
    ProgressToken(NumberOrString::Number(number))
}

/// Whether a call would start now. A waiting one gives its place up again.
fn passes(outbox: &Outbox) -> Option<Result<(), Gone>> {
    outbox.pass().now_or_never()
}

/// Waits for what another task must bring about. The clock is paused: it passes
/// only when nobody can do anything any more.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(3600), future).await.expect("nobody is stuck")
}

/// What the writer gets in one go.
fn taken(outbox: &Outbox) -> Vec<String> {
    let mut frames = Vec::new();
    outbox.take(usize::MAX, &mut frames).now_or_never();
    frames
}

/// Opens a call, ends its handler and queues its answer.
fn answer(outbox: &Outbox, number: usize, text: &str) {
    outbox.open(&id(number)).expect("there is room");
    outbox.finished(&id(number), text.len());
    outbox.push_answer(Some(&id(number)), text.to_owned()).expect("open");
}

#[test]
fn the_gate_shuts_at_the_eighth_answer_and_opens_when_they_are_written() {
    let outbox = Outbox::default();
    for number in 0..MAX_WAITING_ANSWERS {
        assert_eq!(passes(&outbox), Some(Ok(())), "answer {number}");
        answer(&outbox, number, "{}");
    }
    assert_eq!(passes(&outbox), None, "eight answers wait");
    assert_eq!(taken(&outbox).len(), MAX_WAITING_ANSWERS);
    assert_eq!(passes(&outbox), None, "taken is not written");
    outbox.written();
    assert_eq!(passes(&outbox), Some(Ok(())));
}

#[test]
fn the_gate_shuts_at_eight_mebibytes() {
    let outbox = Outbox::default();
    outbox.open(&id(1)).expect("first");
    outbox.finished(&id(1), MAX_WAITING_BYTES - 1);
    assert_eq!(passes(&outbox), Some(Ok(())), "a byte below");
    // The text turns out a byte longer than the handler thought.
    outbox.push_answer(Some(&id(1)), "b".repeat(MAX_WAITING_BYTES)).expect("open");
    assert_eq!(passes(&outbox), None, "at the limit");
    taken(&outbox);
    outbox.written();
    assert_eq!(passes(&outbox), Some(Ok(())));
}

#[test]
fn answers_count_from_the_end_of_their_handler() {
    let outbox = Outbox::default();
    for number in 0..MAX_WAITING_ANSWERS {
        outbox.open(&id(number)).expect("there is room");
        outbox.finished(&id(number), 0);
    }
    assert_eq!(passes(&outbox), None);
}

#[test]
fn what_is_no_answer_does_not_shut_the_gate() {
    let outbox = Outbox::default();
    for number in 0..100 {
        outbox.push_other("{}".to_owned()).expect("open");
        outbox.push_progress(token(number), "{}".to_owned()).expect("open");
        outbox.push_answer(Some(&id(number as usize)), "unknown".to_owned()).expect("open");
        outbox.push_answer(None, "nobody's".to_owned()).expect("open");
    }
    assert_eq!(passes(&outbox), Some(Ok(())));
    assert_eq!(taken(&outbox).len(), 400);
}

#[tokio::test(start_paused = true)]
async fn calls_pass_in_the_order_in_which_they_came() {
    let outbox = Arc::new(Outbox::default());
    for number in 0..MAX_WAITING_ANSWERS {
        answer(&outbox, number, "{}");
    }
    let (report, mut order) = tokio::sync::mpsc::unbounded_channel();
    let mut calls = Vec::new();
    for number in 0..20 {
        let (outbox, report) = (Arc::clone(&outbox), report.clone());
        calls.push(tokio::spawn(async move {
            outbox.pass().await.expect("open");
            report.send(number).expect("somebody listens");
        }));
        tokio::task::yield_now().await;
    }
    assert!(order.try_recv().is_err(), "the gate is shut");
    // One that gives up in the middle holds nobody up.
    calls[3].abort();
    taken(&outbox);
    outbox.written();
    drop(report);
    let mut passed = Vec::new();
    while let Some(number) = soon(order.recv()).await {
        passed.push(number);
    }
    assert_eq!(passed, (0..20).filter(|number| *number != 3).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn the_gate_shuts_again_behind_each_call_that_fills_it() {
    let outbox = Arc::new(Outbox::default());
    for number in 0..MAX_WAITING_ANSWERS {
        answer(&outbox, number, "{}");
    }
    let calls: Vec<_> = (100..150)
        .map(|number| {
            let outbox = Arc::clone(&outbox);
            tokio::spawn(async move {
                outbox.pass().await.expect("open");
                answer(&outbox, number, "{}");
            })
        })
        .collect();
    let mut frames = Vec::new();
    let mut seen = 0;
    while seen < MAX_WAITING_ANSWERS + calls.len() {
        soon(outbox.take(usize::MAX, &mut frames)).await.expect("open");
        assert!(frames.len() <= MAX_WAITING_ANSWERS, "{} answers waited", frames.len());
        seen += frames.len();
        frames.clear();
        outbox.written();
    }
    for call in calls {
        soon(call).await.expect("passed");
    }
}

#[test]
fn a_cancelled_call_is_forgotten_wherever_it_is() {
    let outbox = Outbox::default();
    outbox.cancel(&id(1)); // Never opened.

    outbox.open(&id(2)).expect("there is room");
    outbox.cancel(&id(2)); // Running.
    outbox.finished(&id(2), 5);
    assert_eq!(outbox.open(&id(2)), Ok(()), "the id is free again");
    outbox.cancel(&id(2));

    for number in 10..10 + MAX_WAITING_ANSWERS {
        outbox.open(&id(number)).expect("there is room");
        outbox.finished(&id(number), MAX_WAITING_BYTES);
    }
    assert_eq!(passes(&outbox), None);
    for number in 10..10 + MAX_WAITING_ANSWERS {
        outbox.cancel(&id(number)); // Ended, not queued.
    }
    assert_eq!(passes(&outbox), Some(Ok(())));

    answer(&outbox, 3, "queued");
    outbox.cancel(&id(3)); // Queued: it is on its way.
    assert_eq!(taken(&outbox), ["queued"]);
    outbox.written();
    assert_eq!(passes(&outbox), Some(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn a_cancel_wakes_the_call_that_waits_at_the_gate() {
    let outbox = Arc::new(Outbox::default());
    outbox.open(&id(1)).expect("there is room");
    outbox.finished(&id(1), MAX_WAITING_BYTES);
    let waiting = tokio::spawn({
        let outbox = Arc::clone(&outbox);
        async move { outbox.pass().await }
    });
    tokio::task::yield_now().await;
    outbox.cancel(&id(1));
    assert_eq!(soon(waiting).await.expect("no panic"), Ok(()));
}

#[test]
fn ids_and_room_are_checked_before_a_call_opens() {
    let outbox = Outbox::default();
    for number in 0..MAX_OPEN_CALLS {
        assert_eq!(outbox.open(&id(number)), Ok(()));
    }
    assert_eq!(outbox.open(&id(MAX_OPEN_CALLS)), Err(Refused::Busy));
    outbox.cancel(&id(0));
    assert_eq!(outbox.open(&id(1)), Err(Refused::Duplicate));
    let text = RequestId::String("1".into());
    assert_eq!(outbox.open(&text), Ok(()), "a string is not its number");
    assert_eq!(outbox.open(&id(0)), Err(Refused::Busy));
    outbox.push_answer(Some(&text), "{}".to_owned()).expect("open");
    assert_eq!(outbox.open(&id(0)), Ok(()), "an answer frees its place");
}

#[test]
fn newer_progress_takes_the_place_of_unsent_progress_while_much_waits() {
    let outbox = Outbox::default();
    outbox.push_progress(token(1), "a1".to_owned()).expect("open");
    outbox.push_progress(token(1), "a2".to_owned()).expect("open");
    outbox.push_progress(token(2), "b1".to_owned()).expect("open");
    for number in 0..COALESCE_PROGRESS_ABOVE {
        outbox.push_other(format!("other {number}")).expect("open");
    }
    outbox.push_progress(token(1), "a3 is longer".to_owned()).expect("open");
    outbox.push_progress(token(3), "c1".to_owned()).expect("open");
    outbox.push_progress(token(1), "a4".to_owned()).expect("open");
    answer(&outbox, 1, "answer");

    let mut want = vec!["a1".to_owned(), "a4".to_owned(), "b1".to_owned()];
    want.extend((0..COALESCE_PROGRESS_ABOVE).map(|number| format!("other {number}")));
    want.extend(["c1".to_owned(), "answer".to_owned()]);
    assert_eq!(taken(&outbox), want);
    outbox.written();

    // What was taken is never written over.
    for number in 0..=COALESCE_PROGRESS_ABOVE {
        outbox.push_other(format!("other {number}")).expect("open");
    }
    outbox.push_progress(token(1), "a5".to_owned()).expect("open");
    assert_eq!(taken(&outbox).last().map(String::as_str), Some("a5"));
}

#[test]
fn progress_of_many_calls_is_bounded_by_the_calls() {
    let outbox = Outbox::default();
    for round in 0..100 {
        for call in 0..20 {
            outbox.push_progress(token(call), format!("{round} of {call}")).expect("open");
        }
    }
    let frames = taken(&outbox);
    assert!(frames.len() <= COALESCE_PROGRESS_ABOVE + 20, "{} frames", frames.len());
    for call in 0..20 {
        let last = frames.iter().rfind(|text| text.ends_with(&format!(" of {call}")));
        assert_eq!(last, Some(&format!("99 of {call}")));
    }
}

#[test]
fn the_writer_takes_about_what_it_asked_for() {
    let outbox = Outbox::default();
    for text in ["four", "four", "four"] {
        outbox.push_other(text.to_owned()).expect("open");
    }
    let mut frames = Vec::new();
    outbox.take(5, &mut frames).now_or_never();
    assert_eq!(frames.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn readers_wait_while_too_much_is_queued() {
    let outbox = Arc::new(Outbox::default());
    outbox.push_other("b".repeat(MAX_QUEUED_BYTES)).expect("open");
    assert_eq!(outbox.room().now_or_never(), None);
    let waiting = tokio::spawn({
        let outbox = Arc::clone(&outbox);
        async move { outbox.room().await }
    });
    tokio::task::yield_now().await;
    taken(&outbox);
    outbox.written();
    soon(waiting).await.expect("released");
}

#[test]
fn small_messages_fill_the_queue_by_what_they_really_cost() {
    let outbox = Outbox::default();
    let mut queued = 0;
    while outbox.room().now_or_never().is_some() {
        outbox.push_other("{}".to_owned()).expect("open");
        queued += 1;
        assert!(queued <= MAX_QUEUED_BYTES / 100, "a frame costs at least 100 bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn closing_releases_everybody() {
    let outbox = Arc::new(Outbox::default());
    for number in 0..MAX_WAITING_ANSWERS {
        answer(&outbox, number, "{}");
    }
    outbox.push_other("b".repeat(MAX_QUEUED_BYTES)).expect("open");
    let calls: Vec<_> = (0..3)
        .map(|_| {
            let outbox = Arc::clone(&outbox);
            tokio::spawn(async move { outbox.pass().await })
        })
        .collect();
    let waiting = tokio::spawn({
        let outbox = Arc::clone(&outbox);
        async move {
            outbox.room().await;
            outbox.ending().await;
        }
    });
    tokio::task::yield_now().await;
    outbox.close();
    for call in calls {
        assert_eq!(soon(call).await.expect("no panic"), Err(Gone));
    }
    soon(waiting).await.expect("released");
    assert_eq!(soon(outbox.take(1, &mut Vec::new())).await, None, "the writer ends");
    assert_eq!(passes(&outbox), Some(Err(Gone)));
    assert_eq!(outbox.push_other(String::new()), Err(Gone));
    assert_eq!(outbox.push_progress(token(1), String::new()), Err(Gone));
    assert_eq!(outbox.push_answer(Some(&id(1)), String::new()), Err(Gone));
}

#[tokio::test(start_paused = true)]
async fn finishing_waits_until_all_is_written() {
    let outbox = Arc::new(Outbox::default());
    outbox.push_other("last words".to_owned()).expect("open");
    let finishing = tokio::spawn({
        let outbox = Arc::clone(&outbox);
        async move { outbox.finish(Duration::from_secs(60)).await }
    });
    tokio::task::yield_now().await;
    let mut frames = Vec::new();
    assert_eq!(soon(outbox.take(1, &mut frames)).await, Some(()));
    tokio::task::yield_now().await;
    assert!(!finishing.is_finished(), "taken is not written");
    outbox.written();
    soon(finishing).await.expect("finished");
    assert_eq!(soon(outbox.take(1, &mut frames)).await, None);
    assert_eq!(frames, ["last words"]);
}

#[tokio::test(start_paused = true)]
async fn finishing_does_not_wait_for_ever() {
    let outbox = Outbox::default();
    outbox.push_other("unread".to_owned()).expect("open");
    outbox.finish(Duration::from_secs(5)).await;
    assert_eq!(outbox.push_other(String::new()), Err(Gone));
}

#[tokio::test]
async fn calls_that_end_together_share_one_write() {
    let outbox = Arc::new(Outbox::default());
    outbox.open(&id(1)).expect("there is room");
    answer(&outbox, 0, "first");
    let other = Arc::clone(&outbox);
    let second = tokio::spawn(async move { other.push_answer(Some(&id(1)), "second".to_owned()) });
    outbox.gather(usize::MAX).await;
    assert_eq!(taken(&outbox), ["first", "second"]);
    assert_eq!(second.await.expect("no panic"), Ok(()));
}

#[test]
fn nothing_is_waited_for_when_no_call_is_open_or_enough_is_queued() {
    let outbox = Outbox::default();
    assert_eq!(outbox.gather(100).now_or_never(), None, "nothing to take");
    answer(&outbox, 0, "only");
    assert_eq!(outbox.gather(100).now_or_never(), Some(()), "no call is open");
    outbox.open(&id(1)).expect("there is room");
    assert_eq!(outbox.gather(4).now_or_never(), Some(()), "enough waits");
    outbox.close();
    assert_eq!(outbox.gather(100).now_or_never(), Some(()), "the peer is gone");
}
