//! Two runs beside each other.

use crate::sample::{Made, run, run_of};
use loadtest::report::against::{Direction, Measure, compare};
use loadtest::report::data::Verdict;

#[test]
fn the_same_shop_measured_twice_has_not_changed() {
    for seed in [7, 8, 9, 10, 11] {
        let comparison = compare(&run_of(Made { slowness: 1.03, seed }), &run());
        let changed: Vec<_> = comparison.changes.iter().filter(|change| change.direction != Direction::Same).collect();
        assert!(changed.is_empty(), "seed {seed}: {changed:?}");
        let told = comparison.sentences();
        assert!(told.iter().all(|(direction, _)| *direction == Direction::Same), "seed {seed}: {told:?}");
    }
}

#[test]
fn a_slower_shop_is_worse_at_latency_and_a_faster_one_better() {
    for (slowness, expected) in [(0.6, Direction::Worse), (1.7, Direction::Better)] {
        let comparison = compare(&run_of(Made { slowness, seed: 7 }), &run());
        for measure in [Measure::P95, Measure::P99] {
            let of_measure = comparison.changes.iter().filter(|change| change.measure == measure);
            for change in of_measure {
                assert_eq!(change.direction, expected, "{change:?}");
            }
        }
        assert!(comparison.sentences().iter().any(|(direction, _)| *direction == expected));
    }
}

#[test]
fn more_errors_are_worse_and_fewer_requests_too() {
    let mut after = run();
    let step = &mut after.steps[4];
    step.counts.errors = step.counts.requests / 50;
    step.counts.requests = step.counts.requests * 7 / 10;
    let comparison = compare(&run(), &after);
    for measure in [Measure::Errors, Measure::Throughput] {
        let change = comparison.changes.iter().find(|change| change.shoppers == 20_000 && change.measure == measure);
        assert_eq!(change.map(|change| change.direction), Some(Direction::Worse), "{measure:?}");
    }
}

#[test]
fn steps_that_do_not_count_are_not_compared() {
    let mut baseline = run();
    baseline.steps[4].verdict = Verdict::Unfinished;
    let comparison = compare(&baseline, &run());
    let shoppers: Vec<u64> = comparison.changes.iter().map(|change| change.shoppers).collect();
    assert!(!shoppers.contains(&20_000) && !shoppers.contains(&31_600) && shoppers.contains(&10_000), "{shoppers:?}");
}

#[test]
fn runs_that_were_not_made_alike_say_so() {
    let mut other = run();
    other.mix = "tpcw-shopping".into();
    other.machines[0].cores = 8;
    let comparison = compare(&other, &run());
    assert_eq!(comparison.conditions, ["The mix was “tpcw-shopping” and is “flash”.", "The number of cores was “8” and is “2”."]);
    assert!(compare(&run(), &run()).conditions.is_empty());
}

#[test]
fn holding_more_shoppers_is_told_first() {
    let mut before = run();
    before.capacity.as_mut().unwrap().shoppers = 10_000;
    let comparison = compare(&before, &run());
    let expected = (Direction::Better, "It holds 20,000 shoppers at once, before 10,000.".to_owned());
    assert_eq!(comparison.sentences().first(), Some(&expected));
}
