//! Stands between a file and the CSV parser: counts lines, and stops a file or a record before it fills the memory.
//!
//! The parser holds a whole record, so an open quote would make it swallow the rest of the file. The guard follows the quotes
//! itself, which is all it knows of CSV.

use super::{COLUMNS_MAX, FILE_BYTES_MAX, RECORD_BYTES_MAX};
use std::collections::VecDeque;
use std::io::{self, Read};

/// Where in a record the guard is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Unquoted,
    Quoted,
    /// After a quote mark inside a quoted cell: the cell's end, or half of a doubled mark.
    QuotedMark,
}

/// Why the guard stopped the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Starts with the byte order mark of UTF-16.
    Utf16,
    /// A record is too large, and a quoted cell is open; it began on this line.
    QuoteTooLarge { line: u64 },
    /// A record is too large; it began on this line.
    RecordTooLarge { line: u64 },
    /// A record is too large because it has too many cells.
    TooManyColumns { line: u64, columns: usize },
    /// The file is too large.
    FileTooLarge,
}

/// A reader that counts lines and enforces limits.
pub(super) struct Guard<R> {
    source: R,
    place: Place,
    bytes: u64,
    line: u64,
    after_return: bool,
    record_line: u64,
    record_bytes: u64,
    record_columns: usize,
    /// The lines on which the records begin that the parser has not handed out yet.
    pub record_lines: VecDeque<u64>,
    /// Why reading stopped, if the guard stopped it.
    pub stop: Option<Stop>,
    ended: bool,
}

impl<R: Read> Guard<R> {
    pub fn new(source: R) -> Self {
        Self {
            source,
            place: Place::CellStart,
            bytes: 0,
            line: 1,
            after_return: false,
            record_line: 1,
            record_bytes: 0,
            record_columns: 1,
            record_lines: VecDeque::new(),
            stop: None,
            ended: false,
        }
    }

    /// The line on which a quote was opened that the end of the file did not close.
    pub fn open_quote_line(&self) -> Option<u64> {
        (self.ended && self.place == Place::Quoted).then_some(self.record_line)
    }

    fn watch(&mut self, byte: u8) -> Result<(), Stop> {
        self.bytes += 1;
        if self.bytes > FILE_BYTES_MAX {
            return Err(Stop::FileTooLarge);
        }
        if self.bytes <= 3 && self.is_byte_order_mark(byte)? {
            return Ok(());
        }
        let is_break = byte == b'\n' || byte == b'\r';
        if is_break && self.place != Place::Quoted {
            self.place = Place::CellStart;
            self.record_bytes = 0;
        } else {
            if self.record_bytes == 0 {
                self.record_line = self.line;
                self.record_columns = 1;
                self.record_lines.push_back(self.line);
            }
            self.record_bytes += 1;
            if self.record_bytes > RECORD_BYTES_MAX {
                return Err(self.too_large());
            }
            self.step(byte);
        }
        self.count_line(byte);
        Ok(())
    }

    /// Follows one byte of a record.
    fn step(&mut self, byte: u8) {
        self.place = self.place.after(byte);
        // Only a comma between cells leads to the start of another one.
        self.record_columns += usize::from(self.place == Place::CellStart);
    }

    /// Why the record is too large, as far as it was read.
    fn too_large(&self) -> Stop {
        let line = self.record_line;
        match self.place {
            Place::Quoted => Stop::QuoteTooLarge { line },
            _ if self.record_columns > COLUMNS_MAX => Stop::TooManyColumns { line, columns: self.record_columns },
            _ => Stop::RecordTooLarge { line },
        }
    }

    /// Follows the rest of a record that is too large, only to tell how many cells it has.
    fn count_columns(&mut self, unread: &[u8]) -> io::Result<Stop> {
        let mut buffer = unread.to_vec();
        loop {
            for byte in &buffer {
                self.bytes += 1;
                let is_break = matches!(byte, b'\n' | b'\r') && self.place != Place::Quoted;
                if is_break || self.bytes > FILE_BYTES_MAX {
                    return Ok(Stop::TooManyColumns { line: self.record_line, columns: self.record_columns });
                }
                self.step(*byte);
            }
            buffer.resize(64 * 1024, 0);
            let count = self.source.read(&mut buffer)?;
            buffer.truncate(count);
            if count == 0 {
                return Ok(Stop::TooManyColumns { line: self.record_line, columns: self.record_columns });
            }
        }
    }

    /// UTF-8 writes the mark as EF BB BF; it is no part of the first cell.
    fn is_byte_order_mark(&self, byte: u8) -> Result<bool, Stop> {
        match (self.bytes, byte) {
            (1, 0xFF | 0xFE) => Err(Stop::Utf16),
            (1, 0xEF) | (2, 0xBB) | (3, 0xBF) => Ok(true),
            _ => Ok(false),
        }
    }

    /// A line ends with `\n`, `\r\n` or, from very old programs, `\r`.
    fn count_line(&mut self, byte: u8) {
        let second_half = byte == b'\n' && self.after_return;
        if (byte == b'\n' || byte == b'\r') && !second_half {
            self.line += 1;
        }
        self.after_return = byte == b'\r';
    }
}

impl Place {
    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Quoted, b'"') => Self::QuotedMark,
            (Self::CellStart | Self::QuotedMark, b'"') | (Self::Quoted, _) => Self::Quoted,
            (_, b',') => Self::CellStart,
            _ => Self::Unquoted,
        }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.ended = count == 0 && !buffer.is_empty();
        for (index, byte) in buffer[..count].iter().enumerate() {
            if let Err(stop) = self.watch(*byte) {
                let counts = matches!(stop, Stop::TooManyColumns { .. });
                self.stop = Some(if counts { self.count_columns(&buffer[index..count])? } else { stop });
                return Err(io::Error::other("stopped by a limit of the CSV reader"));
            }
        }
        Ok(count)
    }
}
