//! What is given back comes to what was paid, and never to more: in whatever order, in however many parts, and whatever the
//! provider refuses in between.

use super::*;
use crate::customer::Address;
use crate::payment::{ProviderVerdict, RefundStatus};
use crate::pricing::{Coupon, CouponKind, QuoteLineInput};
use crate::shop::{ShippingSettings, TaxSettings};
use crate::{CouponId, Currency, Money, OrderId, PaymentId};

/// What was paid for one order, and what has gone back so far.
struct Paid {
    state: ShopState,
    id: i64,
    order: OrderId,
    total: i64,
    /// What delivery cost, with its tax.
    delivery: i64,
}

/// Buys the cart.
fn bought(cart: &AnyCart) -> Paid {
    let (mut state, mut id) = (shop_of(cart), 100);
    let Outcome::Reserved { payment, amount, quote, .. } = run(&mut state, &mut id, &command_of(cart, &[])) else {
        panic!("it can be had")
    };
    let verdict = ProviderVerdict::Captured { amount_minor: amount.amount_minor, currency: amount.currency.code().into() };
    let paid = settle_command(payment, verdict);
    let Outcome::Placed { order, .. } = run(&mut state, &mut id, &paid) else { panic!("what is held and paid is placed") };
    let of_lines: i64 = quote.lines.iter().map(|line| line.total_minor).sum();
    Paid { state, id, order, total: amount.amount_minor, delivery: amount.amount_minor - of_lines }
}

fn settle_command(payment: PaymentId, verdict: ProviderVerdict) -> Command {
    Command::Settle { payment, reference: String::new(), verdict }
}

/// What a seller or the provider does next.
#[derive(Clone, Debug)]
enum Step {
    /// Give units of some lines back, and some money on top.
    Refund { lines: Vec<(usize, u32)>, extra_minor: i64, restock: Restock },
    /// The provider says yes or no to the refund that waits longest.
    Hear { is_refused: bool },
    /// Send units of a line.
    Send { line: usize, units: u32 },
    /// Call off what was not sent.
    Cancel,
}

fn any_step() -> impl Strategy<Value = Step> {
    let restock = || prop::sample::select(&[Restock::Yes, Restock::No][..]);
    let units = || prop_oneof![3 => 1..=2_u32, 1 => 1..=20_u32];
    prop_oneof![
        5 => (vec((0..3_usize, units()), 0..=2), prop_oneof![2 => Just(0), 1 => amount()], restock())
            .prop_map(|(lines, extra_minor, restock)| Step::Refund { lines, extra_minor, restock }),
        4 => any::<bool>().prop_map(|is_refused| Step::Hear { is_refused }),
        2 => (0..3_usize, units()).prop_map(|(line, units)| Step::Send { line, units }),
        1 => Just(Step::Cancel),
    ]
}

impl Paid {
    fn run(&mut self, command: &Command) -> Outcome {
        run(&mut self.state, &mut self.id, command)
    }

    fn refund(&mut self, lines: &[(u32, u32)], extra_minor: i64, restock: Restock) -> Outcome {
        let lines = lines.iter().map(|(line, quantity)| LineRefund { line: *line, quantity: *quantity, restock }).collect();
        self.run(&Command::RefundOrder { order: self.order, lines, extra_minor, reason: String::new(), actor: "ines".into() })
    }

    fn take(&mut self, step: &Step) {
        let lines = self.state.orders[&self.order].lines.len();
        let number = |place: usize| u32::try_from(place % lines + 1).expect("carts are short");
        let (order, actor) = (self.order, "ines".to_owned());
        match step {
            Step::Refund { lines, extra_minor, restock } => {
                let lines: Vec<(u32, u32)> = lines.iter().map(|(place, units)| (number(*place), *units)).collect();
                self.refund(&lines, *extra_minor, *restock);
            }
            Step::Hear { is_refused } => self.hear(*is_refused),
            Step::Send { line, units } => {
                let lines = vec![(number(*line), *units)];
                self.run(&Command::FulfillOrder { order, lines, carrier: String::new(), tracking: String::new(), actor });
            }
            Step::Cancel => _ = self.run(&Command::CancelOrder { order, reason: String::new(), actor }),
        }
    }

    fn hear(&mut self, is_refused: bool) {
        let waiting = self.state.refunds.values().find(|refund| refund.status == RefundStatus::Pending).map(|refund| refund.id);
        let Some(refund) = waiting else { return };
        let result = if is_refused { RefundResult::Failed { reason: "closed".into() } } else { RefundResult::Succeeded };
        assert_eq!(self.run(&Command::SettleRefund { refund, result }), Outcome::Done);
    }

    /// What has gone back or is on its way: in all, and of it what was on top of the lines.
    fn given(&self) -> (i64, i64) {
        let standing = || self.state.refunds.values().filter(|refund| refund.status != RefundStatus::Failed);
        let all: i64 = standing().map(|refund| refund.amount_minor).sum();
        let of_lines: i64 = standing().flat_map(|refund| &refund.lines).map(|line| line.amount_minor).sum();
        (all, all - of_lines)
    }

    /// Gives every unit that is still paid for back, by as few at a time as are worth anything; which refusals there were
    /// beside that.
    fn refund_every_unit(&mut self) -> Vec<Outcome> {
        let mut refused = Vec::new();
        for line in self.state.orders[&self.order].lines.clone() {
            let (mut left, mut units) = (line.quantity - line.refunded, 1);
            while units <= left {
                match self.refund(&[(line.line, units)], 0, Restock::No) {
                    Outcome::RefundDue { .. } => (left, units) = (left - units, 1),
                    Outcome::Refused(Refusal::NothingToDo) => units += 1,
                    other => {
                        refused.push(other);
                        units += 1;
                    }
                }
            }
        }
        refused
    }
}

/// A cart of which every unit can be given back one by one in a moment.
fn short_cart() -> impl Strategy<Value = AnyCart> {
    cart_to_be_had(3).prop_map(|mut cart| {
        cart.lines.iter_mut().for_each(|line| line.quantity = line.quantity.min(20));
        cart
    })
}

proptest! {
    #[test]
    fn whatever_is_given_back_and_refused_in_between_is_never_more_than_was_paid(
        cart in short_cart(),
        steps in vec(any_step(), 0..24),
    ) {
        let mut paid = bought(&cart);
        for step in &steps {
            paid.take(step);
            let order = &paid.state.orders[&paid.order];
            prop_assert_eq!(order.refunded_minor, paid.given().0, "after {:?}", step);
            prop_assert!((0..=paid.total).contains(&order.refunded_minor), "after {:?}", step);
        }
    }

    #[test]
    fn every_unit_and_the_delivery_come_to_exactly_what_was_paid(
        cart in short_cart(),
        steps in vec(any_step(), 0..24),
    ) {
        let mut paid = bought(&cart);
        // Nothing on top of the lines yet: it would be missing for the last line.
        for step in &steps {
            match step {
                Step::Refund { lines, restock, .. } => {
                    paid.take(&Step::Refund { lines: lines.clone(), extra_minor: 0, restock: *restock });
                }
                other => paid.take(other),
            }
        }
        prop_assert_eq!(paid.refund_every_unit(), []);
        let (given, extra) = paid.given();
        prop_assert_eq!(given - extra, paid.total - paid.delivery, "all lines");
        // No more at once than an amount may be; delivery with its tax can be twice that.
        let mut left = paid.delivery - extra;
        while left > 0 {
            let part = left.min(Money::INPUT_MINOR_MAX);
            let given = paid.refund(&[], part, Restock::No);
            prop_assert!(matches!(given, Outcome::RefundDue { .. }), "{:?}", given);
            left -= part;
        }
        prop_assert_eq!(paid.given().0, paid.total);
        prop_assert_eq!(paid.refund(&[], 1, Restock::No), Outcome::Refused(Refusal::MoreThanPaid { left_minor: 0 }));
    }
}

/// Three units for 10.00 together, which no unit's share divides.
fn three_units_for_ten() -> AnyCart {
    let line = QuoteLineInput {
        variant: VariantId(1),
        quantity: 3,
        price_minor: 500,
        was_price_minor: None,
        sale: None,
        weight_grams: 0,
        taxable: false,
        requires_shipping: false,
    };
    let five_off = Coupon {
        id: CouponId(1),
        code: "FIVE".into(),
        kind: CouponKind::Fixed { amount_minor: 500 },
        minimum_minor: 0,
        starts_at: None,
        ends_at: None,
        uses_max: None,
        uses_per_customer_max: None,
        uses_claimed: 0,
        active: true,
    };
    AnyCart {
        currency: Currency::from_code("EUR").expect("a known code"),
        lines: vec![line],
        coupon: Some((five_off, 0)),
        address: Address::default(),
        method: None,
        shipping: ShippingSettings::default(),
        tax: TaxSettings::default(),
    }
}

#[test]
fn what_the_provider_has_refused_can_be_given_back_later_to_the_cent() {
    let refund = |units, restock| Step::Refund { lines: vec![(0, units)], extra_minor: 0, restock };
    let refused = || Step::Hear { is_refused: true };
    for steps in [
        vec![refund(1, Restock::No), refund(2, Restock::No), refused()],
        vec![refund(1, Restock::No), refund(1, Restock::No), refused(), refund(1, Restock::No)],
        vec![refund(1, Restock::Yes), Step::Cancel, refused()],
        vec![refund(1, Restock::Yes), refused(), Step::Cancel],
        vec![refund(1, Restock::Yes), refused(), refund(1, Restock::Yes), Step::Cancel, refused()],
    ] {
        let mut paid = bought(&three_units_for_ten());
        steps.iter().for_each(|step| paid.take(step));
        assert_eq!(paid.refund_every_unit(), [], "{steps:?}");
        assert_eq!(paid.given(), (1_000, 0), "{steps:?}");
    }
}
