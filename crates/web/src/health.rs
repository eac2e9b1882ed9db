//! `/healthz` and `/readyz`: whether the process lives, and whether it should be sent visitors. Load balancers ask under any host
//! name, so both are answered before a shop is looked for, whatever else is refused, and without the database.

use crate::app::App;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use commerce::Timestamp;
use db::nodes::NodeId;
use serde::Serialize;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

/// How long the database may have been silent, microseconds: it is asked twice a second.
const SILENCE_MICROS_MAX: i64 = 3_000_000;

/// What a node knows of its own state.
#[derive(Debug, Default)]
pub struct Health {
    node: OnceLock<(NodeId, &'static str)>,
    is_draining: AtomicBool,
    editions_missing: AtomicUsize,
    database_answered_at: AtomicI64,
}

impl Health {
    /// Under which id the other nodes know this one, and which version of the program it is.
    pub fn introduce(&self, id: NodeId, version: &'static str) {
        // A process is one node: the first word counts.
        let _ = self.node.set((id, version));
    }

    /// It was told to stop: from now on no more visitors should be sent here.
    pub fn drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    /// How many editions of live sales are not in memory yet; a node is not ready while there are any.
    pub fn set_editions_missing(&self, editions: usize) {
        self.editions_missing.store(editions, Ordering::Relaxed);
    }

    /// The database has answered.
    pub fn database_answered(&self, now: Timestamp) {
        self.database_answered_at.store(now.0, Ordering::Relaxed);
    }

    /// When it last did: pages are as of then, which is a moment ago unless the database is away.
    pub fn database_answered_at(&self) -> Timestamp {
        Timestamp(self.database_answered_at.load(Ordering::Relaxed))
    }

    /// Why this node should not be sent visitors; empty: it should. Its shops are in memory before it listens at all.
    fn why_not(&self, now: Timestamp) -> Vec<&'static str> {
        let reasons = [
            (self.is_draining.load(Ordering::Relaxed), "it is about to stop"),
            (now.micros_since(self.database_answered_at()) > SILENCE_MICROS_MAX, "the database does not answer"),
            (self.editions_missing.load(Ordering::Relaxed) > 0, "editions of live sales are not in memory yet"),
        ];
        reasons.into_iter().filter(|(is_so, _)| *is_so).map(|(_, reason)| reason).collect()
    }
}

/// What `/readyz` says.
#[derive(Serialize)]
struct Readiness {
    ready: bool,
    why_not: Vec<&'static str>,
    /// As text: JavaScript's numbers end before ours.
    node: Option<String>,
    version: Option<&'static str>,
    /// Requests a second that handlers can answer, by what the latest thousand took; 0 until there was one.
    capacity: u64,
}

/// Whether one of the two is asked for.
pub fn is_asked_for<B>(request: &Request<B>) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD) && matches!(request.uri().path(), "/healthz" | "/readyz")
}

/// The answer, where one of the two was asked for.
pub fn answer<B>(app: &App, request: &Request<B>) -> Option<Response> {
    if !is_asked_for(request) {
        return None;
    }
    match request.uri().path() {
        "/healthz" => Some(plain(StatusCode::OK, "text/plain; charset=utf-8", "alive\n".into())),
        "/readyz" => Some(readiness(app)),
        _ => None,
    }
}

fn readiness(app: &App) -> Response {
    let health = app.health();
    let why_not = health.why_not(app.now());
    let ready = why_not.is_empty();
    let (node, version) = health.node.get().map(|(id, version)| (id.to_string(), *version)).unzip();
    let says = Readiness { ready, why_not, node, version, capacity: app.gate().figures().capacity };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    plain(status, "application/json", serde_json::to_string(&says).expect("texts and numbers can be written"))
}

fn plain(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")];
    let mut response = (status, headers, body).into_response();
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
