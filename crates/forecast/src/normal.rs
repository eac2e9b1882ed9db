//! The normal distribution: what logarithms of think times and of the delays of mail are spread by, and large counts.

use std::f64::consts::PI;

/// φ: the density of the standard normal distribution.
pub(crate) fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

/// Φ: the share of a standard normal distribution below `z`.
///
/// Hart's algorithm 5666 ("Computer Approximations", Wiley 1968) as West gives it ("Better approximations to cumulative normal
/// functions", Wilmott Magazine 2005): within 1e-14, and one exponential each, for a forecast asks it millions of times.
pub fn below(z: f64) -> f64 {
    const OVER: [f64; 7] = [
        3.526_249_659_989_11e-2,
        0.700_383_064_443_688,
        6.373_962_203_531_65,
        33.912_866_078_383,
        112.079_291_497_871,
        221.213_596_169_931,
        220.206_867_912_376,
    ];
    const UNDER: [f64; 8] = [
        8.838_834_764_831_84e-2,
        1.755_667_163_182_64,
        16.064_177_579_207,
        86.780_732_202_946_1,
        296.564_248_779_674,
        637.333_633_378_831,
        793.826_512_519_948,
        440.413_735_824_752,
    ];
    let far = z.abs();
    let tail = if far > 37.0 {
        0.0
    } else if far < 7.071_067_811_865_47 {
        let polynomial = |of: &[f64]| of.iter().fold(0.0, |sum, factor| sum * far + factor);
        (-far * far / 2.0).exp() * polynomial(&OVER) / polynomial(&UNDER)
    } else {
        let fraction = [4.0, 3.0, 2.0, 1.0].iter().fold(far + 0.65, |fraction, step| far + step / fraction);
        density(far) / fraction
    };
    if z > 0.0 { 1.0 - tail } else { tail }
}

/// The `z` below which a share of a standard normal distribution lies; `share` is above 0 and below 1. By halving an interval,
/// so that it is exactly what undoes [`below`]; asked a few hundred times in a forecast.
pub(crate) fn quantile(share: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..64 {
        let middle = (low + high) / 2.0;
        if below(middle) < share { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// A number drawn from the standard normal distribution, from two even ones of 0 to below 1 (Box and Muller 1958).
pub fn drawn(first: f64, second: f64) -> f64 {
    (-2.0 * (1.0 - first).ln()).sqrt() * (2.0 * PI * second).cos()
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
            (-8.0, 6.220_960_574_272e-16),
        ] {
            let found = below(z);
            assert!((found - share).abs() < 1e-12 && (found / share - 1.0).abs() < 1e-7, "{z}: {found}, not {share}");
        }
        assert_eq!((below(50.0), below(-50.0)), (1.0, 0.0));
    }

    #[test]
    fn quantiles_are_scipys() {
        for (share, z) in [
            (0.001, -3.090_232_306_167_813),
            (0.05, -1.644_853_626_951_472_2),
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.999_9, 3.719_016_485_455_709),
        ] {
            assert!((quantile(share) - z).abs() < 1e-9, "{share}: {}, not {z}", quantile(share));
        }
    }
}
