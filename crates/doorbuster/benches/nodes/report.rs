//! What was found, for the terminal and as a section of docs/BENCHMARKS.md.

use crate::books::Proof;
use crate::buyers::Bought;
use crate::measure::numbers::{count, millis};
use crate::measure::section;
use std::fmt::Write as _;
use std::time::Duration;

const BEGIN: &str = "<!-- Nodes: written by `cargo xtask bench nodes` -->\n";
const END: &str = "<!-- Nodes end here -->\n";
/// Whoever waits for longer has noticed that something is wrong.
const NOTICED: Duration = Duration::from_secs(1);
/// No order takes longer when nothing is wrong.
const SERVED: Duration = Duration::from_millis(500);
/// Lines of the picture while orders come.
const LINES: usize = 24;
/// Characters of its longest bar.
const BAR: usize = 40;

/// Everything that was found.
pub struct Report {
    pub date: String,
    pub machine: String,
    pub versions: String,
    /// How long orders came.
    pub seconds: f64,
    pub per_second: f64,
    /// In order.
    pub events: Vec<Event>,
    /// By how much the client was late at most.
    pub late_max: Duration,
    /// People who have sent their page once more at the end.
    pub again: usize,
    pub proof: Proof,
    pub bought: Vec<Bought>,
}

/// What happened, since the first order.
pub struct Event {
    pub at: Duration,
    pub what: &'static str,
}

impl Report {
    fn sentences(&self) -> Vec<String> {
        let number = |of: &dyn Fn(&Bought) -> bool| count(self.bought.iter().filter(|bought| of(bought)).count() as u64);
        let mut sentences = vec![
            format!(
                "{} people came, {} have read a receipt, {} were never answered",
                count(self.bought.len() as u64),
                count(self.proof.receipts as u64),
                number(&|bought| bought.receipt.is_none()),
            ),
            format!(
                "{} got no answer and asked another node for the same, {} of them more than once; {} were told to come back",
                number(&|bought| bought.asked_again > 0),
                number(&|bought| bought.asked_again > 1),
                number(&|bought| bought.refused > 0),
            ),
            format!(
                "{} receipts with as many numbers, {} orders in the books, `doorbuster verify --receipts` holds; {} sent their \
                 page once more at the end, to the node that was frozen, and were shown the same order",
                count(self.proof.receipts as u64),
                count(self.proof.orders as u64),
                count(self.again as u64),
            ),
        ];
        sentences.extend((0..self.events.len()).map(|event| self.harm(event)));
        sentences.push(format!(
            "Half of all were through within {}, 99 % within {}; the client was late by {} at most",
            millis(quantile(&self.bought, 0.5)),
            millis(quantile(&self.bought, 0.99)),
            millis(self.late_max.as_secs_f64() * 1_000.0),
        ));
        sentences
    }

    /// How much one event hurt, and for how long.
    fn harm(&self, event: usize) -> String {
        let Event { at, what } = self.events[event];
        let ends = self.events.get(event + 1).map_or(Duration::MAX, |next| next.at);
        // Whoever was being served when it happened had come a little earlier.
        let (from, to) = (at.saturating_sub(SERVED), ends.saturating_sub(SERVED));
        let is_hurt = |bought: &&Bought| bought.latency() > NOTICED && (from..to).contains(&bought.came);
        let hurt: Vec<&Bought> = self.bought.iter().filter(is_hurt).collect();
        let longest = hurt.iter().map(|bought| bought.latency()).max().unwrap_or_default();
        let last = hurt.iter().map(|bought| bought.came.saturating_sub(at)).max().unwrap_or_default();
        let begins = format!("At {:.0} s {what}", at.as_secs_f64());
        match hurt.len() {
            0 => format!("{begins}: nobody waits for longer than a second"),
            some => format!(
                "{begins}: {} people wait for longer than a second, {:.1} s at most; nobody does who comes later than {:.1} s after \
                 it",
                count(some as u64),
                longest.as_secs_f64(),
                last.as_secs_f64(),
            ),
        }
    }

    /// Receipts a second and how long people waited, over time.
    fn picture(&self) -> String {
        let width = self.seconds / LINES as f64;
        let of = |time: Duration| (time.as_secs_f64() / width) as usize;
        let lines = self.bought.iter().map(|bought| of(bought.ended) + 1).max().unwrap_or(0).max(LINES);
        let (mut ended, mut came) = (vec![0_usize; lines], vec![Vec::new(); lines]);
        for bought in self.bought.iter().filter(|bought| bought.receipt.is_some()) {
            ended[of(bought.ended)] += 1;
            came[of(bought.came)].push(bought);
        }
        let most = ended.iter().copied().max().unwrap_or(1).max(1);
        let mut text = format!("{:>7}  {:<BAR$}  {:>10}  {:>9}  {:>9}\n", "", "", "receipts/s", "p50", "longest");
        for (line, (ended, came)) in ended.into_iter().zip(came).enumerate() {
            let bar = "█".repeat((ended * BAR).div_ceil(most));
            let from = line as f64 * width;
            let waited = |share| if came.is_empty() { "–".to_owned() } else { millis(quantile(came.iter().copied(), share)) };
            let events = self.events.iter().filter(|event| of(event.at) == line).map(|event| event.what);
            let events = events.collect::<Vec<_>>().join(", ");
            let rate = count((ended as f64 / width).round() as u64);
            let cells = format!("{from:>5.1} s  {bar:<BAR$}  {rate:>10}  {:>9}  {:>9}  {events}", waited(0.5), waited(1.0));
            writeln!(text, "{}", cells.trim_end()).expect("memory takes everything");
        }
        text
    }
}

/// How long this share of them waited at most, milliseconds.
fn quantile<'a>(bought: impl IntoIterator<Item = &'a Bought>, share: f64) -> f64 {
    let mut waited: Vec<Duration> = bought.into_iter().map(Bought::latency).collect();
    waited.sort_unstable();
    let at = ((waited.len() as f64 * share) as usize).min(waited.len().saturating_sub(1));
    waited.get(at).map_or(f64::NAN, |waited| waited.as_secs_f64() * 1_000.0)
}

/// Prints it.
#[allow(clippy::print_stdout, reason = "the numbers are what this program is for")]
pub fn print(report: &Report) {
    let Report { machine, versions, per_second, seconds, .. } = report;
    println!("\nThree nodes on one PostgreSQL: {per_second:.0} orders a second for {seconds:.0} s");
    println!("{machine}; {versions}\n");
    println!("{}", report.picture());
    report.sentences().iter().for_each(|sentence| println!("  {sentence}"));
}

/// Writes the section.
///
/// # Errors
/// When the file cannot be written.
pub fn write(report: &Report) -> Result<(), String> {
    let Report { date, machine, versions, per_second, seconds, .. } = report;
    let mut text = format!(
        "## Nodes that die and freeze\n\n`cargo xtask bench nodes --seconds {seconds:.0}`, {date}.\n{machine}.\n{versions}.\n\n\
         {per_second:.0} checkouts a second over HTTP come to three nodes on one PostgreSQL, all for one hot variant, whether or\n\
         not those before them were answered. Every request goes to the next node. Whoever gets no answer within five seconds\n\
         sends the same page, with the same one-time key, to another. Nodes are asked each second whether they are ready, and left\n\
         alone when they give no answer. One is killed (`kill -9`); another, which does the background jobs, is stopped\n\
         (`SIGSTOP`) and goes on. Clients, nodes and database share the machine.\n\n```text\n{}```\n\n",
        report.picture(),
    );
    for sentence in report.sentences() {
        text += &section::wrapped(&format!("- {sentence}."));
    }
    text.push('\n');
    section::write(BEGIN, END, &text)
}
