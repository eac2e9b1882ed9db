//! The plan editor's form: filled from a plan and read back, with what is wrong beside each field.
//!
//! Shares are typed as percentages; the plan has them from 0 to 1. What a field's plan does not say stays empty.

use super::form::Form;
use super::format;
use super::sale_plan_rows::{channels, count, waves};
use commerce::Timestamp;
use commerce::sale::FlashSale;
use forecast::Unusable;
use forecast::plan::draft::{CHANNELS_MAX, Draft, DraftChannel, DraftDelay, DraftItem, DraftWave, FIGURES, ITEMS_MAX, WAVES_MAX};
use forecast::plan::{DAYS_MAX, Defaults};
use jiff::civil::DateTime;
use std::collections::BTreeMap;

/// Larger counts are a slip of the finger.
const COUNT_MAX: f64 = 1e9;
/// Minutes of a day: longer deliveries and visits are a slip of the finger, too.
const DAY_MINUTES: f64 = 1_440.0;
/// Of a plan's names, bytes.
const NAME_BYTES_MAX: usize = 200;
/// Shares that differ by less are the same: three waves are 33.33 %, 33.33 % and 33.34 %.
pub(super) const SHARES_OFF_MAX: f64 = 0.001;

/// What a number may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Allowed {
    /// Above nothing, so much at most.
    Above0(f64),
    /// From nothing to this.
    From0(f64),
    /// A whole number from nothing to this.
    Whole(f64),
    /// A share, typed as a percentage.
    Percent,
}

/// A figure of a plan as it is asked for.
pub(super) struct FigureField {
    /// Its key in a plan, which is its name in the form.
    pub key: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    pub allowed: Allowed,
}

const fn figure(key: &'static str, label: &'static str, unit: &'static str, allowed: Allowed) -> FigureField {
    FigureField { key, label, unit, allowed }
}

/// The figures, in the order of [`FIGURES`].
pub(super) const FIGURE_FIELDS: [FigureField; FIGURES.len()] = [
    figure(FIGURES[0], "Visits an hour that come anyway", "", Allowed::From0(COUNT_MAX)),
    figure(FIGURES[1], "Visits by friends, for each visit that a channel brings", "", Allowed::From0(100.0)),
    figure(FIGURES[2], "Pages of a visit", "", Allowed::Above0(1_000.0)),
    figure(FIGURES[3], "Length of a visit", "minutes", Allowed::Above0(DAY_MINUTES)),
    figure(FIGURES[4], "Visits that end in an order", "%", Allowed::Percent),
    figure(FIGURES[5], "Value of an order", "", Allowed::Above0(COUNT_MAX)),
    figure(FIGURES[6], "Units in an order", "", Allowed::Above0(1_000.0)),
    figure(FIGURES[7], "Pages that come from memory", "%", Allowed::Percent),
];

/// What the form is about.
pub(super) struct About<'a> {
    pub sale: &'a FlashSale,
    /// The plan that is changed; an empty one where there is none.
    pub known: &'a Draft,
    /// The shop's.
    pub currency: &'a str,
    /// The shop's.
    pub zone: &'a str,
    pub defaults: &'a Defaults,
}

impl About<'_> {
    /// The zone in which times are typed: the plan's own.
    pub fn zone(&self) -> &str {
        if self.known.zone.is_empty() { self.zone } else { &self.known.zone }
    }

    fn local(&self, at: Timestamp) -> String {
        format::local_input(at, self.zone()).replace('T', " ")
    }
}

/// The form of a plan as it is.
pub(super) fn filled(draft: &Draft) -> Form {
    let mut form = Form::default();
    for field in &FIGURE_FIELDS {
        form.set(field.key, draft.figures.get(field.key).map(|number| written(*number, field.allowed)).unwrap_or_default());
    }
    let percent = |share: Option<f64>| share.map(|share| written(share, Allowed::Percent)).unwrap_or_default();
    let from = |from: Option<usize>| from.map(|from| from.to_string()).unwrap_or_default();
    for (at, channel) in draft.channels.iter().enumerate() {
        let mut set = |key: &str, text: String| form.set(format!("channels.{at}.{key}"), text);
        set("from", from(channel.from));
        set("name", channel.name.clone());
        set("list", if channel.list > 0.0 { channel.list.to_string() } else { String::new() });
        set("reach", percent(channel.reach));
        set("click_rate", percent(channel.click_rate));
        set("delay", delay_word(channel.delay).to_owned());
        set("invited", if channel.is_invited { "yes".to_owned() } else { String::new() });
        for (number, wave) in channel.waves.iter().enumerate() {
            let minutes = wave.delivered_in_minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
            set(&format!("waves.{number}.from"), from(wave.from));
            set(&format!("waves.{number}.starts"), as_input(&wave.starts));
            set(&format!("waves.{number}.share"), percent(wave.share));
            set(&format!("waves.{number}.minutes"), minutes);
        }
    }
    for (at, item) in draft.items.iter().enumerate() {
        // What the plan says stays, also that nobody wants it.
        let share = (item.share > 0.0 || item.from.is_some()).then_some(item.share);
        let row = [
            ("from", from(item.from)),
            ("name", item.name.clone()),
            ("stock", item.stock.to_string()),
            ("share", percent(share)),
        ];
        row.into_iter().for_each(|(key, text)| form.set(format!("items.{at}.{key}"), text));
    }
    form
}

/// The plan that the form describes, where it is fine; what is wrong is noted beside its field.
pub(super) fn read(form: &mut Form, about: &About<'_>) -> Draft {
    if form.has(&format!("channels.{CHANNELS_MAX}.name")) {
        form.refuse("", format!("Please use at most {CHANNELS_MAX} channels."));
    }
    let mut figures = BTreeMap::new();
    for field in &FIGURE_FIELDS {
        figures.extend(number(form, field.key, field.allowed).map(|number| (field.key.to_owned(), number)));
    }
    let channels: Vec<DraftChannel> = (0..channels(form)).map(|row| read_channel(form, about, row)).collect();
    for (row, channel) in channels.iter().enumerate() {
        if !channel.name.is_empty() && channels[..row].iter().any(|other| other.name == channel.name) {
            form.refuse(format!("channels.{row}.name"), "There is another channel of this name.");
        }
    }
    let (sale, known) = (about.sale, about.known);
    let or = |known: &str, own: &str| if known.is_empty() { own.to_owned() } else { known.to_owned() };
    let mut name = or(&known.name, &sale.name);
    while name.len() > NAME_BYTES_MAX {
        name.pop();
    }
    Draft {
        name,
        currency: or(&known.currency, about.currency),
        zone: about.zone().to_owned(),
        early_access: sale.early_access_at.map(|at| about.local(at)),
        opens: about.local(sale.opens_at),
        closes: about.local(sale.closes_at),
        figures,
        channels,
        items: read_items(form),
        ..Draft::default()
    }
}

fn read_channel(form: &mut Form, about: &About<'_>, row: usize) -> DraftChannel {
    let field = |key: &str| format!("channels.{row}.{key}");
    let from = form.typed(&field("from")).parse().ok();
    let known = from.and_then(|from: usize| about.known.channels.get(from));
    let name = form.required_line(&field("name"));
    if name.len() > NAME_BYTES_MAX {
        form.refuse(field("name"), format!("Please use at most {NAME_BYTES_MAX} characters."));
    }
    if form.typed(&field("list")).trim().is_empty() {
        form.refuse(field("list"), "Please type how many are on the list.");
    }
    let click_rate = number(form, &field("click_rate"), Allowed::Percent);
    let is_learned = about.defaults.known(&key_of("click_rate", &name)).is_some();
    if click_rate.is_none() && !is_learned {
        form.refuse(field("click_rate"), "Please type a percentage from 0 to 100, such as 2.5.");
    }
    let is_invited = form.ticked(&field("invited"));
    if is_invited && about.sale.early_access_at.is_none() {
        form.refuse(field("invited"), "The sale has no early access, so nobody can be invited to it.");
    }
    DraftChannel {
        from,
        name,
        list: number(form, &field("list"), Allowed::Above0(COUNT_MAX)).unwrap_or(0.0),
        reach: number(form, &field("reach"), Allowed::Percent),
        click_rate,
        delay: read_delay(form, &field("delay"), known),
        is_invited,
        waves: read_waves(form, about, row),
    }
}

/// A key of a channel, as a lesson names it.
pub(super) fn key_of(key: &str, channel: &str) -> String {
    format!("{key} of channel \"{channel}\"")
}

fn read_delay(form: &mut Form, field: &str, known: Option<&DraftChannel>) -> DraftDelay {
    let own = known.map(|known| known.delay).filter(|delay| matches!(delay, DraftDelay::Own { .. }));
    let mut choices = vec![("", DraftDelay::Usual), ("mail", DraftDelay::Mail), ("fast", DraftDelay::Fast)];
    choices.extend(own.map(|own| ("own", own)));
    form.choice(field, &choices)
}

fn read_waves(form: &mut Form, about: &About<'_>, channel: usize) -> Vec<DraftWave> {
    let list = format!("channels.{channel}.waves");
    if form.has(&format!("{list}.{WAVES_MAX}.starts")) {
        form.refuse("", format!("Please use at most {WAVES_MAX} waves for a channel."));
    }
    let count = waves(form, channel);
    if count == 0 {
        form.refuse("", "Please give each channel one wave or more, or nobody is told.");
    }
    let waves: Vec<DraftWave> = (0..count).map(|row| read_wave(form, about, &format!("{list}.{row}"))).collect();
    let shares: f64 = waves.iter().map(|wave| wave.share.unwrap_or(1.0)).sum();
    if (shares - 1.0).abs() >= SHARES_OFF_MAX && form.is_fine() {
        let together = written((shares * 1e4).round() / 1e4, Allowed::Percent);
        let says = format!("The waves of this channel are {together} % together. They have to be 100 %: everybody is told once.");
        form.refuse(format!("{list}.{}.share", count.saturating_sub(1)), says);
    }
    waves
}

fn read_wave(form: &mut Form, about: &About<'_>, wave: &str) -> DraftWave {
    let (starts, share) = (format!("{wave}.starts"), format!("{wave}.share"));
    let (zone, closes) = (about.zone(), about.sale.closes_at);
    let at = form.required_time(&starts, zone);
    if form.error(&starts).is_none() {
        let first = closes.plus_seconds(-i64::from(DAYS_MAX) * 86_400);
        if at >= closes {
            form.refuse(&starts, format!("This has to be before the sale closes, {}.", format::when(closes, zone)));
        } else if at < first {
            let first = format::when(first, zone);
            form.refuse(&starts, format!("A plan covers {DAYS_MAX} days at most, so this cannot be before {first}."));
        }
    }
    let typed = number(form, &share, Allowed::Percent);
    if typed == Some(0.0) {
        form.refuse(&share, "Please type a percentage above 0, or remove this wave.");
    }
    DraftWave {
        from: form.typed(&format!("{wave}.from")).parse().ok(),
        starts: form
            .typed(&starts)
            .trim()
            .parse()
            .map(|at: DateTime| at.strftime("%Y-%m-%d %H:%M").to_string())
            .unwrap_or_default(),
        share: typed,
        delivered_in_minutes: number(form, &format!("{wave}.minutes"), Allowed::Whole(DAY_MINUTES)),
    }
}

/// The items that have a share; the others never sell out.
fn read_items(form: &mut Form) -> Vec<DraftItem> {
    let mut items = Vec::new();
    let mut last = String::new();
    for row in 0..count(form, "items", "name", ITEMS_MAX) {
        let field = |key: &str| format!("items.{row}.{key}");
        let stock = number(form, &field("stock"), Allowed::Whole(COUNT_MAX));
        let from = form.typed(&field("from")).parse().ok();
        let share = number(form, &field("share"), Allowed::Percent).filter(|share| *share > 0.0 || from.is_some());
        let Some(share) = share else { continue };
        if stock.is_none() {
            form.refuse(field("stock"), "Please type how many units there are.");
        }
        last = field("share");
        let name = form.line(&field("name"));
        items.push(DraftItem { from, name, stock: stock.unwrap_or(0.0), share });
    }
    let shares: f64 = items.iter().map(|item| item.share).sum();
    if shares > 1.0 + SHARES_OFF_MAX && form.is_fine() {
        let together = written((shares * 1e4).round() / 1e4, Allowed::Percent);
        form.refuse(
            last,
            format!("The items are {together} % together. They can be 100 % at most: they are shares of all that is wanted."),
        );
    }
    items
}

/// Notes what the plan's own reader says is wrong, beside the field that it means if it is one of the form.
pub(super) fn refuse(form: &mut Form, problem: &Unusable) {
    let Unusable::Value { field, is, allowed, .. } = problem else {
        return form.refuse("", format!("{problem}."));
    };
    match FIGURES.into_iter().find(|key| key == field) {
        Some(key) => form.refuse(key, format!("This has to be {allowed}.")),
        None if field == "sale.closes" => form.refuse("", format!("The sale closes {is}; a forecast covers {allowed}.")),
        None => form.refuse("", format!("{field} is {is}, but has to be {allowed}.")),
    }
}

/// A number as it was typed; `None` when empty or wrong.
fn number(form: &mut Form, name: &str, allowed: Allowed) -> Option<f64> {
    let typed = form.typed(name).trim().to_owned();
    if typed.is_empty() {
        return None;
    }
    let (fits, says): (fn(f64, f64) -> bool, String) = match allowed {
        Allowed::Above0(_) => (|number, most| number > 0.0 && number <= most, "a number above 0, such as 12000".to_owned()),
        Allowed::From0(most) => (|number, most| (0.0..=most).contains(&number), format!("a number from 0 to {most}")),
        Allowed::Whole(most) => {
            (|number, most| (0.0..=most).contains(&number) && number.fract() == 0.0, format!("a whole number from 0 to {most}"))
        }
        Allowed::Percent => (|number, most| (0.0..=most).contains(&number), "a percentage from 0 to 100, such as 2.5".to_owned()),
    };
    let most = match allowed {
        Allowed::Above0(most) | Allowed::From0(most) | Allowed::Whole(most) => most,
        Allowed::Percent => 100.0,
    };
    let number = plain(&typed).filter(|number| fits(*number, most));
    if number.is_none() {
        let limit = if plain(&typed).is_some_and(|number| number > most) && matches!(allowed, Allowed::Above0(_)) {
            format!("a number above 0, {most} at most")
        } else {
            says
        };
        form.refuse(name, format!("Please type {limit}."));
    }
    // A percentage is written with few digits; its share has no more.
    number.map(|number| if allowed == Allowed::Percent { (number * 1e10).round() / 1e12 } else { number })
}

/// Digits with a point at most; between groups of three there may be commas, spaces or `_`.
pub(super) fn plain(typed: &str) -> Option<f64> {
    let typed = typed.trim().trim_end_matches('%').trim_end();
    let (whole, fraction) = typed.split_once('.').unwrap_or((typed, ""));
    let is_mark = |letter: char| matches!(letter, ',' | '_' | ' ' | '\u{a0}' | '\u{202f}' | '’');
    let mut groups = whole.split(is_mark);
    let first = groups.next().unwrap_or("");
    let is_grouped = groups.all(|group| group.len() == 3) && (!whole.contains(is_mark) || (1..=3).contains(&first.len()));
    let digits: String = whole.chars().filter(|letter| !is_mark(*letter)).collect();
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = is_grouped && !(digits.is_empty() && fraction.is_empty()) && digits.len() <= 15 && fraction.len() <= 15;
    (is_number && are_digits(&digits) && are_digits(fraction)).then(|| format!("0{digits}.{fraction}0").parse().ok()).flatten()
}

/// A number as it is typed.
pub(super) fn written(number: f64, allowed: Allowed) -> String {
    if allowed == Allowed::Percent { ((number * 1e12).round() / 1e10).to_string() } else { number.to_string() }
}

fn delay_word(delay: DraftDelay) -> &'static str {
    match delay {
        DraftDelay::Usual => "",
        DraftDelay::Mail => "mail",
        DraftDelay::Fast => "fast",
        DraftDelay::Own { .. } => "own",
    }
}

/// A plan's time as a field has it; what is none stays as it is.
fn as_input(time: &str) -> String {
    time.trim().parse::<DateTime>().map_or_else(|_| time.to_owned(), |time| time.strftime("%Y-%m-%dT%H:%M").to_string())
}

#[cfg(test)]
mod tests;
