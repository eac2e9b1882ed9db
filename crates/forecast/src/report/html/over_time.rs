//! The sale from its first message to its close, every chart over the same time.

use super::super::sentences::{about_count, count};
use super::super::when::When;
use crate::data::{Estimate, Forecast, Slot};
use charts::chart::{Axis, Band, Bound, Chart, Fill, Height, Range, Series, Shape, Tone};
use charts::numbers::{duration, short};
use charts::page::{Section, paragraph};

/// Points of a chart at most: more than that no screen tells apart, and no reader scrolls through.
const POINTS_MAX: usize = 200;
/// Minutes before and after the peak that are shown by themselves.
const PEAK_MINUTES: [f64; 2] = [150.0, 210.0];
/// How many slots are put together.
const SLOTS_TOGETHER: [usize; 7] = [1, 2, 3, 6, 12, 24, 48];
/// Items that have a line in the chart of stock.
const TONES: [Tone; 4] = [Tone::First, Tone::Second, Tone::Third, Tone::Quiet];

/// The sale over time.
pub fn section(forecast: &Forecast) -> Section {
    let time = Time::of(forecast);
    let charts = [time.arrivals(), time.sessions(), time.active(), time.orders()];
    Section { id: "time", title: "Hour by hour", body: time.told(&charts) }
}

/// The same beside a plan that is being written: both counts of people at once are one chart.
pub fn beside(forecast: &Forecast) -> String {
    let time = Time::of(forecast);
    time.told(&[time.arrivals(), time.people("people"), time.orders()])
}

/// The hours around the peak, every five minutes: there waves can be told from each other.
pub fn around_the_peak(forecast: &Forecast) -> Section {
    let slot_minutes = f64::from(forecast.slot_minutes);
    let peak = f64::from(forecast.peaks.sessions.at_minute);
    let end = forecast.slots.len() as f64 * slot_minutes;
    let (from, to) = ((peak - PEAK_MINUTES[0]).max(0.0), (peak + PEAK_MINUTES[1]).min(end));
    let time = Time { together: 1, ..Time::of(forecast) };
    let mut body = paragraph(&format!("Each point is the highest within {}.", duration(slot_minutes * 60.0)));
    let people = time.people("peak-people");
    let orders = Chart { id: "peak-orders", ..time.orders() };
    for mut chart in [people, orders] {
        let is_there = |minute: f64| (from..=to).contains(&minute);
        chart.series.iter_mut().for_each(|series| series.points.retain(|point| is_there(point.0)));
        chart.ranges.iter_mut().for_each(|range| range.points.retain(|point| is_there(point.0)));
        chart.bands.retain(|band| band.from < to && band.to > from);
        (chart.x.from, chart.x.to) = (from, to);
        chart.x.ticks = time.when.ticks_between(from, to);
        body.push_str(&chart.figure());
    }
    Section { id: "peak", title: "Around the peak", body }
}

/// Revenue day by day.
pub fn revenue(forecast: &Forecast) -> Chart {
    let time = Time::of(forecast);
    let middle = |at_minute: u32| f64::from(at_minute) + 720.0;
    let currency = forecast.currency.clone();
    let in_table = move |value: f64| super::amount(&currency, value);
    let days = &forecast.days;
    let mut chart = time.chart("revenue", "Revenue a day", "Days are counted from when the first people may buy.");
    // The last day may be shorter than its bar.
    chart.x.to = days.last().map_or(chart.x.to, |day| chart.x.to.max(f64::from(day.at_minute) + 1_440.0));
    chart.y = Axis::from_zero(format!("Revenue a day, {}", forecast.currency), short, in_table);
    chart.series = vec![Series {
        name: "As planned".to_owned(),
        label: String::new(),
        shape: Shape::Bars,
        tone: Tone::First,
        points: days.iter().map(|day| (middle(day.at_minute), Some(day.revenue.planned))).collect(),
    }];
    chart.ranges = vec![range(Tone::Second, days.iter().map(|day| (middle(day.at_minute), day.revenue)))];
    chart
}

/// Units left; nothing where no item may sell out.
pub fn stock(forecast: &Forecast) -> String {
    let time = Time::of(forecast);
    let mut chart = time.chart("stock", "Units left", "As planned, of each item at the end of each stretch.");
    chart.y = Axis::from_zero("Units", short, count);
    let line = |(item, tone): (&crate::data::Item, Tone)| {
        let ends = item.left.chunks(time.together).filter_map(|stretch| stretch.last());
        Series {
            name: item.name.clone(),
            label: String::new(),
            shape: Shape::Line,
            tone,
            points: time.minutes().zip(ends.map(|left| Some(left.planned))).collect(),
        }
    };
    chart.series = forecast.items.iter().zip(TONES).map(line).collect();
    let more = forecast.items.len().saturating_sub(TONES.len());
    let rest = if more > 0 { paragraph(&format!("{more} more are in the table above.")) } else { String::new() };
    if chart.series.is_empty() { String::new() } else { chart.figure() + &rest }
}

/// Nodes that carry each stretch; nothing where it is not known what one carries.
pub fn nodes_if_known(forecast: &Forecast) -> String {
    if forecast.nodes.is_some() { nodes(forecast) } else { String::new() }
}

/// Nodes that carry each stretch.
pub fn nodes(forecast: &Forecast) -> String {
    let time = Time::of(forecast);
    let mut chart = time.chart("nodes-needed", "Nodes that carry it", "With three tenths of reserve, and one that may fail.");
    chart.y = Axis::from_zero("Nodes", short, count);
    let of = |slot: &Slot, which: fn(&crate::data::Nodes) -> Option<u32>| slot.nodes.as_ref().and_then(which).map(f64::from);
    let line = |name: &str, shape, tone, which: fn(&crate::data::Nodes) -> Option<u32>| Series {
        name: name.to_owned(),
        label: String::new(),
        shape,
        tone,
        points: time
            .points(|slots| slots.iter().map(|slot| of(slot, which)).try_fold(0.0, |most: f64, nodes| Some(most.max(nodes?)))),
    };
    chart.series = vec![
        line("In nineteen of twenty cases", Shape::Area, Tone::Second, |nodes| nodes.p95),
        line("As planned", Shape::Line, Tone::First, |nodes| nodes.planned),
    ];
    chart.figure()
}

/// The line before the waiting room; nothing where the plan has no limit, or nobody waits.
pub fn waiting(forecast: &Forecast) -> String {
    let time = Time::of(forecast);
    let waits = forecast.slots.iter().any(|slot| slot.waiting.is_some_and(|waiting| waiting.p95 > 0.0));
    if !waits {
        return String::new();
    }
    let about = "If nobody gives up. How long somebody waits is this, divided by how many are let in a minute.";
    time.estimates("waiting", "People in line", about, |slot| slot.waiting.unwrap_or_default()).figure()
}

/// A forecast, some slots put together so that there are not too many points.
struct Time<'a> {
    forecast: &'a Forecast,
    when: When,
    together: usize,
}

impl<'a> Time<'a> {
    fn of(forecast: &'a Forecast) -> Self {
        let fits = |together: &usize| forecast.slots.len() <= together * POINTS_MAX;
        let together = SLOTS_TOGETHER.into_iter().find(fits).unwrap_or(SLOTS_TOGETHER[SLOTS_TOGETHER.len() - 1]);
        Self { forecast, when: When::of(forecast), together }
    }

    /// When each stretch begins.
    fn minutes(&self) -> impl Iterator<Item = f64> + '_ {
        self.forecast.slots.iter().step_by(self.together).map(|slot| f64::from(slot.at_minute))
    }

    fn points(&self, of: impl Fn(&[Slot]) -> Option<f64>) -> Vec<(f64, Option<f64>)> {
        self.minutes().zip(self.forecast.slots.chunks(self.together).map(of)).collect()
    }

    /// A chart of nothing yet.
    fn chart(&self, id: &'static str, title: &str, about: &str) -> Chart {
        let ends = self.when.minute(&self.forecast.closes);
        Chart {
            id,
            title: title.to_owned(),
            about: about.to_owned(),
            height: Height::Low,
            x: self.when.axis(&self.forecast.zone, ends),
            y: Axis::from_zero("", short, count),
            bands: self.bands(ends),
            bounds: Vec::new(),
            marks: Vec::new(),
            ranges: Vec::new(),
            series: Vec::new(),
        }
    }

    /// Before the sale, early access, and the time for everybody.
    fn bands(&self, ends: f64) -> Vec<Band> {
        let opens = self.when.minute(&self.forecast.opens);
        let first = self.forecast.early_access.as_ref().map_or(opens, |early| self.when.minute(early));
        let band = |from, to, label: &str, fill| Band { from, to, label: label.to_owned(), fill };
        let mut bands = vec![
            band(0.0, first, "before the sale", Fill::Hatched),
            band(first, opens, "early access", Fill::Tinted),
            band(opens, ends, "open to everybody", Fill::Clear),
        ];
        bands.retain(|band| band.from < band.to);
        bands
    }

    /// A chart of one figure with its band.
    fn estimates(&self, id: &'static str, title: &str, about: &str, of: impl Fn(&Slot) -> Estimate) -> Chart {
        let highest = |slots: &[Slot]| slots.iter().map(&of).fold(Estimate::default(), |most, next| most.highest(next));
        let stretches: Vec<(f64, Estimate)> =
            self.minutes().zip(self.forecast.slots.chunks(self.together).map(highest)).collect();
        let mut chart = self.chart(id, title, about);
        chart.y = Axis::from_zero(title, short, count);
        chart.ranges = vec![range(Tone::First, stretches.iter().copied())];
        chart.series = vec![Series {
            name: "As planned".to_owned(),
            label: String::new(),
            shape: Shape::Line,
            tone: Tone::First,
            points: stretches.iter().map(|(minute, estimate)| (*minute, Some(estimate.planned))).collect(),
        }];
        chart
    }

    fn arrivals(&self) -> Chart {
        self.estimates("arrivals", "Visits that begin in a minute", "Who comes when.", |slot| slot.arrivals_per_minute)
    }

    fn sessions(&self) -> Chart {
        let about = "What a statistic shows that keeps a visit for half an hour after its last page.";
        let mut chart = self.estimates("sessions", "Sessions at once", about, |slot| slot.sessions);
        let peak = &self.forecast.peaks.sessions;
        let label = format!("as planned: {}", about_count(peak.height.planned));
        chart.bounds = vec![Bound { at: peak.height.planned, label }];
        chart
    }

    /// Both definitions in one chart, each with its band.
    fn people(&self, id: &'static str) -> Chart {
        let about = "Sessions, as a statistic counts them, and below them the people who are there.";
        let mut chart = self.estimates(id, "People at once, by both definitions", about, |slot| slot.sessions);
        let there = self.estimates(id, "", "", |slot| slot.active);
        chart.series[0].name = "Sessions as planned".to_owned();
        chart.ranges[0].name = "Sessions, nine times in ten".to_owned();
        let name = "People there, as planned".to_owned();
        chart.series.extend(there.series.into_iter().map(|series| Series { name: name.clone(), tone: Tone::Second, ..series }));
        let name = "People there, nine times in ten".to_owned();
        chart.ranges.extend(there.ranges.into_iter().map(|range| Range { name: name.clone(), tone: Tone::Second, ..range }));
        chart
    }

    /// The charts below a word about what a point is.
    fn told(&self, charts: &[Chart]) -> String {
        let minutes = self.together as f64 * f64::from(self.forecast.slot_minutes);
        let says = format!(
            "Each point is the highest within {}. The shaded range holds it nine times in ten.",
            duration(minutes * 60.0)
        );
        paragraph(&says) + &charts.iter().map(Chart::figure).collect::<String>()
    }

    fn active(&self) -> Chart {
        let about = "Between their first page and their last: what the shop has to carry.";
        self.estimates("active", "People there at once", about, |slot| slot.active)
    }

    fn orders(&self) -> Chart {
        let title = format!("Orders in {} minutes", self.forecast.slot_minutes);
        self.estimates("orders", &title, "What they buy, as long as it is there.", |slot| slot.orders)
    }
}

/// Where a figure lies nine times in ten.
fn range(tone: Tone, points: impl Iterator<Item = (f64, Estimate)>) -> Range {
    Range {
        name: "Nine times in ten".to_owned(),
        ends: ["From".to_owned(), "To".to_owned()],
        tone,
        points: points.map(|(minute, estimate)| (minute, [estimate.p5, estimate.p95])).collect(),
    }
}

impl Estimate {
    /// The higher of each.
    fn highest(self, other: Self) -> Self {
        Self {
            planned: self.planned.max(other.planned),
            p5: self.p5.max(other.p5),
            p50: self.p50.max(other.p50),
            p95: self.p95.max(other.p95),
        }
    }
}
