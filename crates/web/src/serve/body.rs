//! Bodies of requests: gives up on those that only trickle in, and takes small ones in before anything is decided. A server that
//! answers without having read the body must close the connection, and the client may see a reset instead of the answer.

use super::pulse::STALL_BYTES_MIN;
use crate::error::Error;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// What counts as small, bytes: every form there is.
const SMALL_BYTES_MAX: usize = 128 << 10;
/// How much of a body that is too large is read and thrown away, bytes.
const THROWN_AWAY_BYTES_MAX: usize = 4 << 20;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// A body that fails once less than a trickle of it has arrived for `stall_timeout`, while somebody waits for it.
pub(super) struct Trickle {
    body: Incoming,
    stall_timeout: Duration,
    /// When the bytes are counted. None before somebody had to wait.
    due: Option<Pin<Box<Sleep>>>,
    arrived: u64,
}

impl Trickle {
    pub const fn new(body: Incoming, stall_timeout: Duration) -> Self {
        Self { body, stall_timeout, due: None, arrived: 0 }
    }

    /// Ready when too little has arrived.
    fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let due = self.due.get_or_insert_with(|| Box::pin(sleep(self.stall_timeout)));
            if due.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            if std::mem::take(&mut self.arrived) < STALL_BYTES_MIN {
                return Poll::Ready(());
            }
            self.due = None;
        }
    }
}

impl HttpBody for Trickle {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.arrived += frame.data_ref().map_or(0, |data| data.len() as u64);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => Poll::Ready(end.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => self.poll_stalled(context).map(|()| Some(Err(io::Error::from(io::ErrorKind::TimedOut).into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Whether the request has a body that is taken in first. Larger ones, such as uploads, are left to the handler that wants them.
pub(super) fn has_small_body(request: &Request) -> bool {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    length.is_some_and(|length| length > 0 && length <= SMALL_BYTES_MAX)
}

/// The request with its small body taken in.
///
/// # Errors
/// As [`read_body`].
pub(super) async fn take_in_body(request: Request) -> Result<Request, Error> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(body, SMALL_BYTES_MAX).await?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// A whole body of at most `bytes_max`. What is beyond is read and thrown away within reason, so that the refusal is heard.
///
/// # Errors
/// [`Error::TooLarge`], or [`Error::BadRequest`] when it does not arrive whole and in time.
pub async fn read_body(mut body: Body, bytes_max: usize) -> Result<Bytes, Error> {
    let reading = async {
        let mut kept = Vec::new();
        let mut total = 0_usize;
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let frame = frame.map_err(|_| Error::BadRequest("The form did not arrive whole.".into()))?;
            let Ok(data) = frame.into_data() else { continue };
            total += data.len();
            if total > THROWN_AWAY_BYTES_MAX {
                break;
            }
            if total <= bytes_max {
                kept.extend_from_slice(&data);
            }
        }
        if total > bytes_max { Err(Error::TooLarge) } else { Ok(Bytes::from(kept)) }
    };
    match tokio::time::timeout(BODY_TIMEOUT, reading).await {
        Ok(read) => read,
        Err(_) => Err(Error::BadRequest("The form took too long to arrive.".into())),
    }
}
