//! In how many waves to tell people, so that no more come at once than can be carried, and what that costs.

use crate::concurrency::IDLE_TIMEOUT_MINUTES;
use crate::course::{Course, DAY_MINUTES, Highest};
use crate::data::{Advice, Waves};
use crate::plan::{Channel, MarketingPlan, Wave};
use crate::written::{Check, Unusable};
use charts::numbers::{grouped, rate};
use jiff::SignedDuration;

/// More waves than this nobody sends.
const WAVES_MAX: u32 = 24;

/// Gaps that are tried, minutes.
const GAPS_MINUTES: [u32; 10] = [15, 30, 45, 60, 90, 120, 180, 240, 360, 720];

/// What may be carried at once, at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// Sessions of a statistic that ends a visit half an hour after its last page.
    Sessions(f64),
    /// Pages a second.
    PagesPerS(f64),
}

impl Limit {
    fn most(self) -> f64 {
        match self {
            Self::Sessions(most) | Self::PagesPerS(most) => most,
        }
    }

    /// What it limits, as the message of a wrong value and a sentence call it.
    fn name(self) -> &'static str {
        match self {
            Self::Sessions(_) => "sessions at once",
            Self::PagesPerS(_) => "pages a second",
        }
    }

    /// How much of it a sale has at its peak.
    fn peak(self, told: &Told) -> f64 {
        match self {
            Self::Sessions(_) => told.peak_sessions,
            Self::PagesPerS(_) => told.peak_pages_per_s,
        }
    }
}

/// The fewest waves, and of these the shortest gap, with which the peak stays within the limit. The channel that brings most
/// visits in its first half hour is told in waves, from its first wave on and each delivered as fast as that; the others stay as
/// planned.
///
/// # Errors
/// When the plan tells nobody, or the limit is not above 0.
pub fn advise(plan: &MarketingPlan, limit: Limit) -> Result<Advice, Unusable> {
    let check = Check { file: "the advice", of: "" };
    check.positive(limit.name(), limit.most(), 1e12)?;
    let channels = plan.channels.iter().map(visits_at_first).enumerate();
    let Some((at, _)) = channels.max_by(|(_, one), (_, other)| one.total_cmp(other)) else {
        return Err(check.refusal("channels", "empty", "one channel or more, or there is nothing to tell in waves"));
    };
    let at_once = Told::of(plan, at, 1, 0);
    let mut least = limit.peak(&at_once);
    let gaps = |waves: u32| if waves == 1 { &[0][..] } else { &GAPS_MINUTES[..] };
    let tries = (1..=WAVES_MAX).flat_map(|waves| gaps(waves).iter().map(move |gap| (waves, *gap)));
    for (waves, gap_minutes) in tries.filter(|(waves, gap)| is_in_time(plan, at, *waves, *gap)) {
        let told = Told::of(plan, at, waves, gap_minutes);
        least = least.min(limit.peak(&told));
        if limit.peak(&told) <= limit.most() {
            return Ok(Advice::Waves(told.compared(&at_once, at, gap_minutes, limit)));
        }
    }
    let words = format!(
        "No {WAVES_MAX} waves of \"{}\" keep the peak below {} {}; the lowest is {}. Add capacity, or let a waiting room hold \
         the others.",
        plan.channels[at].name,
        rate(limit.most()),
        limit.name(),
        rate(least)
    );
    Ok(Advice::Beyond { peak_least: least, words })
}

/// Visits that a channel brings in its first half hour when it tells all at once: what makes a peak.
fn visits_at_first(channel: &Channel) -> f64 {
    channel.visits() * channel.delay.come_within(IDLE_TIMEOUT_MINUTES as f64)
}

/// Whether the last wave goes out before the close.
fn is_in_time(plan: &MarketingPlan, at: usize, waves: u32, gap_minutes: u32) -> bool {
    let starts = first_wave(&plan.channels[at]);
    let last = starts.starts + minutes(gap_minutes * (waves - 1));
    last < plan.sale.closes
}

fn minutes(minutes: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

fn first_wave(channel: &Channel) -> Wave {
    *channel.waves.iter().min_by_key(|wave| wave.starts).expect("a plan's channels have waves")
}

/// A plan whose channel is told in waves, and what comes of it.
struct Told {
    plan: MarketingPlan,
    course: Course,
    peak_sessions: f64,
    peak_pages_per_s: f64,
}

impl Told {
    fn of(plan: &MarketingPlan, at: usize, waves: u32, gap_minutes: u32) -> Self {
        let mut plan = plan.clone();
        let first = first_wave(&plan.channels[at]);
        let wave =
            |number: u32| Wave { starts: first.starts + minutes(gap_minutes * number), share: 1.0 / f64::from(waves), ..first };
        plan.channels[at].waves = (0..waves).map(wave).collect();
        let course = Course::of(&plan);
        let peak_sessions = course.peak_sessions();
        let peak_arrivals = Highest::of(course.arrivals.everyone.iter().copied()).value;
        let peak_pages_per_s = peak_arrivals * plan.shoppers.pages / 60.0;
        Self { plan, course, peak_sessions, peak_pages_per_s }
    }

    /// Revenue until a day after the opening, and all of it.
    fn revenue(&self) -> (f64, f64) {
        let orders = &self.course.demand.orders;
        let day_end = (self.plan.minute(self.plan.sale.opens) + DAY_MINUTES).min(orders.len());
        let value = self.plan.shoppers.order_value;
        (orders[..day_end].iter().sum::<f64>() * value, orders.iter().sum::<f64>() * value)
    }

    /// When orders come on average, minutes from the plan's start.
    fn mean_minute(&self) -> f64 {
        let orders = &self.course.demand.orders;
        let weighted: f64 = (0_u32..).zip(orders).map(|(minute, orders)| (f64::from(minute) + 0.5) * orders).sum();
        let all: f64 = orders.iter().sum();
        if all > 0.0 { weighted / all } else { 0.0 }
    }

    fn compared(&self, at_once: &Self, at: usize, gap_minutes: u32, limit: Limit) -> Waves {
        let channel = &self.plan.channels[at];
        let ((first_day, all), (first_day_at_once, all_at_once)) = (self.revenue(), at_once.revenue());
        let orders_later_minutes = self.mean_minute() - at_once.mean_minute();
        let revenue_after_first_day = (first_day_at_once - first_day).max(0.0);
        let revenue_lost = (all_at_once - all).max(0.0);
        let waves = channel.waves.len() as u32;
        let (name, peak, what) = (&channel.name, rate(limit.peak(self)), limit.name());
        let words = if waves == 1 {
            format!("Tell everybody of \"{name}\" at once: it leads to no more than {peak} {what}.")
        } else {
            let money = |value: f64| format!("{} {}", self.plan.currency, grouped(value.round() as u64));
            format!(
                "Tell \"{name}\" in {waves} waves, {gap_minutes} minutes apart: {peak} {what} instead of {}. Orders come \
                 {orders_later_minutes:.0} minutes later on average; revenue of {} comes after the first day, of {} not before \
                 the close.",
                rate(limit.peak(at_once)),
                money(revenue_after_first_day),
                money(revenue_lost)
            )
        };
        Waves {
            channel: channel.name.clone(),
            waves,
            gap_minutes,
            starts: channel.waves.iter().map(|wave| wave.starts.to_string()).collect(),
            peak_sessions: self.peak_sessions,
            peak_sessions_at_once: at_once.peak_sessions,
            peak_pages_per_s: self.peak_pages_per_s,
            peak_pages_per_s_at_once: at_once.peak_pages_per_s,
            orders_later_minutes,
            revenue_after_first_day,
            revenue_lost,
            words,
        }
    }
}

#[cfg(test)]
mod tests;
