//! What a run leaves behind: the data, what it says in words, and its pictures on a page and on a terminal.

pub mod data;
pub mod headline;

pub mod html;
pub mod json;
pub mod terminal;

pub mod against;

mod file;
