//! A form as it was typed, and what is wrong with it. Reading a field either gives its value or notes an error under the field's
//! name; when any was noted, the page is shown again with everything as typed.

use super::format::{self, TimeProblem};
use commerce::{Currency, Money, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What was typed, by field name, and what is wrong, by field name. The empty name stands for the form as a whole.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    #[serde(skip)]
    pairs: Vec<(String, String)>,
}

impl Form {
    /// The longest one-line text, in characters.
    pub const LINE_CHARS_MAX: usize = 255;
    /// The longest text of several lines, in bytes.
    pub const TEXT_BYTES_MAX: usize = 200_000;

    /// What a browser sent.
    pub fn received(pairs: Vec<(String, String)>) -> Self {
        let mut values = BTreeMap::new();
        for (name, value) in &pairs {
            values.entry(name.clone()).or_insert_with(|| value.replace("\r\n", "\n").replace('\0', ""));
        }
        Self { values, errors: BTreeMap::new(), pairs }
    }

    /// Fills a field of a form that is about to be shown.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    /// Fills fields of a form that is about to be shown.
    pub fn filled<N: Into<String>, V: Into<String>>(fields: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            form.set(name, value);
        }
        form
    }

    /// Notes what is wrong with a field; the first word counts.
    pub fn refuse(&mut self, name: impl Into<String>, problem: impl Into<String>) {
        self.errors.entry(name.into()).or_insert_with(|| problem.into());
    }

    /// Whether nothing wrong was noted.
    pub fn is_fine(&self) -> bool {
        self.errors.is_empty()
    }

    /// What is wrong with a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.get(name).map(String::as_str)
    }

    /// Whether anything is wrong with a field whose name begins so.
    pub fn is_wrong_in(&self, beginning: &str) -> bool {
        self.errors.keys().any(|name| name.starts_with(beginning))
    }

    /// What was typed, as it is; empty when the field was not sent.
    pub fn typed(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Whether the field was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Every field with what was typed into it, by name.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value sent under one name, for lists of checkboxes.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a checkbox is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.typed(name).is_empty()
    }

    /// A line of text without white space around it; may be empty.
    pub fn line(&mut self, name: &str) -> String {
        let text = self.typed(name).trim().to_owned();
        if text.chars().count() > Self::LINE_CHARS_MAX {
            self.refuse(name, format!("Please use at most {} characters.", Self::LINE_CHARS_MAX));
        }
        if text.chars().any(char::is_control) {
            self.refuse(name, "Please write it in one line, without control characters.");
        }
        text
    }

    /// A line of text that must not be empty.
    pub fn required_line(&mut self, name: &str) -> String {
        let text = self.line(name);
        if text.is_empty() {
            self.refuse(name, "Please fill this in.");
        }
        text
    }

    /// A text of several lines; may be empty.
    pub fn text(&mut self, name: &str) -> String {
        let text = self.typed(name).trim_end().to_owned();
        if text.len() > Self::TEXT_BYTES_MAX {
            self.refuse(name, format!("Please use at most {} characters.", Self::TEXT_BYTES_MAX));
        }
        text
    }

    /// Words separated by commas, each once.
    pub fn words(&mut self, name: &str) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in self.typed(name).split(',').map(str::trim).filter(|word| !word.is_empty()) {
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        if words.iter().any(|word| word.chars().count() > Self::LINE_CHARS_MAX) || words.len() > 250 {
            self.refuse(name, "Please use at most 250 words of at most 255 characters.");
        }
        words
    }

    /// An amount of the currency, zero or more; `None` when empty or wrong.
    pub fn amount(&mut self, name: &str, currency: Currency) -> Option<i64> {
        let typed = self.typed(name).trim().to_owned();
        if typed.is_empty() {
            return None;
        }
        match Money::parse(&typed, currency) {
            Ok(money) => Some(money.amount_minor),
            Err(problem) => {
                self.refuse(name, format!("{problem}."));
                None
            }
        }
    }

    /// An amount that must be there; zero stands in when it is wrong.
    pub fn required_amount(&mut self, name: &str, currency: Currency) -> i64 {
        if self.typed(name).trim().is_empty() {
            self.refuse(name, "Please type an amount.");
        }
        self.amount(name, currency).unwrap_or(0)
    }

    /// A whole number within the range; `None` when empty or wrong.
    pub fn number(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let typed = self.typed(name).trim().to_owned();
        if typed.is_empty() {
            return None;
        }
        match typed.strip_prefix('+').unwrap_or(&typed).parse::<i64>() {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                self.refuse(name, format!("Please type a whole number from {} to {}.", range.start(), range.end()));
                None
            }
        }
    }

    /// A whole number that must be there; the least of the range stands in when it is wrong.
    pub fn required_number(&mut self, name: &str, range: RangeInclusive<i64>) -> i64 {
        if self.typed(name).trim().is_empty() {
            self.refuse(name, "Please type a number.");
        }
        let least = *range.start();
        self.number(name, range).unwrap_or(least)
    }

    /// A percentage as parts per million, 0 to 100 %; `None` when empty or wrong.
    pub fn percent(&mut self, name: &str) -> Option<i64> {
        if self.typed(name).trim().is_empty() {
            return None;
        }
        let ppm = format::read_percent(self.typed(name)).filter(|ppm| *ppm <= 1_000_000);
        if ppm.is_none() {
            self.refuse(name, "Please type a percentage from 0 to 100, such as 19 or 8.25.");
        }
        ppm
    }

    /// A time typed in the zone; `None` when empty or wrong.
    pub fn time(&mut self, name: &str, zone: &str) -> Option<Timestamp> {
        if self.typed(name).trim().is_empty() {
            return None;
        }
        match format::read_local(self.typed(name), zone) {
            Ok(at) => Some(at),
            Err(TimeProblem::Unreadable) => {
                self.refuse(name, "Please write it like 2026-11-27T18:00.");
                None
            }
            Err(TimeProblem::Skipped) => {
                self.refuse(name, format!("This time does not exist in {zone}: the clocks are put forward over it."));
                None
            }
        }
    }

    /// A time that must be there; the epoch stands in when it is wrong.
    pub fn required_time(&mut self, name: &str, zone: &str) -> Timestamp {
        if self.typed(name).trim().is_empty() {
            self.refuse(name, "Please choose date and time.");
        }
        self.time(name, zone).unwrap_or_default()
    }

    /// One of the choices; the first stands in when it is none of them.
    pub fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> T {
        let typed = self.typed(name).to_owned();
        match choices.iter().find(|(word, _)| *word == typed) {
            Some((_, choice)) => *choice,
            None => {
                self.refuse(name, "Please choose one of the entries.");
                choices[0].1
            }
        }
    }

    /// The part of an address: as typed, or made from `fallback` when empty.
    pub fn handle(&mut self, name: &str, fallback: &str) -> String {
        let typed = self.line(name).to_lowercase();
        let handle = if typed.is_empty() { commerce::catalog::handle_from_title(fallback) } else { typed };
        if !commerce::catalog::is_handle(&handle) {
            self.refuse(name, "Please use letters, digits and hyphens.");
        }
        handle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, value: &str) -> Form {
        Form::received(vec![(name.into(), value.into())])
    }

    #[test]
    fn wrong_input_is_noted_beside_its_field_and_kept_as_typed() {
        let euro = Currency::from_code("EUR").expect("EUR is a currency");
        let mut price = form("price", "12,500");
        assert_eq!(price.amount("price", euro), None);
        assert!(price.error("price").is_some());
        assert_eq!(price.typed("price"), "12,500");

        let mut count = form("count", "7000000000000000000000");
        assert_eq!(count.number("count", 0..=10), None);
        assert!(!count.is_fine());

        let mut title = form("title", "  ");
        title.required_line("title");
        assert_eq!(title.error("title"), Some("Please fill this in."));
    }

    #[test]
    fn good_input_is_read_exactly() {
        assert_eq!(form("delta", "+5").number("delta", -10..=10), Some(5));
        assert_eq!(form("tags", "linen, bags,linen, ").words("tags"), ["linen", "bags"]);
        assert_eq!(form("handle", "").handle("handle", "Tote “Ria”"), "tote-ria");
        let many = Form::received(vec![("p".into(), "1".into()), ("p".into(), "2".into())]);
        assert_eq!(many.all("p").collect::<Vec<_>>(), ["1", "2"]);
    }
}
