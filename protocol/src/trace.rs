//! The W3C trace context that a request carries in `_meta` (SEP-414), so that
//! one trace spans host, servers and models.

use rmcp::model::RequestMetaObject;

/// A valid `traceparent`, with its `tracestate`.
///
/// Format: <https://www.w3.org/TR/trace-context/#traceparent-header>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    traceparent: String,
    tracestate: Option<String>,
}

impl TraceContext {
    /// Reads the trace context of a request; `None` when there is none or it is malformed.
    #[must_use]
    pub fn from_meta(meta: &RequestMetaObject) -> Option<Self> {
        let traceparent = meta.get_traceparent()?;
        is_valid(traceparent).then(|| Self {
            traceparent: traceparent.to_owned(),
            tracestate: meta.get_tracestate().map(str::to_owned),
        })
    }

    /// The 32 hexadecimal digits of the trace id.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        &self.traceparent[3..35]
    }

    /// Hands the context on with a request of our own.
    pub fn write_to(&self, meta: &mut RequestMetaObject) {
        meta.set_traceparent(self.traceparent.clone());
        if let Some(state) = &self.tracestate {
            meta.set_tracestate(state.clone());
        }
    }
}

/// Checks `00-<32 hex>-<16 hex>-<2 hex>`, with neither id all zeros.
fn is_valid(traceparent: &str) -> bool {
    let hex = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut parts = traceparent.split('-');
    let (version, trace, span, flags) = (parts.next(), parts.next(), parts.next(), parts.next());
    matches!((version, trace, span, flags), (Some(version), Some(trace), Some(span), Some(flags))
        if hex(version, 2) && version != "ff"
            && hex(trace, 32) && trace.bytes().any(|b| b != b'0')
            && hex(span, 16) && span.bytes().any(|b| b != b'0')
            && hex(flags, 2))
        && (parts.next().is_none() || !traceparent.starts_with("00"))
}

#[cfg(test)]
mod tests {
    use rmcp::model::RequestMetaObject;

    use super::TraceContext;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn read(traceparent: &str) -> Option<TraceContext> {
        let mut meta = RequestMetaObject::new();
        meta.set_traceparent(traceparent);
        TraceContext::from_meta(&meta)
    }

    #[test]
    fn only_well_formed_contexts_are_taken() {
        let cases = [
            (GOOD, true),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", false),
            ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", true),
            ("00-0af7651916cd43dd-b7ad6b7169203331-01", false),
            ("é", false),
        ];
        for (text, want) in cases {
            assert_eq!(read(text).is_some(), want, "{text}");
        }
    }

    #[test]
    fn the_context_is_handed_on_as_it_came() {
        let context = read(GOOD).expect("valid");
        assert_eq!(context.trace_id(), "0af7651916cd43dd8448eb211c80319c");
        let mut meta = RequestMetaObject::new();
        context.write_to(&mut meta);
        assert_eq!(meta.get_traceparent(), Some(GOOD));
    }
}
