//! How long somebody looks at a page before they ask for the next one.

use crate::written::{Check, Unusable};
use forecast::chance::Chance;
use forecast::normal;
use serde::{Deserialize, Serialize};

/// The distribution of think times. What is drawn outside its limits is put on the limit, as TPC-W does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "distribution", rename_all = "lowercase", deny_unknown_fields)]
pub enum Think {
    /// The logarithm is normal: most pages get seconds, some get minutes.
    Lognormal {
        /// Half of the times are shorter, seconds.
        median_s: f64,
        /// The spread of the natural logarithm, 0 to 5.
        sigma: f64,
        /// The shortest, seconds.
        min_s: f64,
        /// The longest, seconds.
        max_s: f64,
    },
    /// Negative exponential, without a memory.
    Exponential {
        /// The mean before the limit, seconds.
        mean_s: f64,
        /// The longest, seconds.
        max_s: f64,
    },
}

impl Think {
    /// The mean with the limits, seconds, in closed form.
    pub fn mean_s(&self) -> f64 {
        match *self {
            Self::Exponential { mean_s, max_s } => mean_s * -(-max_s / mean_s).exp_m1(),
            Self::Lognormal { median_s, sigma, min_s, max_s } => {
                if sigma == 0.0 {
                    return median_s.clamp(min_s, max_s);
                }
                let z = |limit_s: f64| (limit_s / median_s).ln() / sigma;
                let (low, high) = (z(min_s), z(max_s));
                let between = normal::below(high - sigma) - normal::below(low - sigma);
                min_s * normal::below(low) + max_s * normal::below(-high) + median_s * (sigma * sigma / 2.0).exp() * between
            }
        }
    }

    /// The longest, seconds.
    pub const fn max_s(&self) -> f64 {
        match *self {
            Self::Lognormal { max_s, .. } | Self::Exponential { max_s, .. } => max_s,
        }
    }

    /// A time that is drawn, seconds.
    pub fn drawn_s(&self, chance: &mut Chance) -> f64 {
        match *self {
            Self::Lognormal { median_s, sigma, min_s, max_s } => {
                let z = normal::drawn(chance.share(), chance.share());
                (median_s * (sigma * z).exp()).clamp(min_s, max_s)
            }
            Self::Exponential { mean_s, max_s } => (-mean_s * (1.0 - chance.share()).ln()).min(max_s),
        }
    }

    /// What is left of a think time at an instant that has nothing to do with it, seconds.
    ///
    /// A long time covers more instants than a short one, so times are accepted by their length; the instant is anywhere in it.
    pub fn rest_s(&self, chance: &mut Chance) -> f64 {
        loop {
            let whole_s = self.drawn_s(chance);
            if chance.share() * self.max_s() < whole_s {
                return whole_s * chance.share();
            }
        }
    }

    pub(super) fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        match *self {
            Self::Lognormal { median_s, sigma, min_s, max_s } => {
                check.positive("think.median_s", median_s)?;
                check.that((0.0..=5.0).contains(&sigma), "think.sigma", sigma, "from 0 to 5")?;
                check.positive("think.min_s", min_s)?;
                check.that(max_s.is_finite() && max_s >= min_s, "think.max_s", max_s, "at least think.min_s")
            }
            Self::Exponential { mean_s, max_s } => {
                check.positive("think.mean_s", mean_s)?;
                check.positive("think.max_s", max_s)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLASH: Think = Think::Lognormal { median_s: 18.0, sigma: 1.0, min_s: 1.0, max_s: 180.0 };
    const TPCW: Think = Think::Exponential { mean_s: 7.0, max_s: 70.0 };

    /// The mean of what is drawn, and how far that may be from the true one: five standard errors.
    fn mean_of(count: u32, mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..count {
            let drawn = draw();
            sum += drawn;
            squares += drawn * drawn;
        }
        let mean = sum / f64::from(count);
        (mean, 5.0 * ((squares / f64::from(count) - mean * mean) / f64::from(count)).sqrt())
    }

    #[test]
    fn the_mean_in_closed_form_is_the_mean_of_what_is_drawn() {
        let even = Think::Lognormal { median_s: 4.0, sigma: 0.0, min_s: 1.0, max_s: 9.0 };
        let tight = Think::Lognormal { median_s: 10.0, sigma: 2.0, min_s: 5.0, max_s: 20.0 };
        for think in [FLASH, TPCW, even, tight] {
            let mut chance = Chance::new(7);
            let (mean, error) = mean_of(200_000, || think.drawn_s(&mut chance));
            assert!((mean - think.mean_s()).abs() <= error + 1e-9, "{think:?}: {mean} ± {error}, seed 7");
        }
        assert!((TPCW.mean_s() - 6.9997).abs() < 1e-4, "{}", TPCW.mean_s());
        assert!((27.0..29.0).contains(&FLASH.mean_s()), "{}", FLASH.mean_s());
    }

    #[test]
    fn what_is_left_of_an_exponential_time_is_as_long_as_a_new_one() {
        let think = Think::Exponential { mean_s: 7.0, max_s: 140.0 };
        let mut chance = Chance::new(11);
        let (mean, error) = mean_of(100_000, || think.rest_s(&mut chance));
        assert!((mean - 7.0).abs() <= error + 0.01, "{mean} ± {error}, seed 11");
    }

    #[test]
    fn no_time_is_outside_its_limits() {
        let mut chance = Chance::new(3);
        assert!((0..50_000).all(|_| (1.0..=180.0).contains(&FLASH.drawn_s(&mut chance))), "seed 3");
        assert!((0..50_000).all(|_| (0.0..=180.0).contains(&FLASH.rest_s(&mut chance))), "seed 3");
    }
}
