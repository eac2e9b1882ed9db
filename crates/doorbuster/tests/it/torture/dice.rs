//! Chance that can be had again.

use std::hash::{BuildHasher, RandomState};

/// Xorshift. The seed is printed; `TORTURE_SEED` gives it back.
pub struct Dice(u64);

impl Dice {
    /// From the seed that was asked for, or any.
    pub fn new() -> Self {
        let asked = std::env::var("TORTURE_SEED").ok().map(|seed| seed.parse().expect("TORTURE_SEED is a whole number"));
        let seed: u64 = asked.unwrap_or_else(|| RandomState::new().hash_one(0));
        eprintln!("TORTURE_SEED={seed}");
        Self(seed | 1)
    }

    /// From `least` to `most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        least + usize::try_from(self.0 % (most - least + 1) as u64).expect("it is small")
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.between(0, things.len() - 1)]
    }
}
