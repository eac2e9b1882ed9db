//! People who buy one unit each, over whichever node answers: they send the same page until they know what became of it.

use crate::Course;
use crate::fleet::HOST;
use crate::now;
use crate::way::Ways;
use loadtest::audit::{Receipt, ShownOrder};
use loadtest::{Cookies, Requests};
use std::rc::Rc;
use std::time::Duration;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep, sleep_until};

/// How long after the last one has come everybody goes on asking.
const PATIENCE: Duration = Duration::from_secs(60);
/// Before the same is asked again where nobody said when.
const BREATH: Duration = Duration::from_millis(50);
/// A card that every sandbox accepts.
const CARD: [(&str, &str); 3] = [("card_number", "4242 4242 4242 4242"), ("card_expiry", "12 / 39"), ("card_cvc", "123")];
const ADDRESS: [(&str, &str); 5] =
    [("name", "Ada Byron"), ("country", "DE"), ("line1", "Sonnenallee 1"), ("postal_code", "12047"), ("city", "Berlin")];

/// What became of somebody.
pub struct Bought {
    /// When they were meant to come, since the first one.
    pub came: Duration,
    /// When they had read the receipt, or gave up.
    pub ended: Duration,
    /// How often they got no answer and asked another node for the same.
    pub asked_again: u32,
    /// How often they were told to come back: 503.
    pub refused: u32,
    /// None when they never saw one.
    pub receipt: Option<Receipt>,
    /// Why not, in words.
    pub failure: String,
}

impl Bought {
    /// From the intended instant to the end of the receipt.
    pub fn latency(&self) -> Duration {
        self.ended.saturating_sub(self.came)
    }
}

/// Lets them come at their instants, and waits for all of them. Tells also by how much one came too late at most.
pub async fn arrive(ways: &Rc<Ways>, begins: Instant, course: Course) -> (Vec<Bought>, Duration) {
    let count = (course.length.as_secs_f64() * course.per_second) as u64;
    let (until, mut late_max) = (begins + course.length + PATIENCE, Duration::ZERO);
    let mut buying = Vec::new();
    for number in 0..count {
        let came = Duration::from_secs_f64(number as f64 / course.per_second);
        sleep_until(begins + came).await;
        late_max = late_max.max((begins + came).elapsed());
        let ways = Rc::clone(ways);
        buying.push(spawn_local(async move { buy(&ways, number, begins, came, until).await }));
    }
    let mut bought = Vec::with_capacity(buying.len());
    for buying in buying {
        bought.push(buying.await.expect("nobody panics who buys"));
    }
    (bought, late_max)
}

/// Whoever had got no answer sends the page once more, and is shown the same order. Returns how many did.
///
/// # Errors
/// When somebody is shown another order, or none.
pub async fn send_again(ways: &Ways, bought: &[Bought]) -> Result<usize, String> {
    let begins = now();
    let mut count = 0;
    for (number, before) in (0..).zip(bought).filter(|(_, bought)| bought.asked_again > 0) {
        let after = buy(ways, number, begins, begins.elapsed(), now() + PATIENCE).await;
        let order = |bought: &Bought| bought.receipt.as_ref().map(|receipt| receipt.order);
        if order(&after).is_none() || order(before).is_some_and(|order_before| Some(order_before) != order(&after)) {
            let (before, now) = (order(before), order(&after));
            return Err(format!("checkout {} was order {before:?} and is {now:?} now {}", checkout_id(number), after.failure));
        }
        count += 1;
    }
    Ok(count)
}

/// The page is sent, and what it leads to is asked for, each until there is an answer.
async fn buy(ways: &Ways, number: u64, begins: Instant, came: Duration, until: Instant) -> Bought {
    let (checkout_id, email) = (checkout_id(number), format!("buyer-{number}@example.com"));
    let mut bought =
        Bought { came, ended: came, asked_again: 0, refused: 0, receipt: None, failure: "there was no answer in time".into() };
    let (mut requests, mut address) = (Requests::new(HOST), None);
    requests.post("/checkout", &ways.cart, &form(&checkout_id, &email));
    while now() < until {
        match ways.ask(requests.bytes()).await {
            Err(error) => {
                bought.asked_again += 1;
                bought.failure = error.to_string();
                sleep(BREATH).await;
            }
            Ok(answer) if answer.status == 503 => {
                bought.refused += 1;
                sleep(answer.retry_after.max(BREATH)).await;
            }
            Ok(answer) if answer.status == 303 => {
                requests.get(&answer.location, &Cookies::new());
                address = Some(answer.location);
            }
            // The receipt, or the page that waits for the bank.
            Ok(answer) if let (200, Some(address)) = (answer.status, &address) => {
                bought.receipt = ShownOrder::on(&answer.page).map(|order| order.into_receipt(&checkout_id, &email, address, 0));
                if bought.receipt.is_some() {
                    break;
                }
                sleep(BREATH).await;
            }
            Ok(answer) => {
                bought.failure = format!("{} {}", answer.status, answer.page.chars().take(300).collect::<String>());
                break;
            }
        }
    }
    bought.ended = begins.elapsed();
    bought
}

/// As long as the page would have made it; those of one time lie beside each other.
fn checkout_id(number: u64) -> String {
    format!("{number:022}")
}

fn form<'a>(checkout_id: &'a str, email: &'a str) -> Vec<(&'static str, &'a str)> {
    [&[("checkout_id", checkout_id), ("intent", "pay"), ("email", email)][..], &ADDRESS, &CARD].concat()
}
