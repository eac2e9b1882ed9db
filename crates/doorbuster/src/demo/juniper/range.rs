//! Juniper's range: seven coffees in two sizes, as beans or ground, and five things to brew them with.

use crate::demo::art::{CoffeeThing, PICTURE_HEIGHT, PICTURE_WIDTH, Rgb, coffee_svg};
use crate::demo::catalog::{DemoPicture, DemoProduct, DemoVariant, barcode};
use commerce::catalog::{OptionAxis, handle_from_title};

struct Coffee {
    title: &'static str,
    color: Rgb,
    label: u8,
    taste: &'static str,
    text: &'static str,
    price_minor: i64,
    tags: &'static [&'static str],
}

struct Gear {
    title: &'static str,
    thing: CoffeeThing,
    colors: &'static [(&'static str, Rgb)],
    price_minor: i64,
    grams: i64,
    text: &'static str,
    tags: &'static [&'static str],
}

const GROUND: Rgb = Rgb(0xe6, 0xec, 0xe0);
const JUNIPER: Rgb = Rgb(0x2f, 0x5d, 0x50);
const BERRY: Rgb = Rgb(0x34, 0x50, 0x7e);
const RUST: Rgb = Rgb(0xcb, 0x5f, 0x38);
const CREAM: Rgb = Rgb(0xf3, 0xec, 0xdf);
const SLATE: Rgb = Rgb(0x2b, 0x3b, 0x42);

const COFFEES: [Coffee; 7] = [
    Coffee {
        title: "Plain Sunday",
        color: Rgb(0xc4, 0x8a, 0x2c),
        label: 1,
        taste: "hazelnut, milk chocolate, toast",
        text: "The one for the pot that stands on the table until noon. Round, sweet, and in no hurry.",
        price_minor: 1190,
        tags: &["blend", "filter", "medium"],
    },
    Coffee {
        title: "Siding Espresso",
        color: SLATE,
        label: 0,
        taste: "dark chocolate, cherry, brown sugar",
        text: "Our espresso. It forgives old machines and young baristas, and shines through milk.",
        price_minor: 1250,
        tags: &["blend", "espresso", "dark"],
    },
    Coffee {
        title: "Night Train",
        color: BERRY,
        label: 2,
        taste: "blackcurrant, cocoa, bergamot",
        text: "A washed coffee from high ground with a berry in it that people argue about. We say blackcurrant.",
        price_minor: 1490,
        tags: &["single-origin", "filter", "light"],
    },
    Coffee {
        title: "Signal Box",
        color: RUST,
        label: 4,
        taste: "apricot, honey, black tea",
        text: "Bright when you open the bag, rounder after a week. Brew it cooler than you think.",
        price_minor: 1450,
        tags: &["single-origin", "filter", "light"],
    },
    Coffee {
        title: "Juniper Forest",
        color: JUNIPER,
        label: 5,
        taste: "pine honey, plum, walnut",
        text: "A natural coffee, dried in the cherry. It smells of the wood behind the house and tastes of plums.",
        price_minor: 1590,
        tags: &["single-origin", "espresso", "medium"],
    },
    Coffee {
        title: "Quiet Carriage",
        color: Rgb(0x8a, 0x6f, 0x9a),
        label: 3,
        taste: "caramel, almond, red apple",
        text: "Decaffeinated with water and time. For the second pot, or the evening.",
        price_minor: 1350,
        tags: &["decaf", "filter", "medium"],
    },
    Coffee {
        title: "First Frost Blend",
        color: Rgb(0x5b, 0x8a, 0x9a),
        label: 6,
        taste: "orange peel, gingerbread, raisin",
        text: "Comes with the first cold morning and goes with the last.",
        price_minor: 1390,
        tags: &["blend", "seasonal", "medium"],
    },
];

const GEAR: [Gear; 5] = [
    Gear {
        title: "Ribbed Dripper",
        thing: CoffeeThing::Dripper,
        colors: &[("Cream", CREAM), ("Rust", RUST)],
        price_minor: 4900,
        grams: 980,
        text: "A cone with ribs that keep the paper off the wall, on a glass server with a handle of walnut. Makes \
               two large cups.",
        tags: &["filter"],
    },
    Gear {
        title: "Thin Spout Kettle",
        thing: CoffeeThing::Kettle,
        colors: &[("Slate", SLATE), ("Berry", BERRY)],
        price_minor: 8900,
        grams: 1150,
        text: "Pours a thread of water exactly where you look. For gas, electric and induction, 0.9 l.",
        tags: &["filter"],
    },
    Gear {
        title: "Hand Grinder",
        thing: CoffeeThing::Grinder,
        colors: &[("Slate", SLATE), ("Juniper", JUNIPER)],
        price_minor: 11_900,
        grams: 620,
        text: "Steel burrs, forty clicks, thirty seconds for a cup. Quiet enough for a sleeping house.",
        tags: &["filter", "espresso"],
    },
    Gear {
        title: "Two Cups",
        thing: CoffeeThing::Cups,
        colors: &[("Rust", RUST), ("Juniper", JUNIPER), ("Berry", BERRY)],
        price_minor: 3400,
        grams: 760,
        text: "One in a color, one in cream, both with a rim that is thin where it matters. 220 ml each, thrown by hand.",
        tags: &["gift"],
    },
    Gear {
        title: "Bean Tin",
        thing: CoffeeThing::Tin,
        colors: &[("Juniper", JUNIPER), ("Slate", SLATE)],
        price_minor: 2600,
        grams: 340,
        text: "Keeps 500 g out of the light. The lid closes with a sigh.",
        tags: &["gift"],
    },
];

/// All twelve.
pub fn products() -> Vec<DemoProduct> {
    let coffees = COFFEES.iter().zip(1..).map(|(coffee, number)| coffee.product(number));
    let gear = GEAR.iter().zip(50..).map(|(gear, number)| gear.product(number));
    coffees.chain(gear).collect()
}

impl Coffee {
    fn product(&self, number: u32) -> DemoProduct {
        let mut variants = Vec::new();
        for (size, grams, factor) in [("250 g", 250, 100), ("1 kg", 1000, 352)] {
            for grind in ["Whole beans", "Filter", "Espresso"] {
                let index = variants.len() as u32;
                let price = self.price_minor * factor / 100;
                variants.push(DemoVariant {
                    option_values: vec![size.into(), grind.into()],
                    sku: format!("JR-{number:02}-{}{}", if grams == 250 { "S" } else { "L" }, &grind[..1]),
                    barcode: barcode(402_000_000 + number * 100 + index),
                    price_minor: price - price % 10,
                    was_price_minor: None,
                    cost_minor: price * 2 / 5,
                    weight_grams: grams + 30,
                    on_hand: 18 + i64::from((number * 31 + index * 17) % 60),
                    picture: 0,
                });
            }
        }
        let description_html = format!(
            "<p>{}</p><ul><li>Tastes of {}</li><li>Roasted on Tuesdays, best within six weeks</li></ul>",
            self.text, self.taste
        );
        DemoProduct {
            options: vec![axis("Size", &["250 g", "1 kg"]), axis("Grind", &["Whole beans", "Filter", "Espresso"])],
            pictures: vec![picture(CoffeeThing::Beans(self.label), self.color, format!("A bag of {}", self.title))],
            variants,
            ..product(self.title, "Coffee", "Food, Beverages & Tobacco > Beverages > Coffee", self.tags, description_html)
        }
    }
}

impl Gear {
    fn product(&self, number: u32) -> DemoProduct {
        let variants = self.colors.iter().zip(0..).map(|((name, _), index)| DemoVariant {
            option_values: vec![(*name).into()],
            sku: format!("JR-{number:02}-{}", name[..3].to_uppercase()),
            barcode: barcode(402_000_000 + number * 100 + index),
            price_minor: self.price_minor,
            was_price_minor: None,
            cost_minor: self.price_minor / 2,
            weight_grams: self.grams,
            on_hand: 4 + i64::from((number * 13 + index * 7) % 22),
            picture: index,
        });
        let names: Vec<&str> = self.colors.iter().map(|(name, _)| *name).collect();
        DemoProduct {
            options: vec![axis("Color", &names)],
            pictures: self
                .colors
                .iter()
                .map(|(name, color)| picture(self.thing, *color, format!("{} in {name}", self.title)))
                .collect(),
            variants: variants.collect(),
            ..product(
                self.title,
                "Gear",
                "Home & Garden > Kitchen & Dining > Coffee & Tea Accessories",
                self.tags,
                format!("<p>{}</p>", self.text),
            )
        }
    }
}

fn product(title: &str, kind: &'static str, category: &'static str, tags: &[&str], description_html: String) -> DemoProduct {
    DemoProduct {
        handle: handle_from_title(title),
        title: title.into(),
        description_html,
        vendor: "Juniper Roasters",
        product_type: kind,
        category,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        seo_title: format!("{title} – Juniper Roasters"),
        seo_description: String::new(),
        options: Vec::new(),
        pictures: Vec::new(),
        variants: Vec::new(),
    }
}

fn axis(name: &str, values: &[&str]) -> OptionAxis {
    OptionAxis { name: name.into(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn picture(thing: CoffeeThing, color: Rgb, alt: String) -> DemoPicture {
    DemoPicture { alt, svg: coffee_svg(thing, color, GROUND), width: PICTURE_WIDTH, height: PICTURE_HEIGHT }
}
