//! Quillmere, the main demonstration shop: a handbag workshop on a lake. The label, its people and its lake are made up.

mod carried;
mod kept;
mod pages;
mod piece;
mod sales;
mod words;
mod worn;

pub use sales::window_of;

use crate::demo::art::{HERO_HEIGHT, HERO_WIDTH, Hero, hero_svg, quillmere_logo_svg};
use crate::demo::catalog::{DemoCollection, DemoCoupon, DemoMembers, DemoPicture, DemoProduct, DemoSeller, DemoShop};
use crate::demo::places::{DeliveryPrices, deliveries, european_taxes};
use commerce::catalog::{CollectionRule, RuleCondition, RuleField, RuleRelation};
use commerce::pricing::CouponKind;
use commerce::shop::{Branding, CheckoutSettings, Link, ShopContact};

/// On the command line.
pub const HANDLE: &str = "quillmere";
/// Its address on this machine.
pub const HOST: &str = "localhost";
/// Who signs in at its desk.
pub const OWNER_EMAIL: &str = "ines@quillmere.example";

/// The whole shop.
pub fn shop() -> DemoShop {
    DemoShop {
        handle: HANDLE,
        name: "Quillmere",
        currency: "EUR",
        time_zone: "Europe/Berlin",
        domains: &[HOST, "127.0.0.1"],
        branding: branding(),
        logo: DemoPicture { alt: "Quillmere".into(), svg: quillmere_logo_svg(), width: 640, height: 96 },
        hero: DemoPicture {
            alt: "A chalk tote and a cognac saddle bag on stone steps before a lake in the morning".into(),
            svg: hero_svg(Hero::Lake),
            width: HERO_WIDTH,
            height: HERO_HEIGHT,
        },
        shipping: deliveries(&DeliveryPrices {
            home_minor: 490,
            express_minor: 1290,
            union_minor: 990,
            world_minor: 3400,
            free_from_minor: 15_000,
        }),
        tax: european_taxes(),
        checkout: CheckoutSettings { low_stock_from: 5, quantity_per_line_max: 10, ..CheckoutSettings::default() },
        contact: ShopContact {
            email: "hello@quillmere.example".into(),
            phone: "+49 30 000000".into(),
            postal_address: "Quillmere (a demonstration)\nThe Boathouse\nLakeside 1\n00000 Nowhere".into(),
        },
        templates: &[],
        owner: DemoSeller { email: OWNER_EMAIL, name: "Ines Adler" },
        products: products(),
        collections: collections(),
        sales: sales::all(),
        pages: pages::PAGES.to_vec(),
        coupons: coupons(),
    }
}

fn products() -> Vec<DemoProduct> {
    let sheet = carried::PIECES.iter().chain(worn::PIECES).chain(kept::PIECES);
    sheet.zip(1..).map(|(piece, number)| piece.product(number)).collect()
}

fn branding() -> Branding {
    Branding {
        tagline: "Bags for the long way home".into(),
        accent_color: "#23403a".into(),
        background_color: "#fbf8f2".into(),
        text_color: "#211a16".into(),
        sale_color: "#a8402a".into(),
        type_pairing: "editorial".into(),
        corner_radius: 2,
        announcement: "Free delivery in the EU from €150 · 30 days to change your mind".into(),
        header_links: links(&[
            ("New", "/collections/new"),
            ("Carry", "/collections/carry"),
            ("Shoulder", "/collections/shoulder"),
            ("Crossbody", "/collections/crossbody"),
            ("Away", "/collections/away"),
            ("Small things", "/collections/small-things"),
        ]),
        footer_links: links(&[
            ("About Quillmere", "/pages/about"),
            ("Shipping", "/pages/shipping"),
            ("Returns", "/pages/returns"),
            ("Care & repair", "/pages/care"),
            ("Contact", "/pages/contact"),
        ]),
        footer_text: "Quillmere is a demonstration shop: nothing you order here is charged or sent.".into(),
        hero_title: "Bags for the long way home".into(),
        hero_text: "Cut, sewn and burnished in a boathouse by the water, in small numbers and sixteen colors.".into(),
        home_collections: ["bestsellers", "new", "carry", "shoulder", "away", "small-things"].map(String::from).to_vec(),
        ..Branding::default()
    }
}

fn links(pairs: &[(&str, &str)]) -> Vec<Link> {
    pairs.iter().map(|(label, url)| Link { label: (*label).into(), url: (*url).into() }).collect()
}

fn collections() -> Vec<DemoCollection> {
    let tag = |value| DemoMembers::ByRule(rule(RuleField::Tag, &[value]));
    let kinds = |values: &[&str]| DemoMembers::ByRule(rule(RuleField::Type, values));
    let mut cheap = rule(RuleField::Price, &["10000"]);
    cheap.conditions[0].relation = RuleRelation::LessThan;
    let members = [
        DemoMembers::ByHand(BESTSELLERS.to_vec()),
        tag("new"),
        kinds(&["Tote", "Top handle"]),
        kinds(&["Shoulder bag", "Bucket bag"]),
        kinds(&["Crossbody"]),
        kinds(&["Weekender", "Backpack"]),
        tag("evening"),
        kinds(&["Wallet", "Pouch", "Accessory"]),
        DemoMembers::ByRule(cheap),
    ];
    let described = COLLECTIONS.iter().zip(members);
    described
        .map(|(&[handle, title, face, text], members)| DemoCollection {
            handle,
            title,
            text,
            seo_description: text,
            face,
            members,
        })
        .collect()
}

/// One of the values is enough.
fn rule(field: RuleField, values: &[&str]) -> CollectionRule {
    let condition = |value: &&str| RuleCondition { field, relation: RuleRelation::Equals, value: (*value).into() };
    CollectionRule { any: true, conditions: values.iter().map(condition).collect() }
}

const BESTSELLERS: [&str; 8] = [
    "alder-tote",
    "curlew-hobo",
    "bridleway-saddle",
    "millrace-bucket",
    "lockkeeper-satchel",
    "teal-baguette",
    "skiff-weekender",
    "letter-clutch",
];

/// Handle, name, the product whose still life stands for it, a sentence.
const COLLECTIONS: [[&str; 4]; 9] = [
    [
        "bestsellers",
        "The ones people write to us about",
        "curlew-hobo",
        "Chosen by hand, from the letters pinned above the cutting table.",
    ],
    [
        "new",
        "New this season",
        "heron-tote",
        "Fresh from the bench: a scarf here, a pleat there, a color we had to mix three times.",
    ],
    ["carry", "To carry", "lockkeeper-satchel", "Totes, satchels and doctor's bags, for the hand and the crook of the arm."],
    ["shoulder", "For the shoulder", "millrace-bucket", "Hobos, baguettes and buckets that hang the way they should."],
    ["crossbody", "Across the body", "bridleway-saddle", "Both hands free, everything at the hip."],
    ["away", "Going away", "skiff-weekender", "Weekenders for two nights, backpacks for the way to them."],
    ["evening", "After eight", "plover-baguette", "Clutches, chains and quilting."],
    [
        "small-things",
        "Small things",
        "boatman-key-fob",
        "Wallets, pouches, key fobs and straps: the same leather, fewer square centimeters.",
    ],
    [
        "under-100",
        "Presents under €100",
        "pebble-card-holder",
        "Wrapped in brown paper and tied with waxed thread, if you tell us that it is a present.",
    ],
];

fn coupons() -> Vec<DemoCoupon> {
    vec![
        DemoCoupon {
            code: "HELLO10",
            kind: CouponKind::Percent { ppm: 100_000 },
            minimum_minor: 0,
            uses_per_customer_max: Some(1),
        },
        DemoCoupon {
            code: "LAKE25",
            kind: CouponKind::Fixed { amount_minor: 2500 },
            minimum_minor: 20_000,
            uses_per_customer_max: None,
        },
        DemoCoupon { code: "FERRY", kind: CouponKind::FreeShipping, minimum_minor: 0, uses_per_customer_max: None },
    ]
}
