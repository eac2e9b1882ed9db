//! What was read for a batch: everything of one shop that its commands can touch, and nothing else.

use crate::order::Order;
use crate::payment::{Payment, Refund};
use crate::pricing::Coupon;
use crate::reservation::{Holder, Reservation};
use crate::sale::FlashSale;
use crate::shop::{CheckoutSettings, ShippingSettings, TaxSettings};
use crate::stock::StockItem;
use crate::{CouponId, Currency, FlashSaleId, OrderId, PaymentId, RefundId, ReservationId, VariantId};
use std::collections::BTreeMap;

/// One shop's part of a batch. Deciding changes it as it goes, so that a later command sees what an earlier one took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopState {
    /// The shop's currency.
    pub currency: Currency,
    /// Where it delivers.
    pub shipping: ShippingSettings,
    /// How it taxes.
    pub tax: TaxSettings,
    /// How it checks out.
    pub checkout: CheckoutSettings,
    /// On what terms each variant is sold. Absent: not in this shop.
    pub variants: BTreeMap<VariantId, VariantTerms>,
    /// Counters.
    pub stock: BTreeMap<VariantId, StockRow>,
    /// Sales that hold one of the variants, with these items only.
    pub sales: Vec<FlashSale>,
    /// Units claimed by one customer of one item of a sale.
    pub customer_claims: BTreeMap<(FlashSaleId, VariantId, String), i64>,
    /// Units in the active reservations, whose time is not up, of everyone who asks for a hold.
    pub held_units: BTreeMap<Holder, i64>,
    /// By normalized code.
    pub coupons: BTreeMap<String, Coupon>,
    /// Uses claimed by one customer.
    pub coupon_claims: BTreeMap<(CouponId, String), i64>,
    /// By checkout page.
    pub checkouts: BTreeMap<String, CheckoutRecord>,
    /// Those the commands speak of, and those that have run out of time and hold one of the variants.
    pub reservations: BTreeMap<ReservationId, Reservation>,
    /// Those the commands speak of, and the open ones of their checkouts.
    pub payments: BTreeMap<PaymentId, Payment>,
    /// Those the commands speak of.
    pub orders: BTreeMap<OrderId, Order>,
    /// Those the commands speak of.
    pub refunds: BTreeMap<RefundId, Refund>,
    /// The number of the latest order.
    pub order_number: i64,
}

/// A variant as the checkout sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantTerms {
    /// The product's title.
    pub title: String,
    /// The variant's title; empty without options.
    pub variant_title: String,
    /// The stock code.
    pub sku: String,
    /// Its own price.
    pub price_minor: i64,
    /// Before the reduction.
    pub was_price_minor: Option<i64>,
    /// Grams.
    pub weight_grams: i64,
    /// Whether tax is charged.
    pub taxable: bool,
    /// Whether it is a parcel.
    pub requires_shipping: bool,
    /// Whether its stock is counted.
    pub stock_tracked: bool,
    /// Whether orders are taken beyond the stock.
    pub oversell: bool,
    /// Whether shoppers can see it now.
    pub for_sale: bool,
}

impl VariantTerms {
    /// `Ria Tote, Sand`.
    pub fn full_title(&self) -> String {
        if self.variant_title.is_empty() { self.title.clone() } else { format!("{}, {}", self.title, self.variant_title) }
    }
}

/// Counters of one variant and how many movements led to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StockRow {
    /// The counters.
    pub item: StockItem,
    /// Movements so far; the next one is this plus one.
    pub movements: i64,
}

/// What is known of a checkout page that was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutRecord {
    /// A digest of what was submitted.
    pub content_hash: String,
    /// The hold made for it last.
    pub reservation: ReservationId,
    /// The order it led to.
    pub order: Option<OrderId>,
}

impl ShopState {
    /// A shop of which nothing was read.
    pub fn empty(currency: Currency) -> Self {
        Self {
            currency,
            shipping: ShippingSettings::default(),
            tax: TaxSettings::default(),
            checkout: CheckoutSettings::default(),
            variants: BTreeMap::new(),
            stock: BTreeMap::new(),
            sales: Vec::new(),
            customer_claims: BTreeMap::new(),
            held_units: BTreeMap::new(),
            coupons: BTreeMap::new(),
            coupon_claims: BTreeMap::new(),
            checkouts: BTreeMap::new(),
            reservations: BTreeMap::new(),
            payments: BTreeMap::new(),
            orders: BTreeMap::new(),
            refunds: BTreeMap::new(),
            order_number: 1_000,
        }
    }
}
