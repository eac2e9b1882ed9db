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
use super::headline::{first_missed, headline, telling};
use super::json::ReportError;
use super::markup::escape;
use super::numbers::{duration, grouped, latency, percent, rate};
use super::{chart, file};
use std::fmt::Write as _;
use std::path::Path;

const STYLE: &str = include_str!("page.css");
/// Nothing is fetched, whatever a hostile shop may have put into its address or its errors.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

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
    let mut html = head(run);
    html.push_str(&verdict(run));
    html.push_str("<nav aria-label=\"On this page\"><ul>");
    for Section { id, title, .. } in &sections {
        let _ = write!(html, "<li><a href=\"#{id}\">{}</a></li>", escape(title));
    }
    html.push_str("</ul></nav>\n");
    for Section { id, title, body } in &sections {
        let _ = writeln!(
            html,
            "<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{}</h2>{body}</section>",
            escape(title)
        );
    }
    let _ = write!(
        html,
        "</main>\n<footer><p>Made by <b>doorbuster loadtest</b>. This page is one file: it loads nothing and can be sent on as \
         it is.</p></footer>\n<script>{}</script>\n</body>\n</html>\n",
        chart::SCRIPT
    );
    html
}

/// A part of the page under its heading.
struct Section {
    id: &'static str,
    title: &'static str,
    body: String,
}

/// A paragraph of text.
fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}

fn head(run: &Run) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"{POLICY}\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}: load test of \
         {}</title>\n<style>\n{STYLE}{}</style>\n</head>\n\
         <body>\n",
        escape(headline(run).word),
        escape(&run.target),
        chart::STYLE
    )
}

/// What happened, what it means, and the numbers to remember.
fn verdict(run: &Run) -> String {
    let headline = headline(run);
    let (class, sign) = match run.outcome {
        Outcome::Passed => ("good", "✓"),
        Outcome::ObjectiveMissed => ("limit", "▲"),
        Outcome::GeneratorSaturated => ("unknown", "?"),
        Outcome::BooksDoNotBalance => ("broken", "✗"),
        Outcome::EndedByHand => ("unknown", "■"),
    };
    let mut html = format!(
        "<header class=\"{class}\"><div><p class=\"what\">Load test of <b>{}</b><br>{}, {}, {}</p><p class=\"word\"><span \
         aria-hidden=\"true\">{sign}</span> {}</p><h1>{}</h1>",
        escape(&run.target),
        escape(&facts::when(&run.began)),
        escape(&duration(run.seconds)),
        escape(&format!("plan “{}”", run.plan)),
        escape(headline.word),
        escape(&headline.sentence)
    );
    for sentence in &headline.meaning {
        html.push_str(&paragraph(sentence));
    }
    html.push_str("</div></header>\n<main>\n");
    html.push_str(&figures(run));
    html
}

/// The numbers to remember.
fn figures(run: &Run) -> String {
    let mut html = String::from("<dl class=\"figures\">");
    let mut figure = |name: &str, value: &str, note: &str| {
        let (name, value, note) = (escape(name), escape(value), escape(note));
        let _ = write!(html, "<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>");
    };
    let held = run.capacity.as_ref().map_or_else(|| "none".to_owned(), |capacity| grouped(capacity.shoppers));
    let limit = match (first_missed(run), &run.capacity) {
        (Some(step), _) => format!("{} were too many", grouped(step.shoppers)),
        (None, Some(_)) => "more was not tried".to_owned(),
        (None, None) => "no step was held".to_owned(),
    };
    figure("Shoppers at once", &held, &limit);
    if let Some(step) = telling(run) {
        let counts = step.counts;
        let at = format!("at {} shoppers", grouped(step.shoppers));
        let bound = format!("{at}; less than {} is wanted", latency(run.objectives.page_p99_ms));
        figure("99 of 100 pages within", &latency(step.response.p99_ms), &bound);
        figure("Requests a second", &rate(counts.requests_per_s()), &at);
        if counts.orders > 0 {
            figure("Orders in five minutes", &rate(counts.per_second(counts.orders) * 300.0), &at);
        }
        let refused = match counts.refused {
            0 => at,
            refused => format!("{at}; {} were told to come back", grouped(refused)),
        };
        figure("Requests that failed", &percent(counts.error_share()), &refused);
    }
    let (books, note) = books::figure(run);
    figure("The books", books, &note);
    html.push_str("</dl>\n");
    html
}
