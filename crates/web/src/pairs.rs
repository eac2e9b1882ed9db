//! Names and values as browsers write them: in the query of an address, and in the body of a form. Whatever the bytes are, they
//! are pairs of some kind; what they mean is for those who asked.

use axum::http::Uri;

/// The most fields that are read.
const FIELDS_MAX: usize = 200;

/// Names and values of a form's body or of an address's query, read the way browsers write them.
pub(crate) fn pairs_of(body: &[u8]) -> Vec<(String, String)> {
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
pub(crate) fn cleaned(text: &str) -> String {
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
