//! What search engines fetch: robots.txt and the sitemap.

use super::respond::kept_for;
use super::visit::{AtShop, Query, Visit};
use crate::error::Error;
use axum::response::Response;
use commerce::Timestamp;
use std::fmt::Write as _;

/// Addresses in one sitemap, as the protocol allows.
const ADDRESSES_MAX: usize = 50_000;
const XML: &str = "application/xml; charset=utf-8";

/// `/robots.txt`
pub async fn robots(visit: AtShop) -> Response {
    let closed = if visit.snapshot().shop.open { "" } else { "Disallow: /\n" };
    let text = format!(
        "User-agent: *\n{closed}Disallow: /admin\nDisallow: /cart\nDisallow: /checkout\nDisallow: /early\nDisallow: /orders\nDisallow: /search\n\
         Sitemap: {}\n",
        visit.canonical("/sitemap.xml")
    );
    kept_for(3_600, "text/plain; charset=utf-8", text.into_bytes())
}

/// `/sitemap.xml`, and its parts at `/sitemap.xml?part=1` where there are more addresses than one file may hold.
pub async fn sitemap(visit: Visit, query: Query) -> Result<Response, Error> {
    // It tells when each product was last changed.
    visit.availability().note_everything();
    let addresses = addresses(&visit);
    let parts: Vec<&[(String, Timestamp)]> = addresses.chunks(ADDRESSES_MAX).collect();
    let xml = match query.first("part") {
        "" if parts.len() > 1 => index(&visit, parts.len()),
        "" => address_set(&visit, parts[0]),
        part => {
            let part = part.parse::<usize>().ok().filter(|part| *part >= 1);
            address_set(&visit, part.and_then(|part| parts.get(part - 1)).ok_or(Error::NotFound)?)
        }
    };
    Ok(kept_for(600, XML, xml.into_bytes()))
}

/// Path and last change of every page worth finding.
fn addresses(visit: &AtShop) -> Vec<(String, Timestamp)> {
    let (snapshot, moment) = (visit.snapshot(), visit.moment());
    let newest = moment.products().map(|product| product.updated_at).max().unwrap_or_default();
    let mut addresses = vec![("/".to_owned(), newest), ("/collections".into(), newest), ("/collections/all".into(), newest)];
    addresses.extend(snapshot.collections.iter().map(|collection| (format!("/collections/{}", collection.handle), newest)));
    let sales = snapshot.sales.iter().filter(|sale| sale.closes_at > visit.now);
    addresses.extend(sales.map(|sale| (format!("/sales/{}", sale.handle), newest)));
    addresses.extend(snapshot.pages.iter().map(|page| (format!("/pages/{}", page.handle), page.updated_at)));
    addresses.extend(moment.products().map(|product| (format!("/products/{}", product.handle), product.updated_at)));
    addresses
}

fn index(visit: &AtShop, parts: usize) -> String {
    let mut xml = head("sitemapindex");
    for part in 1..=parts {
        let _ = write!(xml, "<sitemap><loc>{}</loc></sitemap>", escaped(&visit.canonical(&format!("/sitemap.xml?part={part}"))));
    }
    xml + "</sitemapindex>"
}

fn address_set(visit: &AtShop, addresses: &[(String, Timestamp)]) -> String {
    let mut xml = head("urlset");
    for (path, changed) in addresses {
        let path: String = path.split('/').map(crate::snapshot::browse::percent_encode).collect::<Vec<_>>().join("/");
        let _ = write!(xml, "<url><loc>{}</loc>", escaped(&visit.canonical(&path)));
        if changed.0 > 0 {
            let _ = write!(xml, "<lastmod>{}</lastmod>", visit.moment().date(*changed, "%Y-%m-%d"));
        }
        xml.push_str("</url>");
    }
    xml + "</urlset>"
}

fn head(element: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{element} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
