//! Charts as SVG that need no script: lines, areas, bars, points, bands behind them, bounds across them.
//!
//! A chart is drawn twice, for a wide page and for a phone, and a style sheet shows the one that fits: so letters keep their
//! size. Its numbers are a table below it, which is also what the script reads out under a pointer. Nothing here knows what is
//! drawn: words, colors of meaning and units are the caller's.

mod draw;
mod ticks;

use crate::markup::{Row, Table, escape};
use std::fmt::{self, Write as _};
use std::rc::Rc;

/// Rules for everything a chart consists of. They name the page's colors as `--chart-first` and so on, and define them.
pub const STYLE: &str = include_str!("chart.css");
/// Reads a chart's table out where the pointer is. The chart is complete without it.
pub const SCRIPT: &str = include_str!("readout.js");

/// One chart with its words.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Unlike that of any other chart of the page; letters, digits and `-`.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What is to be seen, in a sentence or two.
    pub about: String,
    /// How high it is.
    pub height: Height,
    /// From left to right.
    pub x: Axis,
    /// From the bottom up.
    pub y: Axis,
    /// Stretches of the x axis behind everything, in order.
    pub bands: Vec<Band>,
    /// Lines across the chart at a value of y.
    pub bounds: Vec<Bound>,
    /// Lines from bottom to top at a value of x.
    pub marks: Vec<Bound>,
    /// Between what and what values may be, behind the series.
    pub ranges: Vec<Range>,
    /// What is drawn, the last on top. Bars are stacked in this order.
    pub series: Vec<Series>,
}

/// Between what and what a value may be: an area, or a line at each value where they are few.
#[derive(Clone, Debug)]
pub struct Range {
    /// Its name in the key.
    pub name: String,
    /// The names of its ends in the table.
    pub ends: [String; 2],
    /// Its color.
    pub tone: Tone,
    /// The lower and the upper end by x, ascending.
    pub points: Vec<(f64, [f64; 2])>,
}

/// How high a chart is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Height {
    /// One that is looked at by itself.
    Tall,
    /// One of several below each other.
    Low,
}

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What is measured, and in what.
    pub name: String,
    /// How values are spread over it.
    pub scale: Scale,
    /// Where it begins.
    pub from: f64,
    /// Where it ends. Of a y axis, at most: it ends earlier where the values do, and higher values are drawn at its end.
    pub to: f64,
    /// Values to be written at the axis; none: round ones are found.
    pub ticks: Vec<f64>,
    /// How a value is written at the axis.
    pub at_axis: Words,
    /// How a value is written in the table.
    pub in_table: Words,
}

/// How a value is written.
#[derive(Clone)]
pub struct Words(Rc<dyn Fn(f64) -> String>);

impl Words {
    /// The value as a person reads it.
    pub fn of(&self, value: f64) -> String {
        (self.0)(value)
    }
}

impl<Write: Fn(f64) -> String + 'static> From<Write> for Words {
    fn from(write: Write) -> Self {
        Self(Rc::new(write))
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Words")
    }
}

/// How values are spread over an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Evenly, and labeled as seconds, minutes and hours are counted.
    Time,
    /// By their ratios. The axis begins above zero.
    Log,
}

/// A stretch of the x axis.
#[derive(Clone, Debug)]
pub struct Band {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What it says at its top, where there is room.
    pub label: String,
    /// How it is filled.
    pub fill: Fill,
}

/// How a band is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Not at all.
    Clear,
    /// A little, to tell neighbors apart.
    Tinted,
    /// As something bad.
    Bad,
    /// Hatched: what stands on it does not count.
    Hatched,
}

/// A line across the chart.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Where.
    pub at: f64,
    /// What it says.
    pub label: String,
}

/// Values that belong together.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in the key and in the table.
    pub name: String,
    /// A few letters for the end of a line; empty: the key suffices.
    pub label: String,
    /// How it is drawn.
    pub shape: Shape,
    /// Its color and dashes.
    pub tone: Tone,
    /// The values by x, ascending. A line is interrupted where there is none.
    pub points: Vec<(f64, Option<f64>)>,
}

/// How values are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A line; with dots where there are few values.
    Line,
    /// A line with the area below it.
    Area,
    /// A bar from the axis, or from the top of the bars before it.
    Bars,
    /// Dots, squares or crosses.
    Points(Sign),
    /// The line of a formula: it is not in the table.
    Curve,
}

/// What a point is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A filled circle.
    Dot,
    /// A square that stands on its corner.
    Diamond,
    /// A cross.
    Cross,
}

/// The color and the dashes of a series. Those of neighbors differ in lightness as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The thing that the chart is about.
    First,
    /// The next.
    Second,
    /// And the next.
    Third,
    /// Something bad.
    Bad,
    /// Something that is there for comparison.
    Quiet,
}

impl Axis {
    /// A time axis in seconds.
    pub fn time(name: impl Into<String>, to: f64, write: impl Into<Words>) -> Self {
        let (scale, write) = (Scale::Time, write.into());
        Self { name: name.into(), scale, from: 0.0, to, ticks: Vec::new(), at_axis: write.clone(), in_table: write }
    }

    /// A y axis that begins at zero and is as long as the values need.
    pub fn from_zero(name: impl Into<String>, at_axis: impl Into<Words>, in_table: impl Into<Words>) -> Self {
        let (at_axis, in_table) = (at_axis.into(), in_table.into());
        Self { name: name.into(), scale: Scale::Linear, from: 0.0, to: f64::INFINITY, ticks: Vec::new(), at_axis, in_table }
    }

    /// Where a value stands: 0 at the beginning of the axis, 1 at its end.
    fn place(&self, value: f64) -> f64 {
        let place = match self.scale {
            Scale::Log => (value / self.from).ln() / (self.to / self.from).ln(),
            Scale::Linear | Scale::Time => (value - self.from) / (self.to - self.from),
        };
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.5 }
    }
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Third => "third",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }
}

impl Series {
    /// What the key shows beside the name.
    fn key_class(&self) -> &'static str {
        match self.shape {
            Shape::Line | Shape::Curve => "key-line",
            Shape::Area | Shape::Bars => "key-box",
            Shape::Points(Sign::Dot) => "key-dot",
            Shape::Points(Sign::Diamond) => "key-diamond",
            Shape::Points(Sign::Cross) => "key-cross",
        }
    }
}

impl Chart {
    /// The chart with its heading, key and table.
    pub fn figure(&self) -> String {
        let id = self.id;
        let mut html = format!("<figure class=\"chart\" aria-labelledby=\"{id}-head\"><figcaption><h3 id=\"{id}-head\">");
        let _ = write!(html, "{}</h3><p>{}</p></figcaption>", escape(&self.title), escape(&self.about));
        html.push_str("<ul class=\"key\">");
        for range in &self.ranges {
            let _ = write!(html, "<li class=\"key-range {}\">{}</li>", range.tone.class(), escape(&range.name));
        }
        for series in &self.series {
            let (key, tone) = (series.key_class(), series.tone.class());
            let _ = write!(html, "<li class=\"{key} {tone}\">{}</li>", escape(&series.name));
        }
        html.push_str("</ul>");
        html.push_str(&draw::svg(self, draw::Width::Wide));
        html.push_str(&draw::svg(self, draw::Width::Narrow));
        html.push_str(&self.table().folded("The numbers of this chart"));
        html.push_str("</figure>\n");
        html
    }

    /// Every value that is no formula's: a row for each x, a column for each series and for each end of a range.
    fn table(&self) -> Table {
        let told: Vec<&Series> = self.series.iter().filter(|series| series.shape != Shape::Curve).collect();
        let mut names = vec![self.x.name.as_str()];
        names.extend(told.iter().map(|series| series.name.as_str()));
        names.extend(self.ranges.iter().flat_map(|range| range.ends.iter().map(String::as_str)));
        let mut table = Table::of_numbers(&self.title, &names);
        let of_series = told.iter().flat_map(|series| series.points.iter().map(|point| point.0));
        let of_ranges = self.ranges.iter().flat_map(|range| range.points.iter().map(|point| point.0));
        let mut places: Vec<f64> = of_series.chain(of_ranges).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        table.rows = places.iter().map(|&x| self.row(x, &told)).collect();
        table
    }

    fn row(&self, x: f64, told: &[&Series]) -> Row {
        let value = |series: &&Series| {
            let at = series.points.binary_search_by(|point| point.0.total_cmp(&x)).ok()?;
            series.points[at].1
        };
        let ends = |range: &Range| match range.points.binary_search_by(|point| point.0.total_cmp(&x)) {
            Ok(at) => range.points[at].1.map(Some),
            Err(_) => [None; 2],
        };
        let values = told.iter().map(value).chain(self.ranges.iter().flat_map(ends));
        let cells = values.map(|value| value.map_or_else(|| "–".to_owned(), |value| self.y.in_table.of(value))).collect();
        Row { head: self.x.in_table.of(x), cells, place: Some(self.x.place(x)), ..Row::default() }
    }
}

#[cfg(test)]
mod tests;
