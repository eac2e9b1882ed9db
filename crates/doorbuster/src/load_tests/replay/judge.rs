//! Whether a replayed sale was held: everybody was answered, in time, and the books balance. Plain functions over figures.

use super::figures::Figures;
use charts::numbers::grouped;
use loadtest::report::data::Verdict;
use loadtest::report::headline::is_broken;

/// Why it was not held, a sentence each, the worst first; empty: it was.
pub fn reasons(figures: &Figures) -> Vec<String> {
    let (served, books) = (&figures.served, &figures.books);
    let mut reasons = Vec::new();
    if is_broken(books) {
        let finding = books.findings.first().map_or("they do not add up.", String::as_str);
        reasons.push(format!("The books do not balance: {finding} Keep this report, and report it: this must never be."));
    } else if books.receipts == 0 {
        reasons.push("Nobody bought anything, so nothing is known of orders. Play it with more visits (--scale).".into());
    }
    if served.errors > 0 {
        let first = served.failure.as_ref().map(|failure| format!(" First of all: {failure}.")).unwrap_or_default();
        reasons.push(format!("{} failed.{first}", requests(served.errors)));
    }
    if served.refused > 0 {
        let found = format!("{} were told to come back later.", requests(served.refused));
        reasons.push(format!("{found} Play it with fewer visits (--scale) to find what this machine carries."));
    }
    if served.sold_out > 0 {
        reasons.push(format!("{} times a buyer was told that it is sold out, and there was enough.", grouped(served.sold_out)));
    }
    match served.verdict {
        Verdict::Passed => {}
        // What failed has been told.
        Verdict::Missed => reasons.extend(served.reasons.iter().map(|reason| format!("An objective was missed: {reason}"))),
        Verdict::Invalid => reasons.push(format!(
            "The load test itself was the limit, so nothing is known of the server. {} Play it while nothing else runs here.",
            served.reasons.join(" ")
        )),
        Verdict::Unfinished => reasons.push("The load test was ended before it was through.".into()),
    }
    reasons
}

/// `1 request`, `12 requests`.
fn requests(count: u64) -> String {
    if count == 1 { "1 request".into() } else { format!("{} requests", grouped(count)) }
}

#[cfg(test)]
pub mod tests;
