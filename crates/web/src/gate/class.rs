//! What each address is worth when not everything can be answered: whoever has begun to pay finishes before anybody begins.
//!
//! The table of all addresses is [`way_of`], beside `routes.rs`; a test holds the two against each other.

use axum::http::Method;
use std::time::Duration;

/// How a request gets to its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// At once: out of memory, in microseconds. Pictures too: a handler that has to read one takes its turn then.
    Free,
    /// Through the gate.
    Gated(Route),
    /// A seller's file that comes or goes, or a letter to many: takes long, so only so many at a time.
    Bulk,
}

/// How urgent work is. The order is the order of turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What finishes a checkout that has begun.
    Pay,
    /// What begins one.
    Checkout,
    /// What fills a cart.
    Cart,
    /// A picture that is not in memory: part of a page that somebody looks at already.
    Picture,
    /// Everything else that shoppers look at.
    Browse,
    /// The seller's desk. It has a reserve of its own.
    Admin,
}

impl Class {
    /// All of them, the most urgent first.
    pub const ALL: [Self; Self::COUNT] = [Self::Pay, Self::Checkout, Self::Cart, Self::Picture, Self::Browse, Self::Admin];
    /// How many there are.
    pub const COUNT: usize = 6;

    /// As in figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Checkout => "checkout",
            Self::Cart => "cart",
            Self::Picture => "picture",
            Self::Browse => "browse",
            Self::Admin => "admin",
        }
    }

    /// Its place in arrays.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// How long a request waits for its turn before it is refused.
    pub fn patience(self) -> Patience {
        let millis = |calm, standing, line| {
            let [calm, standing, line] = [calm, standing, line].map(Duration::from_millis);
            Patience { calm, standing, line }
        };
        match self {
            // Nobody else is served while these wait, so they wait only for one another; a refusal here costs the most trust.
            Self::Pay => millis(5_000, 5_000, 2_000),
            Self::Checkout => millis(100, 45, 42),
            Self::Cart => millis(100, 45, 42),
            Self::Picture => millis(2_000, 2_000, 1_000),
            Self::Browse => millis(100, 45, 42),
            Self::Admin => millis(2_000, 500, 1_000),
        }
    }
}

/// How long one waits, and how long the line may be.
///
/// RFC 8289 (CoDel) tells good queues from bad ones by how long one stands in them, and a server's version of it (Maurer,
/// "Fail at Scale", ACM Queue 2015) by whether they were empty within 100 ms. By that rule alone a line fills and empties by
/// turns while far too many come: in the simulation half of those who are served have waited for 100 ms, or a tenth if the
/// newest goes first. A line that is no longer than what it gets done in some 40 ms does neither, stays first come, first
/// served, and refuses within 50 ms. It is shorter than patience lasts: whoever is not to have a turn is told so at the door,
/// which costs far less than to let them wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long somebody waits in a line that drained within the last [`STANDING`].
    pub calm: Duration,
    /// How long in one that did not.
    pub standing: Duration,
    /// As many may stand in a line as get their turn in this time.
    pub line: Duration,
}

/// A line that was not empty for this long does not drain by itself.
pub const STANDING: Duration = Duration::from_millis(100);

macro_rules! routes {
    ($($route:ident => $class:ident, $what:literal;)+) => {
        /// Addresses that cost about the same.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Route {
            $(#[doc = $what] $route,)+
        }

        impl Route {
            /// All of them.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$route,)+];
            /// How many there are.
            pub const COUNT: usize = [$(stringify!($route)),+].len();

            /// How urgent it is.
            pub const fn class(self) -> Class {
                match self {
                    $(Self::$route => Class::$class,)+
                }
            }
        }
    };
}

routes! {
    CheckoutSend => Pay, "The checkout's form, sent.";
    CheckoutGoesOn => Pay, "The bank's page, the page that waits, the checkout after a payment that failed.";
    Receipt => Pay, "What was bought.";
    Webhook => Pay, "A message from the payment provider.";
    CheckoutOpen => Checkout, "The checkout's form, asked for.";
    Cart => Cart, "The cart and its forms.";
    Picture => Picture, "A picture read from the database.";
    Page => Browse, "Pages of the shop that are not at hand as a whole.";
    Search => Browse, "Search, and lists with a filter.";
    Desk => Admin, "Pages and forms of the desk.";
}

impl Route {
    /// Its place in arrays.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Whether a visitor's checkout has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkout {
    /// Not that we know.
    NotBegun,
    /// There is one that is not finished.
    UnderWay,
}

/// The way of a request: the table of all addresses.
pub fn way_of(method: &Method, path: &str, query: Option<&str>, checkout: Checkout) -> Way {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let mut parts = path.strip_prefix('/').unwrap_or(path).splitn(3, '/');
    let (first, second, rest) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    match (first, second) {
        ("assets" | "media" | "theme.css" | "favicon.svg" | "favicon.ico" | "robots.txt" | "now.json", _) => Way::Free,
        ("admin", "assets") => Way::Free,
        ("admin", _) if is_bulk(reads, second, rest) => Way::Bulk,
        ("admin", _) => Way::Gated(Route::Desk),
        ("checkout", "") if !reads => Way::Gated(Route::CheckoutSend),
        ("checkout", "") if checkout == Checkout::NotBegun => Way::Gated(Route::CheckoutOpen),
        ("checkout", _) => Way::Gated(Route::CheckoutGoesOn),
        ("orders", _) => Way::Gated(Route::Receipt),
        ("webhooks", _) => Way::Gated(Route::Webhook),
        ("cart", _) => Way::Gated(Route::Cart),
        ("search", _) => Way::Gated(Route::Search),
        ("collections", _) if query.is_some_and(|query| !query.is_empty()) => Way::Gated(Route::Search),
        _ => Way::Gated(Route::Page),
    }
}

/// Files up and down, pictures up, and proofs: seconds of work, or as long as a slow line takes.
fn is_bulk(reads: bool, second: &str, rest: &str) -> bool {
    match second {
        "imports" => !reads || !rest.is_empty(),
        "products" => !reads && rest.ends_with("/pictures"),
        "settings" => !reads && rest == "branding/pictures",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: Method, address: &str, expected: Way) {
        let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
        assert_eq!(way_of(&method, path, query, Checkout::NotBegun), expected, "{method} {address}");
    }

    #[test]
    fn finishing_is_worth_more_than_beginning() {
        for (method, address, class) in [
            (Method::POST, "/checkout", Class::Pay),
            (Method::GET, "/checkout/confirm/7", Class::Pay),
            (Method::POST, "/checkout/confirm/7", Class::Pay),
            (Method::GET, "/checkout/pending/7", Class::Pay),
            (Method::GET, "/orders/1001", Class::Pay),
            (Method::POST, "/webhooks/payments", Class::Pay),
            (Method::GET, "/checkout", Class::Checkout),
            (Method::HEAD, "/checkout", Class::Checkout),
            (Method::POST, "/cart/add", Class::Cart),
            (Method::GET, "/cart", Class::Cart),
            (Method::GET, "/search?q=tote", Class::Browse),
            (Method::GET, "/collections/home?color=ink", Class::Browse),
            (Method::GET, "/", Class::Browse),
            (Method::GET, "/nothing/here", Class::Browse),
            (Method::GET, "/admin/flash-sales/1", Class::Admin),
            (Method::POST, "/admin/flash-sales/1/cancel", Class::Admin),
            (Method::GET, "/admin/imports", Class::Admin),
        ] {
            let Way::Gated(route) = way_of(&method, address.split('?').next().unwrap_or(""), None, Checkout::NotBegun) else {
                panic!("{method} {address} does not go through the gate");
            };
            assert_eq!(route.class(), class, "{method} {address}");
        }
        assert!(Class::ALL.is_sorted());
    }

    #[test]
    fn whoever_comes_back_to_a_checkout_is_finishing_it() {
        assert_eq!(way_of(&Method::GET, "/checkout", None, Checkout::UnderWay), Way::Gated(Route::CheckoutGoesOn));
        check(Method::GET, "/checkout", Way::Gated(Route::CheckoutOpen));
    }

    #[test]
    fn filters_make_a_list_dear_and_an_empty_question_mark_does_not() {
        check(Method::GET, "/collections/home?color=ink", Way::Gated(Route::Search));
        check(Method::GET, "/collections/home?", Way::Gated(Route::Page));
        check(Method::GET, "/collections/home", Way::Gated(Route::Page));
    }

    #[test]
    fn what_comes_out_of_memory_waits_for_nobody_and_files_take_turns_of_their_own() {
        for address in ["/now.json", "/media/7/640.jpg", "/assets/shop.js", "/theme.css?v=1", "/admin/assets/desk.css"] {
            check(Method::GET, address, Way::Free);
        }
        check(Method::GET, "/admin/imports/orders.csv", Way::Bulk);
        check(Method::POST, "/admin/imports", Way::Bulk);
        check(Method::POST, "/admin/imports/k/confirm", Way::Bulk);
        check(Method::POST, "/admin/products/7/pictures", Way::Bulk);
        check(Method::GET, "/admin/products/7", Way::Gated(Route::Desk));
        check(Method::POST, "/admin/settings/branding/pictures", Way::Bulk);
    }

    /// Addresses of `routes.rs` that are worth no more than any page of the shop.
    const PAGES: [&str; 9] = [
        "/",
        "/collections",
        "/collections/all",
        "/collections/{handle}",
        "/products/{handle}",
        "/sales/{handle}",
        "/early/{sale}/{key}",
        "/pages/{handle}",
        "/sitemap.xml",
    ];

    #[test]
    fn every_address_of_the_server_has_its_place_in_the_table() {
        let routes = include_str!("../routes.rs");
        let addresses: Vec<&str> =
            routes.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
        assert!(addresses.len() > 60, "the addresses are found");
        for address in addresses {
            let way = way_of(&Method::GET, &address.replace(['{', '}', '*'], ""), None, Checkout::NotBegun);
            let is_page = way == Way::Gated(Route::Page);
            assert_eq!(is_page, PAGES.contains(&address), "say in `way_of` what {address} is worth: {way:?}");
        }
    }
}
