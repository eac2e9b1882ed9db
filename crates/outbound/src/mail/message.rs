//! One message as plain values, and the MIME text made of it: headers, a text part and an HTML part.
//!
//! Nothing typed by a stranger can add a header: control characters are taken out before anything is encoded.

use super::MailError;
use commerce::{OutboxId, ShopId, Timestamp};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use std::time::{Duration, SystemTime};

/// A name and an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As shown in a mail program; may be empty.
    pub name: String,
    /// The address.
    pub email: String,
}

/// A message ready to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The shop that sends it.
    pub shop: ShopId,
    /// Its row in the outbox; a repeated send carries the same `Message-ID`.
    pub outbox: OutboxId,
    /// The time in its `Date` header, UTC.
    pub written_at: Timestamp,
    /// The shop.
    pub from: Person,
    /// The customer.
    pub to: Person,
    /// One line.
    pub subject: String,
    /// For programs that show text only.
    pub text: String,
    /// For all others.
    pub html: String,
}

/// The longest subject, characters; what is beyond is cut.
const SUBJECT_CHARACTERS_MAX: usize = 250;

impl Message {
    /// The `Message-ID`, angle brackets included. It depends on shop and outbox row only.
    pub fn message_id(&self) -> String {
        let host = self.from.email.rsplit_once('@').map_or("localhost", |(_, host)| host);
        format!("<outbox-{}-{}@{}>", self.shop, self.outbox, one_line(host))
    }

    pub(super) fn build(&self) -> Result<lettre::Message, MailError> {
        let subject: String = one_line(&self.subject).chars().take(SUBJECT_CHARACTERS_MAX).collect();
        let auto_submitted = HeaderName::new_from_ascii_str("Auto-Submitted");
        let message = lettre::Message::builder()
            .message_id(Some(self.message_id()))
            .date(system_time(self.written_at))
            .from(mailbox(&self.from)?)
            .to(mailbox(&self.to)?)
            .subject(subject)
            .raw_header(HeaderValue::new(auto_submitted, "auto-generated".into()))
            .multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()))?;
        Ok(message)
    }
}

fn mailbox(person: &Person) -> Result<Mailbox, MailError> {
    let address = person.email.trim().parse().map_err(|error: lettre::address::AddressError| MailError::BadAddress {
        address: one_line(&person.email),
        detail: error.to_string(),
    })?;
    let name = one_line(&person.name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address))
}

/// The text with every control character turned into a space, and trimmed.
fn one_line(text: &str) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    flat.trim().into()
}

fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(at.0.max(0).unsigned_abs())
}

#[cfg(test)]
pub(super) mod testing {
    //! A message of Juniper Roasters to Ada, for the tests of both ways to send.

    use super::*;

    pub(crate) fn to_ada() -> Message {
        Message {
            shop: ShopId(1),
            outbox: OutboxId(17),
            written_at: Timestamp::from_seconds(1_794_700_800),
            from: Person { name: "Juniper Roasters".into(), email: "hello@juniper.example".into() },
            to: Person { name: "Ada Lovelace".into(), email: "ada@example.org".into() },
            subject: "Order 1001 is confirmed – thank you".into(),
            text: "Thank you, Ada.\n.\nA line with a dot above.\n".into(),
            html: "<p>Thank you, Ada. Crème brûlée €4.20</p>".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(message: &Message) -> String {
        String::from_utf8(message.build().expect("a message that can be built").formatted()).expect("mail is ASCII")
    }

    #[test]
    fn a_message_has_the_headers_mail_servers_want() {
        let mail = formatted(&testing::to_ada());
        for header in [
            "Message-ID: <outbox-1-17@juniper.example>\r\n",
            "Date: Sun, 15 Nov 2026 00:00:00 +0000\r\n",
            "From: \"Juniper Roasters\" <hello@juniper.example>\r\n",
            "To: \"Ada Lovelace\" <ada@example.org>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(mail.contains(header), "{header:?} is missing in\n{mail}");
        }
        assert!(mail.is_ascii());
    }

    #[test]
    fn sending_again_carries_the_same_message_id() {
        let first = testing::to_ada();
        let again = Message { written_at: first.written_at.plus_minutes(5), ..first.clone() };
        assert_eq!(first.message_id(), again.message_id());
    }

    #[test]
    fn nothing_typed_by_a_customer_becomes_a_header() {
        let mut message = testing::to_ada();
        message.subject = "Hello\r\nBcc: everyone@example.org\r\n\r\n<script>".into();
        message.to.name = "Ada\r\nBcc: everyone@example.org".into();
        message.from.name = "Juniper\nX-Spoiled: yes\0".into();
        let mail = formatted(&message);
        let (headers, _) = mail.split_once("\r\n\r\n").expect("headers end with an empty line");
        assert!(!headers.lines().any(|line| line.starts_with("Bcc") || line.starts_with("X-Spoiled")), "{headers}");
        assert!(headers.lines().all(|line| line.len() <= 998));
    }

    #[test]
    fn an_address_that_is_none_is_refused_before_anything_is_sent() {
        for email in ["", "ada", "ada@example.org\r\nBcc: ben@example.org", "a b@example.org", "ada@example.org, ben@example.org"]
        {
            let mut message = testing::to_ada();
            message.to.email = email.into();
            let error = message.build().expect_err(email);
            assert!(matches!(error, MailError::BadAddress { .. }) && !error.is_worth_retrying(), "{email:?}");
        }
    }

    #[test]
    fn an_endless_subject_is_cut() {
        let mut message = testing::to_ada();
        message.subject = "é".repeat(10_000);
        assert!(formatted(&message).len() < 10_000);
    }
}
