//! What was counted in a replay, from what the load test left and from the books; and scaled back to the sale's size.

use super::figures::{CameTo, Counted, Rates, Second, Served};
use super::script::Script;
use crate::load_tests::pace::Pace;
use crate::load_tests::rehearsal::measured::tested;
use db::orders::Takings;
use forecast::concurrency::IDLE_TIMEOUT_MINUTES;
use forecast::course::DAY_MINUTES;
use loadtest::report::data::{self, Run, Verdict};
use loadtest::report::headline::pay_p99_ms;

/// Five minutes by this machine's clock.
const FIVE_MINUTES_S: usize = 300;
const SLOT_MINUTES: f64 = 5.0;

/// Orders and what was charged for them, in each second since the doors have opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Till {
    seconds: Vec<(u64, f64)>,
}

impl Till {
    /// As the books have it: takings of whole seconds from the opening on, up to the close.
    pub fn read(takings: &[Takings], opened: commerce::Timestamp, open_s: f64) -> Self {
        let mut seconds = vec![(0, 0.0); (open_s.ceil() as usize).max(1)];
        for taken in takings {
            let at = usize::try_from(taken.from.micros_since(opened) / 1_000_000).ok();
            if let Some(second) = at.and_then(|at| seconds.get_mut(at)) {
                *second = (taken.orders.unsigned_abs(), taken.revenue_minor as f64 / 100.0);
            }
        }
        Self { seconds }
    }

    fn orders(&self) -> u64 {
        self.seconds.iter().map(|(orders, _)| orders).sum()
    }

    fn charged(&self) -> f64 {
        self.seconds.iter().map(|(_, charged)| charged).sum()
    }

    /// What was charged in the best day of the sale. A second belongs to the day in which its middle is.
    fn best_day(&self, pace: Pace) -> f64 {
        let mut days = vec![0.0; pace.minutes.div_ceil(DAY_MINUTES as u32) as usize];
        for (second, (_, charged)) in self.seconds.iter().enumerate() {
            let minute = (second as f64 + 0.5) * pace.speed / 60.0;
            let day = (minute / DAY_MINUTES as f64) as usize;
            if let Some(of_day) = days.get_mut(day) {
                *of_day += charged;
            }
        }
        days.into_iter().fold(0.0, f64::max)
    }

    /// The most orders in five minutes by the clock on the wall.
    fn in_5_real_minutes(&self) -> u64 {
        let length = FIVE_MINUTES_S.min(self.seconds.len());
        let of = |stretch: &[(u64, f64)]| stretch.iter().map(|(orders, _)| orders).sum();
        self.seconds.windows(length).map(of).max().unwrap_or(0)
    }
}

/// Everything that was counted.
pub fn counted(script: &Script, pace: Pace, series: &[data::Second], till: &Till) -> Counted {
    let busiest = script.busiest(pace);
    let in_stretch = till.seconds.get(busiest.seconds.clone()).unwrap_or_default();
    let busiest_minutes = busiest.seconds.len() as f64 * pace.speed / 60.0;
    let while_open = || series.iter().zip(sessions(series, pace)).filter(|(second, _)| is_open(second, pace));
    Counted {
        visits: while_open().map(|(second, _)| second.visits).sum(),
        orders: till.orders(),
        charged: till.charged(),
        sessions: while_open().map(|(_, sessions)| sessions).fold(0.0, f64::max),
        shoppers: while_open().map(|(second, _)| second.shoppers).max().unwrap_or(0),
        busiest_orders: in_stretch.iter().map(|(orders, _)| orders).sum(),
        busiest_minutes,
        busiest_forecast_in_5_minutes: busiest.expected * SLOT_MINUTES / busiest_minutes,
        orders_in_5_real_minutes: till.in_5_real_minutes(),
    }
}

/// The same as if all had come.
pub fn scaled_back(counted: &Counted, script: &Script, pace: Pace, till: &Till) -> CameTo {
    let back = |number: f64| number / pace.scale;
    CameTo {
        visits: back(counted.visits as f64),
        orders: back(counted.orders as f64),
        revenue: back(counted.charged),
        sessions: back(counted.sessions),
        active: back(counted.shoppers as f64),
        orders_in_5_minutes: back(counted.busiest_orders as f64) * SLOT_MINUTES / counted.busiest_minutes,
        best_day: script.is_whole.then(|| back(till.best_day(pace))),
    }
}

/// What was carried while the doors were open, by this machine's clock: visits and pages in the busiest second, and orders, of
/// which a second has few, in the busiest stretch.
pub fn carried(script: &Script, pace: Pace, run: &Run, till: &Till) -> Rates {
    let while_open = || run.series.iter().zip(tested(run, pace).seconds).filter(|(second, _)| is_open(second, pace));
    let busiest = till.seconds.get(script.busiest(pace).seconds).unwrap_or_default();
    let orders: u64 = busiest.iter().map(|(orders, _)| orders).sum();
    Rates {
        visits_per_s: while_open().map(|(second, _)| second.visits as f64).fold(0.0, f64::max),
        pages_per_s: while_open().map(|(_, tested)| tested.pages_per_s).fold(0.0, f64::max),
        orders_per_s: orders as f64 / busiest.len().max(1) as f64,
    }
}

/// How the machine did.
pub fn served(run: &Run) -> Served {
    let step = run.steps.first();
    let counts = step.map(|step| step.counts).unwrap_or_default();
    let failure = run.failures.first();
    Served {
        verdict: step.map_or(Verdict::Unfinished, |step| step.verdict),
        reasons: step.map(|step| step.reasons.clone()).unwrap_or_default(),
        requests: counts.requests,
        requests_per_s: run.series.iter().map(|second| second.requests).max().unwrap_or(0),
        errors: counts.errors,
        failure: failure.map(|failure| format!("{}: {}", failure.kind.name(), failure.what)),
        refused: counts.refused,
        sold_out: counts.sold_out,
        page_p99_ms: step.map_or(0.0, |step| step.response.p99_ms),
        pay_p99_ms: step.and_then(pay_p99_ms).unwrap_or(0.0),
        server: step.and_then(|step| step.server),
        machine: run.machines.first().cloned().unwrap_or_default(),
    }
}

/// Second by second.
pub fn seconds(script: &Script, pace: Pace, run: &Run) -> Vec<Second> {
    let tested = tested(run, pace).seconds;
    let sessions = sessions(&run.series, pace);
    let second = |(at, of): (usize, &data::Second)| {
        let at_minute = minute_after(of, pace);
        Second {
            at_minute,
            sessions: sessions[at] / pace.scale,
            forecast_sessions: script.sessions(at_minute),
            pages_per_s: tested[at].pages_per_s,
            p99_ms: of.p99_ms,
        }
    };
    run.series.iter().enumerate().map(second).collect()
}

/// Sessions at the end of each second: who was there when the time began within which a visitor is counted, and who has come
/// since. That time is as much shorter as the sale is played faster.
fn sessions(series: &[data::Second], pace: Pace) -> Vec<f64> {
    let within_s = IDLE_TIMEOUT_MINUTES as f64 * 60.0 / pace.speed;
    let (whole, part) = (within_s.floor() as usize, within_s.fract());
    let at = |of: fn(&data::Second) -> u64, second: Option<usize>| second.map_or(0.0, |second| of(&series[second]) as f64);
    let shoppers = |second| at(|second| second.shoppers, second);
    (0..series.len())
        .map(|now| {
            let begun = now.checked_sub(whole);
            let since: u64 = series[begun.map_or(0, |begun| begun + 1)..=now].iter().map(|second| second.visits).sum();
            let there = part * shoppers(begun.and_then(|begun| begun.checked_sub(1))) + (1.0 - part) * shoppers(begun);
            there + since as f64 + part * at(|second| second.visits, begun)
        })
        .collect()
}

/// Which minute of the sale it is at the end of a second.
fn minute_after(second: &data::Second, pace: Pace) -> f64 {
    pace.minute_at(second.at_s + 1.0)
}

fn is_open(second: &data::Second, pace: Pace) -> bool {
    (0.0..=f64::from(pace.minutes)).contains(&minute_after(second, pace))
}

#[cfg(test)]
mod tests {
    use super::super::study::StudySale;
    use super::*;
    use commerce::Timestamp;

    const OPENED: Timestamp = Timestamp::from_seconds(1_800_000_000);

    /// Orders of $85 in these seconds after the opening.
    fn till(orders: &[(i64, i64)], open_s: f64) -> Till {
        let takings: Vec<Takings> = orders
            .iter()
            .map(|(at, orders)| Takings { from: OPENED.plus_seconds(*at), orders: *orders, revenue_minor: orders * 8_500 })
            .collect();
        Till::read(&takings, OPENED, open_s)
    }

    #[test]
    fn what_is_bought_before_the_doors_open_and_after_they_close_is_no_part_of_the_sale() {
        let till = till(&[(-1, 7), (0, 2), (9, 3), (10, 7)], 10.0);
        assert_eq!((till.orders(), till.charged()), (5, 425.0));
    }

    #[test]
    fn a_day_is_a_day_of_the_sale() {
        let pace = Pace { speed: 1_800.0, scale: 0.1, minutes: 5 * 1_440 };
        let till = till(&[(0, 2), (47, 4), (48, 5), (239, 1)], 240.0);
        assert_eq!(till.best_day(pace), 6.0 * 85.0, "of 48 seconds");
        assert_eq!(till.in_5_real_minutes(), 12);
    }

    #[test]
    fn a_session_counts_from_the_first_page_to_half_an_hour_after_the_last() {
        let second = |visits, shoppers| data::Second { visits, shoppers, ..data::Second::default() };
        let series = [second(4, 3), second(0, 1), second(6, 6), second(0, 0), second(0, 0), second(0, 0)];
        let at = |speed| sessions(&series, Pace { speed, scale: 1.0, minutes: 60 });
        assert_eq!(at(1_800.0), [4.0, 3.0, 7.0, 6.0, 0.0, 0.0], "half an hour is a second");
        assert_eq!(at(900.0), [4.0, 4.0, 9.0, 7.0, 6.0, 0.0], "two seconds");
        assert_eq!(at(3_600.0), [3.5, 2.0, 6.5, 3.0, 0.0, 0.0], "half a second");
    }

    #[test]
    fn orders_of_five_minutes_are_those_of_the_busiest_stretch_scaled_back() {
        let script = Script::of(StudySale::AfterChristmas, None);
        let pace = Pace { speed: 1_800.0, scale: 0.005, minutes: script.minutes() };
        let till = till(&[(0, 18), (1, 18), (50, 40)], pace.open_s());
        let counted = counted(&script, pace, &[], &till);
        assert_eq!(counted.busiest_orders, 36, "in {} minutes", counted.busiest_minutes);
        assert!((counted.busiest_deviation() - 1.0 / 6.0).abs() < 1e-9);
        let came_to = scaled_back(&counted, &script, pace, &till);
        assert_eq!(came_to.orders, 76.0 / 0.005);
        assert_eq!(came_to.orders_in_5_minutes, 36.0 / 0.005 * 5.0 / counted.busiest_minutes);
    }
}
