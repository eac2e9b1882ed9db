//! Whether a claim can be true: "so many users, so many orders, so much revenue in so many days".
//!
//! Little's law ties users to orders: of `N` who are counted for `S` minutes each, `N / S` arrive a minute, and the orders among
//! them are the conversion (Little, "A proof for the queuing formula L = λW", Operations Research 9, 1961). Which `S` is meant is
//! what such claims leave out, so both meanings are reckoned.

use crate::concurrency::IDLE_TIMEOUT_MINUTES;
use crate::course::{Course, DAY_MINUTES, SLOT_MINUTES};
use crate::data::{Checked, Counted, Reading, Span};
use crate::plan::{MarketingPlan, Shoppers};
use crate::written::{Check, Unusable};

/// Conversions that a sale may have: 1 to 2 % are typical of shops and mail converts better; above 10 % nothing is known.
const PLAUSIBLE: Span = Span { low: 0.01, high: 0.10 };

/// Conversions that fit all figures of the case study, from one reading of them to the other.
const CASE_STUDY: Span = Span { low: 0.019, high: 0.04 };

/// How many times the mean the busiest five minutes of the case study's first sale had: 2 if its revenue per day is the rate at
/// the peak, 7.2 if it is that of the best day.
const PEAK_TO_MEAN: Span = Span { low: 2.0, high: 7.2 };

/// A plan's expectation may be so many times too low before a claim contradicts it: about what its bands span.
const BEYOND: f64 = 1.7;

/// What somebody says of a sale. Each figure is above 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Claim {
    /// Users at once at the peak, whatever that means.
    pub users: Option<f64>,
    /// Orders within five minutes at the peak.
    pub orders_per_5_minutes: Option<f64>,
    /// Revenue of the whole sale.
    pub revenue: Option<f64>,
    /// Length of the sale, days.
    pub days: Option<f64>,
}

/// What follows from a claim, and what contradicts it: within itself and, if there is one, the plan.
///
/// # Errors
/// When a figure is not above 0, or fewer than two are given.
pub fn check(claim: &Claim, plan: Option<&MarketingPlan>) -> Result<Checked, Unusable> {
    claim.make_sense()?;
    let mut checked = Checked::default();
    if let (Some(users), Some(orders)) = (claim.users, claim.orders_per_5_minutes) {
        users_and_orders(users, orders, plan, &mut checked);
    }
    if let (Some(orders), Some(revenue), Some(days)) = (claim.orders_per_5_minutes, claim.revenue, claim.days) {
        orders_and_revenue(orders, revenue, days, plan, &mut checked);
    }
    if let Some(plan) = plan {
        against_plan(claim, plan, &mut checked);
    }
    Ok(checked)
}

impl Claim {
    fn make_sense(&self) -> Result<(), Unusable> {
        let check = Check { file: "the claim", of: "" };
        let figures = [
            ("users", self.users),
            ("orders per 5 minutes", self.orders_per_5_minutes),
            ("revenue", self.revenue),
            ("days", self.days),
        ];
        for (key, figure) in figures {
            figure.map_or(Ok(()), |figure| check.positive(key, figure, 1e12))?;
        }
        let given = figures.iter().filter(|(_, figure)| figure.is_some()).count();
        check.that(given >= 2, "the number of figures", given, "2 or more of users, orders per 5 minutes, revenue and days")
    }
}

/// A figure as people write it: `110000`, `110k`, `4.5M`, `3`.
///
/// # Errors
/// When it is no number, or none that a figure can be.
pub fn figure(text: &str) -> Result<f64, String> {
    let trimmed = text.trim();
    let (digits, times) = match trimmed.char_indices().last() {
        Some((at, 'k' | 'K')) => (&trimmed[..at], 1e3),
        Some((at, 'm' | 'M')) => (&trimmed[..at], 1e6),
        _ => (trimmed, 1.0),
    };
    let number = digits.replace(['_', ','], "").parse::<f64>().ok().map(|number| number * times);
    let is_figure = |number: &f64| number.is_finite() && *number >= 0.0;
    number.filter(is_figure).ok_or_else(|| format!("\"{text}\" is no figure: write 110000, 110k or 4.5M"))
}

fn users_and_orders(users: f64, orders: f64, plan: Option<&MarketingPlan>, checked: &mut Checked) {
    let visit_minutes = plan.map_or(Shoppers::default().visit_minutes, |plan| plan.shoppers.visit_minutes);
    let per_minute = orders / SLOT_MINUTES as f64;
    let reading = |counted, counted_minutes: f64| {
        let conversion = per_minute * counted_minutes / users;
        let is_plausible = (PLAUSIBLE.low..=PLAUSIBLE.high).contains(&conversion);
        Reading { counted, counted_minutes, arrivals_per_minute: users / counted_minutes, conversion, is_plausible }
    };
    let active = reading(Counted::Active, visit_minutes);
    let sessions = reading(Counted::Sessions, visit_minutes + IDLE_TIMEOUT_MINUTES as f64);
    let minutes = |conversion: f64| conversion * users / per_minute;
    checked.counted_minutes = Some(Span { low: minutes(CASE_STUDY.low), high: minutes(CASE_STUDY.high) });
    checked.readings = vec![active, sessions];
    let percent = |reading: Reading| format!("{:.2} %", reading.conversion * 100.0);
    checked.words.push(format!(
        "If users are people who are visiting, {} of visits end in an order; if they are sessions with a timeout of \
         {IDLE_TIMEOUT_MINUTES} minutes, {} do.",
        percent(active),
        percent(sessions)
    ));
    match (active.is_plausible, sessions.is_plausible) {
        (false, true) => checked.words.push(format!(
            "So these are sessions: {:.0} people are really there at once.",
            users * active.counted_minutes / sessions.counted_minutes
        )),
        (true, false) => checked.words.push("So these are people who are really there at once.".to_owned()),
        (true, true) => checked.words.push("Either may be meant: ask how users were counted.".to_owned()),
        (false, false) => checked.contradictions.push(format!(
            "{users:.0} users and {orders:.0} orders in {SLOT_MINUTES} minutes do not go together: by either meaning of users \
             the conversion is not between {:.0} and {:.0} %.",
            PLAUSIBLE.low * 100.0,
            PLAUSIBLE.high * 100.0
        )),
    }
}

fn orders_and_revenue(orders: f64, revenue: f64, days: f64, plan: Option<&MarketingPlan>, checked: &mut Checked) {
    let slots = days * (DAY_MINUTES / SLOT_MINUTES) as f64;
    let least = revenue / (orders * slots);
    let value = Span { low: least * PEAK_TO_MEAN.low, high: least * PEAK_TO_MEAN.high };
    checked.order_value_least = Some(least);
    checked.order_value = Some(value);
    checked.orders = Some(Span { low: revenue / value.high, high: revenue / value.low });
    checked.words.push(format!(
        "Orders are worth {least:.2} at least, for even {orders:.0} in each {SLOT_MINUTES} minutes are no more than {:.0}; with \
         a peak as in the case study they are worth {:.2} to {:.2}.",
        orders * slots,
        value.low,
        value.high
    ));
    if let Some(planned) = plan.map(|plan| plan.shoppers.order_value).filter(|planned| *planned < least) {
        checked.contradictions.push(format!(
            "Orders of {planned:.2}, as planned, do not make {revenue:.0} in {days} days even if {orders:.0} come in every \
             {SLOT_MINUTES} minutes: that takes {least:.2}."
        ));
    }
}

fn against_plan(claim: &Claim, plan: &MarketingPlan, checked: &mut Checked) {
    let course = Course::of(plan);
    let peak_sessions = course.peak_sessions();
    if let Some(users) = claim.users.filter(|users| *users > BEYOND * peak_sessions) {
        let told: f64 = plan.channels.iter().map(|channel| channel.list).sum();
        checked.contradictions.push(format!(
            "The plan tells {told:.0} people and brings {:.0} visits in all, {peak_sessions:.0} sessions at once: {users:.0} at \
             once take a list {:.0} times as long, or another channel.",
            course.arrivals.visits(),
            users / peak_sessions
        ));
    }
    let peak_orders = course.peak_orders();
    if let Some(orders) = claim.orders_per_5_minutes.filter(|orders| *orders > BEYOND * peak_orders) {
        checked.contradictions.push(format!(
            "The plan leads to {peak_orders:.0} orders in its busiest {SLOT_MINUTES} minutes, not {orders:.0}: more visits, a \
             higher conversion or more stock have to come from somewhere."
        ));
    }
    let revenue_planned = course.demand.orders() * plan.shoppers.order_value;
    if let Some(revenue) = claim.revenue.filter(|revenue| *revenue > BEYOND * revenue_planned) {
        checked.contradictions.push(format!("The plan leads to a revenue of {revenue_planned:.0}, not {revenue:.0}."));
    }
}

#[cfg(test)]
mod tests;
