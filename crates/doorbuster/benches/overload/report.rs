//! What was found, for the terminal and as a section of docs/BENCHMARKS.md.

use crate::measure::numbers::{count, grouped, millis};
use crate::measure::plan::Plan;
use crate::measure::section;
use crate::slow::Noticed;
use crate::storm::Storm;
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
    pub storm: Option<Storm>,
    pub slow: Vec<Noticed>,
}

impl Storm {
    fn sentences(&self) -> [String; 6] {
        let Self { capacity, goodput, begun, cut_off, .. } = self;
        let mebibytes = self.memory.map(|bytes| bytes >> 20);
        let back = self.after_p99_ms.iter().position(|p99| *p99 <= self.normal_p99_ms * NORMAL_AGAIN);
        [
            format!(
                "The server answers {} pages a second when it always has work. {} a second were asked for, and **{}** a second \
                 were given: **{:.0} %** of that",
                grouped(*capacity),
                grouped(self.asked),
                grouped(*goodput),
                goodput / capacity * 100.0,
            ),
            format!(
                "{} pages, 99 % within {}; {} times somebody was told to come back, half of them within {}, 99 % within **{}**; \
                 {} times neither",
                count(self.answered),
                millis(self.page_p99_ms),
                count(self.refused),
                millis(self.refusal_p50_ms),
                millis(self.refusal_p99_ms),
                count(self.failed),
            ),
            if *begun == 0 {
                "No buyer came as far as the checkout".to_owned()
            } else {
                format!(
                    "{} checkouts were begun, {} of them told to come back before the receipt: **{:.2} %** were finished at once; \
                 {} receipts, {} broken visits",
                    count(*begun),
                    count(*cut_off),
                    (1.0 - *cut_off as f64 / *begun as f64) * 100.0,
                    count(self.receipts),
                    count(self.buyers_failed),
                )
            },
            format!("Resident memory: {} MiB before, {} MiB at most, {} MiB after", mebibytes[0], mebibytes[1], mebibytes[2]),
            format!(
                "At half of what the server can do 99 % of pages took {} before; in the seconds after the storm {}: {}",
                millis(self.normal_p99_ms),
                self.after_p99_ms.iter().map(|p99| millis(*p99)).collect::<Vec<_>>().join(", "),
                back.map_or_else(|| "not back to normal".into(), |second| format!("back to normal in second {}", second + 1)),
            ),
            format!("The server used {:.2} of its core; whoever asked was late by {} at most", self.cores, millis(self.late_ms)),
        ]
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
    for sentence in report.storm.iter().flat_map(Storm::sentences) {
        println!("  {sentence}");
    }
    report.storm.iter().flat_map(|storm| &storm.failures).for_each(|failure| println!("  {failure}"));
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
         People ask for search, cart and checkout at ten times the rate that the server can answer, whether or not they are\n\
         answered, and come back up to three times when they are told to; 16 others buy meanwhile. One core for the server, one\n\
         for all of them.\n\n",
        report.plan.seconds, report.date, report.machine, report.versions,
    );
    for sentence in report.storm.iter().flat_map(Storm::sentences) {
        text.push_str(&section::wrapped(&format!("- {sentence}.")));
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
