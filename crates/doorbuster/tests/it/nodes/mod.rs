//! Several nodes on one PostgreSQL: visitors go from one to the next with every request, nodes die, freeze and are restarted, and
//! nobody notices but those who were waiting for an answer.

mod fleet;

mod balancer;
mod desk;
mod frozen;
mod rolling;
