//! References of the sandbox: a card or a payment written into its own name, signed, so that nothing has to be stored to know it
//! again.
//!
//! `card.<card>.<accepted at>.<signature>` and `sandbox.<payment>.<card>.<amount>.<currency>.<accepted at>.<signature>`; a
//! changed letter makes it unknown.

use super::{SandboxPayment, TestCard};
use crate::payment::RefundRequest;
use commerce::{Currency, Money, PaymentId, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write as _;

/// Hexadecimal digits of a signature: 128 bits.
const SIGNATURE_DIGITS: usize = 32;

/// Writes and reads references with one secret.
pub(super) struct Signer {
    keyed: Hmac<Sha256>,
}

impl Signer {
    pub(super) fn new(secret: &[u8]) -> Self {
        let mut keyed = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
        keyed.update(b"doorbuster sandbox provider\0");
        Self { keyed }
    }

    pub(super) fn reference(&self, payment: &SandboxPayment) -> String {
        let body = format!(
            "sandbox.{}.{}.{}.{}.{}",
            payment.payment,
            card_word(payment.card),
            payment.amount.amount_minor,
            payment.amount.currency.code(),
            payment.created_at.0
        );
        let signature = self.sign(&body);
        format!("{body}.{signature}")
    }

    pub(super) fn name_of_card(&self, card: TestCard, now: Timestamp) -> String {
        let body = format!("card.{}.{}", card_word(card), now.0);
        let signature = self.sign(&body);
        format!("{body}.{signature}")
    }

    /// The card behind a name and when it was accepted, if this signer wrote it.
    pub(super) fn read_name_of_card(&self, name: &str) -> Option<(TestCard, Timestamp)> {
        let mut parts = self.signed_body(name)?.split('.');
        (parts.next()? == "card").then_some(())?;
        Some((read_card_word(parts.next()?)?, Timestamp(parts.next()?.parse().ok()?)))
    }

    fn signed_body<'a>(&self, reference: &'a str) -> Option<&'a str> {
        let (body, signature) = reference.rsplit_once('.')?;
        is_same(signature.as_bytes(), self.sign(body).as_bytes()).then_some(body)
    }

    /// The payment written in a reference, if this signer wrote it.
    pub(super) fn read(&self, reference: &str) -> Option<SandboxPayment> {
        let mut parts = self.signed_body(reference)?.split('.');
        (parts.next()? == "sandbox").then_some(())?;
        let payment = parts.next()?.parse::<PaymentId>().ok()?;
        let card = read_card_word(parts.next()?)?;
        let amount_minor = parts.next()?.parse().ok()?;
        let currency = Currency::from_code(parts.next()?)?;
        let created_at = Timestamp(parts.next()?.parse().ok()?);
        Some(SandboxPayment { payment, amount: Money::new(amount_minor, currency), card, created_at })
    }

    /// The receipt of a refund: the same request gives the same text.
    pub(super) fn refund_reference(&self, request: &RefundRequest) -> String {
        let body = format!("refund.{}.{}.{}", request.refund, request.amount.amount_minor, request.amount.currency.code());
        let signature = self.sign(&format!("{body}.{}", request.payment_reference));
        format!("{body}.{signature}")
    }

    /// The signature of a message: all 256 bits, and never good as a reference.
    pub(super) fn sign_event(&self, seconds: i64, body: &[u8]) -> String {
        let mut keyed = self.keyed.clone();
        keyed.update(format!("event\0{seconds}.").as_bytes());
        keyed.update(body);
        keyed.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn sign(&self, body: &str) -> String {
        let mut keyed = self.keyed.clone();
        keyed.update(body.as_bytes());
        let mut digits = String::with_capacity(2 * SIGNATURE_DIGITS);
        for byte in keyed.finalize().into_bytes() {
            write!(digits, "{byte:02x}").expect("writing to a string does not fail");
        }
        digits.truncate(SIGNATURE_DIGITS);
        digits
    }
}

/// Compares without stopping at the first difference, so that the time taken tells nothing about the right signature.
pub(super) fn is_same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

const CARD_WORDS: [(TestCard, &str); 9] = [
    (TestCard::Accepted, "accepted"),
    (TestCard::Declined, "declined"),
    (TestCard::InsufficientFunds, "insufficient"),
    (TestCard::Expired, "expired"),
    (TestCard::IncorrectSecurityCode, "code"),
    (TestCard::ProcessingError, "error"),
    (TestCard::NeedsConfirmation, "confirm"),
    (TestCard::Slow, "slow"),
    (TestCard::AnswerLost, "lost"),
];

fn card_word(card: TestCard) -> &'static str {
    CARD_WORDS.iter().find(|(known, _)| *known == card).map(|(_, word)| *word).expect("every test card has a word")
}

fn read_card_word(word: &str) -> Option<TestCard> {
    CARD_WORDS.iter().find(|(_, known)| *known == word).map(|(card, _)| *card)
}
