//! What a sale came to, reckoned from what was recorded of it: totals, peaks, what sold out and what was asked for after that,
//! how the server did, and how all of it compares with the forecast and with the last sale.
//!
//! Read in this order: [`recorded`] (what is handed in), [`windows`] (the busiest minutes of anything), this file (how one
//! becomes the other), [`data`] (what comes out: the JSON is this and nothing else), [`compared`].

pub mod recorded;

pub mod windows;

pub mod data;

pub mod compared;

use data::{High, Item, Lost, Outcome, Peaks, SCHEMA, Service, Slot, Totals};
use recorded::{Recorded, ServedMinute};
use windows::busiest;

/// Seconds of the window in which orders are counted.
const FIVE_MINUTES: i64 = 300;
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: f64 = 86_400.0;
/// A sale over time has slots of five minutes. One of at most so many seconds, half an hour, has slots of a minute.
const SHORT: i64 = 1_800;
/// One of more than so many seconds, two weeks, has slots of an hour.
const LONG: i64 = 14 * 86_400;

/// What the sale came to.
pub fn outcome(recorded: &Recorded) -> Outcome {
    let items: Vec<Item> = (0..recorded.items.len()).map(|at| item(recorded, at)).collect();
    Outcome {
        schema: SCHEMA,
        shop: recorded.shop.clone(),
        sale: recorded.sale.clone(),
        currency: recorded.currency.clone(),
        zone: recorded.zone.clone(),
        standing: recorded.standing,
        starts: instant(recorded.starts()),
        early_access: recorded.early_access.map(instant),
        opens: instant(recorded.opens),
        closes: instant(recorded.closes),
        told_at: instant(recorded.told_at),
        is_over: recorded.told_at >= recorded.closes,
        totals: totals(recorded),
        peaks: peaks(recorded),
        holds: recorded.holds,
        service: service(recorded),
        by_hand: recorded.by_hand,
        lost: lost(&items),
        items,
        slots: slots(recorded),
        slot_minutes: (slot_seconds(recorded) / 60) as u32,
        compared: Vec::new(),
        forecast: None,
        last_sale: None,
        learned: None,
        known: None,
    }
}

fn totals(recorded: &Recorded) -> Totals {
    let orders: i64 = recorded.orders.iter().map(|second| second.orders).sum();
    let charged: i64 = recorded.orders.iter().map(|second| second.charged_minor).sum();
    let at_sale_prices: i64 = recorded.sold.iter().map(|sold| sold.charged_minor).sum();
    Totals {
        visits: recorded.crowd.iter().filter_map(|minute| minute.visits).reduce(|sum, visits| sum + visits),
        orders,
        revenue: recorded.amount(charged),
        order_value: (orders > 0).then(|| recorded.amount(charged) / orders as f64),
        units_at_sale_prices: recorded.sold.iter().map(|sold| sold.units).sum(),
        revenue_at_sale_prices: recorded.amount(at_sale_prices),
        canceled: recorded.canceled,
        refunded: recorded.amount(recorded.refunded_minor),
    }
}

fn peaks(recorded: &Recorded) -> Peaks {
    let orders: Vec<(i64, i64)> = recorded.orders.iter().map(|second| (second.at, second.orders)).collect();
    let charged: Vec<(i64, i64)> = recorded.orders.iter().map(|second| (second.at, second.charged_minor)).collect();
    let run_rate = |seconds: i64| {
        busiest(&charged, seconds).map(|(at, sum)| High { value: recorded.amount(sum) * DAY / seconds as f64, at: instant(at) })
    };
    let people = |of: fn(&recorded::CrowdMinute) -> i64| {
        let most = recorded.crowd.iter().rev().max_by_key(|minute| of(minute));
        most.map(|minute| High { value: of(minute) as f64, at: instant(minute.at) })
    };
    Peaks {
        active: people(|minute| minute.active),
        sessions: people(|minute| minute.sessions),
        orders_per_5_minutes: busiest(&orders, FIVE_MINUTES).map(|(at, sum)| High { value: sum as f64, at: instant(at) }),
        run_rate_of_hour: run_rate(HOUR),
        run_rate_of_5_minutes: run_rate(FIVE_MINUTES),
    }
}

/// How the server did. A minute in which nobody asked is not recorded either, so silence is no failure.
fn service(recorded: &Recorded) -> Service {
    let served = || recorded.served.iter();
    let is_bad = |minute: &&ServedMinute| minute.failed > 0 || minute.shed > 0;
    let seconds = recorded.told_at.min(recorded.closes) - recorded.starts();
    Service {
        minutes: (seconds.max(0) + 59) / 60,
        minutes_recorded: served().count() as i64,
        minutes_troubled: served().filter(is_bad).count() as i64,
        requests: served().map(|minute| minute.requests).sum(),
        failed: served().map(|minute| minute.failed).sum(),
        shed: served().map(|minute| minute.shed).sum(),
        nodes: recorded.nodes,
        nodes_started: recorded.nodes_started,
        answers: recorded.answers,
        neighbors: recorded.neighbors,
    }
}

fn item(recorded: &Recorded, at: usize) -> Item {
    let known = &recorded.items[at];
    let sold = || recorded.sold.iter().filter(move |sold| sold.item == at);
    let missed = || recorded.missed.iter().filter(move |missed| missed.item == at);
    let units_missed: i64 = missed().map(|missed| missed.units).sum();
    let at_end = [known.gone_at_end_since, limit_reached(recorded, at)].into_iter().flatten().min();
    let first = [known.gone_first, at_end].into_iter().flatten().min();
    Item {
        name: known.name.clone(),
        price: recorded.amount(known.price_minor),
        offered: known.offered,
        sold: sold().map(|sold| sold.units).sum(),
        revenue: recorded.amount(sold().map(|sold| sold.charged_minor).sum()),
        first_gone_at: first.map(instant),
        sold_out_at: at_end.map(instant),
        asked_after: missed().map(|missed| missed.asked).sum(),
        units_missed,
        revenue_missed: recorded.amount(units_missed.saturating_mul(known.price_minor)),
    }
}

/// The second in which as many units had been bought as the sale offered.
fn limit_reached(recorded: &Recorded, item: usize) -> Option<i64> {
    let offered = recorded.items[item].offered?;
    let mut units = 0;
    let last = recorded.sold.iter().filter(|sold| sold.item == item).find(|sold| {
        units += sold.units;
        units >= offered
    });
    last.map(|sold| sold.at)
}

fn lost(items: &[Item]) -> Lost {
    Lost {
        asked: items.iter().map(|item| item.asked_after).sum(),
        units: items.iter().map(|item| item.units_missed).sum(),
        revenue: items.iter().map(|item| item.revenue_missed).sum(),
    }
}

fn slot_seconds(recorded: &Recorded) -> i64 {
    match recorded.closes - recorded.starts() {
        ..=SHORT => MINUTE,
        seconds if seconds > LONG => HOUR,
        _ => FIVE_MINUTES,
    }
}

/// The sale in slots, from its beginning to now or its end.
fn slots(recorded: &Recorded) -> Vec<Slot> {
    let (starts, ends, slot) = (recorded.starts(), recorded.told_at.min(recorded.closes), slot_seconds(recorded));
    let count = (ends - starts + slot - 1).div_euclid(slot).max(0);
    let mut slots: Vec<Slot> = (0..count).map(|at| Slot { at_minute: (at * slot / 60) as u32, ..Slot::default() }).collect();
    let place = |second: i64| usize::try_from((second - starts).div_euclid(slot)).ok();
    let each = |slots: &mut Vec<Slot>, second: i64, change: &dyn Fn(&mut Slot)| {
        if let Some(slot) = place(second).and_then(|at| slots.get_mut(at)) {
            change(slot);
        }
    };
    for minute in &recorded.crowd {
        each(&mut slots, minute.at, &|slot| {
            slot.active = Some(slot.active.unwrap_or(0).max(minute.active));
            slot.sessions = Some(slot.sessions.unwrap_or(0).max(minute.sessions));
            slot.visits = minute.visits.map(|visits| slot.visits.unwrap_or(0) + visits).or(slot.visits);
        });
    }
    for second in &recorded.orders {
        each(&mut slots, second.at, &|slot| {
            slot.orders += second.orders;
            slot.revenue += recorded.amount(second.charged_minor);
        });
    }
    for minute in &recorded.served {
        each(&mut slots, minute.at, &|slot| slot.add(minute));
    }
    for missed in &recorded.missed {
        each(&mut slots, missed.at, &|slot| slot.units_missed += missed.units);
    }
    slots
}

impl Slot {
    fn add(&mut self, minute: &ServedMinute) {
        let slower = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        };
        self.requests = Some(self.requests.unwrap_or(0) + minute.requests);
        self.failed += minute.failed;
        self.shed += minute.shed;
        self.p99_ms = slower(self.p99_ms, minute.p99_ms);
        self.neighbors_p99_ms = slower(self.neighbors_p99_ms, minute.neighbors_p99_ms);
    }
}

/// RFC 3339 in UTC. What lies beyond the years that a calendar has is the last one of them.
fn instant(second: i64) -> String {
    jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::MAX).to_string()
}

#[cfg(test)]
mod tests;
