//! How long visits last, from how many people were seen lately.

use crate::arrivals::Arrivals;
use crate::concurrency::Crowd;
use crate::course::SLOT_MINUTES;

/// Whoever asked for a page within so many minutes was counted.
pub(super) const SEEN_MINUTES: usize = 5;
/// Between these the length is searched, minutes: where a cache answers some of the pages itself, counts may make no sense, and
/// must not make a visit of nothing or of a day.
const RANGE: [f64; 2] = [0.1, 120.0];

/// The mean length from a visit's first page to its last, minutes, with which who came leads to who was seen, by halving: the
/// longer visits are, the more people were seen. Whoever pauses for longer than [`SEEN_MINUTES`] makes it look shorter.
pub(super) fn fit(came: &Arrivals, seen: &[Option<f64>]) -> Option<f64> {
    let counted: f64 = seen.iter().flatten().sum();
    if counted == 0.0 {
        return None;
    }
    let expected = |visit_minutes| -> f64 {
        let by_minute = Crowd::seen_within(SEEN_MINUTES, came, visit_minutes);
        let slots = by_minute.chunks(SLOT_MINUTES).zip(seen).filter(|(_, seen)| seen.is_some());
        slots.map(|(slot, _)| slot.iter().sum::<f64>() / slot.len() as f64).sum()
    };
    let [mut low, mut high] = RANGE;
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if expected(middle) < counted { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high))
}
