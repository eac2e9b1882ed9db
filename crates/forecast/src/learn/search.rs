//! The lowest place of a smooth function of two values.

/// The step at first and at last: of logarithms, so a third and a fiftieth of a per cent.
const STEPS: [f64; 2] = [0.3, 0.000_2];

/// Neither value gets further from 0 than this: a factor of twenty.
const FAR: f64 = 3.0;

/// Searches from (0, 0) by trying both values up and down, going on in a direction that was good, and halving the step where none
/// is (Hooke and Jeeves, "Direct search solution of numerical and statistical problems", Journal of the ACM 8, 1961).
pub(super) fn lowest(function: impl Fn([f64; 2]) -> f64) -> [f64; 2] {
    let limited = |place: [f64; 2]| place.map(|value| value.clamp(-FAR, FAR));
    let mut best = [0.0, 0.0];
    let mut lowest = function(best);
    let [mut step, last] = STEPS;
    while step > last {
        let (from, mut moved) = (best, false);
        for direction in [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]] {
            let next = limited([best[0] + step * direction[0], best[1] + step * direction[1]]);
            let value = function(next);
            if value < lowest {
                (best, lowest, moved) = (next, value, true);
            }
        }
        if !moved {
            step /= 2.0;
            continue;
        }
        let further = limited([2.0 * best[0] - from[0], 2.0 * best[1] - from[1]]);
        let value = function(further);
        if value < lowest {
            (best, lowest) = (further, value);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_a_slanted_valley_is_found() {
        let found = lowest(|[x, y]| (x - 0.7).powi(2) + 5.0 * (y + 0.4 - 0.5 * (x - 0.7)).powi(2));
        assert!((found[0] - 0.7).abs() < 0.002 && (found[1] + 0.4).abs() < 0.002, "{found:?}");
    }

    #[test]
    fn what_has_no_bottom_ends_at_the_limit() {
        assert_eq!(lowest(|[x, _]| -x)[0], FAR);
    }
}
