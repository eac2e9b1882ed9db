//! How soon people come, from the visits that a message has brought by several times.

use super::search::lowest;
use crate::delay::Delay;

/// The delay that makes these visits likeliest. Of those who have not come yet nothing is known, so what counts is how the visits
/// until the last time are spread over the times before it.
pub(super) fn fit(come: &[(f64, f64)], from: Delay) -> Delay {
    let delay =
        |[median, sigma]: [f64; 2]| Delay { median_minutes: from.median_minutes * median.exp(), sigma: from.sigma * sigma.exp() };
    let last = come.last().map_or(0.0, |(minutes, _)| *minutes);
    let unlikely = |place: [f64; 2]| {
        let delay = delay(place);
        let (all, mut before, mut visits_before, mut sum) = (delay.come_within(last), 0.0, 0.0, 0.0);
        for (minutes, visits) in come {
            let within = delay.come_within(*minutes);
            sum -= (visits - visits_before) * ((within - before) / all).max(f64::MIN_POSITIVE).ln();
            (before, visits_before) = (within, *visits);
        }
        sum
    };
    delay(lowest(unlikely))
}
