//! How a command fails: one sentence that says what is wrong, one that says what to do, and an exit code.

use crate::demo::DEMO_FOLDER;
use crate::settings::{Settings, SettingsError};
use db::Target;
use std::fmt::{self, Display};
use std::path::Path;
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

    /// The same for a command whose code 2 means something else: it failed.
    #[must_use]
    pub fn into_failed(self) -> Self {
        Self { code: 1, ..self }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_advice(self, advice: impl Display) -> Self {
        Self { advice: Some(advice.to_string()), ..self }
    }

    /// The database of these settings could not be opened.
    pub fn opening_database(error: &db::Error, settings: &Settings) -> Self {
        let advice = match (&settings.target, error) {
            (_, db::Error::Absent) => return Self::no_database(settings),
            (_, db::Error::Outdated { .. }) => "Start `doorbuster serve` once: it brings the database up to date.".into(),
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

    /// Nothing is there to work with. Says where it was looked for, and on whose word.
    fn no_database(settings: &Settings) -> Self {
        const MAKE_ONE: &str = "`doorbuster shop create` makes one, `doorbuster restore FILE` brings one back";
        let message = match &settings.target {
            Target::Folder(folder) => {
                let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
                format!("there is no Doorbuster database in the folder {} ({})", whole.display(), settings.told_by("data"))
            }
            Target::Postgres(_) => {
                format!("the PostgreSQL database of {} holds no Doorbuster tables", settings.told_by("database_url"))
            }
        };
        let advice = match &settings.target {
            Target::Folder(_) if Path::new(DEMO_FOLDER).is_dir() => {
                format!("The demonstration's is in another one: --data {DEMO_FOLDER}. {MAKE_ONE}.")
            }
            Target::Folder(_) => format!("Name its folder: --data FOLDER. {MAKE_ONE}, `doorbuster demo` has two to look at."),
            Target::Postgres(_) => format!("{MAKE_ONE}."),
        };
        Self::new(message).with_advice(advice)
    }

    /// Tells it on standard error. Where whoever read our output has gone (`| head`), there is nothing to tell.
    pub fn tell(&self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("error: {self}");
        }
        ExitCode::from(self.code)
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.advice.as_ref().map_or(Ok(()), |advice| write!(f, "\n       {advice}"))
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

/// Of what a command prints.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::new("") } else { Self::new(error) }
    }
}
