//! The page of the plan editor: its rows and figures as they are shown, and where two plans differ.

use super::form::Form;
use super::sale_plan::NAME;
use super::sale_plan_form::{self as fields, Allowed, FIGURE_FIELDS};
use super::sale_plan_rows as rows;
use super::views::{FigureView, PlanChannel, PlanDifference, PlanItem};
use forecast::plan::Defaults;
use forecast::plan::draft::{Draft, DraftChannel, DraftDelay, ITEMS_MAX};

/// The channels of the form as the page needs them.
pub(super) fn channels(form: &Form, known: &Draft, defaults: &Defaults) -> Vec<PlanChannel> {
    let channel = |row: usize| {
        let typed = |key: &str| form.typed(&format!("channels.{row}.{key}"));
        let from = typed("from").parse::<usize>().ok().and_then(|from| known.channels.get(from));
        let taught = |key: &str| defaults.known(&fields::key_of(key, typed("name").trim()));
        let learned = taught("click_rate");
        PlanChannel {
            waves: rows::waves(form, row),
            delays: delays(from, taught("median_minutes")),
            learned: learned
                .map(|rate| format!("Empty: {} %, learned from the shop’s own sales.", fields::written(rate, Allowed::Percent)))
                .unwrap_or_default(),
        }
    };
    (0..rows::channels(form)).map(channel).collect()
}

/// How soon people may come: as is usual for the channel, as somebody says, or by figures that the plan has of its own.
fn delays(known: Option<&DraftChannel>, learned_minutes: Option<f64>) -> Vec<(&'static str, String)> {
    let mail = "As after a mail: half within 4.3 hours".to_owned();
    let delay = known.map(|known| known.delay);
    let taught = learned_minutes.map(|minutes| format!("As your sales have taught: half within {minutes} minutes"));
    let is_mail_apart = taught.is_some() || delay == Some(DraftDelay::Mail);
    let mut delays = vec![("", taught.unwrap_or_else(|| mail.clone()))];
    if is_mail_apart {
        let words = if learned_minutes.is_some() { mail } else { "As after a mail, whatever sales will teach".to_owned() };
        delays.push(("mail", words));
    }
    delays.push(("fast", "Fast, as after a text message".to_owned()));
    if let Some(DraftDelay::Own { median_minutes, sigma }) = delay {
        let median = median_minutes.map(|minutes| format!("half within {minutes} minutes"));
        let parts: Vec<String> = median.into_iter().chain(sigma.map(|sigma| format!("sigma {sigma}"))).collect();
        delays.push(("own", format!("As the plan says: {}", parts.join(", "))));
    }
    delays
}

/// The figures that are asked for, with what is taken where nothing is typed.
pub(super) fn figures(defaults: &Defaults, currency: &str) -> Vec<FigureView> {
    let taken = defaults.taken_instead();
    let view = |field: &fields::FigureField| {
        let taken = taken.iter().find(|taken| taken.field == field.key);
        let unit = if field.key == "shoppers.order_value" { currency } else { field.unit };
        let written = |value: f64| fields::written(value, field.allowed);
        FigureView {
            name: field.key,
            label: field.label,
            unit: unit.to_owned(),
            help: taken
                .map(|taken| format!("Empty: {} {unit} – {}.", written(taken.value), taken.source).replace("  ", " "))
                .unwrap_or_default(),
        }
    };
    FIGURE_FIELDS.iter().map(view).collect()
}

/// The items of the form.
pub(super) fn items(form: &Form) -> Vec<PlanItem> {
    let count = rows::count(form, "items", "name", ITEMS_MAX);
    (0..count).map(|row| PlanItem { name: form.typed(&format!("items.{row}.name")).to_owned() }).collect()
}

/// Where two plans differ, field by field.
pub(super) fn differences(theirs: &str, mine: &str) -> Vec<PlanDifference> {
    let form = |text: &str| Draft::read(text, NAME).map(|draft| fields::filled(&draft)).unwrap_or_default();
    let (theirs, mine) = (form(theirs), form(mine));
    let mut names: Vec<&str> = theirs.fields().chain(mine.fields()).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let is_shown = |name: &&str| !name.ends_with(".from") && theirs.typed(name) != mine.typed(name);
    let difference = |name: &str| PlanDifference {
        field: in_words(name),
        theirs: theirs.typed(name).to_owned(),
        mine: mine.typed(name).to_owned(),
    };
    names.into_iter().filter(is_shown).map(difference).collect()
}

/// `channels.0.waves.1.starts` as `Channel 1, wave 2, starts`.
fn in_words(name: &str) -> String {
    if let Some(field) = FIGURE_FIELDS.iter().find(|field| field.key == name) {
        return field.label.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for part in name.split('.') {
        match (part.parse::<usize>(), words.last_mut()) {
            (Ok(number), Some(list)) => *list = format!("{} {}", list.trim_end_matches('s'), number + 1),
            _ => words.push(part.replace('_', " ")),
        }
    }
    words.join(", ")
}

/// A plan that is being changed.
#[cfg(test)]
pub(super) fn sample(is_wrong: bool) -> super::views::SalePlan {
    use super::views::{Drawn, PlanFacts, SalePlan};
    use forecast::MarketingPlan;
    use forecast::report::html;
    let text = forecast::plan::NOVEMBER;
    let known = Draft::read(text, NAME).expect("it is right");
    let mut form = fields::filled(&known);
    form.set("base", text);
    if is_wrong {
        form.refuse("channels.0.click_rate", "Please type a percentage from 0 to 100, such as 2.5.");
    }
    let defaults = Defaults::default();
    let part = html::part(&forecast::preview(&MarketingPlan::parse(text, NAME).expect("it is right"), 1));
    let html::Part { headline, meaning, charts, tables } = part;
    let drawn = Drawn { headline, meaning, charts, tables, draws: forecast::bands::PREVIEW_DRAWS, is_preview: true };
    SalePlan {
        id: Some(commerce::FlashSaleId(7)),
        sale: "Harvest opening".into(),
        state: "upcoming",
        opens: "27 Nov 2026, 09:00".into(),
        closes: "28 Nov 2026, 09:00".into(),
        early_access: "26 Nov 2026, 09:00".into(),
        currency: "EUR".into(),
        zone: "Europe/Berlin".into(),
        channels: channels(&form, &known, &defaults),
        figures: figures(&defaults, "EUR"),
        items: vec![PlanItem { name: "Morning Roast, 250 g".into() }],
        facts: PlanFacts { has_other_times: true, not_edited: "[capacity]".into(), has_taught: true, ..PlanFacts::default() },
        kept: text.into(),
        drawn: (!is_wrong).then_some(drawn),
        differences: differences(text, forecast::plan::DECEMBER),
        theirs: if is_wrong { text.into() } else { String::new() },
        is_unsaved: true,
        form,
        ..SalePlan::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_differs_is_called_by_its_name_and_row() {
        assert_eq!(in_words("channels.0.waves.1.starts"), "channel 1, wave 2, starts");
        assert_eq!(in_words("channels.2.click_rate"), "channel 3, click rate");
        assert_eq!(in_words("shoppers.conversion"), "Visits that end in an order");
        let [november, december] = [forecast::plan::NOVEMBER, forecast::plan::DECEMBER];
        assert!(differences(november, november).is_empty());
        let found = differences(november, december);
        assert!(
            found.iter().any(|one| one.field == "channel 1, list" && one.theirs == "1500000" && one.mine == "6530000"),
            "{found:?}"
        );
    }
}
