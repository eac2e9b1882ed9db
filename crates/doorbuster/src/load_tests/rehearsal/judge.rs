//! Go or no-go: lines in red, amber and green from the figures of a rehearsal. Plain functions; nothing is read or written here.
//!
//! Red is what would make the sale fail or what cannot be known from this rehearsal; amber is what the seller should have decided
//! knowingly; green has been looked at and is fine.

use super::figures::{Figures, Item, Seen};
use charts::numbers::{grouped, latency, rate};
use loadtest::report::data::Verdict;
use loadtest::report::headline::is_broken;
use serde::Serialize;

/// How many names a line tells.
const NAMES_MAX: usize = 3;

/// How bad a line is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Light {
    /// The sale must not open like this.
    Red,
    /// It may, if that is what is wanted.
    Amber,
    /// Nothing is to be done.
    Green,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// How bad it is.
    pub light: Light,
    /// What was looked at, in a word or two.
    pub about: &'static str,
    /// What was found, a sentence with its figures.
    pub found: String,
    /// What to do; empty for a green line.
    pub to_do: String,
}

impl Line {
    fn red(about: &'static str, found: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { light: Light::Red, about, found: found.into(), to_do: to_do.into() }
    }

    fn amber(about: &'static str, found: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { light: Light::Amber, about, found: found.into(), to_do: to_do.into() }
    }

    fn green(about: &'static str, found: impl Into<String>) -> Self {
        Self { light: Light::Green, about, found: found.into(), to_do: String::new() }
    }
}

/// Everything that was looked at, the worst first.
pub fn lines(figures: &Figures) -> Vec<Line> {
    let mut lines = vec![books(figures), capacity(figures), objectives(figures), announced(figures), stock(figures)];
    lines.extend(delivery(figures));
    lines.push(cheaper(figures));
    lines.push(prices(figures));
    lines.extend(plan(figures));
    lines.push(demand(figures));
    lines.extend(limits(figures));
    lines.extend(window(figures));
    lines.extend(database(figures));
    lines.sort_by_key(|line| line.light);
    lines
}

/// Whether the sale may open.
pub fn is_go(lines: &[Line]) -> bool {
    lines.iter().all(|line| line.light != Light::Red)
}

fn books(figures: &Figures) -> Line {
    const ABOUT: &str = "Books";
    let receipts = grouped(figures.books.receipts);
    if is_broken(&figures.books) {
        let found = figures.books.findings.first().map_or("they do not add up.", String::as_str);
        let to_do = "Do not open. Keep this report and the server's log, and report it: this must never be.";
        return Line::red(ABOUT, format!("The books of the copy do not balance: {found}"), to_do);
    }
    if figures.books.receipts == 0 {
        let found = "Nobody bought anything in the rehearsal, so nothing is known of orders.";
        return Line::red(ABOUT, found, "Rehearse with more visits (--scale), or look why nobody could buy.");
    }
    Line::green(ABOUT, format!("They balance: {receipts} receipts compared, no unit sold twice, no order lost."))
}

/// The forecast's peak against what was seen to be carried.
fn capacity(figures: &Figures) -> Line {
    const ABOUT: &str = "Capacity";
    let (needed, needed_p95) = (figures.forecast.pages_per_s, figures.forecast.pages_per_s_p95);
    let expects = format!(
        "the forecast expects {} a second at its peak, {} at most nineteen times in twenty",
        rate(needed),
        rate(needed_p95)
    );
    let Some(held) = figures.tested.held_pages_per_s else {
        let found = format!("The load test itself was the limit, so nothing is known of the server; {expects}.");
        return Line::red(ABOUT, found, "Rehearse again while nothing else runs on this machine, or with a smaller --scale.");
    };
    let found = format!("{} pages a second were carried within the objectives; {expects}.", rate(held));
    let (carries, carries_p95) = (held >= needed, held >= needed_p95);
    match (carries, carries_p95) {
        (true, true) => Line::green(ABOUT, found),
        (true, false) => {
            Line::amber(ABOUT, found, "Add a node, or tell people in waves: `doorbuster forecast advise PLAN --pages-per-s`.")
        }
        _ if figures.tested.verdict == Verdict::Passed => {
            let to_do = "The rehearsal was easier than the sale. Rehearse with a larger --scale until it is as hard.";
            Line::red(ABOUT, found, to_do)
        }
        _ => {
            let waves = format!("`doorbuster forecast advise PLAN --pages-per-s {}`", held.floor().max(1.0));
            Line::red(ABOUT, found, format!("Tell people in waves ({waves}), or let more nodes run (`doorbuster scale-plan`)."))
        }
    }
}

/// Whether every page came in time, at the rate that was played.
fn objectives(figures: &Figures) -> Line {
    const ABOUT: &str = "Speed of pages";
    let tested = &figures.tested;
    let times = rate(figures.played.times_harder());
    let slowest = figures.pages.first();
    let slowest = slowest
        .map_or(String::new(), |page| format!(" Slowest: {}, 99 % within {}.", page.name.to_lowercase(), latency(page.p99_ms)));
    let reasons = tested.reasons.join(" ");
    match tested.verdict {
        Verdict::Passed => {
            Line::green(ABOUT, format!("Every objective was reached with {times} times the visits a second.{slowest}"))
        }
        Verdict::Missed if figures.played.times_harder() > 1.0 => {
            let found = format!("With {times} times the visits a second that are expected: {reasons}{slowest}");
            Line::amber(
                ABOUT,
                found,
                "See the line on capacity; rehearse with a smaller --scale to see how the forecast's own rate does.",
            )
        }
        Verdict::Missed => {
            let found = format!("{reasons}{slowest}");
            Line::red(ABOUT, found, "Tell people in waves, or let more nodes run; `doorbuster loadtest` finds what one carries.")
        }
        Verdict::Invalid | Verdict::Unfinished => {
            let found = format!("It was not measured. {reasons}");
            Line::red(ABOUT, found, "Rehearse again while nothing else runs on this machine, or with a smaller --scale.")
        }
    }
}

fn announced(figures: &Figures) -> Line {
    const ABOUT: &str = "Calendar";
    let found = "The sale is not announced: it is a draft or called off, and will not open.";
    match (figures.sale.is_announced, figures.sale.is_shop_open) {
        (false, _) => Line::red(ABOUT, found, "Announce it at the desk, under Flash sales."),
        (true, false) => {
            Line::red(ABOUT, "The shop is closed, so nobody sees its sale.", "`doorbuster shop open` lets shoppers in.")
        }
        (true, true) => Line::green(ABOUT, "The shop is open; the sale is announced and opens by itself."),
    }
}

/// Whether what has to be sent can be.
fn delivery(figures: &Figures) -> Option<Line> {
    const FOUND: &str = "The shop delivers nowhere yet, so nobody can buy what is sent.";
    let is_sent = figures.items.iter().any(|item| item.requires_shipping);
    (is_sent && !figures.sale.delivers).then(|| Line::red("Delivery", FOUND, "Say where at its desk, under Settings, Shipping."))
}

/// What is offered against what there is.
fn stock(figures: &Figures) -> Line {
    const ABOUT: &str = "Stock";
    let is_short = |item: &&Item| match (item.offered, item.in_stock) {
        (Some(offered), Some(in_stock)) => in_stock < offered,
        (None, Some(in_stock)) => in_stock <= 0,
        _ => false,
    };
    let short: Vec<&Item> = figures.items.iter().filter(is_short).collect();
    if figures.items.is_empty() {
        return Line::red(ABOUT, "The sale has no items.", "Put products into it at the desk.");
    }
    if short.is_empty() {
        return Line::green(ABOUT, format!("All {} items have the units that the sale offers.", figures.items.len()));
    }
    let tell = |item: &Item| {
        let offered = item.offered.map_or("offered".to_owned(), |offered| format!("{offered} offered"));
        format!("{} ({offered}, {} in stock)", item.name, item.in_stock.unwrap_or(0))
    };
    let found = format!("More is offered than there is: {}.", some(&short, tell));
    Line::red(ABOUT, found, "Count the missing units in, or lower the quantity that the sale offers.")
}

fn cheaper(figures: &Figures) -> Line {
    const ABOUT: &str = "Sale prices";
    let dear: Vec<&Item> = figures.items.iter().filter(|item| !item.price_falls).collect();
    if dear.is_empty() {
        return Line::green(ABOUT, "Every item is cheaper in the sale than before.");
    }
    let tell = |item: &Item| format!("{} ({} instead of {})", item.name, item.in_sale, item.ordinary);
    Line::red(ABOUT, format!("Not cheaper in the sale: {}.", some(&dear, tell)), "Correct the sale's price or the product's.")
}

/// What a shopper read before, during and after.
fn prices(figures: &Figures) -> Line {
    const ABOUT: &str = "Prices on pages";
    let looked_at: Vec<&Item> = figures.items.iter().filter(|item| item.seen.is_some()).collect();
    if looked_at.is_empty() {
        return Line::red(ABOUT, "No page of an item could be looked at.", "Are the products published, and the shop open?");
    }
    let wrong: Vec<&Item> = looked_at.iter().copied().filter(|item| !wrong_prices(item).is_empty()).collect();
    if wrong.is_empty() {
        let found = format!("{} items were looked at: their own price before and after, the sale's in between.", looked_at.len());
        return Line::green(ABOUT, found);
    }
    let tell = |item: &Item| format!("{}: {}", item.name, wrong_prices(item).join(", "));
    let to_do = "Look at these products' pages: are they published, does the shop's theme show the price?";
    Line::red(ABOUT, format!("Shoppers saw other prices than those agreed: {}.", some(&wrong, tell)), to_do)
}

/// What a shopper saw of an item that was not its price, in words.
pub fn wrong_prices(item: &Item) -> Vec<String> {
    let agreed = [("before", &item.ordinary), ("during", &item.in_sale), ("after", &item.ordinary)];
    let seen = item.seen.iter().flatten();
    let wrong = agreed.into_iter().zip(seen).filter(|((_, agreed), Seen(seen))| seen.as_ref() != Some(*agreed));
    wrong
        .map(|((when, agreed), Seen(seen))| format!("{when} {} instead of {agreed}", seen.as_deref().unwrap_or("no price")))
        .collect()
}

/// Whether the plan is one of this sale.
fn plan(figures: &Figures) -> Vec<Line> {
    const ABOUT: &str = "Marketing plan";
    let (plan, sale) = (&figures.forecast, &figures.sale);
    if plan.plan.is_none() {
        let found =
            "There is no plan: it was assumed that twice as many units are wanted as are offered, by one mail at the opening.";
        return vec![Line::amber(
            ABOUT,
            found,
            "Write one: `doorbuster forecast example november` explains how. Then --plan FILE.",
        )];
    }
    let mut lines = Vec::new();
    if plan.opens != sale.opens {
        let found = format!("The plan opens the sale at {}, the shop at {}.", plan.opens, sale.opens);
        lines.push(Line::red(
            ABOUT,
            found,
            "Correct whichever is wrong: people would come to a closed door, or miss the opening.",
        ));
    }
    if plan.early_access != sale.early_access {
        let tell = |early: &Option<String>| early.clone().unwrap_or_else(|| "none".to_owned());
        let found = format!("Early access: {} in the plan, {} in the shop.", tell(&plan.early_access), tell(&sale.early_access));
        lines.push(Line::red(ABOUT, found, "Correct whichever is wrong."));
    }
    if plan.currency != sale.currency {
        let found = format!("The plan counts in {}, the shop sells in {}.", plan.currency, sale.currency);
        lines.push(Line::red(ABOUT, found, "Correct the plan's currency and its order value."));
    }
    if !plan.unknown_items.is_empty() {
        let found = format!("The plan has items that are not in the sale: {}.", plan.unknown_items.join(", "));
        lines.push(Line::amber(ABOUT, found, "Name them as the products are titled, or put them into the sale."));
    }
    if lines.is_empty() {
        lines.push(Line::green(ABOUT, "It is of this sale: times, currency and items agree."));
    }
    lines
}

/// What is wanted against what there is.
fn demand(figures: &Figures) -> Line {
    const ABOUT: &str = "Demand";
    let planned_out = |item: &&Item| item.units().zip(item.wanted).is_some_and(|(units, wanted)| wanted[0] > units as f64);
    let perhaps_out = |item: &&Item| item.units().zip(item.wanted).is_some_and(|(units, wanted)| wanted[1] > units as f64);
    let out: Vec<&Item> = figures.items.iter().filter(planned_out).collect();
    let tell = |item: &Item| {
        let (units, wanted) = (item.units().unwrap_or(0), item.wanted.unwrap_or_default());
        format!("{} ({} wanted, {units} there)", item.name, grouped(wanted[0].round() as u64))
    };
    if !out.is_empty() {
        let found = format!("{} of {} items sell out as planned: {}.", out.len(), figures.items.len(), some(&out, tell));
        return Line::amber(ABOUT, found, "Fine if it is meant; else offer more, limit each customer, or tell fewer people.");
    }
    let perhaps: Vec<&Item> = figures.items.iter().filter(perhaps_out).collect();
    if !perhaps.is_empty() {
        let found = format!("{} of {} items may sell out: {}.", perhaps.len(), figures.items.len(), some(&perhaps, tell));
        return Line::amber(ABOUT, found, "Fine if it is meant; else offer more.");
    }
    Line::green(ABOUT, "By the forecast nothing sells out.")
}

fn limits(figures: &Figures) -> Option<Line> {
    let unlimited: Vec<&Item> = figures.items.iter().filter(|item| item.is_unlimited_per_customer).collect();
    if unlimited.is_empty() {
        return None;
    }
    let found = format!("One customer may buy all of {}.", some(&unlimited, |item| item.name.clone()));
    Some(Line::amber("Limit per customer", found, "Set a limit per customer in the sale, unless this is meant."))
}

/// What of the sale was not played.
fn window(figures: &Figures) -> Option<Line> {
    let (played, peak) = (figures.played, figures.forecast.peak_at_minute);
    if (0..i64::from(played.minutes)).contains(&peak) {
        return None;
    }
    let found = if peak < 0 {
        format!("The forecast's peak is {} minutes before the opening, and was not played at its time.", -peak)
    } else {
        format!("The forecast's peak is {peak} minutes after the opening; {} minutes were played.", played.minutes)
    };
    Some(Line::amber(
        "What was played",
        found,
        "Compare the capacity with the peak all the same, or rehearse with more --minutes.",
    ))
}

/// What a copy on another database cannot tell.
fn database(figures: &Figures) -> Option<Line> {
    const FOUND: &str =
        "The shop runs on PostgreSQL and its copy on the embedded database: pages are as fast, orders may not be.";
    const TO_DO: &str =
        "Try orders with `doorbuster loadtest` against servers on a PostgreSQL of the same size, with test payment.";
    figures.played.is_other_database.then(|| Line::amber("Database", FOUND, TO_DO))
}

/// The first of these, and how many more there are.
fn some(items: &[&Item], tell: impl Fn(&Item) -> String) -> String {
    let told: Vec<String> = items.iter().take(NAMES_MAX).map(|item| tell(item)).collect();
    let more = items.len().saturating_sub(NAMES_MAX);
    if more == 0 { told.join("; ") } else { format!("{}; and {more} more", told.join("; ")) }
}

#[cfg(test)]
pub mod tests;
