//! Juniper Roasters, the quiet neighbor: coffee, another look, no sale. It shows that two shops share one program and nothing
//! else.

mod pages;
mod range;

use crate::demo::art::{HERO_HEIGHT, HERO_WIDTH, Hero, hero_svg, juniper_logo_svg};
use crate::demo::catalog::{DemoCollection, DemoCoupon, DemoMembers, DemoPicture, DemoSeller, DemoShop};
use crate::demo::places::{DeliveryPrices, deliveries, european_taxes};
use commerce::catalog::{CollectionRule, RuleCondition, RuleField, RuleRelation};
use commerce::pricing::CouponKind;
use commerce::shop::{Branding, CheckoutSettings, Link, ShopContact};

/// On the command line.
pub const HANDLE: &str = "juniper";
/// Its address on this machine.
pub const HOST: &str = "juniper.localhost";
/// Who signs in at its desk.
pub const OWNER_EMAIL: &str = "ines@juniper.example";

/// The whole shop.
pub fn shop() -> DemoShop {
    DemoShop {
        handle: HANDLE,
        name: "Juniper Roasters",
        currency: "EUR",
        time_zone: "Europe/Berlin",
        domains: &[HOST],
        branding: branding(),
        logo: DemoPicture { alt: "Juniper Roasters".into(), svg: juniper_logo_svg(), width: 560, height: 96 },
        hero: DemoPicture {
            alt: "A bag of coffee, a dripper on its glass server and a blue kettle on a green bar, a low sun behind them".into(),
            svg: hero_svg(Hero::BrewBar),
            width: HERO_WIDTH,
            height: HERO_HEIGHT,
        },
        shipping: deliveries(&DeliveryPrices {
            home_minor: 390,
            express_minor: 890,
            union_minor: 790,
            world_minor: 1900,
            free_from_minor: 4000,
        }),
        tax: european_taxes(),
        checkout: CheckoutSettings { low_stock_from: 3, ..CheckoutSettings::default() },
        contact: ShopContact {
            email: "counter@juniper.example".into(),
            phone: String::new(),
            postal_address: "Juniper Roasters (a demonstration)\nThe Old Siding\n00000 Nowhere".into(),
        },
        templates: &[("home.html", include_str!("home.html"))],
        owner: DemoSeller { email: OWNER_EMAIL, name: "Ines Adler" },
        products: range::products(),
        collections: collections(),
        sales: Vec::new(),
        pages: pages::PAGES.to_vec(),
        coupons: vec![DemoCoupon {
            code: "FIRSTCUP",
            kind: CouponKind::Fixed { amount_minor: 300 },
            minimum_minor: 1500,
            uses_per_customer_max: Some(1),
        }],
    }
}

fn branding() -> Branding {
    Branding {
        tagline: "Roasted on Tuesdays".into(),
        accent_color: "#2f5d50".into(),
        background_color: "#f3f6ef".into(),
        text_color: "#23343b".into(),
        sale_color: "#c9542b".into(),
        type_pairing: "warm".into(),
        corner_radius: 18,
        announcement: "Roasted every Tuesday, in your letterbox by Friday".into(),
        header_links: links(&[
            ("Coffee", "/collections/coffee"),
            ("Brewing gear", "/collections/gear"),
            ("Our story", "/pages/about"),
        ]),
        footer_links: links(&[
            ("Our story", "/pages/about"),
            ("Shipping", "/pages/shipping"),
            ("Returns", "/pages/returns"),
            ("Contact", "/pages/contact"),
        ]),
        footer_text: "Juniper Roasters is a demonstration shop: nothing you order here is charged or sent.".into(),
        hero_title: "Good mornings, by post".into(),
        hero_text: "Seven coffees, one small drum roaster, and the gear we use ourselves.".into(),
        home_collections: vec!["coffee".into(), "gear".into()],
        ..Branding::default()
    }
}

fn links(pairs: &[(&str, &str)]) -> Vec<Link> {
    pairs.iter().map(|(label, url)| Link { label: (*label).into(), url: (*url).into() }).collect()
}

fn collections() -> Vec<DemoCollection> {
    let of_type = |value: &str| {
        DemoMembers::ByRule(CollectionRule {
            any: false,
            conditions: vec![RuleCondition { field: RuleField::Type, relation: RuleRelation::Equals, value: value.into() }],
        })
    };
    vec![
        DemoCollection {
            handle: "coffee",
            title: "Coffee",
            text: "Light enough to taste the place, dark enough to wake up.",
            seo_description: "Seven coffees, roasted on Tuesdays, as beans or ground.",
            face: "night-train",
            members: of_type("Coffee"),
        },
        DemoCollection {
            handle: "gear",
            title: "Brewing gear",
            text: "Few things, all of them in daily use behind our own counter.",
            seo_description: "Drippers, kettles, grinders and cups.",
            face: "ribbed-dripper",
            members: of_type("Gear"),
        },
        DemoCollection {
            handle: "starters",
            title: "Where to start",
            text: "If you have never ground a bean: these four, in this order.",
            seo_description: "Four things for a first good cup at home.",
            face: "siding-espresso",
            members: DemoMembers::ByHand(vec!["plain-sunday", "siding-espresso", "ribbed-dripper", "two-cups"]),
        },
    ]
}
