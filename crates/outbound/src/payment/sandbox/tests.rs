//! What the sandbox answers: per card, twice, after a restart, too late, and to forged references.

use super::*;
use crate::payment::{Card, CardForm, PaymentProvider};
use commerce::{Currency, RefundId};

/// 15 November 2026.
const NOW: Timestamp = Timestamp::from_seconds(1_794_700_800);

fn sandbox() -> PaymentProvider {
    PaymentProvider::Sandbox(Sandbox::new(b"a secret of Juniper Roasters").without_waiting())
}

fn request(number: &str) -> ChargeRequest {
    let security_code = if number.starts_with('3') { "1234" } else { "123" };
    let form = CardForm { number: number.into(), expiry: "12/30".into(), security_code: security_code.into() };
    let card = Card::read(&form, NOW).expect("a well-formed card");
    let currency = Currency::from_code("EUR").expect("a known code");
    ChargeRequest { payment: PaymentId(17), amount: Money::new(4_200, currency), card, created_at: NOW }
}

fn refund_of(reference: &str, amount_minor: i64) -> RefundRequest {
    let currency = Currency::from_code("EUR").expect("a known code");
    RefundRequest { refund: RefundId(3), payment_reference: reference.into(), amount: Money::new(amount_minor, currency) }
}

fn captured() -> ProviderVerdict {
    ProviderVerdict::Captured { amount_minor: 4_200, currency: "EUR".into() }
}

fn declined(code: &str) -> ProviderVerdict {
    ProviderVerdict::Declined { code: code.into() }
}

#[tokio::test]
async fn every_test_card_behaves_as_its_number_says_and_the_same_after_a_restart() {
    for (number, card, _) in TEST_CARDS {
        let expected = match card {
            TestCard::Accepted | TestCard::Slow => Some(captured()),
            TestCard::AnswerLost => None,
            TestCard::NeedsConfirmation => Some(ProviderVerdict::RequiresAction),
            TestCard::Declined => Some(declined("card_declined")),
            TestCard::InsufficientFunds => Some(declined("insufficient_funds")),
            TestCard::Expired => Some(declined("expired_card")),
            TestCard::IncorrectSecurityCode => Some(declined("incorrect_cvc")),
            TestCard::ProcessingError => Some(declined("processing_error")),
        };
        let request = request(number);
        let reference = sandbox().begin(&request).await.expect("a test card");
        assert_eq!(sandbox().charge(&request).await.ok(), expected, "{number}");
        let later = sandbox().retrieve(&reference, NOW.plus_minutes(2)).await.expect("a known reference");
        assert_eq!(later, expected.unwrap_or_else(captured), "{number}");
    }
}

#[tokio::test]
async fn charging_again_gives_the_same_reference_and_verdict() {
    let provider = sandbox();
    let request = request("4242424242424242");
    let first = (provider.begin(&request).await.expect("begun"), provider.charge(&request).await.expect("charged"));
    let second = (provider.begin(&request).await.expect("begun"), provider.charge(&request).await.expect("charged"));
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_at_first_and_captured_when_asked_later() {
    let provider = sandbox();
    let request = request("4000000000009003");
    let reference = provider.begin(&request).await.expect("begun");
    let error = provider.charge(&request).await.expect_err("the answer is lost");
    assert!(error.outcome_is_unknown());
    assert_eq!(provider.retrieve(&reference, NOW).await.ok(), Some(captured()));
}

#[tokio::test]
async fn a_slow_payment_is_pending_until_it_is_captured() {
    let provider = sandbox();
    let reference = provider.begin(&request("4000000000008005")).await.expect("begun");
    assert_eq!(provider.retrieve(&reference, NOW.plus_seconds(7)).await.ok(), Some(ProviderVerdict::Pending));
    assert_eq!(provider.retrieve(&reference, NOW.plus_seconds(8)).await.ok(), Some(captured()));
}

#[tokio::test]
async fn the_first_answer_on_the_confirmation_page_counts() {
    for (first, expected) in [(Confirmation::Approved, captured()), (Confirmation::Rejected, declined("authentication_failed"))] {
        let provider = sandbox();
        let reference = provider.begin(&request("4000002500003155")).await.expect("begun");
        let page = provider.sandbox().expect("the sandbox");
        assert_eq!(page.confirm(&reference, first, NOW.plus_minutes(1)).ok(), Some(expected.clone()));
        for second in [Confirmation::Approved, Confirmation::Rejected] {
            assert_eq!(page.confirm(&reference, second, NOW.plus_minutes(2)).ok(), Some(expected.clone()));
        }
        assert_eq!(provider.retrieve(&reference, NOW.plus_minutes(60)).await.ok(), Some(expected));
    }
}

#[tokio::test]
async fn a_payment_nobody_confirms_in_time_is_declined() {
    let provider = sandbox();
    let reference = provider.begin(&request("4000002760003184")).await.expect("begun");
    let last_moment = Timestamp(NOW.plus_minutes(CONFIRMATION_MINUTES).0 - 1);
    assert_eq!(provider.retrieve(&reference, last_moment).await.ok(), Some(ProviderVerdict::RequiresAction));
    let too_late = NOW.plus_minutes(CONFIRMATION_MINUTES);
    let page = provider.sandbox().expect("the sandbox");
    let verdict = page.confirm(&reference, Confirmation::Approved, too_late);
    assert_eq!(verdict.ok(), Some(declined("authentication_failed")));
}

#[tokio::test]
async fn only_a_payment_that_asked_can_be_confirmed() {
    let provider = sandbox();
    let reference = provider.begin(&request("4000000000000002")).await.expect("begun");
    assert!(provider.sandbox().expect("the sandbox").confirm(&reference, Confirmation::Approved, NOW).is_err());
}

#[tokio::test]
async fn a_card_from_real_life_is_not_taken() {
    let error = sandbox().begin(&request("4111111111111111")).await.expect_err("not a test card");
    let ProviderError::InvalidCard(problems) = error else { panic!("{error}") };
    assert_eq!(problems[0].field, CardField::Number);
}

#[tokio::test]
async fn a_refund_is_paid_once_however_often_it_is_asked_for() {
    let provider = sandbox();
    let reference = provider.begin(&request("4242424242424242")).await.expect("begun");
    let first = provider.refund(&refund_of(&reference, 4_200), NOW).await.expect("refunded");
    let again = sandbox().refund(&refund_of(&reference, 4_200), NOW.plus_minutes(9)).await.expect("refunded");
    assert_eq!(first, again);
}

#[tokio::test]
async fn a_refund_stays_within_what_was_charged() {
    let provider = sandbox();
    let good = provider.begin(&request("4242424242424242")).await.expect("begun");
    let declined = provider.begin(&request("4000000000000002")).await.expect("begun");
    for (reference, amount_minor) in [(&good, 4_201), (&good, 0), (&good, -1), (&declined, 100)] {
        let answer = provider.refund(&refund_of(reference, amount_minor), NOW).await;
        assert!(matches!(answer, Err(ProviderError::Refused { .. })), "{reference} {amount_minor}");
    }
}

#[tokio::test]
async fn a_changed_reference_is_unknown() {
    let provider = sandbox();
    let reference = provider.begin(&request("4000000000000002")).await.expect("begun");
    let other_secret = PaymentProvider::Sandbox(Sandbox::new(b"another secret"));
    assert!(other_secret.retrieve(&reference, NOW).await.is_err());
    for forged in [
        reference.replace("declined", "accepted"),
        reference.replace("4200", "4201"),
        reference[..reference.len() - 1].to_owned(),
        String::new(),
        "sandbox".into(),
        "é.é".into(),
    ] {
        assert!(provider.retrieve(&forged, NOW).await.is_err(), "{forged}");
    }
}
