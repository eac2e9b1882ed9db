//! What an import tells the seller.

use commerce::catalog::csv::{Change, RowError, RowWarning};

/// The most entries of each list in a report; how many more there were is counted.
pub const LISTED_MAX: usize = 1_000;

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    /// Products looked at, including those left out.
    pub products_done: usize,
    /// Products in the file.
    pub products_total: usize,
}

/// What an import did, or in a dry run would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Products that were not there before.
    pub created: usize,
    /// Products that changed.
    pub updated: usize,
    /// Products that are as the file says already.
    pub unchanged: usize,
    /// Products left out because of a mistake.
    pub left_out: usize,
    /// Variants whose count of stock changed.
    pub recounted: usize,
    /// What was created and what changed.
    pub differences: Kept<Difference>,
    /// Why products were left out.
    pub errors: Kept<RowError>,
    /// What was taken, but looks wrong.
    pub warnings: Kept<RowWarning>,
}

/// A product that the import created or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its handle.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// Whether it is new.
    pub created: bool,
    /// Field by field; empty for a new product.
    pub changes: Vec<Change>,
}

/// The first [`LISTED_MAX`] entries of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<T> {
    /// These.
    pub listed: Vec<T>,
    /// How many more there were.
    pub more: usize,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { listed: Vec::new(), more: 0 }
    }
}

impl<T> Kept<T> {
    /// Adds an entry, or counts it when the list is full.
    pub(super) fn push(&mut self, entry: T) {
        if self.listed.len() < LISTED_MAX {
            self.listed.push(entry);
        } else {
            self.more += 1;
        }
    }

    /// Adds entries.
    pub(super) fn extend(&mut self, entries: impl IntoIterator<Item = T>) {
        entries.into_iter().for_each(|entry| self.push(entry));
    }

    /// How many there were altogether.
    pub fn total(&self) -> usize {
        self.listed.len() + self.more
    }
}
