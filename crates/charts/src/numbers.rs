//! Numbers as a person reads them: few digits, a unit, thousands set apart.

/// `12,402`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12,402`; `5.7` below ten, where the digit after the point says something; `0`.
pub fn rate(number: f64) -> String {
    match number {
        number if number < 0.05 => "0".to_owned(),
        number if number < 9.95 => format!("{number:.1}"),
        number => grouped(number.round() as u64),
    }
}

/// The nearest number with three digits that are not 0: what a sentence says where a table has them all.
pub fn about(number: f64) -> f64 {
    if !(number.is_finite() && number >= 1_000.0) {
        return number;
    }
    let power = 10_f64.powi(number.log10().floor() as i32 - 2);
    (number / power).round() * power
}

/// `150k`, `1.5k`, `2M`: for axes, where room is short.
pub fn short(number: f64) -> String {
    let (number, unit) = match number {
        number if number >= 999_950.0 => (number / 1_000_000.0, "M"),
        number if number >= 1_000.0 => (number / 1_000.0, "k"),
        number => (number, ""),
    };
    let text = format!("{number:.2}");
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Milliseconds as `0.4 ms`, `48 ms`, `1.42 s`, `12.3 s`.
pub fn latency(ms: f64) -> String {
    match ms {
        ms if ms < 0.05 => "0 ms".to_owned(),
        ms if ms < 9.95 => format!("{ms:.1} ms"),
        ms if ms < 999.5 => format!("{ms:.0} ms"),
        ms if ms < 9_995.0 => format!("{} s", without_zeros(&format!("{:.2}", ms / 1_000.0))),
        ms => format!("{} s", without_zeros(&format!("{:.1}", ms / 1_000.0))),
    }
}

/// A share of 0 to 1 as `0 %`, `0.012 %`, `3.4 %`, `81 %`. What is more than nothing never reads as nothing.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let text = match percent {
        percent if percent <= 0.0 => "0".to_owned(),
        percent if percent < 0.001 => return "under 0.001 %".to_owned(),
        percent if percent < 0.0995 => format!("{percent:.3}"),
        percent if percent < 0.995 => format!("{percent:.2}"),
        percent if percent < 9.95 => format!("{percent:.1}"),
        percent => format!("{percent:.0}"),
    };
    format!("{} %", without_zeros(&text))
}

/// Bytes as `312 MiB`, `1.4 GiB`.
pub fn bytes(bytes: u64) -> String {
    const KIB: f64 = 1024.0;
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut number = bytes as f64;
    let mut unit = 0;
    while number >= 999.5 && unit + 1 < units.len() {
        number /= KIB;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && number < 9.95);
    format!("{} {}", without_zeros(&format!("{number:.digits$}")), units[unit])
}

/// Seconds as a clock shows them: `0:07`, `25:00`, `1:02:03`.
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Seconds in words: `45 seconds`, `25 minutes`, `1 hour 5 minutes`.
pub fn duration(seconds: f64) -> String {
    let counted = |number: u64, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    let minutes = (seconds / 60.0).round() as u64;
    match (minutes / 60, minutes % 60) {
        _ if seconds < 90.0 => counted(seconds.max(0.0).round() as u64, "second"),
        (0, minutes) => counted(minutes, "minute"),
        (hours, 0) => counted(hours, "hour"),
        (hours, minutes) => format!("{} {}", counted(hours, "hour"), counted(minutes, "minute")),
    }
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_a_person_would_write_them() {
        let read = [
            (grouped(0), "0"),
            (grouped(999), "999"),
            (grouped(1_234_567), "1,234,567"),
            (rate(0.0), "0"),
            (rate(5.72), "5.7"),
            (rate(9.96), "10"),
            (rate(9_120.4), "9,120"),
            (rate(about(4_497_160.4)), "4,500,000"),
            (rate(about(110_405.0)), "110,000"),
            (rate(about(999_600.0)), "1,000,000"),
            (rate(about(572.4)), "572"),
            (rate(about(0.0)), "0"),
            (short(950.0), "950"),
            (short(1_500.0), "1.5k"),
            (short(150_000.0), "150k"),
            (short(999_960.0), "1M"),
            (latency(0.0), "0 ms"),
            (latency(0.44), "0.4 ms"),
            (latency(48.3), "48 ms"),
            (latency(999.6), "1 s"),
            (latency(1_420.0), "1.42 s"),
            (latency(60_000.0), "60 s"),
            (bytes(0), "0 B"),
            (bytes(1_000), "1 KiB"),
            (bytes(312 << 20), "312 MiB"),
            (bytes(1_500 << 20), "1.5 GiB"),
            (clock(7.0), "0:07"),
            (clock(3_723.0), "1:02:03"),
            (duration(1.0), "1 second"),
            (duration(89.0), "89 seconds"),
            (duration(1_500.0), "25 minutes"),
            (duration(3_900.0), "1 hour 5 minutes"),
            (duration(7_200.0), "2 hours"),
        ];
        for (text, expected) in read {
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn one_error_in_a_million_does_not_read_as_none() {
        for (share, expected) in [
            (0.0, "0 %"),
            (0.000_000_1, "under 0.001 %"),
            (0.000_12, "0.012 %"),
            (0.001, "0.1 %"),
            (0.034, "3.4 %"),
            (0.81, "81 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), expected);
        }
    }
}
