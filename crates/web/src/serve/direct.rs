//! Direct answers: a request for a page that is in memory is read, understood and answered on the spot, while its connection
//! stays parked, and so is one that there is no time for. A crowd asks for little else, so it needs no parser and no buffers of
//! its own: each thread has one desk for everybody.
//!
//! Only the plainest requests are answered here: one whole head of a `GET` that came in one piece and says nothing about a body
//! or about the connection. Nothing is called malformed here: everything else goes to hyper with the bytes that were read, and
//! what is answered here hyper would have answered in the same way; only that a client which has closed its own direction after
//! the request is answered here, and given up by hyper.

use super::Peer;
use super::head::{Head, Verdict};
use super::house::House;
use super::http1::First;
use super::pulse::STALL_BYTES_MIN;
use super::watched::Wire;
use crate::edition::{FromMemory, http_date};
use crate::gate::{Knocked, Turn};
use axum::body::Bytes;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Request, StatusCode, Uri};
use commerce::Timestamp;
use hyper::body::Buf as _;
use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::timeout;

/// The longest head that is understood here, bytes. Browsers' have one to two thousand.
const HEAD_BYTES_MAX: usize = 8 << 10;
/// The most lines of a head that is understood here.
const LINES_MAX: usize = 48;

/// What a page from memory depends on.
const READ: [(&str, HeaderName); 8] = [
    ("host", header::HOST),
    ("user-agent", header::USER_AGENT),
    ("accept-language", header::ACCEPT_LANGUAGE),
    ("accept-encoding", header::ACCEPT_ENCODING),
    ("if-none-match", header::IF_NONE_MATCH),
    ("cookie", header::COOKIE),
    ("x-forwarded-for", HeaderName::from_static("x-forwarded-for")),
    ("forwarded", header::FORWARDED),
];
/// What says something about a body, or wants something else of the connection than to stay.
const FOR_THE_PARSER: [&str; 5] = ["content-length", "transfer-encoding", "upgrade", "expect", "trailer"];

/// What was heard on a parked connection.
pub(super) enum Heard {
    /// Nothing.
    Nothing,
    /// A request that was answered.
    Answered {
        /// Whether the answer was to come back later.
        is_refusal: bool,
    },
    /// A request whose answer is on its way.
    Sending(Unsent),
    /// Something for the parser, whole or not.
    Spoken(First),
    /// The client has left.
    Gone,
}

/// The part of an answer that the client has not taken yet.
pub(super) struct Unsent {
    head: Bytes,
    body: Bytes,
    /// See [`Heard::Answered`].
    pub is_refusal: bool,
}

/// What a thread has for all its parked connections. What it holds of a request is there until the next one takes its place.
struct Desk {
    received: Box<[u8]>,
    request: Request<()>,
    head: Vec<u8>,
    /// The header of this second, and which one that is.
    date: (i64, HeaderValue),
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::new(Desk {
        received: vec![0; HEAD_BYTES_MAX].into(),
        request: Request::new(()),
        head: Vec::with_capacity(HEAD_BYTES_MAX),
        date: (i64::MIN, HeaderValue::from_static("")),
    });
}

/// Listens on a parked connection, and answers what can be answered at once.
pub(super) fn hear<S: Wire>(house: &House, stream: &mut S, peer: Peer, context: &mut Context<'_>) -> Heard {
    DESK.with_borrow_mut(|desk| {
        let mut received = ReadBuf::new(&mut desk.received);
        let bytes = match Pin::new(&mut *stream).poll_read(context, &mut received) {
            Poll::Pending => return Heard::Nothing,
            Poll::Ready(Ok(())) if !received.filled().is_empty() => Bytes::copy_from_slice(received.filled()),
            // Whoever hangs up is no news.
            Poll::Ready(_) => return Heard::Gone,
        };
        // The last answer on a connection says so.
        if house.is_draining() || bytes.len() > house.limits.header_bytes_max || !understand(&bytes, &mut desk.request) {
            return for_the_parser(bytes, None);
        }
        let shopper = house.proxies.shopper(peer, desk.request.headers());
        let now = house.site.app().now();
        let found = match house.site.at_once(&desk.request, shopper, now) {
            Some(found) => found,
            None => match house.site.knock(&desk.request, shopper) {
                Knocked::Refused(refusal) => FromMemory::Made(refusal),
                Knocked::InLine(turn) => return for_the_parser(bytes, Some(turn)),
                Knocked::Passes => return for_the_parser(bytes, None),
            },
        };
        desk.write_head(&found, now);
        send(stream, &desk.head, &found, context)
    })
}

fn for_the_parser(arrived: Bytes, turn: Option<Turn>) -> Heard {
    Heard::Spoken(First { arrived, turn })
}

/// Makes a request of what was received; `false`: that is for the parser.
fn understand(bytes: &Bytes, request: &mut Request<()>) -> bool {
    if Head::default().take(bytes) != (bytes.len(), Some(Verdict::Sound)) {
        return false;
    }
    let mut lines = [const { MaybeUninit::uninit() }; LINES_MAX];
    let mut head = httparse::Request::new(&mut []);
    let is_whole = head.parse_with_uninit_headers(bytes, &mut lines) == Ok(httparse::Status::Complete(bytes.len()));
    let (Some("GET"), Some(1), Some(target), true) = (head.method, head.version, head.path, is_whole) else { return false };
    let Ok(uri) = Uri::from_maybe_shared(bytes.slice_ref(target.as_bytes())) else { return false };
    if uri.authority().is_some() {
        return false;
    }
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.clear();
    for line in head.headers.iter() {
        let is = |name: &str| line.name.eq_ignore_ascii_case(name);
        if let Some((_, name)) = READ.iter().find(|(name, _)| is(name)) {
            let Ok(value) = HeaderValue::from_maybe_shared(bytes.slice_ref(line.value)) else { return false };
            headers.append(name, value);
        } else if FOR_THE_PARSER.iter().any(|name| is(name))
            || (is("connection") && !line.value.eq_ignore_ascii_case(b"keep-alive"))
        {
            return false;
        }
    }
    headers.get_all(header::HOST).iter().count() == 1
}

impl Desk {
    /// The head of an answer, as hyper would write it.
    fn write_head(&mut self, found: &FromMemory, now: Timestamp) {
        let second = now.0.div_euclid(1_000_000);
        if self.date.0 != second {
            self.date = (second, http_date(now));
        }
        let head = &mut self.head;
        head.clear();
        let mut write = |parts: &[&[u8]]| parts.iter().for_each(|part| head.extend_from_slice(part));
        let status = found.status();
        write(&[
            b"HTTP/1.1 ",
            status.as_str().as_bytes(),
            b" ",
            status.canonical_reason().unwrap_or_default().as_bytes(),
            b"\r\n",
        ]);
        for (name, value) in found.headers() {
            write(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
        }
        if status != StatusCode::NOT_MODIFIED {
            write(&[b"content-length: ", found.body().len().to_string().as_bytes(), b"\r\n"]);
        }
        write(&[b"date: ", self.date.1.as_bytes(), b"\r\n\r\n"]);
    }
}

fn send<S: AsyncWrite + Unpin>(stream: &mut S, head: &[u8], found: &FromMemory, context: &mut Context<'_>) -> Heard {
    let body = found.body();
    let mut stream = Pin::new(stream);
    let taken = match stream.as_mut().poll_write_vectored(context, &[IoSlice::new(head), IoSlice::new(body)]) {
        Poll::Pending => 0,
        Poll::Ready(Ok(taken)) => taken,
        Poll::Ready(Err(_)) => return Heard::Gone,
    };
    let is_refusal = found.status() == StatusCode::SERVICE_UNAVAILABLE;
    // What was encrypted may not have been sent.
    if taken == head.len() + body.len() && stream.poll_flush(context).is_ready() {
        return Heard::Answered { is_refusal };
    }
    let of_head = taken.min(head.len());
    let rest = Bytes::copy_from_slice(&head[of_head..]);
    Heard::Sending(Unsent { head: rest, body: body.slice(taken - of_head..), is_refusal })
}

impl Unsent {
    /// Sends the rest; `None` when the client takes less than a trickle of it for `stall_timeout`, or has left.
    pub async fn send<S: AsyncWrite + Unpin>(self, stream: &mut S, stall_timeout: Duration) -> Option<()> {
        for mut part in [self.head, self.body] {
            while !part.is_empty() {
                timeout(stall_timeout, write_trickle(stream, &mut part)).await.ok()?.ok()?;
            }
        }
        timeout(stall_timeout, stream.flush()).await.ok()?.ok()
    }
}

/// Writes as much as is taken, until that is a trickle or all there is.
async fn write_trickle<S: AsyncWrite + Unpin>(stream: &mut S, part: &mut Bytes) -> io::Result<()> {
    let mut taken = 0;
    while taken < STALL_BYTES_MIN && !part.is_empty() {
        let written = stream.write(part).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        part.advance(written);
        taken += written as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Response;
    use std::future::poll_fn;
    use tokio::io::AsyncReadExt as _;

    fn is_understood(head: &str) -> bool {
        understand(&Bytes::from(head.to_owned()), &mut Request::new(()))
    }

    #[test]
    fn a_browsers_request_is_understood() {
        let mut request = Request::new(());
        let head = "GET /products/tote?utm_source=mail HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive\r\nAccept: text/html\r\n\
                    accept-encoding: gzip, br\r\nCookie: a=b\r\nCookie: c=d\r\nSec-Fetch-Site: none\r\n\r\n";
        for _ in 0..2 {
            assert!(understand(&Bytes::from(head), &mut request));
            assert_eq!((request.uri().path(), request.uri().query()), ("/products/tote", Some("utm_source=mail")));
            assert_eq!(request.headers()[header::ACCEPT_ENCODING], "gzip, br");
            assert_eq!(request.headers().get_all(header::COOKIE).iter().count(), 2);
            assert_eq!(request.headers().len(), 4, "what no page depends on is left out");
        }
    }

    #[test]
    fn whatever_is_not_plain_is_for_the_parser() {
        let host = "Host: a.example\r\n";
        assert!(is_understood(&format!("GET / HTTP/1.1\r\n{host}\r\n")));
        for head in [
            "GET / HTTP/1.1\r\n\r\n".to_owned(),
            format!("GET / HTTP/1.1\r\n{host}{host}\r\n"),
            format!("GET / HTTP/1.1\r\n{host}"),
            format!("GET / HTTP/1.1\r\n{host}\r\nGET"),
            format!("GET / HTTP/1.1\n{host}\r\n"),
            format!("GET / HTTP/1.0\r\n{host}\r\n"),
            format!("HEAD / HTTP/1.1\r\n{host}\r\n"),
            format!("GET http://a.example/ HTTP/1.1\r\n{host}\r\n"),
            format!("GET / HTTP/1.1\r\n{host} folded\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}Content-Length: 0\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}Connection: close\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}{}\r\n", "X: x\r\n".repeat(LINES_MAX)),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        ] {
            assert!(!is_understood(&head), "{head:?}");
        }
    }

    #[tokio::test]
    async fn a_client_that_takes_little_at_a_time_is_sent_all_of_it() {
        let (head, found) = ("h".repeat(300), FromMemory::Made(Response::new("b".repeat(20_000).into())));
        for room in [1, 299, 300, 301, 5_000] {
            let (mut server, mut client) = tokio::io::duplex(room);
            let heard = poll_fn(|context| Poll::Ready(send(&mut server, head.as_bytes(), &found, context))).await;
            let Heard::Sending(unsent) = heard else { panic!("{room} bytes are too little for all of it") };
            let mut taken = String::new();
            let sending = async {
                unsent.send(&mut server, Duration::from_secs(5)).await.expect("the client takes it");
                drop(server);
            };
            let (_, read) = tokio::join!(sending, client.read_to_string(&mut taken));
            read.expect("it is text");
            assert!(taken.len() == 20_300 && taken.trim_start_matches('h').trim_end_matches('b').is_empty(), "{room}");
        }
    }
}
