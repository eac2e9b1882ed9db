//! The order writer on both engines: what is sold, held, refused, paid, sent, canceled and given back.

use commerce::cart::CartLine;
use commerce::checkout::{Command, LineRefund, Outcome, RefundResult, Refusal, ReserveCart, Restock, StockChange};
use commerce::customer::{Address, Contact};
use commerce::payment::{PaymentStatus, ProviderVerdict};
use commerce::pricing::CouponRefusal;
use commerce::stock::StockItem;
use commerce::{CouponId, FlashSaleId, OrderId, PaymentId, ShopId, Timestamp, VariantId};
use db::order_writer::{OrderWriter, WriterOptions};
use db::testing::{self, TestDb};
use db::{Db, orders, params, platform_sql, sql, stock};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
const BEANS: VariantId = VariantId(11);
const MUG: VariantId = VariantId(12);
const SALE: FlashSaleId = FlashSaleId(21);
const COUPON: CouponId = CouponId(31);

/// Juniper Roasters with beans (10.00, 50 on hand), a mug (8.00, 5 on hand), a sale on the mug (5.00, 3 offered, 2 each) and a
/// coupon that can be used once.
struct Shop {
    db: Db,
    id: ShopId,
    writer: OrderWriter,
    clock: Arc<AtomicI64>,
    engine: &'static str,
    _test: TestDb,
}

async fn juniper_roasters() -> Vec<Shop> {
    let mut shops = Vec::new();
    for test in testing::databases().await {
        let (db, id) = (test.db.clone(), ShopId(1));
        insert_shop(&db, id).await;
        let clock = Arc::new(AtomicI64::new(START.0));
        let reading = Arc::clone(&clock);
        let (writer, _) =
            OrderWriter::start(db.clone(), Arc::new(move || Timestamp(reading.load(Ordering::SeqCst))), WriterOptions::default());
        let shop = Shop { db, id, writer, clock, engine: test.engine, _test: test };
        for (variant, on_hand) in [(BEANS, 50), (MUG, 5)] {
            let change = StockChange::Set { on_hand };
            let counted = Command::AdjustStock { variant, change, reason: String::new(), actor: "ines@juniper.example".into() };
            assert_eq!(shop.submit(counted).await, Outcome::Done);
        }
        shops.push(shop);
    }
    shops
}

async fn insert_shop(db: &Db, shop: ShopId) {
    let insert = platform_sql!(
        "INSERT INTO shops (shop_id, handle, name, currency, time_zone, open, catalog_version, created_at)
         VALUES ($1, 'juniper', 'Juniper Roasters', 'EUR', 'Europe/Berlin', 1, 0, 0)"
    );
    db.execute_platform(insert, &params![shop]).await.expect("a shop");
    let settings = sql!("INSERT INTO shop_settings (shop_id, area, value, updated_at) VALUES ($1, 'shipping', $2, 0)");
    let zones = r#"{"zones":[{"name":"All","countries":["*"],"methods":[{"key":"post","name":"Post","price_minor":490}]}]}"#;
    db.execute(shop, settings, &params![zones]).await.expect("settings");
    let product = sql!(
        "INSERT INTO products (shop_id, product_id, handle, title, description_html, vendor, product_type, category, tags, status,
             published_at, seo_title, seo_description, options, extra, search_text, created_at, updated_at)
         VALUES ($1, $2, $3, $3, '', '', '', '', '[]', 'active', 0, '', '', '[]', '[]', '', 0, 0)"
    );
    let variant = sql!(
        "INSERT INTO variants (shop_id, variant_id, product_id, position, option_values, sku, barcode, price_minor, weight_grams,
             weight_unit, taxable, tax_code, requires_shipping, stock_tracked, stock_policy, extra)
         VALUES ($1, $2, $3, 1, '[]', '', '', $4, 250, 'g', 1, '', 1, 1, 'deny', '[]')"
    );
    let counters = sql!(
        "INSERT INTO stock_items (shop_id, variant_id, on_hand, reserved, allocated, oversell, movements, updated_at)
         VALUES ($1, $2, 0, 0, 0, 0, 0, 0)"
    );
    for (number, (id, title, price)) in (1_i64..).zip([(BEANS, "Beans", 1_000_i64), (MUG, "Mug", 800)]) {
        db.execute(shop, product, &params![number, title]).await.expect("a product");
        db.execute(shop, variant, &params![id, number, price]).await.expect("a variant");
        db.execute(shop, counters, &params![id]).await.expect("its counters");
    }
    let sale = sql!(
        "INSERT INTO flash_sales (shop_id, sale_id, handle, name, teaser, opens_at, closes_at, before_opening, status, updated_at)
         VALUES ($1, $2, 'mugs', 'Mugs', '', $3, $4, 'not_for_sale', 'scheduled', 0)"
    );
    db.execute(shop, sale, &params![SALE, START, START.plus_minutes(600)]).await.expect("a sale");
    let item = sql!(
        "INSERT INTO flash_sale_items (shop_id, sale_id, variant_id, position, price_minor, quantity_offered,
             quantity_per_customer_max, quantity_claimed)
         VALUES ($1, $2, $3, 1, 500, 3, 2, 0)"
    );
    db.execute(shop, item, &params![SALE, MUG]).await.expect("its item");
    let coupon = sql!(
        "INSERT INTO coupons (shop_id, coupon_id, code, kind, minimum_minor, uses_max, uses_claimed, active)
         VALUES ($1, $2, 'ONCE', $3, 0, 1, 0, 1)"
    );
    db.execute(shop, coupon, &params![COUPON, r#"{"kind":"percent","ppm":100000}"#]).await.expect("a coupon");
}

fn cart(checkout: &str, email: &str, lines: &[(VariantId, u32)]) -> ReserveCart {
    ReserveCart {
        checkout_id: checkout.into(),
        content_hash: format!("{email} {lines:?}"),
        lines: lines.iter().map(|(variant, quantity)| CartLine { variant: *variant, quantity: *quantity }).collect(),
        coupon: String::new(),
        contact: Contact { email: email.into(), phone: String::new() },
        address: Address { name: "Ada".into(), country: "DE".into(), ..Address::default() },
        shipping_method: "post".into(),
        provider: "sandbox".into(),
        payment_reference: "card".into(),
        early_access: Vec::new(),
        total_seen_minor: None,
        visitor: String::new(),
    }
}

impl Shop {
    async fn submit(&self, command: Command) -> Outcome {
        self.writer.submit(self.id, command).await.expect(self.engine)
    }

    async fn reserve(&self, cart: ReserveCart) -> Outcome {
        self.submit(Command::Reserve(Box::new(cart))).await
    }

    async fn pay(&self, payment: PaymentId, amount_minor: i64) -> Outcome {
        let verdict = ProviderVerdict::Captured { amount_minor, currency: "EUR".into() };
        self.submit(Command::Settle { payment, reference: format!("ref-{payment}"), verdict }).await
    }

    /// Reserves and pays; panics unless an order comes of it.
    async fn buy(&self, cart: ReserveCart) -> OrderId {
        let (payment, amount) = held(&self.reserve(cart).await);
        match self.pay(payment, amount).await {
            Outcome::Placed { order, .. } => order,
            other => panic!("{}: {other:?}", self.engine),
        }
    }

    async fn stock(&self, variant: VariantId) -> StockItem {
        stock::load_stock(&self.db, self.id, variant).await.expect(self.engine).expect("the variant").item
    }

    fn pass_minutes(&self, minutes: i64) {
        self.clock.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
    }

    async fn number(&self, sql: db::ShopSql) -> i64 {
        self.db.query_opt(self.id, sql, &[]).await.expect(self.engine).expect("a number").get(0)
    }
}

fn held(outcome: &Outcome) -> (PaymentId, i64) {
    match outcome {
        Outcome::Reserved { payment, amount, .. } => (*payment, amount.amount_minor),
        other => panic!("not held: {other:?}"),
    }
}

fn counters(on_hand: i64, reserved: i64, allocated: i64) -> StockItem {
    StockItem { on_hand, reserved, allocated }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_cart_becomes_an_order_and_its_stock_an_allocation() {
    for shop in juniper_roasters().await {
        let outcome = shop.reserve(cart("c1", "ada@example.org", &[(BEANS, 2), (MUG, 1)])).await;
        let (payment, amount) = held(&outcome);
        assert_eq!(amount, 2 * 1_000 + 500 + 490, "{}: sale price and shipping", shop.engine);
        assert_eq!(shop.stock(BEANS).await, counters(50, 2, 0));
        let Outcome::Placed { order, number, first: true } = shop.pay(payment, amount).await else {
            panic!("{}: no order", shop.engine)
        };
        assert_eq!((number, shop.stock(BEANS).await, shop.stock(MUG).await), (1_001, counters(50, 0, 2), counters(5, 0, 1)));
        let history = orders::load_order(&shop.db, shop.id, order).await.expect(shop.engine).expect("the order");
        assert_eq!(history.order.lines.len(), 2);
        assert_eq!(history.payment.status, PaymentStatus::Captured);
        assert_eq!(history.events[0].kind, "placed");
        assert_eq!(shop.number(sql!("SELECT COUNT(*) FROM outbox WHERE shop_id = $1")).await, 1);
        let (listed, total) =
            orders::list_orders(&shop.db, shop.id, &orders::OrderFilter { search: "ADA@".into(), ..Default::default() }, 1, 20)
                .await
                .expect(shop.engine);
        assert_eq!((listed[0].number, listed[0].units, total), (1_001, 3, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_buyers_at_once_get_the_last_fifty_units_and_not_one_more() {
    for shop in juniper_roasters().await {
        let shop = Arc::new(shop);
        let mut buyers = tokio::task::JoinSet::new();
        for buyer in 0..200 {
            let shop = Arc::clone(&shop);
            buyers.spawn(async move {
                let outcome = shop.reserve(cart(&format!("c{buyer}"), &format!("b{buyer}@example.org"), &[(BEANS, 1)])).await;
                match outcome {
                    Outcome::Reserved { payment, amount, .. } => {
                        matches!(shop.pay(payment, amount.amount_minor).await, Outcome::Placed { .. })
                    }
                    Outcome::Refused(Refusal::SoldOut { available: 0, .. }) => false,
                    other => panic!("{}: {other:?}", shop.engine),
                }
            });
        }
        let sold = buyers.join_all().await.into_iter().filter(|sold| *sold).count();
        assert_eq!((sold, shop.stock(BEANS).await), (50, counters(50, 0, 50)), "{}", shop.engine);
        assert_eq!(shop.writer.availability().get(shop.id, BEANS), Some(0));
        let numbers = sql!("SELECT COUNT(DISTINCT number) FROM orders WHERE shop_id = $1");
        assert_eq!(shop.number(numbers).await, 50);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_submitted_twice_orders_once_and_with_other_content_is_refused() {
    for shop in juniper_roasters().await {
        let first = cart("c1", "ada@example.org", &[(BEANS, 1)]);
        let (payment, amount) = held(&shop.reserve(first.clone()).await);
        let again = shop.reserve(first.clone()).await;
        assert!(matches!(again, Outcome::PaymentOpen { payment: open, .. } if open == payment), "{again:?}");
        let changed = shop.reserve(cart("c1", "ada@example.org", &[(BEANS, 2)])).await;
        assert_eq!(changed, Outcome::Refused(Refusal::PaymentInProgress));
        let Outcome::Placed { order, .. } = shop.pay(payment, amount).await else { panic!("no order") };
        for _ in 0..3 {
            assert_eq!(shop.pay(payment, amount).await, Outcome::Placed { order, number: 1_001, first: false });
            assert_eq!(shop.reserve(first.clone()).await, Outcome::Placed { order, number: 1_001, first: false });
        }
        let other = shop.reserve(cart("c1", "ada@example.org", &[(BEANS, 2)])).await;
        assert_eq!(other, Outcome::Refused(Refusal::CheckoutUsed { number: 1_001 }));
        assert_eq!(shop.stock(BEANS).await, counters(50, 0, 1), "{}", shop.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_keeps_the_hold_and_another_card_pays_it() {
    for shop in juniper_roasters().await {
        let cart = cart("c1", "ada@example.org", &[(BEANS, 50)]);
        let mut small = cart.clone();
        small.lines[0].quantity = 20;
        small.content_hash = "small".into();
        let (payment, _) = held(&shop.reserve(small.clone()).await);
        let no = ProviderVerdict::Declined { code: "card_declined".into() };
        let declined = shop.submit(Command::Settle { payment, reference: "r".into(), verdict: no }).await;
        assert_eq!(declined, Outcome::Declined { code: "card_declined".into() });
        let (second, amount) = held(&shop.reserve(small).await);
        assert_ne!(payment, second);
        assert!(matches!(shop.pay(second, amount).await, Outcome::Placed { .. }));
        assert_eq!(shop.stock(BEANS).await, counters(50, 0, 20), "{}", shop.engine);
        // The first card's bank changes its mind: that money goes back.
        assert!(matches!(shop.pay(payment, amount).await, Outcome::RefundDue { .. }));
        assert_eq!(shop.stock(BEANS).await, counters(50, 0, 20), "{}", shop.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_after_the_hold_ran_out_takes_the_stock_again_or_goes_back() {
    for shop in juniper_roasters().await {
        let (late, amount) = held(&shop.reserve(cart("c1", "ada@example.org", &[(MUG, 2)])).await);
        let (too_late, its_amount) = held(&shop.reserve(cart("c2", "ben@example.org", &[(MUG, 1)])).await);
        shop.pass_minutes(11);
        assert_eq!(shop.submit(Command::ExpireDue).await, Outcome::Done);
        assert_eq!(shop.stock(MUG).await, counters(5, 0, 0), "{}", shop.engine);
        assert!(matches!(shop.pay(late, amount).await, Outcome::Placed { .. }));
        shop.buy(cart("c3", "cleo@example.org", &[(MUG, 1)])).await;
        let Outcome::RefundDue { refund, amount, .. } = shop.pay(too_late, its_amount).await else {
            panic!("{}: all three offered mugs are sold", shop.engine)
        };
        assert_eq!(amount.amount_minor, its_amount);
        let done = shop.submit(Command::SettleRefund { refund, result: RefundResult::Succeeded }).await;
        assert_eq!((done, shop.stock(MUG).await), (Outcome::Done, counters(5, 0, 3)));
        let given_back =
            sql!("SELECT amount_minor FROM ledger_entries WHERE shop_id = $1 AND debit = 'refunds' AND credit = 'provider'");
        assert_eq!(shop.number(given_back).await, its_amount);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_ran_out_is_free_before_anybody_sweeps() {
    for shop in juniper_roasters().await {
        for buyer in 0..2 {
            held(&shop.reserve(cart(&format!("c{buyer}"), &format!("b{buyer}@example.org"), &[(BEANS, 20)])).await);
        }
        let refused = shop.reserve(cart("c9", "ben@example.org", &[(BEANS, 20)])).await;
        assert!(matches!(refused, Outcome::Refused(Refusal::SoldOut { available: 10, .. })), "{refused:?}");
        shop.pass_minutes(10);
        shop.buy(cart("c9", "ben@example.org", &[(BEANS, 20)])).await;
        assert_eq!(shop.stock(BEANS).await, counters(50, 0, 20), "{}", shop.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_the_sale_hold_across_carts_and_spellings() {
    for shop in juniper_roasters().await {
        let first = shop.reserve(cart("c1", "ada.l@gmail.com", &[(MUG, 1), (MUG, 1)])).await;
        held(&first);
        let third = shop.reserve(cart("c2", "AdaL+more@googlemail.com", &[(MUG, 1)])).await;
        assert!(matches!(third, Outcome::Refused(Refusal::OverCustomerLimit { quantity_max: 2, .. })), "{third:?}");
        held(&shop.reserve(cart("c3", "ben@example.org", &[(MUG, 1)])).await);
        let fourth = shop.reserve(cart("c4", "cleo@example.org", &[(MUG, 1)])).await;
        assert!(matches!(fourth, Outcome::Refused(Refusal::SoldOut { available: 0, .. })), "{}: {fourth:?}", shop.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_is_used_as_often_as_it_may_be_and_comes_back_with_the_order() {
    for shop in juniper_roasters().await {
        let with_coupon =
            |checkout: &str, email: &str| ReserveCart { coupon: " once ".into(), ..cart(checkout, email, &[(BEANS, 1)]) };
        let (payment, amount) = held(&shop.reserve(with_coupon("c1", "ada@example.org")).await);
        assert_eq!(amount, 900 + 490, "{}", shop.engine);
        let used = shop.reserve(with_coupon("c2", "ben@example.org")).await;
        assert_eq!(used, Outcome::Refused(Refusal::Coupon(CouponRefusal::UsedUp)));
        let Outcome::Placed { order, .. } = shop.pay(payment, amount).await else { panic!("no order") };
        let canceled =
            shop.submit(Command::CancelOrder { order, reason: "sorry".into(), actor: "ines@juniper.example".into() }).await;
        assert!(matches!(canceled, Outcome::RefundDue { amount, .. } if amount.amount_minor == 1_390), "{canceled:?}");
        assert_eq!(shop.stock(BEANS).await, counters(50, 0, 0));
        held(&shop.reserve(with_coupon("c2", "ben@example.org")).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_sent_in_parts_and_refunded_to_the_last_cent_and_not_beyond() {
    for shop in juniper_roasters().await {
        let order = shop.buy(cart("c1", "ada@example.org", &[(BEANS, 3)])).await;
        let actor = || "ines@juniper.example".to_owned();
        let send = |quantity| Command::FulfillOrder {
            order,
            lines: vec![(1, quantity)],
            carrier: "Post".into(),
            tracking: "X1".into(),
            actor: actor(),
        };
        assert_eq!(shop.submit(send(2)).await, Outcome::Done);
        assert_eq!(shop.submit(send(2)).await, Outcome::Refused(Refusal::MoreThanToSend { line: 1, left: 1 }));
        assert_eq!(shop.stock(BEANS).await, counters(48, 0, 1), "{}", shop.engine);
        let back = |quantity, restock, extra_minor| Command::RefundOrder {
            order,
            lines: vec![LineRefund { line: 1, quantity, restock }],
            extra_minor,
            reason: "damaged".into(),
            actor: actor(),
        };
        let Outcome::RefundDue { refund, amount, .. } = shop.submit(back(2, Restock::Yes, 0)).await else { panic!("no refund") };
        assert_eq!(amount.amount_minor, 2_000);
        // One had not been sent and is called off; the other comes back into the building.
        assert_eq!(shop.stock(BEANS).await, counters(49, 0, 0), "{}", shop.engine);
        let failed = RefundResult::Failed { reason: "no".into() };
        assert_eq!(shop.submit(Command::SettleRefund { refund, result: failed }).await, Outcome::Done);
        let Outcome::RefundDue { amount, .. } = shop.submit(back(3, Restock::No, 490)).await else { panic!("no refund") };
        assert_eq!(amount.amount_minor, 3_490);
        let beyond = shop.submit(back(1, Restock::No, 0)).await;
        assert_eq!(beyond, Outcome::Refused(Refusal::MoreThanPaid { left_minor: 0 }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_explains_every_counter() {
    for shop in juniper_roasters().await {
        shop.buy(cart("c1", "ada@example.org", &[(BEANS, 3), (MUG, 1)])).await;
        held(&shop.reserve(cart("c2", "ben@example.org", &[(BEANS, 5)])).await);
        shop.pass_minutes(30);
        shop.submit(Command::ExpireDue).await;
        for variant in [BEANS, MUG] {
            let rows = stock::movements(&shop.db, shop.id, variant, 100).await.expect(shop.engine);
            let sum = |pick: fn(&(i64, i64, i64)) -> i64| rows.iter().map(|row| pick(&row.deltas)).sum::<i64>();
            let replayed = counters(sum(|d| d.0), sum(|d| d.1), sum(|d| d.2));
            assert_eq!(replayed, shop.stock(variant).await, "{}", shop.engine);
            assert_eq!(rows.first().map(|row| row.sequence), Some(rows.len() as i64), "no gap");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_command_fails_alone() {
    for shop in juniper_roasters().await {
        let shop = Arc::new(shop);
        let mut all = tokio::task::JoinSet::new();
        for buyer in 0..20_u32 {
            let shop = Arc::clone(&shop);
            all.spawn(async move {
                // Every fifth page carries a character that no database row can hold.
                let name = if buyer % 5 == 0 { "bad\0".to_owned() } else { format!("c{buyer}") };
                let command = Command::Reserve(Box::new(cart(&name, "x@example.org", &[(BEANS, 1)])));
                shop.writer.submit(shop.id, command).await.is_ok()
            });
        }
        let done = all.join_all().await.into_iter().filter(|ok| *ok).count();
        assert_eq!((done, shop.stock(BEANS).await.reserved), (16, 16), "{}", shop.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_writers_on_one_database_sell_no_unit_twice() {
    for shop in juniper_roasters().await {
        let clock = Arc::clone(&shop.clock);
        let now: db::order_writer::Clock = Arc::new(move || Timestamp(clock.load(Ordering::SeqCst)));
        let options = db::OpenOptions { process: 2, connections: 4 };
        let other = Db::open(&shop._test.target, &options).await.expect(shop.engine);
        let (second, _) = OrderWriter::start(other, now, WriterOptions::default());
        let writers = [shop.writer.clone(), second];
        let mut buyers = tokio::task::JoinSet::new();
        for buyer in 0..80_usize {
            let (writer, id) = (writers[buyer % 2].clone(), shop.id);
            buyers.spawn(async move {
                let command = Command::Reserve(Box::new(cart(&format!("c{buyer}"), &format!("b{buyer}@x.org"), &[(BEANS, 1)])));
                matches!(writer.submit(id, command).await, Ok(Outcome::Reserved { .. }))
            });
        }
        let sold = buyers.join_all().await.into_iter().filter(|sold| *sold).count();
        assert_eq!((sold, shop.stock(BEANS).await), (50, counters(50, 50, 0)), "{}", shop.engine);
    }
}
