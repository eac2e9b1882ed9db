//! The server dies when it has settled what the payment provider told it unasked, and before it has said that it heard. The
//! provider tells it again.

use super::points::start_to_die_at;
use super::{Crowd, UNITS, rounds};
use crate::program::{Engine, Place, SECRET_KEY, Server};
use crate::shopper::{Bought, Shopper};
use commerce::{Currency, Money, PaymentId, ShopId, Timestamp};
use db::{Db, OpenOptions};
use outbound::payment::{Card, CardForm, ChargeRequest, PaymentProvider, Sandbox};
use std::time::SystemTime;

const MESSAGES: usize = 3;
/// The money is taken, but the provider's answer never comes.
const ANSWER_LOST: &str = "4000 0000 0000 9003";
/// What the coffee costs, cents.
const PRICE_MINOR: i64 = 1_250;

#[test]
fn a_message_about_a_payment_that_is_told_again_after_a_crash_leads_to_one_order_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn a_message_about_a_payment_that_is_told_again_after_a_crash_leads_to_one_order_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let place = Place::new(engine);
    place.open_juniper_roasters(UNITS);
    let mut crowd = Crowd::default();
    for _ in rounds(MESSAGES) {
        let mut server = start_to_die_at(&place, "message-settled-before-answer", 1);
        let (mut ada, email) = (Shopper::new(&server.address), "ada@example.com");
        let checkout_id = ada.go_to_checkout("house-blend").expect("the checkout is answered");
        let sent = ada.send_payment(&checkout_id, email, ANSWER_LOST).expect("the payment is answered");
        let payment = sent.location.strip_prefix("/checkout/pending/").and_then(|rest| rest.split('?').next()?.parse().ok());
        let message = message(&place, payment.unwrap_or_else(|| panic!("the payment is left open, not {sent:?}")));
        tell(&server, &message).expect_err("it dies before it answers");
        super::points::assert_died(&mut server, "message-settled-before-answer");

        let server = place.start("serve");
        assert_eq!(tell(&server, &message).expect("it is answered"), 200);
        ada.move_to(&server.address);
        let bought = ada.pay(&checkout_id, email);
        let Bought::Receipt { path, number } = bought else { panic!("the paid page led to {bought:?}") };
        crowd.keep(number, path);
        assert_eq!(server.stop(), Some(0));
    }
    let server = place.start("serve");
    crowd.check(&place, &server);
    assert_eq!(server.stop(), Some(0));
}

/// What the provider has to say about a payment: the message and its signature.
#[tokio::main(flavor = "current_thread")]
async fn message(place: &Place, payment: PaymentId) -> (String, String) {
    let now = now();
    let key = std::fs::read_to_string(place.folder.join("secret.key")).unwrap_or_else(|_| SECRET_KEY.to_owned());
    let provider = PaymentProvider::Sandbox(Sandbox::new(key.trim().as_bytes()));
    let form = CardForm { number: ANSWER_LOST.into(), expiry: "12/39".into(), security_code: "123".into() };
    let reference = provider.accept(&Card::read(&form, now).expect("a card"), now).await.expect("it is accepted");
    let amount = Money::new(PRICE_MINOR, Currency::from_code("EUR").expect("the euro"));
    let charged = provider.retrieve(&ChargeRequest { payment, amount, reference }, now).await.expect("it is charged");
    let sandbox = provider.sandbox().expect("the sandbox");
    sandbox.event(shop(place).await, &charged.reference, now).expect("the sandbox knows its payment")
}

async fn shop(place: &Place) -> ShopId {
    let db = Db::open_existing(&place.target(), &OpenOptions::default()).await.expect("the database is there");
    db::shops::list_shops(&db).await.expect("it can be read")[0].id
}

/// The provider tells the shop; the status of the answer.
fn tell(server: &Server, (body, signature): &(String, String)) -> Result<u16, ureq::Error> {
    let url = format!("{}/webhooks/payments", server.address);
    let request = ureq::post(url).header("content-type", "application/json").header("payment-signature", signature);
    request.send(body).map(|answer| answer.status().as_u16())
}

#[allow(clippy::disallowed_methods, reason = "the provider has a clock of its own")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970");
    Timestamp(i64::try_from(since.as_micros()).expect("it is before the year 294000"))
}
