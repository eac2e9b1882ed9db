//! Sockets: accepts connections on several threads, bounds them, and drains them when the program stops.
//!
//! This folder is the only place that knows hyper. What becomes of a request is the site's business.
//!
//! Read in this order: `listen` and `accept` (how connections come in), `connection` (the life of one), `direct` (what most of a
//! crowd asks for), `http1` and `http2` (what else is spoken), `answer` (from a request to the site and back). `parked` and
//! `slots` bound what there is, `pulse` how long; `lane` says who is read last; `descriptors` makes room beforehand;
//! `certificates` and `proxies` say who is at either end.

mod accept;
mod answer;
mod certificates;
mod connection;
pub mod descriptors;
mod direct;
mod head;
mod house;
mod http1;
mod http2;
mod lane;
mod listen;
mod parked;
mod proxies;
mod proxy_protocol;
mod pulse;
mod slots;
mod watched;

mod body;
mod headers;
mod origin;

pub use body::read_body;
pub use certificates::{CertificateFiles, CertificatePair, Certificates};
pub use headers::protect;
pub use listen::{Listeners, listen};
pub use origin::is_cross_site;
pub use proxies::{Proxies, ProxyProtocol};

use crate::site::Site;
use house::{House, Phase};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tracing::{error, info, warn};

/// What one process accepts.
#[derive(Clone, Debug)]
pub struct ServeLimits {
    /// Open connections at once; more wait in the kernel's queue.
    pub connections_max: usize,
    /// Open connections of one address at once, or of one /64 network of IPv6; more are closed. The machine itself has no limit.
    pub connections_per_address_max: usize,
    /// How long a client may take from the first byte of a request's head to the last.
    pub header_timeout: Duration,
    /// How long a client may take bytes of an answer, or send those of a form, at less than a trickle.
    pub stall_timeout: Duration,
    /// After how long without a byte to read or to write hyper lets go of a connection, and a parked one may be closed for
    /// others: longer than a browser takes from a page to the files that it names, which would otherwise pay for a new parser or
    /// a new connection each.
    pub quiet: Duration,
    /// How long a connection on which nothing happens is kept.
    pub idle_timeout: Duration,
    /// The largest head of a request, bytes.
    pub header_bytes_max: usize,
    /// How long started requests may take to finish once the program stops.
    pub drain_timeout: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections_max: 16_000,
            connections_per_address_max: 512,
            header_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(20),
            quiet: Duration::from_millis(500),
            idle_timeout: Duration::from_secs(75),
            header_bytes_max: 64 << 10,
            drain_timeout: Duration::from_secs(10),
        }
    }
}

/// How a server is entered.
#[derive(Clone, Debug, Default)]
pub struct Entrance {
    /// What is accepted.
    pub limits: ServeLimits,
    /// Connections are encrypted where there are any.
    pub certificates: Option<Arc<Certificates>>,
    /// Who stands in front.
    pub proxies: Proxies,
}

/// The visitor's address, as an extension of every request. It is a proxy's where one is in front that is not trusted.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves until `shutdown` is ready, then lets started requests finish for at most `drain_timeout`.
///
/// Each socket of `listeners` has a thread. What the site has in memory is answered on that thread; everything else is worked
/// out on the runtime that this is called on, so that no page waits for another one's work.
pub async fn serve(listeners: Listeners, site: Site, entrance: Entrance, shutdown: impl Future<Output = ()>) {
    let (tell, phase) = watch::channel(Phase::Open);
    let (door, mut doors) = mpsc::channel::<Infallible>(1);
    descriptors::make_room(entrance.limits.connections_max);
    let house = Arc::new(House::new(site, entrance));
    let threads: Vec<JoinHandle<()>> = listeners
        .into_sockets()
        .enumerate()
        .map(|(index, socket)| accept::start(index, socket, Arc::clone(&house), phase.clone(), door.clone()))
        .collect();
    drop(door);
    tokio::select! {
        () = shutdown => {}
        () = house.tend() => {}
        _ = doors.recv() => error!("No thread accepts connections any more; the reasons are above"),
    }
    house.begin_draining();
    tell.send_replace(Phase::Draining);
    let draining = async {
        // Ready once every thread has closed its socket and let in whoever knocked: they get the slots of those who leave.
        let _ = doors.recv().await;
        house.parked.close_all();
        house.slots.all_free().await;
    };
    if tokio::time::timeout(house.limits.drain_timeout, draining).await.is_err() {
        warn!("Some requests did not finish in time and were cut off");
    }
    tell.send_replace(Phase::Over);
    let ended = tokio::task::spawn_blocking(move || threads.into_iter().all(|thread| thread.join().is_ok()));
    if !ended.await.unwrap_or(false) {
        error!("A thread of the server did not end well");
    }
    info!("The server has stopped");
}
