//! Where a command writes what it was asked for: standard output, or a file that appears under its name only when it is complete.
//!
//! An interrupted command leaves the file that was there before as it was, and nothing that looks like a complete one.

use crate::failure::Failure;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

/// What becomes of a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the command is refused.
    Keep,
    /// It is replaced, once the new one is complete.
    Replace,
}

impl Existing {
    /// `--force` or not.
    pub const fn from_force(force: bool) -> Self {
        if force { Self::Replace } else { Self::Keep }
    }
}

/// Who may read the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// Whom the system lets read new files.
    Usual,
}

/// What is being written. Dropped without [`Output::finish`], it leaves nothing.
pub struct Output {
    sink: BufWriter<Sink>,
    /// Where it is and where it goes; none where it is written directly.
    moves: Option<Move>,
    name: PathBuf,
}

enum Sink {
    Standard(Stdout),
    File(File),
}

struct Move {
    partial: PathBuf,
    file: PathBuf,
}

impl Output {
    /// Begins to write to `file`; `-` is standard output.
    ///
    /// # Errors
    /// When there is a file of that name that stays, or none can be made.
    pub fn create(file: &Path, existing: Existing, readers: Readers) -> Result<Self, Failure> {
        if is_standard(file) {
            return Ok(Self { sink: BufWriter::new(Sink::Standard(io::stdout())), moves: None, name: file.into() });
        }
        let cannot = |error: io::Error| Failure::new(format!("{} cannot be written: {error}", file.display()));
        let moves = match file.metadata() {
            Ok(found) if found.is_dir() => {
                let failure = Failure::usage(format!("{} is a folder", file.display()));
                return Err(failure.with_advice("Name the file to be written in it."));
            }
            Ok(found) if found.is_file() && existing == Existing::Keep => {
                let failure = Failure::usage(format!("{} exists already", file.display()));
                return Err(failure.with_advice("Choose another name, or replace it: --force"));
            }
            // Through a link, the file it leads to is replaced.
            Ok(found) if found.is_file() => Some(file.canonicalize().map_err(cannot)?),
            // A pipe or a device is written to directly.
            Ok(_) => None,
            Err(_) => Some(file.to_owned()),
        };
        let moves = moves.map(|file| Move { partial: partial_name(&file), file });
        let written = moves.as_ref().map_or(file, |moves| &moves.partial);
        let sink = Sink::File(open(written, readers).map_err(cannot)?);
        Ok(Self { sink: BufWriter::new(sink), moves, name: file.into() })
    }

    /// Everything is written: makes it durable and gives it its name.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn finish(mut self) -> Result<(), Failure> {
        let to_standard = self.moves.is_none();
        self.complete().map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe if to_standard => error.into(),
            _ => Failure::new(format!("{} cannot be written: {error}", self.name.display())),
        })
    }

    fn complete(&mut self) -> io::Result<()> {
        self.sink.flush()?;
        let Some(moves) = &self.moves else { return Ok(()) };
        if let Sink::File(file) = self.sink.get_ref() {
            file.sync_all()?;
        }
        std::fs::rename(&moves.partial, &moves.file)?;
        // The new name has to survive the loss of power, too.
        let folder = moves.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = File::open(folder) {
            folder.sync_all().ok();
        }
        self.moves = None;
        Ok(())
    }
}

/// Whether this name means standard output.
pub fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(output) => output.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(output) => output.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(moves) = &self.moves {
            std::fs::remove_file(&moves.partial).ok();
        }
    }
}

fn open(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}

/// Beside the file, so that giving it its name is one step; with the process in it, so that two commands do not share one.
fn partial_name(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_complete_and_replaces_another_only_when_told_to() {
        let folder = std::env::temp_dir().join(format!("doorbuster-output-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let file = folder.join("products.csv");
        let begin = |existing, text: &str| {
            let mut output = Output::create(&file, existing, Readers::Usual)?;
            output.write_all(text.as_bytes())?;
            Ok::<_, Failure>(output)
        };
        drop(begin(Existing::Keep, "given up").expect("begun"));
        assert_eq!(std::fs::read_dir(&folder).expect("it is there").count(), 0, "nothing is left of it");
        begin(Existing::Keep, "first").expect("begun").finish().expect("finished");
        let refused = begin(Existing::Keep, "second").err().expect("refused").to_string();
        assert!(refused.contains("exists already") && refused.contains("--force"), "{refused}");
        let second = begin(Existing::Replace, "second").expect("begun");
        assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "first", "not yet complete");
        second.finish().expect("finished");
        assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "second");
        assert!(Output::create(&folder, Existing::Replace, Readers::Usual).is_err(), "a folder was replaced");
        std::fs::remove_dir_all(&folder).ok();
    }
}
