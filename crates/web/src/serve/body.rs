//! Takes small bodies in before anything is decided. A server that answers without having read the body must close the
//! connection, and the client may see a reset instead of the answer.

use crate::error::Error;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use hyper::body::Body as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

/// What counts as small, bytes: every form there is.
const SMALL_BYTES_MAX: usize = 128 << 10;
/// How much of a body that is too large is read and thrown away, bytes.
const THROWN_AWAY_BYTES_MAX: usize = 4 << 20;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// The request with its body taken in, if it is small. Larger ones, such as uploads, are left to the handler that wants them.
///
/// # Errors
/// As [`read_body`].
pub async fn take_in_small_body(request: Request) -> Result<Request, Error> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if !length.is_some_and(|length| length > 0 && length <= SMALL_BYTES_MAX) {
        return Ok(request);
    }
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
