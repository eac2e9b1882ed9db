//! The books at the desk: proved by a button, told in a shopkeeper's words, and nobody else's.

use super::{ada_orders, hire, ines, signed_in};
use crate::world::{Browser, MORNING, TOTE_SAND, World, worlds};
use db::sellers::SellerRole;
use db::sql;

/// Looks until the proof that runs has come to its end.
fn proved(browser: &mut Browser) -> String {
    browser.post("/admin/books/prove", &[]).expect(303, &[]);
    // On a machine that builds something beside this, a proof takes long.
    for _ in 0..200_000 {
        let answer = browser.get("/admin/books");
        if !answer.body.contains("hx-trigger=\"every") {
            return answer.body;
        }
    }
    panic!("the proof does not come to its end");
}

fn spoil(world: &World) {
    let spoil = sql!("UPDATE stock_items SET on_hand = on_hand + 1 WHERE shop_id = $1 AND variant_id = 21");
    world.with(world.db().execute(world.juniper, spoil, &[])).expect("the books can be spoiled");
}

#[test]
fn a_seller_proves_the_books_and_reads_that_they_balance() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.get("/admin/books").expect(200, &["Not proved yet", "Prove now"]);
        assert!(!ines.get("/admin").body.contains("Books balanced"));
        ada_orders(&world, TOTE_SAND, 1);
        let page = proved(&mut ines);
        for words in
            ["Your books balance", "No unit was sold twice.", "No confirmed order is missing.", "stock movements replayed"]
        {
            assert!(page.contains(words), "{words}\n{page}");
        }
        assert!(!page.contains("This is not so."));
        ines.get("/admin").expect(200, &["Books balanced", "/admin/books"]);
    }
}

#[test]
fn what_does_not_add_up_is_named_with_a_way_to_it() {
    for world in worlds() {
        let mut ines = ines(&world);
        spoil(&world);
        let page = proved(&mut ines);
        for words in ["One thing does not add up", "This is not so.", "href=\"/admin/inventory/21\"", "Variant 21"] {
            assert!(page.contains(words), "{words}\n{page}");
        }
        ines.get("/admin/inventory/21").expect(200, &[]);
        ines.get("/admin").expect(200, &["The books do not add up"]);
    }
}

#[test]
fn a_second_click_begins_no_second_proof() {
    for world in worlds() {
        let mut ines = ines(&world);
        assert!(world.with(db::proofs::begin_proof(world.db(), world.juniper, MORNING)).expect("the database answers"));
        ines.get("/admin/books").expect(200, &["The books are being proved.", "http-equiv=\"refresh\""]);
        ines.post("/admin/books/prove", &[]).expect(303, &[]);
        ines.get("/admin/books").expect(200, &["The books are being proved already."]);
    }
}

#[test]
fn another_shops_books_are_never_seen() {
    for world in worlds() {
        let mut ines = ines(&world);
        spoil(&world);
        proved(&mut ines);
        hire(&world, "quillmere.localhost", "quentin@quillmere.example", SellerRole::Owner);
        let mut quentin = signed_in(&world, "quillmere.localhost", "quentin@quillmere.example");
        quentin.get("/admin/books").expect(200, &["Not proved yet"]);
        assert!(proved(&mut quentin).contains("Your books balance"));
    }
}

#[test]
fn books_that_are_due_are_proved_by_themselves() {
    for world in worlds() {
        let mut ines = ines(&world);
        let prove_due = |now| world.with(web::books::prove_due(&world.app, now)).expect("the database answers");
        assert_eq!(prove_due(MORNING), 2, "both shops, for the first time");
        assert_eq!(prove_due(MORNING), 0);
        ines.get("/admin/books").expect(200, &["Your books balance"]);
        // The sale closes two hours after this morning.
        world.move_clock_to(MORNING.plus_minutes(150));
        assert_eq!(prove_due(MORNING.plus_minutes(150)), 1, "the shop whose sale has closed");
        world.move_clock_to(MORNING.plus_minutes(26 * 60));
        assert_eq!(prove_due(MORNING.plus_minutes(26 * 60)), 1, "the other one, a day later");
    }
}
