//! A seller plans a sale: from an example to a forecast, its page and its nodes; and what is said of plans that make no sense.

use crate::program::{Engine, Place};
use serde_json::Value;

#[test]
fn an_example_becomes_a_forecast_a_page_and_a_timetable_without_any_shop() {
    let place = Place::new(Engine::Sqlite);
    let example = place.must(&["forecast", "example", "november"]);
    let plan = place.file("november.toml", &example);
    let text = place.must(&["forecast", &plan]);
    assert!(text.contains("What moves revenue most is"), "{text}");
    let [html, json] = ["page.html", "data.json"].map(|name| place.folder.join(name));
    let files = [html.to_str().expect("UTF-8"), json.to_str().expect("UTF-8")];
    assert_eq!(place.must(&["forecast", &plan, "--html", files[0], "--json", files[1]]), text, "the same seed, the same text");
    let data: Value = serde_json::from_str(&std::fs::read_to_string(&json).expect("it was written")).expect("it is JSON");
    assert_eq!(data["plan"], "25 November");
    assert!(std::fs::read_to_string(&html).expect("it was written").starts_with("<!DOCTYPE html>"));
    assert_eq!(place.must(&["forecast", &plan, "--json", "-"]), std::fs::read_to_string(&json).expect("it was written"));

    let table = place.must(&["scale-plan", &plan, "--capacity", "150"]);
    assert!(table.contains("Thu 24 Nov 08:45") && table.contains("node-hours"), "{table}");
    assert!(place.must(&["scale-plan", &plan, "--capacity", "150", "--for", "keda"]).contains("kind: ScaledObject"));
    let waves = place.must(&["forecast", "advise", &plan, "--sessions", "90k"]);
    assert!(waves.contains("waves, "), "{waves}");
}

#[test]
fn a_claim_says_what_it_implies_and_a_contradiction_has_an_exit_code() {
    let place = Place::new(Engine::Sqlite);
    let claim = ["forecast", "check", "--users", "110000", "--orders-per-5min", "400", "--revenue", "4.5M", "--days", "3"];
    let said = place.must(&claim);
    assert!(said.contains("2.5 %") && said.contains("13.02") && said.contains("Nothing contradicts"), "{said}");
    let said = place.run(&["forecast", "check", "--users", "1000", "--orders-per-5min", "4000"]);
    assert_eq!(said.code, Some(3), "{}", said.output);
    assert!(said.output.contains("do not go together"), "{}", said.output);
}

#[test]
fn a_plan_that_makes_no_sense_is_refused_with_the_field_and_what_is_allowed() {
    let place = Place::new(Engine::Sqlite);
    let example = place.must(&["forecast", "example", "december"]);
    for (line, instead, says) in [
        ("click_rate = 0.12", "click_rate = 2.0", "click_rate of channel \"Announcement\" is 2, but has to be from 0 to 1"),
        ("per_hour = 8_500", "per_hour = -1", "traffic.per_hour is -1"),
        ("America/New_York", "America/Gotham", "zone is \"America/Gotham\""),
    ] {
        let plan = place.file("wrong.toml", &example.replacen(line, instead, 1));
        let said = place.run(&["forecast", &plan]);
        assert_eq!(said.code, Some(2), "{instead}");
        assert!(said.complaint.contains(says) && said.complaint.contains("wrong.toml"), "{}", said.complaint);
    }
    let said = place.run(&["scale-plan", &place.file("right.toml", &example)]);
    assert!(said.code == Some(2) && said.complaint.contains("--capacity"), "{}", said.complaint);
}

#[test]
fn past_orders_say_how_well_a_shops_days_are_known() {
    let place = Place::new(Engine::Sqlite);
    // Twenty weeks with ten orders each Monday to Saturday.
    let days = (0..140).filter(|day| day % 7 != 6);
    let day = |day: i64| jiff::civil::date(2026, 1, 5).saturating_add(jiff::Span::new().days(day));
    let rows: String = days.map(|number| format!("{}T12:00\n", day(number)).repeat(10)).collect();
    let orders = place.file("orders.csv", &format!("at\n{rows}"));
    let said = place.must(&["forecast", "backtest", &orders, "--learn-weeks", "12"]);
    assert!(said.contains("1,200 orders since 2026-01-05"), "{said}");
    assert!(said.contains("90 %"), "{said}");
}
