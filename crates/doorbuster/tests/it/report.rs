//! What a sale came to, from the command line: on the terminal, as a page and as data, and what is said where there is no sale.

use crate::program::{Engine, Place};
use crate::shopper::Shopper;
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleStatus};
use commerce::{FlashSaleId, Timestamp};
use db::crowd::{CrowdMinute, keep_minutes};
use db::{Db, OpenOptions};
use serde_json::Value;

#[test]
fn a_sale_is_told_with_its_orders_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn a_sale_is_told_with_its_orders_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let place = Place::new(engine);
    place.open_juniper_roasters(5);
    let server = place.start("serve");
    let mut ada = Shopper::new(&server.address);
    let checkout = ada.go_to_checkout("house-blend").expect("the checkout is answered");
    ada.pay(&checkout, "ada@example.com");
    let said = place.run(&["report", "--shop", "juniper", "--sale", "winter"]);
    assert_eq!(said.code, Some(1));
    assert!(said.complaint.contains("“winter”") && said.complaint.contains("The shop has no sale."), "{}", said.complaint);

    plan_a_sale(&place);
    let report = ["report", "--shop", "juniper", "--sale", "winter"];
    let text = place.must(&report);
    assert!(text.contains("in 1 order") && text.contains("not recorded"), "{text}");
    let page = place.folder.join("page.html");
    let written = place.must(&[&report[..], &["--html", page.to_str().expect("UTF-8")]].concat());
    assert!(written.contains("in 1 order"), "{written}");
    assert!(std::fs::read_to_string(&page).expect("it was written").starts_with("<!DOCTYPE html>"));

    let plan = place.file("plan.toml", &place.must(&["forecast", "example", "november"]));
    let stored = place.file("forecast.json", &place.must(&["forecast", &plan, "--json", "-"]));
    for forecast in [&plan, &stored] {
        let data = place.must(&[&report[..], &["--forecast", forecast, "--json", "-"]].concat());
        let data: Value = serde_json::from_str(&data).expect("it is JSON");
        assert_eq!(data["totals"]["orders"], 1);
        assert_eq!(data["forecast"], "25 November");
        assert_eq!(data["compared"][0]["within"], Value::Null, "the sale is still on: more may come");
    }
    learn(&place, &report);
    let no_forecast = place.file("wrong.json", "{}");
    let said = place.run(&[&report[..], &["--forecast", &no_forecast]].concat());
    assert!(said.code == Some(2) && said.complaint.contains("is no forecast"), "{}", said.complaint);
}

/// What was counted in the sale's first two hours is laid over a plan, and the next plan starts from that.
fn learn(place: &Place, report: &[&str]) {
    let said = place.run(&[report, &["--learn"]].concat());
    assert!(said.code == Some(2) && said.complaint.contains("it is not known what was planned"), "{}", said.complaint);
    let plan = |click_rate: &str| {
        let text = format!(
            "name = \"Winter\"\ncurrency = \"EUR\"\nzone = \"UTC\"\n[sale]\nopens = \"2026-01-01 00:00\"\n\
             closes = \"2026-01-01 04:00\"\n[[channels]]\nname = \"Letter\"\nlist = 10_000\n{click_rate}\n\
             [[channels.waves]]\nstarts = \"2026-01-01 00:00\"\n"
        );
        place.file("own.toml", &text)
    };
    let (written, of_shop) = (plan("click_rate = 0.1"), ["--shop", "juniper"]);
    place.must(&[&["forecast", &written], &of_shop[..], &["--sale", "winter"]].concat());
    let data: Value = serde_json::from_str(&place.must(&[report, &["--json", "-"]].concat())).expect("it is JSON");
    assert_eq!((&data["forecast"], &data["learned"]), (&Value::from("Winter"), &Value::Null), "it was kept with the sale");
    let text = place.must(&[report, &["--learn"]].concat());
    assert!(text.contains("What the sale has taught") && text.contains("Over the one sale of the shop"), "{text}");

    let silent = plan("");
    let said = place.run(&["forecast", &silent]);
    assert!(said.code == Some(2) && said.complaint.contains("click_rate of channel \"Letter\" is missing"), "{}", said.complaint);
    let text = place.must(&[&["forecast", &silent], &of_shop[..]].concat());
    assert!(text.contains("forecasts were off by"), "{text}");
}

/// A sale with nothing in it that is open from 2026 to 2036: whenever this runs, the order lies within it.
fn plan_a_sale(place: &Place) {
    let sale = FlashSale {
        id: FlashSaleId(1),
        handle: "winter".into(),
        name: "Winter".into(),
        teaser: String::new(),
        picture: None,
        early_access_at: None,
        opens_at: Timestamp::from_seconds(1_767_225_600),
        closes_at: Timestamp::from_seconds(2_082_758_400),
        before_opening: BeforeOpening::OrdinaryPrice,
        status: FlashSaleStatus::Scheduled,
        items: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let db = Db::open_existing(&place.target(), &OpenOptions::default()).await.expect("the database is there");
        let shop = db::shops::shop_by_handle(&db, "juniper").await.expect("the database answers").expect("the shop is there");
        let saved = db::flash_sales::save_flash_sale(&db, shop, &sale, sale.opens_at).await;
        saved.expect("the database answers").expect("the sale is fine");
        let minute = |minute| CrowdMinute {
            begins_at: sale.opens_at.plus_minutes(minute),
            active: 40,
            sessions: 90,
            visits: Some(9),
            robot_pages: 0,
        };
        let minutes: Vec<_> = (0..120).map(|number| (shop, minute(number))).collect();
        keep_minutes(&db, &minutes).await.expect("the database answers");
    });
}
