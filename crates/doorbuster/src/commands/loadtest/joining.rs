//! A load test on several machines: one leads and waits for the others, which join.

use super::machine::this_machine;
use super::{FILES_BESIDES, LoadTestArgs, instant};
use crate::failure::Failure;
use loadtest::generator::{Gathering, Introduction, JoinError, Joined, SECRET_LETTERS_MIN, Secret, gather, join};
use loadtest::needs::{Needs, System};
use loadtest::report::data::Machine;
use loadtest::way::Way;
use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Works for the load test of another machine until that is over.
///
/// # Errors
/// When it cannot be joined.
pub fn take_part(leader: &str, args: &LoadTestArgs) -> Result<ExitCode, Failure> {
    let token = args.token.as_deref().unwrap_or_default();
    let secret = secret(token)?;
    let workers = args.workers.unwrap_or(1);
    let files = System::read()?.files_max / u64::from(workers);
    let introduction = Introduction {
        version: VERSION.into(),
        program: format!("{:032x}", u128::from_be_bytes(random()?)),
        machine: this_machine(),
        connections_max: usize::try_from(files.saturating_sub(FILES_BESIDES)).unwrap_or(usize::MAX),
    };
    eprintln!("Joining the load test of {leader} with {workers} of its workers.");
    std::thread::scope(|scope| {
        let work = || join(leader, &introduction, &gathering(&secret));
        let working: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        working.into_iter().try_for_each(|work| work.join().expect("a worker does not panic"))
    })
    .map_err(Failure::new)?;
    eprintln!("The part of this machine is over.");
    Ok(ExitCode::SUCCESS)
}

/// Waits for as many workers as are wanted, and tells on standard error what to start where. Nothing when it is stopped
/// meanwhile.
///
/// # Errors
/// When they do not come, cannot reach the shop, or are together too weak for the plan.
pub fn lead(
    place: SocketAddr,
    args: &LoadTestArgs,
    way: &Way,
    needs: &Needs,
    stop: &AtomicBool,
) -> Result<Option<Vec<Joined>>, Failure> {
    let made_up = format!("{:032x}", u128::from_be_bytes(random()?));
    let token = args.token.as_deref().unwrap_or(&made_up);
    let secret = secret(token)?;
    let count = args.workers.unwrap_or(1);
    let listener = TcpListener::bind(place).map_err(|error| {
        Failure::new(format!("cannot listen at {place}: {error}")).with_advice("Name another port: --listen ADDRESS:PORT")
    })?;
    let place = listener.local_addr()?;
    // One that was given is known already, and need not stand on a screen.
    let shown = if args.token.is_some() { "TOKEN" } else { token };
    eprintln!("Waiting at {place} for {count} to join. Start on each machine, with the address at which it finds this one:");
    eprintln!("  doorbuster loadtest --join {place} --token {shown}");
    let mut heard = |place: SocketAddr, what: Result<usize, &str>| match what {
        Ok(came) => eprintln!("{place} has joined, {came} of {count}."),
        Err(why) => eprintln!("{place} was turned away: {why}."),
    };
    match gather(listener, count, &gathering(&secret), &mut heard, stop) {
        Ok(joined) => check(&joined, way, needs).map(|()| Some(joined)),
        Err(JoinError::Stopped) => Ok(None),
        Err(error) => Err(Failure::new(error)),
    }
}

/// The machines of those who have joined, each once.
pub fn machines(joined: &[Joined]) -> Vec<Machine> {
    let machines: BTreeMap<&str, &Machine> = joined.iter().map(|one| (one.said.program.as_str(), &one.said.machine)).collect();
    machines.into_values().cloned().collect()
}

fn check(joined: &[Joined], way: &Way, needs: &Needs) -> Result<(), Failure> {
    let elsewhere = joined.iter().find(|one| !one.place.ip().is_loopback());
    if let Some(one) = elsewhere.filter(|_| way.server.ip().is_loopback()) {
        let (host, server, place) = (&way.host, way.server, one.place.ip());
        return Err(Failure::new(format!("{host} is at {server}, which for {place} is another machine than for this one"))
            .with_advice("Give the address at which all machines find the shop, or say it with --connect-to ADDRESS:PORT."));
    }
    let connections: u64 = joined.iter().map(|one| one.said.connections_max as u64).sum();
    if connections < needs.sockets {
        let sockets = needs.sockets;
        return Err(Failure::new(format!("the plan needs {sockets} connections, and who has joined may have {connections}"))
            .with_advice("Let more machines join, with a larger --workers here, or allow them more open files (ulimit -n)."));
    }
    Ok(())
}

fn secret(token: &str) -> Result<Secret, Failure> {
    Secret::new(token).ok_or_else(|| {
        Failure::new(format!("the token has fewer than {SECRET_LETTERS_MIN} letters"))
            .with_advice("The machine that leads makes one up and shows it, if it is started without --token.")
    })
}

fn gathering(secret: &Secret) -> Gathering<'_> {
    Gathering { secret, version: VERSION, random, clock: instant }
}

fn random() -> io::Result<[u8; 16]> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(format!("the system has no random numbers: {error}")))?;
    Ok(bytes)
}
