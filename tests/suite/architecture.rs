//! The rules that keep the workspace simple, each a function from data to complaints.
//!
//! **Invariants**
//! - A rule never reads files or runs cargo itself: it takes data, so that a planted
//!   mistake can prove that the rule is able to fail.
//! - A complaint names the crate or file, what is wrong, and what to do instead.

mod arrows;
mod dependencies;
mod sources;
mod workspace;

/// Fails with every complaint on a line of its own.
#[track_caller]
fn assert_clean(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n  {}\n", complaints.join("\n  "));
}

/// Fails unless there is exactly one complaint and it holds `part`.
#[track_caller]
fn assert_one(name: &str, complaints: &[String], part: &str) {
    assert!(
        matches!(complaints, [only] if only.contains(part)),
        "{name}: wanted one complaint with `{part}`, got {complaints:?}"
    );
}
