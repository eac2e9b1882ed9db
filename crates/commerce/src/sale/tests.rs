//! When a sale is open and which of several sales makes the price.

use super::*;

pub(super) const BAG: VariantId = VariantId(1);
pub(super) const FILTER: VariantId = VariantId(2);

const OPENS: Timestamp = Timestamp::from_seconds(10_000);
const CLOSES: Timestamp = Timestamp::from_seconds(20_000);
const JUST_BEFORE_OPENING: Timestamp = Timestamp(OPENS.0 - 1);
const JUST_BEFORE_CLOSING: Timestamp = Timestamp(CLOSES.0 - 1);

/// The winter sale of Juniper Roasters: bag and filter, early access an hour before the opening.
pub(super) fn winter_sale() -> FlashSale {
    FlashSale {
        id: FlashSaleId(1),
        handle: "winter-sale".into(),
        name: "Winter sale".into(),
        teaser: String::new(),
        picture: None,
        early_access_at: Some(OPENS.plus_minutes(-60)),
        opens_at: OPENS,
        closes_at: CLOSES,
        before_opening: BeforeOpening::NotForSale,
        status: FlashSaleStatus::Scheduled,
        items: vec![item(BAG, 900), item(FILTER, 200)],
    }
}

pub(super) fn item(variant: VariantId, price_minor: i64) -> FlashSaleItem {
    FlashSaleItem { variant, price_minor, quantity_offered: Some(100), quantity_per_customer_max: Some(2), quantity_claimed: 0 }
}

fn sale(id: i64, price_minor: i64) -> FlashSale {
    FlashSale { id: FlashSaleId(id), items: vec![item(BAG, price_minor)], ..winter_sale() }
}

/// The offer as a sentence: which sale, at which price.
fn told(offer: Offer<'_>) -> String {
    match offer {
        Offer::Ordinary => "ordinary".into(),
        Offer::Sale(sale, item) => format!("sale {} at {}", sale.id, item.price_minor),
        Offer::NotOpenYet(sale, item) => format!("wait for {} at {}", sale.id, item.price_minor),
    }
}

#[test]
fn a_sale_is_open_from_its_opening_until_just_before_its_closing() {
    use FlashSalePhase::*;
    for (now, phase) in [
        (Timestamp(i64::MIN), Upcoming),
        (OPENS.plus_minutes(-60), Upcoming),
        (JUST_BEFORE_OPENING, Upcoming),
        (OPENS, Open),
        (JUST_BEFORE_CLOSING, Open),
        (CLOSES, Ended),
        (Timestamp(i64::MAX), Ended),
    ] {
        assert_eq!(winter_sale().phase(now), phase, "{now:?}");
        for status in [FlashSaleStatus::Draft, FlashSaleStatus::Canceled] {
            assert_eq!(FlashSale { status, ..winter_sale() }.phase(now), Hidden, "{status:?} at {now:?}");
        }
    }
}

#[test]
fn the_price_changes_with_the_opening_and_comes_back_with_the_closing() {
    for (now, expected) in [
        (JUST_BEFORE_OPENING, "wait for 1 at 900"),
        (OPENS, "sale 1 at 900"),
        (JUST_BEFORE_CLOSING, "sale 1 at 900"),
        (CLOSES, "ordinary"),
    ] {
        assert_eq!(told(offer(&[winter_sale()], &[], BAG, now)), expected, "{now:?}");
    }
}

#[test]
fn a_variant_outside_the_sale_is_sold_at_its_own_price() {
    for now in [JUST_BEFORE_OPENING, OPENS, CLOSES] {
        assert_eq!(offer(&[winter_sale()], &[], VariantId(99), now), Offer::Ordinary);
        assert_eq!(offer(&[], &[], BAG, now), Offer::Ordinary);
    }
}

#[test]
fn drafts_and_canceled_sales_change_no_price() {
    for status in [FlashSaleStatus::Draft, FlashSaleStatus::Canceled] {
        for now in [JUST_BEFORE_OPENING, OPENS] {
            assert_eq!(offer(&[FlashSale { status, ..winter_sale() }], &[], BAG, now), Offer::Ordinary);
        }
    }
}

#[test]
fn among_open_sales_the_lowest_price_wins_then_the_one_that_opened_first() {
    assert_eq!(told(offer(&[sale(1, 900), sale(2, 800), sale(3, 850)], &[], BAG, OPENS)), "sale 2 at 800");
    let earlier = FlashSale { opens_at: OPENS.plus_minutes(-5), ..sale(3, 900) };
    assert_eq!(told(offer(&[sale(2, 900), earlier, sale(1, 900)], &[], BAG, OPENS)), "sale 3 at 900");
    assert_eq!(told(offer(&[sale(2, 900), sale(1, 900)], &[], BAG, OPENS)), "sale 1 at 900");
}

#[test]
fn an_item_whose_quantity_is_used_up_keeps_the_price_because_it_is_sold_out() {
    let mut claimed = sale(1, 800);
    claimed.items[0].quantity_claimed = 100;
    assert_eq!(told(offer(&[claimed, sale(2, 900)], &[], BAG, OPENS)), "sale 1 at 800");
}

#[test]
fn an_open_sale_goes_before_an_upcoming_one_even_at_a_higher_price() {
    let later = FlashSale { opens_at: CLOSES, closes_at: CLOSES.plus_minutes(60), ..sale(2, 500) };
    assert_eq!(told(offer(&[later.clone(), sale(1, 900)], &[], BAG, OPENS)), "sale 1 at 900");
    assert_eq!(told(offer(&[later, sale(1, 900)], &[], BAG, CLOSES)), "sale 2 at 500");
}

#[test]
fn before_the_opening_items_wait_or_are_sold_at_their_own_price_as_the_seller_chose() {
    let ordinary = FlashSale { before_opening: BeforeOpening::OrdinaryPrice, ..sale(1, 500) };
    assert_eq!(offer(std::slice::from_ref(&ordinary), &[], BAG, JUST_BEFORE_OPENING), Offer::Ordinary);

    let later = FlashSale { opens_at: OPENS.plus_minutes(5), ..sale(2, 400) };
    assert_eq!(told(offer(&[ordinary, later.clone()], &[], BAG, JUST_BEFORE_OPENING)), "wait for 2 at 400");
    assert_eq!(told(offer(&[later, sale(3, 900)], &[], BAG, JUST_BEFORE_OPENING)), "wait for 3 at 900");
}

#[test]
fn a_sale_opens_earlier_for_those_who_are_invited_to_it_and_for_nobody_else() {
    let early = OPENS.plus_minutes(-60);
    let just_before = Timestamp(early.0 - 1);
    let check = |sale: FlashSale, invited_to: &[i64], now, expected: &str| {
        let invited_to: Vec<FlashSaleId> = invited_to.iter().copied().map(FlashSaleId).collect();
        assert_eq!(told(offer(&[sale], &invited_to, BAG, now)), expected, "{invited_to:?} at {now:?}");
    };
    for (now, invited, everyone) in [
        (just_before, "wait for 1 at 900", "wait for 1 at 900"),
        (early, "sale 1 at 900", "wait for 1 at 900"),
        (JUST_BEFORE_OPENING, "sale 1 at 900", "wait for 1 at 900"),
        (OPENS, "sale 1 at 900", "sale 1 at 900"),
        (JUST_BEFORE_CLOSING, "sale 1 at 900", "sale 1 at 900"),
        (CLOSES, "ordinary", "ordinary"),
    ] {
        check(winter_sale(), &[7, 1], now, invited);
        check(winter_sale(), &[], now, everyone);
        check(winter_sale(), &[2], now, everyone);
    }
    let ordinary = FlashSale { before_opening: BeforeOpening::OrdinaryPrice, ..winter_sale() };
    check(ordinary.clone(), &[1], early, "sale 1 at 900");
    check(ordinary, &[2], early, "ordinary");
    check(FlashSale { early_access_at: None, ..winter_sale() }, &[1], early, "wait for 1 at 900");
    check(FlashSale { status: FlashSaleStatus::Canceled, ..winter_sale() }, &[1], early, "ordinary");
}

#[test]
fn a_sale_open_to_the_invited_counts_among_the_open_ones() {
    let next = FlashSale { opens_at: CLOSES, closes_at: CLOSES.plus_minutes(60), early_access_at: Some(OPENS), ..sale(2, 500) };
    let sales = [next, sale(1, 900)];
    assert_eq!(told(offer(&sales, &[FlashSaleId(2)], BAG, OPENS)), "sale 2 at 500");
    assert_eq!(told(offer(&sales, &[FlashSaleId(1)], BAG, OPENS)), "sale 1 at 900");
}
