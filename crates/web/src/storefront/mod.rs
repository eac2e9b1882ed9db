//! The pages shoppers see.

pub mod views;
