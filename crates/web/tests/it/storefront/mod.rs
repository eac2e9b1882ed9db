//! What shoppers see and do.

mod bad_input;
mod busy;
mod cart;
mod checkout;
mod early_access;
mod pages;
mod receipts;
mod reload;
mod sales;
mod total;
mod visitors;
