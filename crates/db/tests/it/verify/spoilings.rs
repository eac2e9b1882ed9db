//! Rows changed behind the shop's back: the claims that break by it, the statement that spoils and the one that mends.

use db::{ShopSql, sql};

pub type Spoilings = &'static [(&'static [&'static str], [ShopSql; 2])];

pub const OF_STOCK: Spoilings = &[
    (
        &["I1"],
        [
            sql!("UPDATE stock_movements SET kind = 'adjustment' WHERE shop_id = $1 AND kind = 'ship'"),
            sql!("UPDATE stock_movements SET kind = 'ship' WHERE shop_id = $1 AND kind = 'adjustment' AND allocated_delta <> 0"),
        ],
    ),
    (
        &["I2", "D5"],
        [
            sql!("UPDATE order_lines SET fulfilled = 1 WHERE shop_id = $1 AND line = 2"),
            sql!("UPDATE order_lines SET fulfilled = 0 WHERE shop_id = $1 AND line = 2"),
        ],
    ),
    (
        &["I2", "I4", "L1"],
        [
            sql!("UPDATE reservation_lines SET quantity = quantity + 1 WHERE shop_id = $1 AND variant_id = 2 AND quantity = 2"),
            sql!("UPDATE reservation_lines SET quantity = quantity - 1 WHERE shop_id = $1 AND variant_id = 2 AND quantity = 3"),
        ],
    ),
    (
        &["I3"],
        [
            sql!("UPDATE stock_items SET on_hand = on_hand + 1 WHERE shop_id = $1 AND variant_id = 1"),
            sql!("UPDATE stock_items SET on_hand = on_hand - 1 WHERE shop_id = $1 AND variant_id = 1"),
        ],
    ),
    (
        &["I3"],
        [
            sql!(
                "UPDATE stock_movements SET on_hand_after = on_hand_after + 1
                 WHERE shop_id = $1 AND variant_id = 1 AND sequence = 3"
            ),
            sql!(
                "UPDATE stock_movements SET on_hand_after = on_hand_after - 1
                 WHERE shop_id = $1 AND variant_id = 1 AND sequence = 3"
            ),
        ],
    ),
    (
        &["I3"],
        [
            sql!("UPDATE stock_movements SET sequence = 1000 WHERE shop_id = $1 AND variant_id = 1 AND kind = 'initial'"),
            sql!("UPDATE stock_movements SET sequence = 1 WHERE shop_id = $1 AND variant_id = 1 AND kind = 'initial'"),
        ],
    ),
    (
        &["I4", "D3"],
        [
            sql!("UPDATE reservations SET status = 'released' WHERE shop_id = $1 AND status = 'converted'"),
            sql!(
                "UPDATE reservations SET status = 'converted' WHERE shop_id = $1 AND status = 'released'
                 AND reservation_id IN (SELECT o.reservation_id FROM orders o WHERE o.shop_id = $1)"
            ),
        ],
    ),
    (
        &["I4"],
        [
            sql!(
                "UPDATE stock_movements SET cause = 'reservation:1' || SUBSTR(cause, 13) WHERE shop_id = $1 AND kind = 'release'"
            ),
            sql!(
                "UPDATE stock_movements SET cause = 'reservation:' || SUBSTR(cause, 14) WHERE shop_id = $1 AND kind = 'release'"
            ),
        ],
    ),
    (
        &["I6"],
        [
            sql!("UPDATE reservations SET expires_at = expires_at + 100000000000 WHERE shop_id = $1 AND status = 'active'"),
            sql!("UPDATE reservations SET expires_at = expires_at - 100000000000 WHERE shop_id = $1 AND status = 'active'"),
        ],
    ),
];

pub const OF_ORDERS_AND_MONEY: Spoilings = &[
    (
        &["D2"],
        [
            sql!("UPDATE checkouts SET order_id = NULL WHERE shop_id = $1 AND checkout_id = 'ada-1'"),
            sql!(
                "UPDATE checkouts SET order_id = (SELECT o.order_id FROM orders o WHERE o.shop_id = $1 AND o.checkout_id = 'ada-1')
                 WHERE shop_id = $1 AND checkout_id = 'ada-1'"
            ),
        ],
    ),
    (
        &["D1"],
        [
            sql!("UPDATE checkouts SET order_id = 1 WHERE shop_id = $1 AND checkout_id = 'ben-3'"),
            sql!("UPDATE checkouts SET order_id = NULL WHERE shop_id = $1 AND checkout_id = 'ben-3'"),
        ],
    ),
    (
        &["D2"],
        [
            sql!("UPDATE orders SET number = 2002 WHERE shop_id = $1 AND number = 1002"),
            sql!("UPDATE orders SET number = 1002 WHERE shop_id = $1 AND number = 2002"),
        ],
    ),
    (
        &["P1", "P5"],
        [
            sql!("UPDATE payments SET order_id = NULL WHERE shop_id = $1 AND checkout_id = 'ada-2'"),
            sql!(
                "UPDATE payments SET order_id = (SELECT o.order_id FROM orders o WHERE o.shop_id = $1 AND o.checkout_id = 'ada-2')
                 WHERE shop_id = $1 AND checkout_id = 'ada-2'"
            ),
        ],
    ),
    (
        &["P2"],
        [
            sql!("UPDATE orders SET total_minor = total_minor + 1 WHERE shop_id = $1 AND number = 1002"),
            sql!("UPDATE orders SET total_minor = total_minor - 1 WHERE shop_id = $1 AND number = 1002"),
        ],
    ),
    (
        &["P2"],
        [
            sql!("UPDATE order_lines SET tax_minor = tax_minor + 1 WHERE shop_id = $1 AND line = 2"),
            sql!("UPDATE order_lines SET tax_minor = tax_minor - 1 WHERE shop_id = $1 AND line = 2"),
        ],
    ),
    (
        &["P2"],
        [
            sql!("UPDATE orders SET currency = 'USD' WHERE shop_id = $1 AND number = 1001"),
            sql!("UPDATE orders SET currency = 'EUR' WHERE shop_id = $1 AND number = 1001"),
        ],
    ),
    (
        &["P4"],
        [
            sql!("UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE shop_id = $1 AND debit = 'refunds'"),
            sql!("UPDATE ledger_entries SET amount_minor = amount_minor - 1 WHERE shop_id = $1 AND debit = 'refunds'"),
        ],
    ),
    (
        &["P4"],
        [
            sql!("UPDATE orders SET refunded_minor = refunded_minor + 1 WHERE shop_id = $1 AND number = 1001"),
            sql!("UPDATE orders SET refunded_minor = refunded_minor - 1 WHERE shop_id = $1 AND number = 1001"),
        ],
    ),
    (
        &["P4"],
        [
            sql!("UPDATE payments SET refunded_minor = refunded_minor + 1 WHERE shop_id = $1 AND checkout_id = 'ada-1'"),
            sql!("UPDATE payments SET refunded_minor = refunded_minor - 1 WHERE shop_id = $1 AND checkout_id = 'ada-1'"),
        ],
    ),
    (
        &["D1"],
        [
            sql!("UPDATE shop_counters SET value = value + 1 WHERE shop_id = $1 AND name = 'order_number'"),
            sql!("UPDATE shop_counters SET value = value - 1 WHERE shop_id = $1 AND name = 'order_number'"),
        ],
    ),
    (
        &["D1"],
        [
            sql!("UPDATE outbox SET subject_id = -subject_id WHERE shop_id = $1 AND kind = 'order_placed'"),
            sql!("UPDATE outbox SET subject_id = -subject_id WHERE shop_id = $1 AND kind = 'order_placed'"),
        ],
    ),
    (
        &["D3"],
        [
            sql!(
                "UPDATE payments SET checkout_id = 'somebody-' || checkout_id WHERE shop_id = $1 AND checkout_id = 'ben-1'"
            ),
            sql!("UPDATE payments SET checkout_id = 'ben-1' WHERE shop_id = $1 AND checkout_id = 'somebody-ben-1'"),
        ],
    ),
    (
        &["D3"],
        [
            sql!("UPDATE payments SET reservation_id = -reservation_id WHERE shop_id = $1 AND checkout_id = 'ben-1'"),
            sql!("UPDATE payments SET reservation_id = -reservation_id WHERE shop_id = $1 AND checkout_id = 'ben-1'"),
        ],
    ),
    (
        &["D5"],
        [
            sql!("UPDATE orders SET status = 'completed' WHERE shop_id = $1 AND number = 1001"),
            sql!("UPDATE orders SET status = 'open' WHERE shop_id = $1 AND number = 1001"),
        ],
    ),
    (
        &["D5"],
        [
            sql!("UPDATE orders SET fulfillment_status = 'unfulfilled' WHERE shop_id = $1 AND number = 1001"),
            sql!("UPDATE orders SET fulfillment_status = 'partial' WHERE shop_id = $1 AND number = 1001"),
        ],
    ),
    (
        &["D5"],
        [
            sql!("UPDATE order_events SET actor = '' WHERE shop_id = $1 AND kind = 'fulfilled'"),
            sql!("UPDATE order_events SET actor = 'ines@juniper.example' WHERE shop_id = $1 AND kind = 'fulfilled'"),
        ],
    ),
    (
        &["D5"],
        [
            sql!("UPDATE order_events SET kind = 'sent' WHERE shop_id = $1 AND kind = 'fulfilled'"),
            sql!("UPDATE order_events SET kind = 'fulfilled' WHERE shop_id = $1 AND kind = 'sent'"),
        ],
    ),
    (
        &["D5"],
        [
            sql!("UPDATE order_events SET at = at - 86400000000 WHERE shop_id = $1 AND kind = 'canceled'"),
            sql!("UPDATE order_events SET at = at + 86400000000 WHERE shop_id = $1 AND kind = 'canceled'"),
        ],
    ),
    (
        &["D5"],
        [
            sql!("UPDATE fulfillment_lines SET quantity = quantity + 1 WHERE shop_id = $1"),
            sql!("UPDATE fulfillment_lines SET quantity = quantity - 1 WHERE shop_id = $1"),
        ],
    ),
    (
        &["D3", "K1", "K3"],
        [
            sql!("UPDATE reservations SET checkout_id = 'ada-x' WHERE shop_id = $1 AND checkout_id = 'ben-1'"),
            sql!("UPDATE reservations SET checkout_id = 'ben-1' WHERE shop_id = $1 AND checkout_id = 'ada-x'"),
        ],
    ),
    (
        &["K3"],
        [
            sql!("UPDATE checkouts SET reservation_id = -reservation_id WHERE shop_id = $1 AND checkout_id = 'ben-1'"),
            sql!("UPDATE checkouts SET reservation_id = -reservation_id WHERE shop_id = $1 AND checkout_id = 'ben-1'"),
        ],
    ),
    (
        &["P4", "P5"],
        [
            sql!("UPDATE refunds SET status = 'failed' WHERE shop_id = $1 AND order_id IS NULL"),
            sql!("UPDATE refunds SET status = 'succeeded' WHERE shop_id = $1 AND order_id IS NULL"),
        ],
    ),
];

pub const OF_LIMITS: Spoilings = &[
    (
        &["L1"],
        [
            sql!("UPDATE flash_sale_items SET quantity_claimed = quantity_claimed + 1 WHERE shop_id = $1"),
            sql!("UPDATE flash_sale_items SET quantity_claimed = quantity_claimed - 1 WHERE shop_id = $1"),
        ],
    ),
    (
        &["L1"],
        [
            sql!("UPDATE customer_claims SET quantity = quantity + 1 WHERE shop_id = $1 AND customer_key = 'ada@example.org'"),
            sql!("UPDATE customer_claims SET quantity = quantity - 1 WHERE shop_id = $1 AND customer_key = 'ada@example.org'"),
        ],
    ),
    (
        &["L2"],
        [
            sql!("UPDATE coupons SET uses_claimed = uses_claimed - 1 WHERE shop_id = $1"),
            sql!("UPDATE coupons SET uses_claimed = uses_claimed + 1 WHERE shop_id = $1"),
        ],
    ),
    (
        &["L2"],
        [
            sql!("UPDATE coupon_claims SET uses = uses + 1 WHERE shop_id = $1"),
            sql!("UPDATE coupon_claims SET uses = uses - 1 WHERE shop_id = $1"),
        ],
    ),
];
