//! Somebody waits at a command line for what is played: how far it is is told as it goes, and it does not go on for ever.

use super::{Line, Reason};
use db::load_tests::{Stage, TestProgress};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::watch;

/// Plays something, and lets `say` hear each time how far it is, and at which stage it was before. Whatever was started ends when
/// this is dropped.
///
/// # Errors
/// When it cannot be played, or takes longer than `within`.
pub async fn told_as_it_goes<T, Playing: Future<Output = Result<T, Reason>>>(
    within: Duration,
    play: impl FnOnce(Line) -> Playing,
    say: impl Fn(Option<Stage>, &TestProgress),
) -> Result<T, Reason> {
    let (progress, mut told) = watch::channel(TestProgress::at(Stage::Copying));
    let (_stop, stopping) = watch::channel(false);
    let mut playing = pin!(tokio::time::timeout(within, play(Line { progress, stopping })));
    let mut stage = None;
    loop {
        tokio::select! {
            ended = &mut playing => {
                return ended.unwrap_or_else(|_| Err("It took too long. Play it faster, or less of it.".into()));
            }
            Ok(()) = told.changed() => {
                let latest = *told.borrow_and_update();
                say(stage, &latest);
                stage = Some(latest.stage);
            }
        }
    }
}
