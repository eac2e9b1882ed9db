//! How sure a forecast is: the sale is played again and again, each time with every input a little different.
//!
//! Inputs are drawn by Latin hypercube (McKay, Beckman and Conover, Technometrics 21, 1979): of as many equal parts of each range
//! as there are draws, each is used once, so that few draws reach all corners. A range is even in ratios: twice as much is as
//! likely as half. One more dimension is luck: every count is a Poisson variable, for which a normal one of the same mean and
//! variance stands, so that small numbers are rightly less sure than large ones.

mod played;

use crate::chance::Chance;
use crate::course::{Course, DAY_MINUTES, Highest, SLOT_MINUTES};
use crate::data::{
    Assumption, Day, Estimate, Forecast, Item, Line, Nodes, Peak, Peaks, SCHEMA, Sensitivities, Slot, SoldOut, Swing, Totals,
};
use crate::normal;
use crate::plan::uncertainty::Input;
use crate::plan::{Capacity, MarketingPlan};
use played::{Played, PlayedSlot};

/// How often a sale is played: the ends of a band then move by a few per cent from seed to seed.
pub const DRAWS: u32 = 500;

/// How often while somebody is still typing: what is planned is as exact as ever, the ends of a band move by a tenth or so.
pub const PREVIEW_DRAWS: u32 = 80;

/// What will happen, and how sure that is. The same plan and seed give the same forecast, byte for byte.
pub fn forecast(plan: &MarketingPlan, seed: u64) -> Forecast {
    played(plan, seed, DRAWS)
}

/// The same, played [`PREVIEW_DRAWS`] times.
pub fn preview(plan: &MarketingPlan, seed: u64) -> Forecast {
    played(plan, seed, PREVIEW_DRAWS)
}

fn played(plan: &MarketingPlan, seed: u64, times: u32) -> Forecast {
    let course = Course::of(plan);
    let draws = draws(plan, seed, times);
    let all = All { planned: Played::of(plan, &course, 0.0), draws, capacity: plan.capacity };
    let sale = &plan.sale;
    Forecast {
        schema: SCHEMA,
        plan: plan.name.clone(),
        currency: plan.currency.clone(),
        zone: plan.zone.clone(),
        starts: plan.starts().to_string(),
        early_access: sale.early_access.map(|instant| instant.to_string()),
        opens: sale.opens.to_string(),
        closes: sale.closes.to_string(),
        seed,
        draws: times,
        totals: all.totals(),
        peaks: all.peaks(course.buying_minute),
        slots: (0..all.planned.slots.len()).map(|at| all.slot(at)).collect(),
        slot_minutes: SLOT_MINUTES as u32,
        days: (0..all.planned.orders_by_day.len()).map(|at| all.day(at, course.buying_minute)).collect(),
        items: plan.items.iter().enumerate().map(|(at, item)| all.item(at, item)).collect(),
        nodes: plan.capacity.map(|_| all.nodes(|played| played.nodes)),
        line: course.line.map(|_| all.line()),
        assumed: plan.assumed.clone(),
        inputs: Input::all().map(|input| assumption(plan, input)).collect(),
        sensitivities: sensitivities(plan),
    }
}

/// The sale, played with inputs and luck of the seed.
fn draws(plan: &MarketingPlan, seed: u64, times: u32) -> Vec<Played> {
    let mut chance = Chance::new(seed);
    let mut shares = || -> Vec<f64> {
        let parts = chance.shuffled(times as usize);
        parts.into_iter().map(|part| (part as f64 + chance.share()) / f64::from(times)).collect()
    };
    let inputs: Vec<(Input, Vec<f64>)> = Input::all().map(|input| (input, shares())).collect();
    let luck = shares();
    let play = |(draw, luck): (usize, &f64)| {
        let share = |input| inputs.iter().find(|(one, _)| *one == input).map_or(0.5, |(_, shares)| shares[draw]);
        let varied = plan.varied(|input| plan.uncertainty.times(input).powf(2.0 * share(input) - 1.0));
        Played::of(&varied, &Course::of(&varied), normal::quantile(*luck))
    };
    luck.iter().enumerate().map(play).collect()
}

/// The sale as planned and as drawn.
struct All {
    planned: Played,
    draws: Vec<Played>,
    capacity: Option<Capacity>,
}

impl All {
    fn estimate(&self, of: impl Fn(&Played) -> f64) -> Estimate {
        let [p5, p50, p95] = percentiles(self.draws.iter().map(&of).collect());
        Estimate { planned: of(&self.planned), p5, p50, p95 }
    }

    fn totals(&self) -> Totals {
        Totals {
            visits: self.estimate(|played| played.visits),
            orders: self.estimate(|played| played.orders),
            revenue: self.estimate(|played| played.orders * played.order_value),
            orders_lost: self.estimate(|played| played.orders_lost),
            revenue_lost: self.estimate(|played| played.orders_lost * played.order_value),
        }
    }

    fn peaks(&self, buying_minute: usize) -> Peaks {
        let peak = |of: fn(&Played) -> Highest, begins: usize, length: usize| Peak {
            height: self.estimate(|played| of(played).value),
            at_minute: (begins + of(&self.planned).at * length) as u32,
        };
        Peaks {
            arrivals_per_minute: peak(Played::peak_arrivals, 0, SLOT_MINUTES),
            active: peak(Played::peak_active, 0, SLOT_MINUTES),
            sessions: peak(Played::peak_sessions, 0, SLOT_MINUTES),
            pages_per_s: peak(Played::peak_pages, 0, SLOT_MINUTES),
            dynamic_pages_per_s: peak(Played::peak_dynamic_pages, 0, SLOT_MINUTES),
            orders: peak(Played::peak_orders, 0, SLOT_MINUTES),
            day_revenue: peak(Played::best_day, buying_minute, DAY_MINUTES),
        }
    }

    fn slot(&self, at: usize) -> Slot {
        Slot {
            at_minute: (at * SLOT_MINUTES) as u32,
            arrivals_per_minute: self.estimate(|played| played.slots[at].arrivals_per_minute),
            active: self.estimate(|played| played.slots[at].active),
            sessions: self.estimate(|played| played.slots[at].sessions),
            pages_per_s: self.estimate(|played| played.pages_per_s(played.slots[at].arrivals_per_minute)),
            dynamic_pages_per_s: self
                .estimate(|played| played.dynamic_share * played.pages_per_s(played.slots[at].arrivals_per_minute)),
            orders: self.estimate(|played| played.slots[at].orders),
            revenue: self.estimate(|played| played.slots[at].orders * played.order_value),
            waiting: self.planned.longest_wait_minutes.map(|_| self.estimate(|played| played.slots[at].waiting)),
            nodes: self.capacity.map(|capacity| self.nodes(|played| played.nodes_in(&played.slots[at], capacity))),
        }
    }

    fn day(&self, at: usize, buying_minute: usize) -> Day {
        Day {
            at_minute: (buying_minute + at * DAY_MINUTES) as u32,
            orders: self.estimate(|played| played.orders_by_day[at]),
            revenue: self.estimate(|played| played.orders_by_day[at] * played.order_value),
        }
    }

    fn item(&self, at: usize, item: &crate::plan::Item) -> Item {
        let never = f64::INFINITY;
        let minute = self.estimate(|played| played.items[at].sold_out_minute.unwrap_or(never));
        let if_ever = |minute: f64| minute.is_finite().then_some(minute);
        let sold_out = self.draws.iter().filter(|played| played.items[at].sold_out_minute.is_some()).count();
        Item {
            name: item.name.clone(),
            stock: item.stock,
            wanted: self.estimate(|played| played.items[at].wanted),
            sold: self.estimate(|played| played.items[at].sold),
            lost: self.estimate(|played| played.items[at].lost()),
            sold_out_share: sold_out as f64 / self.draws.len() as f64,
            sold_out_minute: SoldOut {
                planned: if_ever(minute.planned),
                p5: if_ever(minute.p5),
                p50: if_ever(minute.p50),
                p95: if_ever(minute.p95),
            },
            left: (0..self.planned.slots.len()).map(|slot| self.estimate(|played| left(&played.slots[slot], item))).collect(),
        }
    }

    fn nodes(&self, of: impl Fn(&Played) -> Option<u32>) -> Nodes {
        let nodes = self.estimate(|played| of(played).map_or(f64::INFINITY, f64::from));
        let if_any = |nodes: f64| nodes.is_finite().then_some(nodes as u32);
        Nodes { planned: if_any(nodes.planned), p50: if_any(nodes.p50), p95: if_any(nodes.p95) }
    }

    fn line(&self) -> Line {
        Line {
            longest_minutes: self.estimate(|played| played.longest_wait_minutes.unwrap_or(0.0)),
            waiting: self.estimate(|played| Highest::of(played.slots.iter().map(|slot| slot.waiting)).value),
        }
    }
}

/// Units of an item that are left at the end of a slot.
fn left(slot: &PlayedSlot, item: &crate::plan::Item) -> f64 {
    (f64::from(item.stock) - slot.units_wanted * item.share).max(0.0)
}

/// The 5th, 50th and 95th percentile by nearest rank.
fn percentiles(mut values: Vec<f64>) -> [f64; 3] {
    let last = values.len() - 1;
    [0.05, 0.5, 0.95].map(|share| {
        let rank = (share * last as f64).round() as usize;
        *values.select_nth_unstable_by(rank, f64::total_cmp).1
    })
}

fn assumption(plan: &MarketingPlan, input: Input) -> Assumption {
    Assumption { input, name: input.name(), times: plan.uncertainty.times(input), source: plan.uncertainty.source(input) }
}

/// Each input at both ends of its range, the others as planned.
fn sensitivities(plan: &MarketingPlan) -> Sensitivities {
    let at_ends = |input: Input| {
        let at = |times: f64| {
            let varied = plan.varied(|one| if one == input { times } else { 1.0 });
            (Course::of(&varied), varied.shoppers.order_value)
        };
        let times = plan.uncertainty.times(input);
        (input, at(1.0 / times), at(times))
    };
    let ends: Vec<_> = Input::all().map(at_ends).collect();
    let swings = |answer: fn(&Course, f64) -> f64| {
        let swing = |(input, low, high): &(Input, (Course, f64), (Course, f64))| Swing {
            input: *input,
            low: answer(&low.0, low.1),
            high: answer(&high.0, high.1),
        };
        let mut swings: Vec<Swing> = ends.iter().map(swing).collect();
        swings.sort_by(|one, other| (other.high - other.low).abs().total_cmp(&(one.high - one.low).abs()));
        swings
    };
    Sensitivities {
        peak_sessions: swings(|course, _| course.peak_sessions()),
        peak_orders: swings(|course, _| course.peak_orders()),
        revenue: swings(|course, order_value| course.demand.orders() * order_value),
    }
}

#[cfg(test)]
mod tests;
