//! The first pass over a file: is it one that can be imported at all, and which products are torn apart?

use super::columns::{Column, Header};
use super::records::{Row, Rows};
use super::{Dialect, FileError};
use crate::catalog::{handle_from_title, is_handle};
use std::collections::HashMap;
use std::io::Read;

/// A file that can be read as a whole. Hand it to [`super::ProductReader`] together with the same file, opened again.
#[derive(Clone, Debug)]
pub struct Checked {
    /// How its columns are named.
    pub dialect: Dialect,
    /// How many products it has.
    pub products: usize,
    /// How many rows it has below the header, blank ones not counted.
    pub rows: usize,
    /// Handles whose rows are not together: the lines on which the first two of their groups begin.
    pub(super) torn: HashMap<String, (u64, u64)>,
}

/// Reads the whole file once, row by row, without keeping it.
///
/// # Errors
/// When anything is wrong that concerns the file as a whole. Then nothing of it may be imported.
pub fn check(source: impl Read) -> Result<Checked, FileError> {
    let mut rows = Rows::open(source)?;
    let mut checked = Checked { dialect: rows.header.dialect, products: 0, rows: 0, torn: HashMap::new() };
    let mut first_lines: HashMap<String, u64> = HashMap::new();
    let mut current = None;
    while let Some(row) = rows.next_row()? {
        checked.rows += 1;
        let Some(start) = group_start(&rows.header, &row, current.as_deref()) else { continue };
        checked.products += 1;
        if !start.handle.is_empty() {
            let first_line = *first_lines.entry(start.handle.clone()).or_insert(row.line);
            if first_line != row.line {
                checked.torn.entry(start.handle.clone()).or_insert((first_line, row.line));
            }
        }
        current = Some(start.handle);
    }
    Ok(checked)
}

/// The beginning of a product's rows.
pub(super) struct GroupStart {
    /// Its handle; empty when none could be made.
    pub handle: String,
    /// Where the handle came from.
    pub origin: HandleOrigin,
}

/// Where a handle came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandleOrigin {
    /// The cell, as it is.
    Written,
    /// The cell, made fit for an address.
    Corrected,
    /// The title.
    Title,
}

/// Whether the row begins another product than `current`, the one whose rows came before. A row with neither handle nor title
/// belongs to the product above it.
pub(super) fn group_start(header: &Header, row: &Row, current: Option<&str>) -> Option<GroupStart> {
    let written = row.cell(header, Column::Handle).unwrap_or("");
    let title = row.cell(header, Column::Title).unwrap_or("");
    let (handle, origin) = match (written, title) {
        ("", "") => match current {
            Some(_) => return None,
            None => (String::new(), HandleOrigin::Title),
        },
        ("", title) => (handle_from_title(title), HandleOrigin::Title),
        (written, _) if is_handle(written) => (written.to_owned(), HandleOrigin::Written),
        (written, _) => (handle_from_title(written), HandleOrigin::Corrected),
    };
    (handle.is_empty() || current != Some(handle.as_str())).then_some(GroupStart { handle, origin })
}
