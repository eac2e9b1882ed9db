//! Pages that are the same for everyone.

use crate::node::PUBLIC_PORT;
use crate::world::{MORNING, worlds};
use db::catalog::{NewMedia, NewMediaSize};

#[test]
fn every_page_says_what_it_is_for_and_is_the_same_for_everyone() {
    for world in worlds() {
        let mut ada = world.browser();
        for (path, texts) in [
            ("/", &["Juniper Roasters", "Winter Clearance", "Opens in", "Nearly gone", "Free returns for 30 days"][..]),
            ("/collections", &["Collections", "For the home", "2 pieces"]),
            ("/collections/all", &["Everything", "4 products", "Tote “Ria”", "Merino blanket", "In stock only"]),
            ("/collections/all?vendor=Atelier+Nord", &["1 product<", "Tote “Ria”"]),
            ("/collections/all?sort=price-low&page=2", &["4 products"]),
            ("/collections/home", &["For the home", "Wool and wood.", "2 products"]),
            ("/products/tote", &["Tote “Ria”", "€129.00", "€215.00", "−40%", "Add to cart", "Color", "ProductGroup"]),
            ("/products/tote?variant=22", &["Sold out"]),
            ("/products/walnut-board", &["Walnut board &lt;script&gt;", "Only 1 left", "LimitedAvailability"]),
            ("/sales/winter", &["Winter Clearance", "Opens", "Friday, 27 November, 11:00 CET", "Merino blanket"]),
            ("/pages/shipping", &["Shipping &amp; returns", "We pack within a day."]),
            ("/search?q=blnket", &["Results for “blnket”", "Merino blanket"]),
            ("/search?q=zebra", &["Nothing found", "Perhaps one of these"]),
            ("/search", &["What are you looking for?"]),
        ] {
            let page = ada.get(path);
            page.expect(200, texts);
            assert_eq!(page.header("set-cookie"), "", "{path} sets a cookie");
            assert!(page.header("content-security-policy").contains("script-src 'self'"));
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            assert!(page.header("cache-control").starts_with("public"));
            ada.headers = vec![("if-none-match", page.header("etag").to_owned())];
            assert_eq!(ada.get(path).status, 304, "{path} was sent twice");
            ada.headers.clear();
        }
        assert!(ada.cookies.is_empty());
    }
}

#[test]
fn files_for_browsers_and_search_engines_are_there() {
    for world in worlds() {
        let mut ada = world.browser();
        let home = ada.get("/");
        let address = |marker: &str| {
            let start = home.body.find(marker).unwrap_or_else(|| panic!("no {marker}"));
            home.body[start..].split('"').next().unwrap_or_default().to_owned()
        };
        for (path, content_type, text) in [
            (address("/assets/shop-"), "text/css; charset=utf-8", ".card"),
            (address("/theme.css"), "text/css; charset=utf-8", "--accent:"),
            ("/favicon.ico".into(), "image/svg+xml", ">J</text>"),
            ("/robots.txt".into(), "text/plain; charset=utf-8", "Sitemap: http://juniper.localhost:8080/sitemap.xml"),
            ("/sitemap.xml".into(), "application/xml; charset=utf-8", "http://juniper.localhost:8080/products/tote</loc>"),
            ("/now.json".into(), "application/json", "\"31\":{\"level\":\"low\",\"text\":\"Only 1 left\"}"),
        ] {
            let file = ada.get(&path);
            file.expect(200, &[text]);
            assert_eq!(file.header("content-type"), content_type, "{path}");
        }
        assert_eq!(ada.get("/sitemap.xml?part=2").status, 404);
    }
}

#[test]
fn what_is_not_for_shoppers_is_not_there() {
    for world in worlds() {
        let mut ada = world.browser();
        for path in [
            "/nothing",
            "/products/secret",
            "/products/nothing",
            "/collections/nothing",
            "/sales/nothing",
            "/pages/nothing",
            "/media/1/640",
            "/media/x/640",
            "/media/1/-1",
            "/assets/shop-0.css",
            "/orders/1001",
            "/orders/1001?key=x",
            "/checkout/pending/1?key=x",
            "/checkout/confirm/1",
            "/sitemap.xml?part=0",
        ] {
            let page = ada.get(path);
            page.expect(404, &["This page is not here", "Juniper Roasters"]);
            assert_eq!(page.header("cache-control"), "no-store");
        }
        ada.get("/cart/add").expect(405, &["That did not work"]);
    }
}

#[test]
fn a_shop_shows_nothing_of_its_neighbour() {
    for world in worlds() {
        let mut ben = world.browser_at("quillmere.localhost");
        ben.get("/").expect(200, &["Quillmere"]);
        for path in ["/products/tote", "/collections/home", "/sales/winter", "/pages/shipping"] {
            assert_eq!(ben.get(path).status, 404, "{path}");
        }
        assert!(!ben.get("/collections/all").body.contains("Tote"));
        assert!(!ben.get("/search?q=tote").body.contains("Ria"));

        let stranger = world.browser_at("nowhere.example").get("/");
        assert_eq!(stranger.status, 404);
        assert!(!stranger.body.contains("Juniper"));
        world.browser_at("JUNIPER.localhost.").get("/").expect(200, &["Juniper"]);
    }
}

#[test]
fn a_page_has_one_address_whatever_host_and_port_were_asked() {
    for world in worlds() {
        let canonical = format!("href=\"http://juniper.localhost:{PUBLIC_PORT}/products/tote\"");
        for host in ["juniper.localhost", "juniper.localhost:", "juniper.localhost:8081"] {
            world.browser_at(host).get("/products/tote").expect(200, &[&canonical]);
        }
        for host in
            ["juniper.localhost:80@evil.example", "juniper.localhost:x", "juniper.localhost:80/x", "juniper.localhost:99999"]
        {
            for path in ["/", "/robots.txt", "/sitemap.xml", "/admin/sign-in"] {
                let answer = world.browser_at(host).get(path);
                assert!(matches!(answer.status, 400 | 404), "{host}{path}: {}", answer.status);
                assert!(!answer.body.contains("juniper.localhost"), "{host} comes back: {}", answer.body);
            }
        }
    }
}

#[test]
fn a_closed_shop_shows_one_friendly_page() {
    for world in worlds() {
        world.close_shop();
        let mut ada = world.browser();
        for path in ["/", "/products/tote", "/cart", "/checkout"] {
            let page = ada.get(path);
            page.expect(503, &["We are closed for a moment"]);
            assert_eq!(page.header("retry-after"), "5");
        }
        assert_eq!(ada.get("/theme.css").status, 200);
        ada.get("/robots.txt").expect(200, &["Disallow: /\n"]);
    }
}

#[test]
fn a_picture_is_the_same_every_time_and_only_in_its_own_shop() {
    for world in worlds() {
        let size = |width: u32, body: &str| NewMediaSize { width, content_type: "image/png".into(), body: body.into() };
        let picture = NewMedia {
            file_name: "tote.png".into(),
            content_hash: "a hash".into(),
            width: 640,
            height: 800,
            sizes: vec![size(320, "small"), size(640, "large")],
        };
        let id =
            world.with(db::catalog::insert_media(world.db(), world.juniper, &picture, MORNING)).expect("the database answers");
        let mut ada = world.browser();
        // Before the shop in memory knows the picture, after it does, and from memory.
        for reloaded in [false, true, true] {
            if reloaded {
                world.with(db::shops::set_door(world.db(), world.juniper, db::shops::Door::Open)).expect("the database answers");
                world.reload();
            }
            for (width, body) in [("320", "small"), ("1", "small"), ("321.jpg", "large"), ("4000", "large")] {
                let file = ada.get(&format!("/media/{id}/{width}"));
                file.expect(200, &[]);
                assert_eq!((file.body.as_str(), file.header("content-type")), (body, "image/png"), "{width}");
                assert!(file.header("cache-control").contains("immutable"));
            }
            assert_eq!(world.browser_at("quillmere.localhost").get(&format!("/media/{id}/320")).status, 404);
        }
    }
}
