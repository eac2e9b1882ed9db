//! Machines that join a load test: over TCP they hear and tell, line by line, what a worker process does on its pipes.
//!
//! Before that, both sides prove that they know the same secret, each with what the other has made up for the occasion
//! (HMAC-SHA-256): no stranger takes part, and no stranger sends machines anywhere. What follows is neither hidden nor signed, so
//! it belongs into a network that is trusted.

use super::serve_worker;
use crate::report::data::Machine;
use hmac::{Hmac, KeyInit as _, Mac as _};
use mio::{Events, Interest, Poll, Token};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The shortest secret, letters: whoever listens in may try as many as they like.
pub const SECRET_LETTERS_MIN: usize = 16;
/// How long machines may take to come.
const COME_WITHIN: Duration = Duration::from_secs(600);
/// How long a greeting may take in all: meanwhile nobody else is greeted.
const GREET_WITHIN: Duration = Duration::from_secs(5);
/// How often it is looked whether the waiting is to end.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long a machine hears nothing before it takes the leader for gone: orders come each second.
const SILENCE: Duration = Duration::from_secs(60);
/// The longest line of a greeting, bytes.
const GREETING_BYTES_MAX: u64 = 4_096;

/// What all machines of a load test know and nobody else.
#[derive(Clone)]
pub struct Secret(String);

/// What a machine says of itself. Each of its workers says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introduction {
    /// The program's version: all have to be the same.
    pub version: String,
    /// A name that no other joining program has.
    pub program: String,
    /// What it runs on.
    pub machine: Machine,
    /// Connections that one worker may have open.
    pub connections_max: usize,
}

/// A worker on another machine that waits for its work.
#[derive(Debug)]
pub struct Joined {
    /// Where it is.
    pub place: SocketAddr,
    /// What it says of its machine.
    pub said: Introduction,
    pub(super) input: BufReader<TcpStream>,
}

/// Who leads.
pub struct Gathering<'a> {
    /// What whoever joins has to know.
    pub secret: &'a Secret,
    /// The program's version.
    pub version: &'a str,
    /// Makes up 16 bytes that nobody can guess.
    pub random: fn() -> io::Result<[u8; 16]>,
    /// Tells the time.
    pub clock: fn() -> Instant,
}

/// Why nobody joined, or nobody could be joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The leader cannot be reached.
    #[error("{leader} cannot be reached: {error}. Is the load test started there with --listen, and may this machine connect?")]
    Unreachable {
        /// As it was given.
        leader: String,
        /// What the system says.
        error: io::Error,
    },
    /// The leader does not want this machine.
    #[error("{leader} does not take this machine: {why}")]
    Refused {
        /// As it was given.
        leader: String,
        /// In the leader's words.
        why: String,
    },
    /// Whoever is there does not know the secret.
    #[error("{leader} does not know the token, so nothing is done for it. Is it the right machine and port?")]
    Stranger {
        /// As it was given.
        leader: String,
    },
    /// Too few came.
    #[error("{came} of {wanted} workers joined within {} minutes: start the others and try again", COME_WITHIN.as_secs() / 60)]
    TooFew {
        /// How many came.
        came: usize,
        /// How many were waited for.
        wanted: u32,
    },
    /// It was ended by hand before all had come.
    #[error("it was ended before all had joined")]
    Stopped,
    /// The connection failed.
    #[error("the connection to the load test's leader failed: {0}")]
    Broken(#[from] io::Error),
}

/// The leader's first line.
#[derive(Serialize, Deserialize)]
struct Call {
    challenge: String,
}

/// The answer of whoever joins.
#[derive(Serialize, Deserialize)]
struct Answer {
    challenge: String,
    proof: String,
    introduction: Introduction,
}

/// The leader's second line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Welcome { proof: String },
    Refused { why: String },
}

/// Whose proof it is: so that none is sent back as the other's.
#[derive(Clone, Copy)]
enum Role {
    Joining,
    Leading,
}

/// What both sides have made up.
struct Challenges<'a> {
    leader: &'a str,
    joining: &'a str,
}

impl Secret {
    /// A secret of [`SECRET_LETTERS_MIN`] letters or more; nothing when it is shorter.
    pub fn new(text: &str) -> Option<Self> {
        (text.chars().count() >= SECRET_LETTERS_MIN).then(|| Self(text.to_owned()))
    }

    fn keyed(&self, role: Role, challenges: &Challenges<'_>) -> Hmac<Sha256> {
        let mut keyed = <Hmac<Sha256>>::new_from_slice(self.0.as_bytes()).expect("a key may have any length");
        let role = match role {
            Role::Joining => "joining",
            Role::Leading => "leading",
        };
        for part in ["doorbuster loadtest", role, challenges.leader, challenges.joining] {
            keyed.update(part.as_bytes());
            keyed.update(&[0]);
        }
        keyed
    }

    fn proof(&self, role: Role, challenges: &Challenges<'_>) -> String {
        hex(&self.keyed(role, challenges).finalize().into_bytes())
    }

    /// Takes the same time whatever is wrong.
    fn is_proven(&self, proof: &str, role: Role, challenges: &Challenges<'_>) -> bool {
        unhex(proof).is_some_and(|proof| self.keyed(role, challenges).verify_slice(&proof).is_ok())
    }
}

/// Waits until so many workers have joined. `heard` is told of each who came, and why somebody was turned away.
///
/// # Errors
/// When too few come in time, `stop` is set, or the system fails.
pub fn gather(
    listener: TcpListener,
    count: u32,
    gathering: &Gathering<'_>,
    heard: &mut dyn FnMut(SocketAddr, Result<usize, &str>),
    stop: &AtomicBool,
) -> Result<Vec<Joined>, JoinError> {
    listener.set_nonblocking(true)?;
    let mut poll = Poll::new()?;
    let mut door = mio::net::TcpListener::from_std(listener);
    poll.registry().register(&mut door, Token(0), Interest::READABLE)?;
    let (mut events, mut joined, until) = (Events::with_capacity(16), Vec::new(), (gathering.clock)() + COME_WITHIN);
    while (joined.len() as u64) < u64::from(count) {
        if stop.load(Ordering::Relaxed) {
            return Err(JoinError::Stopped);
        }
        if (gathering.clock)() >= until {
            return Err(JoinError::TooFew { came: joined.len(), wanted: count });
        }
        match door.accept() {
            Ok((stream, place)) => match gathering.greet(stream.into(), place) {
                Ok(new) => {
                    joined.push(new);
                    heard(place, Ok(joined.len()));
                }
                Err(why) => heard(place, Err(&why)),
            },
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => match poll.poll(&mut events, Some(LOOK_EVERY)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                polled => polled?,
            },
            // Whoever has hung up meanwhile is nobody.
            Err(_) => {}
        }
    }
    Ok(joined)
}

impl Gathering<'_> {
    fn greet(&self, stream: TcpStream, place: SocketAddr) -> Result<Joined, String> {
        let refused = |error: io::Error| format!("it did not say what a joining machine says ({error})");
        self.try_greet(stream, place).map_err(refused)?
    }

    fn try_greet(&self, stream: TcpStream, place: SocketAddr) -> io::Result<Result<Joined, String>> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(GREET_WITHIN))?;
        let mut output = stream.try_clone()?;
        let challenge = hex(&(self.random)()?);
        write_line(&mut output, &Call { challenge: challenge.clone() })?;
        let timed = Timed { stream: &stream, until: (self.clock)() + GREET_WITHIN, clock: self.clock };
        let Answer { challenge: theirs, proof, introduction } = read_line(&mut BufReader::new(timed))?;
        let challenges = Challenges { leader: &challenge, joining: &theirs };
        let why = if !self.secret.is_proven(&proof, Role::Joining, &challenges) {
            "its token is not the one of this load test".to_owned()
        } else if introduction.version != self.version {
            format!("it is version {} and the leader {}: use the same on all machines", introduction.version, self.version)
        } else {
            let proof = self.secret.proof(Role::Leading, &challenges);
            write_line(&mut output, &Verdict::Welcome { proof })?;
            stream.set_read_timeout(None)?;
            return Ok(Ok(Joined { place, said: introduction, input: BufReader::new(stream) }));
        };
        write_line(&mut output, &Verdict::Refused { why: why.clone() })?;
        Ok(Err(why))
    }
}

/// Joins the load test of this leader as one worker, and works until that is over.
///
/// # Errors
/// When the leader cannot be reached, does not want this machine, does not know the secret, or the connection fails.
pub fn join(leader: &str, introduction: &Introduction, gathering: &Gathering<'_>) -> Result<(), JoinError> {
    let unreachable = |error| JoinError::Unreachable { leader: leader.to_owned(), error };
    let mut places = leader.to_socket_addrs().map_err(unreachable)?;
    let place = places.next().ok_or_else(|| unreachable(io::ErrorKind::NotFound.into()))?;
    let stream = TcpStream::connect_timeout(&place, GREET_WITHIN).map_err(unreachable)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(COME_WITHIN + SILENCE))?;
    let (mut input, mut output) = (BufReader::new(stream.try_clone()?), stream.try_clone()?);
    let Call { challenge } = read_line(&mut input)?;
    let own = hex(&(gathering.random)()?);
    let challenges = Challenges { leader: &challenge, joining: &own };
    let proof = gathering.secret.proof(Role::Joining, &challenges);
    write_line(&mut output, &Answer { challenge: own.clone(), proof, introduction: introduction.clone() })?;
    match read_line(&mut input)? {
        Verdict::Refused { why } => return Err(JoinError::Refused { leader: leader.to_owned(), why }),
        Verdict::Welcome { proof } if !gathering.secret.is_proven(&proof, Role::Leading, &challenges) => {
            return Err(JoinError::Stranger { leader: leader.to_owned() });
        }
        Verdict::Welcome { .. } => {}
    }
    input.fill_buf()?;
    stream.set_read_timeout(Some(SILENCE))?;
    serve_worker(input, output, gathering.clock)?;
    // The leader waits for the last word.
    stream
        .shutdown(Shutdown::Both)
        .or_else(|error| if error.kind() == io::ErrorKind::NotConnected { Ok(()) } else { Err(error) })?;
    Ok(())
}

/// Reads until an instant, however little arrives at a time.
struct Timed<'a> {
    stream: &'a TcpStream,
    until: Instant,
    clock: fn() -> Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since((self.clock)());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        (&mut &*self.stream).read(room)
    }
}

fn read_line<T: DeserializeOwned>(input: &mut impl BufRead) -> io::Result<T> {
    let mut line = String::new();
    input.take(GREETING_BYTES_MAX).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

fn write_line(output: &mut impl Write, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    output.write_all(&line)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| pair.filter(|pair| pair.len() == 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGES: Challenges<'_> = Challenges { leader: "00", joining: "01" };

    fn secret(text: &str) -> Secret {
        Secret::new(text).expect("it is long enough")
    }

    #[test]
    fn a_proof_holds_for_its_secret_its_side_and_its_occasion_only() {
        let right = secret("a secret of some letters");
        let proof = right.proof(Role::Joining, &CHALLENGES);
        assert!(right.is_proven(&proof, Role::Joining, &CHALLENGES));
        assert!(!right.is_proven(&proof, Role::Leading, &CHALLENGES), "sent back it proves nothing");
        assert!(!right.is_proven(&proof, Role::Joining, &Challenges { leader: "02", joining: "01" }));
        assert!(!secret("another one of some letters").is_proven(&proof, Role::Joining, &CHALLENGES));
        for wrong in ["", "0", "zz", &proof[2..], "é"] {
            assert!(!right.is_proven(wrong, Role::Joining, &CHALLENGES), "{wrong}");
        }
    }

    #[test]
    fn a_short_secret_is_none() {
        assert!(Secret::new("fifteen letters").is_none());
        assert!(Secret::new("sixteen letters!").is_some());
    }
}
