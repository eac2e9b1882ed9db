//! What a look into the books said.

use crate::report::data::{Audit, Run};
use crate::report::headline::is_broken;
use charts::markup::{Set, Table, escape};
use charts::numbers::grouped;
use charts::page::{Section, paragraph};
use std::fmt::Write as _;

/// The audit and its findings.
pub fn section(run: &Run) -> Section {
    let body = match &run.audit {
        None => paragraph(
            "Nobody looked. The audit compares every receipt that a customer saw with the shop’s orders, and the units sold with \
             those that were there.",
        ),
        Some(audit) => balance(audit),
    };
    Section { id: "books", title: "Do the books balance?", body }
}

/// In a word, for the numbers to remember.
pub fn figure(run: &Run) -> (&'static str, String) {
    match &run.audit {
        None => ("not checked", "nobody looked after the test".to_owned()),
        Some(audit) if is_broken(audit) => ("do not balance", format!("{} receipts compared", grouped(audit.receipts))),
        Some(audit) if audit.books_hold.is_none() => ("receipts agree", format!("{} compared", grouped(audit.receipts))),
        Some(audit) => ("balance", format!("{} receipts compared", grouped(audit.receipts))),
    }
}

fn balance(audit: &Audit) -> String {
    let says = match audit.books_hold {
        _ if is_broken(audit) => "No.",
        Some(_) => "Yes.",
        None => "As far as customers can see, yes; the ledgers themselves were not read.",
    };
    let mut html = paragraph(&format!(
        "{says} {} receipts that customers saw were compared with the shop’s orders; how: {}.",
        grouped(audit.receipts),
        audit.by
    ));
    if !audit.findings.is_empty() {
        html.push_str("<ul class=\"reasons\">");
        for finding in &audit.findings {
            let _ = write!(html, "<li class=\"{}\">{}</li>", if is_broken(audit) { "missed" } else { "held" }, escape(finding));
        }
        html.push_str("</ul>");
    }
    html.push_str(&table(audit).html());
    html
}

fn table(audit: &Audit) -> Table {
    let mut table = Table::of_numbers("What must not be, and how often it was", &["What", "How often", "Verdict"])
        .with("Verdict", Set::Verdict);
    let mut row = |what: &str, count: u64| {
        let words = if count == 0 { "✓ never" } else { "✗ must not be" };
        table.row(what, vec![grouped(count), words.to_owned()]).class = if count == 0 { "held" } else { "missed" };
    };
    row("A receipt without an order", audit.missing);
    row("An order that two customers hold a receipt of, or a customer with two orders for one checkout", audit.doubled);
    row("A receipt whose total is not the order’s", audit.wrong_total);
    row("A unit sold that was not there", audit.oversold);
    row("“Sold out” said while there were units", audit.sold_out_untrue);
    row("A reservation that has not ended although it should have", audit.reservations_open);
    let (words, class) = match audit.books_hold {
        Some(true) => ("✓ they do", "held"),
        Some(false) => ("✗ they do not", "missed"),
        None => ("– could not be read", "uncounted"),
    };
    table.row("The ledgers of stock and money add up", vec![String::new(), words.to_owned()]).class = class;
    table
}
