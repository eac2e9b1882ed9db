//! What all benchmarks of the program have in common: the processor time of processes, the machine in words, numbers as text, and
//! a section of docs/BENCHMARKS.md for each.

#![allow(dead_code, reason = "each benchmark uses its part")]

pub mod cpu;
pub mod demo;
pub mod facts;
pub mod memory;
pub mod numbers;
pub mod plan;
pub mod section;
pub mod visitors;
