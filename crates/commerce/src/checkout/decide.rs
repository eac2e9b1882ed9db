//! The door: commands in, outcomes and changes out.

use super::state::StockRow;
use super::{Change, Command, LedgerEntry, OrderEvent, OutboxMessage, Outcome, Refusal, ShopState};
use super::{order_change, refund, reserve, settle, stock_change};
use crate::planted::{Bug, planted};
use crate::reservation::{ReservationStatus, holds};
use crate::stock::{MovementKind, StockMovement};
use crate::{OrderId, ReservationId, Timestamp, VariantId};

/// The instant of a batch, and where new rows get their ids.
pub struct Moment<'a> {
    /// The instant.
    pub now: Timestamp,
    /// The next id; larger than every one before.
    pub next_id: &'a mut dyn FnMut() -> i64,
}

/// Decides commands in their order. What has run out of time is expired first, so that its units can be had.
///
/// The outcomes are in the order of the commands. A refused command has left no change.
pub fn decide<'c>(
    state: &mut ShopState,
    commands: impl IntoIterator<Item = &'c Command>,
    moment: &mut Moment<'_>,
) -> (Vec<Outcome>, Vec<Change>) {
    let mut deciding = Deciding { state, now: moment.now, next_id: moment.next_id, changes: Vec::new() };
    deciding.expire_due();
    let outcomes = commands.into_iter().map(|command| deciding.decide(command)).collect();
    (outcomes, deciding.changes)
}

/// A batch while it is decided.
pub(super) struct Deciding<'a> {
    pub(super) state: &'a mut ShopState,
    pub(super) now: Timestamp,
    next_id: &'a mut dyn FnMut() -> i64,
    pub(super) changes: Vec<Change>,
}

/// How one movement changes the counters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deltas {
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) allocated: i64,
}

impl Deciding<'_> {
    fn decide(&mut self, command: &Command) -> Outcome {
        // Checks come before changes in each of these, so a refusal has nothing to undo.
        let decided = match command {
            Command::Reserve(cart) => reserve::reserve(self, cart),
            Command::Settle { payment, reference, verdict } => settle::settle(self, *payment, reference, verdict),
            Command::Release { reservation } => self.release(*reservation),
            Command::Extend { reservation } => self.extend(*reservation),
            Command::ExpireDue => Ok(Outcome::Done),
            Command::AdjustStock { variant, change, reason, actor } => {
                stock_change::adjust(self, *variant, *change, reason, actor)
            }
            Command::ChangeQuantityOffered { sale, variant, quantity_offered, actor } => {
                stock_change::offer(self, (*sale, *variant), *quantity_offered, actor)
            }
            Command::FulfillOrder { order, lines, carrier, tracking, actor } => {
                order_change::fulfill(self, *order, lines, order_change::Parcel { carrier, tracking }, actor)
            }
            Command::CancelOrder { order, reason, actor } => order_change::cancel(self, *order, reason, actor),
            Command::RefundOrder { order, lines, extra_minor, reason, actor } => {
                refund::refund_order(self, *order, refund::Asked { lines, extra_minor: *extra_minor, reason }, actor)
            }
            Command::SettleRefund { refund, result } => refund::settle_refund(self, *refund, result),
        };
        decided.unwrap_or_else(Outcome::Refused)
    }

    fn expire_due(&mut self) {
        let due: Vec<ReservationId> = self
            .state
            .reservations
            .values()
            .filter(|reservation| reservation.status == ReservationStatus::Active && !holds(reservation.expires_at, self.now))
            .map(|reservation| reservation.id)
            .collect();
        for id in due.into_iter().filter(|_| !planted(Bug::ExpiredHoldsKept)) {
            self.end_reservation(id, ReservationStatus::Expired);
        }
    }

    fn release(&mut self, id: ReservationId) -> Result<Outcome, Refusal> {
        let reservation = self.state.reservations.get(&id).ok_or(Refusal::NotFound)?;
        if reservation.status == ReservationStatus::Active {
            self.end_reservation(id, ReservationStatus::Released);
        }
        Ok(Outcome::Done)
    }

    fn extend(&mut self, id: ReservationId) -> Result<Outcome, Refusal> {
        match self.state.reservations.get(&id).ok_or(Refusal::NotFound)?.status {
            ReservationStatus::Active => Ok(Outcome::Extended { expires_at: self.prolong(id).expires_at }),
            _ => Err(Refusal::ReservationOver),
        }
    }

    pub(super) fn id(&mut self) -> i64 {
        (self.next_id)()
    }

    /// Moves counters, with the ledger row that says why.
    pub(super) fn move_stock(&mut self, variant: VariantId, kind: MovementKind, deltas: Deltas, because: &Because<'_>) {
        let row: &mut StockRow = self.state.stock.entry(variant).or_default();
        row.item.on_hand += deltas.on_hand;
        row.item.reserved += deltas.reserved;
        row.item.allocated += deltas.allocated;
        row.movements += if planted(Bug::MovementNumberReused) && deltas.allocated != 0 { 0 } else { 1 };
        assert!(row.item.reserved >= 0 && row.item.allocated >= 0, "holds and claims are given back at most once");
        self.changes.push(Change::Stock(StockMovement {
            variant,
            sequence: row.movements,
            kind,
            on_hand_delta: deltas.on_hand,
            reserved_delta: deltas.reserved,
            allocated_delta: deltas.allocated,
            after: row.item,
            cause: because.cause.clone(),
            actor: because.actor.to_owned(),
            reason: because.reason.to_owned(),
            at: self.now,
        }));
    }

    pub(super) fn record_event(&mut self, order: OrderId, kind: &'static str, actor: &str, detail: String) {
        let id = self.id();
        self.changes.push(Change::OrderEvent(OrderEvent { order, id, kind, actor: actor.to_owned(), detail }));
    }

    /// A row of the money journal.
    pub(super) fn record_money(&mut self, debit: &'static str, credit: &'static str, amount_minor: i64, cause: &str) {
        let id = self.id();
        self.changes.push(Change::Ledger(LedgerEntry { id, debit, credit, amount_minor, cause: cause.to_owned() }));
    }

    pub(super) fn send(&mut self, kind: &'static str, subject: i64) {
        let id = self.id();
        self.changes.push(Change::Outbox(OutboxMessage { id, kind, subject }));
    }
}

/// Why counters move.
pub(super) struct Because<'a> {
    pub(super) cause: String,
    pub(super) actor: &'a str,
    pub(super) reason: &'a str,
}

impl Because<'_> {
    pub(super) fn reservation(id: ReservationId, actor: &str) -> Because<'_> {
        Because { cause: format!("reservation:{id}"), actor, reason: "" }
    }

    pub(super) fn order<'a>(id: OrderId, actor: &'a str, reason: &'a str) -> Because<'a> {
        Because { cause: format!("order:{id}"), actor, reason }
    }
}
