//! HAProxy and nginx in front of nodes, configured by the files in `deploy/` with other addresses in them.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The nodes' addresses in the files.
const IN_THE_FILES: [&str; 3] = ["10.0.0.11", "10.0.0.12", "10.0.0.13"];

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
    /// HAProxy that passes connections on unread, and says with the PROXY protocol for whom they are.
    ProxyProtocol,
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
            Kind::Haproxy | Kind::ProxyProtocol => {
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
    let here = |ends: &str| format!("127.0.0.1:{port}{ends}");
    // Nodes that speak no TLS are looked at without, as the file says.
    let (file, nodes_port, changes) = match kind {
        Kind::Haproxy => ("haproxy/haproxy.cfg", 8080, vec![("bind :80\n", format!("bind {}", here("\n")))]),
        Kind::ProxyProtocol => {
            let changes = vec![("bind :443\n", format!("bind {}", here("\n"))), (" check-ssl verify none\n", "\n".to_owned())];
            ("haproxy/proxy-protocol.cfg", 8443, changes)
        }
        Kind::Nginx => {
            let listen = format!("listen {}", here(" default_server;"));
            ("nginx/load-balancer.conf", 8080, vec![("listen 80 default_server;", listen)])
        }
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file);
    let mut text = std::fs::read_to_string(&file).expect("the file is there");
    for (known, other) in changes {
        assert!(text.contains(known), "{} says “{known}”", file.display());
        text = text.replacen(known, &other, 1);
    }
    for (node, (known, host)) in IN_THE_FILES.iter().zip(hosts).enumerate() {
        let known = format!("{known}:{nodes_port}");
        assert!(text.contains(&known), "{} names {known}", file.display());
        let host = if out == Some(node) { format!("{host} down") } else { host.clone() };
        text = text.replace(&known, &host);
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
