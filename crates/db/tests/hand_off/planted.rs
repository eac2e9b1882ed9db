//! Every known mistake of the hand-off is planted and has to be found. A test that finds nothing is worth something only because
//! of this.

use crate::schedules::play;
use crate::{lanes, orders};
use commerce::planted::{Bug, plant};

/// In how many seeds each mistake has to show.
const SEEDS_MAX: u64 = 1_000;

/// The first seed in which a mistake shows, and how.
fn first_finding(bug: Bug) -> Option<(u64, &'static str, String)> {
    let cases = [lanes::DRAWN, orders::DRAWN];
    plant(Some(bug));
    let found = (0..SEEDS_MAX).find_map(|seed| cases.iter().find_map(|case| Some((seed, case.name, play(seed, case).err()?))));
    plant(None);
    found
}

#[test]
fn every_planted_mistake_of_the_hand_off_is_found() {
    let mut missed = Vec::new();
    for bug in Bug::OF_THE_HAND_OFF {
        match first_finding(*bug) {
            Some((seed, case, says)) => println!("{bug:?}: seed {seed} of {case}. {says}"),
            None => missed.push(*bug),
        }
    }
    assert!(missed.is_empty(), "not found in {SEEDS_MAX} seeds: {missed:?}");
}
