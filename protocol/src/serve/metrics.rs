//! What a server has done since it started: counts, times, connections, memory.
//!
//! Times are kept in buckets of a quarter of a doubling, so a percentile is
//! right to within 19%, in constant memory and without a lock per request.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

/// The resource that gives a [`Snapshot`] as JSON.
pub const METRICS_URI: &str = "ymera://metrics";

/// Four buckets a doubling, from 1 µs to 2⁴⁰ µs (12 days).
const BUCKETS: usize = 160;

/// Method and tool names that get counters of their own; a client that calls
/// invented names must not grow the map.
const MAX_NAMES: usize = 256;

/// Counters of one server, shared by all its connections.
#[derive(Debug)]
pub struct Metrics {
    started: Instant,
    connections: AtomicI64,
    accepted: AtomicU64,
    refused: AtomicU64,
    cache_hits: AtomicU64,
    cache_misses: AtomicU64,
    all: Counter,
    by_name: Mutex<BTreeMap<String, Arc<Counter>>>,
}

#[derive(Debug)]
struct Counter {
    requests: AtomicU64,
    errors: AtomicU64,
    cancelled: AtomicU64,
    in_flight: AtomicI64,
    buckets: [AtomicU64; BUCKETS],
}

impl Default for Counter {
    fn default() -> Self {
        Self {
            requests: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
            in_flight: AtomicI64::new(0),
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Ok,
    Error,
    Cancelled,
}

/// The counters at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    /// Seconds since the server started.
    pub uptime_s: u64,
    /// Connections open now. A stdio server has one.
    pub connections: i64,
    /// Connections accepted since the start.
    pub connections_accepted: u64,
    /// Connections told that the server is busy.
    pub connections_refused: u64,
    /// All requests together.
    pub total: Counts,
    /// By method, and by tool as `tools/call NAME`.
    pub by_name: BTreeMap<String, Counts>,
    /// Share of look-ups answered from a cache, 0 to 1; null before the first.
    pub cache_hit_rate: Option<f64>,
    /// Resident memory of the process in bytes; null where the system does not tell.
    pub resident_bytes: Option<u64>,
    /// User and system time of the process in seconds; null where the system does not tell.
    pub cpu_s: Option<f64>,
}

/// Counts and times of one kind of request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counts {
    /// Requests answered, failed or cancelled.
    pub requests: u64,
    /// Requests answered with an error, tool errors included.
    pub errors: u64,
    /// Requests cancelled by the client.
    pub cancelled: u64,
    /// Requests running now.
    pub in_flight: i64,
    /// Median time in milliseconds; null before the first.
    pub p50_ms: Option<f64>,
    /// 95th percentile in milliseconds.
    pub p95_ms: Option<f64>,
    /// 99th percentile in milliseconds.
    pub p99_ms: Option<f64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            connections: AtomicI64::new(0),
            accepted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            cache_hits: AtomicU64::new(0),
            cache_misses: AtomicU64::new(0),
            all: Counter::default(),
            by_name: Mutex::default(),
        }
    }
}

impl Metrics {
    /// Counts one look-up of a cache.
    pub fn cache(&self, hit: bool) {
        let counter = if hit { &self.cache_hits } else { &self.cache_misses };
        counter.fetch_add(1, Relaxed);
    }

    /// The time since the server started.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Counts a connection until the guard is dropped.
    pub(super) fn connection(self: &Arc<Self>) -> ConnectionGuard {
        self.accepted.fetch_add(1, Relaxed);
        self.connections.fetch_add(1, Relaxed);
        ConnectionGuard(Arc::clone(self))
    }

    /// Counts a connection that was turned away.
    pub(super) fn refuse_connection(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    /// Counts a request until the guard is dropped.
    pub(super) fn request(self: &Arc<Self>, name: &str) -> RequestGuard {
        let counter = {
            let mut names = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
            match names.get(name) {
                Some(counter) => Some(Arc::clone(counter)),
                None if names.len() < MAX_NAMES => {
                    Some(Arc::clone(names.entry(name.to_owned()).or_default()))
                }
                None => None,
            }
        };
        self.all.in_flight.fetch_add(1, Relaxed);
        if let Some(counter) = &counter {
            counter.in_flight.fetch_add(1, Relaxed);
        }
        RequestGuard {
            metrics: Arc::clone(self),
            counter,
            started: Instant::now(),
            outcome: Outcome::Cancelled,
        }
    }

    /// Everything counted so far.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let names = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let (hits, misses) = (self.cache_hits.load(Relaxed), self.cache_misses.load(Relaxed));
        let looked_up = hits + misses;
        Snapshot {
            uptime_s: self.uptime().as_secs(),
            connections: self.connections.load(Relaxed),
            connections_accepted: self.accepted.load(Relaxed),
            connections_refused: self.refused.load(Relaxed),
            total: self.all.counts(),
            by_name: names.iter().map(|(name, counter)| (name.clone(), counter.counts())).collect(),
            cache_hit_rate: (looked_up > 0).then(|| hits as f64 / looked_up as f64),
            resident_bytes: process::resident_bytes(),
            cpu_s: process::cpu_seconds(),
        }
    }
}

/// An open connection.
#[derive(Debug)]
pub(super) struct ConnectionGuard(Arc<Metrics>);

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Relaxed);
    }
}

/// A running request. It counts as cancelled unless told how it ended.
#[derive(Debug)]
pub(super) struct RequestGuard {
    metrics: Arc<Metrics>,
    counter: Option<Arc<Counter>>,
    started: Instant,
    outcome: Outcome,
}

impl RequestGuard {
    /// Sets how the request ended, and returns how long it took.
    pub(super) fn end(&mut self, outcome: Outcome) -> Duration {
        self.outcome = outcome;
        self.started.elapsed()
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        let time = self.started.elapsed();
        self.metrics.all.record(time, self.outcome);
        if let Some(counter) = &self.counter {
            counter.record(time, self.outcome);
        }
    }
}

impl Counter {
    fn record(&self, time: Duration, outcome: Outcome) {
        self.in_flight.fetch_sub(1, Relaxed);
        self.requests.fetch_add(1, Relaxed);
        match outcome {
            Outcome::Ok => {}
            Outcome::Error => {
                self.errors.fetch_add(1, Relaxed);
            }
            Outcome::Cancelled => {
                self.cancelled.fetch_add(1, Relaxed);
            }
        }
        self.buckets[bucket(time)].fetch_add(1, Relaxed);
    }

    fn counts(&self) -> Counts {
        Counts {
            requests: self.requests.load(Relaxed),
            errors: self.errors.load(Relaxed),
            cancelled: self.cancelled.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            p50_ms: self.percentile(0.50),
            p95_ms: self.percentile(0.95),
            p99_ms: self.percentile(0.99),
        }
    }

    /// The upper edge of the bucket that holds the given share of all times.
    fn percentile(&self, share: f64) -> Option<f64> {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.load(Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        let wanted = (total as f64 * share).ceil() as u64;
        let mut seen = 0;
        let place = counts.iter().position(|count| {
            seen += count;
            total > 0 && seen >= wanted
        })?;
        let micros = 2f64.powf((place + 1) as f64 / 4.0);
        Some((micros / 10.0).round() / 100.0)
    }
}

/// The bucket of a time: four to a doubling of microseconds.
fn bucket(time: Duration) -> usize {
    let micros = time.as_secs_f64() * 1e6;
    let place = if micros <= 1.0 { 0.0 } else { micros.log2() * 4.0 };
    (place as usize).min(BUCKETS - 1)
}

/// What the system says of this process.
mod process {
    /// Resident bytes, from `/proc/self/status` (proc(5)).
    pub(super) fn resident_bytes() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    }

    /// User and system seconds, from `/proc/self/stat` (proc(5)); Linux counts
    /// them in hundredths on every common architecture.
    pub(super) fn cpu_seconds() -> Option<f64> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The name in parentheses may hold spaces; fields count from behind it.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some((user + system) as f64 / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Metrics, Outcome, bucket};

    #[test]
    fn a_bucket_holds_its_time() {
        for (micros, want) in [(0, 0), (1, 0), (2, 4), (3, 6), (1024, 40), (1_000_000, 79)] {
            assert_eq!(bucket(Duration::from_micros(micros)), want, "{micros} µs");
        }
        assert_eq!(bucket(Duration::from_secs(u64::MAX)), 159);
    }

    #[test]
    fn every_request_is_counted_once_by_its_end() {
        let metrics = Arc::new(Metrics::default());
        for outcome in [Outcome::Ok, Outcome::Ok, Outcome::Error] {
            metrics.request("tools/call echo").end(outcome);
        }
        drop(metrics.request("tools/list"));
        let running = metrics.request("tools/list");

        let snapshot = metrics.snapshot();
        let total = &snapshot.total;
        assert_eq!((total.requests, total.errors, total.cancelled, total.in_flight), (4, 1, 1, 1));
        let echo = &snapshot.by_name["tools/call echo"];
        assert_eq!((echo.requests, echo.errors, echo.in_flight), (3, 1, 0));
        assert!(echo.p50_ms.is_some() && echo.p50_ms <= echo.p99_ms);
        drop(running);
    }

    #[test]
    fn invented_names_do_not_grow_the_map() {
        let metrics = Arc::new(Metrics::default());
        for name in 0..1000 {
            metrics.request(&format!("m{name}")).end(Outcome::Error);
        }
        let snapshot = metrics.snapshot();
        assert_eq!((snapshot.by_name.len(), snapshot.total.requests), (super::MAX_NAMES, 1000));
    }

    #[test]
    fn cache_rate_is_unknown_before_the_first_look() {
        let metrics = Metrics::default();
        assert_eq!(metrics.snapshot().cache_hit_rate, None);
        metrics.cache(true);
        metrics.cache(false);
        assert_eq!(metrics.snapshot().cache_hit_rate, Some(0.5));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_memory_and_time() {
        let snapshot = Metrics::default().snapshot();
        assert!(snapshot.resident_bytes.is_some_and(|bytes| bytes > 100_000));
        assert!(snapshot.cpu_s.is_some());
    }
}
