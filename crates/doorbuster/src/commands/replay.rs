//! `doorbuster replay`: plays a sale of the case study against a real server on this machine, and prints its table with our row.
//!
//! How it is played, judged and told is `load_tests::replay`'s business. Here the command line is read.

use super::rehearse::{outputs, within};
use super::screen;
use super::serve::stop_signal;
use crate::failure::Failure;
use crate::load_tests::pace::{Pace, SCALE_MIN};
use crate::load_tests::replay::study::StudySale;
use crate::load_tests::replay::{Script, Stage, Wish, judge, replay, told};
use crate::output::is_standard;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// It was not held.
const NOT_HELD: u8 = 2;

/// The bounds of `--speed`, `--scale` and `--minutes`: beyond them nothing would be learned.
const SPEEDS: std::ops::RangeInclusive<f64> = 1.0..=3_600.0;
const SCALES: std::ops::RangeInclusive<f64> = SCALE_MIN..=10.0;
const MINUTES: std::ops::RangeInclusive<u32> = 5..=7_200;
/// How long shoppers are there at most, seconds: what takes longer was hardly meant.
const LASTS_MAX_S: f64 = 2.0 * 3_600.0;

/// What `--help` ends with.
pub const AFTER_HELP: &str = "\
With the defaults each second is half an hour of the sale and 1 of 200 visitors comes, so 9 times as many come in a second as
in the sale itself: 3 minutes for black-friday, 5 for after-christmas. More of the crowd, slower, around the opening:

  doorbuster replay black-friday --minutes 120 --speed 60 --scale 0.15

It takes both cores of a small machine: let nothing else run. The shop is made in the system's temporary folder, on the embedded
database, and goes again.

Exit codes:
  0  held: every request was answered in time, nobody was sent away, and the books balance
  1  it could not be played; the reason is on standard error
  2  not held: each reason is told";

/// Plays a sale of the case study, compressed, against a real server on this machine, and prints the case study's table with this
/// machine's row beneath.
///
/// The crowd is the one that the built-in forecast of the sale expects (doorbuster forecast example november, december). Nothing
/// has to be set up, and no shop of yours is touched.
#[derive(clap::Args, Debug)]
pub struct ReplayArgs {
    /// The sale.
    #[arg(value_enum, value_name = "SALE")]
    sale: StudySale,
    /// How many seconds of the sale are played in one.
    #[arg(long, default_value_t = 1_800.0)]
    speed: f64,
    /// How many visits come for each one of the sale.
    #[arg(long, default_value_t = 0.005)]
    scale: f64,
    /// How many minutes of the sale are played, from its opening for everybody on. Without it, all of the sale.
    #[arg(long)]
    minutes: Option<u32>,
    /// Write it as a page; - is standard output.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it as data; - is standard output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Replays. The exit code is one of [`AFTER_HELP`].
///
/// # Errors
/// When it cannot be played.
pub async fn run(args: &ReplayArgs) -> Result<ExitCode, Failure> {
    let wish = wish(args)?;
    // Before anybody has waited for it: a page that cannot be written is told now.
    let outputs = outputs([(&args.html, told::page), (&args.json, told::json)])?;
    let is_printed = [&args.html, &args.json].into_iter().flatten().any(|file| is_standard(file));
    let stage = Stage::take()?;
    let ended_by_hand = stop_signal()?;
    // Whatever was started ends when the replay is dropped, and its folder goes with the stage.
    let figures = tokio::select! {
        figures = replay(&stage, &wish, |said| eprintln!("{said}")) => figures?,
        () = ended_by_hand => return Err(Failure::new("it was ended by hand before it was through; nothing of it is left")),
    };
    drop(stage);
    for (mut output, text) in outputs {
        output.write_all(text(&figures).as_bytes())?;
        output.finish()?;
    }
    if !is_printed {
        write!(std::io::stdout(), "{}", told::text(&figures, screen().ink))?;
    }
    Ok(if judge::reasons(&figures).is_empty() { ExitCode::SUCCESS } else { ExitCode::from(NOT_HELD) })
}

fn wish(args: &ReplayArgs) -> Result<Wish, Failure> {
    within("--speed", args.speed, SPEEDS)?;
    within("--scale", args.scale, SCALES)?;
    args.minutes.map_or(Ok(()), |minutes| within("--minutes", minutes, MINUTES))?;
    let script = Script::of(args.sale, args.minutes);
    let pace = Pace { speed: args.speed, scale: args.scale, minutes: script.minutes() };
    if pace.open_s() > LASTS_MAX_S {
        let takes = charts::numbers::duration(pace.open_s());
        return Err(Failure::usage(format!(
            "{} minutes of the sale at {} times the speed take {takes}",
            pace.minutes, pace.speed
        ))
        .with_advice("Play it faster (--speed 1800), or less of it (--minutes 120)."));
    }
    Ok(Wish { script, pace })
}
