//! One flag that ends a query: the caller keeps one clone, the work another.
//!
//! Cancelling is one way. Work asks [`Cancel::check`] at least every 10 ms and
//! passes the error up; nothing else stops it.
//!
//! **Deliberately absent:** deadlines. Who has one calls [`Cancel::cancel`] when it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A shared flag that asks running work to end. Clones are cheap and all show the same flag.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

/// The caller asked the work to end before it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call was cancelled")]
pub struct Cancelled;

impl Cancel {
    /// Returns a flag that is not raised.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Raises the flag for good.
    pub fn cancel(&self) {
        // No data travels with the flag, so no ordering is needed.
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the flag is raised.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Returns an error once the flag is raised, for use with `?`.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clone_sees_the_flag() {
        let caller = Cancel::new();
        let work = caller.clone();
        assert_eq!(work.check(), Ok(()));
        caller.cancel();
        assert_eq!(work.check(), Err(Cancelled));
        assert!(work.clone().is_cancelled());
    }
}
