//! Round values for an axis.

use super::{Axis, Scale};

/// Steps of a time axis, seconds: the divisions of minutes, hours and days that people count in.
const TIME_STEPS: [f64; 20] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0, 21_600.0, 43_200.0,
    86_400.0, 172_800.0, 604_800.0,
];

/// At most `count_max` values within the axis, round ones, or the axis's own.
pub fn ticks(axis: &Axis, count_max: usize) -> Vec<f64> {
    if !axis.ticks.is_empty() {
        return axis.ticks.clone();
    }
    match axis.scale {
        Scale::Log => logarithmic(axis.from, axis.to, count_max),
        Scale::Linear => multiples(axis.from, axis.to, round_up((axis.to - axis.from) / count_max.max(1) as f64)),
        Scale::Time => {
            let step = (axis.to - axis.from) / count_max.max(1) as f64;
            let weeks = TIME_STEPS[TIME_STEPS.len() - 1];
            let found = TIME_STEPS.iter().copied().find(|&known| known >= step);
            multiples(axis.from, axis.to, found.unwrap_or_else(|| weeks * round_up(step / weeks)))
        }
    }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `value`.
pub fn round_up(value: f64) -> f64 {
    if !(value.is_finite() && value > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    // A value a hair above a round one, from a division, is that round one.
    let fits = |factor: &f64| factor * power >= value * (1.0 - 1e-9);
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(fits).unwrap_or(10.0) * power
}

fn multiples(from: f64, to: f64, step: f64) -> Vec<f64> {
    let first = (from / step).ceil() as i64;
    let last = (to / step * (1.0 + 1e-9)).floor() as i64;
    (first..=last).map(|at| at as f64 * step).collect()
}

/// 1, 2 and 5 of every power of ten; 1 alone where that is too many.
fn logarithmic(from: f64, to: f64, count_max: usize) -> Vec<f64> {
    let powers = from.log10().floor() as i32..=to.log10().ceil() as i32;
    let within = |factors: &[f64]| -> Vec<f64> {
        let all = powers.clone().flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
        all.filter(|&value| value >= from * (1.0 - 1e-9) && value <= to * (1.0 + 1e-9)).collect()
    };
    let fine = within(&[1.0, 2.0, 5.0]);
    if fine.len() <= count_max { fine } else { within(&[1.0]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scale: Scale, from: f64, to: f64, count_max: usize, expected: &[f64]) {
        let axis = Axis { scale, from, to, ..Axis::time("", to, |value: f64| value.to_string()) };
        assert_eq!(ticks(&axis, count_max), expected, "{scale:?} {from} to {to}");
    }

    #[test]
    fn ticks_are_round() {
        check(Scale::Linear, 0.0, 1_400.0, 5, &[0.0, 500.0, 1_000.0]);
        check(Scale::Linear, 0.0, 1.0, 5, &[0.0, 0.2, 0.4, 0.600_000_000_000_000_1, 0.8, 1.0]);
        check(Scale::Linear, 0.0, 0.0, 5, &[0.0]);
        check(Scale::Time, 0.0, 1_500.0, 8, &[0.0, 300.0, 600.0, 900.0, 1_200.0, 1_500.0]);
        check(Scale::Time, 0.0, 45.0, 5, &[0.0, 10.0, 20.0, 30.0, 40.0]);
        check(Scale::Log, 1_000.0, 20_000.0, 9, &[1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0]);
        check(Scale::Log, 1.0, 1e6, 7, &[1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6]);
    }

    #[test]
    fn an_axis_of_months_has_few_ticks_too() {
        let to = 200.0 * 86_400.0;
        let axis = Axis::time("", to, |value: f64| value.to_string());
        let ticks = ticks(&axis, 6);
        assert!((2..=7).contains(&ticks.len()), "{ticks:?}");
    }

    #[test]
    fn rounding_up_never_rounds_down_and_takes_what_is_no_number() {
        for value in [0.001, 0.3, 1.0, 2.1, 2.5, 7.0, 99.0, 1_001.0] {
            let rounded = round_up(value);
            assert!(rounded >= value && rounded <= 2.5 * value, "{value} {rounded}");
        }
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!((round_up(value) - 1.0).abs() < f64::EPSILON, "{value}");
        }
    }
}
