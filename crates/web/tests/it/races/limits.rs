//! Races against what a customer may have.

use super::{at_once, checkout_id, email, has_order, pay, race, shopper, unique};
use crate::world::{BLANKET, MORNING, TOTE_SAND, World};
use commerce::checkout::Command;
use commerce::pricing::{Coupon, CouponKind};
use commerce::{CouponId, FlashSaleId};

#[test]
fn a_coupon_for_one_use_is_used_once() {
    race(|world, dice| {
        world.leave(TOTE_SAND, 10);
        let uses_max = dice.between(1, 3);
        let number = unique();
        let coupon = Coupon {
            id: CouponId(1_000 + number as i64),
            code: format!("ONCE{number}"),
            kind: CouponKind::Percent { ppm: 100_000 },
            minimum_minor: 0,
            starts_at: None,
            ends_at: None,
            uses_max: Some(uses_max as i64),
            uses_per_customer_max: None,
            uses_claimed: 0,
            active: true,
        };
        world.with(db::coupons::save_coupon(world.db(), world.juniper, &coupon)).expect("it works").expect("the coupon is fine");
        let buyers = (0..5).map(|_| {
            let (mut ada, email, code) = (shopper(world, &[(TOTE_SAND, 1)]), email(), &coupon.code);
            Box::new(move || {
                let answer = pay(&mut ada, &checkout_id(), &email, &[("coupon", code)]);
                has_order(&mut ada, answer)
            }) as Box<dyn FnOnce() -> bool + Send>
        });
        let sold = at_once(buyers.collect());
        assert_eq!(sold.iter().filter(|sold| **sold).count() as u64, uses_max);
    });
}

#[test]
fn a_customer_has_one_limit_in_all_their_carts() {
    race(|world, _| {
        world.move_clock_to(MORNING.plus_minutes(60));
        world.leave(BLANKET, 10);
        let command = Command::ChangeQuantityOffered {
            sale: FlashSaleId(1),
            variant: BLANKET,
            quantity_offered: None,
            actor: "ines@juniper.example".into(),
        };
        world.with(world.app.writer().submit(world.juniper, command)).expect("the writer answers");
        let house = unique();
        let buyers = (0..5).map(|number| {
            let email = if number % 2 == 0 { format!("ada+{number}@h{house}.example") } else { format!("ADA@h{house}.example") };
            let mut ada = shopper(world, &[(BLANKET, 1)]);
            Box::new(move || {
                let answer = pay(&mut ada, &checkout_id(), &email, &[]);
                has_order(&mut ada, answer)
            }) as Box<dyn FnOnce() -> bool + Send>
        });
        let sold = at_once(buyers.collect());
        assert_eq!(sold.iter().filter(|sold| **sold).count(), 2, "two per customer");
    });
}

#[test]
fn the_last_units_offered_go_to_the_invited_and_to_everybody_once_when_the_sale_opens_among_them() {
    race(|world, dice| {
        let opens = MORNING.plus_minutes(60);
        world.move_clock_to(opens.plus_seconds(-1));
        world.leave(BLANKET, 10);
        let left = dice.between(1, 3);
        offer_early(world, left as i64);
        let buyers = (0..6).map(|number| {
            let (mut ada, email) = (shopper(world, &[(BLANKET, 1)]), email());
            if number % 2 == 0 {
                ada.get(&world.app.signer().early_access_path(world.juniper, FlashSaleId(1))).location();
            }
            Box::new(move || {
                let answer = pay(&mut ada, &checkout_id(), &email, &[]);
                has_order(&mut ada, answer)
            }) as Box<dyn FnOnce() -> bool + Send>
        });
        let opening = Box::new(|| {
            world.move_clock_to(opens);
            false
        }) as Box<dyn FnOnce() -> bool + Send>;
        let sold = at_once(buyers.chain([opening]).collect());
        assert_eq!(sold.iter().filter(|sold| **sold).count() as u64, left, "three are invited, and not more than that is left");
    });
}

/// Lets the winter sale have early access and offer so many units more than are sold or held in it.
fn offer_early(world: &World, left: i64) {
    let sale = world.with(db::flash_sales::load_flash_sale(world.db(), world.juniper, FlashSaleId(1)));
    let mut sale = sale.expect("the database answers").expect("known");
    let command = Command::ChangeQuantityOffered {
        sale: sale.id,
        variant: BLANKET,
        quantity_offered: Some(sale.items[0].quantity_claimed + left),
        actor: "ines@juniper.example".into(),
    };
    world.with(world.app.writer().submit(world.juniper, command)).expect("the writer answers");
    if sale.early_access_at.is_none() {
        sale.early_access_at = Some(MORNING);
        let saved = world.with(db::flash_sales::save_flash_sale(world.db(), world.juniper, &sale, MORNING));
        saved.expect("the database answers").expect("the sale is fine");
        world.reload();
    }
}
