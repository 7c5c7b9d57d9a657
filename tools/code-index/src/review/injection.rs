//! Injection: SQL, shell commands, code and markup that are put together from
//! values which may come from outside.
//!
//! Constants, bound parameters, quoted values and numbers are no findings; a
//! local variable is followed to what it was given.

mod code;
mod markup;
mod shell;
mod sql;

use super::{Context, Found};

pub(super) const ID: &str = "injection";

/// Longer expressions are cut in messages.
const MAX_SHOWN: usize = 40;

pub(super) fn find(context: &Context<'_, '_>, found: &mut Vec<Found>) {
    for call in &context.facts.calls {
        sql::find(context.facts, call, found);
        shell::find(context.facts, call, found);
        code::find(context.facts, call, found);
        markup::find(context.facts, call, found);
    }
    for shell in &context.facts.shells {
        shell::find_quoted(context.facts, shell, found);
    }
    for give in &context.facts.gives {
        markup::find_given(context.facts, give, found);
    }
}

/// An expression for a message: one line, cut.
fn shown(source: &str) -> String {
    let line = source.lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(MAX_SHOWN).collect();
    if shown.len() < source.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
