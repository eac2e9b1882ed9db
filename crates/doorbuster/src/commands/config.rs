//! `doorbuster config`: the settings in effect, as a settings file.

use crate::failure::Failure;
use crate::settings::{SettingFlags, Settings};
use std::io::Write as _;
use std::process::ExitCode;

/// Prints every setting with its value, its origin and what it is for. Secrets are masked. The output is a settings file.
#[derive(clap::Args)]
pub struct ConfigArgs {}

/// Prints the settings.
///
/// # Errors
/// When they make no sense.
pub fn run(flags: &SettingFlags) -> Result<ExitCode, Failure> {
    let settings = Settings::load(flags)?;
    std::io::stdout().write_all(settings.to_toml().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
