//! How many handlers may be inside at once, at work or waiting for the database: found by watching how long they take, not set by
//! anybody.
//!
//! The rule is that of Netflix' `Gradient2Limit` (github.com/Netflix/concurrency-limits): where answers take longer than usual,
//! too many are inside. Three things differ. What is usual is known for each route, so that a crowd that turns from short pages
//! to long ones is not taken for overload. It is learned only from handlers that began while a worker was free, so that an
//! overload that lasts never becomes usual. And averages are over windows of time, so that they mean the same at any rate.

use super::class::Route;
use commerce::Timestamp;

/// The bounds of the limit.
#[derive(Clone, Copy, Debug)]
pub struct LimitSettings {
    /// How many handlers the machine runs at the same instant.
    pub workers: usize,
    /// The limit at the start, and while it is not known what is usual.
    pub first: usize,
    /// The limit never goes below this.
    pub least: usize,
    /// The limit never goes above this.
    pub most: usize,
}

impl LimitSettings {
    /// The bounds for a machine with so many workers and a database that answers so many questions at once while nobody works.
    pub const fn of(workers: usize, answers_at_once: usize) -> Self {
        let least = 2 * workers;
        Self { workers, first: least + answers_at_once, least, most: 256 * workers }
    }
}

/// A window closes after this long, microseconds, if it holds enough.
const WINDOW_MICROS: i64 = 100_000;
/// Samples without which a window does not close.
const WINDOW_SAMPLES_MIN: u32 = 10;
/// How much longer than usual is still fine.
const TOLERANCE: f64 = 1.5;
/// A window never takes more than this part of the limit away.
const GRADIENT_MIN: f64 = 0.5;
/// How much more is tried each time.
const GROWTH: f64 = 2.0;
/// How far one window moves the limit toward its goal.
const SMOOTHING: f64 = 0.5;
/// How much the latest counts for what is usual.
const NEW_SHARE: f64 = 0.02;
/// Whatever takes less than this takes this long, microseconds: nobody notices, and a moment's noise is no overload.
const NOTICED_MICROS: f64 = 1_000.0;

/// The limit and what it is made from.
#[derive(Debug)]
pub struct Limit {
    settings: LimitSettings,
    limit: f64,
    /// Per route, microseconds; zero: not known.
    usual: [f64; Route::COUNT],
    window: Window,
}

#[derive(Debug, Default)]
struct Window {
    since: Option<Timestamp>,
    count: u32,
    /// Microseconds, of handlers of which it is known what is usual.
    took: f64,
    usual: f64,
    inside_max: usize,
}

/// How long a handler was inside, and among how many.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// What it answered.
    pub route: Route,
    /// From its call to its end, microseconds, without what it spent outside.
    pub micros: i64,
    /// How many were inside when it was called, itself among them.
    pub inside: usize,
}

impl Limit {
    /// The limit before anything was seen.
    pub fn new(settings: LimitSettings) -> Self {
        Self { settings, limit: settings.first as f64, usual: [0.0; Route::COUNT], window: Window::default() }
    }

    /// How many handlers may be inside.
    pub fn now(&self) -> usize {
        self.limit as usize
    }

    /// Notes that a handler is done.
    pub fn note(&mut self, now: Timestamp, sample: Sample) {
        let took = (sample.micros as f64).max(NOTICED_MICROS);
        let usual = &mut self.usual[sample.route.index()];
        if sample.inside <= self.settings.workers {
            let share = if *usual == 0.0 { 1.0 } else { NEW_SHARE };
            *usual += (took - *usual) * share;
        }
        let window = &mut self.window;
        if *usual > 0.0 {
            window.took += took;
            window.usual += *usual;
        }
        window.count += 1;
        window.inside_max = window.inside_max.max(sample.inside);
        let since = *window.since.get_or_insert(now);
        if now.micros_since(since) >= WINDOW_MICROS && window.count >= WINDOW_SAMPLES_MIN {
            let closed = std::mem::take(window);
            self.window.since = Some(now);
            self.move_by(&closed);
        }
    }

    fn move_by(&mut self, window: &Window) {
        if window.took == 0.0 {
            return;
        }
        let gradient = (TOLERANCE * window.usual / window.took).clamp(GRADIENT_MIN, 1.0);
        let goal = self.limit * gradient + GROWTH;
        // Where hardly half of the limit is used, nobody needs more.
        if goal > self.limit && (window.inside_max as f64) < self.limit / 2.0 {
            return;
        }
        let limit = self.limit + (goal - self.limit) * SMOOTHING;
        self.limit = limit.clamp(self.settings.least as f64, self.settings.most as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKERS: usize = 2;

    /// The limit after so many seconds in which each handler took `micros(limit)`.
    fn after(limit: &mut Limit, begin: i64, seconds: i64, share_used: f64, micros: impl Fn(usize) -> i64) -> usize {
        for step in 0..seconds * 1_000 {
            let now = Timestamp(Timestamp::from_seconds(begin).0 + step * 1_000);
            let inside = ((limit.now() as f64 * share_used) as usize).max(1);
            limit.note(now, Sample { route: Route::Search, micros: micros(limit.now()), inside });
        }
        limit.now()
    }

    /// One that has seen calm days, in which handlers took so many microseconds.
    fn calm(micros: i64) -> Limit {
        let mut limit = Limit::new(LimitSettings::of(WORKERS, 0));
        assert_eq!(after(&mut limit, 0, 10, 0.0, |_| micros), 4, "nobody needs more");
        limit
    }

    #[test]
    fn the_limit_grows_while_more_at_once_take_no_longer() {
        assert_eq!(after(&mut calm(20_000), 10, 60, 1.0, |_| 22_000), 512);
    }

    #[test]
    fn the_limit_stays_where_it_is_when_it_is_not_used_or_nothing_is_known() {
        assert_eq!(after(&mut calm(20_000), 10, 60, 0.3, |_| 20_000), 4);
        let mut stormed_from_the_start = Limit::new(LimitSettings::of(WORKERS, 0));
        assert_eq!(after(&mut stormed_from_the_start, 0, 60, 1.0, |_| 20_000), 4);
    }

    #[test]
    fn the_limit_shrinks_within_two_seconds_and_comes_back() {
        let mut limit = calm(5_000);
        assert_eq!(after(&mut limit, 10, 60, 1.0, |_| 5_000), 512);
        let shrunk = after(&mut limit, 70, 2, 1.0, |at_once| 5_000 * (at_once as i64).max(10) / 10);
        assert!(shrunk < 40, "{shrunk}");
        assert_eq!(after(&mut limit, 72, 60, 1.0, |_| 5_000), 512);
    }

    #[test]
    fn an_hour_of_overload_does_not_pass_for_usual() {
        let crept = after(&mut calm(1_000), 10, 3_600, 1.0, |at_once| 500 * at_once as i64);
        assert!(crept < 8, "{crept}");
    }

    #[test]
    fn noise_below_a_millisecond_is_no_overload() {
        assert_eq!(after(&mut calm(50), 10, 60, 1.0, |_| 900), 512);
    }

    #[test]
    fn a_crowd_that_turns_to_longer_pages_is_no_overload() {
        let mut limit = calm(2_000);
        limit.note(Timestamp(0), Sample { route: Route::Desk, micros: 40_000, inside: 1 });
        for step in 0..60_000 {
            let now = Timestamp(Timestamp::from_seconds(10).0 + step * 1_000);
            limit.note(now, Sample { route: Route::Desk, micros: 40_000, inside: limit.now() });
        }
        assert_eq!(limit.now(), 512);
    }
}
