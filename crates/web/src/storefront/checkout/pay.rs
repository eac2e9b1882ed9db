//! Reserve, pay, settle: from a page that is filled in to an order, or to what stands in its way.
//!
//! The provider is called outside of every transaction, and its name for the card is written down with the hold before any money
//! moves. The call goes on when the shopper leaves: a task of its own settles what it learns, and whatever is lost on the way the
//! reconciler finds.

use super::super::cart_lines::shown_variant_title;
use super::super::respond::see_other;
use super::super::views::{FieldErrorView, MessageView};
use super::form::{Remarks, Submission, card_error};
use super::hold::{Held, hold};
use crate::app::App;
use crate::error::Error;
use crate::gate::outside;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use commerce::checkout::{Command, Outcome, Refusal};
use commerce::payment::{PaymentStatus, ProviderVerdict, decline_message};
use commerce::{Money, PaymentId, ShopId, Timestamp};
use db::kill_points::{self, KillPoint};
use outbound::payment::{Card, ChargeRequest, Charged, ProviderError};
use tracing::{info, warn};

/// Holds the cart and takes the money. `card` is missing when nothing is to be paid.
pub(super) async fn pay(submission: &Submission<'_>, card: Option<Card>) -> Result<Response, Error> {
    let visit = submission.visit;
    let reference = match card {
        None => String::new(),
        Some(card) => match outside(visit.app.payments().accept(&card, visit.now)).await {
            Ok(reference) => reference,
            Err(error) => return not_accepted(submission, &error),
        },
    };
    let outcome = match hold(submission, &reference).await? {
        Held::Busy => return busy(submission),
        Held::Decided(outcome) => outcome,
    };
    match outcome {
        Outcome::Reserved { payment, amount, expires_at, .. } if is_more_than_seen(submission, amount) => {
            // Nothing was asked of the provider for this attempt, and nothing will be.
            settle(&visit.app, visit.id(), payment, Charged { reference, verdict: declined("total_changed") }).await?;
            let words = format!("The total is {amount} now. Nothing was charged: please check it and pay.");
            submission.page(StatusCode::CONFLICT, held(&words, expires_at))
        }
        Outcome::Reserved { payment, amount, expires_at, .. } if !reference.is_empty() => {
            charge(submission, ChargeRequest { payment, amount, reference }, expires_at).await
        }
        Outcome::Reserved { payment, amount, expires_at, .. } if amount.amount_minor == 0 => {
            let verdict = ProviderVerdict::Captured { amount_minor: 0, currency: amount.currency.code().into() };
            let outcome = settle(&visit.app, visit.id(), payment, Charged { reference, verdict }).await?;
            answer(submission, payment, outcome, Some(expires_at))
        }
        // The price rose between the page and the hold: the page is shown again, now with fields for a card.
        Outcome::Reserved { expires_at, .. } => {
            submission.page(StatusCode::CONFLICT, held("The total has changed. Please check it and pay.", expires_at))
        }
        Outcome::PaymentOpen { payment, status: PaymentStatus::RequiresAction, .. } => {
            Ok(visit.to_payment_page("confirm", payment))
        }
        Outcome::PaymentOpen { payment, .. } => Ok(visit.to_payment_page("pending", payment)),
        Outcome::Placed { number, .. } => Ok(visit.to_receipt(number)),
        Outcome::Refused(refusal) => refuse(submission, &refusal),
        other => Err(Error::Internal(format!("a reservation led to {other:?}"))),
    }
}

/// Whether the hold costs more than the page said: its sale has closed since, or delivery was not chosen yet. Nobody pays more
/// than they have read.
fn is_more_than_seen(submission: &Submission<'_>, amount: Money) -> bool {
    submission.total_seen_minor.is_some_and(|seen_minor| amount.amount_minor > seen_minor)
}

/// The provider does not take the card, so nothing is held and nothing was charged.
fn not_accepted(submission: &Submission<'_>, error: &ProviderError) -> Result<Response, Error> {
    if let ProviderError::InvalidCard(problems) = error {
        let errors = problems.iter().map(card_error).collect();
        return submission.page(StatusCode::UNPROCESSABLE_ENTITY, Remarks { errors, ..Remarks::default() });
    }
    warn!(shop.id = %submission.visit.id(), %error, "A card could not be accepted");
    submission.page(StatusCode::PAYMENT_REQUIRED, declined_remarks("processing_error", None))
}

/// Nobody waits without a bound, and nobody types an address twice: the page again, as it was filled in.
fn busy(submission: &Submission<'_>) -> Result<Response, Error> {
    let seconds = submission.visit.app.wait_seconds();
    let words = format!(
        "More people than ever are here, and your order could not be taken yet. Nothing was charged, and what you typed is still \
         here: please send it again in about {seconds} seconds. Only the card has to be entered once more."
    );
    let mut response = submission.page(StatusCode::SERVICE_UNAVAILABLE, Remarks { refusal: words, ..Remarks::default() })?;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

fn held(words: &str, expires_at: Timestamp) -> Remarks {
    Remarks { refusal: words.into(), held_until: Some(expires_at), ..Remarks::default() }
}

/// Takes the money for what is held.
async fn charge(submission: &Submission<'_>, request: ChargeRequest, expires_at: Timestamp) -> Result<Response, Error> {
    let (visit, payment) = (submission.visit, request.payment);
    let charging = tokio::spawn(charge_and_settle(visit.app.clone(), visit.id(), request));
    match outside(tokio::time::timeout(visit.app.payment_patience(), charging)).await {
        Ok(Ok(Some(outcome))) => answer(submission, payment, outcome, Some(expires_at)),
        // Slow, lost, or failed on our side: the page that waits finds out.
        Ok(Ok(None) | Err(_)) | Err(_) => Ok(visit.to_payment_page("pending", payment)),
    }
}

/// Takes the money and settles what the provider says. `None` when it is not known; the payment stays open then.
async fn charge_and_settle(app: App, shop: ShopId, request: ChargeRequest) -> Option<Outcome> {
    kill_points::pass(KillPoint::BeforeProviderCall);
    let charged = match app.payments().charge(&request).await {
        Ok(charged) => charged,
        Err(error) if error.outcome_is_unknown() => {
            warn!(shop.id = %shop, payment.id = %request.payment, %error, "A payment is left open");
            return None;
        }
        Err(error) => {
            warn!(shop.id = %shop, payment.id = %request.payment, %error, "A payment was refused");
            Charged { reference: String::new(), verdict: declined("processing_error") }
        }
    };
    kill_points::pass(KillPoint::AfterProviderCallBeforeSettle);
    settle(&app, shop, request.payment, charged).await.ok()
}

fn declined(code: &str) -> ProviderVerdict {
    ProviderVerdict::Declined { code: code.into() }
}

/// Tells the order writer what the provider said. Saying it twice does no harm. Money that came too late goes back.
pub(crate) async fn settle(
    app: &App,
    shop: ShopId,
    payment: PaymentId,
    Charged { reference, verdict }: Charged,
) -> Result<Outcome, Error> {
    let outcome = outside(app.writer().submit(shop, Command::Settle { payment, reference, verdict })).await?;
    if let Outcome::Placed { number, first: true, .. } = &outcome {
        info!(shop.id = %shop, order.number = number, "Placed order {number}");
    }
    Ok(outcome)
}

/// Where a settled payment leads.
fn answer(
    submission: &Submission<'_>,
    payment: PaymentId,
    outcome: Outcome,
    held_until: Option<Timestamp>,
) -> Result<Response, Error> {
    let visit = submission.visit;
    match outcome {
        Outcome::Placed { number, .. } => Ok(visit.to_receipt(number)),
        Outcome::Declined { code } => submission.page(StatusCode::PAYMENT_REQUIRED, declined_remarks(&code, held_until)),
        Outcome::StillOpen { status: PaymentStatus::RequiresAction } => Ok(visit.to_payment_page("confirm", payment)),
        Outcome::Refused(refusal) => refuse(submission, &refusal),
        _ => Ok(visit.to_payment_page("pending", payment)),
    }
}

fn declined_remarks(code: &str, held_until: Option<Timestamp>) -> Remarks {
    Remarks { errors: vec![decline_error(code)], held_until, ..Remarks::default() }
}

/// What a declined card reads like, beside the field that can mend it.
pub(super) fn decline_error(code: &str) -> FieldErrorView {
    let field = match code {
        "incorrect_cvc" => "card_cvc",
        "expired_card" => "card_expiry",
        _ => "card_number",
    };
    FieldErrorView { field, message: decline_message(code).into() }
}

/// The shop says no: beside the field it is about, or with the way to the cart.
fn refuse(submission: &Submission<'_>, refusal: &Refusal) -> Result<Response, Error> {
    let visit = submission.visit;
    let message = match refusal {
        Refusal::NotOpenYet { title, opens_at, .. } => {
            let opens = visit.moment().date(*opens_at, "%A, %-d %B, %H:%M %Z");
            format!("{} cannot be bought yet: its sale opens {opens}.", shown_variant_title(title))
        }
        other => other.message(visit.snapshot().shop.currency),
    };
    let field = match refusal {
        Refusal::Coupon(_) => Some("coupon"),
        Refusal::NoShippingThere => Some("country"),
        Refusal::ShippingMethodUnavailable => Some("shipping_method"),
        _ => None,
    };
    if let Some(field) = field {
        let errors = vec![FieldErrorView { field, message }];
        return submission.page(StatusCode::UNPROCESSABLE_ENTITY, Remarks { errors, ..Remarks::default() });
    }
    match refusal {
        Refusal::EmptyCart => Ok(see_other("/cart")),
        Refusal::CheckoutUsed { number } => {
            let order = visit.app.signer().order_path(visit.id(), *number);
            let view = MessageView::new("Checkout", &format!("This checkout already led to order {number}"), &message)
                .with_action("Look at the order", &order)
                .with_action("Go to the cart", "/cart");
            let mut response = visit.message_page(StatusCode::CONFLICT, view)?;
            // The next checkout gets a name of its own.
            visit.forget_checkout_id(&mut response);
            Ok(response)
        }
        Refusal::PaymentInProgress => {
            let view = MessageView { waiting: true, ..MessageView::new("Payment", "Your payment is being checked", &message) };
            visit.message_page(StatusCode::CONFLICT, view.with_action("Try again", "/checkout"))
        }
        _ => {
            let sold_out = if let Refusal::SoldOut { variant, .. } = refusal { Some(*variant) } else { None };
            let remarks = Remarks { refusal: message, refusal_url: "/cart", sold_out, ..Remarks::default() };
            submission.page(StatusCode::CONFLICT, remarks)
        }
    }
}
