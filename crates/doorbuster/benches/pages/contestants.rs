//! Who is measured: we, nginx and plain axum, each on the same core with the same pages.

use crate::measure::demo::{BROWSER, Demo, JUNIPER, PRODUCT, SERVER_CORE};
use crate::measure::{cpu, memory};
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What this program is started with to be plain axum.
pub const PLAIN_AXUM: &str = "--plain-axum";
/// The pages.
pub const PATHS: [&str; 2] = ["/", PRODUCT];
/// How long nginx may take to start.
const START_MAX: Duration = Duration::from_secs(5);
/// What every server says for itself.
const OWN_HEADERS: [&str; 6] = ["date", "connection", "content-length", "transfer-encoding", "server", "keep-alive"];

/// A page as we serve it.
pub struct Page {
    pub path: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A running server.
pub struct Contestant {
    pub name: &'static str,
    pub address: SocketAddr,
    pub host: String,
    pub pid: u32,
    _running: Running,
}

#[allow(dead_code, reason = "held until it is dropped, and stopped then")]
enum Running {
    Ours(Box<Demo>),
    Other(Process),
}

/// A process with its files; both are gone when it is dropped.
struct Process(Child, PathBuf);

impl Drop for Process {
    fn drop(&mut self) {
        // nginx ends its worker when it is asked to stop; killed, it could not.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
        let _ = std::fs::remove_dir_all(&self.1);
    }
}

impl Contestant {
    /// Processor time so far, seconds.
    pub fn cpu(&self) -> f64 {
        cpu::of_family(self.pid)
    }

    /// Resident memory of it and its children, bytes.
    pub fn resident(&self) -> u64 {
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.pid)).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        children.chain([self.pid]).map(memory::of_process).sum()
    }
}

/// Us, with everything on, and the pages that we serve.
///
/// # Errors
/// When a page is not answered with 200.
pub fn ours() -> Result<(Contestant, Vec<Page>), String> {
    let demo = Demo::start();
    let (address, host, pid) = (demo.address(), demo.host(JUNIPER), demo.server.pid());
    let pages = PATHS.iter().map(|path| fetch(address, &host, path)).collect::<Result<_, _>>()?;
    Ok((Contestant { name: "Doorbuster", address, host, pid, _running: Running::Ours(Box::new(demo)) }, pages))
}

fn fetch(address: SocketAddr, host: &str, path: &'static str) -> Result<Page, String> {
    let request = ureq::Agent::config_builder().proxy(None).build().new_agent().get(format!("http://{address}{path}"));
    let request = request.header("host", host).header("accept-encoding", "gzip").header("user-agent", BROWSER);
    let mut response = request.call().map_err(|error| format!("{path}: {error}"))?;
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
    let headers = headers.filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str())).collect();
    // ureq unpacks nothing here: it is built without.
    let body = response.body_mut().read_to_vec().map_err(|error| format!("{path}: {error}"))?;
    Ok(Page { path, headers, body })
}

impl Page {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How many bytes travel.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    fn is_gzip(&self) -> bool {
        self.header("content-encoding") == Some("gzip")
    }
}

/// nginx with one worker, the pages packed as files, no log.
///
/// # Errors
/// When it does not start.
pub fn nginx(pages: &[Page]) -> Result<Contestant, String> {
    let folder = db::testing::fresh_folder("nginx");
    let files = folder.join("pages");
    std::fs::create_dir_all(&files).map_err(|error| error.to_string())?;
    let address = free_address()?;
    let mut locations = String::new();
    for (number, page) in pages.iter().enumerate() {
        let name = format!("page-{number}.html{}", if page.is_gzip() { ".gz" } else { "" });
        std::fs::write(files.join(name), &page.body).map_err(|error| error.to_string())?;
        write!(locations, "    location = {} {{ try_files /page-{number}.html =404;", page.path)
            .expect("memory takes everything");
        if page.is_gzip() {
            // There is only the packed file, which `try_files` would not see.
            locations.truncate(locations.rfind("try_files").expect("it was just written"));
            write!(locations, "rewrite ^ /page-{number}.html break; gzip_static always;").expect("memory takes everything");
        }
        let content_type = page.header("content-type").unwrap_or("text/html");
        write!(locations, " types {{}} default_type '{content_type}';").expect("memory takes everything");
        for (name, value) in &page.headers {
            // What nginx says in its own way.
            if !["content-type", "content-encoding", "accept-ranges", "last-modified"].contains(&name.as_str()) {
                write!(locations, " add_header {name} '{}';", value.replace('\'', "\\'")).expect("memory takes everything");
            }
        }
        locations.push_str(" }\n");
    }
    let configuration = nginx_configuration(&folder, address, &locations);
    let file = folder.join("nginx.conf");
    std::fs::write(&file, configuration).map_err(|error| error.to_string())?;
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE, "nginx", "-e", "stderr", "-p"]).arg(&folder).arg("-c").arg(&file);
    let child = command.stdin(Stdio::null()).spawn().map_err(|error| format!("nginx: {error}"))?;
    let pid = child.id();
    let running = Running::Other(Process(child, folder));
    wait_for(address)?;
    Ok(Contestant { name: "nginx", address, host: format!("{JUNIPER}:{}", address.port()), pid, _running: running })
}

fn nginx_configuration(folder: &Path, address: SocketAddr, locations: &str) -> String {
    let folder = folder.display();
    // nginx closes idle connections once fewer than a sixteenth of them are left, so it is given more than it will have.
    format!(
        "daemon off;\nworker_processes 1;\nworker_rlimit_nofile 20000;\npid {folder}/nginx.pid;\nuser root;\n\
         events {{ worker_connections 21000; use epoll; multi_accept on; }}\n\
         http {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  tcp_nodelay on;\n  etag off;\n  server_tokens off;\n  \
         keepalive_timeout 600s;\n  keepalive_requests 1000000000;\n  open_file_cache max=1000 inactive=600s;\n  \
         open_file_cache_valid 600s;\n  client_body_temp_path {folder}/body;\n  proxy_temp_path {folder}/proxy;\n  \
         fastcgi_temp_path {folder}/fastcgi;\n  uwsgi_temp_path {folder}/uwsgi;\n  scgi_temp_path {folder}/scgi;\n  \
         server {{\n    listen {address} backlog=4096 reuseport;\n    root {folder}/pages;\n{locations}  }}\n}}\n"
    )
}

/// axum as it comes, with the same answers from memory.
///
/// # Errors
/// When it does not start.
pub fn plain_axum(pages: &[Page]) -> Result<Contestant, String> {
    let folder = db::testing::fresh_folder("axum");
    for (number, page) in pages.iter().enumerate() {
        let headers: String = page.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        std::fs::write(folder.join(format!("{number}.headers")), format!("{}\n{headers}", page.path))
            .and_then(|()| std::fs::write(folder.join(format!("{number}.body")), &page.body))
            .map_err(|error| error.to_string())?;
    }
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(own).arg(PLAIN_AXUM).arg(&folder);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let mut line = String::new();
    let output = child.stdout.take().expect("its output is piped");
    let pid = child.id();
    let running = Running::Other(Process(child, folder));
    BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
    let address: SocketAddr = line.trim().parse().map_err(|_| "plain axum did not start".to_owned())?;
    Ok(Contestant { name: "plain axum", address, host: format!("{JUNIPER}:{}", address.port()), pid, _running: running })
}

/// This process as plain axum: prints its address and serves until it is ended.
///
/// # Errors
/// When it cannot.
#[allow(clippy::print_stdout, reason = "whoever started it reads its address")]
pub fn serve_with_plain_axum() -> Result<(), String> {
    let folder = PathBuf::from(std::env::args().nth(2).ok_or("a folder with pages is needed")?);
    let mut router = Router::new();
    for number in 0..PATHS.len() {
        let read = |what: &str| std::fs::read(folder.join(format!("{number}.{what}"))).map_err(|error| error.to_string());
        let (text, body) = (String::from_utf8_lossy(&read("headers")?).into_owned(), axum::body::Bytes::from(read("body")?));
        let mut lines = text.lines();
        let path = lines.next().ok_or("a page has a path")?.to_owned();
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            let name: HeaderName = name.parse().map_err(|_| "a header has a name")?;
            headers.append(name, value.parse().map_err(|_| "a header has a value")?);
        }
        router = router.route(&path, axum::routing::get(move || async move { (headers, body) }));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        println!("{}", listener.local_addr().map_err(|error| error.to_string())?);
        axum::serve(listener, router).await.map_err(|error| error.to_string())
    })
}

fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map_err(|error| error.to_string())
}

/// Asks again and again until somebody listens.
#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn wait_for(address: SocketAddr) -> Result<(), String> {
    let until = Instant::now() + START_MAX;
    while Instant::now() < until {
        if std::net::TcpStream::connect(address).is_ok() {
            return Ok(());
        }
        std::thread::yield_now();
    }
    Err(format!("nobody listens at {address}"))
}
