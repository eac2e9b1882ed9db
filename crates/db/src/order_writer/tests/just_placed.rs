//! What is kept of the orders of the last seconds, and how much of it.

use crate::order_writer::just_placed::{FRESH_MICROS, JustPlaced, ORDERS_MAX};
use commerce::checkout::ShopState;
use commerce::customer::{Address, Contact};
use commerce::order::{FulfillmentStatus, Order, OrderDetails, OrderStatus};
use commerce::pricing::{QuoteInput, quote};
use commerce::shop::{ShippingSettings, TaxSettings};
use commerce::{Currency, OrderId, PaymentId, ReservationId, ShopId, Timestamp};

const SHOP: ShopId = ShopId(1);
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn euro() -> Currency {
    Currency::from_code("EUR").expect("the euro exists")
}

fn order(number: i64) -> Order {
    let (shipping, tax) = (ShippingSettings::default(), TaxSettings::default());
    let input = QuoteInput {
        currency: euro(),
        lines: &[],
        coupon: None,
        address: None,
        shipping_method: None,
        shipping: &shipping,
        tax: &tax,
        now: NOW,
    };
    Order {
        id: OrderId(number),
        number,
        checkout_id: String::new(),
        reservation: ReservationId(number),
        payment: PaymentId(number),
        status: OrderStatus::Open,
        fulfillment_status: FulfillmentStatus::Unfulfilled,
        customer_key: String::new(),
        coupon: None,
        currency: euro(),
        total_minor: 1_000,
        refunded_minor: 0,
        details: OrderDetails {
            contact: Contact { email: String::new(), phone: String::new() },
            address: Address::default(),
            quote: quote(&input),
            names: Vec::new(),
        },
        placed_at: NOW,
        lines: Vec::new(),
    }
}

fn publish(kept: &JustPlaced, shop: ShopId, orders: impl IntoIterator<Item = Order>) {
    let mut state = ShopState::empty(euro());
    state.orders = orders.into_iter().map(|order| (order.id, order)).collect();
    kept.publish(shop, &mut state);
}

#[test]
fn an_order_is_kept_for_ten_seconds_of_the_given_clock_and_for_its_own_shop() {
    let kept = JustPlaced::default();
    publish(&kept, SHOP, [order(1)]);
    for (micros, is_kept) in [(0, true), (FRESH_MICROS - 1, true), (FRESH_MICROS, false), (-1, false)] {
        assert_eq!(kept.get(SHOP, 1, Timestamp(NOW.0 + micros)).is_some(), is_kept, "after {micros} microseconds");
    }
    assert!(kept.get(ShopId(2), 1, NOW).is_none() && kept.get(SHOP, 2, NOW).is_none());
}

#[test]
fn an_order_that_anything_has_happened_to_is_forgotten() {
    let touched = [
        Order { status: OrderStatus::Canceled, ..order(1) },
        Order { fulfillment_status: FulfillmentStatus::Partial, ..order(1) },
        Order { refunded_minor: 1, ..order(1) },
    ];
    for order_now in touched {
        let kept = JustPlaced::default();
        publish(&kept, SHOP, [order(1), order(2)]);
        publish(&kept, SHOP, [order_now.clone()]);
        assert!(kept.get(SHOP, 1, NOW).is_none(), "{order_now:?}");
        assert!(kept.get(SHOP, 2, NOW).is_some(), "the others stay");
    }
}

#[test]
fn a_crowd_of_orders_takes_no_more_memory_than_was_agreed() {
    let kept = JustPlaced::default();
    let orders_max = i64::try_from(ORDERS_MAX).expect("it is no large number");
    for batch in 0..3 {
        let first = batch * orders_max;
        // Half of each batch comes twice, as when pages are sent again.
        publish(&kept, SHOP, (first..first + orders_max / 2).map(order));
        publish(&kept, SHOP, (first..first + orders_max).map(order));
        publish(&kept, SHOP, [Order { refunded_minor: 1, ..order(first) }]);
        assert!(kept.len() <= ORDERS_MAX, "{} are kept", kept.len());
        assert!(kept.get(SHOP, first + orders_max - 1, NOW).is_some(), "the latest is there");
        assert!(batch == 0 || kept.get(SHOP, first - orders_max + 1, NOW).is_none(), "the oldest is forgotten");
    }
}
