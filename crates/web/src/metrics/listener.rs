//! The listener for whoever runs the server: figures and health, on an address of its own that shoppers cannot reach.

use super::text;
use crate::app::App;
use crate::health;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing::warn;

/// Connections at once; more wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 16;
/// How long one may last.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a head may take to arrive.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// Answers until it is dropped, and with it every connection.
pub async fn serve_operators(listener: TcpListener, app: App) {
    let service = TowerToHyperService::new(router(app));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        if connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                warn!(%error, "Could not accept a connection for figures");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let service = service.clone();
        connections.spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
            // Whoever hangs up is no news.
            let _ = tokio::time::timeout(CONNECTION_TIMEOUT, http.serve_connection(TokioIo::new(stream), service)).await;
        });
    }
}

/// What operators and their machines ask.
fn router(app: App) -> Router {
    Router::new().route("/metrics", get(metrics)).fallback(health).with_state(app)
}

async fn health(State(app): State<App>, request: Request) -> Response {
    health::answer(&app, &request).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

async fn metrics(State(app): State<App>) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match text(&app) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS), (header::CACHE_CONTROL, "no-store")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
