//! Mail to a server: a small pool of SMTP connections.

use super::{AT_ONCE_MAX, MailError, Message};
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// The library's pool keeps so many connections and makes as many as are asked for.
    connections: Semaphore,
}

/// How long one command may take before the server counts as unreachable, seconds.
const COMMAND_SECONDS_MAX: u64 = 30;

impl Smtp {
    /// A server by its address. `smtp://` insists on STARTTLS (port 587 unless given), `smtps://` speaks TLS from the start (465),
    /// `smtp+plain://` does not encrypt (25). User and password, if any, stand before the `@`, percent-encoded.
    ///
    /// Nothing is connected yet. Has to be called within a Tokio runtime.
    ///
    /// # Errors
    /// [`MailError::BadServerAddress`] when the address has another form.
    pub fn new(address: &str) -> Result<Self, MailError> {
        let bad = |detail: String| MailError::BadServerAddress { address: without_password(address), detail };
        let url = lettre_url(address).ok_or_else(|| bad("it starts with neither smtp://, smtps:// nor smtp+plain://".into()))?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url).map_err(|error| bad(error.to_string()))?;
        let transport = builder
            .timeout(Some(Duration::from_secs(COMMAND_SECONDS_MAX)))
            .pool_config(PoolConfig::new().max_size(AT_ONCE_MAX as u32))
            .build();
        Ok(Self { transport, connections: Semaphore::new(AT_ONCE_MAX) })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), MailError> {
        let built = message.build()?;
        let _one = self.connections.acquire().await.expect("nobody closes it");
        match self.transport.send(built).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::RefusedForGood(error)),
            Err(error) => Err(MailError::TryLater(error)),
        }
    }
}

/// Our three schemes in the library's spelling, in which `smtp` alone would mean no encryption.
fn lettre_url(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let (rest, _) = rest.split_once('?').unwrap_or((rest, ""));
    match scheme {
        "smtp" => Some(format!("smtp://{rest}?tls=required")),
        "smtps" => Some(format!("smtps://{rest}")),
        "smtp+plain" => Some(format!("smtp://{rest}")),
        _ => None,
    }
}

/// The address as it may be shown: the password becomes `***`.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return "…".into() };
    let Some((credentials, host)) = rest.rsplit_once('@') else { return address.into() };
    let user = credentials.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{host}")
}

#[cfg(test)]
mod tests {
    use super::super::Mailer;
    use super::super::message::testing::to_ada;
    use super::*;
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    /// A mail server for one message: it answers RCPT with `recipient_answer` and gives back what it was sent.
    async fn server(recipient_answer: &'static str) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("smtp+plain://{}", listener.local_addr().expect("an address"));
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let (reader, mut writer) = stream.into_split();
            let mut lines = BufReader::new(reader).lines();
            let mut heard = Vec::new();
            let mut in_message = false;
            writer.write_all(b"220 juniper.example ESMTP\r\n").await.expect("greeted");
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                    _ if in_message && line != "." => "",
                    "." => {
                        in_message = false;
                        "250 2.0.0 taken\r\n"
                    }
                    "DATA" => {
                        in_message = true;
                        "354 go ahead\r\n"
                    }
                    "RCPT" => recipient_answer,
                    _ => "250 fine\r\n",
                };
                let is_end = line == ".";
                heard.push(line);
                writer.write_all(answer.as_bytes()).await.expect("answered");
                if is_end || !recipient_answer.starts_with('2') && answer == recipient_answer {
                    break;
                }
            }
            heard
        });
        (address, heard)
    }

    #[tokio::test]
    async fn a_message_reaches_the_server_whole() {
        let (address, heard) = server("250 fine\r\n").await;
        let mailer = Mailer::Smtp(Smtp::new(&address).expect("a good address"));
        mailer.send(&to_ada()).await.expect("taken");
        drop(mailer);
        let heard = heard.await.expect("the server ends");
        assert!(heard.iter().any(|line| line.starts_with("MAIL FROM:<hello@juniper.example>")), "{heard:?}");
        assert!(heard.iter().any(|line| line.starts_with("RCPT TO:<ada@example.org>")), "{heard:?}");
        assert!(heard.iter().any(|line| line == "Message-ID: <outbox-1-17@juniper.example>"), "{heard:?}");
        assert!(heard.iter().any(|line| line == "A line with a dot above."), "a lone dot ended the message early: {heard:?}");
    }

    #[tokio::test]
    async fn a_server_that_says_later_is_tried_again_and_one_that_says_no_is_not() {
        for (answer, worth_retrying) in [("451 4.7.1 greylisted\r\n", true), ("550 5.1.1 no such user\r\n", false)] {
            let (address, heard) = server(answer).await;
            let smtp = Smtp::new(&address).expect("a good address");
            let error = smtp.send(&to_ada()).await.expect_err("not taken");
            assert_eq!(error.is_worth_retrying(), worth_retrying, "{error}");
            heard.abort();
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_tried_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("smtp+plain://{}", listener.local_addr().expect("an address"));
        drop(listener);
        let error = Smtp::new(&address).expect("a good address").send(&to_ada()).await.expect_err("nobody listens");
        assert!(error.is_worth_retrying(), "{error}");
    }

    #[tokio::test]
    async fn a_server_without_encryption_gets_nothing_when_encryption_was_asked_for() {
        let (address, heard) = server("250 fine\r\n").await;
        let smtp = Smtp::new(&address.replace("smtp+plain", "smtp")).expect("a good address");
        assert!(smtp.send(&to_ada()).await.is_err());
        heard.abort();
    }

    #[tokio::test]
    async fn an_address_of_another_form_is_refused_without_showing_its_password() {
        for address in ["mail.example.org", "http://mail.example.org", "smtp://ines:secret@", "smtp://ines:secret@mail:port"] {
            let error = Smtp::new(address).err().expect(address).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
