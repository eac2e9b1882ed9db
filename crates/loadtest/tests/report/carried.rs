//! What a run says of one node, for whoever plans how many there have to be.

use crate::sample::run;
use loadtest::capacity::carried;
use loadtest::report::data::{Kind, Verdict};

#[test]
fn what_was_carried_is_the_pages_and_orders_of_the_largest_step_that_held() {
    let mut run = run();
    let held = run.capacity.as_ref().expect("the sample has one").shoppers;
    let step = run.steps.iter().find(|step| step.shoppers == held).expect("it is one of the steps").clone();
    let carried = carried(&run).expect("a step was held");
    let requests: u64 = step.kinds.iter().map(|of| of.requests).sum();
    let besides: u64 = step.kinds.iter().filter(|of| matches!(of.kind, Kind::Asset | Kind::Now)).map(|of| of.requests).sum();
    assert!((carried.pages_per_s - (requests - besides) as f64 / step.counts.seconds).abs() < 1e-9, "{carried:?}");
    assert!((carried.orders_per_s - step.counts.orders as f64 / step.counts.seconds).abs() < 1e-9, "{carried:?}");
    run.steps.retain(|step| step.verdict == Verdict::Missed);
    assert_eq!(loadtest::capacity::carried(&run), None);
}
