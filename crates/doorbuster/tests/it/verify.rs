//! The proof for machines: JSON, exit codes, and what is said where there is nothing to prove.

use crate::program::{Engine, Place, Said};
use crate::shopper::Shopper;
use serde_json::Value;

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
    }
    let help = Place::new(Engine::Sqlite).must(&["verify", "--help"]);
    assert!(help.contains("2  there is no shop, so nothing was proved"), "{help}");
}
