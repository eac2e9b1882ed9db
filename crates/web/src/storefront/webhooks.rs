//! Where the payment provider tells what it was not asked: `POST /webhooks/payments`.
//!
//! What it says is settled like everything else that is heard of a payment. The answer is 200 only once that is committed; any
//! other answer makes the provider say it again, so that nothing it says is lost: a payment is written down before the provider
//! hears of it, and so an unknown one is a mistake, or not of this shop.

use super::checkout::settle;
use super::visit::AtShop;
use crate::app::App;
use crate::error::Error;
use crate::serve::read_body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use commerce::checkout::{Outcome, Refusal};
use db::kill_points::{self, KillPoint};
use tracing::warn;

/// The header that carries the signature.
const SIGNATURE: &str = "payment-signature";
/// The largest message, bytes.
const EVENT_BYTES_MAX: usize = 64 << 10;

/// A message as it came.
pub struct Sent {
    signature: String,
    body: axum::body::Bytes,
}

impl FromRequest<App> for Sent {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self, Error> {
        let signature = request.headers().get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        let body = read_body(request.into_body(), EVENT_BYTES_MAX).await?;
        Ok(Self { signature, body })
    }
}

/// `POST /webhooks/payments`
pub async fn payments(visit: AtShop, sent: Sent) -> Result<Response, Error> {
    let event = match visit.app.payments().read_event(&sent.signature, &sent.body, visit.now) {
        Ok(event) => event,
        Err(refusal) => {
            warn!(shop.id = %visit.id(), %refusal, "A message about a payment was not believed: {refusal}");
            return Err(Error::BadRequest("This message is not from the payment provider.".into()));
        }
    };
    let payment = event.payment;
    if event.shop != visit.id() {
        return Err(Error::NotFound);
    }
    let outcome = settle(&visit.app, visit.id(), payment, event.charged()).await?;
    kill_points::pass(KillPoint::MessageSettledBeforeAnswer);
    match outcome {
        Outcome::Refused(Refusal::NotFound) => Err(Error::NotFound),
        Outcome::Refused(refusal) => {
            warn!(shop.id = %visit.id(), payment.id = %payment, ?refusal, "A message does not fit its payment");
            Err(Error::BadRequest("The message does not fit the payment.".into()))
        }
        _ => Ok(StatusCode::OK.into_response()),
    }
}
