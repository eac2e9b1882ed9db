//! A sale as one set of inputs makes it, minute by minute: the model in one go.

use crate::arrivals::Arrivals;
use crate::concurrency::Crowd;
use crate::demand::Demand;
use crate::plan::MarketingPlan;
use crate::scalability::Line;

/// A day of a sale is so many minutes from when the first people may buy, not a calendar's.
pub const DAY_MINUTES: usize = 1_440;

/// The case study counts orders in slots of so many minutes, and so does everything here.
pub const SLOT_MINUTES: usize = 5;

/// A sale, minute by minute from [`MarketingPlan::starts`] to the close.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Who comes.
    pub arrivals: Arrivals,
    /// Who is there.
    pub crowd: Crowd,
    /// What they buy, if nobody who waits gives up.
    pub demand: Demand,
    /// Who waits before a waiting room, if the plan limits how many are let in.
    pub line: Option<Line>,
    /// From when the first people may buy.
    pub buying_minute: usize,
}

/// The highest of a series, and when that is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Highest {
    /// How high.
    pub value: f64,
    /// Which place of the series, the first of equals.
    pub at: usize,
}

impl Highest {
    /// The highest of these, 0 or more each; 0 when there are none.
    pub fn of(series: impl IntoIterator<Item = f64>) -> Self {
        let start = Self::default();
        series.into_iter().enumerate().fold(start, |high, (at, value)| if value > high.value { Self { value, at } } else { high })
    }
}

impl Course {
    /// The sale as this plan says.
    pub fn of(plan: &MarketingPlan) -> Self {
        let arrivals = Arrivals::of(plan);
        let crowd = Crowd::of(&arrivals, plan.shoppers.visit_minutes);
        let demand = Demand::of(plan, &arrivals);
        let admitted = plan.capacity.and_then(|capacity| capacity.admitted_per_minute);
        let line = admitted.map(|admitted| Line::of(&arrivals.everyone, admitted));
        Self { arrivals, crowd, demand, line, buying_minute: plan.buying_minute() }
    }

    /// Most sessions at once.
    pub fn peak_sessions(&self) -> f64 {
        Highest::of(self.crowd.sessions.iter().copied()).value
    }

    /// Most people visiting at once.
    pub fn peak_active(&self) -> f64 {
        Highest::of(self.crowd.active.iter().copied()).value
    }

    /// Most orders within a slot of [`SLOT_MINUTES`].
    pub fn peak_orders(&self) -> f64 {
        Highest::of(self.demand.orders.chunks(SLOT_MINUTES).map(|slot| slot.iter().sum())).value
    }

    /// Orders of each day of the sale; the last may be shorter.
    pub fn orders_by_day(&self) -> Vec<f64> {
        self.demand.orders[self.buying_minute..].chunks(DAY_MINUTES).map(|day| day.iter().sum()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailing_leads_to_the_crowd_that_scipy_integrates() {
        // 100,000 visits, delivered in 15 minutes, visits of 5 minutes: scipy.integrate.quad over the log-normal distribution.
        let text = "name = \"A\"\ncurrency = \"USD\"\nzone = \"UTC\"\n[sale]\nopens = \"2026-06-01 00:00\"\n\
                    closes = \"2026-06-02 00:00\"\n[traffic]\nsharing = 0\n[[channels]]\nname = \"B\"\nlist = 100_000\n\
                    click_rate = 1\n[[channels.waves]]\nstarts = \"2026-06-01 00:00\"\ndelivered_in_minutes = 15\n";
        let course = Course::of(&MarketingPlan::parse(text, "a.toml").expect("it is right"));
        for (minutes, active, sessions) in [
            (10, 967.053_857, 1_657.424_912),
            (20, 2_308.361_899, 6_465.260_679),
            (45, 1_804.589_220, 14_673.878_172),
            (60, 1_471.870_634, 12_437.343_966),
            (120, 840.257_332, 6_524.228_032),
        ] {
            let (found_active, found) = (course.crowd.active[minutes - 1], course.crowd.sessions[minutes - 1]);
            // Arrivals are taken as even within each minute.
            assert!((found_active / active - 1.0).abs() < 0.003, "{minutes} minutes: {found_active}, not {active}");
            assert!((found / sessions - 1.0).abs() < 0.003, "{minutes} minutes: {found}, not {sessions}");
        }
        assert!((course.arrivals.visits() - 80_216.562_059).abs() < 0.001, "{}", course.arrivals.visits());
    }

    #[test]
    fn the_highest_is_the_first_of_equals() {
        assert_eq!(Highest::of([1.0, 3.0, 2.0, 3.0]), Highest { value: 3.0, at: 1 });
        assert_eq!(Highest::of([]), Highest { value: 0.0, at: 0 });
    }
}
