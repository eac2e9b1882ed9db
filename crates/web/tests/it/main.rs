//! The server as its visitors see it: a real socket on the loopback, a real database, once SQLite and once PostgreSQL.

mod admin;
mod connections;
mod crowd;
mod editions;
mod gate;
mod health;
mod jobs;
mod node;
mod races;
mod storefront;
mod world;
