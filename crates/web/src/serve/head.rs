//! Looks at the head of each request as it arrives, byte for byte, for what hyper lets pass and other servers read differently.
//! Where two servers disagree about the end of a request, one can be smuggled past the first.
//!
//! Nothing is parsed here: hyper does that, and refuses what is no HTTP at all.

/// Enough of a line to know the headers that matter.
const NAME_BYTES: usize = 18;

/// The head of one request, as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The beginning of the line, in lower case.
    name: [u8; NAME_BYTES],
    /// The length of the line so far, without its end.
    length: usize,
    ends_with_return: bool,
    has_line: bool,
    lengths: u8,
    codings: u8,
    flaw: bool,
}

/// How a head came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Every server reads it as we do.
    Sound,
    /// It is refused: a line that ends with a bare line feed or that goes on in the next one, or a body whose length was said
    /// twice (RFC 9112, sections 2.2, 5.2 and 6.3).
    Flawed,
}

impl Head {
    /// Takes the next bytes in: how many of them belong to this head, and the verdict once they end it.
    pub fn take(&mut self, bytes: &[u8]) -> (usize, Option<Verdict>) {
        let mut taken = 0;
        while let Some(length) = memchr::memchr(b'\n', &bytes[taken..]) {
            self.extend(&bytes[taken..taken + length]);
            taken += length + 1;
            if self.end_line() {
                let head = std::mem::take(self);
                return (taken, Some(head.verdict()));
            }
        }
        self.extend(&bytes[taken..]);
        (bytes.len(), None)
    }

    fn extend(&mut self, part: &[u8]) {
        if let Some(last) = part.last() {
            self.ends_with_return = *last == b'\r';
        }
        for (to, from) in self.name.iter_mut().skip(self.length).zip(part) {
            *to = from.to_ascii_lowercase();
        }
        self.length += part.len();
    }

    /// Whether this line was the last one.
    fn end_line(&mut self) -> bool {
        self.flaw |= !self.ends_with_return;
        let is_empty = self.length == usize::from(self.ends_with_return);
        if !is_empty {
            self.flaw |= self.has_line && matches!(self.name[0], b' ' | b'\t');
            self.lengths = self.lengths.saturating_add(u8::from(self.is_named(b"content-length")));
            self.codings = self.codings.saturating_add(u8::from(self.is_named(b"transfer-encoding")));
        }
        // Empty lines before a request are nothing (RFC 9112, section 2.2).
        let is_last = is_empty && self.has_line;
        self.has_line |= !is_empty;
        (self.name, self.length, self.ends_with_return) = ([0; NAME_BYTES], 0, false);
        is_last
    }

    fn is_named(&self, name: &[u8]) -> bool {
        self.name.strip_prefix(name).is_some_and(|rest| matches!(rest[0], b':' | b' ' | b'\t'))
    }

    const fn verdict(&self) -> Verdict {
        if self.flaw || self.lengths + self.codings > 1 { Verdict::Flawed } else { Verdict::Sound }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: Verdict) {
        let whole = format!("{head}GET /next");
        for cut in 0..head.len() {
            let (first, second) = whole.as_bytes().split_at(cut);
            let mut seen = Head::default();
            assert_eq!(seen.take(first), (cut, None), "{head:?} does not end after {cut} bytes");
            assert_eq!(seen.take(second), (head.len() - cut, Some(expected)), "{head:?} in two parts, the first of {cut} bytes");
        }
    }

    #[test]
    fn a_sound_head_ends_where_it_ends() {
        check("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::Sound);
        check("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::Sound);
        check("GET / HTTP/1.0\r\n\r\n", Verdict::Sound);
        check("GET / HTTP/1.1\r\nContent-Length-Of-Rope: 3\r\nContent-Length: 0\r\n\r\n", Verdict::Sound);
        check("POST / HTTP/1.1\r\nContent-Length: 3\r\nHost: a\r\n\r\n", Verdict::Sound);
        check("POST / HTTP/1.1\r\nTRANSFER-encoding: chunked\r\n\r\n", Verdict::Sound);
    }

    #[test]
    fn what_servers_read_differently_is_flawed() {
        for head in [
            "GET / HTTP/1.1\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\n\n",
            "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\tContent-Length: 3\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\ncontent-length : 3\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            check(head, Verdict::Flawed);
        }
    }
}
