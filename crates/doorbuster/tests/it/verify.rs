//! The proof for machines: JSON, exit codes, and what is said where there is nothing to prove.

use crate::program::{Engine, Place, Said};
use crate::shopper::{Bought, Shopper};
use loadtest::audit::{Entry, Receipt, Receipts, SaidBy, ShownOrder, SoldOut};
use serde_json::Value;
use std::path::Path;

fn proof(said: &Said) -> Value {
    serde_json::from_str(&said.output).expect("the proof is JSON")
}

#[test]
fn the_proof_of_a_shop_that_sold_something_is_json_on_sqlite() {
    check(Engine::Sqlite, "sqlite");
}

#[test]
fn the_proof_of_a_shop_that_sold_something_is_json_on_postgres() {
    check(Engine::Postgres, "postgres");
}

fn check(engine: Engine, name: &str) {
    let place = Place::new(engine);
    place.open_juniper_roasters(5);
    let server = place.start("serve");
    let mut ada = Shopper::new(&server.address);
    let checkout = ada.go_to_checkout("house-blend").expect("the checkout is answered");
    ada.pay(&checkout, "ada@example.com");
    let said = place.run(&["verify", "--json"]);
    assert_eq!(said.code, Some(0), "beside a running server: {}{}", said.output, said.complaint);
    let proof = proof(&said);
    assert_eq!((proof["holds"].as_bool(), proof["engine"].as_str()), (Some(true), Some(name)));
    assert_eq!(proof["shops"][0]["handle"], "juniper");
    let claims = proof["shops"][0]["claims"].as_array().expect("claims are listed");
    let rows = |id: &str| claims.iter().find(|claim| claim["id"] == id).and_then(|claim| claim["rows_checked"].as_u64());
    assert_eq!(rows("D2").map(|rows| rows > 0), Some(true), "the order was looked at: {claims:?}");
    assert!(claims.iter().all(|claim| claim["times_broken"] == 0 && claim["first_broken"].is_null()), "{claims:?}");
}

#[test]
fn without_a_shop_nothing_is_proved_and_the_exit_code_says_so() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine);
        place.start("serve").stop();
        let said = place.run(&["verify"]);
        assert_eq!((said.code, said.output.trim()), (Some(2), "There is no shop: nothing was proved."));
        let said = place.run(&["verify", "--json"]);
        assert_eq!((said.code, proof(&said)["holds"].is_null()), (Some(2), true), "{}", said.output);
        let said = place.run(&["verify", "--shop", "nobody"]);
        assert!(said.code == Some(2) && said.complaint.contains("there is no shop “nobody”"), "{}", said.complaint);
    }
    let help = Place::new(Engine::Sqlite).must(&["verify", "--help"]);
    assert!(help.contains("2  there is no shop, so nothing was proved"), "{help}");
}

#[test]
fn what_buyers_were_told_is_held_against_the_books_on_sqlite() {
    check_receipts(Engine::Sqlite);
}

#[test]
fn what_buyers_were_told_is_held_against_the_books_on_postgres() {
    check_receipts(Engine::Postgres);
}

fn check_receipts(engine: Engine) {
    let place = Place::new(engine);
    place.open_juniper_roasters(1);
    let server = place.start("serve");
    let receipt = ada_buys(&server.address);
    let variant = receipt.lines[0].variant;
    let file = place.file("receipts.jsonl", "");
    let verify = |entries: &[Entry]| {
        write(&file, entries);
        place.run(&["verify", "--receipts", &file])
    };
    // The only bag is gone by now. Long ago there was none yet, either.
    let sold_out = |at_ms| SoldOut { variant, quantity: 1, said_by: SaidBy::Checkout, asked_at_ms: at_ms, at_ms };
    let said = verify(&[Entry::Receipt(receipt.clone()), Entry::SoldOut(sold_out(receipt.at_ms)), Entry::SoldOut(sold_out(0))]);
    assert_eq!(said.code, Some(0), "{}{}", said.output, said.complaint);
    assert!(
        said.output.contains("R1  holds           1 rows") && said.output.contains("R4  holds           2 rows"),
        "{}",
        said.output
    );

    let lost = Receipt { order: receipt.order + 1, ..receipt.clone() };
    let said = verify(&[Entry::Receipt(receipt.clone()), Entry::Receipt(lost)]);
    assert_eq!(said.code, Some(4), "{}{}", said.output, said.complaint);
    for words in ["R1  BROKEN          2 rows", "receipt of order 1002: there is no such order", "A confirmed order is lost"] {
        assert!(said.output.contains(words), "{words} is not in {}", said.output);
    }
    let said = verify(&[Entry::Receipt(Receipt { total: "a lot".into(), ..receipt })]);
    assert_eq!(said.code, Some(1), "{}{}", said.output, said.complaint);
    assert!(said.complaint.contains("order 1001, “a lot EUR”, is no amount\n       docs/RECEIPTS.md"), "{}", said.complaint);

    place.create_shop("neighbor", "neighbor.localhost");
    let said = verify(&[]);
    assert_eq!(said.code, Some(1), "{}", said.output);
    assert!(said.complaint.contains("there are several shops") && said.complaint.contains("--shop HANDLE"), "{}", said.complaint);
    assert_eq!(place.run(&["verify", "--shop", "juniper", "--receipts", &file]).code, Some(0));
}

/// What Ada reads on her receipt, a moment after she paid.
fn ada_buys(address: &str) -> Receipt {
    let mut ada = Shopper::new(address);
    let checkout = ada.go_to_checkout("house-blend").expect("the checkout is answered");
    let Bought::Receipt { path, .. } = ada.pay(&checkout, "ada@example.com") else { panic!("there is a bag for Ada") };
    let page = ada.get(&path).expect("the receipt is answered");
    let now = ada.get("/now.json").expect("the shop tells the time");
    let now: Value = serde_json::from_str(&now.body).expect("it is JSON");
    let shown = ShownOrder::on(&page.body).expect("the receipt shows the order");
    shown.into_receipt(&checkout, "ada@example.com", &path, now["now_ms"].as_i64().expect("it is a number"))
}

fn write(file: &str, entries: &[Entry]) {
    let mut receipts = Receipts::create(Path::new(file)).expect("the folder can be written");
    entries.iter().for_each(|entry| receipts.add(entry).expect("the disk has room"));
    receipts.flush().expect("the disk has room");
}
