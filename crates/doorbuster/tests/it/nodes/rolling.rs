//! Three nodes behind a load balancer are restarted, one after the other, while people look and buy. No request fails.

use super::balancer::{Balancer, Kind};
use super::fleet::{Fleet, host};
use crate::program::Server;
use crate::shopper::{Bought, Nodes, Shopper};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NODES: usize = 3;
const BUYERS: usize = 3;
const VISITORS: usize = 2;
/// Of each kind, between two restarts.
const MORE: usize = 5;
/// Nobody is kept waiting for so long.
const PATIENCE: Duration = Duration::from_secs(30);
const PATHS: [&str; 4] = ["/", "/collections/all", "/products/house-blend", "/search?q=blend"];

#[test]
fn three_nodes_behind_haproxy_are_restarted_without_a_failed_request() {
    check(Kind::Haproxy);
}

#[test]
fn three_nodes_behind_haproxy_that_says_for_whom_it_asks_are_restarted_without_a_failed_request() {
    check(Kind::ProxyProtocol);
}

#[test]
fn three_nodes_behind_nginx_are_restarted_without_a_failed_request() {
    check(Kind::Nginx);
}

fn check(kind: Kind) {
    let mut settings = vec![("DOORBUSTER_DRAIN_NOTICE_SECONDS", "3")];
    if kind == Kind::ProxyProtocol {
        settings.extend([("DOORBUSTER_PROXY_PROTOCOL", "required"), ("DOORBUSTER_TRUSTED_PROXIES", "127.0.0.1")]);
    }
    let fleet = Fleet::new(NODES, 1_000_000, &settings);
    let mut servers = fleet.start_all();
    let hosts: Vec<String> = servers.iter().map(host).collect();
    let balancer = Balancer::start(kind, &hosts);
    let traffic = Traffic::new(&balancer.address);
    std::thread::scope(|scope| {
        let traffic = &traffic;
        let _over = Over(traffic);
        for buyer in 0..BUYERS {
            scope.spawn(move || traffic.buy(buyer));
        }
        for visitor in 0..VISITORS {
            scope.spawn(move || traffic.look(visitor));
        }
        traffic.go_on(&fleet);
        for node in 0..NODES {
            balancer.take_out(node);
            let stopped = servers.remove(node);
            assert_eq!(stopped.stop(), Some(0), "node {node}");
            servers.insert(node, fleet.start(node, &hosts[node]));
            wait_until_ready(kind, &fleet, &servers[node]);
            balancer.put_back();
            traffic.go_on(&fleet);
        }
    });
    let failures = traffic.failures.into_inner().expect("nobody panicked");
    let (orders, pages) = (traffic.orders.into_inner(), traffic.pages.into_inner());
    eprintln!("{kind:?}: {orders} orders and {pages} pages while {NODES} nodes were restarted");
    assert_eq!(failures, Vec::<String>::new(), "{orders} orders and {pages} pages went well");
    fleet.place().verify();
}

/// Whoever may connect to a node asks it; what others know of it is told by `doorbuster nodes`.
fn wait_until_ready(kind: Kind, fleet: &Fleet, server: &Server) {
    if kind == Kind::ProxyProtocol {
        let address = host(server);
        fleet.until_listed("it serves again", |listed| {
            listed.iter().any(|node| node.address == address && node.state == "serving")
        });
    } else {
        let mut asking = Shopper::new(&server.address);
        fleet.until("it is ready again", || asking.get("/readyz").is_ok_and(|page| page.status == 200));
    }
}

/// People who look and buy at a steady pace, and what went wrong.
struct Traffic {
    balancer: Arc<Nodes>,
    orders: AtomicUsize,
    pages: AtomicUsize,
    failures: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Traffic {
    fn new(address: &str) -> Self {
        Self {
            balancer: Arc::new(Nodes::new(vec![address.to_owned()])),
            orders: AtomicUsize::new(0),
            pages: AtomicUsize::new(0),
            failures: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Whole checkouts, each of somebody new.
    fn buy(&self, buyer: usize) {
        while !self.is_over.load(Ordering::Relaxed) {
            let mut shopper = Shopper::at_nodes(&self.balancer, PATIENCE);
            let bought =
                shopper.go_to_checkout("house-blend").map(|page| shopper.pay(&page, &format!("buyer{buyer}@example.com")));
            match bought {
                Ok(Bought::Receipt { .. }) => _ = self.orders.fetch_add(1, Ordering::Relaxed),
                other => self.fail(format!("a checkout led to {other:?}")),
            }
        }
    }

    fn look(&self, visitor: usize) {
        for turn in visitor.. {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let path = PATHS[turn % PATHS.len()];
            match Shopper::at_nodes(&self.balancer, PATIENCE).get(path) {
                Ok(page) if page.status == 200 => _ = self.pages.fetch_add(1, Ordering::Relaxed),
                other => self.fail(format!("{path} led to {other:?}")),
            }
        }
    }

    /// Until there are some more of each kind.
    fn go_on(&self, fleet: &Fleet) {
        let count = || (self.orders.load(Ordering::Relaxed), self.pages.load(Ordering::Relaxed));
        let (orders, pages) = count();
        fleet.until("traffic", || count().0 >= orders + MORE && count().1 >= pages + MORE);
    }

    fn fail(&self, what: String) {
        let mut failures = self.failures.lock().expect("nobody panicked");
        if failures.len() < 5 {
            failures.push(what);
        }
    }
}

/// Ends the traffic when it is dropped.
struct Over<'a>(&'a Traffic);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}
