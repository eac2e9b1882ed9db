//! Passwords of sellers: Argon2id, as the text that the database keeps.
//!
//! One hash takes 19 MiB and tens of milliseconds. Handlers call the two `async` functions: they work on a blocking thread and
//! let only [`AT_ONCE_MAX`] run side by side, so that a crowd of sign-ins cannot starve a sale.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Hashes computed side by side at most.
pub const AT_ONCE_MAX: usize = 2;

/// The shortest password, characters.
pub const PASSWORD_CHARACTERS_MIN: usize = 10;

/// The longest password, bytes: enough for any sentence.
pub const PASSWORD_BYTES_MAX: usize = 512;

/// Memory of one hash, KiB.
const MEMORY_KIB: u32 = 19 * 1024;

static AT_ONCE: Semaphore = Semaphore::const_new(AT_ONCE_MAX);

/// Why a password is not accepted, as the seller reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefusal {
    /// Too easy to guess.
    #[error("A password has at least {PASSWORD_CHARACTERS_MIN} characters.")]
    TooShort,
    /// Longer than anything worth hashing.
    #[error("A password has at most {PASSWORD_BYTES_MAX} bytes.")]
    TooLong,
}

/// Checks a password that is to be set.
///
/// # Errors
/// What is wrong with it.
pub fn check_password(password: &str) -> Result<(), PasswordRefusal> {
    if password.chars().count() < PASSWORD_CHARACTERS_MIN {
        return Err(PasswordRefusal::TooShort);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordRefusal::TooLong);
    }
    Ok(())
}

/// The hash of a password, with a fresh salt: `$argon2id$v=19$m=19456,t=2,p=1$...`.
pub async fn hash_password(password: String) -> String {
    let _turn = AT_ONCE.acquire().await.expect("the semaphore is never closed");
    let hashed = tokio::task::spawn_blocking(move || hash_password_now(&password)).await;
    hashed.expect("hashing does not panic")
}

/// Whether the password is the one that was hashed. Without a hash (no such seller) it works as long and says no, so that the
/// time taken does not tell which addresses exist.
pub async fn verify_password(password: String, hash: Option<String>) -> bool {
    let _turn = AT_ONCE.acquire().await.expect("the semaphore is never closed");
    let verified = tokio::task::spawn_blocking(move || verify_password_now(&password, hash.as_deref())).await;
    verified.expect("verifying does not panic")
}

/// As [`hash_password`], on this thread: for the command line.
pub fn hash_password_now(password: &str) -> String {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).expect("the system has random numbers");
    hash_with_salt(password, &salt)
}

fn hash_with_salt(password: &str, salt: &[u8]) -> String {
    let hash = argon2id().hash_password_with_salt(password.as_bytes(), salt);
    hash.expect("the parameters and the length of the salt are within Argon2's limits").to_string()
}

fn verify_password_now(password: &str, hash: Option<&str>) -> bool {
    let known = hash.and_then(|text| PasswordHash::new(text).ok());
    match known {
        Some(hash) if password.len() <= PASSWORD_BYTES_MAX => argon2id().verify_password(password.as_bytes(), &hash).is_ok(),
        _ => {
            hash_with_salt("a password that nobody has", b"sixteen bytes of");
            false
        }
    }
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, 2, 1, None).expect("the parameters are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_opens_the_desk() {
        let hash = hash_password("correct horse battery".into()).await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password("correct horse battery".into(), Some(hash.clone())).await);
        for wrong in ["correct horse", "", "Correct horse battery"] {
            assert!(!verify_password(wrong.into(), Some(hash.clone())).await);
        }
        assert!(!verify_password("correct horse battery".into(), None).await);
        assert!(!verify_password("correct horse battery".into(), Some("not a hash".into())).await);
    }

    #[test]
    fn the_same_password_is_never_hashed_to_the_same_text() {
        assert_ne!(hash_password_now("correct horse battery"), hash_password_now("correct horse battery"));
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert_eq!(check_password("short"), Err(PasswordRefusal::TooShort));
        assert_eq!(check_password(&"x".repeat(513)), Err(PasswordRefusal::TooLong));
        assert_eq!(check_password("Zehn Äpfel"), Ok(()));
    }
}
