//! How much a coupon takes off the goods, and how that is shared by the lines. Whether it may be used at all is `coupon::check`'s
//! business.

use super::{CouponKind, share_half_up};
use crate::VariantId;
use crate::planted::{Bug, planted};

/// What a coupon takes off goods of this value (zero or more): a percentage of the whole with the exact half rounded up, or a
/// fixed amount that is never more than the goods. Free shipping takes nothing off the goods.
pub(super) fn discount_of(kind: CouponKind, goods_minor: i64) -> i64 {
    match kind {
        CouponKind::Percent { ppm } => share_half_up(goods_minor, ppm.clamp(0, 1_000_000), 1_000_000),
        CouponKind::Fixed { amount_minor } => amount_minor.clamp(0, goods_minor),
        CouponKind::FreeShipping => 0,
    }
}

/// Shares `discount_minor` by lines (variant and subtotal) in proportion to their subtotals, whole minor units, so that the
/// shares add up exactly: each line gets its share rounded down, and what is left goes, one unit each, to the lines that lost
/// most by the rounding. Among equals the older variant comes first, so that a cart costs the same in whichever order it was
/// filled. No line's share is more than its subtotal as long as the discount is not more than the sum.
pub(super) fn split_by_lines(discount_minor: i64, lines: &[(VariantId, i64)]) -> Vec<i64> {
    let whole: i128 = lines.iter().map(|(_, subtotal_minor)| i128::from(*subtotal_minor)).sum();
    if whole == 0 {
        return vec![0; lines.len()];
    }
    let exact = |line: usize| i128::from(discount_minor) * i128::from(lines[line].1);
    let mut shares: Vec<i64> = (0..lines.len()).map(|line| super::fitted(exact(line) / whole)).collect();

    let left = discount_minor - super::sum(shares.iter().copied());
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by_key(|&line| (std::cmp::Reverse(exact(line) % whole), lines[line].0));
    let odd_units = if planted(Bug::DiscountRoundedByLine) { 0 } else { left };
    for line in by_remainder.into_iter().take(usize::try_from(odd_units).expect("rounding down never shares out too much")) {
        shares[line] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coupon_is_worth_a_rounded_share_or_an_amount_that_the_goods_cover() {
        for (kind, goods, expected) in [
            (CouponKind::Percent { ppm: 100_000 }, 1_999, 200),
            (CouponKind::Percent { ppm: 500_000 }, 1, 1),
            (CouponKind::Percent { ppm: 499_999 }, 1, 0),
            (CouponKind::Percent { ppm: 1_000_000 }, 1_999, 1_999),
            (CouponKind::Percent { ppm: 9_000_000 }, 1_999, 1_999),
            (CouponKind::Percent { ppm: -1 }, 1_999, 0),
            (CouponKind::Fixed { amount_minor: 500 }, 1_999, 500),
            (CouponKind::Fixed { amount_minor: 5_000 }, 1_999, 1_999),
            (CouponKind::Fixed { amount_minor: -5 }, 1_999, 0),
            (CouponKind::FreeShipping, 1_999, 0),
        ] {
            assert_eq!(discount_of(kind, goods), expected, "{kind:?} of {goods}");
        }
    }

    #[test]
    fn shares_add_up_and_the_odd_unit_goes_where_rounding_took_most() {
        for (discount, subtotals, expected) in [
            (100, &[100, 100, 100][..], &[34, 33, 33][..]),
            (200, &[100, 100, 100], &[67, 67, 66]),
            (10, &[1, 1, 998], &[0, 0, 10]),
            (1, &[1, 2, 3], &[0, 0, 1]),
            (6, &[1, 2, 3], &[1, 2, 3]),
            (5, &[0, 5, 0], &[0, 5, 0]),
            (0, &[7, 7], &[0, 0]),
            (0, &[0, 0], &[0, 0]),
            (0, &[], &[]),
        ] {
            let lines: Vec<(VariantId, i64)> = (1..).map(VariantId).zip(subtotals.iter().copied()).collect();
            assert_eq!(split_by_lines(discount, &lines), expected, "{discount} over {subtotals:?}");
        }
    }

    #[test]
    fn the_odd_unit_stays_with_its_variant_in_whichever_order_the_lines_stand() {
        let (first, second) = ((VariantId(1), 100), (VariantId(2), 100));
        assert_eq!(split_by_lines(1, &[first, second]), [1, 0]);
        assert_eq!(split_by_lines(1, &[second, first]), [0, 1]);
    }
}
