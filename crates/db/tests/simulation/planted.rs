//! Every known mistake is planted and has to be found. A simulation that finds nothing is worth something only because of this.

use crate::auditor::Finding;
use crate::{Job, first_finding, from_environment, on_threads};
use commerce::planted::Bug;
use std::fmt::Write;

/// In how many seeds each mistake has to show.
const SEEDS_MAX: u64 = 10_000;

const OPENING: &str = "\
# Planted bugs

A checker that finds nothing proves nothing unless it is known to find what is there. Each mistake below is built into
the program behind a switch that only tests can reach (`commerce::planted`, the feature `planted_bugs`), and the
simulation has to find it. The seeds are tried in order from 0; the last column says how many it took. `cargo xtask
simulate --planted` writes this page.

The promises: **I1** stock is what came in and went out, never oversold; **I2** counters are what holds and orders
come to; **I3** the movement journal explains every counter without a gap; **I4** a hold ends exactly once; **I5**
nothing is oversold and “sold out” is true; **I6** a hold whose time is up is free at once; **D1** what was kept
stays; **D2** every order was asked for, once; **D4** no answer before its commit; **D5** orders go along known edges;
**K1** a repeated request has one effect and one answer; **K3** “nothing was changed” is true; **P1** every payment
taken has an order or its money back; **P2** what is charged is the order's total; **P3** the order of news does not
matter; **P4** refunds never exceed payments and the money journal agrees; **P5** late money becomes an order only if
the goods are there; **L1** limits per customer; **L2** uses of coupons; **L3** limits of holds; **S1** nothing of a
sale is sold before it opens; **O1** every order has its message; **N1** nodes never wait for each other in a circle;
**N2** everyone is answered; **A1** an assertion of the program itself.

| mistake | what goes wrong | broken | seeds |
| --- | --- | --- | ---: |
";

const OF_THE_HAND_OFF: &str = "
Mistakes in the hand-off from request handlers to the order writer need several threads to show. `crates/db/tests/hand_off`
plants each of these and has to find it within its seeds, by trying who runs next at every lock.

| mistake | what goes wrong |
| --- | --- |
";

#[test]
fn every_planted_bug_is_found() {
    let found = on_threads(
        [0, 1]
            .map(|thread| {
                Box::new(move || {
                    let bugs = Bug::ALL.iter().filter(|bug| !Bug::OF_THE_HAND_OFF.contains(bug));
                    let bugs = bugs.skip(thread).step_by(2);
                    bugs.map(|bug| (*bug, first_finding(SEEDS_MAX, Some(*bug)))).collect::<Vec<_>>()
                }) as Job<Vec<(Bug, Option<(u64, Finding)>)>>
            })
            .into(),
    );
    let mut found: Vec<_> = found.into_iter().flatten().collect();
    found.sort_by_key(|(bug, _)| *bug);
    let mut page = OPENING.to_owned();
    for (bug, finding) in &found {
        let (seeds, invariant, says) = match finding {
            Some((seed, finding)) => ((seed + 1).to_string(), finding.invariant, finding.says.as_str()),
            None => ("not found".to_owned(), "-", ""),
        };
        writeln!(page, "| {bug:?} | {} | {invariant} | {seeds} |", bug.says()).expect("a string takes everything");
        println!("{bug:?}: {invariant} after {seeds} seeds. {says}");
    }
    page.push_str(OF_THE_HAND_OFF);
    for bug in Bug::OF_THE_HAND_OFF {
        writeln!(page, "| {bug:?} | {} |", bug.says()).expect("a string takes everything");
    }
    if from_environment("SIMULATION_PAGE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/PLANTED_BUGS.md");
        std::fs::write(path, &page).expect("the page can be written");
    }
    let missed: Vec<Bug> = found.iter().filter(|(_, finding)| finding.is_none()).map(|(bug, _)| *bug).collect();
    assert!(missed.is_empty(), "not found in {SEEDS_MAX} seeds: {missed:?}");
}
