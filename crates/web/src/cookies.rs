//! Cookies that a browser brings.

use axum::http::{HeaderMap, header};

/// The value of a cookie; empty when it was not sent. Whatever other programs on this host have left in the browser, in whichever
/// letters, does not matter.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_cookie_is_found_in_every_line_and_beside_those_that_are_no_text() {
        let mut headers = HeaderMap::new();
        for line in [&b"theme=d\xe4mmerig; tag=\xf0\x9f\x92\xa5"[..], b"cart=7_1;visitor=5.x; =; lone", b"cart=8_1"] {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).expect("it is a header"));
        }
        let found = ["cart", "visitor", "tag", "theme", "lone", "none"].map(|name| cookie(&headers, name));
        assert_eq!(found, ["7_1", "5.x", "💥", "", "", ""]);
    }
}
