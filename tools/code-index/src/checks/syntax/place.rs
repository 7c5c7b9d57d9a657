//! Lines and columns of bytes of a text.

use super::SyntaxError;

/// A text by its lines.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Lines<'t> {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let starts = std::iter::once(0).chain(ends.map(|end| end + 1)).collect();
        Lines { text, starts }
    }

    /// The text of a row, from 0.
    pub(super) fn text(&self, row: usize) -> &'t str {
        let Some(&start) = self.starts.get(row) else { return "" };
        let end = self.starts.get(row + 1).map_or(self.text.len(), |next| next - 1);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The byte at which a row begins.
    pub(super) fn start(&self, row: usize) -> usize {
        self.starts.get(row).copied().unwrap_or(self.text.len())
    }

    /// An error at a byte.
    pub(super) fn error(&self, at: usize, message: String) -> SyntaxError {
        let at = at.min(self.text.len());
        let row = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let column = self.text.get(self.starts[row]..at).map_or(0, |before| before.chars().count());
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        SyntaxError { line: number(row), column: number(column), message }
    }
}
