//! HTTP/1.1 on a connection that is awake: hyper reads and answers, while what it does is watched.

use super::Peer;
use super::answer::Reply;
use super::head::Verdict;
use super::house::House;
use super::lane;
use super::pulse::{Beat, PULSE, Pulse};
use super::watched::{UNBOUNDED, Watch, Watched, Wire};
use crate::gate::Turn;
use axum::body::Bytes;
use axum::http::Request;
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::cell::Cell;
use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};

/// How it ended.
pub(super) enum End<S> {
    /// Nothing has happened for a while, or hyper is not needed; what it held is gone. A client that was told to come back later
    /// has a turn in the lane.
    Quiet(S, Opening, Option<lane::Turn>),
    /// The client speaks HTTP/2; this is what it has said.
    Http2(S, Bytes),
    /// The connection is closed.
    Closed,
}

/// Whether this may be the beginning of HTTP/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Nothing was said on the connection yet, and HTTP/2 is one of the things that may be.
    Unknown,
    /// It is HTTP/1.1.
    Http1,
}

/// How a connection becomes awake.
#[derive(Default)]
pub(super) struct First {
    /// What was read of it before.
    pub arrived: Bytes,
    /// The turn of the request that has arrived, if it stands in line already.
    pub turn: Option<Turn>,
}

/// Reads and answers until the connection is closed or has become quiet.
pub(super) async fn converse<S: Wire>(house: &Arc<House>, stream: S, opening: Opening, peer: Peer, first: First) -> End<S> {
    let watch = Rc::new(Watch::of_one(!house.proxies.trusts(peer.0.ip())));
    let watched = Watched::new(stream, Rc::clone(&watch), first.arrived);
    let watched = if opening == Opening::Unknown { watched.looking_for_http2() } else { watched };
    let turn = Cell::new(first.turn);
    let answer = service_fn(|request| answer(house, &watch, request, peer, turn.take()));
    let mut connection = house.http1.serve_connection(TokioIo::new(watched), answer);
    let (mut pulse, mut next_pulse) = (Pulse::default(), pin!(sleep(PULSE)));
    let beat = poll_fn(|context| {
        loop {
            // Whoever hangs up in the middle is no news.
            if Pin::new(&mut connection).poll(context).is_ready() {
                return Poll::Ready(None);
            }
            if watch.is_quiet() && (house.limits.quiet.is_zero() || watch.needs_no_parser()) {
                return Poll::Ready(Some(Beat::Quiet));
            }
            if next_pulse.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            next_pulse.set(sleep(PULSE));
            match pulse.beat(&watch, &house.limits, house.limits.quiet) {
                Beat::Wait => {}
                end => return Poll::Ready(Some(end)),
            }
            // Hyper would close one whose next head has begun; its answer says that it is the last one.
            if house.is_draining() && watch.is_answering() {
                Pin::new(&mut connection).graceful_shutdown();
            } else if house.is_draining() && watch.is_quiet() {
                return Poll::Ready(Some(Beat::Quiet));
            }
        }
    })
    .await;
    let watched = connection.into_parts().io.into_inner();
    let opening = if watched.may_be_http2() { Opening::Unknown } else { Opening::Http1 };
    let (stream, surplus, is_http2) = watched.into_parts();
    match beat {
        None if is_http2 => End::Http2(stream, surplus),
        Some(Beat::Quiet) => {
            End::Quiet(stream, opening, watch.is_told_to_wait().then_some(lane::Turn::of(lane::Who::ToldToWait)))
        }
        None if watch.leaves_bytes_unread() || !surplus.is_empty() => {
            hear_out(stream).await;
            End::Closed
        }
        _ => End::Closed,
    }
}

fn answer(house: &Arc<House>, watch: &Rc<Watch>, request: Request<Incoming>, peer: Peer, turn: Option<Turn>) -> Reply {
    let body_bytes = if request.body().is_end_stream() { Some(0) } else { request.body().size_hint().exact() };
    let (answering, verdict) = watch.begin_request(body_bytes.unwrap_or(UNBOUNDED));
    if verdict == Verdict::Flawed {
        // Nobody knows where the next request begins.
        return Reply::refusal(answering).and_close(true);
    }
    // Where a body in chunks ends is seen by hyper alone, and the next request with it.
    Reply::to(house, request, peer, answering, turn).and_close(body_bytes.is_none() || house.is_draining())
}

/// Lets a client read the last answer that is still sending: a socket that is closed with bytes unread throws away what it has
/// written (RFC 9112, section 9.6).
async fn hear_out<S: Wire>(mut stream: S) {
    /// How long, and how many bytes.
    const PATIENCE: (Duration, usize) = (Duration::from_secs(1), 256 << 10);
    let listening = async {
        stream.shutdown().await?;
        let (mut heard, mut buffer) = (0, [0; 1_024]);
        while heard < PATIENCE.1 {
            match stream.read(&mut buffer).await? {
                0 => break,
                length => heard += length,
            }
        }
        std::io::Result::Ok(())
    };
    // It was about to be closed anyway.
    let _ = timeout(PATIENCE.0, listening).await;
}
