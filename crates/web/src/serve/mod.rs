//! Sockets: accepts connections, bounds them, and drains them when the program stops.
//!
//! This folder is the only place that knows hyper. What becomes of a request is the site's business.

mod connection;
mod watched;

mod body;
mod headers;
mod origin;

pub use body::{read_body, take_in_small_body};
pub use headers::protect;
pub use origin::is_cross_site;

use crate::site::Site;
use connection::House;
use socket2::{Domain, Socket, Type};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tracing::{info, warn};

/// What one process accepts.
#[derive(Clone, Debug)]
pub struct ServeLimits {
    /// Open connections at once; more wait in the kernel's queue.
    pub connections_max: usize,
    /// How long a client may take to send its headers, and how long an idle connection is kept.
    pub header_timeout: Duration,
    /// After how long without a byte to read or to write a connection is parked: longer than a browser takes from a page to the
    /// files that it names, which would otherwise pay for a new parser each.
    pub quiet: Duration,
    /// The largest head of a request, bytes.
    pub header_bytes_max: usize,
    /// How long started requests may take to finish once the program stops.
    pub drain_timeout: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections_max: 16_000,
            header_timeout: Duration::from_secs(10),
            quiet: Duration::from_millis(500),
            header_bytes_max: 64 << 10,
            drain_timeout: Duration::from_secs(10),
        }
    }
}

/// The address a request came from, as an extension of every request. Behind a proxy it is the proxy's.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Opens a listening socket with a queue long enough for the opening of a sale.
///
/// # Errors
/// When the address is taken or not allowed.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    const BACKLOG: i32 = 4_096;
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Serves until `shutdown` is ready, then lets started requests finish for at most `drain_timeout`.
pub async fn serve(listener: TcpListener, site: Site, limits: ServeLimits, shutdown: impl Future<Output = ()>) {
    let slots = Arc::new(Semaphore::new(limits.connections_max));
    let (stop, stopping) = watch::channel(false);
    let house = Arc::new(House { site, limits });
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot.expect("the semaphore is never closed"),
            () = &mut shutdown => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many open files or a client that left already: wait a moment instead of spinning.
                    warn!(%error, "Could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            () = &mut shutdown => break,
        };
        let _ = stream.set_nodelay(true);
        let (house, stopping) = (Arc::clone(&house), stopping.clone());
        let open = house.site.app().metrics().connections.hold();
        tokio::spawn(async move {
            connection::run(house, stream, Peer(peer), stopping).await;
            drop((slot, open));
        });
    }
    drop(listener);
    stop.send_replace(true);
    let all_gone = slots.acquire_many(u32::try_from(house.limits.connections_max).unwrap_or(u32::MAX));
    if tokio::time::timeout(house.limits.drain_timeout, all_gone).await.is_err() {
        warn!("Some requests did not finish in time and were cut off");
    }
    info!("The server has stopped");
}
