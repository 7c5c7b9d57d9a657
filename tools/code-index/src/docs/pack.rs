//! Fits texts into a budget of tokens, best first, and links the names in them.

use super::mentions::Linker;
use super::score::{escaped_len, show};
use super::{DocDefinition, DocHit, Draft};
use crate::error::IndexError;
use crate::explore::AboutTerm;
use crate::words::cut_at;

/// A token, where nobody counts for us.
const BYTES_PER_TOKEN: usize = 4;
/// What an answer holds beside its texts: the state of the index, the frame.
const FRAME_BYTES: usize = 420;
/// What a text costs beside its strings: field names, numbers, punctuation.
const HIT_BYTES: usize = 120;
/// A shorter piece of a text says nothing.
const LEAST_TEXT: usize = 200;
/// One text takes at most this part of the budget.
const TEXT_SHARE: usize = 4;
/// Texts of one answer.
const MAX_HITS: usize = 30;

/// What is left of a budget.
pub(super) struct Room {
    left: usize,
    pub(super) share: usize,
    /// Something was left out or cut.
    pub(super) truncated: bool,
    pub(super) left_out: usize,
}

impl Room {
    pub(super) fn of(budget_tokens: usize) -> Room {
        let bytes = budget_tokens.saturating_mul(BYTES_PER_TOKEN);
        let left = bytes.saturating_sub(FRAME_BYTES);
        Room { left, share: (bytes / TEXT_SHARE).max(LEAST_TEXT), truncated: false, left_out: 0 }
    }

    /// Takes definitions first: they are what was asked for.
    pub(super) fn define(&mut self, all: Vec<DocDefinition>) -> Vec<DocDefinition> {
        let mut kept = Vec::new();
        let share = self.left * 2 / 3 / all.len().max(1);
        for mut one in all {
            let strings = [&one.name, &one.path, &one.signature];
            let mut cost = HIT_BYTES + strings.iter().map(|text| escaped_len(text)).sum::<usize>();
            cost += one.container.as_deref().map_or(0, escaped_len);
            if cost > self.left {
                self.truncated = true;
                self.left_out += 1;
                continue;
            }
            let most = share.saturating_sub(cost).min(self.left - cost);
            if let Some(doc) = &mut one.doc {
                while escaped_len(doc) > most {
                    self.truncated = true;
                    let over = escaped_len(doc) - most;
                    let kept = cut_at(doc, doc.len().saturating_sub(over + 3));
                    let end = kept.rfind('\n').unwrap_or(0);
                    *doc = kept[..end].to_owned();
                    if !doc.is_empty() {
                        doc.push_str("\n…");
                    }
                    if end == 0 {
                        break;
                    }
                }
                cost += escaped_len(doc) + 30;
            }
            one.doc = one.doc.filter(|doc| !doc.is_empty());
            one.doc_line = one.doc_line.filter(|_| one.doc.is_some());
            self.left = self.left.saturating_sub(cost);
            kept.push(one);
        }
        kept
    }

    /// Takes texts in their order, each with the symbols that it names.
    pub(super) fn take(
        &mut self,
        drafts: Vec<Draft>,
        terms: &[AboutTerm],
        linker: &mut Linker<'_, '_>,
    ) -> Result<Vec<DocHit>, IndexError> {
        let mut hits = Vec::new();
        let total = drafts.len();
        for draft in drafts {
            let bare = cost_of(&draft.hit);
            if bare > self.left || hits.len() == MAX_HITS {
                break;
            }
            self.left -= bare;
            let mut hit = draft.hit;
            let most = draft.most.min(self.share).min(self.left.saturating_sub(40));
            let lines: Vec<&str> = draft.lines.iter().map(String::as_str).collect();
            if most >= LEAST_TEXT && !lines.is_empty() {
                let shown = show(&lines, terms, most);
                let cost = escaped_len(&shown.text) + 12;
                if cost <= self.left {
                    self.left -= cost;
                    let first = u32::try_from(shown.before).unwrap_or(u32::MAX);
                    hit.text_line = (first > 0).then(|| hit.line.saturating_add(first));
                    hit.text = Some(shown.text);
                    self.truncated |= shown.cut;
                }
            } else if draft.most > 0 && !lines.is_empty() {
                self.truncated = true;
            }
            for symbol in linker.link(hit.text.as_deref().unwrap_or_default())? {
                let cost = escaped_len(&symbol.name) + escaped_len(&symbol.path) + 40;
                if cost > self.left {
                    break;
                }
                self.left -= cost;
                hit.symbols.push(symbol);
            }
            hits.push(hit);
        }
        self.left_out += total - hits.len();
        self.truncated |= self.left_out > 0;
        Ok(hits)
    }
}

fn cost_of(hit: &DocHit) -> usize {
    let optional = [&hit.heading, &hit.description];
    let optional = optional.into_iter().flatten().map(|text| escaped_len(text) + 16);
    let scope = hit.scope.as_ref().map_or(0, |scope| {
        60 + scope.folder.len()
            + scope.globs.iter().map(|glob| escaped_len(glob) + 3).sum::<usize>()
    });
    let strings = escaped_len(&hit.source) + escaped_len(&hit.path) + escaped_len(&hit.reason);
    HIT_BYTES + strings + optional.sum::<usize>() + scope
}
