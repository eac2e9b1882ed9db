//! What holds for every cart, tried on random ones up to the limits of input. A failure prints the smallest cart that shows it
//! and the seed; `PROPTEST_RNG_SEED` plays a run again.

use super::*;
use crate::customer::Address;
use crate::shop::{ShippingMethod, ShippingSettings, ShippingZone, TaxRate, TaxSettings};
use crate::{CouponId, Currency, Money, Timestamp, VariantId};
use proptest::collection::vec;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// Amounts as people write them, with the edges more often than chance would have it.
fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 0..=20_000_i64, 1 => Just(0), 1 => Just(Money::INPUT_MINOR_MAX), 1 => 0..=Money::INPUT_MINOR_MAX]
}

fn line() -> impl Strategy<Value = QuoteLineInput> {
    (amount(), prop::option::of(amount()), prop_oneof![1..=20_u32, Just(1_000)], 0..50_000_i64, any::<(bool, bool)>()).prop_map(
        |(price_minor, was_price_minor, quantity, weight_grams, (taxable, requires_shipping))| QuoteLineInput {
            variant: VariantId(1),
            quantity,
            price_minor,
            was_price_minor,
            sale: None,
            weight_grams,
            taxable,
            requires_shipping,
        },
    )
}

fn coupon() -> impl Strategy<Value = Coupon> {
    let kind = prop_oneof![
        (0..=1_000_000_i64).prop_map(|ppm| CouponKind::Percent { ppm }),
        amount().prop_map(|amount_minor| CouponKind::Fixed { amount_minor }),
        Just(CouponKind::FreeShipping),
    ];
    (kind, amount()).prop_map(|(kind, minimum_minor)| Coupon {
        id: CouponId(1),
        code: "WELCOME".into(),
        kind,
        minimum_minor,
        starts_at: None,
        ends_at: None,
        uses_max: None,
        uses_per_customer_max: None,
        uses_claimed: 0,
        active: true,
    })
}

fn tax() -> impl Strategy<Value = TaxSettings> {
    (any::<bool>(), 0..=1_000_000_i64, any::<bool>()).prop_map(|(prices_include_tax, rate_ppm, taxes_shipping)| {
        let countries = vec!["*".into()];
        let rate = TaxRate { name: "VAT".into(), countries, region: String::new(), rate_ppm, taxes_shipping };
        TaxSettings { prices_include_tax, rates: vec![rate] }
    })
}

fn shipping() -> impl Strategy<Value = ShippingSettings> {
    amount().prop_map(|price_minor| {
        let method = ShippingMethod {
            key: "standard".into(),
            name: "Standard".into(),
            price_minor,
            weight_grams_min: None,
            weight_grams_max: None,
            total_minor_min: None,
            total_minor_max: None,
        };
        ShippingSettings {
            zones: vec![ShippingZone { name: "World".into(), countries: vec!["*".into()], methods: vec![method] }],
        }
    })
}

fn any_quote() -> impl Strategy<Value = Quote> {
    (vec(line(), 0..=100), prop::option::of(coupon()), tax(), shipping()).prop_map(|(lines, coupon, tax, shipping)| {
        quote(&QuoteInput {
            currency: Currency::from_code("EUR").expect("a known code"),
            lines: &lines,
            coupon: coupon.as_ref().map(|coupon| Ok((coupon, 0))),
            address: Some(&Address { country: "DE".into(), ..Address::default() }),
            shipping_method: Some("standard"),
            shipping: &shipping,
            tax: &tax,
            now: NOW,
        })
    })
}

/// Adds in 128 bits, so that a wrapped sum cannot agree with itself.
fn total_of(quote: &Quote, amount: impl Fn(&QuoteLine) -> i64) -> i128 {
    quote.lines.iter().map(|line| i128::from(amount(line))).sum()
}

proptest! {
    #[test]
    fn every_amount_is_the_sum_of_its_parts(quote in any_quote()) {
        let added = |tax_minor| if quote.prices_include_tax { 0 } else { tax_minor };
        for line in &quote.lines {
            prop_assert_eq!(i128::from(line.subtotal_minor), i128::from(line.price_minor) * i128::from(line.quantity));
            prop_assert_eq!(line.total_minor, line.subtotal_minor - line.discount_minor + added(line.tax_minor));
        }
        let shipping = quote.shipping.as_ref().map_or(0, |option| option.price_minor);
        let shipping_total = i128::from(shipping + added(quote.shipping_tax_minor));
        prop_assert_eq!(i128::from(quote.subtotal_minor), total_of(&quote, |line| line.subtotal_minor));
        prop_assert_eq!(i128::from(quote.discount_minor), total_of(&quote, |line| line.discount_minor));
        prop_assert_eq!(i128::from(quote.tax_minor - quote.shipping_tax_minor), total_of(&quote, |line| line.tax_minor));
        prop_assert_eq!(i128::from(quote.total_minor), total_of(&quote, |line| line.total_minor) + shipping_total);
    }

    #[test]
    fn no_amount_is_negative_and_no_line_is_discounted_below_zero(quote in any_quote()) {
        prop_assert!(quote.total_minor >= 0 && quote.discount_minor >= 0);
        prop_assert!(quote.saved_minor >= 0 && quote.shipping_tax_minor >= 0);
        for line in &quote.lines {
            prop_assert!(line.tax_minor >= 0 && line.total_minor >= 0, "{line:?}");
            prop_assert!((0..=line.subtotal_minor).contains(&line.discount_minor), "{line:?}");
            prop_assert!(line.was_price_minor.is_none_or(|was| was > line.price_minor), "{line:?}");
        }
    }

    #[test]
    fn shipping_is_offered_exactly_when_something_is_shipped(quote in any_quote()) {
        prop_assert_eq!(quote.shipping_options.is_empty(), !quote.requires_shipping);
        prop_assert_eq!(quote.shipping.is_some(), quote.requires_shipping);
    }

    #[test]
    fn a_share_is_within_one_unit_of_its_exact_part(discount_ppm in 0..=1_000_000_i64, subtotals in vec(amount(), 1..=100)) {
        let whole = sum(subtotals.iter().copied());
        let taken = share_half_up(whole, discount_ppm, 1_000_000);
        let shares = discount::split_by_lines(taken, &subtotals);
        prop_assert_eq!(sum(shares.iter().copied()), taken);
        for (share, subtotal) in shares.iter().zip(&subtotals) {
            let exact_scaled = i128::from(taken) * i128::from(*subtotal);
            prop_assert!((i128::from(*share) * i128::from(whole) - exact_scaled).abs() < i128::from(whole.max(1)));
        }
    }

    #[test]
    fn any_series_of_refunds_gives_back_exactly_what_was_paid(
        total_minor in 0..=LINE_MINOR_MAX,
        quantity in 1..=1_000_u32,
        steps in vec(1..=400_u32, 1..20),
    ) {
        let (mut refunded_quantity, mut given_back) = (0_u32, 0_i64);
        for step in steps.into_iter().chain([quantity]) {
            let refund = refund_for(PaidLine { total_minor, quantity, refunded_quantity }, step);
            refunded_quantity = (refunded_quantity + step).min(quantity);
            given_back += refund;
            prop_assert!(refund >= 0 && given_back <= total_minor);
        }
        prop_assert_eq!(given_back, total_minor);
    }

    #[test]
    fn giving_every_unit_and_the_delivery_back_comes_to_what_was_charged(quote in any_quote(), steps in vec(1..=7_u32, 1..10)) {
        let delivery = quote.shipping.as_ref().map_or(0, |option| option.price_minor);
        let tax_on_top = if quote.prices_include_tax { 0 } else { quote.shipping_tax_minor };
        let mut given_back = i128::from(delivery + tax_on_top);
        for line in &quote.lines {
            let mut back = 0;
            for step in steps.iter().cycle() {
                if back >= line.quantity {
                    break;
                }
                let units = (*step).min(line.quantity - back);
                given_back += i128::from(refund_for(PaidLine::new(line, back), units));
                prop_assert!(given_back <= i128::from(quote.total_minor));
                back += units;
            }
        }
        prop_assert_eq!(given_back, i128::from(quote.total_minor));
    }
}
