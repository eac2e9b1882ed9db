//! The bounded queue in front of the writer, fair by shop.
//!
//! Every shop has a lane, and lanes take turns (deficit round robin, Shreedhar and Varghese 1995): a shop at ten times its share
//! fills its own lane and delays nobody else's order. When the queue is full, room is made in the longest lane (longest queue
//! drop), so that a shop that is within its share is never told to wait because of one that is not. What finishes a checkout
//! still finds room when nothing new does.

use super::locks::{Mutex, MutexGuard};
use commerce::ShopId;
use commerce::planted::{Bug, planted};
use std::collections::{BTreeMap, VecDeque};
use std::sync::PoisonError;
use std::task::{Poll, Waker};

/// What waits, as the queue sees it.
pub(super) trait Lined {
    /// Whose lane.
    fn shop(&self) -> ShopId;
    /// Whether it begins something new, which may be put off; what finishes a checkout may not.
    fn is_start(&self) -> bool;
    /// Its share of a batch: units of work, one or more.
    fn weight(&self) -> usize;
}

/// The queue. Closing it lets what waits be taken still.
pub(super) struct FairQueue<T> {
    state: Mutex<State<T>>,
    commands_max: usize,
}

struct State<T> {
    lanes: BTreeMap<ShopId, Lane<T>>,
    /// Shops with something waiting; the first is served next.
    turns: VecDeque<ShopId>,
    waiting: usize,
    closed: bool,
    writer: Option<Waker>,
}

struct Lane<T> {
    waiting: VecDeque<T>,
    /// How many of them are starts.
    starts: usize,
    /// Units of work it may still send in its turn.
    deficit: usize,
    was_cut_short: bool,
}

/// What became of something handed in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HandedIn<T> {
    /// It waits.
    Waits,
    /// It waits, in place of this one.
    InPlaceOf(T),
    /// There is no room.
    Full(T),
    /// Nothing is taken any more.
    Closed(T),
}

/// What was seen before the lock was taken for good, where a mistake is to be decided by it.
#[derive(Default)]
struct EarlierLook {
    closed: Option<bool>,
    writer_sleeps: Option<bool>,
}

/// Of eight places, those that only what finishes a checkout may take.
const EIGHTHS_FOR_FINISHING: usize = 1;

impl<T: Lined> FairQueue<T> {
    pub fn new(commands_max: usize) -> Self {
        let state = State { lanes: BTreeMap::new(), turns: VecDeque::new(), waiting: 0, closed: false, writer: None };
        Self { state: Mutex::new(state), commands_max: commands_max.max(1) }
    }

    /// Puts it at the end of its shop's lane.
    pub fn hand_in(&self, item: T) -> HandedIn<T> {
        let earlier = self.look_too_early();
        let mut state = self.lock();
        if earlier.closed.unwrap_or(state.closed) {
            return HandedIn::Closed(item);
        }
        let mut displaced = None;
        if state.waiting >= self.places_for(&item) {
            displaced = state.make_room_for(&item);
            if displaced.is_none() {
                return HandedIn::Full(item);
            }
        }
        state.push(item);
        let writer = state.writer.take().filter(|_| earlier.writer_sleeps.unwrap_or(true));
        drop(state);
        if let Some(writer) = writer {
            writer.wake();
        }
        displaced.map_or(HandedIn::Waits, HandedIn::InPlaceOf)
    }

    /// Nothing more is taken. What waits can still be taken out.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        if let Some(writer) = state.writer.take().filter(|_| !planted(Bug::ClosedInSilence)) {
            drop(state);
            writer.wake();
        }
    }

    /// Waits until something waits, then takes up to `weight_max` of it, each shop its share; `false`: closed and empty.
    pub async fn next_batch(&self, weight_max: usize, batch: &mut Vec<T>) -> bool {
        std::future::poll_fn(|context| {
            let mut state = self.lock();
            if state.waiting > 0 && !(state.closed && planted(Bug::ClosedTakenForEmpty)) {
                state.take(weight_max, batch);
                return Poll::Ready(true);
            }
            if state.closed {
                return Poll::Ready(false);
            }
            if planted(Bug::SleepsByAnEarlierLook) {
                drop(state);
                state = self.lock();
            }
            state.writer = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// How many wait now.
    pub fn waiting(&self) -> usize {
        self.lock().waiting
    }

    fn look_too_early(&self) -> EarlierLook {
        let mut look = EarlierLook::default();
        if planted(Bug::ClosedByAnEarlierLook) {
            look.closed = Some(self.lock().closed);
        }
        if planted(Bug::WokenByAnEarlierLook) {
            look.writer_sleeps = Some(self.lock().writer.is_some());
        }
        look
    }

    fn places_for(&self, item: &T) -> usize {
        if item.is_start() {
            (self.commands_max - self.commands_max * EIGHTHS_FOR_FINISHING / 8).max(1)
        } else {
            self.commands_max
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Lined> State<T> {
    fn push(&mut self, item: T) {
        let shop = item.shop();
        let empty = || Lane { waiting: VecDeque::new(), starts: 0, deficit: 0, was_cut_short: false };
        let lane = self.lanes.entry(shop).or_insert_with(empty);
        if lane.waiting.is_empty() {
            self.turns.push_back(shop);
        }
        lane.starts += usize::from(item.is_start());
        if planted(Bug::NewestFirst) {
            lane.waiting.push_front(item);
        } else {
            lane.waiting.push_back(item);
        }
        self.waiting += 1;
    }

    /// Takes the newest start out of the longest lane that has one; for a start only if that lane is longer than its own would
    /// be.
    fn make_room_for(&mut self, item: &T) -> Option<T> {
        let own = self.lanes.get(&item.shop()).map_or(0, |lane| lane.waiting.len());
        let with_starts = self.lanes.iter_mut().filter(|(_, lane)| lane.starts > 0);
        let (shop, longest) = with_starts.max_by_key(|(_, lane)| lane.waiting.len())?;
        // Within its own lane a start never pushes another out: first come, first served.
        if item.is_start() && (*shop == item.shop() || longest.waiting.len() <= own + 1) {
            return None;
        }
        let newest = longest.waiting.iter().rposition(Lined::is_start)?;
        let displaced = longest.waiting.remove(newest);
        longest.starts -= 1;
        self.waiting -= usize::from(!planted(Bug::DisplacedStillCounted));
        if longest.waiting.is_empty() || planted(Bug::LaneGoesWithDisplaced) {
            let shop = *shop;
            self.lanes.remove(&shop);
            self.turns.retain(|turn| *turn != shop || planted(Bug::EmptyLaneKeepsTurn));
        }
        displaced
    }

    fn take(&mut self, weight_max: usize, batch: &mut Vec<T>) {
        let mut left = weight_max.max(1);
        // A turn is worth the shop's equal part of this batch, so that one batch serves every lane.
        let quantum = left.div_ceil(self.turns.len().max(1));
        while left > 0
            && let Some(shop) = self.turns.pop_front()
        {
            let lane = self.lanes.get_mut(&shop).expect("a shop with a turn has a lane");
            lane.deficit += if std::mem::take(&mut lane.was_cut_short) { 0 } else { quantum };
            while let Some(weight) = lane.waiting.front().map(|next| next.weight().max(1))
                && weight <= lane.deficit
            {
                // One heavy command alone may be more than a batch; it goes when it is first.
                if weight > left && !batch.is_empty() && !planted(Bug::BatchOverfilled) {
                    lane.was_cut_short = true;
                    break;
                }
                lane.deficit -= weight;
                left = left.saturating_sub(weight);
                self.waiting -= 1;
                let next = lane.waiting.pop_front();
                lane.starts -= usize::from(next.as_ref().is_some_and(Lined::is_start));
                batch.extend(next);
            }
            if lane.waiting.is_empty() {
                self.lanes.remove(&shop);
            } else if lane.was_cut_short {
                // The end of the batch, not of its turn: it comes first next time, with what is left of its turn.
                self.turns.push_front(shop);
                return;
            } else {
                self.turns.push_back(shop);
            }
        }
    }
}
