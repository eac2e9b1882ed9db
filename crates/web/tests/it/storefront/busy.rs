//! What a shopper gets when more orders wait than there is room for.

use crate::world::{Answer, Browser, VOUCHER, World};
use db::order_writer::WriterOptions;

/// Room for eight commands, one of the places kept for what finishes a checkout.
const ROOM: usize = 8;

fn with_voucher(world: &World, number: usize) -> (Browser, String) {
    let mut browser = world.browser();
    browser.post("/cart/add", &[("variant", &VOUCHER.to_string())]).location();
    (browser, format!("AAAAAAAAAAAAAAAAAAAA{number:02}"))
}

fn send(browser: &mut Browser, id: &str) -> Answer {
    browser.post("/checkout", &[("checkout_id", id), ("email", "ada@example.org"), ("phone", "+49 30 1234")])
}

#[test]
fn a_full_queue_asks_to_come_back_keeps_the_form_and_is_no_outcome() {
    for engine in ["sqlite", "postgres"] {
        // One at a time, so that no more than one is ever in the writer's hands.
        let options = WriterOptions { queue_max: ROOM, batch_max: 1, ..WriterOptions::default() };
        let world = World::start_with(engine, options);
        let (mut ada, ada_id) = with_voucher(&world, 99);
        let stalled = world.stall_writer();
        std::thread::scope(|scope| {
            let waiting: Vec<_> = (0..ROOM)
                .map(|number| {
                    let (mut browser, id) = with_voucher(&world, number);
                    scope.spawn(move || send(&mut browser, &id).location().to_owned())
                })
                .collect();
            // One is in the writer's hands, and all places that a new checkout may take are taken.
            while world.app.writer().figures().waiting < ROOM as u64 - 1 {
                std::thread::yield_now();
            }
            let page = send(&mut ada, &ada_id);
            page.expect(503, &["Nothing was charged", "send it again", "Juniper Roasters", "+49 30 1234", "Place the order"]);
            let seconds: u64 = page.header("retry-after").parse().expect("seconds");
            assert!((1..=90).contains(&seconds), "{seconds}");
            assert_eq!(page.field("checkout_id"), ada_id);
            assert_eq!(page.header("cache-control"), "no-store");
            drop(stalled);
            for answer in waiting {
                assert!(answer.join().expect("it is answered").starts_with("/orders/"));
            }
        });
        let receipt = send(&mut ada, &ada_id).location().to_owned();
        assert!(receipt.starts_with("/orders/"), "being turned away is not remembered: {receipt}");
        assert_eq!(world.order_numbers().len(), ROOM + 1);
        world.verify();
    }
}
