//! What shoppers see and do.

mod bad_input;
mod busy;
mod cart;
mod checkout;
mod pages;
mod sales;
mod visitors;
