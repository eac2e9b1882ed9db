//! Nodes and their leases: forgotten after ten seconds of silence, one holder at a time, and a late one told so.

use commerce::Timestamp;
use db::leases::{self, Lease};
use db::nodes::{self, Node, NodeId, NodeState};
use db::{Db, testing};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const FIRST: NodeId = NodeId(11);
const SECOND: NodeId = NodeId(12);
const MAIL: &str = "mail";
const BOOKS: &str = "books";

fn node(id: NodeId) -> Node {
    Node {
        id,
        address: "127.0.0.1:8080".into(),
        version: "0.1.0".into(),
        state: NodeState::Serving,
        capacity: 0,
        started_at: NOW,
    }
}

async fn known(db: &Db, now: Timestamp) -> Vec<NodeId> {
    let nodes = nodes::list_nodes(db, now).await.expect("the database answers");
    nodes.iter().map(|known| known.node.id).collect()
}

async fn take(db: &Db, node: NodeId, now: Timestamp) -> Vec<Lease> {
    leases::take(db, node, &[BOOKS, MAIL], now).await.expect("the database answers")
}

async fn is_current(db: &Db, lease: &Lease) -> bool {
    let mut tx = db.begin().await.expect("a connection");
    let is_current = lease.is_current(&mut tx).await.expect("the database answers");
    tx.commit().await.expect("kept");
    is_current
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_known_from_its_first_heartbeat_until_ten_seconds_after_its_last() {
    for test in testing::databases().await {
        let db = &test.db;
        nodes::beat(db, &node(FIRST), NOW).await.expect(test.engine);
        nodes::beat(db, &node(SECOND), NOW.plus_seconds(2)).await.expect(test.engine);
        assert_eq!(known(db, NOW.plus_seconds(9)).await, [FIRST, SECOND], "{}", test.engine);
        assert_eq!(known(db, NOW.plus_seconds(10)).await, [SECOND], "{}", test.engine);
        nodes::beat(db, &node(SECOND), NOW.plus_seconds(10)).await.expect(test.engine);
        assert_eq!(known(db, NOW).await, [SECOND], "{}: the second has removed the first", test.engine);
        nodes::beat(db, &node(FIRST), NOW.plus_seconds(30)).await.expect(test.engine);
        assert_eq!(known(db, NOW.plus_seconds(30)).await, [FIRST], "{}: it comes back by itself", test.engine);
        nodes::leave(db, FIRST).await.expect(test.engine);
        assert_eq!(known(db, NOW.plus_seconds(30)).await, [], "{}: it took leave", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_says_what_it_is_doing_and_what_it_can_do() {
    for test in testing::databases().await {
        nodes::beat(&test.db, &node(FIRST), NOW).await.expect(test.engine);
        let draining = Node { state: NodeState::Draining, capacity: 4_200, ..node(FIRST) };
        nodes::beat(&test.db, &draining, NOW.plus_seconds(2)).await.expect(test.engine);
        take(&test.db, FIRST, NOW).await;
        let listed = nodes::list_nodes(&test.db, NOW.plus_seconds(2)).await.expect(test.engine);
        assert_eq!(listed.len(), 1);
        assert_eq!((&listed[0].node, listed[0].heartbeat_at), (&draining, NOW.plus_seconds(2)), "{}", test.engine);
        assert_eq!(listed[0].leases, [BOOKS, MAIL], "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_has_one_holder_until_it_runs_out_or_is_given_up() {
    for test in testing::databases().await {
        let (db, engine) = (&test.db, test.engine);
        let lease = |name, fence| Lease { name, fence };
        assert_eq!(take(db, FIRST, NOW).await, [lease(BOOKS, 1), lease(MAIL, 1)], "{engine}");
        assert_eq!(take(db, SECOND, NOW.plus_seconds(9)).await, [], "{engine}: it is taken");
        assert_eq!(take(db, FIRST, NOW.plus_seconds(9)).await, [lease(BOOKS, 1), lease(MAIL, 1)], "{engine}: renewed");
        assert_eq!(take(db, SECOND, NOW.plus_seconds(18)).await, [], "{engine}");
        assert_eq!(take(db, SECOND, NOW.plus_seconds(19)).await, [lease(BOOKS, 2), lease(MAIL, 2)], "{engine}: it ran out");
        assert_eq!(take(db, FIRST, NOW.plus_seconds(20)).await, [], "{engine}: whoever comes back finds it taken");
        leases::release(db, SECOND).await.expect(engine);
        assert_eq!(take(db, FIRST, NOW.plus_seconds(20)).await, [lease(BOOKS, 3), lease(MAIL, 3)], "{engine}: at once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_frozen_is_told_that_its_lease_is_gone() {
    for test in testing::databases().await {
        let (db, engine) = (&test.db, test.engine);
        let frozen = take(db, FIRST, NOW).await;
        assert!(is_current(db, &frozen[0]).await, "{engine}");
        assert_eq!(take(db, FIRST, NOW.plus_seconds(40)).await, frozen, "{engine}: nobody wanted it meanwhile");
        let held = take(db, SECOND, NOW.plus_seconds(50)).await;
        assert!(!is_current(db, &frozen[0]).await, "{engine}");
        assert!(is_current(db, &held[0]).await, "{engine}");
        // It read the clock before it was frozen and asks for its lease only now.
        assert_eq!(take(db, FIRST, NOW.plus_seconds(41)).await, [], "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_a_lease_while_its_holder_is_writing() {
    // On SQLite everybody who writes waits for everybody else.
    let test = testing::postgres().await;
    let held = take(&test.db, FIRST, NOW).await;
    let mut tx = test.db.begin().await.expect("a connection");
    assert!(held[0].is_current(&mut tx).await.expect("it answers"));
    let db = test.db.clone();
    let taking = tokio::spawn(async move { take(&db, SECOND, NOW.plus_seconds(60)).await });
    let waits = db::platform_sql!("SELECT COUNT(*) FROM pg_locks WHERE NOT granted");
    while test.db.query_platform(waits, &[]).await.expect("it answers")[0].get::<i64>(0) == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!taking.is_finished());
    tx.commit().await.expect("kept");
    assert_eq!(taking.await.expect("it ends").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_on_one_server_go_by_its_clock_and_one_alone_by_its_own() {
    let (sqlite, postgres) = (testing::sqlite().await, testing::postgres().await);
    assert_eq!(nodes::time(&sqlite.db, NOW).await.expect("no server"), NOW);
    let first = nodes::time(&postgres.db, NOW).await.expect("it tells the time");
    let second = nodes::time(&postgres.db, NOW.plus_minutes(5)).await.expect("it tells the time");
    assert!(first != NOW && first <= second, "{first:?} {second:?}");
}
