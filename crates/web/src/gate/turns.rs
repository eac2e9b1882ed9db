//! Which shop is next: the one that has had the least.
//!
//! Start-time fair queueing (Goyal, Vin and Cheng 1996) over the time that handlers work. What a shop has had counts against
//! what the others got and not against the clock, so that turns stay fair on a machine that has less time for handlers than it
//! has cores: reading and refusing a crowd's requests takes time as well. Whoever asks for little is always next; what they leave
//! goes to the others in equal parts.

use commerce::ShopId;
use std::collections::{BTreeSet, HashMap};

/// What a shop that asks for less than the others may keep for a moment in which many of its own come at once, microseconds.
const SAVED_MAX: i64 = 50_000;
/// The deepest debt, microseconds: one handler that took seconds does not shut its shop out for as long.
const DEBT_MAX: i64 = 100_000;
/// How far ahead of the scale a shop may get by being let in before others where somebody pays, microseconds: two or three
/// payments. Whoever pays waits patiently, and a shop's own come before its others anyway.
const AHEAD_MAX: i64 = 5_000;

/// The turns of the shops.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// What each shop has had, microseconds of work on a common scale.
    had: HashMap<ShopId, i64>,
    /// Shops with somebody in line, by what they have had.
    in_line: BTreeSet<(i64, ShopId)>,
    /// Where the scale has arrived: what the shop that was called last had had by then.
    reached: i64,
}

impl Turns {
    /// Somebody of a shop stands in line, and nobody of it did.
    pub fn join(&mut self, shop: ShopId) {
        let had = self.had.entry(shop).or_insert(self.reached);
        *had = (*had).clamp(self.reached - SAVED_MAX, self.reached + DEBT_MAX);
        self.in_line.insert((*had, shop));
    }

    /// Nobody of the shop is in line any more.
    pub fn leave(&mut self, shop: ShopId) {
        if let Some(had) = self.had.get(&shop) {
            self.in_line.remove(&(*had, shop));
        }
    }

    /// It is this shop's turn, and it is charged what that is expected to take.
    pub fn begin(&mut self, shop: ShopId, micros: i64) {
        // Whoever pays is let in before others, but does not move time on for them.
        let least = self.in_line.first().map_or(i64::MAX, |(had, _)| *had);
        self.reached = self.reached.max(self.had(shop).min(least));
        self.charge(shop, micros);
    }

    /// Charges a shop with work, microseconds; negative: it took less than was expected.
    pub fn charge(&mut self, shop: ShopId, micros: i64) {
        let Some(had) = self.had.get_mut(&shop) else { return };
        let is_in_line = self.in_line.remove(&(*had, shop));
        *had += micros;
        if is_in_line {
            self.in_line.insert((*had, shop));
        }
    }

    /// Shops with somebody in line, whoever has had least first.
    pub fn in_order(&self) -> impl Iterator<Item = ShopId> + '_ {
        self.in_line.iter().map(|(_, shop)| *shop)
    }

    /// The same without those that are far ahead.
    pub fn in_order_of_payers(&self) -> impl Iterator<Item = ShopId> + '_ {
        let most = self.reached + AHEAD_MAX;
        self.in_line.iter().take_while(move |(had, _)| *had <= most).map(|(_, shop)| *shop)
    }

    /// How many shops have somebody in line.
    pub fn len(&self) -> usize {
        self.in_line.len()
    }

    /// Forgets a shop that has nobody in line.
    pub fn forget(&mut self, shop: ShopId) {
        self.had.remove(&shop);
    }

    fn had(&self, shop: ShopId) -> i64 {
        self.had.get(&shop).copied().unwrap_or(self.reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LITTLE: ShopId = ShopId(1);
    const MUCH: ShopId = ShopId(2);

    fn first(turns: &Turns) -> Option<ShopId> {
        turns.in_order().next()
    }

    #[test]
    fn a_shop_that_asks_for_little_is_next_whenever_it_comes() {
        let mut turns = Turns::default();
        turns.join(MUCH);
        for _ in 0..1_000 {
            turns.begin(MUCH, 900);
            turns.join(LITTLE);
            assert_eq!(first(&turns), Some(LITTLE));
            turns.begin(LITTLE, 300);
            turns.leave(LITTLE);
            assert_eq!(first(&turns), Some(MUCH));
        }
    }

    #[test]
    fn what_is_saved_up_and_what_is_owed_is_bounded() {
        let mut turns = Turns::default();
        turns.join(LITTLE);
        turns.leave(LITTLE);
        turns.join(MUCH);
        for _ in 0..1_000 {
            turns.begin(MUCH, 1_000);
        }
        turns.join(LITTLE);
        turns.begin(LITTLE, 49_000);
        assert_eq!(first(&turns), Some(LITTLE), "a moment with many");
        turns.begin(LITTLE, 3_000);
        assert_eq!(first(&turns), Some(MUCH), "a second of patience does not buy a second of turns");
        turns.charge(LITTLE, 60_000_000);
        turns.leave(LITTLE);
        turns.join(LITTLE);
        for _ in 0..110 {
            turns.begin(MUCH, 1_000);
        }
        assert_eq!(first(&turns), Some(LITTLE), "a minute too much is forgiven after a tenth of a second");
    }

    #[test]
    fn payers_of_a_shop_go_first_until_it_is_far_ahead() {
        let mut turns = Turns::default();
        turns.join(LITTLE);
        turns.join(MUCH);
        let mut paid = 0;
        while turns.in_order_of_payers().any(|shop| shop == MUCH) {
            turns.begin(MUCH, 1_000);
            paid += 1;
        }
        assert_eq!(paid, 6);
        turns.begin(LITTLE, 3_000);
        turns.begin(LITTLE, 3_000);
        assert!(turns.in_order_of_payers().any(|shop| shop == MUCH));
    }
}
