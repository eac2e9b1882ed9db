//! A chart as SVG: where everything stands, in units of the picture.

use super::ticks::{round_up, ticks};
use super::{Axis, Chart, Fill, Height, Range, Series, Shape, Sign};
use crate::markup::escape;
use std::fmt::Write as _;

/// For which page a chart is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Wide,
    Narrow,
}

/// Width of a letter on average, and the least distance of two labels, in units of the picture.
const LETTER: f64 = 6.6;
const LINE_HEIGHT: f64 = 15.0;
/// A line with so many values at most has a dot at each.
const DOTS_MAX: usize = 24;

/// The picture's edges and the chart's within them.
struct Frame {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: Axis,
    y: Axis,
    y_ticks: Vec<f64>,
}

impl Frame {
    fn new(chart: &Chart, width: Width) -> Self {
        let has_labels = chart.series.iter().any(|series| !series.label.is_empty());
        let has_bands = chart.bands.iter().any(|band| !band.label.is_empty()) || !chart.marks.is_empty();
        let (picture, right_room) = match width {
            Width::Wide => (920.0, if has_labels { 52.0 } else { 16.0 }),
            Width::Narrow => (360.0, 12.0),
        };
        let height = match (chart.height, width) {
            (Height::Tall, Width::Wide) => 340.0,
            (Height::Tall, Width::Narrow) => 280.0,
            (Height::Low, Width::Wide) => 220.0,
            (Height::Low, Width::Narrow) => 220.0,
        };
        let (y, y_ticks) = y_axis(chart);
        let letters = y_ticks.iter().map(|&tick| y.at_axis.of(tick).chars().count()).max().unwrap_or(0);
        Self {
            width: picture,
            height,
            left: letters as f64 * LETTER + 14.0,
            right: picture - right_room,
            top: if has_bands { 26.0 } else { 10.0 },
            bottom: height - 42.0,
            x: chart.x.clone(),
            y,
            y_ticks,
        }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.x.place(value) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - self.y.place(value) * (self.bottom - self.top)
    }
}

/// The y axis, ended at the first round value above everything, and its ticks.
fn y_axis(chart: &Chart) -> (Axis, Vec<f64>) {
    let highest = stacked(chart).chain(chart.bounds.iter().map(|bound| bound.at)).fold(0.0, f64::max);
    let mut y = chart.y.clone();
    let highest = if highest > 0.0 { highest } else { 1.0 };
    let count = if chart.height == Height::Tall { 5 } else { 4 };
    let step = round_up(highest.min(y.to) / f64::from(count));
    y.to = (highest.min(y.to) / step * (1.0 - 1e-9)).ceil() * step;
    let ticks = ticks(&y, count as usize);
    (y, ticks)
}

/// Every value, bars by what they reach up to, and the upper ends of ranges.
fn stacked(chart: &Chart) -> impl Iterator<Item = f64> + '_ {
    let bars: Vec<&Series> = chart.series.iter().filter(|series| series.shape == Shape::Bars).collect();
    let count = bars.iter().map(|series| series.points.len()).max().unwrap_or(0);
    let sum = move |at: usize| bars.iter().filter_map(|series| series.points.get(at)?.1).sum();
    let lines = chart.series.iter().filter(|series| series.shape != Shape::Bars);
    let ranges = chart.ranges.iter().flat_map(|range| range.points.iter().map(|point| point.1[1]));
    (0..count).map(sum).chain(lines.flat_map(|series| series.points.iter().filter_map(|point| point.1))).chain(ranges)
}

/// The chart as an `svg` element.
pub fn svg(chart: &Chart, width: Width) -> String {
    let frame = Frame::new(chart, width);
    let (class, suffix) = if width == Width::Wide { ("wide", "w") } else { ("narrow", "n") };
    let id = format!("{}-{suffix}", chart.id);
    let mut svg = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" data-left=\"{:.1}\" \
         data-right=\"{:.1}\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{} The table below has the \
         numbers.</desc>\n",
        frame.width,
        frame.height,
        frame.left,
        frame.right,
        escape(&chart.title),
        escape(&chart.about)
    );
    bands(chart, &frame, &id, &mut svg);
    axes(chart, &frame, width, &mut svg);
    for range in chart.ranges.iter().filter(|range| range.points.len() > DOTS_MAX) {
        draw_range(range, &frame, &mut svg);
    }
    let mut base: Vec<f64> = Vec::new();
    for series in &chart.series {
        draw_series(series, &frame, &mut base, &mut svg);
    }
    // Lines would be lost behind bars.
    for range in chart.ranges.iter().filter(|range| range.points.len() <= DOTS_MAX) {
        draw_range(range, &frame, &mut svg);
    }
    bounds(chart, &frame, &mut svg);
    if width == Width::Wide {
        end_labels(chart, &frame, &mut svg);
    }
    cut_off(chart, &frame, &mut svg);
    let _ = writeln!(
        svg,
        "<line class=\"cursor\" x1=\"0\" x2=\"0\" y1=\"{:.1}\" y2=\"{:.1}\" visibility=\"hidden\"/></svg>",
        frame.top, frame.bottom
    );
    svg
}

fn bands(chart: &Chart, frame: &Frame, id: &str, svg: &mut String) {
    if chart.bands.iter().any(|band| band.fill == Fill::Hatched) {
        let _ = writeln!(
            svg,
            "<defs><pattern id=\"{id}-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><line class=\"hatch\" x1=\"0\" x2=\"0\" y1=\"0\" y2=\"6\"/></pattern></defs>"
        );
    }
    for band in &chart.bands {
        let (left, right) = (frame.x(band.from), frame.x(band.to));
        let (fill, paint) = match band.fill {
            Fill::Clear => ("clear", String::new()),
            Fill::Tinted => ("tinted", String::new()),
            Fill::Bad => ("bad", String::new()),
            Fill::Hatched => ("hatched", format!(" fill=\"url(#{id}-hatch)\"")),
        };
        let _ = writeln!(
            svg,
            "<rect class=\"band {fill}\"{paint} x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            frame.top - 18.0,
            (right - left).max(0.0),
            frame.bottom - frame.top + 18.0
        );
        if let Some(label) = fitting(&band.label, right - left) {
            let (x, y) = (f64::midpoint(left, right), frame.top - 5.0);
            let _ = writeln!(svg, "<text class=\"band-label\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(label));
        }
    }
}

/// The label, its first letter where there is no room for more, or nothing.
fn fitting(label: &str, room: f64) -> Option<&str> {
    let first = label.chars().next().map_or(0, char::len_utf8);
    let fits = |text: &&str| !text.is_empty() && text.chars().count() as f64 * LETTER + 4.0 <= room;
    [label, &label[..first]].into_iter().find(fits)
}

fn axes(chart: &Chart, frame: &Frame, width: Width, svg: &mut String) {
    let (left, right, bottom) = (frame.left, frame.right, frame.bottom);
    for &tick in &frame.y_ticks {
        let y = frame.y(tick);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{left:.1}\" x2=\"{right:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text class=\"at-y\" \
             x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            left - 7.0,
            y + 4.0,
            escape(&frame.y.at_axis.of(tick))
        );
    }
    let _ = writeln!(svg, "<line class=\"axis\" x1=\"{left:.1}\" x2=\"{right:.1}\" y1=\"{bottom:.1}\" y2=\"{bottom:.1}\"/>");
    let count = if width == Width::Wide { 10 } else { 5 };
    // From the right, because the last value is the one that must not be missing.
    let mut free_until = frame.width;
    for &tick in ticks(&frame.x, count).iter().rev() {
        let text = frame.x.at_axis.of(tick);
        let half = text.chars().count() as f64 * LETTER / 2.0;
        let x = frame.x(tick);
        let _ = writeln!(svg, "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{bottom:.1}\" y2=\"{:.1}\"/>", bottom + 4.0);
        if x + half <= free_until {
            let middle = x.min(frame.width - half);
            let _ = writeln!(svg, "<text class=\"at-x\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text>", bottom + 18.0, escape(&text));
            free_until = x - half - LETTER;
        }
    }
    let (x, y) = (f64::midpoint(left, right), frame.height - 5.0);
    let _ = writeln!(svg, "<text class=\"axis-name\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(&chart.x.name));
}

/// Along the upper ends and back along the lower ones; where values are few, a line from one end to the other at each.
fn draw_range(range: &Range, frame: &Frame, svg: &mut String) {
    let tone = range.tone.class();
    if range.points.len() <= DOTS_MAX {
        for &(x, [low, high]) in &range.points {
            let (x, low, high) = (frame.x(x), frame.y(low), frame.y(high));
            let _ = writeln!(
                svg,
                "<path class=\"whisker {tone}\" d=\"M{x:.1} {low:.1}V{high:.1}m-6 0h12M{:.1} {low:.1}h12\"/>",
                x - 6.0
            );
        }
        return;
    }
    let place = |x: f64, y: f64| format!("{:.1},{:.1} ", frame.x(x), frame.y(y));
    let upper = range.points.iter().map(|(x, [_, high])| place(*x, *high));
    let lower = range.points.iter().rev().map(|(x, [low, _])| place(*x, *low));
    let points: String = upper.chain(lower).collect();
    let _ = writeln!(svg, "<polygon class=\"range {tone}\" points=\"{}\"/>", points.trim_end());
}

fn draw_series(series: &Series, frame: &Frame, base: &mut Vec<f64>, svg: &mut String) {
    let tone = series.tone.class();
    match series.shape {
        Shape::Bars => bars(series, frame, base, svg),
        Shape::Points(sign) => {
            for (x, y) in placed(series, frame).into_iter().flatten() {
                point(sign, x, y, tone, svg);
            }
        }
        Shape::Line | Shape::Area | Shape::Curve => {
            for run in placed(series, frame) {
                line(series, &run, frame, svg);
            }
        }
    }
}

/// The values' places, in runs without a gap.
fn placed(series: &Series, frame: &Frame) -> Vec<Vec<(f64, f64)>> {
    let runs = series.points.split(|point| point.1.is_none());
    let place = |point: &(f64, Option<f64>)| point.1.map(|value| (frame.x(point.0), frame.y(value)));
    runs.map(|run| run.iter().filter_map(place).collect()).filter(|run: &Vec<_>| !run.is_empty()).collect()
}

fn line(series: &Series, run: &[(f64, f64)], frame: &Frame, svg: &mut String) {
    let tone = series.tone.class();
    let points: String = run.iter().map(|(x, y)| format!("{x:.1},{y:.1} ")).collect();
    let points = points.trim_end();
    if series.shape == Shape::Area {
        let (first, last, bottom) = (run[0].0, run[run.len() - 1].0, frame.bottom);
        let _ =
            writeln!(svg, "<polygon class=\"area {tone}\" points=\"{first:.1},{bottom:.1} {points} {last:.1},{bottom:.1}\"/>");
    }
    let _ = writeln!(svg, "<polyline class=\"line {tone}\" points=\"{points}\"/>");
    let has_dots = series.shape == Shape::Line && series.points.len() <= DOTS_MAX;
    // A value without neighbors would be a line of no length.
    if has_dots || run.len() == 1 {
        for &(x, y) in run {
            point(Sign::Dot, x, y, tone, svg);
        }
    }
}

fn point(sign: Sign, x: f64, y: f64, tone: &str, svg: &mut String) {
    let _ = match sign {
        Sign::Dot => writeln!(svg, "<circle class=\"point {tone}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"),
        Sign::Diamond => writeln!(svg, "<path class=\"point {tone}\" d=\"M{x:.1} {:.1}l6 6l-6 6l-6-6z\"/>", y - 6.0),
        Sign::Cross => {
            writeln!(svg, "<path class=\"cross {tone}\" d=\"M{:.1} {:.1}l10 10m0-10l-10 10\"/>", x - 5.0, y - 5.0)
        }
    };
}

fn bars(series: &Series, frame: &Frame, base: &mut Vec<f64>, svg: &mut String) {
    base.resize(series.points.len().max(base.len()), 0.0);
    let tone = series.tone.class();
    let count = series.points.len().max(1) as f64;
    let width = ((frame.right - frame.left) / count * 0.86).clamp(0.6, 40.0);
    for (&(at, value), below) in series.points.iter().zip(base.iter_mut()) {
        let Some(value) = value.filter(|&value| value > 0.0) else { continue };
        let (top, bottom) = (frame.y(*below + value), frame.y(*below));
        *below += value;
        // Something is never drawn as nothing.
        let height = (bottom - top).max(1.0);
        let x = (frame.x(at) - width / 2.0).clamp(frame.left, frame.right - width);
        let y = bottom - height;
        let _ =
            writeln!(svg, "<rect class=\"bar {tone}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>");
    }
}

fn bounds(chart: &Chart, frame: &Frame, svg: &mut String) {
    for bound in chart.bounds.iter().filter(|bound| bound.at <= frame.y.to) {
        let (y, left, right) = (frame.y(bound.at), frame.left, frame.right);
        let _ = writeln!(
            svg,
            "<line class=\"bound\" x1=\"{left:.1}\" x2=\"{right:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text class=\"bound-label\" \
             x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            left + 6.0,
            y - 5.0,
            escape(&bound.label)
        );
    }
    for mark in &chart.marks {
        let (x, top, bottom) = (frame.x(mark.at), frame.top, frame.bottom);
        let half = mark.label.chars().count() as f64 * LETTER / 2.0;
        let middle = x.clamp(frame.left + half, (frame.right - half).max(frame.left + half));
        let _ = writeln!(
            svg,
            "<line class=\"mark\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.1}\" y2=\"{bottom:.1}\"/><text class=\"mark-label\" \
             x=\"{middle:.1}\" y=\"{:.1}\">{}</text>",
            top - 6.0,
            escape(&mark.label)
        );
    }
}

/// Names at the ends of lines, pushed apart where lines end close to each other.
fn end_labels(chart: &Chart, frame: &Frame, svg: &mut String) {
    let end = |series: &Series| {
        let (x, y) = *placed(series, frame).last()?.last()?;
        (!series.label.is_empty()).then(|| (x, y, series.label.clone(), series.tone.class()))
    };
    let mut ends: Vec<_> = chart.series.iter().filter_map(end).collect();
    ends.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut highest = frame.bottom + LINE_HEIGHT;
    for (x, y, label, tone) in ends {
        let y = y.min(highest - LINE_HEIGHT);
        highest = y;
        let _ = writeln!(svg, "<text class=\"end {tone}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>", x + 9.0, y + 4.0, escape(&label));
    }
}

/// Says how high the values are that are drawn at the end of the axis because it is shorter than they are.
fn cut_off(chart: &Chart, frame: &Frame, svg: &mut String) {
    let highest = stacked(chart).fold(0.0, f64::max);
    if highest > frame.y.to * (1.0 + 1e-9) {
        let says = format!("▲ up to {}", frame.y.in_table.of(highest));
        let (x, y) = (frame.right - 6.0, frame.top + 14.0);
        let _ = writeln!(svg, "<text class=\"cut\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(&says));
    }
}
