//! What receipts say of each other: that an order belongs to one buyer, a checkout led to one order, and no more units are on
//! receipts than a page said were there before the first of them.

use super::over_http::tell;
use super::{Entry, Left, Receipt};
use crate::report::data::Audit;
use std::collections::hash_map::Entry as Known;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

/// Receipts, added up as they are read. A checkout's name is kept as its hash: 64 bits with a key of this run's own, so that two
/// of a million are mistaken for each other in one of thirty million audits.
#[derive(Default)]
pub(super) struct Tally {
    hasher: RandomState,
    checkout_of_order: HashMap<u64, u64>,
    order_of_checkout: HashMap<u64, u64>,
    units: BTreeMap<i64, u64>,
    left: BTreeMap<i64, Left>,
    first_receipt_ms: Option<i64>,
    audit: Audit,
}

impl Tally {
    pub(super) fn add(&mut self, entry: &Entry) {
        match entry {
            Entry::Receipt(receipt) => self.add_receipt(receipt),
            Entry::SoldOut(_) => {}
            Entry::Left(left) => {
                let first = self.left.entry(left.variant).or_insert(*left);
                if left.at_ms < first.at_ms {
                    *first = *left;
                }
            }
        }
    }

    fn add_receipt(&mut self, receipt: &Receipt) {
        let (order, checkout) = (receipt.order, self.hasher.hash_one(&receipt.checkout_id));
        self.audit.receipts += 1;
        self.first_receipt_ms = Some(self.first_receipt_ms.map_or(receipt.at_ms, |first| first.min(receipt.at_ms)));
        match self.checkout_of_order.entry(order) {
            Known::Vacant(place) => {
                place.insert(checkout);
                for line in &receipt.lines {
                    *self.units.entry(line.variant).or_default() += u64::from(line.quantity);
                }
            }
            // Whoever reads their receipt twice has bought once.
            Known::Occupied(place) if *place.get() == checkout => return,
            Known::Occupied(_) => self.is_doubled(format!(
                "Order {order} is on the receipts of two buyers, the second one with checkout {}: one of them paid for nothing.",
                receipt.checkout_id
            )),
        }
        let first = *self.order_of_checkout.entry(checkout).or_insert(order);
        if first != order {
            self.is_doubled(format!(
                "Checkout {} led to two orders, {first} and {order}: its buyer paid twice.",
                receipt.checkout_id
            ));
        }
    }

    fn is_doubled(&mut self, finding: String) {
        self.audit.doubled += 1;
        tell(&mut self.audit.findings, self.audit.doubled, finding);
    }

    /// What was found.
    pub(super) fn audit(mut self) -> Audit {
        // What was left later had been bought from already.
        let from = self.first_receipt_ms.unwrap_or(i64::MIN);
        let mut variants = 0;
        for (variant, left) in self.left.into_iter().filter(|(_, left)| left.at_ms < from) {
            let sold = self.units.get(&variant).copied().unwrap_or(0);
            if sold > left.units {
                variants += 1;
                self.audit.oversold += sold - left.units;
                let finding = format!(
                    "{sold} units of variant {variant} are on receipts, and {} were left before the first of them: unless more \
                     came in meanwhile, {} were sold that are not there.",
                    left.units,
                    sold - left.units
                );
                tell(&mut self.audit.findings, variants, finding);
            }
        }
        self.audit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Line;

    fn receipt(order: u64, checkout_id: &str, quantity: u32) -> Entry {
        Entry::Receipt(Receipt {
            order,
            total: "48.00".into(),
            currency: "EUR".into(),
            checkout_id: checkout_id.into(),
            email: "ada@example.com".into(),
            address: format!("/orders/{order}?key=k"),
            lines: vec![Line { variant: 17, quantity }],
            at_ms: 1_000,
        })
    }

    fn left(units: u64, at_ms: i64) -> Entry {
        Entry::Left(Left { variant: 17, units, at_ms })
    }

    fn audit(entries: &[Entry]) -> Audit {
        let mut tally = Tally::default();
        entries.iter().for_each(|entry| tally.add(entry));
        tally.audit()
    }

    #[test]
    fn buyers_with_an_order_each_are_no_finding() {
        let found = audit(&[left(3, 0), receipt(1_001, "a", 1), receipt(1_002, "b", 2), receipt(1_002, "b", 2)]);
        assert_eq!(found, Audit { receipts: 3, ..Audit::default() });
    }

    #[test]
    fn an_order_of_two_buyers_and_a_buyer_with_two_orders_are_named() {
        let found = audit(&[receipt(1_001, "a", 1), receipt(1_001, "b", 1), receipt(1_002, "a", 1)]);
        assert_eq!((found.receipts, found.doubled), (3, 2));
        assert_eq!(
            found.findings,
            [
                "Order 1001 is on the receipts of two buyers, the second one with checkout b: one of them paid for nothing.",
                "Checkout a led to two orders, 1001 and 1002: its buyer paid twice.",
            ]
        );
    }

    #[test]
    fn units_on_receipts_beyond_those_left_at_the_start_are_oversold() {
        let sold = [receipt(1_001, "a", 2), receipt(1_002, "b", 2)];
        let with = |entry: Entry| audit(&[&sold[..], &[entry]].concat());
        let found = with(left(3, 999));
        assert_eq!(found.oversold, 1);
        assert!(found.findings[0].starts_with("4 units of variant 17 are on receipts, and 3 were left"), "{found:?}");
        assert_eq!(with(left(4, 999)).oversold, 0);
        assert_eq!(with(left(3, 1_000)).oversold, 0, "that was after the first receipt");
    }
}
