//! A thread that accepts connections and carries them. Each has a listening socket and a runtime of its own, so that a
//! connection never moves and what belongs to it needs no lock.

use super::connection::Connection;
use super::house::{House, Phase};
use super::slots::Slot;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::{mpsc, watch};
use tokio::task::{spawn_local, unconstrained, yield_now};
use tracing::error;

/// How long nothing is accepted after the system has refused. The next try would otherwise be refused as quickly.
const PAUSE: Duration = Duration::from_millis(10);

/// How many are accepted in a row, while others wait for their answers. A crowd that comes faster than it is let in overflows the
/// kernel's queue, and whoever is dropped there tries again only after a second; so it is let in in large parts. They are read in
/// the slow lane.
const ACCEPTED_IN_A_ROW: usize = 256;

/// How many may knock at once. A slot is free one turn of all tasks after somebody was told to close: if they were let in one by
/// one, a crowd would be let in turn by turn.
const KNOCKING_MAX: usize = 64;

/// Starts a thread. It holds `door` until everybody is let in whom it has accepted.
pub(super) fn start(
    index: usize,
    socket: std::net::TcpListener,
    house: Arc<House>,
    phase: watch::Receiver<Phase>,
    door: mpsc::Sender<Infallible>,
) -> JoinHandle<()> {
    let work = move || {
        if let Err(error) = carry(socket, &house, phase, door) {
            error!(%error, "A thread cannot accept connections");
        }
    };
    std::thread::Builder::new().name(format!("http-{index}")).spawn(work).expect("the system allows a thread for each core")
}

/// What a thread runs its connections on.
fn runtime() -> io::Result<LocalRuntime> {
    // What another thread has woken goes first: it is an answer that is to be sent. Tokio would send one for each 31 other things
    // that there are to do, and while a crowd is read there is always another one.
    Builder::new_current_thread().enable_all().global_queue_interval(1).build_local(LocalOptions::default())
}

fn carry(
    socket: std::net::TcpListener,
    house: &Arc<House>,
    mut phase: watch::Receiver<Phase>,
    door: mpsc::Sender<Infallible>,
) -> io::Result<()> {
    runtime()?.block_on(async {
        let listener = TcpListener::from_std(socket)?;
        let mut knocking = VecDeque::new();
        tokio::select! {
            // Tokio would pause it after 128 of them.
            () = unconstrained(accept(&listener, house, &mut knocking)) => {}
            // Also when nobody is left who could tell.
            _ = phase.wait_for(|phase| *phase != Phase::Open) => {}
        }
        let taken_in = take_in_the_rest(listener, &mut knocking);
        tokio::select! {
            () = let_in(&mut knocking, house) => {}
            _ = phase.wait_for(|phase| *phase == Phase::Over) => {}
        }
        drop(door);
        let _ = phase.wait_for(|phase| *phase == Phase::Over).await;
        taken_in
    })
}

/// Whoever was accepted and has no slot yet.
type Knocking = VecDeque<(TcpStream, SocketAddr)>;

/// Accepts without end.
async fn accept(listener: &TcpListener, house: &Arc<House>, knocking: &mut Knocking) {
    let mut accepted = 0;
    loop {
        tokio::select! {
            biased;
            slot = take_slot(house), if !knocking.is_empty() => let_in_first(knocking, house, slot),
            next = listener.accept(), if knocking.len() < KNOCKING_MAX => match next {
                Ok(next) => {
                    knocking.push_back(next);
                    // Whoever comes is more urgent than whoever has been silent for longest.
                    if house.slots.are_taken() {
                        house.parked.close_oldest(1);
                    }
                    house.site.app().gate().give_way();
                    accepted += 1;
                    if accepted % ACCEPTED_IN_A_ROW == 0 {
                        yield_now().await;
                    }
                }
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    house.make_room(&error);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

/// Lets everybody in who knocks, each as soon as there is a slot. Whoever has none yet still knocks when this is given up.
async fn let_in(knocking: &mut Knocking, house: &Arc<House>) {
    while !knocking.is_empty() {
        let slot = take_slot(house).await;
        let_in_first(knocking, house, slot);
    }
}

fn let_in_first(knocking: &mut Knocking, house: &Arc<House>, slot: Slot) {
    if let Some((stream, from)) = knocking.pop_front() {
        spawn_local(Connection::new(Arc::clone(house), stream, from, slot));
    }
}

async fn take_slot(house: &House) -> Slot {
    loop {
        if let Ok(slot) = tokio::time::timeout(PAUSE, house.slots.take()).await {
            return slot;
        }
        // Nobody was silent when somebody knocked; by now somebody may be.
        house.parked.close_oldest(1);
    }
}

/// Takes in what the kernel has accepted for us, slots or none: closing the socket would cut those clients off. They are no more
/// than the kernel's queue holds.
fn take_in_the_rest(listener: TcpListener, knocking: &mut Knocking) -> io::Result<()> {
    let listener = listener.into_std()?;
    loop {
        match listener.accept() {
            Ok((stream, from)) => {
                stream.set_nonblocking(true)?;
                knocking.push_back((TcpStream::from_std(stream)?, from));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether a client left between knocking and being let in; the next one is not concerned.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionAborted | Kind::ConnectionReset | Kind::ConnectionRefused | Kind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;
    use tokio::sync::oneshot;

    #[test]
    fn an_answer_of_another_thread_is_sent_before_more_is_read() {
        let (read, before) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        runtime().expect("a runtime").block_on(async {
            let (answers, answered): (Vec<_>, Vec<_>) = (0..100).map(|_| oneshot::channel()).unzip();
            let answered: Vec<_> = answered.into_iter().map(spawn_local).collect();
            yield_now().await;
            for _ in 0..10_000 {
                let read = Rc::clone(&read);
                spawn_local(async move { read.set(read.get() + 1) });
            }
            let worker = std::thread::spawn(|| answers.into_iter().try_for_each(|answer| answer.send(())));
            worker.join().expect("it does not panic").expect("all are waited for");
            for answered in answered {
                answered.await.expect("it is not cancelled").expect("it was answered");
            }
            before.set(read.get());
        });
        assert!(before.get() < 100, "{} were read before", before.get());
    }
}
