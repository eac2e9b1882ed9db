//! Our shop under test: made and stocked over the public command line and the seller's desk, bought from over HTTP.

use crate::contest::Sample;
use crate::measure::cpu;
use crate::program::{Place, Server};
use crate::shopper::Shopper;
use loadtest::Cookies;
use loadtest::buyer::{Buyer, BuyerName, Errand};
use loadtest::crowd::{Crowd, Tally, Until, visit};
use serde_json::Value;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

/// Units of every variant: more than a day of measuring sells.
const UNITS: u32 = 100_000_000;
/// Variants beside the hot one.
const VARIANTS: usize = 100;
const HOT: &str = "blend-000";
const INES: &str = "ines@juniper.example";

/// What the buyers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errands {
    /// All check out with the same variant.
    Hot,
    /// Each with one of a hundred.
    Hundred,
    /// The whole way, with the hot variant.
    Journey,
}

/// A running shop.
pub struct Shop {
    engine: &'static str,
    place: Place,
    server: Server,
    /// The process in whose family the database is, where it is not the server itself.
    database: Option<u32>,
    /// Of shoppers who have one variant in the cart: the hot one first.
    carts: Vec<Cookies>,
    crowds: u16,
    receipts: Vec<u64>,
}

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn now() -> Instant {
    Instant::now()
}

impl Shop {
    /// Makes and opens it.
    ///
    /// # Errors
    /// When it cannot be bought from.
    pub fn open(engine: &'static str, postgres_url: Option<String>) -> Result<Self, String> {
        let database = postgres_url.as_deref().map(postmaster).transpose()?;
        let place = Place::on(postgres_url);
        place.create_shop("juniper", "127.0.0.1");
        place.must(&["import", "--shop", "juniper", &place.file("blends.csv", &products())]);
        let made = place.must(&["seller", "create", "juniper", INES, "--name", "Ines"]);
        let password = made.lines().find_map(|line| line.strip_prefix("Password: ")).ok_or("no password was printed")?;
        let server = place.start("serve");
        deliver_to_germany(&server.address, password)?;
        let mut shop = Self { engine, place, server, database, carts: Vec::new(), crowds: 0, receipts: Vec::new() };
        shop.carts = (0..=VARIANTS).map(|variant| shop.fill_cart(variant)).collect::<Result<_, _>>()?;
        Ok(shop)
    }

    /// Buys for so many seconds.
    ///
    /// # Errors
    /// When one order fails.
    pub fn measure(&mut self, errands: Errands, buyers: usize, seconds: f64) -> Result<Sample, String> {
        let errand = |buyer: usize| match errands {
            Errands::Hot => Errand::Checkout { cart: self.carts[0].clone() },
            Errands::Hundred => Errand::Checkout { cart: self.carts[1 + buyer % VARIANTS].clone() },
            Errands::Journey => Errand::Journey { product: HOT.into() },
        };
        let errands = (0..buyers).map(errand).collect();
        let before = (cpu::of_process(self.server.pid()), self.database.map(cpu::of_family), cpu::own());
        let (crowd, tally) = self.send(errands, Until::Instant(now() + Duration::from_secs_f64(seconds)))?;
        let after = (cpu::of_process(self.server.pid()), self.database.map(cpu::of_family), cpu::own());
        self.receipts.extend(crowd.iter().flat_map(|buyer| &buyer.receipts));
        let thousands = tally.done as f64 / 1_000.0;
        let millis = |quantile| tally.latency.value_at_quantile(quantile) as f64 / 1_000.0;
        Ok(Sample {
            per_second: tally.done as f64 / tally.elapsed.as_secs_f64(),
            p50_ms: millis(0.5),
            p99_ms: millis(0.99),
            server: Some((after.0 - before.0) / thousands),
            database: before.1.zip(after.1).map(|(before, after)| (after - before) / thousands),
            client: (after.2 - before.2) / thousands,
        })
    }

    /// Whether the books hold and every receipt that was read is one of the shop's orders, in a sentence.
    ///
    /// # Errors
    /// When not.
    pub fn prove(&mut self) -> Result<String, String> {
        let said = self.place.run(&["verify", "--json"]);
        let proof: Value = serde_json::from_str(&said.output).map_err(|error| format!("{error}: {}", said.complaint))?;
        if proof["holds"] != Value::Bool(true) {
            return Err(format!("The books on {} do not hold:\n{}", self.engine, self.place.run(&["verify"]).output));
        }
        let claims = proof["shops"][0]["claims"].as_array().ok_or("the proof makes no claims")?;
        let orders = claims.iter().find(|claim| claim["id"] == "P2").and_then(|claim| claim["rows_checked"].as_u64());
        let read = self.receipts.len();
        self.receipts.sort_unstable();
        self.receipts.dedup();
        if self.receipts.len() != read || orders != Some(read as u64) {
            let numbers = self.receipts.len();
            return Err(format!(
                "On {}, {read} receipts with {numbers} numbers were read, and orders are {orders:?}",
                self.engine
            ));
        }
        let count = crate::measure::numbers::grouped(read as f64);
        Ok(format!(
            "{}: {count} receipts were read, {count} orders are in the books, and `doorbuster verify` holds.",
            self.engine
        ))
    }

    fn fill_cart(&mut self, variant: usize) -> Result<Cookies, String> {
        let (crowd, _) = self.send(vec![Errand::Cart { product: handle(variant) }], Until::Visits(1))?;
        let mut cookies = crowd[0].cookies.clone();
        // Everybody who buys is somebody else: one visitor may hold only so much.
        cookies.forget("visitor");
        Ok(cookies)
    }

    fn send(&mut self, errands: Vec<Errand>, until: Until) -> Result<(Vec<Buyer>, Tally), String> {
        self.crowds += 1;
        let named = (0..).zip(errands);
        let mut buyers: Vec<Buyer> =
            named.map(|(buyer, errand)| Buyer::new(BuyerName { crowd: self.crowds, buyer }, errand)).collect();
        let host = self.server.address.trim_start_matches("http://").to_owned();
        let server: SocketAddr = host.parse().expect("the server told its address");
        let tally = visit(&Crowd { server, host, until, clock: now }, &mut buyers).map_err(|error| error.to_string())?;
        if tally.failed > 0 {
            let (failed, failures) = (tally.failed, tally.failures.join("\n  "));
            return Err(format!(
                "{failed} of {} visits to the shop on {} failed:\n  {failures}",
                tally.done + failed,
                self.engine
            ));
        }
        Ok((buyers, tally))
    }
}

fn handle(variant: usize) -> String {
    format!("blend-{variant:03}")
}

fn products() -> String {
    let mut csv = String::from(
        "Handle,Title,Published,Status,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,\
         Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Requires Shipping\n",
    );
    for variant in 0..=VARIANTS {
        let handle = handle(variant);
        writeln!(
            csv,
            "{handle},House Blend {variant},TRUE,active,Title,Default Title,{handle},250,12.50,shopify,{UNITS},deny,TRUE"
        )
        .expect("memory takes everything");
    }
    csv
}

/// One zone, one way of delivery.
fn deliver_to_germany(address: &str, password: &str) -> Result<(), String> {
    let mut ines = Shopper::new(address);
    let zone = [
        ("zones.0.name", "Germany"),
        ("zones.0.countries", "DE"),
        ("zones.0.methods.0.name", "Parcel"),
        ("zones.0.methods.0.price", "4.90"),
    ];
    for (path, form) in
        [("/admin/sign-in", &[("email", INES), ("password", password.trim())][..]), ("/admin/settings/shipping", &zone)]
    {
        let page = ines.post(path, form).map_err(|error| error.to_string())?;
        if page.status != 303 {
            return Err(format!("{path} answered {}", page.status));
        }
    }
    Ok(())
}

/// The first process of the cluster whose address this is.
pub fn postmaster(url: &str) -> Result<u32, String> {
    let socket = url.split_once("host=").map(|(_, rest)| rest.split('&').next().unwrap_or(rest).replace("%2F", "/"));
    let file = Path::new(&socket.ok_or("the cluster has no socket")?).join("data/postmaster.pid");
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    text.lines().next().and_then(|pid| pid.trim().parse().ok()).ok_or_else(|| "the cluster has no process".to_owned())
}
