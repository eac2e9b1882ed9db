//! A report as one page that needs nothing else: no network, no font, no script that matters.
//!
//! What is to be known comes first, in a sentence; then what it means; then the evidence, part by part.

use crate::chart;
use crate::markup::escape;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");
/// Nothing is fetched, whatever a hostile name may have put into the text.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A page. All of its text is text, but for the bodies of its sections.
#[derive(Clone, Debug)]
pub struct Page {
    /// What the browser's tab says.
    pub title: String,
    /// The color of its head.
    pub mood: Mood,
    /// What it is about, in a word or two before the subject: `Load test of`.
    pub about: &'static str,
    /// What it is about.
    pub subject: String,
    /// When, how long, with what.
    pub details: String,
    /// The answer in one or two words.
    pub word: String,
    /// The answer in a sentence.
    pub sentence: String,
    /// What that means, a paragraph each.
    pub meaning: Vec<String>,
    /// The numbers to remember.
    pub figures: Vec<Figure>,
    /// The evidence.
    pub sections: Vec<Section>,
    /// The command that made it.
    pub made_by: &'static str,
}

/// What a page's head says by its color and its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// All is as it should be.
    Good,
    /// A limit was found.
    Limit,
    /// Nothing is known.
    Unknown,
    /// Something is broken.
    Broken,
    /// It says what is, and no verdict.
    Plain,
}

/// A number to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// The number with its unit.
    pub value: String,
    /// What has to be known with it.
    pub note: String,
}

/// A part of a page under its heading.
#[derive(Clone, Debug)]
pub struct Section {
    /// Unlike that of any other part; letters, digits and `-`.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it holds, as HTML.
    pub body: String,
}

impl Mood {
    /// Its class of the style sheet, and its sign.
    fn class_and_sign(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("good", "✓"),
            Self::Limit => ("limit", "▲"),
            Self::Unknown => ("unknown", "?"),
            Self::Broken => ("broken", "✗"),
            Self::Plain => ("plain", "→"),
        }
    }
}

impl Page {
    /// The page as HTML.
    pub fn html(&self) -> String {
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"{POLICY}\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
             <style>\n{STYLE}{}</style>\n</head>\n<body>\n",
            escape(&self.title),
            chart::STYLE
        );
        self.head(&mut html);
        html.push_str("<main>\n");
        self.figures(&mut html);
        self.parts(&mut html);
        let _ = write!(
            html,
            "</main>\n<footer><p>Made by <b>{}</b>. This page is one file: it loads nothing and can be sent on as it is.</p>\
             </footer>\n<script>{}</script>\n</body>\n</html>\n",
            escape(self.made_by),
            chart::SCRIPT
        );
        html
    }

    fn head(&self, html: &mut String) {
        let (class, sign) = self.mood.class_and_sign();
        let _ = write!(
            html,
            "<header class=\"{class}\"><div><p class=\"what\">{} <b>{}</b><br>{}</p><p class=\"word\"><span \
             aria-hidden=\"true\">{sign}</span> {}</p><h1>{}</h1>",
            escape(self.about),
            escape(&self.subject),
            escape(&self.details),
            escape(&self.word),
            escape(&self.sentence)
        );
        html.extend(self.meaning.iter().map(|sentence| paragraph(sentence)));
        html.push_str("</div></header>\n");
    }

    fn figures(&self, html: &mut String) {
        html.push_str("<dl class=\"figures\">");
        for Figure { name, value, note } in &self.figures {
            let (name, value, note) = (escape(name), escape(value), escape(note));
            let _ = write!(html, "<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>");
        }
        html.push_str("</dl>\n");
    }

    fn parts(&self, html: &mut String) {
        html.push_str("<nav aria-label=\"On this page\"><ul>");
        for Section { id, title, .. } in &self.sections {
            let _ = write!(html, "<li><a href=\"#{id}\">{}</a></li>", escape(title));
        }
        html.push_str("</ul></nav>\n");
        for Section { id, title, body } in &self.sections {
            let _ = writeln!(
                html,
                "<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{}</h2>{body}</section>",
                escape(title)
            );
        }
    }
}

impl Figure {
    /// A number to remember.
    pub fn new(name: impl Into<String>, value: impl Into<String>, note: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), note: note.into() }
    }
}

/// A paragraph of text.
pub fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}

/// Names and what they are, as a list: short facts.
pub fn facts<Name: AsRef<str>, Value: AsRef<str>>(facts: impl IntoIterator<Item = (Name, Value)>) -> String {
    definitions("facts", facts)
}

/// Words and what they mean, as a list.
pub fn words<Name: AsRef<str>, Value: AsRef<str>>(words: impl IntoIterator<Item = (Name, Value)>) -> String {
    definitions("words", words)
}

fn definitions<Name: AsRef<str>, Value: AsRef<str>>(class: &str, pairs: impl IntoIterator<Item = (Name, Value)>) -> String {
    let mut html = format!("<dl class=\"{class}\">");
    for (name, value) in pairs {
        let _ = write!(html, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name.as_ref()), escape(value.as_ref()));
    }
    html.push_str("</dl>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::well_formed::problem;

    #[test]
    fn a_page_is_well_formed_loads_nothing_and_keeps_text_as_text() {
        let hostile = "</title><script>alert(1)</script>\"' onload=x".to_owned();
        for mood in [Mood::Good, Mood::Limit, Mood::Unknown, Mood::Broken, Mood::Plain] {
            let page = Page {
                title: hostile.clone(),
                mood,
                about: "Test of",
                subject: hostile.clone(),
                details: hostile.clone(),
                word: hostile.clone(),
                sentence: hostile.clone(),
                meaning: vec![hostile.clone()],
                figures: vec![Figure::new(hostile.clone(), hostile.clone(), hostile.clone())],
                sections: vec![Section { id: "one", title: "One", body: facts([("a", &hostile)]) + &words([("b", &hostile)]) }],
                made_by: "doorbuster",
            };
            let html = page.html();
            assert_eq!(problem(&html), None);
            assert_eq!(html.matches("<script>").count(), 1);
            for fetch in [" src=", "href=\"http", "url(http", "@import", "<link", "<img", "fetch(", "XMLHttpRequest"] {
                assert!(!html.contains(fetch), "{fetch}");
            }
        }
    }
}
