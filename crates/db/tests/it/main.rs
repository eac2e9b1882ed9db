//! Every case of this crate, on a real SQLite file and on a real PostgreSQL cluster.

mod order_writer;
mod schema;
mod seam;
mod verify;
