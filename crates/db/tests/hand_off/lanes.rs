//! The queue between handlers that hand in and a writer that takes, and what it promises whoever runs next.

use crate::queue::{FairQueue, HandedIn, Lined};
use crate::random::Random;
use crate::schedules::{Case, play_all, play_many};
use commerce::ShopId;
use shuttle::future::block_on;
use shuttle::thread;
use std::sync::{Arc, Mutex, MutexGuard};

/// Cases that every run of the tests plays, each in twenty orders.
const SEEDS: u64 = 1_500;

/// Drawn from a seed.
pub const DRAWN: Case = Case {
    name: "lanes",
    tell: |mut random| format!("{:?}", Plan::drawn(&mut random)),
    live: |mut random| live(&Plan::drawn(&mut random)),
};

/// Something handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    number: usize,
    shop: i64,
    finishes: bool,
    weight: usize,
}

impl Lined for Item {
    fn shop(&self) -> ShopId {
        ShopId(self.shop)
    }

    fn is_start(&self) -> bool {
        !self.finishes
    }

    fn weight(&self) -> usize {
        self.weight
    }
}

/// What is to happen.
#[derive(Clone, Debug)]
struct Plan {
    commands_max: usize,
    weight_max: usize,
    /// What each handler hands in, one after the other.
    handlers: Vec<Vec<Item>>,
    /// Whether the queue is closed while handlers still hand in.
    closes_early: bool,
    /// Whether handlers look how many wait: one step more for others to come between.
    looks: bool,
}

impl Plan {
    fn drawn(random: &mut Random) -> Self {
        let mut number = 0;
        let mut item = |random: &mut Random| {
            number += 1;
            let weight = if random.chance(25) { 1 + random.below(6) } else { 1 };
            Item { number, shop: random.between(1, 3), finishes: random.chance(30), weight }
        };
        let handlers = 1 + random.below(4);
        Self {
            commands_max: 1 + random.below(9),
            weight_max: 1 + random.below(4),
            handlers: (0..handlers).map(|_| (0..1 + random.below(4)).map(|_| item(random)).collect()).collect(),
            closes_early: random.chance(30),
            looks: true,
        }
    }
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Taken,
    Displaced,
    Full,
    Closed,
}

/// What happened, in the order in which it did. Writing it down is no step that others could come between.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    /// Counts up with everything that is written down.
    time: usize,
    /// Item, the time before it was handed in, the time after.
    handed_in: Vec<(Item, usize, usize)>,
    fates: Vec<(Item, Fate)>,
    batches: Vec<Vec<Item>>,
    closing: bool,
    ended: bool,
}

impl Log {
    fn tell(&self) -> MutexGuard<'_, Told> {
        let mut told = self.0.lock().expect("nobody panics while writing");
        told.time += 1;
        told
    }
}

/// Lets a plan happen and judges it.
fn live(plan: &Plan) {
    let (queue, log) = (Arc::new(FairQueue::new(plan.commands_max)), Log::default());
    let writer = thread::spawn({
        let (queue, log, weight_max) = (Arc::clone(&queue), log.clone(), plan.weight_max);
        move || write(&queue, &log, weight_max)
    });
    let handlers: Vec<_> = (plan.handlers.iter().cloned())
        .map(|items| {
            let (queue, log, waiting_max) = (Arc::clone(&queue), log.clone(), plan.looks.then_some(plan.commands_max));
            thread::spawn(move || items.into_iter().for_each(|item| hand_in(&queue, &log, waiting_max, item)))
        })
        .collect();
    let close = || {
        log.tell().closing = true;
        queue.close();
    };
    if plan.closes_early {
        close();
    }
    handlers.into_iter().for_each(|handler| handler.join().expect("a handler ends"));
    if !plan.closes_early {
        close();
    }
    writer.join().expect("the writer ends after the queue was closed");
    assert_eq!(queue.waiting(), 0, "nothing waits once the writer has ended");
    judge(plan, &log.tell());
}

fn write(queue: &FairQueue<Item>, log: &Log, weight_max: usize) {
    block_on(async {
        let mut batch = Vec::new();
        while queue.next_batch(weight_max, &mut batch).await {
            let mut told = log.tell();
            told.fates.extend(batch.iter().map(|item| (*item, Fate::Taken)));
            told.batches.push(std::mem::take(&mut batch));
            assert!(!told.batches.last().is_some_and(Vec::is_empty), "the writer is not woken for nothing");
        }
    });
    log.tell().ended = true;
}

fn hand_in(queue: &FairQueue<Item>, log: &Log, waiting_max: Option<usize>, item: Item) {
    let before = log.tell().time;
    let became = queue.hand_in(item);
    let mut told = log.tell();
    let after = told.time;
    told.handed_in.push((item, before, after));
    match became {
        HandedIn::Waits => {}
        HandedIn::InPlaceOf(displaced) => {
            assert!(displaced.is_start(), "what finishes a checkout makes room for nothing: {displaced:?}");
            told.fates.push((displaced, Fate::Displaced));
        }
        HandedIn::Full(back) => told.fates.push((back, Fate::Full)),
        HandedIn::Closed(back) => {
            assert!(told.closing, "nobody has closed the queue");
            told.fates.push((back, Fate::Closed));
        }
    }
    drop(told);
    assert!(waiting_max.is_none_or(|max| queue.waiting() <= max), "the queue holds more than it may");
}

fn judge(plan: &Plan, told: &Told) {
    assert!(told.ended);
    for item in plan.handlers.iter().flatten() {
        let fates: Vec<Fate> = told.fates.iter().filter(|(other, _)| other == item).map(|(_, fate)| *fate).collect();
        assert_eq!(fates.len(), 1, "{item:?} has one fate, not {fates:?}");
    }
    assert_eq!(told.fates.len(), told.handed_in.len(), "nothing comes out that was not handed in");
    for batch in &told.batches {
        let weight: usize = batch.iter().map(Lined::weight).sum();
        assert!(weight <= plan.weight_max || batch.len() == 1, "{weight} units in a batch of {}: {batch:?}", plan.weight_max);
    }
    let taken: Vec<Item> = told.batches.concat();
    let stamps = |item: &Item| told.handed_in.iter().find(|(other, ..)| other == item).expect("it was handed in");
    for (place, later) in taken.iter().enumerate() {
        for earlier in &taken[..place] {
            let was_there_before = stamps(later).2 < stamps(earlier).1;
            assert!(later.shop != earlier.shop || !was_there_before, "{later:?} was there before {earlier:?}");
        }
    }
}

fn item(number: usize, shop: i64) -> Item {
    Item { number, shop, finishes: false, weight: 1 }
}

#[test]
fn whatever_is_handed_in_has_one_fate_in_any_order_of_running() {
    play_many(SEEDS, &DRAWN);
}

#[test]
fn a_handler_that_meets_the_end_in_every_order_there_is() {
    let played = play_all(20_000_000, || {
        let handlers = vec![vec![item(1, 1), Item { finishes: true, ..item(2, 2) }]];
        live(&Plan { commands_max: 1, weight_max: 1, handlers, closes_early: true, looks: false });
    });
    println!("{played:?} orders of one handler");
    assert!(played.is_ok_and(|orders| orders > 100));
}
