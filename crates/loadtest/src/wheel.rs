//! A hierarchical timer wheel: a hundred thousand alarms, each set, moved and canceled in the same few steps.
//!
//! An alarm belongs to a place of somebody else's list and is known by its number; the links between alarms of one slot lie in a
//! list of the same length, so that nothing is allocated for an alarm. Time is a count of milliseconds since whenever the wheel
//! was made. After Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987.

/// Milliseconds since the wheel was made.
pub type Tick = u64;

/// The slots of a level are a power of two, so that a time's slot is some of its bits, and as many as a word has bits, so that
/// the next slot in use is found in one step.
const SLOT_BITS: u32 = 6;
const SLOTS: usize = 1 << SLOT_BITS;
/// Six levels reach two years.
const LEVELS: usize = 6;
/// Who is nowhere.
const NOBODY: u32 = u32::MAX;

/// Alarms by the instant at which they ring.
#[derive(Debug)]
pub struct Wheel {
    now: Tick,
    levels: [Level; LEVELS],
    links: Vec<Link>,
    set: usize,
}

/// One turn of the wheel: each slot is a ring of alarms, told by the first.
#[derive(Clone, Copy, Debug)]
struct Level {
    used: u64,
    first: [u32; SLOTS],
}

/// An alarm, and its neighbors in the ring.
#[derive(Clone, Copy, Debug)]
struct Link {
    at: Tick,
    next: u32,
    previous: u32,
}

impl Default for Wheel {
    fn default() -> Self {
        Self { now: 0, levels: [Level { used: 0, first: [NOBODY; SLOTS] }; LEVELS], links: Vec::new(), set: 0 }
    }
}

impl Wheel {
    /// How many alarms are set.
    pub const fn len(&self) -> usize {
        self.set
    }

    /// Whether none is set.
    pub const fn is_empty(&self) -> bool {
        self.set == 0
    }

    /// Sets the alarm of this number, instead of the one it may have. What is past rings as soon as it is asked for; what is
    /// further than two years away rings then.
    pub fn set(&mut self, number: u32, at: Tick) {
        self.cancel(number);
        let least = number as usize + 1;
        if self.links.len() < least {
            self.links.resize(least, Link { at: 0, next: NOBODY, previous: NOBODY });
        }
        let farthest = self.now | ((1 << (SLOT_BITS * LEVELS as u32)) - 1);
        self.links[number as usize].at = at.clamp(self.now, farthest);
        self.put(number);
        self.set += 1;
    }

    /// Cancels the alarm of this number, if it has one.
    pub fn cancel(&mut self, number: u32) {
        if self.links.get(number as usize).is_some_and(|link| link.next != NOBODY) {
            let place = self.place(self.links[number as usize].at);
            self.take(number, place);
            self.set -= 1;
        }
    }

    /// The next alarm that rings at `now` or before, earliest first; it is no longer set then. Time only goes forward.
    pub fn ring(&mut self, now: Tick) -> Option<(u32, Tick)> {
        loop {
            let Some((level, slot, begins)) = self.next_slot().filter(|(.., begins)| *begins <= now) else {
                self.now = self.now.max(now);
                return None;
            };
            self.now = self.now.max(begins);
            let first = self.levels[level].first[slot];
            if level == 0 {
                self.take(first, (level, slot));
                self.set -= 1;
                return Some((first, self.links[first as usize].at));
            }
            self.spread(level, slot);
        }
    }

    /// No alarm rings before this instant; nothing when none is set.
    pub fn next(&self) -> Option<Tick> {
        self.next_slot().map(|(.., begins)| begins)
    }

    /// The earliest slot in use, and when it begins.
    fn next_slot(&self) -> Option<(usize, usize, Tick)> {
        // Whatever is on a lower level rings before anything on a higher one.
        let level = self.levels.iter().position(|level| level.used != 0)?;
        let slot = self.levels[level].used.trailing_zeros() as usize;
        let shift = SLOT_BITS * level as u32;
        let turn = self.now >> (shift + SLOT_BITS) << (shift + SLOT_BITS);
        Some((level, slot, turn | (slot as Tick) << shift))
    }

    /// Moves the alarms of a slot whose time has come to the levels below.
    fn spread(&mut self, level: usize, slot: usize) {
        while self.levels[level].used & 1 << slot != 0 {
            let first = self.levels[level].first[slot];
            self.take(first, (level, slot));
            self.put(first);
        }
    }

    /// Where an alarm lies: the level of the highest bits in which it differs from now, and its slot there. It stays true until
    /// the slot's own time has come.
    const fn place(&self, at: Tick) -> (usize, usize) {
        let differs = (self.now ^ at) | 1;
        let level = (differs.ilog2() / SLOT_BITS) as usize;
        (level, (at >> (SLOT_BITS * level as u32)) as usize % SLOTS)
    }

    fn put(&mut self, number: u32) {
        let (level, slot) = self.place(self.links[number as usize].at);
        let Level { used, first } = &mut self.levels[level];
        if *used & 1 << slot == 0 {
            *used |= 1 << slot;
            first[slot] = number;
            (self.links[number as usize].next, self.links[number as usize].previous) = (number, number);
            return;
        }
        // At the end of the ring, so that those of one instant ring in the order in which they were set.
        let head = first[slot];
        let last = self.links[head as usize].previous;
        (self.links[number as usize].next, self.links[number as usize].previous) = (head, last);
        self.links[last as usize].next = number;
        self.links[head as usize].previous = number;
    }

    fn take(&mut self, number: u32, (level, slot): (usize, usize)) {
        let Link { next, previous, .. } = self.links[number as usize];
        let Level { used, first } = &mut self.levels[level];
        if next == number {
            *used &= !(1 << slot);
            first[slot] = NOBODY;
        } else {
            self.links[previous as usize].next = next;
            self.links[next as usize].previous = previous;
            if first[slot] == number {
                first[slot] = next;
            }
        }
        self.links[number as usize].next = NOBODY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What can be done to a wheel.
    #[derive(Clone, Debug)]
    enum Act {
        Set { number: u32, in_ms: Tick },
        Cancel { number: u32 },
        Pass { ms: Tick },
    }

    /// Short times, long times, and the edges of levels.
    fn times() -> impl Strategy<Value = Tick> {
        prop_oneof![0..200_u64, 0..10_000_000_u64, (1..5_u32, 0..3_u64).prop_map(|(level, more)| (1 << (6 * level)) - 1 + more)]
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            4 => (0..50_u32, times()).prop_map(|(number, in_ms)| Act::Set { number, in_ms }),
            1 => (0..60_u32).prop_map(|number| Act::Cancel { number }),
            2 => times().prop_map(|ms| Act::Pass { ms }),
        ];
        prop::collection::vec(act, 1..120)
    }

    /// The alarms of a sorted list that are due, in order of their instants.
    fn ring_list(list: &mut Vec<(Tick, u32)>, now: Tick) -> Vec<(Tick, u32)> {
        list.sort_unstable();
        let due = list.partition_point(|(at, _)| *at <= now);
        list.drain(..due).collect()
    }

    proptest! {
        #[test]
        fn a_wheel_rings_as_a_sorted_list_does(acts in acts()) {
            let (mut wheel, mut list, mut now) = (Wheel::default(), Vec::<(Tick, u32)>::new(), 0);
            for act in acts {
                match act {
                    Act::Set { number, in_ms } => {
                        list.retain(|(_, own)| *own != number);
                        list.push((now + in_ms, number));
                        wheel.set(number, now + in_ms);
                    }
                    Act::Cancel { number } => {
                        list.retain(|(_, own)| *own != number);
                        wheel.cancel(number);
                    }
                    Act::Pass { ms } => {
                        now += ms;
                        let mut rung = Vec::new();
                        while let Some((number, at)) = wheel.ring(now) {
                            prop_assert!(rung.last().is_none_or(|(before, _)| *before <= at), "{at} after {rung:?}");
                            rung.push((at, number));
                        }
                        rung.sort_unstable();
                        prop_assert_eq!(rung, ring_list(&mut list, now));
                    }
                }
                prop_assert_eq!(wheel.len(), list.len());
                let first = list.iter().min().map(|(at, _)| *at);
                prop_assert_eq!(wheel.next().is_some(), first.is_some());
                prop_assert!(wheel.next() <= first, "{:?} is after {first:?}", wheel.next());
            }
        }
    }

    #[test]
    fn alarms_of_one_instant_ring_in_the_order_in_which_they_were_set() {
        let mut wheel = Wheel::default();
        for number in [7, 3, 5] {
            wheel.set(number, 4_000);
        }
        assert_eq!(wheel.ring(3_999), None);
        let rung: Vec<u32> = std::iter::from_fn(|| wheel.ring(4_000)).map(|(number, _)| number).collect();
        assert_eq!(rung, [7, 3, 5]);
    }

    #[test]
    fn what_is_past_rings_at_once_and_what_is_too_far_away_rings_in_the_end() {
        let mut wheel = Wheel::default();
        assert_eq!(wheel.ring(1_000), None);
        wheel.set(1, 10);
        wheel.set(2, Tick::MAX);
        assert_eq!(wheel.ring(1_000), Some((1, 1_000)));
        assert_eq!(wheel.ring(1_000), None);
        assert_eq!(wheel.ring(Tick::MAX).map(|(number, _)| number), Some(2));
        assert!(wheel.is_empty());
    }

    #[test]
    fn an_alarm_takes_sixteen_bytes() {
        assert_eq!(size_of::<Link>(), 16);
    }
}
