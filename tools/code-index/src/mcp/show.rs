//! How answers look as text, shared by the tools.

use std::fmt::Write;

use crate::status::{IndexStatus, WatchState};

/// Bytes of a default answer; more would crowd a model's context.
pub(crate) const ANSWER_BYTES: usize = 7_600;

/// One line on how complete the index is.
pub(crate) fn index_line(status: &IndexStatus) -> String {
    let mut line = format!("index: generation {}, ", status.generation);
    // Writing to a string cannot fail.
    let _ = if status.complete {
        write!(line, "complete, {} files", status.total)
    } else {
        write!(line, "incomplete, {} of {} files so far", status.indexed, status.total)
    };
    let _ = write!(line, ", {} skipped", status.skipped);
    if status.watch == WatchState::Polling {
        line.push_str(", changes are polled for");
    }
    let _ = write!(line, ", history {}", status.history.as_str());
    line
}

/// Cuts `text` to at most `bytes`, at a character, and says so with `…`.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..end])
}

/// For what answers say only where it is so.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}

/// The bytes that a value takes as JSON.
pub(crate) fn json_bytes(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |text| text.len())
}
