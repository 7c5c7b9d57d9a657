//! What waits to be written on one connection, and the gate that keeps it small.
//!
//! ```text
//! handler ─ pass ─▶ runs ─ finished ─▶ answer queued ─▶ writer takes ─▶ written
//!             ▲                                                            │
//!             └── shut while 8 answers or 8 MiB lie between these two ◀────┘
//! ```
//!
//! **Invariants**
//! - `open` is the only record of calls in progress. An entry leaves it once:
//!   answered or cancelled.
//! - An answer counts from the moment its handler ends until the peer's side of
//!   the pipe has taken it, so 400 large answers never exist at once.
//! - Calls pass the gate in the order in which they came.
//!
//! **Deliberately absent:** bytes on the wire (line ends, frames) belong to the
//! writers in [`super::lines`] and [`super::frames`].

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::model::{ProgressToken, RequestId};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::limits::{
    COALESCE_PROGRESS_ABOVE, MAX_OPEN_CALLS, MAX_QUEUED_BYTES, MAX_WAITING_ANSWERS,
    MAX_WAITING_BYTES,
};

/// What a queued message costs beside its text; refusals are as small as this,
/// and a queue of nothing else must not outgrow its limit.
const FRAME_BYTES: usize = 128;

/// Why a call may not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// [`MAX_OPEN_CALLS`] are open.
    Busy,
    /// The same id is already in use.
    Duplicate,
}

/// The peer is gone; nothing can be written any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection is closed")]
pub(crate) struct Gone;

/// One message ready to be written.
#[derive(Debug)]
struct Frame {
    text: String,
    answer: bool,
    progress: Option<ProgressToken>,
}

#[derive(Debug, Default)]
struct State {
    frames: VecDeque<Frame>,
    /// Sequence number of the first frame in `frames`.
    first: u64,
    /// The newest unsent progress of each call, by sequence number.
    progress: HashMap<ProgressToken, u64>,
    /// Calls in progress; the value is the size of a finished answer that is not queued yet.
    open: HashMap<RequestId, Option<usize>>,
    waiting_answers: usize,
    waiting_bytes: usize,
    queued_bytes: usize,
    /// Answers, and their bytes, that the writer has taken and not yet written.
    writing: (usize, usize),
    writer_busy: bool,
    finishing: bool,
    gone: bool,
}

/// The shared half of one connection.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    /// Wakes the writer.
    filled: Notify,
    /// Wakes the call at the head of the gate, and whoever waits for room.
    drained: Notify,
    room: Notify,
    /// Cancelled when no further call will come.
    ending: CancellationToken,
    /// Calls wait here in order.
    turn: tokio::sync::Mutex<()>,
}

impl Outbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a call before it is delivered.
    pub(crate) fn open(&self, id: &RequestId) -> Result<(), Refused> {
        let mut state = self.state();
        if state.open.len() >= MAX_OPEN_CALLS {
            return Err(Refused::Busy);
        }
        if state.open.contains_key(id) {
            return Err(Refused::Duplicate);
        }
        state.open.insert(id.clone(), None);
        Ok(())
    }

    /// Forgets a call whose answer will never be written.
    pub(crate) fn cancel(&self, id: &RequestId) {
        let mut state = self.state();
        if let Some(Some(bytes)) = state.open.remove(id) {
            state.waiting_answers -= 1;
            state.waiting_bytes -= bytes;
            self.wake_gate(&state);
        }
    }

    /// Waits until a handler may start.
    pub(crate) async fn pass(&self) -> Result<(), Gone> {
        if self.turn.try_lock().is_ok() && self.gate_is_open()? {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        loop {
            let drained = self.drained.notified();
            if self.gate_is_open()? {
                return Ok(());
            }
            drained.await;
        }
    }

    fn gate_is_open(&self) -> Result<bool, Gone> {
        let state = self.state();
        if state.gone { Err(Gone) } else { Ok(state.gate_is_open()) }
    }

    /// Counts the answer of a handler that has just ended.
    pub(crate) fn finished(&self, id: &RequestId, bytes: usize) {
        let mut state = self.state();
        if let Some(size @ None) = state.open.get_mut(id) {
            *size = Some(bytes);
            state.waiting_answers += 1;
            state.waiting_bytes += bytes;
        }
    }

    /// The size of an open call's answer as its handler's end told it, else 0.
    pub(crate) fn expected(&self, id: &RequestId) -> usize {
        self.state().open.get(id).copied().flatten().unwrap_or_default()
    }

    /// Queues the answer of an open call.
    pub(crate) fn push_answer(&self, id: Option<&RequestId>, text: String) -> Result<(), Gone> {
        let mut state = self.state();
        if state.gone {
            return Err(Gone);
        }
        match id.and_then(|id| state.open.remove(id)) {
            Some(Some(estimate)) => {
                state.waiting_bytes = state.waiting_bytes - estimate + text.len();
            }
            Some(None) => {
                state.waiting_answers += 1;
                state.waiting_bytes += text.len();
            }
            None => return self.push(state, Frame { text, answer: false, progress: None }),
        }
        self.push(state, Frame { text, answer: true, progress: None })
    }

    /// Queues anything but the answer of an open call.
    pub(crate) fn push_other(&self, text: String) -> Result<(), Gone> {
        self.push(self.state(), Frame { text, answer: false, progress: None })
    }

    /// Queues a progress notification. While much waits, it replaces an unsent
    /// one of the same call.
    pub(crate) fn push_progress(&self, token: ProgressToken, text: String) -> Result<(), Gone> {
        let mut state = self.state();
        if state.frames.len() > COALESCE_PROGRESS_ABOVE
            && let Some(sequence) = state.progress.get(&token).copied()
            && let Some(index) = sequence.checked_sub(state.first)
            && let Some(frame) = state.frames.get_mut(index as usize)
        {
            let (old, new) = (frame.text.len(), text.len());
            frame.text = text;
            state.queued_bytes = state.queued_bytes - old + new;
            return Ok(());
        }
        let sequence = state.first + state.frames.len() as u64;
        state.progress.insert(token.clone(), sequence);
        self.push(state, Frame { text, answer: false, progress: Some(token) })
    }

    fn push(&self, mut state: MutexGuard<'_, State>, frame: Frame) -> Result<(), Gone> {
        if state.gone {
            return Err(Gone);
        }
        state.queued_bytes += frame.text.len() + FRAME_BYTES;
        state.frames.push_back(frame);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits while more is queued than a reader may add to.
    pub(crate) async fn room(&self) {
        loop {
            let room = self.room.notified();
            {
                let state = self.state();
                if state.gone || state.queued_bytes < MAX_QUEUED_BYTES {
                    return;
                }
            }
            room.await;
        }
    }

    /// Waits until there is something to take, and a moment longer while less than
    /// `bytes` waits: calls that are about to end share one write.
    pub(crate) async fn gather(&self, bytes: usize) {
        loop {
            let filled = self.filled.notified();
            if self.state().has_news() {
                break;
            }
            filled.await;
        }
        let more_may_come = self.state().more_may_come(bytes);
        if more_may_come {
            tokio::task::yield_now().await;
        }
    }

    /// Takes queued messages for the writer, up to about `bytes`; `None` when
    /// the connection is finished and all is written.
    pub(crate) async fn take(&self, bytes: usize, into: &mut Vec<String>) -> Option<()> {
        loop {
            let filled = self.filled.notified();
            {
                let mut state = self.state();
                if state.take(bytes, into) {
                    return Some(());
                }
                if state.gone || state.finishing {
                    return None;
                }
            }
            filled.await;
        }
    }

    /// Tells that the messages last taken are on the wire.
    pub(crate) fn written(&self) {
        let mut state = self.state();
        let (answers, bytes) = std::mem::take(&mut state.writing);
        state.writer_busy = false;
        state.waiting_answers -= answers;
        state.waiting_bytes -= bytes;
        self.wake_gate(&state);
        self.room.notify_waiters();
    }

    fn wake_gate(&self, state: &State) {
        if state.gate_is_open() {
            self.drained.notify_one();
        }
    }

    /// Tells that no further call will come; what only waits for the client may end.
    pub(crate) fn end(&self) {
        self.ending.cancel();
    }

    /// Waits until no further call will come.
    pub(crate) async fn ending(&self) {
        self.ending.cancelled().await;
    }

    /// Lets the writer end once all is written, and waits for that until `deadline`.
    pub(crate) async fn finish(&self, deadline: Duration) {
        self.state().finishing = true;
        self.filled.notify_one();
        let drained = async {
            loop {
                let room = self.room.notified();
                {
                    let state = self.state();
                    if state.gone || state.frames.is_empty() && !state.writer_busy {
                        return;
                    }
                }
                room.await;
            }
        };
        if tokio::time::timeout(deadline, drained).await.is_err() {
            tracing::warn!("unsent messages were dropped: the peer stopped reading");
        }
        self.close();
    }

    /// Marks the peer as gone: everybody who waits is released.
    pub(crate) fn close(&self) {
        {
            let mut state = self.state();
            state.gone = true;
            state.frames.clear();
            state.progress.clear();
        }
        self.ending.cancel();
        self.filled.notify_one();
        self.drained.notify_one();
        self.room.notify_waiters();
    }

    /// Whether the peer is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().gone
    }
}

impl State {
    fn gate_is_open(&self) -> bool {
        self.gone
            || self.waiting_answers < MAX_WAITING_ANSWERS && self.waiting_bytes < MAX_WAITING_BYTES
    }

    /// Whether the writer has something to do.
    fn has_news(&self) -> bool {
        !self.frames.is_empty() || self.gone || self.finishing
    }

    fn more_may_come(&self, bytes: usize) -> bool {
        self.queued_bytes < bytes && !self.open.is_empty() && !self.gone && !self.finishing
    }

    fn take(&mut self, bytes: usize, into: &mut Vec<String>) -> bool {
        let mut taken = 0;
        while taken < bytes
            && let Some(frame) = self.frames.pop_front()
        {
            if let Some(token) = &frame.progress
                && self.progress.get(token) == Some(&self.first)
            {
                self.progress.remove(token);
            }
            self.first += 1;
            taken += frame.text.len();
            self.queued_bytes -= frame.text.len() + FRAME_BYTES;
            if frame.answer {
                self.writing.0 += 1;
                self.writing.1 += frame.text.len();
            }
            into.push(frame.text);
            self.writer_busy = true;
        }
        self.writer_busy
    }
}

#[cfg(test)]
mod tests;
