//! The program under test: its commands, and its servers.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What the nodes of a PostgreSQL database must be given in common.
pub const SECRET_KEY: &str = "a-key-for-tests-of-more-than-32-characters";

/// The built program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_doorbuster");

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// What makes a server take any free port.
pub const ANY_PORT: [&str; 2] = ["--listen", "127.0.0.1:0"];

/// Where SQLite keeps everything, in the data folder.
pub const SQLITE_FILE: &str = "doorbuster.sqlite";

/// Which database keeps a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in the data folder.
    Sqlite,
    /// A schema of its own on a throw-away cluster.
    Postgres,
}

/// A data folder and a database that nobody else uses. The folder is gone when the value is dropped.
pub struct Place {
    /// Where the program keeps its files.
    pub folder: PathBuf,
    database: Option<String>,
}

/// How a command ended and what it said.
pub struct Said {
    /// The exit code; none when it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub complaint: String,
}

/// A running server. It is ended when the value is dropped.
pub struct Server {
    /// `http://127.0.0.1:{port}`
    pub address: String,
    /// What it printed before it was ready.
    pub printed: Vec<String>,
    child: Child,
}

impl Place {
    /// A fresh one.
    pub fn new(engine: Engine) -> Self {
        Self::on(match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(db::testing::postgres_url()),
        })
    }

    /// A fresh folder, with this PostgreSQL database instead of a file in it.
    pub fn on(database: Option<String>) -> Self {
        Self { folder: db::testing::fresh_folder("place"), database }
    }

    /// SQLite in a folder that is there.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder, database: None }
    }

    /// What [`db`] calls the database.
    pub fn target(&self) -> db::Target {
        self.database.clone().map_or_else(|| db::Target::Folder(self.folder.clone()), db::Target::Postgres)
    }

    /// The program with nothing of the tester's environment in its settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_through(&[PROGRAM], arguments)
    }

    /// As [`Self::command`], started by another program; its command line ends with ours.
    pub fn command_through(&self, starter: &[&str], arguments: &[&str]) -> Command {
        let mut command = Command::new(starter[0]);
        command.args(&starter[1..]);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DOORBUSTER_")) {
            command.env_remove(name);
        }
        command.env("DOORBUSTER_DATA", &self.folder).env("DOORBUSTER_LOG", "warn").current_dir(&self.folder).args(arguments);
        if let Some(database) = &self.database {
            command.env("DOORBUSTER_DATABASE_URL", database).env("DOORBUSTER_SECRET_KEY", SECRET_KEY);
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.command(arguments).stdin(Stdio::null()).output().expect("the program starts").into()
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub fn must(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "doorbuster {}: {}{}", arguments.join(" "), said.output, said.complaint);
        said.output
    }

    /// Writes a file into the folder and returns its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).expect("the folder can be written");
        path.to_str().expect("the temporary folder's path is UTF-8").to_owned()
    }

    /// Nothing was put into the folder.
    pub fn assert_empty(&self) {
        let found: Vec<_> = std::fs::read_dir(&self.folder).expect("the folder is there").flatten().collect();
        assert!(found.is_empty(), "{found:?}");
    }

    /// Every unit and every cent adds up.
    pub fn verify(&self) {
        self.must(&["verify"]);
        let is_file = self.folder.join(SQLITE_FILE).exists();
        assert_eq!(is_file, self.database.is_none(), "the database under test is the one that was meant");
    }

    /// A shop that answers under 127.0.0.1 and has nothing yet.
    pub fn create_shop(&self, handle: &str, domain: &str) {
        self.must(&["shop", "create", handle, "--name", "Juniper Roasters", "--currency", "EUR", "--domain", domain]);
    }

    /// A shop with one coffee of which there are `units`, delivered to nobody: it needs no parcel.
    pub fn open_juniper_roasters(&self, units: usize) {
        self.create_shop("juniper", "127.0.0.1");
        let products = format!(
            "Handle,Title,Published,Status,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,\
             Variant Inventory Qty,Variant Inventory Policy,Variant Requires Shipping\n\
             house-blend,House Blend,TRUE,active,Title,Default Title,HB-250,12.50,shopify,{units},deny,FALSE\n"
        );
        let file = self.file("house-blend.csv", &products);
        self.must(&["import", "--shop", "juniper", &file]);
    }

    /// Where mail is written.
    pub fn mail_folder(&self) -> PathBuf {
        self.folder.join("mail")
    }

    /// Starts `demo` or `serve` on a free port and waits until it listens.
    pub fn start(&self, command: &str) -> Server {
        Server::start(self.command(&[&[command][..], &ANY_PORT].concat()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    /// Starts it and waits until it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut printed = Vec::new();
        let address = loop {
            let mut line = String::new();
            let read = output.read_line(&mut line).expect("the program prints UTF-8");
            assert!(read > 0, "the program says where it listens; it said {printed:?}");
            if let Some(address) = line.trim().strip_prefix("Listening on ") {
                break address.trim_end_matches('/').to_owned();
            }
            printed.push(line.trim().to_owned());
        };
        // Whatever it prints later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Self { address, printed, child }
    }

    /// Asks it to stop, as an operating system does, and waits until it has.
    pub fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
        assert!(told.success(), "the server was still running");
        self.child.wait().expect("the server ends").code()
    }

    /// Sends it a signal: `STOP` freezes it, `CONT` lets it go on, `KILL` ends it at once.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success(), "the server was still running");
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it is our child")
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is our child")
    }

    /// E-mail address and password of the seller whom the demo names.
    pub fn seller(&self) -> (String, String) {
        let line = self.printed.iter().find(|line| line.contains('@')).expect("the demo names a seller");
        let words: Vec<&str> = line.split_whitespace().collect();
        let email = words.iter().find(|word| word.contains('@')).expect("the line names an address");
        let password = words.last().expect("the line names a password");
        ((*email).to_owned(), (*password).to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so, but not for ever. Between two looks others go first: whoever asks a server without end takes the
/// processor from what is waited for.
#[allow(clippy::disallowed_methods, reason = "a test that waits in vain has to end")]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::yield_now();
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            complaint: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A turn among the tests that play a crowd: beside another one there is too little of the machine for either.
pub fn take_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    // One that has failed is done all the same.
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
