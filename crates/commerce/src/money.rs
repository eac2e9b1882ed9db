//! Money: whole minor units and a currency. No fractions of a minor unit exist, so no floats and no drift.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Currency(pub iso_currency::Currency);

impl Currency {
    /// The currency with this ISO 4217 code (`"EUR"`), or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        iso_currency::Currency::from_code(code).map(Self)
    }

    /// The ISO 4217 code, three capital letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn decimals(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(2))
    }

    /// The sign shoppers know: `€`, `$`, `£`; the code followed by a no-break space for those without one.
    pub fn symbol(self) -> String {
        match self.code() {
            "EUR" => "€".into(),
            "USD" => "$".into(),
            "GBP" => "£".into(),
            "JPY" => "¥".into(),
            code => format!("{code}\u{a0}"),
        }
    }
}

/// An amount: minor units (cents) of one currency. May be negative, as a difference or a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: 1999 is 19.99 in EUR and 1999 in JPY.
    pub amount_minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not digits with at most one decimal point.
    #[error("“{0}” is not an amount; write it like 19.99")]
    NotANumber(String),
    /// More decimals than the currency has.
    #[error("“{text}” has more than {decimals} decimals, which {currency} does not have")]
    TooManyDecimals {
        /// What was written.
        text: String,
        /// What the currency has.
        decimals: u32,
        /// ISO code.
        currency: &'static str,
    },
    /// Beyond what a price can be.
    #[error("“{0}” is too large")]
    TooLarge(String),
}

impl Money {
    /// The largest amount accepted from outside, in minor units: far above any order, far below overflow when multiplied by
    /// a quantity and summed over a cart.
    pub const INPUT_MINOR_MAX: i64 = 1_000_000_000_000;

    /// `amount_minor` of `currency`.
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    /// Reads a plain decimal (`19.99`, `1299`, `0.5`), exactly. At most [`Self::INPUT_MINOR_MAX`]; no sign, no thousands mark. A
    /// comma before the last one or two digits is a decimal point, as much of the world writes it.
    ///
    /// # Errors
    /// When the text is no such decimal, has more decimals than the currency (trailing zeros are fine), or is too large.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let trimmed = text.trim();
        let after_comma = trimmed.split_once(',').filter(|(_, fraction)| matches!(fraction.len(), 1 | 2));
        let (whole, fraction) = trimmed.split_once('.').or(after_comma).unwrap_or((trimmed, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
            return Err(MoneyError::NotANumber(text.into()));
        }
        let decimals = currency.decimals();
        let kept = fraction.trim_end_matches('0');
        if kept.len() > decimals as usize {
            return Err(MoneyError::TooManyDecimals { text: text.into(), decimals, currency: currency.code() });
        }
        let padded = format!("{whole}{kept:0<width$}", width = decimals as usize);
        let significant = padded.trim_start_matches('0');
        if significant.len() > 13 {
            return Err(MoneyError::TooLarge(text.into()));
        }
        let amount_minor = if significant.is_empty() { 0 } else { significant.parse().unwrap_or(i64::MAX) };
        if amount_minor > Self::INPUT_MINOR_MAX {
            return Err(MoneyError::TooLarge(text.into()));
        }
        Ok(Self { amount_minor, currency })
    }

    /// The plain decimal, without sign of currency or thousands marks: `1299.00`. What [`Self::parse`] reads back.
    pub fn to_decimal(self) -> String {
        let decimals = self.currency.decimals();
        let scale = 10_u64.pow(decimals);
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let magnitude = self.amount_minor.unsigned_abs();
        if decimals == 0 {
            return format!("{sign}{magnitude}");
        }
        format!("{sign}{}.{:0width$}", magnitude / scale, magnitude % scale, width = decimals as usize)
    }
}

/// As a shopper reads it: `€1,299.00`, `-£5.00`, `¥1,200`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = self.to_decimal();
        let plain = written.trim_start_matches('-');
        let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, digits)| (whole, Some(digits)));
        let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        write!(f, "{sign}{}{grouped}", self.currency.symbol())?;
        fraction.map_or(Ok(()), |digits| write!(f, ".{digits}"))
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).expect("a known code")
    }

    #[test]
    fn amounts_are_read_and_written_exactly() {
        for (code, text, minor, shown) in [
            ("EUR", "19.99", 1999, "€19.99"),
            ("EUR", "1299", 129_900, "€1,299.00"),
            ("EUR", ".5", 50, "€0.50"),
            ("EUR", "0.85000", 85, "€0.85"),
            ("EUR", "12,5", 1250, "€12.50"),
            ("EUR", "1299,00", 129_900, "€1,299.00"),
            ("JPY", "1200", 1200, "¥1,200"),
            ("KWD", "1.234", 1234, "KWD\u{a0}1.234"),
            ("USD", "1000000.00", 100_000_000, "$1,000,000.00"),
        ] {
            let money = Money::parse(text, currency(code)).expect(text);
            assert_eq!((money.amount_minor, money.to_string().as_str()), (minor, shown));
            assert_eq!(Money::parse(&money.to_decimal(), currency(code)), Ok(money));
        }
    }

    #[test]
    fn texts_that_are_no_amount_are_refused() {
        for text in [
            "",
            ".",
            "abc",
            "-1",
            "1,000",
            "1,000.00",
            "1.000,00",
            "1,,5",
            ",",
            "12,",
            "1.2.3",
            "1e5",
            "19.999",
            "99999999999999",
            "٣",
        ] {
            assert!(Money::parse(text, currency("EUR")).is_err(), "{text} was accepted");
        }
    }
}
