//! Limits how long a question may take whose cost its writer cannot foresee.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tantivy::TantivyError;

/// The time that a question may take. Shared by all threads that work on it.
pub struct Budget {
    until: Option<Instant>,
    exceeded: AtomicBool,
}

impl Budget {
    /// From now on; `None` is without limit.
    pub fn new(limit: Option<Duration>) -> Self {
        Budget {
            until: limit.and_then(|limit| Instant::now().checked_add(limit)),
            exceeded: AtomicBool::new(false),
        }
    }

    /// # Errors
    /// When the time is over. [`Budget::is_exceeded`] tells this error from those of the engine.
    pub fn check(&self) -> tantivy::Result<()> {
        let is_over = || self.until.is_some_and(|until| Instant::now() >= until);
        if self.is_exceeded() || is_over() {
            self.exceeded.store(true, Ordering::Relaxed);
            return Err(TantivyError::InternalError("out of time".to_owned()));
        }
        Ok(())
    }

    /// Whether a check has failed.
    pub fn is_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }
}
