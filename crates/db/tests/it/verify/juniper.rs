//! Juniper Roasters with real books: every row is written by the order writer's own decisions.

use commerce::cart::CartLine;
use commerce::checkout::{Command, LineRefund, Outcome, RefundResult, ReserveCart, Restock, StockChange};
use commerce::customer::{Address, Contact};
use commerce::payment::ProviderVerdict;
use commerce::pricing::{Coupon, CouponKind};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::shop::{ShippingMethod, ShippingSettings, ShippingZone, TaxRate, TaxSettings};
use commerce::{CouponId, Currency, FlashSaleId, Money, OrderId, PaymentId, ReservationId, ShopId, Timestamp, VariantId};
use db::coupons::save_coupon;
use db::flash_sales::save_flash_sale;
use db::shops::{NewShop, Settings, create_shop, save_settings};
use db::verify::{Proof, verify_shop};
use db::{Db, params, sql};

pub const NOON: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub const BAG: VariantId = VariantId(1);
pub const FILTER: VariantId = VariantId(2);
const INES: &str = "ines@juniper.example";

/// Juniper Roasters with its books, and a clock that moves when told.
pub struct Juniper<'a> {
    pub db: &'a Db,
    pub shop: ShopId,
    pub now: Timestamp,
}

impl<'a> Juniper<'a> {
    /// Two variants, ten bags and five filters in the building, the filters in a sale, a coupon, shipping and 19 % tax on top.
    pub async fn open(db: &'a Db, handle: &str) -> Self {
        let currency = Currency::from_code("EUR").expect("a known code");
        let (handle, name, time_zone) = (handle.to_owned(), "Juniper Roasters".to_owned(), "Europe/Berlin".to_owned());
        let new = NewShop { handle, name, currency, time_zone, domains: Vec::new() };
        let shop = create_shop(db, &new, NOON).await.expect("the database works").expect("the shop is accepted");
        for settings in [Settings::Shipping(standard_shipping()), Settings::Tax(tax_on_top())] {
            save_settings(db, shop, &settings, NOON).await.expect("settings can be saved");
        }
        let product = sql!(
            "INSERT INTO products (shop_id, product_id, handle, title, description_html, vendor, product_type, category, tags,
                 status, published_at, seo_title, seo_description, options, extra, search_text, created_at, updated_at)
             VALUES ($1, 1, 'tote', 'Tote', '', '', '', '', '[]', 'active', 0, '', '', '[]', '[]', '', 0, 0)"
        );
        let variant = sql!(
            "INSERT INTO variants (shop_id, variant_id, product_id, position, option_values, sku, barcode, price_minor,
                 weight_grams, weight_unit, taxable, tax_code, requires_shipping, stock_tracked, stock_policy, extra)
             VALUES ($1, $2, 1, $2, '[]', '', '', $3, 250, 'g', 1, '', 1, 1, 'deny', '[]')"
        );
        let counters = sql!(
            "INSERT INTO stock_items (shop_id, variant_id, on_hand, reserved, allocated, oversell, movements, updated_at)
             VALUES ($1, $2, 0, 0, 0, 0, 0, 0)"
        );
        db.execute(shop, product, &[]).await.expect("a product can be inserted");
        for (id, price_minor) in [(BAG, 1_299), (FILTER, 333)] {
            db.execute(shop, variant, &params![id, price_minor]).await.expect("a variant can be inserted");
            db.execute(shop, counters, &params![id]).await.expect("counters can be inserted");
        }
        save_flash_sale(db, shop, &filters_on_sale(), NOON).await.expect("the database works").expect("the sale is accepted");
        save_coupon(db, shop, &welcome()).await.expect("the database works").expect("the coupon is accepted");
        let juniper = Self { db, shop, now: NOON };
        juniper.ask(adjust(BAG, StockChange::Set { on_hand: 10 })).await;
        juniper.ask(adjust(FILTER, StockChange::Receive { quantity: 5 })).await;
        juniper
    }

    pub async fn ask(&self, command: Command) -> Outcome {
        self.ask_all(&[command]).await.remove(0)
    }

    pub async fn ask_all(&self, commands: &[Command]) -> Vec<Outcome> {
        let mut tx = self.db.begin().await.expect("a transaction begins");
        let outcomes =
            db::order_writer::decide_in(&mut tx, self.db, self.shop, commands, self.now).await.expect("a batch is stored");
        tx.commit().await.expect("a batch is committed");
        outcomes
    }

    pub async fn reserve(&self, checkout: &str, lines: &[(VariantId, u32)]) -> (ReservationId, PaymentId, Money) {
        match self.ask(Command::Reserve(Box::new(cart(checkout, lines)))).await {
            Outcome::Reserved { reservation, payment, amount, .. } => (reservation, payment, amount),
            other => panic!("{checkout} should hold its cart: {other:?}"),
        }
    }

    pub async fn capture(&self, payment: PaymentId, amount: Money) -> Outcome {
        let verdict = ProviderVerdict::Captured { amount_minor: amount.amount_minor, currency: amount.currency.code().into() };
        self.ask(Command::Settle { payment, reference: format!("charge-{payment}"), verdict }).await
    }

    pub async fn buy(&self, checkout: &str, lines: &[(VariantId, u32)]) -> OrderId {
        let (_, payment, amount) = self.reserve(checkout, lines).await;
        placed(self.capture(payment, amount).await)
    }

    pub async fn settle_refund(&self, due: Outcome, result: RefundResult) {
        let Outcome::RefundDue { refund, .. } = due else { panic!("money should be due: {due:?}") };
        assert_eq!(self.ask(Command::SettleRefund { refund, result }).await, Outcome::Done);
    }

    /// A day with everything in it: bought, sent, given back, released, expired, paid late, paid too late, called off.
    pub async fn live_through_a_day(&mut self) {
        let order = self.buy("ada-1", &[(BAG, 2), (FILTER, 1)]).await;
        let (carrier, tracking) = ("DHL".to_owned(), "17".to_owned());
        let sent = Command::FulfillOrder { order, lines: vec![(1, 1)], carrier, tracking, actor: INES.into() };
        assert_eq!(self.ask(sent).await, Outcome::Done);
        let lines = vec![LineRefund { line: 1, quantity: 1, restock: Restock::Yes }];
        let (reason, actor) = ("did not like it".to_owned(), INES.to_owned());
        let due = self.ask(Command::RefundOrder { order, lines, extra_minor: 100, reason, actor }).await;
        self.settle_refund(due, RefundResult::Succeeded).await;

        let (released, _, _) = self.reserve("ben-1", &[(FILTER, 1)]).await;
        self.ask(Command::Release { reservation: released }).await;

        let (_, late, amount) = self.reserve("ada-2", &[(BAG, 1)]).await;
        let (_, too_late, too_late_amount) = self.reserve("ben-2", &[(FILTER, 4)]).await;
        self.now = self.now.plus_minutes(11);
        self.ask(Command::ExpireDue).await;
        placed(self.capture(late, amount).await);

        let canceled = self.buy("ada-3", &[(FILTER, 4)]).await;
        let due = self.capture(too_late, too_late_amount).await;
        self.settle_refund(due, RefundResult::Succeeded).await;
        let cancel = Command::CancelOrder { order: canceled, reason: "called".into(), actor: INES.into() };
        let due = self.ask(cancel).await;
        self.settle_refund(due, RefundResult::Failed { reason: "account closed".into() }).await;

        self.reserve("ben-3", &[(BAG, 1), (FILTER, 2)]).await;
        self.now = self.now.plus_minutes(5);
    }

    pub async fn proof(&self) -> Proof {
        verify_shop(self.db, self.shop, self.now.plus_minutes(60)).await.expect("the books can be read")
    }
}

fn placed(outcome: Outcome) -> OrderId {
    match outcome {
        Outcome::Placed { order, .. } => order,
        other => panic!("an order should be placed: {other:?}"),
    }
}

pub fn adjust(variant: VariantId, change: StockChange) -> Command {
    Command::AdjustStock { variant, change, reason: "counted".into(), actor: INES.into() }
}

pub fn cart(checkout: &str, lines: &[(VariantId, u32)]) -> ReserveCart {
    let customer = checkout.split('-').next().unwrap_or(checkout);
    ReserveCart {
        checkout_id: checkout.into(),
        content_hash: checkout.into(),
        lines: lines.iter().map(|&(variant, quantity)| CartLine { variant, quantity }).collect(),
        coupon: if customer == "ada" { "WELCOME".into() } else { String::new() },
        contact: Contact { email: format!("{customer}@example.org"), phone: String::new() },
        address: Address { name: customer.into(), country: "DE".into(), ..Address::default() },
        shipping_method: "standard".into(),
        provider: "sandbox".into(),
        payment_reference: "card".into(),
        early_access: Vec::new(),
        total_seen_minor: None,
        visitor: String::new(),
    }
}

fn standard_shipping() -> ShippingSettings {
    let method = ShippingMethod {
        key: "standard".into(),
        name: "Standard".into(),
        price_minor: 490,
        weight_grams_min: None,
        weight_grams_max: None,
        total_minor_min: None,
        total_minor_max: None,
    };
    ShippingSettings { zones: vec![ShippingZone { name: "World".into(), countries: vec!["*".into()], methods: vec![method] }] }
}

fn tax_on_top() -> TaxSettings {
    let (name, countries, region) = ("VAT".to_owned(), vec!["*".to_owned()], String::new());
    TaxSettings {
        prices_include_tax: false,
        rates: vec![TaxRate { name, countries, region, rate_ppm: 190_000, taxes_shipping: true }],
    }
}

/// Filters for 3.00 from noon on, five in all and five for each customer.
fn filters_on_sale() -> FlashSale {
    let item = FlashSaleItem {
        variant: FILTER,
        price_minor: 300,
        quantity_offered: Some(5),
        quantity_per_customer_max: Some(5),
        quantity_claimed: 0,
    };
    FlashSale {
        id: FlashSaleId(1),
        handle: "filters".into(),
        name: "Filters".into(),
        teaser: String::new(),
        picture: None,
        early_access_at: None,
        opens_at: NOON,
        closes_at: NOON.plus_minutes(24 * 60),
        before_opening: BeforeOpening::NotForSale,
        status: FlashSaleStatus::Scheduled,
        items: vec![item],
    }
}

/// Ten percent off, for Ada, who types it in each time.
fn welcome() -> Coupon {
    Coupon {
        id: CouponId(1),
        code: "WELCOME".into(),
        kind: CouponKind::Percent { ppm: 100_000 },
        minimum_minor: 0,
        starts_at: None,
        ends_at: None,
        uses_max: None,
        uses_per_customer_max: None,
        uses_claimed: 0,
        active: true,
    }
}
