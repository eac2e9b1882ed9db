//! What becomes of a request at the gate: an answer, or a refusal in the shop's own look; and the figures about it.

use super::bulk::PATIENCE;
use super::class::{Checkout, Class, Route, Way, way_of};
use super::passage::{Passed, Refused, Turn};
use crate::app::{App, ShopInMemory};
use crate::edition::Coding;
use crate::metrics::{Answered, Kind, Outcome, ShopMetrics};
use crate::storefront::{BusyPage, busy_page, has_checkout};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use std::future::Future;
use std::sync::Arc;

/// What a request wants, as far as the gate is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Errand {
    way: Way,
    busy: Busy,
}

/// What is said to whoever is refused, and how it travels.
#[derive(Clone, Copy, Debug)]
pub struct Busy {
    page: BusyPage,
    coding: Coding,
}

impl Busy {
    /// This page, for a request with these headers.
    pub fn says(page: BusyPage, headers: &HeaderMap) -> Self {
        Self { page, coding: Coding::wanted(headers.get(header::ACCEPT_ENCODING)) }
    }
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
        Self { way, busy: Busy::says(page, request.headers()) }
    }
}

/// How a knock at the gate ends.
pub enum Knocked {
    /// It stands in line.
    InLine(Turn),
    /// It needs no turn.
    Passes,
    /// The line is as long as it may be.
    Refused(axum::http::Response<Bytes>),
}

/// Stands in line for whoever needs a turn; nobody waits here.
pub fn knock(app: &App, shop: &Arc<ShopInMemory>, errand: Errand) -> Knocked {
    let Way::Gated(route) = errand.way else { return Knocked::Passes };
    match app.gate().knock(shop.snapshot.shop.id, route) {
        Ok(turn) => Knocked::InLine(turn),
        Err(refused) => {
            shop.metrics.note_shed(app.now(), Kind::Gated(route.class()));
            Knocked::Refused(refusal(app, shop, errand.busy, refused))
        }
    }
}

/// Answers a request to a shop by `work`, once it is its turn, or refuses it. `turn` is what [`knock`] gave, if it was asked.
pub async fn answer(
    app: &App,
    shop: &Arc<ShopInMemory>,
    errand: Errand,
    turn: Option<Turn>,
    work: impl Future<Output = Response>,
) -> Response {
    let metrics = &shop.metrics;
    match errand.way {
        Way::Free => counted(metrics, Kind::Free, work).await,
        Way::Bulk => match app.gate().bulk().turn(shop.snapshot.shop.id, PATIENCE).await {
            Some(_turn) => counted(metrics, Kind::Bulk, work).await,
            None => {
                metrics.note_shed(app.now(), Kind::Bulk);
                refusal(app, shop, errand.busy, Refused { wait_seconds: 30 }).map(Body::from)
            }
        },
        Way::Gated(route) => {
            let passage = async {
                match turn {
                    Some(turn) => turn.pass(work).await,
                    None => app.gate().pass(shop.snapshot.shop.id, route, work).await,
                }
            };
            match noted(app, shop, route, errand.busy, passage).await {
                Ok(response) | Err(response) => response,
            }
        }
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
    busy: Busy,
    work: impl Future<Output = T>,
) -> Result<T, Response> {
    noted(app, shop, route, busy, app.gate().pass(shop.snapshot.shop.id, route, work)).await
}

/// Notes what comes of a passage.
async fn noted<T: Told>(
    app: &App,
    shop: &Arc<ShopInMemory>,
    route: Route,
    busy: Busy,
    passage: impl Future<Output = Result<Passed<T>, Refused>>,
) -> Result<T, Response> {
    let waiting = Waiting { metrics: Arc::clone(&shop.metrics), kind: Kind::Gated(route.class()), is_told: false };
    let begun = app.now();
    match passage.await {
        Ok(Passed { output, waited, work }) => {
            let now = app.now();
            waiting.tell(|metrics, kind| {
                metrics.note(now, kind, output.outcome(), Answered { took: now.micros_since(begun), waited, work });
            });
            Ok(output)
        }
        Err(refused) => {
            waiting.tell(|metrics, kind| metrics.note_shed(app.now(), kind));
            Err(refusal(app, shop, busy, refused).map(Body::from))
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

/// The shop's page for when it is too busy: drawn and compressed once for a snapshot. What was only looked at is asked for again
/// by itself; a form never is.
fn refusal(app: &App, shop: &Arc<ShopInMemory>, busy: Busy, refused: Refused) -> axum::http::Response<Bytes> {
    let seconds = app.spread(refused.wait_seconds);
    let mut response = busy_page(app, shop, busy.page).in_coding(busy.coding);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    if busy.page == BusyPage::Shown {
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
