//! The pace alone: what is told to whoever finds no room.

use crate::order_writer::pace::Pace;
use commerce::Timestamp;

#[test]
fn the_wait_is_what_the_queue_needs_at_the_pace_of_late() {
    let pace = Pace::default();
    assert_eq!(pace.wait_seconds(4_096), 9, "nothing was measured yet");
    for second in 0..4 {
        pace.note(Timestamp::from_seconds(second), 1_000);
    }
    for (waiting, seconds) in [(0, 1), (1_000, 1), (1_001, 2), (4_096, 5), (1_000_000, 60)] {
        assert_eq!(pace.wait_seconds(waiting), seconds, "{waiting}");
    }
    for second in 4..8 {
        pace.note(Timestamp::from_seconds(second), 100);
    }
    assert!(pace.wait_seconds(1_000) > 3, "it has become slower");
}
