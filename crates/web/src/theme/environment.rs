//! The template environment of one shop: the templates that come with the program, replaced one by one by the seller's own.
//!
//! Sellers' templates are not trusted: they run with fuel, without access to anything but the page's struct, always escaped, and
//! their output is cut off at [`PAGE_BYTES_MAX`].

use super::filters;
use crate::storefront::views::{self, Frame, Head, Page, ShopView, View};
use commerce::shop::Shop;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, escape_formatter};
use rust_embed::RustEmbed;
use serde::Serialize;
use std::io;

/// Instructions one page may run. The largest page that comes with the program needs about 60,000.
const FUEL: u64 = 1_500_000;
/// The largest page, bytes.
const PAGE_BYTES_MAX: usize = 4 << 20;
/// The largest template a seller may save, bytes.
const TEMPLATE_BYTES_MAX: usize = 256 << 10;
/// The deepest nesting of includes and macros.
const RECURSION_MAX: usize = 40;

#[derive(RustEmbed)]
#[folder = "templates/storefront"]
struct DefaultTemplates;

/// A seller's own version of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateOverride {
    /// Path below `templates/storefront`: `parts/card.html`.
    pub path: String,
    /// The template.
    pub source: String,
}

/// Why a template cannot be used, in words for the seller who wrote it.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// There is no template of this name to replace.
    #[error("There is no template named “{0}”")]
    UnknownPath(String),
    /// Longer than a template may be.
    #[error("The template is longer than {} KB", TEMPLATE_BYTES_MAX / 1024)]
    TooLong,
    /// It does not parse, or fails with the sample page.
    #[error("{0}")]
    Template(#[from] minijinja::Error),
}

/// The templates of one shop, ready to render.
pub struct Theme {
    environment: Environment<'static>,
    /// Whether header and footer are the program's own, which show nothing of the page between them.
    is_frame_plain: bool,
}

/// What the frame is drawn from.
const FRAME_TEMPLATES: [&str; 5] = [HEADER, FOOTER, "parts/early_access.html", "parts/icons.html", "parts/countdown.html"];
const HEADER: &str = "parts/header.html";
const FOOTER: &str = "parts/footer.html";

impl std::fmt::Debug for Theme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Theme")
    }
}

impl Theme {
    /// The theme of a shop. An override that does not parse is passed over, because a shop with the default look is better than
    /// no shop; it was checked when it was saved.
    pub fn new(shop: &Shop, overrides: &[TemplateOverride]) -> Self {
        let mut environment = empty_environment(&shop.time_zone);
        for name in template_names() {
            let own = overrides.iter().find(|template| template.path == name);
            if let Some(own) = own
                && environment.add_template_owned(name.clone(), own.source.clone()).is_ok()
            {
                continue;
            }
            let source = default_template(&name).expect("the name comes from the list of embedded templates");
            environment.add_template_owned(name, source).expect("a test parses every embedded template");
        }
        let is_frame_plain = !overrides.iter().any(|own| FRAME_TEMPLATES.contains(&own.path.as_str()));
        Self { environment, is_frame_plain }
    }

    /// The frame of a shop as templates see it, to be kept and used again: making it and drawing header and footer is most of
    /// the work of a small page.
    pub fn kept_frame(&self, shop: ShopView) -> Value {
        let draw = |template| {
            let alone = Page { shop: Frame::Made(Box::new(shop.clone())), head: Head::default(), page: () };
            // What does not draw here is left to the page, which tells what is wrong.
            if self.is_frame_plain { self.render_value(template, &alone).unwrap_or_default() } else { String::new() }
        };
        Value::from(Serde(ShopView { header: draw(HEADER), footer: draw(FOOTER), ..shop.clone() }))
    }

    /// Renders a page.
    ///
    /// # Errors
    /// When a seller's template fails, runs out of fuel or grows too large.
    pub fn render<V: View>(&self, page: &Page<V>) -> Result<String, minijinja::Error> {
        self.render_value(V::TEMPLATE, page)
    }

    fn render_value<T: Serialize>(&self, template: &str, page: &T) -> Result<String, minijinja::Error> {
        let mut output = CappedOutput(Vec::with_capacity(32 << 10));
        self.environment.get_template(template)?.render_captured_to(Value::from(Serde(page)), &mut output)?;
        Ok(String::from_utf8(output.0).expect("templates write text"))
    }
}

/// The names of all templates, sorted.
pub fn template_names() -> Vec<String> {
    let mut names: Vec<String> = DefaultTemplates::iter().map(|name| name.into_owned()).collect();
    names.sort();
    names
}

/// The template that comes with the program, or `None` when there is none of this name.
pub fn default_template(path: &str) -> Option<String> {
    DefaultTemplates::get(path).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// Checks a seller's template before it is saved: it must parse, and every page must still render with sample content.
///
/// # Errors
/// Says in one or two lines what is wrong and where.
pub fn check_template(shop: &Shop, path: &str, source: &str, others: &[TemplateOverride]) -> Result<(), TemplateError> {
    if default_template(path).is_none() {
        return Err(TemplateError::UnknownPath(path.into()));
    }
    if source.len() > TEMPLATE_BYTES_MAX {
        return Err(TemplateError::TooLong);
    }
    empty_environment(&shop.time_zone).add_template_owned(path.to_owned(), source.to_owned())?;
    let mut overrides: Vec<TemplateOverride> = others.iter().filter(|template| template.path != path).cloned().collect();
    overrides.push(TemplateOverride { path: path.into(), source: source.into() });
    render_all_samples(&Theme::new(shop, &overrides)).map(|_| ()).map_err(TemplateError::from)
}

/// Every page with its sample content, by template name.
///
/// # Errors
/// The first page that fails.
pub fn render_all_samples(theme: &Theme) -> Result<Vec<(&'static str, String)>, minijinja::Error> {
    fn one<V: View>(theme: &Theme) -> Result<(&'static str, String), minijinja::Error> {
        Ok((V::TEMPLATE, theme.render(&Page::<V>::sample())?))
    }
    Ok(vec![
        one::<views::HomeView>(theme)?,
        one::<views::BrowseView>(theme)?,
        one::<views::CollectionsView>(theme)?,
        one::<views::SaleView>(theme)?,
        one::<views::ProductView>(theme)?,
        one::<views::SearchView>(theme)?,
        one::<views::CartView>(theme)?,
        one::<views::CheckoutView>(theme)?,
        one::<views::ConfirmView>(theme)?,
        one::<views::OrderView>(theme)?,
        one::<views::InfoView>(theme)?,
        one::<views::MessageView>(theme)?,
    ])
}

fn empty_environment(time_zone: &str) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(write_escaped);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION_MAX);
    environment.set_debug(false);
    filters::add_to(&mut environment, time_zone);
    environment
}

/// Escapes what HTML gives a meaning to, in text and in quoted attributes. The usual formatter escapes slashes as well, which
/// makes every address on a page hard to read.
fn write_escaped(output: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let Some(text) = value.as_str().filter(|_| !value.is_safe()) else { return escape_formatter(output, state, value) };
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        output.write_str(&text[plain_from..at])?;
        output.write_str(escaped)?;
        plain_from = at + 1;
    }
    output.write_str(&text[plain_from..])?;
    Ok(())
}

/// Text that stops growing at [`PAGE_BYTES_MAX`].
struct CappedOutput(Vec<u8>);

impl io::Write for CappedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > PAGE_BYTES_MAX {
            return Err(io::Error::other("the page is too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::testing::juniper_roasters;

    fn attempt(path: &str, source: &str) -> Result<(), TemplateError> {
        check_template(&juniper_roasters(), path, source, &[])
    }

    #[test]
    fn every_page_renders_with_its_sample() {
        let theme = Theme::new(&juniper_roasters(), &[]);
        for (template, html) in render_all_samples(&theme).expect("the embedded templates are sound") {
            assert!(html.contains("Juniper Roasters"), "{template} does not say whose shop it is");
            assert!(!html.contains(" style="), "{template} has an inline style, which the content policy forbids");
            assert!(!html.contains("onclick="), "{template} has an inline script, which the content policy forbids");
            // Lets a designer look at the pages: SAMPLE_PAGES=/some/folder cargo test -p web every_page
            if let Ok(folder) = std::env::var("SAMPLE_PAGES") {
                std::fs::write(format!("{folder}/{template}"), html).expect("the folder can be written");
            }
        }
    }

    #[test]
    fn a_page_in_the_kept_frame_is_the_same_page() {
        let shop = ShopView { sale: None, early_access: Vec::new(), ..ShopView::sample() };
        let own = TemplateOverride { path: "parts/header.html".into(), source: "<b>{{ head.title }}</b>".into() };
        let icons = default_template("parts/icons.html").expect("it is there").replace("<svg", "{{ head.title }}<svg");
        let of_icons = TemplateOverride { path: "parts/icons.html".into(), source: icons };
        for overrides in [vec![], vec![own], vec![of_icons]] {
            let theme = Theme::new(&juniper_roasters(), &overrides);
            for query in ["", "<tea>"] {
                let head = Head { query: query.into(), ..Head::sample() };
                let page = |shop| Page { shop, head: head.clone(), page: views::OrderView::sample() };
                let made = theme.render(&page(Frame::Made(Box::new(shop.clone())))).expect("it renders");
                let kept = theme.render(&page(Frame::Kept(theme.kept_frame(shop.clone())))).expect("it renders");
                assert_eq!(made, kept, "{query:?}, {overrides:?}");
            }
        }
    }

    #[test]
    fn a_sellers_template_is_escaped_and_limited() {
        assert!(attempt("info.html", "<h1>{{ page.title }}</h1>").is_ok());
        assert!(matches!(attempt("nothing.html", ""), Err(TemplateError::UnknownPath(_))));
        assert!(attempt("info.html", "{% if %}").is_err());
        assert!(attempt("info.html", "{{ page.titel }}").is_err(), "a misspelled name was accepted");
        assert!(attempt("info.html", "{% for a in range(100000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}").is_err());
        assert!(attempt("info.html", "{% include 'info.html' %}").is_err());
        assert!(attempt("info.html", &"x".repeat(TEMPLATE_BYTES_MAX + 1)).is_err());

        let own = [TemplateOverride { path: "info.html".into(), source: "{{ page.title }}".into() }];
        let html = Theme::new(&juniper_roasters(), &own).render(&Page::<views::InfoView>::sample()).expect("it renders");
        assert_eq!(html, "Shipping &amp; returns");
    }
}
