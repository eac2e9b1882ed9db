//! One server for each data folder with an SQLite database in it.
//!
//! The operating system holds the lock and lets go of it when the process ends, whichever way: after `kill -9` nothing is left to
//! clean up. The file says who has it, for the message only. Commands that work beside a server do not ask for it.

use crate::failure::Failure;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

const FILE_NAME: &str = "doorbuster.lock";
/// More than any process id.
const PID_BYTES_MAX: u64 = 20;

/// The data folder is this process's as long as the value lives.
pub struct FolderLock {
    _file: File,
    path: PathBuf,
    is_new: bool,
}

impl FolderLock {
    /// Takes the folder, which must exist.
    ///
    /// # Errors
    /// When another process has it, or the folder cannot be written.
    pub fn take(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(FILE_NAME);
        let is_new = !path.exists();
        let cannot = |error: std::io::Error| Failure::new(format!("cannot lock {}: {error}", path.display()));
        let mut options = File::options();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(folder, &mut file)),
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        note_owner(&mut file).map_err(cannot)?;
        Ok(Self { _file: file, path, is_new })
    }

    /// Lets go of a folder that came to nothing, as it was before.
    pub fn undo(self) {
        if self.is_new {
            std::fs::remove_file(&self.path).ok();
        }
    }
}

fn note_owner(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn taken(folder: &Path, file: &mut File) -> Failure {
    let mut owner = String::new();
    // Where a locked file cannot be read either, the message goes without the number.
    file.take(PID_BYTES_MAX).read_to_string(&mut owner).ok();
    let owner = owner.trim().parse::<u32>().map(|pid| format!(", process {pid}")).unwrap_or_default();
    Failure::new(format!("another Doorbuster is using {}{owner}", folder.display()))
        .with_advice("Stop it, or choose another folder: --data FOLDER")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_had_by_one_and_free_again_afterward() {
        let folder = std::env::temp_dir().join(format!("doorbuster-lock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let first = FolderLock::take(&folder).expect("the folder is free");
        let refused = FolderLock::take(&folder).err().expect("the folder is taken").to_string();
        assert!(refused.contains("another Doorbuster is using"), "{refused}");
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        FolderLock::take(&folder).expect("the folder is free again").undo();
        assert!(folder.join(FILE_NAME).exists(), "a file that was there before stays");
        std::fs::remove_dir_all(&folder).ok();
    }
}
