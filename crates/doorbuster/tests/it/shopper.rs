//! A shopper without a browser: pages, forms and cookies over plain HTTP, quick enough for a crowd.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// One visitor with a cookie jar.
pub struct Shopper {
    agent: ureq::Agent,
    nodes: Arc<Nodes>,
    cookies: BTreeMap<String, String>,
}

/// Where a shop is found: each request goes to the next node, and one that did not answer is left alone for a while.
pub struct Nodes {
    addresses: Vec<String>,
    asked: AtomicUsize,
    /// How often each is still passed over.
    passes: Vec<AtomicUsize>,
}

/// A node that did not answer is passed over so often.
const PASSES: usize = 40;

impl Nodes {
    /// These, each as `http://127.0.0.1:8080`.
    pub fn new(addresses: Vec<String>) -> Self {
        let passes = addresses.iter().map(|_| AtomicUsize::new(0)).collect();
        Self { addresses, asked: AtomicUsize::new(0), passes }
    }

    fn next(&self) -> usize {
        let next = || self.asked.fetch_add(1, Ordering::Relaxed) % self.addresses.len();
        let is_passed_over = |node: &usize| {
            let left = self.passes[*node].load(Ordering::Relaxed);
            self.passes[*node].store(left.saturating_sub(1), Ordering::Relaxed);
            left > 0
        };
        std::iter::repeat_with(next).take(self.addresses.len()).find(|node| !is_passed_over(node)).unwrap_or_else(next)
    }

    fn failed(&self, node: usize) {
        self.passes[node].store(PASSES, Ordering::Relaxed);
    }
}

type Answer = ureq::http::Response<ureq::Body>;

/// An answer.
#[derive(Clone, Debug)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// Where it leads; empty when nowhere.
    pub location: String,
    /// The document.
    pub body: String,
}

/// What became of an attempt to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bought {
    /// The receipt's path and the order's number on it.
    Receipt { path: String, number: String },
    /// The shop said that nothing is left.
    SoldOut,
    /// The connection broke, or something else was answered: status and text.
    Failed { status: u16, text: String },
}

impl Shopper {
    /// Somebody new to the shop at `address`.
    pub fn new(address: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
        // A redirect is an answer here, not a fault.
        let config = config.max_redirects_will_error(false).build();
        Self { agent: config.into(), nodes: Arc::new(Nodes::new(vec![address.to_owned()])), cookies: BTreeMap::new() }
    }

    /// Somebody new who asks these nodes, over a new connection each time, and waits for no answer longer than this.
    pub fn at_nodes(nodes: &Arc<Nodes>, patience: Duration) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
        let config = config.max_redirects_will_error(false).max_idle_connections(0).timeout_global(Some(patience)).build();
        Self { agent: config.into(), nodes: Arc::clone(nodes), cookies: BTreeMap::new() }
    }

    /// The shop is found at another address now.
    pub fn move_to(&mut self, address: &str) {
        self.nodes = Arc::new(Nodes::new(vec![address.to_owned()]));
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// The connection failed.
    pub fn get(&mut self, path: &str) -> Result<Page, ureq::Error> {
        let (agent, cookie) = (self.agent.clone(), self.cookie());
        self.ask(|address| agent.get(format!("{address}{path}")).header("cookie", &cookie).call())
    }

    /// Sends a form.
    ///
    /// # Errors
    /// The connection failed.
    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Result<Page, ureq::Error> {
        let (agent, cookie) = (self.agent.clone(), self.cookie());
        self.ask(|address| {
            let request = agent.post(format!("{address}{path}")).header("cookie", &cookie).header("origin", address);
            request.send_form(form.iter().copied())
        })
    }

    fn ask(&mut self, ask: impl FnOnce(&str) -> Result<Answer, ureq::Error>) -> Result<Page, ureq::Error> {
        let nodes = Arc::clone(&self.nodes);
        let node = nodes.next();
        let answered = ask(&nodes.addresses[node]).and_then(|answer| self.read(answer));
        if answered.is_err() {
            nodes.failed(node);
        }
        answered
    }

    /// Puts one unit of a product in the cart and goes to the checkout. Returns the form's `checkout_id`.
    ///
    /// # Errors
    /// The connection failed, or the shop said 503: not now.
    pub fn go_to_checkout(&mut self, product: &str) -> Result<String, ureq::Error> {
        let page = self.get(&format!("/products/{product}")).and_then(now)?;
        let variant = field(&page.body, "variant").unwrap_or_else(|| panic!("a variant is for sale on {page:?}"));
        let added = self.post("/cart/add", &[("variant", &variant), ("quantity", "1")]).and_then(now)?;
        assert_eq!((added.status, added.location.as_str()), (303, "/cart"), "{}", added.body);
        let checkout = self.get("/checkout").and_then(now)?;
        Ok(field(&checkout.body, "checkout_id").unwrap_or_else(|| panic!("there is something to pay on {checkout:?}")))
    }

    /// Sends the checkout's form with this test card, and goes nowhere from there.
    ///
    /// # Errors
    /// The connection failed.
    pub fn send_payment(&mut self, checkout_id: &str, email: &str, card_number: &str) -> Result<Page, ureq::Error> {
        let form = [
            ("checkout_id", checkout_id),
            ("intent", "pay"),
            ("email", email),
            ("name", "Ada Byron"),
            ("country", "DE"),
            ("line1", "Sonnenallee 1"),
            ("postal_code", "12047"),
            ("city", "Berlin"),
            ("card_number", card_number),
            ("card_expiry", "12 / 39"),
            ("card_cvc", "123"),
        ];
        self.post("/checkout", &form)
    }

    /// Pays for what is in the cart, with a card that every sandbox accepts.
    pub fn pay(&mut self, checkout_id: &str, email: &str) -> Bought {
        let outcome = self.send_payment(checkout_id, email, "4242 4242 4242 4242").and_then(|page| {
            if page.status != 303 {
                return Ok(refused(page));
            }
            let (mut path, mut receipt) = (page.location.clone(), self.get(&page.location)?);
            // What was sent before and lost its answer leads there by way of the page that asks the provider.
            if receipt.status == 303 {
                path.clone_from(&receipt.location);
                receipt = self.get(&path)?;
            }
            Ok(received(path, receipt))
        });
        outcome.unwrap_or_else(|error| Bought::Failed { status: 0, text: error.to_string() })
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn read(&mut self, mut answer: Answer) -> Result<Page, ureq::Error> {
        for header in answer.headers().get_all("set-cookie") {
            let pair = header.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        let location = answer.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let status = answer.status().as_u16();
        Ok(Page { status, location, body: answer.body_mut().read_to_string()? })
    }
}

/// The page, unless it says that it cannot be had now.
fn now(page: Page) -> Result<Page, ureq::Error> {
    if page.status == 503 { Err(ureq::Error::StatusCode(503)) } else { Ok(page) }
}

fn refused(page: Page) -> Bought {
    let is_sold_out = page.body.to_lowercase().contains("sold out");
    if page.status < 500 && is_sold_out { Bought::SoldOut } else { Bought::Failed { status: page.status, text: page.body } }
}

fn received(path: String, receipt: Page) -> Bought {
    match number_of(&receipt.body) {
        Some(number) if receipt.status == 200 => Bought::Receipt { path, number },
        _ => Bought::Failed { status: receipt.status, text: receipt.body },
    }
}

/// The order's number as the receipt shows it.
pub fn number_of(receipt: &str) -> Option<String> {
    let (_, rest) = receipt.split_once("eyebrow\">Order ")?;
    Some(rest.split('<').next()?.trim().to_owned())
}

/// The value of a form's field with this name.
pub fn field(body: &str, name: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split('"').next()?.to_owned())
}
