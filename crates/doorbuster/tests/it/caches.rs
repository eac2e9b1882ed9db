//! Caches in front of a server: the configurations in `deploy/`, as they stand there but for addresses, in the real programs.

use crate::program::{Engine, Place, Server, until};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const NGINX: &str = include_str!("../../../../deploy/nginx/cache.conf");
const NGINX_FILES: &str = include_str!("../../../../deploy/nginx/files.conf");
const VARNISH: &str = include_str!("../../../../deploy/varnish/shops.vcl");

/// A program in front; ended when dropped.
struct Front {
    child: Child,
    port: u16,
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// What a visitor gets through it.
struct Got {
    status: u16,
    cache: String,
    coding: String,
    age_seconds: u64,
    body: Vec<u8>,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Front {
    fn nginx(folder: &Path, configuration: &str, port: u16) -> Self {
        std::fs::create_dir_all(folder.join("cache")).expect("the folder can be written");
        // Root's workers become somebody else, who has to reach the test's folder.
        let main = format!(
            "daemon off; master_process off; pid {0}/nginx.pid; error_log {0}/error.log; events {{ worker_connections 256; }}\n\
             http {{ access_log off; types {{ text/html html; }} client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n\
             fastcgi_temp_path {0}/fastcgi; uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n{configuration}\n}}\n",
            folder.display()
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, main).expect("the folder can be written");
        Self::start(Command::new("nginx").arg("-c").arg(&file).arg("-p").arg(folder), port)
    }

    fn varnish(folder: &Path, configuration: &str, port: u16) -> Self {
        let file = folder.join("shops.vcl");
        std::fs::write(&file, configuration).expect("the folder can be written");
        let work = folder.join("varnish");
        let mut command = Command::new("varnishd");
        command.arg("-F").arg("-a").arg(format!("127.0.0.1:{port}")).arg("-f").arg(&file).arg("-n").arg(&work);
        command.args(["-s", "malloc,32m", "-j", "none"]);
        Self::start(&mut command, port)
    }

    fn start(command: &mut Command, port: u16) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it is installed");
        let front = Self { child, port };
        until("the cache listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        front
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = agent.get(format!("http://127.0.0.1:{}{path}", self.port));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.call().expect("the cache answers");
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (cache, coding) = (header("x-cache"), header("content-encoding"));
        let age_seconds = header("age").parse().unwrap_or(0);
        let status = response.status().as_u16();
        Got { status, cache, coding, age_seconds, body: response.body_mut().read_to_vec().expect("it arrives whole") }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// A configuration with the addresses of a test.
fn adapted(configuration: &str, changes: &[(&str, String)]) -> String {
    changes.iter().fold(configuration.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the configuration has no “{from}” any more");
        text.replace(from, to)
    })
}

fn port_of(server: &Server) -> String {
    server.address.rsplit(':').next().expect("an address has a port").to_owned()
}

/// What every cache in front has to do, whatever it is called.
fn keeps_pages_up(front: &Front, server: Server) {
    let page = "/products/house-blend";
    until("a second visitor gets the kept page", || front.get(page, &[]).cache == "HIT");
    let packed = front.get(page, &[("accept-encoding", "gzip")]);
    assert_eq!((packed.status, packed.coding.as_str()), (200, "gzip"));
    let early = front.get(page, &[("cookie", "cart=1.1; early_7=abc")]);
    assert_eq!(early.status, 200);
    assert_ne!(early.cache, "HIT", "whoever may have early access got everybody's page");
    let cart = front.get("/cart", &[]);
    assert_eq!(cart.status, 200);
    assert_ne!(front.get("/cart", &[]).cache, "HIT", "one visitor's cart was kept for another");
    server.stop();
    until("the page is older than it would be with a server", || {
        let stale = front.get(page, &[]);
        assert_eq!(stale.status, 200, "the page went down with the server");
        assert!(stale.text().contains("House Blend"));
        stale.cache == "STALE" || stale.age_seconds > 5
    });
    assert!(front.get("/cart", &[]).status >= 500);
}

#[test]
fn nginx_keeps_pages_up_and_carts_apart() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    let server = place.start("serve");
    let port = free_port();
    let changes = [
        ("server 127.0.0.1:8080;", format!("server 127.0.0.1:{};", port_of(&server))),
        ("/var/cache/nginx/doorbuster", place.folder.join("cache").display().to_string()),
        ("listen 80;", format!("listen 127.0.0.1:{port};")),
    ];
    let front = Front::nginx(&place.folder, &adapted(NGINX, &changes), port);
    keeps_pages_up(&front, server);
}

#[test]
fn varnish_keeps_pages_up_and_carts_apart() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    let server = place.start("serve");
    let port = free_port();
    let changes = [(".port = \"8080\"", format!(".port = \"{}\"", port_of(&server)))];
    let front = Front::varnish(&place.folder, &adapted(VARNISH, &changes), port);
    until("Varnish knows that the server is well", || front.get("/?utm_source=mail", &[]).status == 200);
    front.get("/collections/all", &[]);
    assert_eq!(front.get("/collections/all?utm_source=mail&gclid=7", &[]).cache, "HIT", "a label made another page");
    keeps_pages_up(&front, server);
}

#[test]
fn a_site_written_as_files_is_served_by_nginx_and_what_has_no_file_by_the_server() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    let site = place.folder.join("site");
    let folder = site.to_str().expect("a plain path");
    let refused = place.run(&["export-site", "--shop", "nobody", folder]);
    assert!(refused.code == Some(1) && refused.complaint.contains("there is no shop “nobody”"), "{}", refused.complaint);
    place.must(&["export-site", "--shop", "juniper", folder]);
    let again = place.run(&["export-site", "--shop", "juniper", folder]);
    assert!(again.code == Some(2) && again.complaint.contains("--force"), "{}", again.complaint);
    place.must(&["export-site", "--shop", "juniper", "--force", folder]);
    let page = std::fs::read_to_string(site.join("products/house-blend/index.html")).expect("the page is there");
    assert!(page.contains("House Blend"));
    for file in ["index.html.br", "index.html.gz", "sitemap.xml", "favicon.svg", "collections/all/index.html", "_headers"] {
        assert!(site.join(file).is_file(), "{file}");
    }
    let server = place.start("serve");
    let port = free_port();
    let changes = [
        ("http://127.0.0.1:8080", format!("http://127.0.0.1:{}", port_of(&server))),
        ("/srv/juniper;", format!("{folder};")),
        ("juniper.example;", "127.0.0.1;".into()),
        ("listen 80;", format!("listen 127.0.0.1:{port};")),
    ];
    let front = Front::nginx(&place.folder, &adapted(NGINX_FILES, &changes), port);
    assert_eq!(front.get("/search?q=house", &[]).status, 200);
    assert!(front.get("/collections/all?sort=title", &[]).text().contains("House Blend"));
    assert_eq!(front.get("/now.json", &[]).status, 200);
    assert_eq!(front.get("/products/nothing", &[]).status, 404);
    server.stop();
    for (address, text) in [("/", "Juniper Roasters"), ("/products/house-blend?utm_source=mail", "House Blend")] {
        let got = front.get(address, &[]);
        assert!(got.status == 200 && got.text().contains(text), "{address}: {}", got.status);
    }
    for address in ["/cart", "/search?q=house", "/collections/all?sort=title", "/?early=off"] {
        assert!(front.get(address, &[]).status >= 500, "{address} came from a file");
    }
    let early = front.get("/", &[("cookie", "early_7=abc")]);
    assert!(early.status >= 500, "whoever may have early access got a file");
}
