//! Numbers as a reader wants them.

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// `12,345`, and `5.7` where that is all there is.
pub fn grouped(number: f64) -> String {
    if number < 10.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `0.4 ms`, `12 ms`.
pub fn millis(number: f64) -> String {
    if number < 10.0 { format!("{number:.1} ms") } else { format!("{} ms", grouped(number)) }
}

/// `6.2`, `13`, or nothing.
pub fn ratio(ratio: Option<f64>) -> String {
    match ratio {
        Some(ratio) if ratio < 0.095 => format!("{ratio:.3}"),
        Some(ratio) if ratio < 9.95 => format!("{ratio:.1}"),
        Some(ratio) => grouped(ratio),
        None => String::new(),
    }
}

/// `0`, `12,345`
pub fn count(number: u64) -> String {
    if number < 10 { number.to_string() } else { grouped(number as f64) }
}
