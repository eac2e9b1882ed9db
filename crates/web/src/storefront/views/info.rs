//! An info page: about, shipping, returns, contact.

use super::View;
use commerce::Timestamp;
use serde::Serialize;

/// An info page.
#[derive(Clone, Debug, Serialize)]
pub struct InfoView {
    /// Its name.
    pub title: String,
    /// Cleaned HTML.
    pub body_html: String,
    /// When it was last changed, UTC.
    pub updated_at: Timestamp,
}

impl View for InfoView {
    const TEMPLATE: &'static str = "info.html";

    fn sample() -> Self {
        Self {
            title: "Shipping & returns".into(),
            body_html: "<p>We pack within one working day and send with a tracked carrier.</p><h2>Delivery</h2><ul>\
                <li>Germany: one to two days</li><li>European Union: two to four days</li></ul><h2>Returns</h2>\
                <p>Send anything back within 30 days. <a href=\"/pages/contact\">Write to us</a> and we answer with a \
                label.</p><table><thead><tr><th>Zone</th><th>Price</th></tr></thead><tbody><tr><td>Germany</td>\
                <td>€4.90</td></tr><tr><td>European Union</td><td>€9.90</td></tr></tbody></table>"
                .into(),
            updated_at: super::samples::NOW,
        }
    }
}
