//! What a form sends: names and values, bounded and without control characters.

use crate::app::App;
use crate::error::Error;
use crate::serve::read_body;
use axum::extract::{FromRequest, Request};
use axum::http::{Uri, header};

/// The largest form of a shopper, bytes.
const FORM_BYTES_MAX: usize = 128 << 10;
/// The most fields of one form.
const FIELDS_MAX: usize = 200;

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

/// Names and values of a form's body, read the way browsers write it.
fn pairs_of(body: &[u8]) -> Vec<(String, String)> {
    // A form's body is written like the query of an address, so it is read as one; bytes an address cannot hold are escaped
    // first.
    let escaped: String = body
        .iter()
        .map(|&byte| {
            if byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let Ok(uri) = format!("/?{escaped}").parse::<Uri>() else { return Vec::new() };
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).map(|query| query.0).unwrap_or_default();
    pairs.into_iter().take(FIELDS_MAX).map(|(key, value)| (cleaned(&key), cleaned(&value))).collect()
}

/// A text without control characters: they mean nothing in a name or an address, and databases refuse some of them.
pub fn cleaned(text: &str) -> String {
    text.chars().map(|c| if c == '\n' || c == '\t' || c == '\r' { ' ' } else { c }).filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_a_form_of_some_kind() {
        for (body, expected) in [
            (&b"a=1&b=two+words"[..], vec![("a", "1"), ("b", "two words")]),
            (b"a=%00x%ff&a=2", vec![("a", "x\u{fffd}"), ("a", "2")]),
            (b"&&=&x", vec![("", ""), ("x", "")]),
            ("n=Größe #1".as_bytes(), vec![("n", "Größe #1")]),
            (b"\xff\xfe\x00", vec![("\u{fffd}\u{fffd}", "")]),
            (b"", vec![]),
        ] {
            let pairs = pairs_of(body);
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            assert_eq!(pairs, expected, "{body:?}");
        }
    }
}
