//! What becomes of a request at the gate: an answer, or a refusal in the shop's own look; and the figures about it.

use super::bulk::PATIENCE;
use super::class::{Checkout, Class, Route, Way, way_of};
use super::passage::{Passed, Refused};
use crate::app::{App, ShopInMemory};
use crate::metrics::{Answered, Kind, Outcome, ShopMetrics};
use crate::storefront::{BusyPage, busy_page, has_checkout};
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use std::future::Future;
use std::sync::Arc;

/// What a request wants, as far as the gate is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Errand {
    way: Way,
    page: BusyPage,
}

impl Errand {
    /// Of this request.
    pub fn of<B>(request: &Request<B>) -> Self {
        let (method, uri) = (request.method(), request.uri());
        let checkout = if has_checkout(request.headers()) { Checkout::UnderWay } else { Checkout::NotBegun };
        let way = way_of(method, uri.path(), uri.query(), checkout);
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let page = match way {
            Way::Bulk | Way::Gated(Route::Desk) => BusyPage::Desk,
            _ if reads => BusyPage::Shown,
            _ => BusyPage::FormSent,
        };
        Self { way, page }
    }
}

/// Answers a request to a shop by `work`, once it is its turn, or refuses it.
pub async fn answer(app: &App, shop: &Arc<ShopInMemory>, errand: Errand, work: impl Future<Output = Response>) -> Response {
    let metrics = &shop.metrics;
    match errand.way {
        Way::Free => counted(metrics, Kind::Free, work).await,
        Way::Bulk => match app.gate().bulk().turn(shop.snapshot.shop.id, PATIENCE).await {
            Some(_turn) => counted(metrics, Kind::Bulk, work).await,
            None => {
                metrics.note_shed(app.now(), Kind::Bulk);
                refusal(app, shop, errand.page, Refused { wait_seconds: 30 })
            }
        },
        Way::Gated(route) => match pass_or_refuse(app, shop, route, errand.page, work).await {
            Ok(response) | Err(response) => response,
        },
    }
}

/// Does the work once it is its turn.
///
/// # Errors
/// The refusal, when there is no turn in time.
pub async fn pass_or_refuse<T: Told>(
    app: &App,
    shop: &Arc<ShopInMemory>,
    route: Route,
    page: BusyPage,
    work: impl Future<Output = T>,
) -> Result<T, Response> {
    let id = shop.snapshot.shop.id;
    let waiting = Waiting { metrics: Arc::clone(&shop.metrics), kind: Kind::Gated(route.class()), is_told: false };
    let begun = app.now();
    match app.gate().pass(id, route, work).await {
        Ok(Passed { output, waited, work }) => {
            let now = app.now();
            waiting.tell(|metrics, kind| {
                metrics.note(now, kind, output.outcome(), Answered { took: now.micros_since(begun), waited, work });
            });
            Ok(output)
        }
        Err(refused) => {
            waiting.tell(|metrics, kind| metrics.note_shed(app.now(), kind));
            Err(refusal(app, shop, page, refused))
        }
    }
}

/// What can be counted by its outcome.
pub trait Told {
    /// What came of it.
    fn outcome(&self) -> Outcome;
}

impl Told for Response {
    fn outcome(&self) -> Outcome {
        Outcome::of_status(self.status().as_u16())
    }
}

impl<T> Told for (Response, T) {
    fn outcome(&self) -> Outcome {
        self.0.outcome()
    }
}

/// Somebody who has no answer yet. Counted as gone if it is dropped so.
struct Waiting {
    metrics: Arc<ShopMetrics>,
    kind: Kind,
    is_told: bool,
}

impl Waiting {
    fn tell(mut self, tell: impl FnOnce(&ShopMetrics, Kind)) {
        self.is_told = true;
        tell(&self.metrics, self.kind);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_told {
            self.metrics.count(self.kind, Outcome::Gone);
        }
    }
}

async fn counted(metrics: &Arc<ShopMetrics>, kind: Kind, work: impl Future<Output = Response>) -> Response {
    let waiting = Waiting { metrics: Arc::clone(metrics), kind, is_told: false };
    let response = work.await;
    waiting.tell(|metrics, kind| metrics.count(kind, response.outcome()));
    response
}

/// The shop's page for when it is too busy: drawn once for a snapshot. What was only looked at is asked for again by itself;
/// a form never is.
fn refusal(app: &App, shop: &Arc<ShopInMemory>, page: BusyPage, refused: Refused) -> Response {
    let seconds = app.spread(refused.wait_seconds);
    let mut response = Response::new(Body::from(busy_page(app, shop, page)));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    if page == BusyPage::Shown {
        headers.insert(header::REFRESH, HeaderValue::from(seconds));
    }
    response
}

/// Reads a picture once it is its turn; `None`: there is none in time.
pub async fn picture<T>(app: &App, shop: &ShopInMemory, read: impl Future<Output = T>) -> Option<T> {
    let passed = app.gate().pass(shop.snapshot.shop.id, Route::Picture, read).await;
    let (now, kind) = (app.now(), Kind::Gated(Class::Picture));
    match passed {
        Ok(Passed { output, waited, work }) => {
            shop.metrics.note(now, kind, Outcome::Answered, Answered { took: waited + work, waited, work });
            Some(output)
        }
        Err(_) => {
            shop.metrics.note_shed(now, kind);
            None
        }
    }
}
