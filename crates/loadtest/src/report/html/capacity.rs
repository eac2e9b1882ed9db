//! What one node carries, and the law that its steps follow.

use super::by_step::is_counted;
use crate::report::data::{Capacity, Run, Scalability, Step, Verdict};
use charts::chart::{Axis, Bound, Chart, Height, Scale, Series, Shape, Sign, Tone};
use charts::numbers::{grouped, percent, rate, short};
use charts::page::{Section, paragraph};

/// Points of the curve: enough to look smooth.
const CURVE_POINTS: u32 = 96;

/// What one node carries; nothing where the steps do not say.
pub fn section(run: &Run) -> Option<Section> {
    let capacity = run.capacity.as_ref()?;
    let mut body = paragraph(&carries(capacity));
    if let Some(law) = &capacity.scalability {
        body.push_str(&paragraph(&in_words(law)));
    }
    body.push_str(&chart(run, capacity).figure());
    Some(Section { id: "capacity", title: "What one node carries", body })
}

fn carries(capacity: &Capacity) -> String {
    let limit = if capacity.is_limit {
        "The next larger number that was tried missed an objective."
    } else {
        "No larger number missed an objective, so it may be more."
    };
    format!(
        "One node carried {} shoppers at once, {} requests a second, within every objective. {limit}",
        grouped(capacity.shoppers),
        rate(capacity.requests_per_s)
    )
}

/// The law's three numbers as somebody who plans a sale would want them.
fn in_words(law: &Scalability) -> String {
    let peak = match law.peak_shoppers {
        Some(peak) => format!("More than about {} shoppers would be answered less, not more.", grouped(peak.round() as u64)),
        None => "It nowhere turns down.".to_owned(),
    };
    format!(
        "The curve is the universal scalability law, fitted to the steps that counted: a shopper alone sends {} requests a \
         second (γ), {} of the work waits in line (σ), and agreeing with each other costs {:.1e} for each pair (κ). {peak} It \
         explains {} of what was measured (R²).",
        three_digits(law.gamma),
        percent(law.sigma),
        law.kappa,
        percent(law.r_squared)
    )
}

fn three_digits(value: f64) -> String {
    format!("{value:.3}")
}

fn chart(run: &Run, capacity: &Capacity) -> Chart {
    let most_shoppers = run.steps.iter().map(|step| step.shoppers).max().unwrap_or(1) as f64 * 1.08;
    let most_requests = run.steps.iter().map(|step| step.counts.requests_per_s()).fold(0.0, f64::max) * 1.25;
    let mut series = Vec::new();
    if let Some(law) = &capacity.scalability {
        series.extend(curves(law, most_shoppers, most_requests));
    }
    let of = |verdicts: fn(&Step) -> bool, name: &str, sign, tone| {
        let mut points: Vec<_> = run
            .steps
            .iter()
            .filter(|step| verdicts(step))
            .map(|step| (step.shoppers as f64, Some(step.counts.requests_per_s())))
            .collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        Series { name: name.to_owned(), label: String::new(), shape: Shape::Points(sign), tone, points }
    };
    series.extend([
        of(|step| step.verdict == Verdict::Passed, "A step that was held", Sign::Dot, Tone::First),
        of(|step| step.verdict == Verdict::Missed, "A step that missed an objective", Sign::Diamond, Tone::Bad),
        of(|step| !is_counted(step), "A step that does not count", Sign::Cross, Tone::Quiet),
    ]);
    series.retain(|series| !series.points.is_empty());
    Chart {
        id: "capacity-curve",
        title: "Requests answered as the crowd grew".to_owned(),
        about:
            "As long as the points lie on the straight line, twice as many shoppers are served twice as much. Where they fall \
                below it, they have begun to wait."
                .to_owned(),
        height: Height::Tall,
        x: Axis { name: "Shoppers at once".to_owned(), scale: Scale::Linear, from: 0.0, to: most_shoppers, ..shoppers_axis() },
        y: Axis::from_zero("Requests a second", short, rate),
        bands: Vec::new(),
        bounds: Vec::new(),
        marks: vec![Bound { at: capacity.shoppers as f64, label: format!("carried: {}", grouped(capacity.shoppers)) }],
        ranges: Vec::new(),
        series,
    }
}

fn shoppers_axis() -> Axis {
    Axis {
        at_axis: short.into(),
        in_table: (|value: f64| grouped(value.round() as u64)).into(),
        ..Axis::from_zero("", short, rate)
    }
}

/// The law, and what it would be if nobody waited.
fn curves(law: &Scalability, shoppers_max: f64, requests_max: f64) -> [Series; 2] {
    let point = |at: u32| {
        let shoppers = shoppers_max * f64::from(at) / f64::from(CURVE_POINTS);
        (shoppers, Some(requests_per_s(law, shoppers)))
    };
    let straight_to = (requests_max / law.gamma).min(shoppers_max);
    let curve =
        |name: &str, tone, points| Series { name: name.to_owned(), label: String::new(), shape: Shape::Curve, tone, points };
    [
        curve("If nobody had to wait", Tone::Quiet, vec![(0.0, Some(0.0)), (straight_to, Some(law.gamma * straight_to))]),
        curve("Universal scalability law", Tone::Second, (0..=CURVE_POINTS).map(point).collect()),
    ]
}

fn requests_per_s(law: &Scalability, shoppers: f64) -> f64 {
    if shoppers < 1.0 {
        return law.gamma * shoppers;
    }
    law.gamma * shoppers / (1.0 + law.sigma * (shoppers - 1.0) + law.kappa * shoppers * (shoppers - 1.0))
}
