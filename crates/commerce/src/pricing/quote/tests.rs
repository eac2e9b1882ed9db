//! The quote as tables: one cart of Juniper Roasters, one rule at a time. What holds for every cart is in `properties`.

use super::*;
use crate::CouponId;
use crate::shop::{ShippingMethod, ShippingZone, TaxRate};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// A cart of Juniper Roasters on its way to Ada in Germany.
struct Cart {
    lines: Vec<QuoteLineInput>,
    coupon: Option<Coupon>,
    uses_of_customer: i64,
    address: Option<Address>,
    method: Option<&'static str>,
    shipping: ShippingSettings,
    tax: TaxSettings,
}

impl Cart {
    fn quote(&self) -> Quote {
        quote(&QuoteInput {
            currency: Currency::from_code("EUR").expect("a known code"),
            lines: &self.lines,
            coupon: self.coupon.as_ref().map(|coupon| Ok((coupon, self.uses_of_customer))),
            address: self.address.as_ref(),
            shipping_method: self.method,
            shipping: &self.shipping,
            tax: &self.tax,
            now: NOW,
        })
    }
}

fn line(variant: i64, quantity: u32, price_minor: i64) -> QuoteLineInput {
    QuoteLineInput {
        variant: VariantId(variant),
        quantity,
        price_minor,
        was_price_minor: None,
        sale: None,
        weight_grams: 250,
        taxable: true,
        requires_shipping: true,
    }
}

fn coupon(kind: CouponKind) -> Coupon {
    Coupon {
        id: CouponId(1),
        code: "WELCOME".into(),
        kind,
        minimum_minor: 0,
        starts_at: None,
        ends_at: None,
        uses_max: None,
        uses_per_customer_max: None,
        uses_claimed: 0,
        active: true,
    }
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

/// One bag for 12.99 and two filters for 3.33 each, 19 % tax on goods and shipping, standard shipping for 4.90.
fn juniper_roasters(prices_include_tax: bool) -> Cart {
    let vat = TaxRate {
        name: "VAT".into(),
        countries: vec!["DE".into()],
        region: String::new(),
        rate_ppm: 190_000,
        taxes_shipping: true,
    };
    let methods = vec![method("standard", 490), ShippingMethod { total_minor_min: Some(1_900), ..method("courier", 990) }];
    Cart {
        lines: vec![line(1, 1, 1_299), line(2, 2, 333)],
        coupon: None,
        uses_of_customer: 0,
        address: Some(Address { country: "DE".into(), ..Address::default() }),
        method: Some("standard"),
        shipping: ShippingSettings { zones: vec![ShippingZone { name: "DE".into(), countries: vec!["DE".into()], methods }] },
        tax: TaxSettings { prices_include_tax, rates: vec![vat] },
    }
}

fn line_amounts(quote: &Quote) -> Vec<[i64; 4]> {
    (quote.lines.iter()).map(|line| [line.subtotal_minor, line.discount_minor, line.tax_minor, line.total_minor]).collect()
}

fn keys(quote: &Quote) -> Vec<&str> {
    quote.shipping_options.iter().map(|option| option.key.as_str()).collect()
}

#[test]
fn tax_is_contained_in_the_prices_where_they_include_it() {
    let quote = juniper_roasters(true).quote();
    assert_eq!(line_amounts(&quote), [[1_299, 0, 207, 1_299], [666, 0, 106, 666]]);
    assert_eq!((quote.shipping_tax_minor, quote.tax_minor), (78, 207 + 106 + 78));
    assert_eq!((quote.subtotal_minor, quote.total_minor), (1_965, 1_965 + 490));
    assert_eq!(quote.tax_rate, Some(("VAT".into(), 190_000)));
}

#[test]
fn tax_is_added_where_prices_exclude_it() {
    let quote = juniper_roasters(false).quote();
    assert_eq!(line_amounts(&quote), [[1_299, 0, 247, 1_546], [666, 0, 127, 793]]);
    assert_eq!((quote.shipping_tax_minor, quote.tax_minor), (93, 247 + 127 + 93));
    assert_eq!((quote.subtotal_minor, quote.total_minor), (1_965, 1_546 + 793 + 490 + 93));
}

#[test]
fn tax_is_charged_on_taxable_lines_only_and_on_shipping_only_if_the_rate_says_so() {
    let mut cart = juniper_roasters(false);
    cart.lines[1].taxable = false;
    cart.tax.rates[0].taxes_shipping = false;
    let quote = cart.quote();
    assert_eq!(line_amounts(&quote), [[1_299, 0, 247, 1_546], [666, 0, 0, 666]]);
    assert_eq!((quote.shipping_tax_minor, quote.tax_minor, quote.total_minor), (0, 247, 1_546 + 666 + 490));
}

#[test]
fn no_tax_is_charged_elsewhere_or_before_the_address_is_known() {
    for country in [Some("FR"), Some(""), None] {
        let mut cart = juniper_roasters(false);
        cart.address = country.map(|code| Address { country: code.into(), ..Address::default() });
        let quote = cart.quote();
        assert_eq!((quote.tax_minor, quote.tax_rate.as_ref()), (0, None), "{country:?}");
        assert_eq!((quote.shipping.as_ref(), quote.total_minor), (None, 1_965), "{country:?}");
    }
}

#[test]
fn a_was_price_is_shown_only_when_it_is_higher() {
    for (was_price_minor, shown, saved) in
        [(None, None, 0), (Some(332), None, 0), (Some(333), None, 0), (Some(400), Some(400), 2 * 67)]
    {
        let mut cart = juniper_roasters(true);
        cart.lines[1].was_price_minor = was_price_minor;
        let quote = cart.quote();
        assert_eq!((quote.lines[1].was_price_minor, quote.saved_minor), (shown, saved), "{was_price_minor:?}");
        assert_eq!(quote.subtotal_minor, 1_965, "what was saved is no part of any sum");
    }
}

#[test]
fn a_percentage_is_rounded_on_the_whole_and_shared_by_the_lines() {
    let mut cart = juniper_roasters(true);
    cart.coupon = Some(coupon(CouponKind::Percent { ppm: 100_000 }));
    let quote = cart.quote();
    assert_eq!(line_amounts(&quote), [[1_299, 130, 187, 1_169], [666, 67, 96, 599]]);
    assert_eq!((quote.discount_minor, quote.total_minor), (197, 1_965 - 197 + 490));
    assert_eq!((quote.coupon.as_deref(), quote.coupon_refusal), (Some("WELCOME"), None));
}

#[test]
fn a_fixed_coupon_never_takes_off_more_than_the_goods() {
    for (amount_minor, discount) in [(500, 500), (1_965, 1_965), (1_000_000, 1_965)] {
        let mut cart = juniper_roasters(false);
        cart.coupon = Some(coupon(CouponKind::Fixed { amount_minor }));
        let quote = cart.quote();
        assert_eq!(quote.discount_minor, discount);
        assert!(quote.total_minor >= 490 + 93, "shipping is still paid for");
    }
}

#[test]
fn free_shipping_makes_every_method_free_and_leaves_the_goods_alone() {
    let mut cart = juniper_roasters(false);
    cart.coupon = Some(coupon(CouponKind::FreeShipping));
    let quote = cart.quote();
    assert_eq!(keys(&quote), ["standard", "courier"]);
    assert!(quote.shipping_options.iter().all(|option| option.price_minor == 0));
    assert_eq!((quote.discount_minor, quote.shipping_tax_minor), (0, 0));
    assert_eq!((quote.coupon.as_deref(), quote.total_minor), (Some("WELCOME"), 1_546 + 793));
}

#[test]
fn the_minimum_is_measured_before_the_discount() {
    for (minimum_minor, counts) in [(1_965, true), (1_966, false)] {
        let mut cart = juniper_roasters(true);
        cart.coupon = Some(Coupon { minimum_minor, ..coupon(CouponKind::Percent { ppm: 500_000 }) });
        let quote = cart.quote();
        let refusal = (!counts).then_some(CouponRefusal::BelowMinimum { minimum_minor });
        assert_eq!((quote.coupon.is_some(), &quote.coupon_refusal), (counts, &refusal));
        assert_eq!(quote.discount_minor > 0, counts);
    }
}

#[test]
fn a_refused_code_changes_no_amount_and_says_why() {
    let mut cart = juniper_roasters(true);
    let without = cart.quote();
    cart.coupon = Some(Coupon { uses_per_customer_max: Some(1), ..coupon(CouponKind::FreeShipping) });
    cart.uses_of_customer = 1;
    assert_eq!(cart.quote(), Quote { coupon_refusal: Some(CouponRefusal::UsedByCustomer), ..without.clone() });

    let unknown = CouponRefusal::Unknown;
    let input = QuoteInput {
        currency: without.currency,
        lines: &cart.lines,
        coupon: Some(Err(&unknown)),
        address: cart.address.as_ref(),
        shipping_method: cart.method,
        shipping: &cart.shipping,
        tax: &cart.tax,
        now: NOW,
    };
    assert_eq!(quote(&input), Quote { coupon_refusal: Some(CouponRefusal::Unknown), ..without });
}

#[test]
fn methods_are_offered_by_the_value_after_the_discount() {
    let mut cart = juniper_roasters(true);
    assert_eq!(keys(&cart.quote()), ["standard", "courier"]);
    cart.coupon = Some(coupon(CouponKind::Fixed { amount_minor: 65 }));
    assert_eq!(keys(&cart.quote()), ["standard", "courier"]);
    cart.coupon = Some(coupon(CouponKind::Fixed { amount_minor: 66 }));
    assert_eq!(keys(&cart.quote()), ["standard"]);
}

#[test]
fn only_what_is_shipped_is_weighed() {
    let mut cart = juniper_roasters(true);
    cart.shipping.zones[0].methods[0].weight_grams_max = Some(749);
    assert_eq!(keys(&cart.quote()), ["courier"]);
    cart.lines[0].requires_shipping = false;
    assert_eq!(keys(&cart.quote()), ["standard", "courier"]);
}

#[test]
fn a_cart_of_downloads_needs_no_shipping() {
    let mut cart = juniper_roasters(true);
    for line in &mut cart.lines {
        line.requires_shipping = false;
    }
    let quote = cart.quote();
    assert_eq!((quote.requires_shipping, keys(&quote), quote.shipping.as_ref()), (false, vec![], None));
    assert_eq!((quote.shipping_tax_minor, quote.total_minor), (0, 1_965));
}

#[test]
fn a_method_that_is_not_offered_here_is_not_chosen() {
    let mut cart = juniper_roasters(true);
    cart.method = Some("express-from-another-zone");
    let quote = cart.quote();
    assert_eq!((quote.shipping.as_ref(), quote.total_minor), (None, 1_965));
    assert!(quote.requires_shipping);
}

#[test]
fn an_empty_cart_costs_nothing() {
    let mut cart = juniper_roasters(false);
    cart.lines.clear();
    cart.coupon = Some(coupon(CouponKind::Fixed { amount_minor: 500 }));
    let quote = cart.quote();
    assert_eq!((quote.total_minor, quote.discount_minor, keys(&quote)), (0, 0, vec![]));
}

#[test]
fn amounts_beyond_every_limit_stick_to_the_limit_instead_of_wrapping() {
    let mut cart = juniper_roasters(false);
    cart.tax.rates[0].rate_ppm = i64::MAX;
    cart.shipping.zones[0].methods[0].price_minor = i64::MAX;
    let huge = QuoteLineInput { was_price_minor: Some(i64::MAX), weight_grams: i64::MAX, ..line(3, u32::MAX, i64::MAX - 1) };
    cart.lines = vec![huge, line(4, u32::MAX, i64::MIN)];
    cart.coupon = Some(coupon(CouponKind::Percent { ppm: i64::MAX }));
    let free = cart.quote();
    assert_eq!((free.discount_minor, free.total_minor), (LINE_MINOR_MAX, 2 * Money::INPUT_MINOR_MAX));

    cart.coupon = None;
    let taxed = cart.quote();
    assert_eq!(line_amounts(&taxed), [[LINE_MINOR_MAX, 0, LINE_MINOR_MAX, 2 * LINE_MINOR_MAX], [0; 4]]);
}
