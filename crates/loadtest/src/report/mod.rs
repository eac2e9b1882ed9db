//! What a run leaves behind: the data, and its pictures.

pub mod data;
