//! Makes a second submission of the same form harmless: the page carries a random word, and a word counts once.
//!
//! The words are remembered by this process only and are enough for the double click they are for; what must hold across
//! processes is held by the database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// How many words are remembered.
const WORDS_MAX: usize = 10_000;

/// The words that were used.
#[derive(Debug, Default)]
pub(super) struct Once(Mutex<Used>);

#[derive(Debug, Default)]
struct Used {
    words: HashSet<String>,
    order: VecDeque<String>,
}

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

impl Once {
    /// Whether this is the word's first use. A form without a word is always first.
    pub fn is_first(&self, word: &str) -> bool {
        if word.is_empty() || word.len() > 64 {
            return true;
        }
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !used.words.insert(word.to_owned()) {
            return false;
        }
        used.order.push_back(word.to_owned());
        if used.order.len() > WORDS_MAX
            && let Some(oldest) = used.order.pop_front()
        {
            used.words.remove(&oldest);
        }
        true
    }

    /// Gives a word back, because nothing was done.
    pub fn give_back(&self, word: &str) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.words.remove(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_once_unless_it_is_given_back() {
        let (once, word) = (Once::default(), word());
        assert!(once.is_first(&word));
        assert!(!once.is_first(&word));
        once.give_back(&word);
        assert!(once.is_first(&word));
        assert!(once.is_first("") && once.is_first(""));
    }
}
