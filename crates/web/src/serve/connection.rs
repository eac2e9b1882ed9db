//! One connection, from its first byte to its last. It is *parked* while nothing is on its way: a socket and a place in a line,
//! without a parser and without buffers, and over TLS the session's keys. What is asked for on a parked connection and is in
//! memory is answered directly. Everything else makes it *awake*, where hyper reads and answers until it has been quiet for a
//! moment.
//!
//! Most of a crowd reads what it was sent, and its connections wait for the next tap, which asks for the next frozen page.

use super::Peer;
use super::certificates::{Certificates, HTTP2};
use super::direct::{Heard, hear};
use super::house::House;
use super::http1::{self, End, First, Opening};
use super::http2;
use super::lane::{Turn, Who};
use super::parked::Place;
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

/// What a task of tokio takes beside its future, bytes: header, scheduler, number, stage and trailer (tokio 1.54,
/// `runtime/task/core.rs`). On 64-bit machines both together are rounded up to 128, so a little more would cost each visitor 128.
const TASK_BYTES: usize = 104;
const _: () = assert!(size_of::<usize>() < 8 || TASK_BYTES + size_of::<Connection<TcpStream>>() <= 256);

/// What a connection has, awake or not.
pub(super) struct Held<S> {
    house: Arc<House>,
    stream: S,
    peer: Peer,
    opening: Opening,
    /// Whoever is new or was told to come back later is read in this turn.
    lane: Option<Turn>,
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
        let held = Held { house, stream, peer, opening: Opening::Unknown, lane: None, slot, open };
        if is_introduced {
            return Self::Awake(Box::pin(introduce(held)));
        }
        held.admitted().map_or(Self::Over, Self::park)
    }
}

impl<S> Connection<S> {
    const fn park(held: Held<S>) -> Self {
        Self::Parked { held, place: None }
    }

    fn awake(awake: impl Future<Output = Option<Held<S>>> + 'static) -> Self {
        Self::Awake(Box::pin(awake))
    }
}

impl<S: Speaks> Future for Connection<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let next = match this {
                Self::Parked { held, place } => {
                    let news = ready!(held.poll_news(place, context));
                    let Self::Parked { held, .. } = std::mem::replace(this, Self::Over) else { continue };
                    held.hears(news)
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
    /// Whether what arrives is a request, and not a handshake.
    fn speaks_openly(house: &House) -> bool;

    /// Converses until there is nothing to say for a while.
    fn converse(held: Held<Self>, first: First) -> Awake<Self>;
}

impl Speaks for TcpStream {
    fn speaks_openly(house: &House) -> bool {
        house.certificates.is_none()
    }

    fn converse(held: Held<Self>, first: First) -> Awake<Self> {
        match held.house.certificates.clone() {
            Some(certificates) => Box::pin(encrypt(held, certificates)),
            None => Box::pin(converse(held, first)),
        }
    }
}

impl Speaks for TlsStream<TcpStream> {
    fn speaks_openly(_: &House) -> bool {
        true
    }

    fn converse(held: Held<Self>, first: First) -> Awake<Self> {
        Box::pin(converse(held, first))
    }
}

/// Why a connection is parked no longer.
enum News {
    /// Something was heard that takes time.
    Heard(Heard),
    /// It is to close.
    Told,
}

impl<S: Speaks> Held<S> {
    /// Answers directly what can be, until there are news.
    fn poll_news(&mut self, place: &mut Option<Place>, context: &mut Context<'_>) -> Poll<News> {
        loop {
            // What arrived is answered, even if there was no time left for it.
            match self.hear(place.as_ref(), context) {
                Heard::Answered { is_refusal } => {
                    self.heard_one(is_refusal);
                    // Whoever was told to close just now is given a new place.
                    *place = place.take().filter(|place| !place.is_told());
                    if let Some(place) = place {
                        place.speak();
                    }
                }
                Heard::Nothing => break,
                heard => return Poll::Ready(News::Heard(heard)),
            }
        }
        // A request that waits in the lane is heard, whatever its connection was told meanwhile.
        if self.lane.as_ref().is_some_and(Turn::is_awaited) {
            return Poll::Pending;
        }
        if place.is_none() {
            *place = self.house.parked.stand_in(context.waker());
        }
        if place.as_ref().is_some_and(|place| !place.is_told()) { Poll::Pending } else { Poll::Ready(News::Told) }
    }

    fn hear(&mut self, place: Option<&Place>, context: &mut Context<'_>) -> Heard {
        // Whoever was away for a while is not back at once.
        let is_back_later = place.is_some_and(Place::is_quiet);
        self.lane = self.lane.take().filter(|turn| turn.is_awaited() || !is_back_later);
        if let Some(turn) = &mut self.lane {
            let may_read = self.stream.socket().poll_read_ready(context).is_ready() && turn.poll(context).is_ready();
            if !may_read {
                return Heard::Nothing;
            }
            self.lane = None;
            // The threads that work out answers are no tasks of this one's: the lane cannot let them go first.
            self.house.site.app().gate().give_way();
        }
        if S::speaks_openly(&self.house) {
            return hear(&self.house, &mut self.stream, self.peer, context);
        }
        match self.stream.socket().poll_read_ready(context) {
            Poll::Ready(_) => Heard::Spoken(First::default()),
            Poll::Pending => Heard::Nothing,
        }
    }

    /// Notes that a request was answered.
    fn heard_one(&mut self, is_refusal: bool) {
        // Behind a proxy a connection is many people's.
        let is_told_to_wait = is_refusal && !self.house.proxies.trusts(self.peer.0.ip());
        self.lane = is_told_to_wait.then_some(Turn::of(Who::ToldToWait));
        self.opening = Opening::Http1;
    }

    fn hears(mut self, news: News) -> Connection<S> {
        match news {
            News::Heard(Heard::Spoken(first)) => Connection::Awake(S::converse(self, first)),
            News::Heard(Heard::Sending(unsent)) => Connection::awake(async move {
                let is_refusal = unsent.is_refusal;
                unsent.send(&mut self.stream, self.house.limits.stall_timeout).await?;
                self.heard_one(is_refusal);
                Some(self)
            }),
            // One that was accepted just before the end may bring a request that is on its way.
            News::Told if self.opening == Opening::Unknown && self.house.is_draining() => Connection::awake(async {
                timeout(LAST_CHANCE, self.stream.socket().readable()).await.ok()?.ok()?;
                S::converse(self, First::default()).await
            }),
            News::Heard(Heard::Nothing | Heard::Answered { .. } | Heard::Gone) | News::Told => Connection::Over,
        }
    }

    /// Counted among those of its address, and with a place in the lane; `None` when there are too many. Visitors behind a proxy
    /// share its address and its connections, and this machine's own programs are nobody's crowd: they are not counted.
    fn admitted(mut self) -> Option<Self> {
        let address = self.peer.0.ip();
        let is_of_many = self.house.proxies.trusts(address);
        self.lane = (!is_of_many).then_some(Turn::of(Who::New));
        let may_stay = is_of_many || address.is_loopback() || self.slot.count(address);
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
    held.admitted()
}

/// Shakes hands, and goes on as another, encrypted connection.
async fn encrypt(held: Held<TcpStream>, certificates: Arc<Certificates>) -> Option<Held<TcpStream>> {
    let Held { house, stream, peer, slot, open, .. } = held;
    let stream = timeout(house.limits.header_timeout, certificates.acceptor().accept(stream)).await.ok()?.ok()?;
    if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
        Box::pin(http2::converse(&house, stream, Bytes::new(), peer)).await;
    } else {
        let held = Held { house, stream, peer, opening: Opening::Http1, lane: None, slot, open };
        // Awake, so that a request which follows the handshake is waited for at the end of the server, too.
        tokio::task::spawn_local(Connection::Awake(TlsStream::converse(held, First::default())));
    }
    None
}

async fn converse<S: Wire>(held: Held<S>, first: First) -> Option<Held<S>> {
    let Held { house, stream, peer, opening, slot, open, .. } = held;
    match http1::converse(&house, stream, opening, peer, first).await {
        End::Quiet(stream, opening, lane) => return Some(Held { house, stream, peer, opening, lane, slot, open }),
        End::Http2(stream, begun) => Box::pin(http2::converse(&house, stream, begun, peer)).await,
        End::Closed => {}
    }
    drop((slot, open));
    None
}
