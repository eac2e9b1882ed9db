//! Ten times what the machine can do, for two minutes, by shoppers who come back: what is served, what is finished, how soon the
//! others are refused, and how soon everything is well again.

use super::simulation::{Asked, Crowd, Dice, Fate, Machine};
use crate::gate::class::{Class, Route};
use crate::gate::keeper::KeeperSettings;
use commerce::ShopId;

const SECOND: i64 = 1_000_000;
const WORKERS: usize = 2;
/// What the handler of a page takes on average, microseconds.
const PAGE: f64 = 4_000.0;
/// A visit looks at three pages; every fifth goes on to buy.
const STEPS: [(Route, f64); 7] = [
    (Route::Page, PAGE),
    (Route::Search, PAGE),
    (Route::Page, PAGE),
    (Route::Cart, PAGE),
    (Route::CheckoutOpen, PAGE),
    (Route::CheckoutSend, 2.0 * PAGE),
    (Route::Receipt, PAGE / 2.0),
];
const STEPS_OF_LOOKING: usize = 3;
/// The steps from here on are those of a checkout that has begun.
const BEGUN: usize = 5;
const BUYERS: f64 = 0.2;
const VISIT: f64 = (3.0 + BUYERS * 4.5) * PAGE;
/// How often somebody who was refused comes back.
const RETRIES_MAX: u8 = 2;
/// A page that took longer is slow, microseconds.
const SLOW: i64 = 100_000;

/// The storm, seconds.
const BEGINS: i64 = 30;
const ENDS: i64 = BEGINS + 120;
/// Whoever was told to come back last has come by then: at most twice thirty seconds later.
const ALL_GONE: i64 = ENDS + 65;
const OVER: i64 = ALL_GONE + 30;

#[derive(Clone, Copy)]
struct Shopper {
    step: usize,
    buys: bool,
    retries: u8,
}

/// What was seen in one second.
#[derive(Clone, Copy, Default)]
struct Second {
    useful_micros: i64,
    answered: u32,
    slow: u32,
    refused: u32,
}

struct Shoppers {
    dice: Dice,
    shoppers: Vec<Shopper>,
    seconds: Vec<Second>,
    /// How long it took until somebody was told to come back, microseconds.
    refused_after: Vec<i64>,
    begun: usize,
    begun_and_given_up: usize,
    refused: [u32; Class::COUNT],
}

impl Shoppers {
    fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            shoppers: Vec::new(),
            seconds: vec![Second::default(); OVER as usize],
            refused_after: Vec::new(),
            begun: 0,
            begun_and_given_up: 0,
            refused: [0; Class::COUNT],
        }
    }

    fn wants(&mut self, shopper: usize) -> Asked {
        let (route, mean) = STEPS[self.shoppers[shopper].step];
        let cost = self.dice.around(mean / 2.0) + (mean / 2.0) as i64;
        Asked { shop: ShopId(1), route, cost, from: 0, shopper }
    }

    fn during(&self, from: i64, until: i64) -> Second {
        self.seconds[from as usize..until as usize].iter().fold(Second::default(), |sum, second| Second {
            useful_micros: sum.useful_micros + second.useful_micros,
            answered: sum.answered + second.answered,
            slow: sum.slow + second.slow,
            refused: sum.refused + second.refused,
        })
    }

    /// Where the shopper goes after an answer; `None`: home.
    fn next_page(&mut self, now: i64, asked: Asked, took: i64) -> Option<(i64, Asked)> {
        let second = &mut self.seconds[(now / SECOND) as usize];
        second.useful_micros += asked.cost;
        second.answered += 1;
        second.slow += u32::from(took > SLOW);
        let shopper = &mut self.shoppers[asked.shopper];
        shopper.step += 1;
        shopper.retries = 0;
        self.begun += usize::from(shopper.step == BEGUN);
        let steps = if shopper.buys { STEPS.len() } else { STEPS_OF_LOOKING };
        if shopper.step == steps {
            return None;
        }
        let at = now + self.dice.around(SECOND as f64);
        Some((at, self.wants(asked.shopper)))
    }
}

impl Crowd for Shoppers {
    fn next_arrival(&mut self, now: i64) -> Option<(i64, Asked)> {
        let capacity = WORKERS as f64 * SECOND as f64 / VISIT;
        let rate = capacity * if (BEGINS * SECOND..ENDS * SECOND).contains(&now) { 10.0 } else { 0.8 };
        let at = now + self.dice.around(SECOND as f64 / rate) + 1;
        let buys = self.dice.unit() < BUYERS;
        self.shoppers.push(Shopper { step: 0, buys, retries: 0 });
        let asked = self.wants(self.shoppers.len() - 1);
        Some((at, asked))
    }

    fn goes_on(&mut self, now: i64, asked: Asked, fate: Fate) -> Option<(i64, Asked)> {
        let wait = match fate {
            Fate::Answered(took) => return self.next_page(now, asked, took),
            Fate::TooLate => 1,
            Fate::Refused(after, wait) => {
                self.seconds[(now / SECOND) as usize].refused += 1;
                self.refused[asked.route.class().index()] += 1;
                self.refused_after.push(after);
                wait
            }
        };
        let shopper = &mut self.shoppers[asked.shopper];
        if shopper.retries == RETRIES_MAX || now > ENDS * SECOND {
            self.begun_and_given_up += usize::from(shopper.step >= BEGUN);
            return None;
        }
        shopper.retries += 1;
        let at = now + (wait as f64 * (1.0 + self.dice.unit()) * SECOND as f64) as i64;
        Some((at, self.wants(asked.shopper)))
    }
}

/// The settings of a small machine, wherever the test runs.
pub fn two_workers() -> KeeperSettings {
    KeeperSettings::of(WORKERS, 0)
}

#[test]
fn ten_times_the_capacity_for_two_minutes_is_served_as_well_as_it_can_be() {
    for seed in [1, 2] {
        let mut crowd = Shoppers::new(seed);
        let mut machine = Machine::new(WORKERS, two_workers());
        machine.run(&mut crowd, OVER * SECOND);

        let storm = crowd.during(BEGINS + 2, ENDS);
        let goodput = storm.useful_micros as f64 / ((ENDS - BEGINS - 2) * SECOND * WORKERS as i64) as f64;
        let slow = f64::from(storm.slow) / f64::from(storm.answered);
        crowd.refused_after.sort_unstable();
        let refused_p99 = crowd.refused_after[crowd.refused_after.len() * 99 / 100];
        eprintln!("goodput {goodput:.3}, slow {slow:.4}, 99 % refused within {refused_p99} µs, waiting {}", machine.waiting_most);
        eprintln!("{} checkouts begun, {} given up, refused {:?}", crowd.begun, crowd.begun_and_given_up, crowd.refused);

        assert!(goodput >= 0.9, "of all that the machine can do");
        assert!(slow <= 0.01, "whoever is let in is served at once");
        assert!(refused_p99 <= 50_000, "whoever is not is told at once");
        assert!(storm.refused > 50_000, "it was a storm");
        assert!(crowd.begun > 500 && crowd.begun_and_given_up * 200 <= crowd.begun, "what was begun is finished");
        assert_eq!(crowd.refused[Class::Pay.index()], 0);
        assert!(crowd.refused[Class::Checkout.index()] < crowd.refused[Class::Browse.index()] / 100, "buyers before lookers");
        assert!(machine.waiting_most <= 100, "the lines stay short");
        let later = crowd.during(ENDS + 10, OVER);
        assert!(later.slow * 200 <= later.answered, "all is quick ten seconds later");
        let gone = crowd.during(ALL_GONE, OVER);
        assert!(gone.refused * 500 <= gone.answered, "and hardly anybody is refused once the storm has gone: {}", gone.refused);
        let figures = machine.keeper.figures();
        assert!(figures.at_work < 10 && figures.waiting.iter().sum::<usize>() < 10, "nothing is left over: {figures:?}");
    }
}
