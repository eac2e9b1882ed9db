//! What one node carries, and the universal scalability law through the steps.
//!
//! The fit is Gunther's own ("Guerrilla Capacity Planning", Springer 2007, chapter 5): γ is the rate of the lowest step per
//! shopper, and with y = γN/X − 1 the law reads y = σ(N − 1) + κN(N − 1), which least squares solve without a search. Divided by
//! N − 1 it is a straight line over N; it is fitted undivided, so that the noise of the small steps is not made large.

use crate::report::data::{Capacity, Kind, Run, Scalability, Step, Verdict};
use crate::report::headline::last_held;

/// Fewer valid steps say nothing about two coefficients.
const POINTS_MIN: usize = 3;

/// Shoppers and what they got.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Shoppers at once.
    pub shoppers: f64,
    /// Requests a second.
    pub requests_per_s: f64,
}

/// What one node carried at the same time, each a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carried {
    /// Pages.
    pub pages_per_s: f64,
    /// Orders; 0 where nobody bought.
    pub orders_per_s: f64,
}

/// What was carried in the largest step that was held; nothing when none was, or it had no page.
pub fn carried(run: &Run) -> Option<Carried> {
    let step = last_held(run)?;
    let is_page = |kind: Kind| !matches!(kind, Kind::Asset | Kind::Now);
    let pages = step.kinds.iter().filter(|of| is_page(of.kind)).map(|of| of.requests).sum();
    let (pages_per_s, orders_per_s) = (step.counts.per_second(pages), step.counts.per_second(step.counts.orders));
    (pages_per_s > 0.0).then_some(Carried { pages_per_s, orders_per_s })
}

/// What one node carries, by the steps that were valid: the most shoppers of a step that passed while no smaller one missed.
/// Nothing when none passed.
pub fn of(steps: &[Step]) -> Option<Capacity> {
    let missed = |step: &&Step| step.verdict == Verdict::Missed;
    let least_missed = steps.iter().filter(missed).map(|step| step.shoppers).min();
    let held = |step: &&Step| step.verdict == Verdict::Passed && least_missed.is_none_or(|missed| step.shoppers < missed);
    let best = steps.iter().filter(held).max_by_key(|step| step.shoppers)?;
    let valid = |step: &&Step| matches!(step.verdict, Verdict::Passed | Verdict::Missed);
    let points: Vec<Point> = steps.iter().filter(valid).map(point).collect();
    Some(Capacity {
        shoppers: best.shoppers,
        requests_per_s: point(best).requests_per_s,
        is_limit: least_missed.is_some(),
        scalability: scalability(&points),
    })
}

fn point(step: &Step) -> Point {
    let seconds = step.counts.seconds;
    let requests_per_s = if seconds > 0.0 { step.counts.requests as f64 / seconds } else { 0.0 };
    Point { shoppers: step.shoppers as f64, requests_per_s }
}

/// The law that fits these best; nothing for fewer than three numbers of shoppers.
pub fn scalability(points: &[Point]) -> Option<Scalability> {
    let mut points: Vec<Point> =
        points.iter().copied().filter(|point| point.shoppers >= 1.0 && point.requests_per_s > 0.0).collect();
    points.sort_by(|one, other| one.shoppers.total_cmp(&other.shoppers));
    let numbers = points.chunk_by(|one, next| one.shoppers == next.shoppers).count();
    let lowest = points.first().filter(|_| numbers >= POINTS_MIN)?;
    let gamma = lowest.requests_per_s / lowest.shoppers;
    let (sigma, kappa) = coefficients(gamma, &points);
    let peak_shoppers = (kappa > 0.0 && sigma < 1.0).then(|| ((1.0 - sigma) / kappa).sqrt());
    let law = Scalability { gamma, sigma, kappa, r_squared: 0.0, peak_shoppers };
    Some(Scalability { r_squared: r_squared(&law, &points), ..law })
}

/// σ and κ by least squares, neither below 0: when one would be, it is 0 and the other is fitted alone. σ is 1 at most.
fn coefficients(gamma: f64, points: &[Point]) -> (f64, f64) {
    let sum = |of: &dyn Fn(f64, f64, f64) -> f64| -> f64 {
        let terms = points
            .iter()
            .map(|Point { shoppers: n, requests_per_s }| of(n - 1.0, n * (n - 1.0), gamma * n / requests_per_s - 1.0));
        terms.sum()
    };
    let (aa, ab, bb) = (sum(&|a, _, _| a * a), sum(&|a, b, _| a * b), sum(&|_, b, _| b * b));
    let (ay, by) = (sum(&|a, _, y| a * y), sum(&|_, b, y| b * y));
    let determinant = aa * bb - ab * ab;
    let (sigma, kappa) = ((ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant);
    let alone = |numerator: f64, denominator: f64| (numerator / denominator).max(0.0);
    if sigma < 0.0 {
        (0.0, alone(by, bb))
    } else if kappa < 0.0 {
        (alone(ay, aa).min(1.0), 0.0)
    } else if sigma > 1.0 {
        (1.0, alone(by - ab, bb))
    } else {
        (sigma, kappa)
    }
}

/// How much of the spread of the rates the law explains, 0 to 1.
fn r_squared(law: &Scalability, points: &[Point]) -> f64 {
    let mean = points.iter().map(|point| point.requests_per_s).sum::<f64>() / points.len() as f64;
    let squares =
        |of: &dyn Fn(&Point) -> f64| -> f64 { points.iter().map(|point| (point.requests_per_s - of(point)).powi(2)).sum() };
    let spread = squares(&|_| mean);
    if spread == 0.0 {
        return 0.0;
    }
    (1.0 - squares(&|point| law.requests_per_s(point.shoppers)) / spread).clamp(0.0, 1.0)
}

impl Scalability {
    /// Requests a second that so many shoppers get by this law.
    pub fn requests_per_s(&self, shoppers: f64) -> f64 {
        let more = shoppers - 1.0;
        self.gamma * shoppers / (1.0 + self.sigma * more + self.kappa * shoppers * more)
    }
}

#[cfg(test)]
mod tests;
