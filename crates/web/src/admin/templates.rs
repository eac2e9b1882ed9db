//! Renders the desk's templates. They are part of the program and cannot be changed by sellers; the shop's theme is elsewhere.

use super::desk::Desk;
use super::format;
use commerce::{Currency, Timestamp};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, State, UndefinedBehavior, Value, context};
use serde::Serialize;
use std::sync::LazyLock;

#[derive(rust_embed::RustEmbed)]
#[folder = "templates/admin"]
struct Files;

/// What one page shows.
pub trait View: Serialize {
    /// The template, by its path under `templates/admin`.
    const TEMPLATE: &'static str;
    /// The entry of the navigation that is lit.
    const SECTION: &'static str;
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().expect("the usual delimiters");
    environment.set_syntax(syntax);
    for name in Files::iter() {
        let file = Files::get(&name).expect("listed a moment ago");
        let source = String::from_utf8(file.data.into_owned()).expect("templates are UTF-8");
        environment.add_template_owned(name.into_owned(), source).expect("the desk's own templates are correct");
    }
    environment.add_filter("money", money);
    environment.add_filter("when", when);
    environment.add_filter("day", day);
    environment.add_filter("signed", signed);
    environment
});

/// The page as HTML.
pub fn render<V: View>(desk: &Desk, page: &V) -> String {
    let mut desk = desk.clone();
    desk.section = V::SECTION;
    let template = ENVIRONMENT.get_template(V::TEMPLATE).expect("every view names an existing template");
    template
        .render(context! { desk => Value::from(Serde(&desk)), page => Value::from(Serde(page)) })
        .expect("the desk's own templates render whatever their view holds")
}

fn money(state: &State, amount_minor: i64) -> String {
    let code = setting(state, "currency");
    let currency = Currency::from_code(&code).expect("the desk always has a currency");
    format::money(amount_minor, currency)
}

fn when(state: &State, at: i64) -> String {
    format::when(Timestamp(at), &setting(state, "time_zone"))
}

fn day(state: &State, at: i64) -> String {
    format::day(Timestamp(at), &setting(state, "time_zone"))
}

fn signed(delta: i64) -> String {
    match delta {
        0 => "–".into(),
        delta => format!("{delta:+}"),
    }
}

fn setting(state: &State, name: &str) -> String {
    let desk = state.lookup("desk").unwrap_or(Value::UNDEFINED);
    desk.get_attr(name).map(|value| value.to_string()).unwrap_or_default()
}

/// The names of all templates that are pages: not the frames, the macros or parts.
pub fn page_names() -> impl Iterator<Item = String> {
    Files::iter()
        .map(|name| name.into_owned())
        .filter(|name| !name.contains("/_") && !matches!(name.as_str(), "frame.html" | "fields.html" | "picker.html"))
}
