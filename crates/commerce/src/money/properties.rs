//! What holds for every amount, tried on random ones.

use super::*;
use proptest::prelude::*;

/// Currencies with no, two, three and four decimals.
fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(&["JPY", "EUR", "KWD", "CLF"][..]).prop_map(|code| Currency::from_code(code).expect("a known code"))
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![0..=20_000_i64, 0..=Money::INPUT_MINOR_MAX, Just(Money::INPUT_MINOR_MAX)]
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(amount_minor in amount(), currency in currency()) {
        let money = Money::new(amount_minor, currency);
        prop_assert_eq!(Money::parse(&money.to_decimal(), currency), Ok(money));
        prop_assert_eq!(Money::parse(&format!(" 00{} ", money.to_decimal()), currency), Ok(money));
        let shown = money.to_string().replace(&currency.symbol(), "").replace(',', "");
        prop_assert_eq!(Money::parse(&shown, currency), Ok(money));
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency(amount_minor in any::<i64>(), currency in currency()) {
        let written = Money::new(amount_minor, currency).to_decimal();
        let decimals = written.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert_eq!(u32::try_from(decimals), Ok(currency.decimals()));
        prop_assert_eq!(digits(&written).parse(), Ok(amount_minor.unsigned_abs()));
        prop_assert_eq!(written.starts_with('-'), amount_minor < 0);
    }

    #[test]
    fn shoppers_read_the_same_digits_as_are_written(
        amount_minor in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)],
        currency in currency(),
    ) {
        let money = Money::new(amount_minor, currency);
        prop_assert_eq!(digits(&money.to_string()), digits(&money.to_decimal()));
    }

    #[test]
    fn more_than_the_limit_is_too_large_and_one_less_is_not(
        over in prop_oneof![1..=20_000_i64, 1..=i64::MAX - Money::INPUT_MINOR_MAX],
        currency in currency(),
    ) {
        let written = Money::new(Money::INPUT_MINOR_MAX + over, currency).to_decimal();
        prop_assert_eq!(Money::parse(&written, currency), Err(MoneyError::TooLarge(written)));
    }

    #[test]
    fn any_text_is_an_amount_that_can_be_written_or_is_refused(text in "[0-9.,+\\-e ٣]{0,24}", currency in currency()) {
        if let Ok(money) = Money::parse(&text, currency) {
            prop_assert!((0..=Money::INPUT_MINOR_MAX).contains(&money.amount_minor));
            prop_assert_eq!(Money::parse(&money.to_decimal(), currency), Ok(money));
        }
    }
}
