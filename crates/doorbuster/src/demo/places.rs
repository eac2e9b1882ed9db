//! Where the demonstration shops deliver and which taxes they charge: the European Union's standard rates, prices inclusive.

use commerce::shop::{ShippingMethod, ShippingSettings, ShippingZone, TaxRate, TaxSettings};

/// Standard VAT rates of the member states, parts per million.
const VAT: [(&str, i64); 27] = [
    ("AT", 200_000),
    ("BE", 210_000),
    ("BG", 200_000),
    ("HR", 250_000),
    ("CY", 190_000),
    ("CZ", 210_000),
    ("DK", 250_000),
    ("EE", 240_000),
    ("FI", 255_000),
    ("FR", 200_000),
    ("DE", 190_000),
    ("GR", 240_000),
    ("HU", 270_000),
    ("IE", 230_000),
    ("IT", 220_000),
    ("LV", 210_000),
    ("LT", 210_000),
    ("LU", 170_000),
    ("MT", 180_000),
    ("NL", 210_000),
    ("PL", 230_000),
    ("PT", 230_000),
    ("RO", 210_000),
    ("SK", 230_000),
    ("SI", 220_000),
    ("ES", 210_000),
    ("SE", 250_000),
];

/// VAT of the member states, contained in the prices.
pub fn european_taxes() -> TaxSettings {
    let rates = VAT.iter().map(|(country, rate_ppm)| TaxRate {
        name: "VAT".into(),
        countries: vec![(*country).into()],
        region: String::new(),
        rate_ppm: *rate_ppm,
        taxes_shipping: true,
    });
    TaxSettings { prices_include_tax: true, rates: rates.collect() }
}

/// What delivery costs, cents.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryPrices {
    /// At home, by ordinary mail.
    pub home_minor: i64,
    /// At home, by tomorrow.
    pub express_minor: i64,
    /// In the rest of the Union.
    pub union_minor: i64,
    /// Everywhere else.
    pub world_minor: i64,
    /// From this value of goods on ordinary mail is free at home and in the Union.
    pub free_from_minor: i64,
}

/// Germany, the rest of the Union, the neighbors, the world.
pub fn deliveries(prices: &DeliveryPrices) -> ShippingSettings {
    let rest: Vec<&str> = VAT.iter().map(|(country, _)| *country).filter(|country| *country != "DE").collect();
    let below = Some(prices.free_from_minor - 1);
    let from = Some(prices.free_from_minor);
    ShippingSettings {
        zones: vec![
            zone(
                "Germany",
                &["DE"],
                vec![
                    method("de-standard", "Standard, 2 to 3 days", prices.home_minor, None, below),
                    method("de-standard-free", "Standard, 2 to 3 days", 0, from, None),
                    method("de-express", "Express, next working day", prices.express_minor, None, None),
                ],
            ),
            zone(
                "European Union",
                &rest,
                vec![
                    method("eu-standard", "Standard, 3 to 6 days", prices.union_minor, None, below),
                    method("eu-standard-free", "Standard, 3 to 6 days", 0, from, None),
                    method("eu-express", "Express, 2 days", prices.express_minor + 600, None, None),
                ],
            ),
            zone(
                "Switzerland, Norway, United Kingdom",
                &["CH", "NO", "GB"],
                vec![method("neighbors-standard", "Standard, 5 to 8 days", prices.union_minor + 900, None, None)],
            ),
            zone("World", &["*"], vec![method("world-tracked", "Tracked parcel, 7 to 14 days", prices.world_minor, None, None)]),
        ],
    }
}

fn zone(name: &str, countries: &[&str], methods: Vec<ShippingMethod>) -> ShippingZone {
    ShippingZone { name: name.into(), countries: countries.iter().map(|country| (*country).into()).collect(), methods }
}

fn method(key: &str, name: &str, price_minor: i64, from: Option<i64>, up_to: Option<i64>) -> ShippingMethod {
    ShippingMethod {
        key: key.into(),
        name: name.into(),
        price_minor,
        weight_grams_min: None,
        weight_grams_max: None,
        total_minor_min: from,
        total_minor_max: up_to,
    }
}
