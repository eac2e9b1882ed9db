//! How much the server can do, then the steady shop alone, then beside the other at each step.

use crate::measure::demo::{Demo, JUNIPER, QUILLMERE, move_to_client_core};
use crate::measure::facts::{date, machine, said};
use crate::measure::plan::Plan;
use crate::measure::visitors::{ask, capacity, requests};
use crate::report::{self, Report, Sample, Step};
use std::thread;

/// How many times its share the other shop asks for.
pub const STEPS: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];
/// What the steady shop asks for, in shares.
const STEADY: f64 = 0.5;
/// Whose visitors look for what, and have what in the cart.
const VISITED: [(&str, &str, &str); 2] = [(JUNIPER, "coffee", "night-train"), (QUILLMERE, "tote", "boathouse-tote")];

/// Measures, prints the table, and writes it down unless it was quick.
///
/// # Errors
/// When the server cannot be asked.
pub fn run(plan: &Plan) -> Result<(), String> {
    let machine = machine();
    move_to_client_core()?;
    let demo = Demo::start();
    let [steady, other] = VISITED.map(|(shop, word, product)| requests(&demo, shop, word, product));
    let (steady, other) = (steady?, other?);
    let mut capacities = Vec::new();
    let (mut alone, mut steps) = (Vec::new(), vec![Vec::new(); STEPS.len()]);
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}: what the server can do", plan.rounds);
        let capacity = capacity(&demo, &steady, plan.seconds)?;
        capacities.push(capacity);
        let rate = capacity / 2.0 * STEADY;
        eprintln!("round {round}: the steady shop alone, {rate:.0} a second");
        alone.push(Sample::new(&ask(&demo, &steady, rate, plan.seconds, 0)?, None, rate, capacity));
        for (step, samples) in STEPS.into_iter().zip(&mut steps) {
            eprintln!("round {round}: its neighbour at {step} times its share");
            let beside = || ask(&demo, &other, capacity / 2.0 * step, plan.seconds, 0);
            let (steady, other) = thread::scope(|scope| {
                let other = scope.spawn(beside);
                let steady = ask(&demo, &steady, rate, plan.seconds, 0);
                (steady, other.join().expect("it does not panic"))
            });
            samples.push(Sample::new(&steady?, Some(&other?), rate, capacity));
        }
    }
    let steps = STEPS.into_iter().zip(steps).map(|(times, samples)| Step { times, samples }).collect();
    let versions = said("rustc", &["--version"]);
    let report = Report { date: date(), machine, versions, plan: *plan, capacities, alone, steps };
    report::print(&report);
    if plan.is_quick { Ok(()) } else { report::write(&report) }
}
