//! Rows of the plan editor's form: channels and waves that come and go, also where no script runs.

use super::form::Form;
use super::sale_plan_form::{SHARES_OFF_MAX, plain};
use forecast::plan::draft::{CHANNELS_MAX, WAVES_MAX};
use jiff::civil::DateTime;

/// The times of a sale, as fields have them.
pub(super) struct SaleTimes {
    pub opens: String,
    pub closes: String,
}

/// How many rows of this list the form has, at most so many.
pub(super) fn count(form: &Form, list: &str, key: &str, most: usize) -> usize {
    (0..most).take_while(|row| form.has(&format!("{list}.{row}.{key}"))).count()
}

/// How many channels the form has.
pub(super) fn channels(form: &Form) -> usize {
    count(form, "channels", "name", CHANNELS_MAX)
}

/// How many waves a channel of the form has.
pub(super) fn waves(form: &Form, channel: usize) -> usize {
    count(form, &format!("channels.{channel}.waves"), "starts", WAVES_MAX)
}

/// Adds or removes a row as a button says: `add_channel`, `add_wave.0`, `remove_channel.0`, `remove_wave.0.1`. Where it did, the
/// field that is to be typed in next.
pub(super) fn change(form: &mut Form, button: &str, sale: &SaleTimes) -> Option<String> {
    let mut parts = button.split('.');
    let verb = parts.next()?;
    let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok());
    let channels_now = channels(form);
    match (verb, number(), number()) {
        ("add_channel", None, None) if channels_now < CHANNELS_MAX => {
            add_channel(form, channels_now, &sale.opens);
            Some(format!("channels.{channels_now}.name"))
        }
        ("remove_channel", Some(row), None) if row < channels_now => {
            remove(form, "channels", row);
            let next = row.min(channels_now.saturating_sub(2));
            Some(if channels_now > 1 { format!("channels.{next}.name") } else { "add_channel".to_owned() })
        }
        ("add_wave", Some(channel), None) if channel < channels_now && waves(form, channel) < WAVES_MAX => {
            Some(add_wave(form, channel, sale))
        }
        ("remove_wave", Some(channel), Some(row)) if channel < channels_now => {
            let (list, before) = (format!("channels.{channel}.waves"), waves(form, channel));
            if before < 2 || row >= before {
                return None;
            }
            let were_even = are_even(form, channel, before);
            remove(form, &list, row);
            if were_even {
                split_evenly(form, channel, before - 1);
            }
            Some(format!("{list}.{}.starts", row.min(before - 2)))
        }
        _ => None,
    }
}

fn add_channel(form: &mut Form, row: usize, opens: &str) {
    for (key, text) in
        [("from", ""), ("name", ""), ("list", ""), ("reach", ""), ("click_rate", ""), ("delay", ""), ("invited", "")]
    {
        form.set(format!("channels.{row}.{key}"), text);
    }
    for (key, text) in [("from", ""), ("starts", opens), ("share", "100"), ("minutes", "30")] {
        form.set(format!("channels.{row}.waves.0.{key}"), text);
    }
}

/// A wave an hour and a half after the last one, or in the middle between that and the close where that is sooner. Where shares
/// were even they stay so.
fn add_wave(form: &mut Form, channel: usize, sale: &SaleTimes) -> String {
    let (list, row) = (format!("channels.{channel}.waves"), waves(form, channel));
    let last = form.typed(&format!("{list}.{}.starts", row.saturating_sub(1))).to_owned();
    let later = || {
        let (last, closes) = (last.parse::<DateTime>().ok()?, sale.closes.parse::<DateTime>().ok()?);
        let left = closes.duration_since(last).as_mins();
        let later = last.checked_add(jiff::SignedDuration::from_mins(if left > 90 { 90 } else { left / 2 })).ok()?;
        (left > 1).then(|| later.strftime("%Y-%m-%dT%H:%M").to_string())
    };
    let starts = later().unwrap_or_else(|| sale.opens.clone());
    let minutes = form.typed(&format!("{list}.0.minutes")).to_owned();
    let were_even = are_even(form, channel, row);
    for (key, text) in [("from", ""), ("starts", starts.as_str()), ("share", ""), ("minutes", minutes.as_str())] {
        form.set(format!("{list}.{row}.{key}"), text);
    }
    if were_even {
        split_evenly(form, channel, row + 1);
    }
    format!("{list}.{row}.starts")
}

/// Whether the shares of a channel's waves are equal, and all of the list together.
fn are_even(form: &Form, channel: usize, count: usize) -> bool {
    let share = |row: usize| match form.typed(&format!("channels.{channel}.waves.{row}.share")).trim() {
        "" => Some(100.0),
        typed => plain(typed),
    };
    let even = 100.0 / count.max(1) as f64;
    (0..count).all(|row| share(row).is_some_and(|share| (share - even).abs() <= 100.0 * SHARES_OFF_MAX))
}

fn split_evenly(form: &mut Form, channel: usize, count: usize) {
    let hundredths = 10_000 / count.max(1);
    for row in 0..count {
        let own = if row + 1 == count { 10_000 - hundredths * (count - 1) } else { hundredths };
        form.set(format!("channels.{channel}.waves.{row}.share"), (own as f64 / 100.0).to_string());
    }
}

/// Takes a row out of a list; those after it move up.
fn remove(form: &mut Form, list: &str, row: usize) {
    let moved = form.fields().filter_map(|(name, value)| {
        let Some((number, rest)) = name.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')?.split_once('.')) else {
            return Some((name.to_owned(), value.to_owned()));
        };
        let name = match number.parse::<usize>() {
            Ok(number) if number == row => return None,
            Ok(number) if number > row => format!("{list}.{}.{rest}", number - 1),
            _ => name.to_owned(),
        };
        Some((name, value.to_owned()))
    });
    *form = Form::filled(moved.collect::<Vec<_>>());
}
