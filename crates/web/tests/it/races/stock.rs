//! Races for units.

use super::{at_once, checkout_id, email, has_order, pay, race, shopper};
use crate::admin::ines;
use crate::world::{BOARD, TOTE_SAND};
use std::sync::OnceLock;

#[test]
fn the_last_unit_is_sold_once_however_many_want_it() {
    race(|world, dice| {
        world.leave(BOARD, 1);
        let before = world.orders();
        let buyers = (0..dice.between(2, 8)).map(|_| {
            let (mut ada, email) = (shopper(world, &[(BOARD, 1)]), email());
            Box::new(move || {
                let answer = pay(&mut ada, &checkout_id(), &email, &[]);
                has_order(&mut ada, answer)
            }) as Box<dyn FnOnce() -> bool + Send>
        });
        let sold = at_once(buyers.collect());
        assert_eq!(sold.iter().filter(|sold| **sold).count(), 1);
        assert_eq!(world.orders(), before + 1);
    });
}

#[test]
fn two_lines_of_one_item_are_counted_together() {
    race(|world, _| {
        world.leave(TOTE_SAND, 3);
        let buyers = (0..4).map(|_| {
            let (mut ada, email) = (shopper(world, &[(TOTE_SAND, 1), (TOTE_SAND, 1)]), email());
            Box::new(move || {
                let answer = pay(&mut ada, &checkout_id(), &email, &[]);
                has_order(&mut ada, answer)
            }) as Box<dyn FnOnce() -> bool + Send>
        });
        let sold = at_once(buyers.collect());
        assert_eq!(sold.iter().filter(|sold| **sold).count(), 1, "two units each, of three");
    });
}

#[test]
fn carts_in_opposite_order_never_wait_for_each_other() {
    race(|world, dice| {
        let units = dice.between(1, 4) as i64;
        world.leave(TOTE_SAND, units);
        world.leave(BOARD, units);
        let buyers = (0..6).map(|number| {
            let lines = if number % 2 == 0 { [(TOTE_SAND, 1), (BOARD, 1)] } else { [(BOARD, 1), (TOTE_SAND, 1)] };
            let (mut ada, email) = (shopper(world, &lines), email());
            Box::new(move || {
                let answer = pay(&mut ada, &checkout_id(), &email, &[]);
                has_order(&mut ada, answer)
            }) as Box<dyn FnOnce() -> bool + Send>
        });
        let sold = at_once(buyers.collect());
        assert_eq!(sold.iter().filter(|sold| **sold).count() as i64, units, "both or neither");
    });
}

#[test]
fn an_own_stale_hold_never_keeps_the_last_unit_from_its_owner() {
    race(|world, dice| {
        world.leave(BOARD, 1);
        let (mut ada, email, first) = (shopper(world, &[(BOARD, 1)]), email(), checkout_id());
        pay(&mut ada, &first, &email, &[("card_number", "4000 0000 0000 0002")]).expect(402, &["are held until"]);
        let mut tabs = vec![checkout_id()];
        if dice.between(0, 1) == 1 {
            tabs.push(first);
        }
        let tabs = tabs.iter().map(|page| {
            let (mut tab, email) = (ada.clone(), &email);
            Box::new(move || {
                let answer = pay(&mut tab, page, email, &[]);
                has_order(&mut tab, answer)
            }) as Box<dyn FnOnce() -> bool + Send>
        });
        let sold = at_once(tabs.collect());
        assert_eq!(sold.iter().filter(|sold| **sold).count(), 1);
    });
}

#[test]
fn stock_edited_during_the_sale_is_never_sold_below_nothing() {
    let desk = OnceLock::new();
    race(|world, dice| {
        world.leave(TOTE_SAND, 4);
        let known: &std::sync::Mutex<Vec<_>> = desk.get_or_init(std::sync::Mutex::default);
        let ines = {
            let mut known = known.lock().expect("nobody failed");
            if !known.iter().any(|(engine, _)| *engine == world.engine) {
                known.push((world.engine, ines(world)));
            }
            known.iter().find(|(engine, _)| *engine == world.engine).expect("just put there").1.clone()
        };
        let less = dice.between(1, 6);
        let before = world.orders();
        let mut works: Vec<Box<dyn FnOnce() -> bool + Send>> = (0..5)
            .map(|_| {
                let (mut ada, email) = (shopper(world, &[(TOTE_SAND, 1)]), email());
                Box::new(move || {
                    let answer = pay(&mut ada, &checkout_id(), &email, &[]);
                    has_order(&mut ada, answer)
                }) as Box<dyn FnOnce() -> bool + Send>
            })
            .collect();
        works.push(Box::new(move || {
            let fields = [("delta", format!("-{less}")), ("reason", "damage".to_owned())];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = ines.clone().post(&format!("/admin/inventory/{TOTE_SAND}/adjust"), &fields);
            assert!(matches!(answer.status, 303 | 422), "{}: {}", answer.status, answer.body);
            answer.status == 303
        }));
        let mut done = at_once(works);
        let taken = if done.pop().expect("the desk's answer") { less } else { 0 };
        let sold = done.iter().filter(|sold| **sold).count() as i64;
        assert_eq!(sold, (4 - taken as i64).clamp(0, 5), "{taken} were taken off the shelf");
        assert_eq!(world.orders(), before + sold);
    });
}

#[test]
fn one_page_sent_many_times_and_from_within_itself_is_one_order() {
    race(|world, dice| {
        world.leave(TOTE_SAND, 5);
        let (ada, email, page) = (shopper(world, &[(TOTE_SAND, 1)]), email(), checkout_id());
        let before = world.orders();
        let clicks = (0..dice.between(2, 6)).map(|_| {
            let (mut tab, email, page) = (ada.clone(), &email, &page);
            Box::new(move || {
                let answer = pay(&mut tab, page, email, &[]);
                // What the first answer leads to is looked at while the others are still on their way.
                let mut again = tab.clone();
                again.cookies.insert("cart".into(), super::cart(&[(TOTE_SAND, 1)]));
                let nested = pay(&mut again, page, email, &[]);
                has_order(&mut tab, answer) & has_order(&mut again, nested)
            }) as Box<dyn FnOnce() -> bool + Send>
        });
        assert!(at_once(clicks.collect()).into_iter().all(|found| found), "every click finds the order");
        assert_eq!(world.orders(), before + 1);
    });
}
