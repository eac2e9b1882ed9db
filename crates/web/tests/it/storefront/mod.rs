//! What shoppers see and do.

mod bad_input;
mod cart;
mod checkout;
mod pages;
mod sales;
