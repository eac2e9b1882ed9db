//! Three nodes on one PostgreSQL that waits for its disk, and a shop with enough of one variant.

use crate::now_std;
use crate::program::{Place, Server};
use loadtest::Cookies;
use loadtest::buyer::{Buyer, BuyerName, Errand};
use loadtest::crowd::{Crowd, Until, visit};
use std::net::SocketAddr;

const NODES: usize = 3;
/// The node that is frozen: the first, which does the background jobs.
pub const FROZEN: usize = 0;
/// The one that dies.
pub const DEAD: usize = 1;
/// Where everybody believes to be, whichever node they ask.
pub const HOST: &str = "127.0.0.1";
/// More than anybody buys.
const UNITS: usize = 10_000_000;

/// Running nodes.
pub struct Fleet {
    servers: Vec<Server>,
    /// Dropped after the servers that write into them.
    places: Vec<Place>,
}

impl Fleet {
    /// Makes the shop and starts the nodes.
    pub fn start() -> Self {
        let database = db::testing::durable_postgres_url();
        let places: Vec<Place> = (0..NODES).map(|_| Place::on(Some(database.clone()))).collect();
        places[0].open_juniper_roasters(UNITS);
        let servers = places.iter().map(|place| place.start("serve")).collect();
        Self { servers, places }
    }

    /// Where the nodes are.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let address = |server: &Server| server.address.trim_start_matches("http://").parse().expect("it told its address");
        self.servers.iter().map(address).collect()
    }

    /// A place that sees what all of them have written.
    pub fn place(&self) -> &Place {
        &self.places[0]
    }

    /// Sends a node's process a signal.
    pub fn signal(&self, node: usize, name: &str) {
        self.servers[node].signal(name);
    }

    /// The cookies of a shopper with one unit in the cart.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn fill_cart(&self) -> Result<Cookies, String> {
        let mut buyers = [Buyer::new(BuyerName { crowd: 1, buyer: 1 }, Errand::Cart { product: "house-blend".into() })];
        let crowd = Crowd { server: self.addresses()[0], host: HOST.into(), until: Until::Visits(1), clock: now_std };
        let tally = visit(&crowd, &mut buyers).map_err(|error| error.to_string())?;
        if let Some(failure) = tally.failures.first() {
            return Err(format!("nothing can be put in the cart: {failure}"));
        }
        let mut cookies = buyers[0].cookies.clone();
        // Everybody who buys is somebody else: one visitor may hold only so much.
        cookies.forget("visitor");
        Ok(cookies)
    }
}
