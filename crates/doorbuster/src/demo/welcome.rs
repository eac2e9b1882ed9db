//! What the terminal says when the demonstration is ready: where to look, how to sign in, how to pay, where mail goes.

use super::{DEMO_PASSWORD, NextOpening, juniper, quillmere};
use commerce::Timestamp;
use outbound::payment::{TEST_CARDS, TestCard};
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

/// Everything the text needs.
#[derive(Clone, Copy, Debug)]
pub struct Welcome<'a> {
    /// Where the server listens.
    pub address: SocketAddr,
    /// Where everything is kept.
    pub kept_in: &'a Path,
    /// Where mail goes, in words: a folder or a mail server.
    pub mail: &'a str,
    /// The next sale, if there is one.
    pub next_opening: Option<&'a NextOpening>,
    /// The instant, for the minutes until that sale.
    pub now: Timestamp,
    /// Whether to use bold type.
    pub paint: Paint,
}

/// Whether a terminal reads the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// A terminal: heads are bold, addresses underlined.
    Terminal,
    /// A file or another program.
    Plain,
}

impl Paint {
    fn bold(self, text: &str) -> String {
        if self == Self::Terminal { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.into() }
    }

    fn link(self, text: &str) -> String {
        if self == Self::Terminal { format!("\u{1b}[4;36m{text}\u{1b}[0m") } else { text.into() }
    }
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paint = self.paint;
        let head = |text: &str| paint.bold(&format!("{text:<14}"));
        let port = self.address.port();
        writeln!(f, "\n  {}\n", paint.bold("Doorbuster: two demonstration shops"))?;
        for (name, host, email, trade) in [
            ("Quillmere", quillmere::HOST, quillmere::OWNER_EMAIL, "handbags, with flash sales"),
            ("Juniper", juniper::HOST, juniper::OWNER_EMAIL, "coffee, the quiet neighbor"),
        ] {
            let address = format!("http://{host}:{port}");
            writeln!(f, "  {}{}   {trade}", head(name), paint.link(&format!("{address}/")))?;
            writeln!(f, "  {:<14}{}", "its desk", paint.link(&format!("{address}/admin")))?;
            writeln!(f, "  {:<14}seller {email} password {DEMO_PASSWORD}\n", "")?;
        }
        if let Some(next) = self.next_opening {
            let minutes = (next.opens_at.micros_since(self.now).max(0) + 30_000_000) / 60_000_000;
            writeln!(f, "  {}“{}” opens in {minutes} minutes; another sale is open now", head("Sales"), next.name)?;
        }
        let mut label = "Test cards";
        for behavior in [TestCard::Accepted, TestCard::NeedsConfirmation, TestCard::Declined] {
            if let Some((number, _, says)) = TEST_CARDS.iter().find(|(_, card, _)| *card == behavior) {
                writeln!(f, "  {}{}   {says}", head(label), in_fours(number))?;
                label = "";
            }
        }
        writeln!(f, "  {:<14}any date to come, any three digits", "")?;
        writeln!(f, "  {}HELLO10 (10 % off), LAKE25 (€25 off from €200), FERRY (free delivery)", head("Coupons"))?;
        writeln!(f, "  {}{}", head("Mail"), self.mail)?;
        writeln!(f, "  {}{} (delete it to begin anew)", head("Kept in"), self.kept_in.display())?;
        writeln!(f, "\n  Ctrl-C stops it.\n")
    }
}

fn in_fours(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_welcome_names_addresses_sign_ins_cards_and_places() {
        let next = NextOpening { name: "First Frost".into(), opens_at: Timestamp::from_seconds(1_200) };
        let welcome = Welcome {
            address: ([127, 0, 0, 1], 8080).into(),
            kept_in: Path::new("demo-data"),
            mail: "files in demo-data/mail",
            next_opening: Some(&next),
            now: Timestamp::from_seconds(0),
            paint: Paint::Plain,
        };
        let text = welcome.to_string();
        for part in [
            "http://localhost:8080/ ",
            "http://juniper.localhost:8080/admin",
            "seller ines@quillmere.example password doorbuster-demo",
            "“First Frost” opens in 20 minutes",
            "4242 4242 4242 4242   Accepted",
            "files in demo-data/mail",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(!text.contains('\u{1b}'));
    }
}
