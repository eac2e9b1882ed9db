//! Pages between paying and the receipt: the bank's confirmation as the sandbox plays it, and the page that waits.

use super::super::fields::Fields;
use super::super::frame::Heading;
use super::super::respond::see_other;
use super::super::views::{ConfirmView, MessageView};
use super::super::visit::{AtShop, Query};
use super::pay::settle;
use crate::at::At;
use crate::error::Error;
use crate::gate::outside;
use axum::http::StatusCode;
use axum::response::Response;
use commerce::checkout::Outcome;
use commerce::payment::{Payment, PaymentStatus};
use commerce::{Money, PaymentId};
use outbound::payment::{ChargeRequest, Charged, Confirmation};
use tracing::warn;

/// How often the page that waits asks again, seconds.
const REFRESH_SECONDS: u32 = 3;

/// `GET /checkout/confirm/{payment}`
pub async fn confirm_page(visit: AtShop, At(id): At<PaymentId>, query: Query) -> Result<Response, Error> {
    let payment = opened(&visit, id, query.first("key")).await?;
    if payment.status != PaymentStatus::RequiresAction {
        return where_it_stands(&visit, &payment).await;
    }
    let held = db::reservations::last_attempt(visit.app.db(), visit.id(), &payment.checkout_id, visit.now).await?;
    let view = ConfirmView {
        action: format!("/checkout/confirm/{id}?key={}", visit.app.signer().payment_key(visit.id(), payment.id)),
        total: Money::new(payment.amount_minor, payment.currency),
        held_until: held.and_then(|attempt| attempt.held_until),
    };
    visit.private_page(StatusCode::OK, &visit.framed(Heading::private("Confirm the payment"), view))
}

/// `POST /checkout/confirm/{payment}`
pub async fn confirm(visit: AtShop, At(id): At<PaymentId>, query: Query, fields: Fields) -> Result<Response, Error> {
    let payment = opened(&visit, id, query.first("key")).await?;
    let answer = match fields.text("answer") {
        "confirm" => Confirmation::Approved,
        "refuse" => Confirmation::Rejected,
        _ => return Err(Error::BadRequest("Please confirm the payment or refuse it.".into())),
    };
    let sandbox = visit.app.payments().sandbox().ok_or(Error::NotFound)?;
    let verdict = match sandbox.confirm(&payment.reference, answer, visit.now) {
        Ok(verdict) => verdict,
        Err(error) => {
            warn!(payment.id = %payment.id, %error, "A payment could not be confirmed");
            return where_it_stands(&visit, &payment).await;
        }
    };
    let charged = Charged { reference: payment.reference.clone(), verdict };
    let outcome = settle(&visit.app, visit.id(), payment.id, charged).await?;
    led_to(&visit, &payment, outcome)
}

/// `GET /checkout/pending/{payment}`: waits, asking the provider each time the page is loaded.
pub async fn pending(visit: AtShop, At(id): At<PaymentId>, query: Query) -> Result<Response, Error> {
    let payment = opened(&visit, id, query.first("key")).await?;
    if !payment.status.is_open() || payment.reference.is_empty() {
        return where_it_stands(&visit, &payment).await;
    }
    let amount = Money::new(payment.amount_minor, payment.currency);
    let request = ChargeRequest { payment: payment.id, amount, reference: payment.reference.clone() };
    match outside(visit.app.payments().retrieve(&request, visit.now)).await {
        Ok(charged) => {
            let outcome = settle(&visit.app, visit.id(), payment.id, charged).await?;
            led_to(&visit, &payment, outcome)
        }
        Err(error) => {
            warn!(payment.id = %payment.id, %error, "The provider does not tell where a payment stands");
            waiting_page(&visit)
        }
    }
}

/// The payment, when the key opens its pages.
async fn opened(visit: &AtShop, id: PaymentId, key: &str) -> Result<Payment, Error> {
    if !visit.app.signer().opens_payment(visit.id(), id, key) {
        return Err(Error::NotFound);
    }
    db::orders::load_payment(visit.app.db(), visit.id(), id).await?.ok_or(Error::NotFound)
}

fn led_to(visit: &AtShop, payment: &Payment, outcome: Outcome) -> Result<Response, Error> {
    match outcome {
        Outcome::Placed { number, .. } => Ok(visit.to_receipt(number)),
        Outcome::Declined { code } => Ok(to_form(&code)),
        Outcome::StillOpen { status: PaymentStatus::RequiresAction } => Ok(visit.to_payment_page("confirm", payment.id)),
        Outcome::RefundDue { .. } | Outcome::Done => money_goes_back(visit),
        _ => waiting_page(visit),
    }
}

async fn where_it_stands(visit: &AtShop, payment: &Payment) -> Result<Response, Error> {
    match (payment.status, payment.order) {
        (_, Some(order)) => {
            let number = db::orders::number_of_order(visit.app.db(), visit.id(), order).await?.ok_or(Error::NotFound)?;
            Ok(visit.to_receipt(number))
        }
        (PaymentStatus::Declined, None) => Ok(to_form(&payment.decline_code)),
        (PaymentStatus::RequiresAction, None) => Ok(visit.to_payment_page("confirm", payment.id)),
        (PaymentStatus::Pending, None) => waiting_page(visit),
        _ => money_goes_back(visit),
    }
}

fn to_form(code: &str) -> Response {
    let known = code.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !code.is_empty();
    see_other(&format!("/checkout?declined={}", if known { code } else { "card_declined" }))
}

fn waiting_page(visit: &AtShop) -> Result<Response, Error> {
    let words = "Your bank has not answered yet. This page looks again by itself; you can also close it. If the payment goes \
        through, the order is yours and a mail will tell you.";
    let view = MessageView { waiting: true, ..MessageView::new("Payment", "Your payment is being checked", words) };
    let heading = Heading { refresh_seconds: REFRESH_SECONDS, ..Heading::private(&view.title) };
    visit.private_page(StatusCode::OK, &visit.framed(heading, view))
}

fn money_goes_back(visit: &AtShop) -> Result<Response, Error> {
    let words = "Your bank answered after your pieces had gone to someone else. The whole amount is on its way back to you; nothing \
        is left for you to do.";
    let view = MessageView::new("Payment", "The payment came too late", words).with_action("Back to the shop", "/");
    visit.message_page(StatusCode::CONFLICT, view)
}
