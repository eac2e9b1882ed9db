//! Who may sit at the desk, and one's own password.

use crate::admin::form::Form;
use crate::admin::once;
use crate::admin::seat::{At, OwnerSeat, SESSION_COOKIE, SESSION_SECONDS, Seat, Typed, hash_of, set_cookie};
use crate::admin::views::{Confirm, SellerRow, Staff};
use crate::error::Error;
use crate::password::{check_password, hash_password, verify_password};
use axum::response::Response;
use commerce::SellerId;
use db::sellers::{NewSeller, SellerRole, create_seller, delete_seller, list_sellers, seller_by_email, set_password_hash};
use std::net::IpAddr;

/// Sellers of one shop.
const SELLERS_MAX: usize = 100;
const ROLES: [(&str, SellerRole); 2] = [("staff", SellerRole::Staff), ("owner", SellerRole::Owner)];

/// `GET /admin/settings/staff`
pub async fn staff(OwnerSeat(seat): OwnerSeat) -> Result<Response, Error> {
    let page = page(&seat, Form::filled([("role", "staff")])).await?;
    seat.page(&page).await
}

/// `POST /admin/settings/staff`
pub async fn add_seller(OwnerSeat(seat): OwnerSeat, Typed(mut form): Typed) -> Result<Response, Error> {
    let email = form.required_line("email");
    let role = form.choice("role", &ROLES);
    let password = form.typed("password").to_owned();
    if let Err(refusal) = check_password(&password) {
        form.refuse("password", refusal.to_string());
    }
    if list_sellers(seat.db(), seat.shop()).await?.len() >= SELLERS_MAX {
        form.refuse("email", format!("A shop has at most {SELLERS_MAX} sellers."));
    }
    if form.is_fine() {
        let password_hash = hash_password(password).await;
        let new = NewSeller { email, name: String::new(), role, password_hash };
        if let Err(refusal) = create_seller(seat.db(), seat.shop(), &new, seat.now()).await? {
            form.refuse("email", format!("{refusal}."));
        }
    }
    form.set("password", "");
    if !form.is_fine() {
        let page = page(&seat, form).await?;
        return seat.refused(&page).await;
    }
    Ok(seat.done("/admin/settings/staff", "They can sign in now."))
}

/// `GET /admin/settings/staff/{id}/delete`
pub async fn ask_remove_seller(OwnerSeat(seat): OwnerSeat, At(id): At<SellerId>) -> Result<Response, Error> {
    let sellers = list_sellers(seat.db(), seat.shop()).await?;
    let seller = sellers.into_iter().find(|seller| seller.id == id).ok_or(Error::NotFound)?;
    let question = Confirm {
        question: format!("Remove {}?", seller.email),
        consequence: "They are signed out at once and cannot sign in any more. What they did stays in the books.".into(),
        verb: "Remove".into(),
        action: format!("/admin/settings/staff/{id}/delete"),
        back: "/admin/settings/staff".into(),
    };
    seat.page(&question).await
}

/// `POST /admin/settings/staff/{id}/delete`
pub async fn remove_seller(OwnerSeat(seat): OwnerSeat, At(id): At<SellerId>) -> Result<Response, Error> {
    let known = list_sellers(seat.db(), seat.shop()).await?.into_iter().any(|seller| seller.id == id);
    if !known {
        return Err(Error::NotFound);
    }
    if let Err(refusal) = delete_seller(seat.db(), seat.shop(), id).await? {
        let mut form = Form::filled([("role", "staff")]);
        form.refuse("", format!("{refusal}."));
        let page = page(&seat, form).await?;
        return seat.refused(&page).await;
    }
    Ok(seat.done("/admin/settings/staff", "They can no longer sign in."))
}

/// `GET /admin/settings/password`
pub async fn own_password(seat: Seat) -> Result<Response, Error> {
    let page = page(&seat, Form::filled([("role", "staff")])).await?;
    seat.page(&page).await
}

/// `POST /admin/settings/password`: everyone may change their own.
pub async fn password(seat: Seat, Typed(mut form): Typed) -> Result<Response, Error> {
    let (current, new) = (form.typed("current_password").to_owned(), form.typed("new_password").to_owned());
    form.set("current_password", "");
    form.set("new_password", "");
    form.set("role", "staff");
    let (now, nowhere) = (seat.now(), IpAddr::from([0, 0, 0, 0]));
    let throttled = format!("{}:{}", seat.shop(), seat.seller.email);
    if let Err(refusal) = check_password(&new) {
        form.refuse("new_password", refusal.to_string());
    }
    if !seat.app.desk_memory().throttle.may_try(nowhere, &throttled, now) {
        form.refuse("current_password", "Too many wrong attempts. Please wait a quarter of an hour.");
    }
    if form.is_fine() {
        let hash = seller_by_email(seat.db(), seat.shop(), &seat.seller.email).await?.map(|(_, hash)| hash);
        if !verify_password(current, hash).await {
            seat.app.desk_memory().throttle.note_wrong(nowhere, &throttled, now);
            form.refuse("current_password", "This is not your current password.");
        }
    }
    if !form.is_fine() {
        let page = page(&seat, form).await?;
        return seat.refused(&page).await;
    }
    let hash = hash_password(new).await;
    if set_password_hash(seat.db(), seat.shop(), seat.seller.id, &hash).await?.is_err() {
        return Err(Error::NotFound);
    }
    // All sessions have ended; this one begins anew.
    let secret = once::random(32);
    let expires_at = now.plus_seconds(SESSION_SECONDS);
    db::sessions::create_session(seat.db(), seat.shop(), seat.seller.id, &hash_of(&secret), now, expires_at).await?;
    let mut response = seat.done("/admin", "Your password is changed.");
    set_cookie(&mut response, SESSION_COOKIE, &secret, SESSION_SECONDS, seat.app.scheme());
    Ok(response)
}

async fn page(seat: &Seat, form: Form) -> Result<Staff, Error> {
    // Staff see this page only for their own password; the others are none of their business.
    let is_owner = seat.seller.role == SellerRole::Owner;
    let sellers =
        list_sellers(seat.db(), seat.shop()).await?.into_iter().filter(|seller| is_owner || seller.id == seat.seller.id);
    let sellers = sellers.map(|seller| SellerRow {
        id: seller.id,
        role: seller.role.as_str(),
        you: seller.id == seat.seller.id,
        email: seller.email,
    });
    let title = if is_owner { "Staff" } else { "Your password" };
    Ok(Staff { tab: "staff", title, for_owner: is_owner, sellers: sellers.collect(), form })
}
