//! The stock ledger, replayed from its first row: what each movement may move, where it leads, and which hold it ends.

use super::proof::Named;
use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, Value, params, sql};
use commerce::stock::{MovementKind, StockItem};
use std::collections::{BTreeMap, HashMap};

/// One row of the ledger, with the variant's counters of today beside it.
struct Movement {
    variant: i64,
    sequence: i64,
    kind: Option<MovementKind>,
    delta: StockItem,
    after: StockItem,
    cause: String,
    stored: Option<StockItem>,
    /// Up to which movement more could be promised than there was, because the seller wanted it so.
    oversell_until: i64,
}

impl Movement {
    fn from(row: &Row) -> Self {
        let kind: String = row.get(2);
        let counters = |at: usize| StockItem { on_hand: row.get(at), reserved: row.get(at + 1), allocated: row.get(at + 2) };
        Self {
            variant: row.get(0),
            sequence: row.get(1),
            kind: MovementKind::ALL.into_iter().find(|known| known.as_str() == kind),
            delta: counters(3),
            after: counters(6),
            cause: row.get(9),
            stored: row.get::<Option<i64>>(10).map(|_| counters(10)),
            oversell_until: row.get::<Option<i64>>(13).unwrap_or(0),
        }
    }

    fn name(&self) -> Named {
        Named::of_variant(self.variant, format!("variant {}, movement {}", self.variant, self.sequence))
    }

    /// The row that caused it, if it is of this kind: `reservation:17` gives 17 for `reservation`.
    fn caused_by(&self, noun: &str) -> Option<i64> {
        self.cause.strip_prefix(noun)?.strip_prefix(':')?.parse().ok()
    }
}

/// One variant while its movements are replayed.
#[derive(Default)]
struct Replay {
    variant: i64,
    sequence: i64,
    counters: StockItem,
    stored: Option<StockItem>,
    /// What each reservation still holds; one that holds nothing is left out, so this stays as small as the live holds are.
    holds: BTreeMap<i64, i64>,
    ever_held: bool,
}

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let movements = sql!(
        "SELECT m.variant_id, m.sequence, m.kind, m.on_hand_delta, m.reserved_delta, m.allocated_delta,
            m.on_hand_after, m.reserved_after, m.allocated_after, m.cause, s.on_hand, s.reserved, s.allocated,
            CASE WHEN s.oversell = 1 THEN m.sequence ELSE s.oversell_until END
         FROM stock_movements m LEFT JOIN stock_items s ON s.shop_id = m.shop_id AND s.variant_id = m.variant_id
         WHERE m.shop_id = $1 AND (m.variant_id, m.sequence) > ($2, $3) ORDER BY m.variant_id, m.sequence LIMIT $4"
    );
    let mut walk = Walk::new(movements, &params![i64::MIN, i64::MIN]);
    let mut replay: Option<Replay> = None;
    while let Some(rows) = walk.next(books).await? {
        let movements: Vec<Movement> = rows.iter().map(Movement::from).collect();
        let reservation_of_order = reservations_of_orders(books, &movements).await?;
        for movement in &movements {
            let mut current = match replay.take() {
                Some(current) if current.variant == movement.variant => current,
                finished => {
                    finish(books, finished).await?;
                    Replay { variant: movement.variant, ..Replay::default() }
                }
            };
            check_kind(books, movement);
            check_promise(books, movement);
            check_step(books, &mut current, movement);
            check_hold(books, &mut current, movement, &reservation_of_order);
            replay = Some(current);
        }
    }
    finish(books, replay).await
}

/// From which reservations the orders grew that these movements speak of.
async fn reservations_of_orders(books: &mut Books<'_>, movements: &[Movement]) -> Result<HashMap<i64, i64>> {
    let orders: Vec<i64> = (movements.iter())
        .filter(|movement| movement.kind == Some(MovementKind::Allocate))
        .filter_map(|movement| movement.caused_by("order"))
        .collect();
    let params: Vec<Vec<Value>> = orders.iter().map(|order| params![*order].to_vec()).collect();
    let reservation = sql!("SELECT reservation_id FROM orders WHERE shop_id = $1 AND order_id = $2");
    let found = books.query_many(reservation, &params).await?;
    Ok(orders.into_iter().zip(found).filter_map(|(order, rows)| Some((order, rows.first()?.get(0)))).collect())
}

fn check_kind(books: &mut Books<'_>, movement: &Movement) {
    books.findings.row(Invariant::I1);
    if !movement.kind.is_some_and(|kind| may_move(kind, movement.delta)) {
        let StockItem { on_hand, reserved, allocated } = movement.delta;
        let kind = movement.kind.map_or("an unknown kind", MovementKind::as_str);
        let detail = format!("{kind} moves {on_hand:+} on hand, {reserved:+} reserved, {allocated:+} allocated");
        books.findings.broken(Invariant::I1, movement.name(), detail);
    }
}

/// Which counters a kind of movement moves, and in which direction. Units come into the building and leave it by these kinds
/// only.
fn may_move(kind: MovementKind, delta: StockItem) -> bool {
    let StockItem { on_hand, reserved, allocated } = delta;
    match kind {
        MovementKind::Initial | MovementKind::Adjustment => reserved == 0 && allocated == 0,
        MovementKind::Receipt | MovementKind::Return => on_hand > 0 && reserved == 0 && allocated == 0,
        MovementKind::Reserve => on_hand == 0 && reserved > 0 && allocated == 0,
        MovementKind::Release | MovementKind::Expire => on_hand == 0 && reserved < 0 && allocated == 0,
        MovementKind::Allocate => on_hand == 0 && reserved < 0 && allocated == -reserved,
        MovementKind::Ship => on_hand < 0 && reserved == 0 && allocated == on_hand,
        MovementKind::Deallocate => on_hand == 0 && reserved == 0 && allocated < 0,
    }
}

/// No unit that was not there has ever been promised, unless the seller let the variant sell beyond its stock at that time.
fn check_promise(books: &mut Books<'_>, movement: &Movement) {
    books.findings.row(Invariant::I5);
    let StockItem { on_hand, reserved, allocated } = movement.after;
    let promised = i128::from(reserved) + i128::from(allocated);
    if movement.sequence > movement.oversell_until && promised > i128::from(on_hand) {
        let detail = format!("leaves {on_hand} on hand with {reserved} reserved and {allocated} allocated");
        books.findings.broken(Invariant::I5, movement.name(), detail);
    }
}

fn check_step(books: &mut Books<'_>, replay: &mut Replay, movement: &Movement) {
    books.findings.row(Invariant::I3);
    let expected = replay.sequence + 1;
    if movement.sequence != expected {
        books.findings.broken(Invariant::I3, movement.name(), format!("comes where number {expected} should stand"));
    }
    replay.counters = StockItem {
        on_hand: replay.counters.on_hand.saturating_add(movement.delta.on_hand),
        reserved: replay.counters.reserved.saturating_add(movement.delta.reserved),
        allocated: replay.counters.allocated.saturating_add(movement.delta.allocated),
    };
    if replay.counters != movement.after {
        let detail = format!("says {} afterwards, the replay gives {}", spelled(movement.after), spelled(replay.counters));
        books.findings.broken(Invariant::I3, movement.name(), detail);
        // What follows is held against what this row says, so that one wrong row is told once.
        replay.counters = movement.after;
    }
    replay.sequence = movement.sequence;
    replay.stored = movement.stored;
}

fn check_hold(books: &mut Books<'_>, replay: &mut Replay, movement: &Movement, reservation_of_order: &HashMap<i64, i64>) {
    let reservation = match movement.kind {
        Some(MovementKind::Reserve | MovementKind::Release | MovementKind::Expire) => movement.caused_by("reservation"),
        Some(MovementKind::Allocate) => movement.caused_by("order").and_then(|order| reservation_of_order.get(&order)).copied(),
        _ => return,
    };
    books.findings.row(Invariant::I4);
    let Some(reservation) = reservation else {
        let detail = format!("moves reserved units because of “{}”, which is no reservation", movement.cause);
        return books.findings.broken(Invariant::I4, movement.name(), detail);
    };
    replay.ever_held = true;
    let held = replay.holds.remove(&reservation).unwrap_or(0) + movement.delta.reserved;
    if held < 0 {
        let detail = format!("takes {} units from reservation {reservation} that it no longer holds", -held);
        books.findings.broken(Invariant::I4, movement.name(), detail);
    } else if held > 0 {
        replay.holds.insert(reservation, held);
    }
}

/// The end of a variant's ledger: it has led to the counters of the instant in which it ended, and what is still held then
/// belongs to active reservations.
async fn finish(books: &mut Books<'_>, replay: Option<Replay>) -> Result<()> {
    let Some(replay) = replay else { return Ok(()) };
    let name = || Named::of_variant(replay.variant, format!("variant {}", replay.variant));
    if replay.stored != Some(replay.counters) {
        let stored = replay.stored.map_or("no counters at all".into(), spelled);
        let detail = format!("has {stored}, its movements give {}", spelled(replay.counters));
        books.findings.broken(Invariant::I3, name(), detail);
    }
    if !replay.ever_held {
        return Ok(());
    }
    // Should another active reservation claim units that no movement took, the sum of claims is not the counter: I2 says so.
    let ids: Vec<i64> = replay.holds.keys().copied().collect();
    let claimed = sql!(
        "SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM reservations r
         JOIN reservation_lines l ON l.shop_id = r.shop_id AND l.reservation_id = r.reservation_id
         WHERE r.shop_id = $1 AND r.reservation_id = $2 AND r.status = 'active' AND l.variant_id = $3 AND l.counted = 1"
    );
    let params: Vec<Vec<Value>> = ids.iter().map(|id| params![*id, replay.variant].to_vec()).collect();
    let rows = books.query_many(claimed, &params).await?;
    for ((reservation, held), rows) in replay.holds.iter().zip(&rows) {
        let claimed: i64 = rows[0].get(0);
        if *held != claimed {
            let detail = format!("reservation {reservation} claims {claimed} units, its movements left it {held}");
            books.findings.broken(Invariant::I4, name(), detail);
        }
    }
    Ok(())
}

fn spelled(item: StockItem) -> String {
    format!("{} on hand, {} reserved, {} allocated", item.on_hand, item.reserved, item.allocated)
}
