//! Who buys: contact and address as written at the checkout, and the key under which one customer's purchases are counted.

use serde::{Deserialize, Serialize};

/// How to reach the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// E-mail address as written.
    pub email: String,
    /// Telephone for the carrier; may be empty.
    pub phone: String,
}

/// Where the parcel goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Full name.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Flat, floor, company; may be empty.
    pub line2: String,
    /// City or town.
    pub city: String,
    /// State, province or county; may be empty.
    pub region: String,
    /// Postal code; may be empty where a country has none.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2 code, capitals.
    pub country: String,
}

/// The key under which one customer's purchases are counted: the address in lower case, without a `+label`, and for mail
/// hosts that ignore dots (Gmail's documented rule) without dots before the `@`.
pub fn customer_key(email: &str) -> String {
    let lowered = email.trim().to_lowercase();
    let Some((local, host)) = lowered.rsplit_once('@') else { return lowered };
    let local = local.split('+').next().unwrap_or(local);
    if matches!(host, "gmail.com" | "googlemail.com") {
        return format!("{}@gmail.com", local.replace('.', ""));
    }
    format!("{local}@{host}")
}

/// Whether the text can be an e-mail address that a mail server will take: one `@`, something before it, a dotted host after
/// it, no white space or control characters, at most 254 bytes (RFC 5321 4.5.3.1.3).
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let label_is_fine = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= 254
        && !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"@<>()[],;:\\\"".contains(c))
        && host.contains('.')
        && host.split('.').all(label_is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_with_many_spellings_is_one_customer() {
        for spelling in ["ada.l@gmail.com", "AdaL+sale@googlemail.com", " adal@gmail.com "] {
            assert_eq!(customer_key(spelling), "adal@gmail.com");
        }
        assert_eq!(customer_key("Ben+x@Example.org"), "ben@example.org");
        assert_ne!(customer_key("a.b@example.org"), customer_key("ab@example.org"));
    }

    #[test]
    fn addresses_no_mail_server_takes_are_refused() {
        for text in ["", "ada", "@x.org", "ada@", "ada@org", "a b@x.org", "a@x..org", "a@-x.org", "a\n@x.org", ".a@x.org"] {
            assert!(!is_email(text), "{text:?} was accepted");
        }
        assert!(is_email("ada.lovelace+bags@mail.example.org"));
    }
}
