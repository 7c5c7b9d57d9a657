//! Every bound of the wire in one place, each beside its reason.

use std::time::Duration;

/// The largest message read from a peer, in bytes. A model's largest useful
/// argument is a file of a few megabytes; sixteen leave room for base64.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Calls that may be open on one connection. Hosts open a handful; a program
/// that opens more than this has lost count and is told so.
pub const MAX_OPEN_CALLS: usize = 1024;

/// Finished answers that may wait unread before no further handler starts.
pub const MAX_WAITING_ANSWERS: usize = 8;

/// Bytes of finished answers that may wait unread before no further handler starts.
pub const MAX_WAITING_BYTES: usize = 8 * 1024 * 1024;

/// Queued bytes at which reading itself stops. Only refusals and notifications
/// reach it, since answers stop at [`MAX_WAITING_BYTES`].
pub const MAX_QUEUED_BYTES: usize = 32 * 1024 * 1024;

/// Queued frames above which a newer progress notification takes the place of
/// an unsent one for the same call.
pub const COALESCE_PROGRESS_ABOVE: usize = 64;

/// Time that a peer has to finish a WebSocket or HTTP handshake.
pub const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);

/// Time that a peer has to send the body of an HTTP request; the largest needs 2.3 Mbit/s.
pub const BODY_DEADLINE: Duration = Duration::from_secs(60);

/// Silence after which a WebSocket peer is pinged.
pub const PING_EVERY: Duration = Duration::from_secs(30);

/// Silence after which a WebSocket peer is given up. Two pings fit in it.
pub const PONG_DEADLINE: Duration = Duration::from_secs(75);

/// Time that unsent answers have to leave after the last call of a closing connection.
pub const DRAIN_DEADLINE: Duration = Duration::from_secs(5);

/// Connections that a listener serves at once unless told otherwise.
pub const MAX_CONNECTIONS: usize = 100;

/// Who asks one thing after the other asks again within microseconds: to look
/// for it so many times costs less than to fall asleep and be woken.
pub(crate) const LOOKS_BEFORE_SLEEP: u32 = 24;
