//! What a page has asked while it was made: of which variants the price or the stock, of which sales how much is taken. When one
//! of these moves, the page is printed anew; when nothing of it moves, it stays.

use commerce::{FlashSaleId, VariantId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// A page that asks for more variants than this counts as asking for all.
const VARIANTS_MAX: usize = 1_000;

/// Variants and sales.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Their price or stock.
    pub variants: BTreeSet<VariantId>,
    /// How much of their offer is taken.
    pub sales: BTreeSet<FlashSaleId>,
    /// Every variant of the shop.
    pub is_everything: bool,
}

impl Asked {
    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.variants.is_empty() && self.sales.is_empty() && !self.is_everything
    }

    /// Whether both speak of the same.
    pub fn meets(&self, other: &Self) -> bool {
        let both_have = |one: &Self, two: &Self| one.is_everything && !two.is_empty();
        both_have(self, other)
            || both_have(other, self)
            || !self.variants.is_disjoint(&other.variants)
            || !self.sales.is_disjoint(&other.sales)
    }
}

/// Writes down what a page asks.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Asked>);

impl Recorder {
    /// The price or the stock of a variant.
    pub fn variant(&self, variant: VariantId) {
        let mut asked = self.lock();
        if asked.is_everything {
            return;
        }
        asked.variants.insert(variant);
        if asked.variants.len() > VARIANTS_MAX {
            asked.is_everything = true;
            asked.variants.clear();
        }
    }

    /// How much of a sale's offer is taken.
    pub fn sale(&self, sale: FlashSaleId) {
        self.lock().sales.insert(sale);
    }

    /// Anything in the shop.
    pub fn everything(&self) {
        let mut asked = self.lock();
        asked.is_everything = true;
        asked.variants.clear();
    }

    /// All that was asked.
    pub fn take(&self) -> Asked {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(variants: &[i64], sales: &[i64], is_everything: bool) -> Asked {
        Asked {
            variants: variants.iter().map(|id| VariantId(*id)).collect(),
            sales: sales.iter().map(|id| FlashSaleId(*id)).collect(),
            is_everything,
        }
    }

    #[test]
    fn a_page_is_touched_by_what_it_asked_for() {
        for (page, moved, expected) in [
            (asked(&[1, 2], &[], false), asked(&[2], &[], false), true),
            (asked(&[1, 2], &[], false), asked(&[3], &[], false), false),
            (asked(&[], &[7], false), asked(&[7], &[], false), false),
            (asked(&[], &[7], false), asked(&[], &[7], false), true),
            (asked(&[], &[], true), asked(&[9], &[], false), true),
            (asked(&[], &[], true), asked(&[], &[], false), false),
            (asked(&[1], &[], false), asked(&[], &[], true), true),
            (asked(&[], &[], false), asked(&[1], &[], true), false),
        ] {
            assert_eq!(page.meets(&moved), expected, "{page:?} {moved:?}");
            assert_eq!(moved.meets(&page), expected, "{page:?} {moved:?}");
        }
    }

    #[test]
    fn who_asks_for_very_many_asks_for_all() {
        let recorder = Recorder::default();
        (0..=VARIANTS_MAX as i64).for_each(|id| recorder.variant(VariantId(id)));
        recorder.variant(VariantId(5));
        assert_eq!(recorder.take(), asked(&[], &[], true));
        assert!(recorder.take().is_empty());
    }
}
