//! This process as a node: says every two seconds that it lives, and holds the leases of background jobs while it does.
//!
//! What a heartbeat writes is `db::nodes` and `db::leases`; here are the clock, the pace, and how long a lease is believed in.

use crate::clock::now;
use commerce::Timestamp;
use db::leases::{self, LEASE_SECONDS, Lease};
use db::nodes::{self, HEARTBEAT, Node, NodeState};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{info, warn};
use web::App;

/// How long a heartbeat may take: a database that does not answer must not keep a node from trying again.
const HEARTBEAT_PATIENCE: Duration = Duration::from_secs(4);
/// A lease is believed in for so much less than it lasts, seconds: clocks run at different speeds.
const MARGIN_SECONDS: i64 = 1;

/// What this node holds, and until when it may believe so.
#[derive(Clone, Debug, Default)]
pub struct Held {
    leases: Vec<Lease>,
    /// By this process's clock, which goes on while the process is frozen.
    until: Option<Timestamp>,
}

impl Held {
    /// The lease of this name, if it is held at `now`.
    pub fn lease(&self, name: &str, now: Timestamp) -> Option<Lease> {
        self.until.filter(|until| now < *until)?;
        self.leases.iter().find(|lease| lease.name == name).cloned()
    }
}

/// This process as a node, until [`NodeHere::leave`].
pub struct NodeHere {
    held: watch::Receiver<Held>,
    wish: watch::Sender<Wish>,
    beating: JoinHandle<()>,
}

/// What is asked of the heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Serve, and do what nobody else does.
    Serve,
    /// Take no more leases; those that are held are kept.
    Drain,
    /// Give the leases up.
    Release,
    /// Take leave.
    Leave,
}

impl NodeHere {
    /// Says for the first time that it lives, at `address`, and goes on. `names` are the leases it would hold.
    pub async fn register(app: &App, address: SocketAddr, names: &'static [&'static str]) -> Self {
        let (held_by, held) = watch::channel(Held::default());
        let (wish, wished) = watch::channel(Wish::Serve);
        let id = nodes::NodeId(app.db().ids().next(now()));
        app.health().introduce(id, env!("CARGO_PKG_VERSION"));
        let mut heart = Heart { app: app.clone(), id, address: address.to_string(), started_at: None, names, held: held_by };
        heart.beat(Wish::Serve).await;
        Self { held, wish, beating: tokio::spawn(heart.go_on(wished)) }
    }

    /// What it holds.
    pub fn held(&self) -> watch::Receiver<Held> {
        self.held.clone()
    }

    /// Tells the others that it is about to stop.
    pub fn drain(&self) {
        self.wish.send_replace(Wish::Drain);
    }

    /// Gives up its leases: no job runs here any more.
    pub fn release(&self) {
        self.wish.send_replace(Wish::Release);
    }

    /// Takes leave of the others.
    pub async fn leave(self) {
        self.wish.send_replace(Wish::Leave);
        let _ = self.beating.await;
    }
}

struct Heart {
    app: App,
    id: nodes::NodeId,
    address: String,
    started_at: Option<Timestamp>,
    names: &'static [&'static str],
    held: watch::Sender<Held>,
}

impl Heart {
    async fn go_on(mut self, mut wished: watch::Receiver<Wish>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(HEARTBEAT) => {}
                _ = wished.changed() => {}
            }
            let wish = *wished.borrow_and_update();
            self.beat(wish).await;
            if wish == Wish::Leave {
                return;
            }
        }
    }

    /// One heartbeat. Where it fails, what is held is believed in for as long as it lasts.
    async fn beat(&mut self, wish: Wish) {
        let began = now();
        let reason = match tokio::time::timeout(HEARTBEAT_PATIENCE, self.say(wish)).await {
            Ok(Ok(leases)) => {
                self.app.health().database_answered(began);
                self.hold(leases, began);
                return;
            }
            Ok(Err(reason)) => reason.to_string(),
            Err(_) => "the database did not answer in time".into(),
        };
        warn!(error = %reason, "This node could not say that it lives: {reason}");
    }

    async fn say(&mut self, wish: Wish) -> db::Result<Vec<Lease>> {
        let (db, id) = (self.app.db(), self.id);
        if wish == Wish::Leave {
            leases::release(db, id).await?;
            nodes::leave(db, id).await?;
            return Ok(Vec::new());
        }
        let at = nodes::time(db, now()).await?;
        let started_at = *self.started_at.get_or_insert(at);
        let state = if wish == Wish::Serve { NodeState::Serving } else { NodeState::Draining };
        let (address, version) = (self.address.clone(), env!("CARGO_PKG_VERSION").into());
        let capacity = self.app.gate().figures().capacity;
        nodes::beat(db, &Node { id, address, version, state, capacity, started_at }, at).await?;
        match wish {
            Wish::Serve => leases::take(db, id, self.names, at).await,
            Wish::Drain => {
                let held: Vec<&'static str> = self.held.borrow().leases.iter().map(|lease| lease.name).collect();
                leases::take(db, id, &held, at).await
            }
            Wish::Release | Wish::Leave => leases::release(db, id).await.map(|()| Vec::new()),
        }
    }

    fn hold(&self, leases: Vec<Lease>, began: Timestamp) {
        let before: Vec<Lease> = self.held.borrow().leases.clone();
        let names = |of: &[Lease], but: &[Lease]| -> Vec<&str> {
            of.iter().filter(|lease| !but.contains(lease)).map(|lease| lease.name).collect()
        };
        let (taken, lost) = (names(&leases, &before), names(&before, &leases));
        if !taken.is_empty() {
            info!(jobs = taken.join(", "), "This node does background jobs: {}", taken.join(", "));
        }
        if !lost.is_empty() {
            info!(jobs = lost.join(", "), "This node no longer does background jobs: {}", lost.join(", "));
        }
        let until = Some(began.plus_seconds(LEASE_SECONDS - MARGIN_SECONDS));
        self.held.send_replace(Held { leases, until });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_believed_in_until_it_may_be_another_nodes() {
        let noon = Timestamp::from_seconds(1_795_780_800);
        let mail = Lease { name: "mail", fence: 3 };
        let held = Held { leases: vec![mail.clone()], until: Some(noon) };
        assert_eq!(held.lease("mail", noon.plus_seconds(-1)), Some(mail));
        assert_eq!(held.lease("books", noon.plus_seconds(-1)), None);
        assert_eq!(held.lease("mail", noon), None, "it was frozen, and its heartbeat has yet to ask");
        assert_eq!(Held::default().lease("mail", noon), None);
    }
}
