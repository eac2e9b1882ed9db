//! How pages leave: with a strong ETag when they are the same for everyone, not kept anywhere when they are one visitor's own.

use super::frame;
use super::views::{MessageView, Page, View};
use super::visit::AtShop;
use crate::app::App;
use crate::edition::page::is_among;
use crate::error::{Error, Failure};
use crate::theme::assets::short_hash;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fmt::Write as _;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
/// Everyone sees the same. Browsers ask again each time; shared caches keep it for a second, for a few more while they fetch the
/// next, and for a day when nobody answers them.
const SHARED: HeaderValue =
    HeaderValue::from_static("public, max-age=0, s-maxage=1, stale-while-revalidate=5, stale-if-error=86400");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// A file that never changes under its name.
pub const FOREVER: &str = "public, max-age=31536000, immutable";

impl AtShop {
    /// A page that is the same for everyone who has no early access.
    ///
    /// # Errors
    /// When a seller's template fails.
    pub fn shared_page<V: View>(&self, status: StatusCode, page: &Page<V>) -> Result<Response, Error> {
        if !self.early_access.is_empty() {
            return self.private_page(status, page);
        }
        let html = self.snapshot().theme.render(page)?;
        let etag = etag_of(html.as_bytes());
        Ok((status, [(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, SHARED), (header::ETAG, etag)], html).into_response())
    }

    /// A page that is one visitor's own.
    ///
    /// # Errors
    /// When a seller's template fails.
    pub fn private_page<V: View>(&self, status: StatusCode, page: &Page<V>) -> Result<Response, Error> {
        let html = self.snapshot().theme.render(page)?;
        Ok((status, [(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, NO_STORE)], html).into_response())
    }

    /// A page with one message, for one visitor.
    ///
    /// # Errors
    /// When a seller's template fails.
    pub fn message_page(&self, status: StatusCode, view: MessageView) -> Result<Response, Error> {
        let head = frame::Heading::private(&view.title);
        self.private_page(status, &self.framed(head, view))
    }
}

/// To another page of the shop, after a form was sent.
pub fn see_other(path: &str) -> Response {
    // Handles may be written in any script; headers are ASCII.
    let mut ascii = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() {
            ascii.push(char::from(byte));
        } else {
            write!(ascii, "%{byte:02X}").expect("memory takes everything");
        }
    }
    let location = HeaderValue::from_str(&ascii).expect("only visible ASCII is left");
    (StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::CACHE_CONTROL, NO_STORE)]).into_response()
}

/// A file that never changes under its name.
pub fn immutable(content_type: &'static str, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(FOREVER)),
    ];
    (headers, body.into()).into_response()
}

/// A small file that may change: kept for `seconds`.
pub fn kept_for(seconds: u32, content_type: &'static str, body: Vec<u8>) -> Response {
    let etag = etag_of(&body);
    let kept = HeaderValue::from_str(&format!("public, max-age={seconds}")).expect("digits are visible ASCII");
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type)), (header::CACHE_CONTROL, kept), (header::ETAG, etag)], body)
        .into_response()
}

/// A file that is one visitor's own.
pub fn kept_nowhere(content_type: &'static str, body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type)), (header::CACHE_CONTROL, NO_STORE)], body).into_response()
}

fn etag_of(body: &[u8]) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{}\"", short_hash(body))).expect("hex digits are visible ASCII")
}

/// Answers 304 when the visitor has these very bytes already. `known` is what their request's `If-None-Match` says.
pub fn answer_not_modified(known: &HeaderValue, mut response: Response) -> Response {
    let Some(etag) = response.headers().get(header::ETAG) else { return response };
    let matches = is_among(etag, known);
    if matches && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

/// Draws the page of a failure in the look of the shop that was asked. Where no shop answers, the plain words stay.
pub fn draw_failure(app: &App, host: Option<&str>, mut response: Response) -> Response {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && response.extensions().get::<Failure>().is_none() {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = Error::MethodNotAllowed.into_response();
        allow.map(|allow| response.headers_mut().insert(header::ALLOW, allow));
    }
    let Some(failure) = response.extensions_mut().remove::<Failure>() else { return response };
    if response.headers().contains_key(header::RETRY_AFTER) && !failure.bare {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(app.wait_seconds()));
    }
    let Some(visit) = host.and_then(|host| AtShop::find(app, host)) else { return response };
    let drawn = visit.framed(frame::Heading::private(failure.title), message_of(&visit, &failure));
    let Ok(html) = visit.snapshot().theme.render(&drawn) else { return response };
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HTML);
    parts.headers.remove(HeaderName::from_static("content-length"));
    Response::from_parts(parts, Body::from(html))
}

fn message_of(visit: &AtShop, failure: &Failure) -> MessageView {
    let mut view = MessageView::new(failure.eyebrow, failure.title, &failure.text);
    view.bare = failure.bare;
    if !failure.bare {
        view = view.with_action("See everything", "/collections/all").with_action("Back to the start", "/");
    }
    if failure.eyebrow == "404" {
        let moment = visit.moment();
        view.suggestions = moment.products().take(4).map(|product| moment.card(product)).collect();
    }
    view
}
