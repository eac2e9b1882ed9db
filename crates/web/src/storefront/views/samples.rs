//! The samples with which templates are tried: the shop Juniper Roasters, its customer Ada, a handful of things.

use super::*;
use commerce::{Currency, Money, Timestamp};

/// The instant at which the samples play: Friday, 27 November 2026, 09:00 UTC.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_770_000);

pub(super) fn euros(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::from_code("EUR").expect("the euro exists"))
}

pub(super) fn link(label: &str, url: &str) -> Link {
    Link { label: label.into(), url: url.into() }
}

pub(super) fn picture(number: u32, alt: &str) -> PictureView {
    PictureView {
        src: format!("/media/{number}/640.jpg"),
        srcset: format!("/media/{number}/320.jpg 320w, /media/{number}/640.jpg 640w, /media/{number}/1280.jpg 1280w"),
        alt: alt.into(),
        width: 1280,
        height: 1600,
    }
}

impl ShopView {
    /// The frame of the sample shop.
    pub fn sample() -> Self {
        Self {
            name: "Juniper Roasters".into(),
            tagline: "Coffee and the things around it".into(),
            logo: None,
            announcement: "Free delivery in Europe from €120".into(),
            header_links: vec![
                link("New", "/collections/all?sort=newest"),
                link("Blankets", "/collections/blankets"),
                link("Table", "/collections/table"),
                link("Journal", "/pages/journal"),
            ],
            footer_links: vec![
                link("Shipping & returns", "/pages/shipping"),
                link("About us", "/pages/about"),
                link("Imprint", "/pages/imprint"),
            ],
            footer_text: "Made in small batches by people who will answer your mail.".into(),
            email: "hello@juniper.example".into(),
            phone: "+49 30 5550 1200".into(),
            postal_address: vec!["Juniper Roasters".into(), "Lindenstraße 4".into(), "10969 Berlin".into()],
            stylesheet_url: crate::theme::assets::stylesheet_url(),
            palette_url: "/theme.css?v=sample".into(),
            script_url: crate::theme::assets::script_url(),
            sale: Some(SaleNoteView {
                url: "/sales/winter-clearance".into(),
                name: "The Winter Clearance".into(),
                phase: "open",
                countdown: CountdownView::until(NOW.plus_minutes(22 * 60), NOW),
            }),
            early_access: vec![EarlyAccessView {
                url: "/sales/spring-preview".into(),
                name: "The Spring Preview".into(),
                phase: "open",
                countdown: CountdownView::until(NOW.plus_minutes(45), NOW),
            }],
            header: String::new(),
            footer: String::new(),
        }
    }
}

impl Head {
    /// The head of a sample page.
    pub fn sample() -> Self {
        Self {
            title: "Juniper Roasters".into(),
            description: "Coffee and the things around it, made in small batches.".into(),
            canonical_url: "https://juniper.example/".into(),
            kind: "website".into(),
            ..Self::default()
        }
    }
}

pub(super) fn collection_cards() -> Vec<CollectionCardView> {
    [("Blankets & throws", "blankets", 12, 26), ("For the table", "table", 13, 41), ("Morning rituals", "coffee", 14, 18)]
        .into_iter()
        .map(|(title, handle, number, count)| CollectionCardView {
            url: format!("/collections/{handle}"),
            title: title.into(),
            picture: Some(picture(number, "")),
            count,
        })
        .collect()
}

pub(super) fn cards() -> Vec<CardView> {
    let stock = |level, text: &str| StockView { level, text: text.into() };
    let badge = |kind, text: &str| Some(BadgeView { kind, text: text.into() });
    let rows = [
        ("Tote “Ria”", "Atelier Nord", 12_900, Some(21_500), badge("sale", "−40%"), stock("low", "Only 3 left"), "3 colors"),
        ("Merino throw, undyed", "Juniper", 18_900, None, badge("new", "New"), StockView::plenty(), ""),
        ("Stoneware pour-over set for two", "Kiln & Co", 7_400, Some(9_800), badge("sale", "−24%"), StockView::plenty(), ""),
        ("Linen apron", "Atelier Nord", 5_900, None, badge("out", "Sold out"), stock("out", "Sold out"), "2 colors"),
        ("Walnut serving board", "Kiln & Co", 6_800, None, None, stock("low", "Only 1 left"), ""),
        ("Hand-blown carafe", "Juniper", 8_200, None, None, StockView::plenty(), ""),
        ("Alpaca blanket “Nebel”", "Juniper", 24_900, Some(31_900), badge("sale", "−21%"), StockView::plenty(), "4 colors"),
        ("House blend, 1 kg", "Juniper Roasters", 2_900, None, None, stock("low", "Only 5 left"), "3 grinds"),
    ];
    let card = |(index, (title, vendor, minor, was, badge, stock, choice)): (u32, (&str, &str, i64, Option<i64>, _, _, &str))| {
        CardView {
            product: (index + 1).to_string(),
            url: "/products/tote-ria".into(),
            title: title.into(),
            vendor: vendor.into(),
            picture: (index != 5).then(|| picture(index + 1, title)),
            second_picture: (index < 3).then(|| picture(index + 2, "")),
            price: PriceView {
                price: euros(minor),
                was: was.map(euros),
                percent: was.map_or(0, |was: i64| 100 - minor * 100 / was),
                from: index == 0,
                on_sale: was.is_some(),
                upcoming: None,
            },
            badge,
            stock,
            choice: choice.into(),
        }
    };
    (0..).zip(rows).map(card).collect()
}

pub(super) fn product() -> ProductView {
    let price =
        PriceView { price: euros(12_900), was: Some(euros(21_500)), percent: 40, from: false, on_sale: true, upcoming: None };
    let value = |value: &str, number: u32, chosen, available| OptionValueView {
        value: value.into(),
        url: format!("/products/tote-ria?variant={number}"),
        variant: number.to_string(),
        chosen,
        available,
    };
    ProductView {
        url: "/products/tote-ria".into(),
        breadcrumbs: vec![link("Home", "/"), link("Bags", "/collections/bags")],
        title: "Tote “Ria”".into(),
        vendor: "Atelier Nord".into(),
        vendor_url: "/collections/all?vendor=Atelier+Nord".into(),
        description_html: "<p>A generous tote in vegetable-tanned leather that darkens with the years. Holds a laptop, a \
            loaf and a change of mind.</p><ul><li>Full-grain leather, 2.2 mm</li><li>Brass fittings</li><li>40 × 34 × 14 \
            cm</li></ul>"
            .into(),
        pictures: (1..5).map(|number| picture(number, "Tote “Ria” in sand")).collect(),
        options: vec![
            OptionView {
                name: "Color".into(),
                chosen: "Sand".into(),
                values: vec![value("Sand", 1, true, true), value("Ink", 2, false, true), value("Moss", 3, false, false)],
            },
            OptionView {
                name: "Size".into(),
                chosen: "Large".into(),
                values: vec![value("Small", 4, false, true), value("Large", 1, true, true)],
            },
        ],
        variant: VariantView {
            id: "1".into(),
            title: "Sand / Large".into(),
            sku: "RIA-SAND-L".into(),
            price,
            stock: StockView { level: "low", text: "Only 3 left".into() },
            buyable: true,
            button: "Add to cart".into(),
        },
        variants_json: "[]".into(),
        sale: ShopView::sample().sale,
        quantity_max: 5,
        limit_text: "At most 2 per customer in this sale".into(),
        refusal: String::new(),
        facts: vec![("Stock code".into(), "RIA-SAND-L".into()), ("Weight".into(), "1.2 kg".into())],
        promises: vec!["Delivery in two to four days".into(), "30 days to change your mind".into()],
        related: cards().into_iter().skip(1).take(4).collect(),
    }
}

pub(super) fn summary() -> SummaryView {
    let line = |number: u32, title: &str, variant_title: &str, quantity, minor: i64, was: Option<i64>| SummaryLineView {
        url: "/products/tote-ria".into(),
        title: title.into(),
        variant_title: variant_title.into(),
        picture: Some(picture(number, title)),
        quantity,
        total: euros(minor),
        was_total: was.map(euros),
    };
    SummaryView {
        lines: vec![
            line(1, "Tote “Ria”", "Sand / Large", 1, 12_900, Some(21_500)),
            line(3, "Stoneware pour-over set for two", "", 1, 7_400, Some(9_800)),
        ],
        subtotal: euros(20_300),
        saved: Some(euros(11_000)),
        discount: Some(euros(2_030)),
        coupon: "WELCOME10".into(),
        coupon_refusal: String::new(),
        shipping_name: "Standard, 2 to 4 days".into(),
        shipping: Some(euros(490)),
        requires_shipping: true,
        tax: Some(TaxView { name: "VAT 19%".into(), amount: euros(2_995), included: true }),
        total: euros(18_760),
        units: 2,
    }
}

pub(super) fn cart() -> CartView {
    let products = cards();
    let line = |index: usize, variant_title: &str, problem: &str| {
        let card = &products[index];
        CartLineView {
            variant: (index + 1).to_string(),
            url: card.url.clone(),
            title: card.title.clone(),
            variant_title: variant_title.into(),
            picture: card.picture.clone(),
            price: PriceView { from: false, ..card.price.clone() },
            quantity: 1,
            quantity_max: 3,
            total: card.price.price,
            stock: card.stock.clone(),
            problem: problem.into(),
        }
    };
    CartView {
        lines: vec![line(0, "Sand / Large", ""), line(2, "", ""), line(3, "Ink", "Sold out. Take it out to go on.")],
        notices: vec!["The price of Tote “Ria” is now €129.00.".into()],
        refusal: String::new(),
        summary: SummaryView { shipping: None, shipping_name: String::new(), ..summary() },
        coupon: "WELCOME10".into(),
        ready: false,
        suggestions: products.clone(),
    }
}

pub(super) fn checkout() -> CheckoutView {
    CheckoutView {
        checkout_id: "sample".into(),
        form: FormView {
            email: "ada@example.org".into(),
            name: "Ada Lovelace".into(),
            line1: "12 St James’s Square".into(),
            city: "London".into(),
            country: "DE".into(),
            shipping_method: "standard".into(),
            ..FormView::default()
        },
        errors: vec![
            FieldErrorView { field: "postal_code", message: "Enter the postal code".into() },
            FieldErrorView { field: "card_number", message: "The card was declined. Nothing was charged.".into() },
        ],
        refusal: String::new(),
        refusal_url: String::new(),
        sold_out: None,
        countries: [("DE", "Germany"), ("FR", "France"), ("GB", "United Kingdom")]
            .map(|(code, name)| CountryView { code: code.into(), name: name.into() })
            .into(),
        shipping_options: vec![
            ShippingOptionView { key: "standard".into(), name: "Standard, 2 to 4 days".into(), price: euros(490), chosen: true },
            ShippingOptionView { key: "express".into(), name: "Express, tomorrow".into(), price: euros(1_490), chosen: false },
        ],
        summary: summary(),
        held_until: Some(NOW.plus_minutes(9)),
        needs_card: true,
        card_hints: vec![
            CardHintView { number: "4242 4242 4242 4242", meaning: "is accepted" },
            CardHintView { number: "4000 0000 0000 0002", meaning: "is declined" },
        ],
        total_minor: 18_760,
        button: "Pay €187.60".into(),
    }
}

pub(super) fn order() -> OrderView {
    OrderView {
        number: "1042".into(),
        fresh: true,
        placed_at: NOW,
        status: "open",
        steps: vec![
            StepView { label: "Placed", done: true },
            StepView { label: "Paid", done: true },
            StepView { label: "Sent", done: false },
        ],
        email: "ada@example.org".into(),
        address: vec!["Ada Lovelace".into(), "12 St James’s Square".into(), "London".into(), "United Kingdom".into()],
        payments: vec![PaymentNoteView { text: "Paid by card".into(), amount: euros(18_760), at: NOW }],
        fulfillments: vec![FulfillmentView {
            text: "1 × Tote “Ria”".into(),
            carrier: "DHL".into(),
            tracking_number: "00340434161094".into(),
            tracking_url: "https://example.org/track/00340434161094".into(),
            at: NOW.plus_minutes(300),
        }],
        summary: summary(),
    }
}
