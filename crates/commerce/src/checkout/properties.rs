//! What holds for every checkout, tried on random ones: what is asked for is what the cart costs by a second reckoning, and what is
//! given back comes to what was paid. A failure prints the smallest case that shows it and the seed; `PROPTEST_RNG_SEED` plays a
//! run again.

use super::*;
use crate::cart::CartLine;
use crate::customer::{Contact, customer_key};
use crate::payment::{ProviderVerdict, RefundStatus};
use crate::pricing::QuoteInput;
use crate::pricing::properties::any::{AnyCart, amount, any_cart, cart_to_be_had};
use crate::pricing::properties::{NOW, by_hand};
use crate::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use crate::stock::StockItem;
use crate::{FlashSaleId, Money, OrderId, PaymentId, VariantId};
use proptest::collection::vec;
use proptest::prelude::*;

const EMAIL: &str = "ada@example.org";

/// The shop in which this cart is one that can be checked out, as far as stock and the limits of a cart go.
fn shop_of(cart: &AnyCart) -> ShopState {
    let mut state = ShopState::empty(cart.currency);
    state.shipping = cart.shipping.clone();
    state.tax = cart.tax.clone();
    state.checkout.quantity_per_line_max = 1_000;
    state.checkout.cart_lines_max = 100;
    for line in &cart.lines {
        let terms = VariantTerms {
            title: format!("Piece {}", line.variant),
            variant_title: String::new(),
            sku: String::new(),
            price_minor: line.price_minor,
            was_price_minor: line.was_price_minor,
            weight_grams: line.weight_grams,
            taxable: line.taxable,
            requires_shipping: line.requires_shipping,
            stock_tracked: true,
            oversell: false,
            for_sale: true,
        };
        state.variants.insert(line.variant, terms);
        let item = StockItem { on_hand: 1_000, reserved: 0, allocated: 0 };
        state.stock.insert(line.variant, StockRow { item, movements: 1 });
    }
    if let Some((coupon, uses)) = &cart.coupon {
        state.coupons.insert(coupon.code.clone(), coupon.clone());
        state.coupon_claims.insert((coupon.id, customer_key(EMAIL)), *uses);
    }
    state
}

fn command_of(cart: &AnyCart, early_access: &[FlashSaleId]) -> Command {
    Command::Reserve(Box::new(ReserveCart {
        checkout_id: "page".into(),
        content_hash: String::new(),
        lines: cart.lines.iter().map(|line| CartLine { variant: line.variant, quantity: line.quantity }).collect(),
        coupon: cart.coupon.as_ref().map(|(coupon, _)| coupon.code.to_lowercase()).unwrap_or_default(),
        contact: Contact { email: EMAIL.into(), phone: String::new() },
        address: cart.address.clone(),
        shipping_method: cart.method.clone().unwrap_or_default(),
        provider: "sandbox".into(),
        payment_reference: "card".into(),
        early_access: early_access.to_vec(),
        visitor: String::new(),
    }))
}

fn run(state: &mut ShopState, id: &mut i64, command: &Command) -> Outcome {
    let mut next_id = || {
        *id += 1;
        *id
    };
    decide(state, [command], &mut Moment { now: NOW, next_id: &mut next_id }).0.remove(0)
}

/// Where a sale stands at [`NOW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    CalledOff,
    Over,
    Open,
    OpenToInvited,
    Later,
}

/// A sale of one item.
#[derive(Clone, Debug)]
struct AnySale {
    variant: VariantId,
    price_minor: i64,
    stands: Stands,
    before_opening: BeforeOpening,
    invited: bool,
}

impl AnySale {
    fn is_open_to_shopper(&self) -> bool {
        self.stands == Stands::Open || (self.stands == Stands::OpenToInvited && self.invited)
    }

    fn keeps_waiting(&self) -> bool {
        let is_upcoming = matches!(self.stands, Stands::OpenToInvited | Stands::Later);
        is_upcoming && !self.is_open_to_shopper() && self.before_opening == BeforeOpening::NotForSale
    }

    fn as_sale(&self, number: i64) -> FlashSale {
        let (early, opens, closes) = match self.stands {
            Stands::CalledOff | Stands::Open => (-20, 0, 1),
            Stands::Over => (-20, -10, 0),
            Stands::OpenToInvited => (0, 1, 2),
            Stands::Later => (1, 2, 3),
        };
        FlashSale {
            id: FlashSaleId(number),
            handle: format!("sale-{number}"),
            name: "Sale".into(),
            teaser: String::new(),
            picture: None,
            early_access_at: Some(NOW.plus_seconds(early)),
            opens_at: NOW.plus_seconds(opens),
            closes_at: NOW.plus_seconds(closes),
            before_opening: self.before_opening,
            status: if self.stands == Stands::CalledOff { FlashSaleStatus::Canceled } else { FlashSaleStatus::Scheduled },
            items: vec![FlashSaleItem {
                variant: self.variant,
                price_minor: self.price_minor,
                quantity_offered: None,
                quantity_per_customer_max: None,
                quantity_claimed: 0,
            }],
        }
    }
}

fn any_sale() -> impl Strategy<Value = AnySale> {
    let stands = prop::sample::select(
        &[
            Stands::CalledOff,
            Stands::Over,
            Stands::Open,
            Stands::Open,
            Stands::OpenToInvited,
            Stands::OpenToInvited,
            Stands::Later,
        ][..],
    );
    let before = prop_oneof![3 => Just(BeforeOpening::OrdinaryPrice), 1 => Just(BeforeOpening::NotForSale)];
    (1..=4_i64, amount(), stands, before, any::<bool>()).prop_map(|(variant, price_minor, stands, before_opening, invited)| {
        AnySale { variant: VariantId(variant), price_minor, stands, before_opening, invited }
    })
}

/// What has to become of the cart: the total, or which refusal.
fn expected(cart: &AnyCart, sales: &[AnySale]) -> Result<i128, &'static str> {
    let mut priced = cart.clone();
    for line in &mut priced.lines {
        let of_line = || sales.iter().filter(|sale| sale.variant == line.variant);
        let open = of_line().filter(|sale| sale.is_open_to_shopper()).map(|sale| sale.price_minor).min();
        if open.is_none() && of_line().any(AnySale::keeps_waiting) {
            return Err("not open yet");
        }
        line.price_minor = open.unwrap_or(line.price_minor);
    }
    let input: QuoteInput<'_> = priced.input();
    let cost = by_hand::cost(&input);
    match () {
        () if cart.lines.is_empty() => Err("empty"),
        () if cart.coupon.is_some() && !cost.coupon_counts => Err("coupon"),
        () if cart.lines.iter().any(|line| line.requires_shipping) && cost.delivery.is_none() => Err("delivery"),
        () => Ok(cost.total),
    }
}

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
    fn the_customer_is_asked_for_what_the_cart_costs_by_hand(
        cart in prop_oneof![3 => cart_to_be_had(6), 1 => any_cart(6)],
        sales in vec(any_sale(), 0..6)) {
        let mut state = shop_of(&cart);
        state.sales = (1..).zip(&sales).map(|(number, sale)| sale.as_sale(number)).collect();
        let invited: Vec<FlashSaleId> = (1..).zip(&sales).filter(|(_, sale)| sale.invited).map(|(number, _)| FlashSaleId(number)).collect();
        let outcome = run(&mut state, &mut 100, &command_of(&cart, &invited));
        let told = match &outcome {
            Outcome::Reserved { amount, .. } => Ok(i128::from(amount.amount_minor)),
            Outcome::Refused(Refusal::EmptyCart) => Err("empty"),
            Outcome::Refused(Refusal::NotOpenYet { .. }) => Err("not open yet"),
            Outcome::Refused(Refusal::Coupon(_)) => Err("coupon"),
            Outcome::Refused(Refusal::NoShippingThere | Refusal::ShippingMethodUnavailable) => Err("delivery"),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(told, expected(&cart, &sales));
    }

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
        // An order that was called off before anything was sent has given all of it back, whatever its units say.
        if paid.given().0 == paid.total {
            return Ok(());
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
