//! What all connections of a process share.

use super::certificates::Certificates;
use super::http2::SameThread;
use super::parked::Parked;
use super::proxies::Proxies;
use super::pulse::PULSE;
use super::slots::Slots;
use super::{Entrance, ServeLimits};
use crate::site::Site;
use hyper::server::conn::{http1, http2};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Handle;
use tracing::warn;

/// How far the server is with its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Connections are accepted.
    Open,
    /// No more are accepted; requests that have begun are finished.
    Draining,
    /// What is still there is cut off.
    Over,
}

/// One for the process.
pub(super) struct House {
    pub site: Site,
    pub limits: ServeLimits,
    pub certificates: Option<Arc<Certificates>>,
    pub proxies: Proxies,
    pub parked: Arc<Parked>,
    pub slots: Arc<Slots>,
    pub http1: http1::Builder,
    pub http2: http2::Builder<SameThread>,
    /// Where answers are worked out that are not in memory.
    pub workers: Handle,
    is_draining: AtomicBool,
    is_short_told: AtomicBool,
}

impl House {
    pub fn new(site: Site, Entrance { limits, certificates, proxies }: Entrance) -> Self {
        let mut http1 = http1::Builder::new();
        // Deadlines are the pulse's: hyper would start a timer for each request.
        http1.header_read_timeout(None).max_header_size(limits.header_bytes_max).max_buf_size(limits.header_bytes_max.max(8_192));
        Self {
            site,
            certificates,
            proxies,
            parked: Arc::new(Parked::new(&limits)),
            slots: Arc::new(Slots::new(limits.connections_max, limits.connections_per_address_max)),
            http1,
            http2: super::http2::builder(&limits),
            workers: Handle::current(),
            is_draining: AtomicBool::new(false),
            is_short_told: AtomicBool::new(false),
            limits,
        }
    }

    /// Closes connections that have been idle for too long, without end.
    pub async fn tend(&self) {
        /// Between two warnings that descriptors are short: some ten seconds.
        const PULSES_OF_A_WARNING: u32 = 40;
        for pulse in 0_u32.. {
            tokio::time::sleep(PULSE).await;
            self.parked.beat();
            if pulse % PULSES_OF_A_WARNING == 0 {
                self.is_short_told.store(false, Ordering::Relaxed);
            }
        }
    }

    /// From now on every answer is the last one on its connection.
    pub fn begin_draining(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
        self.parked.give_no_grace();
    }

    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    /// Makes room when the system has no descriptor left for a new connection.
    pub fn make_room(&self, error: &std::io::Error) {
        /// How many are closed at once: each of them makes room for one that knocks.
        const CLOSED_AT_ONCE: usize = 64;
        let closed = self.parked.close_oldest(CLOSED_AT_ONCE);
        if !self.is_short_told.swap(true, Ordering::Relaxed) {
            warn!(
                %error,
                closed,
                "No connection can be accepted for want of descriptors; idle ones are closed. Allow more open files (`ulimit -n`, \
                 LimitNOFILE) or set connections_max lower"
            );
        }
    }
}
