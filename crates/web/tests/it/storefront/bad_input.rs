//! Whatever is sent, the answer is a page in words and never a failure of ours.

use crate::world::{World, worlds};

const PATHS: [&str; 12] = [
    "/",
    "/collections",
    "/collections/all",
    "/collections/home",
    "/products/tote",
    "/sales/winter",
    "/pages/shipping",
    "/search",
    "/cart",
    "/checkout",
    "/now.json",
    "/sitemap.xml",
];

const QUERIES: [&str; 16] = [
    "?page=-1",
    "?page=99999999999999999999",
    "?page=0&page=x&page=2",
    "?price_min=1e400&price_max=NaN",
    "?price_min=9&price_max=1",
    "?q=%00%ff%fe",
    "?q=%",
    "?q=%F0%9F%92%A5",
    "?variant=9223372036854775808",
    "?variant=-1",
    "?sort=%27%3B--",
    "?option.=",
    "?option.%00=%00",
    "?part=99999999999999999999",
    "?&&&===",
    "?declined=%3Cscript%3E",
];

#[test]
fn strange_addresses_are_answered_in_words() {
    for world in worlds() {
        let mut ada = world.browser();
        for path in PATHS {
            for query in QUERIES {
                let answer = ada.get(&format!("{path}{query}"));
                assert!(answer.status < 500, "{path}{query}: {} {}", answer.status, answer.body);
                assert!(!answer.body.contains("<script>"), "{path}{query} lets a script through");
            }
        }
        let many = "a=1&".repeat(5_000);
        assert!(ada.get(&format!("/search?{many}")).status < 500);
        assert!(ada.get(&format!("/search?q={}", "word+".repeat(4_000))).status < 500);
        for path in [
            "/products/%00",
            "/products/%ff",
            "/products/..%2f..%2fetc%2fpasswd",
            "/%2e%2e/%2e%2e",
            "/media/%00/%00",
            "//",
            "/orders/-1?key=%00",
        ] {
            let answer = ada.get(path);
            assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        }
    }
}

/// The storefront's addresses that name something and can be looked at, as they are written in `routes.rs`.
fn naming_routes() -> Vec<&'static str> {
    let routes = include_str!("../../../src/routes.rs");
    let storefront =
        routes.split("fn storefront(").nth(1).and_then(|rest| rest.split("\n}").next()).expect("the function is there");
    let lines = storefront.lines().filter(|line| line.contains("get("));
    let paths = lines.filter_map(|line| line.split('"').nth(1));
    paths.filter(|path| path.contains('{')).collect()
}

#[test]
fn a_name_that_is_no_text_is_the_shops_own_page_not_found() {
    let routes = naming_routes();
    assert!(routes.len() >= 9, "only {routes:?} are tried");
    for world in worlds() {
        let mut ada = world.browser();
        for route in &routes {
            for bytes in ["%ff", "a%c3", "%00"] {
                let path: String = route
                    .split('/')
                    .skip(1)
                    .map(|part| if part.starts_with('{') { format!("/{bytes}") } else { format!("/{part}") })
                    .collect();
                let page = ada.get(&path);
                page.expect(404, &["This page is not here", "Juniper Roasters"]);
                assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
            }
        }
        ada.get("/%ff").expect(404, &["This page is not here", "Juniper Roasters"]);
    }
}

#[test]
fn strange_forms_are_answered_in_words() {
    for world in worlds() {
        for path in ["/cart/add", "/cart/set", "/cart/coupon", "/checkout", "/checkout/confirm/1"] {
            for body in [
                &b""[..],
                b"\x00",
                b"\xff\xfe",
                b"=&=&=",
                b"variant=21&variant=22&quantity=1&quantity=2",
                b"variant=%00&quantity=%00",
                b"coupon=%00%ff",
                b"checkout_id=%00",
                b"quantity=1%00&variant=21%00",
                b"coupon=\xf0\x9f\x92\xa5",
            ] {
                let answer = world.browser().post_raw(path, body);
                assert!(answer.status < 500, "{path} {body:?}: {} {}", answer.status, answer.body);
            }
            let huge = vec![b'x'; 300 << 10];
            assert_eq!(world.browser().post_raw(path, &huge).status, 413, "{path}");
        }
        coupons_of_every_script(&world);
    }
}

fn coupons_of_every_script(world: &World) {
    let mut ada = world.browser();
    for code in ["ß".repeat(40).as_str(), "💥", "' OR 1=1 --", "\u{202e}abc", "a\u{0}b"] {
        assert!(ada.post("/cart/coupon", &[("coupon", code)]).status < 500, "{code:?}");
        ada.get("/cart").expect(200, &["Your cart"]);
    }
}

#[test]
fn spoiled_cookies_are_an_empty_cart() {
    for world in worlds() {
        for cookie in
            ["cart=%00", "cart=zzzzzzzzzzzzzzzzzzzzz", "cart=lx1!ffff", "cart_seen=::.9:x", "checkout=%3Cscript%3E", "=;;="]
        {
            let mut ada = world.browser();
            ada.headers = vec![("cookie", cookie.to_owned())];
            for path in ["/cart", "/checkout"] {
                assert!(ada.get(path).status < 400, "{cookie} {path}");
            }
        }
    }
}
