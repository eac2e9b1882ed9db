//! Turns, priorities and bounds, step by step.

use super::simulation::Dice;
use crate::gate::class::{Class, Route};
use crate::gate::keeper::{Arrival, Called, Keeper, KeeperSettings, Place, Rest, Ticket, Used};
use commerce::{ShopId, Timestamp};
use std::collections::{HashMap, VecDeque};

const MILLI: i64 = 1_000;

/// A gate with one worker, and a clock moved by hand.
struct Door {
    keeper: Keeper<u32>,
    now: Timestamp,
    tickets: HashMap<u32, Ticket>,
}

impl Door {
    fn new(settings: KeeperSettings) -> Self {
        Self { keeper: Keeper::new(settings), now: Timestamp::from_seconds(1_000), tickets: HashMap::new() }
    }

    fn with_one_worker() -> Self {
        Self::new(KeeperSettings::of(1, 0))
    }

    /// Whether there was room for them.
    fn comes(&mut self, shop: i64, route: Route, who: u32) -> bool {
        match self.keeper.arrive(self.now, ShopId(shop), route, who) {
            Arrival::Waits(ticket, _, displaced) => {
                self.tickets.insert(who, ticket);
                displaced.map(|displaced| self.tickets.remove(&displaced));
                true
            }
            Arrival::Full(_) => false,
        }
    }

    /// Who goes in next.
    fn next(&mut self) -> Option<(u32, Place)> {
        loop {
            let Called { who, place } = self.keeper.next(self.now)?;
            self.tickets.remove(&who);
            if let Some(place) = place {
                return Some((who, place));
            }
        }
    }

    /// Lets them work for so long and leave.
    fn works(&mut self, place: Place, micros: i64) {
        self.now = Timestamp(self.now.0 + micros);
        self.keeper.finish(self.now, place, Used { work: micros, outside: 0 });
    }

    fn waiting(&self) -> usize {
        self.keeper.figures().waiting.iter().sum()
    }
}

/// Fills the lines of the shops again and again; the time each had after so many calls, milliseconds.
fn shared(costs: &[(i64, i64)], calls: usize) -> HashMap<i64, i64> {
    let mut door = Door::with_one_worker();
    let mut got = HashMap::new();
    for _ in 0..calls {
        for (shop, _) in costs {
            while door.comes(*shop, Route::Webhook, *shop as u32) {}
        }
        let (shop, place) = door.next().expect("somebody waits");
        let (shop, cost) = *costs.iter().find(|(known, _)| *known == i64::from(shop)).expect("one of them");
        door.works(place, cost);
        *got.entry(shop).or_default() += cost / MILLI;
    }
    got
}

#[test]
fn shops_with_cheap_and_with_dear_pages_get_the_same_time() {
    let got = shared(&[(1, MILLI), (2, 4 * MILLI), (3, 12 * MILLI)], 5_000);
    let least = got.values().min().expect("three shops");
    let most = got.values().max().expect("three shops");
    assert!(most - least <= most / 10, "{got:?}");
}

#[test]
fn a_hundred_shops_all_get_their_turn() {
    let costs: Vec<(i64, i64)> = (1..=100).map(|shop| (shop, if shop == 1 { 40 * MILLI } else { MILLI })).collect();
    let got = shared(&costs, 20_000);
    assert_eq!(got.len(), 100);
    let least = got.values().min().expect("a hundred shops");
    assert!(*least >= 150, "{got:?}");
}

#[test]
fn whoever_pays_goes_first_and_the_desk_has_places_of_its_own() {
    let mut door = Door::with_one_worker();
    door.comes(1, Route::Page, 1);
    let (first, place) = door.next().expect("nobody else is there");
    assert_eq!(first, 1);
    let routes = [Route::Page, Route::Picture, Route::Cart, Route::CheckoutOpen, Route::CheckoutSend];
    for (who, route) in (10..).zip(routes) {
        assert!(door.comes(1, route, who));
    }
    assert!(door.next().is_none(), "the worker is taken");
    for who in [20, 21, 22] {
        assert!(door.comes(1, Route::Desk, who));
    }
    assert_eq!([door.next(), door.next()].map(|called| called.map(|(who, _)| who)), [Some(20), Some(21)]);
    assert!(door.next().is_none(), "two at a time");
    door.works(place, MILLI);
    // Those of the desk are at work still, beside the worker that is counted.
    let order: Vec<u32> = std::iter::from_fn(|| {
        door.keeper.figures();
        let (who, place) = door.next()?;
        door.works(place, MILLI);
        Some(who)
    })
    .collect();
    assert_eq!(order, [] as [u32; 0], "they count as at work");
}

#[test]
fn a_shop_beyond_its_share_comes_after_those_within() {
    let mut door = Door::with_one_worker();
    door.comes(2, Route::Page, 2);
    let (_, place) = door.next().expect("the machine is idle");
    door.works(place, MILLI);
    for _ in 0..200 {
        while door.comes(1, Route::Cart, 1) {}
        let (_, place) = door.next().expect("somebody waits");
        door.works(place, MILLI);
    }
    while door.comes(1, Route::Cart, 1) {}
    door.comes(1, Route::Receipt, 7);
    door.comes(2, Route::Page, 2);
    let mut order = Vec::new();
    for _ in 0..3 {
        let (who, place) = door.next().expect("somebody waits");
        order.push(who);
        door.works(place, MILLI);
    }
    assert_eq!(order, [7, 2, 1], "who pays, who looks next door, and then the carts of the crowd");
}

#[test]
fn whoever_rests_gives_the_worker_to_somebody_else() {
    let mut door = Door::with_one_worker();
    door.comes(1, Route::CheckoutSend, 1);
    let (_, paying) = door.next().expect("nobody else is there");
    door.comes(1, Route::Page, 2);
    assert!(door.next().is_none());
    door.keeper.rest(door.now, paying, Rest::Outside);
    let (who, looking) = door.next().expect("the worker is free");
    assert_eq!(who, 2);
    door.keeper.resume(door.now, paying, Rest::Outside);
    assert_eq!(door.keeper.figures().at_work, 2, "whoever comes back goes on at once");
    door.works(looking, MILLI);
    assert_eq!(door.keeper.figures().in_house, 1);
    door.works(paying, MILLI);
    assert_eq!((door.keeper.figures().at_work, door.keeper.figures().in_house), (0, 0));
}

#[test]
fn a_neighbor_whose_handlers_hang_in_the_house_shuts_nobody_out() {
    let mut door = Door::new(KeeperSettings::of(2, 4));
    let mut hanging = 0;
    door.comes(2, Route::Page, 0);
    let place = door.next().expect("the house is empty").1;
    door.works(place, MILLI);
    for who in 0..100 {
        door.comes(1, Route::Page, who);
        while let Some((_, place)) = door.next() {
            door.keeper.rest(door.now, place, Rest::InHouse);
            hanging += 1;
        }
    }
    let figures = door.keeper.figures();
    assert_eq!((hanging, figures.limit), (4, 8), "an equal part");
    assert!(door.comes(2, Route::Page, 200));
    assert_eq!(door.next().expect("there is room for the neighbor").0, 200);
}

#[test]
fn whoever_waited_too_long_is_told_so_and_takes_no_place() {
    let mut door = Door::with_one_worker();
    door.comes(1, Route::Page, 1);
    let (_, place) = door.next().expect("nobody else is there");
    door.comes(1, Route::Page, 2);
    door.now = Timestamp(door.now.0 + 101 * MILLI);
    door.keeper.finish(door.now, place, Used { work: 101 * MILLI, outside: 0 });
    let called = door.keeper.next(door.now).expect("somebody is to be told");
    assert!(called.place.is_none());
    assert_eq!(door.keeper.figures().at_work, 0);
    assert!(door.keeper.next(door.now).is_none());
}

#[test]
fn lines_are_bounded_and_full_ones_make_room_for_what_matters_more() {
    let settings = KeeperSettings { waiting_max: 20, ..KeeperSettings::of(1, 0) };
    let mut door = Door::new(settings);
    door.comes(9, Route::Page, 0);
    let _busy = door.next().expect("nobody else is there");
    for who in 0..100 {
        door.comes(i64::from(who % 3), Route::Page, 100 + who);
    }
    assert_eq!(door.waiting(), 20);
    assert!(door.comes(5, Route::Page, 500), "a shop without anybody in line finds room");
    assert!(door.comes(1, Route::CheckoutSend, 501));
    assert_eq!(door.waiting(), 20, "others went for them");
    assert_eq!(door.tickets.len(), 20);
    assert_eq!(door.keeper.figures().waiting[Class::Pay.index()], 1);
    assert!(!door.comes(1, Route::Desk, 502), "what matters less does not");
}

#[test]
fn hardly_anybody_stands_in_a_line_that_does_not_move() {
    let mut door = Door::with_one_worker();
    let mut looking: VecDeque<(Timestamp, u32)> = VecDeque::new();
    let mut in_vain = 0;
    for who in 0..10_000 {
        while door.comes(1, Route::CheckoutOpen, 0) {}
        if door.comes(1, Route::Page, 1 + who) {
            looking.push_back((door.now, 1 + who));
        }
        let (called, place) = door.next().expect("somebody waits");
        assert_eq!(called, 0, "checkouts go first");
        door.works(place, MILLI);
        let patience = Class::Browse.patience().standing.as_micros() as i64;
        while let Some((_, gone)) = looking.pop_front_if(|(came, _)| door.now.micros_since(*came) > patience) {
            let ticket = door.tickets.remove(&gone).expect("nobody has called them");
            door.keeper.leave(door.now, ticket).expect("they were in line");
            in_vain += u32::from(who >= 5_000);
        }
    }
    assert!((1..400).contains(&in_vain), "{in_vain} of 5,000 waited for nothing");
}

/// Any order of coming, going in, resting, leaving and hanging up.
#[test]
fn nothing_is_left_of_those_who_have_gone() {
    for seed in 1..=20 {
        let mut dice = Dice::new(seed);
        let mut door = Door::new(KeeperSettings { waiting_max: 50, ..KeeperSettings::of(2, 2) });
        let (mut at_work, mut resting) = (Vec::new(), Vec::new());
        for who in 0..5_000 {
            door.now = Timestamp(door.now.0 + dice.around(300.0));
            let route = Route::ALL[(dice.unit() * Route::COUNT as f64) as usize];
            door.comes((dice.unit() * 5.0) as i64, route, who);
            while let Some((_, place)) = door.next() {
                at_work.push(place);
            }
            let rest = if dice.unit() < 0.5 { Rest::InHouse } else { Rest::Outside };
            match (dice.unit() * 5.0) as usize {
                0 if !at_work.is_empty() => {
                    let place = at_work.swap_remove(0);
                    door.keeper.rest(door.now, place, rest);
                    resting.push((place, rest));
                }
                1 if !resting.is_empty() => {
                    let (place, rest) = resting.swap_remove(0);
                    door.keeper.resume(door.now, place, rest);
                    at_work.push(place);
                }
                2 => {
                    let hangs_up = door.tickets.keys().next().copied();
                    let ticket = hangs_up.and_then(|who| door.tickets.remove(&who));
                    ticket.map(|ticket| door.keeper.leave(door.now, ticket));
                }
                _ if !at_work.is_empty() => {
                    let place = at_work.swap_remove(0);
                    door.works(place, 500);
                }
                _ => {}
            }
            assert!(door.waiting() <= 50);
            assert_eq!(door.waiting(), door.tickets.len(), "everybody who waits is known by their ticket");
        }
        for (place, rest) in resting {
            door.keeper.resume(door.now, place, rest);
            at_work.push(place);
        }
        for place in at_work {
            door.works(place, 500);
        }
        while let Some((_, place)) = door.next() {
            door.works(place, 500);
        }
        let figures = door.keeper.figures();
        assert_eq!((figures.at_work, figures.in_house, door.waiting()), (0, 0, 0));
        for _ in 0..20 {
            door.now = door.now.plus_seconds(2);
            door.comes(77, Route::Page, 0);
            let (_, place) = door.next().expect("nobody else is there");
            door.works(place, 500);
        }
        assert_eq!(door.keeper.figures().active_shops, 1, "shops are forgotten, too");
    }
}
