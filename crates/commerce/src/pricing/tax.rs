//! Which tax rate a place has, and how much tax an amount holds. What is taxed is the quote's business.

use super::share_half_up;
use crate::customer::Address;
use crate::shop::{TaxRate, TaxSettings};

/// Parts per million in a whole.
const WHOLE_PPM: i64 = 1_000_000;

/// The rate that counts for an address: the first that fits its country and region, so the special rates stand before the
/// general ones. `*` fits every country; an empty region fits the whole country; regions are compared without regard to case
/// and surrounding white space. `None`: nothing fits or the country is not known yet, so no tax is charged.
pub fn tax_rate_for<'a>(settings: &'a TaxSettings, address: &Address) -> Option<&'a TaxRate> {
    let country = address.country.trim();
    let same = |left: &str, right: &str| left.trim().to_lowercase() == right.trim().to_lowercase();
    settings.rates.iter().find(|rate| {
        !country.is_empty()
            && rate.countries.iter().any(|listed| listed.trim() == "*" || listed.trim().eq_ignore_ascii_case(country))
            && (rate.region.trim().is_empty() || same(&rate.region, &address.region))
    })
}

/// How a cart is taxed: the rate of the place, if any, and whether prices contain it.
#[derive(Clone, Copy)]
pub(super) struct Taxation<'a> {
    /// The rate that counts.
    pub(super) rate: Option<&'a TaxRate>,
    /// Whether tax is contained in amounts or added to them.
    pub(super) prices_include_tax: bool,
}

impl<'a> Taxation<'a> {
    /// How this shop taxes at an address; no tax while the address is not known.
    pub(super) fn at(settings: &'a TaxSettings, address: Option<&Address>) -> Self {
        let rate = address.and_then(|address| tax_rate_for(settings, address));
        Self { rate, prices_include_tax: settings.prices_include_tax }
    }

    /// The tax of taxable goods worth this amount (zero or more), the exact half rounded up: contained in it when prices include
    /// tax (`amount * rate / (1 + rate)`), to be added to it when they do not (`amount * rate`).
    pub(super) fn of_goods(self, amount_minor: i64) -> i64 {
        let rate_ppm = self.rate.map_or(0, |rate| rate.rate_ppm.clamp(0, WHOLE_PPM));
        let whole = if self.prices_include_tax { WHOLE_PPM + rate_ppm } else { WHOLE_PPM };
        share_half_up(amount_minor, rate_ppm, whole)
    }

    /// The tax of shipping at this price; zero when the rate leaves shipping alone.
    pub(super) fn of_shipping(self, price_minor: i64) -> i64 {
        if self.rate.is_some_and(|rate| rate.taxes_shipping) { self.of_goods(price_minor) } else { 0 }
    }

    /// The part of a tax that the customer pays on top.
    pub(super) fn on_top(self, tax_minor: i64) -> i64 {
        if self.prices_include_tax { 0 } else { tax_minor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(name: &str, countries: &[&str], region: &str) -> TaxRate {
        TaxRate {
            name: name.into(),
            countries: countries.iter().map(|&code| code.into()).collect(),
            region: region.into(),
            rate_ppm: 100_000,
            taxes_shipping: false,
        }
    }

    #[test]
    fn the_first_rate_that_fits_country_and_region_counts() {
        let settings = TaxSettings {
            prices_include_tax: false,
            rates: vec![
                rate("New York", &["US"], "NY"),
                rate("United States", &["US"], ""),
                rate("VAT", &["DE", "FR"], ""),
                rate("VAT again", &["DE"], ""),
                rate("Canaries", &["*"], "Las Palmas"),
            ],
        };
        for (country, region, expected) in [
            ("US", "NY", Some("New York")),
            ("US", " ny ", Some("New York")),
            ("US", "Ohio", Some("United States")),
            ("US", "", Some("United States")),
            ("DE", "Bayern", Some("VAT")),
            ("fr", "", Some("VAT")),
            ("ES", "las palmas", Some("Canaries")),
            ("ES", "Madrid", None),
            ("JP", "", None),
            ("", "Las Palmas", None),
        ] {
            let address = Address { country: country.into(), region: region.into(), ..Address::default() };
            let found = tax_rate_for(&settings, &address).map(|rate| rate.name.as_str());
            assert_eq!(found, expected, "{country} {region}");
        }
    }

    #[test]
    fn tax_is_contained_or_added_and_the_exact_half_is_rounded_up() {
        for (amount, rate_ppm, contained, added) in [
            (11_900, 190_000, 1_900, 2_261),
            (10_000, 190_000, 1_597, 1_900),
            (10, 50_000, 0, 1),
            (50, 10_000, 0, 1),
            (49, 10_000, 0, 0),
            (3, 1_000_000, 2, 3),
            (999, 0, 0, 0),
            (0, 190_000, 0, 0),
            (999, -5, 0, 0),
        ] {
            let rate = TaxRate { rate_ppm, ..rate("VAT", &["*"], "") };
            let of = |prices_include_tax| Taxation { rate: Some(&rate), prices_include_tax };
            assert_eq!(of(true).of_goods(amount), contained, "{amount} holds tax at {rate_ppm}");
            assert_eq!(of(false).of_goods(amount), added, "{amount} gets tax at {rate_ppm}");
            assert_eq!((of(true).on_top(added), of(false).on_top(added)), (0, added));
            assert_eq!(of(false).of_shipping(amount), 0, "this rate leaves shipping alone");
        }
    }
}
