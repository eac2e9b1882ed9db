//! The tables of a replay: the case study's with our row beneath, and what this machine carried by its own clock.

use super::super::figures::{CameTo, Counted, Figures, Rates};
use super::super::judge::reasons;
use super::super::study::{NOT_SAID, PUBLISHED};
use charts::markup::{Set, Table};
use charts::numbers::{about, bytes, duration, grouped, latency, rate};

/// Orders within five minutes at the peak, as the case study says of its first sale.
const PUBLISHED_IN_5_MINUTES: &str = "400 at the first sale’s peak";

/// The case study's table with what the forecast expects and what was measured beneath.
pub fn study(figures: &Figures) -> Table {
    let heads = ["Sale", "Days", "Revenue", "Users at once", "Orders in 5 min", "Best day", "Incidents", "By hand"];
    let table = Table::of_numbers("The case study’s table, and this machine’s row", &heads);
    let mut table = table.with("Incidents", Set::Verdict);
    for row in PUBLISHED {
        let cells = [row.days, row.revenue, row.users, row.orders_in_5_minutes, row.best_day, row.incidents, row.by_hand];
        table.row(row.sale, cells.map(str::to_owned).into());
    }
    let sale = figures.sale.date();
    let of = if figures.played.is_whole { String::new() } else { " of this part".to_owned() };
    let expected = came_to(&figures.forecast, grouped(figures.forecast.orders_in_5_minutes.round() as u64));
    let [days, said] = [days(figures), NOT_SAID.to_owned()];
    let cells = |came_to: [String; 4], [incidents, by_hand]: [String; 2]| {
        let mut cells = vec![days.clone()];
        cells.extend(came_to);
        cells.extend([incidents, by_hand]);
        cells
    };
    table.row(format!("{sale}, forecast{of}"), cells(expected, [said.clone(), said]));
    let orders = counted_in_5_minutes(figures);
    let ours = cells(came_to(&figures.came_to, orders), [incidents(figures), "0".to_owned()]);
    let is_held = reasons(figures).is_empty();
    table.row(format!("{sale}, on this machine"), ours).class = if is_held { "held" } else { "missed" };
    table
}

/// What was carried, beside what the sale asked for.
pub fn carried(figures: &Figures) -> Table {
    let (needed, carried) = (&figures.needed, &figures.carried);
    let heads = ["A second, at the peak", "The sale", "This machine", "Times as many"];
    let mut table = Table::of_numbers("What was carried, by this machine’s clock", &heads);
    let mut row = |name: &str, of: fn(&Rates) -> f64| {
        let (needed, carried) = (of(needed), of(carried));
        table.row(name, vec![rate(needed), rate(carried), rate(carried / needed)]);
    };
    row("Visits that begin", |rates| rates.visits_per_s);
    row("Pages", |rates| rates.pages_per_s);
    row("Orders", |rates| rates.orders_per_s);
    table
}

/// How the machine did.
pub fn served(figures: &Figures) -> Vec<(&'static str, String)> {
    let (served, counted) = (&figures.served, &figures.counted);
    let machine = &served.machine;
    let five_minutes = format!("{} ({PUBLISHED_IN_5_MINUTES})", grouped(counted.orders_in_5_real_minutes));
    let is_longer = figures.played.open_s > 300.0;
    let within = if is_longer { "Orders within 5 minutes of real time, at most" } else { "Orders in all of the real time" };
    let mut facts = vec![
        (within, five_minutes),
        ("Requests, with styles and pictures", grouped(served.requests)),
        ("Of these in the busiest second", grouped(served.requests_per_s)),
        ("Requests that failed", grouped(served.errors)),
        ("Requests told to come back later", grouped(served.refused)),
        ("99 % of pages within", latency(served.page_p99_ms)),
        ("99 % of payments within", latency(served.pay_p99_ms)),
    ];
    facts.extend(served.server.map(|server| {
        let used = format!("{:.2} cores on average, {} of memory at most", server.cores, bytes(server.memory));
        ("The server used", used)
    }));
    facts.push(("The machine, which played the shoppers as well", format!("{} cores, {}", machine.cores, machine.processor)));
    facts
}

/// What has to be known to read the tables, a sentence or two each.
pub fn notes(figures: &Figures) -> Vec<String> {
    let (played, counted, came_to) = (&figures.played, &figures.counted, &figures.came_to);
    let speed = rate(played.speed);
    let mut notes = vec![
        format!(
            "Scaled back: {} orders were counted, worth {}, of {} visits; at most {} sessions and {} people were there at once. \
             Revenue, users, orders in five minutes and best day are such counts divided by the scale, {}.",
            grouped(counted.orders),
            dollars(counted.charged),
            grouped(counted.visits),
            grouped(counted.sessions.round() as u64),
            grouped(counted.shoppers),
            played.scale
        ),
        "Measured directly, nothing of it scaled: how long pages took, what failed, the books, and what was carried in a second: \
         visits and pages in the busiest second, orders in the seconds in which the forecast expects most."
            .to_owned(),
        busiest(counted),
        format!(
            "Users at once are sessions as a statistic counts them: whoever was there within the last half hour of the sale. With \
             a page open were {} at once, {} by the forecast. Shoppers look at pages {speed} times as briefly, but a server’s \
             milliseconds are not shortened: they count {speed} times here.",
            grouped(about(came_to.active).round() as u64),
            grouped(about(figures.forecast.active).round() as u64)
        ),
        format!(
            "Who comes and how many of them buy is the forecast’s, not measured: its plan explains the published figures. Prices \
             are such that an order comes to what the plan says; here it came to ${:.2}.",
            came_to.worth_of_an_order()
        ),
        "By hand: nobody can step in while a sale is replayed. Published figures are the case study’s own, of machines of 2011."
            .to_owned(),
    ];
    if played.has_early_access {
        notes.push(
            "In the day of early access only those came who were invited, and the doors were open: nobody who is played carries \
             a link. Its other visitors, who may not buy, stayed away."
                .to_owned(),
        );
    }
    if !played.is_whole {
        notes.push(
            "A part of the sale was played: the last two rows are of that part, the published ones of all of it. Who came in the \
             last minutes of it, and pays after it, is counted by the forecast and not by the till."
                .to_owned(),
        );
    }
    notes
}

/// What orders in five minutes were counted in.
fn busiest(counted: &Counted) -> String {
    let orders = grouped(counted.busiest_orders);
    let forecast = grouped(counted.busiest_forecast_in_5_minutes.round() as u64);
    let chance = "± is what chance alone does to such a count";
    if !counted.is_coarse() {
        return format!(
            "Orders in 5 minutes: {orders} orders were counted in the five minutes of the sale in which the forecast expects \
             most; {chance}."
        );
    }
    let minutes = duration(counted.busiest_minutes * 60.0);
    format!(
        "Orders in 5 minutes: {orders} orders were counted in the {minutes} of the sale in which the forecast expects most, \
         {forecast} in five minutes on average. In five minutes alone too few come at this scale to be told from chance; {chance}. \
         --minutes 120 --speed 60 --scale 0.15 counts them."
    )
}

/// `$4,497,160`.
pub fn dollars(amount: f64) -> String {
    format!("${}", grouped(amount.max(0.0).round() as u64))
}

/// `3`, `2 hours`.
fn days(figures: &Figures) -> String {
    let played = &figures.played;
    match (played.is_whole, played.minutes) {
        (true, minutes) => (minutes / 1_440).to_string(),
        (false, minutes) => duration(f64::from(minutes) * 60.0),
    }
}

fn came_to(came_to: &CameTo, orders_in_5_minutes: String) -> [String; 4] {
    let best_day = came_to.best_day.map_or(NOT_SAID.to_owned(), dollars);
    [dollars(came_to.revenue), grouped(came_to.sessions.round() as u64), orders_in_5_minutes, best_day]
}

/// `384 ± 64`, and over how many minutes where five were not enough: `384 ± 64 (90 min)`.
fn counted_in_5_minutes(figures: &Figures) -> String {
    let (orders, counted) = (figures.came_to.orders_in_5_minutes, &figures.counted);
    let by_chance = orders * counted.busiest_deviation();
    let over = if counted.is_coarse() { format!(" ({:.0} min)", counted.busiest_minutes) } else { String::new() };
    format!("{} ± {}{over}", grouped(orders.round() as u64), grouped(by_chance.round() as u64))
}

fn incidents(figures: &Figures) -> String {
    match reasons(figures).len() {
        0 => "none".to_owned(),
        incidents => incidents.to_string(),
    }
}
