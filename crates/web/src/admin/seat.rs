//! Who sits at the desk: the shop comes from the host, the seller from the session, and both must belong together.
//!
//! A session of another shop is no session here, so nobody ever learns whether an address of another shop's desk exists.

use super::desk::{Desk, Flash, Pages};
use super::form::Form;
use super::templates::{self, View};
use super::views::Problem;
use crate::app::{App, Scheme, ShopInMemory};
pub use crate::at::At;
use crate::cookies::cookie;
use crate::error::Error;
use crate::pairs::pairs_of;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce::shop::Shop;
use commerce::{Currency, ShopId, Timestamp};
use db::orders::{OrderFilter, list_orders};
use db::sellers::{Seller, SellerRole};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::sync::Arc;

/// The cookie that holds a session's secret.
pub(super) const SESSION_COOKIE: &str = "desk";
/// How long a session lasts, seconds: two weeks.
pub(super) const SESSION_SECONDS: i64 = 14 * 86_400;
/// The cookie that carries a message over a redirect.
const FLASH_COOKIE: &str = "desk_said";

/// A signed-in seller at the desk of one shop.
pub struct Seat {
    /// The server.
    pub app: App,
    /// The shop as shoppers see it now.
    pub in_memory: Arc<ShopInMemory>,
    /// Who is signed in.
    pub seller: Seller,
    /// Hash of the session.
    pub session_hash: String,
    flash: Option<Flash>,
}

/// As [`Seat`], for an owner: staff are told that this is not for them.
pub struct OwnerSeat(pub Seat);

impl Seat {
    /// The shop.
    pub fn shop(&self) -> ShopId {
        self.in_memory.snapshot.shop.id
    }

    /// The shop's currency, which never changes.
    pub fn currency(&self) -> Currency {
        self.in_memory.snapshot.shop.currency
    }

    /// The shop's zone.
    pub fn zone(&self) -> &str {
        &self.in_memory.snapshot.shop.time_zone
    }

    /// The one address of a path in the shop, for shoppers.
    pub fn canonical(&self, path: &str) -> String {
        self.app.address_of(&self.in_memory.snapshot.shop, path)
    }

    /// The instant.
    pub fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// The database.
    pub fn db(&self) -> &db::Db {
        self.app.db()
    }

    /// The shop with its settings as they are in the database at this moment.
    ///
    /// # Errors
    /// When the database fails or the shop is gone.
    pub async fn shop_now(&self) -> Result<Shop, Error> {
        db::shops::load_shop(self.db(), self.shop()).await?.ok_or(Error::NotFound)
    }

    /// A new id for a row.
    pub fn next_id(&self) -> i64 {
        self.db().ids().next(self.now())
    }

    /// A page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page<V: View>(&self, view: &V) -> Result<Response, Error> {
        self.page_with(StatusCode::OK, view).await
    }

    /// A page with what was typed and what is wrong with it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refused<V: View>(&self, view: &V) -> Result<Response, Error> {
        self.page_with(StatusCode::UNPROCESSABLE_ENTITY, view).await
    }

    async fn page_with<V: View>(&self, status: StatusCode, view: &V) -> Result<Response, Error> {
        let waiting = OrderFilter { status: "open".into(), fulfillment_status: "unfulfilled".into(), ..OrderFilter::default() };
        let (_, orders_waiting) = list_orders(self.db(), self.shop(), &waiting, 1, 1).await?;
        let shop = &self.in_memory.snapshot.shop;
        let desk = Desk {
            seller_email: self.seller.email.clone(),
            orders_waiting,
            flash: self.flash.clone(),
            ..Desk::of_shop(&shop.name, shop.currency, &shop.time_zone)
        };
        let mut response = private((status, Html(templates::render(&desk, view))).into_response());
        if self.flash.is_some() {
            set_cookie(&mut response, FLASH_COOKIE, "", 0, self.app.scheme());
        }
        Ok(response)
    }

    /// On to another page, with a message.
    pub fn done(&self, path: &str, message: &str) -> Response {
        let mut response = redirect(path);
        set_cookie(&mut response, FLASH_COOKIE, &URL_SAFE_NO_PAD.encode(message), 30, self.app.scheme());
        response
    }

    /// As [`Self::done`], after a change of what pages show: this process shows it at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changed(&self, path: &str, message: &str) -> Result<Response, Error> {
        self.app.reload_changed().await?;
        Ok(self.done(path, message))
    }
}

impl FromRequestParts<App> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let host = host_of(&parts.headers).ok_or_else(|| Error::NotFound.into_response())?;
        let in_memory = app.shop_at(&host).ok_or_else(|| Error::NotFound.into_response())?;
        let secret = cookie(&parts.headers, SESSION_COOKIE);
        let hash = hash_of(secret);
        let seller = db::sessions::seller_of_session(app.db(), in_memory.snapshot.shop.id, &hash, app.now())
            .await
            .map_err(|error| Error::from(error).into_response())?;
        let Some(seller) = seller else {
            let here = parts.uri.path_and_query().map_or("/admin", |path| path.as_str());
            let next = if parts.method == axum::http::Method::GET { here } else { "/admin" };
            return Err(redirect(&format!("/admin/sign-in?next={}", escaped(next))));
        };
        let said = URL_SAFE_NO_PAD.decode(cookie(&parts.headers, FLASH_COOKIE)).ok();
        let flash = said.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| !text.is_empty() && text.len() <= 500);
        let flash = flash.map(|text| Flash { kind: "good", text });
        Ok(Self { app: app.clone(), in_memory, seller, session_hash: hash, flash })
    }
}

impl FromRequestParts<App> for OwnerSeat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let seat = Seat::from_request_parts(parts, app).await?;
        if seat.seller.role == SellerRole::Owner {
            return Ok(Self(seat));
        }
        let problem = Problem {
            heading: "Only owners may do this".into(),
            text: "You are signed in as staff. Please ask an owner of the shop.".into(),
            back: "/admin".into(),
        };
        let page = seat.page_with(StatusCode::FORBIDDEN, &problem).await;
        Err(page.unwrap_or_else(IntoResponse::into_response))
    }
}

/// A form as it was sent. What is no form is refused as a whole.
pub struct Typed(pub Form);

impl<S: Send + Sync> FromRequest<S> for Typed {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        match axum::Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(axum::Form(pairs)) => Ok(Self(Form::received(pairs))),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Error::TooLarge),
            Err(_) => Err(Error::BadRequest("The form could not be read.".into())),
        }
    }
}

/// What an address asks for after its question mark. Whatever it is, it is a form of some kind; the first value of a name
/// counts.
pub struct Asked(pub Form);

impl Asked {
    /// What this query asks for.
    pub fn of(query: &str) -> Self {
        Self(Form::received(pairs_of(query.as_bytes())))
    }

    /// The text of a name; empty when it is not asked for.
    pub fn text(&self, name: &str) -> &str {
        self.0.typed(name)
    }

    /// The page of a list, from 1; the first when it is no number.
    pub fn page(&self) -> usize {
        self.text("page").trim().parse().unwrap_or(1).clamp(1, Pages::NUMBER_MAX)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or("")))
    }
}

/// See other, never kept by caches.
pub(super) fn redirect(path: &str) -> Response {
    let mut response = private(StatusCode::SEE_OTHER.into_response());
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/admin"));
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// Marks an answer as nobody else's.
pub(super) fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn set_cookie(response: &mut Response, name: &str, value: &str, seconds: i64, scheme: Scheme) {
    let secure = if scheme == Scheme::Https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/admin; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let value = HeaderValue::from_str(&text).expect("names and values here are plain ASCII");
    response.headers_mut().append(header::SET_COOKIE, value);
}

pub(super) fn host_of(headers: &HeaderMap) -> Option<String> {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned)
}

pub(super) fn hash_of(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A text inside an address.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
