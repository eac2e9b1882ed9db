//! Any cart of any shop, inside the limits of input and with its edges more often than chance would have it.

use super::*;

/// The places that carts go to.
const COUNTRIES: [&str; 5] = ["DE", "FR", "US", "JP", ""];
/// Their regions.
const REGIONS: [&str; 2] = ["NY", ""];

/// A cart with everything that its price depends on.
#[derive(Clone, Debug)]
pub(crate) struct AnyCart {
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<QuoteLineInput>,
    /// A coupon and how often this customer has used it.
    pub(crate) coupon: Option<(Coupon, i64)>,
    pub(crate) address: Address,
    pub(crate) method: Option<String>,
    pub(crate) shipping: ShippingSettings,
    pub(crate) tax: TaxSettings,
}

impl AnyCart {
    pub(crate) fn input(&self) -> QuoteInput<'_> {
        QuoteInput {
            currency: self.currency,
            lines: &self.lines,
            coupon: self.coupon.as_ref().map(|(coupon, uses)| Ok((coupon, *uses))),
            address: Some(&self.address),
            shipping_method: self.method.as_deref(),
            shipping: &self.shipping,
            tax: &self.tax,
            now: NOW,
        }
    }

    pub(crate) fn quote(&self) -> Quote {
        quote(&self.input())
    }
}

/// A cart of up to `lines_max` lines, each of another variant.
pub(crate) fn any_cart(lines_max: usize) -> impl Strategy<Value = AnyCart> {
    let lines = vec(line(), 0..=lines_max).prop_map(numbered);
    let address = (prop::sample::select(&COUNTRIES[..]), prop::sample::select(&REGIONS[..]))
        .prop_map(|(country, region)| Address { country: country.into(), region: region.into(), ..Address::default() });
    let coupon = prop::option::of((coupon(), 0..3_i64));
    let method = prop::option::weighted(0.9, (0..2_usize, 0..2_usize).prop_map(|(zone, place)| method_key(zone, place)));
    (currency(), lines, coupon, address, method, shipping(), tax()).prop_map(
        |(currency, lines, coupon, address, method, shipping, tax)| AnyCart {
            currency,
            lines,
            coupon,
            address,
            method,
            shipping,
            tax,
        },
    )
}

/// A cart whose lines are worth the same, with a coupon that counts: whichever line has the odd cent, it is not the others.
pub(crate) fn cart_of_equal_lines(lines_max: usize) -> impl Strategy<Value = AnyCart> {
    (any_cart(lines_max), coupon()).prop_map(|(mut cart, coupon)| {
        let first = cart.lines.first().cloned();
        for line in &mut cart.lines {
            line.price_minor = first.as_ref().map_or(0, |first| first.price_minor);
            line.quantity = first.as_ref().map_or(0, |first| first.quantity);
        }
        cart.coupon = Some((that_counts(coupon), 0));
        cart
    })
}

/// A cart that nothing stands in the way of: it can be delivered, and its coupon, if it has one, counts.
pub(crate) fn cart_to_be_had(lines_max: usize) -> impl Strategy<Value = AnyCart> {
    (any_cart(lines_max), line(), method_everywhere()).prop_map(|(mut cart, line, shipping)| {
        if cart.lines.is_empty() {
            cart.lines = numbered(vec![line]);
        }
        cart.address.country = "DE".into();
        cart.method = Some(method_key(0, 0));
        cart.coupon = cart.coupon.map(|(coupon, _)| (that_counts(coupon), 0));
        AnyCart { shipping, ..cart }
    })
}

fn that_counts(coupon: Coupon) -> Coupon {
    let unlimited = Coupon { minimum_minor: 0, starts_at: None, ends_at: None, active: true, ..coupon };
    Coupon { uses_max: None, uses_per_customer_max: None, ..unlimited }
}

fn method_everywhere() -> impl Strategy<Value = ShippingSettings> {
    amount().prop_map(|price_minor| {
        let method = ShippingMethod {
            key: method_key(0, 0),
            name: "By post".into(),
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

/// A currency without decimals, with two, and with three.
pub(crate) fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(&["JPY", "EUR", "KWD"][..]).prop_map(|code| Currency::from_code(code).expect("a known code"))
}

/// Amounts as people write them: the same again and again.
pub(crate) fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => prop::sample::select(&[100_i64, 999, 1_000, 1_999][..]),
        4 => 0..=20_000_i64,
        2 => 0..=9_i64,
        1 => Just(Money::INPUT_MINOR_MAX),
        1 => 0..=Money::INPUT_MINOR_MAX,
    ]
}

fn line() -> impl Strategy<Value = QuoteLineInput> {
    let units = prop_oneof![3 => 1..=4_u32, 1 => 1..=20_u32, 1 => Just(1_000)];
    (amount(), prop::option::of(amount()), units, 0..50_000_i64, any::<(bool, bool)>()).prop_map(
        |(price_minor, was_price_minor, quantity, weight_grams, (taxable, requires_shipping))| QuoteLineInput {
            variant: VariantId(0),
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

fn numbered(mut lines: Vec<QuoteLineInput>) -> Vec<QuoteLineInput> {
    for (line, number) in lines.iter_mut().zip(1..) {
        line.variant = VariantId(number);
    }
    lines
}

pub(crate) fn coupon() -> impl Strategy<Value = Coupon> {
    let kind = prop_oneof![
        3 => (1..=1_000_000_i64).prop_map(|ppm| CouponKind::Percent { ppm }),
        3 => amount().prop_map(|amount_minor| CouponKind::Fixed { amount_minor }),
        1 => Just(CouponKind::FreeShipping),
    ];
    // Around now, and mostly not in the way.
    let instant = || prop::option::weighted(0.3, (-2..=2_i64).prop_map(|seconds| NOW.plus_seconds(seconds)));
    let limit = || prop::option::weighted(0.3, 1..=3_i64);
    let minimum = prop_oneof![2 => Just(0), 1 => amount()];
    let active = prop::bool::weighted(0.9);
    (kind, minimum, (instant(), instant()), (limit(), limit(), 0..=2_i64), active).prop_map(
        |(kind, minimum_minor, (starts_at, ends_at), (uses_max, uses_per_customer_max, uses_claimed), active)| Coupon {
            id: CouponId(1),
            code: "WELCOME".into(),
            kind,
            minimum_minor,
            starts_at,
            ends_at,
            uses_max,
            uses_per_customer_max,
            uses_claimed,
            active,
        },
    )
}

fn tax() -> impl Strategy<Value = TaxSettings> {
    let rate_ppm = prop_oneof![3 => prop::sample::select(&[190_000_i64, 70_000, 200_000, 88_750][..]), 1 => 0..=1_000_000_i64];
    let rate = (countries(), prop::sample::select(&REGIONS[..]), rate_ppm, any::<bool>()).prop_map(
        |(countries, region, rate_ppm, taxes_shipping)| TaxRate {
            name: "VAT".into(),
            countries,
            region: region.into(),
            rate_ppm,
            taxes_shipping,
        },
    );
    (any::<bool>(), vec(rate, 0..=3)).prop_map(|(prices_include_tax, rates)| TaxSettings { prices_include_tax, rates })
}

fn shipping() -> impl Strategy<Value = ShippingSettings> {
    let limit = |most| prop::option::weighted(0.2, 0..=most);
    let limits = (limit(30_000_i64), limit(100_000_i64), limit(20_000_i64), limit(40_000_i64));
    let method = (amount(), limits).prop_map(|(price_minor, (lightest, heaviest, least, most))| ShippingMethod {
        key: String::new(),
        name: "By post".into(),
        price_minor,
        weight_grams_min: lightest,
        weight_grams_max: heaviest,
        total_minor_min: least,
        total_minor_max: most,
    });
    let zone = (countries(), vec(method, 1..=2)).prop_map(|(countries, methods)| ShippingZone {
        name: "Somewhere".into(),
        countries,
        methods,
    });
    vec(zone, 0..=2).prop_map(|mut zones| {
        for (number, zone) in zones.iter_mut().enumerate() {
            for (place, method) in zone.methods.iter_mut().enumerate() {
                method.key = method_key(number, place);
            }
        }
        ShippingSettings { zones }
    })
}

fn method_key(zone: usize, place: usize) -> String {
    format!("zone-{zone}-{place}")
}

fn countries() -> impl Strategy<Value = Vec<String>> {
    let listed = |codes: &[&str]| Just(codes.iter().map(|&code| code.to_owned()).collect::<Vec<_>>());
    prop_oneof![2 => listed(&["*"]), 1 => listed(&["DE", "FR"]), 1 => listed(&["US"])]
}
