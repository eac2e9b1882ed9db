//! From a request to the site and back: what is in memory at once, everything else by the workers.

use super::Peer;
use super::body::{Trickle, has_small_body, take_in_body};
use super::house::House;
use super::watched::Answering;
use crate::error::Error;
use crate::gate::{Knocked, Turn};
use crate::storefront::host_of;
use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderValue, Request, Response, StatusCode, Version};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::task::JoinHandle;

/// The body of an answer.
#[derive(Debug)]
pub(super) enum AnswerBody {
    /// All of it is in memory.
    Whole(Bytes),
    /// It is made as it is sent.
    Streamed(Body),
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Streamed(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Streamed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Streamed(body) => body.size_hint(),
        }
    }
}

/// The body of an answer, which is answered once it was handed on whole or given up.
pub(super) struct WatchedBody {
    body: AnswerBody,
    answering: Answering,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        // What is not made yet, the client does not keep waiting.
        self.answering.offer(frame.is_ready());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer on its way. Dropping it gives it up, as when the client has left.
pub(super) struct Reply {
    source: Source,
    answering: Option<Answering>,
    /// Whether the connection ends with it.
    is_last: bool,
}

enum Source {
    /// A form that is read to its end before anything is decided, so that a refusal is heard.
    Arriving(Arriving),
    Here(Option<Response<AnswerBody>>),
    Workers(JoinHandle<axum::response::Response>),
}

struct Arriving {
    request: Pin<Box<dyn Future<Output = Result<Request<Body>, Error>>>>,
    host: Option<String>,
    house: Arc<House>,
    peer: Peer,
}

impl Source {
    /// The answer to a request of which all is there that has to be: by the workers, once it stands in line.
    fn of(house: &Arc<House>, request: Request<Body>, peer: Peer) -> Self {
        match house.site.knock(&request, peer) {
            Knocked::InLine(turn) => Self::by_workers(house, request, peer, Some(turn)),
            Knocked::Passes => Self::by_workers(house, request, peer, None),
            Knocked::Refused(refusal) => Self::Here(Some(refusal.map(AnswerBody::Whole))),
        }
    }

    fn by_workers(house: &House, request: Request<Body>, peer: Peer, turn: Option<Turn>) -> Self {
        let site = house.site.clone();
        Self::Workers(house.workers.spawn(async move { site.answer(request, peer, turn).await }))
    }
}

impl Reply {
    /// Answers a request, which may stand in line already.
    pub fn to(house: &Arc<House>, request: Request<Incoming>, peer: Peer, answering: Answering, turn: Option<Turn>) -> Self {
        if !is_unambiguous(&request) {
            return Self::refusal(answering).and_close(request.version() != Version::HTTP_2);
        }
        let peer = house.proxies.shopper(peer, request.headers());
        // Whoever stands in line has asked for it before.
        let found = if turn.is_some() { None } else { house.site.at_once(&request, peer, house.site.app().now()) };
        answering.found_in_memory(found.is_some());
        let source = match found {
            Some(found) => Source::Here(Some(found.into_response().map(AnswerBody::Whole))),
            None => {
                let request = request.map(|body| Body::new(Trickle::new(body, house.limits.stall_timeout)));
                if turn.is_some() {
                    Source::by_workers(house, request, peer, turn)
                } else if has_small_body(&request) {
                    let host = host_of(request.headers(), request.uri()).map(str::to_owned);
                    let request = Box::pin(take_in_body(request));
                    Source::Arriving(Arriving { request, host, house: Arc::clone(house), peer })
                } else {
                    Source::of(house, request, peer)
                }
            }
        };
        Self { source, answering: Some(answering), is_last: false }
    }

    /// Says that a request is malformed.
    pub fn refusal(answering: Answering) -> Self {
        Self { source: Source::Here(Some(plain(StatusCode::BAD_REQUEST))), answering: Some(answering), is_last: false }
    }

    /// Whether the connection ends with this answer.
    pub const fn and_close(mut self, is_last: bool) -> Self {
        self.is_last |= is_last;
        self
    }
}

impl Future for Reply {
    type Output = Result<Response<WatchedBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Source::Arriving(Arriving { request, host, house, peer }) = &mut self.source {
            self.source = match ready!(request.as_mut().poll(context)) {
                Ok(request) => Source::of(house, request, *peer),
                Err(error) => Source::Here(Some(house.site.failed(host.as_deref(), error).map(AnswerBody::Streamed))),
            };
        }
        let mut response = match &mut self.source {
            Source::Arriving(_) => unreachable!("it has arrived"),
            Source::Here(response) => response.take().expect("an answer is asked for once"),
            Source::Workers(answer) => match ready!(Pin::new(answer).poll(context)) {
                Ok(response) => response.map(AnswerBody::Streamed),
                // The handler has panicked, which is in the log.
                Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
            },
        };
        if self.is_last {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let mut answering = self.answering.take().expect("an answer is asked for once");
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            answering.tell_to_wait();
        }
        answering.offer(true);
        Poll::Ready(Ok(response.map(|body| WatchedBody { body, answering })))
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Source::Workers(answer) = &self.source {
            answer.abort();
        }
    }
}

fn plain(status: StatusCode) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Whole(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// Whether every server finds the same host and the same body in it (RFC 9112, sections 3.2 and 6.1).
fn is_unambiguous<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    has_one_host(request) && is_chunked_or_plain(headers)
}

fn has_one_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (_, Some(_)) => false,
        (None, None) => request.version() != Version::HTTP_11,
        (Some(host), None) => {
            request.uri().authority().is_none_or(|authority| authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes()))
        }
    }
}

fn is_chunked_or_plain(headers: &HeaderMap) -> bool {
    headers.get(header::TRANSFER_ENCODING).is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
}
