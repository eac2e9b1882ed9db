//! Who is counted: what every request says about its visitor, turned into a place by a hash whose key nobody else knows.
//!
//! Pages are the same for everyone and set no cookie, so a visitor is an address, a browser and a language. People who share all
//! three (an office, a family, a provider's gateway) count as one; whoever changes one of them counts twice. The visitor's
//! cookie of those who sent a form is not looked at: whoever got one in the middle of a visit would be two visitors from then on.
//!
//! What is kept of a visitor is a place, 18 bits that thousands of addresses share. The key of the hash is another for each
//! shop and each day, so nothing that is kept says who was here, whether two shops were visited by the same person, or whether
//! somebody came back the next day.

use super::marks::Place;
use crate::serve::Peer;
use axum::http::{HeaderMap, Method, header};
use rustc_hash::FxHasher;
use siphasher::sip::SipHasher13;
use std::hash::Hasher as _;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Bytes of a header that are looked at: no browser says more.
const HEADER_BYTES_MAX: usize = 512;
/// Names of browsers that are remembered: so many sets, powers of two, of so many each. A shop's visitors use some hundreds.
const SETS: usize = 1_024;
const NAMES_OF_SET: usize = 4;
/// What programs that are no person's browser say of themselves, in any case.
const ROBOT_WORDS: [&[u8]; 14] = [
    b"bot",
    b"crawl",
    b"spider",
    b"slurp",
    b"monitor",
    b"uptime",
    b"probe",
    b"preview",
    b"externalhit",
    b"headless",
    b"http",
    b"curl/",
    b"wget/",
    b"python",
];

/// Whether somebody who asks for this address looks at a page. Pictures, styles, the desk and what programs ask for are no pages,
/// and neither is `now.json`: an open window asks for it by itself, long after its reader has left.
pub fn is_page(method: &Method, path: &str) -> bool {
    const FIRST_SEGMENTS: [&str; 10] =
        ["", "products", "collections", "pages", "sales", "search", "cart", "checkout", "orders", "early"];
    let first = path.get(1..).and_then(|rest| rest.split('/').next());
    *method == Method::GET && first.is_some_and(|segment| FIRST_SEGMENTS.contains(&segment))
}

/// The key of a shop's hash for one day.
pub(super) type Key = [u8; 16];

/// What a request says about its visitor.
pub(super) struct Visitor<'a> {
    address: IpAddr,
    browser: &'a [u8],
    language: &'a [u8],
}

impl<'a> Visitor<'a> {
    /// The visitor who sent these headers.
    pub fn of(headers: &'a HeaderMap, peer: Peer) -> Self {
        let text = |name| headers.get(name).map_or(&[][..], |value| &value.as_bytes()[..value.len().min(HEADER_BYTES_MAX)]);
        Self { address: peer.0.ip(), browser: text(header::USER_AGENT), language: text(header::ACCEPT_LANGUAGE) }
    }

    /// Where this visitor is counted, or `None`: it is a robot.
    pub fn place(&self, key: &Key, persons: &PersonsBrowsers) -> Option<Place> {
        // The long texts go through a quick hash first; what leaves this function has gone through the one with the key.
        let mut quick = FxHasher::default();
        quick.write(self.browser);
        if !persons.have(quick.finish(), self.browser) {
            return None;
        }
        quick.write(self.language);
        let mut keyed = SipHasher13::new_with_key(key);
        keyed.write_u64(quick.finish());
        keyed.write_u64(match self.address.to_canonical() {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            // A household or a telephone has 64 bits of addresses and changes them at will.
            IpAddr::V6(address) => (address.to_bits() >> 64) as u64,
        });
        Some(Place::of(keyed.finish()))
    }
}

/// The last names of browsers that were no robots', by their hash: looking for a dozen words takes longer than all the rest.
/// Robots are looked at each time, so nobody can make people vanish by a robot whose name has the hash of their browser's.
pub(super) struct PersonsBrowsers(Box<[AtomicU64]>);

impl PersonsBrowsers {
    /// None yet.
    pub fn new() -> Self {
        Self((0..SETS * NAMES_OF_SET).map(|_| AtomicU64::new(0)).collect())
    }

    fn have(&self, hash: u64, name: &[u8]) -> bool {
        let set = &self.0[hash as usize % SETS * NAMES_OF_SET..][..NAMES_OF_SET];
        if hash != 0 && set.iter().any(|known| known.load(Relaxed) == hash) {
            return true;
        }
        let is_person = !names_a_robot(name);
        if is_person {
            let free = set.iter().position(|known| known.load(Relaxed) == 0);
            set[free.unwrap_or((hash >> 32) as usize % NAMES_OF_SET)].store(hash, Relaxed);
        }
        is_person
    }
}

/// Whether a browser's name is a robot's. Browsers have names.
fn names_a_robot(name: &[u8]) -> bool {
    let says = |word: &[u8]| {
        let mut places = name.windows(word.len()).enumerate().filter(|(_, part)| part.eq_ignore_ascii_case(word));
        // Cubot makes telephones.
        places.any(|(at, _)| word != b"bot" || !name[..at].to_ascii_lowercase().ends_with(b"cu"))
    };
    name.is_empty() || ROBOT_WORDS.iter().any(|word| says(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    fn place(address: &str, browser: &str, language: &str) -> Option<Place> {
        place_by(&[7; 16], address, browser, language)
    }

    fn place_by(key: &Key, address: &str, browser: &str, language: &str) -> Option<Place> {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, browser.parse().expect("a header value"));
        headers.insert(header::ACCEPT_LANGUAGE, language.parse().expect("a header value"));
        let peer = Peer(SocketAddr::new(address.parse().expect("an address"), 1));
        Visitor::of(&headers, peer).place(key, &PersonsBrowsers::new())
    }

    #[test]
    fn a_visitor_is_an_address_a_browser_and_a_language() {
        let ada = place("192.0.2.1", FIREFOX, "de");
        assert!(ada.is_some());
        assert_eq!(place("::ffff:192.0.2.1", FIREFOX, "de"), ada, "the same address written as IPv6");
        assert_ne!(place("192.0.2.2", FIREFOX, "de"), ada);
        assert_ne!(place("192.0.2.1", FIREFOX, "en"), ada);
        assert_ne!(place("192.0.2.1", "Mozilla/5.0 (iPhone)", "de"), ada);
        assert_ne!(place_by(&[8; 16], "192.0.2.1", FIREFOX, "de"), ada, "on another day she is somebody else");
    }

    #[test]
    fn a_household_with_many_addresses_is_one_visitor() {
        let ada = place("2001:db8:1:2::1", FIREFOX, "de");
        assert_eq!(place("2001:db8:1:2:ffff::7", FIREFOX, "de"), ada);
        assert_ne!(place("2001:db8:1:3::1", FIREFOX, "de"), ada);
    }

    #[test]
    fn robots_are_known_by_what_they_say() {
        for robot in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; YandexBot/3.0)",
            "facebookexternalhit/1.1",
            "UptimeRobot/2.0",
            "kube-probe/1.31",
            "Baiduspider",
            "curl/8.5.0",
            "Python-urllib/3.12",
            "Go-http-client/1.1",
            "Mozilla/5.0 HeadlessChrome/130.0",
            "",
        ] {
            assert_eq!(place("192.0.2.1", robot, "de"), None, "{robot}");
        }
        for person in [
            FIREFOX,
            "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        ] {
            assert!(place("192.0.2.1", person, "de").is_some(), "{person}");
        }
        assert_eq!(place("192.0.2.1", &format!("CUBOT {}", "AhrefsBot/7.0"), "de"), None);
    }

    #[test]
    fn a_name_that_is_known_is_not_looked_at_again_unless_it_is_a_robots() {
        let persons = PersonsBrowsers::new();
        for _ in 0..2 {
            assert!(persons.have(7, FIREFOX.as_bytes()));
            assert!(!persons.have(8, b"curl/8.5.0"));
        }
        assert!(persons.have(7, b"curl/8.5.0"), "the hash is the name");
        let of_the_same_set = |number: u64| 7 + (number << 32) * SETS as u64;
        (1..10).for_each(|other| assert!(persons.have(of_the_same_set(other), FIREFOX.as_bytes())));
        assert!(persons.have(of_the_same_set(9), b"curl/8.5.0"), "the last one is known");
        assert!(!persons.have(of_the_same_set(5), b"curl/8.5.0"), "one that is forgotten is looked at again");
        assert!(persons.have(8, FIREFOX.as_bytes()), "a robot's name says nothing about others");
    }

    #[test]
    fn pages_are_what_a_person_looks_at() {
        for page in ["/", "/products/house-blend", "/collections", "/search", "/orders/1001", "/checkout/confirm/5"] {
            assert!(is_page(&Method::GET, page), "{page}");
        }
        for other in
            ["/now.json", "/assets/shop.js", "/media/7/640", "/theme.css", "/robots.txt", "/admin", "/admin/orders", "/wp-login"]
        {
            assert!(!is_page(&Method::GET, other), "{other}");
        }
        assert!(!is_page(&Method::HEAD, "/") && !is_page(&Method::POST, "/cart/add") && !is_page(&Method::OPTIONS, "*"));
    }
}
