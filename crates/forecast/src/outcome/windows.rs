//! The busiest stretch of anything that was counted second by second, wherever it begins.

/// The window of so many seconds in which the counts add up to most: the second in which it begins, and the sum. Of equal ones
/// the first. Counts are in order of seconds. `None`: nothing was counted.
///
/// The window slides by the second: five minutes that begin at 10:02:17 are five minutes as well.
pub fn busiest(counts: &[(i64, i64)], seconds: i64) -> Option<(i64, i64)> {
    let (mut end, mut sum, mut most) = (0, 0_i64, None);
    for (begin, (at, count)) in counts.iter().enumerate() {
        while let Some((next, more)) = counts.get(end).filter(|(next, _)| *next < at + seconds) {
            debug_assert!(end == 0 || counts[end - 1].0 <= *next, "counts are in order");
            sum = sum.saturating_add(*more);
            end += 1;
        }
        debug_assert!(end > begin, "a window holds the second in which it begins");
        if sum > most.map_or(0, |(_, most)| most) {
            most = Some((*at, sum));
        }
        sum -= count;
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: &[(i64, i64)], seconds: i64, expected: Option<(i64, i64)>) {
        assert_eq!(busiest(counts, seconds), expected, "{counts:?} within {seconds}");
    }

    #[test]
    fn a_window_slides_by_the_second_and_its_end_is_not_part_of_it() {
        check(&[], 300, None);
        check(&[(10, 0)], 300, None);
        check(&[(10, 7)], 300, Some((10, 7)));
        check(&[(0, 1), (299, 1), (300, 1)], 300, Some((0, 2)));
        check(&[(0, 1), (200, 5), (400, 5), (500, 9)], 300, Some((400, 14)));
        check(&[(0, 1), (200, 5), (400, 5), (499, 9)], 300, Some((200, 19)));
        check(&[(0, 3), (1_000, 3)], 300, Some((0, 3)));
    }

    #[test]
    fn a_window_finds_what_looking_at_every_second_finds() {
        // A fixed sequence that looks like chance: the remainder of squares.
        let counts: Vec<(i64, i64)> = (0..400).map(|second| (second * 3 % 7 + second * 7, second * second % 23)).collect();
        let mut counts = counts;
        counts.sort_unstable();
        for seconds in [1, 2, 30, 300, 5_000] {
            let sum_from = |from: i64| -> i64 {
                counts.iter().filter(|(at, _)| (from..from + seconds).contains(at)).map(|(_, count)| count).sum()
            };
            let most = (counts[0].0..=counts[counts.len() - 1].0).map(sum_from).max();
            assert_eq!(busiest(&counts, seconds).map(|(_, sum)| sum), most, "within {seconds}");
        }
    }
}
