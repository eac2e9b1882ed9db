//! Refund: money back for units of an order, never more than was paid, however many ask at once.
//!
//! The amount is taken off what can be given back when the refund begins, not when the provider has answered: two refunds that
//! cross each other can therefore not both have the same money. A refund that the provider refuses puts it back.

use super::decide::{Because, Deciding, Deltas};
use super::order_change::{call_off, counts_of, given_for, refund_line};
use super::settle::{record_payment, refund_due};
use super::{Change, LineRefund, Outcome, RefundResult, Refusal, Restock, ShopState};
use crate::order::Order;
use crate::payment::{PaymentStatus, Refund, RefundLine, RefundStatus};
use crate::planted::{Bug, planted};
use crate::stock::MovementKind;
use crate::{Money, OrderId, RefundId};

/// What a seller asks to give back.
pub(super) struct Asked<'a> {
    pub(super) lines: &'a [LineRefund],
    pub(super) extra_minor: i64,
    pub(super) reason: &'a str,
}

/// What is to be given back.
#[derive(Default)]
pub(super) struct Owed {
    pub(super) lines: Vec<RefundLine>,
    pub(super) amount_minor: i64,
}

pub(super) fn refund_order(deciding: &mut Deciding<'_>, id: OrderId, asked: Asked<'_>, actor: &str) -> Result<Outcome, Refusal> {
    let mut order = deciding.state.orders.get(&id).ok_or(Refusal::NotFound)?.clone();
    let owed = owed(deciding.state, &order, &asked)?;
    for wanted in asked.lines {
        let index = order.lines.iter().position(|line| line.line == wanted.line).expect("owed() has found every line");
        order.lines[index].refunded += wanted.quantity;
        if wanted.restock == Restock::Yes {
            restock(deciding, &mut order, index, wanted.quantity, (actor, asked.reason));
        }
        deciding.changes.push(counts_of(id, &order.lines[index]));
    }
    begin(deciding, order, owed, asked.reason, actor)
}

/// The amount, after every check.
fn owed(state: &ShopState, order: &Order, asked: &Asked<'_>) -> Result<Owed, Refusal> {
    if !(0..=Money::INPUT_MINOR_MAX).contains(&asked.extra_minor) {
        return Err(Refusal::OutOfRange);
    }
    let mut owed = Owed { lines: Vec::new(), amount_minor: asked.extra_minor };
    let mut seen = Vec::new();
    for wanted in asked.lines {
        let line = order.lines.iter().find(|line| line.line == wanted.line).ok_or(Refusal::NotFound)?;
        if seen.contains(&wanted.line) || wanted.quantity == 0 {
            return Err(Refusal::NothingToDo);
        }
        seen.push(wanted.line);
        if wanted.quantity > line.quantity - line.refunded {
            return Err(Refusal::MoreThanPaid { left_minor: order.total_minor - order.refunded_minor });
        }
        let back = refund_line(line, given_for(state, order.id, line.line), wanted.quantity, wanted.restock == Restock::Yes);
        owed.amount_minor += back.amount_minor;
        owed.lines.push(back);
    }
    let left_minor = order.total_minor - order.refunded_minor;
    match owed.amount_minor {
        0 => Err(Refusal::NothingToDo),
        amount if amount > left_minor => Err(Refusal::MoreThanPaid { left_minor }),
        _ => Ok(owed),
    }
}

/// Units that can be sold again: those never sent are called off, those sent come back into the building.
fn restock(deciding: &mut Deciding<'_>, order: &mut Order, index: usize, units: u32, (actor, reason): (&str, &str)) {
    let unsent = if planted(Bug::UnsentUnitsReturned) { 0 } else { units.min(order.lines[index].to_send()) };
    if unsent > 0 {
        call_off(deciding, order, index, unsent, (actor, reason));
    }
    let line = &mut order.lines[index];
    let returnable = if planted(Bug::UnsentUnitsReturned) { units } else { line.fulfilled - line.returned };
    let back = (units - unsent).min(returnable);
    line.returned += back;
    if back > 0 && line.counted {
        let deltas = Deltas { on_hand: i64::from(back), ..Deltas::default() };
        let because = Because::order(order.id, actor, reason);
        deciding.move_stock(line.variant, MovementKind::Return, deltas, &because);
    }
}

/// Begins a refund of an order.
pub(super) fn begin(
    deciding: &mut Deciding<'_>,
    mut order: Order,
    owed: Owed,
    reason: &str,
    actor: &str,
) -> Result<Outcome, Refusal> {
    let mut payment = deciding.state.payments.get(&order.payment).expect("an order is read with its payment").clone();
    if !planted(Bug::RefundCountedLate) {
        order.refunded_minor += owed.amount_minor;
        payment.refunded_minor += owed.amount_minor;
    }
    let refund = Refund {
        id: RefundId(deciding.id()),
        payment: payment.id,
        order: Some(order.id),
        amount_minor: owed.amount_minor,
        status: RefundStatus::Pending,
        reason: reason.to_owned(),
        actor: actor.to_owned(),
        created_at: deciding.now,
        lines: owed.lines,
    };
    let outcome = refund_due(&refund, &payment);
    let amount = Money::new(refund.amount_minor, order.currency);
    deciding.record_event(order.id, "refund_begun", actor, told(amount, reason));
    record_payment(deciding, payment);
    deciding.changes.push(Change::Refund(refund.clone()));
    deciding.state.refunds.insert(refund.id, refund);
    deciding.record_order(order);
    Ok(outcome)
}

pub(super) fn settle_refund(deciding: &mut Deciding<'_>, id: RefundId, result: &RefundResult) -> Result<Outcome, Refusal> {
    let mut refund = deciding.state.refunds.get(&id).ok_or(Refusal::NotFound)?.clone();
    if refund.status != RefundStatus::Pending && !planted(Bug::RefundCountedTwice) {
        return Ok(Outcome::Done);
    }
    let mut payment = deciding.state.payments.get(&refund.payment).expect("a refund is read with its payment").clone();
    let amount = Money::new(refund.amount_minor, payment.currency);
    let order = refund.order.and_then(|order| deciding.state.orders.get(&order)).cloned();
    match result {
        RefundResult::Succeeded => {
            refund.status = RefundStatus::Succeeded;
            let waiting = deciding
                .state
                .refunds
                .values()
                .any(|other| other.payment == payment.id && other.id != id && other.status == RefundStatus::Pending);
            let all = payment.refunded_minor == payment.amount_minor && !waiting;
            payment.status = if all { PaymentStatus::Refunded } else { PaymentStatus::PartiallyRefunded };
            let from = if planted(Bug::RefundBookedAsSale) { "sales" } else { "provider" };
            deciding.record_money("refunds", from, refund.amount_minor, &format!("refund:{id}"));
            let kind = if order.is_some() { "order_refunded" } else { "payment_refunded_late" };
            deciding.send(kind, id.0);
            if let Some(order) = order {
                deciding.record_event(order.id, "refunded", &refund.actor, amount.to_string());
            }
        }
        RefundResult::Failed { reason } => {
            refund.status = RefundStatus::Failed;
            payment.refunded_minor -= if planted(Bug::RefusedRefundLost) { 0 } else { refund.amount_minor };
            if let Some(mut order) = order {
                order.refunded_minor -= refund.amount_minor;
                for back in &refund.lines {
                    if let Some(line) = order.lines.iter_mut().find(|line| line.line == back.line) {
                        line.refunded -= back.quantity;
                        deciding.changes.push(counts_of(order.id, line));
                    }
                }
                deciding.record_event(order.id, "refund_failed", "system", told(amount, reason));
                deciding.record_order(order);
            }
        }
    }
    deciding.changes.push(Change::RefundStatus { id, status: refund.status });
    record_payment(deciding, payment);
    deciding.state.refunds.insert(id, refund);
    Ok(Outcome::Done)
}

/// `€10.00: arrived broken`, or the amount alone where nobody gave a reason.
fn told(amount: Money, reason: &str) -> String {
    match reason.trim() {
        "" => amount.to_string(),
        reason => format!("{amount}: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn a_refund_without_a_reason_is_told_as_an_amount_and_nothing_more() {
        let ten = Money::new(1_000, Currency::from_code("EUR").expect("the euro is a currency"));
        assert_eq!(told(ten, "arrived broken"), format!("{ten}: arrived broken"));
        assert_eq!(told(ten, " "), ten.to_string());
    }
}
