//! What a run leaves behind, tried on a run that was computed instead of measured.

mod against;
mod carried;
mod data_file;
mod page;
mod sample;
mod summary;
