//! What a seller does with stock: count it, correct it, receive goods, and offer more or less of it in a sale.

use super::decide::{Because, Deciding, Deltas};
use super::{Change, Outcome, Refusal, StockChange};
use crate::planted::{Bug, planted};
use crate::stock::MovementKind;
use crate::{FlashSaleId, VariantId};

/// The most units of one variant; far above any shelf, far below overflow.
const ON_HAND_MAX: i64 = 1_000_000_000;

pub(super) fn adjust(
    deciding: &mut Deciding<'_>,
    variant: VariantId,
    change: StockChange,
    reason: &str,
    actor: &str,
) -> Result<Outcome, Refusal> {
    let row = deciding.state.stock.get(&variant).copied().ok_or(Refusal::NotFound)?;
    let (on_hand, kind) = match change {
        StockChange::Set { on_hand } if row.movements == 0 => (Some(on_hand), MovementKind::Initial),
        StockChange::Set { on_hand } => (Some(on_hand), MovementKind::Adjustment),
        StockChange::Add { delta } => (row.item.on_hand.checked_add(delta), MovementKind::Adjustment),
        StockChange::Receive { quantity } if quantity < 1 => (None, MovementKind::Receipt),
        StockChange::Receive { quantity } => (row.item.on_hand.checked_add(quantity), MovementKind::Receipt),
    };
    let on_hand = on_hand.filter(|on_hand| (-ON_HAND_MAX..=ON_HAND_MAX).contains(on_hand)).ok_or(Refusal::OutOfRange)?;
    let claimed = row.item.reserved + row.item.allocated;
    let oversell = deciding.state.variants.get(&variant).is_some_and(|terms| terms.oversell || !terms.stock_tracked);
    if !oversell && on_hand < 0 {
        return Err(Refusal::OutOfRange);
    }
    if !oversell && on_hand < claimed && !planted(Bug::CountBelowClaimed) {
        return Err(Refusal::BelowClaimed { claimed });
    }
    let delta = on_hand - row.item.on_hand;
    if delta == 0 {
        return Ok(Outcome::Done);
    }
    let because = Because { cause: actor_cause(actor), actor, reason };
    deciding.move_stock(variant, kind, Deltas { on_hand: delta, ..Deltas::default() }, &because);
    Ok(Outcome::Done)
}

pub(super) fn offer(
    deciding: &mut Deciding<'_>,
    (sale, variant): (FlashSaleId, VariantId),
    quantity_offered: Option<i64>,
    actor: &str,
) -> Result<Outcome, Refusal> {
    let item = deciding.sale_item(sale, variant).ok_or(Refusal::NotFound)?;
    if quantity_offered.is_some_and(|offered| !(0..=ON_HAND_MAX).contains(&offered)) {
        return Err(Refusal::OutOfRange);
    }
    if item.quantity_offered != quantity_offered {
        if quantity_offered.is_some_and(|offered| offered < item.quantity_claimed) {
            return Err(Refusal::BelowClaimed { claimed: item.quantity_claimed });
        }
        item.quantity_offered = quantity_offered;
        let actor = actor.to_owned();
        deciding.changes.push(Change::QuantityOffered { sale, variant, quantity_offered, actor });
    }
    Ok(Outcome::Done)
}

fn actor_cause(actor: &str) -> String {
    if actor == "import" { "import".into() } else { "desk".into() }
}
