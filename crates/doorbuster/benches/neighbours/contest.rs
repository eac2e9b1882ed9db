//! How much the server can do, then the steady shop alone, then beside the other at each step.

use crate::measure::demo::{Demo, JUNIPER, QUILLMERE, move_to_client_core};
use crate::measure::facts::{date, machine, said};
use crate::measure::plan::Plan;
use crate::measure::visitors::{Capacity, ask, capacity, requests};
use crate::report::{self, Report, Sample, Step};
use std::thread;

/// How many times its share the other shop asks for.
pub const STEPS: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];
/// What the steady shop asks for, in shares.
const STEADY: f64 = 0.5;
/// Whose visitors look for what, and have what in the cart.
const VISITED: [(&str, &str, &str); 2] = [(JUNIPER, "coffee", "night-train"), (QUILLMERE, "tote", "boathouse-tote")];

/// What the server can do for each shop alone: their pages do not cost the same.
#[derive(Clone, Debug)]
pub struct Capacities {
    pub steady: Capacity,
    pub other: Capacity,
}

impl Capacities {
    /// What is left for the other shop beside the steady one, mixed pages of its own a second.
    pub fn left(&self) -> f64 {
        self.other.mixed * (1.0 - STEADY / 2.0)
    }
}

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
    let mut capacities: Vec<Capacities> = Vec::new();
    let (mut alone, mut steps) = (Vec::new(), vec![Vec::new(); STEPS.len()]);
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}: what the server can do", plan.rounds);
        let able = Capacities {
            steady: capacity(&demo, JUNIPER, &steady, plan.seconds)?,
            other: capacity(&demo, QUILLMERE, &other, plan.seconds)?,
        };
        let rate = able.steady.mixed / 2.0 * STEADY;
        eprintln!("round {round}: the steady shop alone, {rate:.0} a second");
        alone.push(Sample::new(&ask(&demo, &steady, rate, plan.seconds, 0)?, None, &able, plan.seconds));
        for (step, samples) in STEPS.into_iter().zip(&mut steps) {
            eprintln!("round {round}: its neighbour at {step} times its share");
            let beside = || ask(&demo, &other, able.other.mixed / 2.0 * step, plan.seconds, 0);
            let (steady, other) = thread::scope(|scope| {
                let other = scope.spawn(beside);
                let steady = ask(&demo, &steady, rate, plan.seconds, 0);
                (steady, other.join().expect("it does not panic"))
            });
            let steady = steady?;
            eprintln!("    the client was late by {} ms at most", steady.late_max.as_millis());
            for failure in &steady.failures {
                eprintln!("    the steady shop: {failure}");
            }
            samples.push(Sample::new(&steady, Some(&other?), &able, plan.seconds));
        }
        capacities.push(able);
    }
    let steps = STEPS.into_iter().zip(steps).map(|(times, samples)| Step { times, samples }).collect();
    let versions = said("rustc", &["--version"]);
    let report = Report { date: date(), machine, versions, plan: *plan, capacities, alone, steps };
    report::print(&report);
    if plan.is_quick { Ok(()) } else { report::write(&report) }
}
