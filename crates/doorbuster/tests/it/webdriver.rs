//! A browser as a test needs it: open, type, click, read, look. A small WebDriver client over chromedriver.
//!
//! Nothing sleeps here: chromedriver waits for a page to load, and for an element to appear, before it answers. A step that
//! cannot be done ends the test with what was tried. Browser, driver and profile are gone when the value is dropped.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long an element or a script may take to come, milliseconds. Generous: it is only ever waited out by a failing test.
const PATIENCE_MS: u64 = 30_000;
/// The key under which WebDriver hands out elements; fixed by the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Whether the visitor's browser runs scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// As most do.
    On,
    /// As some do, and as every browser does until a script has loaded.
    Off,
}

/// What the visitor holds in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// 1440 by 900.
    Desk,
    /// 390 by 844 with a finger.
    Phone,
}

/// One browser with one window and an empty profile.
pub struct Browser {
    agent: ureq::Agent,
    /// `http://127.0.0.1:{port}/session/{id}`
    session: String,
    driver: Child,
    profile: PathBuf,
    scripts: Scripts,
}

/// An element of the page that is open.
pub struct Element(String);

impl Browser {
    /// Starts a driver on a free port and a browser with it.
    pub fn start(scripts: Scripts, screen: Screen) -> Self {
        let (driver, address) = start_driver();
        let profile = db::testing::fresh_folder("browser");
        assert!(scripts == Scripts::On || screen == Screen::Desk, "a tap needs scripts to be dispatched by the driver");
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let config = config.timeout_global(Some(Duration::from_millis(4 * PATIENCE_MS))).build();
        let mut browser = Self { agent: config.into(), session: address.clone(), driver, profile, scripts };
        let capabilities = capabilities(&browser.profile, scripts, screen);
        let answer = browser.post("/session", &json!({ "capabilities": { "alwaysMatch": capabilities } }));
        let id = answer["sessionId"].as_str().expect("a session has an id");
        browser.session = format!("{address}/session/{id}");
        browser.post("/timeouts", &json!({ "implicit": PATIENCE_MS, "script": PATIENCE_MS, "pageLoad": 2 * PATIENCE_MS }));
        // The checks that are put into the page are ours, not the shop's.
        browser.devtools("Page.setBypassCSP", &json!({ "enabled": true }));
        browser
    }

    /// Whether it runs scripts.
    pub fn scripts(&self) -> Scripts {
        self.scripts
    }

    /// Opens an address and waits until it has loaded.
    pub fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// The address of the page that is open.
    pub fn url(&self) -> String {
        text_of(&self.get("/url"))
    }

    /// The first element, waited for.
    pub fn find(&self, css: &str) -> Element {
        let answer = self.post("/element", &json!({ "using": "css selector", "value": css }));
        let id = answer[ELEMENT].as_str().expect("an element has an id");
        Element(id.to_owned())
    }

    /// How many elements there are right now.
    pub fn count(&self, css: &str) -> u64 {
        let count = self.execute("return document.querySelectorAll(arguments[0]).length", &json!([css]));
        count.as_u64().expect("a length is a number")
    }

    /// Clicks on something that stays on the page.
    pub fn click(&self, css: &str) {
        let Element(id) = self.find(css);
        // Pages scroll smoothly; a click does not wait for that.
        let into_view = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.execute(into_view, &json!([{ ELEMENT: id }]));
        self.post(&format!("/element/{id}/click"), &json!({}));
    }

    /// Clicks on something that leads to another page, and waits for that.
    pub fn click_through(&self, css: &str) {
        self.leave_by(|| self.click(css));
    }

    /// Does something after which the page is left, and waits for the next.
    pub fn leave_by(&self, act: impl FnOnce()) {
        self.execute("document.documentElement.dataset.left = ''", &json!([]));
        act();
        let next = json!({ "using": "css selector", "value": "html:not([data-left])" });
        // While one page makes room for the other the driver may lose sight of both; it says so at once.
        let arrived = (0..100).map(|_| self.try_post("/element", &next)).find(|answer| match answer {
            Ok(_) => true,
            Err(error) => error.contains("no such element"),
        });
        assert!(matches!(arrived, Some(Ok(_))), "{} is left for another page: {arrived:?}", self.url());
    }

    /// Replaces what a field holds.
    pub fn fill(&self, css: &str, text: &str) {
        let Element(id) = self.find(css);
        self.post(&format!("/element/{id}/clear"), &json!({}));
        self.post(&format!("/element/{id}/value"), &json!({ "text": text }));
    }

    /// Chooses an option of a list by its value.
    pub fn choose(&self, css: &str, value: &str) {
        self.click(&format!("{css} option[value=\"{value}\"]"));
    }

    /// What a reader sees of the element.
    pub fn text(&self, css: &str) -> String {
        let Element(id) = self.find(css);
        text_of(&self.get(&format!("/element/{id}/text")))
    }

    /// What a field holds now.
    pub fn value(&self, css: &str) -> String {
        let Element(id) = self.find(css);
        text_of(&self.get(&format!("/element/{id}/property/value")))
    }

    /// Runs a script in the page and returns what it returns.
    pub fn execute(&self, script: &str, arguments: &Value) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Runs the body of an `async` function in the page and returns what it resolves to.
    pub fn execute_async(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];\
             (async () => {{ {script} }})().then(done, error => done('failed: ' + error))"
        );
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Gives a command of Chrome's developer tools.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// Writes what the window shows to a PNG file.
    pub fn screenshot(&self, file: &Path) {
        use base64::Engine as _;
        let picture = text_of(&self.get("/screenshot"));
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture).expect("a picture comes as base64");
        std::fs::write(file, bytes).expect("the folder of pictures can be written");
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.agent.get(format!("{}{path}", self.session)).call();
        value_of(answer.expect("the driver answers")).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.try_post(path, body).unwrap_or_else(|error| panic!("{path} {}: {error}", shortened(body)))
    }

    fn try_post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let request = self.agent.post(format!("{}{path}", self.session)).header("content-type", "application/json");
        value_of(request.send(body.to_string()).expect("the driver answers"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ending the session ends the browser; both may be gone already when a test fails half-way.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// Starts chromedriver on a port of its choice and reads the port from what it says.
fn start_driver() -> (Child, String) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is installed: apt-get install chromium-driver, or run `cargo xtask test`");
    let mut output = BufReader::new(driver.stdout.take().expect("its output is piped"));
    let mut line = String::new();
    let port = loop {
        line.clear();
        let read = output.read_line(&mut line).expect("its output can be read");
        assert!(read > 0, "chromedriver says on which port it listens");
        if let Some((_, port)) = line.trim_end_matches(['.', '\n']).split_once("successfully on port ") {
            break port.to_owned();
        }
    };
    // Whatever it says later must not fill the pipe.
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    (driver, format!("http://127.0.0.1:{port}"))
}

fn capabilities(profile: &Path, scripts: Scripts, screen: Screen) -> Value {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--no-proxy-server",
        "--hide-scrollbars",
        "--force-color-profile=srgb",
        "--lang=en-US",
        // The pages under test need nobody else, and nobody else is called.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
        // A click must not chase a page that is still gliding.
        "--force-prefers-reduced-motion",
        "--window-size=1440,900",
    ];
    let mut arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let mut options = json!({ "args": arguments });
    if scripts == Scripts::Off {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    if screen == Screen::Phone {
        let metrics = json!({ "width": 390, "height": 844, "pixelRatio": 1.0, "touch": true, "mobile": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics, "userAgent": "Mozilla/5.0 (Linux; Android 15) Mobile" });
    }
    json!({ "browserName": "chrome", "goog:chromeOptions": options })
}

/// The answer's value, or what the driver says is wrong.
fn value_of(mut answer: ureq::http::Response<ureq::Body>) -> Result<Value, String> {
    let text = answer.body_mut().with_config().limit(64 << 20).read_to_string().expect("the driver answers in UTF-8");
    let mut body: Value = serde_json::from_str(&text).expect("the driver answers in JSON");
    let value = body["value"].take();
    if answer.status().is_success() { Ok(value) } else { Err(format!("{}: {}", value["error"], value["message"])) }
}

/// A body for a message: scripts can be long.
fn shortened(body: &Value) -> String {
    body.to_string().chars().take(200).collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
