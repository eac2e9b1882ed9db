//! What the generator itself can do: `cargo bench -p loadtest --bench ceiling` prints requests per second, and who was the limit,
//! and beside it what wrk and Locust do, where they are installed.
//!
//! A server that answers every request with the same bytes, as fast as a loop over sockets can, takes the place of a shop. On a
//! machine with two cores each has one.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod others;

use loadtest::generator::{Assignment, Chief, Coming, Order, Tally, work};
use loadtest::mix::Mix;
use loadtest::report::data::Connections;
use loadtest::shopper::Shop;
use loadtest::way::Way;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

/// Seconds that are measured, behind one that is not.
const SECONDS: u32 = 5;
/// Shoppers that never think. An alarm rings up to two milliseconds late, so fewer would be the limit themselves.
const SHOPPERS: f64 = 2_000.0;

/// One page after the other.
const RESTLESS: &str = r#"
name = "restless"
about = "asks without a pause"
product_exponent = 1.0
retry_sold_out = 0.0
[think]
distribution = "lognormal"
median_s = 0.000001
sigma = 0.0
min_s = 0.000001
max_s = 0.000001
[[personas]]
name = "restless"
share = 1.0
[[personas.stages]]
least = 65000
most = 65000
paths = [{ pages = ["product"] }]
"#;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let server = listener.local_addr()?;
    std::thread::spawn(move || serve(listener));
    for bytes in [1_000, 15_000] {
        // The page is as long as its address says.
        let product = format!("/products/{bytes}");
        let page = format!("<a href=\"{product}\">");
        let shop = Shop::learn(|path| Ok::<_, io::Error>((path == "/").then(|| page.clone())));
        let assignment = Assignment {
            worker: 0,
            workers: 1,
            way: Way::plain(server, "127.0.0.1"),
            sources: Vec::new(),
            connections: Connections::Pooled,
            connections_max: 1_000,
            mix: Mix::parse(RESTLESS, "the benchmark").map_err(io::Error::other)?,
            shop: shop.map_err(io::Error::other)?,
            seed: 1,
            began_ms: 0,
        };
        let mut watch = Watch::default();
        work(&assignment, now, &mut watch)?;
        let Watch { requests, errors, processor_s, worked_s, .. } = watch;
        let seconds = f64::from(SECONDS);
        // Only where the generator hardly ever waited was it the limit, and the rate its ceiling. Else the server was.
        let ours = requests as f64 / seconds;
        println!(
            "{bytes:>6} bytes a page: {ours:>7.0} requests/s; the generator was at work {:.0} % of the time, {:.0} % by its processor \
             clock; {errors} errors",
            worked_s / seconds * 100.0,
            processor_s / seconds * 100.0,
        );
        for other in others::measure(server, &product) {
            let Some(per_s) = other.per_s else {
                println!("{:>20}: not measured; is it installed?", other.name);
                continue;
            };
            println!("{:>20}: {per_s:>7.0} requests/s; the load test makes {:.1} times as many", other.name, ours / per_s);
        }
    }
    Ok(())
}

/// Lets everybody come in the first second and adds up the others.
#[derive(Default)]
struct Watch {
    ordered: bool,
    is_over: bool,
    requests: u64,
    errors: u64,
    processor_s: f64,
    worked_s: f64,
}

impl Chief for Watch {
    fn order(&mut self) -> Option<Order> {
        if self.is_over {
            return Some(Order::End).filter(|_| std::mem::take(&mut self.is_over));
        }
        let is_first = !std::mem::replace(&mut self.ordered, true);
        is_first.then_some(Order::Come(Coming { second: 0, midway: SHOPPERS, ..Coming::default() }))
    }

    fn tell(&mut self, tally: Tally) -> bool {
        if (1..=SECONDS).contains(&tally.second) {
            self.requests += tally.counts.requests;
            self.errors += tally.counts.errors;
            self.processor_s += tally.processor_s;
            self.worked_s += tally.busiest_s;
        }
        self.is_over = tally.second == SECONDS;
        true
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}

/// Answers every request with a page as long as its address says.
fn serve(mut listener: TcpListener) -> io::Result<()> {
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, Token(usize::MAX), Interest::READABLE)?;
    let (mut events, mut streams) = (Events::with_capacity(1_024), Vec::<TcpStream>::new());
    let (short, long) = (answer(1_000), answer(15_000));
    let mut room = [0; 4_096];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            let Some(stream) = streams.get_mut(event.token().0) else {
                while let Ok((mut stream, _)) = listener.accept() {
                    stream.set_nodelay(true)?;
                    poll.registry().register(&mut stream, Token(streams.len()), Interest::READABLE)?;
                    streams.push(stream);
                }
                continue;
            };
            while let Ok(count) = stream.read(&mut room)
                && count > 0
            {
                let answer = if room.starts_with(b"GET /products/1000 ") { &short } else { &long };
                // Less than the socket's own buffer, and whoever has asked is reading.
                stream.write_all(answer)?;
            }
        }
    }
}

fn answer(bytes: usize) -> Vec<u8> {
    let mut page = String::from("<form action=\"/cart/add\"><input type=\"hidden\" name=\"variant\" value=\"1\"></form>");
    page.push_str(&" ".repeat(bytes - page.len()));
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\netag: \"1\"\r\ncontent-length: {bytes}\r\n\r\n{page}")
        .into_bytes()
}
