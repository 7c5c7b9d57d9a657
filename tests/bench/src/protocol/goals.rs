//! What our transports are to reach, beside plain rmcp in the same run.

use super::contenders::{OUR_STDIO, OUR_WEBSOCKET};
use crate::report::{Goal, Report, short};

/// A bound on one figure of one server.
struct Bound {
    goal: &'static str,
    server: &'static str,
    figure: &'static str,
    limit: Limit,
}

enum Limit {
    AtMost(f64),
    /// Either the value itself, or so many times the baseline's.
    AtLeastOrTimes(f64, f64),
    Times(f64),
}

const BOUNDS: [Bound; 8] = [
    Bound {
        goal: "stdio, 1 open: 30,000 calls/s or 2× rmcp",
        server: OUR_STDIO,
        figure: "one_per_s",
        limit: Limit::AtLeastOrTimes(30_000.0, 2.0),
    },
    Bound {
        goal: "stdio, 64 open: 55,000 calls/s or 2× rmcp",
        server: OUR_STDIO,
        figure: "many_per_s",
        limit: Limit::AtLeastOrTimes(55_000.0, 2.0),
    },
    Bound {
        goal: "WebSocket, 1 open: 1.7× rmcp stdio",
        server: OUR_WEBSOCKET,
        figure: "one_per_s",
        limit: Limit::Times(1.7),
    },
    Bound {
        goal: "WebSocket, 64 open: 1.7× rmcp stdio",
        server: OUR_WEBSOCKET,
        figure: "many_per_s",
        limit: Limit::Times(1.7),
    },
    Bound {
        goal: "stdio: first response in 2 ms",
        server: OUR_STDIO,
        figure: "first_response_ms",
        limit: Limit::AtMost(2.0),
    },
    Bound {
        goal: "WebSocket: first response in 4 ms",
        server: OUR_WEBSOCKET,
        figure: "first_response_ms",
        limit: Limit::AtMost(4.0),
    },
    Bound {
        goal: "stdio: unread peak 80 MiB",
        server: OUR_STDIO,
        figure: "unread_peak_mib",
        limit: Limit::AtMost(80.0),
    },
    Bound {
        goal: "WebSocket: unread peak 80 MiB",
        server: OUR_WEBSOCKET,
        figure: "unread_peak_mib",
        limit: Limit::AtMost(80.0),
    },
];

/// Judges every bound whose figure was measured.
pub(super) fn judge(report: &Report) -> Vec<Goal> {
    let judged = BOUNDS.iter().filter_map(|bound| {
        let (value, ratio) = report.figure(bound.server, bound.figure)?;
        let reached = bound.limit.holds(value, ratio);
        let ratio = ratio.map(|ratio| format!(" ({ratio:.2}×)")).unwrap_or_default();
        Some(Goal { goal: bound.goal, found: short(value) + &ratio, reached })
    });
    judged.collect()
}

impl Limit {
    fn holds(&self, value: f64, ratio: Option<f64>) -> bool {
        let times = |wanted: f64| ratio.is_some_and(|ratio| ratio >= wanted);
        match *self {
            Self::AtMost(most) => value <= most,
            Self::AtLeastOrTimes(least, wanted) => value >= least || times(wanted),
            Self::Times(wanted) => times(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limit::{AtLeastOrTimes, AtMost, Times};

    #[test]
    fn either_way_to_a_goal_counts() {
        let cases = [
            (AtMost(2.0), 2.0, None, true),
            (AtMost(2.0), 2.1, Some(0.1), false),
            (AtLeastOrTimes(30.0, 2.0), 31.0, None, true),
            (AtLeastOrTimes(30.0, 2.0), 20.0, Some(2.0), true),
            (AtLeastOrTimes(30.0, 2.0), 20.0, Some(1.9), false),
            (Times(1.7), 99.0, None, false),
            (Times(1.7), 1.0, Some(1.8), true),
        ];
        for (place, (limit, value, ratio, want)) in cases.into_iter().enumerate() {
            assert_eq!(limit.holds(value, ratio), want, "case {place}");
        }
    }
}
