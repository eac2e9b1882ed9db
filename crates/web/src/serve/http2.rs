//! HTTP/2: over TLS for clients that offer it, and on plain connections for those that begin with it.
//!
//! Its connections are not parked. A browser has one where it would have six of HTTP/1.1, and the state of one (flow control,
//! header tables) cannot be thrown away without closing it. One on which nothing was asked for `idle_timeout` is told to go.

use super::answer::Reply;
use super::house::House;
use super::pulse::{Beat, PULSE, Pulse};
use super::watched::{Watch, Watched, Wire};
use super::{Peer, ServeLimits};
use axum::body::Bytes;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::sleep;

/// Requests at once on one connection: a page asks for some dozens of files.
const STREAMS_MAX: u32 = 128;
/// Streams that a client has reset before we looked at them, and that we have reset for errors. A client with more wants to
/// keep us busy (CVE-2023-44487) and loses its connection.
const RESETS_MAX: usize = 64;
/// How much of a request's body may be on its way, bytes, of one stream and of all of them.
const WINDOW_BYTES: (u32, u32) = (256 << 10, 512 << 10);
/// How much of an answer is kept for a client that does not take it yet, bytes of each stream.
const SEND_BUFFER_BYTES_MAX: usize = 64 << 10;
/// A client that is gone without a word is found out.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// Streams belong to their connection's thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct SameThread;

impl<F: Future + 'static> Executor<F> for SameThread {
    fn execute(&self, stream: F) {
        drop(tokio::task::spawn_local(async { drop(stream.await) }));
    }
}

/// How every connection speaks HTTP/2.
pub(super) fn builder(limits: &ServeLimits) -> http2::Builder<SameThread> {
    let mut builder = http2::Builder::new(SameThread);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(RESETS_MAX)
        .max_header_list_size(u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX))
        .initial_stream_window_size(WINDOW_BYTES.0)
        .initial_connection_window_size(WINDOW_BYTES.1)
        .max_send_buf_size(SEND_BUFFER_BYTES_MAX)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT);
    builder
}

/// Reads and answers until the connection is closed. `begun` was read from it before.
pub(super) async fn converse<S: Wire>(house: &Arc<House>, stream: S, begun: Bytes, peer: Peer) {
    let watch = Rc::new(Watch::unread());
    let watched = Watched::new(stream, Rc::clone(&watch), begun);
    let answer = {
        let (house, watch) = (Arc::clone(house), Rc::clone(&watch));
        service_fn(move |request: Request<Incoming>| Reply::to(&house, request, peer, watch.begin_answer(), None))
    };
    let mut connection = house.http2.serve_connection(TokioIo::new(watched), answer);
    let (mut pulse, mut next_pulse) = (Pulse::default(), pin!(sleep(PULSE)));
    let mut is_told = false;
    poll_fn(|context| {
        loop {
            if Pin::new(&mut connection).poll(context).is_ready() {
                return Poll::Ready(());
            }
            if next_pulse.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            next_pulse.set(sleep(PULSE));
            match pulse.beat(&watch, &house.limits, house.limits.idle_timeout) {
                Beat::Wait if !house.is_draining() => continue,
                Beat::Cut => return Poll::Ready(()),
                // It was told and did not go.
                Beat::Quiet if is_told => return Poll::Ready(()),
                Beat::Wait | Beat::Quiet => {}
            }
            if !std::mem::replace(&mut is_told, true) {
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    })
    .await;
}
