//! The way of every request, whatever it asks for: what is refused before anybody looks at it, then the page, then what every
//! answer carries.
//!
//! One function after the other instead of layers around each route: a request passes all of this thousands of times a second.

use crate::app::App;
use crate::error::Error;
use crate::routes::router;
use crate::serve::{Peer, is_cross_site, protect, take_in_small_body};
use crate::storefront::{answer_not_modified, draw_failure, host_of};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, header};
use axum::response::{IntoResponse, Response};
use tower::Service;

/// Everything that is served. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    app: App,
    router: Router,
}

impl Site {
    /// Every page of every shop.
    pub fn new(app: App) -> Self {
        Self { router: router(app.clone()), app }
    }

    /// The answer to a request that came from `peer`.
    pub async fn answer<B>(&self, request: Request<B>, peer: Peer) -> Response
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let known = known_to_visitor(&request);
        let host = host_of(request.headers(), request.uri()).map(str::to_owned);
        let page = self.page(request.map(Body::new), peer).await;
        let page = match known {
            Some(known) => answer_not_modified(&known, page),
            None => page,
        };
        let mut response = draw_failure(&self.app, host.as_deref(), page);
        protect(response.headers_mut());
        response
    }

    async fn page(&self, request: Request<Body>, peer: Peer) -> Response {
        // The body first: whoever is refused hears it only once everything was read.
        let mut request = match take_in_small_body(request).await {
            Ok(request) => request,
            Err(error) => return error.into_response(),
        };
        if is_cross_site(&request) {
            return Error::CrossSite.into_response();
        }
        request.extensions_mut().insert(peer);
        match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// The ETags of what the visitor has already.
fn known_to_visitor<B>(request: &Request<B>) -> Option<HeaderValue> {
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    request.headers().get(header::IF_NONE_MATCH).filter(|_| asks).cloned()
}
