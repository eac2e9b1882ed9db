//! Settle: what the provider says about a payment, whichever way the news came, in any order and any number of times.

use super::decide::Deciding;
use super::{Change, Outcome, Refusal};
use crate::payment::{Payment, PaymentStatus, ProviderVerdict, Refund, RefundStatus};
use crate::planted::{Bug, planted};
use crate::{Money, PaymentId, RefundId};

pub(super) fn settle(
    deciding: &mut Deciding<'_>,
    id: PaymentId,
    reference: &str,
    verdict: &ProviderVerdict,
) -> Result<Outcome, Refusal> {
    let mut payment = deciding.state.payments.get(&id).ok_or(Refusal::NotFound)?.clone();
    if let Some(settled) = already_settled(deciding, &payment, verdict) {
        return Ok(settled);
    }
    if !reference.is_empty() {
        payment.reference = reference.to_owned();
    }
    match verdict {
        ProviderVerdict::Captured { amount_minor, currency } => {
            let amount_fits = *amount_minor == payment.amount_minor || planted(Bug::AmountNotCompared);
            let currency_fits = currency == payment.currency.code() || planted(Bug::CurrencyNotCompared);
            if !amount_fits || !currency_fits {
                return Err(Refusal::AmountMismatch);
            }
            Ok(captured(deciding, payment))
        }
        _ if planted(Bug::LateDeclineBelieved) && payment.status == PaymentStatus::Captured => {
            Ok(still_open(deciding, payment, PaymentStatus::Declined))
        }
        // A payment once declined stays so until money says otherwise.
        _ if payment.status == PaymentStatus::Declined => Ok(Outcome::Declined { code: payment.decline_code }),
        ProviderVerdict::Declined { code } => {
            payment.status = PaymentStatus::Declined;
            payment.decline_code = code.clone();
            record_payment(deciding, payment);
            Ok(Outcome::Declined { code: code.clone() })
        }
        ProviderVerdict::RequiresAction => Ok(still_open(deciding, payment, PaymentStatus::RequiresAction)),
        ProviderVerdict::Pending => {
            // News may overtake each other: a payment that waits for its customer does not go back to the beginning.
            let status = if planted(Bug::OldNewsBelieved) { PaymentStatus::Pending } else { payment.status };
            Ok(still_open(deciding, payment, status))
        }
    }
}

/// The answer when an earlier word was the last one.
fn already_settled(deciding: &Deciding<'_>, payment: &Payment, verdict: &ProviderVerdict) -> Option<Outcome> {
    let is_capture = matches!(verdict, ProviderVerdict::Captured { .. });
    let heeded_anyway = planted(if is_capture { Bug::CaptureCountedTwice } else { Bug::LateDeclineBelieved });
    match payment.status {
        PaymentStatus::Captured if heeded_anyway => None,
        PaymentStatus::Declined if planted(Bug::DeclineIsForEver) => Some(Outcome::Done),
        PaymentStatus::Pending | PaymentStatus::RequiresAction | PaymentStatus::Declined => None,
        PaymentStatus::Captured | PaymentStatus::Refunded | PaymentStatus::PartiallyRefunded => Some(
            payment
                .order
                .and_then(|order| deciding.state.orders.get(&order))
                .map(|order| Outcome::Placed { order: order.id, number: order.number, first: false })
                .or_else(|| pending_refund(deciding, payment))
                .unwrap_or(Outcome::Done),
        ),
    }
}

/// Money that is owed back and has not gone yet: whoever asks may bring it on its way.
fn pending_refund(deciding: &Deciding<'_>, payment: &Payment) -> Option<Outcome> {
    let refund =
        deciding.state.refunds.values().find(|refund| refund.payment == payment.id && refund.status == RefundStatus::Pending)?;
    Some(refund_due(refund, payment))
}

fn still_open(deciding: &mut Deciding<'_>, mut payment: Payment, status: PaymentStatus) -> Outcome {
    payment.status = status;
    record_payment(deciding, payment);
    Outcome::StillOpen { status }
}

/// Why the money of a page that already led to an order goes back.
const PAID_TWICE: &str = "paid twice";

fn captured(deciding: &mut Deciding<'_>, mut payment: Payment) -> Outcome {
    payment.status = PaymentStatus::Captured;
    payment.decline_code = String::new();
    let cause = format!("payment:{}", payment.id);
    if payment.amount_minor > 0 {
        deciding.record_money("provider", "sales", payment.amount_minor, &cause);
    }
    let record = deciding.state.checkouts.get(&payment.checkout_id);
    let other_order = record.and_then(|record| record.order).filter(|_| !planted(Bug::CaptureCountedTwice));
    if other_order.is_none()
        && let Some(outcome) = deciding.place_order(&mut payment)
    {
        record_payment(deciding, payment);
        return outcome;
    }
    let reason = if other_order.is_some() { PAID_TWICE } else { "sold out before the payment arrived" };
    give_all_back(deciding, payment, reason)
}

/// Paid, but there is nothing to give for it: one full refund.
fn give_all_back(deciding: &mut Deciding<'_>, mut payment: Payment, reason: &str) -> Outcome {
    let kept = planted(if reason == PAID_TWICE { Bug::SecondPaymentKept } else { Bug::LatePaymentKept });
    if payment.amount_minor == 0 || kept {
        record_payment(deciding, payment);
        return Outcome::Done;
    }
    payment.refunded_minor = payment.amount_minor;
    let refund = Refund {
        id: RefundId(deciding.id()),
        payment: payment.id,
        order: None,
        amount_minor: payment.amount_minor,
        status: RefundStatus::Pending,
        reason: reason.to_owned(),
        actor: "system".to_owned(),
        created_at: deciding.now,
        lines: Vec::new(),
    };
    let outcome = refund_due(&refund, &payment);
    record_payment(deciding, payment);
    deciding.changes.push(Change::Refund(refund.clone()));
    deciding.state.refunds.insert(refund.id, refund);
    outcome
}

pub(super) fn refund_due(refund: &Refund, payment: &Payment) -> Outcome {
    Outcome::RefundDue {
        refund: refund.id,
        payment: payment.id,
        reference: payment.reference.clone(),
        amount: Money::new(refund.amount_minor, payment.currency),
    }
}

pub(super) fn record_payment(deciding: &mut Deciding<'_>, payment: Payment) {
    deciding.changes.push(Change::PaymentStatus {
        id: payment.id,
        reference: payment.reference.clone(),
        status: payment.status,
        order: payment.order,
        decline_code: payment.decline_code.clone(),
        refunded_minor: payment.refunded_minor,
    });
    deciding.state.payments.insert(payment.id, payment);
}
