//! A sample of every view, and the test that renders each of them: no template without a view, no view without a sample.
//!
//! With `DESK_SAMPLES` set to a folder the pages are also written there, to be looked at in a browser.

use super::*;
use crate::admin::desk::{Desk, Pages, SAMPLE_NOW};
use crate::admin::form::Form;
use crate::admin::templates::{self, View};
use commerce::stock::StockItem;
use commerce::{CollectionId, CouponId, FlashSaleId, OrderId, OutboxId, PageId, ProductId, SellerId, VariantId};
use std::collections::BTreeSet;

const REASONS: [(&str, &str); 3] = [("count", "Counted again"), ("damaged", "Damaged"), ("lost", "Lost")];

fn wrong(fields: &[(&str, &str)], name: &str, problem: &str) -> Form {
    let mut form = Form::filled(fields.iter().copied());
    form.refuse(name, problem);
    form
}

fn pages() -> Pages {
    Pages::of(120, 2, |page| format!("?page={page}"))
}

fn dashboard() -> Dashboard {
    let bars = (0..14).map(|day| {
        let height = f64::from((day * 37 + 20) % 140);
        Bar {
            x: 56.0 + f64::from(day) * 41.5,
            y: 165.0 - height,
            width: 30.0,
            height,
            middle: 71.0 + f64::from(day) * 41.5,
            label: format!("{} Oct", day + 18),
            label_shown: day % 3 == 0,
            orders: i64::from(day),
            revenue_minor: i64::from(day) * 4_900,
        }
    });
    let lines = [(25.0, "€800"), (95.0, "€400"), (165.0, "€0")].map(|(y, label)| ChartLine { y, label: label.into() });
    Dashboard {
        now: SAMPLE_NOW,
        sales_today_minor: 128_450,
        sales_yesterday_minor: 98_700,
        orders_today: 31,
        orders_yesterday: 24,
        orders_waiting: 3,
        low_stock_count: 2,
        sale: Some(SaleCard {
            id: FlashSaleId(7),
            name: "Harvest opening".into(),
            phase: "upcoming",
            opens_at: SAMPLE_NOW.plus_minutes(1500),
            closes_at: SAMPLE_NOW.plus_minutes(3000),
            countdown_to_ms: 1_795_000_000_000,
            countdown_text: "1d 01:00:00".into(),
            units_offered: 400,
            units_claimed: 130,
        }),
        crowd: crowd_card(),
        chart: Chart { bars: bars.collect(), lines: lines.into(), total_minor: 445_900, total_orders: 91 },
        todo: vec![
            Todo { text: "Send 3 orders".into(), path: "/admin/orders?fulfillment=unfulfilled", done: false },
            Todo { text: "Say where you deliver".into(), path: "/admin/settings/shipping", done: true },
        ],
        low_stock: vec![LowStockRow {
            variant: VariantId(11),
            product_title: "Morning Roast".into(),
            variant_title: "250 g / Whole bean".into(),
            available: 2,
        }],
        books: Some(BooksCard { holds: true, proved_at: SAMPLE_NOW, rows: "148,824".into() }),
        recent: vec![RecentOrder {
            id: OrderId(4),
            number: "#1004".into(),
            placed_at: SAMPLE_NOW,
            fulfillment: "unfulfilled",
            total_minor: 5_480,
        }],
    }
}

fn crowd_card() -> CrowdCard {
    CrowdCard {
        active: "1,204".into(),
        sessions: "8,730".into(),
        has_chart: true,
        active_points: "52,160 344,140 636,120".into(),
        sessions_points: "52,150 344,90 636,40".into(),
        lines: vec![ChartLine { y: 25.0, label: "10,000".into() }],
        times: vec![ChartTime { x: 52.0, label: "11:30".into() }, ChartTime { x: 344.0, label: "13:00".into() }],
        rows: vec![CrowdRow { at: "11:30".into(), active: "1,100".into(), sessions: "8,000".into() }],
        robot_pages: Some("312".into()),
    }
}

fn product_list() -> ProductList {
    let rows = [("Morning Roast", "active", Some(41)), ("Copper Kettle", "draft", Some(0)), ("Gift card", "active", None)];
    let rows = rows.map(|(title, status, available)| ProductRow {
        id: ProductId(1),
        title: title.into(),
        handle: "morning-roast".into(),
        vendor: "Juniper".into(),
        picture: None,
        status,
        variants: 4,
        available,
        price_minor: 1_250,
        updated_at: SAMPLE_NOW,
    });
    ProductList { rows: rows.into(), pages: pages(), ..ProductList::default() }
}

fn product_edit() -> ProductEdit {
    let mut form = wrong(
        &[("title", "Morning Roast"), ("status", "active"), ("options.0.name", "Weight")],
        "published_at",
        "Please write it like 2026-11-27T18:00.",
    );
    for (name, value) in
        [("variants.0.price", "12.50"), ("variants.1.price", "abc"), ("variants.0.taxable", "yes"), ("pictures.0.position", "1")]
    {
        form.set(name, value);
    }
    form.refuse("variants.1.price", "“abc” is not an amount; write it like 19.99.");
    ProductEdit {
        id: Some(ProductId(1)),
        title: "Morning Roast".into(),
        handle: "morning-roast".into(),
        status: "active",
        action: "/admin/products/1".into(),
        variants: ["250 g", "1 kg"].map(|title| VariantHead { id: "11".into(), title: title.into() }).into(),
        options: vec![("Weight".into(), vec!["250 g".into(), "1 kg".into()])],
        picture_choices: vec![(String::new(), "None".into()), ("0".into(), "1: A bag of coffee".into())],
        pictures: vec![PictureHead { url: "/admin/assets/icons.svg".into(), alt: "A bag of coffee".into() }],
        upload_megabytes_max: 20,
        form,
    }
}

fn inventory_list() -> InventoryList {
    let row = StockRow {
        variant: 11,
        product_title: "Morning Roast".into(),
        variant_title: "250 g / Whole bean".into(),
        sku: "MR-250".into(),
        on_hand: 44,
        reserved: 2,
        allocated: 1,
        available: 41,
        tracked: true,
        ..StockRow::default()
    };
    let low =
        StockRow { variant: 12, on_hand: 3, available: 2, low: true, error: "Please type a whole number.".into(), ..row.clone() };
    let gone = StockRow { variant: 13, available: 0, ..row.clone() };
    let uncounted = StockRow { variant: 14, tracked: false, ..row.clone() };
    InventoryList { rows: vec![row, low, gone, uncounted], reasons: REASONS.into(), pages: pages(), ..InventoryList::default() }
}

fn inventory_show() -> InventoryShow {
    let after = StockItem { on_hand: 44, reserved: 2, allocated: 1 };
    let movement = |kind: &str, on_hand_delta| MovementRow {
        at: SAMPLE_NOW,
        kind: kind.into(),
        on_hand_delta,
        reserved_delta: 0,
        allocated_delta: 0,
        after,
        actor: "ines@juniper.example".into(),
        reason: "Counted again".into(),
        cause: "desk".into(),
    };
    InventoryShow {
        variant: VariantId(11),
        product: ProductId(1),
        product_title: "Morning Roast".into(),
        variant_title: "250 g / Whole bean".into(),
        stock: after,
        available: 41,
        tracked: true,
        movements: vec![movement("adjustment", -1), movement("initial", 45)],
        pages: pages(),
        reasons: REASONS.into(),
        once_receive: "a".into(),
        once_adjust: "b".into(),
        form: wrong(&[("delta", "-900")], "delta", "Only 41 units are free; the others are sold."),
    }
}

fn collection_edit(kind: &str) -> CollectionEdit {
    let choice = |id, title: &str, is_in| ProductChoice { id: ProductId(id), title: title.into(), is_in };
    CollectionEdit {
        id: Some(CollectionId(5)),
        title: "Roasts".into(),
        handle: "roasts".into(),
        action: "/admin/collections/5".into(),
        conditions: 2,
        fitting: 2,
        picture_choices: vec![(String::new(), "None".into())],
        chosen: vec![choice(1, "Morning Roast", true), choice(2, "Evening Roast", true)],
        place_first: 1,
        chosen_pages: pages(),
        view: PickerView { page: 1, find: "roast".into(), found: Some(1) },
        found: vec![choice(3, "Winter Roast", false), choice(1, "Morning Roast", true)],
        found_pages: pages(),
        form: Form::filled([("title", "Roasts"), ("kind", kind), ("published", "yes"), ("conditions.0.value", "coffee")]),
    }
}

fn order_show() -> OrderShow {
    OrderShow {
        id: OrderId(4),
        number: "#1004".into(),
        placed_at: SAMPLE_NOW,
        sale_name: "Harvest opening".into(),
        status: "open",
        payment: "captured",
        fulfillment: "partial",
        can_fulfill: true,
        can_cancel: true,
        can_refund: true,
        lines: vec![OrderLineRow {
            title: "Morning Roast".into(),
            variant_title: "250 g".into(),
            sku: "MR-250".into(),
            price_minor: 990,
            was_price_minor: Some(1_250),
            quantity: 2,
            fulfilled: 1,
            total_minor: 1_980,
        }],
        totals: [("Goods", 1_980), ("Shipping", 490), ("Total", 2_470)]
            .map(|(label, minor)| TotalRow { label: label.into(), minor })
            .into(),
        refunded_minor: 490,
        parcels: vec![ParcelRow { at: SAMPLE_NOW, carrier: "DHL".into(), tracking: "JD0146".into(), units: 1 }],
        timeline: vec![EventRow { text: "Paid by Ada".into(), actor: "shopper".into(), at: SAMPLE_NOW }],
        email: "ada@example.org".into(),
        phone: String::new(),
        address: vec!["Ada Lovelace".into(), "12 St James's Square".into(), "London".into()],
        note: "Leave it with the porter, please.".into(),
        payments: vec![PaymentRow {
            status: "captured",
            amount_minor: 2_470,
            provider: "test".into(),
            reference: "pay_91".into(),
        }],
    }
}

fn open_line() -> OpenLine {
    OpenLine { id: 1, title: "Morning Roast".into(), variant_title: "250 g".into(), each_minor: 990, open: 2 }
}

fn sale_edit() -> SaleEdit {
    SaleEdit {
        id: Some(FlashSaleId(7)),
        title: "Harvest opening".into(),
        handle: "harvest".into(),
        state: "upcoming",
        action: "/admin/flash-sales/7".into(),
        opens_at: SAMPLE_NOW.plus_minutes(1500),
        closes_at: SAMPLE_NOW.plus_minutes(3000),
        timeline: Some(SaleTimeline {
            text: "Open for one day".into(),
            early: Some(Span { x: 240.0, width: 120.0 }),
            window: Span { x: 360.0, width: 420.0 },
            length: "1 day 1 h".into(),
            now_x: Some(80.0),
        }),
        can_be_rehearsed: true,
        can_teach: true,
        early_link: "https://juniper.example/early/7/bmljZSB0cnksIHJlYWRlcg".into(),
        items: vec![SaleItemRow {
            variant: VariantId(11),
            product_title: "Morning Roast".into(),
            variant_title: "250 g".into(),
            own_price_minor: 1_250,
            available: "41".into(),
            claimed: 12,
        }],
        picture_choices: vec![(String::new(), "No picture".into())],
        items_pages: pages(),
        view: PickerView { page: 1, find: "kettle".into(), found: Some(1) },
        found_pages: pages(),
        found: vec![VariantChoice {
            is_in: false,
            variant: VariantId(31),
            product_title: "Copper Kettle".into(),
            variant_title: String::new(),
            own_price_minor: 7_900,
        }],
        form: wrong(
            &[("name", "Harvest opening"), ("before_opening", "not_for_sale")],
            "closes_at",
            "It has to close after it opens.",
        ),
    }
}

fn import_review() -> ImportReview {
    let changes = vec![Change { field: "Price".into(), before: "€12.50".into(), after: "€13.00".into() }];
    ImportReview {
        key: "k".into(),
        file_name: "catalog.csv".into(),
        lines: 120,
        products_new: 1,
        products_changed: 1,
        products_unchanged: 38,
        problems: vec![LineProblem { line: 14, text: "“abc” is not an amount; write it like 19.99.".into() }],
        rows: vec![ImportRow { title: "Morning Roast".into(), handle: "morning-roast".into(), state: "changed", changes }],
        rows_left_out: 3,
    }
}

/// Renders samples and remembers which templates were seen.
struct Gallery(BTreeSet<&'static str>);

impl Gallery {
    fn show<V: View>(&mut self, name: &str, view: V) {
        let html = templates::render(&Desk::sample(), &view);
        assert!(html.contains("</html>") && !html.contains("undefined"), "{name} is not a whole page");
        assert!(!html.contains("style=") && !html.contains("<script>"), "{name} has inline style or script");
        if let Ok(folder) = std::env::var("DESK_SAMPLES") {
            std::fs::write(format!("{folder}/{name}.html"), &html).expect("the folder exists");
        }
        self.0.insert(V::TEMPLATE);
    }
}

#[test]
fn every_template_of_the_desk_renders_its_sample() {
    let mut gallery = Gallery(BTreeSet::new());
    let g = &mut gallery;
    g.show(
        "sign_in",
        SignIn { form: wrong(&[("email", "ines@juniper.example")], "", "E-mail address or password is not right.") },
    );
    g.show("books", crate::admin::books::sample(SAMPLE_NOW));
    g.show("books_unproved", Books::default());
    g.show("traffic", crate::admin::traffic::sample(SAMPLE_NOW));
    g.show("traffic_silent", Traffic::default());
    g.show("load_test", crate::admin::load_test::sample(SAMPLE_NOW));
    g.show("load_test_form", crate::admin::load_test::sample_form(SAMPLE_NOW));
    g.show("load_test_not_permitted", LoadTestShow::default());
    g.show("rehearsal", crate::admin::rehearsal::sample(SAMPLE_NOW, 2_000));
    g.show("rehearsal_not_permitted", crate::admin::rehearsal::sample(SAMPLE_NOW, 0));
    g.show(
        "confirm",
        Confirm {
            question: "Delete Morning Roast?".into(),
            consequence: "It leaves the shop at once.".into(),
            verb: "Delete".into(),
            ..Confirm::default()
        },
    );
    g.show(
        "problem",
        Problem { heading: "Not found".into(), text: "There is nothing at this address.".into(), back: "/admin".into() },
    );
    g.show("dashboard", dashboard());
    g.show("dashboard_new", Dashboard::default());
    g.show("products", product_list());
    g.show("products_none", ProductList::default());
    g.show("product", product_edit());
    g.show("inventory", inventory_list());
    g.show("inventory_one", inventory_show());
    let row = CollectionRow {
        id: CollectionId(5),
        title: "Roasts".into(),
        handle: "roasts".into(),
        by_rule: true,
        products: 12,
        published: true,
    };
    g.show("collections", CollectionList { rows: vec![row] });
    g.show("collection_manual", collection_edit("manual"));
    g.show("collection_rule", collection_edit("rule"));
    g.show("imports", ImportStart { upload_megabytes_max: 20, form: wrong(&[], "file", "This is not a CSV file.") });
    g.show("import_review", import_review());
    show_orders(g);
    show_selling(g);
    show_settings(g);
    let names: BTreeSet<_> = templates::page_names().collect();
    assert_eq!(gallery.0.into_iter().map(String::from).collect::<BTreeSet<_>>(), names);
}

fn show_orders(g: &mut Gallery) {
    let row = OrderRow {
        id: OrderId(4),
        number: "#1004".into(),
        placed_at: SAMPLE_NOW,
        customer: "Ada Lovelace".into(),
        email: "ada@example.org".into(),
        units: 2,
        status: "canceled",
        payment: "captured",
        fulfillment: "unfulfilled",
        total_minor: 2_470,
    };
    g.show("orders", OrderList { rows: vec![row], pages: pages(), ..OrderList::default() });
    g.show("orders_none", OrderList::default());
    g.show("order", order_show());
    let (id, number) = (OrderId(4), String::from("#1004"));
    g.show(
        "order_fulfill",
        OrderFulfill { id, number: number.clone(), lines: vec![open_line()], form: Form::filled([("lines.1", "2")]) },
    );
    g.show("order_cancel", OrderCancel { id, number: number.clone(), units: 2, refundable_minor: 2_470, form: Form::default() });
    g.show(
        "order_refund",
        OrderRefund {
            id,
            number,
            refundable_minor: 2_470,
            lines: vec![open_line()],
            form: wrong(&[("amount", "99")], "amount", "Only €24.70 can be given back."),
        },
    );
    let row = MailRow {
        id: OutboxId(3),
        subject: "Your order #1004".into(),
        to: "ada@example.org".into(),
        state: "sent",
        problem: String::new(),
        at: SAMPLE_NOW,
    };
    g.show("mail", MailList { folder: Some("/srv/juniper/mail".into()), rows: vec![row], pages: Pages::default() });
    g.show(
        "mail_one",
        MailShow {
            subject: "Your order #1004".into(),
            to: "ada@example.org".into(),
            state: "waiting",
            problem: String::new(),
            at: SAMPLE_NOW,
            text: "Hello Ada,\n\nthank you.".into(),
        },
    );
}

fn show_selling(g: &mut Gallery) {
    let row = SaleRow {
        id: FlashSaleId(7),
        name: "Harvest opening".into(),
        handle: "harvest".into(),
        state: "live",
        opens_at: SAMPLE_NOW,
        closes_at: SAMPLE_NOW.plus_minutes(600),
        items: 6,
        claimed: 130,
        offered: 400,
    };
    g.show("flash_sales", SaleList { rows: vec![row] });
    g.show("flash_sales_none", SaleList::default());
    g.show("flash_sale", sale_edit());
    g.show("sale_plan", crate::admin::sale_plan_page::sample(false));
    g.show("sale_plan_wrong", crate::admin::sale_plan_page::sample(true));
    g.show("sale_plan_unreadable", SalePlan { unreadable: "It is no plan.".into(), kept: "a".into(), ..SalePlan::default() });
    g.show("sale_lesson", SaleLesson { said: "Off by 3 %.".into(), table: "<table></table>".into(), ..SaleLesson::default() });
    g.show("sale_lesson_none", SaleLesson { obstacle: "The sale is not over yet.".into(), ..SaleLesson::default() });
    let row = CouponRow {
        id: CouponId(2),
        code: "HARVEST10".into(),
        worth: "10 % off the goods".into(),
        minimum_minor: 2_000,
        state: "active",
        uses_claimed: 12,
        uses_max: Some(100),
        ends_at: None,
    };
    g.show("coupons", CouponList { rows: vec![row] });
    g.show(
        "coupon",
        CouponEdit {
            id: Some(CouponId(2)),
            title: "HARVEST10".into(),
            action: "/admin/coupons/2".into(),
            form: Form::filled([("kind", "percent"), ("percent", "10")]),
        },
    );
    let row =
        PageRow { id: PageId(1), title: "Shipping".into(), handle: "shipping".into(), published: true, updated_at: SAMPLE_NOW };
    g.show("pages", PageList { rows: vec![row] });
    let form = Form::filled([("title", "Shipping"), ("body_markdown", "# Shipping\n\nWe send **daily**."), ("published", "yes")]);
    g.show(
        "page",
        PageEdit {
            id: Some(PageId(1)),
            title: "Shipping".into(),
            handle: "shipping".into(),
            action: "/admin/pages/1".into(),
            preview_html: "<h1>Shipping</h1><p>We send <strong>daily</strong>.</p>".into(),
            form,
        },
    );
}

fn show_settings(g: &mut Gallery) {
    let form = Form::filled([("name", "Juniper Roasters"), ("time_zone", "Europe/Berlin"), ("open", "yes")]);
    g.show("settings_general", GeneralSettings { tab: "general", title: "General", form });
    let fields = [
        ("accent_color", "#1f5f3d"),
        ("background_color", "#fffdf8"),
        ("text_color", "#1f1d1a"),
        ("sale_color", "#b3261e"),
        ("type_pairing", "editorial"),
        ("corner_radius", "6"),
        ("announcement", "Free shipping from €40"),
        ("hero_title", "Roasted on Mondays"),
    ];
    g.show(
        "settings_branding",
        BrandingSettings {
            tab: "branding",
            title: "Branding",
            picture_choices: vec![(String::new(), "None".into())],
            form: Form::filled(fields),
        },
    );
    g.show(
        "settings_shipping",
        ShippingZones {
            tab: "shipping",
            title: "Shipping",
            zones: 2,
            methods: 3,
            form: wrong(&[("zones.0.name", "Europe")], "zones.0.countries", "“Germany” is not a two-letter code."),
        },
    );
    g.show(
        "settings_tax",
        TaxRates {
            tab: "tax",
            title: "Taxes",
            rates: 3,
            form: Form::filled([("prices_include_tax", "yes"), ("rates.0.rate", "19")]),
        },
    );
    show_more_settings(g);
}

fn show_more_settings(g: &mut Gallery) {
    g.show(
        "settings_checkout",
        CheckoutLimits { tab: "checkout", title: "Checkout", form: Form::filled([("reservation_minutes", "10")]) },
    );
    g.show(
        "settings_domains",
        Domains {
            tab: "domains",
            title: "Domains",
            host: "juniper.example".into(),
            form: Form::filled([("domains", "juniper.example")]),
        },
    );
    let files =
        vec![ThemeFileRow { path: "product.html".into(), own: true }, ThemeFileRow { path: "home.html".into(), own: false }];
    g.show("settings_theme", ThemeFiles { tab: "theme", title: "Theme", files, form: Form::default() });
    g.show(
        "settings_theme_file",
        ThemeFile {
            tab: "theme",
            title: "Theme",
            path: "product.html".into(),
            own: true,
            form: Form::filled([("body", "<h1>{{ product.title }}</h1>")]),
        },
    );
    let seller = |you, role| SellerRow { id: SellerId(1), email: "ines@juniper.example".into(), role, you };
    g.show(
        "settings_staff",
        Staff {
            tab: "staff",
            title: "Staff",
            for_owner: true,
            sellers: vec![seller(true, "owner"), seller(false, "staff")],
            form: Form::filled([("role", "staff")]),
        },
    );
}
