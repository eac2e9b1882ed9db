//! Filling a cart and changing it.

use crate::world::{BOARD, TOTE_INK, TOTE_SAND, worlds};

#[test]
fn a_cart_is_filled_changed_and_emptied() {
    for world in worlds() {
        let mut ada = world.browser();
        let tote = TOTE_SAND.to_string();
        ada.get("/cart").expect(200, &["Nothing here yet"]);
        let added = ada.post("/cart/add", &[("variant", &tote), ("quantity", "2")]);
        assert_eq!(added.location(), "/cart");
        assert!(added.headers.iter().any(|(_, value)| value.starts_with("cart=") && value.contains("HttpOnly; SameSite=Lax")
            || value.contains("SameSite=Lax; HttpOnly")));
        let cart = ada.get("/cart");
        cart.expect(200, &["Tote “Ria”", "Sand", "€258.00", "Go to checkout", "You save €172.00"]);
        assert_eq!(cart.header("cache-control"), "no-store");

        ada.post("/cart/coupon", &[("coupon", " welcome10 ")]).location();
        ada.get("/cart").expect(200, &["Coupon WELCOME10", "€25.80", "€232.20"]);
        ada.post("/cart/coupon", &[("coupon", "NONSENSE")]).location();
        ada.get("/cart").expect(200, &["We do not know this code", "NONSENSE"]);

        ada.post("/cart/set", &[("variant", &tote), ("quantity", "1")]).location();
        ada.get("/cart").expect(200, &["€129.00"]);
        ada.post("/cart/set", &[("variant", &tote), ("quantity", "0")]).location();
        ada.get("/cart").expect(200, &["Nothing here yet"]);
    }
}

#[test]
fn what_cannot_be_bought_does_not_go_into_the_cart() {
    for world in worlds() {
        let mut ada = world.browser();
        let (tote, ink, board) = (TOTE_SAND.to_string(), TOTE_INK.to_string(), BOARD.to_string());
        for (variant, quantity, status, text) in [
            (ink.as_str(), "1", 409, "Sold out."),
            (&board, "2", 409, "At most 1 can be bought at once."),
            (&tote, "0", 422, "Please choose how many"),
            (&tote, "-1", 422, "Please choose how many"),
            (&tote, "1.5", 422, "Please choose how many"),
            (&tote, "99999999999999999999", 422, "Please choose how many"),
            ("999", "1", 404, "This page is not here"),
            ("51", "1", 404, "This page is not here"),
            ("tote", "1", 400, "Please choose a product first."),
            ("", "", 400, "Please choose a product first."),
        ] {
            ada.post("/cart/add", &[("variant", variant), ("quantity", quantity)]).expect(status, &[text]);
        }
        assert!(!ada.cookies.contains_key("cart"));
        assert_eq!(ada.post("/cart/add", &[("variant", &board)]).location(), "/cart");
        ada.post("/cart/add", &[("variant", &board)]).expect(409, &["1 are in your cart already"]);
        ada.post("/cart/set", &[("variant", &board), ("quantity", "many")])
            .expect(422, &["Please choose how many", "Walnut board"]);
    }
}

#[test]
fn a_cart_tells_what_changed_since_it_was_filled() {
    for world in worlds() {
        let mut ada = world.browser();
        ada.post("/cart/add", &[("variant", &TOTE_SAND.to_string()), ("quantity", "3")]).location();
        world.set_stock(TOTE_SAND, 2);
        let cart = ada.get("/cart");
        cart.expect(200, &["Only 2 left. Choose fewer to go on.", "Please settle the lines marked above"]);
        assert!(!cart.body.contains("Go to checkout"));
        world.set_stock(TOTE_SAND, 0);
        ada.get("/cart").expect(200, &["Sold out. Take it out to go on."]);

        ada.cookies.insert("cart".into(), "zzz_1.l_1".into());
        ada.get("/cart").expect(200, &["no longer for sale and was taken out"]);
        assert_eq!(ada.cookies["cart"], "l_1");
    }
}

#[test]
fn other_sites_cannot_change_a_cart() {
    for world in worlds() {
        let mut ada = world.browser();
        let fields = [("variant", "21")];
        for headers in [vec![("origin", "https://evil.example".to_owned())], vec![("sec-fetch-site", "cross-site".to_owned())]] {
            let mut evil = world.browser();
            evil.headers = headers;
            let answer = evil.post_without_site("/cart/add", "variant=21");
            answer.expect(403, &["That did not come from this shop"]);
            assert_eq!(answer.header("set-cookie"), "");
        }
        assert_eq!(ada.post("/cart/add", &fields).location(), "/cart");
    }
}
