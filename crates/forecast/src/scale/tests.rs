//! Nodes that are there in time, and go when they are no longer needed.

use super::*;
use crate::plan::{Capacity, NOVEMBER};

const CAPACITY: Capacity =
    Capacity { pages_per_s: 150.0, orders_per_s: f64::INFINITY, sigma: 0.0, kappa: 0.0, admitted_per_minute: None };

fn november(capacity: Option<Capacity>) -> (MarketingPlan, Forecast) {
    let mut plan = MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right");
    plan.capacity = capacity;
    let forecast = crate::forecast(&plan, 7);
    (plan, forecast)
}

#[test]
fn nodes_are_up_before_they_are_needed_and_go_down_in_steps() {
    // Two are the usual number; eight are needed for a stretch.
    let nodes = stretches(&[2, 2, 8, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 2);
    // One stretch of lead, then an hour and itself, then a quarter every half hour.
    assert_eq!(nodes, [2, 2, 8, 8, 8, 8, 8, 8, 6, 6, 4, 4, 3, 3, 2][..nodes.len()]);
    assert_eq!(nodes.last(), Some(&2));
    // needed[2] is from minute 30 on, and stretch 2 begins 15 minutes before that.
    assert_eq!(nodes.iter().position(|nodes| *nodes == 8), Some(2));
}

#[test]
fn a_lull_between_two_waves_takes_no_node_away() {
    let nodes = stretches(&[5, 2, 2, 2, 2, 5, 2], 2);
    assert!(nodes[..=6].iter().all(|nodes| *nodes == 5), "{nodes:?}");
}

#[test]
fn what_is_never_more_than_usual_is_one_step() {
    assert_eq!(stretches(&[2; 40], 2), [2]);
}

#[test]
fn every_slot_has_its_nodes_and_those_of_a_quarter_of_an_hour_later() {
    let (plan, forecast) = november(Some(CAPACITY));
    let scaled = scale(&plan, &forecast, Cases::Nineteen).expect("nodes carry it");
    let running = |at: Timestamp| {
        let mut steps = scaled.steps.iter().filter(|step| step.at.parse::<Timestamp>().expect("it is an instant") <= at);
        steps.next_back().map(|step| step.nodes)
    };
    for slot in &forecast.slots {
        let needed = slot.nodes.and_then(|nodes| nodes.p95).expect("nodes carry it");
        let begins = plan.starts() + minutes(slot.at_minute as usize);
        for at in [begins - minutes(LEAD_MINUTES), begins, begins + minutes(5)] {
            assert!(running(at) >= Some(needed), "minute {}: {:?} of {needed}", slot.at_minute, running(at));
        }
    }
    assert_eq!(Some(scaled.nodes_most), forecast.nodes.and_then(|nodes| nodes.p95));
    let last = scaled.steps.last().expect("there is one");
    assert_eq!((last.nodes, &last.at), (scaled.nodes_least, &scaled.ends));
}

#[test]
fn node_hours_are_those_of_the_steps_and_less_than_those_of_the_peak_all_the_time() {
    let (plan, forecast) = november(Some(CAPACITY));
    let scaled = scale(&plan, &forecast, Cases::Planned).expect("nodes carry it");
    let at = |step: &ScaleStep| step.at.parse::<Timestamp>().expect("it is an instant").as_second() as f64 / 3_600.0;
    let hours: f64 = scaled.steps.windows(2).map(|pair| f64::from(pair[0].nodes) * (at(&pair[1]) - at(&pair[0]))).sum();
    assert!((hours - scaled.node_hours).abs() < 1e-6, "{hours}, not {}", scaled.node_hours);
    assert!(scaled.node_hours_saved > 0.3 * scaled.node_hours_at_most, "{scaled:?}");
    let surely = scale(&plan, &forecast, Cases::Nineteen).expect("nodes carry it");
    assert!(surely.node_hours > scaled.node_hours);
}

#[test]
fn without_a_capacity_or_with_one_that_never_suffices_it_is_said_what_to_do() {
    let (plan, forecast) = november(None);
    let said = scale(&plan, &forecast, Cases::Half).expect_err("nothing is known").to_string();
    assert!(said.contains("capacity is not known, but has to be told"), "{said}");
    let (plan, forecast) = november(Some(Capacity { sigma: 0.9, ..CAPACITY }));
    let said = scale(&plan, &forecast, Cases::Half).expect_err("they hinder each other").to_string();
    assert!(said.contains("send in waves"), "{said}");
}
