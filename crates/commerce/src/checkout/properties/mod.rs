//! What holds for every checkout, tried on random ones: what is asked for is what the cart costs by a second reckoning, and
//! (`refunds`) what is given back comes to what was paid. A failure prints the smallest case that shows it and the seed;
//! `PROPTEST_RNG_SEED` plays a run again.

mod refunds;

use super::*;
use crate::cart::CartLine;
use crate::customer::{Contact, customer_key};
use crate::pricing::QuoteInput;
use crate::pricing::properties::any::{AnyCart, amount, any_cart, cart_to_be_had};
use crate::pricing::properties::{NOW, by_hand};
use crate::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use crate::stock::StockItem;
use crate::{FlashSaleId, VariantId};
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
        total_seen_minor: None,
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

proptest! {
    #[test]
    fn the_customer_is_asked_for_what_the_cart_costs_by_hand(
        cart in prop_oneof![3 => cart_to_be_had(6), 1 => any_cart(6)],
        sales in vec(any_sale(), 0..6),
    ) {
        let mut state = shop_of(&cart);
        state.sales = (1..).zip(&sales).map(|(number, sale)| sale.as_sale(number)).collect();
        let invited = (1..).zip(&sales).filter(|(_, sale)| sale.invited).map(|(number, _)| FlashSaleId(number));
        let invited: Vec<FlashSaleId> = invited.collect();
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
}
