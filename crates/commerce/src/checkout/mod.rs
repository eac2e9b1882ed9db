//! Checkout: what may be asked of the order writer, what is decided, and which changes follow.
//!
//! [`decide`] is the whole of it: `(what was read for the batch, commands in order, now) -> outcomes and changes`. It reads and
//! writes nothing but its arguments. A command that is refused leaves no change behind, and the others of its batch go on.

mod command;
mod refusal;
mod state;

mod decide;

mod claims;
mod headroom;
mod order_change;
mod place;
mod refund;
mod reserve;
mod settle;
mod stock_change;

mod change;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use change::{Change, LedgerEntry, OrderEvent, OutboxMessage};
pub use command::{Command, LineRefund, Outcome, RefundResult, ReserveCart, Restock, StockChange};
pub use decide::{Moment, decide};
pub use refusal::Refusal;
pub use state::{CheckoutRecord, ShopState, StockRow, VariantTerms};
