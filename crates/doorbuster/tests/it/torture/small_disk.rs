//! A disk that is soon full: a file system of a few megabytes in memory.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// As much as a new database needs, and some thousand orders.
const SIZE: &str = "24m";
const BLOCK: [u8; 4_096] = [0x5a; 4_096];

/// Mounted as long as the value or the process lives: a small shell unmounts it when its input ends, whichever way.
pub struct SmallDisk {
    /// Where it is mounted.
    pub folder: PathBuf,
    keeper: Child,
}

/// A file that is in the way until it is dropped.
pub struct Filler<'a> {
    file: PathBuf,
    _disk: &'a SmallDisk,
}

impl SmallDisk {
    /// An empty one.
    pub fn new() -> Self {
        let folder = db::testing::fresh_folder("small-disk");
        let path = folder.display();
        let life = format!(
            "mount -t tmpfs -o size={SIZE} doorbuster-test {path} || exit 1; echo ready; cat >/dev/null || true; \
             umount --lazy {path}; rmdir {path}"
        );
        let mut command = Command::new("sh");
        let mut keeper =
            command.args(["-c", &life]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell can be started");
        let mut line = String::new();
        let output = keeper.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut line).expect("its output can be read");
        assert_eq!(line.trim(), "ready", "this test mounts a small file system (tmpfs): run it as root");
        Self { folder, keeper }
    }

    /// Fills it up but for so many bytes.
    pub fn fill_but_for(&self, room: usize) -> Filler<'_> {
        let filler = Filler { file: self.folder.join("filler"), _disk: self };
        let written = fill(&filler.file);
        let file = File::options().write(true).open(&filler.file).expect("the filler is there");
        file.set_len(written.saturating_sub(room as u64)).expect("a file can be made shorter");
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

impl Drop for Filler<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Writes until there is no room; how many bytes that were.
fn fill(path: &Path) -> u64 {
    let mut file = File::create(path).expect("a name needs no room");
    let mut written = 0;
    while let Ok(bytes) = file.write(&BLOCK) {
        written += bytes as u64;
    }
    written
}
