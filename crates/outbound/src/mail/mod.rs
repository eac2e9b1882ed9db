//! Sending mail: a message as plain values, and the two ways it can leave.
//!
//! What a message says is written elsewhere (`web`'s mail templates); when it is tried again is the outbox's business. This
//! module only says whether trying again makes sense.

mod folder;
mod message;
mod smtp;

pub use folder::Folder;
pub use message::{Message, Person};
pub use smtp::Smtp;

use std::path::PathBuf;

/// Messages that leave at once at most: as many connections to the server are kept. Whoever hands over more waits here.
pub const AT_ONCE_MAX: usize = 4;

/// How mail leaves.
pub enum Mailer {
    /// To a mail server.
    Smtp(Smtp),
    /// Into a folder, one `.eml` file per message: for trying out, and for machines without a mail server.
    Folder(Folder),
}

/// Why a message did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address of a mail server cannot be used as it is written.
    #[error(
        "“{address}” is not the address of a mail server ({detail}); write it like smtp://user:password@mail.example.org:587 \
         (STARTTLS), smtps://user:password@mail.example.org (TLS) or smtp+plain://127.0.0.1:25 (no encryption)"
    )]
    BadServerAddress {
        /// As written, without the password.
        address: String,
        /// What is wrong with it.
        detail: String,
    },
    /// An e-mail address no server would take. Trying again does not help.
    #[error("“{address}” is not an e-mail address: {detail}")]
    BadAddress {
        /// As written.
        address: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The message cannot be put together. Trying again does not help.
    #[error("the message cannot be built: {0}")]
    Unbuildable(#[from] lettre::error::Error),
    /// The mail server said no for good (5xx). Trying again does not help.
    #[error("the mail server refused the message: {0}")]
    RefusedForGood(#[source] lettre::transport::smtp::Error),
    /// The mail server cannot be reached, is busy, or asks to come back later (4xx).
    #[error("the mail server did not take the message this time: {0}")]
    TryLater(#[source] lettre::transport::smtp::Error),
    /// The folder cannot be written.
    #[error("the mail folder {} cannot be written: {cause}", .folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
}

impl MailError {
    /// Whether the same message may get through another time.
    pub const fn is_worth_retrying(&self) -> bool {
        matches!(self, Self::TryLater(_) | Self::Folder { .. })
    }
}

impl Mailer {
    /// Sends one message. When this returns `Ok`, the server has taken it, or the file is complete on the disk.
    ///
    /// A crash after that and before the outbox has noted it leads to a second copy; both carry the same `Message-ID`.
    ///
    /// # Errors
    /// See [`MailError::is_worth_retrying`].
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        match self {
            Self::Smtp(smtp) => smtp.send(message).await,
            Self::Folder(folder) => folder.send(message).await,
        }
    }
}
