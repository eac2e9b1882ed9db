//! The view of a run under way: some lines drawn over each other once a second, or, where nothing can be drawn over, one plain
//! line every five seconds.

use crate::report::data::{Progress, Second};
use charts::numbers::{clock, grouped, latency, percent, rate};
use charts::terminal::{Ink, left};
use console::{Term, truncate_str};
use std::collections::VecDeque;
use std::io::Write;

/// How many seconds the little curve shows.
const MINUTE: usize = 60;
/// How often a plain line is printed, seconds.
const PLAIN_EVERY_S: f64 = 5.0;
/// Width of the bar and of the view at most, letters.
const BAR: usize = 30;
const WIDTH_MAX: usize = 96;

/// What can be drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Letters in a line; nothing where lines cannot be drawn over each other.
    pub columns: Option<usize>,
    /// Whether text is styled.
    pub ink: Ink,
}

impl Screen {
    /// Lines one after the other, without colors.
    pub const PLAIN: Self = Self { columns: None, ink: Ink::Plain };

    /// What a terminal can. `variable` reads the environment.
    pub fn of(term: &Term, variable: impl Fn(&str) -> Option<String>) -> Self {
        Self::new(term.is_term().then(|| usize::from(term.size().1)), variable)
    }

    /// The same from a terminal's width, which is nothing where there is no terminal. Nothing is drawn in place and nothing
    /// colored on a dumb one, or where `NO_COLOR` asks for none.
    fn new(columns: Option<usize>, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let wants_no_color = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        match columns {
            Some(columns) if !is_dumb && !wants_no_color => Self { columns: Some(columns), ink: Ink::Colors },
            _ => Self::PLAIN,
        }
    }
}

/// Draws a run under way.
pub struct LiveView<W: Write> {
    out: W,
    screen: Screen,
    minute: VecDeque<Second>,
    lines_drawn: usize,
    printed_at_s: Option<f64>,
}

impl<W: Write> LiveView<W> {
    /// A view that has drawn nothing yet.
    pub fn new(out: W, screen: Screen) -> Self {
        Self { out, screen, minute: VecDeque::with_capacity(MINUTE), lines_drawn: 0, printed_at_s: None }
    }

    /// Draws a second. A terminal that went away is no reason to end a run, so whether it could be drawn is not told.
    pub fn second(&mut self, progress: &Progress) {
        if self.minute.len() == MINUTE {
            self.minute.pop_front();
        }
        self.minute.push_back(progress.latest);
        let text = match self.screen.columns {
            Some(columns) => self.drawn_over(progress, columns),
            None => self.printed(progress),
        };
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// Takes the view away, so that the summary stands where it stood. Plain lines stay.
    pub fn end(&mut self) {
        let text = self.erased();
        self.lines_drawn = 0;
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// A line when it is time for one, and nothing in between.
    fn printed(&mut self, progress: &Progress) -> String {
        if self.printed_at_s.is_some_and(|at| progress.elapsed_s - at < PLAIN_EVERY_S) {
            return String::new();
        }
        self.printed_at_s = Some(progress.elapsed_s);
        plain_line(progress) + "\n"
    }

    fn drawn_over(&mut self, progress: &Progress, columns: usize) -> String {
        let lines = frame(progress, self.minute.make_contiguous(), columns, self.screen.ink);
        let mut text = self.erased();
        self.lines_drawn = lines.len();
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// Up to the first line that was drawn, and everything from there on away.
    fn erased(&self) -> String {
        if self.lines_drawn == 0 { String::new() } else { format!("\x1b[{}A\r\x1b[J", self.lines_drawn) }
    }
}

/// The lines of the view, none wider than `columns`.
pub fn frame(progress: &Progress, minute: &[Second], columns: usize, ink: Ink) -> Vec<String> {
    let Progress { latest, totals, .. } = progress;
    let share = if progress.total_s > 0.0 { progress.elapsed_s / progress.total_s } else { 0.0 };
    let step = format!("Step {} of {}", progress.step + 1, progress.steps);
    let time = format!("{} of {}", clock(progress.elapsed_s), clock(progress.total_s));
    let shoppers = format!("{} of {}", grouped(latest.shoppers), grouped(progress.shoppers_aimed));
    let (half, most) = (latency(latest.p50_ms), latency(latest.p99_ms));
    let failed = format!("{} ({})", grouped(totals.errors), percent(totals.error_share()));
    let failed = if totals.errors > 0 { ink.bad(&failed) } else { ink.good(&failed) };
    let refused = grouped(totals.refused);
    let refused = if totals.refused > 0 { ink.warn(&refused) } else { refused };
    let cell = |name: &str, value: &str| format!("{} {}", ink.dim(&left(name, 10)), left(value, 20));
    let lines = [
        format!("{}  {}  {}", ink.bold(&step), bar(share, ink), ink.dim(&time)),
        cell("Shoppers", &ink.bold(&shoppers)) + &cell("Sockets", &grouped(latest.sockets)),
        cell("Requests", &format!("{} a second", rate(latest.requests as f64))) + &cell("Orders", &grouped(totals.orders)),
        cell("Errors", &failed) + &cell("Refused", &refused),
        cell("Half in", &half) + &cell("99 % in", &ink.bold(&most)),
        format!("{} {}", ink.dim(&left("99 % in", 10)), curve(minute)) + &ink.dim("  the last minute"),
    ];
    // The last column stays free: some terminals wrap a line that fills it.
    let width = columns.saturating_sub(1).min(WIDTH_MAX);
    lines.iter().map(|line| truncate_str(line.trim_end(), width, "…").into_owned()).collect()
}

/// One line for a log: `1:15 step 2/10, 1,930 of 2,000 shoppers, …`.
pub fn plain_line(progress: &Progress) -> String {
    let Progress { latest, totals, .. } = progress;
    format!(
        "{} of {}, step {} of {}: {} of {} shoppers, {} sockets, {} requests/s, p50 {}, p99 {}, {} errors, {} refused, {} orders",
        clock(progress.elapsed_s),
        clock(progress.total_s),
        progress.step + 1,
        progress.steps,
        grouped(latest.shoppers),
        grouped(progress.shoppers_aimed),
        grouped(latest.sockets),
        rate(latest.requests as f64),
        latency(latest.p50_ms),
        latency(latest.p99_ms),
        grouped(totals.errors),
        grouped(totals.refused),
        grouped(totals.orders),
    )
}

fn bar(share: f64, ink: Ink) -> String {
    let filled = (share.clamp(0.0, 1.0) * BAR as f64).round() as usize;
    ink.good(&"━".repeat(filled)) + &ink.dim(&"─".repeat(BAR - filled))
}

/// A second a letter, as high as its p99 beside the highest of the minute.
fn curve(minute: &[Second]) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = minute.iter().map(|second| second.p99_ms).fold(0.0, f64::max);
    let height = |second: &Second| {
        let eighths = if highest > 0.0 { (second.p99_ms / highest * 8.0).ceil() as usize } else { 0 };
        HEIGHTS[eighths.clamp(1, 8) - 1]
    };
    minute.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::data::Counts;
    use console::{measure_text_width, strip_ansi_codes};

    fn progress(elapsed_s: f64) -> Progress {
        let latest = Second { shoppers: 1_930, sockets: 61, requests: 412, p50_ms: 3.1, p99_ms: elapsed_s, ..Second::default() };
        let totals = Counts { requests: 41_200, errors: 2, refused: 7, orders: 118, ..Counts::default() };
        Progress { step: 1, steps: 10, shoppers_aimed: 2_000, elapsed_s, total_s: 1_500.0, latest, totals }
    }

    fn drawn(screen: Screen, seconds: std::ops::Range<u32>) -> String {
        let mut out = Vec::new();
        let mut view = LiveView::new(&mut out, screen);
        for second in seconds {
            view.second(&progress(f64::from(second)));
        }
        view.end();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn without_a_terminal_a_plain_line_comes_every_five_seconds() {
        let text = drawn(Screen::PLAIN, 0..11);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains('\x1b'), "{text}");
        let line = "0:05 of 25:00, step 2 of 10: 1,930 of 2,000 shoppers, 61 sockets, 412 requests/s, p50 3.1 ms, p99 5 ms, 2 \
             errors, 7 refused, 118 orders";
        assert_eq!(text.lines().nth(1), Some(line.replace("p99 5 ms", "p99 5.0 ms").as_str()));
    }

    #[test]
    fn on_a_terminal_each_second_is_drawn_over_the_one_before_and_the_end_leaves_nothing() {
        let text = drawn(Screen { columns: Some(80), ink: Ink::Plain }, 0..3);
        let lines = frame(&progress(0.0), &[], 80, Ink::Plain).len();
        let erased = format!("\x1b[{lines}A\r\x1b[J");
        assert_eq!(text.matches(&erased).count(), 3, "{text:?}");
        assert!(text.ends_with(&erased), "{text:?}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_color_changes_no_letter() {
        let minute = vec![progress(9.0).latest; MINUTE];
        for columns in [20, 40, 80, 200] {
            let colored = frame(&progress(700.0), &minute, columns, Ink::Colors);
            let plain = frame(&progress(700.0), &minute, columns, Ink::Plain);
            assert_eq!(colored.iter().map(|line| strip_ansi_codes(line)).collect::<Vec<_>>(), plain);
            assert!(colored.iter().all(|line| measure_text_width(line) < columns), "{colored:#?}");
        }
    }

    #[test]
    fn the_curve_is_as_high_as_its_seconds() {
        let seconds = [0.0, 10.0, 40.0, 80.0].map(|p99_ms| Second { p99_ms, ..Second::default() });
        assert_eq!(curve(&seconds), "▁▁▄█");
        assert_eq!(curve(&[Second::default()]), "▁");
    }

    #[test]
    fn a_dumb_terminal_and_no_color_are_respected() {
        let screen = |columns, name: &'static str, value: &'static str| {
            Screen::new(columns, move |asked| (asked == name).then(|| value.to_owned()))
        };
        let drawn_in_place = Screen { columns: Some(80), ink: Ink::Colors };
        for (columns, name, value, expected) in [
            (Some(80), "TERM", "xterm-256color", drawn_in_place),
            (Some(80), "NO_COLOR", "", drawn_in_place),
            (Some(80), "NO_COLOR", "1", Screen::PLAIN),
            (Some(80), "TERM", "dumb", Screen::PLAIN),
            (None, "TERM", "xterm-256color", Screen::PLAIN),
        ] {
            assert_eq!(screen(columns, name, value), expected, "{columns:?} {name}={value}");
        }
    }
}
