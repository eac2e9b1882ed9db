//! Coupons at the desk.

use super::form::Form;
use super::format;
use super::seat::{At, Seat, Typed};
use super::views::{Confirm, CouponEdit, CouponList, CouponRow};
use crate::error::Error;
use axum::response::Response;
use commerce::pricing::{Coupon, CouponKind, normalize_coupon_code};
use commerce::{CouponId, Currency, Money, Timestamp};

/// `GET /admin/coupons`
pub async fn list(seat: Seat) -> Result<Response, Error> {
    let coupons = db::coupons::list_coupons(seat.db(), seat.shop()).await?;
    let rows = coupons.iter().map(|coupon| row(coupon, seat.currency(), seat.now())).collect();
    seat.page(&CouponList { rows }).await
}

/// `GET /admin/coupons/new`
pub async fn new(seat: Seat) -> Result<Response, Error> {
    seat.page(&editor(None, Form::filled([("kind", "percent"), ("active", "yes")]))).await
}

/// `GET /admin/coupons/{id}`
pub async fn edit(seat: Seat, At(id): At<CouponId>) -> Result<Response, Error> {
    let coupon = find(&seat, id).await?;
    let form = filled(&coupon, &seat);
    seat.page(&editor(Some(&coupon), form)).await
}

/// `POST /admin/coupons`
pub async fn create(seat: Seat, Typed(form): Typed) -> Result<Response, Error> {
    save(seat, None, form).await
}

/// `POST /admin/coupons/{id}`
pub async fn update(seat: Seat, At(id): At<CouponId>, Typed(form): Typed) -> Result<Response, Error> {
    let coupon = find(&seat, id).await?;
    save(seat, Some(coupon), form).await
}

/// `GET /admin/coupons/{id}/delete`
pub async fn ask_delete(seat: Seat, At(id): At<CouponId>) -> Result<Response, Error> {
    let coupon = find(&seat, id).await?;
    let page = Confirm {
        question: format!("Delete coupon {}?", coupon.code),
        consequence: "Nobody can use it any more. One that was used already is kept for the books; switch it off instead.".into(),
        verb: "Delete".into(),
        action: format!("/admin/coupons/{id}/delete"),
        back: format!("/admin/coupons/{id}"),
    };
    seat.page(&page).await
}

/// `POST /admin/coupons/{id}/delete`
pub async fn delete(seat: Seat, At(id): At<CouponId>) -> Result<Response, Error> {
    match db::coupons::delete_coupon(seat.db(), seat.shop(), id).await? {
        Ok(true) => seat.changed("/admin/coupons", "The coupon is deleted.").await,
        Ok(false) => Err(Error::NotFound),
        Err(refusal) => {
            let coupon = find(&seat, id).await?;
            let mut form = filled(&coupon, &seat);
            form.refuse("", format!("{refusal}."));
            seat.refused(&editor(Some(&coupon), form)).await
        }
    }
}

async fn save(seat: Seat, known: Option<Coupon>, mut form: Form) -> Result<Response, Error> {
    let coupon = read(&mut form, &seat, known.as_ref());
    if form.is_fine()
        && let Err(refusal) = db::coupons::save_coupon(seat.db(), seat.shop(), &coupon).await?
    {
        form.refuse("code", format!("{refusal}."));
    }
    if !form.is_fine() {
        return seat.refused(&editor(known.as_ref(), form)).await;
    }
    seat.changed("/admin/coupons", &format!("Coupon {} is saved.", coupon.code)).await
}

fn read(form: &mut Form, seat: &Seat, known: Option<&Coupon>) -> Coupon {
    let (currency, zone) = (seat.currency(), seat.zone());
    let kinds = [("percent", 0), ("fixed", 1), ("free_shipping", 2)];
    let kind = match form.choice("kind", &kinds) {
        0 => {
            let ppm = form.percent("percent").unwrap_or(0);
            if ppm == 0 {
                form.refuse("percent", "Please type a share above 0.");
            }
            CouponKind::Percent { ppm }
        }
        1 => {
            let amount_minor = form.required_amount("amount", currency);
            if amount_minor == 0 {
                form.refuse("amount", "Please type an amount above 0.");
            }
            CouponKind::Fixed { amount_minor }
        }
        _ => CouponKind::FreeShipping,
    };
    let (starts_at, ends_at) = (form.time("starts_at", zone), form.time("ends_at", zone));
    if starts_at.zip(ends_at).is_some_and(|(from, until)| until <= from) {
        form.refuse("ends_at", "It has to end after it starts.");
    }
    let code = normalize_coupon_code(&form.required_line("code"));
    if code.chars().count() > 40 || code.contains(char::is_whitespace) {
        form.refuse("code", "Please use at most 40 characters and no spaces.");
    }
    Coupon {
        id: known.map_or_else(|| CouponId(seat.next_id()), |coupon| coupon.id),
        code,
        kind,
        minimum_minor: form.amount("minimum", currency).unwrap_or(0),
        starts_at,
        ends_at,
        uses_max: form.number("uses_max", 1..=1_000_000_000),
        uses_per_customer_max: form.number("uses_per_customer_max", 1..=1_000_000),
        uses_claimed: 0,
        active: form.ticked("active"),
    }
}

fn filled(coupon: &Coupon, seat: &Seat) -> Form {
    let (currency, zone) = (seat.currency(), seat.zone());
    let decimal = |minor: i64| Money::new(minor, currency).to_decimal();
    let time = |at: Option<Timestamp>| at.map(|at| format::local_input(at, zone)).unwrap_or_default();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let (kind, percent, amount) = match coupon.kind {
        CouponKind::Percent { ppm } => ("percent", format::percent(ppm), String::new()),
        CouponKind::Fixed { amount_minor } => ("fixed", String::new(), decimal(amount_minor)),
        CouponKind::FreeShipping => ("free_shipping", String::new(), String::new()),
    };
    Form::filled([
        ("code", coupon.code.clone()),
        ("kind", kind.into()),
        ("percent", percent),
        ("amount", amount),
        ("minimum", if coupon.minimum_minor > 0 { decimal(coupon.minimum_minor) } else { String::new() }),
        ("starts_at", time(coupon.starts_at)),
        ("ends_at", time(coupon.ends_at)),
        ("uses_max", number(coupon.uses_max)),
        ("uses_per_customer_max", number(coupon.uses_per_customer_max)),
        ("active", if coupon.active { "yes".into() } else { String::new() }),
    ])
}

fn editor(coupon: Option<&Coupon>, form: Form) -> CouponEdit {
    CouponEdit {
        id: coupon.map(|coupon| coupon.id),
        title: coupon.map_or_else(|| "New coupon".into(), |coupon| coupon.code.clone()),
        action: coupon.map_or_else(|| "/admin/coupons".into(), |coupon| format!("/admin/coupons/{}", coupon.id)),
        form,
    }
}

fn row(coupon: &Coupon, currency: Currency, now: Timestamp) -> CouponRow {
    let state = match (coupon.active, coupon.starts_at, coupon.ends_at) {
        (false, _, _) => "off",
        (true, Some(from), _) if now < from => "upcoming",
        (true, _, Some(until)) if now >= until => "ended",
        _ => "active",
    };
    let worth = match coupon.kind {
        CouponKind::Percent { ppm } => format!("{} % off the goods", format::percent(ppm)),
        CouponKind::Fixed { amount_minor } => format!("{} off the goods", format::money(amount_minor, currency)),
        CouponKind::FreeShipping => "Free shipping".into(),
    };
    CouponRow {
        id: coupon.id,
        code: coupon.code.clone(),
        worth,
        minimum_minor: coupon.minimum_minor,
        state,
        uses_claimed: coupon.uses_claimed,
        uses_max: coupon.uses_max,
        ends_at: coupon.ends_at,
    }
}

async fn find(seat: &Seat, id: CouponId) -> Result<Coupon, Error> {
    db::coupons::load_coupon(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)
}
