//! A sale over time, every chart over the same time, as far as it has come.

use super::super::sentences::{amount, count};
use super::super::when::When;
use crate::outcome::data::{Outcome, Slot};
use charts::chart::{Axis, Band, Bound, Chart, Fill, Height, Series, Shape, Tone};
use charts::numbers::{duration, latency, short};
use charts::page::{Section, paragraph};

/// Points of a chart at most: more than that no screen tells apart.
const POINTS_MAX: usize = 200;
/// How many slots are put together.
const SLOTS_TOGETHER: [usize; 7] = [1, 2, 3, 6, 12, 24, 48];
/// Marks of items that sold out.
const MARKS_MAX: usize = 3;
/// Items that are gone within this share of the whole time have one mark: labels would lie on each other.
const MARKS_APART: f64 = 0.25;

/// The sale over time; nothing before it has begun.
pub fn section(outcome: &Outcome, when: &When) -> Option<Section> {
    if outcome.slots.is_empty() {
        return None;
    }
    let time = Time::of(outcome, when);
    let minutes = time.together as f64 * f64::from(outcome.slot_minutes);
    let mut body = paragraph(&format!("Each point is the highest within {}.", duration(minutes * 60.0)));
    let has_trouble = outcome.service.failed + outcome.service.shed > 0;
    let charts = [Some(time.people()), Some(time.orders()), Some(time.revenue()), Some(time.pace())];
    for chart in charts.into_iter().chain([has_trouble.then(|| time.trouble())]).flatten() {
        body.push_str(&chart.figure());
    }
    Some(Section { id: "time", title: "Over time", body })
}

/// What was asked for and had sold out; nothing where nothing was.
pub fn missed(outcome: &Outcome, when: &When) -> String {
    if outcome.lost.units == 0 {
        return String::new();
    }
    let time = Time::of(outcome, when);
    let mut chart =
        time.chart("missed", "Units asked for that had sold out", "In the cart and at the checkout, in each stretch.");
    chart.y = Axis::from_zero("Units", short, count);
    let sum = |slots: &[Slot]| Some(slots.iter().map(|slot| slot.units_missed).sum::<i64>() as f64);
    chart.series = vec![time.line("Units missing", Shape::Bars, Tone::Bad, sum)];
    chart.figure()
}

/// A sale, some slots put together so that there are not too many points.
struct Time<'a> {
    outcome: &'a Outcome,
    when: &'a When,
    together: usize,
}

impl<'a> Time<'a> {
    fn of(outcome: &'a Outcome, when: &'a When) -> Self {
        let fits = |together: &usize| outcome.slots.len() <= together * POINTS_MAX;
        let together = SLOTS_TOGETHER.into_iter().find(fits).unwrap_or(SLOTS_TOGETHER[SLOTS_TOGETHER.len() - 1]);
        Self { outcome, when, together }
    }

    /// When each stretch begins.
    fn minutes(&self) -> impl Iterator<Item = f64> + '_ {
        self.outcome.slots.iter().step_by(self.together).map(|slot| f64::from(slot.at_minute))
    }

    fn line(&self, name: &str, shape: Shape, tone: Tone, of: impl Fn(&[Slot]) -> Option<f64>) -> Series {
        let points = self.minutes().zip(self.outcome.slots.chunks(self.together).map(of)).collect();
        Series { name: name.to_owned(), label: String::new(), shape, tone, points }
    }

    /// A chart of nothing yet.
    fn chart(&self, id: &'static str, title: &str, about: &str) -> Chart {
        let ends = self.ends();
        Chart {
            id,
            title: title.to_owned(),
            about: about.to_owned(),
            height: Height::Low,
            x: self.when.axis(&self.outcome.zone, ends),
            y: Axis::from_zero("", short, count),
            bands: self.bands(ends),
            bounds: Vec::new(),
            marks: Vec::new(),
            ranges: Vec::new(),
            series: Vec::new(),
        }
    }

    /// The end of the sale, whether it has come or not.
    fn ends(&self) -> f64 {
        self.when.minute(&self.outcome.closes)
    }

    /// Early access, and the time for everybody.
    fn bands(&self, ends: f64) -> Vec<Band> {
        let opens = self.when.minute(&self.outcome.opens);
        let band = |from, to, label: &str, fill| Band { from, to, label: label.to_owned(), fill };
        let mut bands = vec![band(0.0, opens, "early access", Fill::Tinted), band(opens, ends, "open to everybody", Fill::Clear)];
        bands.retain(|band| band.from < band.to);
        bands
    }

    /// When the first items were gone.
    fn sold_out(&self) -> Vec<Bound> {
        let mut gone: Vec<(f64, &str)> = self
            .outcome
            .items
            .iter()
            .filter_map(|item| Some((self.when.minute(item.sold_out_at.as_ref()?), item.name.as_str())))
            .filter(|(minute, _)| *minute >= 0.0)
            .collect();
        gone.sort_by(|one, other| one.0.total_cmp(&other.0));
        let apart = self.ends() * MARKS_APART;
        let (mut marks, mut rest) = (Vec::new(), &gone[..]);
        while let Some((at, name)) = rest.first().filter(|_| marks.len() < MARKS_MAX) {
            let together = rest.partition_point(|(other, _)| *other < at + apart);
            let label = if together == 1 { format!("{name} sold out") } else { format!("{together} items sold out") };
            marks.push(Bound { at: *at, label });
            rest = &rest[together..];
        }
        marks
    }

    fn people(&self) -> Chart {
        let about = "By both definitions: seen within half an hour, and seen within five minutes. Where the line is interrupted \
                     nobody was there, or nothing was recorded.";
        let mut chart = self.chart("people", "Users at once", about);
        chart.y = Axis::from_zero("Users at once", short, count);
        let most = |of: fn(&Slot) -> Option<i64>| move |slots: &[Slot]| slots.iter().filter_map(of).max().map(|most| most as f64);
        chart.series = vec![
            self.line("Sessions", Shape::Area, Tone::First, most(|slot| slot.sessions)),
            self.line("Active", Shape::Line, Tone::Second, most(|slot| slot.active)),
        ];
        chart
    }

    fn orders(&self) -> Chart {
        let slot = duration(f64::from(self.outcome.slot_minutes) * 60.0);
        let mut chart = self.chart("orders", &format!("Orders in {slot}"), &format!("The busiest {slot} of each stretch."));
        chart.y = Axis::from_zero("Orders", short, count);
        let most = |slots: &[Slot]| slots.iter().map(|slot| slot.orders).max().map(|most| most as f64);
        chart.series = vec![self.line("Orders", Shape::Area, Tone::First, most)];
        chart.marks = self.sold_out();
        chart
    }

    fn revenue(&self) -> Chart {
        let currency = self.outcome.currency.clone();
        let about = "What was charged from the beginning to the end of each stretch.";
        let mut chart = self.chart("revenue", "Revenue so far", about);
        chart.y = Axis::from_zero(format!("Revenue, {currency}"), short, move |value: f64| amount(&currency, value));
        let mut series =
            self.line("Revenue", Shape::Area, Tone::First, |slots| Some(slots.iter().map(|slot| slot.revenue).sum()));
        let mut sum = 0.0;
        for (_, value) in &mut series.points {
            sum += value.unwrap_or(0.0);
            *value = Some(sum);
        }
        chart.series = vec![series];
        chart
    }

    fn pace(&self) -> Chart {
        let about = "Of pages made for one visitor, in the slowest minute of each stretch: the shop’s own, and those of all \
                     other shops on the same nodes.";
        let mut chart = self.chart("pace", "99 of 100 answers took at most", about);
        chart.y = Axis::from_zero("Time of an answer", latency, latency);
        let most = |of: fn(&Slot) -> Option<f64>| move |slots: &[Slot]| slots.iter().filter_map(of).reduce(f64::max);
        chart.series = vec![
            self.line("This shop", Shape::Line, Tone::First, most(|slot| slot.p99_ms)),
            self.line("Neighbors", Shape::Line, Tone::Quiet, most(|slot| slot.neighbors_p99_ms)),
        ];
        chart
    }

    fn trouble(&self) -> Chart {
        let mut chart = self.chart("trouble", "Requests that were not answered", "Added up in each stretch.");
        chart.y = Axis::from_zero("Requests", short, count);
        let sum = |of: fn(&Slot) -> i64| {
            move |slots: &[Slot]| {
                let is_recorded = slots.iter().any(|slot| slot.requests.is_some());
                is_recorded.then(|| slots.iter().map(of).sum::<i64>() as f64)
            }
        };
        chart.series = vec![
            self.line("Told to come back", Shape::Bars, Tone::Second, sum(|slot| slot.shed)),
            self.line("Failed", Shape::Bars, Tone::Bad, sum(|slot| slot.failed)),
        ];
        chart
    }
}
