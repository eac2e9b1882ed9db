//! The whole hand-off: customers who submit and wait, and the writer's own loop over books that fail now and then.

use crate::books::{Ledger, outcome_for};
use crate::random::Random;
use crate::schedules::{Case, play_all, play_many};
use crate::writer::{OrderWriter, WriterError, WriterFigures, WriterOptions};
use commerce::cart::CartLine;
use commerce::checkout::{Command, Outcome, ReserveCart};
use commerce::customer::{Address, Contact};
use commerce::{ReservationId, ShopId, Timestamp, VariantId};
use shuttle::future::block_on;
use shuttle::thread;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

/// Cases that every run of the tests plays, each in twenty orders.
const SEEDS: u64 = 1_500;

/// Drawn from a seed.
pub const DRAWN: Case = Case {
    name: "orders",
    tell: |mut random| format!("{:?}", Plan::drawn(&mut random)),
    live: |mut random| live(&Plan::drawn(&mut random), random),
};

/// Somebody with one command.
#[derive(Clone, Copy, Debug)]
struct Customer {
    number: i64,
    shop: ShopId,
    /// Lines of a cart; `None`: finishes a checkout.
    lines: Option<usize>,
    /// Closes the connection without waiting for the answer.
    goes_away: bool,
}

/// What is to happen.
#[derive(Clone, Debug)]
struct Plan {
    queue_max: usize,
    batch_max: usize,
    customers: Vec<Customer>,
    trouble_percent: usize,
    /// Whether the last door is a customer's, not the program's own.
    last_door_is_a_customers: bool,
}

impl Plan {
    fn drawn(random: &mut Random) -> Self {
        let some_go_away = random.chance(30);
        let customer = |number: usize, random: &mut Random| Customer {
            number: number as i64,
            shop: ShopId(random.between(1, 3)),
            lines: random.chance(70).then(|| if random.chance(25) { 1 + random.below(5) } else { 1 }),
            goes_away: some_go_away && random.chance(30),
        };
        Self {
            queue_max: 1 + random.below(5),
            batch_max: 1 + random.below(4),
            customers: (0..1 + random.below(6)).map(|number| customer(number, random)).collect(),
            trouble_percent: if random.chance(50) { 0 } else { 12 },
            last_door_is_a_customers: random.chance(30),
        }
    }
}

/// What each customer was told; `None`: went away before.
type Answers = Vec<(Customer, Option<Result<Outcome, WriterError>>)>;

fn live(plan: &Plan, random: Random) {
    let ledger = Ledger::new(random, plan.batch_max, plan.trouble_percent);
    let limits = WriterOptions { queue_max: plan.queue_max, batch_max: plan.batch_max, linger: Duration::ZERO, attempts_max: 3 };
    let (door, work) = OrderWriter::over(ledger.clone(), Arc::new(|| Timestamp(0)), limits);
    let writer = thread::spawn(|| block_on(work.run()));
    // Writing an answer down is no step that others could come between.
    let answers = Arc::new(Mutex::new(Answers::new()));
    let customers: Vec<_> = (plan.customers.iter().copied())
        .map(|customer| {
            let (door, answers) = (door.clone(), Arc::clone(&answers));
            thread::spawn(move || {
                let answer = block_on(submit(&door, customer));
                answers.lock().expect("nobody panics while writing").push((customer, answer));
            })
        })
        .collect();
    let door = (!plan.last_door_is_a_customers).then_some(door);
    customers.into_iter().for_each(|customer| customer.join().expect("a customer ends"));
    let figures = door.as_ref().map(OrderWriter::figures);
    drop(door);
    writer.join().expect("the writer ends after the last door is gone");
    let answers = answers.lock().expect("nobody panics while writing");
    judge_answers(&answers, &ledger);
    if let Some(figures) = figures.filter(|_| answers.iter().all(|(_, answer)| answer.is_some())) {
        judge_figures(plan, figures, &answers, &ledger);
    }
}

async fn submit(door: &OrderWriter, customer: Customer) -> Option<Result<Outcome, WriterError>> {
    let mut answer = pin!(door.submit(customer.shop, command_of(customer)));
    if customer.goes_away {
        return poll_fn(|context| Poll::Ready(None.or_else(|| is_ready(answer.as_mut().poll(context))))).await;
    }
    let answer = answer.await;
    if answer == Err(WriterError::Busy) {
        assert!((1..=60).contains(&door.wait_seconds()), "whoever is told to come back learns when");
    }
    Some(answer)
}

fn is_ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

fn command_of(customer: Customer) -> Command {
    let Some(lines) = customer.lines else {
        return Command::Release { reservation: ReservationId(customer.number) };
    };
    Command::Reserve(Box::new(ReserveCart {
        checkout_id: customer.number.to_string(),
        content_hash: String::new(),
        lines: vec![CartLine { variant: VariantId(customer.number), quantity: 1 }; lines],
        coupon: String::new(),
        contact: Contact::default(),
        address: Address::default(),
        shipping_method: String::new(),
        provider: String::new(),
        payment_reference: String::new(),
        early_access: Vec::new(),
        total_seen_minor: None,
        visitor: String::new(),
    }))
}

fn judge_answers(answers: &Answers, ledger: &Ledger) {
    let page = ledger.page();
    for (customer, answer) in answers {
        let number = customer.number;
        let is_kept = page.kept.contains(&number);
        match answer {
            None => assert!(customer.goes_away),
            Some(Ok(outcome)) => {
                assert_eq!(*outcome, outcome_for(number), "an answer goes to whoever asked");
                assert!(is_kept, "{customer:?} was told of what was not kept");
            }
            Some(Err(WriterError::Busy | WriterError::Unavailable(_))) => {
                assert!(!is_kept, "{customer:?} was told that nothing changed")
            }
            Some(Err(WriterError::Unknown)) => assert!(page.in_doubt.contains(&number), "{customer:?} was told of no doubt"),
            Some(Err(WriterError::Stopped)) => panic!("{customer:?} was told that the shop shuts down, inside its door"),
        }
    }
}

fn judge_figures(plan: &Plan, figures: WriterFigures, answers: &Answers, ledger: &Ledger) {
    let page = ledger.page();
    let busy = answers.iter().filter(|(_, answer)| *answer == Some(Err(WriterError::Busy))).count();
    assert_eq!(figures.waiting, 0, "everybody was answered");
    assert_eq!(figures.busy, busy as u64, "so many were told to come back");
    assert_eq!(figures.committed, page.decided, "so many decisions were committed");
    if plan.trouble_percent == 0 {
        assert_eq!(page.decided + figures.busy, answers.len() as u64, "without trouble everybody is served or told to come back");
        assert_eq!(figures.batches_drained + figures.batches_full, page.asked, "each batch is counted once");
        assert_eq!(figures.repeated, 0);
    }
}

fn customer(number: i64, lines: Option<usize>) -> Customer {
    Customer { number, shop: ShopId(number), lines, goes_away: false }
}

#[test]
fn every_customer_is_answered_once_and_truly_in_any_order_of_running() {
    play_many(SEEDS, &DRAWN);
}

#[test]
fn one_customer_whose_door_is_the_last_in_every_order_there_is() {
    let played = play_all(2_000_000, || {
        let customers = vec![customer(1, Some(1))];
        let plan = Plan { queue_max: 1, batch_max: 1, customers, trouble_percent: 0, last_door_is_a_customers: true };
        live(&plan, Random::new(0));
    });
    println!("{played:?} orders of one customer");
    assert!(played.is_ok_and(|orders| orders > 100));
}
