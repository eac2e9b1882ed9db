//! Traffic, click rates and delays, from the visits of each five minutes.

use super::search::lowest;
use crate::arrivals::Arrivals;
use crate::course::SLOT_MINUTES;
use crate::plan::MarketingPlan;
use crate::plan::uncertainty::Input;

/// Nine of ten draws of a normal distribution lie within so many standard deviations.
const NINE_IN_TEN: f64 = 1.645;
/// Rounds of weighted least squares: the weights are those of the fit before.
const ROUNDS: usize = 4;

/// Fits a plan's traffic and, of all channels alike, click rates and delays; delays that are known stay.
pub(super) fn fit(plan: &mut MarketingPlan, visits: &[f64], knows_delays: bool) {
    let varied = |[median, sigma]: [f64; 2]| {
        let mut varied = plan.clone();
        for channel in &mut varied.channels {
            channel.delay.median_minutes *= median.exp();
            channel.delay.sigma *= sigma.exp();
        }
        varied
    };
    let has_channels = !plan.channels.is_empty();
    // A few visits say little of delays: what the plan's ranges call unlikely has to be shown by many.
    let doubt = |place| Fit::of(&varied(place), visits).deviance + unlikely(plan, place);
    let place = if knows_delays || !has_channels { [0.0; 2] } else { lowest(doubt) };
    let mut fitted = varied(place);
    let fit = Fit::of(&fitted, visits);
    fitted.traffic.per_hour = fit.anyway_per_slot * 60.0 / SLOT_MINUTES as f64;
    for channel in &mut fitted.channels {
        channel.click_rate = (channel.click_rate * fit.channels_times).min(1.0);
    }
    *plan = fitted;
}

/// How unlikely delays are that are so many times those of the plan (logarithms of median and sigma), by how far it says that
/// they may be off: nine times in ten they are not.
fn unlikely(plan: &MarketingPlan, place: [f64; 2]) -> f64 {
    let inputs = [Input::DelayMedian, Input::DelaySigma];
    let spread = |input| (plan.uncertainty.times(input).ln() / NINE_IN_TEN).max(1e-3);
    place.iter().zip(inputs).map(|(off, input)| (off / spread(input)).powi(2) / 2.0).sum()
}

/// What scales the curve of a plan's channels, and what comes anyway, so that together they are likeliest to be what came.
struct Fit {
    anyway_per_slot: f64,
    channels_times: f64,
    /// How unlikely it is all the same: Poisson's deviance, without the part that no fit changes.
    deviance: f64,
}

impl Fit {
    fn of(plan: &MarketingPlan, visits: &[f64]) -> Self {
        let mut told = plan.clone();
        told.traffic.per_hour = 0.0;
        let arrivals = Arrivals::of(&told).everyone;
        let told: Vec<f64> = arrivals.chunks(SLOT_MINUTES).take(visits.len()).map(|slot| slot.iter().sum()).collect();
        let (mut anyway, mut times) = (0.0, 1.0);
        for round in 0..ROUNDS {
            let expected = |at: usize| if round == 0 { visits[at] } else { anyway + times * told[at] };
            (anyway, times) = least_squares(&told, visits, |at| 1.0 / expected(at).max(1.0));
        }
        let unlikely = |(told, came): (&f64, &f64)| {
            let expected = (anyway + times * told).max(1e-9);
            expected - came * expected.ln()
        };
        let deviance = told.iter().zip(visits).map(unlikely).sum();
        Self { anyway_per_slot: anyway, channels_times: times, deviance }
    }
}

/// `a` and `b`, neither below 0, for which `a + b·told` is closest to the visits by these weights.
fn least_squares(told: &[f64], visits: &[f64], weight: impl Fn(usize) -> f64) -> (f64, f64) {
    let sum = |of: &dyn Fn(usize) -> f64| (0..visits.len()).map(|at| weight(at) * of(at)).sum::<f64>();
    let (one, x, xx) = (sum(&|_| 1.0), sum(&|at| told[at]), sum(&|at| told[at] * told[at]));
    let (y, xy) = (sum(&|at| visits[at]), sum(&|at| told[at] * visits[at]));
    let determinant = one * xx - x * x;
    let (a, b) = ((y * xx - x * xy) / determinant, (one * xy - x * y) / determinant);
    if determinant <= 0.0 || b < 0.0 {
        (y / one, if determinant <= 0.0 { 1.0 } else { 0.0 })
    } else if a < 0.0 {
        (0.0, xy / xx)
    } else {
        (a, b)
    }
}
