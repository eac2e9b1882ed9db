//! What was found, for the terminal and as a section of docs/BENCHMARKS.md.

use crate::measure::numbers::{grouped, millis};
use crate::measure::plan::Plan;
use crate::measure::section;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- Catalog: written by `cargo xtask bench catalog` -->\n";
const END: &str = "<!-- Catalog ends here -->\n";

/// Everything that was found.
pub struct Report {
    pub date: String,
    pub machine: String,
    pub versions: String,
    pub plan: Plan,
    pub sizes: Vec<Size>,
}

/// A shop.
pub struct Size {
    pub products: usize,
    /// Of each product.
    pub variants: usize,
    /// Seconds.
    pub import: f64,
    /// From the start of the process to the front page, right after the import.
    pub first_start_ms: f64,
    /// The same once it has run before.
    pub start_ms: f64,
    /// Resident memory while nothing happens, bytes.
    pub idle: u64,
    /// From sending the form in the desk until product, search and list tell the new price.
    pub price_ms: f64,
    /// Resident memory after that, bytes.
    pub used: u64,
}

impl Report {
    fn table(&self) -> String {
        let mut text = String::from(
            "| products | variants | import | first start | start to first page | price on every page | idle | after use |\n\
             | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for size in &self.sizes {
            writeln!(
                text,
                "| {} | {} | {:.1} s | {} | **{}** | **{}** | **{} MiB** | {} MiB |",
                grouped(size.products as f64),
                grouped((size.products * size.variants) as f64),
                size.import,
                millis(size.first_start_ms),
                millis(size.start_ms),
                millis(size.price_ms),
                size.idle >> 20,
                size.used >> 20,
            )
            .expect("memory takes everything");
        }
        text
    }
}

/// Prints it.
#[allow(clippy::print_stdout, reason = "the numbers are what this program is for")]
pub fn print(report: &Report) {
    println!("\nA large shop\n{}; {}; {} rounds, medians\n", report.machine, report.versions, report.plan.rounds);
    println!("{}", report.table());
}

/// Writes the section.
///
/// # Errors
/// When the file cannot be written.
pub fn write(report: &Report) -> Result<(), String> {
    let text = format!(
        "## A large shop\n\n`cargo xtask bench catalog --rounds {}`, {}.\n{}.\n{}.\n\n\
         SQLite. A start is from the start of the process to the last byte of the front page. A price is changed in the desk and is on\n\
         every page once the product's page, the search and the list of all products have told it. Idle is the resident memory ten\n\
         seconds after the start. Medians.\n\n{}\n",
        report.plan.rounds,
        report.date,
        report.machine,
        report.versions,
        report.table(),
    );
    section::write(BEGIN, END, &text)
}
