//! One connection, from its first byte to its last. While bytes go to and fro it is *awake*: hyper reads and answers. Once it
//! has been quiet for a moment it is *parked*: a socket and a place in a line, without a parser and without buffers, until bytes
//! arrive. Over TLS it keeps the session's keys as well.
//!
//! Most of a crowd reads what it was sent, and its connections wait for the next tap.

use super::Peer;
use super::certificates::{Certificates, HTTP2};
use super::house::House;
use super::http1::{self, End, Opening};
use super::http2;
use super::parked::{Awoken, Place};
use super::proxies::ProxyProtocol;
use super::proxy_protocol::read_header;
use super::slots::Slot;
use super::watched::Wire;
use crate::metrics;
use axum::body::Bytes;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

/// How long a connection that was never spoken on waits for its first request once the program stops.
const LAST_CHANCE: Duration = Duration::from_millis(500);

/// A connection, served until it is closed, by whichever side, or until the program stops.
///
/// Written out instead of an `async fn`, which would be several times as large: there are as many of these as visitors.
pub(super) enum Connection<S> {
    Parked { held: Held<S>, place: Option<Place> },
    Awake(Awake<S>),
    Over,
}

/// What a connection has, awake or not.
pub(super) struct Held<S> {
    house: Arc<House>,
    stream: S,
    peer: Peer,
    opening: Opening,
    slot: Slot,
    /// Counted as open.
    open: metrics::Held,
}

/// Gives back what it was given when it is to be parked.
type Awake<S> = Pin<Box<dyn Future<Output = Option<Held<S>>>>>;

impl Connection<TcpStream> {
    pub fn new(house: Arc<House>, stream: TcpStream, from: SocketAddr, slot: Slot) -> Self {
        // An IPv4 address that came in on an IPv6 socket is an IPv4 address.
        let peer = Peer(SocketAddr::new(from.ip().to_canonical(), from.port()));
        let is_introduced = house.proxies.protocol == ProxyProtocol::Required;
        let open = house.site.app().metrics().connections.hold();
        let held = Held { house, stream, peer, opening: Opening::Unknown, slot, open };
        if is_introduced {
            return Self::Awake(Box::pin(introduce(held)));
        }
        held.counted().map_or(Self::Over, Self::park)
    }
}

impl<S> Connection<S> {
    const fn park(held: Held<S>) -> Self {
        Self::Parked { held, place: None }
    }
}

impl<S: Speaks> Future for Connection<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let next = match this {
                Self::Parked { held, place } => {
                    let awoken = ready!(held.house.parked.poll_wait(held.stream.socket(), place, context));
                    let Self::Parked { held, .. } = std::mem::replace(this, Self::Over) else { continue };
                    held.woken(awoken)
                }
                Self::Awake(awake) => ready!(awake.as_mut().poll(context)).map_or(Self::Over, Self::park),
                Self::Over => return Poll::Ready(()),
            };
            *this = next;
        }
    }
}

impl<S: Speaks> Unpin for Connection<S> {}

/// What is spoken on a stream.
pub(super) trait Speaks: Wire + Sized {
    /// Converses until there is nothing to say for a while.
    fn awake(held: Held<Self>) -> Awake<Self>;
}

impl Speaks for TcpStream {
    fn awake(held: Held<Self>) -> Awake<Self> {
        match held.house.certificates.clone() {
            Some(certificates) => Box::pin(encrypt(held, certificates)),
            None => Box::pin(converse(held)),
        }
    }
}

impl Speaks for TlsStream<TcpStream> {
    fn awake(held: Held<Self>) -> Awake<Self> {
        Box::pin(converse(held))
    }
}

impl<S: Speaks> Held<S> {
    fn woken(self, awoken: Awoken) -> Connection<S> {
        match awoken {
            Awoken::Readable => Connection::Awake(S::awake(self)),
            // One that was accepted just before the end may bring a request that is on its way.
            Awoken::Told if self.opening == Opening::Unknown && self.house.is_draining() => Connection::Awake(Box::pin(async {
                timeout(LAST_CHANCE, self.stream.socket().readable()).await.ok()?.ok()?;
                S::awake(self).await
            })),
            Awoken::Told => Connection::Over,
        }
    }

    /// Counts the connection among those of its address; `None` when there are too many. Visitors behind a proxy share its
    /// address, and this machine's own programs are nobody's crowd: they are not counted.
    fn counted(mut self) -> Option<Self> {
        let address = self.peer.0.ip();
        let may_stay = address.is_loopback() || self.house.proxies.trusts(address) || self.slot.count(address);
        may_stay.then_some(self)
    }
}

/// Lets a proxy say for whom a connection is. It is closed when the proxy is none that is trusted, or cannot be understood.
async fn introduce(mut held: Held<TcpStream>) -> Option<Held<TcpStream>> {
    if !held.house.proxies.trusts(held.peer.0.ip()) {
        return None;
    }
    let named = timeout(held.house.limits.header_timeout, read_header(&mut held.stream)).await.ok()?.ok()?;
    held.peer = named.map_or(held.peer, Peer);
    held.counted()
}

/// Shakes hands, and goes on as another, encrypted connection.
async fn encrypt(held: Held<TcpStream>, certificates: Arc<Certificates>) -> Option<Held<TcpStream>> {
    let Held { house, stream, peer, slot, open, .. } = held;
    let stream = timeout(house.limits.header_timeout, certificates.acceptor().accept(stream)).await.ok()?.ok()?;
    if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
        Box::pin(http2::converse(&house, stream, Bytes::new(), peer)).await;
    } else {
        // It is awake at once: some of the request may have come with the handshake's end.
        let held = Held { house, stream, peer, opening: Opening::Http1, slot, open };
        tokio::task::spawn_local(Connection::Awake(TlsStream::awake(held)));
    }
    None
}

async fn converse<S: Wire>(held: Held<S>) -> Option<Held<S>> {
    let Held { house, stream, peer, opening, slot, open } = held;
    match http1::converse(&house, stream, opening, peer).await {
        End::Quiet(stream, opening) => return Some(Held { house, stream, peer, opening, slot, open }),
        End::Http2(stream, begun) => Box::pin(http2::converse(&house, stream, begun, peer)).await,
        End::Closed => {}
    }
    drop((slot, open));
    None
}
