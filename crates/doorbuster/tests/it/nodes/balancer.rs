//! HAProxy and nginx in front of nodes, configured by the files in `deploy/` with other addresses in them.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The nodes' addresses in the files.
const IN_THE_FILES: [&str; 3] = ["10.0.0.11:8080", "10.0.0.12:8080", "10.0.0.13:8080"];

/// A running load balancer; ended when it is dropped.
pub struct Balancer {
    /// `http://127.0.0.1:{port}`
    pub address: String,
    kind: Kind,
    hosts: Vec<String>,
    port: u16,
    folder: PathBuf,
    child: Child,
}

/// Which program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Haproxy,
    Nginx,
}

impl Balancer {
    /// Starts it in front of three nodes and waits until it can be connected to.
    pub fn start(kind: Kind, hosts: &[String]) -> Self {
        let folder = db::testing::fresh_folder("balancer");
        let port = free_port();
        let configuration = folder.join("configuration");
        write_configuration(kind, &configuration, hosts, port, None);
        let path = configuration.to_str().expect("the temporary folder's path is UTF-8");
        let mut command = match kind {
            Kind::Haproxy => {
                let mut command = Command::new("haproxy");
                command.args(["-db", "-f", path]);
                command
            }
            Kind::Nginx => {
                std::fs::write(folder.join("nginx.conf"), around(&folder)).expect("the folder can be written");
                let mut command = Command::new("nginx");
                command.arg("-p").arg(&folder).args(["-c", "nginx.conf", "-e", "stderr"]);
                command
            }
        };
        let child = command.stdin(Stdio::null()).spawn().expect("the tests need HAProxy and nginx: run `cargo xtask test`");
        let mut balancer = Self { address: format!("http://127.0.0.1:{port}"), kind, hosts: hosts.to_vec(), port, folder, child };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = balancer.child.try_wait().expect("it is our child");
            assert!(ended.is_none(), "{kind:?} does not take {path}: {ended:?}");
        }
        balancer
    }

    /// Before a node is restarted: whoever asks nodes whether they are ready needs not be told.
    pub fn take_out(&self, node: usize) {
        self.reload(Some(node));
    }

    /// When it is back.
    pub fn put_back(&self) {
        self.reload(None);
    }

    fn reload(&self, out: Option<usize>) {
        if self.kind == Kind::Nginx {
            write_configuration(self.kind, &self.folder.join("configuration"), &self.hosts, self.port, out);
            let told = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status();
            assert!(told.expect("kill is there").success(), "nginx was still running");
        }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        // nginx's workers end with their master only when it is asked to end.
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        if told.is_ok() {
            let _ = self.child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn write_configuration(kind: Kind, path: &Path, hosts: &[String], port: u16, out: Option<usize>) {
    let (file, listen, here) = match kind {
        Kind::Haproxy => ("haproxy/haproxy.cfg", "bind :80\n", format!("bind 127.0.0.1:{port}\n")),
        Kind::Nginx => {
            ("nginx/load-balancer.conf", "listen 80 default_server;", format!("listen 127.0.0.1:{port} default_server;"))
        }
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file);
    let mut text = std::fs::read_to_string(&file).expect("the file is there");
    assert!(text.contains(listen), "{} listens on port 80", file.display());
    text = text.replacen(listen, &here, 1);
    for (node, (known, host)) in IN_THE_FILES.iter().zip(hosts).enumerate() {
        assert!(text.contains(known), "{} names {known}", file.display());
        let host = if out == Some(node) { format!("{host} down") } else { host.clone() };
        text = text.replace(known, &host);
    }
    std::fs::write(path, text).expect("the folder can be written");
}

/// What Debian's nginx has around the files of `conf.d`, in a folder of its own and with a worker that may be root's.
fn around(folder: &Path) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};"))
        .collect();
    // Only who is root may say so; the workers of everybody else are their own anyway.
    let user = if std::fs::read_dir("/root").is_ok() { "user root;" } else { "" };
    format!(
        "daemon off; {user} worker_processes 1; pid {folder}/pid; events {{}} \
         http {{ access_log off; {temporary} include {folder}/configuration; }}"
    )
}

/// One that nobody listens on now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("a bound socket has an address").port()
}
