//! A page with one message: not found, failed, closed, being checked, refused.

use super::{CardView, View, samples};
use commerce::shop::Link;
use serde::Serialize;

/// A page with one message.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    /// A word above the title: `404`, `Payment`; may be empty.
    pub eyebrow: String,
    /// The message.
    pub title: String,
    /// What it means and what to do, paragraph by paragraph.
    pub text: Vec<String>,
    /// Ways on; the first is the main one.
    pub actions: Vec<Link>,
    /// Whether something is going on that the page waits for.
    pub waiting: bool,
    /// Whether the way into the shop is barred, so that header and footer lead nowhere.
    pub bare: bool,
    /// Something to look at instead.
    pub suggestions: Vec<CardView>,
}

impl MessageView {
    /// A message with a title and one paragraph.
    pub fn new(eyebrow: &str, title: &str, text: &str) -> Self {
        Self {
            eyebrow: eyebrow.into(),
            title: title.into(),
            text: vec![text.into()],
            actions: Vec::new(),
            waiting: false,
            bare: false,
            suggestions: Vec::new(),
        }
    }

    /// The same with one more way on.
    pub fn with_action(mut self, label: &str, url: &str) -> Self {
        self.actions.push(Link { label: label.into(), url: url.into() });
        self
    }
}

impl View for MessageView {
    const TEMPLATE: &'static str = "message.html";

    fn sample() -> Self {
        let mut view = Self::new("404", "This page is not here", "It may have moved, or the piece is no longer made.")
            .with_action("See everything", "/collections/all")
            .with_action("Back to the start", "/");
        view.suggestions = samples::cards().into_iter().take(4).collect();
        view
    }
}
