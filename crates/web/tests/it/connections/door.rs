//! Another entrance to a world's shops, with limits of its own.

use crate::world::World;
use std::net::SocketAddr;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::Site;
use web::serve::{Entrance, listen, serve};

pub struct Door {
    pub address: SocketAddr,
    close: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Door {
    pub fn open(world: &World, entrance: Entrance) -> Self {
        let listeners = listen(([127, 0, 0, 1], 0).into(), 2).expect("a port is free");
        let address = listeners.address();
        let (close, closed) = oneshot::channel::<()>();
        let site = Site::new(world.app.clone());
        let served = world.spawn(serve(listeners, site, entrance, async { drop(closed.await) }));
        Self { address, close, served }
    }

    /// Tells the server to stop. It has when the handle is ready.
    pub fn close(self) -> JoinHandle<()> {
        self.close.send(()).expect("the server still serves");
        self.served
    }
}
