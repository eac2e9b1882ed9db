//! How many nodes carry a peak, and what happens when fewer are let in than come.

use crate::plan::Capacity;

/// How much more than the expected peak nodes are asked to carry.
pub const RESERVE: f64 = 1.3;

/// Nodes beyond this many are not looked for.
const NODES_MAX: u32 = 10_000;

/// What has to be carried at the same time, each a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Peak {
    /// Pages.
    pub pages_per_s: f64,
    /// Orders.
    pub orders_per_s: f64,
}

impl Capacity {
    /// How many times the work of one node so many do, by the universal scalability law:
    /// `C(n) = n / (1 + σ(n − 1) + κn(n − 1))` (Gunther, "Guerrilla Capacity Planning", Springer 2007, chapter 4).
    pub fn speedup(&self, nodes: u32) -> f64 {
        let (nodes, more) = (f64::from(nodes), f64::from(nodes.saturating_sub(1)));
        nodes / (1.0 + self.sigma * more + self.kappa * nodes * more)
    }

    /// The fewest nodes that carry a peak [`RESERVE`] times as high, and one that may fail. Nothing when no number of them does.
    pub fn nodes(&self, peak: Peak) -> Option<u32> {
        let work = RESERVE * (peak.pages_per_s / self.pages_per_s).max(peak.orders_per_s / self.orders_per_s);
        // More nodes do more up to a number, and beyond it less: below it the first that suffices is found by halving.
        let (mut too_few, mut enough) = (0, self.nodes_useful());
        if self.speedup(enough) < work {
            return None;
        }
        while enough - too_few > 1 {
            let middle = u32::midpoint(too_few, enough);
            if self.speedup(middle) >= work { enough = middle } else { too_few = middle }
        }
        Some(enough + 1)
    }

    /// The peak that so many nodes carry, by the reckoning of [`Self::nodes`]: with a reserve, and one that may fail, unless it
    /// is the only one.
    pub fn carried(&self, nodes: u32) -> Peak {
        let times = self.speedup(nodes.saturating_sub(1).max(1)) / RESERVE;
        Peak { pages_per_s: times * self.pages_per_s, orders_per_s: times * self.orders_per_s }
    }

    /// The number of nodes that does most, [`NODES_MAX`] at most: `√((1 − σ)/κ)`, one way or the other to a whole number.
    fn nodes_useful(&self) -> u32 {
        let best = ((1.0 - self.sigma).max(0.0) / self.kappa).sqrt();
        let below = if best < f64::from(NODES_MAX) { (best as u32).max(1) } else { NODES_MAX };
        if self.speedup(below + 1) > self.speedup(below) { (below + 1).min(NODES_MAX) } else { below }
    }
}

/// A line before a door that lets in so many a minute, first come, first served.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Who waits at the end of each minute: `max(0, waiting + arriving − admitted)`, Lindley's recursion ("The theory of queues
    /// with a single server", 1952) for a fluid.
    pub waiting: Vec<f64>,
    /// The longest wait of anybody, minutes.
    pub longest_minutes: f64,
}

impl Line {
    /// The line of these arrivals, minute by minute, when so many are let in, above 0.
    pub fn of(arrivals: &[f64], admitted_per_minute: f64) -> Self {
        let mut line = 0.0_f64;
        let waiting: Vec<f64> = arrivals
            .iter()
            .map(|arriving| {
                line = (line + arriving - admitted_per_minute).max(0.0);
                line
            })
            .collect();
        let longest_minutes = waiting.iter().fold(0.0, |longest: f64, line| longest.max(line / admitted_per_minute));
        Self { waiting, longest_minutes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(sigma: f64, kappa: f64) -> Capacity {
        Capacity { pages_per_s: 1_000.0, orders_per_s: 50.0, sigma, kappa, admitted_per_minute: None }
    }

    #[test]
    fn nodes_are_those_of_the_scarcer_of_pages_and_orders_with_a_reserve_and_one_more() {
        let nodes = |pages_per_s, orders_per_s| capacity(0.0, 0.0).nodes(Peak { pages_per_s, orders_per_s });
        assert_eq!(nodes(0.0, 0.0), Some(2));
        assert_eq!(nodes(769.0, 0.0), Some(2));
        assert_eq!(nodes(770.0, 0.0), Some(3));
        assert_eq!(nodes(770.0, 200.0), Some(7));
    }

    #[test]
    fn nodes_that_hinder_each_other_do_less_and_at_last_no_more() {
        // Gunther's law at its maximum: N* = √((1 − σ)/κ).
        let law = capacity(0.02, 0.0005);
        let best = (1..200).max_by(|one, other| law.speedup(*one).total_cmp(&law.speedup(*other)));
        assert_eq!(best, Some((0.98_f64 / 0.0005).sqrt().round() as u32));
        assert!((law.speedup(10) - 10.0 / (1.0 + 0.18 + 0.045)).abs() < 1e-12);
        assert_eq!(law.speedup(1), 1.0);
        let work = |pages_per_s| law.nodes(Peak { pages_per_s, orders_per_s: 0.0 });
        assert!(work(6_000.0) > capacity(0.0, 0.0).nodes(Peak { pages_per_s: 6_000.0, orders_per_s: 0.0 }));
        assert_eq!(work(100_000.0), None);
    }

    #[test]
    fn what_nodes_carry_takes_so_many_nodes() {
        let law = capacity(0.01, 0.0001);
        for nodes in 2..40 {
            let carried = law.carried(nodes);
            let almost = Peak { pages_per_s: carried.pages_per_s * 0.999_999, orders_per_s: 0.0 };
            assert_eq!(law.nodes(almost), Some(nodes), "{carried:?}");
        }
        assert_eq!(law.carried(1), law.carried(2));
    }

    #[test]
    fn nodes_found_by_halving_are_those_found_one_by_one() {
        for (sigma, kappa) in [(0.0, 0.0), (0.02, 0.0005), (0.3, 0.0), (1.0, 0.1), (0.0, 0.01)] {
            let law = capacity(sigma, kappa);
            for pages_per_s in [0.0, 100.0, 769.0, 2_000.0, 5_500.0, 9_000.0] {
                let work = RESERVE * pages_per_s / 1_000.0;
                let one_by_one = (1..=200).find(|nodes| law.speedup(*nodes) >= work).map(|nodes| nodes + 1);
                let found = law.nodes(Peak { pages_per_s, orders_per_s: 0.0 });
                assert_eq!(found, one_by_one, "{sigma} {kappa}: {pages_per_s}");
            }
        }
    }

    #[test]
    fn a_crowd_before_a_narrow_door_waits_as_long_as_it_is_many() {
        let mut arrivals = vec![0.0; 300];
        arrivals[0] = 150_000.0;
        let line = Line::of(&arrivals, 1_000.0);
        assert_eq!(line.longest_minutes, 149.0);
        assert_eq!((line.waiting[0], line.waiting[148], line.waiting[149]), (149_000.0, 1_000.0, 0.0));
    }

    #[test]
    fn a_line_drains_when_fewer_come_than_are_let_in() {
        let line = Line::of(&[30.0, 30.0, 0.0, 5.0, 25.0], 20.0);
        assert_eq!(line.waiting, [10.0, 20.0, 0.0, 0.0, 5.0]);
        assert_eq!(line.longest_minutes, 1.0);
    }
}
