//! The lines of a place that are shown: all of a short one; of a long one its
//! head and the lines around the words.

use crate::words::cut_at;

/// A place of at most this many lines is shown whole.
const WHOLE: usize = 24;
/// Lines shown of the start of a longer one.
const HEAD: usize = 4;
/// Lines shown around the words.
const BODY: usize = 12;
/// Longer lines are data.
const MAX_LINE_BYTES: usize = 200;

/// The snippet of the lines `first` to `last`, 1-based.
pub(super) fn of(lines: &[&str], masks: &[u32], first: u32, last: u32) -> Option<String> {
    let from = (first as usize).saturating_sub(1);
    let to = (last as usize).min(lines.len());
    let place = lines.get(from..to)?;
    if place.is_empty() {
        return None;
    }
    let indent = place.iter().filter(|line| !line.trim().is_empty()).map(|line| indent_of(line));
    let indent = indent.min().unwrap_or(0);
    let mut out = String::new();
    if place.len() <= WHOLE {
        push(&mut out, place, indent);
    } else {
        let start = densest(&masks[from..to]).max(HEAD);
        push(&mut out, &place[..HEAD], indent);
        if start > HEAD {
            out.push_str("…\n");
        }
        let end = (start + BODY).min(place.len());
        push(&mut out, &place[start..end], indent);
        if end < place.len() {
            out.push_str("…\n");
        }
    }
    out.truncate(out.trim_end().len());
    Some(out)
}

fn indent_of(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn push(out: &mut String, lines: &[&str], indent: usize) {
    for line in lines {
        let line = line.get(indent..).unwrap_or("").trim_end();
        if line.len() > MAX_LINE_BYTES {
            out.push_str(cut_at(line, MAX_LINE_BYTES));
            out.push('…');
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Where the stretch begins that holds the most different words after the head.
fn densest(masks: &[u32]) -> usize {
    let last_start = masks.len().saturating_sub(BODY);
    let mut best = (0, HEAD);
    for start in HEAD..=last_start.max(HEAD) {
        let end = (start + BODY).min(masks.len());
        let window = &masks[start.min(end)..end];
        let different = window.iter().fold(0u32, |all, mask| all | mask).count_ones();
        let hits: u32 = window.iter().map(|mask| mask.count_ones()).sum();
        let score = different * 100 + hits.min(99);
        if score > best.0 {
            best = (score, start);
        }
    }
    best.1
}
