//! Keeps other sites from sending forms in a visitor's name, without a hidden field, so that pages stay the same for everyone.

use axum::http::{HeaderMap, Method, Request, header};

/// Whether a request would change something and comes from another site.
pub fn is_cross_site<B>(request: &Request<B>) -> bool {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    !is_safe && !is_from_here(request.headers())
}

/// A browser says in `Sec-Fetch-Site` where a request comes from; older ones say it in `Origin`; what says neither is no browser
/// and carries no visitor's cookies.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = text(header::HOST);
    let of_origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    host.is_some() && of_origin == host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_send_forms() {
        for (lines, expected) in [
            (vec![], true),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "cross-site"), ("origin", "http://shop.example"), ("host", "shop.example")], false),
            (vec![("origin", "http://shop.example:8080"), ("host", "shop.example:8080")], true),
            (vec![("origin", "http://evil.example"), ("host", "shop.example")], false),
            (vec![("origin", "null"), ("host", "shop.example")], false),
            (vec![("origin", "http://shop.example")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in &lines {
                headers.insert(*name, value.parse().expect("a header value"));
            }
            assert_eq!(is_from_here(&headers), expected, "{lines:?}");
        }
    }
}
