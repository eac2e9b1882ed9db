//! The time of the crowd: slots of seven and a half seconds, and how a byte remembers one of them.
//!
//! Half an hour is 240 slots, so that a byte tells when a visitor was last seen, with a little room on both sides.

use commerce::Timestamp;

/// The length of a slot, microseconds.
const MICROS: i64 = 7_500_000;
/// Slots in five minutes.
pub(super) const ACTIVE_SLOTS: i64 = 40;
/// Slots in half an hour.
pub(super) const SESSION_SLOTS: i64 = 240;
/// Different stamps; zero is none.
const STAMPS: i64 = 255;
/// Stamps up to so many slots ahead are of a clock that is ahead, or of a thread that is quicker: they count as of now.
const AHEAD_MAX: i64 = 5;
/// Within so many slots all old stamps have to be wiped out, or they would look new.
pub(super) const SWEEP_SLOTS_MAX: i64 = STAMPS - 1 - SESSION_SLOTS - AHEAD_MAX;

/// Seven and a half seconds, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(pub i64);

impl Slot {
    /// The slot of an instant.
    pub const fn at(now: Timestamp) -> Self {
        Self(now.0.div_euclid(MICROS))
    }

    /// How long it has lasted by `now`, microseconds.
    pub const fn lasted(self, now: Timestamp) -> i64 {
        now.0 - self.0 * MICROS
    }

    /// What a byte keeps of it: 1 to 255.
    pub fn stamp(self) -> u8 {
        u8::try_from(self.0.rem_euclid(STAMPS) + 1).expect("a remainder of 255, plus one, is a byte")
    }

    /// How many slots before this one the stamp was made, 0 to 240; `None` when it is none, or older.
    pub fn age_of(self, stamp: u8) -> Option<i64> {
        if stamp == 0 {
            return None;
        }
        let age = (self.0 - (i64::from(stamp) - 1)).rem_euclid(STAMPS);
        if age >= STAMPS - AHEAD_MAX { Some(0) } else { Some(age).filter(|age| *age <= SESSION_SLOTS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_tells_its_slot_for_half_an_hour_whatever_the_date() {
        for first in [0, 1, 254, 255, 1_000_000, 239_441_112] {
            let stamp = Slot(first).stamp();
            assert_ne!(stamp, 0);
            for age in 0..=SESSION_SLOTS {
                assert_eq!(Slot(first + age).age_of(stamp), Some(age));
            }
            for age in SESSION_SLOTS + 1..=SESSION_SLOTS + SWEEP_SLOTS_MAX {
                assert_eq!(Slot(first + age).age_of(stamp), None, "{age} slots are too long ago");
            }
            for ahead in 1..=AHEAD_MAX {
                assert_eq!(Slot(first - ahead).age_of(stamp), Some(0), "a clock that is ahead by {ahead}");
            }
        }
        assert_eq!(Slot(7).age_of(0), None);
    }

    #[test]
    fn five_minutes_are_forty_slots() {
        let noon = Timestamp::from_seconds(1_800_000_000);
        assert_eq!(Slot::at(noon.plus_minutes(5)).0 - Slot::at(noon).0, ACTIVE_SLOTS);
        assert_eq!(Slot::at(noon.plus_minutes(30)).0 - Slot::at(noon).0, SESSION_SLOTS);
        assert_eq!(Slot::at(noon).lasted(noon.plus_seconds(3)), 3_000_000);
    }
}
