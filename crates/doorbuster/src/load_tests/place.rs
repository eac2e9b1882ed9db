//! The folder of one test: the copy and all that the test writes. It goes with the test; what a dead server left behind goes at
//! the next start.

use crate::folder_lock::FolderLock;
use std::io;
use std::path::{Path, PathBuf};
use tracing::warn;

/// What has to stay free on the disk beside a copy, bytes: a shop whose disk is full sells nothing.
const LEFT_FREE: u64 = 1 << 30;

/// Whether there is room for a copy of this many bytes on the disk of this folder, as far as the system tells.
pub fn has_room(folder: &Path, copy: u64) -> bool {
    free(folder).is_none_or(|free| free >= copy.saturating_add(LEFT_FREE))
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// A folder that is removed when the value is dropped.
pub struct Place {
    folder: PathBuf,
    /// Tells whoever clears up that somebody is here.
    _lock: FolderLock,
}

impl Place {
    /// Makes the folder of this name, so that only its owner can look inside.
    ///
    /// # Errors
    /// When it cannot be made; `ResourceBusy` while somebody is in one of this name.
    pub fn make(places: &Path, name: &str) -> io::Result<Self> {
        let folder = places.join(name);
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        let lock =
            FolderLock::take(&folder).map_err(|failure| io::Error::new(io::ErrorKind::ResourceBusy, failure.to_string()))?;
        Ok(Self { folder, _lock: lock })
    }

    /// The data folder of the copy.
    pub fn copy(&self) -> PathBuf {
        self.folder.join("shop")
    }

    /// A file of the test.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

/// Removes the folders in which nobody is any more.
pub fn clear(places: &Path) {
    let Ok(entries) = std::fs::read_dir(places) else { return };
    for folder in entries.flatten().map(|entry| entry.path()) {
        if folder.is_dir() && FolderLock::take(&folder).is_ok() {
            remove(&folder);
        }
    }
}

fn remove(folder: &Path) {
    // A process that was ended a moment ago may have made one more file meanwhile.
    let removed = std::fs::remove_dir_all(folder).or_else(|_| std::fs::remove_dir_all(folder));
    if let Err(error) = removed {
        warn!(error = %error, "The copy of a shop in {} could not be removed: {error}", folder.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_copy_is_made_where_the_disk_would_be_full_of_it() {
        let folder = std::env::temp_dir();
        assert!(!has_room(&folder, u64::MAX / 2));
        assert!(has_room(&folder.join("nowhere"), 0), "what the system does not tell is no reason to refuse");
    }

    #[test]
    fn a_place_goes_with_its_test_and_what_a_dead_server_left_goes_at_the_next_start() {
        let places = std::env::temp_dir().join(format!("doorbuster-places-{}", std::process::id()));
        let left_behind = places.join("1");
        std::fs::create_dir_all(left_behind.join("shop")).expect("the temporary folder can be written");
        let place = Place::make(&places, "2").expect("there is room");
        std::fs::write(place.file("receipts.jsonl"), "{}").expect("it can be written");
        clear(&places);
        assert!(!left_behind.exists(), "nobody is there");
        assert!(place.file("receipts.jsonl").exists(), "somebody is here");
        let folder = place.folder.clone();
        drop(place);
        assert!(!folder.exists());
        std::fs::remove_dir(&places).expect("nothing is left");
    }
}
