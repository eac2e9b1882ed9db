//! The only SQL of the platform: connections, migrations, queries and the order writer, on SQLite and on PostgreSQL.
//!
//! Every query is written once, in portable SQL, as `sql!("...")` beside the function that uses it. What differs between the two
//! engines is visible in `sqlite.rs` and `postgres.rs` only.

mod database;
mod error;
mod ids;
mod migrations;
mod opening;
mod postgres;
mod sqlite;
#[doc(hidden)]
pub mod statement;
mod value;

pub mod sellers;
pub mod sessions;
pub mod shops;

pub mod catalog;
pub mod coupons;
pub mod crowd;
pub mod flash_sales;
pub mod pages;
pub mod themes;

pub mod order_writer;
pub mod orders;
pub mod outbox;
pub mod payments;
pub mod reservations;
pub mod sale_forecasts;
pub mod sale_record;
pub mod stock;
pub mod submissions;

pub mod leases;
pub mod news;
pub mod nodes;

pub mod backup;
pub mod copy;
pub mod load_tests;
pub mod proofs;
pub mod verify;

pub mod kill_points;
#[cfg(feature = "testing")]
pub mod testing;

pub use database::{Db, Tx};
pub use error::Error;
pub use ids::Ids;
pub use migrations::{SCHEMA_VERSION, TABLES, TABLES_OF_NODES};
pub use opening::{OpenOptions, Target};
pub use order_writer::OrderWriter;
pub use sqlite::repair::{Repair, repair};
pub use statement::{PlatformSql, ShopSql};
pub use value::{FromValue, Row, Value};

/// The result of everything here that can fail because the world did.
pub type Result<T> = std::result::Result<T, Error>;
