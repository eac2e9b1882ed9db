//! One connection, from its first byte to its last. While bytes go to and fro it is *awake*: hyper reads and answers. Once it
//! has been quiet for a moment it is *parked*: a socket and a small future, without a parser and without buffers, until bytes
//! arrive.
//!
//! Most of a crowd reads what it was sent, and its connections wait for the next tap.

use super::watched::{Watched, WatchedBody};
use super::{Peer, ServeLimits};
use crate::site::Site;
use axum::body::{Body, Bytes};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// What all connections of a process share.
pub(super) struct House {
    pub site: Site,
    pub limits: ServeLimits,
}

/// Serves one connection until it is closed, by whichever side, or until the program stops.
pub(super) async fn run(house: Arc<House>, mut stream: TcpStream, peer: Peer, mut stopping: watch::Receiver<bool>) {
    let mut begun = Bytes::new();
    loop {
        if begun.is_empty() {
            tokio::select! {
                readable = stream.readable() => if readable.is_err() { return },
                () = sleep(house.limits.header_timeout) => return,
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
        // In a box, so that a parked connection holds nothing of it.
        match Box::pin(awake(&house, Watched::new(stream, begun, Arc::default()), peer, &mut stopping)).await {
            Some(quiet) => (stream, begun) = quiet,
            None => return,
        }
    }
}

/// Reads and answers until the connection is closed (`None`) or has become quiet. Some clients send the beginning of their next
/// request along with one; it is returned, too.
async fn awake(house: &House, watched: Watched, peer: Peer, stopping: &mut watch::Receiver<bool>) -> Option<(TcpStream, Bytes)> {
    let watch = Arc::clone(watched.watch());
    let answer = {
        let watch = Arc::clone(&watch);
        service_fn(move |request| {
            let (site, busy) = (house.site.clone(), watch.begin_request());
            async move {
                let response = match site.at_once(&request, peer) {
                    Some(page) => page.map(Body::from),
                    None => site.answer(request, peer).await,
                };
                Ok::<_, Infallible>(response.map(|body| WatchedBody::new(body, busy)))
            }
        })
    };
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(house.limits.header_timeout)
        .max_buf_size(house.limits.header_bytes_max.max(8_192))
        .keep_alive(true);
    let mut connection = builder.serve_connection(TokioIo::new(watched), answer);
    let (mut quiet, mut stop) = (None::<Pin<Box<Sleep>>>, pin!(stopping.wait_for(|stop| *stop)));
    let mut is_stopping = false;
    let is_quiet = poll_fn(|context| {
        if !is_stopping && stop.as_mut().poll(context).is_ready() {
            is_stopping = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        // Whoever hangs up in the middle is no news.
        if Pin::new(&mut connection).poll(context).is_ready() {
            return Poll::Ready(false);
        }
        if is_stopping || !watch.is_quiet() {
            quiet = None;
            return Poll::Pending;
        }
        let until = quiet.get_or_insert_with(|| Box::pin(sleep(house.limits.quiet)));
        until.as_mut().poll(context).map(|()| true)
    })
    .await;
    is_quiet.then(|| {
        let parts = connection.into_parts();
        (parts.io.into_inner().into_stream(), parts.read_buf)
    })
}
