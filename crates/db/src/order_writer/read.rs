//! Rows into the values that the decision works with.

use crate::{Error, Result, Row};
use commerce::checkout::VariantTerms;
use commerce::order::{LineName, Order, OrderLine};
use commerce::payment::{Payment, Refund, RefundLine};
use commerce::pricing::Coupon;
use commerce::reservation::{Reservation, ReservedLine};
use commerce::sale::{FlashSale, FlashSaleItem};
use commerce::{Currency, Timestamp};
use serde::de::DeserializeOwned;

/// A JSON column.
pub(crate) fn json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Unsuitable(format!("a value in the database is not understood: {error}")))
}

/// A word of a closed list, spelled as serde spells it.
pub(crate) fn word<T: DeserializeOwned>(text: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(text))
        .map_err(|error| Error::Unsuitable(format!("a word in the database is not understood: {error}")))
}

pub(crate) fn currency(code: &str) -> Result<Currency> {
    Currency::from_code(code).ok_or_else(|| Error::Unsuitable(format!("the currency {code} is not known")))
}

pub(crate) fn payment(row: &Row) -> Result<Payment> {
    Ok(Payment {
        id: row.get(0),
        checkout_id: row.get(1),
        reservation: row.get(2),
        order: row.get(3),
        provider: row.get(4),
        reference: row.get(5),
        status: word(row.get(6))?,
        amount_minor: row.get(7),
        currency: currency(&row.get::<String>(8))?,
        refunded_minor: row.get(9),
        decline_code: row.get(10),
        created_at: row.get(11),
    })
}

pub(super) fn reservation(row: &Row, lines: &[Row]) -> Result<Reservation> {
    Ok(Reservation {
        id: row.get(0),
        checkout_id: row.get(1),
        status: word(row.get(2))?,
        customer_key: row.get(3),
        visitor: row.get(9),
        coupon: row.get(4),
        total_minor: row.get(5),
        details: json(&row.get::<String>(6))?,
        created_at: row.get(7),
        expires_at: row.get(8),
        lines: lines
            .iter()
            .map(|line| ReservedLine { variant: line.get(0), sale: line.get(1), quantity: line.get(2), counted: line.get(3) })
            .collect(),
    })
}

/// An order from its row and its lines' rows; the columns as `load` selects them.
pub(crate) fn order_from_rows(row: &Row, lines: &[Row]) -> Result<Order> {
    Ok(Order {
        id: row.get(0),
        number: row.get(1),
        checkout_id: row.get(2),
        reservation: row.get(3),
        payment: row.get(4),
        status: word(row.get(5))?,
        fulfillment_status: word(row.get(6))?,
        customer_key: row.get(7),
        coupon: row.get(8),
        currency: currency(&row.get::<String>(9))?,
        total_minor: row.get(10),
        refunded_minor: row.get(11),
        details: json(&row.get::<String>(12))?,
        placed_at: row.get(13),
        lines: lines.iter().map(order_line).collect(),
    })
}

/// A line of an order; the columns as `load` selects them.
pub(super) fn order_line(row: &Row) -> OrderLine {
    OrderLine {
        line: row.get(0),
        variant: row.get(1),
        sale: row.get(2),
        name: LineName { title: row.get(3), variant_title: row.get(4), sku: row.get(5) },
        quantity: row.get(6),
        price_minor: row.get(7),
        was_price_minor: row.get(8),
        subtotal_minor: row.get(9),
        discount_minor: row.get(10),
        tax_minor: row.get(11),
        total_minor: row.get(12),
        counted: row.get(13),
        fulfilled: row.get(14),
        canceled: row.get(15),
        refunded: row.get(16),
        returned: row.get(17),
    }
}

pub(crate) fn refund(row: &Row, lines: &[Row]) -> Result<Refund> {
    Ok(Refund {
        id: row.get(0),
        payment: row.get(1),
        order: row.get(2),
        amount_minor: row.get(3),
        status: word(row.get(4))?,
        reason: row.get(5),
        actor: row.get(6),
        created_at: row.get(7),
        lines: lines
            .iter()
            .map(|line| RefundLine {
                line: line.get(0),
                quantity: line.get(1),
                amount_minor: line.get(2),
                restocked: line.get(3),
            })
            .collect(),
    })
}

pub(super) fn terms(row: &Row, now: Timestamp) -> Result<VariantTerms> {
    let option_values: Vec<String> = json(&row.get::<String>(2))?;
    let published = row.get::<Option<Timestamp>>(13).is_some_and(|at| at <= now);
    Ok(VariantTerms {
        title: row.get(1),
        variant_title: option_values.join(" / "),
        sku: row.get(3),
        price_minor: row.get(4),
        was_price_minor: row.get(5),
        weight_grams: row.get(6),
        taxable: row.get(7),
        requires_shipping: row.get(8),
        stock_tracked: row.get(9),
        oversell: row.get::<String>(10) == "continue",
        for_sale: published && !row.get::<bool>(11) && row.get::<String>(12) == "active",
    })
}

/// A sale without its items.
pub(crate) fn sale(row: &Row) -> Result<FlashSale> {
    Ok(FlashSale {
        id: row.get(0),
        handle: row.get(1),
        name: row.get(2),
        teaser: row.get(3),
        picture: row.get(4),
        early_access_at: row.get(5),
        opens_at: row.get(6),
        closes_at: row.get(7),
        before_opening: word(row.get(8))?,
        status: word(row.get(9))?,
        items: Vec::new(),
    })
}

pub(crate) fn sale_item(row: &Row) -> FlashSaleItem {
    FlashSaleItem {
        variant: row.get(0),
        price_minor: row.get(1),
        quantity_offered: row.get(2),
        quantity_per_customer_max: row.get(3),
        quantity_claimed: row.get(4),
    }
}

pub(crate) fn coupon(row: &Row) -> Result<Coupon> {
    Ok(Coupon {
        id: row.get(0),
        code: row.get(1),
        kind: json(&row.get::<String>(2))?,
        minimum_minor: row.get(3),
        starts_at: row.get(4),
        ends_at: row.get(5),
        uses_max: row.get(6),
        uses_per_customer_max: row.get(7),
        uses_claimed: row.get(8),
        active: row.get(9),
    })
}
