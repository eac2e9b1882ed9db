//! How long a connection may do what it does. Four times a second each connection that is awake is looked at, so that no request
//! starts a timer.

use super::ServeLimits;
use super::watched::Watch;
use std::time::Duration;

/// How often a connection is looked at.
pub(super) const PULSE: Duration = Duration::from_millis(250);

/// What a client has to take or to give within `stall_timeout`, bytes: a phone in a tunnel manages more.
pub(super) const STALL_BYTES_MIN: u64 = 4 << 10;

/// What follows from a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// It goes on.
    Wait,
    /// Nothing has happened for `quiet`.
    Quiet,
    /// It takes too long.
    Cut,
}

/// What was seen at the last looks, each counted in pulses.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    quiet: u32,
    head: u32,
    stalled: u32,
    /// Bytes that were written since `stalled` was zero.
    taken: u64,
}

impl Pulse {
    /// Looks at a connection. It is quiet after this long.
    pub fn beat(&mut self, watch: &Watch, limits: &ServeLimits, quiet: Duration) -> Beat {
        let (has_begun, written) = (watch.take_begun(), watch.take_written());
        self.quiet = if watch.is_quiet() && !has_begun { self.quiet + 1 } else { 0 };
        self.head = if watch.is_reading() && !watch.is_answering() { self.head + 1 } else { 0 };
        (self.stalled, self.taken) = if watch.is_offering() { (self.stalled + 1, self.taken + written) } else { (0, 0) };
        if self.head * PULSE >= limits.header_timeout {
            return Beat::Cut;
        }
        if self.stalled * PULSE >= limits.stall_timeout {
            if self.taken < STALL_BYTES_MIN {
                return Beat::Cut;
            }
            (self.stalled, self.taken) = (0, 0);
        }
        if self.quiet > 0 && self.quiet * PULSE >= quiet { Beat::Quiet } else { Beat::Wait }
    }
}
