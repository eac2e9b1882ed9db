//! The way of every request, whatever it asks for: a page from the shop's edition if it is there, else what is refused before
//! anybody looks at it, then the page, then what every answer carries.
//!
//! One function after the other instead of layers around each route: a request passes all of this thousands of times a second.

use crate::app::{App, ShopInMemory};
use crate::crowd::is_page;
use crate::edition::address::key_of;
use crate::edition::{FirstTouch, FromMemory, FrozenPage};
use crate::error::Error;
use crate::gate::class::Route;
use crate::gate::{self, Busy, Errand, Knocked, Turn, pass_or_refuse};
use crate::health;
use crate::metrics::{Kind, Outcome};
use crate::routes::router;
use crate::serve::{Peer, is_cross_site, protect};
use crate::storefront::{BusyPage, EARLY_COOKIE, answer_not_modified, draw_failure, host_of, media};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, header};
use axum::response::{IntoResponse, Response};
use commerce::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;
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

    /// What all handlers share.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The answer from memory alone: a page that the shop's edition holds, a picture that was asked for lately. `None`:
    /// [`Site::answer`] makes it.
    pub fn at_once<B>(&self, request: &Request<B>, peer: Peer, now: Timestamp) -> Option<FromMemory> {
        if let Some((shop, key)) = self.place_in_edition(request) {
            let editions = shop.editions.load();
            let page = editions.as_ref()?.at(now)?.page(&key, now)?;
            shop.metrics.count(Kind::Frozen, Outcome::Answered);
            count(&shop, request, peer, now);
            return Some(FromMemory::of(page, request.headers()));
        }
        let asks_for_picture = *request.method() == Method::GET && request.uri().path().starts_with("/media/");
        let host = host_of(request.headers(), request.uri()).filter(|_| asks_for_picture)?;
        let shop = self.app.shop_at(host)?;
        let picture = media::in_memory(&self.app, &shop, request.uri().path())?;
        shop.metrics.count(Kind::Free, Outcome::Answered);
        Some(FromMemory::Made(picture))
    }

    /// Stands in line at the gate for a request that [`Self::at_once`] has no answer to, once its form, if it has one, was read.
    pub fn knock<B>(&self, request: &Request<B>, peer: Peer) -> Knocked {
        // A page of an edition that is not printed yet is made once for everybody who asks.
        if health::is_asked_for(request) || self.place_in_edition(request).is_some() || is_cross_site(request) {
            return Knocked::Passes;
        }
        let shop = host_of(request.headers(), request.uri()).and_then(|host| self.app.shop_at(host));
        let Some(shop) = shop else { return Knocked::Passes };
        let knocked = gate::knock(&self.app, &shop, Errand::of(request));
        if matches!(knocked, Knocked::Refused(_)) {
            count(&shop, request, peer, self.app.now());
        }
        knocked
    }

    /// The answer to a request that came from `peer`, with what [`Self::knock`] gave it.
    pub async fn answer(&self, request: Request<Body>, peer: Peer, turn: Option<Turn>) -> Response {
        if let Some(health) = health::answer(&self.app, &request) {
            return health;
        }
        let known = known_to_visitor(&request);
        let host = host_of(request.headers(), request.uri()).map(str::to_owned);
        if let Some(shop) = host.as_deref().and_then(|host| self.app.shop_at(host)) {
            count(&shop, &request, peer, self.app.now());
        }
        let place = self.place_in_edition(&request).map(|(shop, key)| (shop, key.into_owned()));
        let touched = match place {
            Some((shop, key)) => self.first_touch(&shop, &key, Busy::says(BusyPage::Shown, request.headers())).await,
            None => None,
        };
        let page = match touched {
            Some(Ok(page)) => return page.answer(request.headers()).map(Body::from),
            Some(Err(page)) => page,
            None => self.page(request, peer, host.as_deref(), turn).await,
        };
        let page = match known {
            Some(known) => answer_not_modified(&known, page),
            None => page,
        };
        self.finished(host.as_deref(), page)
    }

    /// The answer to a request of which no more is known than that it failed.
    pub fn failed(&self, host: Option<&str>, error: Error) -> Response {
        self.finished(host, error.into_response())
    }

    fn finished(&self, host: Option<&str>, page: Response) -> Response {
        let mut response = draw_failure(&self.app, host, page);
        protect(response.headers_mut());
        response
    }

    async fn page(&self, mut request: Request<Body>, peer: Peer, host: Option<&str>, turn: Option<Turn>) -> Response {
        if is_cross_site(&request) {
            return Error::CrossSite.into_response();
        }
        request.extensions_mut().insert(peer);
        let (shop, errand) = (host.and_then(|host| self.app.shop_at(host)), Errand::of(&request));
        let drawn = async { draw_failure(&self.app, host, self.route(request).await) };
        match shop {
            Some(shop) => gate::answer(&self.app, &shop, errand, turn, drawn).await,
            None => drawn.await,
        }
    }

    /// The answer of whichever handler the address leads to.
    pub(crate) async fn route(&self, request: Request<Body>) -> Response {
        match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

impl Site {
    /// The shop whose edition may hold what is asked, and under which key.
    fn place_in_edition<'a, B>(&self, request: &'a Request<B>) -> Option<(Arc<ShopInMemory>, Cow<'a, str>)> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) || shows_early_access(request.headers()) {
            return None;
        }
        let key = key_of(request.uri())?;
        let shop = self.app.shop_at(host_of(request.headers(), request.uri())?)?;
        shop.snapshot.shop.open.then_some((shop, key))
    }

    /// A page that the edition should hold and does not: made by the first who asks, for everyone who comes after. `None`: it is
    /// made for this visitor alone. `Err`: what is there instead of such a page.
    async fn first_touch(&self, shop: &Arc<ShopInMemory>, key: &str, busy: Busy) -> Option<Result<Arc<FrozenPage>, Response>> {
        let now = self.app.now();
        let editions = shop.editions.load_full()?;
        let edition = editions.at(now).filter(|edition| edition.version == shop.snapshot.version)?;
        match edition.touch_first(key).await {
            FirstTouch::Waited => edition.page(key, now).map(Ok),
            FirstTouch::Makes(making) => {
                let printed = self.print(shop, key, now);
                let (response, page) = match pass_or_refuse(&self.app, shop, Route::Page, busy, printed).await {
                    Ok(printed) => printed,
                    Err(refusal) => return Some(Err(refusal)),
                };
                let Some(page) = page else { return Some(Err(response)) };
                making.keep(&page);
                Some(Ok(page))
            }
        }
    }
}

/// Counts whoever asks for a page among the people in the shop.
fn count<B>(shop: &ShopInMemory, request: &Request<B>, peer: Peer, now: Timestamp) {
    if is_page(request.method(), request.uri().path()) {
        shop.crowd.seen(request.headers(), peer, now);
    }
}

/// Whether a visitor may have early access to a sale: their pages are their own.
fn shows_early_access(headers: &HeaderMap) -> bool {
    let is_shown = |cookies: &HeaderValue| {
        let pairs = cookies.as_bytes().split(|byte| *byte == b';');
        pairs.map(<[u8]>::trim_ascii_start).any(|pair| pair.starts_with(EARLY_COOKIE.as_bytes()))
    };
    headers.get_all(header::COOKIE).iter().any(is_shown)
}

/// The ETags of what the visitor has already.
fn known_to_visitor<B>(request: &Request<B>) -> Option<HeaderValue> {
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    request.headers().get(header::IF_NONE_MATCH).filter(|_| asks).cloned()
}
