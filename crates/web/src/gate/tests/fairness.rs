//! Two shops on one machine: one goes on as ever, the other is stormed.

use super::overload::two_workers;
use super::simulation::{Asked, Crowd, Dice, Fate, Machine};
use crate::gate::class::Route;
use commerce::ShopId;

const SECOND: i64 = 1_000_000;
const WORKERS: f64 = 2.0;
const STEADY: ShopId = ShopId(1);
const STORMED: ShopId = ShopId(2);
const LENGTH: i64 = 40 * SECOND;
/// The first seconds do not count.
const WARM: i64 = 5 * SECOND;

/// A shop's requests: how much of the machine they would take, and of what kind they are.
#[derive(Clone, Copy)]
struct Stream {
    shop: ShopId,
    /// Of the machine.
    load: f64,
    route: Route,
    /// Average work, microseconds.
    cost: f64,
}

struct Streams {
    dice: Dice,
    streams: Vec<(Stream, i64)>,
    took: Vec<i64>,
    refused: u32,
    /// Work done for the stormed shop, microseconds.
    stormed_micros: i64,
}

impl Crowd for Streams {
    fn next_arrival(&mut self, _: i64) -> Option<(i64, Asked)> {
        let next = (0..self.streams.len()).min_by_key(|stream| self.streams[*stream].1)?;
        let (Stream { shop, load, route, cost }, at) = self.streams[next];
        let rate = load * WORKERS / cost;
        self.streams[next].1 = at + self.dice.around(1.0 / rate) + 1;
        let cost = self.dice.around(cost / 2.0) + (cost / 2.0) as i64;
        Some((at, Asked { shop, route, cost, from: at, shopper: 0 }))
    }

    fn goes_on(&mut self, now: i64, asked: Asked, fate: Fate) -> Option<(i64, Asked)> {
        if now < WARM {
            return None;
        }
        match (fate, asked.shop) {
            (Fate::Answered(took), STEADY) => self.took.push(took),
            (Fate::Answered(_), _) => self.stormed_micros += asked.cost,
            (_, STEADY) => self.refused += 1,
            _ => {}
        }
        None
    }
}

/// What the steady shop sees: the time in which 99 % are answered, how many are refused; and what the other gets of the machine.
fn run(seed: u64, streams: &[Stream]) -> (i64, u32, f64) {
    let streams = streams.iter().filter(|stream| stream.load > 0.0).map(|stream| (*stream, 1)).collect();
    let mut crowd = Streams { dice: Dice::new(seed), streams, took: Vec::new(), refused: 0, stormed_micros: 0 };
    let mut machine = Machine::new(WORKERS as usize, two_workers());
    machine.run(&mut crowd, LENGTH);
    crowd.took.sort_unstable();
    let p99 = crowd.took.get(crowd.took.len() * 99 / 100).copied().unwrap_or_default();
    (p99, crowd.refused, crowd.stormed_micros as f64 / ((LENGTH - WARM) as f64 * WORKERS))
}

/// What reading a request takes, of one worker's microsecond.
const READING: f64 = 20.0;

#[test]
fn a_storm_next_door_refuses_nobody_here_and_gets_all_that_is_left() {
    let steady = Stream { shop: STEADY, load: 0.25, route: Route::Page, cost: 2_000.0 };
    let kinds = [
        (Route::Page, 2_000.0, 1.75),
        (Route::Page, 500.0, 1.75),
        (Route::Search, 10_000.0, 4.5),
        (Route::Cart, 2_000.0, 1.9),
        // So light that reading them takes a good part of the machine: the storm gets less than an equal part of it done.
        (Route::CheckoutOpen, 250.0, 1.75),
    ];
    for seed in [1, 2] {
        let (alone, ..) = run(seed, &[steady]);
        // A handler that has begun is not interrupted, so whoever comes waits for the end of one of those at work, at most.
        for (route, cost, times_alone) in kinds {
            for times in [1.0, 2.0, 5.0, 10.0] {
                let storm = Stream { shop: STORMED, load: 0.5 * times, route, cost };
                let (p99, refused, got) = run(seed, &[steady, storm]);
                let left = (1.0 - steady.load - storm.load * READING / cost).min(storm.load);
                eprintln!(
                    "{times} times its share in {cost} µs each: 99 % in {p99} µs, alone {alone}; got {got:.3} of {left:.3}"
                );
                assert_eq!(refused, 0, "nobody of the steady shop is refused");
                assert!(p99 as f64 <= times_alone * alone as f64, "the steady shop hardly notices");
                assert!(got >= 0.9 * left, "the storm gets what is left");
            }
        }
    }
}

#[test]
fn a_flood_of_payments_next_door_does_not_go_before_everybody_here() {
    let steady = Stream { shop: STEADY, load: 0.25, route: Route::Page, cost: 2_000.0 };
    let (alone, ..) = run(4, &[steady]);
    for times in [1.0, 2.0, 5.0, 10.0] {
        let flood = Stream { shop: STORMED, load: 0.5 * times, route: Route::Receipt, cost: 2_000.0 };
        let (p99, refused, _) = run(4, &[steady, flood]);
        eprintln!("{times} times its share in payments: 99 % in {p99} µs, alone {alone}");
        assert_eq!(refused, 0, "nobody of the steady shop is refused");
        assert!(p99 <= 2 * alone, "the steady shop hardly notices");
    }
}

#[test]
fn a_shop_that_is_alone_has_the_whole_machine() {
    let (_, _, got) = run(3, &[Stream { shop: STORMED, load: 3.0, route: Route::Page, cost: 2_000.0 }]);
    assert!(got >= 0.93, "{got}");
}
