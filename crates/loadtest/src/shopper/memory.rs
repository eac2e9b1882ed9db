//! What pages said: a page that is the same for everybody is unpacked and read once, however many shoppers get it.
//!
//! A page is known by its address and its ETag. What has no ETag is read each time.

use super::Moment;
use super::shop::PageNumber;
use crate::page::{attribute, form, hidden_value, tags};
use flate2::read::GzDecoder;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::rc::Rc;

/// The largest page, unpacked, bytes: a small answer can be a large page on purpose.
pub const PAGE_BYTES_MAX: u64 = 8 << 20;

/// How many pictures of one page are fetched: what a screen and the next one show. Browsers put the rest off.
const PICTURES_MAX: usize = 8;

/// Assets that are told apart in what a shopper has in their cache.
pub const ASSETS_MAX: usize = 512;

/// The number of a style sheet, script or picture.
pub type AssetNumber = u16;

/// What a page says to whoever only looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What a browser fetches for it.
    pub assets: Box<[AssetNumber]>,
    /// What a product's page offers.
    pub offer: Option<Offer>,
    /// Whether its script asks for what moves.
    pub asks_now: bool,
}

/// What can be put into the cart from a product's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The number of the variant, as the form carries it.
    pub variant: i64,
    /// Whether it can be had.
    pub stands: Stands,
}

/// How an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It can be put into the cart.
    Open,
    /// There are no units.
    SoldOut,
    /// Its sale has not opened.
    NotYet,
}

/// All that is remembered.
#[derive(Debug, Default)]
pub struct Memory {
    pages: Vec<Option<(u64, Rc<Said>)>>,
    /// When each page last said what it is remembered for.
    seen: Vec<Option<Moment>>,
    assets: Vec<String>,
    numbers: HashMap<String, AssetNumber>,
}

impl Memory {
    /// What the page with this ETag said, if it was read before.
    pub fn recall(&self, page: PageNumber, etag: &str) -> Option<Rc<Said>> {
        let (known, said) = self.pages.get(page as usize)?.as_ref()?;
        (!etag.is_empty() && *known == hash(etag)).then(|| Rc::clone(said))
    }

    /// The last that is known of a page.
    pub fn last(&self, page: PageNumber) -> Option<&Rc<Said>> {
        self.pages.get(page as usize)?.as_ref().map(|(_, said)| said)
    }

    /// When it said that.
    pub fn seen(&self, page: PageNumber) -> Option<Moment> {
        self.seen.get(page as usize).copied().flatten()
    }

    /// Notes that the page has just said what it is remembered for.
    pub fn see(&mut self, page: PageNumber, moment: Moment) {
        let at = page as usize;
        if self.seen.len() <= at {
            self.seen.resize(at + 1, None);
        }
        self.seen[at] = Some(moment);
    }

    /// Reads a page and remembers it.
    pub fn read(&mut self, page: PageNumber, etag: &str, text: &str) -> Rc<Said> {
        let said = Rc::new(self.said(text));
        let at = page as usize;
        if self.pages.len() <= at {
            self.pages.resize(at + 1, None);
        }
        self.pages[at] = Some((hash(etag), Rc::clone(&said)));
        said
    }

    /// Where an asset is.
    pub fn asset(&self, number: AssetNumber) -> &str {
        &self.assets[usize::from(number)]
    }

    /// What this page says, without remembering the page itself.
    pub fn said(&mut self, text: &str) -> Said {
        let links = tags(text, "<link").filter(|tag| matches!(attribute(tag, "rel"), Some("stylesheet" | "icon")));
        let links = links.filter_map(|tag| attribute(tag, "href"));
        let scripts = tags(text, "<script").filter_map(|tag| attribute(tag, "src"));
        let pictures = tags(text, "<img").filter_map(|tag| attribute(tag, "src")).take(PICTURES_MAX);
        let mut assets = Vec::new();
        // What another server keeps is not this one's load.
        for path in links.chain(scripts).chain(pictures).filter(|path| path.starts_with('/') && !path.starts_with("//")) {
            if let Some(number) = self.number(path).filter(|number| !assets.contains(number)) {
                assets.push(number);
            }
        }
        let asks_now = text.contains("data-stock-of=") || text.contains("data-countdown=");
        Said { assets: assets.into(), offer: offer(text), asks_now }
    }

    fn number(&mut self, path: &str) -> Option<AssetNumber> {
        if let Some(number) = self.numbers.get(path) {
            return Some(*number);
        }
        // Addresses of pictures change with the pictures, and a run can be long: then the rest is not fetched.
        let number = AssetNumber::try_from(self.assets.len()).ok()?;
        self.assets.push(path.to_owned());
        self.numbers.insert(path.to_owned(), number);
        Some(number)
    }
}

fn offer(page: &str) -> Option<Offer> {
    let form = form(page, "/cart/add")?;
    let variant = hidden_value(form, "variant")?.parse().ok()?;
    let is_closed = tags(form, "<button").any(|tag| tag.contains(" disabled"));
    let is_out = || crate::audit::is_sold_out(page, variant) || form.contains("stock-out");
    let stands = match is_closed {
        false => Stands::Open,
        true if is_out() => Stands::SoldOut,
        true => Stands::NotYet,
    };
    Some(Offer { variant, stands })
}

fn hash(etag: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    etag.hash(&mut hasher);
    hasher.finish()
}

/// The document as text, unpacked if it is packed; nothing when it is neither text nor packed text.
pub fn unpacked<'a>(body: &'a [u8], encoding: &str) -> Option<Cow<'a, str>> {
    match encoding {
        "" | "identity" => std::str::from_utf8(body).ok().map(Cow::Borrowed),
        "gzip" => {
            let mut text = String::new();
            let mut unpacking = GzDecoder::new(body).take(PAGE_BYTES_MAX);
            unpacking.read_to_string(&mut text).ok().map(|_| Cow::Owned(text))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn product(button: &str, level: &str) -> String {
        format!(
            "<link rel=\"stylesheet\" href=\"/assets/shop-1.css\"><link rel=\"canonical\" href=\"/x\">\
             <script src=\"/assets/shop-2.js\"></script>\
             <img src=\"/media/1/640\"><img src=\"https://cdn.example/2\"><img src=\"/media/1/640\">\
             <form action=\"/cart/add\"><input type=\"hidden\" name=\"variant\" value=\"17\">\
             <p class=\"stock stock-{level}\" data-stock-of=\"17\"></p>{button}</form>"
        )
    }

    #[test]
    fn a_page_says_what_it_offers_and_what_a_browser_fetches() {
        let mut memory = Memory::default();
        for (button, level, stands) in [
            ("<button>Add to cart</button>", "plenty", Stands::Open),
            ("<button disabled>Sold out</button>", "out", Stands::SoldOut),
            ("<button disabled>Opens soon</button>", "waiting", Stands::NotYet),
        ] {
            let said = memory.said(&product(button, level));
            assert_eq!(said.offer, Some(Offer { variant: 17, stands }));
            let assets: Vec<&str> = said.assets.iter().map(|number| memory.asset(*number)).collect();
            assert_eq!((assets, said.asks_now), (vec!["/assets/shop-1.css", "/assets/shop-2.js", "/media/1/640"], true));
        }
        assert_eq!(memory.said("<h1>About</h1>"), Said::default());
    }

    #[test]
    fn a_page_is_remembered_by_its_etag_and_without_one_it_is_not() {
        let mut memory = Memory::default();
        let said = memory.read(3, "\"1\"", &product("<button>", "plenty"));
        assert_eq!(memory.recall(3, "\"1\""), Some(said));
        assert_eq!((memory.recall(3, "\"2\""), memory.recall(2, "\"1\""), memory.recall(9, "\"1\"")), (None, None, None));
        memory.read(3, "", "");
        assert_eq!(memory.recall(3, ""), None);
    }

    #[test]
    fn a_packed_page_is_unpacked_and_what_is_no_text_is_refused() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"Night Train").expect("memory takes everything");
        let packed = packed.finish().expect("memory takes everything");
        assert_eq!(unpacked(&packed, "gzip").as_deref(), Some("Night Train"));
        assert_eq!(unpacked(b"Night Train", "").as_deref(), Some("Night Train"));
        assert_eq!((unpacked(b"\xff", ""), unpacked(b"Night", "gzip"), unpacked(b"Night", "br")), (None, None, None));
    }
}
