//! What shoppers know of a shop: the addresses that its own pages lead to. Read once before a run, and the same for everybody.

use crate::page::{attribute, tags};
use crate::report::data::Kind;
use forecast::chance::Chance;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::Range;

/// Pages of each kind that are known at most: enough for the largest shop that a search for its limits makes sense with.
const PAGES_MAX: usize = 100_000;
/// Search words at most.
const WORDS_MAX: usize = 500;
/// The shortest word that somebody searches for, letters.
const WORD_LETTERS_MIN: usize = 4;
/// Collections and sales that are looked into for the order of their products.
const SHELVES_MAX: usize = 20;

/// The number of a page of a shop.
pub type PageNumber = u32;

/// The addresses of a shop, by kind; products in the order in which the shop shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// Home first, then collections, products, searches, pages about the shop.
    paths: Vec<String>,
    /// Where each kind ends.
    ends: [u32; KINDS.len()],
}

/// The kinds of pages that are found by their address alone, in the order of their numbers.
const KINDS: [Kind; 5] = [Kind::Home, Kind::Collection, Kind::Product, Kind::Search, Kind::Info];

/// Why a shop cannot be learned from its pages.
#[derive(Debug, thiserror::Error)]
pub enum Unknown<E> {
    /// A page could not be read.
    #[error(transparent)]
    Unread(E),
    /// Nothing is for sale.
    #[error("no page of this shop leads to a product: is it open, does it have products, is this the right address?")]
    NoProducts,
}

/// Paths of a kind, each once, in the order in which they were met.
#[derive(Default)]
struct Found {
    paths: Vec<String>,
    known: HashSet<String>,
}

impl Found {
    fn add(&mut self, path: &str) {
        if self.paths.len() < PAGES_MAX && self.known.insert(path.to_owned()) {
            self.paths.push(path.to_owned());
        }
    }
}

impl Shop {
    /// Reads the front page, the site map, and the first collections and sales. `ask` gets a page by its path; nothing when the
    /// shop has no such page.
    ///
    /// # Errors
    /// When a page cannot be read, or none leads to a product.
    pub fn learn<E>(mut ask: impl FnMut(&str) -> Result<Option<String>, E>) -> Result<Self, Unknown<E>> {
        let mut learned = Learned::default();
        let mut read = |path: &str| ask(path).map(Option::unwrap_or_default).map_err(Unknown::Unread);
        learned.links(&read("/")?);
        for shelf in learned.shelves() {
            learned.links(&read(&shelf)?);
        }
        learned.links(&read("/collections/all")?);
        learned.sitemap(&read("/sitemap.xml")?);
        learned.into_shop().ok_or(Unknown::NoProducts)
    }

    /// The pages of a kind; none for kinds that are not found by their address alone.
    pub fn range(&self, kind: Kind) -> Range<PageNumber> {
        let Some(at) = KINDS.iter().position(|own| *own == kind) else { return 0..0 };
        let begin = if at == 0 { 0 } else { self.ends[at - 1] };
        begin..self.ends[at]
    }

    /// What kind of page it is.
    pub fn kind(&self, page: PageNumber) -> Kind {
        KINDS[self.ends.partition_point(|end| *end <= page).min(KINDS.len() - 1)]
    }

    /// Where it is: path and query.
    pub fn path(&self, page: PageNumber) -> &str {
        &self.paths[page as usize]
    }

    /// How many pages are known.
    pub fn pages(&self) -> usize {
        self.paths.len()
    }
}

#[derive(Default)]
struct Learned {
    collections: Found,
    products: Found,
    infos: Found,
}

impl Learned {
    fn links(&mut self, page: &str) {
        for tag in tags(page, "<a") {
            if let Some(path) = attribute(tag, "href") {
                self.link(path);
            }
        }
    }

    fn link(&mut self, path: &str) {
        // Filters and chosen variants are the same page in another dress.
        let path = path.split(['?', '#']).next().unwrap_or(path);
        match path.split('/').nth(1).filter(|_| path.starts_with('/')) {
            Some("collections") => self.collections.add(path),
            Some("products") => self.products.add(path),
            Some("sales" | "pages") => self.infos.add(path),
            _ => {}
        }
    }

    fn sitemap(&mut self, map: &str) {
        for part in map.split("<loc>").skip(1) {
            let address = part.split("</loc>").next().unwrap_or_default();
            let path = address.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
            self.link(path.unwrap_or_default());
        }
    }

    /// Sales first: what is in a sale is what people come for.
    fn shelves(&self) -> Vec<String> {
        let sales = self.infos.paths.iter().filter(|path| path.starts_with("/sales/"));
        let collections = self.collections.paths.iter().filter(|path| path.starts_with("/collections/"));
        sales.chain(collections).take(SHELVES_MAX).cloned().collect()
    }

    fn into_shop(self) -> Option<Shop> {
        let products = self.products.paths;
        if products.is_empty() {
            return None;
        }
        let searches = search_words(&products).map(|word| format!("/search?q={word}")).collect();
        let or_home = |paths: Vec<String>| if paths.is_empty() { vec!["/".to_owned()] } else { paths };
        let lists = [vec!["/".into()], or_home(self.collections.paths), products, or_home(searches), or_home(self.infos.paths)];
        let mut ends = [0; KINDS.len()];
        let mut end = 0;
        for (at, list) in lists.iter().enumerate() {
            end += u32::try_from(list.len()).expect("a kind has 100,000 pages at most");
            ends[at] = end;
        }
        Some(Shop { paths: lists.concat(), ends })
    }
}

/// The words of handles, which are titles in small letters: what people who look for a product type.
fn search_words(products: &[String]) -> impl Iterator<Item = String> {
    let words = products.iter().flat_map(|path| path.rsplit('/').next().unwrap_or_default().split('-'));
    let is_word = |word: &str| word.len() >= WORD_LETTERS_MIN && word.bytes().all(|letter| letter.is_ascii_alphabetic());
    let mut known = HashSet::new();
    let words: Vec<String> = words.filter(|word| is_word(word) && known.insert(*word)).map(str::to_owned).collect();
    words.into_iter().take(WORDS_MAX)
}

/// Which product somebody looks at: the one of rank r in proportion to 1 / r to the power of the exponent (Zipf).
#[derive(Clone, Debug)]
pub struct Popularity {
    /// The weights up to each rank.
    up_to: Vec<f64>,
}

impl Popularity {
    /// Of so many products, 1 at least.
    pub fn new(products: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let mut add = |rank: usize| {
            sum += (rank as f64).powf(-exponent);
            sum
        };
        Self { up_to: (1..=products.max(1)).map(&mut add).collect() }
    }

    /// A product, counted from 0.
    pub fn drawn(&self, chance: &mut Chance) -> u32 {
        let last = self.up_to.len() - 1;
        let drawn = chance.share() * self.up_to[last];
        self.up_to.partition_point(|up_to| *up_to <= drawn).min(last) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn juniper(path: &str) -> Result<Option<String>, ()> {
        let page = match path {
            "/" => {
                "<a class=\"x\" href=\"/products/night-train\">Night Train</a><a href=\"/collections/coffee\">Coffee</a>\
                <a href=\"https://elsewhere.example/products/other\">Other</a><a href=\"/sales/frost\">Sale</a>"
            }
            "/sales/frost" => "<a href=\"/products/plain-sunday?variant=7\">Plain Sunday</a>",
            "/sitemap.xml" => {
                "<url><loc>http://juniper.localhost:8080/products/hand-grinder</loc></url>\
                <url><loc>http://juniper.localhost:8080/products/night-train</loc></url><url><loc>nonsense</loc></url>\
                <url><loc>http://juniper.localhost:8080/pages/about</loc></url>\
                <url><loc>http://juniper.localhost:8080/</loc></url>"
            }
            _ => return Ok(None),
        };
        Ok(Some(page.to_owned()))
    }

    fn paths(shop: &Shop, kind: Kind) -> Vec<&str> {
        shop.range(kind).map(|page| shop.path(page)).collect()
    }

    #[test]
    fn a_shop_is_learned_from_its_pages_in_the_order_in_which_it_shows_its_products() {
        let shop = Shop::learn(juniper).expect("it has products");
        assert_eq!(paths(&shop, Kind::Product), ["/products/night-train", "/products/plain-sunday", "/products/hand-grinder"]);
        assert_eq!(paths(&shop, Kind::Collection), ["/collections/coffee"]);
        assert_eq!(paths(&shop, Kind::Info), ["/sales/frost", "/pages/about"]);
        let words = ["night", "train", "plain", "sunday", "hand", "grinder"].map(|word| format!("/search?q={word}"));
        assert_eq!(paths(&shop, Kind::Search), words);
        assert_eq!(paths(&shop, Kind::Pay), [""; 0]);
        for kind in KINDS {
            assert!(shop.range(kind).all(|page| shop.kind(page) == kind), "{kind:?}");
        }
    }

    #[test]
    fn a_shop_without_products_is_told_from_one_that_does_not_answer() {
        let empty = Shop::learn(|_| Ok::<_, ()>(Some("<h1>Soon</h1>".into())));
        assert!(matches!(empty, Err(Unknown::NoProducts)));
        assert!(matches!(Shop::learn(|_| Err("refused")), Err(Unknown::Unread("refused"))));
    }

    #[test]
    fn products_are_as_popular_as_zipf_says() {
        let popularity = Popularity::new(100, 1.1);
        let mut chance = Chance::new(5);
        let mut drawn = [0_u32; 100];
        for _ in 0..100_000 {
            drawn[popularity.drawn(&mut chance) as usize] += 1;
        }
        let ratio = f64::from(drawn[0]) / f64::from(drawn[9]);
        assert!((11.0..14.5).contains(&ratio), "the first is 10^1.1 = 12.6 times as popular as the tenth, not {ratio}; seed 5");
        assert!(drawn.iter().all(|count| *count > 0), "seed 5");
    }
}
