//! What can be wrong with a file, a row or a product, in words that say what to do about it.

use super::{COLUMNS_MAX, FILE_BYTES_MAX, RECORD_BYTES_MAX};
use std::fmt;

/// Why a whole file was refused. Nothing of it may be imported.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing in it.
    #[error("the file is empty: its first line must name the columns")]
    Empty,
    /// Saved as UTF-16, as some spreadsheets do for “Unicode text”.
    #[error("the file is saved as UTF-16: save it again as “CSV UTF-8”")]
    Utf16,
    /// Bytes that are no UTF-8.
    #[error("line {line} is not UTF-8 text (an old Windows or Mac encoding?): save the file again as “CSV UTF-8”")]
    NotUtf8 {
        /// Where the first such byte is.
        line: u64,
    },
    /// A quote that is never closed.
    #[error(
        "the row that begins on line {line} opens a quote (\") that is never closed: close it, or write \"\" for a quote mark \
         inside a cell"
    )]
    OpenQuote {
        /// Where the record began.
        line: u64,
    },
    /// A record that is too large and ends in the middle of a quoted cell.
    #[error(
        "the row that begins on line {line} is larger than {} KiB: a quote (\") on that line is probably not closed",
        RECORD_BYTES_MAX / 1024
    )]
    QuoteTooLarge {
        /// Where the record began.
        line: u64,
    },
    /// A record that is too large, no quote being open.
    #[error("line {line} is larger than {} KiB: shorten its cells", RECORD_BYTES_MAX / 1024)]
    RecordTooLarge {
        /// Where the record began.
        line: u64,
    },
    /// Too many bytes.
    #[error("the file is larger than {} MiB: split it between two products", FILE_BYTES_MAX / (1024 * 1024))]
    FileTooLarge,
    /// Too many columns.
    #[error("line {line} has {columns} columns; at most {COLUMNS_MAX} are read: remove those that are not needed")]
    TooManyColumns {
        /// Where the record began.
        line: u64,
        /// How many there are.
        columns: usize,
    },
    /// The header is none that is known.
    #[error(
        "the first line does not name the columns of a product file: it needs at least “Title”, or “Handle” and the columns to \
         change{}",
        separator_hint(*.semicolons)
    )]
    NoProductColumns {
        /// Whether the line is divided by semicolons.
        semicolons: bool,
    },
    /// Variant columns without option columns to tell the variants apart.
    #[error("the file has “{present}” but not “{missing}”: add the missing column")]
    MissingColumn {
        /// A column that is there.
        present: String,
        /// The one that must accompany it.
        missing: String,
    },
    /// The same column twice.
    #[error("the columns “{first}” and “{second}” mean the same: remove one of them")]
    DuplicateColumn {
        /// One header.
        first: String,
        /// The other.
        second: String,
    },
    /// The source failed.
    #[error("the file could not be read")]
    Io(#[source] std::io::Error),
}

fn separator_hint(semicolons: bool) -> &'static str {
    if semicolons { "; cells must be separated by commas, not by semicolons" } else { "" }
}

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The line on which the row begins, counted from 1.
    pub line: u64,
    /// The header of the column, when one is to blame.
    pub column: Option<String>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Something that was taken as it is, but looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowWarning(pub RowError);

/// `line 12, Variant Price: “12,50” is not an amount; write it like 12.50`.
impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, {column}: {}", self.line, self.message),
            None => write!(f, "line {}: {}", self.line, self.message),
        }
    }
}

impl fmt::Display for RowWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Everything that is wrong with one product, which is therefore left out as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductErrors {
    /// The handle, or as much of it as could be read.
    pub handle: String,
    /// The line of the product's first row.
    pub line: u64,
    /// At least one.
    pub errors: Vec<RowError>,
}

/// Why a draft does not fit the product that the shop has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// A new product needs a title.
    #[error("there is no product “{handle}” yet, and a new one needs a title: add the column “Title”")]
    TitleMissing {
        /// The handle.
        handle: String,
    },
    /// The options of the file and of the shop can't be told to be the same.
    #[error(
        "the file has the options “{in_file}”, but the product has “{in_shop}”: give every variant of the product its SKU in the \
         file, or change the options at the desk first"
    )]
    OptionsDiffer {
        /// Names, joined.
        in_file: String,
        /// Names, joined.
        in_shop: String,
    },
    /// Without option columns a variant is found by its sku alone.
    #[error("no variant of “{handle}” has the SKU “{sku}”: add the option columns so that it can be told which one is meant")]
    VariantUnknown {
        /// The product's handle.
        handle: String,
        /// The sku in the file.
        sku: String,
    },
    /// Two variants would have the same option values.
    #[error("two variants would both be “{title}”: change the options of one of them")]
    SameVariant {
        /// The option values, joined.
        title: String,
    },
    /// More than a product can have.
    #[error("the product would have {count} variants, more than {max}: split it into several products")]
    TooManyVariants {
        /// How many it would have.
        count: usize,
        /// How many it may have.
        max: usize,
    },
}
