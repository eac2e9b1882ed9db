//! The built-in card provider for trying a shop out: it answers like a real one and moves no money.
//!
//! It stands for a system outside of ours, so what it knows has to survive our crash. It does so without a file: its name for a
//! card carries how the card behaves and when it was accepted, its name for a payment the amount too, all signed, and every
//! answer is computed from the name and `now`. Only the confirmations given on its own page are remembered in memory; one that
//! is forgotten runs out as declined.

mod reference;

use super::{Card, CardField, CardProblem, ChargeRequest, Charged, ProviderError, RefundReceipt, RefundRequest};
use commerce::payment::ProviderVerdict;
use commerce::{Money, PaymentId, Timestamp};
use reference::Signer;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How a test card behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestCard {
    /// The money is taken at once.
    Accepted,
    /// Refused without a reason.
    Declined,
    /// Not enough money.
    InsufficientFunds,
    /// The bank says it has expired.
    Expired,
    /// The bank says the security code is wrong.
    IncorrectSecurityCode,
    /// The bank failed.
    ProcessingError,
    /// The customer has to confirm on the provider's page.
    NeedsConfirmation,
    /// The money is taken, but the answer needs [`SLOW_ANSWER_SECONDS`].
    Slow,
    /// The money is taken, but the answer never comes.
    AnswerLost,
}

/// The cards the sandbox takes: number, behavior, and a line for the table on the checkout page.
pub const TEST_CARDS: [(&str, TestCard, &str); 12] = [
    ("4242424242424242", TestCard::Accepted, "Accepted"),
    ("5555555555554444", TestCard::Accepted, "Accepted (Mastercard)"),
    ("378282246310005", TestCard::Accepted, "Accepted (American Express)"),
    ("4000002500003155", TestCard::NeedsConfirmation, "Asks for a confirmation"),
    ("4000002760003184", TestCard::NeedsConfirmation, "Always asks for a confirmation"),
    ("4000000000000002", TestCard::Declined, "Declined"),
    ("4000000000009995", TestCard::InsufficientFunds, "Insufficient funds"),
    ("4000000000000069", TestCard::Expired, "Expired"),
    ("4000000000000127", TestCard::IncorrectSecurityCode, "Wrong security code"),
    ("4000000000000119", TestCard::ProcessingError, "The bank fails"),
    ("4000000000008005", TestCard::Slow, "Accepted after eight seconds"),
    ("4000000000009003", TestCard::AnswerLost, "Accepted, but the answer is lost"),
];

/// How long a customer may take to confirm, minutes. After that the payment is declined.
pub const CONFIRMATION_MINUTES: i64 = 15;

/// How long the slow card takes, seconds.
const SLOW_ANSWER_SECONDS: i64 = 8;

/// The most confirmations kept in memory; old ones leave first.
const CONFIRMATIONS_MAX: usize = 100_000;

/// What the customer did on the confirmation page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// “Yes, it is me who pays.”
    Approved,
    /// “No.”
    Rejected,
}

/// What the sandbox's confirmation page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SandboxPayment {
    /// Our id of the attempt.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// How its card behaves.
    pub card: TestCard,
    /// When its card was accepted, UTC.
    pub created_at: Timestamp,
}

impl SandboxPayment {
    /// From this instant on it can no longer be confirmed.
    pub const fn confirm_before(&self) -> Timestamp {
        self.created_at.plus_minutes(CONFIRMATION_MINUTES)
    }
}

/// The built-in card provider.
pub struct Sandbox {
    signer: Signer,
    slow_answer: Duration,
    confirmations: Mutex<HashMap<PaymentId, (Timestamp, Confirmation)>>,
}

impl Sandbox {
    /// A sandbox whose references are signed with `secret` (any length; 32 random bytes are right). Nodes of one installation and
    /// restarts of one process must use the same secret.
    pub fn new(secret: &[u8]) -> Self {
        let slow_answer = Duration::from_secs(SLOW_ANSWER_SECONDS.unsigned_abs());
        Self { signer: Signer::new(secret), slow_answer, confirmations: Mutex::default() }
    }

    /// The same, but the slow card answers without waiting. For tests.
    #[must_use]
    pub const fn without_waiting(mut self) -> Self {
        self.slow_answer = Duration::ZERO;
        self
    }

    /// The payment behind a reference, for the confirmation page.
    ///
    /// # Errors
    /// [`ProviderError::UnknownReference`] when this sandbox did not make the reference.
    pub fn payment(&self, reference: &str) -> Result<SandboxPayment, ProviderError> {
        self.signer.read(reference).ok_or_else(|| ProviderError::UnknownReference { reference: reference.into() })
    }

    /// Where a payment stands at `now`.
    pub(super) fn stands(&self, payment: &SandboxPayment, now: Timestamp) -> Charged {
        Charged { reference: self.signer.reference(payment), verdict: self.verdict(payment, now) }
    }

    /// Signs a message.
    pub(super) fn sign_event(&self, seconds: i64, body: &[u8]) -> String {
        self.signer.sign_event(seconds, body)
    }

    /// Whether this sandbox has signed these bytes at this second.
    pub(super) fn is_event_signature(&self, seconds: i64, body: &[u8], signature: &str) -> bool {
        reference::is_same(signature.as_bytes(), self.signer.sign_event(seconds, body).as_bytes())
    }

    /// What the customer's answer on the confirmation page leads to. The first answer counts; too late is declined.
    ///
    /// # Errors
    /// When the reference is unknown, or the payment never asked for a confirmation.
    pub fn confirm(&self, reference: &str, confirmation: Confirmation, now: Timestamp) -> Result<ProviderVerdict, ProviderError> {
        let payment = self.payment(reference)?;
        if payment.card != TestCard::NeedsConfirmation {
            return Err(ProviderError::Refused { reason: "this payment needs no confirmation".into() });
        }
        if now < payment.confirm_before() {
            self.remember(&payment, confirmation, now);
        }
        Ok(self.verdict(&payment, now))
    }

    pub(super) fn accept(&self, card: &Card, now: Timestamp) -> Result<String, ProviderError> {
        let known = TEST_CARDS.iter().find(|(number, _, _)| *number == card.number());
        let Some((_, card, _)) = known else {
            let message = "This shop is being tried out and takes test cards only, such as 4242 4242 4242 4242.";
            return Err(ProviderError::InvalidCard(vec![CardProblem { field: CardField::Number, message }]));
        };
        Ok(self.signer.name_of_card(*card, now))
    }

    pub(super) async fn charge(&self, request: &ChargeRequest) -> Result<Charged, ProviderError> {
        let payment = self.asked_for(request)?;
        match payment.card {
            TestCard::AnswerLost => Err(ProviderError::Timeout),
            TestCard::Slow => {
                tokio::time::sleep(self.slow_answer).await;
                Ok(self.charged(&payment, payment.created_at.plus_seconds(SLOW_ANSWER_SECONDS)))
            }
            _ => Ok(self.charged(&payment, payment.created_at)),
        }
    }

    pub(super) fn retrieve(&self, request: &ChargeRequest, now: Timestamp) -> Result<Charged, ProviderError> {
        Ok(self.charged(&self.asked_for(request)?, now))
    }

    /// The payment that is meant: by its own name, or by that of its card.
    fn asked_for(&self, request: &ChargeRequest) -> Result<SandboxPayment, ProviderError> {
        let Some((card, created_at)) = self.signer.read_name_of_card(&request.reference) else {
            return self.payment(&request.reference);
        };
        if request.amount.amount_minor <= 0 {
            return Err(ProviderError::Refused { reason: "the amount is not more than zero".into() });
        }
        Ok(SandboxPayment { payment: request.payment, amount: request.amount, card, created_at })
    }

    fn charged(&self, payment: &SandboxPayment, now: Timestamp) -> Charged {
        Charged { reference: self.signer.reference(payment), verdict: self.verdict(payment, now) }
    }

    pub(super) fn refund(&self, request: &RefundRequest, now: Timestamp) -> Result<RefundReceipt, ProviderError> {
        let payment = self.payment(&request.payment_reference)?;
        let refused = |reason: &str| Err(ProviderError::Refused { reason: reason.into() });
        if request.amount.currency != payment.amount.currency {
            return refused("the payment was made in another currency");
        }
        if request.amount.amount_minor <= 0 || request.amount.amount_minor > payment.amount.amount_minor {
            return refused("the amount is not within what was charged");
        }
        if !self.may_hold_money(&payment, now) {
            return refused("nothing was charged");
        }
        Ok(RefundReceipt { reference: self.signer.refund_reference(request) })
    }

    /// A confirmed payment may have been forgotten since, so of those that need a confirmation only a known “no” counts.
    fn may_hold_money(&self, payment: &SandboxPayment, now: Timestamp) -> bool {
        match payment.card {
            TestCard::NeedsConfirmation => self.confirmation(payment) != Some(Confirmation::Rejected),
            _ => matches!(self.verdict(payment, now), ProviderVerdict::Captured { .. }),
        }
    }

    fn verdict(&self, payment: &SandboxPayment, now: Timestamp) -> ProviderVerdict {
        let captured = || ProviderVerdict::Captured {
            amount_minor: payment.amount.amount_minor,
            currency: payment.amount.currency.code().into(),
        };
        let declined = |code: &str| ProviderVerdict::Declined { code: code.into() };
        match payment.card {
            TestCard::Accepted | TestCard::AnswerLost => captured(),
            TestCard::Declined => declined("card_declined"),
            TestCard::InsufficientFunds => declined("insufficient_funds"),
            TestCard::Expired => declined("expired_card"),
            TestCard::IncorrectSecurityCode => declined("incorrect_cvc"),
            TestCard::ProcessingError => declined("processing_error"),
            TestCard::Slow if now < payment.created_at.plus_seconds(SLOW_ANSWER_SECONDS) => ProviderVerdict::Pending,
            TestCard::Slow => captured(),
            TestCard::NeedsConfirmation => match self.confirmation(payment) {
                Some(Confirmation::Approved) => captured(),
                Some(Confirmation::Rejected) => declined("authentication_failed"),
                None if now < payment.confirm_before() => ProviderVerdict::RequiresAction,
                None => declined("authentication_failed"),
            },
        }
    }

    fn confirmation(&self, payment: &SandboxPayment) -> Option<Confirmation> {
        let confirmations = self.confirmations.lock().unwrap_or_else(PoisonError::into_inner);
        confirmations.get(&payment.payment).map(|(_, confirmation)| *confirmation)
    }

    fn remember(&self, payment: &SandboxPayment, confirmation: Confirmation, now: Timestamp) {
        let mut confirmations = self.confirmations.lock().unwrap_or_else(PoisonError::into_inner);
        if confirmations.len() >= CONFIRMATIONS_MAX {
            let mut instants: Vec<Timestamp> = confirmations.values().map(|(at, _)| *at).collect();
            instants.sort_unstable();
            let median = instants[instants.len() / 2];
            confirmations.retain(|_, (at, _)| *at > median);
        }
        confirmations.entry(payment.payment).or_insert((now, confirmation));
    }
}

#[cfg(test)]
mod tests;
