//! What was asked for in the cart or at the checkout and had sold out, by the minute, until it is kept.

use commerce::{Timestamp, VariantId};
use std::collections::BTreeMap;

/// Minutes and variants that are remembered at most: while the database is away, the rest goes uncounted.
const ENTRIES_MAX: usize = 20_000;

/// How often something could not be had, and how many units were missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Misses {
    /// How often.
    pub asked: i64,
    /// How many units.
    pub units: i64,
}

/// What could not be had.
#[derive(Debug, Default)]
pub struct Missed(BTreeMap<(Timestamp, VariantId), Misses>);

impl Missed {
    /// Counts units that were missing.
    pub fn note(&mut self, now: Timestamp, variant: VariantId, units: i64) {
        let key = (minute_of(now), variant);
        if self.0.len() < ENTRIES_MAX || self.0.contains_key(&key) {
            let misses = self.0.entry(key).or_default();
            misses.asked += 1;
            misses.units += units.max(0);
        }
    }

    /// What could not be had in minutes that began before `until`, in order.
    pub fn before(&self, until: Timestamp) -> Vec<(Timestamp, VariantId, Misses)> {
        let over = self.0.iter().take_while(|((minute, _), _)| *minute < until);
        over.map(|((minute, variant), misses)| (*minute, *variant, *misses)).collect()
    }

    /// Forgets it: it is kept elsewhere.
    pub fn forget_before(&mut self, until: Timestamp) {
        self.0.retain(|(minute, _), _| *minute >= until);
    }
}

fn minute_of(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds().div_euclid(60) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_had_is_counted_by_the_minute_and_not_without_end() {
        let (begin, tote) = (Timestamp::from_seconds(600), VariantId(1));
        let mut missed = Missed::default();
        missed.note(begin, tote, 2);
        missed.note(begin.plus_seconds(59), tote, 1);
        missed.note(begin.plus_seconds(60), tote, 4);
        let until = begin.plus_minutes(1);
        assert_eq!(missed.before(until), [(begin, tote, Misses { asked: 2, units: 3 })]);
        missed.forget_before(until);
        assert_eq!(missed.before(begin.plus_minutes(9)), [(until, tote, Misses { asked: 1, units: 4 })]);
        (0..30_000).for_each(|variant| missed.note(begin, VariantId(variant), 1));
        assert_eq!(missed.0.len(), ENTRIES_MAX);
    }
}
