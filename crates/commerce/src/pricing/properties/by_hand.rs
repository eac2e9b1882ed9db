//! What a cart costs, a second time: worked out from the written rules as one would on paper, and sharing no function with the
//! quote. Where the two differ, one of them is wrong.
//!
//! The rules: a line is price times units. A coupon that counts takes a share of the goods, the half cent rounded up, or an
//! amount, at most the goods; every line carries its part of it, cut to whole cents, and the cents left over go one each to the
//! lines that lost most by the cut, the lower variant first. Tax is reckoned line by line on what is left, and on delivery where
//! the rate says so; it is in the price or on top of it. Delivery is what the chosen method costs, if it is offered at all.

use super::*;

/// What a cart costs, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Each line: its share of the coupon, its tax, and what is paid for it.
    pub(crate) lines: Vec<[i128; 3]>,
    /// Whether the coupon counts.
    pub(crate) coupon_counts: bool,
    /// What the coupon takes off all goods.
    pub(crate) off: i128,
    /// Delivery without tax on top; `None`: there is none.
    pub(crate) delivery: Option<i128>,
    /// All tax.
    pub(crate) tax: i128,
    /// What is charged.
    pub(crate) total: i128,
}

pub(crate) fn cost(cart: &QuoteInput<'_>) -> Cost {
    let worth: Vec<i128> = cart.lines.iter().map(|line| i128::from(line.price_minor) * i128::from(line.quantity)).collect();
    let goods: i128 = worth.iter().sum();
    let coupon = cart.coupon.and_then(Result::ok).filter(|(coupon, uses)| counts(coupon, *uses, goods, cart.now));
    let off = match coupon.map(|(coupon, _)| coupon.kind) {
        Some(CouponKind::Percent { ppm }) => rounded(goods * i128::from(ppm), 1_000_000),
        Some(CouponKind::Fixed { amount_minor }) if i128::from(amount_minor) > goods => goods,
        Some(CouponKind::Fixed { amount_minor }) => i128::from(amount_minor),
        Some(CouponKind::FreeShipping) | None => 0,
    };
    let rate = rate_at(cart);
    let mut tax_in_all = 0;
    let mut total = 0;
    let mut lines = Vec::new();
    for (place, line) in cart.lines.iter().enumerate() {
        let share = share_of(place, off, goods, &worth, cart.lines);
        let left = worth[place] - share;
        let tax = rate.filter(|_| line.taxable).map_or(0, |rate| tax_of(left, rate, cart.tax));
        let paid = if cart.tax.prices_include_tax { left } else { left + tax };
        tax_in_all += tax;
        total += paid;
        lines.push([share, tax, paid]);
    }
    let is_free = coupon.is_some_and(|(coupon, _)| coupon.kind == CouponKind::FreeShipping);
    let delivery = delivery_of(cart, goods - off).map(|price| if is_free { 0 } else { price });
    let delivery_tax = rate.filter(|rate| rate.taxes_shipping).map_or(0, |rate| tax_of(delivery.unwrap_or(0), rate, cart.tax));
    total += delivery.unwrap_or(0) + if cart.tax.prices_include_tax { 0 } else { delivery_tax };
    Cost { lines, coupon_counts: coupon.is_some(), off, delivery, tax: tax_in_all + delivery_tax, total }
}

/// The nearest whole number to `numerator / denominator`, the half upward.
fn rounded(numerator: i128, denominator: i128) -> i128 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    if rest >= denominator - rest { whole + 1 } else { whole }
}

fn counts(coupon: &Coupon, uses_of_customer: i64, goods: i128, now: Timestamp) -> bool {
    let too_early = coupon.starts_at.is_some_and(|start| start.0 > now.0);
    let too_late = coupon.ends_at.is_some_and(|end| end.0 <= now.0);
    let used_up = coupon.uses_max.is_some_and(|most| most - coupon.uses_claimed < 1);
    let used_by_customer = coupon.uses_per_customer_max.is_some_and(|most| most - uses_of_customer < 1);
    coupon.active && !too_early && !too_late && !used_up && !used_by_customer && i128::from(coupon.minimum_minor) <= goods
}

/// A line's part of the coupon: cut to whole cents, and one more for as many lines as there are cents left over.
fn share_of(place: usize, off: i128, goods: i128, worth: &[i128], lines: &[QuoteLineInput]) -> i128 {
    if goods == 0 {
        return 0;
    }
    let lost = |other: usize| off * worth[other] % goods;
    let left_over = off - worth.iter().map(|worth| off * worth / goods).sum::<i128>();
    let is_before = |other: &usize| {
        lost(*other) > lost(place) || (lost(*other) == lost(place) && lines[*other].variant < lines[place].variant)
    };
    let lines_before = (0..worth.len()).filter(is_before).count();
    off * worth[place] / goods + i128::from((lines_before as i128) < left_over)
}

fn rate_at<'a>(cart: &QuoteInput<'a>) -> Option<&'a TaxRate> {
    let (country, region) = (&cart.address?.country, &cart.address?.region);
    let fits = |rate: &&TaxRate| {
        let here = rate.countries.contains(country) || rate.countries.contains(&"*".to_owned());
        here && (rate.region.is_empty() || rate.region == *region)
    };
    cart.tax.rates.iter().find(fits).filter(|_| !country.is_empty())
}

fn tax_of(amount: i128, rate: &TaxRate, tax: &TaxSettings) -> i128 {
    let rate = i128::from(rate.rate_ppm);
    rounded(amount * rate, if tax.prices_include_tax { 1_000_000 + rate } else { 1_000_000 })
}

/// What the chosen method costs, when something is sent and the method is offered there for such a parcel.
fn delivery_of(cart: &QuoteInput<'_>, value: i128) -> Option<i128> {
    let sent = || cart.lines.iter().filter(|line| line.requires_shipping);
    sent().next()?;
    let weight: i128 = sent().map(|line| i128::from(line.weight_grams) * i128::from(line.quantity)).sum();
    let country = Some(&cart.address?.country).filter(|country| !country.is_empty())?;
    let zones = &cart.shipping.zones;
    let zone = zones.iter().find(|zone| zone.countries.iter().any(|listed| listed == country || listed == "*"))?;
    let chosen = zone.methods.iter().find(|method| Some(method.key.as_str()) == cart.shipping_method)?;
    let within = |amount: i128, least: Option<i64>, most: Option<i64>| {
        i128::from(least.unwrap_or(0)) <= amount && most.is_none_or(|most| amount <= i128::from(most))
    };
    let fits = within(weight, chosen.weight_grams_min, chosen.weight_grams_max)
        && within(value, chosen.total_minor_min, chosen.total_minor_max);
    fits.then_some(i128::from(chosen.price_minor))
}
