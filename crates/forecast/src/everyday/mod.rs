//! A shop's days without a sale: how many orders each brings, learned from the orders of the past, and how sure that is.
//!
//! A week has a level, which moves slowly, and each weekday its share of it. The level is an average of past weeks in which later
//! ones count for more (simple exponential smoothing, of logarithms); shares are those of the last twelve weeks. What a day
//! brings is a negative binomial variable: a Poisson variable whose mean is not quite known. How little it is known is measured
//! by how far forecasts of the next week were off, and by nothing else. Further ahead the level wanders on: each week adds the
//! variance of a random walk whose smoothing this is (Hyndman, Koehler, Ord and Snyder, "Forecasting with Exponential Smoothing",
//! Springer 2008, chapter 6).

mod orders;

pub use orders::DailyOrders;

use crate::Unusable;
use crate::data::{Backtest, Coverage, EverydayForecast, SCHEMA};
use crate::written::Check;

/// Weeks that the shares of weekdays are taken from.
const MEMORY_WEEKS: usize = 12;

/// Weeks before the first forecast is tried.
const WEEKS_MIN: usize = 6;

/// How much later weeks may count for more: the share of the level that the last week makes.
const SMOOTHING: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// A weekday's own uncertainty is mixed with that of all days, as if these were so many days of it.
const SHARED_DAYS: f64 = 5.0;

/// A day on which fewer orders are expected is one on which the shop does not sell.
const ORDERS_MIN: f64 = 0.5;

/// What bands claim to hold.
const CLAIMED: [f64; 3] = [0.5, 0.8, 0.9];

/// Days of a week.
const DAYS: usize = 7;

/// Forecasts each week after the first `train_weeks` from what was known `ahead_weeks` before its end, and counts how often the
/// bands held what came.
///
/// # Errors
/// When there are fewer than twelve weeks to learn from, no week after them, or nothing is asked for.
pub fn backtest(orders: &DailyOrders, train_weeks: usize, ahead_weeks: usize) -> Result<Backtest, Unusable> {
    let check = Check { file: "the orders", of: "" };
    let weeks = orders.weeks();
    check.that(ahead_weeks >= 1, "weeks ahead", ahead_weeks, "1 or more")?;
    check.that(train_weeks >= 2 * WEEKS_MIN, "weeks to learn from", train_weeks, "12 or more")?;
    let needed = train_weeks + ahead_weeks;
    check.that(weeks.len() >= needed, "the number of full weeks", weeks.len(), &format!("{needed} or more"))?;
    let year = Year::of(weeks, train_weeks);
    let smoothing = year.best_smoothing(train_weeks, ahead_weeks);
    let mut days = Vec::new();
    for week in train_weeks + ahead_weeks - 1..year.weeks.len() {
        let Some(expected) = year.expected(week, ahead_weeks, smoothing) else { continue };
        let uncertainty = year.uncertainty(week, ahead_weeks);
        for day in (0..DAYS).filter(|day| expected[*day] >= ORDERS_MIN) {
            let count = Count { mean: expected[day], uncertainty: uncertainty[day] };
            days.push(EverydayForecast {
                date: orders.date(week * DAYS + day),
                expected: expected[day],
                bands: CLAIMED.map(|claimed| [count.quantile(0.5 - claimed / 2.0), count.quantile(0.5 + claimed / 2.0)]).to_vec(),
                came: year.weeks[week][day],
            });
        }
    }
    let coverage = CLAIMED.iter().enumerate().map(|(at, claimed)| coverage(&days, at, *claimed)).collect();
    let sold = days.iter().filter(|day| day.came > 0.0);
    let errors: Vec<f64> = sold.map(|day| (day.expected / day.came - 1.0).abs()).collect();
    Ok(Backtest {
        schema: SCHEMA,
        orders: orders.total(),
        first: orders.date(0),
        train_weeks,
        ahead_weeks,
        smoothing,
        error: errors.iter().sum::<f64>() / errors.len().max(1) as f64,
        coverage,
        days,
    })
}

fn coverage(days: &[EverydayForecast], at: usize, claimed: f64) -> Coverage {
    let count = |is: &dyn Fn(f64, [f64; 2]) -> bool| days.iter().filter(|day| is(day.came, day.bands[at])).count();
    let (below, above) = (count(&|came, [low, _]| came < low), count(&|came, [_, high]| came > high));
    let held = days.len() - below - above;
    Coverage { claimed, days: days.len(), held, below, above, share: held as f64 / days.len().max(1) as f64 }
}

/// Orders by week, and what was expected of each as it began.
struct Year {
    weeks: Vec<[f64; DAYS]>,
    smoothing: f64,
    next: Vec<Option<[f64; DAYS]>>,
}

impl Year {
    fn of(weeks: Vec<[f64; DAYS]>, train_weeks: usize) -> Self {
        let mut year = Self { weeks, smoothing: 0.0, next: Vec::new() };
        year.smoothing = year.best_smoothing(train_weeks, 1);
        year.next = (0..year.weeks.len()).map(|week| year.expected(week, 1, year.smoothing)).collect();
        year
    }

    /// Orders of each day of a week, from the weeks that were over so long before its end; nothing when those are too few.
    fn expected(&self, week: usize, ahead: usize, smoothing: f64) -> Option<[f64; DAYS]> {
        let known = &self.weeks[..(week + 1).checked_sub(ahead)?];
        if known.len() < WEEKS_MIN {
            return None;
        }
        let lately = &known[known.len().saturating_sub(MEMORY_WEEKS)..];
        let of_day = |day: usize| lately.iter().map(|week| week[day]).sum::<f64>();
        let all: f64 = (0..DAYS).map(of_day).sum();
        let shares: [f64; DAYS] = std::array::from_fn(|day| of_day(day) / all.max(1.0));
        let mut level: Option<f64> = None;
        for week in known {
            // A day without an order was closed and says nothing of the level; nor does a week that was mostly closed.
            let open: f64 = (0..DAYS).filter(|day| week[*day] > 0.0).map(|day| shares[day]).sum();
            if open >= 0.5 {
                let whole = (week.iter().sum::<f64>() / open).ln();
                level = Some(level.map_or(whole, |level| level + smoothing * (whole - level)));
            }
        }
        let level = level?.exp();
        Some(shares.map(|share| share * level))
    }

    /// The squared logarithm of how many times as much came in a week as was expected; nothing for one that was mostly closed.
    fn off(&self, week: usize, expected: Option<[f64; DAYS]>) -> Option<f64> {
        let (expected, came) = (expected?.iter().sum::<f64>(), self.weeks[week].iter().sum::<f64>());
        (came > expected / 2.0).then(|| (came / expected).ln().powi(2))
    }

    /// The smoothing that would have been best for the totals of the weeks to learn from.
    fn best_smoothing(&self, train_weeks: usize, ahead: usize) -> f64 {
        let error = |smoothing: f64| -> f64 {
            (0..train_weeks).filter_map(|week| self.off(week, self.expected(week, ahead, smoothing))).sum()
        };
        let errors = SMOOTHING.map(|smoothing| (smoothing, error(smoothing)));
        errors.into_iter().min_by(|one, other| one.1.total_cmp(&other.1)).map_or(SMOOTHING[0], |best| best.0)
    }

    /// How little the mean of each weekday is known so long before the end of this week: the variance of counts beyond Poisson's,
    /// relative to the squared mean, of the weeks that were over then as they began, and what the level may wander since.
    fn uncertainty(&self, week: usize, ahead: usize) -> [f64; DAYS] {
        let known = (week + 1).saturating_sub(ahead);
        let of_day = |day: usize| {
            let seen = self.next[..known].iter().zip(&self.weeks).filter_map(move |(expected, came)| {
                let (expected, came) = (expected.as_ref()?[day], came[day]);
                (expected >= ORDERS_MIN && came > 0.0).then(|| ((came - expected).powi(2) - expected) / expected.powi(2))
            });
            seen.collect::<Vec<f64>>()
        };
        let days: [Vec<f64>; DAYS] = std::array::from_fn(of_day);
        let of_all = mean(&days.concat());
        let off: Vec<f64> = (0..known).filter_map(|week| self.off(week, self.next[week])).collect();
        let wandered = self.smoothing.powi(2) * mean(&off) * (ahead - 1) as f64;
        days.map(|day| {
            let own = (day.iter().sum::<f64>() + SHARED_DAYS * of_all) / (day.len() as f64 + SHARED_DAYS);
            own.max(0.0) + wandered
        })
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A negative binomial variable.
struct Count {
    mean: f64,
    /// The variance beyond Poisson's, relative to the squared mean.
    uncertainty: f64,
}

impl Count {
    /// The least count that holds at least this share below it or at it, by adding up: `P(k + 1) / P(k) = (k + r) / (k + 1) · m /
    /// (r + m)` with `r = 1 / uncertainty`. In logarithms, for `P(0)` is no number of the machine when the mean is large.
    fn quantile(&self, share: f64) -> f64 {
        let size = 1.0 / self.uncertainty.max(1e-9);
        let mut chance = -size * (self.mean / size).ln_1p();
        let step = (self.mean / (size + self.mean)).ln();
        let mut below = chance.exp();
        let mut count = 0.0;
        // Beyond forty deviations there is nothing, whatever rounding says.
        let end = self.mean + 40.0 * (self.mean + self.uncertainty * self.mean.powi(2)).sqrt() + 40.0;
        while below < share && count < end {
            chance += ((count + size) / (count + 1.0)).ln() + step;
            count += 1.0;
            below += chance.exp();
        }
        count
    }
}

#[cfg(test)]
mod tests;
