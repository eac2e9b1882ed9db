//! The queue alone: who waits, who goes first, who is told to come back.

use crate::order_writer::queue::{FairQueue, HandedIn, Lined};
use commerce::ShopId;
use futures_now::now_or_never;

/// A place in a shop's lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    shop: i64,
    number: usize,
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

mod futures_now {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// What the future says when asked once.
    pub(super) fn now_or_never<F: Future>(future: F) -> Option<F::Output> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }
}

fn start(shop: i64, number: usize) -> Item {
    Item { shop, number, finishes: false, weight: 1 }
}

fn finish(shop: i64, number: usize) -> Item {
    Item { finishes: true, ..start(shop, number) }
}

fn batch(queue: &FairQueue<Item>, weight_max: usize) -> Vec<Item> {
    let mut batch = Vec::new();
    now_or_never(queue.next_batch(weight_max, &mut batch));
    batch
}

#[test]
fn one_shop_alone_is_served_in_the_order_of_arrival() {
    let queue = FairQueue::new(100);
    (0..10).for_each(|number| assert_eq!(queue.hand_in(start(1, number)), HandedIn::Waits));
    assert_eq!(batch(&queue, 4).iter().map(|item| item.number).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(batch(&queue, 100).len(), 6);
    assert_eq!(queue.waiting(), 0);
}

#[test]
fn a_shop_at_ten_times_its_share_delays_nobody_elses_order() {
    let queue = FairQueue::new(1_000);
    (0..300).for_each(|number| assert_eq!(queue.hand_in(start(1, number)), HandedIn::Waits));
    (0..30).for_each(|number| assert_eq!(queue.hand_in(start(2, number)), HandedIn::Waits));
    let first = batch(&queue, 60);
    assert_eq!(first.iter().filter(|item| item.shop == 2).count(), 30, "all of the small shop are in the first batch");
    assert_eq!(first.len(), 60, "and the rest of it is not wasted");
}

#[test]
fn busy_shops_get_equal_parts_over_time_whatever_the_size_of_a_batch() {
    for size in [1, 2, 3, 5, 7, 16] {
        let queue = FairQueue::new(10_000);
        for number in 0..1_000 {
            (1..=3).for_each(|shop| assert_eq!(queue.hand_in(start(shop, number)), HandedIn::Waits));
        }
        let mut served = [0_usize; 4];
        for _ in 0..900 / size {
            batch(&queue, size).iter().for_each(|item| served[usize::try_from(item.shop).expect("small")] += 1);
        }
        let (least, most) = (served[1..].iter().min(), served[1..].iter().max());
        assert!(most.zip(least).is_some_and(|(most, least)| most - least <= size), "{served:?} in batches of {size}");
    }
}

#[test]
fn a_heavy_command_takes_its_weight_and_is_never_stuck() {
    let queue = FairQueue::new(100);
    queue.hand_in(Item { weight: 50, ..start(1, 0) });
    queue.hand_in(start(1, 1));
    queue.hand_in(start(2, 0));
    let mut served = Vec::new();
    while queue.waiting() > 0 {
        let next = batch(&queue, 10);
        assert!(!next.is_empty(), "every batch takes something");
        served.extend(next);
    }
    assert_eq!(served.len(), 3);
}

#[test]
fn a_full_queue_says_so_at_once_and_what_finishes_a_checkout_still_finds_room() {
    let queue = FairQueue::new(16);
    (0..14).for_each(|number| assert_eq!(queue.hand_in(start(1, number)), HandedIn::Waits));
    assert_eq!(queue.hand_in(start(1, 14)), HandedIn::Full(start(1, 14)));
    (0..2).for_each(|number| assert_eq!(queue.hand_in(finish(1, number)), HandedIn::Waits));
    // Full to the last place, and still the end of a checkout comes before a new one.
    assert_eq!(queue.hand_in(finish(1, 2)), HandedIn::InPlaceOf(start(1, 13)));
}

#[test]
fn room_is_made_in_the_longest_lane_for_a_shop_within_its_share() {
    let queue = FairQueue::new(16);
    (0..14).for_each(|number| assert_eq!(queue.hand_in(start(1, number)), HandedIn::Waits));
    assert_eq!(queue.hand_in(start(2, 0)), HandedIn::InPlaceOf(start(1, 13)));
    assert_eq!(queue.hand_in(start(1, 20)), HandedIn::Full(start(1, 20)), "the longest lane pushes nobody out");
    assert_eq!(queue.waiting(), 14);
}

#[test]
fn what_finishes_a_checkout_finds_room_as_long_as_any_lane_has_a_start() {
    let queue = FairQueue::new(16);
    (0..12).for_each(|number| assert_eq!(queue.hand_in(finish(1, number)), HandedIn::Waits));
    (0..2).for_each(|number| assert_eq!(queue.hand_in(start(2, number)), HandedIn::Waits));
    (12..14).for_each(|number| assert_eq!(queue.hand_in(finish(1, number)), HandedIn::Waits));
    assert_eq!(queue.hand_in(finish(1, 14)), HandedIn::InPlaceOf(start(2, 1)));
    assert_eq!(queue.hand_in(finish(1, 15)), HandedIn::InPlaceOf(start(2, 0)));
    assert_eq!(queue.hand_in(finish(1, 16)), HandedIn::Full(finish(1, 16)));
}

#[test]
fn a_closed_queue_gives_out_what_waits_and_then_ends() {
    let queue = FairQueue::new(16);
    queue.hand_in(start(1, 0));
    queue.close();
    assert_eq!(queue.hand_in(start(1, 1)), HandedIn::Closed(start(1, 1)));
    let mut rest = Vec::new();
    assert_eq!(now_or_never(queue.next_batch(10, &mut rest)), Some(true));
    assert_eq!(rest, [start(1, 0)]);
    assert_eq!(now_or_never(queue.next_batch(10, &mut rest)), Some(false));
}
