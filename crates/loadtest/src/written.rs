//! What people write in TOML for a load test: how it is read, and what they are told when it is wrong.

use serde::de::DeserializeOwned;
use std::io;
use std::path::Path;

/// Why a plan, a mix or objectives cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It cannot be opened.
    #[error("cannot read {file}: {cause}. Give the path of a TOML file, or one of the names that are built in: {shipped}")]
    File {
        /// As it was asked for.
        file: String,
        /// What the system says.
        cause: io::Error,
        /// What could be asked for without a file.
        shipped: String,
    },
    /// It is not TOML, or has a key or a value that does not exist. The text of the cause has the line and what is allowed.
    #[error("{file} is not understood: {cause}")]
    Toml {
        /// Which file.
        file: String,
        /// Where and why.
        cause: Box<toml::de::Error>,
    },
    /// A value that makes no sense.
    #[error("{file}: {field} is {is}, but has to be {allowed}")]
    Value {
        /// Which file.
        file: String,
        /// The key, with the table that it is in.
        field: String,
        /// What is written there.
        is: String,
        /// What may be written there.
        allowed: String,
    },
}

/// A file that comes with the program.
pub(crate) struct Shipped {
    pub name: &'static str,
    pub text: &'static str,
}

/// The text that this name or path stands for, and what it is called in messages.
///
/// # Errors
/// When there is no such file.
pub(crate) fn text_of(name: &str, shipped: &[Shipped]) -> Result<(String, String), Unusable> {
    if let Some(found) = shipped.iter().find(|file| file.name == name) {
        return Ok((found.text.to_owned(), format!("{name} (built in)")));
    }
    let text = std::fs::read_to_string(Path::new(name)).map_err(|cause| {
        let names: Vec<&str> = shipped.iter().map(|file| file.name).collect();
        let shipped = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Unusable::File { file: name.to_owned(), cause, shipped }
    })?;
    Ok((text, name.to_owned()))
}

/// Reads TOML.
///
/// # Errors
/// When it is not TOML or not of this form.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, Unusable> {
    toml::from_str(text).map_err(|cause| Unusable::Toml { file: file.to_owned(), cause: Box::new(cause) })
}

/// Looks at values and remembers which file they are of.
#[derive(Clone, Copy)]
pub(crate) struct Check<'a> {
    pub file: &'a str,
}

impl Check<'_> {
    /// The value is refused unless it is fine.
    pub fn that(&self, is_fine: bool, field: &str, is: impl ToString, allowed: &str) -> Result<(), Unusable> {
        if is_fine {
            return Ok(());
        }
        let (file, field) = (self.file.to_owned(), field.to_owned());
        Err(Unusable::Value { file, field, is: is.to_string(), allowed: allowed.to_owned() })
    }

    /// A number above nothing and not endless.
    pub fn positive(&self, field: &str, value: f64) -> Result<(), Unusable> {
        self.that(value > 0.0 && value.is_finite(), field, value, "a number above 0")
    }

    /// Seconds that may be none.
    pub fn seconds(&self, field: &str, value: f64) -> Result<(), Unusable> {
        self.that(value >= 0.0 && value.is_finite(), field, value, "seconds, 0 or more")
    }

    /// A share of something.
    pub fn share(&self, field: &str, value: f64) -> Result<(), Unusable> {
        self.that((0.0..=1.0).contains(&value), field, value, "from 0 to 1")
    }
}
