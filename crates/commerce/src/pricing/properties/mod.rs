//! What holds for every cart, tried on random ones up to the limits of input. A failure prints the smallest cart that shows it
//! and the seed; `PROPTEST_RNG_SEED` plays a run again.

pub(crate) mod any;
pub(crate) mod by_hand;

use super::*;
use crate::customer::Address;
use crate::shop::{ShippingMethod, ShippingSettings, ShippingZone, TaxRate, TaxSettings};
use crate::{CouponId, Currency, Money, Timestamp, VariantId};
use any::{AnyCart, amount, any_cart, cart_of_equal_lines};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// Carts of up to as many lines as a shop may allow.
fn any_quote() -> impl Strategy<Value = Quote> {
    any_cart(100).prop_map(|cart| cart.quote())
}

/// Adds in 128 bits, so that a wrapped sum cannot agree with itself.
fn total_of(quote: &Quote, amount: impl Fn(&QuoteLine) -> i64) -> i128 {
    quote.lines.iter().map(|line| i128::from(amount(line))).sum()
}

proptest! {
    #[test]
    fn a_second_reckoning_by_hand_comes_to_the_same(cart in any_cart(100)) {
        let (quote, cost) = (cart.quote(), by_hand::cost(&cart.input()));
        let lines: Vec<[i128; 3]> =
            quote.lines.iter().map(|line| [line.discount_minor, line.tax_minor, line.total_minor].map(i128::from)).collect();
        prop_assert_eq!(lines, cost.lines);
        prop_assert_eq!(quote.shipping.as_ref().map(|option| i128::from(option.price_minor)), cost.delivery);
        let amounts = [quote.discount_minor, quote.tax_minor, quote.total_minor].map(i128::from);
        prop_assert_eq!(amounts, [cost.off, cost.tax, cost.total]);
    }

    #[test]
    fn the_order_of_the_lines_changes_no_amount(
        (cart, shuffled) in prop_oneof![any_cart(12), cart_of_equal_lines(6)].prop_flat_map(|cart| {
            let lines = Just(cart.lines.clone()).prop_shuffle();
            (Just(cart), lines)
        }),
    ) {
        let quote = cart.quote();
        let mut other = AnyCart { lines: shuffled, ..cart }.quote();
        other.lines.sort_by_key(|line| line.variant);
        prop_assert_eq!(quote, other);
    }

    #[test]
    fn every_currency_reckons_in_its_own_smallest_unit(cart in any_cart(5), other in any::currency()) {
        let quote = cart.quote();
        let in_other = AnyCart { currency: other, ..cart }.quote();
        prop_assert_eq!(in_other.total_minor, quote.total_minor);
        prop_assert_eq!(Quote { currency: quote.currency, ..in_other }, quote);
    }

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
    fn delivery_is_offered_only_for_what_is_shipped_and_charged_only_when_offered(quote in any_quote()) {
        prop_assert!(quote.requires_shipping || quote.shipping_options.is_empty());
        prop_assert!(quote.shipping.as_ref().is_none_or(|chosen| quote.shipping_options.contains(chosen)));
        prop_assert!(quote.shipping.is_some() || quote.shipping_tax_minor == 0);
    }

    #[test]
    fn a_share_is_within_one_unit_of_its_exact_part(discount_ppm in 0..=1_000_000_i64, subtotals in vec(amount(), 1..=100)) {
        let whole = sum(subtotals.iter().copied());
        let taken = share_half_up(whole, discount_ppm, 1_000_000);
        let lines: Vec<(VariantId, i64)> = (1..).map(VariantId).zip(subtotals.iter().copied()).collect();
        let shares = discount::split_by_lines(taken, &lines);
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
            let refund = refund_for(PaidLine { total_minor, quantity, refunded_quantity, refunded_minor: given_back }, step);
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
            let mut paid = PaidLine::new(line);
            for step in steps.iter().cycle() {
                if paid.refunded_quantity >= line.quantity {
                    break;
                }
                let units = (*step).min(line.quantity - paid.refunded_quantity);
                let refund = refund_for(paid, units);
                given_back += i128::from(refund);
                prop_assert!(given_back <= i128::from(quote.total_minor));
                paid.refunded_quantity += units;
                paid.refunded_minor += refund;
            }
        }
        prop_assert_eq!(given_back, i128::from(quote.total_minor));
    }
}
