//! Juniper Roasters as the simulation opens it: facts that the books start from and that the auditor knows as well.

use crate::random::Random;
use commerce::checkout::{ShopState, StockRow, VariantTerms};
use commerce::pricing::{Coupon, CouponKind};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::shop::{CheckoutSettings, ShippingMethod, ShippingSettings, ShippingZone};
use commerce::{CouponId, Currency, FlashSaleId, ShopId, Timestamp, VariantId};

pub const SHOP: ShopId = ShopId(1);
pub const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub const SALE: FlashSaleId = FlashSaleId(21);
pub const SHIPPING_MINOR: i64 = 490;

/// What can be bought.
#[derive(Clone, Debug)]
pub struct Article {
    pub variant: VariantId,
    pub title: &'static str,
    pub price_minor: i64,
    pub on_hand: i64,
    pub tracked: bool,
    pub oversell: bool,
    pub shipped: bool,
    /// Its price in the sale.
    pub sale_minor: Option<i64>,
}

/// The shop of one seed.
#[derive(Clone, Debug)]
pub struct Juniper {
    pub articles: Vec<Article>,
    pub sale: FlashSale,
    pub coupons: Vec<Coupon>,
    pub checkout: CheckoutSettings,
}

impl Juniper {
    pub fn new(random: &mut Random) -> Self {
        let mut article = |variant, title, price_minor, on_hand_max, sale_minor| Article {
            variant: VariantId(variant),
            title,
            price_minor,
            on_hand: random.between(1, on_hand_max),
            tracked: true,
            oversell: false,
            shipped: true,
            sale_minor,
        };
        let beans = article(11, "Beans", 1_000, 6, Some(700));
        let mug = article(12, "Mug", 801, 4, Some(501));
        let grinder = article(13, "Grinder", 9_000, 2, None);
        let taster = Article { oversell: true, ..article(14, "Taster", 333, 1, None) };
        let guide = Article { tracked: false, shipped: false, ..article(15, "Guide", 299, 1, None) };
        let articles = vec![beans, mug, grinder, taster, Article { on_hand: 0, ..guide }];
        let sale = sale_of(&articles, random);
        let checkout = CheckoutSettings {
            held_units_per_customer_max: *random.pick(&[3, 6, 20]),
            cart_lines_max: 4,
            quantity_per_line_max: 5,
            ..CheckoutSettings::default()
        };
        Self { articles, sale, coupons: coupons(), checkout }
    }

    pub fn article(&self, variant: VariantId) -> Option<&Article> {
        self.articles.iter().find(|article| article.variant == variant)
    }

    /// The rows with which the books open.
    pub fn rows(&self) -> ShopState {
        let mut rows = ShopState::empty(Currency::from_code("EUR").expect("a known code"));
        rows.checkout = self.checkout.clone();
        rows.shipping = shipping();
        for article in &self.articles {
            rows.variants.insert(article.variant, terms(article));
            rows.stock.insert(article.variant, StockRow::default());
        }
        rows.sales.push(self.sale.clone());
        rows.coupons = self.coupons.iter().map(|coupon| (coupon.code.clone(), coupon.clone())).collect();
        rows
    }
}

fn terms(article: &Article) -> VariantTerms {
    VariantTerms {
        title: article.title.into(),
        variant_title: String::new(),
        sku: String::new(),
        price_minor: article.price_minor,
        was_price_minor: None,
        weight_grams: 250,
        taxable: true,
        requires_shipping: article.shipped,
        stock_tracked: article.tracked,
        oversell: article.oversell,
        for_sale: true,
    }
}

pub fn shipping() -> ShippingSettings {
    let post = ShippingMethod {
        key: "post".into(),
        name: "Post".into(),
        price_minor: SHIPPING_MINOR,
        weight_grams_min: None,
        weight_grams_max: None,
        total_minor_min: None,
        total_minor_max: None,
    };
    ShippingSettings { zones: vec![ShippingZone { name: "Germany".into(), countries: vec!["DE".into()], methods: vec![post] }] }
}

fn sale_of(articles: &[Article], random: &mut Random) -> FlashSale {
    let opens_at = START.plus_minutes(*random.pick(&[0, 0, 4]));
    let item = |article: &Article| {
        article.sale_minor.map(|price_minor| FlashSaleItem {
            variant: article.variant,
            price_minor,
            quantity_offered: random.chance(70).then(|| random.between(1, 5)),
            quantity_per_customer_max: random.chance(70).then(|| random.between(1, 3)),
            quantity_claimed: 0,
        })
    };
    let items = articles.iter().filter_map(item).collect();
    FlashSale {
        id: SALE,
        handle: "mornings".into(),
        name: "Mornings".into(),
        teaser: String::new(),
        picture: None,
        early_access_at: Some(START.plus_minutes(-1)),
        opens_at,
        closes_at: opens_at.plus_minutes(random.between(8, 90)),
        before_opening: *random.pick(&[BeforeOpening::NotForSale, BeforeOpening::OrdinaryPrice]),
        status: FlashSaleStatus::Scheduled,
        items,
    }
}

fn coupons() -> Vec<Coupon> {
    let coupon = |id, code: &str, kind, uses_max, uses_per_customer_max| Coupon {
        id: CouponId(id),
        code: code.into(),
        kind,
        minimum_minor: 0,
        starts_at: None,
        ends_at: None,
        uses_max,
        uses_per_customer_max,
        uses_claimed: 0,
        active: true,
    };
    let third = CouponKind::Percent { ppm: 333_333 };
    vec![coupon(31, "WELCOME", third, Some(2), Some(1)), coupon(32, "FIVE", CouponKind::Fixed { amount_minor: 500 }, None, None)]
}
