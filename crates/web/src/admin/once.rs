//! Makes a second submission of the same form harmless: the page carries a random word, and a word counts once.
//!
//! The words are remembered by this process only and are enough for the double click they are for; what must hold across
//! processes is held by the database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::{HashSet, VecDeque};
use std::sync::{LazyLock, Mutex, PoisonError};

/// How many words are remembered.
const WORDS_MAX: usize = 10_000;

static USED: LazyLock<Mutex<Used>> = LazyLock::new(Mutex::default);

#[derive(Default)]
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

/// Whether this is the word's first use. A form without a word is always first.
pub(super) fn is_first(word: &str) -> bool {
    if word.is_empty() || word.len() > 64 {
        return true;
    }
    let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
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
pub(super) fn give_back(word: &str) {
    let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    used.words.remove(word);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_once_unless_it_is_given_back() {
        let word = word();
        assert!(is_first(&word));
        assert!(!is_first(&word));
        give_back(&word);
        assert!(is_first(&word));
        assert!(is_first("") && is_first(""));
    }
}
