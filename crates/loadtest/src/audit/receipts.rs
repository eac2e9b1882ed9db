//! The file of receipts: one line of JSON for each thing that a buyer was told. `docs/RECEIPTS.md` describes it.

use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The longest line that is read, bytes: a receipt with more lines than any cart holds.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// One thing that a buyer was told, and one line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// An order was placed.
    Receipt(Receipt),
    /// There are not so many units.
    SoldOut(SoldOut),
    /// There are so many units left.
    Left(Left),
}

/// A receipt as its buyer saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The order's number.
    pub order: u64,
    /// What was charged, as a plain decimal: `48.00`.
    pub total: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What the checkout's form was named: tells two buyers who hold a receipt of one order from one who looks twice.
    pub checkout_id: String,
    /// Where the confirmation goes, as the buyer typed it.
    pub email: String,
    /// Path and query of the receipt's page, with the key that opens it.
    pub address: String,
    /// What was bought.
    pub lines: Vec<Line>,
    /// When it was read, milliseconds since 1970 UTC.
    pub at_ms: i64,
}

/// One line of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The variant's number, as forms carry it.
    pub variant: i64,
    /// Units.
    pub quantity: u32,
}

/// A buyer was told that there are fewer units than they want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoldOut {
    /// Of which variant.
    pub variant: i64,
    /// How many they wanted.
    pub quantity: u32,
    /// What said so.
    pub said_by: SaidBy,
    /// When it was asked for, milliseconds since 1970 UTC.
    pub asked_at_ms: i64,
    /// When the answer was read, milliseconds since 1970 UTC.
    pub at_ms: i64,
}

/// What said that something is sold out. A page may be older than a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SaidBy {
    /// A product's page.
    Page,
    /// The answer to a checkout's form.
    Checkout,
}

/// A page said how many units are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Left {
    /// Of which variant.
    pub variant: i64,
    /// Units.
    pub units: u64,
    /// When it was read, milliseconds since 1970 UTC.
    pub at_ms: i64,
}

/// Why receipts could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptsError {
    /// The file cannot be written.
    #[error("receipts cannot be written to {path}: {error}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file cannot be read.
    #[error("receipts cannot be read from {path}: {error}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A line is not what `docs/RECEIPTS.md` describes.
    #[error("{path}, line {line}, is no receipt: {error}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        error: serde_json::Error,
    },
}

/// Receipts on their way to a file. Memory stays the same however many there are.
#[derive(Debug)]
pub struct Receipts {
    file: BufWriter<File>,
    path: PathBuf,
    line: Vec<u8>,
}

impl Receipts {
    /// Begins a file, in place of one that has the name already. Only its owner may read it, because the addresses in it open
    /// orders.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReceiptsError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| ReceiptsError::Write { path: path.into(), error })?;
        Ok(Self { file: BufWriter::new(file), path: path.into(), line: Vec::new() })
    }

    /// Adds an entry. It is in the file after [`Self::flush`] at the latest.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn add(&mut self, entry: &Entry) -> Result<(), ReceiptsError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, entry).expect("numbers and text have a JSON form");
        self.line.push(b'\n');
        self.file.write_all(&self.line).map_err(|error| self.cannot_write(error))
    }

    /// Hands everything to the system, so that it outlives this process.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn flush(&mut self) -> Result<(), ReceiptsError> {
        self.file.flush().map_err(|error| self.cannot_write(error))
    }

    fn cannot_write(&self, error: io::Error) -> ReceiptsError {
        ReceiptsError::Write { path: self.path.clone(), error }
    }
}

/// Reads a file of receipts entry by entry, so that it need not fit into memory. A last line without its end is left out: its
/// writer was stopped while it wrote.
///
/// # Errors
/// When the file cannot be opened; each entry, when it cannot be read or is none. Nothing follows an error.
pub fn read_receipts(path: &Path) -> Result<impl Iterator<Item = Result<Entry, ReceiptsError>> + use<>, ReceiptsError> {
    let path = path.to_owned();
    let file = File::open(&path).map_err(|error| ReceiptsError::Read { path: path.clone(), error })?;
    let (mut file, mut text, mut line, mut is_over) = (BufReader::new(file), Vec::new(), 0, false);
    Ok(std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        text.clear();
        line += 1;
        let read = io::Read::take(&mut file, LINE_BYTES_MAX).read_until(b'\n', &mut text);
        let entry = match read {
            Ok(_) if text.last() != Some(&b'\n') && (text.len() as u64) < LINE_BYTES_MAX => None,
            Ok(_) => Some(serde_json::from_slice(&text).map_err(|error| ReceiptsError::Line { path: path.clone(), line, error })),
            Err(error) => Some(Err(ReceiptsError::Read { path: path.clone(), error })),
        };
        is_over = !matches!(entry, Some(Ok(_)));
        entry
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in a folder of its own, which goes with it.
    struct Kept(PathBuf);

    impl Kept {
        fn new(purpose: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("doorbuster-receipts-{}-{purpose}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
            Self(folder.join("receipts.jsonl"))
        }

        fn read(&self) -> Vec<Result<Entry, String>> {
            let entries = read_receipts(&self.0).expect("the file is there");
            entries.map(|entry| entry.map_err(|error| error.to_string())).collect()
        }
    }

    impl Drop for Kept {
        fn drop(&mut self) {
            std::fs::remove_dir_all(self.0.parent().expect("it lies in a folder")).ok();
        }
    }

    fn entries() -> Vec<Entry> {
        let receipt = Receipt {
            order: 1_001,
            total: "48.00".into(),
            currency: "EUR".into(),
            checkout_id: "AZq0".into(),
            email: "ada@example.com".into(),
            address: "/orders/1001?key=k".into(),
            lines: vec![Line { variant: 17, quantity: 2 }],
            at_ms: 1_764_162_000_123,
        };
        let asked_at_ms = 1_764_162_000_000;
        let sold_out = SoldOut { variant: 17, quantity: 1, said_by: SaidBy::Checkout, asked_at_ms, at_ms: 1_764_162_000_123 };
        let left = Left { variant: 17, units: 3, at_ms: 1_764_162_000_123 };
        vec![Entry::Receipt(receipt), Entry::SoldOut(sold_out), Entry::Left(left)]
    }

    #[test]
    fn what_is_written_down_is_read_back() {
        let kept = Kept::new("written");
        let mut receipts = Receipts::create(&kept.0).expect("the file can be made");
        for entry in entries() {
            receipts.add(&entry).expect("the disk has room");
        }
        receipts.flush().expect("the disk has room");
        let text = std::fs::read_to_string(&kept.0).expect("the file is there");
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "{\"receipt\":{\"order\":1001,\"total\":\"48.00\",\"currency\":\"EUR\",\"checkout_id\":\"AZq0\",\
                 \"email\":\"ada@example.com\",\"address\":\"/orders/1001?key=k\",\"lines\":[{\"variant\":17,\"quantity\":2}],\
                 \"at_ms\":1764162000123}}",
                "{\"sold_out\":{\"variant\":17,\"quantity\":1,\"said_by\":\"checkout\",\"asked_at_ms\":1764162000000,\
                 \"at_ms\":1764162000123}}",
                "{\"left\":{\"variant\":17,\"units\":3,\"at_ms\":1764162000123}}",
            ]
        );
        assert_eq!(kept.read(), entries().into_iter().map(Ok).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_that_was_cut_off_is_left_out_and_one_that_is_wrong_is_named() {
        let kept = Kept::new("cut");
        let good = "{\"left\":{\"variant\":17,\"units\":3,\"at_ms\":0}}\n";
        let read = |text: &str| {
            std::fs::write(&kept.0, text).expect("the temporary folder can be written");
            kept.read()
        };
        assert_eq!(read(&format!("{good}{}", &good[..20])).len(), 1, "the writer was stopped");
        assert_eq!(read(""), []);
        let found = read(&format!("{good}{{\"left\":{{\"variant\":17,\"unit\":3,\"at_ms\":0}}}}\n{good}"));
        assert_eq!(found.len(), 2, "nothing follows an error: {found:?}");
        let error = found[1].as_ref().expect_err("there is no such field");
        assert!(error.contains("receipts.jsonl, line 2, is no receipt: unknown field `unit`"), "{error}");
        let found = read(&format!("\"{}\"\n", "x".repeat(2 << 20)));
        assert!(matches!(&found[..], [Err(_)]), "a line without an end is not read into memory");
    }
}
