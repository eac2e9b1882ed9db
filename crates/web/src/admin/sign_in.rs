//! Signing in and out. A session is a random 256-bit secret in a cookie; the database keeps its hash.

use super::desk::Desk;
use super::form::Form;
use super::seat::{Asked, SESSION_COOKIE, SESSION_SECONDS, Seat, Typed, hash_of, host_of, private, redirect, set_cookie};
use super::views::SignIn;
use super::{once, templates};
use crate::app::{App, ShopInMemory};
use crate::cookies::cookie;
use crate::error::Error;
use crate::password::verify_password;
use crate::serve::Peer;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;
use tracing::info;

/// `GET /admin/sign-in`
pub async fn show(State(app): State<App>, headers: HeaderMap, asked: Asked) -> Result<Response, Error> {
    let shop = shop_of(&app, &headers)?;
    Ok(page(&shop, StatusCode::OK, Form::filled([("next", asked.text("next"))])))
}

/// `POST /admin/sign-in`
pub async fn sign_in(
    State(app): State<App>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Typed(mut form): Typed,
) -> Result<Response, Error> {
    let shop = shop_of(&app, &headers)?;
    let (id, now) = (shop.snapshot.shop.id, app.now());
    let from = peer.map_or(IpAddr::from([0, 0, 0, 0]), |Extension(Peer(address))| address.ip());
    let email = db::sellers::normalize_email(form.typed("email"));
    let throttled = format!("{id}:{email}");
    if !app.desk_memory().throttle.may_try(from, &throttled, now) {
        form.refuse("", "Too many wrong attempts. Please wait a quarter of an hour.");
        return Ok(page(&shop, StatusCode::TOO_MANY_REQUESTS, without_password(form)));
    }
    let known = db::sellers::seller_by_email(app.db(), id, &email).await?;
    let (seller, hash) = known.unzip();
    let is_right = verify_password(form.typed("password").to_owned(), hash).await;
    let Some(seller) = seller.filter(|_| is_right) else {
        app.desk_memory().throttle.note_wrong(from, &throttled, now);
        form.refuse("", "E-mail address or password is not right.");
        return Ok(page(&shop, StatusCode::UNPROCESSABLE_ENTITY, without_password(form)));
    };
    app.desk_memory().throttle.forget(from, &throttled);
    // A session from before is not carried over: whoever planted its cookie gains nothing.
    let old = cookie(&headers, SESSION_COOKIE);
    if !old.is_empty() {
        db::sessions::end_session(app.db(), id, &hash_of(old)).await?;
    }
    let secret = once::random(32);
    let expires_at = now.plus_seconds(SESSION_SECONDS);
    db::sessions::create_session(app.db(), id, seller.id, &hash_of(&secret), now, expires_at).await?;
    info!(shop.id = %id, seller.id = %seller.id, "A seller has signed in");
    let mut response = redirect(path_within_desk(form.typed("next")));
    set_cookie(&mut response, SESSION_COOKIE, &secret, SESSION_SECONDS, app.scheme());
    Ok(response)
}

/// `POST /admin/sign-out`
pub async fn sign_out(seat: Seat) -> Result<Response, Error> {
    db::sessions::end_session(seat.db(), seat.shop(), &seat.session_hash).await?;
    let mut response = redirect("/admin/sign-in");
    set_cookie(&mut response, SESSION_COOKIE, "", 0, seat.app.scheme());
    Ok(response)
}

/// Only an address of this very desk is gone to; anything else leads to its first page.
fn path_within_desk(next: &str) -> &str {
    let is_ours = next == "/admin" || next.starts_with("/admin/") || next.starts_with("/admin?");
    if is_ours && !next.contains(['\\', '\r', '\n']) { next } else { "/admin" }
}

fn without_password(mut form: Form) -> Form {
    form.set("password", "");
    form
}

fn shop_of(app: &App, headers: &HeaderMap) -> Result<Arc<ShopInMemory>, Error> {
    host_of(headers).and_then(|host| app.shop_at(&host)).ok_or(Error::NotFound)
}

fn page(shop: &ShopInMemory, status: StatusCode, form: Form) -> Response {
    let shop = &shop.snapshot.shop;
    let desk = Desk::of_shop(&shop.name, shop.currency, &shop.time_zone);
    private((status, Html(templates::render(&desk, &SignIn { form }))).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_nowhere_but_to_the_desk() {
        for (next, path) in [
            ("/admin/orders?q=ada", "/admin/orders?q=ada"),
            ("", "/admin"),
            ("https://evil.example", "/admin"),
            ("//evil.example", "/admin"),
            ("/administrator", "/admin"),
            ("/admin/\r\nx: y", "/admin"),
        ] {
            assert_eq!(path_within_desk(next), path);
        }
    }
}
