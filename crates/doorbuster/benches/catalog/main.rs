//! A large shop: how long its import and its start take, what it needs while nothing happens, and how soon a changed price stands
//! on every page.
//!
//! `cargo xtask bench catalog` runs it, over the built program and its commands, as a seller would.

mod form;
mod report;

#[path = "../measure/mod.rs"]
mod measure;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/program.rs"]
mod program;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/shopper.rs"]
mod shopper;

use measure::facts::{date, machine, said};
use measure::memory;
use measure::numbers::median;
use measure::plan::Plan;
use program::{ANY_PORT, Engine, Place, Server};
use report::{Report, Size};
use shopper::Shopper;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

const USAGE: &str = "\
Usage: cargo xtask bench catalog [--quick] [--rounds N]

  --quick      one round with a small shop, to see that everything works; the numbers mean nothing
  --rounds N   how often the program starts and a price changes (5); medians are told

A run that is not quick writes its section of docs/BENCHMARKS.md.";

const USUAL: Plan = Plan { rounds: 5, seconds: 1.0, is_quick: false };
/// Products of either shop, and variants of each product.
const PRODUCTS: usize = 10_000;
const VARIANTS: [usize; 2] = [1, 10];
/// How long nothing happens before the memory is looked at.
const REST: Duration = Duration::from_secs(10);
/// The longest that a start or a changed price is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// A list on which whatever costs least comes first.
const CHEAPEST_FIRST: &str = "/collections/all?sort=price-low";
/// The seller's way in.
const SELLER: &str = "seller@shop.example";
const PASSWORD: &str = "measured-with-care-42";

fn main() -> ExitCode {
    match Plan::read(USUAL, &[], USAGE).and_then(|(plan, _)| run(&plan)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn now() -> Instant {
    Instant::now()
}

fn run(plan: &Plan) -> Result<(), String> {
    let products = if plan.is_quick { 200 } else { PRODUCTS };
    let sizes = VARIANTS.iter().map(|variants| measure_shop(plan, products, *variants)).collect::<Result<Vec<_>, _>>()?;
    let report = Report { date: date(), machine: machine(), versions: said("rustc", &["--version"]), plan: *plan, sizes };
    report::print(&report);
    if plan.is_quick { Ok(()) } else { report::write(&report) }
}

/// Imports a shop of this size, starts it several times, and changes prices in it.
fn measure_shop(plan: &Plan, products: usize, variants: usize) -> Result<Size, String> {
    eprintln!("{products} products with {variants} variants each");
    let place = Place::new(Engine::Sqlite);
    place.create_shop("shop", "127.0.0.1");
    make_seller(&place)?;
    let file = place.file("products.csv", &catalog(products, variants));
    let began = now();
    place.must(&["import", "--shop", "shop", &file]);
    let import = began.elapsed().as_secs_f64();

    let mut starts = Vec::new();
    for _ in 0..=plan.rounds {
        let (server, took) = start(&place)?;
        starts.push(took * 1_000.0);
        server.stop();
    }
    let first_start_ms = starts.remove(0);

    let (server, _) = start(&place)?;
    rest()?;
    let idle = memory::of_process(server.pid());
    let mut prices = Vec::new();
    let mut seller = Shopper::new(&server.address);
    let signed_in =
        seller.post("/admin/sign-in", &[("email", SELLER), ("password", PASSWORD)]).map_err(|error| error.to_string())?;
    if signed_in.status != 303 {
        return Err(format!("the seller cannot sign in: {}", signed_in.status));
    }
    for round in 0..plan.rounds {
        prices.push(change_a_price(&server, &mut seller, round)? * 1_000.0);
    }
    let used = memory::of_process(server.pid());
    server.stop();
    Ok(Size { products, variants, import, first_start_ms, start_ms: median(starts), idle, price_ms: median(prices), used })
}

fn make_seller(place: &Place) -> Result<(), String> {
    let mut command = place.command(&["seller", "create", "shop", SELLER, "--name", "Seller"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(|error| error.to_string())?;
    let mut input = child.stdin.take().ok_or("its input is piped")?;
    writeln!(input, "{PASSWORD}").map_err(|error| error.to_string())?;
    drop(input);
    let ended = child.wait().map_err(|error| error.to_string())?;
    if ended.success() { Ok(()) } else { Err("the seller could not be made".into()) }
}

/// Products as a CSV file has them: a description of some sentences, a type, tags, and stock.
fn catalog(products: usize, variants: usize) -> String {
    let mut csv = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Status,Option1 Name,Option1 Value,Variant SKU,Variant Price,\
         Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy\n",
    );
    for product in 0..products {
        for variant in 0..variants {
            let about = if variant == 0 {
                format!(
                    "Bag {product},\"<p>Bag {product} is made of full-grain leather, lined with cotton, and closes with a zip.</p>\
                     <p>It holds a laptop, a bottle and what else a day needs.</p>\",Maker {},Kind {},\"tag-{}, tag-{}\",TRUE,active",
                    product % 40,
                    product % 12,
                    product % 30,
                    product % 7
                )
            } else {
                ",,,,,,".into()
            };
            writeln!(
                csv,
                "bag-{product},{about},Size,{variant},B-{product}-{variant},{}.00,shopify,{},deny",
                40 + product % 300,
                (product + variant) % 50
            )
            .expect("memory takes everything");
        }
    }
    csv
}

/// Starts the program; returns it and how many seconds passed until the front page was there.
fn start(place: &Place) -> Result<(Server, f64), String> {
    let began = now();
    let server = Server::start(place.command(&[&["serve"][..], &ANY_PORT].concat()));
    let page = Shopper::new(&server.address).get("/").map_err(|error| error.to_string())?;
    let took = began.elapsed().as_secs_f64();
    if page.status == 200 { Ok((server, took)) } else { Err(format!("the front page is answered with {}", page.status)) }
}

fn rest() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    runtime.block_on(async { tokio::time::sleep(REST).await });
    Ok(())
}

/// Changes the price of a product's first variant in the desk; returns how many seconds passed from sending the form until the
/// product's page, its list and the search all told the new one.
fn change_a_price(server: &Server, seller: &mut Shopper, round: usize) -> Result<f64, String> {
    let failed = |error: ureq::Error| error.to_string();
    let product = 17 + round;
    let pages = [format!("/products/bag-{product}"), format!("/search?q=B-{product}-0"), CHEAPEST_FIRST.to_owned()];
    let mut shopper = Shopper::new(&server.address);
    for page in &pages {
        let seen = shopper.get(page).map_err(failed)?;
        if seen.status != 200 {
            return Err(format!("{page} is answered with {}", seen.status));
        }
    }
    let editor = form::editor_of(seller, product)?;
    // Cheaper than everything else, so that it stands on the first page of the list.
    let price = format!("{}.{:02}", 7 + round, 31 + round);
    let mut fields = form::fields(&editor.body);
    let changed = fields.iter_mut().find(|(name, _)| name == "variants.0.price").ok_or("the editor shows a price")?;
    changed.1.clone_from(&price);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let began = now();
    let saved = seller.post(&editor.path, &fields).map_err(failed)?;
    if saved.status != 303 {
        return Err(format!("the product is not saved: {} {}", saved.status, saved.body));
    }
    for page in &pages {
        while !shopper.get(page).map_err(failed)?.body.contains(&price) {
            if began.elapsed() > PATIENCE {
                return Err(format!("{page} does not tell the new price {price}"));
            }
        }
    }
    Ok(began.elapsed().as_secs_f64())
}
