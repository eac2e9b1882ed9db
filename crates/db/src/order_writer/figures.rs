//! Figures of one kind in memory, units left by key: published by this node's writer, heard from other nodes, or read.
//!
//! Three hands write here at once, so a figure carries a version and an older one never replaces a newer one. Nothing here reads
//! the database.

use crate::news::Left;
use commerce::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

/// How long a figure is certain after it was read, microseconds: a refusal outlives the truth by no more.
pub const CERTAIN_MICROS: i64 = 1_000_000;
/// The most figures of a kind that are read anew in one round, because they said "none left" to somebody.
const ASKED_MAX: usize = 1_000;
/// The most figures of a kind that other nodes are told of in one round; of the rest they learn by looking.
const UNTOLD_MAX: usize = 2_000;
/// The most figures of a kind of which it is remembered that they have moved.
const MOVED_MAX: usize = 20_000;

/// Figures of one kind.
#[derive(Debug)]
pub(super) struct Figures<K> {
    known: RwLock<HashMap<K, Figure>>,
    /// Those that said "none left" to somebody since the last round.
    asked: Mutex<BTreeSet<K>>,
    /// Those that this node's writer has changed since the others were told.
    untold: Mutex<BTreeSet<K>>,
    /// What was shown of those that have moved since this was last taken.
    moved: Mutex<MovedFigures<K>>,
}

#[derive(Debug)]
struct MovedFigures<K> {
    left_before: BTreeMap<K, Option<i64>>,
    /// More have moved than are remembered.
    is_cut_short: bool,
}

/// A figure that has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<K> {
    /// Whose.
    pub key: K,
    /// Units left when this was last asked; `None`: not known.
    pub before: Option<i64>,
    /// Units left; `None`: not known, or no limit.
    pub now: Option<i64>,
}

/// A figure as it is read or published: `count` is how many movements have led to it, where they are counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub left: i64,
    pub count: Option<i64>,
}

/// Units left, and when that was read.
#[derive(Clone, Copy, Debug)]
struct Figure {
    left: i64,
    /// Larger in a newer figure: the count of movements. Where there is none, the time in microseconds, or one more than the last
    /// version where that is larger, so that clocks that differ do no harm.
    version: i64,
    /// `None`: heard, or read without regard to holds that have run out. It is never certain.
    read_at: Option<Timestamp>,
}

impl<K> Default for Figures<K> {
    fn default() -> Self {
        Self { known: RwLock::default(), asked: Mutex::default(), untold: Mutex::default(), moved: Mutex::default() }
    }
}

impl<K> Default for MovedFigures<K> {
    fn default() -> Self {
        Self { left_before: BTreeMap::new(), is_cut_short: false }
    }
}

impl<K: Copy + Ord> MovedFigures<K> {
    fn note(&mut self, key: K, before: Option<i64>, now: Option<i64>) {
        if before == now || self.left_before.contains_key(&key) {
            return;
        }
        if self.left_before.len() < MOVED_MAX {
            self.left_before.insert(key, before);
        } else {
            self.is_cut_short = true;
        }
    }
}

impl<K: Copy + Eq + Hash + Ord> Figures<K> {
    /// The figure; one that says "none left" is read anew in the next round.
    pub fn get(&self, key: K) -> Option<i64> {
        let left = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&key)?.left;
        if left <= 0 {
            let mut asked = lock(&self.asked);
            if asked.len() < ASKED_MAX {
                asked.insert(key);
            }
        }
        Some(left)
    }

    /// The figure, if it is certain at `now`.
    pub fn certain(&self, key: &K, now: Timestamp) -> Option<i64> {
        let figure = self.known.read().unwrap_or_else(PoisonError::into_inner).get(key).copied()?;
        // A clock that was set back makes nothing certain either.
        let age = now.micros_since(figure.read_at?);
        (0..CERTAIN_MICROS).contains(&age).then_some(figure.left)
    }

    /// What this node's writer decided at `now` and committed.
    pub fn publish(&self, readings: impl Iterator<Item = (K, Reading)>, now: Timestamp) {
        let (mut known, mut moved, mut untold) = (self.write(), lock(&self.moved), lock(&self.untold));
        for (key, Reading { left, count }) in readings {
            let before = known.get(&key).copied();
            let version = count.unwrap_or_else(|| next_version(before, now));
            if before.is_some_and(|before| before.version > version) {
                continue;
            }
            known.insert(key, Figure { left, version, read_at: Some(now) });
            let before = before.map(|before| before.left);
            moved.note(key, before, Some(left));
            if before != Some(left) && untold.len() < UNTOLD_MAX {
                untold.insert(key);
            }
        }
    }

    /// What another node tells, or what was found by looking, where it is newer. Of what is not known here nothing is kept.
    pub fn hear(&self, told: impl Iterator<Item = (K, Left)>) {
        let (mut known, mut moved) = (self.write(), lock(&self.moved));
        for (key, Left(left, version)) in told {
            if let Some(figure) = known.get_mut(&key).filter(|figure| figure.version < version) {
                moved.note(key, Some(figure.left), Some(left));
                *figure = Figure { left, version, read_at: None };
            }
        }
    }

    /// What was read of counted figures, where it is newer or nothing is known.
    pub fn take_over(&self, read: impl Iterator<Item = (K, Left)>) {
        let (mut known, mut moved) = (self.write(), lock(&self.moved));
        for (key, Left(left, version)) in read {
            let before = known.get(&key).copied();
            if before.is_none_or(|before| before.version < version) {
                known.insert(key, Figure { left, version, read_at: None });
                moved.note(key, before.map(|before| before.left), Some(left));
            }
        }
    }

    /// What was read for certain at `now`, unless something newer is known already.
    pub fn refresh(&self, key: K, Reading { left, count }: Reading, now: Timestamp) {
        let mut known = self.write();
        let before = known.get(&key).copied();
        let version = count.unwrap_or_else(|| before.map_or(0, |before| before.version));
        let is_newer = |before: Figure| before.version <= version && before.read_at.is_none_or(|read_at| read_at < now);
        if before.is_none_or(is_newer) {
            known.insert(key, Figure { left, version, read_at: Some(now) });
            lock(&self.moved).note(key, before.map(|before| before.left), Some(left));
        }
    }

    /// What was found by looking at `now` where nothing is counted, unless the writer has published something newer.
    pub fn look(&self, key: K, left: i64, now: Timestamp) {
        let mut known = self.write();
        let is_older = |figure: &&mut Figure| figure.left != left && figure.read_at.is_none_or(|read_at| read_at < now);
        if let Some(figure) = known.get_mut(&key).filter(is_older) {
            lock(&self.moved).note(key, Some(figure.left), Some(left));
            *figure = Figure { left, version: figure.version, read_at: None };
        }
    }

    /// What was read of all keys that belong to something; of these no others are left, and nothing that is newer is lost.
    pub fn replace(&self, is_meant: impl Fn(&K) -> bool, readings: impl Iterator<Item = (K, Reading)>) {
        let (mut known, mut moved) = (self.write(), lock(&self.moved));
        let mut old: HashMap<K, Figure> = known.extract_if(|key, _| is_meant(key)).collect();
        for (key, Reading { left, count }) in readings {
            let before = old.remove(&key);
            let is_newer = |before: &Figure| count.is_some_and(|count| before.version > count);
            let figure = before.filter(is_newer).unwrap_or_else(|| {
                let version = count.or(before.map(|before| before.version)).unwrap_or(0);
                Figure { left, version, read_at: None }
            });
            known.insert(key, figure);
            moved.note(key, before.map(|before| before.left), Some(figure.left));
        }
        old.into_iter().for_each(|(key, before)| moved.note(key, Some(before.left), None));
    }

    /// Forgets a figure: there is no limit any more.
    pub fn forget(&self, key: &K) {
        if let Some(before) = self.write().remove(key) {
            lock(&self.moved).note(*key, Some(before.left), None);
        }
    }

    /// Those that said "none left" to somebody since the last time.
    pub fn take_asked(&self) -> Vec<K> {
        std::mem::take(&mut *lock(&self.asked)).into_iter().collect()
    }

    /// Those that have moved since the last time, and whether there are more than are remembered.
    pub fn take_moved(&self) -> (Vec<Moved<K>>, bool) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::take(&mut *lock(&self.moved));
        let now = |key: &K| known.get(key).map(|figure| figure.left);
        let moved = taken.left_before.into_iter().map(|(key, before)| Moved { key, before, now: now(&key) });
        (moved.filter(|moved| moved.before != moved.now).collect(), taken.is_cut_short)
    }

    /// Those that this node's writer has changed since the last time, as they are now.
    pub fn take_untold(&self) -> Vec<(K, Left)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let untold = std::mem::take(&mut *lock(&self.untold));
        untold.into_iter().filter_map(|key| known.get(&key).map(|figure| (key, Left(figure.left, figure.version)))).collect()
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<K, Figure>> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time, or the next after the one that is known.
fn next_version(before: Option<Figure>, now: Timestamp) -> i64 {
    before.map_or(now.0, |before| now.0.max(before.version + 1))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOARD: u32 = 31;
    const TOTE: u32 = 21;
    const NOON: Timestamp = Timestamp::from_seconds(1_795_780_800);

    fn counted(left: i64, count: i64) -> Reading {
        Reading { left, count: Some(count) }
    }

    const fn uncounted(left: i64) -> Reading {
        Reading { left, count: None }
    }

    fn published(reading: Reading) -> Figures<u32> {
        let figures = Figures::default();
        figures.publish([(BOARD, reading)].into_iter(), NOON);
        figures
    }

    #[test]
    fn a_figure_is_certain_for_a_second_and_shown_for_longer() {
        let figures = published(counted(0, 1));
        for (micros, expected) in [(0, Some(0)), (999_999, Some(0)), (1_000_000, None), (-1, None)] {
            assert_eq!(figures.certain(&BOARD, Timestamp(NOON.0 + micros)), expected, "{micros}");
        }
        assert_eq!(figures.get(BOARD), Some(0));
        assert_eq!(figures.certain(&TOTE, NOON), None);
    }

    #[test]
    fn a_count_that_was_read_is_taken_over_where_it_is_newer() {
        let figures = published(counted(4, 5));
        for (version, left, expected) in [(4, 9, 4), (5, 9, 4), (6, 9, 9)] {
            figures.take_over([(BOARD, Left(left, version))].into_iter());
            assert_eq!(figures.get(BOARD), Some(expected), "{version}");
        }
        figures.take_over([(TOTE, Left(2, 1))].into_iter());
        assert_eq!(figures.get(TOTE), Some(2), "what was not known is known now");
        assert_eq!(figures.certain(&BOARD, NOON), None, "holds that have run out are not in it");
    }

    #[test]
    fn what_the_writer_published_meanwhile_is_not_overwritten_by_an_older_reading() {
        for reading in [counted(0, 5), uncounted(0)] {
            let figures = published(reading);
            figures.refresh(BOARD, Reading { left: 7, ..reading }, Timestamp(NOON.0 - 1));
            assert_eq!(figures.get(BOARD), Some(0));
            figures.refresh(BOARD, Reading { left: 7, ..reading }, Timestamp(NOON.0 + 1));
            assert_eq!(figures.get(BOARD), Some(7), "holds that have run out are free without a movement");
        }
        let figures = published(counted(0, 5));
        figures.refresh(BOARD, counted(7, 4), Timestamp(NOON.0 + 1));
        assert_eq!(figures.get(BOARD), Some(0), "read before the last movement");
    }

    #[test]
    fn what_another_node_tells_is_shown_when_it_is_newer_and_never_certain() {
        let figures = published(counted(9, 5));
        let tell = |left, version| figures.hear([(BOARD, Left(left, version)), (TOTE, Left(1, 1))].into_iter());
        tell(7, 5);
        assert_eq!((figures.get(BOARD), figures.certain(&BOARD, NOON)), (Some(9), Some(9)), "the same movement is no news");
        tell(7, 6);
        assert_eq!((figures.get(BOARD), figures.certain(&BOARD, NOON)), (Some(7), None));
        tell(8, 5);
        assert_eq!(figures.get(BOARD), Some(7), "what comes late is older");
        assert_eq!(figures.get(TOTE), None, "nobody sells it here");
        figures.publish([(BOARD, counted(8, 5))].into_iter(), NOON);
        assert_eq!(figures.get(BOARD), Some(7), "nor is what this node published late");
    }

    #[test]
    fn clocks_that_differ_do_not_keep_news_from_being_heard() {
        let (ahead, behind) = (published(uncounted(9)), Figures::default());
        behind.replace(|_| true, [(BOARD, uncounted(9))].into_iter());
        behind.hear(ahead.take_untold().into_iter());
        // Its clock is an hour behind, and it sells the next.
        behind.publish([(BOARD, uncounted(8))].into_iter(), NOON.plus_minutes(-60));
        ahead.hear(behind.take_untold().into_iter());
        assert_eq!(ahead.get(BOARD), Some(8));
    }

    #[test]
    fn only_what_has_changed_is_told_and_only_once() {
        let figures = published(counted(9, 5));
        assert_eq!(figures.take_untold(), [(BOARD, Left(9, 5))]);
        figures.publish([(BOARD, counted(9, 6))].into_iter(), NOON);
        assert_eq!(figures.take_untold(), [], "a hold became an order");
        figures.publish([(BOARD, counted(8, 7))].into_iter(), NOON);
        figures.publish([(BOARD, counted(7, 8))].into_iter(), NOON);
        assert_eq!(figures.take_untold(), [(BOARD, Left(7, 8))], "two at once");
        figures.hear([(BOARD, Left(6, 9))].into_iter());
        assert_eq!(figures.take_untold(), [], "what was heard is not told again");
    }

    #[test]
    fn what_has_moved_is_told_once_with_what_was_shown_before() {
        let figures = published(counted(9, 1));
        let moved = |before, now| vec![Moved { key: BOARD, before, now }];
        assert_eq!(figures.take_moved().0, moved(None, Some(9)));
        figures.refresh(BOARD, counted(8, 1), NOON.plus_seconds(1));
        figures.hear([(BOARD, Left(7, 2))].into_iter());
        assert_eq!(figures.take_moved().0, moved(Some(9), Some(7)));
        assert_eq!(figures.take_moved().0, []);
        figures.refresh(BOARD, counted(6, 2), NOON.plus_seconds(2));
        figures.refresh(BOARD, counted(7, 2), NOON.plus_seconds(3));
        assert_eq!(figures.take_moved().0, [], "it is where it was");
        figures.replace(|_| true, [(BOARD, counted(5, 3))].into_iter());
        assert_eq!(figures.take_moved().0, moved(Some(7), Some(5)));
        figures.replace(|_| true, [].into_iter());
        assert_eq!(figures.take_moved().0, moved(Some(5), None));
    }

    #[test]
    fn loading_a_shop_anew_loses_nothing_newer_and_keeps_nothing_that_is_gone() {
        let figures = published(counted(9, 5));
        figures.publish([(TOTE, counted(1, 1))].into_iter(), NOON);
        figures.replace(|_| true, [(BOARD, counted(10, 4))].into_iter());
        assert_eq!((figures.get(BOARD), figures.get(TOTE)), (Some(9), None));
        figures.replace(|_| false, [].into_iter());
        assert_eq!(figures.get(BOARD), Some(9), "another shop's");
    }

    #[test]
    fn only_what_said_none_left_is_read_anew() {
        let figures = published(counted(3, 1));
        figures.get(BOARD);
        assert!(figures.take_asked().is_empty());
        figures.publish([(BOARD, counted(0, 2))].into_iter(), NOON);
        figures.get(BOARD);
        assert_eq!(figures.take_asked(), [BOARD]);
        assert!(figures.take_asked().is_empty());
    }
}
