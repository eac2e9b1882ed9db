//! A machine with a few workers, the gate in front of it, and shoppers who come whether it can serve them or not. Time is a
//! number: two minutes of a crowd take seconds. A seed makes a run again.

use crate::gate::class::Route;
use crate::gate::keeper::{Arrival, Called, Keeper, KeeperSettings, Place, Rest, Ticket, Used};
use commerce::{ShopId, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// What reading a request and refusing it takes, microseconds.
const READ_MICROS: i64 = 20;
/// How long a payment provider takes, microseconds.
const PROVIDER_MICROS: i64 = 150_000;
/// Whoever waited longer has left, microseconds.
const DEADLINE_MICROS: i64 = 1_000_000;

/// SplitMix64 (Steele, Lea and Flood 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        eprintln!("seed {seed}");
        Self(seed)
    }

    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Exponentially distributed.
    pub fn around(&mut self, mean: f64) -> i64 {
        (-mean * (1.0 - self.unit()).ln()) as i64
    }
}

/// A request on its way. What becomes of it is the crowd's business, which knows it by its number.
#[derive(Clone, Copy)]
pub struct Asked {
    pub shop: ShopId,
    pub route: Route,
    /// Work of its handler, microseconds.
    pub cost: i64,
    pub from: i64,
    /// Of the crowd's counting.
    pub shopper: usize,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Answered after so many microseconds.
    Answered(i64),
    /// Answered when nobody waited any more.
    TooLate,
    /// Refused, after so many microseconds; to come back after so many seconds.
    Refused(i64, u64),
}

/// Who comes, and what they do next.
pub trait Crowd {
    /// When somebody comes on their own the next time, and what they want.
    fn next_arrival(&mut self, now: i64) -> Option<(i64, Asked)>;
    /// What the shopper of this request does next, and when.
    fn goes_on(&mut self, now: i64, asked: Asked, fate: Fate) -> Option<(i64, Asked)>;
}

enum Event {
    Arrives(usize),
    OnTheirOwn(usize),
    LosesPatience(Ticket),
    Done(Job),
    BackFromProvider(usize),
}

#[derive(Clone, Copy)]
enum Job {
    Read(usize),
    Work { request: usize, micros: i64, rest: i64 },
}

#[derive(Default)]
struct Standing {
    place: Option<Place>,
    outside: i64,
}

pub struct Machine {
    pub now: i64,
    pub keeper: Keeper<usize>,
    workers: usize,
    ready: VecDeque<Job>,
    events: BTreeMap<(i64, u64), Event>,
    sequence: u64,
    asked: Vec<Asked>,
    standing: Vec<Standing>,
    free: Vec<usize>,
    pub waiting_most: usize,
}

impl Machine {
    pub fn new(workers: usize, settings: KeeperSettings) -> Self {
        Self {
            now: 0,
            keeper: Keeper::new(settings),
            workers,
            ready: VecDeque::new(),
            events: BTreeMap::new(),
            sequence: 0,
            asked: Vec::new(),
            standing: Vec::new(),
            free: Vec::new(),
            waiting_most: 0,
        }
    }

    /// Lets the crowd come until `end`, microseconds.
    pub fn run(&mut self, crowd: &mut impl Crowd, end: i64) {
        self.expect_next(crowd);
        while let Some(first) = self.events.first_entry().filter(|first| first.key().0 < end) {
            self.now = first.key().0;
            let event = first.remove();
            self.happens(crowd, event);
        }
        self.now = end;
    }

    fn happens(&mut self, crowd: &mut impl Crowd, event: Event) {
        match event {
            Event::OnTheirOwn(request) => {
                self.expect_next(crowd);
                self.make_ready(Job::Read(request));
            }
            Event::Arrives(request) => self.make_ready(Job::Read(request)),
            Event::LosesPatience(ticket) => {
                if let Some(request) = self.keeper.leave(Timestamp(self.now), ticket) {
                    self.refuse(crowd, request);
                }
            }
            Event::BackFromProvider(request) => {
                let place = self.standing[request].place.expect("it was inside");
                self.standing[request].outside += PROVIDER_MICROS;
                self.keeper.resume(Timestamp(self.now), place, Rest::Outside);
                let cost = self.asked[request].cost;
                self.make_ready(Job::Work { request, micros: cost - cost / 2, rest: 0 });
            }
            Event::Done(job) => {
                self.workers += 1;
                self.done(crowd, job);
                self.keep_working();
            }
        }
    }

    fn done(&mut self, crowd: &mut impl Crowd, job: Job) {
        let now = Timestamp(self.now);
        match job {
            Job::Read(request) => {
                let Asked { shop, route, .. } = self.asked[request];
                match self.keeper.arrive(now, shop, route, request) {
                    Arrival::Waits(ticket, patience, displaced) => {
                        self.at(self.now + patience.as_micros() as i64 + 1, Event::LosesPatience(ticket));
                        if let Some(displaced) = displaced {
                            self.refuse(crowd, displaced);
                        }
                    }
                    Arrival::Full(request) => self.refuse(crowd, request),
                }
                self.call(crowd);
            }
            Job::Work { request, rest: 1.., .. } => {
                self.keeper.rest(now, self.standing[request].place.expect("it was inside"), Rest::Outside);
                self.at(self.now + PROVIDER_MICROS, Event::BackFromProvider(request));
                self.call(crowd);
            }
            Job::Work { request, .. } => {
                let used = Used { work: self.asked[request].cost, outside: self.standing[request].outside };
                self.keeper.finish(now, self.standing[request].place.expect("it was inside"), used);
                self.call(crowd);
                let took = self.now - self.asked[request].from - self.standing[request].outside;
                let fate = if took > DEADLINE_MICROS { Fate::TooLate } else { Fate::Answered(took) };
                self.ends(crowd, request, fate);
            }
        }
    }

    fn call(&mut self, crowd: &mut impl Crowd) {
        while let Some(Called { who: request, place }) = self.keeper.next(Timestamp(self.now)) {
            let Some(place) = place else {
                self.refuse(crowd, request);
                continue;
            };
            self.standing[request].place = Some(place);
            let Asked { cost, route, .. } = self.asked[request];
            let goes_out = route == Route::CheckoutSend;
            let (micros, rest) = if goes_out { (cost / 2, 1) } else { (cost, 0) };
            self.make_ready(Job::Work { request, micros, rest });
        }
        self.waiting_most = self.waiting_most.max(self.keeper.figures().waiting.iter().sum());
    }

    fn refuse(&mut self, crowd: &mut impl Crowd, request: usize) {
        let wait = self.keeper.wait_seconds(Timestamp(self.now));
        self.ends(crowd, request, Fate::Refused(self.now - self.asked[request].from, wait));
    }

    fn ends(&mut self, crowd: &mut impl Crowd, request: usize, fate: Fate) {
        if let Some((at, next)) = crowd.goes_on(self.now, self.asked[request], fate) {
            let next = self.request(Asked { from: at, ..next });
            self.at(at, Event::Arrives(next));
        }
        self.standing[request] = Standing::default();
        self.free.push(request);
    }

    fn expect_next(&mut self, crowd: &mut impl Crowd) {
        if let Some((at, asked)) = crowd.next_arrival(self.now) {
            let request = self.request(Asked { from: at, ..asked });
            self.at(at, Event::OnTheirOwn(request));
        }
    }

    fn request(&mut self, asked: Asked) -> usize {
        if let Some(request) = self.free.pop() {
            self.asked[request] = asked;
            return request;
        }
        self.asked.push(asked);
        self.standing.push(Standing::default());
        self.asked.len() - 1
    }

    fn make_ready(&mut self, job: Job) {
        self.ready.push_back(job);
        self.keep_working();
    }

    fn keep_working(&mut self) {
        while self.workers > 0
            && let Some(job) = self.ready.pop_front()
        {
            self.workers -= 1;
            let micros = match job {
                Job::Read(_) => READ_MICROS,
                Job::Work { micros, .. } => micros,
            };
            self.at(self.now + micros.max(1), Event::Done(job));
        }
    }

    fn at(&mut self, at: i64, event: Event) {
        self.sequence += 1;
        self.events.insert((at, self.sequence), event);
    }
}
