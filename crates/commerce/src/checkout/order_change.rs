//! What a seller does with an order: send it, or call off what was not sent.

use super::decide::{Because, Deciding, Deltas};
use super::refund::{self, Owed};
use super::{Change, Outcome, Refusal, ShopState};
use crate::order::{FulfillmentStatus, Order, OrderLine, OrderStatus};
use crate::payment::{RefundLine, RefundStatus};
use crate::planted::{Bug, planted};
use crate::pricing::{PaidLine, refund_for};
use crate::reservation::ReservedLine;
use crate::stock::MovementKind;
use crate::{FulfillmentId, OrderId};

/// What a parcel is known by.
pub(super) struct Parcel<'a> {
    pub(super) carrier: &'a str,
    pub(super) tracking: &'a str,
}

pub(super) fn fulfill(
    deciding: &mut Deciding<'_>,
    id: OrderId,
    lines: &[(u32, u32)],
    parcel: Parcel<'_>,
    actor: &str,
) -> Result<Outcome, Refusal> {
    let mut order = deciding.state.orders.get(&id).ok_or(Refusal::NotFound)?.clone();
    let wanted = units_by_line(lines);
    if wanted.is_empty() || order.status == OrderStatus::Canceled {
        return Err(Refusal::NothingToDo);
    }
    for (number, quantity) in &wanted {
        let line = order.lines.iter_mut().find(|line| line.line == *number).ok_or(Refusal::NotFound)?;
        if *quantity > line.to_send() && !planted(Bug::MoreSentThanOrdered) {
            return Err(Refusal::MoreThanToSend { line: *number, left: line.to_send() });
        }
        line.fulfilled += quantity;
    }
    let because = Because::order(id, actor, "");
    for (number, quantity) in &wanted {
        let line = order.lines.iter().find(|line| line.line == *number).expect("it was found above").clone();
        let units = i64::from(*quantity);
        if line.counted {
            let allocated = if planted(Bug::ParcelKeepsClaim) { 0 } else { -units };
            let deltas = Deltas { on_hand: -units, allocated, ..Deltas::default() };
            deciding.move_stock(line.variant, MovementKind::Ship, deltas, &because);
        }
        deciding.changes.push(counts_of(id, &line));
    }
    let fulfillment = FulfillmentId(deciding.id());
    let (carrier, tracking) = (parcel.carrier.to_owned(), parcel.tracking.to_owned());
    let detail = [carrier.as_str(), tracking.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    deciding.changes.push(Change::Fulfillment { id: fulfillment, order: id, carrier, tracking, lines: wanted });
    deciding.record_event(id, "fulfilled", actor, detail);
    deciding.send("order_fulfilled", fulfillment.0);
    deciding.record_order(order);
    Ok(Outcome::Done)
}

pub(super) fn cancel(deciding: &mut Deciding<'_>, id: OrderId, reason: &str, actor: &str) -> Result<Outcome, Refusal> {
    let mut order = deciding.state.orders.get(&id).ok_or(Refusal::NotFound)?.clone();
    if order.status == OrderStatus::Canceled || order.lines.iter().all(|line| line.to_send() == 0) {
        return Err(Refusal::NothingToDo);
    }
    let nothing_sent = order.lines.iter().all(|line| line.fulfilled == 0);
    let mut owed = Owed::default();
    for index in 0..order.lines.len() {
        let left = order.lines[index].to_send();
        if left > 0 {
            call_off(deciding, &mut order, index, left, (actor, reason));
        }
        let line = &mut order.lines[index];
        // Money of called-off units may have been given back before, or may have been refused by the provider then.
        let paid = line.quantity - line.refunded;
        let unpaid_back = if nothing_sent { paid } else { left.min(paid) };
        if unpaid_back > 0 {
            let given_minor = given_for(deciding.state, id, line.line);
            owed.lines.push(refund_line(line, given_minor, unpaid_back, true));
            line.refunded += unpaid_back;
        }
        if left > 0 || unpaid_back > 0 {
            deciding.changes.push(counts_of(id, line));
        }
    }
    let left_to_refund = order.total_minor - order.refunded_minor;
    let of_lines: i64 = owed.lines.iter().map(|line| line.amount_minor).sum();
    // When nothing was sent, every unit and shipping go back: everything that is still ours.
    owed.amount_minor =
        if nothing_sent || planted(Bug::ShippingRefundedAfterSending) { left_to_refund } else { of_lines.min(left_to_refund) };
    deciding.record_event(id, "canceled", actor, reason.to_owned());
    deciding.send("order_canceled", id.0);
    if owed.amount_minor == 0 {
        deciding.record_order(order);
        return Ok(Outcome::Done);
    }
    refund::begin(deciding, order, owed, reason, actor)
}

/// Calls units off before they were sent: they can be sold again, in this sale and to this customer too.
pub(super) fn call_off(deciding: &mut Deciding<'_>, order: &mut Order, index: usize, units: u32, (actor, reason): (&str, &str)) {
    let line = &mut order.lines[index];
    line.canceled += units;
    let reserved = ReservedLine { variant: line.variant, sale: line.sale, quantity: units, counted: line.counted };
    if line.counted && !planted(Bug::CanceledUnitsKept) {
        let deltas = Deltas { allocated: -i64::from(units), ..Deltas::default() };
        let because = Because::order(order.id, actor, reason);
        deciding.move_stock(reserved.variant, MovementKind::Deallocate, deltas, &because);
    }
    deciding.claim_of_sale(&reserved, &order.customer_key, -i64::from(units));
}

/// What was given back for a line, or is on its way. What the provider has refused is still ours.
pub(super) fn given_for(state: &ShopState, order: OrderId, line: u32) -> i64 {
    let standing = state.refunds.values().filter(|refund| refund.order == Some(order) && refund.status != RefundStatus::Failed);
    standing.flat_map(|refund| &refund.lines).filter(|back| back.line == line).map(|back| back.amount_minor).sum()
}

/// What goes back for more units of a line for which `given_minor` were given before.
pub(super) fn refund_line(line: &OrderLine, given_minor: i64, quantity: u32, restocked: bool) -> RefundLine {
    let paid = PaidLine {
        total_minor: line.total_minor,
        quantity: line.quantity,
        refunded_quantity: line.refunded,
        refunded_minor: given_minor,
    };
    let rounded_up = i64::from(planted(Bug::RefundRoundedUp) && quantity < line.quantity);
    RefundLine { line: line.line, quantity, amount_minor: refund_for(paid, quantity) + rounded_up, restocked }
}

pub(super) fn counts_of(order: OrderId, line: &OrderLine) -> Change {
    Change::OrderLine {
        order,
        line: line.line,
        fulfilled: line.fulfilled,
        canceled: line.canceled,
        refunded: line.refunded,
        returned: line.returned,
    }
}

fn units_by_line(lines: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut units: Vec<(u32, u32)> = Vec::new();
    for (line, quantity) in lines.iter().filter(|(_, quantity)| *quantity > 0) {
        match units.iter_mut().find(|(known, _)| known == line) {
            Some((_, known)) => *known = known.saturating_add(*quantity),
            None => units.push((*line, *quantity)),
        }
    }
    units
}

impl Deciding<'_> {
    /// Stores an order with the statuses that follow from its lines.
    pub(super) fn record_order(&mut self, mut order: Order) {
        let sent = order.lines.iter().any(|line| line.fulfilled > 0);
        let all_sent = order.lines.iter().all(|line| line.to_send() == 0);
        order.fulfillment_status = match (sent, all_sent) {
            (false, _) => FulfillmentStatus::Unfulfilled,
            (true, false) => FulfillmentStatus::Partial,
            (true, true) => FulfillmentStatus::Fulfilled,
        };
        if order.status == OrderStatus::Open && all_sent {
            order.status = if sent { OrderStatus::Completed } else { OrderStatus::Canceled };
            // Called off whole, whichever way: its use of the coupon comes back, once, because this edge is gone along once.
            if let (OrderStatus::Canceled, Some(coupon)) = (order.status, order.coupon) {
                self.claim_coupon(coupon, &order.customer_key, -1);
            }
        } else if let Some(coupon) = order.coupon.filter(|_| planted(Bug::CouponGivenBackTwice) && all_sent) {
            self.claim_coupon(coupon, &order.customer_key, -1);
        }
        self.changes.push(Change::OrderStatus {
            id: order.id,
            status: order.status,
            fulfillment_status: order.fulfillment_status,
            refunded_minor: order.refunded_minor,
        });
        self.state.orders.insert(order.id, order);
    }
}
