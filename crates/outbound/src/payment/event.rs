//! What a provider says unasked: a signed message that a payment has got further.
//!
//! The signature covers the instant and the very bytes of the message, `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`, so a
//! message is neither changed nor kept for later.

use super::{Charged, PaymentProvider, ProviderError, Sandbox};
use commerce::payment::ProviderVerdict;
use commerce::{PaymentId, ShopId, Timestamp};
use serde::{Deserialize, Serialize};

/// How old a message may be, and how far ahead its sender's clock, seconds.
const AGE_SECONDS_MAX: i64 = 300;

/// A message about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentEvent {
    /// The provider's name for the message.
    pub id: String,
    /// Whose payment, as we told the provider.
    pub shop: ShopId,
    /// Our id of the attempt.
    pub payment: PaymentId,
    /// The provider's name for the payment.
    pub reference: String,
    /// Where the payment stands; with amount and currency when money was taken.
    pub verdict: ProviderVerdict,
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventRefusal {
    /// It was not signed by the provider, or not these bytes.
    #[error("the signature does not fit")]
    Signature,
    /// It was signed too long ago, or will be.
    #[error("the message is too old")]
    Age,
    /// It is signed and makes no sense.
    #[error("the message cannot be read")]
    Unreadable,
}

impl PaymentEvent {
    /// What it says, as the answer to a question would say it.
    pub fn charged(self) -> Charged {
        Charged { reference: self.reference, verdict: self.verdict }
    }
}

impl PaymentProvider {
    /// The message behind a body and its signature, if the provider sent it lately.
    ///
    /// # Errors
    /// When it is not to be believed.
    pub fn read_event(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<PaymentEvent, EventRefusal> {
        match self {
            Self::Sandbox(sandbox) => sandbox.read_event(signature, body, now),
        }
    }
}

impl Sandbox {
    /// The message that tells where a payment stands at `now`: its body and its signature.
    ///
    /// # Errors
    /// When the sandbox does not know the reference.
    pub fn event(&self, shop: ShopId, reference: &str, now: Timestamp) -> Result<(String, String), ProviderError> {
        let known = self.payment(reference)?;
        let Charged { reference, verdict } = self.stands(&known, now);
        let id = format!("event.{}.{}", known.payment, now.0);
        let event = PaymentEvent { id, shop, payment: known.payment, reference, verdict };
        let body = serde_json::to_string(&event).expect("plain fields always have a JSON form");
        let seconds = now.0.div_euclid(1_000_000);
        let signature = format!("t={seconds},v1={}", self.sign_event(seconds, body.as_bytes()));
        Ok((body, signature))
    }

    fn read_event(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<PaymentEvent, EventRefusal> {
        let part = |name: &str| signature.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let seconds: i64 = part("t").and_then(|text| text.parse().ok()).ok_or(EventRefusal::Signature)?;
        if !self.is_event_signature(seconds, body, part("v1").unwrap_or_default()) {
            return Err(EventRefusal::Signature);
        }
        let age = now.0.div_euclid(1_000_000).saturating_sub(seconds);
        if !(-AGE_SECONDS_MAX..=AGE_SECONDS_MAX).contains(&age) {
            return Err(EventRefusal::Age);
        }
        let event: PaymentEvent = serde_json::from_slice(body).map_err(|_| EventRefusal::Unreadable)?;
        let is_of_payment = self.payment(&event.reference).is_ok_and(|known| known.payment == event.payment);
        if is_of_payment { Ok(event) } else { Err(EventRefusal::Unreadable) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Card, CardForm, ChargeRequest};
    use super::*;
    use commerce::{Currency, Money};

    const NOON: Timestamp = Timestamp::from_seconds(1_795_780_800);

    #[tokio::test]
    async fn a_message_is_believed_while_it_is_fresh_and_as_it_was_sent() {
        let provider = PaymentProvider::Sandbox(Sandbox::new(b"secret"));
        let form = CardForm { number: "4242424242424242".into(), expiry: "12/30".into(), security_code: "123".into() };
        let reference = provider.accept(&Card::read(&form, NOON).expect("a card"), NOON).await.expect("accepted");
        let amount = Money::new(7_290, Currency::from_code("EUR").expect("the euro"));
        let charged = provider.charge(&ChargeRequest { payment: PaymentId(7), amount, reference }).await.expect("charged");
        let sandbox = provider.sandbox().expect("the sandbox");
        let (body, signature) = sandbox.event(ShopId(1), &charged.reference, NOON).expect("known");

        let read = |signature: &str, body: &str, now| provider.read_event(signature, body.as_bytes(), now);
        let event = read(&signature, &body, NOON.plus_seconds(300)).expect("it is genuine");
        assert_eq!((event.shop, event.payment, event.charged()), (ShopId(1), PaymentId(7), charged));
        assert_eq!(read(&signature, &body, NOON.plus_seconds(301)), Err(EventRefusal::Age));
        assert_eq!(read(&signature, &body.replace("7290", "7291"), NOON), Err(EventRefusal::Signature));
        for wrong in ["", "t=1", "v1=", &signature.replace("v1=", "v0="), &signature.replacen("t=1", "t=2", 1)] {
            assert_eq!(read(wrong, &body, NOON), Err(EventRefusal::Signature), "{wrong}");
        }
        let other = Sandbox::new(b"another secret");
        assert_eq!(other.read_event(&signature, body.as_bytes(), NOON), Err(EventRefusal::Signature));
    }
}
