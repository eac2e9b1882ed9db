//! What an idle connection costs in resident memory: this server beside plain `axum::serve`, each in a process of its own, with
//! connections that have asked once and then say nothing. `cargo bench -p web --bench idle [-- COUNT]`.

#![allow(clippy::print_stdout, reason = "a benchmark answers on standard output")]

use db::OrderWriter;
use db::order_writer::{Clock, WriterOptions};
use outbound::payment::{PaymentProvider, Sandbox};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use web::gate::keeper::KeeperSettings;
use web::serve::{Entrance, ServeLimits, listen, serve};
use web::signature::Signer;
use web::{App, AppParts, Scheme, Site};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What makes this program a server.
const ROLE: &str = "IDLE_BENCH_SERVER";
/// Two processes with at most 20,000 open files each.
const CONNECTIONS: usize = 19_000;
/// Connections that are made and closed before anything is measured: threads, pools and caches are there then.
const WARM_UP: usize = 200;
/// Connections that are opened at once; a tenth of a second passes between two such groups.
const AT_ONCE: usize = 500;
/// Until every connection is parked, and freed memory has gone back to the system.
const SETTLED: Duration = Duration::from_secs(5);

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: juniper.localhost\r\n\r\n";

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    match std::env::var(ROLE).as_deref() {
        Ok("ours") => return runtime.block_on(serve_ours()),
        Ok(_) => return runtime.block_on(serve_plainly()),
        Err(_) => {}
    }
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(CONNECTIONS);
    println!("resident bytes for each of {count} idle connections");
    for role in ["axum::serve", "ours"] {
        let measured = runtime.block_on(measure(role, count))?;
        println!("{role:<12} {:>7} after they came, {:>7} after all asked again", measured.0, measured.1);
    }
    Ok(())
}

async fn measure(role: &str, count: usize) -> Result<(i64, i64), Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?).env(ROLE, role).stdout(Stdio::piped()).spawn()?;
    let measured = measure_child(&mut child, count).await;
    child.kill()?;
    child.wait()?;
    measured
}

async fn measure_child(child: &mut Child, count: usize) -> Result<(i64, i64), Box<dyn Error>> {
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("its output is piped")?).read_line(&mut line)?;
    let address: SocketAddr = line.trim().parse()?;
    drop(open(address, WARM_UP).await?);
    tokio::time::sleep(SETTLED).await;
    let before = resident_bytes(child.id())?;
    let mut clients = open(address, count).await?;
    tokio::time::sleep(SETTLED).await;
    let each = |now: i64| (now - before) / count as i64;
    let came = each(resident_bytes(child.id())?);
    // All of them have an answer on its way at the same time.
    for client in &mut clients {
        client.write_all(REQUEST.as_bytes())?;
    }
    for client in &mut clients {
        hear(client)?;
    }
    tokio::time::sleep(SETTLED).await;
    // Freed memory goes back to the system when the allocator is next called.
    drop(open(address, WARM_UP).await?);
    tokio::time::sleep(SETTLED).await;
    Ok((came, each(resident_bytes(child.id())?)))
}

/// Opens connections and asks once on each.
async fn open(address: SocketAddr, count: usize) -> Result<Vec<TcpStream>, Box<dyn Error>> {
    let mut clients = Vec::with_capacity(count);
    for index in 0..count {
        let mut client = TcpStream::connect(address)?;
        client.write_all(REQUEST.as_bytes())?;
        hear(&mut client)?;
        clients.push(client);
        if index % AT_ONCE == AT_ONCE - 1 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    Ok(clients)
}

/// Reads an answer.
fn hear(client: &mut TcpStream) -> Result<(), Box<dyn Error>> {
    let (mut heard, mut buffer) = (Vec::new(), [0; 16 << 10]);
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return Err("the server has closed the connection".into());
        }
        heard.extend_from_slice(&buffer[..length]);
        let text = String::from_utf8_lossy(&heard);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if body.len() >= announced.ok_or("an answer says how long it is")? {
            return Ok(());
        }
    }
}

fn resident_bytes(process: u32) -> Result<i64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("Linux says how much is resident")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<i64>()? * 1_024)
}

async fn serve_ours() -> Result<(), Box<dyn Error>> {
    let database = db::testing::sqlite().await;
    let clock: Clock = Arc::new(|| commerce::Timestamp::from_seconds(1_795_770_000));
    let (writer, work) = OrderWriter::over(database.db.clone(), Arc::clone(&clock), WriterOptions::default());
    tokio::spawn(work.run());
    let app = App::start(AppParts {
        db: database.db.clone(),
        writer,
        payments: PaymentProvider::Sandbox(Sandbox::new(b"a secret of the sandbox")),
        clock,
        work_clock: || Duration::ZERO,
        gate: KeeperSettings::of(2, 4),
        signer: Signer::new(b"a secret of the server"),
        scheme: Scheme::Http,
        public_port: None,
        payment_patience: Duration::from_secs(4),
        loadtest_shoppers_max: 0,
        mail_folder: None,
    });
    let site = Site::new(app.await?);
    let listeners = listen(([127, 0, 0, 1], 0).into(), 2)?;
    let limits =
        ServeLimits { connections_max: 2 * CONNECTIONS, idle_timeout: Duration::from_secs(600), ..ServeLimits::default() };
    println!("{}", listeners.address());
    serve(listeners, site, Entrance { limits, ..Entrance::default() }, std::future::pending()).await;
    Ok(())
}

async fn serve_plainly() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, axum::Router::new().fallback(|| async { "nothing is here\n" })).await?;
    Ok(())
}
