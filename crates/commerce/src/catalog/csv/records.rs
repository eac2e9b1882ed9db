//! Rows as they come out of a file: parsed, decoded, and with the line on which each begins.
//!
//! What the cells mean is not here.

use super::columns::{Column, Header};
use super::guard::{Guard, Stop};
use super::{Dialect, FileError, cells, vendure};
use csv::{ByteRecord, StringRecord};
use std::io::Read;

/// One row of a file.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// How many cells it has in the file, not counting blank ones beyond the header.
    pub width: usize,
    /// Its cells, in the order of the header.
    pub cells: StringRecord,
}

impl Row {
    /// The trimmed text of a cell; `None` when the file has no such column.
    pub fn cell(&self, header: &Header, column: Column) -> Option<&str> {
        header.index(column).map(|index| cells::fused(self.cells.get(index).unwrap_or("").trim()))
    }

    /// The text of the cell at `index` with its blanks; empty when there is none.
    pub fn raw(&self, index: usize) -> &str {
        let text = self.cells.get(index).unwrap_or("");
        if text.trim().is_empty() { "" } else { cells::fused(text) }
    }

    /// How many bytes of text it holds.
    pub fn bytes(&self) -> usize {
        self.cells.as_slice().len()
    }
}

/// The rows of a file below its header.
pub(super) struct Rows<R> {
    parser: csv::Reader<Guard<R>>,
    pub header: Header,
}

impl<R: Read> Rows<R> {
    /// Reads and recognizes the header line.
    pub fn open(source: R) -> Result<Self, FileError> {
        let mut parser = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Guard::new(source));
        let (line, names) = next_record(&mut parser)?.ok_or(FileError::Empty)?;
        let header = Header::recognize(line, &names)?;
        Ok(Self { parser, header })
    }

    /// The next row that is not blank all over.
    pub fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        while let Some((line, cells)) = next_record(&mut self.parser)? {
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let blank_beyond = cells.iter().skip(self.header.width).all(|cell| cell.trim().is_empty());
            let width = if blank_beyond { cells.len().min(self.header.width) } else { cells.len() };
            let cells = if self.header.dialect == Dialect::Vendure { vendure::translate(&cells) } else { cells };
            return Ok(Some(Row { line, width, cells }));
        }
        Ok(None)
    }
}

fn next_record<R: Read>(parser: &mut csv::Reader<Guard<R>>) -> Result<Option<(u64, StringRecord)>, FileError> {
    let mut record = ByteRecord::new();
    let more = parser.read_byte_record(&mut record).map_err(|error| refusal(parser.get_ref(), error))?;
    let guard = parser.get_mut();
    if let Some(line) = guard.open_quote_line() {
        return Err(FileError::OpenQuote { line });
    }
    if !more {
        return Ok(None);
    }
    let line = guard.record_lines.pop_front().unwrap_or(1);
    match StringRecord::from_byte_record(record) {
        Ok(record) => Ok(Some((line, record))),
        Err(error) => {
            let field = error.utf8_error().field();
            let valid = error.utf8_error().valid_up_to();
            Err(FileError::NotUtf8 { line: line + line_breaks_before(&error.into_byte_record(), field, valid) })
        }
    }
}

fn line_breaks_before(record: &ByteRecord, field: usize, valid_up_to: usize) -> u64 {
    let whole = record.iter().take(field).flatten();
    let part = record.get(field).unwrap_or_default().iter().take(valid_up_to);
    whole.chain(part).filter(|byte| **byte == b'\n').count() as u64
}

fn refusal<R: Read>(guard: &Guard<R>, error: csv::Error) -> FileError {
    match guard.stop {
        Some(Stop::Utf16) => FileError::Utf16,
        Some(Stop::FileTooLarge) => FileError::FileTooLarge,
        Some(Stop::QuoteTooLarge { line }) => FileError::QuoteTooLarge { line },
        Some(Stop::RecordTooLarge { line }) => FileError::RecordTooLarge { line },
        Some(Stop::TooManyColumns { line, columns }) => FileError::TooManyColumns { line, columns },
        None => FileError::Io(error.into()),
    }
}
