//! Whole runs of `doorbuster loadtest`, each against a shop that goes wrong in one way, over TLS, and on several machines: how
//! they end and what they say.

use crate::fake_shop::{FakeShop, Faults, Stall};
use crate::program::{Engine, Place, Said, Server, until};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Everybody buys. How long they look at a page stands where `MEDIAN` does.
const BUYERS: &str = r#"
name = "buyers"
about = "buy at once"
product_exponent = 0.0
retry_sold_out = 0.0
[think]
distribution = "lognormal"
median_s = MEDIAN
sigma = 0.0
min_s = MEDIAN
max_s = MEDIAN
[[personas]]
name = "buyer"
share = 1.0
[[personas.stages]]
paths = [{ pages = ["home", "product", "cart-change", "checkout", "pay"] }]
"#;

const TOKEN: &str = "a token of many letters";

/// How many orders a shop must have taken before one is lost.
const MANY_ORDERS: u64 = 10_000;

/// Where the files of a run are, and what it is started with.
struct Desk {
    place: Place,
    arguments: Vec<String>,
}

impl Desk {
    /// So many shoppers at once for so long, who look at each page for so long, seconds.
    fn new(shoppers: u32, hold_s: u32, think_s: f64) -> Self {
        let place = Place::new(Engine::Sqlite);
        let load = format!("[constant]\nshoppers = {shoppers}\nramp_s = 1.0\nhold_s = {hold_s}.0\nignored_s = 1.0\n");
        let plan = place.file("plan.toml", &format!("name = \"short\"\nabout = \"some at once\"\n{load}"));
        let mix = place.file("buyers.toml", &BUYERS.replace("MEDIAN", &format!("{think_s:?}")));
        let report = place.folder.join("run.json").display().to_string();
        let arguments = ["loadtest", "--plan", &plan, "--mix", &mix, "--json", &report].map(str::to_owned).to_vec();
        Self { place, arguments }
    }

    fn command(&self, more: &[&str]) -> Command {
        let own = self.arguments.iter().map(String::as_str);
        self.place.command(&own.chain(more.iter().copied()).collect::<Vec<_>>())
    }

    fn run(&self, more: &[&str]) -> Said {
        self.command(more).stdin(Stdio::null()).output().expect("the program starts").into()
    }

    /// Starts it; what it prints is to be read.
    fn start(&self, more: &[&str]) -> Running {
        Running::start(self.command(more))
    }

    /// What `--json` wrote.
    fn report(&self) -> Value {
        let text = std::fs::read_to_string(self.place.folder.join("run.json")).expect("the report was written");
        serde_json::from_str(&text).expect("the report is JSON")
    }
}

/// A process under way.
struct Running {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    complaints: Lines<BufReader<ChildStderr>>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        // Its standard input stays open: where it is told as JSON, its end would end the run.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let complaints = BufReader::new(child.stderr.take().expect("its complaints are piped")).lines();
        Self { child, output, complaints }
    }

    fn line(&mut self) -> Option<String> {
        self.output.next().map(|line| line.expect("it prints UTF-8"))
    }

    fn complaint(&mut self) -> Option<String> {
        self.complaints.next().map(|line| line.expect("it prints UTF-8"))
    }

    /// `INT` is what Ctrl-C sends, `STOP` freezes it, `CONT` lets it go on.
    fn signal(&self, name: &str) {
        let told = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(told.expect("kill is there").success(), "it was still running");
    }

    /// Waits for its end.
    fn end(mut self) -> Said {
        let mut rest = |next: &mut dyn FnMut(&mut Self) -> Option<String>| {
            std::iter::from_fn(|| next(&mut self)).map(|line| line + "\n").collect::<String>()
        };
        let output = rest(&mut Self::line);
        let complaint = rest(&mut Self::complaint);
        Said { code: self.child.wait().expect("it is our child").code(), output, complaint }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// On a machine that has much else to do, a load test says that it was itself the limit, and then that is its exit code. What was
/// missed is told all the same.
fn check(said: &Said, code: i32, words: &[&str]) {
    let is_saturated = said.output.contains("\nTest at its limit: ");
    let told = format!("{:?}: {}{}", said.code, said.output, said.complaint);
    assert_eq!(said.code, Some(if is_saturated { 3 } else { code }), "{told}");
    words.iter().for_each(|words| assert!(said.output.contains(words), "{words} is not said. {told}"));
}

fn address(shop: &FakeShop) -> String {
    format!("http://{}", shop.host())
}

#[test]
fn a_shop_that_does_nothing_wrong_ends_with_0() {
    let shop = FakeShop::open(100_000, Faults::default());
    let said = Desk::new(40, 4, 0.05).run(&[&address(&shop)]);
    check(&said, 0, &["✓ Every receipt is in the shop"]);
}

#[test]
fn what_cannot_be_run_ends_with_1_and_says_why() {
    let place = Place::new(Engine::Sqlite);
    for (arguments, words) in [
        (&["loadtest"][..], "<URL>"),
        (&["loadtest", "http://127.0.0.1:1"], "cannot be reached"),
        (&["loadtest", "http://127.0.0.1:1", "--plan", "fast"], "fast"),
        (&["loadtest", "http://127.0.0.1:1", "--listen", "127.0.0.1:0"], "--workers"),
        (&["loadtest", "--join", "127.0.0.1:1", "--token", "short"], "fewer than 16 letters"),
        (&["loadtest", "--join", "127.0.0.1:1", "--token", TOKEN], "cannot be reached"),
    ] {
        let said = place.run(arguments);
        assert!(said.code == Some(1) && said.complaint.contains(words), "{arguments:?}: {:?} {}", said.code, said.complaint);
    }
}

#[test]
fn a_page_that_says_200_and_shows_an_error_ends_with_2_and_its_words_and_loses_no_order() {
    let shop = FakeShop::open(100_000, Faults { breaks_one_page_in: 50, ..Faults::default() });
    let said = Desk::new(40, 4, 0.05).run(&[&address(&shop)]);
    let words = ["of requests failed", "the objective is less than 0.1 %", "the page says: Please try again later."];
    check(&said, 2, &words);
}

#[test]
fn a_shop_that_stalls_for_two_seconds_ends_with_2_although_nothing_failed() {
    let stalls = Some(Stall { after_requests: 150, lasts: Duration::from_secs(2) });
    let shop = FakeShop::open(100_000, Faults { stalls, ..Faults::default() });
    let desk = Desk::new(30, 10, 1.0);
    check(&desk.run(&[&address(&shop)]), 2, &["95 % of pages took up to"]);
    assert_eq!(desk.report()["failures"], Value::Array(Vec::new()));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is frozen for a while of real time")]
fn a_load_test_that_was_frozen_ends_with_3_for_its_numbers_say_nothing_of_the_shop() {
    let shop = FakeShop::open(100_000, Faults::default());
    let desk = Desk::new(30, 4, 0.5);
    let mut running = desk.start(&[&address(&shop), "--progress", "json"]);
    while running.line().is_some_and(|line| second(&line)["elapsed_s"].as_f64() < Some(3.0)) {}
    running.signal("STOP");
    let frozen = Instant::now();
    until("it was frozen for a second", || frozen.elapsed() > Duration::from_secs(1));
    running.signal("CONT");
    let said = running.end();
    assert_eq!(said.code, Some(3), "{}", said.complaint);
    let report = desk.report();
    let reasons = report["steps"][0]["reasons"].to_string();
    assert!(reasons.contains("sent its requests up to") && reasons.contains("late"), "{reasons}");
    assert_eq!(report["outcome"], "generator-saturated");
}

#[test]
fn one_unit_too_many_ends_with_4_and_says_which() {
    let shop = FakeShop::open(50, Faults { oversells: 1, ..Faults::default() });
    let said = Desk::new(40, 4, 0.05).run(&[&address(&shop)]);
    let words =
        ["Books do not balance: ", "✗ The books do not balance", "51 units of variant 17 are on receipts, and 50 were left"];
    check(&said, 4, &words);
}

#[test]
fn one_order_lost_of_ten_thousand_ends_with_4_and_names_the_order() {
    let shop = FakeShop::open(1_000_000, Faults { loses_one_order_in: MANY_ORDERS, ..Faults::default() });
    let desk = Desk::new(200, 3_600, 0.05);
    let mut running = desk.start(&[&address(&shop), "--progress", "json"]);
    while running.line().is_some_and(|line| second(&line)["totals"]["orders"].as_u64() < Some(MANY_ORDERS)) {}
    running.signal("INT");
    let said = running.end();
    let audit = &desk.report()["audit"];
    assert_eq!((said.code, audit["missing"].as_u64()), (Some(4), Some(1)), "{audit} {}", said.complaint);
    let finding = audit["findings"][0].to_string();
    assert!(finding.contains("receipt of order 11000, but its page is not there"), "{finding}");
}

#[test]
fn ctrl_c_ends_with_130_as_long_as_nothing_was_wrong() {
    let shop = FakeShop::open(100_000, Faults::default());
    let desk = Desk::new(10, 3_600, 0.05);
    let mut running = desk.start(&[&address(&shop)]);
    assert!(running.line().is_some(), "it has begun");
    running.signal("INT");
    let said = running.end();
    check(&said, 130, &["Ended early: ", "Ended before the plan was through: it was ended by hand", "– unfinished"]);
    assert!(!said.output.contains("0– unfinished"), "{}", said.output);
    assert_eq!(desk.report()["outcome"], "ended-by-hand");
}

/// A line of `--progress json`.
fn second(line: &str) -> Value {
    serde_json::from_str(line).expect("each line is JSON")
}

#[test]
fn shoppers_come_over_tls_and_look_at_the_certificate_unless_told_otherwise() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(100_000);
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate can be made");
    let (certificate, key) =
        (place.file("shop.crt", &made.cert.pem()), place.file("shop.key", &made.signing_key.serialize_pem()));
    let server = ["serve", "--listen", "127.0.0.1:0", "--tls-certificate", &certificate, "--tls-key", &key];
    let server = Server::start(place.command(&server));
    assert!(server.address.starts_with("https://"), "{}", server.address);
    let desk = Desk::new(20, 3, 0.1);
    let said = desk.run(&[&server.address]);
    let words = ["do not trust the certificate of 127.0.0.1", "--insecure"];
    assert!(said.code == Some(1) && words.iter().all(|words| said.complaint.contains(words)), "{}", said.complaint);
    let said = desk.run(&[&server.address.replace("https", "http")]);
    assert_eq!(said.code, Some(1), "{}", said.output);
    for connections in [&[][..], &["--sticky"]] {
        let said = desk.run(&[&[&server.address, "--insecure"], connections].concat());
        assert!(matches!(said.code, Some(0 | 2 | 3)), "{:?} {} {}", said.code, said.output, said.complaint);
        let report = desk.report();
        assert_eq!(report["failures"], Value::Array(Vec::new()), "{connections:?}");
        assert!(report["steps"][0]["counts"]["orders"].as_u64() > Some(0), "{connections:?}: {}", said.output);
        assert_eq!(report["audit"]["missing"], 0, "{connections:?}");
    }
    place.verify();
}

/// Where a leader waits.
fn place_of(leader: &mut Running) -> String {
    let waits = leader.complaint().expect("it says where it waits");
    let place = waits.strip_prefix("Waiting at ").and_then(|rest| rest.split(' ').next());
    place.unwrap_or_else(|| panic!("it says where it waits: {waits}")).to_owned()
}

fn joins(desk: &Desk, leader: &str, token: &str) -> Running {
    Running::start(desk.place.command(&["loadtest", "--join", leader, "--token", token]))
}

#[test]
fn three_machines_share_a_plan_and_make_one_report() {
    let shop = FakeShop::open(100_000, Faults::default());
    let desk = Desk::new(40, 4, 0.05);
    let mut leader = desk.start(&[&address(&shop), "--listen", "127.0.0.1:0", "--workers", "3", "--token", TOKEN]);
    let place = place_of(&mut leader);
    let stranger = joins(&desk, &place, "another token of many letters").end();
    assert!(stranger.code == Some(1) && stranger.complaint.contains("its token is not the one"), "{}", stranger.complaint);
    let joined = [(); 3].map(|()| joins(&desk, &place, TOKEN));
    let said = leader.end();
    check(&said, 0, &["✓ Every receipt is in the shop"]);
    assert!(said.complaint.contains("was turned away") && said.complaint.contains("has joined, 3 of 3."), "{}", said.complaint);
    assert!(!said.complaint.contains(TOKEN), "a token that is known stands on no screen: {}", said.complaint);
    for machine in joined {
        let said = machine.end();
        assert!(said.code == Some(0) && said.complaint.contains("is over"), "{:?} {}", said.code, said.complaint);
    }
    let report = desk.report();
    let machines = report["machines"].as_array().expect("machines are listed").len();
    assert_eq!((machines, report["workers"].as_u64()), (3, Some(3)));
    let (told, kept) = (report["steps"][0]["counts"]["orders"].as_u64(), report["audit"]["receipts"].as_u64());
    assert!(told > Some(0) && kept >= told, "{told:?} of {kept:?}");
}

#[test]
fn a_machine_that_is_lost_ends_the_run_with_its_name() {
    let shop = FakeShop::open(100_000, Faults::default());
    let desk = Desk::new(10, 3_600, 0.05);
    let mut leader = desk.start(&[&address(&shop), "--listen", "127.0.0.1:0", "--workers", "2"]);
    let place = place_of(&mut leader);
    let how = leader.complaint().expect("it says how to join");
    let token = how.rsplit(' ').next().expect("it tells the token it has made up").to_owned();
    let (mut stays, goes) = (joins(&desk, &place, &token), joins(&desk, &place, &token));
    assert!(leader.line().is_some(), "it has begun");
    goes.signal("KILL");
    goes.end();
    let said = leader.end();
    assert!(said.code == Some(1) && said.complaint.contains("of the load test has stopped by itself"), "{}", said.complaint);
    assert!(said.complaint.contains(" (127.0.0.1:"), "{}", said.complaint);
    // Nobody leads the other one any more.
    assert!(stays.complaint().is_some());
    stays.end();
}
