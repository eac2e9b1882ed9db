//! The shops of the demonstration under measurement: seeded, served by the built program, on a core of their own.

use crate::program::{Engine, PROGRAM, Place, Server};
use std::net::SocketAddr;
use std::process::Command;

/// The core of the server and that of the clients.
pub const SERVER_CORE: &str = "0";
pub const CLIENT_CORE: &str = "1";
/// Hosts of the two shops.
pub const JUNIPER: &str = "juniper.localhost";
pub const QUILLMERE: &str = "localhost";
/// A product of Juniper Roasters.
pub const PRODUCT: &str = "/products/night-train";
/// The one of [`Demo::with_plenty`].
pub const PLENTY: &str = "endless-coffee";
/// A person's browser, for clients that are people.
pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Some ten seconds: each try is answered within a millisecond.
const READY_TRIES: usize = 10_000;

/// The running shops.
pub struct Demo {
    pub server: Server,
    // Dropped after the server that writes into it.
    _place: Place,
}

impl Demo {
    /// Seeds and starts them on one core.
    pub fn start() -> Self {
        Self::on(Place::new(Engine::Sqlite))
    }

    /// With one product more in Juniper Roasters, of which there are enough for every benchmark.
    pub fn with_plenty() -> Self {
        let place = Place::new(Engine::Sqlite);
        place.start("demo").stop();
        let products = format!(
            "Handle,Title,Published,Status,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,\
             Variant Inventory Qty,Variant Inventory Policy\n{PLENTY},Endless Coffee,TRUE,active,Title,Default Title,EC-1,12.50,shopify,1000000,deny\n"
        );
        let file = place.file("plenty.csv", &products);
        place.must(&["import", "--shop", "juniper", &file]);
        Self::on(place)
    }

    fn on(place: Place) -> Self {
        let arguments = ["demo", "--listen", "127.0.0.1:0", "--connections-max", "19800"];
        let server = Server::start(place.command_through(&["taskset", "-c", SERVER_CORE, PROGRAM], &arguments));
        let demo = Self { server, _place: place };
        demo.wait_until_ready();
        demo
    }

    /// Until its pages are printed, whoever asks has one made: no load balancer would send visitors yet.
    fn wait_until_ready(&self) {
        let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
        let question = format!("{}/readyz", self.server.address);
        let is_ready = (0..READY_TRIES).any(|_| agent.get(&question).call().is_ok());
        assert!(is_ready, "the server did not become ready");
    }

    /// Where they are.
    pub fn address(&self) -> SocketAddr {
        self.server.address.trim_start_matches("http://").parse().expect("the server told its address")
    }

    /// The host that requests to a shop name.
    pub fn host(&self, shop: &str) -> String {
        format!("{shop}:{}", self.address().port())
    }
}

/// A command that runs on the clients' core.
pub fn on_client_core(program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", CLIENT_CORE, program]);
    command
}

/// Moves this process to the clients' core.
///
/// # Errors
/// When the machine has no such core, or no `taskset`.
pub fn move_to_client_core() -> Result<(), String> {
    let pid = std::process::id().to_string();
    let said = Command::new("taskset").args(["-a", "-c", "-p", CLIENT_CORE, &pid]).output();
    match said {
        Ok(said) if said.status.success() => Ok(()),
        Ok(said) => Err(String::from_utf8_lossy(&said.stderr).trim().to_owned()),
        Err(error) => Err(format!("taskset (Debian: util-linux): {error}")),
    }
}
