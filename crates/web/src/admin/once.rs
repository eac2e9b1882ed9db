//! Makes a second submission of the same form harmless: the page carries a random word, and what is done for a form is done
//! once. The database holds which forms were sent, in the transaction that did what they ask for, so this is true whichever
//! node a second click arrives at. Words and other secrets are made here.

use super::form::Form;
use super::seat::Seat;
use crate::error::Error;
use crate::gate::outside;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce::checkout::{Command, Outcome};
use db::submissions::was_submitted;

/// The longest word, bytes.
const WORD_BYTES_MAX: usize = 64;

/// A fresh word for a form.
pub(super) fn word() -> String {
    random(12)
}

/// `bytes` random bytes as text.
pub(super) fn random(bytes: usize) -> String {
    let mut secret = vec![0; bytes];
    getrandom::fill(&mut secret).expect("the system has random numbers");
    URL_SAFE_NO_PAD.encode(secret)
}

/// A form on its way to the order writer.
pub(super) struct Submission<'a> {
    seat: &'a Seat,
    /// Who sent it, what for, and its word. `None`: a form without a word counts each time.
    name: Option<String>,
}

/// What became of a form.
pub(super) enum Became {
    /// It was done.
    Done(Outcome),
    /// It was done when the form was sent the first time; nothing is done now.
    DoneBefore,
    /// Nothing was done; the form says why.
    Refused,
}

impl<'a> Submission<'a> {
    /// This form, sent for `action`, such as `orders/17/refund`.
    pub(super) fn of(seat: &'a Seat, action: &str, form: &Form) -> Self {
        Self { seat, name: name(seat.seller.id, action, form.typed("once")) }
    }

    /// Hands the command in if the form is fine. A refusal is noted at `field`.
    ///
    /// # Errors
    /// When the order writer or the database fails.
    pub(super) async fn submit(&self, command: Command, form: &mut Form, field: &str) -> Result<Became, Error> {
        let seat = self.seat;
        if form.is_fine() {
            let outcome = match &self.name {
                Some(name) => outside(seat.app.writer().submit_once(seat.shop(), command, name.clone())).await?,
                None => Some(outside(seat.app.writer().submit(seat.shop(), command)).await?),
            };
            match outcome {
                Some(Outcome::Refused(refusal)) => form.refuse(field, refusal.message(seat.currency())),
                Some(outcome) => return Ok(Became::Done(outcome)),
                None => return Ok(Became::DoneBefore),
            }
        }
        // Once the first of two clicks has sent everything, the second asks for too much. That is no mistake of the seller.
        let was_done = match &self.name {
            Some(name) => was_submitted(seat.db(), seat.shop(), name).await?,
            None => false,
        };
        Ok(if was_done { Became::DoneBefore } else { Became::Refused })
    }
}

fn name(seller: commerce::SellerId, action: &str, word: &str) -> Option<String> {
    (!word.is_empty() && word.len() <= WORD_BYTES_MAX).then(|| format!("{seller}:{action}:{word}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::SellerId;

    #[test]
    fn a_word_counts_for_one_seller_and_one_action() {
        let word = word();
        let (ines, ben) = (SellerId(1), SellerId(2));
        let refund = name(ines, "orders/17/refund", &word);
        assert_eq!(refund, name(ines, "orders/17/refund", &word));
        assert_ne!(refund, name(ines, "orders/17/cancel", &word));
        assert_ne!(refund, name(ines, "orders/18/refund", &word));
        assert_ne!(refund, name(ben, "orders/17/refund", &word));
        assert_eq!(name(ines, "orders/17/refund", ""), None);
    }
}
