//! A whole run against the fake shop: shoppers come, buy and are measured, and the audit says what the shop did wrong.

use crate::fake_shop::{FakeShop, Faults};
use loadtest::audit::{Entry, OverHttp, Receipts, over_http};
use loadtest::generator::{LoadTest, Watch, learn, run};
use loadtest::mix::Mix;
use loadtest::plan::Plan;
use loadtest::report::data::{Connections, Kind, Machine, Objectives, Outcome, Progress, Run, Verdict};
use loadtest::verdict::outcome;
use loadtest::way::Way;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Everybody buys, and nobody thinks for long.
const BUYERS: &str = r#"
name = "buyers"
about = "buy at once"
product_exponent = 0.0
retry_sold_out = 0.0
[think]
distribution = "lognormal"
median_s = 0.05
sigma = 0.0
min_s = 0.05
max_s = 0.05
[[personas]]
name = "buyer"
share = 1.0
[[personas.stages]]
paths = [{ pages = ["home", "product", "cart-change", "checkout", "pay"] }]
"#;

const TWO_SECONDS: &str = r#"
name = "short"
about = "ten at once for two seconds"
[constant]
shoppers = 10
ramp_s = 1.0
hold_s = 2.0
ignored_s = 1.0
"#;

#[expect(clippy::disallowed_methods, reason = "a generator works in real time")]
fn now() -> Instant {
    Instant::now()
}

/// Keeps what buyers are told in a file of its own, and ends the run after so many seconds.
struct Watcher {
    folder: PathBuf,
    receipts: Receipts,
    seconds_left: u32,
    stop: AtomicBool,
}

impl Watcher {
    fn new(purpose: &str, seconds_left: u32) -> Self {
        let folder = std::env::temp_dir().join(format!("doorbuster-run-{}-{purpose}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let receipts = Receipts::create(&folder.join("receipts.jsonl")).expect("the file can be made");
        Self { folder, receipts, seconds_left, stop: AtomicBool::new(false) }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// What the run tells: the watcher, and the flag that ends the run.
struct Ear<'a> {
    receipts: &'a mut Receipts,
    seconds_left: &'a mut u32,
    stop: &'a AtomicBool,
}

impl Watch for Ear<'_> {
    fn second(&mut self, progress: &Progress) {
        assert!(progress.totals.requests >= progress.latest.requests);
        *self.seconds_left = self.seconds_left.saturating_sub(1);
        self.stop.store(*self.seconds_left == 0, Ordering::Relaxed);
    }

    fn told(&mut self, entry: &Entry) -> io::Result<()> {
        self.receipts.add(entry).map_err(io::Error::other)
    }
}

/// Runs the short plan against a shop with these faults, audits it, and returns what came of it.
fn run_against(purpose: &str, shop: &FakeShop, connections: Connections, seconds_max: u32) -> Run {
    let way = Way::plain(shop.address, shop.host());
    let test = LoadTest {
        target: format!("http://{}", shop.host()),
        way: way.clone(),
        plan: Plan::parse(TWO_SECONDS, "the test").expect("the plan is right"),
        mix: Mix::parse(BUYERS, "the test").expect("the mix is right"),
        shop: learn(&way).expect("the shop is open"),
        objectives: Objectives::default(),
        connections,
        connections_max: 100,
        workers: 2,
        program: None,
        sources: Vec::new(),
        seed: 1,
        server_process: Some(std::process::id()),
        began_ms: 0,
        began: "2026-11-26T13:00:00Z".into(),
        machines: vec![Machine::default()],
    };
    let mut watcher = Watcher::new(purpose, seconds_max);
    let Watcher { receipts, seconds_left, stop, .. } = &mut watcher;
    let mut run = run(&test, now, &mut Ear { receipts, seconds_left, stop }, stop).expect("nobody is lost");
    watcher.receipts.flush().expect("the disk has room");
    let way = OverHttp { way, pages_per_s: 10_000, connections: 4, pages_max: None, clock: now };
    run.audit = Some(over_http(&way, &[watcher.folder.join("receipts.jsonl")]).expect("the shop is open"));
    run.outcome = outcome(&run.steps, run.audit.as_ref(), run.interrupted.as_deref());
    run
}

const LONG_ENOUGH: u32 = 60;

#[test]
fn shoppers_buy_are_measured_and_their_receipts_are_in_the_books() {
    let shop = FakeShop::open(100_000, Faults::default());
    for connections in [Connections::Pooled, Connections::Sticky] {
        let run = run_against("well", &shop, connections, LONG_ENOUGH);
        assert_eq!((&run.failures[..], &run.interrupted), (&[][..], &None));
        let step = &run.steps[0];
        assert!(step.counts.orders > 0 && step.shoppers_reached > 0 && step.sockets > 0, "{step:?}");
        let bought = [Kind::Home, Kind::Product, Kind::CartChange, Kind::Cart, Kind::Checkout, Kind::Pay, Kind::Receipt];
        for kind in bought.into_iter().chain([Kind::Asset]) {
            let of = step.kinds.iter().find(|of| of.kind == kind).unwrap_or_else(|| panic!("nobody asked for {kind:?}"));
            assert_eq!((of.response.count, of.errors), (of.requests, 0), "{kind:?}");
        }
        let audit = run.audit.expect("it was audited");
        assert!(audit.receipts >= step.counts.orders, "{audit:?}");
        assert_eq!(audit.findings, [""; 0]);
        assert_ne!(run.outcome, Outcome::BooksDoNotBalance);
        assert!(step.server.is_some_and(|used| used.memory > 0), "the shop is a part of this process");
    }
}

#[test]
fn a_shop_that_loses_orders_does_not_balance_however_fast_it_is() {
    let shop = FakeShop::open(100_000, Faults { loses_one_order_in: 5, ..Faults::default() });
    let run = run_against("loses", &shop, Connections::Pooled, LONG_ENOUGH);
    assert_eq!(run.outcome, Outcome::BooksDoNotBalance, "{:?}", run.audit);
}

#[test]
fn a_page_that_says_200_and_shows_an_error_is_an_error_in_its_own_words() {
    let shop = FakeShop::open(100_000, Faults { breaks_one_page_in: 7, ..Faults::default() });
    let run = run_against("breaks", &shop, Connections::Pooled, LONG_ENOUGH);
    assert!(run.failures.iter().any(|failure| failure.what == "the page says: Please try again later."), "{:?}", run.failures);
    assert_ne!(run.steps[0].verdict, Verdict::Passed);
}

#[test]
fn what_is_sold_out_is_an_outcome_of_its_own_and_no_error() {
    let shop = FakeShop::open(5, Faults::default());
    let run = run_against("sold-out", &shop, Connections::Pooled, LONG_ENOUGH);
    let audit = run.audit.expect("it was audited");
    assert_eq!((audit.receipts, audit.oversold, &run.failures[..]), (5, 0, &[][..]));
    assert!(run.steps[0].counts.sold_out > 0, "{:?}", run.steps);
}

#[test]
fn a_run_that_is_ended_by_hand_tells_what_was_done() {
    let shop = FakeShop::open(100_000, Faults::default());
    let run = run_against("ended", &shop, Connections::Pooled, 1);
    assert_eq!(run.steps.iter().map(|step| step.verdict).collect::<Vec<_>>(), [Verdict::Unfinished]);
    assert!(run.interrupted.is_some() && !run.series.is_empty());
    assert_eq!(run.outcome as u8, 130, "as a shell says of Ctrl-C");
    assert_eq!(run.audit.map(|audit| audit.findings.len()), Some(0), "who was paying has seen their receipt");
}
