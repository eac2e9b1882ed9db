//! Other processes of this program: what they are told, and how they end. None inherits a setting, all stand behind the shops'
//! own visitors, and none outlives whoever has started it: those that would go on end with their standard input.

use super::Reason;
use crate::failure::Failure;
use db::Target;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tracing::warn;

/// How long the copy may take to open.
const OPENS_WITHIN: Duration = Duration::from_secs(60);
/// How long it may take to close.
const CLOSES_WITHIN: Duration = Duration::from_secs(15);
/// How much of what a process said last is told, bytes.
const COMPLAINT_BYTES: usize = 600;

/// How far behind the shops' own visitors a process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// The copy, and whatever works on it.
    Copy,
    /// The shoppers: before the copy, for one who comes too late measures nothing.
    Shoppers,
}

impl Background {
    /// As `nice` takes it.
    const fn niceness(self) -> &'static str {
        match self {
            Self::Copy => "10",
            Self::Shoppers => "5",
        }
    }
}

/// This program, to be started again.
pub struct Program(PathBuf);

/// A copy that is open for shoppers. It is ended when the value is dropped.
pub struct OpenCopy {
    /// Where, on the loopback.
    pub address: SocketAddr,
    /// Its process.
    pub process: u32,
    child: Child,
    /// It must not stand still because nobody reads what it prints.
    _printed: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// The one that runs.
    ///
    /// # Errors
    /// When the system does not tell where it is.
    pub fn this() -> Result<Self, Failure> {
        let program = std::env::current_exe();
        program.map(Self).map_err(|error| Failure::new(format!("the system does not tell where this program is: {error}")))
    }

    /// Copies a shop into a folder that does not exist yet, and opens it there.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub async fn copy_shop(&self, source: &Target, data: &Path, handle: &str, folder: &Path) -> Result<(), Reason> {
        let mut command = self.command(Background::Copy, &["copy-shop", "--open", handle]);
        command.arg(folder).env("DOORBUSTER_DATA", data);
        if let Target::Postgres(url) = source {
            // Not as an argument, which everybody on this machine could read.
            command.env("DOORBUSTER_DATABASE_URL", url);
        }
        let output = run(command).await?;
        if output.status.success() {
            return Ok(());
        }
        Err(Reason::of_server("The shop could not be copied.", complaint(&output.stderr)))
    }

    /// Opens the copy in this folder on any free port of the loopback.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn serve(&self, folder: &Path) -> Result<OpenCopy, Reason> {
        let mut command = self.command(Background::Copy, &["serve", "--until-input-ends", "--listen", "127.0.0.1:0"]);
        command.args(["--payment-provider", "sandbox", "--drain-seconds", "5", "--data"]).arg(folder);
        command.arg("--mail-folder").arg(folder.join("mail"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().map_err(|error| cannot_start(&error))?;
        let process = child.id().ok_or("The copy of the shop ended at once.")?;
        let mut printed = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let opened = tokio::time::timeout(OPENS_WITHIN, address_in(&mut printed)).await;
        let address = opened.ok().flatten().ok_or_else(|| Reason::of_server("The copy of the shop did not open.", ""))?;
        Ok(OpenCopy { address, process, child, _printed: printed })
    }

    /// This program with these arguments, as everything here is started. It is ended when nobody waits for it any more.
    pub fn command(&self, background: Background, arguments: &[&str]) -> Command {
        let mut command = match nice() {
            Some(nice) => {
                let mut command = Command::new(nice);
                command.args(["-n", background.niceness()]).arg(&self.0);
                command
            }
            None => Command::new(&self.0),
        };
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DOORBUSTER_") {
                command.env_remove(name);
            }
        }
        command.env("DOORBUSTER_LOG", "warn").args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

impl OpenCopy {
    /// Closes it and waits, but not for ever.
    pub async fn stop(mut self) {
        drop(self.child.stdin.take());
        if tokio::time::timeout(CLOSES_WITHIN, self.child.wait()).await.is_err() {
            warn!("The copy of a shop did not close in time and was cut off");
        }
    }
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started.
pub async fn run(mut command: Command) -> Result<Output, Reason> {
    command.output().await.map_err(|error| cannot_start(&error))
}

/// Why a process could not be started.
pub fn cannot_start(error: &std::io::Error) -> Reason {
    Reason::of_server("The server could not start what a test needs.", error.to_string())
}

/// What a process said last, without what marks it as an error.
pub fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(&stderr[stderr.len().saturating_sub(COMPLAINT_BYTES)..]).into_owned();
    let text = text.trim().split_once("error: ").map_or(text.trim(), |(_, rest)| rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a server says that it listens.
async fn address_in(printed: &mut Lines<BufReader<ChildStdout>>) -> Option<SocketAddr> {
    while let Ok(Some(line)) = printed.next_line().await {
        if let Some(address) = line.strip_prefix("Listening on http://") {
            return address.trim_end_matches('/').parse().ok();
        }
    }
    None
}

/// What starts a program behind others, where the system has it.
fn nice() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("nice")).find(|nice| cfg!(unix) && nice.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_complains_of_is_told_in_one_line() {
        let said = "WARN something\nerror: the shop has no pages\n       Give it some.\n";
        assert_eq!(complaint(said.as_bytes()), "the shop has no pages Give it some.");
        assert_eq!(complaint(b""), "");
    }
}
