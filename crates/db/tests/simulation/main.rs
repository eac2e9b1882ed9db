//! Seeded simulation of selling: the real decision and the real order writer over books that fail on purpose, on one to three
//! nodes, with buyers, a provider, a seller and clocks that none of them can rely on. An auditor predicts every answer.
//!
//! `cargo xtask simulate --seeds 10000` runs many seeds, `cargo xtask simulate --seed 17` tells one of them line by line.

#![allow(clippy::print_stdout, reason = "what a seed has to tell is read in a terminal")]

mod auditor;
mod books;
mod buyers;
mod desk;
mod disk;
mod juniper;
mod planted;
mod provider;
mod random;
mod replay;
mod trace;
mod world;

use auditor::Finding;
use commerce::planted::{Bug, plant};
use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::sync::Once;
use trace::Trace;
use world::World;

/// Seeds that every run of the tests lives through.
const SEEDS: u64 = 2_000;
const THREADS: u64 = 2;

thread_local! {
    /// The last panic's words; a panic inside a simulation is a finding.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Lives one seed through with a mistake planted, or none.
fn live(seed: u64, bug: Option<Bug>, trace: Trace) -> Result<World, Finding> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name() == Some("simulation") {
                PANIC.with(|panic| *panic.borrow_mut() = Some(info.to_string()));
            } else {
                default(info);
            }
        }));
    });
    plant(bug);
    let lived = std::panic::catch_unwind(AssertUnwindSafe(|| world::live(seed, trace)));
    plant(None);
    lived.unwrap_or_else(|_| {
        let says = PANIC.with(|panic| panic.borrow_mut().take()).unwrap_or_default();
        Err(Finding { invariant: "A1", says: says.replace('\n', " ") })
    })
}

/// The first seed below `end` that the auditor has something to say about.
fn first_finding(end: u64, bug: Option<Bug>) -> Option<(u64, Finding)> {
    (0..end).find_map(|seed| live(seed, bug, Trace::silent()).err().map(|finding| (seed, finding)))
}

/// Something for a thread to do.
type Job<T> = Box<dyn FnOnce() -> T + Send>;

fn on_threads<T: Send + 'static>(jobs: Vec<Job<T>>) -> Vec<T> {
    let threads: Vec<_> = jobs
        .into_iter()
        .map(|job| std::thread::Builder::new().name("simulation".into()).spawn(job).expect("the system allows a thread"))
        .collect();
    threads.into_iter().map(|thread| thread.join().expect("panics are findings")).collect()
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn no_seed_breaks_a_promise() {
    if let Some(seed) = from_environment("SIMULATION_SEED") {
        let trace = Trace::kept();
        let lived = on_threads(vec![Box::new({
            let trace = trace.clone();
            move || live(seed, None, trace).map(|_| ())
        }) as Job<Result<(), Finding>>]);
        println!("{}\n{lived:?}", trace.text());
        return;
    }
    let seeds = from_environment("SIMULATION_SEEDS").unwrap_or(SEEDS);
    let part = |thread: u64| {
        Box::new(move || {
            (thread..seeds)
                .step_by(THREADS as usize)
                .find_map(|seed| live(seed, None, Trace::silent()).err().map(|finding| (seed, finding)))
        }) as Job<Option<(u64, Finding)>>
    };
    let found: Vec<(u64, Finding)> = on_threads((0..THREADS).map(part).collect()).into_iter().flatten().collect();
    for (seed, finding) in &found {
        println!(
            "seed {seed} breaks {}: {}\nTell it with `cargo xtask simulate --seed {seed}`.",
            finding.invariant, finding.says
        );
    }
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn equal_seeds_live_equal_lives() {
    for seed in 0..20 {
        let job = || {
            Box::new(move || {
                let trace = Trace::kept();
                let lived = live(seed, None, trace.clone()).map(|_| ());
                (trace.text(), lived.is_ok())
            }) as Job<(String, bool)>
        };
        let lives = on_threads(vec![job(), job()]);
        assert!(lives[0].0.len() > 10_000, "seed {seed} has hardly lived");
        assert!(lives[0] == lives[1], "seed {seed} lived two lives");
    }
}

#[test]
fn the_lives_are_full_ones() {
    let trace = Trace::kept();
    let told = trace.clone();
    on_threads(vec![Box::new(move || (0..300).for_each(|seed| drop(live(seed, None, told.clone())))) as Job<()>]);
    let text = trace.text();
    for happens in [
        "first: true",
        "first: false",
        "RefundDue",
        "PaymentOpen",
        "Extended",
        "Declined { code",
        "StillOpen",
        "Refused(SoldOut",
        "Refused(NotOpenYet",
        "Refused(OverCustomerLimit",
        "Refused(TooManyHolds",
        "Refused(Coupon(UsedUp",
        "Refused(Coupon(UsedByCustomer",
        "Refused(CheckoutUsed",
        "Refused(PaymentInProgress",
        "Refused(AmountMismatch",
        "Refused(ReservationOver",
        "Refused(MoreThanToSend",
        "Refused(MoreThanPaid",
        "Refused(BelowClaimed",
        "Refused(NothingToDo",
        "Err(Busy",
        "Err(Unavailable",
        "Err(Unknown",
        "Ok(None)",
        "commits: CrashAfter",
        "commits: CrashBefore",
        "commits: UnknownKept",
        "commits: UnknownLate",
        "kept: true",
    ] {
        let times = text.matches(happens).count();
        println!("{times:7} {happens}");
        assert!(times > 0, "{happens} never happens");
    }
}
