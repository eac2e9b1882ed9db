//! Who gets to the desk.

use super::{PASSWORD, hire, ines, signed_in};
use crate::world::worlds;
use db::sellers::SellerRole;

#[test]
fn a_seller_signs_in_works_and_signs_out() {
    for world in worlds() {
        let mut browser = world.browser();
        assert_eq!(browser.get("/admin/orders?q=ada").location(), "/admin/sign-in?next=/admin/orders%3Fq%3Dada");
        browser
            .get("/admin/sign-in?next=/admin/orders")
            .expect(200, &["Juniper Roasters", "name=\"next\" value=\"/admin/orders\""]);
        let mut ines = ines(&world);
        let page = ines.get("/admin");
        page.expect(200, &["Today", "ines@juniper.example", "Winter Clearance", "Sign out"]);
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.header("content-security-policy").contains("script-src 'self'"));
        let kept = ines.clone();
        assert_eq!(ines.post("/admin/sign-out", &[]).location(), "/admin/sign-in");
        assert!(!ines.cookies.contains_key("desk"));
        let mut stolen = kept;
        assert_eq!(stolen.get("/admin").status, 303, "the session lives on after signing out");
    }
}

#[test]
fn wrong_passwords_and_unknown_addresses_read_the_same_and_are_slowed_down() {
    for world in worlds() {
        hire(&world, "juniper.localhost", "ines@juniper.example", SellerRole::Owner);
        let mut browser = world.browser();
        let wrong = browser.post("/admin/sign-in", &[("email", "ines@juniper.example"), ("password", "not this one at all")]);
        wrong.expect(422, &["E-mail address or password is not right.", "ines@juniper.example"]);
        let unknown = browser.post("/admin/sign-in", &[("email", "nobody@juniper.example"), ("password", PASSWORD)]);
        assert_eq!(wrong.body.replace("ines@", "nobody@"), unknown.body);
        assert!(!wrong.body.contains("not this one at all"), "a password is on the page");
        for _ in 0..9 {
            browser
                .post("/admin/sign-in", &[("email", "ines@juniper.example"), ("password", "wrong wrong wrong")])
                .expect(422, &[]);
        }
        let barred = browser.post("/admin/sign-in", &[("email", "ines@juniper.example"), ("password", PASSWORD)]);
        barred.expect(429, &["Too many wrong attempts"]);
        world.move_clock_to(crate::world::MORNING.plus_minutes(16));
        signed_in(&world, "juniper.localhost", "ines@juniper.example");
    }
}

#[test]
fn each_sign_in_has_a_new_session_and_ends_the_one_before() {
    for world in worlds() {
        let mut ines = ines(&world);
        let mut before = ines.clone();
        ines.post("/admin/sign-in", &[("email", "ines@juniper.example"), ("password", PASSWORD)]).location();
        assert_ne!(ines.cookies["desk"], before.cookies["desk"]);
        assert_eq!(before.get("/admin").status, 303);
        ines.get("/admin").expect(200, &[]);
        world.move_clock_to(crate::world::MORNING.plus_minutes(15 * 24 * 60));
        assert_eq!(ines.get("/admin").status, 303, "a session lasts two weeks");
    }
}

#[test]
fn forms_of_other_sites_are_refused() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.headers = vec![("sec-fetch-site", "cross-site".into())];
        assert_eq!(ines.post_without_site("/admin/pages", "title=Planted").status, 403);
        let mut ines = signed_in(&world, "juniper.localhost", "ines@juniper.example");
        let mut elsewhere = world.browser();
        elsewhere.cookies = ines.cookies.clone();
        elsewhere.headers = vec![("origin", "http://evil.example".into())];
        assert_eq!(elsewhere.post_without_site("/admin/pages", "title=Planted").status, 403);
        let pages = ines.get("/admin/pages");
        assert!(!pages.body.contains("Planted"));
    }
}

#[test]
fn staff_sell_but_do_not_change_settings() {
    for world in worlds() {
        hire(&world, "juniper.localhost", "ben@juniper.example", SellerRole::Staff);
        let mut ben = signed_in(&world, "juniper.localhost", "ben@juniper.example");
        ben.get("/admin/orders").expect(200, &["No orders yet"]);
        for page in ["general", "branding", "shipping", "tax", "checkout", "domains", "theme", "staff"] {
            ben.get(&format!("/admin/settings/{page}")).expect(403, &["Only owners may do this"]);
            if page != "theme" {
                ben.post(&format!("/admin/settings/{page}"), &[("name", "Ben's")]).expect(403, &["Only owners may do this"]);
            }
        }
        ben.post("/admin/settings/password", &[("current_password", "wrong"), ("new_password", "a new long password")])
            .expect(422, &["This is not your current password."]);
        let mut elsewhere = signed_in(&world, "juniper.localhost", "ben@juniper.example");
        ben.post("/admin/settings/password", &[("current_password", PASSWORD), ("new_password", "a new long password")])
            .location();
        ben.get("/admin").expect(200, &["Your password is changed."]);
        assert_eq!(elsewhere.get("/admin").status, 303);
    }
}
