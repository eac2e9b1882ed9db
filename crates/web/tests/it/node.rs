//! Another node: a second server with an order writer of its own over the database of the first.

use crate::world::{Browser, World};
use db::OrderWriter;
use db::order_writer::WriterOptions;
use outbound::payment::{PaymentProvider, Sandbox};
use std::net::SocketAddr;
use std::time::Duration;
use web::serve::{ServeLimits, listen, serve};
use web::signature::Signer;
use web::{App, AppParts, Scheme};

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
            let parts = AppParts {
                db,
                writer,
                payments: PaymentProvider::Sandbox(Sandbox::new(b"a secret of the sandbox").without_waiting()),
                clock,
                signer: Signer::new(b"a secret of the server"),
                scheme: Scheme::Http,
                payment_patience: Duration::from_secs(20),
                mail_folder: None,
            };
            let app = App::start(parts).await.expect("the shops can be loaded");
            let listener = listen(([127, 0, 0, 1], 0).into()).expect("a port is free");
            let address = listener.local_addr().expect("a bound socket has an address");
            tokio::spawn(serve(listener, web::Site::new(app.clone()), ServeLimits::default(), std::future::pending()));
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
