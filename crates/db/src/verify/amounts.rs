//! An order's amounts, added up once more in 128 bits from its lines and from what was agreed when it was placed.

use commerce::pricing::Quote;

/// What stands on the order, minor units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amounts {
    pub(super) subtotal: i64,
    pub(super) discount: i64,
    pub(super) shipping: i64,
    pub(super) tax: i64,
    pub(super) total: i64,
}

/// What stands on one of its lines, minor units.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineAmounts {
    pub(super) line: i64,
    pub(super) quantity: i64,
    pub(super) price: i64,
    pub(super) subtotal: i64,
    pub(super) discount: i64,
    pub(super) tax: i64,
    pub(super) total: i64,
}

/// Whether everything adds up; else what does not, with the numbers.
pub(super) fn add_up(order: Amounts, lines: &[LineAmounts], agreed: &Quote) -> Result<(), String> {
    if lines.is_empty() || lines.len() != agreed.lines.len() {
        return Err(format!("{} lines stand on it, {} were agreed", lines.len(), agreed.lines.len()));
    }
    let added = |tax: i64| if agreed.prices_include_tax { 0 } else { tax };
    for (line, agreed) in lines.iter().zip(&agreed.lines) {
        let subtotal = i128::from(line.price) * i128::from(line.quantity);
        let total = i128::from(line.subtotal) - i128::from(line.discount) + i128::from(added(line.tax));
        let name = |what| format!("line {}: {what}", line.line);
        same(name("price"), line.price, agreed.price_minor)?;
        same(name("quantity"), line.quantity, agreed.quantity)?;
        same(name("tax"), line.tax, agreed.tax_minor)?;
        same(name("discount"), line.discount, agreed.discount_minor)?;
        same(name("subtotal"), line.subtotal, subtotal)?;
        same(name("total"), line.total, total)?;
    }
    let sum = |amount: fn(&LineAmounts) -> i64| lines.iter().map(|line| i128::from(amount(line))).sum::<i128>();
    let shipping_tax = agreed.shipping_tax_minor;
    let total = sum(|line| line.total) + i128::from(order.shipping) + i128::from(added(shipping_tax));
    same("subtotal", order.subtotal, sum(|line| line.subtotal))?;
    same("discount", order.discount, sum(|line| line.discount))?;
    same("tax", order.tax, sum(|line| line.tax) + i128::from(shipping_tax))?;
    same("shipping", order.shipping, agreed.shipping.as_ref().map_or(0, |option| option.price_minor))?;
    same("total", order.total, total)?;
    same("total agreed", agreed.total_minor, order.total)
}

fn same(what: impl Into<String>, stands: impl Into<i128>, should_be: impl Into<i128>) -> Result<(), String> {
    let (stands, should_be) = (stands.into(), should_be.into());
    if stands == should_be { Ok(()) } else { Err(format!("{} is {stands}, the parts give {should_be}", what.into())) }
}
