//! Where a seller's new password comes from: the keyboard, standard input, or chance.

use crate::failure::Failure;
use console::Term;
use std::io::{BufRead as _, IsTerminal as _};
use web::password::check_password;

/// A password, and whether somebody has to be told.
pub enum Password {
    /// Somebody typed it.
    Given(String),
    /// The program made it.
    Made(String),
}

impl Password {
    /// The password itself.
    pub fn text(&self) -> &str {
        match self {
            Self::Given(text) | Self::Made(text) => text,
        }
    }
}

/// Asks for it where somebody sits at a terminal, else reads the first line of standard input. Where that is blank, one is made,
/// unless standard input was asked for.
///
/// # Errors
/// When it is too short, was typed in two ways, or cannot be read.
pub fn choose(email: &str, from_stdin: bool) -> Result<Password, Failure> {
    let at_terminal = !from_stdin && std::io::stdin().is_terminal();
    let typed = if at_terminal { ask(email)? } else { first_line()? };
    if typed.is_empty() && !from_stdin {
        return random_password().map(Password::Made);
    }
    check_password(&typed).map_err(Failure::usage)?;
    Ok(Password::Given(typed))
}

/// Asks twice, without showing what is typed.
fn ask(email: &str) -> Result<String, Failure> {
    let terminal = Term::stderr();
    terminal.write_str(&format!("New password for {email} (leave it blank to have one made): "))?;
    let typed = terminal.read_secure_line()?;
    if !typed.is_empty() {
        check_password(&typed).map_err(Failure::usage)?;
        terminal.write_str("Once more: ")?;
        if terminal.read_secure_line()? != typed {
            return Err(Failure::usage("the two passwords differ").with_advice("Nothing was changed; try again."));
        }
    }
    Ok(typed)
}

fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Twenty letters and digits that are not mistaken for each other: 100 bits.
fn random_password() -> Result<String, Failure> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0_u8; 20];
    getrandom::fill(&mut random).map_err(|error| Failure::new(format!("the system has no random numbers: {error}")))?;
    let letters: String = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok([&letters[..5], &letters[5..10], &letters[10..15], &letters[15..]].join("-"))
}
