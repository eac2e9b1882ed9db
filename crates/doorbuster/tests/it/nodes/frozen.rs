//! One of three nodes is frozen and one is killed while people buy. The third takes over; the frozen one comes back by itself.

use super::fleet::{Fleet, JOBS, addresses, assert_once, host};
use crate::shopper::{Nodes, Shopper};
use crate::torture::crowd::{Crowd, UNITS};
use crate::torture::rounds::now;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const NODES: usize = 3;
/// Shoppers wait for no answer longer than this: a frozen node gives none.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longer than it takes to be forgotten; where minutes of torture are asked for, thirty seconds.
const FROZEN: Duration = Duration::from_secs(12);
const FROZEN_LONG: Duration = Duration::from_secs(30);

#[test]
fn while_one_of_three_nodes_is_frozen_and_one_dies_every_receipt_is_an_order_and_every_letter_leaves_once() {
    let fleet = Fleet::new(NODES, UNITS, &[]);
    let mut servers = fleet.start_all();
    let nodes = Arc::new(Nodes::new(addresses(&servers)));
    let mut crowd = Crowd::default();
    let frozen_for = if std::env::var_os("TORTURE_MINUTES").is_some() { FROZEN_LONG } else { FROZEN };
    crowd.buy_as(&|| Shopper::at_nodes(&nodes, PATIENCE), |rush| {
        rush.wait_for_receipts(30);
        let before = fleet.until_listed("all nodes to be known", |listed| listed.len() == NODES);
        let busy = before.iter().find(|node| !node.jobs.is_empty()).expect("somebody does the jobs").clone();
        assert_eq!(busy.jobs.len(), JOBS, "one node does them all: {before:?}");
        let at = |address: &str| before.iter().position(|node| node.address == address).expect("it is known");
        let frozen = servers.iter().position(|server| host(server) == busy.address).expect("it is one of ours");
        let dead = (frozen + 1) % NODES;
        let dead_id = before[at(&host(&servers[dead]))].id.clone();

        let began = now();
        servers[frozen].signal("STOP");
        servers[dead].signal("KILL");
        let left = fleet.until_listed("both to be forgotten", |listed| {
            listed.iter().all(|node| node.id != busy.id && node.id != dead_id)
                && listed.iter().any(|node| node.jobs.len() == JOBS)
        });
        assert_eq!(left.len(), 1, "{left:?}");
        rush.wait_for_receipts(30);
        rush.wait_until("the frost to pass", |_| began.elapsed() >= frozen_for);

        servers[frozen].signal("CONT");
        servers[dead] = fleet.start(dead, &host(&servers[dead]));
        let after = fleet.until_listed("all nodes to be known again", |listed| listed.len() == NODES);
        let back = after.iter().find(|node| node.id == busy.id).expect("it comes back by itself");
        assert_eq!((back.state.as_str(), back.jobs.as_slice()), ("serving", &[][..]), "others do the jobs now");
        rush.wait_for_receipts(60);
    });
    eprintln!("Nodes frozen and killed: {}", crowd.told());
    assert!(crowd.interrupted > 0, "neither came in anybody's way");
    crowd.send_again(&servers[0]);
    crowd.check(fleet.place(), &servers[0]);

    let orders = crowd.receipts.len();
    fleet.until("a letter for each order", || fleet.letters().into_iter().collect::<BTreeSet<_>>().len() >= orders);
    assert_once(&fleet.letters());
    for server in servers {
        assert_eq!(server.stop(), Some(0));
    }
}
