//! The secret key: given as a setting, or made once and kept in a file that only its owner can read.

use super::SettingsError;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

const FILE_NAME: &str = "secret.key";
const CHARACTERS_MIN: usize = 32;

/// The key's bytes, if it is long enough.
pub fn check(key: &str) -> Result<Vec<u8>, SettingsError> {
    if key.trim().len() < CHARACTERS_MIN {
        let text = format!("the secret key has to have at least {CHARACTERS_MIN} characters; `openssl rand -hex 32` makes one");
        return Err(SettingsError::SecretKey(text));
    }
    Ok(key.trim().into())
}

/// The key in the folder's file, which is made with 32 random bytes in hexadecimal when there is none.
pub fn read_or_make(folder: &Path) -> Result<Vec<u8>, SettingsError> {
    let path = folder.join(FILE_NAME);
    let failed = |cause: &dyn std::fmt::Display| {
        SettingsError::SecretKey(format!("the secret key in {} cannot be used: {cause}", path.display()))
    };
    match std::fs::read_to_string(&path) {
        Ok(key) => return check(&key).map_err(|error| failed(&error)),
        Err(cause) if cause.kind() == ErrorKind::NotFound => {}
        Err(cause) => return Err(failed(&cause)),
    }
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|cause| failed(&cause))?;
    let key: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    match write_new(folder, &path, &key) {
        // Another process was quicker: its key counts.
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
            let key = std::fs::read_to_string(&path).map_err(|cause| failed(&cause))?;
            check(&key).map_err(|error| failed(&error))
        }
        Err(cause) => Err(failed(&cause)),
        Ok(()) => Ok(key.into_bytes()),
    }
}

/// The key in the folder's file, if there is one.
pub fn read_if_made(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join(FILE_NAME)).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
}

/// Keeps a key that came from elsewhere in the folder's file. A file that is there already stays as it is.
pub fn keep(folder: &Path, key: &str) -> std::io::Result<()> {
    write_new(folder, &folder.join(FILE_NAME), key)
}

/// Writes the whole key under another name first, so that no process ever reads half of it.
fn write_new(folder: &Path, path: &Path, key: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let hidden = folder.join(format!(".{FILE_NAME}.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&hidden)?;
    writeln!(file, "{key}")?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&hidden, path);
    std::fs::remove_file(&hidden)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_can_read_it() {
        let folder = std::env::temp_dir().join(format!("doorbuster-secret-{}", std::process::id()));
        let first = read_or_make(&folder).expect("made");
        assert_eq!(read_or_make(&folder).expect("read"), first);
        assert_eq!(first.len(), 64);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.join(FILE_NAME)).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(folder.join(FILE_NAME), "short").expect("written");
        assert!(read_or_make(&folder).is_err(), "a spoiled key was used");
        std::fs::remove_dir_all(&folder).ok();
    }
}
