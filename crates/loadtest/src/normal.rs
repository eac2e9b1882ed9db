//! The normal distribution: what logarithms of think times and of delays of mail are spread by.

/// Φ: the share of a standard normal distribution below `z`.
///
/// By the error function's series near the middle and its continued fraction in the tails (Abramowitz and Stegun, 26.2.11 and
/// 26.2.14): as exact as the numbers are, and used for means only, never for each page.
pub(crate) fn below(z: f64) -> f64 {
    if z.abs() > 40.0 {
        return if z > 0.0 { 1.0 } else { 0.0 };
    }
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z.abs() < 4.0 {
        let mut term = z;
        let mut sum = z;
        for k in (3..200).step_by(2) {
            term *= z * z / f64::from(k);
            sum += term;
        }
        return 0.5 + density * sum;
    }
    let mut fraction = z.abs();
    for k in (1..100).rev() {
        fraction = z.abs() + f64::from(k) / fraction;
    }
    let tail = density / fraction;
    if z > 0.0 { 1.0 - tail } else { tail }
}

/// A number drawn from the standard normal distribution, from two even ones of 0 to below 1 (Box and Muller 1958).
pub(crate) fn drawn(first: f64, second: f64) -> f64 {
    (-2.0 * (1.0 - first).ln()).sqrt() * (2.0 * std::f64::consts::PI * second).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_printed_table() {
        for (z, share) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_543),
            (-1.0, 0.158_655_253_931_457),
            (1.96, 0.975_002_104_851_780),
            (3.9, 0.999_951_903_655_982),
            (4.1, 0.999_979_342_493_088),
            (-6.0, 9.865_876_450_377e-10),
        ] {
            let found = below(z);
            assert!((found - share).abs() < 1e-12 && (found / share - 1.0).abs() < 1e-9, "{z}: {found}, not {share}");
        }
        assert_eq!((below(50.0), below(-50.0)), (1.0, 0.0));
    }
}
