//! Races about money: news that overtakes itself, holds that end meanwhile, and refunds.

use super::{ASKS, at_once, checkout_id, email, has_order, pay, race, shopper};
use crate::admin::ines;
use crate::world::{BOARD, Browser, TOTE_SAND, World};
use outbound::payment::Confirmation;
use web::reconcile::reconcile;

/// A browser at the bank's page, and the page's address.
fn at_the_bank(world: &World, variant: commerce::VariantId) -> (Browser, String) {
    let mut ada = shopper(world, &[(variant, 1)]);
    let address = pay(&mut ada, &checkout_id(), &email(), &[("card_number", ASKS)]).location().to_owned();
    assert!(address.starts_with("/checkout/confirm/"), "{address}");
    (ada, address)
}

fn confirm(mut browser: Browser, address: &str) -> bool {
    let answer = browser.post(address, &[("answer", "confirm")]);
    has_order(&mut browser, answer)
}

#[test]
fn a_hold_that_expires_during_the_payment_is_taken_again_or_paid_back() {
    race(|world, _| {
        world.leave(BOARD, 1);
        let (ada, address) = at_the_bank(world, BOARD);
        world.move_clock_to(world.app.now().plus_minutes(11));
        let (mut ben, email) = (shopper(world, &[(BOARD, 1)]), email());
        let sold = at_once(vec![
            Box::new(move || confirm(ada, &address)) as Box<dyn FnOnce() -> bool + Send>,
            Box::new(move || {
                let answer = pay(&mut ben, &checkout_id(), &email, &[]);
                has_order(&mut ben, answer)
            }),
        ]);
        assert_eq!(sold.iter().filter(|sold| **sold).count(), 1, "one of the two has the board");
    });
}

#[test]
fn browser_and_reconciler_bring_the_same_news_to_one_end() {
    race(|world, _| {
        world.leave(TOTE_SAND, 2);
        let before = world.orders();
        let (ada, address) = at_the_bank(world, TOTE_SAND);
        let (tab, other) = (ada.clone(), address.clone());
        world.move_clock_to(world.app.now().plus_seconds(30));
        let asked = || {
            world.with(reconcile(&world.app, world.app.now())).expect("the database answers");
            true
        };
        let ends = at_once(vec![
            Box::new(move || confirm(ada, &address)) as Box<dyn FnOnce() -> bool + Send>,
            Box::new(move || confirm(tab, &other)),
            Box::new(asked),
            Box::new(asked),
        ]);
        assert!(ends.into_iter().all(|found| found));
        assert_eq!(world.orders(), before + 1);
    });
}

#[test]
fn webhook_and_browser_bring_the_same_news_to_one_end() {
    race(|world, dice| {
        world.leave(TOTE_SAND, 2);
        let before = world.orders();
        let (ada, address) = at_the_bank(world, TOTE_SAND);
        let id = address["/checkout/confirm/".len()..].split('?').next().and_then(|id| id.parse().ok()).expect("its id");
        let payment = world.with(db::orders::load_payment(world.db(), world.juniper, id)).expect("it works").expect("known");
        let sandbox = world.app.payments().sandbox().expect("the sandbox");
        sandbox.confirm(&payment.reference, Confirmation::Approved, world.app.now()).expect("it asks for a confirmation");
        let (body, signature) = sandbox.event(world.juniper, &payment.reference, world.app.now()).expect("it is known");
        let says = || {
            let mut provider = world.browser();
            provider.headers.push(("payment-signature", signature.clone()));
            provider.post_typed("/webhooks/payments", "application/json", body.as_bytes()).status == 200
        };
        let mut works = vec![Box::new(move || confirm(ada, &address)) as Box<dyn FnOnce() -> bool + Send>];
        works.extend((0..dice.between(1, 4)).map(|_| Box::new(says) as Box<dyn FnOnce() -> bool + Send>));
        assert!(at_once(works).into_iter().all(|done| done));
        assert_eq!(world.orders(), before + 1);

        let mut forger = world.browser();
        forger.headers.push(("payment-signature", signature.replace("v1=", "v1=0")));
        assert_eq!(forger.post_typed("/webhooks/payments", "application/json", body.as_bytes()).status, 400);
        let mut elsewhere = world.browser_at("quillmere.localhost");
        elsewhere.headers.push(("payment-signature", signature.clone()));
        assert_eq!(elsewhere.post_typed("/webhooks/payments", "application/json", body.as_bytes()).status, 404);
    });
}

#[test]
fn a_hold_given_up_while_its_money_is_taken_ends_in_an_order_or_a_refund() {
    race(|world, _| {
        world.leave(BOARD, 1);
        let (ada, address) = at_the_bank(world, BOARD);
        let refuse = address.clone();
        let mut tab = ada.clone();
        let before = world.orders();
        let sold = at_once(vec![
            Box::new(move || confirm(ada, &address)) as Box<dyn FnOnce() -> bool + Send>,
            Box::new(move || {
                let answer = tab.post(&refuse, &[("answer", "refuse")]);
                has_order(&mut tab, answer)
            }),
        ]);
        let ordered = world.orders() - before;
        assert_eq!(sold.iter().any(|sold| *sold), ordered == 1, "{sold:?}, {ordered} ordered");
    });
}

#[test]
fn an_order_called_off_and_paid_back_at_once_gives_its_money_back_once() {
    let desks = std::sync::Mutex::new(Vec::<(&str, Browser)>::new());
    race(|world, dice| {
        world.leave(TOTE_SAND, 1);
        let mut ada = shopper(world, &[(TOTE_SAND, 1)]);
        let receipt = pay(&mut ada, &checkout_id(), &email(), &[]).location().to_owned();
        let number: i64 = receipt["/orders/".len()..].split('?').next().and_then(|text| text.parse().ok()).expect("its number");
        let found = world.with(db::orders::order_by_number(world.db(), world.juniper, number)).expect("it works").expect("known");
        let path = format!("/admin/orders/{}", found.0);
        let desk = {
            let mut desks = desks.lock().expect("nobody failed");
            if !desks.iter().any(|(engine, _)| *engine == world.engine) {
                desks.push((world.engine, ines(world)));
            }
            desks.iter().find(|(engine, _)| *engine == world.engine).expect("just put there").1.clone()
        };
        let action = |index: u64| if index == 0 { "cancel" } else { "refund" };
        let clicks: Vec<u64> = (0..4).map(|_| dice.between(0, 1)).collect();
        let clicks = clicks.into_iter().map(|index| {
            let (mut desk, address) = (desk.clone(), format!("{path}/{}", action(index)));
            Box::new(move || {
                let answer = desk.post(&address, &[("amount", "100.00"), ("reason", "Late")]);
                assert!(matches!(answer.status, 303 | 422), "{}: {}", answer.status, answer.body);
            }) as Box<dyn FnOnce() + Send>
        });
        at_once(clicks.collect());
        let history = world
            .with(db::orders::load_order(world.db(), world.juniper, commerce::OrderId(found.0)))
            .expect("it works")
            .expect("known");
        assert!(history.order.refunded_minor <= history.order.total_minor, "more was given back than was paid");
    });
}
