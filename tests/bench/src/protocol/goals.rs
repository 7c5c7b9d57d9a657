//! What our transports are to reach, beside plain rmcp in the same run.

use super::contenders::{OUR_STDIO, OUR_WEBSOCKET};
use crate::goals::{Bound, Limit};

pub(super) const BOUNDS: [Bound; 8] = [
    Bound {
        goal: "stdio, 1 open: 30,000 calls/s or 2× rmcp",
        column: OUR_STDIO,
        figure: "one_per_s",
        limit: Limit::AtLeastOrTimes(30_000.0, 2.0),
    },
    Bound {
        goal: "stdio, 64 open: 55,000 calls/s or 2× rmcp",
        column: OUR_STDIO,
        figure: "many_per_s",
        limit: Limit::AtLeastOrTimes(55_000.0, 2.0),
    },
    Bound {
        goal: "WebSocket, 1 open: 1.7× rmcp stdio",
        column: OUR_WEBSOCKET,
        figure: "one_per_s",
        limit: Limit::Times(1.7),
    },
    Bound {
        goal: "WebSocket, 64 open: 1.7× rmcp stdio",
        column: OUR_WEBSOCKET,
        figure: "many_per_s",
        limit: Limit::Times(1.7),
    },
    Bound {
        goal: "stdio: first response in 2 ms",
        column: OUR_STDIO,
        figure: "first_response_ms",
        limit: Limit::AtMost(2.0),
    },
    Bound {
        goal: "WebSocket: first response in 4 ms",
        column: OUR_WEBSOCKET,
        figure: "first_response_ms",
        limit: Limit::AtMost(4.0),
    },
    Bound {
        goal: "stdio: unread peak 80 MiB",
        column: OUR_STDIO,
        figure: "unread_peak_mib",
        limit: Limit::AtMost(80.0),
    },
    Bound {
        goal: "WebSocket: unread peak 80 MiB",
        column: OUR_WEBSOCKET,
        figure: "unread_peak_mib",
        limit: Limit::AtMost(80.0),
    },
];
