//! Chance: a stream of numbers that a seed decides, small enough that each of a crowd of shoppers has one of their own.

/// SplitMix64: eight bytes of state, and every state is a good one (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance(u64);

impl Chance {
    /// The stream of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below 1.
    pub fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Which of these weights is drawn: the place in the list, by weight. The list has a positive weight.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut drawn = self.share() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (at, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
            last = at;
            drawn -= weight;
            if drawn < 0.0 {
                break;
            }
        }
        last
    }

    /// The numbers below `count` in an order of chance (Fisher and Yates 1938).
    pub(crate) fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            let other = (self.share() * (last + 1) as f64) as usize;
            order.swap(last, other);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // The first numbers of the reference implementation for the seed 1234567 (Vigna, prng.di.unimi.it/splitmix64.c).
        let mut chance = Chance::new(1_234_567);
        let numbers: [u64; 3] = std::array::from_fn(|_| chance.number());
        assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn every_number_is_in_the_shuffled_order_once_and_the_first_may_be_any() {
        let mut firsts = [0_u32; 5];
        for seed in 0..1_000 {
            let order = Chance::new(seed).shuffled(5);
            firsts[order[0]] += 1;
            let mut sorted = order;
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4], "seed {seed}");
        }
        assert!(firsts.iter().all(|count| (150..250).contains(count)), "{firsts:?} with seeds 0 to 999");
    }

    #[test]
    fn weights_are_drawn_as_often_as_they_weigh_and_those_of_nothing_never() {
        let mut chance = Chance::new(1);
        let mut drawn = [0_u32; 4];
        for _ in 0..40_000 {
            drawn[chance.weighted([0.0, 3.0, 1.0, 0.0].into_iter())] += 1;
        }
        assert_eq!((drawn[0], drawn[3]), (0, 0));
        assert!((29_500..30_500).contains(&drawn[1]), "{drawn:?} with seed 1");
    }
}
