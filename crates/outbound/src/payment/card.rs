//! A payment card as typed at the checkout: read, checked field by field, and never shown or kept.
//!
//! A [`Card`] has no serialization, and its `Debug` hides everything but the last four digits.

use commerce::Timestamp;
use std::fmt;

/// What the customer typed.
#[derive(Clone, Default)]
pub struct CardForm {
    /// Digits, possibly with spaces or hyphens.
    pub number: String,
    /// `MM/YY` or `MM/YYYY`, with or without spaces.
    pub expiry: String,
    /// Three digits, four on American Express.
    pub security_code: String,
}

/// A card whose fields make sense. Whether there is money behind it, only the provider knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    number: String,
    expiry_year: i16,
    expiry_month: i8,
    security_code: String,
}

/// A field of the card form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardField {
    /// The card number.
    Number,
    /// Month and year.
    Expiry,
    /// The three or four digits on the back.
    SecurityCode,
}

/// What is wrong with a field, as the customer reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardProblem {
    /// Which field.
    pub field: CardField,
    /// One sentence.
    pub message: &'static str,
}

impl Card {
    /// Reads the form at `now`.
    ///
    /// # Errors
    /// One problem per field that cannot be right, in the order of the form.
    pub fn read(form: &CardForm, now: Timestamp) -> Result<Self, Vec<CardProblem>> {
        let number = read_number(&form.number);
        let expiry = read_expiry(&form.expiry, now);
        let digits_wanted = number.as_deref().map_or(3, security_code_digits);
        let security_code = read_security_code(&form.security_code, digits_wanted);
        match (number, expiry, security_code) {
            (Ok(number), Ok((expiry_year, expiry_month)), Ok(security_code)) => {
                Ok(Self { number, expiry_year, expiry_month, security_code })
            }
            (number, expiry, security_code) => {
                let problem = |field, message: Option<&'static str>| message.map(|message| CardProblem { field, message });
                Err([
                    problem(CardField::Number, number.err()),
                    problem(CardField::Expiry, expiry.err()),
                    problem(CardField::SecurityCode, security_code.err()),
                ]
                .into_iter()
                .flatten()
                .collect())
            }
        }
    }

    /// The last four digits: all of the number that may be shown or kept.
    pub fn last_four(&self) -> &str {
        &self.number[self.number.len() - 4..]
    }

    /// Who issued it, as shoppers call it.
    pub fn brand(&self) -> &'static str {
        match self.number.as_bytes() {
            [b'4', ..] => "Visa",
            [b'3', b'4' | b'7', ..] => "American Express",
            [b'5', b'1'..=b'5', ..] | [b'2', b'2'..=b'7', ..] => "Mastercard",
            [b'6', b'0' | b'4' | b'5', ..] => "Discover",
            [b'3', b'5', ..] => "JCB",
            _ => "Card",
        }
    }

    /// All digits of the number, for the provider only.
    pub(super) fn number(&self) -> &str {
        &self.number
    }
}

/// Shows the last four digits and nothing else, so that a card may stand in a log line by mistake.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Card(…{})", self.last_four())
    }
}

/// Shows nothing at all.
impl fmt::Debug for CardForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardForm(…)")
    }
}

fn read_number(typed: &str) -> Result<String, &'static str> {
    let number: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if number.is_empty() {
        return Err("Enter the card number.");
    }
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("A card number has digits only.");
    }
    if !(12..=19).contains(&number.len()) || !passes_luhn(&number) {
        return Err("This is not a card number. Please check the digits.");
    }
    Ok(number)
}

/// The check digit of ISO/IEC 7812: every second digit from the right counts double.
fn passes_luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .map(|byte| u32::from(byte - b'0'))
        .enumerate()
        .map(|(index, digit)| if index % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

fn read_expiry(typed: &str, now: Timestamp) -> Result<(i16, i8), &'static str> {
    const FORMAT: &str = "Enter the expiry date as MM/YY.";
    const YEARS_AHEAD_MAX: i16 = 50;
    let compact: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if compact.is_empty() {
        return Err(FORMAT);
    }
    let (month, year) = match compact.split_once(['/', '-']) {
        Some(parts) => parts,
        None if compact.is_ascii() && compact.len() >= 4 => compact.split_at(2),
        None => return Err(FORMAT),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(month) || !all_digits(year) || !matches!(year.len(), 2 | 4) {
        return Err(FORMAT);
    }
    let (Ok(month), Ok(year)) = (month.parse::<i8>(), year.parse::<i16>()) else { return Err(FORMAT) };
    let year = if year < 100 { 2000 + year } else { year };
    let (this_year, this_month) = year_and_month(now);
    if !(1..=12).contains(&month) || year > this_year + YEARS_AHEAD_MAX {
        return Err(FORMAT);
    }
    if (year, month) < (this_year, this_month) {
        return Err("This card has expired.");
    }
    Ok((year, month))
}

/// Year and month at `now` in UTC. A card is good until its month has ended; which zone decides that, no one can tell apart.
fn year_and_month(now: Timestamp) -> (i16, i8) {
    let instant = jiff::Timestamp::from_microsecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let date = jiff::tz::TimeZone::UTC.to_datetime(instant).date();
    (date.year(), date.month())
}

fn security_code_digits(number: &str) -> usize {
    if number.starts_with("34") || number.starts_with("37") { 4 } else { 3 }
}

fn read_security_code(typed: &str, digits_wanted: usize) -> Result<String, &'static str> {
    let code = typed.trim();
    if code.is_empty() {
        return Err("Enter the security code.");
    }
    if code.len() != digits_wanted || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(if digits_wanted == 4 {
            "The security code is the four digits on the front."
        } else {
            "The security code is the three digits on the back."
        });
    }
    Ok(code.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 15 November 2026.
    const NOW: Timestamp = Timestamp::from_seconds(1_794_700_800);

    fn read(number: &str, expiry: &str, security_code: &str) -> Result<Card, Vec<CardField>> {
        let form = CardForm { number: number.into(), expiry: expiry.into(), security_code: security_code.into() };
        Card::read(&form, NOW).map_err(|problems| problems.into_iter().map(|problem| problem.field).collect())
    }

    #[test]
    fn a_card_is_read_however_it_is_typed() {
        for (number, expiry, code) in [
            ("4242424242424242", "11/26", "123"),
            (" 4242 4242-4242 4242 ", "12 / 2030", " 000 "),
            ("4242424242424242", "0127", "999"),
            ("378282246310005", "01-28", "1234"),
        ] {
            assert!(read(number, expiry, code).is_ok(), "{number} {expiry} {code} was refused");
        }
        let card = read("3782 822463 10005", "01/28", "1234").expect("an American Express card");
        assert_eq!((card.brand(), card.last_four()), ("American Express", "0005"));
    }

    #[test]
    fn each_wrong_field_is_named() {
        use CardField::{Expiry, Number, SecurityCode};
        for (number, expiry, code, fields) in [
            ("4242424242424241", "11/26", "123", vec![Number]),
            ("4242", "11/26", "123", vec![Number]),
            ("42424242424242424242", "11/26", "123", vec![Number]),
            ("4242x24242424242", "11/26", "123", vec![Number]),
            ("٤242424242424242", "11/26", "123", vec![Number]),
            ("4242424242424242", "10/26", "123", vec![Expiry]),
            ("4242424242424242", "13/30", "123", vec![Expiry]),
            ("4242424242424242", "0/30", "123", vec![Expiry]),
            ("4242424242424242", "1/300", "123", vec![Expiry]),
            ("4242424242424242", "1/2099", "123", vec![Expiry]),
            ("4242424242424242", "é1/30", "123", vec![Expiry]),
            ("4242424242424242", "é130", "123", vec![Expiry]),
            ("4242424242424242", "11/26", "12", vec![SecurityCode]),
            ("4242424242424242", "11/26", "12a", vec![SecurityCode]),
            ("378282246310005", "11/26", "123", vec![SecurityCode]),
            ("", "", "", vec![Number, Expiry, SecurityCode]),
        ] {
            assert_eq!(read(number, expiry, code), Err(fields), "{number} {expiry} {code}");
        }
    }

    #[test]
    fn a_card_hides_its_number_when_printed() {
        let card = read("4242424242424242", "11/26", "987").expect("a good card");
        assert_eq!(format!("{card:?}"), "Card(…4242)");
        let form = CardForm { number: "4242424242424242".into(), ..CardForm::default() };
        assert!(!format!("{form:?}").contains("42"));
    }
}
