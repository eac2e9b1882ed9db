//! What single cells may hold: texts, amounts, counts, yes and no; and the apostrophe that keeps spreadsheets from computing.
//!
//! A cell is read into a [`Field`]; what is wrong with it is noted, and reading goes on, so that one pass names every mistake.

use super::columns::{Column, Header};
use super::records::Row;
use super::{Field, GRAMS_MAX, QUANTITY_MAX, RowError, RowWarning, TAGS_MAX, WORD_CHARS_MAX};
use crate::catalog::{ProductStatus, StockPolicy, WeightUnit};
use crate::money::MoneyError;
use crate::{Currency, Money};

/// Spreadsheets run a cell that begins with one of these as a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// `text` as a cell that no spreadsheet runs: with an apostrophe in front when it could. [`fused`] takes it away again.
pub(super) fn defused(text: &str) -> String {
    if starts_like_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text of a cell, without the apostrophe of [`defused`].
pub(super) fn fused(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| starts_like_formula(cell)).unwrap_or(cell)
}

/// Apostrophes already there count as part of the text, so that taking one away always gives back what was written.
fn starts_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA_STARTS)
}

/// What was found while reading the rows of one product.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub errors: Vec<RowError>,
    pub warnings: Vec<RowWarning>,
}

impl Findings {
    pub fn error(&mut self, line: u64, column: Option<&str>, message: String) {
        self.errors.push(RowError { line, column: column.map(str::to_owned), message });
    }

    pub fn warn(&mut self, line: u64, column: Option<&str>, message: String) {
        self.warnings.push(RowWarning(RowError { line, column: column.map(str::to_owned), message }));
    }
}

/// One row whose cells are being read.
pub(super) struct Cells<'a> {
    pub header: &'a Header,
    pub row: &'a Row,
    pub findings: &'a mut Findings,
}

impl Cells<'_> {
    /// The trimmed text; `None` when the file has no such column.
    pub fn text(&self, column: Column) -> Option<&str> {
        self.row.cell(self.header, column)
    }

    /// Whether the column is there and its cell is not blank.
    pub fn is_set(&self, column: Column) -> bool {
        self.text(column).is_some_and(|text| !text.is_empty())
    }

    pub fn error(&mut self, column: Column, message: String) {
        self.findings.error(self.row.line, Some(self.header.name(column)), message);
    }

    pub fn warn(&mut self, column: Column, message: String) {
        self.findings.warn(self.row.line, Some(self.header.name(column)), message);
    }

    /// A text with its own blanks, as descriptions are.
    pub fn description(&self) -> Field<String> {
        match self.header.index(Column::Description).map(|index| self.row.raw(index)) {
            None => Field::Absent,
            Some("") => Field::Cleared,
            Some(text) => Field::Set(text.to_owned()),
        }
    }

    /// A short text of at most [`WORD_CHARS_MAX`] characters.
    pub fn word(&mut self, column: Column) -> Field<String> {
        self.limited(column, WORD_CHARS_MAX)
    }

    /// A short text of at most `chars_max` characters.
    pub fn limited(&mut self, column: Column, chars_max: usize) -> Field<String> {
        self.parsed(column, |text| match text.chars().count() {
            count if count > chars_max => Err(format!("has {count} characters, more than {chars_max}: shorten it")),
            _ => Ok(text.to_owned()),
        })
    }

    pub fn flag(&mut self, column: Column) -> Field<bool> {
        self.parsed(column, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            _ => Err(format!("“{text}” is neither true nor false: write true or false")),
        })
    }

    pub fn amount(&mut self, column: Column, currency: Currency) -> Field<i64> {
        self.parsed(column, |text| match Money::parse(text, currency) {
            Ok(money) => Ok(money.amount_minor),
            Err(error) => Err(amount_advice(text, currency, &error)),
        })
    }

    /// Whole grams, rounded half up from a decimal.
    pub fn grams(&mut self) -> Field<i64> {
        self.parsed(Column::Grams, |text| {
            whole_grams(text)
                .filter(|grams| *grams <= GRAMS_MAX)
                .ok_or_else(|| format!("“{text}” is not a weight in grams: write a number such as 450"))
        })
    }

    /// A count of units, zero or more. A shop that took orders beyond its stock counts below zero: that is taken as zero.
    pub fn quantity(&mut self) -> Field<i64> {
        let field = self.parsed(Column::Quantity, |text| {
            let whole = text.strip_suffix(".0").unwrap_or(text);
            whole
                .parse::<i64>()
                .ok()
                .filter(|quantity| quantity.abs() <= QUANTITY_MAX)
                .ok_or_else(|| format!("“{text}” is not a count of units: write a whole number such as 12"))
        });
        match field {
            Field::Set(quantity) if quantity < 0 => {
                self.warn(Column::Quantity, format!("{quantity} is below zero and was taken as 0"));
                Field::Set(0)
            }
            field => field,
        }
    }

    /// A blank cell means: not counted. Any name of a tracker means: counted.
    pub fn tracker(&mut self) -> Field<bool> {
        match self.text(Column::Tracker) {
            None => Field::Absent,
            Some(text) => Field::Set(!text.is_empty()),
        }
    }

    pub fn policy(&mut self) -> Field<StockPolicy> {
        self.parsed(Column::Policy, |text| match text.to_ascii_lowercase().as_str() {
            "deny" | "false" => Ok(StockPolicy::Deny),
            "continue" | "true" => Ok(StockPolicy::Continue),
            _ => Err(format!("“{text}” is no policy: write deny (sold out is sold out) or continue (take orders anyway)")),
        })
    }

    pub fn status(&mut self) -> Field<ProductStatus> {
        self.parsed(Column::Status, |text| match text.to_ascii_lowercase().as_str() {
            "active" => Ok(ProductStatus::Active),
            "draft" => Ok(ProductStatus::Draft),
            "archived" => Ok(ProductStatus::Archived),
            _ => Err(format!("“{text}” is no status: write active, draft or archived")),
        })
    }

    pub fn weight_unit(&mut self) -> Field<WeightUnit> {
        self.parsed(Column::WeightUnit, |text| match text.to_ascii_lowercase().as_str() {
            "g" => Ok(WeightUnit::G),
            "kg" => Ok(WeightUnit::Kg),
            "oz" => Ok(WeightUnit::Oz),
            "lb" => Ok(WeightUnit::Lb),
            _ => Err(format!("“{text}” is no unit of weight: write g, kg, oz or lb")),
        })
    }

    /// A barcode. Long numbers that a spreadsheet rounded (`3.65275E+11`) are kept, with a warning.
    pub fn barcode(&mut self) -> Field<String> {
        let field = self.word(Column::Barcode);
        if let Some(text) = field.set().filter(|text| is_rounded_number(text)) {
            let message = format!("“{text}” is a barcode rounded by a spreadsheet: format the column as text and enter it again");
            self.warn(Column::Barcode, message);
        }
        field
    }

    /// Words divided by commas, each once.
    pub fn tags(&mut self) -> Field<Vec<String>> {
        self.parsed(Column::Tags, |text| {
            let mut tags: Vec<String> = Vec::new();
            for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
                if tag.chars().count() > WORD_CHARS_MAX {
                    return Err(format!("a tag has more than {WORD_CHARS_MAX} characters: shorten it, or divide tags by commas"));
                }
                if !tags.iter().any(|known| known == tag) {
                    tags.push(tag.to_owned());
                }
            }
            if tags.len() > TAGS_MAX {
                return Err(format!("has {} tags, more than {TAGS_MAX}: remove some", tags.len()));
            }
            Ok(tags)
        })
    }

    fn parsed<T>(&mut self, column: Column, parse: impl FnOnce(&str) -> Result<T, String>) -> Field<T> {
        let outcome = match self.text(column) {
            None => return Field::Absent,
            Some("") => return Field::Cleared,
            Some(text) => parse(text),
        };
        match outcome {
            Ok(value) => Field::Set(value),
            Err(message) => {
                self.error(column, message);
                Field::Absent
            }
        }
    }
}

/// How the amount should have been written.
fn amount_advice(text: &str, currency: Currency, error: &MoneyError) -> String {
    if text.starts_with('-') {
        return format!("“{text}” is below zero: write 0 or more");
    }
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let (whole, cents) = digits.rsplit_once(['.', ',']).unwrap_or((&digits, ""));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let plain = match (digits.contains(',') && digits.contains('.'), cents.len()) {
        (_, 0) => whole,
        (false, 3) if digits.contains(',') => format!("{whole}{cents}"),
        _ => format!("{whole}.{cents}"),
    };
    let is_other_notation = matches!(error, MoneyError::NotANumber(_)) && plain != text;
    match Money::parse(&plain, currency) {
        Ok(money) if is_other_notation => {
            format!("“{text}” is not an amount: write {} (no currency sign, no thousands separator)", money.to_decimal())
        }
        _ => error.to_string(),
    }
}

/// `453.592` becomes 454: whole grams without floats.
fn whole_grams(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let grams: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    grams.checked_add(i64::from(fraction.bytes().next().is_some_and(|digit| digit >= b'5')))
}

/// `3.65275E+11`.
fn is_rounded_number(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    exponent.strip_prefix('+').is_some_and(digits) && digits(mantissa)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_spreadsheets_would_run_are_defused_and_come_back() {
        for text in ["=1+1", "+49", "-1", "@here", "\tx", "'=1", "''=1", "'tis", "plain", "", "'"] {
            let cell = defused(text);
            assert!(!cell.starts_with(FORMULA_STARTS), "{cell:?}");
            assert_eq!(fused(&cell), text);
        }
    }

    #[test]
    fn a_wrong_amount_is_told_how_to_be_written() {
        let euro = Currency::from_code("EUR").expect("a known code");
        for (text, advice) in [
            ("1,299.00", "write 1299.00 "),
            ("1.299,00", "write 1299.00 "),
            ("1,000", "write 1000.00 "),
            ("€12,50", "write 12.50 "),
            ("€19.99", "write 19.99 "),
            ("-3", "write 0 or more"),
            ("19.999", "more than 2 decimals"),
            ("free", "write it like 19.99"),
        ] {
            let error = Money::parse(text, euro).expect_err(text);
            let message = amount_advice(text, euro, &error);
            assert!(message.contains(advice), "{text}: {message}");
        }
    }

    #[test]
    fn weights_are_rounded_to_whole_grams() {
        for (text, grams) in
            [("453.592", Some(454)), ("0", Some(0)), (".4", Some(0)), ("12", Some(12)), ("1kg", None), ("", None)]
        {
            assert_eq!(whole_grams(text), grams, "{text}");
        }
    }
}
