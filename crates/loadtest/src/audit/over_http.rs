//! The audit of whoever has no access to the books: what the receipts say of each other, and each receipt's page once more.

use super::tally::Tally;
use super::{Entry, Receipt, ReceiptsError, ShownOrder, read_receipts};
use crate::connection::{Broken, Connection};
use crate::cookies::Cookies;
use crate::report::data::Audit;
use crate::request::Requests;
use crate::response::Response;
use crate::tls::Tls;
use crate::way::Way;
use mio::{Events, Poll, Token};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often a page is asked for that cannot be had, and how long after a connection broke.
const TRIES_MAX: u32 = 3;
const AGAIN_AFTER: Duration = Duration::from_millis(250);
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a shop may ask to be left alone.
const LATER_MAX: Duration = Duration::from_secs(30);
/// After how many failures without an answer between them there is no shop.
const FAILURES_MAX: u32 = 200;
/// How much is read at once, bytes: more than a receipt's page.
const ROOM_BYTES: usize = 256 << 10;
/// What keeps a page from being had.
const BUSY: &str = "its page could not be had, the shop was too busy";
/// The most findings of one kind that are told one by one.
const FINDINGS_MAX: u64 = 20;

/// Where the shop is, and how hard it may be asked.
#[derive(Clone, Debug)]
pub struct OverHttp {
    /// How the shop is reached.
    pub way: Way,
    /// Pages asked for in a second, at most; above 0.
    pub pages_per_s: u32,
    /// Connections at once, at most; above 0.
    pub connections: usize,
    /// Pages read in all, at most, spread evenly over the receipts; `None`: one for each receipt.
    pub pages_max: Option<u64>,
    /// Tells the time.
    pub clock: fn() -> Instant,
}

/// Why there is no audit.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The receipts cannot be read.
    #[error(transparent)]
    Receipts(#[from] ReceiptsError),
    /// The system gives no sockets.
    #[error("the receipts' pages cannot be asked for: {0}")]
    System(#[from] io::Error),
    /// Nobody answers any more.
    #[error("the shop at {server} does not answer ({broken}): start it, and audit the same receipts again")]
    Away {
        /// Where it should be.
        server: SocketAddr,
        /// What happened last.
        broken: Broken,
    },
}

/// Holds the receipts of these files against each other and against the shop's pages. It asks for one page after the other at no
/// more than the rate given. Of each receipt some seventy bytes are kept in memory.
///
/// # Errors
/// When the files cannot be read or the shop does not answer. What does not agree is no error: it is the audit's answer.
pub fn over_http(shop: &OverHttp, files: &[PathBuf]) -> Result<Audit, AuditError> {
    let mut tally = Tally::default();
    for file in files {
        for entry in read_receipts(file)? {
            tally.add(&entry?);
        }
    }
    let mut audit = Audit { by: "over HTTP".into(), ..tally.audit() };
    let each = shop.pages_max.map_or(1, |pages_max| audit.receipts.div_ceil(pages_max.max(1)).max(1));
    if each > 1 {
        audit.by = format!("over HTTP, the page of one receipt in {each}");
    }
    let receipts = receipts_of(files.to_vec()).enumerate().filter(|(at, _)| (*at as u64).is_multiple_of(each));
    Rereading::new(shop, &mut audit)?.read(&mut receipts.map(|(_, receipt)| receipt))?;
    Ok(audit)
}

/// All receipts, file by file.
fn receipts_of(files: Vec<PathBuf>) -> impl Iterator<Item = Result<Receipt, ReceiptsError>> {
    let entries = files.into_iter().flat_map(|file| -> Box<dyn Iterator<Item = _>> {
        match read_receipts(&file) {
            Ok(entries) => Box::new(entries),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    });
    entries.filter_map(|entry| match entry {
        Ok(Entry::Receipt(receipt)) => Some(Ok(receipt)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// What a receipt's page shows today.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// The same order.
    Same,
    /// No such order: what is there instead.
    Missing(String),
    /// The order, with other numbers.
    Different(String),
    /// Nothing now: it should be asked for again after this long.
    Later { wait: Duration, why: &'static str },
}

fn see(receipt: &Receipt, response: &Response<'_>) -> Seen {
    match response.status {
        200 => match ShownOrder::on(response.text()) {
            Some(shown) => compare(receipt, &shown),
            // A page may break now and then, with 200 over it; an order that is lost stays lost.
            None => Seen::Later { wait: AGAIN_AFTER, why: "its page shows no order" },
        },
        404 | 410 => Seen::Missing("its page is not there".into()),
        429 | 500.. => {
            let seconds = response.headers("retry-after").next().and_then(|text| text.parse().ok()).unwrap_or(1);
            Seen::Later { wait: Duration::from_secs(seconds).min(LATER_MAX), why: BUSY }
        }
        status => Seen::Missing(format!("its page answers {status}")),
    }
}

fn compare(receipt: &Receipt, shown: &ShownOrder) -> Seen {
    let Receipt { order, total, currency, lines, .. } = receipt;
    if shown.order != *order {
        Seen::Missing(format!("its page shows order {}", shown.order))
    } else if (&shown.total, &shown.currency) != (total, currency) {
        Seen::Different(format!("says {total} {currency}, its page says {} {} now", shown.total, shown.currency))
    } else if shown.lines != *lines {
        Seen::Different("lists other products than its page does now".into())
    } else {
        Seen::Same
    }
}

/// A receipt whose page is to be asked for.
struct Asking {
    receipt: Receipt,
    tries: u32,
    not_before: Instant,
}

/// A connection, and what was asked over it and when.
#[derive(Default)]
struct Place {
    connection: Option<Connection>,
    asked: Option<(Asking, Instant)>,
}

/// The pages while they are read.
struct Rereading<'a> {
    shop: &'a OverHttp,
    tls: Option<Tls>,
    audit: &'a mut Audit,
    poll: Poll,
    places: Vec<Place>,
    again: VecDeque<Asking>,
    requests: Requests,
    room: Vec<u8>,
    began: Instant,
    sent: u32,
    was_answered: bool,
    /// Since the last answer.
    failures: u32,
}

impl<'a> Rereading<'a> {
    fn new(shop: &'a OverHttp, audit: &'a mut Audit) -> io::Result<Self> {
        Ok(Self {
            shop,
            tls: Tls::to(&shop.way)?,
            audit,
            poll: Poll::new()?,
            places: (0..shop.connections.max(1)).map(|_| Place::default()).collect(),
            again: VecDeque::new(),
            requests: Requests::to(&shop.way),
            room: vec![0; ROOM_BYTES],
            began: (shop.clock)(),
            sent: 0,
            was_answered: false,
            failures: 0,
        })
    }

    fn read(mut self, receipts: &mut impl Iterator<Item = Result<Receipt, ReceiptsError>>) -> Result<(), AuditError> {
        let mut events = Events::with_capacity(64);
        loop {
            let Some(wait) = self.ask(receipts)? else { return Ok(()) };
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                waited => waited?,
            }
            for event in &events {
                self.happened(event.token().0)?;
            }
            self.lose_patience()?;
        }
    }

    /// Asks for as many pages as may be asked for now. Returns after how long there may be more to do; nothing at the end.
    fn ask(
        &mut self,
        receipts: &mut impl Iterator<Item = Result<Receipt, ReceiptsError>>,
    ) -> Result<Option<Duration>, AuditError> {
        while let Some(at) = self.places.iter().position(|place| place.asked.is_none()) {
            let now = (self.shop.clock)();
            let due = self.began + Duration::from_secs(1) * self.sent / self.shop.pages_per_s.max(1);
            if due > now {
                return Ok(Some(due - now));
            }
            let ready = self.again.iter().position(|asking| asking.not_before <= now).and_then(|at| self.again.remove(at));
            let asking = match ready {
                Some(asking) => asking,
                None => match receipts.next().transpose()? {
                    Some(receipt) => Asking { receipt, tries: 0, not_before: now },
                    None => {
                        let next = self.again.iter().map(|asking| asking.not_before - now).min();
                        let is_waiting = self.places.iter().any(|place| place.asked.is_some());
                        return Ok(next.or(is_waiting.then_some(PATIENCE)));
                    }
                },
            };
            self.sent += 1;
            self.send(at, asking, now)?;
        }
        Ok(Some(PATIENCE))
    }

    fn send(&mut self, at: usize, asking: Asking, now: Instant) -> Result<(), AuditError> {
        self.requests.get(&asking.receipt.address, &Cookies::new());
        let place = &mut self.places[at];
        place.asked = Some((asking, now));
        let connection = match &mut place.connection {
            Some(connection) => connection,
            empty => empty.insert(Connection::open(self.shop.way.server, self.tls.as_ref(), self.poll.registry(), Token(at))?),
        };
        match connection.send(self.requests.bytes()) {
            Ok(()) => Ok(()),
            Err(broken) => self.broke(at, broken),
        }
    }

    /// Something can be sent or read.
    fn happened(&mut self, at: usize) -> Result<(), AuditError> {
        let place = &mut self.places[at];
        let (Some(connection), Some((asking, _))) = (&mut place.connection, &place.asked) else {
            // The server may hang up on whoever has nothing more to ask.
            place.connection = None;
            return Ok(());
        };
        let look = |response: &Response<'_>| (see(&asking.receipt, response), response.keeps_alive);
        match connection.send_rest().and_then(|()| connection.receive(&mut self.room, look)) {
            Ok(None) => Ok(()),
            Ok(Some((seen, keeps_alive))) => {
                (self.was_answered, self.failures) = (true, 0);
                if !keeps_alive {
                    place.connection = None;
                }
                let asking = place.asked.take().map(|(asking, _)| asking);
                if let Some(asking) = asking {
                    self.saw(asking, seen);
                }
                Ok(())
            }
            Err(broken) => self.broke(at, broken),
        }
    }

    fn saw(&mut self, asking: Asking, seen: Seen) {
        let order = asking.receipt.order;
        match seen {
            Seen::Same => {}
            Seen::Missing(what) => self.is_missing(order, &what),
            Seen::Different(how) => {
                self.audit.wrong_total += 1;
                tell(&mut self.audit.findings, self.audit.wrong_total, format!("The receipt of order {order} {how}."));
            }
            Seen::Later { wait, why } => self.later(asking, wait, why),
        }
    }

    fn is_missing(&mut self, order: u64, what: &str) {
        self.audit.missing += 1;
        let finding = format!("A buyer has a receipt of order {order}, but {what}: ask the shop's books for this order.");
        tell(&mut self.audit.findings, self.audit.missing, finding);
    }

    /// Asks once more, unless that was tried often enough.
    fn later(&mut self, asking: Asking, wait: Duration, why: &str) {
        let tries = asking.tries + 1;
        if tries >= TRIES_MAX {
            return self.is_missing(asking.receipt.order, why);
        }
        let not_before = (self.shop.clock)() + wait;
        self.again.push_back(Asking { tries, not_before, ..asking });
    }

    fn broke(&mut self, at: usize, broken: Broken) -> Result<(), AuditError> {
        self.failures += 1;
        let failures_max = if self.was_answered { FAILURES_MAX } else { TRIES_MAX };
        if self.failures >= failures_max {
            return Err(AuditError::Away { server: self.shop.way.server, broken });
        }
        let asked = std::mem::take(&mut self.places[at]).asked;
        if let Some((asking, _)) = asked {
            self.later(asking, AGAIN_AFTER, &format!("its page could not be had ({broken})"));
        }
        Ok(())
    }

    /// Hangs up on answers that do not come.
    fn lose_patience(&mut self) -> Result<(), AuditError> {
        let now = (self.shop.clock)();
        for at in 0..self.places.len() {
            if self.places[at].asked.as_ref().is_some_and(|(_, since)| now - *since >= PATIENCE) {
                self.broke(at, Broken::System(io::ErrorKind::TimedOut.into()))?;
            }
        }
        Ok(())
    }
}

/// Adds a finding, the `count`th of its kind. When there are too many, the last one says so.
pub(super) fn tell(findings: &mut Vec<String>, count: u64, finding: String) {
    match count {
        ..=FINDINGS_MAX => findings.push(finding),
        _ if count == FINDINGS_MAX + 1 => findings.push("There are more like the last one; only their number is told.".into()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Line;
    use crate::response::read_response;

    const TOTE: Line = Line { variant: 17, quantity: 2 };

    fn receipt() -> Receipt {
        let shown = ShownOrder { order: 1_001, total: "48.00".into(), currency: "EUR".into(), lines: vec![TOTE] };
        shown.into_receipt("AZq0", "ada@example.com", "/orders/1001?key=k", 0)
    }

    fn page(order: u64, total: &str, quantity: u32) -> String {
        format!(
            "<script type=\"application/ld+json\">{{\"@type\":\"Order\",\"orderNumber\":\"{order}\",\"price\":\"{total}\",\
             \"priceCurrency\":\"EUR\",\"orderedItem\":[{{\"orderQuantity\":{quantity},\"orderedItem\":{{\"productID\":\"17\"}}}}]}}\
             </script>"
        )
    }

    fn seen(status: &str, page: &str) -> Seen {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{page}", page.len());
        see(&receipt(), &read_response(answer.as_bytes()).expect("it is HTTP").expect("it is whole"))
    }

    #[test]
    fn a_page_is_held_against_the_receipt() {
        assert_eq!(seen("200 OK", &page(1_001, "48.00", 2)), Seen::Same);
        let no_order = Seen::Later { wait: AGAIN_AFTER, why: "its page shows no order" };
        assert_eq!(seen("200 OK", "<h1>Something went wrong</h1>"), no_order);
        assert_eq!(seen("200 OK", &page(1_002, "48.00", 2)), Seen::Missing("its page shows order 1002".into()));
        assert_eq!(seen("404 Not Found", ""), Seen::Missing("its page is not there".into()));
        assert_eq!(seen("303 See Other", ""), Seen::Missing("its page answers 303".into()));
        let cheaper = "says 48.00 EUR, its page says 47.00 EUR now";
        assert_eq!(seen("200 OK", &page(1_001, "47.00", 2)), Seen::Different(cheaper.into()));
        let fewer = "lists other products than its page does now";
        assert_eq!(seen("200 OK", &page(1_001, "48.00", 1)), Seen::Different(fewer.into()));
        let later = |wait| Seen::Later { wait, why: BUSY };
        assert_eq!(seen("503 Service Unavailable\r\nretry-after: 2", ""), later(Duration::from_secs(2)));
        assert_eq!(seen("503 Service Unavailable\r\nretry-after: 9999", ""), later(LATER_MAX));
        assert_eq!(seen("500 Internal Server Error", ""), later(Duration::from_secs(1)));
    }

    #[test]
    fn many_findings_of_a_kind_are_told_by_their_number() {
        let mut findings = Vec::new();
        for count in 1..=100 {
            tell(&mut findings, count, format!("Finding {count}."));
        }
        assert_eq!(findings.len() as u64, FINDINGS_MAX + 1);
        assert!(findings.last().is_some_and(|last| last.starts_with("There are more")), "{findings:?}");
    }
}
