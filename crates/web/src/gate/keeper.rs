//! Who may go in, and who is next: the gate's decision, without clock, lock or task.
//!
//! Inside, a handler is at work, or it rests: in the house while the database answers, or outside of it. As many are at work as
//! the machine has workers, because a handler that is ready and has no worker is better off here, where turns are taken; as many
//! are in the house as the [`Limit`] says.
//!
//! Whose turn it is: first whoever pays, unless their shop is far ahead of the others; then the shop that has had the least
//! of the machine, and of that shop the most urgent class. Whoever has waited too long is told so instead of being served too
//! late.
//!
//! - While others are active, one shop has at most four tenths of the house; alone, all of it.
//! - The house has a reserve for shops that have less than an equal part of it: a neighbour who fills it shuts nobody out.
//! - The desk has two places of its own: a seller can always stop a sale.

use super::class::{Class, Patience, Route};
use super::limit::{Limit, LimitSettings, Sample};
use super::line::{Costs, Line, Waiting};
use super::pace::Pace;
use super::turns::Turns;
use commerce::{ShopId, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Bounds of the gate.
#[derive(Clone, Copy, Debug)]
pub struct KeeperSettings {
    /// How many may be inside.
    pub limit: LimitSettings,
    /// How many may wait, of all shops.
    pub waiting_max: usize,
}

impl KeeperSettings {
    /// The bounds for a machine with so many workers and a database that answers so many questions at once while nobody works.
    pub const fn of(workers: usize, answers_at_once: usize) -> Self {
        Self { limit: LimitSettings::of(workers, answers_at_once), waiting_max: 4_096 }
    }
}

/// Of ten places in the house, those that one shop may have while others are active.
const TENTHS_OF_ONE_SHOP: usize = 4;
/// The reserve for shops within their share, as a part of the limit: a quarter on top is a fifth of the whole.
const RESERVE_PART: usize = 4;
/// Places of the desk beside all others.
const DESK_PLACES: usize = 2;
/// How long a shop counts as active after its last request.
const ACTIVE: Duration = Duration::from_secs(1);
/// The most that one line holds.
const LINE_MAX: usize = 1_024;
/// What a line holds at least, unless fewer than that are called in a second.
const LINE_MIN: f64 = 8.0;
/// How often somebody is taken to be called where in truth nobody is: a few wait there, though in vain, so that the next turn
/// finds somebody, and many where patience is long.
const CALLED_AT_LEAST: Duration = Duration::from_millis(20);
/// The shortest and the longest wait that is asked of those who were refused, seconds.
const WAIT_SECONDS: (f64, f64) = (2.0, 30.0);

/// What is kept of everybody who waits or is inside. `W` is whoever is to be told.
#[derive(Debug)]
pub struct Keeper<W> {
    settings: KeeperSettings,
    limit: Limit,
    shops: HashMap<ShopId, Shop<W>>,
    turns: Turns,
    /// Every known shop once; the first is looked at next, whether it has become idle.
    perhaps_idle: VecDeque<ShopId>,
    costs: Costs,
    at_work: usize,
    in_house: usize,
    desk_at_work: usize,
    waiting: [usize; Class::COUNT],
    tickets: u64,
    came: Pace,
    entered: Pace,
}

#[derive(Debug)]
struct Shop<W> {
    lines: [Line<W>; Class::COUNT],
    in_house: usize,
    active_at: Timestamp,
}

/// A place in line.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    number: u64,
    shop: ShopId,
    class: Class,
}

/// What becomes of somebody who comes.
#[derive(Debug)]
pub enum Arrival<W> {
    /// Waits, at most so long; this other one has to go for it.
    Waits(Ticket, Duration, Option<W>),
    /// There is no room to wait.
    Full(W),
}

/// Somebody whose turn it is.
#[derive(Debug)]
pub struct Called<W> {
    /// Who.
    pub who: W,
    /// The place inside; `None`: it took too long, and there is none.
    pub place: Option<Place>,
}

/// A place inside.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    shop: ShopId,
    route: Route,
    since: Timestamp,
    charged: i64,
    /// How many were in the house when it was given, itself among them.
    among: usize,
}

/// Where a handler rests that can do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// In the house: the database answers, or something else that is ours.
    InHouse,
    /// Outside, where there is a line with bounds of its own: for the order writer, for a payment provider.
    Outside,
}

/// What somebody has used who leaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// Work of the handler itself, microseconds.
    pub work: i64,
    /// Time that it rested outside, microseconds.
    pub outside: i64,
}

/// How it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GateFigures {
    /// How many may be in the house.
    pub limit: usize,
    /// How many are.
    pub in_house: usize,
    /// How many of them are at work.
    pub at_work: usize,
    /// How many wait, by class.
    pub waiting: [usize; Class::COUNT],
    /// Shops that were active within the last second.
    pub active_shops: usize,
    /// Requests a second that the workers could answer if all were like the latest thousand; 0 until there was one.
    pub capacity: u64,
}

impl<W> Keeper<W> {
    /// A gate nobody has come to.
    pub fn new(settings: KeeperSettings) -> Self {
        Self {
            settings,
            limit: Limit::new(settings.limit),
            shops: HashMap::new(),
            turns: Turns::default(),
            perhaps_idle: VecDeque::new(),
            costs: Costs::default(),
            at_work: 0,
            in_house: 0,
            desk_at_work: 0,
            waiting: [0; Class::COUNT],
            tickets: 0,
            came: Pace::default(),
            entered: Pace::default(),
        }
    }

    /// Somebody comes. Ask [`Self::next`] afterwards: it may be their turn at once.
    pub fn arrive(&mut self, now: Timestamp, shop: ShopId, route: Route, who: W) -> Arrival<W> {
        self.forget_idle(now);
        self.came.note(now);
        self.know(now, shop);
        let class = route.class();
        let (own, own_max, patience) = self.line_of(now, shop, route);
        if own >= own_max {
            return Arrival::Full(who);
        }
        let displaced = if self.waiting.iter().sum::<usize>() >= self.settings.waiting_max {
            match self.make_room(now, class, own) {
                Some(displaced) => Some(displaced),
                None => return Arrival::Full(who),
            }
        } else {
            None
        };
        self.tickets += 1;
        let until = Timestamp(now.0.saturating_add(patience.as_micros() as i64));
        let known = self.shops.get_mut(&shop).expect("it is known");
        if known.has_nobody_in_line() {
            self.turns.join(shop);
        }
        known.lines[class.index()].push(now, Waiting { ticket: self.tickets, route, until, who });
        self.waiting[class.index()] += 1;
        Arrival::Waits(Ticket { number: self.tickets, shop, class }, patience, displaced)
    }

    /// Whoever is to be told something. Ask until there is nobody: after an arrival, and after anybody rests or is done.
    pub fn next(&mut self, now: Timestamp) -> Option<Called<W>> {
        let (class, shop) = self.whose_turn()?;
        let known = self.shops.get_mut(&shop).expect("a shop with a turn is known");
        let first = known.lines[class.index()].pop(now).expect("a shop with a turn has somebody in line");
        let Waiting { route, until, who, .. } = first;
        let place = (now <= until).then(|| {
            let charged = self.costs.estimate(route);
            self.turns.begin(shop, charged);
            Place { shop, route, since: now, charged, among: self.in_house + 1 }
        });
        self.left_line(shop, class);
        if let Some(place) = place {
            self.entered.note(now);
            self.resume(now, place, Rest::Outside);
        }
        Some(Called { who, place })
    }

    /// Somebody does not wait any more. `None`: it was their turn already.
    pub fn leave(&mut self, now: Timestamp, ticket: Ticket) -> Option<W> {
        let line = &mut self.shops.get_mut(&ticket.shop)?.lines[ticket.class.index()];
        let left = line.remove(now, ticket.number)?;
        self.left_line(ticket.shop, ticket.class);
        Some(left.who)
    }

    /// Somebody inside can do nothing for now. Ask [`Self::next`] afterwards.
    pub fn rest(&mut self, now: Timestamp, place: Place, rest: Rest) {
        self.at_work -= 1;
        self.desk_at_work -= usize::from(place.route.class() == Class::Admin);
        if rest == Rest::Outside {
            let shop = self.shops.get_mut(&place.shop).expect("a shop with somebody inside is known");
            shop.in_house -= 1;
            shop.active_at = now;
            self.in_house -= 1;
        }
    }

    /// Somebody goes on after a rest, and need not wait for that: what was begun is finished.
    pub fn resume(&mut self, now: Timestamp, place: Place, rest: Rest) {
        self.at_work += 1;
        self.desk_at_work += usize::from(place.route.class() == Class::Admin);
        if rest == Rest::Outside {
            self.know(now, place.shop).in_house += 1;
            self.in_house += 1;
        }
    }

    /// Somebody who was at work is done. Ask [`Self::next`] afterwards.
    pub fn finish(&mut self, now: Timestamp, place: Place, used: Used) {
        let micros = now.micros_since(place.since) - used.outside;
        self.limit.note(now, Sample { route: place.route, micros, inside: place.among });
        let more = self.costs.learn(place.route, used.work) - place.charged;
        self.turns.charge(place.shop, more);
        self.rest(now, place, Rest::Outside);
    }

    /// After how many seconds whoever is refused had better come back: the longer, the more come for each that is let in.
    pub fn wait_seconds(&mut self, now: Timestamp) -> u64 {
        let (least, most) = WAIT_SECONDS;
        (least * self.came.rate(now) / self.entered.rate(now).max(1.0)).clamp(least, most) as u64
    }

    /// How it stands.
    pub fn figures(&self) -> GateFigures {
        GateFigures {
            limit: self.limit.now(),
            in_house: self.in_house,
            at_work: self.at_work,
            waiting: self.waiting,
            active_shops: self.shops.len(),
            capacity: self.costs.requests_per_second(self.settings.limit.workers) as u64,
        }
    }

    /// How long the shop's line is, how long it may be, and how long somebody waits there.
    fn line_of(&mut self, now: Timestamp, shop: ShopId, route: Route) -> (usize, usize, Duration) {
        let Patience { calm, standing, line: length } = route.class().patience();
        let known = self.shops.get_mut(&shop).expect("it is known");
        let line = &mut known.lines[route.class().index()];
        let waiting = line.len();
        let (most, patience) = if line.stands(now) {
            let rate = line.rate(now);
            let least = rate.max(length.div_duration_f64(CALLED_AT_LEAST)).min(LINE_MIN);
            ((rate * length.as_secs_f64()).max(least), standing)
        } else {
            // What it gets done is not known before there is something to do: its part of what the machine can do.
            let shops = self.turns.len() + usize::from(known.has_nobody_in_line());
            let work = self.settings.limit.workers as f64 * length.as_micros() as f64 / shops as f64;
            ((work / self.costs.estimate(route) as f64).max(LINE_MIN), calm)
        };
        (waiting, (most as usize).min(LINE_MAX), patience)
    }

    /// The class and the shop whose turn it is.
    fn whose_turn(&self) -> Option<(Class, ShopId)> {
        let room = self.room();
        if !room.has_any(self.waiting[Class::Admin.index()] > 0) {
            return None;
        }
        let can_send = |shop: ShopId, class: Class| {
            let known = &self.shops[&shop];
            !known.lines[class.index()].is_empty() && room.has_place(class, known.in_house)
        };
        if self.waiting[Class::Pay.index()] > 0
            && let Some(shop) = self.turns.in_order_of_payers().find(|shop| can_send(*shop, Class::Pay))
        {
            return Some((Class::Pay, shop));
        }
        let most_urgent = |shop| Class::ALL.into_iter().find(|class| can_send(shop, *class));
        self.turns.in_order().find_map(|shop| Some((most_urgent(shop)?, shop)))
    }

    /// Somebody stands in line no more.
    fn left_line(&mut self, shop: ShopId, class: Class) {
        self.waiting[class.index()] -= 1;
        if self.shops[&shop].has_nobody_in_line() {
            self.turns.leave(shop);
        }
    }

    fn room(&self) -> Room {
        Room {
            workers: self.settings.limit.workers,
            limit: self.limit.now(),
            at_work: self.at_work,
            in_house: self.in_house,
            desk_at_work: self.desk_at_work,
            shops: self.shops.len().max(1),
        }
    }

    /// Takes the newest out of the longest line of the least urgent class; of somebody's own class only out of a line that is
    /// longer than theirs would be.
    fn make_room(&mut self, now: Timestamp, class: Class, own: usize) -> Option<W> {
        let least = Class::ALL.into_iter().rev().find(|least| self.waiting[least.index()] > 0).filter(|least| *least >= class)?;
        let at = least.index();
        let length = |shop: &ShopId| self.shops[shop].lines[at].len();
        let longest = self.turns.in_order().max_by_key(length)?;
        if least == class && length(&longest) <= own + 1 {
            return None;
        }
        let displaced = self.shops.get_mut(&longest).expect("a shop in line is known").lines[at].displace(now)?;
        self.left_line(longest, least);
        Some(displaced.who)
    }

    fn know(&mut self, now: Timestamp, shop: ShopId) -> &mut Shop<W> {
        let known = self.shops.entry(shop).or_insert_with(|| {
            self.perhaps_idle.push_back(shop);
            let lines = std::array::from_fn(|_| Line::new());
            Shop { lines, in_house: 0, active_at: now }
        });
        known.active_at = now;
        known
    }

    /// Forgets shops of which nothing was heard for a while. Looks at no more than two each time.
    fn forget_idle(&mut self, now: Timestamp) {
        for _ in 0..2 {
            let Some(shop) = self.perhaps_idle.pop_front() else { return };
            let known = &self.shops[&shop];
            let is_quiet = known.in_house == 0 && known.has_nobody_in_line();
            if is_quiet && now.micros_since(known.active_at) > ACTIVE.as_micros() as i64 {
                self.shops.remove(&shop);
                self.turns.forget(shop);
            } else {
                self.perhaps_idle.push_back(shop);
            }
        }
    }
}

impl<W> Shop<W> {
    fn has_nobody_in_line(&self) -> bool {
        self.lines.iter().all(Line::is_empty)
    }
}

/// What room there is inside.
#[derive(Clone, Copy)]
struct Room {
    workers: usize,
    limit: usize,
    at_work: usize,
    in_house: usize,
    desk_at_work: usize,
    shops: usize,
}

impl Room {
    /// Whether there is any for anybody, or for the desk where somebody of it waits.
    const fn has_any(self, desk_waits: bool) -> bool {
        self.at_work < self.workers || desk_waits && self.desk_at_work < DESK_PLACES
    }

    /// Whether a shop that has so many in the house may send in one more.
    fn has_place(self, class: Class, own: usize) -> bool {
        let Self { workers, limit, shops, .. } = self;
        let own_max = if shops == 1 { limit } else { (limit * TENTHS_OF_ONE_SHOP / 10).max(workers) };
        let reserve = if own < limit / shops { (limit / RESERVE_PART).max(1) } else { 0 };
        let in_house = self.in_house < limit && own < own_max || self.in_house < limit + reserve && reserve > 0 && shops > 1;
        let at_the_desk = class == Class::Admin && self.desk_at_work < DESK_PLACES;
        self.at_work < workers && in_house || at_the_desk
    }
}
