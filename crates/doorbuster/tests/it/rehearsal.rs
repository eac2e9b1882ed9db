//! A seller rehearses a sale on the command line: the go/no-go page, its data and exit codes, and a shop that notices nothing.

use crate::load_test::{between, desk, open, places};
use crate::program::{Engine, Place, take_turn, until};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::{FlashSaleId, Timestamp};
use db::{Db, OpenOptions};
use serde_json::Value;
use std::path::PathBuf;
use std::time::SystemTime;

/// A plan of few people, who buy so often that some do in a short rehearsal.
const PLAN: &str = "name = \"Friday\"\ncurrency = \"EUR\"\nzone = \"UTC\"\n[sale]\nopens = \"OPENS\"\ncloses = \"CLOSES\"\n\
                    [[channels]]\nname = \"Mail\"\nlist = 100\nclick_rate = 1\ndelay = \"fast\"\n[[channels.waves]]\n\
                    starts = \"OPENS\"\ndelivered_in_minutes = 0\n[shoppers]\nconversion = 0.5\n";

#[test]
fn a_sale_that_offers_more_than_there_is_is_a_no_go_and_the_shop_notices_nothing_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn a_sale_that_offers_more_than_there_is_is_a_no_go_and_the_shop_notices_nothing_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let _turn = take_turn();
    let place = Place::new(engine);
    place.open_juniper_roasters(500);
    let opens_at = tomorrow();
    put_on_sale(&place, opens_at, 300, 600);
    let stock = place.must(&["export", "--shop", "juniper", "-"]);
    let plan = place.file("plan.toml", &plan(opens_at, 300));
    let [html, json] = ["page.html", "data.json"].map(|name| place.folder.join(name).display().to_string());
    let rehearse = ["rehearse", "--shop", "juniper", "--sale", "friday", "--plan", &plan, "--speed", "600", "--scale", "1"];
    let said = place.run(&[&rehearse[..], &["--minutes", "300", "--html", &html, "--json", &json]].concat());
    assert_eq!(said.code, Some(2), "{} {}", said.output, said.complaint);
    assert!(said.output.starts_with("No-go: "), "{}", said.output);
    let page = std::fs::read_to_string(&html).expect("the page was written");
    assert!(page.contains("Rehearsal of <b>Friday</b>") && page.contains("600 offered, 500 in stock"), "{page}");

    let data: Value = serde_json::from_str(&std::fs::read_to_string(&json).expect("it was written")).expect("it is JSON");
    let light = |about| light(&data, about);
    assert_eq!((light("Stock"), light("Books"), light("Marketing plan")), ("red", "green", "green"), "{data}");
    assert_eq!((light("Calendar"), light("Sale prices"), light("Prices on pages")), ("green", "green", "green"), "{data}");
    assert_eq!(data["items"][0]["seen"], serde_json::json!(["€12.50", "€7.50", "€12.50"]));
    assert_eq!(data["books"]["books_hold"], true);

    assert_eq!(place.must(&["export", "--shop", "juniper", "-"]), stock, "the shop's own stock is as it was");
    assert_eq!(places(&place), Vec::<PathBuf>::new(), "the copy is gone");
    place.verify();
}

#[test]
fn a_seller_has_a_sale_rehearsed_at_the_desk_and_keeps_the_page() {
    let _turn = take_turn();
    let place = Place::new(Engine::Sqlite);
    let (server, mut ines) = open(&place);
    let opens_at = tomorrow();
    put_on_sale(&place, opens_at, 5, 40);
    let plan = plan(opens_at, 5).replace("list = 100", "list = 1_000");
    let asked = ines.post("/admin/flash-sales/1/rehearse", &[("marketing_plan", &plan)]).expect("the desk answers");
    assert_eq!(asked.status, 303, "{asked:?}");
    let mut page = desk(&mut ines);
    assert!(page.body.contains("Rehearsal of “Friday”"), "{}", page.body);
    while page.body.contains("Stop the test") {
        let before = page.body.clone();
        until("the rehearsal goes on", || {
            page = desk(&mut ines);
            page.body != before
        });
    }
    let report = between(&page.body, "href=\"", "/report\"").unwrap_or_else(|| panic!("a page is kept: {}", page.body));
    let shown = ines.get(&format!("{report}/report")).expect("the desk answers");
    assert!(shown.status == 200 && shown.body.contains("Rehearsal of <b>Friday</b>"), "{shown:?}");
    let data = ines.get(&format!("{report}/report.json")).expect("the desk answers");
    let data: Value = serde_json::from_str(&data.body).expect("the data is JSON");
    assert_eq!((light(&data, "Books"), light(&data, "Prices on pages")), ("green", "green"), "{data}");
    let most =
        data["tested"]["seconds"].as_array().and_then(|seconds| seconds.iter().filter_map(|s| s["shoppers"].as_u64()).max());
    assert!(most.is_some_and(|most| (1..=20).contains(&most)), "no more come than are permitted: {most:?}");
    assert_eq!(places(&place), Vec::<PathBuf>::new(), "the copy is gone");
    assert_eq!(server.stop(), Some(0));
    place.verify();
}

#[test]
fn what_cannot_be_rehearsed_ends_with_one_and_says_what_can() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    put_on_sale(&place, tomorrow().plus_minutes(-2 * 1_440), 300, 5);
    for (arguments, says) in [
        (&["--shop", "juniper", "--sale", "monday"][..], "The shop has: friday."),
        (&["--shop", "juniper", "--sale", "friday"], "has opened already"),
        (&["--shop", "juniper", "--sale", "friday", "--speed", "0"], "--speed is 0, but has to be from 1 to 600"),
        (&["--shop", "juniper", "--sale", "friday", "--plan", "nowhere.toml"], "nowhere.toml cannot be read"),
        (&["--shop", "nobody", "--sale", "friday"], "there is no shop"),
        (&["--shop", "juniper"], "--sale"),
    ] {
        let said = place.run(&[&["rehearse"], arguments].concat());
        assert_eq!(said.code, Some(1), "{arguments:?}: {}", said.complaint);
        assert!(said.complaint.contains(says), "{}", said.complaint);
    }
}

/// A full minute about a day from now.
#[expect(clippy::disallowed_methods, reason = "a rehearsed sale has to be one that is to come")]
fn tomorrow() -> Timestamp {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970").as_secs();
    Timestamp::from_seconds((now / 60 * 60 + 86_400).cast_signed())
}

/// What is thought of this.
fn light<'a>(data: &'a Value, about: &str) -> &'a str {
    let lines = data["lines"].as_array().expect("lines are listed");
    lines.iter().find(|line| line["about"] == about).and_then(|line| line["light"].as_str()).unwrap_or("none")
}

/// [`PLAN`] of a sale of so many minutes.
fn plan(opens_at: Timestamp, minutes: i64) -> String {
    let local = |at: Timestamp| {
        let at = jiff::Timestamp::from_second(at.seconds()).expect("it is within the calendar");
        at.strftime("%Y-%m-%d %H:%M").to_string()
    };
    PLAN.replace("OPENS", &local(opens_at)).replace("CLOSES", &local(opens_at.plus_minutes(minutes)))
}

/// Juniper's coffee in a sale of so many minutes that offers so many.
fn put_on_sale(place: &Place, opens_at: Timestamp, minutes: i64, offered: i64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there are threads");
    runtime.block_on(async {
        let db = Db::open_existing(&place.target(), &OpenOptions::default()).await.expect("it is there");
        let shop = db::shops::shop_by_handle(&db, "juniper").await.expect("it is read").expect("it is there");
        let product = db::catalog::find_product(&db, shop, "house-blend").await.expect("it is read").expect("it is there");
        let item = FlashSaleItem {
            variant: product.variants[0].id,
            price_minor: 750,
            quantity_offered: Some(offered),
            quantity_per_customer_max: Some(2),
            quantity_claimed: 0,
        };
        let sale = FlashSale {
            id: FlashSaleId(1),
            handle: "friday".into(),
            name: "Friday".into(),
            teaser: String::new(),
            picture: None,
            early_access_at: None,
            opens_at,
            closes_at: opens_at.plus_minutes(minutes),
            before_opening: BeforeOpening::NotForSale,
            status: FlashSaleStatus::Scheduled,
            items: vec![item],
        };
        let saved = db::flash_sales::save_flash_sale(&db, shop, &sale, opens_at).await.expect("it is written");
        assert_eq!(saved, Ok(()));
    });
}
