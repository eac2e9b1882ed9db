//! The run second by second, every chart over the same time.

use super::by_step::{TIMES_OBJECTIVE_MAX, fill};
use crate::report::data::{Run, Second};
use charts::chart::{Axis, Band, Bound, Chart, Height, Series, Shape, Tone};
use charts::numbers::{bytes, clock, duration, grouped, latency, rate, short};
use charts::page::{Section, paragraph};

/// Points of a chart at most: more than that no screen tells apart, and no reader scrolls through.
const POINTS_MAX: usize = 300;
/// Lengths of the stretches that seconds are put together to, seconds.
const STRETCHES_S: [u32; 9] = [1, 2, 5, 10, 15, 30, 60, 300, 900];

/// Some seconds put together.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    /// Its middle.
    at_s: f64,
    seconds: u32,
    shoppers: u64,
    sockets: u64,
    requests: u64,
    errors: u64,
    refused: u64,
    orders: u64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    generator_cores: f64,
    server_cores: Option<f64>,
    server_memory: Option<u64>,
}

impl Stretch {
    /// Counts are added, everything else is the highest of its seconds.
    fn add(&mut self, second: &Second) {
        self.seconds += 1;
        self.shoppers = self.shoppers.max(second.shoppers);
        self.sockets = self.sockets.max(second.sockets);
        self.requests += second.requests;
        self.errors += second.errors;
        self.refused += second.refused;
        self.orders += second.orders;
        self.p50_ms = self.p50_ms.max(second.p50_ms);
        self.p95_ms = self.p95_ms.max(second.p95_ms);
        self.p99_ms = self.p99_ms.max(second.p99_ms);
        self.generator_cores = self.generator_cores.max(second.generator_cores);
        if let Some(server) = second.server {
            self.server_cores = Some(self.server_cores.unwrap_or(0.0).max(server.cores));
            self.server_memory = Some(self.server_memory.unwrap_or(0).max(server.memory));
        }
    }

    fn per_second(&self, count: u64) -> Option<f64> {
        Some(count as f64 / f64::from(self.seconds.max(1)))
    }
}

/// The run over time; nothing where no second was kept.
pub fn section(run: &Run) -> Option<Section> {
    let last = run.series.last()?;
    let length_s = stretch_s(last.at_s);
    let stretches = stretches(&run.series, length_s);
    let time = Time { run, stretches: &stretches };
    let mut body = match length_s {
        1 => paragraph("Each point is a second. Steps stand side by side, with their shoppers and what came of them."),
        _ => paragraph(&format!(
            "Each point is {}: latencies, shoppers and machines at their highest within it, everything else on average. Steps \
             stand side by side, with their shoppers and what came of them.",
            duration(f64::from(length_s))
        )),
    };
    for chart in [time.shoppers(), time.latency(), time.requests(), time.orders()] {
        body.push_str(&chart.figure());
    }
    body.push_str(&time.failures());
    if run.series.iter().any(|second| second.server.is_some()) {
        body.push_str(&time.server_cores().figure());
        body.push_str(&time.server_memory().figure());
    }
    body.push_str(&time.generator_cores().figure());
    Some(Section { id: "time", title: "Minute by minute", body })
}

/// How long a stretch is, seconds, so that a run of so many has not too many of them.
fn stretch_s(seconds: f64) -> u32 {
    let least = seconds / POINTS_MAX as f64;
    let fitting = STRETCHES_S.into_iter().find(|&length| f64::from(length) >= least);
    fitting.unwrap_or((least / 3_600.0).ceil() as u32 * 3_600)
}

fn stretches(series: &[Second], length_s: u32) -> Vec<Stretch> {
    let length = f64::from(length_s);
    let mut stretches: Vec<Stretch> = Vec::new();
    for second in series {
        let at_s = (second.at_s / length).floor() * length + if length_s > 1 { length / 2.0 } else { 0.0 };
        match stretches.last_mut() {
            Some(last) if (last.at_s - at_s).abs() < 1e-6 => last.add(second),
            _ => {
                let mut next = Stretch { at_s, ..Stretch::default() };
                next.add(second);
                stretches.push(next);
            }
        }
    }
    stretches
}

/// A run and its stretches.
struct Time<'a> {
    run: &'a Run,
    stretches: &'a [Stretch],
}

impl Time<'_> {
    fn chart(&self, id: &'static str, title: &str, about: &str, y: Axis, series: Vec<Series>) -> Chart {
        let last = self.stretches.last().map_or(1.0, |stretch| stretch.at_s);
        let ended = self.run.steps.iter().map(|step| step.began_at_s + step.ramp_s + step.hold_s).fold(last, f64::max);
        Chart {
            id,
            title: title.to_owned(),
            about: about.to_owned(),
            height: Height::Low,
            x: Axis::time("Time since the test began", ended.min(self.run.seconds.max(last)), clock),
            y,
            bands: self.bands(),
            bounds: Vec::new(),
            marks: Vec::new(),
            ranges: Vec::new(),
            series,
        }
    }

    fn bands(&self) -> Vec<Band> {
        let sign = |words: &str| words.chars().next().unwrap_or('–');
        let steps = self.run.steps.iter().enumerate();
        steps
            .map(|(at, step)| Band {
                from: step.began_at_s,
                to: step.began_at_s + step.ramp_s + step.hold_s,
                label: format!("{} {}", sign(step.verdict.words()), short(step.shoppers as f64)),
                fill: fill(step.verdict, at),
            })
            .collect()
    }

    fn series(&self, name: &str, shape: Shape, tone: Tone, of: impl Fn(&Stretch) -> Option<f64>) -> Series {
        let points = self.stretches.iter().map(|stretch| (stretch.at_s, of(stretch))).collect();
        Series { name: name.to_owned(), label: String::new(), shape, tone, points }
    }

    fn shoppers(&self) -> Chart {
        let write = |value: f64| grouped(value.round() as u64);
        self.chart(
            "shoppers",
            "Shoppers in the shop",
            "How many people were there at once. A browser keeps few connections open while its owner reads, so open connections \
             are a number of their own.",
            Axis::from_zero("Shoppers", short, write),
            vec![
                self.series("Shoppers", Shape::Area, Tone::First, |stretch| Some(stretch.shoppers as f64)),
                self.series("Open connections", Shape::Line, Tone::Second, |stretch| Some(stretch.sockets as f64)),
            ],
        )
    }

    fn latency(&self) -> Chart {
        let bound = self.run.objectives.page_p99_ms;
        let mut y = Axis::from_zero("Time until a page was there", latency, latency);
        y.to = bound * TIMES_OBJECTIVE_MAX;
        // A second without pages has no latency, which is not the same as none.
        let known = |ms: f64| (ms > 0.0).then_some(ms);
        let mut chart = self.chart(
            "latency",
            "How long a page took",
            "From the instant at which a shopper wanted it. Lower is faster.",
            y,
            vec![
                self.series("99 of 100 within", Shape::Line, Tone::First, |stretch| known(stretch.p99_ms)),
                self.series("95 of 100 within", Shape::Line, Tone::Second, |stretch| known(stretch.p95_ms)),
                self.series("Half within", Shape::Line, Tone::Third, |stretch| known(stretch.p50_ms)),
            ],
        );
        chart.bounds = vec![Bound { at: bound, label: format!("{} at most for 99 of 100", latency(bound)) }];
        chart
    }

    fn requests(&self) -> Chart {
        self.chart(
            "requests",
            "Requests a second",
            "Everything that was answered: pages, pictures, carts, payments.",
            Axis::from_zero("Requests a second", short, rate),
            vec![self.series("Requests a second", Shape::Area, Tone::First, |stretch| stretch.per_second(stretch.requests))],
        )
    }

    fn orders(&self) -> Chart {
        self.chart(
            "orders",
            "Orders a minute",
            "Receipts that customers saw.",
            Axis::from_zero("Orders a minute", short, rate),
            vec![self.series("Orders a minute", Shape::Bars, Tone::First, |stretch| {
                stretch.per_second(stretch.orders).map(|orders| orders * 60.0)
            })],
        )
    }

    /// A chart, or the sentence that it is not needed.
    fn failures(&self) -> String {
        if self.stretches.iter().all(|stretch| stretch.errors + stretch.refused == 0) {
            return "<h3>Errors and refusals</h3>".to_owned()
                + &paragraph("None: every request was answered as it should be, and nobody was told to come back later.");
        }
        let chart = self.chart(
            "failures",
            "Errors and refusals a second",
            "An error is a page that did not come or was wrong. A refusal is a friendly page that says when to come back: the \
             shop protects those who are already in it.",
            Axis::from_zero("A second", short, rate),
            vec![
                self.series("Errors", Shape::Bars, Tone::Bad, |stretch| stretch.per_second(stretch.errors)),
                self.series("Refusals", Shape::Bars, Tone::Second, |stretch| stretch.per_second(stretch.refused)),
            ],
        );
        chart.figure()
    }

    fn server_cores(&self) -> Chart {
        self.chart(
            "server-cores",
            "The server’s processor",
            "How many cores the shop kept busy.",
            Axis::from_zero("Cores", cores, cores),
            vec![self.series("Cores in use", Shape::Area, Tone::First, |stretch| stretch.server_cores)],
        )
    }

    fn server_memory(&self) -> Chart {
        const MIB: f64 = 1_048_576.0;
        let write = |mebibytes: f64| bytes((mebibytes * MIB) as u64);
        self.chart(
            "server-memory",
            "The server’s memory",
            "What the shop held in memory.",
            Axis::from_zero("Memory", write, write),
            vec![
                self.series("Memory", Shape::Area, Tone::First, |stretch| {
                    stretch.server_memory.map(|memory| memory as f64 / MIB)
                }),
            ],
        )
    }

    fn generator_cores(&self) -> Chart {
        self.chart(
            "generator-cores",
            "The test’s own processor",
            "How many cores it took to play the shoppers. Where all of them are busy, the test measures itself.",
            Axis::from_zero("Cores", cores, cores),
            vec![self.series("Cores in use", Shape::Area, Tone::Quiet, |stretch| Some(stretch.generator_cores))],
        )
    }
}

fn cores(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_any_length_has_few_points_and_loses_no_order() {
        for seconds in [1_u32, 299, 301, 1_500, 20_000, 400_000] {
            let series: Vec<Second> =
                (0..seconds).map(|at| Second { at_s: f64::from(at), orders: 1, ..Second::default() }).collect();
            let stretches = stretches(&series, stretch_s(f64::from(seconds - 1)));
            assert!(stretches.len() <= POINTS_MAX + 1, "{seconds} s: {} points", stretches.len());
            assert_eq!(stretches.iter().map(|stretch| stretch.orders).sum::<u64>(), u64::from(seconds));
            assert!(stretches.windows(2).all(|pair| pair[0].at_s < pair[1].at_s), "{seconds} s");
        }
    }
}
