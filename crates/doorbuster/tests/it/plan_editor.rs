//! A seller writes a sale's plan with a real browser and sees its forecast move; the command line finds what was saved.

use crate::audit;
use crate::browser_buys::sign_in;
use crate::program::{Engine, Place, Server};
use crate::webdriver::{Browser, Screen, Scripts};
use serde_json::{Value, json};

const LIST: &str = "[id='channels.0.list']";
const CLICK_RATE: &str = "[id='channels.0.click_rate']";
const SECOND_WAVE: &str = "[id='channels.0.waves.1.starts']";

#[test]
fn a_plan_is_written_and_its_forecast_moves_on_sqlite() {
    check(Engine::Sqlite, Scripts::On, Screen::Desk);
}

#[test]
fn a_plan_is_written_and_its_forecast_moves_on_postgres() {
    check(Engine::Postgres, Scripts::On, Screen::Desk);
}

#[test]
fn a_plan_is_written_without_scripts_on_sqlite() {
    check(Engine::Sqlite, Scripts::Off, Screen::Desk);
}

#[test]
fn a_plan_is_written_without_scripts_on_postgres() {
    check(Engine::Postgres, Scripts::Off, Screen::Desk);
}

#[test]
fn a_plan_is_written_with_a_phone_on_sqlite() {
    check(Engine::Sqlite, Scripts::On, Screen::Phone);
}

#[test]
fn a_plan_is_written_with_a_phone_on_postgres() {
    check(Engine::Postgres, Scripts::On, Screen::Phone);
}

fn check(engine: Engine, scripts: Scripts, screen: Screen) {
    let place = Place::new(engine);
    let server = place.start("demo");
    let ines = Browser::start(scripts, screen);
    open(&ines, &server);
    ines.fill(LIST, "40,000");
    ines.fill(CLICK_RATE, "5");
    show(&ines);
    ines.find("#forecast[data-drawn] figure.chart");
    if scripts == Scripts::On {
        moves(&ines);
        audit::check(&ines);
    }
    wrongly(&ines);
    press(&ines, "add_wave.0");
    ines.find(SECOND_WAVE);
    let focused = ines.execute("return document.activeElement.id", &json!([]));
    assert_eq!(focused, "channels.0.waves.1.starts", "whoever adds a wave types on in it");
    assert_eq!(ines.value(LIST), "40,000", "what was typed is still there");
    ines.click_through("#plan .save-bar button[value=save]");
    assert!(ines.text("main").contains("The plan is saved"), "{}", ines.text("main"));
    ines.open(&ines.url());
    assert_eq!((ines.value(LIST), ines.count("#forecast figure.chart") > 3), ("40000".to_owned(), true));
    if scripts == Scripts::On {
        audit::check(&ines);
    }
    let report = ["report", "--shop", "quillmere", "--sale", "first-frost", "--json", "-"];
    let data: Value = serde_json::from_str(&place.must(&report)).expect("it is JSON");
    assert_eq!(data["forecast"], "First Frost", "the sale is held against the plan of the desk");
}

fn open(ines: &Browser, server: &Server) {
    sign_in(ines, server);
    ines.open(&format!("{}/admin/flash-sales", server.address));
    ines.click_through("main tbody a");
    ines.click_through(".page-head a[href$='/plan']");
    assert_eq!(ines.text("h1"), "Plan and forecast");
}

/// Waits for the forecast of what was typed, or asks for it.
fn show(ines: &Browser) {
    match ines.scripts() {
        Scripts::On => drop(ines.find("#forecast[data-drawn]")),
        Scripts::Off => ines.click_through("#plan .save-bar button[value=show]"),
    }
}

/// A row is added in place where scripts run, and on a new page where they do not.
fn press(ines: &Browser, button: &str) {
    let button = format!("#plan button[value='{button}']");
    match ines.scripts() {
        Scripts::On => ines.click(&button),
        Scripts::Off => ines.click_through(&button),
    }
}

/// Twice as many people who are told are more people in the shop, without anything being pressed.
fn moves(ines: &Browser) {
    let types = "
        const says = document.getElementById('forecast-says'), before = says.textContent;
        const told = new Promise((resolve) => {
            new MutationObserver(() => resolve()).observe(says, { childList: true, characterData: true, subtree: true });
        });
        const list = document.getElementById('channels.0.list');
        for (const text of ['8', '80', '80,0', '80,000']) {
            list.value = text;
            list.dispatchEvent(new Event('input', { bubbles: true }));
        }
        await told;
        list.value = '40,000';
        return [before, says.textContent, document.querySelectorAll('#forecast figure.chart').length];";
    let told = ines.execute_async(types);
    assert!(told[0] != told[1] && told[1].as_str().is_some_and(|says| says.starts_with("Expect EUR")), "{told}");
    assert!(told[2].as_u64() > Some(3), "{told}");
}

/// Two hundred in a hundred come: it is said beside the field, and what was typed stays.
fn wrongly(ines: &Browser) {
    ines.fill(CLICK_RATE, "200");
    show(ines);
    assert!(ines.text("[id='channels.0.click_rate-error']").contains("from 0 to 100"));
    assert_eq!(ines.value(CLICK_RATE), "200");
    ines.fill(CLICK_RATE, "5");
}
