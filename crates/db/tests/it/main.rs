//! Every case of this crate, on a real SQLite file and on a real PostgreSQL cluster.

mod backup;
mod catalog;
mod copy;
mod crowd;
mod desk;
mod load_tests;
mod news;
mod nodes;
mod order_writer;
mod outbox;
mod repair;
mod sale_record;
mod schema;
mod seam;
mod sellers;
mod shops;
mod statistics;
mod submissions;
mod verify;
