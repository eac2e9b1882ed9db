//! What was found, for the terminal and as a section of docs/BENCHMARKS.md.

use crate::measure::numbers::{count, grouped, millis};
use crate::measure::plan::Plan;
use crate::measure::section;
use crate::slow::Noticed;
use crate::storm::{BUYERS, FROZEN_PER_SECOND, Found, Storm};
use std::fmt::Write as _;

const BEGIN: &str = "<!-- Overload: written by `cargo xtask bench overload` -->\n";
const END: &str = "<!-- Overload ends here -->\n";
/// Who is back to normal.
const NORMAL_AGAIN: f64 = 1.5;

/// Everything that was found.
pub struct Report {
    pub date: String,
    pub machine: String,
    pub versions: String,
    pub plan: Plan,
    pub storms: Option<Found>,
    pub slow: Vec<Noticed>,
}

impl Found {
    fn sentences(&self) -> [String; 3] {
        let [before, after] = self.memory.map(|bytes| bytes >> 20);
        [
            format!(
                "The server gives {} pages a second when it always has work, or {} receipts to people with a full cart. At half of \
                 that 99 % of pages take {}",
                grouped(self.capacity.mixed),
                grouped(self.purchases),
                millis(self.normal_p99_ms)
            ),
            {
                let [search, cart, checkout] = [0, 1, 2].map(|at| self.capacity.costs[at]);
                format!(
                    "Where the mean page costs 1, a search costs {search:.2}, a cart {cart:.2}, a checkout {checkout:.2}, by how many \
                     the server gives of each alone; a purchase, from the checkout's form to the receipt, costs {:.1}",
                    self.capacity.mixed / self.purchases
                )
            },
            format!("Resident memory: {before} MiB before the storms, {after} MiB after them"),
        ]
    }

    fn table(&self) -> String {
        let heads = [
            "storm",
            "asked/s",
            "pages/s given",
            "receipts/s",
            "of what it can",
            "refused",
            "p50",
            "p99",
            "no answer",
            "frozen pages p50",
            "p99",
            "checkouts begun",
            "of these finished",
            "memory at most",
            "normal again",
        ];
        let mut text = format!("| {} |\n| {} |\n", heads.join(" | "), ["---:"; 15].join(" | "));
        for storm in &self.storms {
            let back = storm.after_p99_ms.iter().position(|p99| *p99 <= self.normal_p99_ms * NORMAL_AGAIN);
            let cells = [
                format!("{}×", grouped(storm.times)),
                grouped(storm.asked),
                grouped(storm.given),
                grouped(storm.receipts as f64 / storm.seconds),
                format!("**{:.0} %**", storm.goodput / self.capacity.mixed * 100.0),
                count(storm.refused),
                millis(storm.refusal_p50_ms),
                millis(storm.refusal_p99_ms),
                count(storm.failed + storm.frozen_failed),
                millis(storm.frozen_p50_ms),
                millis(storm.frozen_p99_ms),
                count(storm.begun),
                storm.finished(),
                format!("{} MiB", storm.memory >> 20),
                back.map_or_else(|| "no".into(), |second| format!("in second {}", second + 1)),
            ];
            writeln!(text, "| {} |", cells.join(" | ")).expect("memory takes everything");
        }
        text
    }
}

impl Storm {
    fn finished(&self) -> String {
        if self.begun == 0 {
            return "–".into();
        }
        format!("{:.2} %", (1.0 - (self.cut_off + self.buyers_failed) as f64 / self.begun as f64) * 100.0)
    }

    fn sentence(&self) -> String {
        format!(
            "{}×: pages that were given took {} (p99); {} broken visits of buyers; the server used {:.2} of its core; \
             whoever asked was late by {} at most; p99 of a normal day in the seconds after it: {}",
            grouped(self.times),
            millis(self.page_p99_ms),
            count(self.buyers_failed),
            self.cores,
            millis(self.late_ms),
            self.after_p99_ms.iter().map(|p99| millis(*p99)).collect::<Vec<_>>().join(", ")
        )
    }
}

fn table(slow: &[Noticed]) -> String {
    let mut text = String::from("| a thousand slow connections | p50 | p99 | not answered |\n| --- | ---: | ---: | ---: |\n");
    for noticed in slow {
        let (p50, p99) = (millis(noticed.p50_ms), millis(noticed.p99_ms));
        writeln!(text, "| {} | {p50} | {p99} | {} |", noticed.of_what, count(noticed.failed)).expect("memory takes everything");
    }
    text
}

/// Prints it.
#[allow(clippy::print_stdout, reason = "the numbers are what this program is for")]
pub fn print(report: &Report) {
    println!("\nOverload\n{}; {}\n", report.machine, report.versions);
    if let Some(found) = &report.storms {
        found.sentences().iter().for_each(|sentence| println!("  {sentence}"));
        println!("\n{}", found.table());
        for storm in &found.storms {
            println!("  {}", storm.sentence());
            storm.failures.iter().for_each(|failure| println!("  {failure}"));
        }
    }
    if !report.slow.is_empty() {
        println!("\n{}", table(&report.slow));
    }
}

/// Writes the section.
///
/// # Errors
/// When the file cannot be written.
pub fn write(report: &Report) -> Result<(), String> {
    let mut text = format!(
        "## Overload\n\n`cargo xtask bench overload --seconds {}`, {}.\n{}.\n{}.\n\n\
         People ask for search, cart and checkout at two, five and ten times the rate that the server can answer, whether or not\n\
         they are answered, and come back up to three times when they are told to. {BUYERS} others, who have filled their carts,\n\
         buy meanwhile, and {FROZEN_PER_SECOND} frozen pages a second are asked for. One core for the server, one for all of\n\
         them. Latency counts from the instant at which somebody meant to ask; what is refused can wait in front of the server\n\
         for its turn to be told so. Checkouts are preferred and cost more than a search, so what is given is counted by what it\n\
         costs: \"of what it can\" is the part of its time that the server would need for the same pages and receipts without a\n\
         crowd.\n\n",
        report.plan.seconds, report.date, report.machine, report.versions,
    );
    if let Some(found) = &report.storms {
        found.sentences().iter().for_each(|sentence| text.push_str(&section::wrapped(&format!("- {sentence}."))));
        write!(text, "\n{}\n", found.table()).expect("memory takes everything");
        found.storms.iter().for_each(|storm| text.push_str(&section::wrapped(&format!("- {}.", storm.sentence()))));
    }
    write!(
        text,
        "\nSlow clients: slowhttptest's four ways with a thousand connections each, then a thousand connections over which half a\n\
         request came. Meanwhile others ask for the same pages at a third of what the server can do; this is what they notice.\n\n{}\n",
        table(&report.slow)
    )
    .expect("memory takes everything");
    section::write(BEGIN, END, &text)
}
