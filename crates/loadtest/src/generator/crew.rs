//! Workers: generators as threads of this process, or as processes of their own, here or on other machines, that speak JSON line
//! by line.
//!
//! A process may have only so many files open, and each socket is one: who wants more sockets wants more processes. The first
//! line that a worker reads is its [`Assignment`], the others are [`Order`]s; each line that it writes is a [`Tally`]. A worker
//! whose input ends stops by itself.

use super::{Assignment, Chief, Coming, Joined, Order, Tally, work};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

/// Orders and tallies that may lie unread: half a minute.
pub const UNREAD_MAX: usize = 32;
/// How long a worker may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// Why there is no crew any more.
#[derive(Debug, thiserror::Error)]
pub enum CrewError {
    /// A worker could not be started, told or heard.
    #[error("{worker} of the load test failed: {error}")]
    Failed {
        /// Which one.
        worker: WorkerName,
        /// What the system says.
        error: io::Error,
    },
    /// A worker has stopped before its time.
    #[error("{worker} of the load test has stopped by itself: look for what it said")]
    Stopped {
        /// Which one.
        worker: WorkerName,
    },
    /// A worker says nothing.
    #[error("{worker} of the load test was not heard of for {} s: is the machine overloaded?", SILENCE.as_secs())]
    Silent {
        /// Which one.
        worker: WorkerName,
    },
}

impl CrewError {
    /// Why a worker cannot be told or heard. One that was killed resets its connection where something lay unread in it.
    fn of(worker: WorkerName, error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => Self::Stopped { worker },
            _ => Self::Failed { worker, error },
        }
    }
}

/// What a worker is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerName {
    /// Counted from 0.
    pub number: u32,
    /// Where it is, if it has joined.
    pub place: Option<SocketAddr>,
}

impl fmt::Display for WorkerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match self.place {
            Some(place) => write!(f, "worker {number} ({place})"),
            None => write!(f, "worker {number}"),
        }
    }
}

/// All workers.
pub(super) struct Crew {
    workers: Vec<Worker>,
}

struct Worker {
    name: WorkerName,
    orders: Orders,
    tallies: Receiver<io::Result<Tally>>,
    /// Tallies of seconds that others have not told yet.
    early: VecDeque<Tally>,
    is_over: bool,
}

enum Orders {
    Thread(SyncSender<Order>),
    Process { input: BufWriter<ChildStdin>, child: Child },
    Joined(BufWriter<TcpStream>),
}

impl Crew {
    /// Workers as threads of this process.
    pub fn of_threads(assignments: Vec<Assignment>, clock: fn() -> Instant) -> Self {
        Self { workers: assignments.into_iter().map(|assignment| Worker::thread(assignment, clock)).collect() }
    }

    /// Workers as processes: this program with this argument.
    ///
    /// # Errors
    /// When one cannot be started.
    pub fn of_processes(assignments: &[Assignment], program: &Path, argument: &str) -> Result<Self, CrewError> {
        let workers = assignments.iter().map(|assignment| {
            let worker = Worker::process(assignment, program, argument);
            worker.map_err(|error| CrewError::Failed { worker: here(assignment.worker), error })
        });
        Ok(Self { workers: workers.collect::<Result<_, _>>()? })
    }

    /// Workers that have joined, and what each is to do.
    ///
    /// # Errors
    /// When one cannot be told.
    pub fn of_joined(assigned: impl Iterator<Item = (Assignment, Joined)>) -> Result<Self, CrewError> {
        let workers = assigned.map(|(assignment, joined)| {
            let name = WorkerName { number: assignment.worker, place: Some(joined.place) };
            Worker::joined(name, &assignment, joined).map_err(|error| CrewError::Failed { worker: name, error })
        });
        Ok(Self { workers: workers.collect::<Result<_, _>>()? })
    }

    /// Lets this come, each worker its part.
    ///
    /// # Errors
    /// When a worker cannot be told.
    pub fn order(&mut self, order: Order) -> Result<(), CrewError> {
        let parts = self.workers.len() as f64;
        let order = match order {
            Order::Come(Coming { second, arriving, midway, leaving }) => {
                Order::Come(Coming { second, arriving: arriving / parts, midway: midway / parts, leaving: leaving / parts })
            }
            Order::End => Order::End,
        };
        for worker in self.workers.iter_mut().filter(|worker| !worker.is_over) {
            worker.tell(order)?;
        }
        Ok(())
    }

    /// Whether all are still at work.
    ///
    /// # Errors
    /// When one has ended.
    pub fn all_at_work(&self) -> Result<(), CrewError> {
        match self.workers.iter().find(|worker| worker.is_over) {
            Some(worker) => Err(CrewError::Stopped { worker: worker.name }),
            None => Ok(()),
        }
    }

    /// What all did in the next second together; nothing when all have ended.
    ///
    /// # Errors
    /// When a worker is lost.
    pub fn second(&mut self) -> Result<Option<Tally>, CrewError> {
        for worker in &mut self.workers {
            worker.hear()?;
        }
        let told = |worker: &Worker| worker.early.front().map(|tally| tally.second);
        let Some(second) = self.workers.iter().filter_map(told).min() else { return Ok(None) };
        let tallies = self.workers.iter_mut().filter(|worker| told(worker) == Some(second));
        Ok(tallies.filter_map(|worker| worker.early.pop_front()).reduce(|mut all, one| {
            all.beside(one);
            all
        }))
    }
}

impl Worker {
    fn thread(assignment: Assignment, clock: fn() -> Instant) -> Self {
        let (orders, received) = sync_channel(UNREAD_MAX);
        let (told, tallies) = sync_channel(UNREAD_MAX);
        let name = here(assignment.worker);
        std::thread::spawn(move || {
            let mut chief = ThreadsChief { orders: received, told: told.clone() };
            if let Err(error) = work(&assignment, clock, &mut chief) {
                // Whoever does not listen any more has ended.
                let _ = told.send(Err(error));
            }
        });
        Self { name, orders: Orders::Thread(orders), tallies, early: VecDeque::new(), is_over: false }
    }

    fn process(assignment: &Assignment, program: &Path, argument: &str) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(argument).stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C is for whoever leads: workers are told to end and finish what they have begun.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let mut input = BufWriter::new(input);
        write_line(&mut input, assignment)?;
        let (told, tallies) = sync_channel(UNREAD_MAX);
        std::thread::spawn(move || read_lines(BufReader::new(output), &told));
        let orders = Orders::Process { input, child };
        Ok(Self { name: here(assignment.worker), orders, tallies, early: VecDeque::new(), is_over: false })
    }

    fn joined(name: WorkerName, assignment: &Assignment, joined: Joined) -> io::Result<Self> {
        let output = joined.input.get_ref().try_clone()?;
        // One that takes nothing any more is as good as gone.
        output.set_write_timeout(Some(SILENCE))?;
        let mut output = BufWriter::new(output);
        write_line(&mut output, assignment)?;
        let (told, tallies) = sync_channel(UNREAD_MAX);
        std::thread::spawn(move || read_lines(joined.input, &told));
        Ok(Self { name, orders: Orders::Joined(output), tallies, early: VecDeque::new(), is_over: false })
    }

    fn tell(&mut self, order: Order) -> Result<(), CrewError> {
        let told = match &mut self.orders {
            Orders::Thread(orders) => orders.try_send(order).map_err(|error| match error {
                TrySendError::Full(_) => io::ErrorKind::TimedOut.into(),
                TrySendError::Disconnected(_) => io::ErrorKind::BrokenPipe.into(),
            }),
            Orders::Process { input, .. } => write_line(input, &order),
            Orders::Joined(output) => write_line(output, &order),
        };
        told.map_err(|error| CrewError::of(self.name, error))
    }

    /// Waits until the worker has told of a second, or has ended.
    fn hear(&mut self) -> Result<(), CrewError> {
        if self.is_over || !self.early.is_empty() {
            return Ok(());
        }
        let worker = self.name;
        match self.tallies.recv_timeout(SILENCE) {
            Ok(Ok(tally)) => self.early.push_back(tally),
            Ok(Err(error)) => return Err(CrewError::of(worker, error)),
            Err(RecvTimeoutError::Disconnected) => self.is_over = true,
            Err(RecvTimeoutError::Timeout) => return Err(CrewError::Silent { worker }),
        }
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        match &mut self.orders {
            Orders::Thread(_) => {}
            Orders::Process { child, .. } => {
                // One that has ended cannot be killed and need not be.
                if !self.is_over {
                    let _ = child.kill();
                }
                let _ = child.wait();
            }
            // It ends by itself when nobody leads it.
            Orders::Joined(output) => _ = output.get_ref().shutdown(Shutdown::Both),
        }
    }
}

/// The name of a worker on this machine.
const fn here(number: u32) -> WorkerName {
    WorkerName { number, place: None }
}

/// The chief of a thread.
struct ThreadsChief {
    orders: Receiver<Order>,
    told: SyncSender<io::Result<Tally>>,
}

impl Chief for ThreadsChief {
    fn order(&mut self) -> Option<Order> {
        order_from(&self.orders)
    }

    fn tell(&mut self, tally: Tally) -> bool {
        self.told.send(Ok(tally)).is_ok()
    }
}

/// The chief of a process: whoever holds the other ends of its pipes.
struct ProcessChief<W: Write> {
    orders: Receiver<Order>,
    output: W,
}

impl<W: Write> Chief for ProcessChief<W> {
    fn order(&mut self) -> Option<Order> {
        order_from(&self.orders)
    }

    fn tell(&mut self, tally: Tally) -> bool {
        write_line(&mut self.output, &tally).is_ok()
    }
}

fn order_from(orders: &Receiver<Order>) -> Option<Order> {
    // A chief who is gone does not listen either, and that ends the work.
    orders.try_recv().ok()
}

/// What a worker process does: reads its assignment, works, tells.
///
/// # Errors
/// When its input is not what a chief writes, or the system has no readiness queue.
pub fn serve_worker(mut input: impl BufRead + Send + 'static, output: impl Write, clock: fn() -> Instant) -> io::Result<()> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let assignment: Assignment = serde_json::from_str(&line)?;
    let (orders, received) = sync_channel(UNREAD_MAX);
    std::thread::spawn(move || {
        let lines = input.lines().map_while(Result::ok);
        for order in lines.map_while(|line| serde_json::from_str(&line).ok()) {
            if orders.send(order).is_err() {
                return;
            }
        }
        // A chief who is gone lets nobody come any more.
        let _ = orders.send(Order::End);
    });
    work(&assignment, clock, &mut ProcessChief { orders: received, output })
}

fn read_lines(output: impl BufRead, told: &SyncSender<io::Result<Tally>>) {
    for line in output.lines() {
        let tally = line.and_then(|line| serde_json::from_str(&line).map_err(io::Error::from));
        let is_wrong = tally.is_err();
        if told.send(tally).is_err() || is_wrong {
            return;
        }
    }
}

fn write_line(output: &mut impl Write, what: &impl serde::Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::Mix;
    use crate::report::data::Connections;
    use crate::shopper::Shop;
    use crate::way::Way;
    use std::net::TcpListener;
    use std::os::unix::net::UnixStream;

    #[expect(clippy::disallowed_methods, reason = "a generator works in real time")]
    fn now() -> Instant {
        Instant::now()
    }

    /// Workers whose shop has closed: whoever comes is refused a connection.
    fn assignments(workers: u32) -> Vec<Assignment> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let server = listener.local_addr().expect("it is bound");
        let shop = Shop::learn(|_| Ok::<_, ()>(Some("<a href=\"/products/tote\">".into()))).expect("it has a product");
        let mix = Mix::find("flash").expect("it comes with the program");
        let (way, sources, connections) = (Way::plain(server, "127.0.0.1"), Vec::new(), Connections::Pooled);
        let one =
            Assignment { worker: 0, workers, way, sources, connections, connections_max: 10, mix, shop, seed: 1, began_ms: 0 };
        (0..workers).map(|worker| Assignment { worker, ..one.clone() }).collect()
    }

    #[test]
    fn a_crew_shares_what_comes_and_what_it_did_adds_up() {
        let mut crew = Crew::of_threads(assignments(3), now);
        crew.order(Order::Come(Coming { second: 1, arriving: 30.0, ..Coming::default() })).expect("all listen");
        let mut all = Tally::default();
        for second in 0..2 {
            let tally = crew.second().expect("nobody is lost").expect("nobody has ended");
            assert_eq!((tally.second, tally.counts.visits > 0), (second, second == 1));
            all.after(&tally);
            crew.all_at_work().expect("nobody has ended");
        }
        // A third of a person has come or has not.
        assert!((27..=33).contains(&all.counts.visits), "{}", all.counts.visits);
        crew.order(Order::End).expect("all listen");
        let mut left = u64::MAX;
        while let Some(tally) = crew.second().expect("nobody is lost") {
            left = tally.shoppers;
            all.after(&tally);
        }
        assert_eq!((all.counts.errors, left), (all.counts.visits, 0), "whoever finds the shop closed leaves");
        assert!(crew.all_at_work().is_err());
    }

    #[test]
    fn a_worker_process_is_told_and_tells_line_by_line() {
        let (mut orders, input) = UnixStream::pair().expect("there are sockets");
        let (output, tallies) = UnixStream::pair().expect("there are sockets");
        let worker = std::thread::spawn(move || serve_worker(BufReader::new(input), output, now));
        write_line(&mut orders, &assignments(1)[0]).expect("it listens");
        write_line(&mut orders, &Order::Come(Coming { second: 1, arriving: 5.0, ..Coming::default() })).expect("it listens");
        let mut all = Tally::default();
        let mut lines = BufReader::new(tallies).lines();
        let mut tally = || {
            let line = lines.next()?.expect("it can be read");
            Some(serde_json::from_str::<Tally>(&line).expect("it is a tally"))
        };
        for _ in 0..2 {
            all.after(&tally().expect("it tells"));
        }
        // Whoever has no chief any more ends by themselves.
        drop(orders);
        while let Some(last) = tally() {
            all.after(&last);
        }
        assert!(all.counts.visits >= 4 && all.counts.errors == all.counts.visits, "{:?}", all.counts);
        worker.join().expect("it does not panic").expect("it had a readiness queue");
    }
}
