//! Every case of this crate, on a real SQLite file and on a real PostgreSQL cluster.

mod schema;
mod seam;
