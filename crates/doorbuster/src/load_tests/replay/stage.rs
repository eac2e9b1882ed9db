//! Where a sale is replayed: a folder of this user's among the system's temporary ones. It goes with the replay.

use crate::failure::Failure;
use crate::load_tests::place::{self, Place};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder of the replay, among those of this user: one at a time, for two would measure each other.
const PLACE: &str = "sale";

/// The folder, and all that the replay writes. It is removed when the value is dropped.
pub struct Stage {
    // The first to go, for the other is empty only then.
    pub(super) place: Place,
    _places: Places,
}

/// The folder of this user's replays.
struct Places(PathBuf);

impl Stage {
    /// Takes the stage, and removes what a replay that was killed has left on it.
    ///
    /// # Errors
    /// When another replay is on it, or there is no room.
    pub fn take() -> Result<Self, Failure> {
        let temporary = std::env::temp_dir();
        let places = temporary.join(format!("doorbuster-replay{}", of_this_user()));
        let cannot = |error: &std::io::Error| {
            Failure::new(format!("the folder {} cannot be made: {error}", places.display()))
                .with_advice("Name a temporary folder that this user may write to: TMPDIR=FOLDER doorbuster replay ...")
        };
        make_own(&places).map_err(|error| cannot(&error))?;
        place::clear(&places);
        if !place::has_room(&temporary, 0) {
            return Err(Failure::new(format!("a gigabyte has to be free on the disk of {}", temporary.display()))
                .with_advice("Make room, or name another temporary folder: TMPDIR=FOLDER doorbuster replay ..."));
        }
        match Place::make(&places, PLACE) {
            Ok(place) => Ok(Self { place, _places: Places(places) }),
            Err(error) if error.kind() == ErrorKind::ResourceBusy => {
                Err(Failure::new("another replay is running on this machine, and two would measure each other")
                    .with_advice("Wait for its end, or end it."))
            }
            Err(error) => Err(cannot(&error)),
        }
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        // Another replay may be in it already.
        std::fs::remove_dir(&self.0).ok();
    }
}

#[cfg(unix)]
fn of_this_user() -> String {
    format!("-{}", rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn of_this_user() -> &'static str {
    ""
}

/// Makes a folder that only this user can look into. What is there already has to be that: anybody may make a folder or a link of
/// this name among the temporary ones.
#[cfg(unix)]
fn make_own(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = std::fs::symlink_metadata(folder)?;
            let is_own = found.is_dir() && found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o077 == 0;
            if is_own { Ok(()) } else { Err(std::io::Error::other("something of another user has this name")) }
        }
        made => made,
    }
}

#[cfg(not(unix))]
fn make_own(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_others_can_look_into_and_a_link_are_not_taken() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("doorbuster-own-{}", std::process::id()));
        make_own(&folder).expect("the temporary folder can be written");
        make_own(&folder).expect("it is this user's own");
        let link = folder.join("link");
        std::os::unix::fs::symlink(&folder, &link).expect("a link can be made");
        assert!(make_own(&link).is_err());
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).expect("it is this user's own");
        assert!(make_own(&folder).is_err());
        std::fs::remove_dir_all(&folder).expect("it is this user's own");
    }
}
