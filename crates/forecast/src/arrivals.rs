//! Who comes when: visits that begin in each minute of a sale.
//!
//! Of a list, the share that has come by a time after its message is F, the distribution of the delay; of a wave that is being
//! delivered evenly for `d` minutes it is the mean of F over all instants of delivery, `(H(t) − H(t − d)) / d` where H is the
//! integral of F. No step is simulated: each minute's visits are a difference of two exact values.

use crate::delay::Delay;
use crate::plan::{Channel, MarketingPlan};

/// Visits that begin, minute by minute from [`MarketingPlan::starts`] to the close.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrivals {
    /// All visits.
    pub everyone: Vec<f64>,
    /// Of these the ones of people who were invited to early access, and of those whom they tell.
    pub invited: Vec<f64>,
    /// Visits a minute that came anyway before the first minute and go on coming.
    pub anyway: f64,
}

impl Arrivals {
    /// The visits that a plan leads to.
    pub fn of(plan: &MarketingPlan) -> Self {
        let minutes = plan.minutes();
        let anyway = plan.traffic.per_hour / 60.0;
        let mut arrivals = Self { everyone: vec![anyway; minutes], invited: vec![0.0; minutes], anyway };
        for channel in &plan.channels {
            let first = channel.waves.iter().map(|wave| plan.minute(wave.starts)).min().unwrap_or(minutes);
            let curve = Curve::of(channel, minutes - first);
            let visits = channel.visits() * (1.0 + plan.traffic.sharing);
            for wave in &channel.waves {
                let from = plan.minute(wave.starts);
                curve.add(visits * wave.share, wave.delivered_in_minutes as usize, &mut arrivals.everyone[from..]);
                if channel.is_invited {
                    curve.add(visits * wave.share, wave.delivered_in_minutes as usize, &mut arrivals.invited[from..]);
                }
            }
        }
        arrivals
    }

    /// All visits together.
    pub fn visits(&self) -> f64 {
        self.everyone.iter().sum()
    }
}

/// What has come of a list at each full minute after its message: tabulated once for all waves of a channel.
struct Curve {
    /// F.
    come: Vec<f64>,
    /// H, minutes; empty when every wave is delivered at once.
    come_minutes: Vec<f64>,
}

impl Curve {
    fn of(channel: &Channel, minutes: usize) -> Self {
        let table = |is_needed: bool, value: fn(&Delay, f64) -> f64| -> Vec<f64> {
            let minutes = if is_needed { minutes + 1 } else { 0 };
            (0..minutes).map(|minute| value(&channel.delay, minute as f64)).collect()
        };
        let is_at_once = |wave: &crate::plan::Wave| wave.delivered_in_minutes == 0;
        Self {
            come: table(channel.waves.iter().any(is_at_once), Delay::come_within),
            come_minutes: table(!channel.waves.iter().all(is_at_once), Delay::come_minutes),
        }
    }

    /// Adds the visits of a wave to the minutes that follow its start.
    fn add(&self, visits: f64, delivered_in: usize, minutes: &mut [f64]) {
        let come = |minute: usize| match delivered_in {
            0 => self.come[minute],
            _ => (self.come_minutes[minute] - self.come_minutes[minute.saturating_sub(delivered_in)]) / delivered_in as f64,
        };
        let mut before = 0.0;
        for (minute, arriving) in (1..).zip(minutes) {
            let now = come(minute);
            *arriving += visits * (now - before);
            before = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of a million that all come, told in waves of (minute, share, minutes of delivery), for two days.
    fn plan(waves: &[(u32, f64, u32)]) -> MarketingPlan {
        let waves = waves.iter().map(|(minute, share, minutes)| {
            let (day, hour, minute) = (1 + minute / 1_440, minute / 60 % 24, minute % 60);
            format!(
                "[[channels.waves]]\nstarts = \"2026-06-0{day} {hour:02}:{minute:02}\"\nshare = {share}\n\
                 delivered_in_minutes = {minutes}\n"
            )
        });
        let text = format!(
            "name = \"A\"\ncurrency = \"USD\"\nzone = \"UTC\"\n[sale]\nopens = \"2026-06-01 00:00\"\n\
             closes = \"2026-06-03 00:00\"\n[traffic]\nsharing = 0\n[[channels]]\nname = \"B\"\nlist = 1_000_000\n\
             click_rate = 1\n{}",
            waves.collect::<String>()
        );
        MarketingPlan::parse(&text, "a.toml").expect("it is right")
    }

    #[test]
    fn what_has_come_of_a_blast_is_the_delays_distribution() {
        let arrivals = Arrivals::of(&plan(&[(0, 1.0, 0)]));
        for minutes in [1, 5, 30, 1_440, 2_880] {
            let come: f64 = arrivals.everyone[..minutes].iter().sum();
            assert!((come - 1e6 * Delay::MAIL.come_within(minutes as f64)).abs() < 1e-6, "{minutes} minutes: {come}");
        }
    }

    #[test]
    fn a_slow_delivery_is_the_mean_of_many_small_blasts() {
        let slow = Arrivals::of(&plan(&[(10, 1.0, 20)]));
        let mut small = vec![0.0; slow.everyone.len()];
        for part in 0..20_000 {
            let delivered = 10.0 + (f64::from(part) + 0.5) / 1_000.0;
            for (minute, come) in small.iter_mut().enumerate().take(120) {
                let within = |minute: usize| Delay::MAIL.come_within(minute as f64 - delivered);
                *come += 1e6 / 20_000.0 * (within(minute + 1) - within(minute));
            }
        }
        for (minute, come) in small.iter().enumerate().take(120) {
            let found = slow.everyone[minute];
            assert!((found - come).abs() < 1e-3 * come.max(1.0), "minute {minute}: {found}, not {come}");
        }
    }

    #[test]
    fn waves_add_up_and_nobody_comes_before_they_are_told() {
        let arrivals = Arrivals::of(&plan(&[(60, 0.25, 15), (1_500, 0.75, 0)]));
        assert!(arrivals.everyone[..60].iter().all(|visits| *visits == 0.0));
        assert!(arrivals.everyone[60..].iter().all(|visits| *visits > 0.0));
        let early = Arrivals::of(&plan(&[(60, 1.0, 15)]));
        assert!((arrivals.everyone[1_499] - early.everyone[1_499] / 4.0).abs() < 1e-9);
        assert!(arrivals.everyone[1_501] > 100.0 * arrivals.everyone[1_499]);
    }

    #[test]
    fn traffic_comes_anyway_and_sharing_multiplies_what_channels_bring() {
        let mut plan = plan(&[(0, 1.0, 15)]);
        let alone = Arrivals::of(&plan);
        plan.traffic = crate::plan::Traffic { per_hour: 600.0, sharing: 0.5 };
        let both = Arrivals::of(&plan);
        assert_eq!(both.anyway, 10.0);
        for (both, alone) in both.everyone.iter().zip(&alone.everyone) {
            assert!((both - (10.0 + 1.5 * alone)).abs() < 1e-9);
        }
        assert_eq!(both.invited, vec![0.0; 2_880]);
    }
}
