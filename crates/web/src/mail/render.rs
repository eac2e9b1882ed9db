//! Renders the mail templates that come with the program.

use super::MailView;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use rust_embed::RustEmbed;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "templates/mail"]
struct Templates;

/// A rendered message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("only white space is configured"));
    for name in Templates::iter() {
        let file = Templates::get(&name).expect("the name comes from the list of embedded templates");
        let source = String::from_utf8(file.data.into_owned()).expect("templates are UTF-8");
        environment.add_template_owned(name.into_owned(), source).expect("a test parses every embedded template");
    }
    environment
});

/// Renders the message of this kind, the name of its folder.
///
/// # Errors
/// When there is no such kind or a template fails.
pub fn render(kind: &str, view: &MailView) -> Result<MailText, minijinja::Error> {
    let part = |name: &str| -> Result<String, minijinja::Error> {
        ENVIRONMENT.get_template(&format!("{kind}/{name}"))?.render(Value::from(Serde(view)))
    };
    let subject = part("subject.txt")?.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(MailText { subject, text: part("body.txt")?, html: part("body.html")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [&str; 5] = ["order_placed", "order_fulfilled", "order_refunded", "order_canceled", "payment_refunded_late"];

    #[test]
    fn every_message_renders_and_says_whose_shop_it_is() {
        for kind in KINDS {
            let mail = render(kind, &MailView::sample()).expect(kind);
            assert!(!mail.subject.is_empty() && !mail.subject.contains('\n'), "{kind}");
            assert!(mail.text.contains("Juniper Roasters") && mail.html.contains("Juniper Roasters"), "{kind}");
            assert!(!mail.text.contains('<') && !mail.text.contains("\n\n\n"), "{kind}:\n{}", mail.text);
            // Lets a designer look at the messages: SAMPLE_PAGES=/some/folder cargo test -p web every_message
            if let Ok(folder) = std::env::var("SAMPLE_PAGES") {
                std::fs::write(format!("{folder}/mail-{kind}.html"), &mail.html).expect("the folder can be written");
                std::fs::write(format!("{folder}/mail-{kind}.txt"), &mail.text).expect("the folder can be written");
            }
        }
    }

    #[test]
    fn every_folder_of_templates_is_a_known_message() {
        for name in Templates::iter().filter(|name| !name.starts_with("parts/")) {
            assert!(KINDS.iter().any(|kind| name.starts_with(&format!("{kind}/"))), "{name} is never sent");
        }
    }

    #[test]
    fn names_are_escaped_in_html_and_left_alone_in_text() {
        let mut view = MailView::sample();
        view.greeting = "Ada <b>&</b>".into();
        let mail = render("order_placed", &view).expect("it renders");
        assert!(mail.html.contains("Ada &lt;b&gt;&amp;&lt;") && !mail.html.contains("<b>&"), "{}", mail.html);
        assert!(mail.text.contains("Ada <b>&</b>"));
    }
}
