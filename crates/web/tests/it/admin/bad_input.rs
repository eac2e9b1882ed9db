//! Wrong input on every form: 422, the words beside the field, what was typed kept, nothing changed.

use super::{ada_orders, ines};
use crate::world::{TOTE_SAND, worlds};

const LONG: &str = concat!(
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
);

type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const CASES: [Case; 38] = [
    ("/admin/collections/1/products", &[], "choose at least one product"),
    ("/admin/flash-sales/1/items", &[("variant", "x")], "choose at least one variant"),
    ("/admin/products", &[("title", ""), ("status", "active"), ("variants.0.price", "1")], "Please fill this in."),
    ("/admin/products", &[("title", LONG), ("status", "active"), ("variants.0.price", "1")], "at most 255"),
    ("/admin/products", &[("title", "Mug"), ("status", "sold"), ("variants.0.price", "1")], "Please choose one of the entries."),
    ("/admin/products", &[("title", "Mug"), ("status", "active"), ("variants.0.price", "-1")], "is not an amount"),
    ("/admin/products", &[("title", "Mug"), ("status", "active"), ("variants.0.price", "1.999")], "more than 2 decimals"),
    ("/admin/products", &[("title", "Mug"), ("status", "active"), ("variants.0.price", "")], "Please type an amount."),
    ("/admin/products", &[("title", "Mug"), ("handle", "tote"), ("status", "active"), ("variants.0.price", "1")], "tote"),
    (
        "/admin/products",
        &[("title", "Mug"), ("handle", "a/b"), ("status", "active"), ("variants.0.price", "1")],
        "letters, digits and hyphens",
    ),
    (
        "/admin/products/1",
        &[("title", "Mug"), ("status", "active"), ("variants.0.price", "1"), ("published_at", "soon")],
        "Please write it like",
    ),
    ("/admin/products/1", &[("title", "Mug"), ("status", "active"), ("options.0.name", "Size")], "at least one value"),
    (
        "/admin/products",
        &[("title", "Mug"), ("status", "active"), ("variants.0.price", "19,90"), ("variants.0.was_price", "19.90")],
        "has to be more than the price",
    ),
    (
        "/admin/products/1",
        &[("title", "Mug"), ("status", "active"), ("options.0.name", "Size"), ("options.0.values", "S, M, s")],
        "“s” is there twice.",
    ),
    ("/admin/inventory/21/adjust", &[("delta", "many"), ("reason", "count")], "whole number"),
    ("/admin/inventory/21/adjust", &[("delta", "0"), ("reason", "count")], "other than 0"),
    ("/admin/inventory/21/adjust", &[("delta", "-6"), ("reason", "count")], "Nothing was saved yet"),
    ("/admin/inventory/21/adjust", &[("delta", "1"), ("reason", "whim")], "Please choose one of the entries."),
    (
        "/admin/inventory/21/adjust",
        &[("delta", "99999999999999999999"), ("reason", "count"), ("from", "/admin/inventory?q=tote")],
        "whole number",
    ),
    ("/admin/inventory/21/receive", &[("quantity", "-1")], "whole number from 1"),
    ("/admin/collections", &[("title", ""), ("kind", "manual")], "Please fill this in."),
    ("/admin/collections/1", &[("title", "Home"), ("kind", "fate")], "Please choose one of the entries."),
    (
        "/admin/collections",
        &[
            ("title", "Cheap"),
            ("kind", "rule"),
            ("conditions.0.field", "title"),
            ("conditions.0.relation", "less_than"),
            ("conditions.0.value", "x"),
        ],
        "Only prices",
    ),
    (
        "/admin/flash-sales",
        &[
            ("name", "May"),
            ("opens_at", "2026-05-01T10:00"),
            ("closes_at", "2026-05-01T09:00"),
            ("before_opening", "not_for_sale"),
        ],
        "close after it opens",
    ),
    (
        "/admin/flash-sales",
        &[("name", "May"), ("opens_at", "never"), ("closes_at", ""), ("before_opening", "not_for_sale")],
        "Please choose date and time.",
    ),
    (
        "/admin/flash-sales",
        &[
            ("name", "Gap"),
            ("opens_at", "2027-03-28T02:30"),
            ("closes_at", "2027-03-29T02:30"),
            ("before_opening", "not_for_sale"),
        ],
        "clocks are put forward",
    ),
    (
        "/admin/flash-sales/1",
        &[
            ("name", "W"),
            ("opens_at", "2026-12-01T10:00"),
            ("closes_at", "2026-12-02T10:00"),
            ("before_opening", "not_for_sale"),
            ("items.0.variant", "11"),
            ("items.0.price", "999999"),
        ],
        "more than its own price",
    ),
    ("/admin/flash-sales/1/items", &[("variant", "21"), ("add_percent_off", "120")], "percentage from 0 to 100"),
    ("/admin/coupons", &[("code", ""), ("kind", "percent"), ("percent", "10")], "Please fill this in."),
    ("/admin/coupons", &[("code", "X"), ("kind", "percent"), ("percent", "0")], "share above 0"),
    ("/admin/coupons", &[("code", "welcome10"), ("kind", "free_shipping")], "WELCOME10"),
    ("/admin/pages", &[("title", "")], "Please fill this in."),
    ("/admin/settings/general", &[("name", "J"), ("time_zone", "Mars/Olympus")], "Europe/Berlin"),
    (
        "/admin/settings/shipping",
        &[
            ("zones.0.name", "EU"),
            ("zones.0.countries", "Germany"),
            ("zones.0.methods.0.name", "Post"),
            ("zones.0.methods.0.price", "1"),
        ],
        "two-letter",
    ),
    (
        "/admin/settings/tax",
        &[("prices_include_tax", "yes"), ("rates.0.name", "VAT"), ("rates.0.countries", "DE"), ("rates.0.rate", "101")],
        "percentage from 0 to 100",
    ),
    (
        "/admin/settings/checkout",
        &[("reservation_minutes", "0"), ("cart_lines_max", "5"), ("quantity_per_line_max", "5"), ("low_stock_from", "5")],
        "from 1 to 120",
    ),
    ("/admin/settings/domains", &[("domains", "other.localhost")], "lock yourself out"),
    (
        "/admin/settings/staff",
        &[("email", "ben@juniper.example"), ("role", "staff"), ("password", "short")],
        "at least 10 characters",
    ),
];

#[test]
fn every_form_says_what_is_wrong_and_changes_nothing() {
    for world in worlds() {
        let mut ines = ines(&world);
        let version = || world.with(db::shops::catalog_versions(world.db())).expect("the database answers");
        let before = version();
        for (path, fields, words) in CASES {
            let answer = ines.post(path, fields);
            assert_eq!(answer.status, 422, "{path} {fields:?}: {}", answer.body);
            assert!(answer.body.contains(words), "{path} {fields:?} does not say “{words}”");
        }
        assert_eq!(before, version(), "a refused form changed the shop");
    }
}

#[test]
fn orders_refuse_more_than_there_is() {
    for world in worlds() {
        let mut ines = ines(&world);
        let order = ada_orders(&world, TOTE_SAND, 2);
        for (action, fields, words) in [
            ("fulfill", &[("lines.1", "3")][..], "from 0 to 2"),
            ("fulfill", &[("lines.1", "0")], "how many units"),
            ("fulfill", &[("lines.1", "x")], "whole number"),
            ("refund", &[("amount", "999999")], "can be given back"),
            ("refund", &[("amount", "-1")], "is not an amount"),
            ("refund", &[], "choose units above or type an amount"),
        ] {
            ines.post(&format!("/admin/orders/{order}/{action}"), fields).expect(422, &[words]);
        }
    }
}

#[test]
fn strange_bodies_are_never_a_failure_of_ours() {
    for world in worlds() {
        let mut ines = ines(&world);
        for (path, _, _) in CASES {
            for body in
                [&b""[..], b"\x00", b"title=%00&name=%00&code=%00", b"\xff\xfe", b"=&=&=", b"title=a%0ab&kind=%F0%9F%92%A5"]
            {
                let answer = ines.post_raw(path, body);
                assert!((400..500).contains(&answer.status), "{path} {body:?}: {}", answer.status);
            }
        }
    }
}

#[test]
fn whatever_an_address_asks_for_is_answered_with_a_page() {
    const LISTS: [&str; 12] = [
        "/admin/orders",
        "/admin/products",
        "/admin/inventory",
        "/admin/inventory?level=low",
        "/admin/collections/1",
        "/admin/collections/1?find=a",
        "/admin/flash-sales/1",
        "/admin/flash-sales/1?find=a",
        "/admin/settings/theme",
        "/admin/settings/theme/edit",
        "/admin/settings/theme/edit?path=product.html",
        "/admin/mail",
    ];
    const QUERIES: [&str; 12] = [
        "page=abc",
        "page=-1",
        "page=0",
        "page=99999999999999999999",
        "page=1000000",
        "page=2&page=abc&page=",
        "q=a&q=b&status=open&status=closed&find=a&find=b",
        "q=%00&find=%00&status=%00&level=%00&path=%00",
        "q=%zz&find=%&path=%f&page=%",
        "q=%ff%fe&find=%ff&path=%ff",
        "&&=&=1&x",
        "find=tote&found=-1&page=x",
    ];
    for world in worlds() {
        let mut ines = ines(&world);
        for (list, query) in LISTS.iter().flat_map(|list| QUERIES.map(|query| (list, query))) {
            let path = format!("{list}{}{query}", if list.contains('?') { '&' } else { '?' });
            let answer = ines.get(&path);
            let is_theme = list.contains("theme/edit");
            assert!(answer.status == 200 || is_theme && answer.status == 404, "{path}: {} {}", answer.status, answer.body);
            assert!(answer.body.contains("<title>"), "{path} is answered without a page: {}", answer.body);
        }
        for query in QUERIES {
            let answer = world.browser().get(&format!("/admin/sign-in?{query}&next=%00&next=/admin"));
            assert_eq!(answer.status, 200, "{query}");
        }
        ines.get("/admin/products?page=abc&q=Tote").expect(200, &["Tote “Ria”", "1 in all"]);
        ines.get("/admin/products?q=Tote&q=Blanket").expect(200, &["Tote “Ria”", "1 in all"]);
        ines.get("/admin/products?q=To%00te").expect(200, &["Tote “Ria”"]);
    }
}
