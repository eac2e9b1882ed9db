//! Asks the payment provider about what was left open: payments whose answer was lost, refunds it did not take at once.
//!
//! Whatever interrupted a checkout (a timeout, a crash, a customer who left), this is what makes the shop's books agree with the
//! provider's again. One round at a time, asked for again and again by a job.

use crate::app::App;
use crate::storefront::checkout::settle;
use commerce::checkout::{Command, Outcome, RefundResult};
use commerce::payment::ProviderVerdict;
use commerce::{Money, RefundId, ShopId, Timestamp};
use db::payments::{self, OpenPayment, OpenRefund};
use outbound::payment::{ChargeRequest, Charged, ProviderError, RefundRequest};
use tracing::{info, warn};

/// A payment is asked about when it has been open for so long, seconds: longer than any answer that is still on its way.
pub const ASK_AFTER_SECONDS: i64 = 20;

/// A payment that the provider was never told of is given up after so long, minutes.
pub const FORGET_AFTER_MINUTES: i64 = 2;

/// Payments or refunds of one round, of all shops in turns. They are asked about one after the other, so that many of them are no
/// crowd at the provider's.
const ROUND_MAX: u32 = 100;

/// Settles open payments and refunds as far as the provider answers; returns how many were settled.
///
/// # Errors
/// When the database fails.
pub async fn reconcile(app: &App, now: Timestamp) -> db::Result<usize> {
    let before = now.plus_seconds(-ASK_AFTER_SECONDS);
    let mut settled = 0;
    for payment in payments::open_payments(app.db(), before, ROUND_MAX).await? {
        settled += usize::from(ask_about(app, &payment, now).await?);
    }
    for refund in payments::open_refunds(app.db(), before, ROUND_MAX).await? {
        settled += usize::from(pay_back(app, &refund, now).await?);
    }
    Ok(settled)
}

/// Asks where a payment stands and tells the order writer; whether it has a final word now.
async fn ask_about(app: &App, payment: &OpenPayment, now: Timestamp) -> db::Result<bool> {
    let Some(charged) = word_on(app, payment, now).await else {
        payments::touch_open_payment(app.db(), payment.shop, payment.id, now).await?;
        return Ok(false);
    };
    match settle(app, payment.shop, payment.id, charged).await {
        Ok(Outcome::StillOpen { .. }) => {
            payments::touch_open_payment(app.db(), payment.shop, payment.id, now).await?;
            Ok(false)
        }
        Ok(Outcome::RefundDue { refund, reference, amount, .. }) => {
            let refund = OpenRefund { shop: payment.shop, id: refund, payment_reference: reference, amount };
            pay_back(app, &refund, now).await
        }
        Ok(outcome) => {
            info!(shop.id = %payment.shop, payment.id = %payment.id, ?outcome, "Settled a payment that was left open");
            Ok(true)
        }
        Err(error) => {
            warn!(shop.id = %payment.shop, payment.id = %payment.id, %error, "Could not settle a payment that was left open");
            payments::touch_open_payment(app.db(), payment.shop, payment.id, now).await?;
            Ok(false)
        }
    }
}

async fn word_on(app: &App, payment: &OpenPayment, now: Timestamp) -> Option<Charged> {
    let reference = payment.reference.clone();
    if reference.is_empty() {
        let verdict = verdict_without_provider(payment.amount, payment.created_at, now)?;
        return Some(Charged { reference, verdict });
    }
    match app.payments().retrieve(&ChargeRequest { payment: payment.id, amount: payment.amount, reference }, now).await {
        Ok(charged) => Some(charged),
        Err(error) => {
            warn!(shop.id = %payment.shop, payment.id = %payment.id, %error, "The provider does not tell where a payment stands");
            None
        }
    }
}

/// What becomes of a payment that the provider was never told of: no money has moved. Where none is owed, that is enough.
fn verdict_without_provider(amount: Money, created_at: Timestamp, now: Timestamp) -> Option<ProviderVerdict> {
    if amount.amount_minor == 0 {
        return Some(ProviderVerdict::Captured { amount_minor: 0, currency: amount.currency.code().into() });
    }
    let forgotten = now >= created_at.plus_minutes(FORGET_AFTER_MINUTES);
    forgotten.then(|| ProviderVerdict::Declined { code: "processing_error".into() })
}

/// Asks the provider for a refund and tells the order writer what it says; whether it has a final word now.
async fn pay_back(app: &App, refund: &OpenRefund, now: Timestamp) -> db::Result<bool> {
    let request = RefundRequest { refund: refund.id, payment_reference: refund.payment_reference.clone(), amount: refund.amount };
    let result = match app.payments().refund(&request, now).await {
        Ok(_) => RefundResult::Succeeded,
        Err(error @ (ProviderError::Refused { .. } | ProviderError::UnknownReference { .. })) => {
            RefundResult::Failed { reason: error.to_string() }
        }
        Err(error) => {
            warn!(shop.id = %refund.shop, refund.id = %refund.id, %error, "The provider did not take a refund yet");
            payments::touch_open_refund(app.db(), refund.shop, refund.id, now).await?;
            return Ok(false);
        }
    };
    let is_settled = settle_refund(app, refund.shop, refund.id, result).await;
    if !is_settled {
        payments::touch_open_refund(app.db(), refund.shop, refund.id, now).await?;
    }
    Ok(is_settled)
}

async fn settle_refund(app: &App, shop: ShopId, refund: RefundId, result: RefundResult) -> bool {
    if let RefundResult::Failed { reason } = &result {
        warn!(shop.id = %shop, refund.id = %refund, "The provider refused a refund: {reason}");
    }
    match app.writer().submit(shop, Command::SettleRefund { refund, result }).await {
        Ok(_) => true,
        Err(error) => {
            warn!(shop.id = %shop, refund.id = %refund, %error, "Could not settle a refund");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::Currency;

    #[test]
    fn a_payment_the_provider_never_heard_of_is_given_up_but_not_at_once() {
        let euros = |minor| Money::new(minor, Currency::from_code("EUR").expect("a known code"));
        let began = Timestamp::from_seconds(1_794_700_800);
        let declined = Some(ProviderVerdict::Declined { code: "processing_error".into() });
        let nothing_owed = Some(ProviderVerdict::Captured { amount_minor: 0, currency: "EUR".into() });
        assert_eq!(verdict_without_provider(euros(100), began, began.plus_seconds(119)), None);
        assert_eq!(verdict_without_provider(euros(100), began, began.plus_seconds(120)), declined);
        assert_eq!(verdict_without_provider(euros(0), began, began.plus_seconds(20)), nothing_owed);
    }
}
