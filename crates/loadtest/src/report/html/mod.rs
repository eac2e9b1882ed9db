//! A run as one page that needs nothing else: no network, no font, no script that matters.
//!
//! It is written for the person who runs the shop. What happened comes first, in a sentence; then what it means; then the
//! evidence, each chart with its numbers. Everything is drawn from [`Run`] alone.

mod books;
mod by_step;
mod capacity;
mod compared;
mod facts;
mod kinds;
mod over_time;

use super::against::Comparison;
use super::data::{Outcome, Run};
use super::file;
use super::headline::{first_missed, headline, telling};
use super::json::ReportError;
use charts::numbers::{duration, grouped, latency, percent, rate};
use charts::page::{Figure, Mood, Page, Section};
use std::path::Path;

/// Writes the page, in place of one that was there.
///
/// # Errors
/// When the file cannot be written; what was there before is still there then.
pub fn write(path: &Path, run: &Run, against: Option<&Comparison>) -> Result<(), ReportError> {
    let failed = |source| ReportError::File { path: path.to_owned(), did: "written", source };
    file::replace(path, page(run, against).as_bytes()).map_err(failed)
}

/// The page.
pub fn page(run: &Run, against: Option<&Comparison>) -> String {
    let sections: Vec<Section> = [
        against.map(compared::section),
        Some(by_step::section(run)),
        capacity::section(run),
        over_time::section(run),
        Some(kinds::section(run)),
        Some(books::section(run)),
        Some(by_step::honesty(run)),
        Some(facts::section(run)),
        Some(facts::words()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let headline = headline(run);
    let page = Page {
        title: format!("{}: load test of {}", headline.word, run.target),
        mood: match run.outcome {
            Outcome::Passed => Mood::Good,
            Outcome::ObjectiveMissed => Mood::Limit,
            Outcome::GeneratorSaturated => Mood::Unknown,
            Outcome::BooksDoNotBalance => Mood::Broken,
            Outcome::EndedByHand => Mood::Unknown,
        },
        about: "Load test of",
        subject: run.target.clone(),
        details: format!("{}, {}, plan “{}”", facts::when(&run.began), duration(run.seconds), run.plan),
        word: headline.word.to_owned(),
        sentence: headline.sentence,
        meaning: headline.meaning,
        figures: figures(run),
        sections,
        made_by: "doorbuster loadtest",
    };
    page.html()
}

/// The numbers to remember.
fn figures(run: &Run) -> Vec<Figure> {
    let held = run.capacity.as_ref().map_or_else(|| "none".to_owned(), |capacity| grouped(capacity.shoppers));
    let limit = match (first_missed(run), &run.capacity) {
        (Some(step), _) => format!("{} were too many", grouped(step.shoppers)),
        (None, Some(_)) => "more was not tried".to_owned(),
        (None, None) => "no step was held".to_owned(),
    };
    let mut figures = vec![Figure::new("Shoppers at once", held, limit)];
    if let Some(step) = telling(run) {
        let counts = step.counts;
        let at = format!("at {} shoppers", grouped(step.shoppers));
        let bound = format!("{at}; less than {} is wanted", latency(run.objectives.page_p99_ms));
        figures.push(Figure::new("99 of 100 pages within", latency(step.response.p99_ms), bound));
        figures.push(Figure::new("Requests a second", rate(counts.requests_per_s()), at.as_str()));
        if counts.orders > 0 {
            let orders = rate(counts.per_second(counts.orders) * 300.0);
            figures.push(Figure::new("Orders in five minutes", orders, at.as_str()));
        }
        let refused = match counts.refused {
            0 => at,
            refused => format!("{at}; {} were told to come back", grouped(refused)),
        };
        figures.push(Figure::new("Requests that failed", percent(counts.error_share()), refused));
    }
    let (books, note) = books::figure(run);
    figures.push(Figure::new("The books", books, note));
    figures
}
