//! The second pass over a file: one product after the other.
//!
//! What the rows of a product mean is in `rows`.

use super::check::{Checked, HandleOrigin, group_start};
use super::records::{Row, Rows};
use super::{FileError, PICTURES_MAX, ProductDraft, ProductErrors, RowError, VARIANTS_MAX, rows};
use crate::Currency;
use std::io::Read;

/// The most rows of one product.
const PRODUCT_ROWS_MAX: usize = VARIANTS_MAX + PICTURES_MAX;

/// The most text of one product, bytes.
const PRODUCT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The rows of one product.
pub(super) struct Group {
    pub handle: String,
    pub origin: HandleOrigin,
    /// At least one.
    pub rows: Vec<Row>,
    /// Whether it had more rows or text than a product may have; the rest was not kept.
    pub overflows: bool,
    bytes: usize,
}

impl Group {
    fn push(&mut self, row: Row) {
        self.bytes += row.bytes();
        self.overflows |= self.rows.len() >= PRODUCT_ROWS_MAX || self.bytes > PRODUCT_BYTES_MAX;
        if !self.overflows {
            self.rows.push(row);
        }
    }
}

/// Yields the products of a file in its order: each as a draft, or as everything that is wrong with it.
pub struct ProductReader<R> {
    rows: Rows<R>,
    checked: Checked,
    currency: Currency,
    /// The first row of the product after the current one.
    waiting: Option<Group>,
    ended: bool,
}

impl<R: Read> ProductReader<R> {
    /// Reads `source`, the same file that gave `checked`, from its beginning. Prices are amounts of `currency`.
    ///
    /// # Errors
    /// When the header can't be read.
    pub fn new(source: R, checked: Checked, currency: Currency) -> Result<Self, FileError> {
        let rows = Rows::open(source)?;
        Ok(Self { rows, checked, currency, waiting: None, ended: false })
    }

    fn next_group(&mut self) -> Result<Option<Group>, FileError> {
        let mut group = self.waiting.take();
        while let Some(row) = self.rows.next_row()? {
            let current = group.as_ref().map(|group| group.handle.as_str());
            let start = group_start(&self.rows.header, &row, current);
            match (start, &mut group) {
                (None, Some(group)) => group.push(row),
                (Some(start), group) => {
                    let (bytes, overflows) = (row.bytes(), false);
                    let next = Group { handle: start.handle, origin: start.origin, rows: vec![row], overflows, bytes };
                    if group.is_some() {
                        self.waiting = Some(next);
                        break;
                    }
                    *group = Some(next);
                }
                (None, None) => unreachable!("the first row of a file begins a product"),
            }
        }
        Ok(group)
    }

    fn draft(&self, group: &Group) -> Result<ProductDraft, ProductErrors> {
        let line = group.rows[0].line;
        let refused = |message: String| ProductErrors {
            handle: group.handle.clone(),
            line,
            errors: vec![RowError { line, column: None, message }],
        };
        if let Some((first, second)) = self.checked.torn.get(&group.handle) {
            return Err(refused(format!(
                "the rows of “{}” are not together: some begin on line {first}, others on line {second}; move them together, \
                 or give one of the two products another handle",
                group.handle
            )));
        }
        if group.overflows {
            return Err(refused(format!(
                "has more than {PRODUCT_ROWS_MAX} rows or {} MiB of text: split it into several products",
                PRODUCT_BYTES_MAX / (1024 * 1024)
            )));
        }
        rows::draft(group, &self.rows.header, self.currency)
    }
}

impl<R: Read> Iterator for ProductReader<R> {
    type Item = Result<ProductDraft, ProductErrors>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.next_group() {
            Ok(Some(group)) => Some(self.draft(&group)),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                let message = format!("the file changed while it was read, and the rest was left out: {error}");
                let errors = vec![RowError { line: 1, column: None, message }];
                Some(Err(ProductErrors { handle: String::new(), line: 1, errors }))
            }
        }
    }
}
