//! What a form sends: names and values, bounded and without control characters.

use crate::app::App;
use crate::error::Error;
use crate::pairs::pairs_of;
use crate::serve::read_body;
use axum::extract::{FromRequest, Request};
use axum::http::header;

/// The largest form of a shopper, bytes.
const FORM_BYTES_MAX: usize = 128 << 10;

/// The fields of a form, in its order.
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value of a name, without space around it; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// A number in a range, or `None`.
    pub fn number(&self, name: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        self.text(name).parse().ok().filter(|number| range.contains(number))
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self, Error> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !content_type.is_empty() && !content_type.starts_with("application/x-www-form-urlencoded") {
            return Err(Error::BadRequest("This address takes a form, not a file.".into()));
        }
        let body = read_body(request.into_body(), FORM_BYTES_MAX).await?;
        Ok(Self(pairs_of(&body)))
    }
}
