//! What of a sale of the case study is played: who comes in which minute, and what the forecast expects of just these minutes.
//!
//! Minutes are counted from when the doors open: in the whole sale with the first who may buy, in a part of it with the opening
//! for everybody.

use super::figures::{CameTo, Rates};
use super::study::StudySale;
use crate::load_tests::pace::Pace;
use forecast::MarketingPlan;
use forecast::course::{Course, DAY_MINUTES, Highest, SLOT_MINUTES};
use std::ops::Range;

/// So many orders are enough to tell a rate from chance, within a fifth or so.
const TELLING_ORDERS: f64 = 25.0;
/// A busiest stretch that is longer than this says little of five minutes.
const BUSIEST_MINUTES_MAX: f64 = 120.0;

/// A sale of the case study, as it is played.
#[derive(Clone, Debug)]
pub struct Script {
    /// Which sale.
    pub sale: StudySale,
    /// Its plan.
    pub plan: MarketingPlan,
    course: Course,
    /// The plan's minutes that are played.
    minutes: Range<usize>,
    /// Whether all of it is played.
    pub is_whole: bool,
}

/// The seconds of a replay in which most orders are expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Busiest {
    /// Seconds since the doors have opened.
    pub seconds: Range<usize>,
    /// Orders that are expected in them of the real sale.
    pub expected: f64,
}

impl Script {
    /// The whole sale, or so many minutes of it from its opening for everybody.
    pub fn of(sale: StudySale, minutes: Option<u32>) -> Self {
        let plan = sale.plan();
        let (opens, closes) = (plan.minute(plan.sale.opens), plan.minute(plan.sale.closes));
        let played = match minutes {
            None => plan.buying_minute()..closes,
            Some(minutes) => opens..closes.min(opens + minutes as usize),
        };
        Self { sale, course: Course::of(&plan), is_whole: minutes.is_none(), plan, minutes: played }
    }

    /// How many minutes are played.
    pub fn minutes(&self) -> u32 {
        u32::try_from(self.minutes.len()).expect("a plan has no more than two weeks")
    }

    /// The plan's minute at which the doors open.
    pub const fn opens(&self) -> usize {
        self.minutes.start
    }

    /// Whether a day of early access is among the minutes.
    pub fn has_early_access(&self) -> bool {
        self.minutes.start < self.plan.minute(self.plan.sale.opens)
    }

    /// How many visits begin in a minute. In the day of early access only those come who may buy then: nobody who is played
    /// carries a link, so the doors are open and the others stay away.
    pub fn arriving(&self, minute: i64) -> f64 {
        let arrivals = &self.course.arrivals;
        let Ok(at) = usize::try_from(self.minutes.start as i64 + minute) else { return arrivals.anyway };
        let is_early = minute >= 0 && at < self.plan.minute(self.plan.sale.opens);
        let come = if is_early { &arrivals.invited } else { &arrivals.everyone };
        come.get(at).copied().unwrap_or(arrivals.anyway)
    }

    /// Most sessions that are expected at once, at this minute.
    pub fn sessions(&self, minute: f64) -> f64 {
        let at = (self.minutes.start as f64 + minute).max(0.0) as usize;
        self.course.crowd.sessions.get(at).copied().unwrap_or(0.0)
    }

    /// What the forecast expects of the minutes that are played, if every input is as planned.
    pub fn expected(&self) -> CameTo {
        let (orders, value) = (self.orders(), self.plan.shoppers.order_value);
        let highest = |series: &[f64]| Highest::of(series[self.minutes.clone()].iter().copied()).value;
        let most_in = |minutes: usize| Highest::of(orders.chunks(minutes).map(|part| part.iter().sum())).value;
        let all: f64 = orders.iter().sum();
        CameTo {
            visits: (0..i64::from(self.minutes())).map(|minute| self.arriving(minute)).sum(),
            orders: all,
            revenue: all * value,
            sessions: highest(&self.course.crowd.sessions),
            active: highest(&self.course.crowd.active),
            orders_in_5_minutes: most_in(SLOT_MINUTES),
            best_day: self.is_whole.then(|| most_in(DAY_MINUTES) * value),
        }
    }

    /// What the sale asks of its platform at its peak.
    pub fn needed(&self) -> Rates {
        let visits_per_s = Highest::of(self.course.arrivals.everyone[self.minutes.clone()].iter().copied()).value / 60.0;
        Rates {
            visits_per_s,
            pages_per_s: visits_per_s * self.plan.shoppers.pages,
            orders_per_s: self.expected().orders_in_5_minutes / (SLOT_MINUTES * 60) as f64,
        }
    }

    /// The shortest stretch, in whole seconds of the replay, that is five minutes of the sale at least and in which as many
    /// orders are to come as tell something; where the forecast expects most. It is chosen by the forecast and not by what was
    /// counted: of many stretches the one with most orders is above the truth by chance alone. A forecast counts an order when
    /// its visit begins, a till when it is paid, some minutes of the sale later.
    pub fn busiest(&self, pace: Pace) -> Busiest {
        let minutes_in_a_second = pace.speed / 60.0;
        let seconds = (pace.open_s().floor() as usize).max(1);
        let paid_after = pace.mix(&self.plan.shoppers).order_after_s() * minutes_in_a_second;
        let paid_until = |second: usize| self.orders_until((second as f64 * minutes_in_a_second - paid_after).max(0.0));
        let until: Vec<f64> = (0..=seconds).map(paid_until).collect();
        let least = (SLOT_MINUTES as f64 / minutes_in_a_second).ceil() as usize;
        let most = (BUSIEST_MINUTES_MAX / minutes_in_a_second).floor() as usize;
        let of = |length: usize| {
            let highest = Highest::of(until.windows(length + 1).map(|stretch| stretch[length] - stretch[0]));
            Busiest { seconds: highest.at..highest.at + length, expected: highest.value }
        };
        let (least, most) = (least.clamp(1, seconds), most.clamp(1, seconds));
        let telling = (least..=most).map(of).find(|busiest| busiest.expected * pace.scale >= TELLING_ORDERS);
        telling.unwrap_or_else(|| of(most.max(least)))
    }

    fn orders(&self) -> &[f64] {
        &self.course.demand.orders[self.minutes.clone()]
    }

    /// Orders from when the doors open until then.
    fn orders_until(&self, minute: f64) -> f64 {
        let (orders, whole) = (self.orders(), (minute.floor() as usize).min(self.minutes.len()));
        let begun = orders.get(whole).copied().unwrap_or(0.0) * minute.fract();
        orders[..whole].iter().sum::<f64>() + begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { speed: 1_800.0, scale: 0.005, minutes: 0 };

    fn pace(script: &Script) -> Pace {
        Pace { minutes: script.minutes(), ..PACE }
    }

    #[test]
    fn the_whole_sale_is_expected_to_come_to_what_was_published() {
        let november = Script::of(StudySale::BlackFriday, None);
        let came_to = november.expected();
        assert_eq!((november.minutes(), november.has_early_access()), (3 * 1_440, true));
        assert_eq!((came_to.revenue.round(), came_to.sessions.round()), (4_497_160.0, 110_405.0));
        assert_eq!(came_to.orders_in_5_minutes.round(), 400.0);
        let december = Script::of(StudySale::AfterChristmas, None);
        let came_to = december.expected();
        assert_eq!((december.minutes(), december.has_early_access()), (5 * 1_440, false));
        assert_eq!((came_to.revenue.round(), came_to.sessions.round()), (7_590_416.0, 149_966.0));
        assert_eq!(came_to.best_day.map(f64::round), Some(2_997_591.0));
    }

    #[test]
    fn a_part_begins_when_the_doors_open_for_everybody_and_ends_with_the_sale() {
        let part = Script::of(StudySale::BlackFriday, Some(120));
        assert_eq!((part.opens(), part.minutes(), part.has_early_access()), (1_440, 120, false));
        assert_eq!(part.expected().best_day, None);
        assert_eq!(Script::of(StudySale::BlackFriday, Some(100_000)).minutes(), 2 * 1_440);
    }

    #[test]
    fn whoever_comes_in_the_day_of_early_access_may_buy() {
        let november = Script::of(StudySale::BlackFriday, None);
        let course = Course::of(&november.plan);
        assert_eq!(november.arriving(30), course.arrivals.invited[30]);
        assert_eq!(november.arriving(1_440), course.arrivals.everyone[1_440]);
        assert_eq!((november.arriving(-1), november.arriving(10_000)), (8_500.0 / 60.0, 8_500.0 / 60.0));
        let buy = |minute: i64| november.arriving(minute) * november.plan.shoppers.conversion;
        let orders: f64 = (0..i64::from(november.minutes())).map(buy).sum();
        assert!((orders / november.expected().orders - 1.0).abs() < 1e-9, "as many orders come of it as are expected");
    }

    #[test]
    fn the_busiest_stretch_is_as_long_as_it_takes_to_tell_a_rate_from_chance() {
        let december = Script::of(StudySale::AfterChristmas, None);
        let coarse = december.busiest(pace(&december));
        assert_eq!(coarse.seconds.start, 0, "half an hour of the sale is a second");
        assert!((2..=4).contains(&coarse.seconds.len()), "{coarse:?}");
        assert!(coarse.expected * PACE.scale >= TELLING_ORDERS, "{coarse:?}");
        let part = Script::of(StudySale::AfterChristmas, Some(120));
        let fine = part.busiest(Pace { speed: 60.0, scale: 0.15, minutes: 120 });
        assert_eq!(fine.seconds.len(), 5, "{fine:?}");
        assert!((fine.expected / part.expected().orders_in_5_minutes - 1.0).abs() < 0.02, "{fine:?}");
        let few = part.busiest(Pace { speed: 60.0, scale: 0.001, minutes: 120 });
        assert_eq!(few.seconds, 0..120, "where few come, everything that is played is not too long");
    }
}
