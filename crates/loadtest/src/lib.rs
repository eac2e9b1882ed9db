//! Shoppers from outside: they know HTTP and forms and none of our types.
//!
//! One thread drives any number of shoppers. A shopper is a small value that is asked for its next request when the answer to its
//! last one is there; sockets are driven by the kernel's readiness queue, and an idle connection holds no buffer. So the client
//! costs a fraction of what the server does, and measuring on one machine measures the server.
//!
//! No clock is read here: whoever measures hands one in.

pub mod arrivals;
pub mod audit;
pub mod buyer;
pub mod capacity;
pub mod crowd;
pub mod generator;
pub mod mix;
pub mod needs;
pub mod plan;
pub mod report;
pub mod shopper;
pub mod verdict;
pub mod way;
pub mod wheel;
pub mod written;

mod connection;
mod cookies;
mod figures;
mod objectives;
mod page;
mod request;
mod response;
mod tls;

pub use connection::Broken;
pub use cookies::Cookies;
pub use page::{hidden_value, price_shown};
pub use request::Requests;
pub use response::{Response, WrongAnswer, read_response};
