//! What the background jobs do: money whose answer was lost, money that came too late, and the mail about all of it.

use crate::world::{BOARD, MORNING, TOTE_SAND, World, worlds};
use commerce::cart::CartLine;
use commerce::checkout::{Command, Outcome, ReserveCart};
use commerce::customer::{Address, Contact};
use commerce::{Money, PaymentId, Timestamp, VariantId};
use outbound::mail::{Folder, Mailer};
use outbound::payment::{Card, CardForm, ChargeRequest};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use web::mail::{MailSettings, send_due};
use web::reconcile::reconcile;

const ANSWER_LOST: &str = "4000000000009003";

/// A folder for the mail of one test.
struct Letters(PathBuf);

impl Drop for Letters {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

impl Letters {
    fn new() -> Self {
        Self(db::testing::fresh_folder("letters"))
    }

    /// Sends what is due and returns the letters with their soft line breaks taken out.
    fn send(&self, world: &World, now: Timestamp) -> Vec<String> {
        self.send_by(world, &|| now)
    }

    fn send_by(&self, world: &World, clock: &(dyn Fn() -> Timestamp + Sync)) -> Vec<String> {
        let mailer = Mailer::Folder(Folder::new(self.0.clone()));
        let settings = MailSettings {
            scheme: web::Scheme::Http,
            port: Some(8080),
            from: "shop@juniper.example".into(),
            signer: world.app.signer().clone(),
        };
        let lease = world.with(db::testing::lease(world.db(), "mail"));
        world.with(send_due(world.db(), &lease, &mailer, &settings, clock)).expect("the database answers");
        let mut letters: Vec<(PathBuf, String)> = std::fs::read_dir(&self.0)
            .expect("the folder is there")
            .map(|entry| entry.expect("an entry").path())
            .map(|path| (path.clone(), std::fs::read_to_string(path).expect("a letter").replace("=\r\n", "").replace("=3D", "=")))
            .collect();
        letters.sort();
        letters.into_iter().map(|(_, letter)| letter).collect()
    }
}

fn submit(world: &World, command: Command) -> Outcome {
    world.with(world.app.writer().submit(world.juniper, command)).expect("the writer answers")
}

/// Holds one unit for Ada.
fn reserve(world: &World, checkout_id: &str, variant: VariantId, payment_reference: &str) -> (PaymentId, Money) {
    let cart = ReserveCart {
        checkout_id: checkout_id.into(),
        content_hash: checkout_id.into(),
        lines: vec![CartLine { variant, quantity: 1 }],
        coupon: String::new(),
        contact: Contact { email: "ada@example.org".into(), phone: String::new() },
        address: Address {
            name: "Ada Lovelace".into(),
            line1: "1 Analytical Row".into(),
            city: "Berlin".into(),
            postal_code: "10115".into(),
            country: "DE".into(),
            ..Address::default()
        },
        shipping_method: "standard".into(),
        provider: "sandbox".into(),
        payment_reference: payment_reference.into(),
        early_access: Vec::new(),
        total_seen_minor: None,
        visitor: String::new(),
    };
    match submit(world, Command::Reserve(Box::new(cart))) {
        Outcome::Reserved { payment, amount, .. } => (payment, amount),
        other => panic!("{other:?}"),
    }
}

/// Holds one unit for Ada and pays with the card whose answer is lost on the way.
fn pay_and_hear_nothing(world: &World, checkout_id: &str, variant: VariantId) -> PaymentId {
    let form = CardForm { number: ANSWER_LOST.into(), expiry: "12/30".into(), security_code: "123".into() };
    let card = Card::read(&form, MORNING).expect("a test card");
    let provider = world.app.payments();
    let reference = world.with(provider.accept(&card, MORNING)).expect("a test card");
    let (payment, amount) = reserve(world, checkout_id, variant, &reference);
    let charged = world.with(provider.charge(&ChargeRequest { payment, amount, reference }));
    assert!(charged.is_err(), "the answer is lost");
    payment
}

fn reconcile_at(world: &World, now: Timestamp) -> usize {
    world.move_clock_to(now);
    world.with(reconcile(&world.app, now)).expect("the database answers")
}

#[test]
fn a_payment_whose_answer_was_lost_becomes_an_order_and_a_letter() {
    for world in worlds() {
        let letters = Letters::new();
        pay_and_hear_nothing(&world, "first", TOTE_SAND);
        assert_eq!(reconcile_at(&world, MORNING.plus_seconds(15)), 0, "its answer may still be on its way");
        assert_eq!(reconcile_at(&world, MORNING.plus_seconds(25)), 1);
        assert_eq!(reconcile_at(&world, MORNING.plus_seconds(60)), 0, "it is settled once");
        assert_eq!(world.order_numbers().len(), 1);

        let sent = letters.send(&world, MORNING.plus_seconds(60));
        let [letter] = sent.as_slice() else { panic!("one letter and not {}", sent.len()) };
        for text in ["ada@example.org", "Order 1001 is confirmed", "Juniper Roasters", "1 Analytical Row"] {
            assert!(letter.contains(text), "“{text}” is not in\n{letter}");
        }
        assert_eq!(letters.send(&world, MORNING.plus_minutes(90)).len(), 1, "it is sent once");

        let link = letter.split_once("http://juniper.localhost:8080").expect("a link").1;
        let link = link.lines().find_map(|line| line.split_whitespace().next()).expect("its path");
        world.browser().get(link).expect(200, &["1001"]);
    }
}

#[test]
fn a_node_that_was_frozen_in_the_middle_of_a_round_leaves_the_letters_to_whoever_sends_them_now() {
    for world in worlds() {
        let (frozen, other) = (Letters::new(), Letters::new());
        pay_and_hear_nothing(&world, "first", TOTE_SAND);
        assert_eq!(reconcile_at(&world, MORNING.plus_seconds(25)), 1);
        let (claimed, minutes) = (MORNING.plus_minutes(1), |minutes: i64| MORNING.plus_minutes(1 + minutes));
        // The first look at the clock is when it claims, the second right before it sends.
        let looks = AtomicUsize::new(0);
        let clock = || if looks.fetch_add(1, Ordering::Relaxed) == 0 { claimed } else { minutes(26) };
        assert_eq!(frozen.send_by(&world, &clock), [""; 0], "its claim is about to end");
        assert_eq!(other.send(&world, minutes(29)), [""; 0], "it is not due yet");
        assert_eq!(other.send(&world, minutes(31)).len(), 1, "it is not lost");
        assert_eq!(frozen.send(&world, minutes(90)), [""; 0], "it is sent once");
    }
}

#[test]
fn money_that_comes_when_everything_is_sold_goes_back_with_a_letter() {
    for world in worlds() {
        let letters = Letters::new();
        let late = pay_and_hear_nothing(&world, "late", BOARD);
        // The hold runs out, and somebody else buys the only board before the provider is asked.
        let afterward = MORNING.plus_minutes(11);
        world.move_clock_to(afterward);
        let (payment, amount) = reserve(&world, "quick", BOARD, "elsewhere");
        let verdict = commerce::payment::ProviderVerdict::Captured { amount_minor: amount.amount_minor, currency: "EUR".into() };
        let settled = submit(&world, Command::Settle { payment, reference: "elsewhere".into(), verdict });
        assert!(matches!(settled, Outcome::Placed { .. }), "{settled:?}");

        assert_eq!(reconcile_at(&world, afterward.plus_seconds(1)), 1);
        let payment = world.with(db::orders::load_payment(world.db(), world.juniper, late)).expect("it works").expect("known");
        assert_eq!((payment.status.as_str(), payment.order), ("refunded", None));
        let sent = letters.send(&world, afterward.plus_seconds(2));
        assert!(sent.iter().any(|letter| letter.contains("Your payment came too late")), "{sent:#?}");
        let proof = world.with(db::verify::verify(world.db(), afterward.plus_minutes(1))).expect("the books can be read");
        assert!(proof.holds(), "{proof}");
    }
}

#[test]
fn a_checkout_that_was_abandoned_before_paying_is_given_up() {
    for world in worlds() {
        let (payment, _) = reserve(&world, "abandoned", TOTE_SAND, "");
        assert_eq!(reconcile_at(&world, MORNING.plus_minutes(1)), 0);
        assert_eq!(reconcile_at(&world, MORNING.plus_minutes(3)), 1);
        let payment = world.with(db::orders::load_payment(world.db(), world.juniper, payment)).expect("it works").expect("known");
        assert_eq!(payment.status.as_str(), "declined");
    }
}
