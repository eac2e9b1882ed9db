//! How many people are in a shop, by two definitions that differ up to tenfold:
//!
//! - **active**: who has asked for a page within the last five minutes;
//! - **sessions**: whose visit is not over, as analytics count it: who has asked for a page within the last half an hour.
//!
//! Read in this order: `visitor` (who is counted, and why nothing personal is kept), `marks` (how many they are), `slot` (time),
//! then this file (the crowd of one shop on this node), `round` (what nodes tell each other, and the minutes that are kept).
//!
//! Only pages that reach this program are counted: a cache in front of it answers in silence. Robots are counted apart.
//! The numbers are those of the beginning of the current slot and a second or two old when they appear; windows are half a per
//! cent too long at most, and the rest of the two per cent that are promised is left to chance (see `marks`).

mod visitor;

mod marks;
mod slot;

mod round;

pub use round::count_round;
pub use visitor::is_page;

use crate::serve::Peer;
use crate::signature::Signer;
use arc_swap::ArcSwap;
use axum::http::HeaderMap;
use commerce::{ShopId, Timestamp};
use db::crowd::CrowdMinute;
use marks::{Marked, Marks, Place, visitors};
use round::Rounds;
use slot::{SWEEP_SLOTS_MAX, Slot};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use visitor::{Key, PersonsBrowsers, Visitor};

const DAY_SECONDS: i64 = 86_400;
const MINUTE_SECONDS: i64 = 60;
/// How long before midnight visitors are counted for the next day as well, seconds: half an hour and a few slots.
const EARLY_SECONDS: i64 = 32 * 60;

/// How many people are in a shop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Who has asked for a page within the last five minutes.
    pub active: u64,
    /// Who has asked for a page within the last half an hour.
    pub sessions: u64,
}

/// What the crowds of all shops on this node share.
pub struct Crowds {
    signer: Signer,
    browsers: Arc<PersonsBrowsers>,
    rounds: Rounds,
}

impl Crowds {
    /// No crowd yet. `node` is a number that no other process on the database has.
    pub fn new(node: i64, signer: Signer) -> Self {
        Self { signer, browsers: Arc::new(PersonsBrowsers::new()), rounds: Rounds::new(node) }
    }

    /// The crowd of a shop in which nobody was seen yet.
    pub fn of_shop(&self, shop: ShopId, now: Timestamp) -> ShopCrowd {
        let today = Generation::new(&self.signer, shop, day_of(now));
        ShopCrowd {
            shop,
            signer: self.signer.clone(),
            browsers: Arc::clone(&self.browsers),
            generations: ArcSwap::from_pointee(Generations { today, tomorrow: None }),
            counted: ArcSwap::default(),
            robot_pages: AtomicU64::new(0),
            book: Mutex::new(Book {
                swept: Slot::at(now),
                others: BTreeMap::new(),
                minute: None,
                counted: None,
                robot_pages_kept: 0,
            }),
        }
    }
}

/// The crowd of one shop.
pub struct ShopCrowd {
    shop: ShopId,
    signer: Signer,
    browsers: Arc<PersonsBrowsers>,
    generations: ArcSwap<Generations>,
    counted: ArcSwap<Crowd>,
    robot_pages: AtomicU64,
    /// Held by whoever counts, and by whoever exchanges a table of marks.
    book: Mutex<Book>,
}

/// The marks of a day, whose key no other day has.
#[derive(Clone)]
struct Generation {
    day: i64,
    key: Key,
    marks: Arc<Marks>,
}

/// Before midnight visitors are marked for both days, so that nobody is counted twice after it.
#[derive(Clone)]
struct Generations {
    today: Generation,
    tomorrow: Option<Generation>,
}

/// What only the counting looks at.
struct Book {
    /// When old marks were last wiped out.
    swept: Slot,
    /// What other nodes have seen, by day.
    others: BTreeMap<i64, Marks>,
    /// The highest numbers of the minute that has begun.
    minute: Option<CrowdMinute>,
    /// What was counted last, and in which slot.
    counted: Option<(Slot, Marked)>,
    robot_pages_kept: u64,
}

impl ShopCrowd {
    /// How many people are here, on all nodes, as last counted.
    pub fn now(&self) -> Crowd {
        **self.counted.load()
    }

    /// Pages that robots have asked this node for since it began.
    pub fn robot_pages(&self) -> u64 {
        self.robot_pages.load(Relaxed)
    }

    /// Somebody asks for a page. Called for every one of them: it allocates nothing and waits for nobody, except when a table
    /// of marks has become too small.
    pub fn seen(&self, headers: &HeaderMap, peer: Peer, now: Timestamp) {
        let (visitor, stamp) = (Visitor::of(headers, peer), Slot::at(now).stamp());
        let generations = self.generations.load();
        for generation in generations.iter() {
            let Some(place) = visitor.place(&generation.key, &self.browsers) else {
                self.robot_pages.fetch_add(1, Relaxed);
                return;
            };
            if generation.marks.mark(place, stamp).is_err() {
                self.mark_in_larger(generation.day, place, stamp);
            }
        }
    }

    #[cold]
    fn mark_in_larger(&self, day: i64, place: Place, stamp: u8) {
        let _alone = self.book();
        loop {
            let generations = self.generations.load_full();
            let Some(generation) = generations.iter().find(|generation| generation.day == day) else { return };
            if generation.marks.mark(place, stamp).is_ok() {
                return;
            }
            self.replace_marks(&generations, day, generation.marks.grown());
        }
    }

    /// Exchanges the table of a day. Whoever marks in the old one meanwhile is taken over, or counted with the next page.
    fn replace_marks(&self, generations: &Generations, day: i64, marks: Marks) {
        let (mut next, marks) = (generations.clone(), Arc::new(marks));
        next.iter_mut().filter(|next| next.day == day).for_each(|next| next.marks = Arc::clone(&marks));
        self.generations.store(Arc::new(next));
        generations.iter().filter(|earlier| earlier.day == day).for_each(|earlier| marks.take_over(&earlier.marks));
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wipes out what is too old and turns the day. Has to be called at least once a minute: where old marks may look new, all
    /// begins anew.
    fn sweep(&self, now: Timestamp) {
        let slot = Slot::at(now);
        let mut book = self.book();
        let is_late = slot.0 - book.swept.0 > SWEEP_SLOTS_MAX;
        book.swept = slot;
        let known = if is_late { Vec::new() } else { self.generations.load().iter().cloned().collect() };
        self.generations.store(Arc::new(self.days(now, &known)));
        let generations = self.generations.load_full();
        for generation in generations.iter() {
            let left = generation.marks.sweep(slot);
            if let Some(fitting) = generation.marks.shrunk(left) {
                self.replace_marks(&self.generations.load_full(), generation.day, fitting);
            }
        }
        let first_day = generations.today.day;
        book.others.retain(|day, _| *day >= first_day && !is_late);
        for marks in book.others.values_mut() {
            let left = marks.sweep(slot);
            if let Some(fitting) = marks.shrunk(left) {
                *marks = fitting;
            }
        }
    }

    /// The days for which visitors are marked now, with the marks that are known of them.
    fn days(&self, now: Timestamp, known: &[Generation]) -> Generations {
        let of_day = |day| {
            let known = known.iter().find(|generation| generation.day == day).cloned();
            known.unwrap_or_else(|| Generation::new(&self.signer, self.shop, day))
        };
        let (today, later) = (day_of(now), day_of(now.plus_seconds(EARLY_SECONDS)));
        Generations { today: of_day(today), tomorrow: (later > today).then(|| of_day(later)) }
    }

    /// What this node has seen from the slot `since` on, for each day, with everything before it; nothing when that is nobody.
    fn to_tell(&self, slot: Slot, since: Slot) -> Vec<(i64, Vec<u8>)> {
        let generations = self.generations.load();
        generations.iter().filter_map(|of_day| Some((of_day.day, of_day.marks.to_bytes(slot, since)?))).collect()
    }

    /// Another node has told what it had seen by the slot `seen_by`.
    fn hear(&self, day: i64, bytes: &[u8], seen_by: Slot, slot: Slot) {
        let days = [self.generations.load().today.day, self.generations.load().today.day + 1];
        let mut book = self.book();
        if days.contains(&day) {
            let known = book.others.remove(&day).unwrap_or_else(Marks::new);
            book.others.insert(day, known.add_bytes(bytes, seen_by, slot));
        }
    }

    /// Counts anew. Returns the minute that is over, if one is and somebody was there.
    fn count(&self, now: Timestamp) -> Option<CrowdMinute> {
        let today = self.generations.load().today.clone();
        let mut book = self.book();
        let others = book.others.entry(today.day).or_insert_with(Marks::new);
        let slot = Slot::at(now);
        let marked = today.marks.count(others, slot);
        let begun = book.counted.replace((slot, marked)).map_or(0, |(then, last)| begun(last, marked, slot.0 - then.0));
        let crowd = Crowd { active: visitors(marked.active), sessions: visitors(marked.sessions) };
        self.counted.store(Arc::new(crowd));
        let begins_at = Timestamp::from_seconds(now.seconds().div_euclid(MINUTE_SECONDS) * MINUTE_SECONDS);
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (active, sessions, begun) = (whole(crowd.active), whole(crowd.sessions), whole(begun));
        match &mut book.minute {
            Some(minute) if minute.begins_at == begins_at => {
                (minute.active, minute.sessions) = (minute.active.max(active), minute.sessions.max(sessions));
                minute.visits = Some(minute.visits.unwrap_or(0) + begun);
                None
            }
            running => {
                let over = running.replace(CrowdMinute { begins_at, active, sessions, visits: Some(begun), robot_pages: 0 });
                let robot_pages = self.robot_pages();
                let since = std::mem::replace(&mut book.robot_pages_kept, robot_pages);
                let over = over.map(|minute| CrowdMinute { robot_pages: whole(robot_pages - since), ..minute });
                over.filter(|minute| minute.sessions > 0 || minute.robot_pages > 0)
            }
        }
    }
}

impl Generation {
    /// Nobody was seen yet.
    fn new(signer: &Signer, shop: ShopId, day: i64) -> Self {
        Self { day, key: signer.crowd_key(shop, day), marks: Arc::new(Marks::new()) }
    }
}

impl Generations {
    fn iter(&self) -> impl Iterator<Item = &Generation> {
        std::iter::once(&self.today).chain(&self.tomorrow)
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut Generation> {
        std::iter::once(&mut self.today).chain(&mut self.tomorrow)
    }
}

/// Visits that have begun since the last count, so many slots ago: those who are here now, without those who were here then and
/// have not left. What a node counts first began before that, so it counts none.
fn begun(last: Marked, now: Marked, slots: i64) -> u64 {
    let left = last.leaving.saturating_mul(usize::try_from(slots).unwrap_or(0));
    visitors(now.sessions).saturating_sub(visitors(last.sessions.saturating_sub(left)))
}

const fn day_of(now: Timestamp) -> i64 {
    now.seconds().div_euclid(DAY_SECONDS)
}

#[cfg(test)]
mod tests;
