//! rmcp's transport for the client role over any [`Source`].
//!
//! **Invariants**
//! - Progress goes straight to the call that asked for it, in order; rmcp would
//!   hand each report to a task of its own.
//! - A line that is no message is logged and passed over; programs print things.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::RoleClient;
use rmcp::model::{
    ClientJsonRpcMessage, JsonRpcMessage, ProgressNotificationParam, ProgressToken,
    ServerJsonRpcMessage, ServerNotification,
};
use rmcp::transport::Transport;
use tokio::sync::mpsc;

use super::Progress;
use crate::limits::DRAIN_DEADLINE;
use crate::link::outbox::{Gone, Outbox};
use crate::link::{Incoming, Source};

/// The calls that asked for progress.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    by_token: Mutex<HashMap<ProgressToken, mpsc::Sender<Progress>>>,
    /// Held while a call is sent, so that its first report finds its listener.
    pub(super) sending: tokio::sync::Mutex<()>,
}

impl Listeners {
    pub(super) fn add(&self, token: ProgressToken, listener: mpsc::Sender<Progress>) {
        self.map().insert(token, listener);
    }

    pub(super) fn remove(&self, token: &ProgressToken) {
        self.map().remove(token);
    }

    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<ProgressToken, mpsc::Sender<Progress>>> {
        self.by_token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn report(&self, report: ProgressNotificationParam) {
        let _sent = self.sending.lock().await;
        let listener = self.map().get(&report.progress_token).cloned();
        let Some(listener) = listener else { return };
        let progress =
            Progress { done: report.progress, total: report.total, message: report.message };
        if listener.try_send(progress).is_err() {
            tracing::debug!("a progress report was dropped: nobody takes them");
        }
    }
}

pub(super) struct ClientLink<S> {
    pub(super) source: S,
    pub(super) outbox: Arc<Outbox>,
    pub(super) listeners: Arc<Listeners>,
}

impl<S: Source> Transport<RoleClient> for ClientLink<S> {
    type Error = Gone;

    fn send(
        &mut self,
        item: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Gone>> + Send + 'static {
        let outbox = Arc::clone(&self.outbox);
        let text = serde_json::to_string(&item);
        async move {
            let text = text.map_err(|error| {
                tracing::error!(%error, "a message has no JSON form");
                Gone
            })?;
            outbox.room().await;
            outbox.push_other(text)
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            let bytes = match self.source.next().await {
                Incoming::Message(bytes) => bytes,
                Incoming::TooLarge(_) => {
                    tracing::warn!("the server sent a message over 16 MiB; it was dropped");
                    continue;
                }
                Incoming::Ended | Incoming::Lost => {
                    self.outbox.close();
                    return None;
                }
            };
            match serde_json::from_slice::<ServerJsonRpcMessage>(&bytes) {
                Ok(JsonRpcMessage::Notification(note)) => match note.notification {
                    ServerNotification::ProgressNotification(progress) => {
                        self.listeners.report(progress.params).await;
                    }
                    other => return Some(ServerJsonRpcMessage::notification(other)),
                },
                Ok(message) => return Some(message),
                Err(error) => tracing::debug!(%error, "passed over what is no message"),
            }
        }
    }

    async fn close(&mut self) -> Result<(), Gone> {
        self.outbox.finish(DRAIN_DEADLINE).await;
        Ok(())
    }
}
