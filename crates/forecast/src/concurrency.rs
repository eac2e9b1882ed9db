//! How many are there at once, by the two definitions that people confuse.
//!
//! *Active* is who is visiting. *Sessions* is what a statistic shows that ends a visit half an hour after its last page: whoever
//! is visiting or has been within that time. In the case study's figures they differ sevenfold, so nothing here is called just
//! "users".
//!
//! Both are the infinite-server queue with arrivals that change over time, M_t/G/∞: the number there is a Poisson variable of
//! mean `N(t) = ∫ λ(s)·P(S > t − s) ds` (Eick, Massey and Whitt, "The physics of the M_t/G/∞ queue", Operations Research 41,
//! 1993). Visits are exponential, as a visit with an even chance of another page is; a session is a visit and the timeout. For
//! these two the integral has closed steps, exact for arrivals that are even within each minute.

use crate::arrivals::Arrivals;

/// After so long without a page, statistics call a visit ended: the habit of web analytics.
pub const IDLE_TIMEOUT_MINUTES: usize = 30;

/// How many are there at the end of each minute.
#[derive(Clone, Debug, PartialEq)]
pub struct Crowd {
    /// Who is visiting.
    pub active: Vec<f64>,
    /// Who is visiting or has been within [`IDLE_TIMEOUT_MINUTES`].
    pub sessions: Vec<f64>,
}

impl Crowd {
    /// The crowd of these arrivals when a visit lasts so long on average, minutes above 0. Before the first minute it is as it
    /// has long been.
    pub fn of(arrivals: &Arrivals, visit_minutes: f64) -> Self {
        let stay = (-1.0 / visit_minutes).exp();
        // Of those who come evenly within a minute, the share still there at its end: ∫ exp(−u/m) du over the minute.
        let stay_new = visit_minutes * (1.0 - stay);
        let active_before = arrivals.anyway * visit_minutes;
        let mut there = active_before;
        let active: Vec<f64> = arrivals
            .everyone
            .iter()
            .map(|arriving| {
                there = there * stay + arriving * stay_new;
                there
            })
            .collect();

        let sessions = seen_within(IDLE_TIMEOUT_MINUTES, arrivals, &active, active_before);
        Self { active, sessions }
    }

    /// Who is visiting or has been within so many minutes, at the end of each minute.
    pub fn seen_within(minutes: usize, arrivals: &Arrivals, visit_minutes: f64) -> Vec<f64> {
        let crowd = Self::of(arrivals, visit_minutes);
        seen_within(minutes, arrivals, &crowd.active, arrivals.anyway * visit_minutes)
    }
}

/// Whoever came within these minutes, and of the others whoever was visiting when they began.
fn seen_within(minutes: usize, arrivals: &Arrivals, active: &[f64], active_before: f64) -> Vec<f64> {
    let mut came = arrivals.anyway * minutes as f64;
    let everyone = arrivals.everyone.iter().enumerate();
    let seen = everyone.map(|(minute, arriving)| {
        let earlier = minute.checked_sub(minutes);
        came += arriving - earlier.map_or(arrivals.anyway, |minute| arrivals.everyone[minute]);
        came + earlier.map_or(active_before, |minute| active[minute])
    });
    seen.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(everyone: Vec<f64>, anyway: f64) -> Arrivals {
        Arrivals { invited: vec![0.0; everyone.len()], everyone, anyway }
    }

    #[test]
    fn a_steady_crowd_is_littles_law_by_both_definitions_from_the_first_minute() {
        let crowd = Crowd::of(&arrivals(vec![3_143.0; 200], 3_143.0), 5.0);
        for minute in 0..200 {
            assert!((crowd.active[minute] - 15_715.0).abs() < 1e-6, "{}", crowd.active[minute]);
            assert!((crowd.sessions[minute] - 110_005.0).abs() < 1e-6, "{}", crowd.sessions[minute]);
        }
    }

    #[test]
    fn who_came_in_one_minute_leaves_by_chance_and_is_counted_for_half_an_hour_more() {
        let mut everyone = vec![0.0; 100];
        everyone[10] = 1_000.0;
        let crowd = Crowd::of(&arrivals(everyone, 0.0), 5.0);
        // ∫ 1000·exp(−(1 − s)/5) ds over the minute.
        assert!((crowd.active[10] - 5_000.0 * (1.0 - (-0.2_f64).exp())).abs() < 1e-9);
        assert!((crowd.active[15] / crowd.active[10] - (-1.0_f64).exp()).abs() < 1e-12);
        assert_eq!((crowd.sessions[9], crowd.sessions[10], crowd.sessions[39]), (0.0, 1_000.0, 1_000.0));
        for minute in 40..100 {
            assert!((crowd.sessions[minute] - crowd.active[minute - 30]).abs() < 1e-9, "minute {minute}");
        }
    }

    #[test]
    fn steps_agree_with_the_integral() {
        let everyone: Vec<f64> = (0..180).map(|minute| 500.0 + 400.0 * (f64::from(minute) / 20.0).sin()).collect();
        let crowd = Crowd::of(&arrivals(everyone.clone(), 0.0), 7.0);
        // The midpoint rule with 200 points a minute.
        let there = |end: usize, longer: f64| -> f64 {
            let points = (0..end * 200).map(|point| {
                let ago = (end * 200 - point) as f64 / 200.0 - 0.0025;
                everyone[point / 200] * (-(ago - longer).max(0.0) / 7.0).exp() / 200.0
            });
            points.sum()
        };
        for minute in [0, 5, 29, 30, 77, 179] {
            let (active, sessions) = (there(minute + 1, 0.0), there(minute + 1, 30.0));
            assert!((crowd.active[minute] / active - 1.0).abs() < 1e-6, "{minute}: {}, not {active}", crowd.active[minute]);
            assert!((crowd.sessions[minute] / sessions - 1.0).abs() < 1e-6, "{minute}: {}", crowd.sessions[minute]);
        }
    }
}
