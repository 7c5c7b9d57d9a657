use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncRead, ReadBuf};

use super::{LineReader, WRITE_BYTES, write_lines};
use crate::limits::MAX_MESSAGE_BYTES;
use crate::link::outbox::Outbox;
use crate::link::{Incoming, Source};

/// Gives one piece a read, and nothing before each of them, so that a read can
/// be dropped at every point where it waits.
struct Pieces {
    pieces: VecDeque<Vec<u8>>,
    waited: bool,
    broken: bool,
}

impl Pieces {
    fn new(pieces: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self { pieces: pieces.into_iter().collect(), waited: false, broken: false }
    }
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.waited = !self.waited;
        if self.waited {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(mut piece) = self.pieces.pop_front() else {
            let end = if self.broken { Err(io::Error::other("broken")) } else { Ok(()) };
            return Poll::Ready(end);
        };
        let rest = piece.split_off(piece.len().min(into.remaining()));
        into.put_slice(&piece);
        if !rest.is_empty() {
            self.pieces.push_front(rest);
        }
        Poll::Ready(Ok(()))
    }
}

/// What was read, as text.
#[derive(Debug, Clone, PartialEq)]
enum Got {
    Line(String),
    TooLarge(Option<String>),
}

/// Reads to the end, dropping each read that has to wait.
fn read_all(pieces: Pieces) -> Vec<Got> {
    let mut reader = LineReader::new(pieces);
    let mut all = Vec::new();
    loop {
        match reader.next().now_or_never() {
            None => {}
            Some(Incoming::Message(bytes)) => {
                let text = std::str::from_utf8(&bytes).expect("text");
                all.push(Got::Line(text.trim_end_matches(['\r', '\n']).to_owned()));
            }
            Some(Incoming::TooLarge(id)) => all.push(Got::TooLarge(id)),
            Some(Incoming::Ended) => return all,
            Some(Incoming::Lost) => panic!("lost"),
        }
    }
}

fn line(text: &str) -> Got {
    Got::Line(text.to_owned())
}

#[test]
fn lines_are_told_apart() {
    let cases: [(&str, &str, &[&str]); 8] = [
        ("nothing", "", &[]),
        ("one", "a\n", &["a"]),
        ("two", "a\nb\n", &["a", "b"]),
        ("no final line end", "a\nb", &["a", "b"]),
        ("carriage returns", "a\r\nb\r\n", &["a", "b"]),
        ("empty lines", "\n\r\n \t\na\n\n\nb\n\n", &["a", "b"]),
        ("only empty lines", "\n\n  ", &[]),
        ("carriage return within", "a\rb\n", &["a\rb"]),
    ];
    for (name, text, want) in cases {
        let want: Vec<_> = want.iter().copied().map(line).collect();
        assert_eq!(read_all(Pieces::new([text.as_bytes().to_vec()])), want, "{name}");
    }
}

/// A message of exactly so many bytes, with its id behind the bulk.
fn message_of(bytes: usize) -> String {
    let (head, tail) = (r#"{"jsonrpc":"2.0","x":""#, r#"","id":"a b","method":"m"}"#);
    format!("{head}{}{tail}", "x".repeat(bytes - head.len() - tail.len()))
}

#[test]
fn an_oversize_line_is_dropped_and_the_next_one_read() {
    let largest = message_of(MAX_MESSAGE_BYTES);
    let over = message_of(MAX_MESSAGE_BYTES + 1);
    let far_over = message_of(2 * MAX_MESSAGE_BYTES + 70_000);
    let id = || Got::TooLarge(Some("\"a b\"".to_owned()));
    let cases = [
        ("largest", format!("{largest}\nb\n"), vec![line(&largest), line("b")]),
        ("over", format!("a\n{over}\nb\n"), vec![line("a"), id(), line("b")]),
        ("far over", format!("{far_over}\nb\n"), vec![id(), line("b")]),
        ("twice", format!("{over}\n{over}\n\nb"), vec![id(), id(), line("b")]),
        ("at the end", format!("a\n{over}"), vec![line("a"), id()]),
        ("a response", format!("{}\nb\n", over.replace("method", "result")), vec![line("b")]),
        (
            "no message",
            format!("{}\nb\n", "x".repeat(MAX_MESSAGE_BYTES + 1)),
            vec![Got::TooLarge(None), line("b")],
        ),
    ];
    for (name, text, want) in cases {
        for size in [text.len(), 1 << 20, 65_537] {
            let pieces = text.as_bytes().chunks(size).map(<[u8]>::to_vec);
            assert!(read_all(Pieces::new(pieces)) == want, "{name}, in pieces of {size}");
        }
    }
}

#[test]
fn little_is_kept_of_an_oversize_line() {
    let pieces = (0..64).map(|_| vec![b'x'; 1 << 20]);
    let mut reader = LineReader::new(Pieces::new(pieces));
    for _ in 0..10_000 {
        if reader.next().now_or_never().is_some() {
            break;
        }
        assert!(reader.buffer.len() <= MAX_MESSAGE_BYTES + (1 << 20));
    }
    assert!(reader.ended, "all was read");
}

#[test]
fn a_large_buffer_is_given_back() {
    let text = format!("{}\n", message_of(8 << 20));
    let mut reader = LineReader::new(Pieces::new([text.into_bytes(), b"b\n".to_vec()]));
    let mut lines = 0;
    while lines < 2 {
        lines += usize::from(reader.next().now_or_never().is_some());
    }
    assert!(reader.buffer.capacity() <= super::KEEP_BYTES, "{}", reader.buffer.capacity());
}

#[test]
fn a_broken_stream_is_lost() {
    let mut pieces = Pieces::new([b"half".to_vec()]);
    pieces.broken = true;
    let mut reader = LineReader::new(pieces);
    let lost = std::iter::from_fn(|| Some(reader.next().now_or_never())).flatten().next();
    assert!(matches!(lost, Some(Incoming::Lost)), "{lost:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn pieces_do_not_matter(
        lines in vec("[a-z {}\"é\r]{0,40}", 0..12),
        cuts in vec(any::<prop::sample::Index>(), 0..12),
        ended in any::<bool>(),
    ) {
        let mut text = lines.join("\n");
        if ended {
            text.push('\n');
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|cut| text.as_bytes()[cut[0]..cut[1]].to_vec());
        // An empty piece would be the end of the stream.
        let got = read_all(Pieces::new(pieces.filter(|piece| !piece.is_empty())));
        let want: Vec<Got> = lines
            .iter()
            .filter(|text| !text.as_bytes().trim_ascii().is_empty())
            .map(|text| line(text.trim_end_matches('\r')))
            .collect();
        prop_assert_eq!(got, want);
    }
}

#[tokio::test]
async fn messages_are_written_as_lines() {
    let outbox = Arc::new(Outbox::default());
    let large = "b".repeat(WRITE_BYTES);
    for text in ["a", &large, "c", "", &large] {
        outbox.push_other(text.to_owned()).expect("open");
    }
    let mut output = Vec::new();
    let finish = outbox.finish(std::time::Duration::from_secs(60));
    tokio::join!(finish, write_lines(&mut output, Arc::clone(&outbox)));
    let want = format!("a\n{large}\nc\n\n{large}\n");
    assert!(output == want.as_bytes(), "{} bytes", output.len());
}

#[tokio::test]
async fn a_peer_that_no_longer_reads_closes_the_outbox() {
    let (theirs, ours) = tokio::io::duplex(16);
    drop(theirs);
    let outbox = Arc::new(Outbox::default());
    outbox.push_other("a".to_owned()).expect("open");
    write_lines(ours, Arc::clone(&outbox)).await;
    assert!(outbox.is_closed());
}
