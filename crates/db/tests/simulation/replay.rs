//! What the simulation lived is lived again on real databases: the same commands at the same instants get the same answers.

use crate::auditor::Finding;
use crate::juniper::{Juniper, SALE, SHOP, shipping};
use crate::trace::Trace;
use crate::world::live_alone;
use crate::{Job, on_threads};
use commerce::checkout::{Command, Outcome};
use commerce::{OrderId, PaymentId, RefundId, ReservationId, Timestamp};
use db::order_writer::{Decision, Request, decide_in};
use db::{Db, params, platform_sql, sql, testing};
use std::collections::BTreeMap;

/// Lives that are lived again.
const SEEDS: u64 = 6;

/// The ids of the simulation, and those of the real rows.
#[derive(Default)]
struct Ids(BTreeMap<i64, i64>);

#[tokio::test]
async fn real_databases_answer_as_the_simulated_one() {
    for seed in 0..SEEDS {
        let (shop, kept) = life_of(seed);
        for test in testing::databases().await {
            open(&test.db, &shop).await;
            let mut ids = Ids::default();
            for (now, request, decision) in &kept {
                let Decision::Told(simulated) = decision else { continue };
                let command = ids.command(&request.command);
                let mut tx = test.db.begin().await.expect("a transaction");
                let real = decide_in(&mut tx, &test.db, SHOP, &[command], *now).await.expect(test.engine).remove(0);
                tx.commit().await.expect("a commit");
                ids.learn(simulated, &real);
                assert_eq!(ids.outcome(simulated), real, "seed {seed} on {}: {request:?}", test.engine);
            }
        }
    }
}

/// The shop, and everything that was kept.
type Life = (Juniper, Vec<(Timestamp, Request, Decision)>);

/// A life, on a thread of its own: inside a runtime, receivers stop answering whoever polls them without a pause.
fn life_of(seed: u64) -> Life {
    let life = move || live_alone(seed, Trace::silent()).map(|world| (world.shop, world.kept));
    let mut lived = on_threads(vec![Box::new(life) as Job<Result<Life, Finding>>]);
    lived.remove(0).unwrap_or_else(|finding| panic!("seed {seed}: {finding:?}"))
}

impl Ids {
    fn real(&self, id: i64) -> i64 {
        self.0.get(&id).copied().unwrap_or(id)
    }

    fn command(&self, command: &Command) -> Command {
        let mut command = command.clone();
        match &mut command {
            Command::Settle { payment, .. } => *payment = PaymentId(self.real(payment.0)),
            Command::Release { reservation } | Command::Extend { reservation } => {
                *reservation = ReservationId(self.real(reservation.0));
            }
            Command::FulfillOrder { order, .. } | Command::CancelOrder { order, .. } | Command::RefundOrder { order, .. } => {
                *order = OrderId(self.real(order.0));
            }
            Command::SettleRefund { refund, .. } => *refund = RefundId(self.real(refund.0)),
            Command::Reserve(_) | Command::ExpireDue | Command::AdjustStock { .. } | Command::ChangeQuantityOffered { .. } => {}
        }
        command
    }

    fn learn(&mut self, simulated: &Outcome, real: &Outcome) {
        for (simulated, real) in named_in(simulated).into_iter().zip(named_in(real)) {
            self.0.entry(simulated).or_insert(real);
        }
    }

    fn outcome(&self, outcome: &Outcome) -> Outcome {
        let mut outcome = outcome.clone();
        match &mut outcome {
            Outcome::Reserved { reservation, payment, .. } => {
                (*reservation, *payment) = (ReservationId(self.real(reservation.0)), PaymentId(self.real(payment.0)));
            }
            Outcome::PaymentOpen { payment, .. } => *payment = PaymentId(self.real(payment.0)),
            Outcome::Placed { order, .. } => *order = OrderId(self.real(order.0)),
            Outcome::RefundDue { refund, payment, .. } => {
                (*refund, *payment) = (RefundId(self.real(refund.0)), PaymentId(self.real(payment.0)));
            }
            _ => {}
        }
        outcome
    }
}

fn named_in(outcome: &Outcome) -> Vec<i64> {
    match outcome {
        Outcome::Reserved { reservation, payment, .. } => vec![reservation.0, payment.0],
        Outcome::PaymentOpen { payment, .. } => vec![payment.0],
        Outcome::Placed { order, .. } => vec![order.0],
        Outcome::RefundDue { refund, payment, .. } => vec![refund.0, payment.0],
        _ => Vec::new(),
    }
}

/// The same shop in a real database.
async fn open(db: &Db, shop: &Juniper) {
    let insert = platform_sql!(
        "INSERT INTO shops (shop_id, handle, name, currency, time_zone, open, catalog_version, created_at)
         VALUES ($1, 'juniper', 'Juniper Roasters', 'EUR', 'Europe/Berlin', 1, 0, 0)"
    );
    db.execute_platform(insert, &params![SHOP]).await.expect("a shop");
    let settings = sql!("INSERT INTO shop_settings (shop_id, area, value, updated_at) VALUES ($1, $2, $3, 0)");
    let checkout = serde_json::to_string(&shop.checkout).expect("settings are JSON");
    let zones = serde_json::to_string(&shipping()).expect("settings are JSON");
    db.execute(SHOP, settings, &params!["checkout", checkout.as_str()]).await.expect("settings");
    db.execute(SHOP, settings, &params!["shipping", zones.as_str()]).await.expect("settings");
    open_catalog(db, shop).await;
    open_sale(db, shop).await;
    let coupon = sql!(
        "INSERT INTO coupons (shop_id, coupon_id, code, kind, minimum_minor, uses_max, uses_per_customer_max, uses_claimed, active)
         VALUES ($1, $2, $3, $4, 0, $5, $6, 0, 1)"
    );
    for row in &shop.coupons {
        let kind = serde_json::to_string(&row.kind).expect("a kind is JSON");
        let values = params![row.id, row.code.as_str(), kind.as_str(), row.uses_max, row.uses_per_customer_max];
        db.execute(SHOP, coupon, &values).await.expect("a coupon");
    }
}

async fn open_catalog(db: &Db, shop: &Juniper) {
    let product = sql!(
        "INSERT INTO products (shop_id, product_id, handle, title, description_html, vendor, product_type, category, tags, status,
             published_at, seo_title, seo_description, options, extra, search_text, created_at, updated_at)
         VALUES ($1, $2, $3, $3, '', '', '', '', '[]', 'active', 0, '', '', '[]', '[]', '', 0, 0)"
    );
    let variant = sql!(
        "INSERT INTO variants (shop_id, variant_id, product_id, position, option_values, sku, barcode, price_minor, weight_grams,
             weight_unit, taxable, tax_code, requires_shipping, stock_tracked, stock_policy, extra)
         VALUES ($1, $2, $3, 1, '[]', '', '', $4, 250, 'g', 1, '', $5, $6, $7, '[]')"
    );
    let counters = sql!(
        "INSERT INTO stock_items (shop_id, variant_id, on_hand, reserved, allocated, oversell, movements, updated_at)
         VALUES ($1, $2, 0, 0, 0, $3, 0, 0)"
    );
    for (number, article) in (1_i64..).zip(&shop.articles) {
        let policy = if article.oversell { "continue" } else { "deny" };
        db.execute(SHOP, product, &params![number, article.title]).await.expect("a product");
        let values = params![article.variant, number, article.price_minor, article.shipped, article.tracked, policy];
        db.execute(SHOP, variant, &values).await.expect("a variant");
        db.execute(SHOP, counters, &params![article.variant, article.oversell]).await.expect("its counters");
    }
}

async fn open_sale(db: &Db, shop: &Juniper) {
    let sale = sql!(
        "INSERT INTO flash_sales (shop_id, sale_id, handle, name, teaser, early_access_at, opens_at, closes_at, before_opening,
             status, updated_at) VALUES ($1, $2, 'mornings', 'Mornings', '', $3, $4, $5, $6, 'scheduled', 0)"
    );
    let before = match shop.sale.before_opening {
        commerce::sale::BeforeOpening::NotForSale => "not_for_sale",
        commerce::sale::BeforeOpening::OrdinaryPrice => "ordinary_price",
    };
    let values = params![SALE, shop.sale.early_access_at, shop.sale.opens_at, shop.sale.closes_at, before];
    db.execute(SHOP, sale, &values).await.expect("a sale");
    let item = sql!(
        "INSERT INTO flash_sale_items (shop_id, sale_id, variant_id, position, price_minor, quantity_offered,
             quantity_per_customer_max, quantity_claimed) VALUES ($1, $2, $3, 1, $4, $5, $6, 0)"
    );
    for row in &shop.sale.items {
        let values = params![SALE, row.variant, row.price_minor, row.quantity_offered, row.quantity_per_customer_max];
        db.execute(SHOP, item, &values).await.expect("an item");
    }
}
