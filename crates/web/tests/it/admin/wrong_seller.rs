//! Every route of the desk, tried by nobody, by a session of another shop, and by another shop's seller on that shop's own
//! host with the numbers of this one.

use super::{hire, ines, signed_in};
use crate::world::{World, worlds};
use db::sellers::SellerRole;

/// Routes that answer anyone, because nobody is signed in there yet. This list may only get shorter.
const OPEN_TO_ALL: [&str; 2] = ["/admin/assets/{name}", "/admin/sign-in"];

/// Routes with a number that were not tried with another shop's. This list may only get shorter.
const UNCOVERED: [&str; 0] = [];

struct Route {
    path: String,
    get: bool,
    post: bool,
}

/// The list itself, so that a new route cannot be forgotten here.
fn routes() -> Vec<Route> {
    let source = include_str!("../../../src/routes.rs");
    let lines = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"/admin"));
    let routes: Vec<_> = lines
        .map(|line| {
            let (path, handlers) = line.split_once('"').expect("a path ends with a quote");
            Route { path: format!("/admin{path}"), get: handlers.contains("get("), post: handlers.contains("post(") }
        })
        .collect();
    assert!(routes.len() > 50, "the routes of the desk were not found in their file");
    routes
}

fn with_number(path: &str, number: i64) -> String {
    path.replace("{id}", &number.to_string())
        .replace("{variant}", &number.to_string())
        .replace("{key}", "nothing")
        .replace("{*rest}", "nowhere")
}

#[test]
fn nobody_and_sellers_of_other_shops_are_led_to_the_sign_in() {
    for world in worlds() {
        hire(&world, "quillmere.localhost", "quentin@quillmere.example", SellerRole::Owner);
        let mut foreign = signed_in(&world, "quillmere.localhost", "quentin@quillmere.example");
        foreign.host = "juniper.localhost".into();
        for route in routes().iter().filter(|route| !OPEN_TO_ALL.contains(&route.path.as_str())) {
            let path = with_number(&route.path, 1);
            for browser in [&mut world.browser(), &mut foreign] {
                if route.get {
                    assert!(browser.get(&path).location().starts_with("/admin/sign-in"), "GET {path}");
                }
                if route.post {
                    assert!(browser.post(&path, &[]).location().starts_with("/admin/sign-in"), "POST {path}");
                }
            }
        }
    }
}

#[test]
fn numbers_of_another_shop_are_not_found() {
    for world in worlds() {
        let numbers = Numbers::of_juniper(&world);
        hire(&world, "quillmere.localhost", "quentin@quillmere.example", SellerRole::Owner);
        let mut quentin = signed_in(&world, "quillmere.localhost", "quentin@quillmere.example");
        let before = numbers.what_juniper_shows(&world);
        let with_id = |route: &&Route| route.path.contains("{id}") || route.path.contains("{variant}");
        for route in routes().iter().filter(with_id).filter(|route| !UNCOVERED.contains(&route.path.as_str())) {
            let path = with_number(&route.path, numbers.for_path(&route.path));
            if route.get {
                assert_eq!(quentin.get(&path).status, 404, "GET {path}");
            }
            if route.post {
                let answer = quentin
                    .post(&path, &[("title", "Mine"), ("delta", "5"), ("quantity", "5"), ("reason", "count"), ("code", "MINE")]);
                // Uploads are refused for their form before their number is looked at.
                let is_upload = path.ends_with("/pictures");
                assert!(answer.status == 404 || (is_upload && answer.status == 400), "POST {path}: {}", answer.status);
            }
        }
        assert_eq!(before, numbers.what_juniper_shows(&world), "another shop's seller changed something");
    }
}

#[test]
fn numbers_that_never_were_are_not_found() {
    for world in worlds() {
        let mut ines = ines(&world);
        for route in routes().iter().filter(|route| route.get && route.path.contains('{') && !route.path.contains("{key}")) {
            for number in ["0", "-1", "999999999999", "99999999999999999999", "abc", "%00", "1%20OR%201=1"] {
                let path = ["{id}", "{variant}", "{name}", "{*rest}"]
                    .iter()
                    .fold(route.path.clone(), |path, part| path.replace(part, number));
                assert_eq!(ines.get(&path).status, 404, "GET {path}");
            }
        }
    }
}

/// What Juniper Roasters has, by its numbers.
struct Numbers {
    order: i64,
    mail: i64,
    seller: i64,
    load_test: i64,
}

impl Numbers {
    fn of_juniper(world: &World) -> Self {
        ines(world);
        let order = super::ada_orders(world, crate::world::TOTE_SAND, 1);
        let mail = world.with(db::outbox::list_messages(world.db(), world.juniper, 1)).expect("the database answers")[0].id.0;
        let seller = world.with(db::sellers::list_sellers(world.db(), world.juniper)).expect("the database answers")[0].id.0;
        let load_test = super::load_test::kept(world).0;
        Self { order, mail, seller, load_test }
    }

    fn for_path(&self, path: &str) -> i64 {
        match path.split('/').nth(2).unwrap_or_default() {
            "orders" => self.order,
            "mail" => self.mail,
            "settings" => self.seller,
            "load-test" => self.load_test,
            "inventory" => crate::world::TOTE_SAND.0,
            _ => 1,
        }
    }

    fn what_juniper_shows(&self, world: &World) -> String {
        let mut ines = signed_in(world, "juniper.localhost", "ines@juniper.example");
        let pages = [
            "/admin/products/1",
            "/admin/collections/1",
            "/admin/flash-sales/1",
            "/admin/coupons/1",
            "/admin/pages/1",
            "/admin/settings/staff",
            "/admin/load-test",
        ];
        let mut all: String = pages.iter().map(|path| ines.get(path).body).collect();
        all.push_str(&ines.get(&format!("/admin/orders/{}", self.order)).body);
        let stock = world.with(db::stock::list_stock(world.db(), world.juniper, "", 1, 100)).expect("the database answers");
        all.push_str(&format!("{stock:?}"));
        all
    }
}
