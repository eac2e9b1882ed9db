//! After a sale: what happened is laid over what was planned, and the plan's values are fitted anew.
//!
//! Visits are counts, so the fit is the likeliest one for Poisson variables. Two values bend the curve of arrivals, how soon
//! people come and how evenly, and are searched for; for each pair of them the two that only scale it, traffic and click rate,
//! follow from weighted least squares. What shares a mail's click rate with its sharing and its reach cannot be told apart from
//! visits, so all of it becomes the click rate. The rest is a division each.

mod arrivals;
mod counted;
mod delay;
mod search;
mod visit;

use crate::Unusable;
use crate::arrivals::Arrivals;
use crate::concurrency::Crowd;
use crate::course::{Course, Highest, SLOT_MINUTES};
use crate::data::{Errors, Fitted, Learned};
use crate::demand::Demand;
use crate::plan::MarketingPlan;
use crate::written::Check;

/// What was counted in a sale, or in its beginning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Actuals {
    /// Visits that began in each five minutes from [`MarketingPlan::starts`] on, as far as the sale has come.
    pub arrivals: Vec<f64>,
    /// Orders in each of the same five minutes.
    pub orders: Vec<f64>,
    /// What all these orders are worth, in the plan's currency.
    pub revenue: f64,
    /// How many people were seen within the last five minutes, on average over each of the same five minutes; `None`: nobody
    /// counted, or nobody was there. May be shorter than `arrivals`.
    pub seen: Vec<Option<f64>>,
    /// How soon people came after a message, if their links told.
    pub mail: Option<MailCurve>,
}

/// Visits that a message has brought so far, by the time since its delivery.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MailCurve {
    /// The channel of the plan.
    pub channel: String,
    /// Minutes since delivery and visits so far, both ascending.
    pub come: Vec<(f64, f64)>,
}

/// A plan that fits what happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// The plan with its values fitted: what the next one starts from.
    pub plan: MarketingPlan,
    /// What was changed, and how far off it had been.
    pub learned: Learned,
}

/// Fits a plan's values to what happened.
///
/// # Errors
/// When too little was counted to fit anything to, or a count makes no sense.
pub fn learn(plan: &MarketingPlan, actuals: &Actuals) -> Result<Lesson, Unusable> {
    check(plan, actuals)?;
    let mut fitted = plan.clone();
    if let Some(mail) = &actuals.mail {
        for channel in fitted.channels.iter_mut().filter(|channel| channel.name == mail.channel) {
            channel.delay = delay::fit(&mail.come, channel.delay);
        }
    }
    arrivals::fit(&mut fitted, &actuals.arrivals, actuals.mail.is_some());
    if let Some(visit_minutes) = visit::fit(&happened(actuals, &fitted), &actuals.seen) {
        fitted.shoppers.visit_minutes = visit_minutes;
    }
    let orders: f64 = actuals.orders.iter().sum();
    if orders > 0.0 {
        fitted.shoppers.conversion = conversion(&fitted, actuals);
        fitted.shoppers.order_value = actuals.revenue / orders;
    }
    let learned = Learned {
        before: errors(plan, actuals, &fitted),
        after: errors(&fitted, actuals, &fitted),
        fitted: compared(plan, &fitted),
        slots: actuals.arrivals.len(),
    };
    Ok(Lesson { plan: fitted, learned })
}

fn check(plan: &MarketingPlan, actuals: &Actuals) -> Result<(), Unusable> {
    let check = Check { file: "what was counted", of: "" };
    let slots = actuals.arrivals.len();
    let visits: f64 = actuals.arrivals.iter().sum();
    check.that(slots >= 12, "the number of five minutes", slots, "12 or more: an hour of the sale")?;
    check.that(
        slots <= plan.minutes().div_ceil(SLOT_MINUTES),
        "the number of five minutes",
        slots,
        "those of the plan at most",
    )?;
    check.that(actuals.orders.len() == slots, "the number of counts of orders", actuals.orders.len(), &slots.to_string())?;
    let is_count = |count: &f64| count.is_finite() && *count >= 0.0;
    let are_counts = actuals.arrivals.iter().chain(&actuals.orders).chain(actuals.seen.iter().flatten()).all(is_count);
    check.that(are_counts, "a count", "below 0 or no number", "0 or more")?;
    check.that(visits >= 100.0, "the number of visits", visits, "100 or more, or nothing can be fitted to them")?;
    check.zero_or_more("revenue", actuals.revenue, 1e12)?;
    let Some(mail) = &actuals.mail else { return Ok(()) };
    let is_known = plan.channels.iter().any(|channel| channel.name == mail.channel);
    check.that(is_known, "the channel of the mail curve", &mail.channel, "one of the plan's")?;
    let ascends = mail.come.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
    let is_curve = ascends && mail.come.len() >= 3 && mail.come[0].0 > 0.0 && mail.come[0].1 >= 0.0;
    check.that(is_curve, "the mail curve", "not ascending", "three or more times above 0, each later and with no fewer visits")
}

/// The conversion with which the visits that came lead to the orders that came, by halving: more conversion is more orders, also
/// where something sells out.
fn conversion(plan: &MarketingPlan, actuals: &Actuals) -> f64 {
    let counted = actuals.arrivals.len() * SLOT_MINUTES;
    let expected = Arrivals::of(plan);
    let minute = |at: usize| actuals.arrivals.get(at / SLOT_MINUTES).copied().unwrap_or(0.0) / SLOT_MINUTES as f64;
    let everyone: Vec<f64> = (0..expected.everyone.len()).map(minute).collect();
    // Who was invited is not counted; of the visits it is the share that the fitted plan has.
    let invited_share = |at: usize| expected.invited[at] / expected.everyone[at].max(f64::MIN_POSITIVE);
    let invited = everyone.iter().enumerate().map(|(at, visits)| visits * invited_share(at)).collect();
    let arrivals = Arrivals { everyone, invited, anyway: expected.anyway };
    let came: f64 = actuals.orders.iter().sum();
    let mut plan = plan.clone();
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        plan.shoppers.conversion = f64::midpoint(low, high);
        let orders: f64 = Demand::of(&plan, &arrivals).orders.iter().take(counted).sum();
        if orders < came { low = plan.shoppers.conversion } else { high = plan.shoppers.conversion }
    }
    f64::midpoint(low, high)
}

/// How far a plan's expectation is from what happened, each as a share of what happened.
fn errors(plan: &MarketingPlan, actuals: &Actuals, fitted: &MarketingPlan) -> Errors {
    let course = Course::of(plan);
    let slots = actuals.arrivals.len();
    let by_slot = |series: &[f64]| series.chunks(SLOT_MINUTES).take(slots).map(|slot| slot.iter().sum()).collect::<Vec<f64>>();
    let (arrivals, orders) = (by_slot(&course.arrivals.everyone), by_slot(&course.demand.orders));
    let minutes = slots * SLOT_MINUTES;
    let crowd = Crowd::of(&happened(actuals, fitted), fitted.shoppers.visit_minutes);
    let peak = |sessions: &[f64]| Highest::of(sessions.iter().copied().take(minutes)).value;
    let highest = |slots: &[f64]| Highest::of(slots.iter().copied()).value;
    let sum = |slots: &[f64]| slots.iter().sum::<f64>();
    let off: f64 = arrivals.iter().zip(&actuals.arrivals).map(|(expected, came)| (expected - came).abs()).sum();
    Errors {
        peak_sessions: relative(peak(&course.crowd.sessions), peak(&crowd.sessions)),
        peak_orders: relative(highest(&orders), highest(&actuals.orders)),
        orders: relative(sum(&orders), sum(&actuals.orders)),
        revenue: relative(sum(&orders) * plan.shoppers.order_value, actuals.revenue),
        arrivals: off / sum(&actuals.arrivals),
    }
}

/// Who came, as even within each slot as it can be known; and what comes anyway, by the fitted plan.
fn happened(actuals: &Actuals, fitted: &MarketingPlan) -> Arrivals {
    let slots = actuals.arrivals.iter();
    let everyone: Vec<f64> = slots.flat_map(|visits| [visits / SLOT_MINUTES as f64; SLOT_MINUTES]).collect();
    Arrivals { invited: vec![0.0; everyone.len()], everyone, anyway: fitted.traffic.per_hour / 60.0 }
}

fn relative(expected: f64, came: f64) -> f64 {
    if came > 0.0 { (expected / came - 1.0).abs() } else { f64::from(u8::from(expected > 0.0)) }
}

/// The mean of errors of several sales (MAPE); 0 when there are none.
pub fn mean_error(errors: &[f64]) -> f64 {
    errors.iter().sum::<f64>() / errors.len().max(1) as f64
}

/// Every value that was fitted, beside what it was.
fn compared(plan: &MarketingPlan, fitted: &MarketingPlan) -> Vec<Fitted> {
    let mut values = vec![
        ("traffic.per_hour".to_owned(), plan.traffic.per_hour, fitted.traffic.per_hour),
        ("shoppers.visit_minutes".to_owned(), plan.shoppers.visit_minutes, fitted.shoppers.visit_minutes),
        ("shoppers.conversion".to_owned(), plan.shoppers.conversion, fitted.shoppers.conversion),
        ("shoppers.order_value".to_owned(), plan.shoppers.order_value, fitted.shoppers.order_value),
    ];
    for (was, is) in plan.channels.iter().zip(&fitted.channels) {
        let of = |key: &str| format!("{key} of channel \"{}\"", was.name);
        values.push((of("click_rate"), was.click_rate, is.click_rate));
        values.push((of("median_minutes"), was.delay.median_minutes, is.delay.median_minutes));
        values.push((of("sigma"), was.delay.sigma, is.delay.sigma));
    }
    values.into_iter().map(|(field, was, is)| Fitted { field, was, is }).collect()
}

#[cfg(test)]
mod tests;
