//! A plan as an editor changes it: what its text says of the values that are edited, and the text with these changed. Comments,
//! and whatever else stands in the text, stay as they are.

use super::written::check_form;
use crate::Unusable;
use crate::written::Check;
use std::collections::BTreeMap;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value, value};

/// The longest text of a plan that is edited, bytes: those of the case study have two thousand.
pub const TEXT_BYTES_MAX: usize = 20_000;
/// Channels of a plan that is edited, at most.
pub const CHANNELS_MAX: usize = 12;
/// Waves of a channel, at most.
pub const WAVES_MAX: usize = 12;
/// Items, at most.
pub const ITEMS_MAX: usize = 50;
/// Keys and tables of which at least a part is edited.
const EDITED: [&str; 8] = ["name", "currency", "zone", "sale", "traffic", "channels", "shoppers", "items"];
/// Numbers that differ by less, as a share of them, are the same: they went through a form and back.
const SAME: f64 = 1e-9;

/// Figures of `[traffic]` and `[shoppers]`, by their keys as [`crate::data::Assumed`] names them.
pub const FIGURES: [&str; 8] = [
    "traffic.per_hour",
    "traffic.sharing",
    "shoppers.pages",
    "shoppers.visit_minutes",
    "shoppers.conversion",
    "shoppers.order_value",
    "shoppers.units_per_order",
    "shoppers.static_share",
];

/// What is edited of a plan, as the plan writes it. What it does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// What it is called.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// The IANA zone of all times.
    pub zone: String,
    /// A local time, as `2026-11-27 09:00`.
    pub early_access: Option<String>,
    /// A local time.
    pub opens: String,
    /// A local time.
    pub closes: String,
    /// Those of [`FIGURES`] that it says.
    pub figures: BTreeMap<String, f64>,
    /// Whom it is announced to.
    pub channels: Vec<DraftChannel>,
    /// What may sell out.
    pub items: Vec<DraftItem>,
    /// Tables that it has besides; they are not edited.
    pub others: Vec<String>,
}

/// People who are told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftChannel {
    /// Which of the text's channels it was, from 0; `None`: a new one.
    pub from: Option<usize>,
    /// What it is called.
    pub name: String,
    /// How many are on the list.
    pub list: f64,
    /// The share that is reached.
    pub reach: Option<f64>,
    /// The share of these that visits.
    pub click_rate: Option<f64>,
    /// How soon.
    pub delay: DraftDelay,
    /// Whether they may buy from the beginning of early access.
    pub is_invited: bool,
    /// When they are told.
    pub waves: Vec<DraftWave>,
}

/// How soon people come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum DraftDelay {
    /// It does not say: as the shop's sales have taught, or as after a mail.
    #[default]
    Usual,
    /// As after a mail.
    Mail,
    /// As after a text message.
    Fast,
    /// As figures of the plan's own say, which are not edited.
    Own {
        /// Half have come after so many minutes, if it says so.
        median_minutes: Option<f64>,
        /// How evenly they come, if it says so.
        sigma: Option<f64>,
    },
}

/// A part of a list that is told at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftWave {
    /// Which of the channel's waves it was, from 0; `None`: a new one.
    pub from: Option<usize>,
    /// A local time.
    pub starts: String,
    /// Its share of the list.
    pub share: Option<f64>,
    /// For how long it is being delivered.
    pub delivered_in_minutes: Option<f64>,
}

/// Something that may sell out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftItem {
    /// Which of the text's items it was, from 0; `None`: a new one.
    pub from: Option<usize>,
    /// What it is called.
    pub name: String,
    /// Units that there are.
    pub stock: f64,
    /// Its share of all units that people want.
    pub share: f64,
}

impl Draft {
    /// Reads what can be edited; `file` is what messages call the plan.
    ///
    /// # Errors
    /// When it is no plan in form, or one that cannot be changed without losing something.
    pub fn read(text: &str, file: &str) -> Result<Self, Unusable> {
        let check = Check { file, of: "" };
        let allowed = format!("{TEXT_BYTES_MAX} bytes at most to be edited here");
        check.that(text.len() <= TEXT_BYTES_MAX, "its length", text.len(), &allowed)?;
        check_form(text, file)?;
        let document = parsed(text).ok_or_else(|| check.refusal("the text", "not understood", "TOML"))?;
        let root = document.as_table();
        let (channels, items) = (tables(check, root, "channels")?, tables(check, root, "items")?);
        let few = |count: usize, key: &str, most: usize| {
            check.that(count <= most, &format!("the number of {key}"), count, &format!("{most} at most to be edited here"))
        };
        few(channels.len(), "channels", CHANNELS_MAX)?;
        few(items.len(), "items", ITEMS_MAX)?;
        let sale = root.get("sale").and_then(Item::as_table_like);
        let of_sale = |key: &str| sale.and_then(|sale| text_of(sale, key));
        let channels = channels.iter().enumerate().map(|(at, table)| DraftChannel::read(check, at, table));
        let channels = channels.collect::<Result<Vec<_>, _>>()?;
        channels.iter().try_for_each(|channel| few(channel.waves.len(), "waves of a channel", WAVES_MAX))?;
        let of_root = |key: &str| text_of(root, key).unwrap_or_default();
        Ok(Self {
            name: of_root("name"),
            currency: of_root("currency"),
            zone: of_root("zone"),
            early_access: of_sale("early_access"),
            opens: of_sale("opens").unwrap_or_default(),
            closes: of_sale("closes").unwrap_or_default(),
            figures: FIGURES.into_iter().filter_map(|key| Some((key.to_owned(), figure(root, key)?))).collect(),
            channels,
            items: items.iter().enumerate().map(|(at, table)| DraftItem::read(at, table)).collect(),
            others: root.iter().map(|(key, _)| key.to_owned()).filter(|key| !EDITED.contains(&key.as_str())).collect(),
        })
    }

    /// The text `base` with everything as it is here. What is here already as it is stays letter by letter.
    pub fn write_into(&self, base: &str) -> String {
        let mut document = parsed(base).unwrap_or_default();
        let root = document.as_table_mut();
        for (key, text) in [("name", &self.name), ("currency", &self.currency), ("zone", &self.zone)] {
            set_text(root, key, Some(text));
        }
        if let Some(sale) = table_of(root, "sale") {
            set_time(sale, "early_access", self.early_access.as_ref());
            set_time(sale, "opens", Some(&self.opens));
            set_time(sale, "closes", Some(&self.closes));
        }
        self.write_figures(root, "traffic");
        let known = |key: &str, root: &Table| tables(Check { file: "", of: "" }, root, key).unwrap_or_default();
        let (channels, items) = (known("channels", root), known("items", root));
        let written = self.channels.iter().map(|channel| channel.written(channel.from.and_then(|from| channels.get(from))));
        replace(root, "channels", written.collect());
        self.write_figures(root, "shoppers");
        let written = self.items.iter().map(|item| item.written(item.from.and_then(|from| items.get(from))));
        replace(root, "items", written.collect());
        document.to_string()
    }

    fn write_figures(&self, root: &mut Table, table: &str) {
        for key in FIGURES {
            let Some(own) = key.strip_prefix(table).and_then(|rest| rest.strip_prefix('.')) else { continue };
            let number = self.figures.get(key).copied();
            // A table that says nothing is not begun.
            if (number.is_some() || root.contains_key(table))
                && let Some(table) = table_of(root, table)
            {
                set_number(table, own, number);
            }
        }
    }
}

impl DraftChannel {
    fn read(check: Check<'_>, at: usize, table: &Table) -> Result<Self, Unusable> {
        let number = |key: &str| table.get(key).and_then(number_of);
        let own = (number("median_minutes"), number("sigma"));
        let delay = match (own, text_of(table, "delay").as_deref()) {
            ((None, None), Some("fast")) => DraftDelay::Fast,
            ((None, None), Some(_)) => DraftDelay::Mail,
            ((None, None), None) => DraftDelay::Usual,
            ((median_minutes, sigma), _) => DraftDelay::Own { median_minutes, sigma },
        };
        let wave = |(at, wave): (usize, &Table)| DraftWave {
            from: Some(at),
            starts: text_of(wave, "starts").unwrap_or_default(),
            share: wave.get("share").and_then(number_of),
            delivered_in_minutes: wave.get("delivered_in_minutes").and_then(number_of),
        };
        Ok(Self {
            from: Some(at),
            name: text_of(table, "name").unwrap_or_default(),
            list: number("list").unwrap_or(0.0),
            reach: number("reach"),
            click_rate: number("click_rate"),
            delay,
            is_invited: table.get("invited").and_then(Item::as_bool).unwrap_or(false),
            waves: tables(check, table, "waves")?.iter().enumerate().map(wave).collect(),
        })
    }

    fn written(&self, known: Option<&Table>) -> Table {
        let mut table = known.cloned().unwrap_or_default();
        set_text(&mut table, "name", Some(&self.name));
        set_number(&mut table, "list", Some(self.list));
        set_number(&mut table, "reach", self.reach);
        set_number(&mut table, "click_rate", self.click_rate);
        let preset = match self.delay {
            DraftDelay::Usual => Some(None),
            DraftDelay::Mail => Some(Some("mail".to_owned())),
            DraftDelay::Fast => Some(Some("fast".to_owned())),
            DraftDelay::Own { .. } => None,
        };
        if let Some(preset) = preset {
            table.remove("median_minutes");
            table.remove("sigma");
            set_text(&mut table, "delay", preset.as_ref());
        }
        if table.get("invited").and_then(Item::as_bool).unwrap_or(false) != self.is_invited {
            table.insert("invited", value(self.is_invited));
        }
        let waves = tables(Check { file: "", of: "" }, &table, "waves").unwrap_or_default();
        let written = self.waves.iter().map(|wave| wave.written(wave.from.and_then(|from| waves.get(from))));
        replace(&mut table, "waves", written.collect());
        table
    }
}

impl DraftWave {
    fn written(&self, known: Option<&Table>) -> Table {
        let mut table = known.cloned().unwrap_or_default();
        set_time(&mut table, "starts", Some(&self.starts));
        set_number(&mut table, "share", self.share);
        set_number(&mut table, "delivered_in_minutes", self.delivered_in_minutes);
        table
    }
}

impl DraftItem {
    fn read(at: usize, table: &Table) -> Self {
        let number = |key: &str| table.get(key).and_then(number_of).unwrap_or(0.0);
        Self { from: Some(at), name: text_of(table, "name").unwrap_or_default(), stock: number("stock"), share: number("share") }
    }

    fn written(&self, known: Option<&Table>) -> Table {
        let mut table = known.cloned().unwrap_or_default();
        set_text(&mut table, "name", Some(&self.name));
        set_number(&mut table, "stock", Some(self.stock));
        set_number(&mut table, "share", Some(self.share));
        table
    }
}

fn parsed(text: &str) -> Option<DocumentMut> {
    text.parse().ok()
}

/// The tables of a list, also of one that is written in brackets; with comments in it such a list cannot be changed.
fn tables(check: Check<'_>, parent: &Table, key: &str) -> Result<Vec<Table>, Unusable> {
    let Some(item) = parent.get(key) else { return Ok(Vec::new()) };
    let in_brackets = item.as_value().map(Value::to_string).unwrap_or_default();
    let allowed = format!("written as [[{key}]] to be edited here, for the comments in it would be lost");
    check.that(!in_brackets.contains('#'), key, "a list in brackets with a comment", &allowed)?;
    let tables = item.clone().into_array_of_tables().map(|tables| tables.into_iter().collect());
    Ok(tables.unwrap_or_default())
}

fn replace(parent: &mut Table, key: &str, tables: Vec<Table>) {
    if tables.is_empty() {
        parent.remove(key);
        return;
    }
    let mut list = ArrayOfTables::new();
    tables.into_iter().for_each(|table| list.push(table));
    *parent.entry(key).or_insert(Item::None) = Item::ArrayOfTables(list);
}

/// The table of this name, begun where there is none.
fn table_of<'a>(root: &'a mut Table, key: &str) -> Option<&'a mut dyn TableLike> {
    root.entry(key).or_insert(Item::Table(Table::new())).as_table_like_mut()
}

fn text_of(table: &dyn TableLike, key: &str) -> Option<String> {
    table.get(key).and_then(Item::as_str).map(str::to_owned)
}

/// A number, written with or without a point.
fn number_of(item: &Item) -> Option<f64> {
    item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64))
}

/// A figure by its key with the table before it.
fn figure(root: &Table, key: &str) -> Option<f64> {
    let (table, key) = key.split_once('.')?;
    number_of(root.get(table)?.as_table_like()?.get(key)?)
}

fn set_number(table: &mut dyn TableLike, key: &str, number: Option<f64>) {
    let is = table.get(key).and_then(number_of);
    match (is, number) {
        (Some(is), Some(number)) if (is - number).abs() <= SAME * is.abs().max(number.abs()) => {}
        (_, Some(whole)) if whole.fract() == 0.0 && whole.abs() < 1e15 => set(table, key, Value::from(whole as i64)),
        (_, Some(number)) => set(table, key, Value::from(number)),
        (_, None) => drop(table.remove(key)),
    }
}

fn set_text(table: &mut dyn TableLike, key: &str, text: Option<&String>) {
    match text {
        Some(text) if table.get(key).and_then(Item::as_str) == Some(text) => {}
        Some(text) => set(table, key, Value::from(text.as_str())),
        None => drop(table.remove(key)),
    }
}

/// As [`set_text`]: `2026-11-27T09:00` and `2026-11-27 09:00` are the same.
fn set_time(table: &mut dyn TableLike, key: &str, time: Option<&String>) {
    let is = text_of(table, key).map(|time| time.trim().replace('T', " "));
    if time.is_none() || is.as_ref() != time {
        set_text(table, key, time);
    }
}

/// Puts a value where another was, with the comment beside it.
fn set(table: &mut dyn TableLike, key: &str, mut new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(place) => {
            *new.decor_mut() = place.decor().clone();
            *place = new;
        }
        None => drop(table.insert(key, value(new))),
    }
}

#[cfg(test)]
mod tests;
