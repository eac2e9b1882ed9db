//! Which shipping methods a cart can have. What a free-shipping coupon does to their prices is the quote's business.

use crate::Money;
use crate::shop::{ShippingMethod, ShippingSettings, ShippingZone};
use serde::{Deserialize, Serialize};

/// A method that can be chosen, with its price for this cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingOption {
    /// The method's key.
    pub key: String,
    /// As shoppers read it.
    pub name: String,
    /// Minor units; zero when free.
    pub price_minor: i64,
}

/// What is to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel<'a> {
    /// ISO 3166-1 alpha-2 code of the country it goes to; empty: not known yet.
    pub country: &'a str,
    /// Weight of all units that are shipped.
    pub weight_grams: i64,
    /// Value of all goods of the cart after discounts, minor units.
    pub goods_minor: i64,
}

/// What can be chosen for a parcel, in the seller's order: the methods of the first zone that holds the country (`*` holds every
/// country not in an earlier zone) whose limits of weight and value, both ends included, fit. Empty when no zone holds the
/// country, when the country is not known yet, or when no method fits: the shop does not deliver this there.
pub fn shipping_options(settings: &ShippingSettings, parcel: Parcel<'_>) -> Vec<ShippingOption> {
    let country = parcel.country.trim();
    if country.is_empty() {
        return Vec::new();
    }
    let zone = settings.zones.iter().find(|zone| holds(zone, country));
    let methods = zone.map_or(&[][..], |zone| &zone.methods);
    methods
        .iter()
        .filter(|method| fits(method, parcel))
        .map(|method| ShippingOption {
            key: method.key.clone(),
            name: method.name.clone(),
            price_minor: method.price_minor.clamp(0, Money::INPUT_MINOR_MAX),
        })
        .collect()
}

fn holds(zone: &ShippingZone, country: &str) -> bool {
    zone.countries.iter().any(|listed| listed.trim() == "*" || listed.trim().eq_ignore_ascii_case(country))
}

fn fits(method: &ShippingMethod, parcel: Parcel<'_>) -> bool {
    method.weight_grams_min.is_none_or(|min| parcel.weight_grams >= min)
        && method.weight_grams_max.is_none_or(|max| parcel.weight_grams <= max)
        && method.total_minor_min.is_none_or(|min| parcel.goods_minor >= min)
        && method.total_minor_max.is_none_or(|max| parcel.goods_minor <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str, countries: &[&str], methods: Vec<ShippingMethod>) -> ShippingZone {
        ShippingZone { name: name.into(), countries: countries.iter().map(|&code| code.into()).collect(), methods }
    }

    fn method(key: &str, price_minor: i64) -> ShippingMethod {
        ShippingMethod {
            key: key.into(),
            name: key.into(),
            price_minor,
            weight_grams_min: None,
            weight_grams_max: None,
            total_minor_min: None,
            total_minor_max: None,
        }
    }

    fn juniper_roasters() -> ShippingSettings {
        let letter = ShippingMethod { weight_grams_max: Some(500), ..method("de-letter", 200) };
        let standard = ShippingMethod { total_minor_max: Some(4_999), ..method("de-standard", 490) };
        let free = ShippingMethod { total_minor_min: Some(5_000), ..method("de-free", 0) };
        let freight = ShippingMethod { weight_grams_min: Some(30_001), ..method("de-freight", 9_900) };
        ShippingSettings {
            zones: vec![
                zone("Germany", &["DE"], vec![letter, standard, free, freight]),
                zone("European Union", &["DE", "FR", "AT"], vec![method("eu", 990)]),
                zone("Nowhere", &["KP"], vec![]),
                zone("World", &["*"], vec![method("world", 2_500)]),
            ],
        }
    }

    fn check(country: &str, weight_grams: i64, goods_minor: i64, expected: &[&str]) {
        let options = shipping_options(&juniper_roasters(), Parcel { country, weight_grams, goods_minor });
        let keys: Vec<&str> = options.iter().map(|option| option.key.as_str()).collect();
        assert_eq!(keys, expected, "{country}, {weight_grams} g, {goods_minor}");
    }

    #[test]
    fn methods_follow_the_zone_the_weight_and_the_value() {
        check("DE", 500, 4_999, &["de-letter", "de-standard"]);
        check("DE", 501, 4_999, &["de-standard"]);
        check("DE", 501, 5_000, &["de-free"]);
        check("DE", 30_000, 5_000, &["de-free"]);
        check("DE", 30_001, 5_000, &["de-free", "de-freight"]);
        check("fr", 1, 1, &["eu"]);
        check("JP", 1, 1, &["world"]);
        check("KP", 1, 1, &[]);
        check("", 1, 1, &[]);
    }

    #[test]
    fn a_country_in_no_zone_is_not_delivered_to() {
        let mut settings = juniper_roasters();
        settings.zones.truncate(2);
        assert_eq!(shipping_options(&settings, Parcel { country: "JP", weight_grams: 1, goods_minor: 1 }), []);
    }
}
