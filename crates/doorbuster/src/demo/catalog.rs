//! The demonstration shops as plain values: what is sold, grouped, promised and put on sale. No ids, no database, no clock:
//! `seed` gives them ids and rows.

use commerce::catalog::{CollectionRule, OptionAxis};
use commerce::pricing::CouponKind;
use commerce::sale::BeforeOpening;
use commerce::shop::{Branding, CheckoutSettings, ShippingSettings, ShopContact, TaxSettings};

/// A picture before it has an id.
#[derive(Clone, Debug)]
pub struct DemoPicture {
    /// What it shows, for people who do not see it.
    pub alt: String,
    /// The drawing.
    pub svg: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A shop with everything in it.
#[derive(Clone, Debug)]
pub struct DemoShop {
    /// On the command line.
    pub handle: &'static str,
    /// As shoppers read it.
    pub name: &'static str,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// IANA zone.
    pub time_zone: &'static str,
    /// Host names, the canonical one first.
    pub domains: &'static [&'static str],
    /// Look, without its pictures.
    pub branding: Branding,
    /// The name in strokes.
    pub logo: DemoPicture,
    /// The picture at the head of the home page.
    pub hero: DemoPicture,
    /// Delivery.
    pub shipping: ShippingSettings,
    /// Taxes.
    pub tax: TaxSettings,
    /// Checkout.
    pub checkout: CheckoutSettings,
    /// Who stands behind it.
    pub contact: ShopContact,
    /// Templates of its own in place of those that come with the program: path and text.
    pub templates: &'static [(&'static str, &'static str)],
    /// Who runs it.
    pub owner: DemoSeller,
    /// What it sells.
    pub products: Vec<DemoProduct>,
    /// How that is grouped.
    pub collections: Vec<DemoCollection>,
    /// What is cheaper, and when.
    pub sales: Vec<DemoSale>,
    /// Info pages.
    pub pages: Vec<DemoPage>,
    /// Coupons.
    pub coupons: Vec<DemoCoupon>,
}

/// Someone who signs in at the desk.
#[derive(Clone, Copy, Debug)]
pub struct DemoSeller {
    /// E-mail address.
    pub email: &'static str,
    /// As colleagues read it.
    pub name: &'static str,
}

/// A product.
#[derive(Clone, Debug)]
pub struct DemoProduct {
    /// In its address.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Clean HTML.
    pub description_html: String,
    /// Who makes it.
    pub vendor: &'static str,
    /// Its kind.
    pub product_type: &'static str,
    /// Category of the standard taxonomy.
    pub category: &'static str,
    /// For finding and grouping.
    pub tags: Vec<String>,
    /// For search engines.
    pub seo_title: String,
    /// For search engines.
    pub seo_description: String,
    /// Axes.
    pub options: Vec<OptionAxis>,
    /// The first is its face.
    pub pictures: Vec<DemoPicture>,
    /// At least one.
    pub variants: Vec<DemoVariant>,
}

/// One sellable thing.
#[derive(Clone, Debug)]
pub struct DemoVariant {
    /// One per axis.
    pub option_values: Vec<String>,
    /// Stock code.
    pub sku: String,
    /// EAN-13 of the range kept for use inside a shop.
    pub barcode: String,
    /// Cents.
    pub price_minor: i64,
    /// Cents.
    pub was_price_minor: Option<i64>,
    /// Cents.
    pub cost_minor: i64,
    /// Grams.
    pub weight_grams: i64,
    /// Units in the building on the first day.
    pub on_hand: i64,
    /// Index into the product's pictures.
    pub picture: u32,
}

/// A collection.
#[derive(Clone, Debug)]
pub struct DemoCollection {
    /// In its address.
    pub handle: &'static str,
    /// Its name.
    pub title: &'static str,
    /// One paragraph, plain text.
    pub text: &'static str,
    /// For search engines.
    pub seo_description: &'static str,
    /// The product whose face stands for it.
    pub face: &'static str,
    /// How its products are chosen.
    pub members: DemoMembers,
}

/// How a collection's products are chosen.
#[derive(Clone, Debug)]
pub enum DemoMembers {
    /// These handles, in this order.
    ByHand(Vec<&'static str>),
    /// By rule.
    ByRule(CollectionRule),
}

/// When a sale takes place, seen from the start of the demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoWindow {
    /// Opened a few hours ago, closes in two days.
    Open,
    /// Opens within minutes.
    OpensSoon,
    /// Closed a week ago.
    Ended,
}

/// A sale.
#[derive(Clone, Debug)]
pub struct DemoSale {
    /// In its address.
    pub handle: &'static str,
    /// Its name.
    pub name: &'static str,
    /// For its hero.
    pub teaser: &'static str,
    /// Its hero.
    pub hero: DemoPicture,
    /// When.
    pub window: DemoWindow,
    /// Whether its items are sold before.
    pub before_opening: BeforeOpening,
    /// Whole products; every variant is part of the sale.
    pub items: Vec<DemoSaleItem>,
}

/// A product in a sale.
#[derive(Clone, Copy, Debug)]
pub struct DemoSaleItem {
    /// The product's handle.
    pub product: &'static str,
    /// How much is taken off, percent, before rounding down.
    pub percent_off: i64,
    /// Units of each variant at that price; `None`: all there are.
    pub quantity_offered: Option<i64>,
    /// Units of each variant for one customer.
    pub per_customer_max: Option<i64>,
    /// Units of each variant in the building on the first day, where the sale is of last pieces.
    pub scarce: Option<i64>,
}

impl DemoSaleItem {
    /// The sale price of a variant with this ordinary price, cents: whole euros, from 100 on in steps of five.
    pub fn price_minor(&self, ordinary_minor: i64) -> i64 {
        let exact = ordinary_minor * (100 - self.percent_off) / 100;
        let step = if exact >= 10_000 { 500 } else { 100 };
        (exact / step * step).max(100)
    }
}

/// An info page.
#[derive(Clone, Copy, Debug)]
pub struct DemoPage {
    /// In its address.
    pub handle: &'static str,
    /// Its name.
    pub title: &'static str,
    /// For search engines.
    pub seo_description: &'static str,
    /// Its text.
    pub markdown: &'static str,
}

/// A coupon.
#[derive(Clone, Copy, Debug)]
pub struct DemoCoupon {
    /// What shoppers type.
    pub code: &'static str,
    /// What it is worth.
    pub kind: CouponKind,
    /// The least value of goods, cents.
    pub minimum_minor: i64,
    /// Uses by one customer.
    pub uses_per_customer_max: Option<i64>,
}

/// An EAN-13 with its check digit. The range that starts with 2 is free for use inside one shop.
pub fn barcode(number: u32) -> String {
    let digits = format!("2{number:011}");
    format!("{digits}{}", check_digit(&digits))
}

/// The check digit of the first twelve digits of an EAN-13.
pub fn check_digit(digits: &str) -> u8 {
    let sum: u32 =
        digits.bytes().enumerate().map(|(index, digit)| u32::from(digit - b'0') * if index % 2 == 0 { 1 } else { 3 }).sum();
    ((10 - sum % 10) % 10) as u8
}
