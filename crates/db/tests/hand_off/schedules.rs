//! Who runs next: by chance from a seed, or each in turn until nothing is left to try.

use crate::random::Random;
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};
use std::any::Any;
use std::panic::AssertUnwindSafe;

/// Orders of running that each seed's case is played in, of either kind.
const ORDERS_PER_SEED: usize = 10;
/// Where priorities change while a case is played: a mistake that needs this many switches at the right moments is likely to be
/// found (Burckhardt and others 2010).
const SWITCHES: usize = 3;
/// The longest case, steps. Beyond it somebody is busy with nothing for ever.
const STEPS_MAX: usize = 50_000;
const STACK_BYTES: usize = 256 * 1024;

/// Something to be played.
pub struct Case {
    pub name: &'static str,
    /// What is drawn to happen.
    pub tell: fn(Random) -> String,
    /// Lets it happen, and panics when a promise is broken.
    pub live: fn(Random),
}

/// Plays one seed: its case, in orders drawn by chance and in orders by changing priorities.
pub fn play(seed: u64, case: &Case) -> Result<(), String> {
    let live = case.live;
    caught(|| {
        let by_chance = RandomScheduler::new_from_seed(seed, ORDERS_PER_SEED);
        Runner::new(by_chance, config()).run(move || live(Random::new(seed)));
        let by_priority = PctScheduler::new_from_seed(seed, SWITCHES, ORDERS_PER_SEED);
        Runner::new(by_priority, config()).run(move || live(Random::new(seed)));
    })
}

/// Plays a case in every order there is and returns how many those were.
pub fn play_all(orders_max: usize, case: fn()) -> Result<usize, String> {
    let mut played = 0;
    caught(|| played = Runner::new(DfsScheduler::new(Some(orders_max), false), config()).run(case))?;
    if played < orders_max { Ok(played) } else { Err(format!("there are more than {orders_max} orders")) }
}

fn config() -> Config {
    let mut config = Config::new();
    // The seed says it all, and is shorter.
    config.failure_persistence = FailurePersistence::None;
    // The writer's loop is deeper than a case usually is.
    config.stack_size = STACK_BYTES;
    config.max_steps = MaxSteps::FailAfter(STEPS_MAX);
    config
}

fn caught(play: impl FnOnce()) -> Result<(), String> {
    std::panic::catch_unwind(AssertUnwindSafe(play)).map_err(|panic| words_of(&*panic))
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    words.unwrap_or("a panic without words").replace('\n', " ")
}

/// A number that the environment names.
pub fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Plays the seed that the environment names, or all of the first ones.
pub fn play_many(seeds: u64, case: &Case) {
    let seeds = match from_environment("HAND_OFF_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("HAND_OFF_SEEDS").unwrap_or(seeds),
    };
    for seed in seeds {
        if let Err(says) = play(seed, case) {
            let plan = (case.tell)(Random::new(seed));
            panic!("seed {seed} of {}: {says}\n{plan}\nPlay it again with HAND_OFF_SEED={seed}.", case.name);
        }
    }
}
