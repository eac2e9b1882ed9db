//! Which requests an edition can answer, and under which key their page is kept.
//!
//! A crowd that comes from one e-mail brings labels of the campaign in its addresses (`?utm_source=…`). They change nothing
//! on the page, so they are no part of the key; what would change the page is known here by name.

use crate::snapshot::browse::percent_encode;
use axum::http::Uri;
use std::borrow::Cow;

/// Addresses of one page each.
pub(super) const SINGLE: [&str; 9] = [
    "/",
    "/collections",
    "/collections/all",
    "/now.json",
    "/sitemap.xml",
    "/robots.txt",
    "/theme.css",
    "/favicon.svg",
    "/favicon.ico",
];
/// Folders in which every name can be a page.
const FOLDERS: [&str; 5] = ["/products/", "/collections/", "/sales/", "/pages/", "/assets/"];
/// Names after the question mark that choose another page, which is kept as well: where they count.
const CHOOSING: [(&str, &str); 3] = [("/products/", "variant"), ("/collections/", "page"), ("/sitemap.xml", "part")];
/// Names that filter and sort, or greet whoever was led here: such pages are made for each visitor. `option.` begins others.
const NARROWING: [&str; 8] = ["sort", "available", "price_min", "price_max", "vendor", "type", "q", "early"];
/// The longest key, bytes: longer addresses are made for each visitor.
const KEY_BYTES_MAX: usize = 512;

/// The key of the page that this address asks for; `None` when it is no business of editions.
pub fn key_of(uri: &Uri) -> Option<Cow<'_, str>> {
    let path = uri.path();
    let is_ours = path.len() <= KEY_BYTES_MAX && (SINGLE.contains(&path) || is_in_folder(path));
    if !is_ours {
        return None;
    }
    match uri.query() {
        None | Some("") => Some(Cow::Borrowed(path)),
        Some(query) => key_with_choice(path, query),
    }
}

/// The key of a page in a folder. Handles may be written in any script; browsers ask for them in ASCII.
pub(super) fn key_in(folder: &str, handle: &str) -> String {
    format!("{folder}{}", percent_encode(handle))
}

fn is_in_folder(path: &str) -> bool {
    FOLDERS.iter().any(|folder| path.strip_prefix(folder).is_some_and(|name| !name.is_empty() && !name.contains('/')))
}

fn key_with_choice<'a>(path: &'a str, query: &str) -> Option<Cow<'a, str>> {
    let mut choice = None;
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // A name in disguise may be any name.
        if name.contains(['%', '+']) || NARROWING.contains(&name) || name.starts_with("option.") {
            return None;
        }
        let chooses = CHOOSING.iter().any(|(folder, choosing)| path.starts_with(folder) && *choosing == name);
        if !chooses {
            continue;
        }
        // Written in one way only, so that a page has one key. The first of a list is the list itself.
        let is_plain = !value.starts_with('0') && (1..=19).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        if !is_plain || choice.is_some() {
            return None;
        }
        choice = Some((name, value)).filter(|choice| *choice != ("page", "1"));
    }
    match choice {
        None => Some(Cow::Borrowed(path)),
        Some((name, value)) => Some(Cow::Owned(format!("{path}?{name}={value}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expected: Option<&str>) {
        let uri: Uri = address.parse().expect(address);
        assert_eq!(key_of(&uri).as_deref(), expected, "{address}");
    }

    #[test]
    fn labels_of_a_campaign_lead_to_the_same_page() {
        check("/", Some("/"));
        check("/?utm_source=mail&utm_campaign=a%20b", Some("/"));
        check("/products/tote?gclid=x&variant=21", Some("/products/tote?variant=21"));
        check("/products/tote?variant=21&mc_eid=9", Some("/products/tote?variant=21"));
        check("/collections/all?page=2", Some("/collections/all?page=2"));
        check("/collections/bags?page=1", Some("/collections/bags"));
        check("/products/tote?page=7", Some("/products/tote"));
        check("/theme.css?v=abc", Some("/theme.css"));
        check("/sitemap.xml?part=2", Some("/sitemap.xml?part=2"));
    }

    #[test]
    fn what_is_made_for_one_visitor_has_no_key() {
        for address in [
            "/search?q=tote",
            "/cart",
            "/checkout",
            "/admin",
            "/media/1/600",
            "/products",
            "/products/",
            "/products/tote/more",
            "/?early=off",
            "/collections/all?sort=title",
            "/collections/all?so%72t=title",
            "/collections/all?option.Color=Ink",
            "/collections/all?page=2&page=3",
            "/collections/all?page=02",
            "/collections/all?page=x",
            "/products/tote?variant=",
        ] {
            check(address, None);
        }
    }
}
