//! Nodes: servers of a database's shops; a second one with an order writer of its own beside the first.

use crate::world::{Browser, World};
use db::order_writer::{Clock, WriterOptions};
use db::{Db, OrderWriter};
use outbound::payment::{PaymentProvider, Sandbox};
use std::net::SocketAddr;
use std::time::Duration;
use web::gate::keeper::KeeperSettings;
use web::serve::{Entrance, ServeLimits, listen, serve};
use web::signature::Signer;
use web::{App, AppParts, Scheme};

/// The port in addresses: that of a proxy in front, as it were.
pub const PUBLIC_PORT: u16 = 8080;

/// Starts a server of all shops of a database, which any other with the same database takes for one of its own.
pub async fn open_doors(db: Db, writer: OrderWriter, clock: Clock) -> (App, SocketAddr) {
    let parts = AppParts {
        db,
        writer,
        payments: PaymentProvider::Sandbox(Sandbox::new(b"a secret of the sandbox").without_waiting()),
        clock,
        work_clock: || Duration::ZERO,
        gate: KeeperSettings::of(2, 4),
        signer: Signer::new(b"a secret of the server"),
        scheme: Scheme::Http,
        public_port: Some(PUBLIC_PORT),
        payment_patience: Duration::from_secs(20),
        loadtest_shoppers_max: 500,
        mail_folder: Some("juniper/mail".into()),
    };
    let app = App::start(parts).await.expect("the shops can be loaded");
    let listeners = listen(([127, 0, 0, 1], 0).into(), 1).expect("a port is free");
    let address = listeners.address();
    // Each connection is parked after each answer: whatever parking can break, every test would notice.
    let limits = ServeLimits { quiet: Duration::ZERO, ..ServeLimits::default() };
    let entrance = Entrance { limits, ..Entrance::default() };
    tokio::spawn(serve(listeners, web::Site::new(app.clone()), entrance, std::future::pending()));
    (app, address)
}

/// A second server of the same shops, with the same clock and secrets.
pub struct Node {
    pub app: App,
    address: SocketAddr,
}

impl Node {
    /// Ends with the world.
    pub fn beside(world: &World) -> Self {
        let (db, clock) = (world.db().clone(), world.app.clock());
        world.with(async {
            let (writer, work) = OrderWriter::over(db.clone(), clock.clone(), WriterOptions::default());
            tokio::spawn(work.run());
            let (app, address) = open_doors(db, writer, clock).await;
            Self { app, address }
        })
    }

    /// The same visitor, come to this node.
    pub fn browser(&self, visitor: &Browser) -> Browser {
        let mut here = visitor.clone();
        here.address = self.address;
        here
    }
}
