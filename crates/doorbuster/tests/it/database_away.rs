//! The database is away in the middle of a sale: pages and search stay up and say from when they are, a checkout says what is the
//! matter and loses nothing, and everything goes on by itself when the database is back.

use crate::program::{Place, until};
use crate::shopper::{Bought, Page, Shopper};
use db::testing::Cluster;

fn number(json: &str, name: &str) -> i64 {
    let (_, rest) = json.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {json}"));
    rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).expect("a number")
}

#[test]
fn pages_stay_up_checkouts_wait_and_everything_comes_back() {
    let cluster = Cluster::durable();
    let place = Place::on(Some(cluster.fresh_schema()));
    place.open_juniper_roasters(5);
    let server = place.start("serve");
    let mut ada = Shopper::new(&server.address);
    let checkout_id = ada.go_to_checkout("house-blend").expect("the shop is open");
    let ready = |page: Result<Page, ureq::Error>| page.is_ok_and(|page| page.status == 200);
    cluster.restart("immediate", || {
        until("a load balancer is told", || !ready(Shopper::new(&server.address).get("/readyz")));
        let mut ben = Shopper::new(&server.address);
        // The last of these was never asked for before: it needs no database either.
        for path in ["/", "/products/house-blend", "/search?q=house", "/collections/all?sort=title", "/pages/nothing"] {
            let page = ben.get(path).expect("the server answers");
            let expected = if path == "/pages/nothing" { 404 } else { 200 };
            assert_eq!(page.status, expected, "{path} while the database is away");
        }
        until("the figures say how old they are", || {
            let now = ben.get("/now.json").expect("the server answers");
            number(&now.body, "now_ms") - number(&now.body, "as_of_ms") > 1_000
        });
        assert_eq!(ben.get("/healthz").expect("the server answers").status, 200);
        let refused = ada.send_payment(&checkout_id, "ada@example.com", "4242 4242 4242 4242").expect("the server answers");
        assert_eq!(refused.status, 503, "{}", refused.body);
        assert!(refused.body.contains("Nothing was charged") || refused.body.contains("nothing was charged"), "{}", refused.body);
    });
    until("a load balancer is told that it is back", || ready(Shopper::new(&server.address).get("/readyz")));
    // The same form once more, as the browser's reload sends it.
    until("Ada has her coffee", || matches!(ada.pay(&checkout_id, "ada@example.com"), Bought::Receipt { .. }));
    let mut now = String::new();
    until("the figures are fresh", || {
        now = ada.get("/now.json").expect("the server answers").body;
        number(&now, "now_ms") - number(&now, "as_of_ms") < 1_500
    });
    assert_eq!(server.stop(), Some(0));
    place.verify();
}
