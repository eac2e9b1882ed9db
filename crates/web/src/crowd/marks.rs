//! Marks: for each of 262,144 places the time at which somebody of that place was last seen. A visitor's place is told by a hash,
//! so a mark is a visitor, give or take those who share a place, and their number follows from how many places are marked.
//!
//! That is linear counting (Whang, Vander-Zanden and Taylor, "A linear-time probabilistic counting algorithm for database
//! applications", ACM TODS 15(2), 1990), with a time instead of a bit in every place, so that one table answers for any window.
//! With `m` places and `n` visitors the standard error is `sqrt(m (e^t - t - 1)) / n` with `t = n / m`: 0.14 % for a thousand,
//! 0.32 % for a million, 1 % for 1,800,000. Beyond three millions all places are taken.
//!
//! A shop with few visitors lists only the places that are marked, in a table of 256 bytes that grows to 64 KiB; from some ten
//! thousand visitors on there is a byte for each place: 256 KiB. Both tell the same, and threads mark without waiting for each
//! other.

use super::slot::{ACTIVE_SLOTS, SESSION_SLOTS, Slot};
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

/// Places of a shop.
pub(super) const PLACES: usize = 1 << 18;
/// Entries of the smallest table and of the largest one that lists marked places.
const FEW_MIN: usize = 1 << 6;
const FEW_MAX: usize = 1 << 14;
/// Entries that are looked at before a table counts as full.
const PROBES: usize = 16;

/// A visitor's place, below [`PLACES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    /// The place of a hash.
    pub fn of(hash: u64) -> Self {
        Self(u32::try_from(hash >> 46).expect("eighteen bits are left"))
    }

    const fn index(self) -> usize {
        self.0 as usize
    }
}

/// There is no room for one more place.
#[derive(Debug)]
pub(super) struct Full;

/// Who was seen when.
pub(super) enum Marks {
    /// The marked places, each as [`entry`] writes it. Zero is no entry.
    Few(Box<[AtomicU32]>),
    /// A stamp for every place.
    Many(Box<[AtomicU8]>),
}

/// How many places were marked in the two windows that end now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marked {
    /// Within five minutes.
    pub active: usize,
    /// Within half an hour.
    pub sessions: usize,
    /// Of these the ones that are no longer within half an hour when the next slot begins, unless they are seen before.
    pub leaving: usize,
}

impl Marks {
    /// None yet.
    pub fn new() -> Self {
        Self::for_places(0)
    }

    /// No marks, with room for so many.
    fn for_places(marked: usize) -> Self {
        let entries = (marked * 2).next_power_of_two().max(FEW_MIN);
        if entries > FEW_MAX {
            return Self::Many((0..PLACES).map(|_| AtomicU8::new(0)).collect());
        }
        Self::Few((0..entries).map(|_| AtomicU32::new(0)).collect())
    }

    /// Somebody of this place was seen in this slot.
    ///
    /// # Errors
    /// When the table has to grow first.
    pub fn mark(&self, place: Place, stamp: u8) -> Result<(), Full> {
        match self {
            Self::Many(stamps) => {
                let known = &stamps[place.index()];
                // Most of a crowd is seen twice in a slot: a line that is only read stays with every core.
                if known.load(Relaxed) != stamp {
                    known.store(stamp, Relaxed);
                }
                Ok(())
            }
            Self::Few(entries) => mark_among(entries, place, stamp),
        }
    }

    /// When somebody of this place was last seen; zero for never.
    fn stamp_of(&self, place: Place) -> u8 {
        match self {
            Self::Many(stamps) => stamps[place.index()].load(Relaxed),
            Self::Few(entries) => {
                let known = probed(entries, place).map(|entry| entry.load(Relaxed)).find(|entry| place_in(*entry) == Some(place));
                known.map_or(0, stamp_in)
            }
        }
    }

    /// Every mark.
    fn each(&self, mut look: impl FnMut(Place, u8)) {
        let entries = match self {
            Self::Many(stamps) => {
                for (place, stamp) in (0..).zip(stamps) {
                    match stamp.load(Relaxed) {
                        0 => {}
                        stamp => look(Place(place), stamp),
                    }
                }
                return;
            }
            Self::Few(entries) => entries,
        };
        for entry in entries {
            let entry = entry.load(Relaxed);
            match (place_in(entry), stamp_in(entry)) {
                (None, _) | (_, 0) => {}
                (Some(place), stamp) => look(place, stamp),
            }
        }
    }

    /// Wipes out the marks that are older than half an hour; returns how many are left.
    pub fn sweep(&self, slot: Slot) -> usize {
        let mut left = 0;
        let mut keeps = |stamp: u8| {
            let is_old = stamp != 0 && slot.age_of(stamp).is_none();
            left += usize::from(stamp != 0 && !is_old);
            !is_old
        };
        // Whoever is seen again meanwhile keeps the new mark: then the exchange fails.
        match self {
            Self::Many(stamps) => {
                for known in stamps {
                    let stamp = known.load(Relaxed);
                    if !keeps(stamp) {
                        let _ = known.compare_exchange(stamp, 0, Relaxed, Relaxed);
                    }
                }
            }
            Self::Few(entries) => {
                for known in entries {
                    let entry = known.load(Relaxed);
                    if !keeps(stamp_in(entry)) {
                        // The place stays: those behind it are found by way of it.
                        let _ = known.compare_exchange(entry, entry & !0xff, Relaxed, Relaxed);
                    }
                }
            }
        }
        left
    }

    /// A larger table with the same marks.
    pub fn grown(&self) -> Self {
        let Self::Few(entries) = self else { unreachable!("a table with an entry for each place is never full") };
        let grown = Self::for_places(entries.len());
        grown.take_over(self);
        grown
    }

    /// A table of the right size for `marked` places with the same marks, if this one is much too large.
    pub fn shrunk(&self, marked: usize) -> Option<Self> {
        let entries = match self {
            Self::Few(entries) => entries.len(),
            Self::Many(_) => FEW_MAX * 2,
        };
        let is_large = entries > FEW_MIN && marked * 8 < entries;
        is_large.then(|| {
            let shrunk = Self::for_places(marked * 2);
            shrunk.take_over(self);
            shrunk
        })
    }

    /// Takes over what was marked in a table that this one has replaced.
    pub fn take_over(&self, earlier: &Self) {
        earlier.each(|place, stamp| {
            if self.stamp_of(place) == 0 {
                // Full again already: whoever is lost here is counted with the next page.
                let _ = self.mark(place, stamp);
            }
        });
    }

    /// How many places are marked here or in `others`, in the windows that end with this slot. Both begin with a whole slot, so
    /// they are longer by as much as this slot has lasted.
    pub fn count(&self, others: &Self, slot: Slot) -> Marked {
        let mut marked = Marked::default();
        let mut add = |age: Option<i64>, known: Option<i64>| {
            let is_within = |age: Option<i64>, slots| age.is_some_and(|age| age <= slots);
            marked.active += usize::from(is_within(age, ACTIVE_SLOTS) && !is_within(known, ACTIVE_SLOTS));
            marked.sessions += usize::from(age.is_some() && known.is_none());
            marked.leaving += usize::from(age == Some(SESSION_SLOTS) && known.is_none());
        };
        let mut stay_elsewhere = 0;
        self.each(|place, stamp| {
            let age = slot.age_of(stamp);
            add(age, None);
            let is_younger = || slot.age_of(others.stamp_of(place)).is_some_and(|age| age < SESSION_SLOTS);
            stay_elsewhere += usize::from(age == Some(SESSION_SLOTS) && is_younger());
        });
        others.each(|place, stamp| add(slot.age_of(stamp), slot.age_of(self.stamp_of(place))));
        marked.leaving -= stay_elsewhere;
        marked
    }

    /// The marks as bytes for another node: pairs of place and stamp, or a stamp for each place when that is shorter. `None`
    /// when nobody was seen from the slot `since` on.
    pub fn to_bytes(&self, slot: Slot, since: Slot) -> Option<Vec<u8>> {
        let mut is_new = false;
        let mut bytes = Vec::new();
        self.each(|place, stamp| {
            is_new |= slot.age_of(stamp).is_some_and(|age| slot.0 - age >= since.0);
            if let Self::Few(_) = self {
                bytes.extend(entry(place, stamp).to_le_bytes());
            }
        });
        if let (Self::Many(stamps), true) = (self, is_new) {
            bytes = stamps.iter().map(|stamp| stamp.load(Relaxed)).collect();
        }
        is_new.then_some(bytes)
    }

    /// Adds what another node has seen by the slot `seen_by`. Returns a larger table when this one was too small.
    pub fn add_bytes(self, bytes: &[u8], seen_by: Slot, now: Slot) -> Self {
        let mut marks = self;
        let mut add = |place: Place, stamp: u8| {
            let newest = |age: i64| now.age_of(marks.stamp_of(place)).is_none_or(|known| age < known);
            let age = seen_by.age_of(stamp).map(|age| age + (now.0 - seen_by.0).max(0)).filter(|age| *age <= SESSION_SLOTS);
            if place.index() < PLACES && age.is_some_and(newest) {
                while marks.mark(place, stamp).is_err() {
                    marks = marks.grown();
                }
            }
        };
        if bytes.len() == PLACES {
            (0..).zip(bytes).filter(|(_, stamp)| **stamp != 0).for_each(|(place, stamp)| add(Place(place), *stamp));
        } else {
            for entry in bytes.as_chunks().0 {
                let entry = u32::from_le_bytes(*entry);
                if let Some(place) = place_in(entry) {
                    add(place, stamp_in(entry));
                }
            }
        }
        marks
    }
}

/// A place and its stamp in one number that is never zero.
fn entry(place: Place, stamp: u8) -> u32 {
    (place.0 + 1) << 8 | u32::from(stamp)
}

fn place_in(entry: u32) -> Option<Place> {
    (entry >> 8).checked_sub(1).map(Place)
}

fn stamp_in(entry: u32) -> u8 {
    entry.to_le_bytes()[0]
}

/// The entries in which a place can stand, in order.
fn probed(entries: &[AtomicU32], place: Place) -> impl Iterator<Item = &AtomicU32> {
    let first = place.index();
    (0..PROBES).map(move |step| &entries[(first + step) & (entries.len() - 1)])
}

fn mark_among(entries: &[AtomicU32], place: Place, stamp: u8) -> Result<(), Full> {
    let marked = entry(place, stamp);
    for entry in probed(entries, place) {
        let mut known = entry.load(Relaxed);
        if known == marked {
            return Ok(());
        }
        if known == 0 {
            match entry.compare_exchange(0, marked, Relaxed, Relaxed) {
                Ok(_) => return Ok(()),
                Err(taken) => known = taken,
            }
        }
        if place_in(known) == Some(place) {
            entry.store(marked, Relaxed);
            return Ok(());
        }
    }
    Err(Full)
}

/// How many visitors stand behind so many marked places.
pub(super) fn visitors(marked: usize) -> u64 {
    let places = PLACES as f64;
    // The last free place cannot be told from none.
    let free = (PLACES - marked.min(PLACES - 1)) as f64;
    (places * (places / free).ln()).round() as u64
}
