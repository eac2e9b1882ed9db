//! Reads what a batch can touch, and keeps it until the transaction ends.
//!
//! Rows are locked class by class (checkouts, payments, reservations, orders, refunds, stock, sales, coupons, the shop's counter)
//! and within a class in the order of their keys, so that two nodes never wait for each other in a circle. A page's open payments
//! are looked for once its row is locked: looked for earlier, two nodes could each begin one.

use super::read;
use crate::{Error, Result, Row, Tx, Value, params, sql, sql_locking};
use commerce::checkout::{CheckoutRecord, Command, ShopState, StockRow};
use commerce::customer::customer_key;
use commerce::payment::Payment;
use commerce::pricing::normalize_coupon_code;
use commerce::reservation::Holder;
use commerce::shop::{CheckoutSettings, ShippingSettings, TaxSettings};
use commerce::{CouponId, Currency, FlashSaleId, OrderId, PaymentId, RefundId, ReservationId, ShopId, Timestamp, VariantId};
use std::collections::BTreeSet;

/// Reservations that one pass expires at most; the next pass takes the rest.
const EXPIRED_PER_BATCH_MAX: usize = 1_000;

/// What the commands speak of.
#[derive(Default)]
struct Keys {
    checkouts: BTreeSet<String>,
    variants: BTreeSet<VariantId>,
    /// Whose units of what count against a sale's limit per customer.
    claims: BTreeSet<(VariantId, String)>,
    /// Whose use of some coupon counts.
    coupon_customers: BTreeSet<String>,
    coupons: BTreeSet<String>,
    holders: BTreeSet<Holder>,
    payments: BTreeSet<PaymentId>,
    reservations: BTreeSet<ReservationId>,
    orders: BTreeSet<OrderId>,
    refunds: BTreeSet<RefundId>,
    places_orders: bool,
}

/// What the commands can touch, and whether more reservations have run out of time than were read.
pub(super) async fn load(tx: &mut Tx, shop: ShopId, commands: &[&Command], now: Timestamp) -> Result<(ShopState, bool)> {
    let mut keys = Keys::of(commands);
    let mut state = load_settings(tx, shop).await?;
    find_checkouts(tx, shop, &mut keys).await?;
    let more_is_due = load_checkouts(tx, shop, &mut keys, &mut state, now).await?;
    find_open_payments(tx, shop, commands, &mut keys, &state).await?;
    load_payments(tx, shop, &mut keys, &mut state).await?;
    load_reservations(tx, shop, &mut keys, &mut state).await?;
    load_held_units(tx, shop, &keys, &mut state, now).await?;
    load_orders(tx, shop, &mut keys, &mut state).await?;
    load_refunds(tx, shop, &keys, &mut state).await?;
    let items = load_stock(tx, shop, &keys, &mut state, now).await?;
    load_sales(tx, shop, &keys, &items, &mut state).await?;
    load_coupons(tx, shop, &keys, &mut state).await?;
    if keys.places_orders {
        let sql = sql_locking!("SELECT value FROM shop_counters WHERE shop_id = $1 AND name = 'order_number'");
        state.order_number = tx.query_opt(shop, sql, &[]).await?.map_or(state.order_number, |row| row.get(0));
    }
    Ok((state, more_is_due))
}

impl Keys {
    fn of(commands: &[&Command]) -> Self {
        let mut keys = Self::default();
        for command in commands {
            match command {
                Command::Reserve(cart) => {
                    keys.checkouts.insert(cart.checkout_id.clone());
                    keys.variants.extend(cart.lines.iter().map(|line| line.variant));
                    let (customer, code) = (customer_key(&cart.contact.email), normalize_coupon_code(&cart.coupon));
                    keys.holders.extend(Holder::of(&customer, &cart.visitor));
                    keys.count(cart.lines.iter().map(|line| line.variant), &customer, !code.is_empty());
                    keys.coupons.extend((!code.is_empty()).then_some(code));
                }
                Command::Settle { payment, .. } => {
                    keys.places_orders = true;
                    keys.payments.insert(*payment);
                }
                Command::Release { reservation } | Command::Extend { reservation } => keys.reservations.extend([*reservation]),
                Command::ExpireDue => {}
                Command::AdjustStock { variant, .. } | Command::ChangeQuantityOffered { variant, .. } => {
                    keys.variants.extend([*variant])
                }
                Command::FulfillOrder { order, .. } | Command::CancelOrder { order, .. } | Command::RefundOrder { order, .. } => {
                    keys.orders.extend([*order])
                }
                Command::SettleRefund { refund, .. } => keys.refunds.extend([*refund]),
            }
        }
        keys
    }

    fn count(&mut self, variants: impl Iterator<Item = VariantId>, customer: &str, has_coupon: bool) {
        self.claims.extend(variants.map(|variant| (variant, customer.to_owned())));
        if has_coupon {
            self.coupon_customers.insert(customer.to_owned());
        }
    }
}

async fn load_settings(tx: &mut Tx, shop: ShopId) -> Result<ShopState> {
    let currency = sql!("SELECT currency FROM shops WHERE shop_id = $1");
    let settings = sql!("SELECT area, value FROM shop_settings WHERE shop_id = $1 AND area IN ('shipping', 'tax', 'checkout')");
    let once = [Vec::new()];
    let [currency, settings] = tx.query_all(shop, [(currency, &once), (settings, &once)]).await?;
    let row = currency[0].first().ok_or_else(|| Error::Unsuitable(format!("there is no shop {shop}")))?;
    let code: String = row.get(0);
    let currency =
        Currency::from_code(&code).ok_or_else(|| Error::Unsuitable(format!("shop {shop} has the unknown currency {code}")))?;
    let mut state = ShopState::empty(currency);
    for row in settings.iter().flatten() {
        let (area, value): (String, String) = (row.get(0), row.get(1));
        match area.as_str() {
            "shipping" => state.shipping = read::json::<ShippingSettings>(&value)?,
            "tax" => state.tax = read::json::<TaxSettings>(&value)?,
            _ => state.checkout = read::json::<CheckoutSettings>(&value)?,
        }
    }
    Ok(state)
}

/// The payments behind refunds and orders, and the pages behind payments: none of these links ever changes, so they are followed
/// before anything is locked.
async fn find_checkouts(tx: &mut Tx, shop: ShopId, keys: &mut Keys) -> Result<()> {
    let of_refund = sql!("SELECT payment_id, order_id FROM refunds WHERE shop_id = $1 AND refund_id = $2");
    for row in tx.query_many(shop, of_refund, &one_by_one(&keys.refunds)).await?.into_iter().flatten() {
        keys.payments.insert(row.get(0));
        keys.orders.extend(row.get::<Option<OrderId>>(1));
    }
    let of_order = sql!("SELECT payment_id FROM orders WHERE shop_id = $1 AND order_id = $2");
    for row in tx.query_many(shop, of_order, &one_by_one(&keys.orders)).await?.into_iter().flatten() {
        keys.payments.insert(row.get(0));
    }
    let of_payment = sql!("SELECT checkout_id FROM payments WHERE shop_id = $1 AND payment_id = $2");
    for row in tx.query_many(shop, of_payment, &one_by_one(&keys.payments)).await?.into_iter().flatten() {
        keys.checkouts.insert(row.get(0));
    }
    Ok(())
}

/// Open payments of pages that are submitted again; a page without a row has none.
async fn find_open_payments(tx: &mut Tx, shop: ShopId, commands: &[&Command], keys: &mut Keys, state: &ShopState) -> Result<()> {
    let sql = sql!(
        "SELECT payment_id FROM payments WHERE shop_id = $1 AND checkout_id = $2 AND status IN ('pending', 'requires_action')"
    );
    let again: BTreeSet<String> = commands
        .iter()
        .filter_map(|command| if let Command::Reserve(cart) = command { Some(&cart.checkout_id) } else { None })
        .filter(|checkout| state.checkouts.contains_key(*checkout))
        .cloned()
        .collect();
    for row in tx.query_many(shop, sql, &one_by_one(&again)).await?.into_iter().flatten() {
        keys.payments.insert(row.get(0));
    }
    Ok(())
}

async fn load_payments(tx: &mut Tx, shop: ShopId, keys: &mut Keys, state: &mut ShopState) -> Result<()> {
    let sql = sql_locking!(
        "SELECT payment_id, checkout_id, reservation_id, order_id, provider, reference, status, amount_minor, currency,
             refunded_minor, decline_code, created_at
         FROM payments WHERE shop_id = $1 AND payment_id = $2"
    );
    for row in tx.query_many(shop, sql, &one_by_one(&keys.payments)).await?.into_iter().flatten() {
        let payment: Payment = read::payment(&row)?;
        // What a payment can touch matters only while it may still lead to an order.
        keys.reservations.insert(payment.reservation);
        keys.orders.extend(payment.order);
        state.payments.insert(payment.id, payment);
    }
    Ok(())
}

/// The pages' rows; and the reservations that have run out of time, the longest first. Whether there are more of these than one
/// batch gives back.
async fn load_checkouts(tx: &mut Tx, shop: ShopId, keys: &mut Keys, state: &mut ShopState, now: Timestamp) -> Result<bool> {
    let pages = sql_locking!(
        "SELECT checkout_id, content_hash, reservation_id, order_id FROM checkouts WHERE shop_id = $1 AND checkout_id = $2"
    );
    // By their time alone: by variant, a hot variant's whole past would be read for each batch.
    let expired = sql!(
        "SELECT reservation_id FROM reservations
         WHERE shop_id = $1 AND status = 'active' AND expires_at <= $2 ORDER BY expires_at, reservation_id LIMIT $3"
    );
    let ids = one_by_one(&keys.checkouts);
    let [pages, expired] =
        tx.query_all(shop, [(pages, &ids), (expired, &[params![now, EXPIRED_PER_BATCH_MAX].to_vec()])]).await?;
    for row in pages.into_iter().flatten() {
        let record = CheckoutRecord { content_hash: row.get(1), reservation: row.get(2), order: row.get(3) };
        keys.reservations.insert(record.reservation);
        keys.orders.extend(record.order);
        state.checkouts.insert(row.get(0), record);
    }
    let expired = expired.concat();
    keys.reservations.extend(expired.iter().map(|row| row.get::<ReservationId>(0)));
    Ok(expired.len() == EXPIRED_PER_BATCH_MAX)
}

async fn load_reservations(tx: &mut Tx, shop: ShopId, keys: &mut Keys, state: &mut ShopState) -> Result<()> {
    let sql = sql_locking!(
        "SELECT reservation_id, checkout_id, status, customer_key, coupon_id, total_minor, details, created_at, expires_at, visitor
         FROM reservations WHERE shop_id = $1 AND reservation_id = $2"
    );
    let lines = sql!(
        "SELECT variant_id, sale_id, quantity, counted FROM reservation_lines
         WHERE shop_id = $1 AND reservation_id = $2 ORDER BY line"
    );
    let ids = one_by_one(&keys.reservations);
    let [rows, lines] = tx.query_all(shop, [(sql, &ids), (lines, &ids)]).await?;
    for (row, lines) in rows.iter().zip(&lines) {
        let Some(row) = row.first() else { continue };
        let reservation = read::reservation(row, lines)?;
        keys.variants.extend(reservation.lines.iter().map(|line| line.variant));
        keys.count(reservation.lines.iter().map(|line| line.variant), &reservation.customer_key, reservation.coupon.is_some());
        state.reservations.insert(reservation.id, reservation);
    }
    Ok(())
}

/// Units that those who reserve hold already. The count has no row of its own to lock: over several nodes it is a limit of
/// fairness, exact on each.
async fn load_held_units(tx: &mut Tx, shop: ShopId, keys: &Keys, state: &mut ShopState, now: Timestamp) -> Result<()> {
    // The time stands among what is summed up: as a condition it tempts planners without statistics to go by time.
    let by_customer = sql!(
        "SELECT CAST(SUM(CASE WHEN r.expires_at > $3 THEN l.quantity END) AS BIGINT) FROM reservations r
         JOIN reservation_lines l ON l.shop_id = r.shop_id AND l.reservation_id = r.reservation_id
         WHERE r.shop_id = $1 AND r.status = 'active' AND r.customer_key = $2"
    );
    let by_visitor = sql!(
        "SELECT CAST(SUM(CASE WHEN r.expires_at > $3 THEN l.quantity END) AS BIGINT) FROM reservations r
         JOIN reservation_lines l ON l.shop_id = r.shop_id AND l.reservation_id = r.reservation_id
         WHERE r.shop_id = $1 AND r.status = 'active' AND r.visitor <> '' AND r.visitor = $2"
    );
    let (customers, visitors): (Vec<_>, Vec<_>) = keys.holders.iter().partition(|holder| matches!(holder, Holder::Customer(_)));
    let params = |holders: &[&Holder]| holders.iter().map(|holder| params![holder.key(), now].to_vec()).collect::<Vec<_>>();
    let (of_customers, of_visitors) = (params(&customers), params(&visitors));
    let [of_customers, of_visitors] = tx.query_all(shop, [(by_customer, &of_customers), (by_visitor, &of_visitors)]).await?;
    for (holder, rows) in customers.into_iter().chain(visitors).zip(of_customers.iter().chain(&of_visitors)) {
        if let Some(units) = rows.first().and_then(|row| row.get::<Option<i64>>(0)) {
            state.held_units.insert(holder.clone(), units);
        }
    }
    Ok(())
}

async fn load_orders(tx: &mut Tx, shop: ShopId, keys: &mut Keys, state: &mut ShopState) -> Result<()> {
    let sql = sql_locking!(
        "SELECT o.order_id, o.number, o.checkout_id, o.reservation_id, o.payment_id, o.status, o.fulfillment_status,
             o.customer_key, o.coupon_id, o.currency, o.total_minor, o.refunded_minor,
             (SELECT r.details FROM reservations r WHERE r.shop_id = o.shop_id AND r.reservation_id = o.reservation_id),
             o.placed_at
         FROM orders o WHERE o.shop_id = $1 AND o.order_id = $2"
    );
    let lines = sql!(
        "SELECT line, variant_id, sale_id, title, variant_title, sku, quantity, price_minor, was_price_minor, subtotal_minor,
             discount_minor, tax_minor, total_minor, counted, fulfilled, canceled, refunded, returned
         FROM order_lines WHERE shop_id = $1 AND order_id = $2 ORDER BY line"
    );
    let ids = one_by_one(&keys.orders);
    let [rows, lines] = tx.query_all(shop, [(sql, &ids), (lines, &ids)]).await?;
    for (row, lines) in rows.iter().zip(&lines) {
        let Some(row) = row.first() else { continue };
        let order = read::order_from_rows(row, lines)?;
        keys.variants.extend(order.lines.iter().map(|line| line.variant));
        keys.count(order.lines.iter().map(|line| line.variant), &order.customer_key, order.coupon.is_some());
        state.orders.insert(order.id, order);
    }
    Ok(())
}

async fn load_refunds(tx: &mut Tx, shop: ShopId, keys: &Keys, state: &mut ShopState) -> Result<()> {
    let of_payment = sql_locking!(
        "SELECT refund_id, payment_id, order_id, amount_minor, status, reason, actor, created_at
         FROM refunds WHERE shop_id = $1 AND payment_id = $2 ORDER BY refund_id"
    );
    let lines = sql!(
        "SELECT line, quantity, amount_minor, restocked FROM refund_lines WHERE shop_id = $1 AND refund_id = $2 ORDER BY line"
    );
    // Refunds are few; those of the payments at hand are all that a command can touch.
    if keys.refunds.is_empty() && !state.payments.values().any(|payment| payment.refunded_minor > 0) {
        return Ok(());
    }
    let payments: BTreeSet<PaymentId> = state.payments.keys().copied().collect();
    for row in tx.query_many(shop, of_payment, &one_by_one(&payments)).await?.into_iter().flatten() {
        let lines = tx.query(shop, lines, &params![row.get::<RefundId>(0)]).await?;
        let refund = read::refund(&row, &lines)?;
        state.refunds.insert(refund.id, refund);
    }
    Ok(())
}

/// Counts and terms of the variants. Returns which sales have which of them.
async fn load_stock(
    tx: &mut Tx,
    shop: ShopId,
    keys: &Keys,
    state: &mut ShopState,
    now: Timestamp,
) -> Result<BTreeSet<(FlashSaleId, VariantId)>> {
    let stock = sql_locking!(
        "SELECT variant_id, on_hand, reserved, allocated, movements FROM stock_items WHERE shop_id = $1 AND variant_id = $2"
    );
    let terms = sql!(
        "SELECT v.variant_id, p.title, v.option_values, v.sku, v.price_minor, v.was_price_minor, v.weight_grams, v.taxable,
             v.requires_shipping, v.stock_tracked, v.stock_policy, v.removed, p.status, p.published_at
         FROM variants v JOIN products p ON p.shop_id = v.shop_id AND p.product_id = v.product_id
         WHERE v.shop_id = $1 AND v.variant_id = $2"
    );
    let items = sql!("SELECT sale_id FROM flash_sale_items WHERE shop_id = $1 AND variant_id = $2");
    let ids = one_by_one(&keys.variants);
    let [stock, terms, items] = tx.query_all(shop, [(stock, &ids), (terms, &ids), (items, &ids)]).await?;
    for row in stock.into_iter().flatten() {
        let item = commerce::stock::StockItem { on_hand: row.get(1), reserved: row.get(2), allocated: row.get(3) };
        state.stock.insert(row.get(0), StockRow { item, movements: row.get(4) });
    }
    for row in terms.into_iter().flatten() {
        state.variants.insert(row.get(0), read::terms(&row, now)?);
    }
    let items = keys.variants.iter().zip(&items);
    Ok(items.flat_map(|(variant, rows)| rows.iter().map(|row| (row.get(0), *variant))).collect())
}

async fn load_sales(
    tx: &mut Tx,
    shop: ShopId,
    keys: &Keys,
    items: &BTreeSet<(FlashSaleId, VariantId)>,
    state: &mut ShopState,
) -> Result<()> {
    let sale = sql!(
        "SELECT sale_id, handle, name, teaser, media_id, early_access_at, opens_at, closes_at, before_opening, status
         FROM flash_sales WHERE shop_id = $1 AND sale_id = $2"
    );
    let item = sql_locking!(
        "SELECT variant_id, price_minor, quantity_offered, quantity_per_customer_max, quantity_claimed
         FROM flash_sale_items WHERE shop_id = $1 AND sale_id = $2 AND variant_id = $3"
    );
    let claim = sql!(
        "SELECT quantity FROM customer_claims WHERE shop_id = $1 AND sale_id = $2 AND variant_id = $3 AND customer_key = $4"
    );
    let sales: BTreeSet<FlashSaleId> = items.iter().map(|(sale, _)| *sale).collect();
    let pairs: Vec<Vec<Value>> = items.iter().map(|(sale, variant)| params![*sale, *variant].to_vec()).collect();
    let of_customers: Vec<(FlashSaleId, VariantId, &str)> = keys
        .claims
        .iter()
        .flat_map(|(variant, customer)| {
            let sales = items.iter().filter(move |(_, item)| item == variant);
            sales.map(|(sale, _)| (*sale, *variant, customer.as_str()))
        })
        .collect();
    let claims: Vec<Vec<Value>> =
        of_customers.iter().map(|(sale, variant, key)| params![*sale, *variant, *key].to_vec()).collect();
    let [sales, items_of_sales, claims] =
        tx.query_all(shop, [(sale, &one_by_one(&sales)), (item, &pairs), (claim, &claims)]).await?;
    for row in sales.into_iter().flatten() {
        state.sales.push(read::sale(&row)?);
    }
    for ((sale, _), rows) in items.iter().zip(items_of_sales) {
        let known = state.sales.iter_mut().find(|known| known.id == *sale);
        if let (Some(known), Some(row)) = (known, rows.first()) {
            known.items.push(read::sale_item(row));
        }
    }
    for ((sale, variant, customer), rows) in of_customers.into_iter().zip(claims) {
        if let Some(row) = rows.first() {
            state.customer_claims.insert((sale, variant, customer.to_owned()), row.get(0));
        }
    }
    Ok(())
}

async fn load_coupons(tx: &mut Tx, shop: ShopId, keys: &Keys, state: &mut ShopState) -> Result<()> {
    let by_id = sql!("SELECT code FROM coupons WHERE shop_id = $1 AND coupon_id = $2");
    let held: BTreeSet<CouponId> = state
        .reservations
        .values()
        .filter_map(|reservation| reservation.coupon)
        .chain(state.orders.values().filter_map(|order| order.coupon))
        .collect();
    let mut codes = keys.coupons.clone();
    for row in tx.query_many(shop, by_id, &one_by_one(&held)).await?.into_iter().flatten() {
        codes.insert(row.get(0));
    }
    let sql = sql_locking!(
        "SELECT coupon_id, code, kind, minimum_minor, starts_at, ends_at, uses_max, uses_per_customer_max, uses_claimed, active
         FROM coupons WHERE shop_id = $1 AND code = $2"
    );
    let claims = sql!("SELECT uses FROM coupon_claims WHERE shop_id = $1 AND coupon_id = $2 AND customer_key = $3");
    for row in tx.query_many(shop, sql, &one_by_one(&codes)).await?.into_iter().flatten() {
        let coupon = read::coupon(&row)?;
        let customers: Vec<Vec<Value>> =
            keys.coupon_customers.iter().map(|customer| params![coupon.id, customer.as_str()].to_vec()).collect();
        let rows: Vec<Vec<Row>> = tx.query_many(shop, claims, &customers).await?;
        for (customer, rows) in keys.coupon_customers.iter().zip(rows) {
            if let Some(row) = rows.first() {
                state.coupon_claims.insert((coupon.id, customer.clone()), row.get(0));
            }
        }
        state.coupons.insert(coupon.code.clone(), coupon);
    }
    Ok(())
}

/// One set of parameters per key, in the order of the keys.
fn one_by_one<T: Clone>(keys: &BTreeSet<T>) -> Vec<Vec<Value>>
where
    Value: From<T>,
{
    keys.iter().map(|key| vec![Value::from(key.clone())]).collect()
}
