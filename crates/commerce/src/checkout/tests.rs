//! Cases of the checkout, as tables of state, commands and outcomes. The order writer's tests try the same door on real
//! databases.

use super::*;
use crate::cart::CartLine;
use crate::customer::{Address, Contact};
use crate::payment::ProviderVerdict;
use crate::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use crate::shop::{ShippingMethod, ShippingSettings, ShippingZone};
use crate::stock::StockItem;
use crate::{Currency, FlashSaleId, Timestamp, VariantId};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const BEANS: VariantId = VariantId(1);
const MUG: VariantId = VariantId(2);

/// Juniper Roasters: ten bags of beans at 10.00 and two mugs at 8.00; delivery to Germany for 4.90.
fn juniper_roasters() -> ShopState {
    let mut state = ShopState::empty(Currency::from_code("EUR").expect("a known code"));
    let post = ShippingMethod {
        key: "post".into(),
        name: "Post".into(),
        price_minor: 490,
        weight_grams_min: None,
        weight_grams_max: None,
        total_minor_min: None,
        total_minor_max: None,
    };
    let zone = ShippingZone { name: "Germany".into(), countries: vec!["DE".into()], methods: vec![post] };
    state.shipping = ShippingSettings { zones: vec![zone] };
    for (variant, title, price_minor, on_hand) in [(BEANS, "Beans", 1_000, 10), (MUG, "Mug", 800, 2)] {
        let terms = VariantTerms {
            title: title.into(),
            variant_title: String::new(),
            sku: String::new(),
            price_minor,
            was_price_minor: None,
            weight_grams: 250,
            taxable: true,
            requires_shipping: true,
            stock_tracked: true,
            oversell: false,
            for_sale: true,
        };
        state.variants.insert(variant, terms);
        state.stock.insert(variant, StockRow { item: StockItem { on_hand, reserved: 0, allocated: 0 }, movements: 1 });
    }
    state
}

fn sale(opens_in_seconds: i64, before_opening: BeforeOpening) -> FlashSale {
    FlashSale {
        id: FlashSaleId(9),
        handle: "mugs".into(),
        name: "Mugs".into(),
        teaser: String::new(),
        picture: None,
        early_access_at: Some(NOW.plus_seconds(-1)),
        opens_at: NOW.plus_seconds(opens_in_seconds),
        closes_at: NOW.plus_seconds(opens_in_seconds + 3_600),
        before_opening,
        status: FlashSaleStatus::Scheduled,
        items: vec![FlashSaleItem {
            variant: MUG,
            price_minor: 500,
            quantity_offered: None,
            quantity_per_customer_max: None,
            quantity_claimed: 0,
        }],
    }
}

fn cart(lines: &[(VariantId, u32)]) -> ReserveCart {
    ReserveCart {
        checkout_id: format!("{lines:?}"),
        content_hash: String::new(),
        lines: lines.iter().map(|(variant, quantity)| CartLine { variant: *variant, quantity: *quantity }).collect(),
        coupon: String::new(),
        contact: Contact { email: "ada@example.org".into(), phone: String::new() },
        address: Address { country: "DE".into(), ..Address::default() },
        shipping_method: "post".into(),
        provider: "sandbox".into(),
        payment_reference: "card".into(),
        early_access: Vec::new(),
        total_seen_minor: None,
        visitor: String::new(),
    }
}

fn run(state: &mut ShopState, commands: &[Command]) -> (Vec<Outcome>, Vec<Change>) {
    // No id comes twice.
    let mut id = 100 * (1 + state.reservations.len() as i64);
    let mut next_id = || {
        id += 1;
        id
    };
    decide(state, commands, &mut Moment { now: NOW, next_id: &mut next_id })
}

/// One cart in a fresh shop: what it comes to, or why not.
fn check(change: impl FnOnce(&mut ShopState, &mut ReserveCart), lines: &[(VariantId, u32)], expected: Result<i64, Refusal>) {
    let (mut state, mut cart) = (juniper_roasters(), cart(lines));
    change(&mut state, &mut cart);
    let before = state.clone();
    let (outcomes, changes) = run(&mut state, &[Command::Reserve(Box::new(cart))]);
    match (&outcomes[0], expected) {
        (Outcome::Reserved { amount, .. }, Ok(total)) => assert_eq!(amount.amount_minor, total, "{lines:?}"),
        (Outcome::Refused(refusal), Err(expected)) => {
            assert_eq!(refusal, &expected);
            assert!(changes.is_empty() && state == before, "a refused cart leaves nothing behind: {changes:?}");
        }
        (outcome, expected) => panic!("{lines:?} gave {outcome:?} where {expected:?} was expected"),
    }
}

fn sold_out(variant: VariantId, title: &str, available: i64) -> Refusal {
    Refusal::SoldOut { variant, title: title.into(), available }
}

#[test]
fn a_cart_is_held_whole_or_not_at_all() {
    check(|_, _| {}, &[(BEANS, 2), (MUG, 1)], Ok(2_000 + 800 + 490));
    check(|_, _| {}, &[(BEANS, 1), (MUG, 3)], Err(sold_out(MUG, "Mug", 2)));
    check(|_, _| {}, &[(MUG, 2), (MUG, 1)], Err(sold_out(MUG, "Mug", 2)));
    check(|_, _| {}, &[], Err(Refusal::EmptyCart));
    check(|_, _| {}, &[(BEANS, 0)], Err(Refusal::EmptyCart));
    check(|_, _| {}, &[(VariantId(99), 1)], Err(Refusal::NotForSale { variant: VariantId(99) }));
    check(|_, _| {}, &[(BEANS, u32::MAX)], Err(Refusal::TooManyUnits { variant: BEANS, quantity_max: 20 }));
    check(|_, _| {}, &[(BEANS, u32::MAX), (BEANS, 9)], Err(Refusal::TooManyUnits { variant: BEANS, quantity_max: 20 }));
}

#[test]
fn what_is_held_dearer_than_the_page_says_is_held_anew_where_it_has_become_cheaper() {
    let reserve = |total_seen_minor| Command::Reserve(Box::new(ReserveCart { total_seen_minor, ..cart(&[(MUG, 2)]) }));
    // What each attempt costs, and whether it is the same hold.
    let check = |price_minor_later, total_seen_minor, expected: (i64, bool)| {
        let mut state = juniper_roasters();
        let (first, _) = run(&mut state, &[reserve(Some(2_090))]);
        let Outcome::Reserved { reservation, payment, .. } = first[0] else { panic!("{first:?}") };
        let verdict = ProviderVerdict::Declined { code: "card_declined".into() };
        run(&mut state, &[Command::Settle { payment, reference: String::new(), verdict }]);
        state.variants.get_mut(&MUG).expect("mugs are there").price_minor = price_minor_later;
        let (again, _) = run(&mut state, &[reserve(total_seen_minor)]);
        let Outcome::Reserved { reservation: held, amount, .. } = &again[0] else { panic!("{again:?}") };
        assert_eq!((amount.amount_minor, *held == reservation), expected, "{price_minor_later} {total_seen_minor:?}");
        assert_eq!(state.stock[&MUG].item.reserved, 2, "only one hold is left");
    };
    check(800, Some(2_090), (2_090, true));
    check(500, Some(1_490), (1_490, false));
    check(500, Some(2_090), (2_090, true));
    check(500, None, (2_090, true));
    check(900, Some(1_490), (2_090, true));
}

#[test]
fn what_cannot_be_delivered_is_not_held() {
    check(|_, cart| cart.address.country = "AQ".into(), &[(BEANS, 1)], Err(Refusal::NoShippingThere));
    check(|_, cart| cart.shipping_method = "pigeon".into(), &[(BEANS, 1)], Err(Refusal::ShippingMethodUnavailable));
    let downloads = |state: &mut ShopState, cart: &mut ReserveCart| {
        cart.shipping_method.clear();
        state.variants.values_mut().for_each(|terms| terms.requires_shipping = false);
    };
    check(downloads, &[(BEANS, 1)], Ok(1_000));
}

#[test]
fn nothing_of_a_sale_is_sold_before_it_opens_but_to_the_invited() {
    let closed = |state: &mut ShopState, _: &mut ReserveCart| state.sales.push(sale(60, BeforeOpening::NotForSale));
    let opens_in = |seconds| Refusal::NotOpenYet { variant: MUG, title: "Mug".into(), opens_at: NOW.plus_seconds(seconds) };
    check(closed, &[(MUG, 1)], Err(opens_in(60)));
    check(closed, &[(BEANS, 1)], Ok(1_490));
    let ordinary = |state: &mut ShopState, _: &mut ReserveCart| state.sales.push(sale(60, BeforeOpening::OrdinaryPrice));
    check(ordinary, &[(MUG, 1)], Ok(800 + 490));
    let invited = |state: &mut ShopState, cart: &mut ReserveCart| {
        state.sales.push(sale(60, BeforeOpening::NotForSale));
        cart.early_access = vec![FlashSaleId(9)];
    };
    check(invited, &[(MUG, 1)], Ok(500 + 490));
    let invited_elsewhere = |state: &mut ShopState, cart: &mut ReserveCart| {
        state.sales.push(sale(60, BeforeOpening::NotForSale));
        cart.early_access = vec![FlashSaleId(8)];
    };
    check(invited_elsewhere, &[(MUG, 1)], Err(opens_in(60)));
    let too_early = |state: &mut ShopState, cart: &mut ReserveCart| {
        let early_access_at = Some(NOW.plus_seconds(5));
        state.sales.push(FlashSale { early_access_at, ..sale(60, BeforeOpening::NotForSale) });
        cart.early_access = vec![FlashSaleId(9)];
    };
    check(too_early, &[(MUG, 1)], Err(opens_in(5)));
    let open = |state: &mut ShopState, _: &mut ReserveCart| state.sales.push(sale(0, BeforeOpening::NotForSale));
    check(open, &[(MUG, 1)], Ok(500 + 490));
    let over = |state: &mut ShopState, _: &mut ReserveCart| state.sales.push(sale(-3_600, BeforeOpening::NotForSale));
    check(over, &[(MUG, 1)], Ok(800 + 490));
}

#[test]
fn the_second_buyer_of_the_last_units_is_told_sold_out_within_one_batch() {
    let mut state = juniper_roasters();
    let carts: Vec<Command> = (0..3)
        .map(|buyer| {
            let mut cart = cart(&[(MUG, 1)]);
            cart.checkout_id = format!("c{buyer}");
            Command::Reserve(Box::new(cart))
        })
        .collect();
    let (outcomes, _) = run(&mut state, &carts);
    assert!(matches!(outcomes[..2], [Outcome::Reserved { .. }, Outcome::Reserved { .. }]));
    assert_eq!(outcomes[2], Outcome::Refused(sold_out(MUG, "Mug", 0)));
    assert_eq!(state.stock[&MUG].item, StockItem { on_hand: 2, reserved: 2, allocated: 0 });
}

#[test]
fn a_customer_who_comes_back_with_another_cart_is_not_blocked_by_their_own_hold() {
    let mut state = juniper_roasters();
    let mut first = cart(&[(MUG, 2)]);
    first.checkout_id = "page".into();
    let mut second = first.clone();
    second.content_hash = "changed".into();
    second.lines.push(CartLine { variant: BEANS, quantity: 1 });
    let (outcomes, _) = run(&mut state, &[Command::Reserve(Box::new(first))]);
    let Outcome::Reserved { payment, .. } = &outcomes[0] else { panic!("{outcomes:?}") };
    let verdict = crate::payment::ProviderVerdict::Declined { code: "card_declined".into() };
    let declined = Command::Settle { payment: *payment, reference: String::new(), verdict };
    let (outcomes, _) = run(&mut state, &[declined, Command::Reserve(Box::new(second))]);
    assert!(
        matches!(&outcomes[1], Outcome::Reserved { amount, .. } if amount.amount_minor == 1_600 + 1_000 + 490),
        "{outcomes:?}"
    );
    assert_eq!(state.stock[&MUG].item.reserved, 2);
}

#[test]
fn a_count_below_what_is_claimed_is_refused() {
    let mut state = juniper_roasters();
    let adjust =
        |change| Command::AdjustStock { variant: MUG, change, reason: "count".into(), actor: "ines@juniper.example".into() };
    let (outcomes, changes) = run(
        &mut state,
        &[
            Command::Reserve(Box::new(cart(&[(MUG, 2)]))),
            adjust(StockChange::Set { on_hand: 1 }),
            adjust(StockChange::Add { delta: i64::MAX }),
            adjust(StockChange::Receive { quantity: 0 }),
            adjust(StockChange::Set { on_hand: 2 }),
            adjust(StockChange::Receive { quantity: 5 }),
        ],
    );
    assert_eq!(outcomes[1], Outcome::Refused(Refusal::BelowClaimed { claimed: 2 }));
    assert_eq!(
        outcomes[2..],
        [Outcome::Refused(Refusal::OutOfRange), Outcome::Refused(Refusal::OutOfRange), Outcome::Done, Outcome::Done]
    );
    assert_eq!(state.stock[&MUG].item, StockItem { on_hand: 7, reserved: 2, allocated: 0 });
    let movements = changes.iter().filter(|change| matches!(change, Change::Stock(_))).count();
    assert_eq!(movements, 2, "an adjustment that changes nothing leaves no row");
}

fn reserve(checkout: &str, visitor: &str, email: &str, lines: &[(VariantId, u32)]) -> Command {
    let contact = Contact { email: email.into(), phone: String::new() };
    let (checkout_id, visitor) = (checkout.to_owned(), visitor.to_owned());
    Command::Reserve(Box::new(ReserveCart { checkout_id, visitor, contact, ..cart(lines) }))
}

fn run_at(state: &mut ShopState, now: Timestamp, command: Command) -> Outcome {
    let mut id = 1_000 + now.0;
    let mut next_id = || {
        id += 1;
        id
    };
    decide(state, &[command], &mut Moment { now, next_id: &mut next_id }).0.remove(0)
}

#[test]
fn activity_keeps_a_hold_alive_and_no_longer_than_three_times_its_time() {
    let mut state = juniper_roasters();
    let Outcome::Reserved { reservation, .. } = run_at(&mut state, NOW, reserve("c1", "", "ada@example.org", &[(MUG, 1)])) else {
        panic!("two mugs are there")
    };
    for (minutes, until_minutes) in [(0, 10), (5, 15), (14, 24), (23, 30), (29, 30)] {
        let extended = run_at(&mut state, NOW.plus_minutes(minutes), Command::Extend { reservation });
        assert_eq!(extended, Outcome::Extended { expires_at: NOW.plus_minutes(until_minutes) }, "after {minutes} minutes");
    }
    let over = run_at(&mut state, NOW.plus_minutes(30), Command::Extend { reservation });
    assert_eq!(over, Outcome::Refused(Refusal::ReservationOver));
    assert_eq!(state.stock[&MUG].item.reserved, 0);
}

#[test]
fn nobody_holds_one_checkout_after_the_other() {
    let mut state = juniper_roasters();
    state.checkout.held_units_per_customer_max = 3;
    let too_many = Outcome::Refused(Refusal::TooManyHolds { units_max: 3 });
    let first = run_at(&mut state, NOW, reserve("c1", "browser", "ada@example.org", &[(BEANS, 4)]));
    assert!(matches!(first, Outcome::Reserved { .. }), "a single cart has limits of its own: {first:?}");
    let at = NOW.plus_seconds(1);
    assert_eq!(run_at(&mut state, at, reserve("c2", "", "Ada+2@example.org", &[(BEANS, 1)])), too_many);
    assert_eq!(run_at(&mut state, at, reserve("c3", "browser", "ben@example.org", &[(BEANS, 1)])), too_many);
    let other = run_at(&mut state, at, reserve("c4", "", "ben@example.org", &[(BEANS, 1)]));
    assert!(matches!(other, Outcome::Reserved { .. }), "{other:?}");
    let same_page = run_at(&mut state, at, reserve("c1", "browser", "ada@example.org", &[(BEANS, 4)]));
    assert!(matches!(same_page, Outcome::PaymentOpen { .. }), "{same_page:?}");
}

#[test]
fn as_many_units_offered_as_are_claimed_sells_no_more_and_fewer_is_refused() {
    let mut state = juniper_roasters();
    state.sales.push(sale(0, BeforeOpening::NotForSale));
    let offer = |quantity_offered| Command::ChangeQuantityOffered {
        sale: FlashSaleId(9),
        variant: MUG,
        quantity_offered,
        actor: "ines@juniper.example".into(),
    };
    let held = run_at(&mut state, NOW, reserve("c1", "", "ada@example.org", &[(MUG, 1)]));
    assert!(matches!(held, Outcome::Reserved { .. }), "{held:?}");
    let below = Outcome::Refused(Refusal::BelowClaimed { claimed: 1 });
    assert_eq!(run_at(&mut state, NOW.plus_seconds(1), offer(Some(0))), below);
    assert_eq!(run_at(&mut state, NOW.plus_seconds(1), offer(Some(1))), Outcome::Done);
    let refused = run_at(&mut state, NOW.plus_seconds(2), reserve("c2", "", "ben@example.org", &[(MUG, 1)]));
    assert_eq!(refused, Outcome::Refused(sold_out(MUG, "Mug", 0)));
    assert_eq!(state.stock[&MUG].item.reserved, 1);
    assert_eq!(run_at(&mut state, NOW.plus_seconds(3), offer(Some(-1))), Outcome::Refused(Refusal::OutOfRange));
    assert_eq!(run_at(&mut state, NOW.plus_seconds(4), offer(None)), Outcome::Done);
    let held = run_at(&mut state, NOW.plus_seconds(5), reserve("c2", "", "ben@example.org", &[(MUG, 1)]));
    assert!(matches!(held, Outcome::Reserved { .. }), "{held:?}");
}
