//! What the sandbox answers: per card, twice, after a restart, too late, and to forged references.

use super::*;
use crate::payment::{Card, CardForm, PaymentProvider};
use commerce::{Currency, RefundId};

/// 15 November 2026.
const NOW: Timestamp = Timestamp::from_seconds(1_794_700_800);

fn sandbox() -> PaymentProvider {
    PaymentProvider::Sandbox(Sandbox::new(b"a secret of Juniper Roasters").without_waiting())
}

fn card(number: &str) -> Card {
    let security_code = if number.starts_with('3') { "1234" } else { "123" };
    let form = CardForm { number: number.into(), expiry: "12/30".into(), security_code: security_code.into() };
    Card::read(&form, NOW).expect("a well-formed card")
}

/// A payment of 42 euros with the provider's name for this card.
async fn request(number: &str) -> ChargeRequest {
    let reference = sandbox().accept(&card(number), NOW).await.expect("a test card");
    asked(&reference)
}

fn asked(reference: &str) -> ChargeRequest {
    let currency = Currency::from_code("EUR").expect("a known code");
    ChargeRequest { payment: PaymentId(17), amount: Money::new(4_200, currency), reference: reference.into() }
}

/// The provider's name for a payment with this card.
async fn begun(provider: &PaymentProvider, number: &str) -> String {
    provider.retrieve(&request(number).await, NOW).await.expect("a known card").reference
}

async fn verdict_at(provider: &PaymentProvider, reference: &str, now: Timestamp) -> Option<ProviderVerdict> {
    provider.retrieve(&asked(reference), now).await.ok().map(|charged| charged.verdict)
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
        let request = request(number).await;
        let charged = sandbox().charge(&request).await.ok().map(|charged| charged.verdict);
        assert_eq!(charged, expected, "{number}");
        let later = verdict_at(&sandbox(), &request.reference, NOW.plus_minutes(2)).await;
        assert_eq!(later, Some(expected.unwrap_or_else(captured)), "{number}");
    }
}

#[tokio::test]
async fn charging_again_gives_the_same_reference_and_verdict() {
    let provider = sandbox();
    let request = request("4242424242424242").await;
    let first = provider.charge(&request).await.expect("charged");
    let again = provider.charge(&request).await.expect("charged");
    let by_its_name = provider.charge(&asked(&first.reference)).await.expect("charged");
    assert_eq!((&first, &first), (&again, &by_its_name));
}

#[tokio::test]
async fn a_lost_answer_is_unknown_at_first_and_captured_when_asked_later() {
    let provider = sandbox();
    let request = request("4000000000009003").await;
    let error = provider.charge(&request).await.expect_err("the answer is lost");
    assert!(error.outcome_is_unknown());
    assert_eq!(verdict_at(&provider, &request.reference, NOW).await, Some(captured()));
}

#[tokio::test]
async fn a_slow_payment_is_pending_until_it_is_captured() {
    let provider = sandbox();
    let reference = begun(&provider, "4000000000008005").await;
    assert_eq!(verdict_at(&provider, &reference, NOW.plus_seconds(7)).await, Some(ProviderVerdict::Pending));
    assert_eq!(verdict_at(&provider, &reference, NOW.plus_seconds(8)).await, Some(captured()));
}

#[tokio::test]
async fn the_first_answer_on_the_confirmation_page_counts() {
    for (first, expected) in [(Confirmation::Approved, captured()), (Confirmation::Rejected, declined("authentication_failed"))] {
        let provider = sandbox();
        let reference = begun(&provider, "4000002500003155").await;
        let page = provider.sandbox().expect("the sandbox");
        assert_eq!(page.confirm(&reference, first, NOW.plus_minutes(1)).ok(), Some(expected.clone()));
        for second in [Confirmation::Approved, Confirmation::Rejected] {
            assert_eq!(page.confirm(&reference, second, NOW.plus_minutes(2)).ok(), Some(expected.clone()));
        }
        assert_eq!(verdict_at(&provider, &reference, NOW.plus_minutes(60)).await, Some(expected));
    }
}

#[tokio::test]
async fn a_payment_nobody_confirms_in_time_is_declined() {
    let provider = sandbox();
    let reference = begun(&provider, "4000002760003184").await;
    let last_moment = Timestamp(NOW.plus_minutes(CONFIRMATION_MINUTES).0 - 1);
    assert_eq!(verdict_at(&provider, &reference, last_moment).await, Some(ProviderVerdict::RequiresAction));
    let too_late = NOW.plus_minutes(CONFIRMATION_MINUTES);
    let page = provider.sandbox().expect("the sandbox");
    let verdict = page.confirm(&reference, Confirmation::Approved, too_late);
    assert_eq!(verdict.ok(), Some(declined("authentication_failed")));
}

#[tokio::test]
async fn only_a_payment_that_asked_can_be_confirmed() {
    let provider = sandbox();
    let reference = begun(&provider, "4000000000000002").await;
    assert!(provider.sandbox().expect("the sandbox").confirm(&reference, Confirmation::Approved, NOW).is_err());
}

#[tokio::test]
async fn a_card_from_real_life_is_not_taken() {
    let error = sandbox().accept(&card("4111111111111111"), NOW).await.expect_err("not a test card");
    let ProviderError::InvalidCard(problems) = error else { panic!("{error}") };
    assert_eq!(problems[0].field, CardField::Number);
}

#[tokio::test]
async fn a_refund_is_paid_once_however_often_it_is_asked_for() {
    let provider = sandbox();
    let reference = begun(&provider, "4242424242424242").await;
    let first = provider.refund(&refund_of(&reference, 4_200), NOW).await.expect("refunded");
    let again = sandbox().refund(&refund_of(&reference, 4_200), NOW.plus_minutes(9)).await.expect("refunded");
    assert_eq!(first, again);
}

#[tokio::test]
async fn a_refund_stays_within_what_was_charged() {
    let provider = sandbox();
    let good = begun(&provider, "4242424242424242").await;
    let declined = begun(&provider, "4000000000000002").await;
    for (reference, amount_minor) in [(&good, 4_201), (&good, 0), (&good, -1), (&declined, 100)] {
        let answer = provider.refund(&refund_of(reference, amount_minor), NOW).await;
        assert!(matches!(answer, Err(ProviderError::Refused { .. })), "{reference} {amount_minor}");
    }
}

#[tokio::test]
async fn a_changed_reference_is_unknown() {
    let provider = sandbox();
    let reference = begun(&provider, "4000000000000002").await;
    let other_secret = PaymentProvider::Sandbox(Sandbox::new(b"another secret"));
    assert!(other_secret.retrieve(&asked(&reference), NOW).await.is_err());
    for forged in [
        reference.replace("declined", "accepted"),
        reference.replace("4200", "4201"),
        reference[..reference.len() - 1].to_owned(),
        String::new(),
        "sandbox".into(),
        "é.é".into(),
    ] {
        assert!(provider.retrieve(&asked(&forged), NOW).await.is_err(), "{forged}");
    }
}
