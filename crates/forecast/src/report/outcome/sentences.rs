//! What a sale came to, in sentences. What was not recorded is said to be so.

use super::super::sentences::amount;
use super::super::when::When;
use crate::data::Learned;
use crate::outcome::data::{Known, Outcome};
use crate::outcome::recorded::Standing;
use charts::numbers::{duration, grouped, latency, percent};
use std::fmt::Write as _;

/// Items that a sentence names.
const NAMED_MAX: usize = 3;
/// How much slower neighbors may have become before it is said, as a factor: what is read off is six percent wide.
const NOTICED: f64 = 1.2;

/// `12,402`.
pub fn counted(number: i64) -> String {
    grouped(number.max(0).unsigned_abs())
}

/// `1 order`, `12 orders`.
fn some(number: i64, noun: &str) -> String {
    format!("{} {noun}{}", counted(number), if number == 1 { "" } else { "s" })
}

/// What it came to, in a sentence.
pub fn headline(outcome: &Outcome) -> String {
    if let Some(none) = none_yet(outcome) {
        return none.to_owned();
    }
    if outcome.totals.orders == 0 {
        return "Nobody has ordered anything.".to_owned();
    }
    let peaks = &outcome.peaks;
    let mut parts = Vec::new();
    if let Some(high) = &peaks.orders_per_5_minutes {
        parts.push(format!("{} in the busiest five minutes", grouped(high.value as u64)));
    }
    parts.push(peaks.sessions.as_ref().map_or_else(
        || "people at once were not recorded".to_owned(),
        |high| format!("{} at once", some(high.value as i64, "session")),
    ));
    let so_far = if outcome.is_over { "" } else { ", so far" };
    format!(
        "{} in {} while it was on{so_far}: {}.",
        amount(&outcome.currency, outcome.totals.revenue),
        some(outcome.totals.orders, "order"),
        parts.join(", ")
    )
}

/// Why there is nothing to tell; nothing where there is something.
fn none_yet(outcome: &Outcome) -> Option<&'static str> {
    match outcome.standing {
        Standing::Draft => Some("It is a draft: no shopper has been told of it."),
        Standing::CalledOff => Some("It was called off before it opened."),
        Standing::Announced => (!outcome.has_begun()).then_some("It has not begun."),
    }
}

/// When and how long.
pub fn details(outcome: &Outcome, when: &When) -> String {
    let (starts, closes) = (when.minute(&outcome.starts), when.minute(&outcome.closes));
    let early = if outcome.early_access.is_some() { ", with early access" } else { "" };
    format!(
        "{}: {} to {}, {}{early}, times of {}",
        outcome.shop,
        when.words(starts),
        when.words(closes),
        duration((closes - starts) * 60.0),
        outcome.zone
    )
}

/// What it means, a sentence or two each.
pub fn meaning(outcome: &Outcome, when: &When) -> Vec<String> {
    if !outcome.has_begun() {
        let later = "What it came to is told here from its first minute on.";
        return (outcome.standing == Standing::Announced).then(|| later.to_owned()).into_iter().collect();
    }
    let mut meaning = vec![service(outcome), sold_out(outcome, when), lost(outcome), holds(outcome), neighbors(outcome)];
    meaning.push(format!("By hand: {}", by_hand(outcome)));
    meaning.retain(|sentence| !sentence.is_empty());
    meaning
}

/// What went wrong at the server.
pub fn service(outcome: &Outcome) -> String {
    let service = &outcome.service;
    if service.minutes_recorded == 0 {
        return "How the server did was not recorded: no node has kept a minute of this sale.".to_owned();
    }
    let mut told = if service.failed == 0 && service.shed == 0 {
        format!("Of {} none failed and none was told to come back", some(service.requests, "request"))
    } else {
        format!(
            "Of {} {} failed and {} {} told to come back, in {}",
            some(service.requests, "request"),
            counted(service.failed),
            counted(service.shed),
            if service.shed == 1 { "was" } else { "were" },
            some(service.minutes_troubled, "minute")
        )
    };
    let (recorded, minutes) = (counted(service.minutes_recorded), some(service.minutes, "minute"));
    let _ = write!(told, "; {recorded} of {minutes} of the sale are recorded.");
    if service.nodes_started > 0 {
        let _ = write!(told, " {} added or started anew during the sale.", were(service.nodes_started, "node"));
    }
    told
}

fn were(number: i64, noun: &str) -> String {
    format!("{} {}", some(number, noun), if number == 1 { "was" } else { "were" })
}

/// What is gone.
fn sold_out(outcome: &Outcome, when: &When) -> String {
    let mut gone: Vec<(&String, &String)> =
        outcome.items.iter().filter_map(|item| Some((item.sold_out_at.as_ref()?, &item.name))).collect();
    gone.sort();
    let named = |(at, name): &(&String, &String)| format!("“{name}” {}", sold_out_when(outcome, when, at));
    let first: Vec<String> = gone.iter().take(NAMED_MAX).map(named).collect();
    let rest = gone.len().saturating_sub(NAMED_MAX);
    match (gone.len(), rest) {
        (0, _) => "Nothing sold out.".to_owned(),
        (_, 0) => format!("Sold out: {}.", first.join(", ")),
        _ => format!("Sold out: {} and {rest} more.", first.join(", ")),
    }
}

/// `Fri 25 Nov 10:20`, or that it was so before.
pub fn sold_out_when(outcome: &Outcome, when: &When, at: &str) -> String {
    let minute = when.minute(at);
    if minute < when.minute(&outcome.starts) { "before the sale".to_owned() } else { when.words(minute) }
}

/// What was asked for and could not be had.
pub fn lost(outcome: &Outcome) -> String {
    let lost = outcome.lost;
    match lost.asked {
        0 if outcome.service.minutes_recorded == 0 => "What was asked for after it had sold out was not recorded.".to_owned(),
        0 => "Nobody in the cart or at the checkout was told that something had sold out.".to_owned(),
        _ => format!(
            "In the cart and at the checkout {} missing, asked for {}: {} at the sale’s prices, at most what was lost there.",
            were(lost.units, "unit"),
            if lost.asked == 1 { "once".to_owned() } else { format!("{} times", counted(lost.asked)) },
            amount(&outcome.currency, lost.revenue)
        ),
    }
}

/// What became of holds.
fn holds(outcome: &Outcome) -> String {
    let holds = outcome.holds;
    match (holds.made(), holds.expired) {
        (0, _) => String::new(),
        (made, expired) => {
            let running = if holds.active > 0 { format!("; {} still running", counted(holds.active)) } else { String::new() };
            format!(
                "Of {} {} paid, {} ran out of time and {} were given up or declined{running}.",
                some(made, "hold"),
                were_paid(holds.converted),
                counted(expired),
                counted(holds.released)
            )
        }
    }
}

fn were_paid(number: i64) -> String {
    format!("{} {}", counted(number), if number == 1 { "was" } else { "were" })
}

/// Whether the shops next door noticed; nothing where nothing at all was recorded.
pub fn neighbors(outcome: &Outcome) -> String {
    if outcome.service.minutes_recorded == 0 {
        return String::new();
    }
    let pace = outcome.service.neighbors;
    match (pace.before_p99_ms, pace.during_p99_ms) {
        (Some(before), Some(during)) => {
            let told = if during > before * NOTICED { "They noticed." } else { "They did not notice." };
            format!(
                "99 of 100 answers of the other shops on the same nodes took at most {} in the sale and {} in the hour before. \
                 {told}",
                latency(during),
                latency(before)
            )
        }
        (None, Some(during)) => format!(
            "99 of 100 answers of the other shops on the same nodes took at most {} in the sale; the hour before was not \
             recorded.",
            latency(during)
        ),
        (_, None) => "Of other shops on the same nodes nothing was recorded: there are none, or nobody visited them.".to_owned(),
    }
}

/// What people did by hand.
pub fn by_hand(outcome: &Outcome) -> String {
    let by_hand = outcome.by_hand;
    let mut told = Vec::new();
    if by_hand.sale_changed {
        told.push("the sale was changed after it had begun".to_owned());
    }
    let changes =
        [(by_hand.stock_changes, "stock correction"), (by_hand.canceled, "canceled order"), (by_hand.refunds, "refund")];
    told.extend(changes.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| some(number, noun)));
    if told.is_empty() { "nothing in the shop’s books.".to_owned() } else { format!("{}.", told.join(", ")) }
}

/// How far off the plan was, and how far it is with what was learned, beside how well the shop's sales are known.
pub fn lesson(learned: &Learned, known: Option<&Known>) -> String {
    let (before, after) = (learned.before, learned.after);
    let mut told = format!(
        "The plan was off by {} in sessions at the peak, {} in orders and {} in revenue; with the values that fit, by {}, {} \
         and {}.",
        percent(before.peak_sessions),
        percent(before.orders),
        percent(before.revenue),
        percent(after.peak_sessions),
        percent(after.orders),
        percent(after.revenue)
    );
    if let Some(known) = known {
        let _ = write!(told, " {}", of_the_shop(known));
    }
    told
}

/// How well a shop's sales are known.
pub fn of_the_shop(known: &Known) -> String {
    let Known { sales, peak_sessions, orders, revenue, .. } = *known;
    let of = if sales == 1 { "the one sale".to_owned() } else { format!("{sales} sales") };
    format!(
        "Over {of} of the shop that taught something, forecasts were off by {} in sessions at the peak, {} in orders and {} in \
         revenue on average (MAPE).",
        percent(peak_sessions),
        percent(orders),
        percent(revenue)
    )
}
