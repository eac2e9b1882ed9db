//! A seller's load test from the desk to the report, against a copy that is gone afterwards; and copies made on the command line.

use crate::program::{ANY_PORT, Engine, Place, Server, take_turn, until};
use crate::shopper::{Bought, Page, Shopper};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

const INES: &str = "ines@juniper.example";

#[test]
fn a_seller_tests_a_copy_of_the_shop_and_keeps_the_report_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn a_seller_tests_a_copy_of_the_shop_and_keeps_the_report_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let _turn = take_turn();
    let place = Place::new(engine);
    let (server, mut ines) = open(&place);
    let stock = place.must(&["export", "--shop", "juniper", "-"]);
    assert_eq!(start(&mut ines).status, 303);
    until("shoppers come", || desk(&mut ines).body.contains("Shoppers in the copy"));
    let mut page = desk(&mut ines);
    until("the test ends", || {
        page = desk(&mut ines);
        !page.body.contains("Stop the test")
    });
    let report = between(&page.body, "href=\"", "/report\"").unwrap_or_else(|| panic!("a report is kept: {}", page.body));
    let shown = ines.get(&format!("{report}/report")).expect("the desk answers");
    assert!(shown.status == 200 && shown.body.contains("Load test of <b>http://127.0.0.1</b>"), "{shown:?}");
    let data = ines.get(&format!("{report}/report.json")).expect("the desk answers");
    let data: Value = serde_json::from_str(&data.body).expect("the data is JSON");
    let (audit, steps) = (&data["audit"], data["steps"].as_array().expect("steps are listed"));
    assert_eq!((audit["books_hold"].as_bool(), audit["missing"].as_u64()), (Some(true), Some(0)), "{audit}");
    assert!(steps[0]["counts"]["requests"].as_u64() > Some(0), "somebody came: {steps:?}");

    assert_eq!(place.must(&["export", "--shop", "juniper", "-"]), stock, "the shop's own stock is as it was");
    let orders = ines.get("/admin/orders").expect("the desk answers");
    assert!(orders.body.contains("No orders"), "nobody bought in the shop itself: {}", orders.body);
    assert_eq!(fs::read_dir(place.mail_folder()).map_or(0, Iterator::count), 0, "nobody was written to");
    assert_eq!(places(&place), Vec::<PathBuf>::new(), "the copy is gone");
    assert_eq!(server.stop(), Some(0));
    place.verify();
}

#[test]
fn what_a_killed_server_leaves_of_a_test_ends_by_itself_and_goes_at_the_next_start() {
    let _turn = take_turn();
    let place = Place::new(Engine::Sqlite);
    let (mut server, mut ines) = open(&place);
    assert_eq!(start(&mut ines).status, 303);
    until("shoppers come", || desk(&mut ines).body.contains("Shoppers in the copy"));
    server.signal("KILL");
    server.wait();
    until("the copy and its shoppers end", || processes_in(&place) == 0);
    assert_eq!(places(&place).len(), 1, "nobody was there to clear up");
    let server = place.start("serve");
    assert_eq!(places(&place), Vec::<PathBuf>::new());
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn without_the_operators_word_a_seller_is_told_what_to_ask_for() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    let server = place.start("serve");
    let mut ines = hire(&place, &server);
    let page = desk(&mut ines);
    assert!(page.status == 200 && page.body.contains("--loadtest-shoppers-max 2000"), "{page:?}");
    assert_eq!(start(&mut ines).status, 422, "and nothing is started");
}

#[test]
fn a_copied_shop_sells_as_the_shop_does_and_knows_none_of_its_people() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine);
        let (server, _) = open(&place);
        let mut ada = Shopper::new(&server.address);
        let checkout = ada.go_to_checkout("house-blend").expect("the checkout is answered");
        ada.pay(&checkout, "ada@example.com");
        let copy = Place::new(Engine::Sqlite);
        let folder = copy.folder.join("shop").display().to_string();
        let said = place.must(&["copy-shop", "juniper", &folder]);
        assert!(said.contains(&format!("doorbuster serve --data {folder}")), "{said}");
        let again = place.run(&["copy-shop", "juniper", &folder]);
        assert!(again.code == Some(1) && again.complaint.contains("holds a database already"), "{}", again.complaint);
        assert_eq!(place.run(&["copy-shop", "nobody", &folder]).code, Some(1));
        drop(server);

        let copy = Place::in_folder(folder.into());
        assert!(!copy.must(&["seller", "list", "juniper"]).contains(INES), "nobody may sign in to a copy");
        assert!(copy.must(&["export", "--shop", "juniper", "-"]).contains(",49,"), "Ada's bag is gone from the copy, too");
        let served = copy.start("serve");
        let mut ben = Shopper::new(&served.address);
        let checkout = ben.go_to_checkout("house-blend").expect("the checkout is answered");
        assert!(matches!(ben.pay(&checkout, "ben@example.com"), Bought::Receipt { .. }), "{engine:?}");
        copy.verify();
    }
}

/// Juniper Roasters, where Ines may test with twenty shoppers and sits at her desk.
pub fn open(place: &Place) -> (Server, Shopper) {
    place.open_juniper_roasters(50);
    let mut command = place.command(&[&["serve"][..], &ANY_PORT].concat());
    command.env("DOORBUSTER_LOADTEST_SHOPPERS_MAX", "20");
    let server = Server::start(command);
    let ines = hire(place, &server);
    (server, ines)
}

fn hire(place: &Place, server: &Server) -> Shopper {
    let made = place.must(&["seller", "create", "juniper", INES]);
    let password = made.lines().find_map(|line| line.strip_prefix("Password: ")).expect("a made password is printed");
    let mut ines = Shopper::new(&server.address);
    let signed_in = ines.post("/admin/sign-in", &[("email", INES), ("password", password)]).expect("the desk answers");
    assert_eq!(signed_in.status, 303, "{signed_in:?}");
    ines
}

fn start(ines: &mut Shopper) -> Page {
    let form = [("shoppers", "20"), ("plan", "drop"), ("step_seconds", "5")];
    ines.post("/admin/load-test", &form).expect("the desk answers")
}

pub fn desk(ines: &mut Shopper) -> Page {
    ines.get("/admin/load-test").expect("the desk answers")
}

/// The last text between these two.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (text, _) = text.split_once(after)?;
    text.rsplit_once(before).map(|(_, between)| between)
}

/// What is in the folder of copies.
pub fn places(place: &Place) -> Vec<PathBuf> {
    let entries = fs::read_dir(place.folder.join("load-tests"));
    entries.map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
}

/// How many processes have a copy of this place on their command line.
fn processes_in(place: &Place) -> usize {
    let copies = place.folder.join("load-tests").display().to_string();
    let processes = fs::read_dir("/proc").expect("the system lists its processes").flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(&copies)).count()
}
