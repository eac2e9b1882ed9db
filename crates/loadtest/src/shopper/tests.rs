//! Shoppers against answers written by hand: what they ask for next, what they remember, and when they leave.

use super::*;
use crate::audit::{Receipt, SaidBy, SoldOut};
use crate::response::read_response;

const BUYER: &str = r#"
name = "buyer"
about = "buys at once"
product_exponent = 0.0
retry_sold_out = 0.0
[think]
distribution = "exponential"
mean_s = 20.0
max_s = 60.0
[[personas]]
name = "buyer"
share = 1.0
[[personas.stages]]
paths = [{ pages = ["product", "cart-change", "checkout", "pay", "receipt"] }]
"#;

const CHECKOUT: &str = "<form action=\"/checkout\"><input type=\"hidden\" name=\"checkout_id\" value=\"AZq0\">\
    <input type=\"hidden\" name=\"total_seen\" value=\"2380\"><select name=\"country\"><option value=\"\"><option value=\"DE\">\
    </select>";
const DELIVERY: &str = "<input type=\"radio\" name=\"shipping_method\" value=\"standard\" checked>";
const RECEIPT: &str = "<script type=\"application/ld+json\">{\"@type\":\"Order\",\"orderNumber\":\"1001\",\"price\":\"27.70\",\
    \"priceCurrency\":\"EUR\",\"orderedItem\":[{\"orderQuantity\":1,\"orderedItem\":{\"productID\":\"17\"}}]}</script>";

fn product(button: &str, level: &str) -> String {
    format!(
        "<link rel=\"stylesheet\" href=\"/shop.css\"><form action=\"/cart/add\">\
         <input type=\"hidden\" name=\"variant\" value=\"17\"><p class=\"stock-{level}\" data-stock-of=\"17\">{button}</form>"
    )
}

/// Somebody on their way, and the clock.
struct Way {
    market: Market,
    shopper: Shopper,
    now_us: u64,
    doing: Doing,
}

impl Way {
    fn of(mix: &str) -> Self {
        let mix = Mix::parse(mix, "the test").expect("the mix is right");
        let page = |path: &str| Ok::<_, ()>((path == "/").then(|| "<a href=\"/products/tote\">".to_owned()));
        let shop = Shop::learn(page).expect("there is a product");
        let way = crate::way::Way::plain(([127, 0, 0, 1], 80).into(), "juniper.example");
        let mut market = Market::open(Opening { mix, shop, way: &way, began_ms: 1_000, run: "r".into() });
        let mut shopper = market.arrive(7, Chance::new(1));
        let doing = shopper.wake(&mut market, 0);
        Self { market, shopper, now_us: 0, doing }
    }

    /// What is asked for now; whoever looks at something is let look until they want the next thing.
    fn asks(&mut self) -> String {
        while let Doing::Look { until_us } = self.doing {
            self.now_us = until_us;
            self.doing = self.shopper.wake(&mut self.market, until_us);
        }
        match self.doing {
            Doing::Ask => String::from_utf8_lossy(self.market.write(&self.shopper)).into_owned(),
            _ => "leaves".into(),
        }
    }

    fn first_line(&mut self) -> String {
        self.asks().split(" HTTP/1.1").next().unwrap_or_default().to_owned()
    }

    fn is_answered(&mut self, status: u16, headers: &str, body: &str) -> Opinion {
        self.asks();
        let length = body.len();
        let bytes = format!("HTTP/1.1 {status} x\r\ncontent-type: text/html\r\n{headers}content-length: {length}\r\n\r\n{body}");
        let response = read_response(bytes.as_bytes()).expect("it is HTTP").expect("it is whole");
        let moment = Moment { sent_us: self.now_us, now_us: self.now_us + 2_000 };
        let (opinion, doing) = self.shopper.answered(&mut self.market, &response, moment);
        self.doing = doing;
        opinion
    }

    /// Answers what moves and what is fetched along with pages until a page is asked for.
    fn comes_to(&mut self, expected: &str) {
        for _ in 0..200 {
            let asked = self.first_line();
            if asked != "GET /now.json" && asked != "GET /shop.css" {
                assert_eq!(asked, expected);
                return;
            }
            assert_eq!(self.is_answered(200, "", ""), Opinion::Fine);
        }
        panic!("{expected} is never asked for");
    }

    fn in_the_cart() -> Self {
        let mut way = Self::of(BUYER);
        way.comes_to("GET /products/tote");
        assert_eq!(way.is_answered(200, "", &product("<button>Add</button>", "plenty")), Opinion::Fine);
        way.comes_to("POST /cart/add");
        assert!(way.asks().ends_with("\r\n\r\nvariant=17&quantity=1"));
        way.is_answered(303, "location: /cart\r\nset-cookie: cart=9_1\r\n", "");
        way
    }

    fn at_the_till() -> Self {
        let mut way = Self::in_the_cart();
        way.comes_to("GET /cart");
        way.is_answered(200, "", "<h1>Your cart</h1>");
        way.comes_to("GET /checkout");
        assert_eq!(way.is_answered(200, "", CHECKOUT), Opinion::Fine);
        way.comes_to("POST /checkout");
        assert!(way.asks().contains("intent=refresh&email=shopper-r-7%40example.com"), "the address tells what delivery costs");
        let delivered = CHECKOUT.replace("2380", "2770").replace("<select", &format!("{DELIVERY}<select"));
        assert_eq!(way.is_answered(200, "", &delivered), Opinion::Fine);
        way
    }
}

#[test]
fn a_buyer_goes_from_the_product_to_the_receipt_as_a_browser_does() {
    let mut way = Way::at_the_till();
    let sent = way.asks();
    assert!(sent.contains("\r\ncookie: cart=9_1\r\n"), "{sent}");
    assert!(sent.contains("checkout_id=AZq0&total_seen=2770&intent=pay"), "{sent}");
    for field in ["country=DE", "shipping_method=standard", "card_number=4242"] {
        assert!(sent.contains(field), "{sent}");
    }
    way.is_answered(303, "location: /orders/1001?key=k\r\nset-cookie: cart=; max-age=0\r\n", "");
    way.comes_to("GET /orders/1001?key=k");
    assert_eq!(way.is_answered(200, "", RECEIPT), Opinion::Fine);
    let told = std::mem::take(&mut way.market.told);
    assert_eq!((told.orders, told.sold_out), (1, 0));
    let [Entry::Receipt(Receipt { order: 1_001, total, checkout_id, email, address, .. })] = &told.entries[..] else {
        panic!("{told:?}")
    };
    assert_eq!([total, checkout_id, email, address], ["27.70", "AZq0", "shopper-r-7@example.com", "/orders/1001?key=k"]);
    way.comes_to("GET /orders/1001?key=k");
    way.is_answered(200, "", RECEIPT);
    let told = way.market.told.orders;
    assert_eq!((way.first_line().as_str(), told), ("leaves", 0), "a receipt that is looked at again is the same");
}

#[test]
fn a_shop_that_delivers_nowhere_is_told_where_to_change_that() {
    let mut way = Way::in_the_cart();
    way.comes_to("GET /cart");
    way.is_answered(200, "", "<h1>Your cart</h1>");
    way.comes_to("GET /checkout");
    let nowhere = CHECKOUT.replace("<option value=\"DE\">", "");
    let Opinion::Failed(why) = way.is_answered(200, "", &nowhere) else { panic!("nobody can buy") };
    assert!(why.contains("delivers to no country") && why.contains("Settings, Shipping"), "{why}");
}

#[test]
fn a_total_that_has_changed_is_read_and_paid() {
    let mut way = Way::at_the_till();
    let changed = CHECKOUT.replace("2380", "2870");
    assert_eq!(way.is_answered(409, "", &format!("<p role=\"alert\">The total is 28.70 now.</p>{changed}")), Opinion::Fine);
    assert!(way.asks().contains("total_seen=2870&intent=pay"));
}

#[test]
fn whoever_is_told_that_it_is_sold_out_at_the_till_leaves_and_it_is_written_down() {
    let mut way = Way::at_the_till();
    let sold_out = format!("<div role=\"alert\" data-sold-out=\"17\"><p>Tote is sold out.</p></div>{CHECKOUT}");
    assert_eq!(way.is_answered(409, "", &sold_out), Opinion::Fine);
    assert_eq!(way.doing, Doing::Leave);
    let said = &way.market.told.entries[..];
    assert!(matches!(said, [Entry::SoldOut(SoldOut { variant: 17, quantity: 1, said_by: SaidBy::Checkout, .. })]), "{said:?}");
}

#[test]
fn a_product_that_is_sold_out_is_left_alone_or_another_one_is_looked_at() {
    for (retry, expected) in [("0.0", "leaves"), ("1.0", "GET /products/tote")] {
        let mut way = Way::of(&BUYER.replace("retry_sold_out = 0.0", &format!("retry_sold_out = {retry}")));
        way.is_answered(200, "", &product("<button disabled>Sold out</button>", "out"));
        way.comes_to(expected);
        assert_eq!(way.market.told.sold_out, 1);
    }
}

#[test]
fn what_is_not_what_was_asked_for_is_told_in_words() {
    for (status, headers, body, why) in [
        (200, "", "<h1>Tote</h1>", "the product's page has no form to put it into the cart"),
        (200, "", "<p role=\"alert\">Something broke</p>", "the page says: Something broke"),
        (404, "", "<h1>Nothing here</h1>", "404: Nothing here"),
        (500, "content-encoding: gzip\r\n", "<h1>No gzip</h1>", "the page cannot be unpacked"),
    ] {
        let mut way = Way::of(BUYER);
        assert_eq!(way.is_answered(status, headers, body), Opinion::Failed(why.into()));
        assert_eq!(way.doing, Doing::Leave);
    }
}

#[test]
fn whoever_is_refused_comes_back_when_told_and_not_for_ever() {
    let mut way = Way::of(BUYER);
    for time in 1..PATIENCE_TIMES {
        assert_eq!(way.is_answered(503, "retry-after: 3\r\n", "busy"), Opinion::Refused);
        assert_eq!(way.doing, Doing::Look { until_us: way.now_us + 3_002_000 }, "time {time}");
        way.comes_to("GET /products/tote");
    }
    way.is_answered(503, "retry-after: 3\r\n", "busy");
    assert_eq!(way.first_line(), "leaves");
}

#[test]
fn a_style_sheet_is_fetched_once_in_a_visit() {
    let mut way = Way::of(&BUYER.replace("\"cart-change\", \"checkout\", \"pay\", \"receipt\"", "\"product\""));
    let page = product("<button>Add</button>", "plenty");
    way.is_answered(200, "", &page);
    assert_eq!(way.first_line(), "GET /shop.css");
    way.is_answered(200, "", "");
    way.comes_to("GET /products/tote");
    way.is_answered(200, "", &page);
    assert_ne!(way.first_line(), "GET /shop.css");
}

#[test]
fn whoever_looks_at_a_page_has_its_script_ask_for_what_moves() {
    let mut way = Way::of(BUYER);
    way.is_answered(200, "", &product("<button>Add</button>", "plenty"));
    way.is_answered(200, "", "");
    // As if the page were looked at for a minute.
    way.shopper.wanted_us = way.now_us + 60_000_000;
    way.doing = way.shopper.look(way.now_us);
    assert!(matches!(way.doing, Doing::Look { until_us } if (4_000_000..=6_000_000).contains(&(until_us - way.now_us))));
    assert_eq!(way.first_line(), "GET /now.json");
    assert_eq!(way.is_answered(200, "", "{}"), Opinion::Fine);
    assert_eq!(way.first_line(), "GET /now.json", "again and again, as long as the page is looked at");
}
