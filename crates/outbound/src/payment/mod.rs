//! The seam to payment providers: what the shop asks of one, and what it may hear back.
//!
//! The order of calls is what keeps money safe. `accept` turns a card into a reference, which the shop writes down together with
//! the hold; `charge` takes the money; and whatever happens in between, `retrieve` with that reference tells the truth later. So
//! a lost answer, a crash or an impatient customer never leaves money that nobody knows of.

mod card;
mod event;
mod sandbox;

pub use card::{Card, CardField, CardForm, CardProblem};
pub use event::{EventRefusal, PaymentEvent};
pub use sandbox::{CONFIRMATION_MINUTES, Confirmation, Sandbox, SandboxPayment, TEST_CARDS, TestCard};

use commerce::payment::ProviderVerdict;
use commerce::{Money, PaymentId, RefundId, Timestamp};

/// A payment provider. One variant per provider; each has its own file.
pub enum PaymentProvider {
    /// The built-in one: behaves like a card provider, takes test cards only, moves no money.
    Sandbox(Sandbox),
}

/// What is charged. The same payment always carries the same values: a provider recognizes a repeated call by `payment`.
#[derive(Clone, Debug)]
pub struct ChargeRequest {
    /// Our id of the attempt, which makes the call idempotent.
    pub payment: PaymentId,
    /// How much, more than zero.
    pub amount: Money,
    /// The provider's latest name for it: of the card that was accepted, later of the payment itself.
    pub reference: String,
}

/// Where a payment stands at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// The provider's name for the payment, from now on.
    pub reference: String,
    /// What has become of it.
    pub verdict: ProviderVerdict,
}

/// Money to give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Our id of the refund, which makes the call idempotent.
    pub refund: RefundId,
    /// The provider's reference of the payment.
    pub payment_reference: String,
    /// How much, more than zero and at most what was charged.
    pub amount: Money,
}

/// What the provider did with a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundReceipt {
    /// The provider's reference of the refund; the same for a repeated call.
    pub reference: String,
}

/// Why a provider gave no verdict.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// What was typed cannot be a card, or not one that this provider takes. Nothing was charged; shown beside the fields.
    #[error("the card was not accepted: {}", .0.iter().map(|problem| problem.message).collect::<Vec<_>>().join(" "))]
    InvalidCard(Vec<CardProblem>),
    /// No answer in time. The money may have been taken: ask again with [`PaymentProvider::retrieve`].
    #[error("the payment provider did not answer in time; the payment may or may not have been taken")]
    Timeout,
    /// The provider cannot be reached or is out of order. The money may have been taken, as with a timeout.
    #[error("the payment provider cannot be reached: {detail}")]
    Unavailable {
        /// For the log.
        detail: String,
    },
    /// The provider knows no such payment.
    #[error("the payment provider knows no payment “{reference}”")]
    UnknownReference {
        /// What was asked for.
        reference: String,
    },
    /// The provider will not do it, now or later.
    #[error("the payment provider refused: {reason}")]
    Refused {
        /// For the log and for the seller.
        reason: String,
    },
}

impl ProviderError {
    /// Whether money may have moved all the same, so that the payment has to stay open until the provider is asked again.
    pub const fn outcome_is_unknown(&self) -> bool {
        matches!(self, Self::Timeout | Self::Unavailable { .. })
    }
}

impl PaymentProvider {
    /// The provider's name as stored with each payment.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sandbox(_) => "sandbox",
        }
    }

    /// Gives the provider's name for a card, good for one payment, without moving money; the card itself is forgotten. Write the
    /// name down, commit, and only then [`charge`](Self::charge).
    ///
    /// # Errors
    /// [`ProviderError::InvalidCard`] when the card cannot be charged at all; nothing has to be kept then.
    pub async fn accept(&self, card: &Card, now: Timestamp) -> Result<String, ProviderError> {
        match self {
            Self::Sandbox(sandbox) => sandbox.accept(card, now),
        }
    }

    /// Takes the money. Repeating the call with the same request charges once and gives the same verdict.
    ///
    /// # Errors
    /// When there is no verdict; see [`ProviderError::outcome_is_unknown`].
    pub async fn charge(&self, request: &ChargeRequest) -> Result<Charged, ProviderError> {
        match self {
            Self::Sandbox(sandbox) => sandbox.charge(request).await,
        }
    }

    /// Where the payment stands at `now`. One that was never charged, because something came in between, is charged.
    ///
    /// # Errors
    /// When the provider does not know the reference or does not answer.
    pub async fn retrieve(&self, request: &ChargeRequest, now: Timestamp) -> Result<Charged, ProviderError> {
        match self {
            Self::Sandbox(sandbox) => sandbox.retrieve(request, now),
        }
    }

    /// Gives money back. Repeating the call with the same request pays back once and gives the same receipt.
    ///
    /// # Errors
    /// When the payment is unknown, holds less than the amount, or the provider does not answer.
    pub async fn refund(&self, request: &RefundRequest, now: Timestamp) -> Result<RefundReceipt, ProviderError> {
        match self {
            Self::Sandbox(sandbox) => sandbox.refund(request, now),
        }
    }

    /// The built-in provider, when it is the one in use: its confirmation page is served by this program.
    pub const fn sandbox(&self) -> Option<&Sandbox> {
        match self {
            Self::Sandbox(sandbox) => Some(sandbox),
        }
    }
}
