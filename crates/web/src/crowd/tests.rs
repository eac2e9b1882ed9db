//! How good the numbers are: visitors drawn from a seed, an hour of time that only moves when told, nodes that tell each other.

use super::slot::{ACTIVE_SLOTS, SESSION_SLOTS};
use super::*;
use axum::http::header;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Noon, at the beginning of a slot.
const NOON: Timestamp = Timestamp::from_seconds(1_795_780_800);
const MIDNIGHT: Timestamp = NOON.plus_seconds(12 * 3_600);

/// SplitMix64 (Steele, Lea and Flood, 2014): good enough for visitors.
fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn seeds() -> std::ops::Range<u64> {
    match std::env::var("CROWD_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("a number");
            seed..seed + 1
        }
        Err(_) => 0..40,
    }
}

/// The shop on a node of its own.
fn node(number: i64) -> ShopCrowd {
    Crowds::new(number, Signer::new(b"secret")).of_shop(ShopId(1), NOON)
}

/// Visitor `number` asks for a page.
fn visit(crowd: &ShopCrowd, number: u32, now: Timestamp) {
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)".parse().expect("a header value"));
    crowd.seen(&headers, Peer(SocketAddr::new(IpAddr::V4(Ipv4Addr::from_bits(number)), 1)), now);
}

fn counted(crowd: &ShopCrowd, now: Timestamp) -> (u64, u64) {
    crowd.sweep(now);
    crowd.count(now);
    (crowd.now().active, crowd.now().sessions)
}

/// Marks of visitors drawn from a seed, in the way of [`ShopCrowd::seen`].
struct Drawn {
    marks: Marks,
    seed: u64,
}

impl Drawn {
    fn new(seed: u64) -> Self {
        Self { marks: Marks::new(), seed: mixed(seed) }
    }

    fn see(&mut self, visitor: u64, slot: Slot) {
        let place = Place::of(mixed(self.seed ^ visitor));
        while self.marks.mark(place, slot.stamp()).is_err() {
            self.marks = self.marks.grown();
        }
    }
}

fn off(counted: u64, expected: u64) -> f64 {
    (counted as f64 - expected as f64).abs() / expected as f64
}

/// Fails unless 95 of 100 seeds are within two per cent; `errors` are of one size each.
#[track_caller]
fn assert_good(what: &str, mut errors: Vec<f64>) {
    errors.sort_by(f64::total_cmp);
    let worst_of_95 = errors[(errors.len() * 95).div_ceil(100) - 1];
    assert!(worst_of_95 <= 0.02, "{what}: 95 of 100 are within {worst_of_95:.4} (CROWD_SEED=N tries one seed)");
}

#[test]
fn from_one_visitor_to_a_million_the_count_is_within_two_per_cent() {
    let slot = Slot::at(NOON);
    for visitors_count in [1_u64, 2, 3, 10, 100, 1_000, 9_000, 20_000, 110_000, 150_000, 1_000_000, 1_500_000] {
        // A million takes its time.
        let seeds = seeds().take(if visitors_count < 100_000 { 40 } else { 5 });
        let errors = seeds.map(|seed| {
            let mut drawn = Drawn::new(seed);
            (0..visitors_count).for_each(|visitor| drawn.see(visitor, slot));
            off(visitors(drawn.marks.count(&Marks::new(), slot).active), visitors_count)
        });
        let errors: Vec<f64> = errors.collect();
        if visitors_count <= 10 {
            assert!(errors.iter().all(|error| *error == 0.0), "{visitors_count} are {visitors_count}: {errors:?}");
        }
        assert_good(&format!("{visitors_count} visitors"), errors);
    }
}

#[test]
fn windows_slide_over_visitors_who_come_once_or_stay() {
    const SLOTS: i64 = 500;
    const NEW_PER_SLOT: u64 = 60;
    const STAYING: u64 = 500;
    let first = Slot::at(NOON);
    let mut errors = Vec::new();
    for seed in seeds().take(10) {
        let mut drawn = Drawn::new(seed);
        for step in 0..SLOTS {
            let slot = Slot(first.0 + step);
            drawn.marks.sweep(slot);
            // The instant is the beginning of the slot: what it brings is not there yet.
            if step > SESSION_SLOTS && step % 37 == 0 {
                let marked = drawn.marks.count(&Marks::new(), slot);
                errors.push(off(visitors(marked.active), ACTIVE_SLOTS as u64 * NEW_PER_SLOT + STAYING));
                errors.push(off(visitors(marked.sessions), SESSION_SLOTS as u64 * NEW_PER_SLOT + STAYING));
            }
            (0..NEW_PER_SLOT).for_each(|new| drawn.see(step as u64 * NEW_PER_SLOT + new, slot));
            // Those who stay ask for a page every other minute or so.
            (0..STAYING).filter(|one| (*one as i64 + step) % 17 == 0).for_each(|one| drawn.see(u64::MAX - one, slot));
        }
    }
    assert_good("sliding windows", errors);
}

#[test]
fn eight_nodes_with_visitors_in_common_count_everybody_once() {
    const NODES: u64 = 8;
    let (slot, later) = (Slot::at(NOON), Slot(Slot::at(NOON).0 + 3));
    for visitors_count in [3_u64, 1_000, 30_000, 400_000] {
        let errors = seeds().take(if visitors_count < 400_000 { 40 } else { 5 }).map(|seed| {
            let mut nodes: Vec<Drawn> = (0..NODES).map(|_| Drawn::new(seed)).collect();
            for visitor in 0..visitors_count {
                // A third of them was answered by two nodes.
                nodes[(visitor % NODES) as usize].see(visitor, slot);
                if visitor.is_multiple_of(3) {
                    nodes[(mixed(visitor) % NODES) as usize].see(visitor, slot);
                }
            }
            let told: Vec<_> = nodes.iter().map(|node| node.marks.to_bytes(slot, slot).unwrap_or_default()).collect();
            let others = told[1..].iter().fold(Marks::new(), |others, told| others.add_bytes(told, slot, later));
            let marked = nodes[0].marks.count(&others, later);
            assert_eq!(marked.active, marked.sessions);
            off(visitors(marked.active), visitors_count)
        });
        assert_good(&format!("{visitors_count} visitors of {NODES} nodes"), errors.collect());
    }
}

#[test]
fn three_visitors_are_three_and_a_second_page_changes_nothing() {
    let crowd = node(1);
    for number in [7, 8, 9, 8, 7] {
        visit(&crowd, number, NOON);
    }
    assert_eq!(counted(&crowd, NOON.plus_seconds(2)), (3, 3));
}

#[test]
fn who_is_quiet_for_five_minutes_is_not_active_and_after_half_an_hour_gone() {
    let crowd = node(1);
    visit(&crowd, 7, NOON);
    let mut seen = Vec::new();
    for second in (0..=2_000).step_by(5) {
        let now = NOON.plus_seconds(second);
        if second == 100 {
            visit(&crowd, 8, now);
        }
        seen.push((second, counted(&crowd, now)));
    }
    let last = |is: fn(&(u64, u64)) -> bool| seen.iter().rev().find(|(_, counted)| is(counted)).expect("it was so").0;
    assert_eq!(last(|(active, _)| *active == 2), 305, "until the slot is over that began five minutes later");
    assert_eq!(last(|(_, sessions)| *sessions == 2), 1_805);
    assert_eq!(last(|(active, _)| *active == 1), 400);
    assert_eq!(last(|(_, sessions)| *sessions == 1), 1_900);
}

#[test]
fn robots_are_counted_apart() {
    let crowd = node(1);
    visit(&crowd, 7, NOON);
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, "Mozilla/5.0 (compatible; bingbot/2.0)".parse().expect("a header value"));
    for _ in 0..5 {
        crowd.seen(&headers, Peer(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1)), NOON);
    }
    assert_eq!((counted(&crowd, NOON), crowd.robot_pages()), ((1, 1), 5));
}

#[test]
fn nobody_is_counted_twice_when_the_day_turns() {
    let crowd = node(1);
    crowd.sweep(MIDNIGHT.plus_minutes(-45));
    let key_of_today = crowd.generations.load().today.key;
    for minute in -45..45 {
        let now = MIDNIGHT.plus_minutes(minute);
        (0..100).for_each(|number| visit(&crowd, number, now));
        // Somebody else in each minute, too.
        visit(&crowd, 1_000 + (minute + 45) as u32, now);
        let sessions = (101 + minute + 45).min(131) as u64;
        assert!(counted(&crowd, now).1.abs_diff(sessions) <= 1, "{minute} minutes: {:?}, not {sessions}", crowd.now());
        for half in 1..4 {
            crowd.sweep(now.plus_seconds(half * 15));
        }
    }
    assert_ne!(crowd.generations.load().today.key, key_of_today, "yesterday's key is gone");
    assert!(crowd.generations.load().tomorrow.is_none());
}

#[test]
fn what_a_node_tells_is_heard_once_and_forgotten_with_its_age() {
    let (here, there) = (node(1), node(2));
    (0..500).for_each(|number| visit(&here, number, NOON));
    (400..20_400).for_each(|number| visit(&there, number, NOON.plus_seconds(8)));
    let (now, slot) = (NOON.plus_seconds(10), Slot::at(NOON.plus_seconds(10)));
    for (day, bytes) in there.to_tell(slot, Slot(slot.0 - 1)) {
        for _ in 0..2 {
            here.hear(day, &bytes, slot, slot);
        }
    }
    let (active, sessions) = counted(&here, now);
    assert!(off(active, 20_400) < 0.02 && active == sessions, "{active} active, {sessions} sessions");
    assert!(there.to_tell(slot, Slot(slot.0 + 1)).is_empty(), "nothing new is told again");
    for second in (0..=2_400).step_by(30) {
        here.sweep(now.plus_seconds(second));
    }
    assert_eq!(counted(&here, now.plus_seconds(2_400)), (0, 0));
    for (day, bytes) in there.to_tell(slot, Slot(0)) {
        here.hear(day, &bytes, slot, Slot::at(now.plus_seconds(2_400)));
    }
    assert_eq!(counted(&here, now.plus_seconds(2_400)), (0, 0), "what was told long ago is old");
}

#[test]
fn a_quiet_shop_is_small_a_full_one_bounded_and_small_again_when_all_have_left() {
    let bytes = |crowd: &ShopCrowd| match &*crowd.generations.load().today.marks {
        Marks::Few(entries) => entries.len() * 4,
        Marks::Many(stamps) => stamps.len(),
    };
    let crowd = node(1);
    assert_eq!(bytes(&crowd), 256);
    (0..20).for_each(|number| visit(&crowd, number, NOON));
    assert_eq!(bytes(&crowd), 256);
    (0..100_000).for_each(|number| visit(&crowd, number, NOON));
    assert_eq!(bytes(&crowd), 256 << 10);
    for second in (0..2_000).step_by(30) {
        crowd.sweep(NOON.plus_seconds(second));
    }
    assert_eq!(bytes(&crowd), 256);
}

#[test]
fn whoever_was_away_for_too_long_begins_anew() {
    let crowd = node(1);
    (0..100).for_each(|number| visit(&crowd, number, NOON));
    // 255 slots later the same stamp would be of that very slot.
    let later = NOON.plus_seconds(255 * 15 / 2);
    assert_eq!(counted(&crowd, later), (0, 0));
    visit(&crowd, 7, later);
    assert_eq!(counted(&crowd, later), (1, 1));
}

#[test]
fn many_threads_mark_at_once_and_nobody_is_lost() {
    const EACH: u32 = 5_000;
    let crowd = node(1);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let crowd = &crowd;
            scope.spawn(move || (0..EACH).for_each(|number| visit(crowd, thread * EACH / 2 + number, NOON)));
        }
    });
    let (active, _) = counted(&crowd, NOON);
    assert!(off(active, u64::from(EACH * 5 / 2)) < 0.02, "{active}");
}

#[test]
fn the_minute_that_is_over_has_its_highest_numbers() {
    let crowd = node(1);
    (0..10).for_each(|number| visit(&crowd, number, NOON));
    assert_eq!(crowd.count(NOON), None);
    (10..30).for_each(|number| visit(&crowd, number, NOON.plus_seconds(30)));
    assert_eq!(crowd.count(NOON.plus_seconds(45)), None);
    let over = CrowdMinute { begins_at: NOON, active: 30, sessions: 30, visits: Some(20), robot_pages: 0 };
    assert_eq!(crowd.count(NOON.plus_seconds(62)), Some(over));
}

#[test]
fn a_visit_begins_once_however_many_pages_it_has_and_anew_after_half_an_hour() {
    const NEW_PER_MINUTE: u32 = 300;
    let crowd = node(1);
    let mut begun = 0;
    for second in 0..7_200 {
        let now = NOON.plus_seconds(second);
        let minute = u32::try_from(second / 60).expect("two hours have few minutes");
        if second % 60 == 4 && minute < 60 {
            (0..NEW_PER_MINUTE).for_each(|number| visit(&crowd, minute * NEW_PER_MINUTE + number, now));
        }
        if second % 60 == 50 && (10..60).contains(&minute) {
            // Half of those of ten minutes ago look at one more page.
            (0..NEW_PER_MINUTE / 2).for_each(|number| visit(&crowd, (minute - 10) * NEW_PER_MINUTE + number, now));
        }
        if second == 7_000 {
            // A hundred come back after more than half an hour.
            (0..100).for_each(|number| visit(&crowd, number, now));
        }
        if second % 15 == 9 || second % 15 == 1 {
            crowd.sweep(now);
            begun += crowd.count(now).and_then(|over| over.visits).unwrap_or(0);
        }
    }
    let expected = u64::from(60 * NEW_PER_MINUTE + 100);
    assert!(off(begun.unsigned_abs(), expected) < 0.02, "{begun} of {expected}");
}
