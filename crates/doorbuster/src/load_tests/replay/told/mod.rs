//! How a replay is told: on a terminal, as a page, and as data. All of it is drawn from its figures.

mod over_time;
mod tables;

use super::super::proof;
use super::figures::Figures;
use super::judge::reasons;
use super::study::{PUBLISHED, Published};
use charts::markup::escape;
use charts::numbers::{bytes, duration, grouped, latency, percent, rate};
use charts::page::{Figure, Mood, Page, Section, facts, paragraph};
use charts::terminal::{Ink, printable};
use loadtest::report::headline::is_broken;
use serde::Serialize;
use std::fmt::Write as _;

/// The answer in a word.
fn word(figures: &Figures) -> &'static str {
    match (reasons(figures).is_empty(), figures.played.times_harder >= 1.0) {
        (true, true) => "Held",
        (true, false) => "Held, but played softly",
        (false, _) => "Not held",
    }
}

/// The answer in a sentence.
fn sentence(figures: &Figures) -> String {
    let (played, needed, carried) = (&figures.played, &figures.needed, &figures.carried);
    let what = match played.is_whole {
        true => format!("{} days of sale", played.minutes / 1_440),
        false => format!("{} of the sale", duration(f64::from(played.minutes) * 60.0)),
    };
    format!(
        "{what} in {}: at its peak this machine carried {} pages and {} orders a second, where the sale itself asks for {} and \
         {}.",
        duration(played.open_s),
        rate(carried.pages_per_s),
        rate(carried.orders_per_s),
        rate(needed.pages_per_s),
        rate(needed.orders_per_s)
    )
}

/// How it was played.
fn meaning(figures: &Figures) -> Vec<String> {
    let played = &figures.played;
    let second = duration(played.speed);
    let mut meaning = vec![format!(
        "Each second was {second} of the sale, and 1 of {} visits came: {} times as many visits a second as in the sale itself, \
         from a plan that explains its published figures.",
        rate(1.0 / played.scale),
        rate(played.times_harder)
    )];
    if played.times_harder < 1.0 {
        meaning.push(
            "That is easier than the sale, so it does not show that this machine carries it: raise --speed or --scale.".into(),
        );
    }
    let books = &figures.books;
    if !is_broken(books) && books.receipts > 0 {
        meaning.push(format!(
            "Afterwards the books were proved with each of {} receipts that buyers saw: no order was lost, no unit sold twice.",
            grouped(books.receipts)
        ));
    }
    meaning
}

/// The JSON: the figures, the published table, and what is to be thought of it.
pub fn json(figures: &Figures) -> String {
    #[derive(Serialize)]
    struct Data<'a> {
        held: bool,
        reasons: &'a [String],
        #[serde(flatten)]
        figures: &'a Figures,
        published: [Published; PUBLISHED.len()],
    }
    let reasons = reasons(figures);
    let data = Data { held: reasons.is_empty(), reasons: &reasons, figures, published: PUBLISHED };
    let mut text = serde_json::to_string_pretty(&data).expect("figures are numbers and text under fixed names");
    text.push('\n');
    text
}

/// The replay on a terminal, each line ended.
pub fn text(figures: &Figures, ink: Ink) -> String {
    let reasons = reasons(figures);
    let (sign, word) = if reasons.is_empty() { ("✓", word(figures)) } else { ("✗", word(figures)) };
    let head = format!("{sign} {word}: {}", sentence(figures));
    let mut text = format!("{}\n", if reasons.is_empty() { ink.good(&head) } else { ink.bad(&head) });
    for reason in &reasons {
        let _ = writeln!(text, "{}", ink.bad(&format!("✗ {}", printable(reason))));
    }
    for sentence in meaning(figures) {
        let _ = writeln!(text, "{sentence}");
    }
    let _ = write!(text, "\n{}\n{}\n", tables::study(figures).text(ink), tables::carried(figures).text(ink));
    for (name, value) in tables::served(figures) {
        let _ = writeln!(text, "{name}: {}", printable(&value));
    }
    for note in tables::notes(figures) {
        let _ = write!(text, "\n{}", ink.dim(&format!("* {note}")));
    }
    text.push('\n');
    text
}

/// The replay as a page.
pub fn page(figures: &Figures) -> String {
    let reasons = reasons(figures);
    let mood = match (is_broken(&figures.books), reasons.is_empty(), figures.played.times_harder >= 1.0) {
        (true, ..) => Mood::Broken,
        (_, false, _) => Mood::Limit,
        (_, _, true) => Mood::Good,
        _ => Mood::Unknown,
    };
    let page = Page {
        title: format!("{}: replay of {}", word(figures), figures.sale.date()),
        mood,
        about: "Replay of the sale of",
        subject: figures.sale.date().into(),
        details: format!("the case study’s, on this machine; began {}", figures.began),
        word: word(figures).into(),
        sentence: sentence(figures),
        meaning: meaning(figures),
        figures: remembered(figures),
        sections: vec![
            Section { id: "table", title: "The case study’s table", body: table(figures, &reasons) },
            Section { id: "notes", title: "How to read it", body: notes(figures) },
            Section { id: "carried", title: "What this machine carried", body: carried(figures) },
            Section { id: "time", title: "Over the sale’s time", body: over_time::body(figures) },
            Section { id: "served", title: "How it did", body: facts(tables::served(figures)) },
            Section { id: "books", title: "The books", body: proof::told(&figures.books) },
        ],
        made_by: "doorbuster replay",
    };
    page.html()
}

fn remembered(figures: &Figures) -> Vec<Figure> {
    let (played, needed, carried, served) = (&figures.played, &figures.needed, &figures.carried, &figures.served);
    let times = format!("{} s of the sale in one, {} of the visits", rate(played.speed), percent(played.scale));
    let failed = format!("of {} requests; {} told to come back", grouped(served.requests), grouped(served.refused));
    let memory = served.server.map_or("not known".to_owned(), |server| bytes(server.memory));
    vec![
        Figure::new("Visits a second", format!("{} times", rate(played.times_harder)), times),
        Figure::new("Pages a second", rate(carried.pages_per_s), format!("the sale’s peak is {}", rate(needed.pages_per_s))),
        Figure::new("Orders a second", rate(carried.orders_per_s), format!("the sale’s peak is {}", rate(needed.orders_per_s))),
        Figure::new(
            "99 % of pages within",
            latency(served.page_p99_ms),
            format!("payments within {}", latency(served.pay_p99_ms)),
        ),
        Figure::new("Requests that failed", grouped(served.errors), failed),
        Figure::new("Books", if is_broken(&figures.books) { "broken" } else { "balanced" }, format!("server’s memory: {memory}")),
    ]
}

fn table(figures: &Figures, reasons: &[String]) -> String {
    let mut html = String::new();
    if !reasons.is_empty() {
        html.push_str("<ul class=\"reasons\">");
        html.extend(reasons.iter().map(|reason| format!("<li class=\"missed\"><b>✗ Incident.</b> {}</li>", escape(reason))));
        html.push_str("</ul>");
    }
    html + &tables::study(figures).html()
}

fn notes(figures: &Figures) -> String {
    tables::notes(figures).iter().map(|note| paragraph(note)).collect()
}

fn carried(figures: &Figures) -> String {
    let about = "By this machine’s own clock, nothing of it scaled: visits and pages in its busiest second, orders in the \
                 seconds in which the forecast expects most.";
    paragraph(about) + &tables::carried(figures).html()
}

#[cfg(test)]
mod tests {
    use super::super::judge::tests::well;
    use super::*;
    use charts::well_formed::problem;

    #[test]
    fn our_row_stands_beneath_the_published_ones_and_the_forecasts() {
        let text = text(&well(), Ink::Plain);
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.starts_with("Sale  ")).expect("there is a table");
        let rows = &lines[at + 1..at + 6];
        for (row, says) in rows.iter().zip([
            ["Old platform, published", "96,000, down"],
            ["25 Nov 2011, published", "110,000+"],
            ["27 Dec 2011, published", "150,000+"],
            ["27 Dec 2011, forecast", "149,966"],
            ["27 Dec 2011, on this machine", "400 ± 67 (90 min)"],
        ]) {
            assert!(row.starts_with(says[0]) && row.contains(says[1]), "{row}");
        }
    }

    #[test]
    fn what_was_held_and_what_was_not_are_told_alike_on_a_page_on_a_terminal_and_as_data() {
        let changed = |change: fn(&mut Figures)| {
            let mut figures = well();
            change(&mut figures);
            figures
        };
        for (figures, word, held) in [
            (well(), "Held", true),
            (changed(|figures| figures.played.times_harder = 0.5), "Held, but played softly", true),
            (changed(|figures| figures.served.errors = 3), "Not held", false),
        ] {
            let (page, text) = (page(&figures), text(&figures, Ink::Plain));
            assert_eq!(problem(&page), None);
            assert!(page.contains(&format!("</span> {word}</p>")), "{page}");
            assert!(text.contains(&format!(" {word}: 5 days of sale in 4 minutes")), "{text}");
            let data: serde_json::Value = serde_json::from_str(&json(&figures)).expect("it is JSON");
            assert_eq!((data["held"].as_bool(), data["sale"].as_str()), (Some(held), Some("after-christmas")));
            assert_eq!(data["published"][2]["best_day"], "$3M");
            for reason in reasons(&figures) {
                assert!(page.contains(&escape(&reason)) && text.contains(&reason), "{reason}");
            }
        }
    }

    #[test]
    fn a_part_of_a_sale_is_not_passed_off_as_the_whole() {
        let mut figures = well();
        (figures.played.is_whole, figures.played.minutes, figures.came_to.best_day) = (false, 120, None);
        let text = text(&figures, Ink::Plain);
        assert!(text.contains("27 Dec 2011, forecast of this part  2 hours"), "{text}");
        assert!(text.contains("A part of the sale was played"), "{text}");
    }
}
