//! Nodes with a folder each and one database, and what `doorbuster nodes` says about them.

use crate::program::{Place, Server};
use crate::torture::rounds::now;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// What has not come after this does not come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(50);

/// What runs on one node at a time: mail, payments, reservations, books, load tests, sessions.
pub const JOBS: usize = 6;

/// Places for nodes.
pub struct Fleet {
    places: Vec<Place>,
    settings: Vec<(&'static str, &'static str)>,
}

/// A line of `doorbuster nodes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    pub address: String,
    pub state: String,
    pub jobs: Vec<String>,
}

impl Fleet {
    /// So many, with a shop, none of them running. `settings` are as in the environment.
    pub fn new(nodes: usize, units: usize, settings: &[(&'static str, &'static str)]) -> Self {
        let database = db::testing::postgres_url();
        let places: Vec<Place> = (0..nodes).map(|_| Place::on(Some(database.clone()))).collect();
        places[0].open_juniper_roasters(units);
        Self { places, settings: settings.to_vec() }
    }

    /// The first node's place: all of them see the same.
    pub fn place(&self) -> &Place {
        &self.places[0]
    }

    /// Starts a node at this address (`127.0.0.1:0`: any) and waits until it listens.
    pub fn start(&self, node: usize, address: &str) -> Server {
        let mut command = self.places[node].command(&["serve", "--listen", address]);
        command.envs(self.settings.iter().copied());
        Server::start(command)
    }

    /// Starts all of them.
    pub fn start_all(&self) -> Vec<Server> {
        (0..self.places.len()).map(|node| self.start(node, "127.0.0.1:0")).collect()
    }

    /// The nodes that are known.
    pub fn listed(&self) -> Vec<Listed> {
        let told = self.place().must(&["nodes"]);
        told.lines().skip(1).map(listed).collect()
    }

    /// Asks again and again until it is so, or ends the test.
    pub fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let began = now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "waited in vain for {what}; the nodes: {:?}", self.listed());
            // Another process is waited for, and it does not say when.
            std::thread::park_timeout(PAUSE);
        }
    }

    /// Asks for the nodes until it is so, and returns them.
    pub fn until_listed(&self, what: &str, is_so: impl Fn(&[Listed]) -> bool) -> Vec<Listed> {
        let mut listed = Vec::new();
        self.until(what, || {
            listed = self.listed();
            is_so(&listed)
        });
        listed
    }

    /// The names of all letters that left any node, each as often as it left: what they are about, without the time.
    pub fn letters(&self) -> Vec<String> {
        let folders = self.places.iter().filter_map(|place| std::fs::read_dir(place.mail_folder()).ok());
        let paths = folders.flatten().flatten().map(|entry| entry.path());
        paths.filter(|path| path.extension().is_some_and(|kind| kind == "eml")).map(|path| about(&path)).collect()
    }
}

/// From `20261115T080000Z-1-17.eml`: shop and message.
fn about(path: &Path) -> String {
    let name = path.file_stem().expect("a letter has a name").to_string_lossy().into_owned();
    name.split_once('-').expect("it begins with a time").1.to_owned()
}

/// `id  address  version  state  3 s ago  not measured  books, mail`
fn listed(line: &str) -> Listed {
    let cells: Vec<&str> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let [id, address, _, state, _, _, jobs] = cells.as_slice() else { panic!("a node has seven columns: {line}") };
    let jobs = if *jobs == "none" { Vec::new() } else { jobs.split(", ").map(str::to_owned).collect() };
    Listed { id: (*id).to_owned(), address: (*address).to_owned(), state: (*state).to_owned(), jobs }
}

/// The addresses of servers as shoppers write them.
pub fn addresses(servers: &[Server]) -> Vec<String> {
    servers.iter().map(|server| server.address.clone()).collect()
}

/// A server's address as `--listen` takes it and `doorbuster nodes` shows it.
pub fn host(server: &Server) -> String {
    server.address.strip_prefix("http://").expect("it speaks plain HTTP").to_owned()
}

/// Ends the test when anything is there twice.
pub fn assert_once(letters: &[String]) {
    let different: BTreeSet<&String> = letters.iter().collect();
    assert_eq!(different.len(), letters.len(), "a letter left twice");
}
