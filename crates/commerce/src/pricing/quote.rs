//! The quote: every amount of a cart, line by line. Nothing else in the program multiplies, adds or rounds a cart's amounts.

use super::discount::{discount_of, split_by_lines};
use super::tax::Taxation;
use super::{Coupon, CouponKind, CouponRefusal, Parcel, ShippingOption, coupon, fitted, shipping_options, sum};
use crate::customer::Address;
use crate::planted::{Bug, planted};
use crate::shop::{ShippingSettings, TaxSettings};
use crate::{Currency, FlashSaleId, Money, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

/// One line to be priced. The price is the price of the moment: the sale's while it is open, else the variant's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLineInput {
    /// Which variant.
    pub variant: VariantId,
    /// How many, one or more.
    pub quantity: u32,
    /// Per unit, minor units.
    pub price_minor: i64,
    /// Per unit, before the reduction; shown only when higher.
    pub was_price_minor: Option<i64>,
    /// The sale whose price this is.
    pub sale: Option<FlashSaleId>,
    /// Grams per unit.
    pub weight_grams: i64,
    /// Whether tax is charged.
    pub taxable: bool,
    /// Whether it is a parcel.
    pub requires_shipping: bool,
}

/// All that a price depends on.
#[derive(Clone, Copy, Debug)]
pub struct QuoteInput<'a> {
    /// The shop's currency.
    pub currency: Currency,
    /// The lines.
    pub lines: &'a [QuoteLineInput],
    /// The coupon found for the typed code, with the uses this customer has claimed; `None`: no code typed.
    pub coupon: Option<Result<(&'a Coupon, i64), &'a CouponRefusal>>,
    /// Where it goes, as far as known: shipping and tax need the country.
    pub address: Option<&'a Address>,
    /// Key of the chosen shipping method; `None`: not chosen yet.
    pub shipping_method: Option<&'a str>,
    /// The shop's shipping.
    pub shipping: &'a ShippingSettings,
    /// The shop's taxes.
    pub tax: &'a TaxSettings,
    /// The instant.
    pub now: Timestamp,
}

/// One priced line. `total_minor = subtotal_minor - discount_minor` (+ `tax_minor` when prices exclude tax: see [`Quote`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLine {
    /// Which variant.
    pub variant: VariantId,
    /// How many.
    pub quantity: u32,
    /// Per unit, minor units.
    pub price_minor: i64,
    /// Per unit, before the reduction; present only when higher than the price.
    pub was_price_minor: Option<i64>,
    /// The sale whose price this is.
    pub sale: Option<FlashSaleId>,
    /// `price_minor * quantity`, at most [`LINE_MINOR_MAX`].
    pub subtotal_minor: i64,
    /// The line's share of the coupon.
    pub discount_minor: i64,
    /// Tax contained in (prices inclusive) or added to (exclusive) the line.
    pub tax_minor: i64,
    /// What the line costs the customer, tax included in both modes.
    pub total_minor: i64,
}

/// What a cart costs. `total_minor` is what is charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The currency of every amount.
    pub currency: Currency,
    /// The lines.
    pub lines: Vec<QuoteLine>,
    /// Sum of the lines' subtotals.
    pub subtotal_minor: i64,
    /// What the reductions from was-prices save, for display.
    pub saved_minor: i64,
    /// Sum of the lines' discounts.
    pub discount_minor: i64,
    /// The coupon that counted: its code.
    pub coupon: Option<String>,
    /// Why the typed coupon does not count.
    pub coupon_refusal: Option<CouponRefusal>,
    /// What can be chosen for this address and cart.
    pub shipping_options: Vec<ShippingOption>,
    /// The chosen method, after coupons; `None`: not chosen, or not offered here.
    pub shipping: Option<ShippingOption>,
    /// Tax on shipping, contained or added as for lines.
    pub shipping_tax_minor: i64,
    /// All tax, lines and shipping.
    pub tax_minor: i64,
    /// Name and rate (parts per million) of the tax; `None`: no tax here, or the address is not known yet.
    pub tax_rate: Option<(String, i64)>,
    /// Whether `tax_minor` is contained in the prices or was added to them.
    pub prices_include_tax: bool,
    /// What is charged: goods - discount + shipping (+ tax when exclusive). Zero or more.
    pub total_minor: i64,
    /// Whether anything in the cart is a parcel.
    pub requires_shipping: bool,
}

/// The most one line can cost before tax, minor units: the highest price a thousand times. A hundred such lines with tax of
/// 100 % still fit into 63 bits, so within the limits of a cart every sum is exact.
pub const LINE_MINOR_MAX: i64 = Money::INPUT_MINOR_MAX * 1_000;

/// What a cart costs. The rules, in the order in which they apply:
///
/// 1. A line's subtotal is price times quantity. A was-price is kept only when it is higher than the price.
/// 2. The coupon is checked against the sum of the subtotals (see [`coupon::check`]). What it takes off is rounded once, on the
///    whole, and then shared by the lines so that the shares add up exactly.
/// 3. Shipping methods are offered for the address by the weight of what is shipped and the value of the goods after the
///    discount (see [`shipping_options`]); none when nothing in the cart is shipped. With a free-shipping coupon they all cost 0.
/// 4. Tax is rounded line by line, the exact half up, on the discounted amount of taxable lines, and on shipping when the rate
///    says so. When prices include tax it is contained in the amounts, else it is added to them.
/// 5. The total is the sum of the lines' totals and shipping, with its tax if that is added. It is never negative.
pub fn quote(input: &QuoteInput<'_>) -> Quote {
    let subtotals: Vec<(VariantId, i64)> = input.lines.iter().map(|line| (line.variant, subtotal_of(line))).collect();
    let subtotal_minor = sum(subtotals.iter().map(|(_, subtotal_minor)| *subtotal_minor));

    let (coupon, coupon_refusal) = coupon_that_counts(input, subtotal_minor);
    let discount_minor = coupon.map_or(0, |coupon| discount_of(coupon.kind, subtotal_minor));
    let discounts = split_by_lines(discount_minor, &subtotals);

    let taxation = Taxation::at(input.tax, input.address);
    let lines: Vec<QuoteLine> =
        (input.lines.iter().zip(discounts)).map(|(line, discount_minor)| priced_line(line, discount_minor, taxation)).collect();

    let shipping_options = options_of(input, coupon, subtotal_minor - discount_minor);
    let shipping = shipping_options.iter().find(|option| input.shipping_method == Some(option.key.as_str())).cloned();
    let charged = shipping.as_ref().filter(|_| !planted(Bug::ShippingNotCharged));
    let shipping_minor = charged.map_or(0, |option| option.price_minor);
    let shipping_tax_minor = taxation.of_shipping(shipping_minor);
    let shipping_total_minor = shipping_minor + taxation.on_top(shipping_tax_minor);

    Quote {
        currency: input.currency,
        subtotal_minor,
        saved_minor: fitted(lines.iter().map(saved_on).sum()),
        discount_minor,
        coupon: coupon.map(|coupon| coupon.code.clone()),
        coupon_refusal,
        shipping_options,
        shipping,
        shipping_tax_minor,
        tax_minor: sum(lines.iter().map(|line| line.tax_minor).chain([shipping_tax_minor])),
        tax_rate: taxation.rate.map(|rate| (rate.name.clone(), rate.rate_ppm)),
        prices_include_tax: taxation.prices_include_tax,
        total_minor: sum(lines.iter().map(|line| line.total_minor).chain([shipping_total_minor])),
        requires_shipping: input.lines.iter().any(|line| line.requires_shipping),
        lines,
    }
}

fn subtotal_of(line: &QuoteLineInput) -> i64 {
    let product = i128::from(line.price_minor.max(0)) * i128::from(line.quantity);
    fitted(product.min(i128::from(LINE_MINOR_MAX)))
}

fn coupon_that_counts<'a>(input: &QuoteInput<'a>, subtotal_minor: i64) -> (Option<&'a Coupon>, Option<CouponRefusal>) {
    match input.coupon {
        None => (None, None),
        Some(Err(refusal)) => (None, Some(refusal.clone())),
        Some(Ok((coupon, uses_of_customer))) => match coupon::check(coupon, uses_of_customer, subtotal_minor, input.now) {
            Ok(()) => (Some(coupon), None),
            Err(refusal) => (None, Some(refusal)),
        },
    }
}

fn priced_line(line: &QuoteLineInput, discount_minor: i64, taxation: Taxation<'_>) -> QuoteLine {
    let price_minor = line.price_minor.max(0);
    let subtotal_minor = subtotal_of(line);
    let due = subtotal_minor - discount_minor;
    let tax_minor = if line.taxable { taxation.of_goods(due) } else { 0 };
    QuoteLine {
        variant: line.variant,
        quantity: line.quantity,
        price_minor,
        was_price_minor: line.was_price_minor.filter(|&was| was > price_minor),
        sale: line.sale,
        subtotal_minor,
        discount_minor,
        tax_minor,
        total_minor: due + taxation.on_top(tax_minor),
    }
}

fn options_of(input: &QuoteInput<'_>, coupon: Option<&Coupon>, goods_minor: i64) -> Vec<ShippingOption> {
    let weight: i128 = (input.lines.iter().filter(|line| line.requires_shipping))
        .map(|line| i128::from(line.weight_grams.max(0)) * i128::from(line.quantity))
        .sum();
    let Some(address) = input.address.filter(|_| input.lines.iter().any(|line| line.requires_shipping)) else {
        return Vec::new();
    };
    let parcel = Parcel { country: &address.country, weight_grams: fitted(weight), goods_minor };
    let mut options = shipping_options(input.shipping, parcel);
    if coupon.is_some_and(|coupon| coupon.kind == CouponKind::FreeShipping) {
        for option in &mut options {
            option.price_minor = 0;
        }
    }
    options
}

fn saved_on(line: &QuoteLine) -> i128 {
    line.was_price_minor.map_or(0, |was| (i128::from(was) - i128::from(line.price_minor)) * i128::from(line.quantity))
}

#[cfg(test)]
mod tests;
