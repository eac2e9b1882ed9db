//! How numbers are written in sentences and tables.

pub(crate) use charts::numbers::grouped;

/// As many digits as tell something: `5,357`, `12.6`, `0.25`.
pub(crate) fn told(number: f64) -> String {
    let rounded = if number >= 100.0 { number.round() } else { number };
    match rounded {
        big if big >= 100.0 => grouped(big as u64),
        middle if middle >= 10.0 => trimmed(format!("{middle:.1}")),
        small if small >= 0.01 || small == 0.0 => trimmed(format!("{small:.2}")),
        tiny => trimmed(format!("{tiny:.4}")),
    }
}

/// A share of 0 to 1 in per cent: `0.25 %`.
pub(crate) fn per_cent(share: f64) -> String {
    format!("{} %", told(share * 100.0))
}

/// Bytes with a unit: `1.2 GiB`.
pub(crate) fn bytes(count: u64) -> String {
    let mebibytes = count as f64 / f64::from(1 << 20);
    if mebibytes >= 1_024.0 { format!("{} GiB", told(mebibytes / 1_024.0)) } else { format!("{} MiB", told(mebibytes.ceil())) }
}

/// A time that people can imagine: `45 s`, `25 min`, `2.5 h`.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        short if short < 120.0 => format!("{} s", told(short)),
        middle if middle < 7_200.0 => format!("{} min", told((middle / 6.0).round() / 10.0)),
        long => format!("{} h", told((long / 360.0).round() / 10.0)),
    }
}

fn trimmed(text: String) -> String {
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let numbers = [0.0, 0.000_95, 0.25, 1.0, 9.999, 12.64, 99.7, 100.4, 5_357.14, 1_234_567.0];
        let texts = ["0", "0.0009", "0.25", "1", "10", "12.6", "99.7", "100", "5,357", "1,234,567"];
        assert_eq!(numbers.map(told), texts);
        assert_eq!([0, 999, 1_000, 150_000].map(grouped), ["0", "999", "1,000", "150,000"]);
        assert_eq!([0.001, 0.0255, 0.5].map(per_cent), ["0.1 %", "2.55 %", "50 %"]);
        assert_eq!([1, 64 << 20, 3 << 29].map(bytes), ["1 MiB", "64 MiB", "1.5 GiB"]);
        assert_eq!([45.0, 1_500.0, 9_000.0].map(duration), ["45 s", "25 min", "2.5 h"]);
    }
}
