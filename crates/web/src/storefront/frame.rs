//! What surrounds every page: header, footer, the band of the sale, and the head that machines read.

use super::views::{CountdownView, EarlyAccessView, Frame, Head, Page, SaleNoteView, ShopView, View};
use super::visit::AtShop;
use commerce::sale::{FlashSale, FlashSalePhase};
use commerce::shop::Link;

/// The longest description for search engines, characters.
const DESCRIPTION_CHARACTERS_MAX: usize = 160;
/// How long before its opening a sale is announced on every page, minutes.
pub const ANNOUNCED_MINUTES: i64 = 7 * 24 * 60;

/// What a page says about itself.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// Title of the page, without the shop's name.
    pub title: String,
    /// For search results; may hold HTML, which is taken out.
    pub description: String,
    /// Path of its one address; empty: it is nobody's business but the visitor's.
    pub canonical_path: String,
    /// `website` or `product`.
    pub kind: &'static str,
    /// Path or address of a picture for link previews.
    pub picture: String,
    /// Structured data, escaped.
    pub json_ld: String,
    /// Reload after so many seconds; zero: never.
    pub refresh_seconds: u32,
    /// What the search box holds.
    pub words: String,
    /// Whether the page has the sale in its middle already, or is no place for it.
    pub without_band: bool,
}

impl Heading {
    /// A page that search engines should find.
    pub fn public(title: &str, canonical_path: &str) -> Self {
        Self { title: title.into(), canonical_path: canonical_path.into(), kind: "website", ..Self::default() }
    }

    /// A page that is no business of search engines.
    pub fn private(title: &str) -> Self {
        Self { title: title.into(), kind: "website", without_band: true, ..Self::default() }
    }
}

/// The title of a page in the browser and in search results: with the shop's name, which sellers often write there themselves,
/// after a dash or a bar.
fn titled(title: &str, shop_name: &str) -> String {
    let before = title.strip_suffix(shop_name).map(str::trim_end);
    match before {
        _ if title.is_empty() => shop_name.into(),
        Some(before) if before.is_empty() || before.ends_with(['–', '—', '-', '|', '·']) => title.into(),
        _ => format!("{title} – {shop_name}"),
    }
}

impl AtShop {
    /// A page's content with everything around it.
    pub fn framed<V: View>(&self, heading: Heading, content: V) -> Page<V> {
        let shop = &self.snapshot().shop;
        let sale = if heading.without_band { None } else { self.announced_sale() };
        let title = titled(&heading.title, &shop.name);
        let absolute = |place: &str| if place.starts_with('/') { self.canonical(place) } else { place.to_owned() };
        let head = Head {
            title,
            description: plain_text(&heading.description, DESCRIPTION_CHARACTERS_MAX),
            noindex: heading.canonical_path.is_empty(),
            canonical_url: if heading.canonical_path.is_empty() { String::new() } else { absolute(&heading.canonical_path) },
            kind: heading.kind.into(),
            picture_url: absolute(&heading.picture),
            json_ld: heading.json_ld,
            refresh_seconds: heading.refresh_seconds,
            query: heading.words,
        };
        Page { shop: self.frame(sale), head, page: content }
    }

    fn frame(&self, sale: Option<SaleNoteView>) -> Frame {
        let snapshot = self.snapshot();
        let early_access = self.early_access_views();
        if sale.is_none() && early_access.is_empty() {
            Frame::Kept(snapshot.frame.get_or_init(|| snapshot.theme.kept_frame(self.shop_view(sale, early_access))).clone())
        } else {
            Frame::Made(Box::new(self.shop_view(sale, early_access)))
        }
    }

    fn shop_view(&self, sale: Option<SaleNoteView>, early_access: Vec<EarlyAccessView>) -> ShopView {
        let snapshot = self.snapshot();
        let (shop, branding) = (&snapshot.shop, &snapshot.shop.branding);
        let lines = shop.contact.postal_address.lines().map(str::trim).filter(|line| !line.is_empty());
        ShopView {
            name: shop.name.clone(),
            tagline: branding.tagline.clone(),
            logo: branding.logo.and_then(|logo| self.moment().stored_picture(logo, &shop.name)),
            announcement: branding.announcement.clone(),
            header_links: safe_links(&branding.header_links),
            footer_links: safe_links(&branding.footer_links),
            footer_text: branding.footer_text.clone(),
            email: shop.contact.email.clone(),
            phone: shop.contact.phone.clone(),
            postal_address: lines.map(str::to_owned).collect(),
            stylesheet_url: crate::theme::assets::stylesheet_url(),
            palette_url: snapshot.palette.0.clone(),
            script_url: crate::theme::assets::script_url(),
            sale,
            early_access,
            header: String::new(),
            footer: String::new(),
        }
    }

    /// The sale that matters most now: an open one, else the next.
    pub fn current_sale(&self) -> Option<&FlashSale> {
        let of_phase = |phase| self.snapshot().sales.iter().filter(move |sale| self.phase(sale) == phase);
        of_phase(FlashSalePhase::Open)
            .min_by_key(|sale| sale.closes_at)
            .or_else(|| of_phase(FlashSalePhase::Upcoming).min_by_key(|sale| sale.opens_for(&self.early_access)))
    }

    fn announced_sale(&self) -> Option<SaleNoteView> {
        self.current_sale()
            .filter(|sale| sale.opens_for(&self.early_access) <= self.now.plus_minutes(ANNOUNCED_MINUTES))
            .and_then(|sale| self.sale_note(sale))
    }

    /// A sale in one line; `None` once it is over.
    pub fn sale_note(&self, sale: &FlashSale) -> Option<SaleNoteView> {
        let (phase, at) = match self.phase(sale) {
            FlashSalePhase::Open => ("open", sale.closes_at),
            FlashSalePhase::Upcoming => ("upcoming", sale.opens_for(&self.early_access)),
            FlashSalePhase::Hidden | FlashSalePhase::Ended => return None,
        };
        let countdown = CountdownView::until(at, self.now);
        Some(SaleNoteView { url: format!("/sales/{}", sale.handle), name: sale.name.clone(), phase, countdown })
    }
}

/// Links that lead into the shop, to a site, or to a mail address; no others.
fn safe_links(links: &[Link]) -> Vec<Link> {
    let is_safe = |url: &str| {
        (url.starts_with('/') && !url.starts_with("//"))
            || ["https://", "http://", "mailto:"].iter().any(|start| url.starts_with(start))
    };
    links.iter().filter(|link| !link.label.is_empty() && is_safe(&link.url)).cloned().collect()
}

/// HTML as one line of text, cut at a word.
pub fn plain_text(html: &str, characters_max: usize) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                text.push(' ');
            }
            _ if in_tag => {}
            c => text.push(c),
        }
    }
    let text = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (entity, plain)| text.replace(entity, plain));
    let words: Vec<&str> = text.split_whitespace().collect();
    let whole = words.join(" ");
    if whole.chars().count() <= characters_max {
        return whole;
    }
    let cut: String = whole.chars().take(characters_max - 1).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_the_shop_once() {
        assert_eq!(titled("Night Train", "Juniper"), "Night Train – Juniper");
        assert_eq!(titled("Night Train – Juniper", "Juniper"), "Night Train – Juniper");
        assert_eq!(titled("Oil of Juniper", "Juniper"), "Oil of Juniper – Juniper");
        assert_eq!((titled("Juniper", "Juniper"), titled("", "Juniper")), ("Juniper".into(), "Juniper".into()));
    }

    #[test]
    fn descriptions_are_text_of_a_fitting_length() {
        assert_eq!(plain_text("<p>Tea &amp; more</p><ul><li>one</li></ul>", 160), "Tea & more one");
        assert_eq!(plain_text("one two three", 9), "one two…");
        assert_eq!(plain_text("", 9), "");
    }

    #[test]
    fn links_that_run_scripts_are_left_out() {
        let link = |url: &str| Link { label: "x".into(), url: url.into() };
        let links = [link("/a"), link("javascript:alert(1)"), link("//evil.example"), link("https://a.example"), link("data:,x")];
        let urls: Vec<String> = safe_links(&links).into_iter().map(|link| link.url).collect();
        assert_eq!(urls, ["/a", "https://a.example"]);
    }
}
