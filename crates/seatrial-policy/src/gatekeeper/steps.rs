//! How much work the Rego engine may do.
//!
//! It counts what it does and asks a clock from time to time; ours is no clock but
//! counts these questions, and what our own functions do, so that a policy stops
//! after the same work wherever it runs. The engine takes one clock for the whole
//! process; what it counts is kept for each thread.

use std::cell::Cell;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Once;
use std::time::Duration;

use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};
use regorus::{Engine, PolicyLengthConfig};

/// Sources are no longer than this, libraries included.
pub(super) const SOURCE_BYTES_MAX: usize = 256 * 1024;
/// Steps between two questions to the clock.
const STEPS_A_TICK: u32 = 256;
/// One object is judged in no more steps than this.
pub(super) const STEPS_MAX: u64 = 256_000;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

struct Ticks;

impl TimeSource for Ticks {
    fn now(&self) -> Option<Duration> {
        spend(u64::from(STEPS_A_TICK));
        Some(Duration::from_millis(STEPS.get()))
    }
}

/// The steps that this thread has taken.
pub(super) fn spent() -> u64 {
    STEPS.get()
}

/// Counts steps that the engine does not count.
pub(super) fn spend(steps: u64) {
    STEPS.set(STEPS.get().saturating_add(steps));
}

/// An engine whose work and sources are bounded.
pub(super) fn bounded_engine() -> Engine {
    static CLOCK: Once = Once::new();
    CLOCK.call_once(|| {
        // It fails only if there is one already, and this is the only place.
        let _ = set_time_source(&Ticks);
    });
    let mut engine = Engine::new();
    engine.set_execution_timer_config(limit(STEPS_MAX));
    engine.set_policy_length_config(PolicyLengthConfig {
        max_col: NonZeroU32::new(16 * 1024).unwrap_or(NonZeroU32::MIN),
        max_file_bytes: NonZeroUsize::new(SOURCE_BYTES_MAX).unwrap_or(NonZeroUsize::MIN),
        max_lines: NonZeroUsize::new(16 * 1024).unwrap_or(NonZeroUsize::MIN),
    });
    engine.set_strict_builtin_errors(false);
    engine
}

pub(super) fn limit(steps: u64) -> ExecutionTimerConfig {
    let check_interval = NonZeroU32::new(STEPS_A_TICK).unwrap_or(NonZeroU32::MIN);
    ExecutionTimerConfig { limit: Duration::from_millis(steps), check_interval }
}
