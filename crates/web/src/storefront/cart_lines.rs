//! A cart looked at with the shop's eyes of this instant: what each line costs, what stands in its way, and what all of it costs.

use super::views::{CartLineView, SummaryLineView, SummaryView, TaxView};
use super::visit::AtShop;
use crate::error::Error;
use crate::snapshot::Terms;
use commerce::VariantId;
use commerce::cart::{Cart, CartLine};
use commerce::catalog::{Product, Variant};
use commerce::customer::Address;
use commerce::pricing::{Coupon, CouponRefusal, Quote, QuoteInput, QuoteLineInput, quote};

/// A line of a cart that is still for sale.
pub struct KnownLine<'a> {
    /// As in the cart.
    pub line: CartLine,
    /// Its product.
    pub product: &'a Product,
    /// Its variant.
    pub variant: &'a Variant,
    /// On what terms it is sold now.
    pub terms: Terms,
}

impl AtShop {
    /// The lines of a cart that are still for sale; the others are named in the second part.
    pub fn known_lines(&self, cart: &Cart) -> (Vec<KnownLine<'_>>, Vec<VariantId>) {
        let mut gone = Vec::new();
        let mut known = Vec::new();
        for line in &cart.lines {
            match self.snapshot().variant(line.variant).filter(|(product, _)| product.is_visible(self.now)) {
                Some((product, variant)) => {
                    known.push(KnownLine { line: *line, product, variant, terms: self.moment().terms(variant) });
                }
                None => gone.push(line.variant),
            }
        }
        (known, gone)
    }

    /// What stands in the way of buying a line; empty when nothing does.
    pub fn problem(&self, known: &KnownLine<'_>) -> String {
        let wanted = i64::from(known.line.quantity);
        match (&known.terms.opens_at, known.terms.left, known.terms.customer_max) {
            (_, Some(0), _) => "Sold out. Take it out to go on.".into(),
            (Some(_), _, _) => "Its sale has not opened yet. Take it out, or come back when it opens.".into(),
            (None, Some(left), _) if left < wanted => format!("Only {left} left. Choose fewer to go on."),
            (None, _, Some(most)) if known.terms.sale.is_some() && most < wanted => {
                format!("At most {most} per customer in this sale. Choose fewer to go on.")
            }
            _ => String::new(),
        }
    }

    /// The name by which a line is known in sentences.
    pub fn line_name(known: &KnownLine<'_>) -> String {
        let variant = known.variant.title();
        if variant.is_empty() || variant == "Default Title" {
            known.product.title.clone()
        } else {
            format!("{} ({variant})", known.product.title)
        }
    }

    /// A line as the cart shows it.
    pub fn cart_line_view(&self, known: &KnownLine<'_>) -> CartLineView {
        let moment = self.moment();
        let face = known.variant.picture.map_or(0, |place| place as usize);
        CartLineView {
            variant: known.variant.id.to_string(),
            url: format!("/products/{}?variant={}", known.product.handle, known.variant.id),
            title: known.product.title.clone(),
            variant_title: shown_variant_title(&known.variant.title()),
            picture: moment.product_picture(known.product, face).or_else(|| moment.product_picture(known.product, 0)),
            price: moment.price(&known.terms),
            quantity: known.line.quantity,
            quantity_max: moment.quantity_max(&known.terms),
            total: moment.money(known.terms.price_minor.saturating_mul(i64::from(known.line.quantity))),
            stock: moment.stock(&known.terms),
            problem: self.problem(known),
        }
    }

    /// What a cart costs.
    ///
    /// # Errors
    /// When the database fails while the coupon is looked up.
    pub async fn quoted(
        &self,
        known: &[KnownLine<'_>],
        coupon: &str,
        address: Option<&Address>,
        shipping_method: Option<&str>,
    ) -> Result<Quote, Error> {
        let shop = &self.snapshot().shop;
        let lines: Vec<QuoteLineInput> = known.iter().map(quote_line).collect();
        let found = if coupon.is_empty() { None } else { db::coupons::coupon_by_code(self.app.db(), shop.id, coupon).await? };
        let unknown = CouponRefusal::Unknown;
        let usable: Option<Result<(&Coupon, i64), &CouponRefusal>> =
            (!coupon.is_empty()).then(|| found.as_ref().filter(|coupon| coupon.active).map(|coupon| (coupon, 0)).ok_or(&unknown));
        Ok(quote(&QuoteInput {
            currency: shop.currency,
            lines: &lines,
            coupon: usable,
            address,
            shipping_method,
            shipping: &shop.shipping,
            tax: &shop.tax,
            now: self.now,
        }))
    }

    /// The breakdown of a quote, with names and pictures of its lines.
    pub fn summary_view(&self, quote: &Quote, known: &[KnownLine<'_>]) -> SummaryView {
        let moment = self.moment();
        let line_view = |(line, known): (&commerce::pricing::QuoteLine, &KnownLine<'_>)| {
            let cart_line = self.cart_line_view(known);
            SummaryLineView {
                url: cart_line.url,
                title: cart_line.title,
                variant_title: cart_line.variant_title,
                picture: cart_line.picture,
                quantity: line.quantity,
                total: moment.money(line.subtotal_minor),
                was_total: line.was_price_minor.map(|was| moment.money(was.saturating_mul(i64::from(line.quantity)))),
            }
        };
        SummaryView { lines: quote.lines.iter().zip(known).map(line_view).collect(), ..self.totals_view(quote) }
    }

    /// The breakdown of a quote without its lines.
    pub fn totals_view(&self, quote: &Quote) -> SummaryView {
        let money = |amount_minor| commerce::Money::new(amount_minor, quote.currency);
        let some = |amount_minor: i64| (amount_minor > 0).then(|| money(amount_minor));
        let tax = quote.tax_rate.as_ref().filter(|_| quote.tax_minor > 0).map(|(name, ppm)| TaxView {
            name: format!("{name} {}%", percent_of_ppm(*ppm)),
            amount: money(quote.tax_minor),
            included: quote.prices_include_tax,
        });
        SummaryView {
            lines: Vec::new(),
            subtotal: money(quote.subtotal_minor),
            saved: some(quote.saved_minor),
            discount: some(quote.discount_minor),
            coupon: quote.coupon.clone().unwrap_or_default(),
            coupon_refusal: quote.coupon_refusal.as_ref().map(|refusal| refusal.message(quote.currency)).unwrap_or_default(),
            shipping_name: quote.shipping.as_ref().map(|option| option.name.clone()).unwrap_or_default(),
            shipping: quote.shipping.as_ref().map(|option| money(option.price_minor)),
            requires_shipping: quote.requires_shipping,
            tax,
            total: money(quote.total_minor),
            units: quote.lines.iter().map(|line| u64::from(line.quantity)).sum(),
        }
    }
}

/// A variant's title where it says something.
pub fn shown_variant_title(title: &str) -> String {
    if title == "Default Title" { String::new() } else { title.into() }
}

fn quote_line(known: &KnownLine<'_>) -> QuoteLineInput {
    QuoteLineInput {
        variant: known.variant.id,
        quantity: known.line.quantity,
        price_minor: known.terms.price_minor,
        was_price_minor: known.terms.was_price_minor,
        sale: known.terms.sale,
        weight_grams: known.variant.weight_grams,
        taxable: known.variant.taxable,
        requires_shipping: known.variant.requires_shipping,
    }
}

/// `19`, `7.7` from parts per million.
fn percent_of_ppm(ppm: i64) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
