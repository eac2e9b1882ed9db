//! Published data with published coefficients, made data with noise, and what a node carries. No step is run here.

use super::*;
use crate::report::data::{Counts, Generator, Latency};
use forecast::chance::Chance;
use forecast::normal;

fn fitted(points: &[(u32, f64)]) -> Scalability {
    let points: Vec<Point> =
        points.iter().map(|(shoppers, rate)| Point { shoppers: f64::from(*shoppers), requests_per_s: *rate }).collect();
    scalability(&points).expect("there are enough points")
}

#[test]
fn the_coefficients_are_those_that_were_published() {
    // Sun SPARCcenter 2000, SPEC SDM 91, with the coefficients and R² of the R package usl before its version 2
    // (github.com/smoeding/usl, README.md), which also takes γ from the lowest load.
    let sdm = fitted(&[(1, 64.9), (18, 995.9), (36, 1652.4), (72, 1853.2), (108, 1828.9), (144, 1775.0), (216, 1702.2)]);
    assert!((sdm.sigma - 1.705e-2).abs() < 5e-6 && (sdm.kappa - 7.892e-5).abs() < 5e-9, "{sdm:?}");
    assert!((sdm.r_squared - 0.9624).abs() < 5e-5, "{sdm:?}");
    // The example of that package's tests (tests/coef.R), made from σ = κ = 0.02.
    let made = fitted(&[(1, 1.0), (2, 1.8868), (4, 3.0769), (6, 3.5294), (8, 3.5398), (10, 3.3557)]);
    assert!((made.sigma - 0.02).abs() < 5e-5 && (made.kappa - 0.02).abs() < 5e-5, "{made:?}");
    assert!((made.peak_shoppers.expect("it turns down") - 7.0).abs() < 0.05, "{made:?}");
}

#[test]
fn what_a_search_over_all_three_coefficients_finds_is_near() {
    // The book example that github.com/codahale/usl-rs is tested with (src/lib.rs), every fifth point: it finds σ = 0.0267,
    // κ = 0.000769, γ = 995.6 and the most at 35, where γ is searched for, too.
    let points = [(1, 955.16), (5, 4315.54), (10, 7867.61), (15, 9645.37), (20, 10798.52), (25, 12075.41), (30, 12118.04)];
    let law = fitted(&points);
    let peak = law.peak_shoppers.expect("it turns down");
    assert!((31.0..37.0).contains(&peak), "{law:?}");
    assert!((law.requests_per_s(peak) / 12_341.7 - 1.0).abs() < 0.03, "{law:?}");
}

#[test]
fn a_law_is_found_again_through_noise() {
    let law = Scalability { gamma: 0.12, sigma: 2e-6, kappa: 9e-11, r_squared: 1.0, peak_shoppers: None };
    for seed in 0..20 {
        let mut chance = Chance::new(seed);
        let points = [1_000_u32, 2_000, 5_000, 10_000, 20_000, 50_000, 75_000, 100_000, 125_000, 150_000].map(|shoppers| {
            let noise = 1.0 + 0.01 * normal::drawn(chance.share(), chance.share());
            (shoppers, law.requests_per_s(f64::from(shoppers)) * noise)
        });
        let found = fitted(&points);
        for shoppers in [20_000.0, 75_000.0, 150_000.0] {
            let share = found.requests_per_s(shoppers) / law.requests_per_s(shoppers);
            assert!((share - 1.0).abs() < 0.05, "seed {seed}, {shoppers} shoppers: {found:?}");
        }
        let peak = found.peak_shoppers.expect("it turns down");
        assert!((90_000.0..125_000.0).contains(&peak), "seed {seed}: {found:?}");
        assert!(found.r_squared > 0.98, "seed {seed}: {found:?}");
    }
}

#[test]
fn neither_coefficient_is_below_nothing() {
    let faster = fitted(&[(1, 10.0), (10, 120.0), (100, 1_500.0)]);
    assert_eq!((faster.sigma, faster.kappa, faster.peak_shoppers), (0.0, 0.0, None));
    let straight = fitted(&[(1_000, 120.0), (2_000, 240.0), (50_000, 6_000.0)]);
    assert!(straight.sigma.abs() < 1e-15 && straight.kappa.abs() < 1e-15 && straight.r_squared > 0.999_999, "{straight:?}");
    // Amdahl's law: no costs of agreement.
    let amdahl: Vec<(u32, f64)> = [1, 2, 4, 8, 16, 64].map(|n| (n, f64::from(n) / (1.0 + 0.1 * f64::from(n - 1)))).into();
    let amdahl = fitted(&amdahl);
    assert!((amdahl.sigma - 0.1).abs() < 1e-9 && amdahl.kappa < 1e-9, "{amdahl:?}");
    // A rate that falls from the start on: a node has no more than all of it to wait for.
    let falling = fitted(&[(1, 10.0), (2, 4.0), (3, 3.0), (4, 2.5)]);
    assert!(falling.sigma <= 1.0 && falling.kappa >= 0.0, "{falling:?}");
}

#[test]
fn two_numbers_of_shoppers_are_no_curve() {
    let point = |shoppers, requests_per_s| Point { shoppers, requests_per_s };
    assert_eq!(scalability(&[point(1.0, 1.0), point(2.0, 2.0), point(2.0, 2.1)]), None);
    assert_eq!(scalability(&[]), None);
    assert_eq!(scalability(&[point(0.0, 1.0), point(1.0, 0.0), point(2.0, 2.0), point(3.0, 3.0)]), None);
}

fn step(shoppers: u64, verdict: Verdict) -> Step {
    Step {
        shoppers,
        is_search: false,
        began_at_s: 0.0,
        ramp_s: 30.0,
        hold_s: 120.0,
        ignored_s: 20.0,
        shoppers_reached: shoppers,
        sockets: 10,
        counts: Counts { requests: shoppers * 12, seconds: 100.0, ..Counts::default() },
        response: Latency::default(),
        service: Latency::default(),
        kinds: Vec::new(),
        generator: Generator::default(),
        server: None,
        verdict,
        reasons: Vec::new(),
    }
}

#[test]
fn a_node_carries_what_passed_below_the_first_that_missed() {
    use Verdict::{Invalid, Missed, Passed, Unfinished};
    let steps = [step(1_000, Passed), step(2_000, Passed), step(5_000, Missed), step(3_200, Passed), step(9_000, Passed)];
    let capacity = of(&steps).expect("one passed");
    assert_eq!((capacity.shoppers, capacity.requests_per_s, capacity.is_limit), (3_200, 384.0, true));
    assert!(capacity.scalability.is_some());
    let capacity = of(&[step(1_000, Passed), step(2_000, Invalid), step(5_000, Unfinished)]).expect("one passed");
    assert_eq!((capacity.shoppers, capacity.is_limit, capacity.scalability), (1_000, false, None));
    assert_eq!(of(&[step(1_000, Missed), step(2_000, Invalid)]), None);
    assert_eq!(of(&[]), None);
}
