//! What was recorded of a sale, as a plan's slots.

use super::Actuals;
use crate::Unusable;
use crate::course::SLOT_MINUTES;
use crate::outcome::recorded::Recorded;
use crate::plan::MarketingPlan;
use crate::written::Check;

const SLOT_SECONDS: i64 = SLOT_MINUTES as i64 * 60;

impl Actuals {
    /// What was recorded from the plan's first message on. `recorded` has people and orders from then on, also from before the
    /// sale opened.
    ///
    /// # Errors
    /// When the plan is another sale's, or nobody counted visits.
    pub fn of(plan: &MarketingPlan, recorded: &Recorded) -> Result<Self, Unusable> {
        let check = Check { file: "the plan", of: "" };
        let instant = |second| jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::MAX);
        let opens = instant(recorded.opens);
        let is_same = plan.sale.opens.as_second() / 60 == recorded.opens / 60;
        check.that(is_same, "sale.opens", plan.sale.opens, &format!("{opens}, when the sale opened"))?;
        check.that(
            plan.currency == recorded.currency,
            "currency",
            &plan.currency,
            &format!("the shop’s, {}", recorded.currency),
        )?;
        let counted = recorded.crowd.iter().filter(|minute| minute.visits.is_some()).count();
        let check = Check { file: "what was recorded", of: "" };
        check.that(counted > 0, "the number of minutes in which visits were counted", counted, "1 or more")?;
        let starts = plan.starts().as_second();
        let ends = recorded.told_at.min(recorded.closes).min(plan.sale.closes.as_second());
        let slots = usize::try_from((ends - starts) / SLOT_SECONDS).unwrap_or(0);
        let mut actuals = Self { arrivals: vec![0.0; slots], orders: vec![0.0; slots], ..Self::default() };
        let place = |at: i64| usize::try_from((at - starts).div_euclid(SLOT_SECONDS)).ok();
        let mut seen = vec![(0_i64, 0_u32); slots];
        for minute in recorded.crowd.iter().filter(|minute| minute.visits.is_some()) {
            if let Some(at) = place(minute.at).filter(|at| *at < slots) {
                actuals.arrivals[at] += minute.visits.unwrap_or(0) as f64;
                seen[at] = (seen[at].0 + minute.active, seen[at].1 + 1);
            }
        }
        let mean = |(active, minutes): (i64, u32)| (minutes > 0).then(|| active as f64 / f64::from(minutes));
        actuals.seen = seen.into_iter().map(mean).collect();
        for second in &recorded.orders {
            if let Some(orders) = place(second.at).and_then(|at| actuals.orders.get_mut(at)) {
                *orders += second.orders as f64;
                actuals.revenue += recorded.amount(second.charged_minor);
            }
        }
        Ok(actuals)
    }
}
