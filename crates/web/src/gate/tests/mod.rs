//! The gate's decisions, tried without sockets: by hand, and in a simulated crowd.

mod fairness;
mod overload;
mod simulation;
mod turns;
