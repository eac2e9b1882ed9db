//! What a sale came to, told on a terminal and as a page: the same sentences and tables on both.

mod over_time;
mod sentences;
mod tables;

use super::when::When;
use crate::data::Learned;
use crate::outcome::data::{Known, Outcome};
use crate::outcome::recorded::Standing;
use charts::markup::escape;
use charts::numbers::latency;
use charts::page::{Figure, Mood, Page, Section, facts, paragraph, words};
use charts::terminal::{Ink, printable};
use std::fmt::Write as _;

/// How well a shop's sales are known, as a sentence.
pub use sentences::of_the_shop;

/// Items that a terminal shows.
const ITEMS_MAX: usize = 20;

/// Words that a reader may not know.
const WORDS: [(&str, &str); 7] = [
    (
        "Users at once",
        "Two definitions, up to ten times apart. Active: seen within five minutes. Sessions: seen within half an hour, as \
         analytics count. Nobody is known by name for it: an address, a browser and a language are one visitor, so a household \
         may be one and a traveler two. Pages that a cache in front of the server answers are not counted.",
    ),
    (
        "Revenue",
        "What was charged for every order of the shop while the sale was on, with delivery and tax, before refunds. What was \
         bought at the sale’s own prices stands beside it.",
    ),
    (
        "Run rate",
        "What a whole day would bring if it went on as the busiest hour, or as the busiest five minutes. It is no forecast: \
         no day goes on so.",
    ),
    (
        "Busiest five minutes",
        "Wherever they begin, to the second. The chart has fixed five minutes, so its highest point may be a little lower.",
    ),
    (
        "Asked for and sold out",
        "Whoever put something into the cart or paid for it and was told that too few are left. Who tries twice counts twice, and \
         who saw “sold out” on a page and left is not counted: the demand that was really lost may be lower or higher.",
    ),
    (
        "99 of 100 answers",
        "The time that 99 of 100 answers took at most, from their arrival at the server, of pages that were made for one \
         visitor. Pages that were printed beforehand are faster and not part of it. It is read off to six percent.",
    ),
    (
        "Not recorded",
        "Nodes keep what they answer minute by minute, from an hour before a sale to an hour after it. A sale from before that \
         was kept, a minute in which nobody asked, and the minute in which a node stops have nothing.",
    ),
];

/// What a sale has taught, as a part of another page: how far the plan was off as a sentence, and each value as a table in HTML.
pub fn lesson(learned: &Learned, known: Option<&Known>) -> (String, String) {
    (sentences::lesson(learned, known), tables::lesson(learned).html())
}

/// The page.
pub fn page(outcome: &Outcome) -> String {
    page_with(outcome, &[])
}

/// The page, with links to where it goes on: address and words.
pub fn page_with(outcome: &Outcome, links: &[(String, &str)]) -> String {
    let when = When::new(&outcome.starts, &outcome.zone);
    let mut sections: Vec<Section> = [
        further(links),
        Some(Section { id: "sale", title: "The sale in figures", body: tables::sale(outcome, &when).html() }),
        compared(outcome),
        learned(outcome),
        over_time::section(outcome, &when),
        Some(stock(outcome, &when)),
        Some(service(outcome)),
        Some(how(outcome, &when)),
        Some(Section { id: "words", title: "What the words mean", body: words(WORDS) }),
    ]
    .into_iter()
    .flatten()
    .collect();
    sections.retain(|section| outcome.has_begun() || matches!(section.id, "compared" | "how" | "further"));
    let (mood, word) = verdict(outcome);
    let page = Page {
        title: format!("Sale report: {}", outcome.sale),
        mood,
        about: "Sale report of",
        subject: outcome.sale.clone(),
        details: sentences::details(outcome, &when),
        word: word.to_owned(),
        sentence: sentences::headline(outcome),
        meaning: sentences::meaning(outcome, &when),
        figures: if outcome.has_begun() { figures(outcome, &when) } else { Vec::new() },
        sections,
        made_by: "doorbuster report",
    };
    page.html()
}

/// The report as text, each line ended.
pub fn summary(outcome: &Outcome, ink: Ink) -> String {
    let when = When::new(&outcome.starts, &outcome.zone);
    let mut text = format!("{}: {}\n", ink.bold(&printable(&outcome.sale)), ink.bold(&printable(&sentences::headline(outcome))));
    let _ = writeln!(text, "{}\n", ink.dim(&printable(&sentences::details(outcome, &when))));
    for sentence in sentences::meaning(outcome, &when) {
        let _ = writeln!(text, "{}", printable(&sentence));
    }
    let begun = outcome.has_begun();
    let sale = begun.then(|| tables::sale(outcome, &when));
    let items = tables::items(outcome, &when, ITEMS_MAX).filter(|_| begun);
    for table in [sale, tables::compared(outcome), items].into_iter().flatten() {
        let _ = write!(text, "\n{}", table.text(ink));
    }
    if begun && outcome.items.len() > ITEMS_MAX {
        let more = outcome.items.len() - ITEMS_MAX;
        let _ = writeln!(text, "{}", ink.dim(&format!("and {more} more: --html and --json have all of them")));
    }
    if let Some(learned) = &outcome.learned {
        let said = sentences::lesson(learned, outcome.known.as_ref());
        let _ = write!(text, "\n{}\n{}", printable(&said), tables::lesson(learned).text(ink));
    }
    text
}

fn further(links: &[(String, &str)]) -> Option<Section> {
    let link = |(address, words): &(String, &str)| format!("<li><a href=\"{}\">{}</a></li>", escape(address), escape(words));
    let body = format!("<ul>{}</ul>", links.iter().map(link).collect::<String>());
    (!links.is_empty()).then_some(Section { id: "further", title: "Where to go on", body })
}

/// Whether the server was up to it, as far as is known.
fn verdict(outcome: &Outcome) -> (Mood, &'static str) {
    let service = &outcome.service;
    match (outcome.standing, outcome.has_begun()) {
        (Standing::Draft, _) => return (Mood::Plain, "A draft"),
        (Standing::CalledOff, _) => return (Mood::Plain, "Called off"),
        (Standing::Announced, false) => return (Mood::Plain, "Not open yet"),
        (Standing::Announced, true) => {}
    }
    match (outcome.is_over, service.minutes_recorded) {
        (false, _) => (Mood::Plain, "Still on"),
        (true, 0) => (Mood::Unknown, "Not recorded"),
        (true, _) if service.failed > 0 => (Mood::Limit, "Held with failures"),
        (true, _) if service.shed > 0 => (Mood::Limit, "Held, not for all at once"),
        (true, _) => (Mood::Good, "Held"),
    }
}

/// The numbers to remember.
fn figures(outcome: &Outcome, when: &When) -> Vec<Figure> {
    let table = tables::sale(outcome, when);
    let figure = |row: &charts::markup::Row| {
        let cell = |at: usize| row.cells.get(at).cloned().unwrap_or_default();
        Figure::new(row.head.clone(), cell(0), cell(1))
    };
    table.rows.iter().take(tables::HEADLINES).map(figure).collect()
}

fn compared(outcome: &Outcome) -> Option<Section> {
    let table = tables::compared(outcome)?;
    let beside = [
        outcome.forecast.as_ref().map(|name| format!("The forecast is “{name}”.")),
        outcome.last_sale.as_ref().map(|name| format!("The last sale was “{name}”.")),
    ];
    let said = beside.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Some(Section { id: "compared", title: "As expected, and as last time", body: paragraph(&said) + &table.html() })
}

fn learned(outcome: &Outcome) -> Option<Section> {
    let learned = outcome.learned.as_ref()?;
    let said = "What the shop’s next plan does not say is taken from here.";
    let (told, table) = lesson(learned, outcome.known.as_ref());
    let body = paragraph(&told) + &paragraph(said) + &table;
    Some(Section { id: "learned", title: "What the sale has taught", body })
}

fn stock(outcome: &Outcome, when: &When) -> Section {
    let body = match tables::items(outcome, when, usize::MAX) {
        Some(table) => paragraph(&sentences::lost(outcome)) + &table.html() + &over_time::missed(outcome, when),
        None => paragraph("Nothing was in this sale."),
    };
    Section { id: "stock", title: "What sold out, and what was asked for after that", body }
}

fn service(outcome: &Outcome) -> Section {
    let (service, holds) = (&outcome.service, outcome.holds);
    let pace = |ms: Option<f64>| ms.map_or_else(|| "not recorded".to_owned(), latency);
    let count = sentences::counted;
    let told = [
        ("Minutes of the sale", count(service.minutes)),
        ("Minutes recorded", count(service.minutes_recorded)),
        ("Minutes with trouble", count(service.minutes_troubled)),
        ("Requests", count(service.requests)),
        ("Failed", count(service.failed)),
        ("Told to come back", count(service.shed)),
        ("Nodes that answered", count(service.nodes)),
        ("Of these added or started anew", count(service.nodes_started)),
        ("99 of 100 answers, the hour before", pace(service.answers.before_p99_ms)),
        ("99 of 100 answers, in the sale", pace(service.answers.during_p99_ms)),
        ("Neighbors, the hour before", pace(service.neighbors.before_p99_ms)),
        ("Neighbors, in the sale", pace(service.neighbors.during_p99_ms)),
        ("Holds made", count(holds.made())),
        ("Of these paid", count(holds.converted)),
        ("Ran out of time", count(holds.expired)),
        ("Given up or declined", count(holds.released)),
        ("Still running", count(holds.active)),
    ];
    let sentences = [sentences::service(outcome), sentences::neighbors(outcome)];
    let said: String = sentences.iter().filter(|sentence| !sentence.is_empty()).map(|sentence| paragraph(sentence)).collect();
    let body = said + &facts(told);
    Section { id: "server", title: "How the server did", body }
}

fn how(outcome: &Outcome, when: &When) -> Section {
    let instant = |at: &String| when.words(when.minute(at));
    let mut told = vec![("Shop", outcome.shop.clone()), ("Sale", outcome.sale.clone())];
    told.extend(outcome.early_access.as_ref().map(|early| ("Early access", instant(early))));
    told.extend([
        ("Opened", instant(&outcome.opens)),
        ("Closed", instant(&outcome.closes)),
        ("Read", instant(&outcome.told_at)),
        ("Times of", outcome.zone.clone()),
    ]);
    Section { id: "how", title: "How it was made", body: facts(told) }
}
