//! How a command fails: one sentence that says what is wrong, one that says what to do, and an exit code.

use crate::settings::{Settings, SettingsError};
use db::Target;
use std::fmt::Display;
use std::process::ExitCode;

/// Why a command stopped.
#[derive(Debug)]
pub struct Failure {
    message: String,
    advice: Option<String>,
    code: u8,
}

impl Failure {
    /// It failed.
    pub fn new(message: impl Display) -> Self {
        Self { message: message.to_string(), advice: None, code: 1 }
    }

    /// It was asked for in a wrong way.
    pub fn usage(message: impl Display) -> Self {
        Self { code: 2, ..Self::new(message) }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_advice(self, advice: impl Display) -> Self {
        Self { advice: Some(advice.to_string()), ..self }
    }

    /// The database of these settings could not be opened.
    pub fn opening_database(error: &db::Error, settings: &Settings) -> Self {
        let advice = match (&settings.target, error) {
            (Target::Postgres(_), db::Error::Unreachable(_)) => {
                "Is PostgreSQL running, and does --database-url name the right host, port, user and database?".into()
            }
            (Target::Folder(folder), db::Error::Conflict(_)) => {
                format!("Another program is writing to {} for a long time; end it or wait.", folder.display())
            }
            (Target::Folder(folder), _) => {
                format!("Can {} be written by this user, and is there room on the disk?", folder.display())
            }
            (Target::Postgres(_), _) => "May this user make tables there?".into(),
        };
        Self::new(error).with_advice(advice)
    }

    /// Tells it on standard error.
    pub fn tell(&self) -> ExitCode {
        eprintln!("error: {}", self.message);
        if let Some(advice) = &self.advice {
            eprintln!("       {advice}");
        }
        ExitCode::from(self.code)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::usage(error).with_advice("`doorbuster config` shows every setting and where it comes from.")
    }
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        Self::new(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error)
    }
}
