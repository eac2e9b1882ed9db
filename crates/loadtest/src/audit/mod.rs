//! The audit: what buyers were told, kept while they buy, and held against the shop afterwards.
//!
//! Nobody who only measures can tell whether a shop that answers quickly answers truly. So every receipt is written down as its
//! buyer saw it, and every time that somebody was told "sold out". Here is the file, how it is filled from a page, and the audit
//! that needs nothing but HTTP. Whoever runs the shop can hold the same file against its books: `doorbuster verify --receipts`.
//! What the file looks like is told in `docs/RECEIPTS.md`.

mod receipts;
mod shown;

mod over_http;
mod tally;

pub use over_http::{AuditError, OverHttp, over_http};
pub use receipts::{Entry, Left, Line, Receipt, Receipts, ReceiptsError, SaidBy, SoldOut, read_receipts};
pub use shown::{ShownOrder, is_sold_out, left_in, sold_out_at_checkout};
