//! A forecast as people and programs read it.

use charts::numbers::{grouped, rate};
use charts::terminal::Ink;
use charts::well_formed::problem;
use forecast::data::Forecast;
use forecast::plan::{DECEMBER, MarketingPlan, NOVEMBER};
use forecast::report::{html, json, schedule, terminal};
use forecast::scale::{Cases, scale};
use serde_json::Value;

const SEED: u64 = 7;

/// Something that would be a tag, an attribute's end, an entity, or the end of a script, if it were let.
const HOSTILE: &str = "</title></script><script>alert(1)</script>' onload=x &lt;";

/// What the case study's plans do not say: things that may sell out, and what a node carries.
const MORE: &str = "\n[[items]]\nname = \"Tote\"\nstock = 30_000\nshare = 0.3\n\n[[items]]\nname = \"Clutch\"\nstock = 900_000\n\
                    share = 0.2\n\n[capacity]\npages_per_s = 400\norders_per_s = 2\nadmitted_per_minute = 4_000\n";

/// A sale of a minute that nobody is told of.
const TINY: &str = "name = \"Tiny\"\ncurrency = \"EUR\"\nzone = \"Europe/Berlin\"\n[sale]\nopens = \"2026-06-01 09:00\"\n\
                    closes = \"2026-06-01 09:01\"\n[capacity]\npages_per_s = 1\norders_per_s = 1\n";

fn plan(text: &str) -> MarketingPlan {
    MarketingPlan::parse(text, "plan.toml").expect("it is right")
}

fn forecast(text: &str) -> Forecast {
    forecast::forecast(&plan(text), SEED)
}

/// Forecasts with much and with little in them.
fn forecasts() -> Vec<(&'static str, Forecast)> {
    let hostile = NOVEMBER.replace("25 November", HOSTILE).replace("\"Early access\"", &format!("\"{HOSTILE}\""));
    let never = MORE.replace("orders_per_s = 2", "orders_per_s = 2\nsigma = 0.99");
    vec![
        ("november", forecast(NOVEMBER)),
        ("december with all", forecast(&format!("{DECEMBER}{MORE}"))),
        ("nodes that hinder each other", forecast(&format!("{DECEMBER}{never}"))),
        ("hostile", forecast(&format!("{hostile}{}", MORE.replace("Tote", HOSTILE)))),
        ("tiny", forecast(TINY)),
    ]
}

#[test]
fn every_page_is_well_formed_loads_nothing_and_shows_no_number_that_is_none() {
    let plain = html::page(&forecast(NOVEMBER));
    for (name, forecast) in forecasts() {
        let page = html::page(&forecast);
        assert_eq!(problem(&page), None, "{name}");
        assert_eq!(page.matches("<script>").count(), plain.matches("<script>").count(), "{name}");
        let fetches = [" src=", "href=\"http", "url(http", "@import", "<link", "<img", "fetch(", "XMLHttpRequest", "import("];
        let no_numbers = ["NaN", "inf<", ">inf", "-inf", "infinity"];
        for word in fetches.into_iter().chain(no_numbers) {
            assert!(!page.contains(word), "{name} has {word}");
        }
        let text = terminal::summary(&forecast, Ink::Plain);
        assert!(!text.contains("NaN") && !text.contains(" inf"), "{name}: {text}");
        assert!(!text.contains('\u{1b}'), "{name}");
    }
}

#[test]
fn every_chart_has_its_numbers_as_a_table() {
    for (name, expected) in [("november", 7), ("december with all", 10)] {
        let (_, forecast) = forecasts().into_iter().find(|(one, _)| *one == name).expect("it is there");
        let page = html::page(&forecast);
        let figures: Vec<&str> = page.split("<figure ").skip(1).map(|rest| rest.split("</figure>").next().unwrap()).collect();
        assert_eq!(figures.len(), expected, "{name}");
        for figure in figures {
            assert_eq!(figure.matches("<svg ").count(), 2, "one for a wide page and one for a phone");
            assert_eq!(figure.matches("role=\"img\" aria-labelledby=").count(), 2);
            assert_eq!(figure.matches("<details><summary>").count(), 1);
            assert!(figure.matches("<tr data-place=").count() >= 3, "{figure}");
        }
    }
}

/// A row's name, its figure in the data, and how it is written.
type Row<'a> = (&'a str, &'a Value, &'a dyn Fn(f64) -> String);

#[test]
fn terminal_page_and_data_tell_the_same_numbers() {
    for (name, forecast) in forecasts() {
        let data: Value = serde_json::from_str(&json::text(&forecast)).unwrap();
        let (page, text) = (html::page(&forecast), terminal::summary(&forecast, Ink::Plain));
        let lines: Vec<Vec<&str>> =
            text.lines().map(|line| line.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect()).collect();
        let money = |value: f64| format!("{} {}", data["currency"].as_str().unwrap(), grouped(value.round() as u64));
        let number = |value: f64| rate(value);
        let rows: [Row<'_>; 8] = [
            ("Visits that begin in a minute", &data["peaks"]["arrivals_per_minute"]["height"], &number),
            ("People there at once", &data["peaks"]["active"]["height"], &number),
            ("Sessions at once", &data["peaks"]["sessions"]["height"], &number),
            ("Pages a second", &data["peaks"]["pages_per_s"]["height"], &number),
            ("Orders in 5 minutes", &data["peaks"]["orders"]["height"], &number),
            ("Visits", &data["totals"]["visits"], &number),
            ("Orders", &data["totals"]["orders"], &number),
            ("Revenue", &data["totals"]["revenue"], &money),
        ];
        for (row, estimate, write) in rows {
            let cells = ["planned", "p5", "p95"].map(|key| write(estimate[key].as_f64().unwrap()));
            let cells_html: String = cells.iter().map(|cell| format!("<td class=\"number\">{cell}</td>")).collect();
            assert!(page.contains(&format!("<th scope=\"row\">{row}</th>{cells_html}")), "{name}: {row} {cells:?}");
            let is_line = |line: &Vec<&str>| line.first() == Some(&row) && line.len() > 3 && line[1..4] == cells;
            assert!(lines.iter().any(is_line), "{name}: {row} {cells:?} in {text}");
        }
    }
}

#[test]
fn the_same_plan_and_seed_are_the_same_bytes_everywhere() {
    let text = format!("{NOVEMBER}{MORE}");
    let all = |forecast: &Forecast| [html::page(forecast), json::text(forecast), terminal::summary(forecast, Ink::Colors)];
    assert_eq!(all(&forecast(&text)), all(&forecast(&text)));
    assert_ne!(all(&forecast(&text)), all(&forecast::forecast(&plan(&text), SEED + 1)));
}

#[test]
fn what_the_plan_does_not_say_is_told_with_its_source() {
    let text = terminal::summary(&forecast(TINY), Ink::Plain);
    for key in ["traffic.per_hour", "traffic.sharing", "shoppers.conversion", "shoppers.order_value", "shoppers.static_share"] {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key} in {text}"));
        assert!(line.split("  ").filter(|part| !part.is_empty()).count() == 3, "{line}");
    }
    let says_all = terminal::summary(&forecast(DECEMBER), Ink::Plain);
    assert!(!says_all.contains("shoppers.conversion"), "the plan says it itself");
    assert!(says_all.contains("median_minutes of channel \"Announcement\""), "{says_all}");
}

#[test]
fn the_input_that_moves_the_answer_most_is_named() {
    let text = terminal::summary(&forecast(NOVEMBER), Ink::Plain);
    assert!(text.contains("What moves revenue most is “Conversion”"), "{text}");
    assert!(text.contains("what moves the peak most is “"), "{text}");
}

#[test]
fn schedules_say_the_same_in_every_form() {
    let plan = plan(&format!("{NOVEMBER}{}", "\n[capacity]\npages_per_s = 150\norders_per_s = 5\n"));
    let scaled = scale(&plan, &forecast::forecast(&plan, SEED), Cases::Nineteen).unwrap();
    let people = schedule::timetable(&scaled, Ink::Plain);
    let keda = schedule::keda(&scaled);
    let compose = schedule::compose(&scaled);
    let hpa = schedule::hpa(&scaled);
    // The first is a quarter of an hour before the first message, at nine in the plan's zone.
    assert!(people.contains("Thu 24 Nov 08:45"), "{people}");
    assert!(compose.contains("\n45 8 24 11 * docker compose"), "{compose}");
    assert_eq!(compose.matches("--scale doorbuster=").count(), scaled.steps.len());
    assert_eq!(hpa.matches("\"minReplicas\":").count(), scaled.steps.len());
    let above = scaled.steps.iter().filter(|step| step.nodes > scaled.nodes_least).count();
    assert_eq!(keda.matches("- type: cron").count(), above, "{keda}");
    assert!(keda.contains("timezone: America/New_York") && keda.contains("desiredReplicas: \""), "{keda}");
    assert!(keda.contains(&format!("minReplicaCount: {}\n  maxReplicaCount: {}\n", scaled.nodes_least, scaled.nodes_most)));
    let systemd = schedule::systemd(&scaled);
    for node in scaled.nodes_least + 1..=scaled.nodes_most {
        assert!(systemd.contains(&format!("# on the machine of node {node}\n")), "{systemd}");
    }
    // Whatever is started is stopped.
    assert_eq!(systemd.matches("systemctl start").count(), systemd.matches("systemctl stop").count());
    assert!(people.contains("node-hours"), "{people}");
}

/// Leaves pages where a person can open them: `target/tmp/forecast-*.html`.
#[test]
fn pages_can_be_looked_at() {
    for (name, forecast) in forecasts() {
        let file = format!("forecast-{}.html", name.replace(' ', "-"));
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
        std::fs::write(&path, html::page(&forecast)).unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() > 10_000);
    }
}
