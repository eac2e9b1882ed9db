//! What people write: how a plan's values are looked at, and what is said when one is wrong.

/// Why a plan or a claim cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It is not TOML, or has a key or a value that does not exist. The text of the cause has the line and what is allowed.
    #[error("{file} is not understood: {}", cause.to_string().trim_end())]
    Toml {
        /// Which file.
        file: String,
        /// Where and why.
        cause: Box<toml::de::Error>,
    },
    /// It is not a stored forecast. The text of the cause has the line and what is missing.
    #[error("{file} is no forecast that `doorbuster forecast --json` has written: {cause}")]
    Stored {
        /// Which file.
        file: String,
        /// Where and why.
        cause: Box<serde_json::Error>,
    },
    /// A value that makes no sense.
    #[error("{file}: {field} is {is}, but has to be {allowed}")]
    Value {
        /// Which file, or what else it was read from.
        file: String,
        /// The key, and of which channel, wave or item it is.
        field: String,
        /// What is written there.
        is: String,
        /// What may be written there.
        allowed: String,
    },
}

/// Looks at values and remembers which file they are of, and of what in it.
#[derive(Clone, Copy)]
pub(crate) struct Check<'a> {
    pub file: &'a str,
    /// What the keys belong to, as ` of channel "Mail"`; nothing for those that need no more.
    pub of: &'a str,
}

impl Check<'_> {
    /// The value is refused unless it is fine.
    pub fn that(&self, is_fine: bool, key: &str, is: impl ToString, allowed: &str) -> Result<(), Unusable> {
        if is_fine { Ok(()) } else { Err(self.refusal(key, is, allowed)) }
    }

    /// What is said of a value that is not fine.
    pub fn refusal(&self, key: &str, is: impl ToString, allowed: &str) -> Unusable {
        let field = format!("{key}{}", self.of);
        Unusable::Value { file: self.file.to_owned(), field, is: is.to_string(), allowed: allowed.to_owned() }
    }

    /// A number above nothing, and at most so much.
    pub fn positive(&self, key: &str, value: f64, most: f64) -> Result<(), Unusable> {
        self.that(value > 0.0 && value <= most, key, value, &format!("a number above 0, {most} at most"))
    }

    /// A number that may be nothing, and is at most so much.
    pub fn zero_or_more(&self, key: &str, value: f64, most: f64) -> Result<(), Unusable> {
        self.that((0.0..=most).contains(&value), key, value, &format!("a number from 0 to {most}"))
    }

    /// A share of something: 1 is all of it.
    pub fn share(&self, key: &str, value: f64) -> Result<(), Unusable> {
        self.that((0.0..=1.0).contains(&value), key, value, "from 0 to 1: 0.02 is 2 %")
    }

    /// A name that can be told from others.
    pub fn name(&self, key: &str, value: &str) -> Result<(), Unusable> {
        self.that(!value.trim().is_empty() && value.len() <= 200, key, format!("\"{value}\""), "a name, 200 bytes at most")
    }
}
