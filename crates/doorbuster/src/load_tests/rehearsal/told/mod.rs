//! How a rehearsal is told: as a page, on a terminal, and as data. All of it is drawn from its figures and lines.

mod crowd;
mod items;

use super::super::proof;
use super::Rehearsed;
use super::figures::Figures;
use super::judge::{Light, Line, is_go, wrong_prices};
use charts::markup::escape;
use charts::numbers::{duration, grouped, latency, percent, rate};
use charts::page::{Figure, Mood, Page, Section, paragraph};
use charts::terminal::{Ink, printable};
use loadtest::report::headline::is_broken;
use serde::Serialize;
use std::fmt::Write as _;

/// What a light is called, with a sign that tells it without color.
const fn sign(light: Light) -> &'static str {
    match light {
        Light::Red => "✗",
        Light::Amber => "▲",
        Light::Green => "✓",
    }
}

/// The answer in a word.
fn word(lines: &[Line]) -> &'static str {
    match lines.first().map(|line| line.light) {
        Some(Light::Red) => "No-go",
        Some(Light::Amber) => "Go, if you mean it",
        _ => "Go",
    }
}

/// The answer in a sentence.
fn sentence(lines: &[Line]) -> String {
    let count = |light| lines.iter().filter(|line| line.light == light).count();
    let things = |count: usize| if count == 1 { "1 thing".to_owned() } else { format!("{count} things") };
    let (red, amber) = (count(Light::Red), count(Light::Amber));
    match (red, amber) {
        (0, 0) => "The sale may open: nothing is to be done.".into(),
        (0, _) => format!("The sale may open; {} should be so on purpose.", things(amber)),
        (_, 0) => format!("The sale must not open like this: {} to be put right.", things(red)),
        _ => format!("The sale must not open like this: {} to be put right, {} to be decided.", things(red), things(amber)),
    }
}

/// The answer as lists have it.
pub fn headline(lines: &[Line]) -> String {
    format!("{}: {}", word(lines), sentence(lines))
}

/// What was played, and what it does not say.
fn meaning(figures: &Figures) -> Vec<String> {
    let played = figures.played;
    let (minute, of_sale) = (duration(f64::from(played.minutes) * 60.0), duration(f64::from(played.sale_minutes) * 60.0));
    vec![
        format!(
            "{minute} of {of_sale} were played from the opening on, {} times as fast, with {} of the visits and of the units: \
             {} times as many visits a second as the forecast expects.",
            rate(played.speed),
            percent(played.scale),
            rate(played.times_harder())
        ),
        "It was played on a copy of the shop, on this machine, beside everything else that runs here. No order, mail or unit of \
         the shop itself was touched."
            .into(),
    ]
}

/// The JSON: the figures, and what is to be thought of them.
pub fn json(rehearsed: &Rehearsed) -> String {
    #[derive(Serialize)]
    struct Data<'a> {
        go: bool,
        lines: &'a [Line],
        #[serde(flatten)]
        figures: &'a Figures,
    }
    let Rehearsed { figures, lines } = rehearsed;
    let data = Data { go: is_go(lines), lines, figures };
    let mut text = serde_json::to_string_pretty(&data).expect("figures are numbers and text under fixed names");
    text.push('\n');
    text
}

/// The rehearsal on a terminal, each line ended.
pub fn text(rehearsed: &Rehearsed, ink: Ink) -> String {
    let Rehearsed { figures, lines } = rehearsed;
    let mut text = format!("{}: {}\n\n", ink.bold(word(lines)), ink.bold(&sentence(lines)));
    for line in lines {
        let told = format!("{} {}: {}", sign(line.light), line.about, printable(&line.found));
        let told = match line.light {
            Light::Red => ink.bad(&told),
            Light::Amber => ink.warn(&told),
            Light::Green => ink.good(&told),
        };
        let _ = writeln!(text, "{told}");
        if !line.to_do.is_empty() {
            let _ = writeln!(text, "  {}", printable(&line.to_do));
        }
    }
    for sentence in meaning(figures) {
        let _ = write!(text, "\n{sentence}");
    }
    text.push('\n');
    for table in [crowd::compared(figures), items::stock(figures), items::prices(figures), crowd::slowest(figures)] {
        let _ = write!(text, "\n{}", table.text(ink));
    }
    text
}

/// The rehearsal as a page.
pub fn page(rehearsed: &Rehearsed) -> String {
    let Rehearsed { figures, lines } = rehearsed;
    let mood = match lines.first().map(|line| line.light) {
        Some(Light::Red) => Mood::Broken,
        Some(Light::Amber) => Mood::Limit,
        _ => Mood::Good,
    };
    let (sale, shop) = (&figures.sale, &figures.shop);
    let page = Page {
        title: format!("{}: rehearsal of {}", word(lines), sale.name),
        mood,
        about: "Rehearsal of",
        subject: sale.name.clone(),
        details: format!(
            "{shop}, opens {}; rehearsed {}",
            items::when(&sale.opens, &sale.zone),
            items::when(&figures.began, &sale.zone)
        ),
        word: word(lines).into(),
        sentence: sentence(lines),
        meaning: meaning(figures),
        figures: remembered(figures),
        sections: vec![
            Section { id: "lines", title: "What to do", body: listed(lines) },
            Section { id: "crowd", title: "The crowd", body: crowd::body(figures) },
            Section { id: "stock", title: "What sells out when", body: items::stock_body(figures) },
            Section { id: "prices", title: "Prices as a shopper sees them", body: items::prices(figures).html() },
            Section { id: "pages", title: "The slowest pages", body: crowd::slowest(figures).html() },
            Section { id: "books", title: "The books", body: proof::told(&figures.books) },
            Section { id: "how", title: "How it was played", body: how() },
        ],
        made_by: "doorbuster rehearse",
    };
    page.html()
}

fn remembered(figures: &Figures) -> Vec<Figure> {
    let (expected, tested) = (&figures.forecast, &figures.tested);
    let held = tested.held_pages_per_s.map_or("not known".to_owned(), rate);
    let needed = format!("the forecast’s peak is {}, at most {}", rate(expected.pages_per_s), rate(expected.pages_per_s_p95));
    let slowest =
        figures.pages.first().map_or(("–".to_owned(), String::new()), |page| (latency(page.p99_ms), page.name.to_owned()));
    let looked_at = figures.items.iter().filter(|item| item.seen.is_some()).count();
    let right = figures.items.iter().filter(|item| item.seen.is_some() && wrong_prices(item).is_empty()).count();
    let right = match right {
        _ if looked_at == 0 => "not seen".to_owned(),
        all if all == looked_at => "right".to_owned(),
        some => format!("{some} right"),
    };
    let receipts = format!("{} receipts compared", grouped(figures.books.receipts));
    let out = figures.items.iter().filter(|item| item.sold_out_minute.is_some()).count();
    vec![
        Figure::new("Pages a second in time", held, needed),
        Figure::new("Slowest page, 99 % within", slowest.0, slowest.1),
        Figure::new("Orders placed", grouped(tested.orders), format!("{} visits", grouped(tested.visits))),
        Figure::new("Items sold out", grouped(out as u64), format!("of {}", figures.items.len())),
        Figure::new("Prices on pages", right, format!("of {looked_at} items, before, during and after")),
        Figure::new("Books", if is_broken(&figures.books) { "broken" } else { "balanced" }, receipts),
    ]
}

/// The lines, each with what to do.
fn listed(lines: &[Line]) -> String {
    let mut html = String::from("<ul class=\"reasons\">");
    for line in lines {
        let (class, said) = match line.light {
            Light::Red => (" class=\"missed\"", "to be put right"),
            Light::Amber => (" class=\"limit\"", "to be decided"),
            Light::Green => (" class=\"held\"", "fine"),
        };
        let (about, found, sign) = (escape(line.about), coded(&line.found), sign(line.light));
        let _ = write!(html, "<li{class}><b>{sign} {about}, {said}.</b> {found}");
        if !line.to_do.is_empty() {
            let _ = write!(html, "<span>{}</span>", coded(&line.to_do));
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
    html
}

/// Text in which commands stand between backticks.
fn coded(text: &str) -> String {
    let part = |(at, part)| if at % 2 == 0 { escape(part) } else { format!("<code>{}</code>", escape(part)) };
    text.split('`').enumerate().map(part).collect()
}

fn how() -> String {
    let said = [
        "The sale’s instants in the copy were moved to now and its length was divided; the server’s own clock was not touched. \
         So an unpaid hold lasts as long as always, which is far longer within a shorter sale, and pages that are printed once \
         a second lag further behind units that go faster. Both are harder than the sale will be.",
        "What is easier than the sale will be: shoppers came over this machine’s loopback without TLS, the copy knows no earlier \
         order, test payment answers at once, and it was one server on an embedded database, whatever the shop runs on. What \
         comes only after hours, such as a disk that fills or a line of mail, was not seen. Shoppers ran on the same machine, \
         which is harder again.",
        "Shoppers think as much faster as the sale is played faster. They choose products in the order in which the shop shows \
         them, not as the plan says: when an item sold out here says how fast units can go, the forecast says when they will.",
        "A rate counts as carried when, for five seconds on end, 95 and 99 % of the pages of every single second were within \
         their objectives, nothing failed and nobody was sent away.",
        "Other sales of the shop were called off in the copy. Cards were test cards, and mail went into files that are gone. \
         Early access was moved with the sale, but nobody had a link. Money, delivery and people at the packing table were not \
         rehearsed.",
    ];
    said.map(paragraph).concat()
}

#[cfg(test)]
mod tests {
    use super::super::judge::{lines, tests::well};
    use super::*;
    use charts::well_formed::problem;

    fn rehearsed(change: impl FnOnce(&mut Figures)) -> Rehearsed {
        let mut figures = well();
        change(&mut figures);
        let lines = lines(&figures);
        Rehearsed { figures, lines }
    }

    #[test]
    fn a_go_and_a_no_go_are_told_alike_on_a_page_on_a_terminal_and_as_data() {
        let cases: [(Rehearsed, &str, bool); 3] = [
            (rehearsed(|_| ()), "Go", true),
            (rehearsed(|figures| figures.forecast.plan = None), "Go, if you mean it", true),
            (rehearsed(|figures| figures.items[0].in_stock = Some(0)), "No-go", false),
        ];
        for (rehearsed, word, go) in cases {
            let (page, text) = (page(&rehearsed), text(&rehearsed, Ink::Plain));
            assert_eq!(problem(&page), None);
            assert!(page.contains(&format!("</span> {word}</p>")), "{page}");
            assert!(text.starts_with(&format!("{word}: ")), "{text}");
            let data: serde_json::Value = serde_json::from_str(&json(&rehearsed)).expect("it is JSON");
            assert_eq!((data["go"].as_bool(), data["shop"].as_str()), (Some(go), Some("Juniper Roasters")));
            for line in &rehearsed.lines {
                assert!(page.contains(&coded(&line.to_do)) && text.contains(&line.to_do), "{line:?}");
            }
        }
    }

    #[test]
    fn a_hostile_name_stays_text() {
        let name = "<script>alert(1)</script>".to_owned();
        let rehearsed = rehearsed(|figures| {
            (figures.sale.name, figures.items[0].name) = (name.clone(), name);
            figures.items[0].in_stock = Some(0);
        });
        let page = page(&rehearsed);
        assert_eq!((problem(&page), page.matches("<script>").count()), (None, 1));
    }
}
