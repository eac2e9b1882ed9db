//! Writes requests as a browser sends them: pages are asked for, forms are sent from the shop's own pages.

use crate::cookies::Cookies;
use crate::way::Way;
use std::io::Write as _;

/// Writes requests to one server into a buffer that is used again and again.
#[derive(Debug)]
pub struct Requests {
    /// What every request says: the host, and who asks.
    always: String,
    /// What every form says beside that.
    form: String,
    bytes: Vec<u8>,
}

impl Requests {
    /// Requests to `host` without TLS, as it stands in addresses: `127.0.0.1:8080`.
    pub fn new(host: &str) -> Self {
        Self::from(host, &format!("http://{host}"))
    }

    /// Requests that go this way.
    pub fn to(way: &Way) -> Self {
        Self::from(&way.host, &way.origin())
    }

    fn from(host: &str, origin: &str) -> Self {
        Self {
            always: format!(" HTTP/1.1\r\nhost: {host}\r\nuser-agent: doorbuster-loadtest\r\naccept: text/html\r\n"),
            form: format!("origin: {origin}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: "),
            bytes: Vec::new(),
        }
    }

    /// The same, asking for packed documents as browsers do.
    pub fn compressed(mut self) -> Self {
        self.always.push_str("accept-encoding: gzip\r\n");
        self
    }

    /// Asks for a style sheet, a script or a picture: these are the same for everybody.
    pub fn asset(&mut self, path: &str) {
        self.get(path, &Cookies::new());
    }

    /// Asks for a page.
    pub fn get(&mut self, path: &str, cookies: &Cookies) {
        self.begin("GET ", path, cookies);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// Sends a form.
    pub fn post(&mut self, path: &str, cookies: &Cookies, fields: &[(&str, &str)]) {
        self.begin("POST ", path, cookies);
        let separators = fields.len() + fields.len().saturating_sub(1);
        let length: usize = fields.iter().map(|(name, value)| encoded_length(name) + encoded_length(value)).sum();
        self.bytes.extend_from_slice(self.form.as_bytes());
        write!(self.bytes, "{}\r\n\r\n", length + separators).expect("memory takes everything");
        for (at, (name, value)) in fields.iter().enumerate() {
            if at > 0 {
                self.bytes.push(b'&');
            }
            self.encode(name);
            self.bytes.push(b'=');
            self.encode(value);
        }
    }

    /// Asks what was written elsewhere.
    pub fn whole(&mut self, request: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(request);
    }

    /// The request as it goes over the wire.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn begin(&mut self, method: &str, path: &str, cookies: &Cookies) {
        self.bytes.clear();
        for part in [method, path, &self.always] {
            self.bytes.extend_from_slice(part.as_bytes());
        }
        if !cookies.is_empty() {
            for part in ["cookie: ", cookies.as_str(), "\r\n"] {
                self.bytes.extend_from_slice(part.as_bytes());
            }
        }
    }

    fn encode(&mut self, text: &str) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        for byte in text.bytes() {
            match byte {
                b' ' => self.bytes.push(b'+'),
                _ if is_plain(byte) => self.bytes.push(byte),
                _ => self.bytes.extend([b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]),
            }
        }
    }
}

fn encoded_length(text: &str) -> usize {
    text.bytes().map(|byte| if byte == b' ' || is_plain(byte) { 1 } else { 3 }).sum()
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(requests: &Requests) -> &str {
        std::str::from_utf8(requests.bytes()).expect("a request without a file is text")
    }

    #[test]
    fn a_page_is_asked_for_with_the_cookies() {
        let mut requests = Requests::new("127.0.0.1:8080");
        let mut cookies = Cookies::default();
        let always = "host: 127.0.0.1:8080\r\nuser-agent: doorbuster-loadtest\r\naccept: text/html\r\n";
        requests.get("/cart", &cookies);
        assert_eq!(written(&requests), format!("GET /cart HTTP/1.1\r\n{always}\r\n"));
        cookies.set("cart=9_1; Path=/");
        requests.get("/checkout", &cookies);
        assert_eq!(written(&requests), format!("GET /checkout HTTP/1.1\r\n{always}cookie: cart=9_1\r\n\r\n"));
    }

    #[test]
    fn a_form_is_as_long_as_it_says() {
        let mut requests = Requests::new("juniper.example");
        let fields = [("name", "Ada & Ben"), ("e-mail", "ada@example.org"), ("city", "Zürich"), ("empty", "")];
        requests.post("/checkout", &Cookies::default(), &fields);
        let (head, body) = written(&requests).split_once("\r\n\r\n").expect("an empty line ends the head");
        assert_eq!(body, "name=Ada+%26+Ben&e-mail=ada%40example.org&city=Z%C3%BCrich&empty=");
        assert!(head.ends_with(&format!("content-length: {}", body.len())), "{head}");
        assert!(head.contains("\r\norigin: http://juniper.example\r\n"), "{head}");
        requests.post("/cart/clear", &Cookies::default(), &[]);
        assert!(written(&requests).ends_with("content-length: 0\r\n\r\n"));
    }
}
