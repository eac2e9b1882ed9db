//! How much of a paid line is given back for some of its units.

use super::QuoteLine;

/// A line that was paid for, and how far it has been given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidLine {
    /// What the customer paid for the line after discount, tax included, minor units.
    pub total_minor: i64,
    /// Units paid for.
    pub quantity: u32,
    /// Units already given back.
    pub refunded_quantity: u32,
    /// What was given back for them, or is on its way, minor units.
    pub refunded_minor: i64,
}

impl PaidLine {
    /// A line as it was quoted and paid, of which nothing has been given back.
    pub fn new(line: &QuoteLine) -> Self {
        Self { total_minor: line.total_minor, quantity: line.quantity, refunded_quantity: 0, refunded_minor: 0 }
    }
}

/// What is given back for `quantity` more units of a line, minor units. Units beyond those paid for give nothing.
///
/// The amount is what all units given back are worth by then, rounded down, less what was given for those before: whatever the
/// partial refunds are, and whichever of them the provider has refused since, they add up to the line's total exactly when all
/// units are back, and to no more before that.
pub fn refund_for(line: PaidLine, quantity: u32) -> i64 {
    let worth_minor = worth_of(line, line.refunded_quantity.saturating_add(quantity));
    worth_minor.saturating_sub(line.refunded_minor).max(0)
}

fn worth_of(line: PaidLine, quantity: u32) -> i64 {
    if line.quantity == 0 {
        return 0;
    }
    let units = i128::from(quantity.min(line.quantity));
    super::fitted(i128::from(line.total_minor.max(0)) * units / i128::from(line.quantity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_refunds_add_up_to_what_was_paid_and_never_to_more() {
        for (total_minor, quantity, (refunded_quantity, refunded_minor), asked, expected) in [
            (1_000, 3, (0, 0), 1, 333),
            (1_000, 3, (1, 333), 1, 333),
            (1_000, 3, (2, 666), 1, 334),
            (1_000, 3, (0, 0), 3, 1_000),
            (1_000, 3, (1, 333), 2, 667),
            (1_000, 3, (3, 1_000), 1, 0),
            (1_000, 3, (0, 0), 99, 1_000),
            (1_000, 3, (2, 666), u32::MAX, 334),
            (1_000, 3, (9, 1_000), 1, 0),
            (1_000, 3, (1, 333), 0, 0),
            (0, 3, (0, 0), 3, 0),
            (5, 0, (0, 0), 1, 0),
            (i64::MAX, 1, (0, 0), 1, i64::MAX),
            // The dearest unit is back, the two refunds before it were refused.
            (1_000, 3, (1, 334), 1, 332),
            (1, 3, (1, 1), 1, 0),
        ] {
            let line = PaidLine { total_minor, quantity, refunded_quantity, refunded_minor };
            assert_eq!(refund_for(line, asked), expected, "{asked} of {line:?}");
        }
    }
}
