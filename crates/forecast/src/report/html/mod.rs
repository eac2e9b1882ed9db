//! A forecast as one page that needs nothing else.

mod over_time;

use super::sentences::{self, about_amount, about_count, amount};
use super::tables;
use super::when::When;
use crate::data::{Estimate, Forecast};
use charts::numbers::grouped;
use charts::page::{Figure, Mood, Page, Section, facts, paragraph, words};

/// Words that a reader may not know.
const WORDS: [(&str, &str); 6] = [
    (
        "People there at once, sessions at once",
        "People are there from their first page to their last. A statistic keeps a session for half an hour after its last page, \
         because it cannot see people leave, and so shows several times as many. Ask which of the two a number is.",
    ),
    (
        "As planned",
        "What the plan leads to if every input is exactly what it says. It is not the most likely outcome of every figure, only \
         the one without surprises.",
    ),
    (
        "Nine times in ten",
        "The sale was played again and again with every input a little different and with luck. One time in twenty a figure was \
         below the band, one time in twenty above it. The band knows only the inputs' ranges: if a range is wrong, so is the band.",
    ),
    (
        "Off by up to",
        "÷ × 1.3 means that an input may be from 1.3 times less to 1.3 times more than the plan says. The columns after it say \
         how far the answer moves from one end to the other.",
    ),
    ("Pages from memory", "Pages that are the same for everybody are printed beforehand and cost a node next to nothing."),
    ("Node", "One running server. Several of them share the crowd of a sale."),
];

/// Rules for the charts of a [`Part`], for the page around it.
pub const CHART_STYLE: &str = charts::chart::STYLE;
/// Reads the charts out under a pointer. They are complete without it.
pub const CHART_SCRIPT: &str = charts::chart::SCRIPT;

/// A forecast as a part of another page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What will happen, in a sentence.
    pub headline: String,
    /// What that means, a sentence or two each.
    pub meaning: Vec<String>,
    /// The sale over time: charts with their tables, as HTML.
    pub charts: String,
    /// The same numbers in tables, as HTML.
    pub tables: String,
}

/// The forecast without a page around it.
pub fn part(forecast: &Forecast) -> Part {
    let charts = [over_time::beside(forecast), over_time::stock(forecast), over_time::nodes_if_known(forecast)].concat();
    let tables = [
        Some(tables::peaks(forecast)),
        Some(tables::totals(forecast)),
        tables::items(forecast),
        tables::nodes(forecast),
        Some(tables::days(forecast)),
        tables::assumed(forecast),
    ];
    Part {
        headline: sentences::headline(forecast),
        meaning: sentences::meaning(forecast),
        charts,
        tables: tables.into_iter().flatten().map(|table| table.html()).collect(),
    }
}

/// The page.
pub fn page(forecast: &Forecast) -> String {
    let sections: Vec<Section> = [
        Some(over_time::section(forecast)),
        Some(over_time::around_the_peak(forecast)),
        Some(in_all(forecast)),
        shelves(forecast),
        machines(forecast),
        Some(certainty(forecast)),
        Some(how(forecast)),
        Some(Section { id: "words", title: "What the words mean", body: words(WORDS) }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let when = When::of(forecast);
    let page = Page {
        title: format!("Forecast: {}", forecast.plan),
        mood: Mood::Plain,
        about: "Forecast of",
        subject: forecast.plan.clone(),
        details: format!(
            "open from {} to {}, times of {}",
            when.words(when.minute(&forecast.opens)),
            when.words(when.minute(&forecast.closes)),
            forecast.zone
        ),
        word: "Forecast".to_owned(),
        sentence: sentences::headline(forecast),
        meaning: sentences::meaning(forecast),
        figures: figures(forecast),
        sections,
        made_by: "doorbuster forecast",
    };
    page.html()
}

/// The numbers to remember.
fn figures(forecast: &Forecast) -> Vec<Figure> {
    let band = |estimate: Estimate, write: &dyn Fn(f64) -> String| {
        format!("{} to {}, nine times in ten", write(estimate.p5), write(estimate.p95))
    };
    let (peaks, totals) = (&forecast.peaks, &forecast.totals);
    let money = |value: f64| about_amount(&forecast.currency, value);
    let figure = |name: &str, estimate: Estimate, write: &dyn Fn(f64) -> String| {
        Figure::new(name, write(estimate.planned), band(estimate, write))
    };
    let orders = format!("Orders in {} minutes, at most", forecast.slot_minutes);
    let mut figures = vec![
        figure("Revenue", totals.revenue, &money),
        figure("Orders", totals.orders, &about_count),
        figure(&orders, peaks.orders.height, &about_count),
        figure("Sessions at once, at most", peaks.sessions.height, &about_count),
        figure("People there at once, at most", peaks.active.height, &about_count),
    ];
    if let Some(nodes) = forecast.nodes {
        let write = |nodes: Option<u32>| nodes.map_or_else(|| "none suffices".to_owned(), |nodes| grouped(u64::from(nodes)));
        figures.push(Figure::new("Nodes", write(nodes.planned), format!("{} in nineteen of twenty cases", write(nodes.p95))));
    }
    figures
}

fn in_all(forecast: &Forecast) -> Section {
    let body = [tables::peaks(forecast), tables::totals(forecast), tables::days(forecast)].map(|table| table.html()).concat();
    Section { id: "numbers", title: "The numbers", body: body + &over_time::revenue(forecast).figure() }
}

fn shelves(forecast: &Forecast) -> Option<Section> {
    let table = tables::items(forecast)?;
    let says = "Whoever wants what is gone leaves without it: what would be bought instead is not known, so this is the most that \
                is lost.";
    let body = paragraph(says) + &table.html() + &over_time::stock(forecast);
    Some(Section { id: "stock", title: "What sells out", body })
}

fn machines(forecast: &Forecast) -> Option<Section> {
    let table = tables::nodes(forecast)?;
    let body = table.html() + &over_time::nodes(forecast) + &over_time::waiting(forecast);
    Some(Section { id: "nodes", title: "What it takes to carry it", body })
}

fn certainty(forecast: &Forecast) -> Section {
    let mut body = paragraph(
        "Each input may be off, by as much as its source says. The one that moves revenue most comes first: finding it out is \
         worth most.",
    );
    body.push_str(&tables::inputs(forecast).html());
    if let Some(table) = tables::assumed(forecast) {
        body.push_str(&paragraph("The plan leaves these out, so something was taken instead:"));
        body.push_str(&table.html());
    }
    Section { id: "certainty", title: "How certain it is, and why", body }
}

fn how(forecast: &Forecast) -> Section {
    let when = When::of(forecast);
    let mut told = vec![("Plan", forecast.plan.clone()), ("Begins", when.words(0.0))];
    if let Some(early) = &forecast.early_access {
        told.push(("Early access", when.words(when.minute(early))));
    }
    told.extend([
        ("Opens", when.words(when.minute(&forecast.opens))),
        ("Closes", when.words(when.minute(&forecast.closes))),
        ("Times of", forecast.zone.clone()),
        ("Played", format!("{} times with other inputs", forecast.draws)),
        ("Seed", format!("{}: the same plan and seed make the same forecast", forecast.seed)),
    ]);
    Section { id: "how", title: "How it was made", body: facts(told) }
}
